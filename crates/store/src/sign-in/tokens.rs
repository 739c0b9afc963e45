//! API tokens, under the digest of what their owner has: the token itself is nowhere.

use domain::{Force, Timestamp, TokenId};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One token.
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
}

statements! {
    pub(crate) TOKEN_ADD = "INSERT INTO api_token (id, digest, name, scope, force, created_at, created_by, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    TOKEN_BY_DIGEST: Token = "SELECT {columns} FROM api_token WHERE digest = $1";
    TOKEN_BY_ID: Token = "SELECT {columns} FROM api_token WHERE id = $1";
    TOKENS: Token = "SELECT {columns} FROM api_token
        WHERE ($1 = '' OR force = $1) ORDER BY created_at DESC, id DESC LIMIT 200";
    TOKENS_MADE_BY: Token = "SELECT {columns} FROM api_token WHERE created_by = $1 AND ended_at IS NULL
        AND expires_at > $2 ORDER BY created_at, id LIMIT 200";
    TOKEN_USED = "UPDATE api_token SET last_used_at = $2 WHERE id = $1";
    TOKEN_END = "UPDATE api_token SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL";
}

/// Returns the tokens that a person made and that still work, two hundred at most.
pub fn made_by(tx: &mut Tx<'_>, actor: &str, now: Timestamp) -> Result<Vec<Token>, StoreError> {
    tx.rows(&TOKENS_MADE_BY, &[actor.into(), now.into()])
}

/// Enters a token under the digest of what its owner was shown.
pub fn add(tx: &mut Tx<'_>, new: &Token, digest: &str) -> Result<(), StoreError> {
    let params = values!(new: id, (digest), name, scope, force, created_at, created_by, expires_at);
    tx.execute(&TOKEN_ADD, &params).map(drop)
}

/// Returns the token of that digest, whether or not it still works.
pub fn by_digest(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Token>, StoreError> {
    tx.row(&TOKEN_BY_DIGEST, &[digest.into()])
}

/// Returns the token of that id.
pub fn by_id(tx: &mut Tx<'_>, id: TokenId) -> Result<Option<Token>, StoreError> {
    tx.row(&TOKEN_BY_ID, &[Value::id(id)])
}

/// Returns the newest two hundred tokens, those that ended included.
pub fn all(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<Token>, StoreError> {
    tx.rows(&TOKENS, &[crate::force_word(force)])
}

/// Notes that a token was used.
pub fn used(tx: &mut Tx<'_>, id: TokenId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&TOKEN_USED, &[Value::id(id), at.into()]).map(drop)
}

/// Ends a token; returns whether it had not ended before.
pub fn end(tx: &mut Tx<'_>, id: TokenId, at: Timestamp, by: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&TOKEN_END, &[Value::id(id), at.into(), by.into()])? > 0)
}
