//! API tokens, under the digest of what their owner has: the token itself is nowhere.

use domain::{Force, Timestamp, TokenId};

use crate::{Row, StoreError, Tx, Value, statements};

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What it is for, in its maker's words.
    pub name: String,
    /// The word of what it may do.
    pub scope: String,
    /// The force whose things it reaches.
    pub force: Force,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom, as the ledger names them.
    pub created_by: String,
    /// When it stops working by itself.
    pub expires_at: Timestamp,
    /// When it was last used; kept to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When a person ended it.
    pub ended_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, name, scope, force, created_at, created_by, expires_at, last_used_at, ended_at"
    };
}

statements! {
    pub(crate) TOKEN_ADD = "INSERT INTO api_token (id, digest, name, scope, force, created_at, created_by, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    TOKEN_BY_DIGEST = concat!("SELECT ", columns!(), " FROM api_token WHERE digest = $1");
    TOKEN_BY_ID = concat!("SELECT ", columns!(), " FROM api_token WHERE id = $1");
    TOKENS = concat!("SELECT ", columns!(), " FROM api_token WHERE ($1 = '' OR force = $1) ORDER BY created_at DESC, id DESC LIMIT 200");
    TOKENS_MADE_BY = concat!("SELECT ", columns!(), " FROM api_token WHERE created_by = $1 AND ended_at IS NULL
        AND expires_at > $2 ORDER BY created_at, id LIMIT 200");
    TOKEN_USED = "UPDATE api_token SET last_used_at = $2 WHERE id = $1";
    TOKEN_END = "UPDATE api_token SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL";
}

fn token(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.parse(0)?,
        name: row.text(1)?,
        scope: row.text(2)?,
        force: row.parse(3)?,
        created_at: row.time(4)?,
        created_by: row.text(5)?,
        expires_at: row.time(6)?,
        last_used_at: row.opt_time(7)?,
        ended_at: row.opt_time(8)?,
    })
}

/// Returns the tokens that a person made and that still work, two hundred at most.
pub fn made_by(tx: &mut Tx<'_>, actor: &str, now: Timestamp) -> Result<Vec<Token>, StoreError> {
    tx.query(&TOKENS_MADE_BY, &[actor.into(), now.into()])?.iter().map(token).collect()
}

/// Enters a token under the digest of what its owner was shown.
pub fn add(tx: &mut Tx<'_>, new: &Token, digest: &str) -> Result<(), StoreError> {
    tx.execute(
        &TOKEN_ADD,
        &[
            Value::id(new.id),
            digest.into(),
            new.name.as_str().into(),
            new.scope.as_str().into(),
            Value::id(new.force),
            new.created_at.into(),
            new.created_by.as_str().into(),
            new.expires_at.into(),
        ],
    )?;
    Ok(())
}

/// Returns the token of that digest, whether or not it still works.
pub fn by_digest(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Token>, StoreError> {
    tx.one(&TOKEN_BY_DIGEST, &[digest.into()])?.as_ref().map(token).transpose()
}

/// Returns the token of that id.
pub fn by_id(tx: &mut Tx<'_>, id: TokenId) -> Result<Option<Token>, StoreError> {
    tx.one(&TOKEN_BY_ID, &[Value::id(id)])?.as_ref().map(token).transpose()
}

/// Returns the newest two hundred tokens, those that ended included.
pub fn all(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<Token>, StoreError> {
    tx.query(&TOKENS, &[crate::force_word(force)])?.iter().map(token).collect()
}

/// Notes that a token was used.
pub fn used(tx: &mut Tx<'_>, id: TokenId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&TOKEN_USED, &[Value::id(id), at.into()])?;
    Ok(())
}

/// Ends a token; returns whether it had not ended before.
pub fn end(tx: &mut Tx<'_>, id: TokenId, at: Timestamp, by: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&TOKEN_END, &[Value::id(id), at.into(), by.into()])? > 0)
}
