//! Forms posted after their session expired.

use domain::Timestamp;

use crate::{Row, StoreError, Tx, statements};

/// One form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// SHA-256 of the cookie that finds it, hex.
    pub digest: String,
    /// Whose session it was.
    pub owner: String,
    /// Where it was sent.
    pub path: String,
    /// Its fields, sealed.
    pub sealed: Vec<u8>,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

statements! {
    pub(crate) FORM_KEEP = "INSERT INTO kept_form (digest, owner, path, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)";
    FORM_REPLACE = "DELETE FROM kept_form WHERE owner = $1 AND path = $2";
    FORMS_OF = "SELECT count(*) FROM kept_form WHERE owner = $1";
    FORM_OLDEST = "DELETE FROM kept_form WHERE digest = (SELECT digest FROM kept_form WHERE owner = $1
        ORDER BY expires_at, digest LIMIT 1 {for_update})";
    FORM_OF = "SELECT digest, owner, path, sealed, expires_at FROM kept_form WHERE digest = $1 AND owner = $2 AND expires_at > $3";
    FORM_TAKE = "DELETE FROM kept_form WHERE digest = $1 AND owner = $2 AND expires_at > $3
        RETURNING digest, owner, path, sealed, expires_at";
    FORMS_ALL = "SELECT count(*) FROM kept_form";
    FORMS_FORGET = "DELETE FROM kept_form WHERE expires_at <= $1";
}

fn form(row: &Row) -> Result<KeptForm, StoreError> {
    Ok(KeptForm {
        digest: row.text(0)?,
        owner: row.text(1)?,
        path: row.text(2)?,
        sealed: row.bytes(3)?,
        expires_at: row.time(4)?,
    })
}

/// Saves a form, in place of an older one of the same owner for the same address, and of the oldest if the owner would
/// have more than `most`.
pub fn keep(tx: &mut Tx<'_>, new: &KeptForm, most: i64) -> Result<(), StoreError> {
    let owner = new.owner.as_str();
    tx.execute(&FORM_REPLACE, &[owner.into(), new.path.as_str().into()])?;
    if crate::single_count(tx, &FORMS_OF, &[owner.into()])? >= most {
        tx.execute(&FORM_OLDEST, &[owner.into()])?;
    }
    let params = [
        new.digest.as_str().into(),
        owner.into(),
        new.path.as_str().into(),
        new.sealed.clone().into(),
        new.expires_at.into(),
    ];
    tx.execute(&FORM_KEEP, &params)?;
    Ok(())
}

/// Returns the form under a cookie's digest, where it is that owner's and in time.
pub fn of(
    tx: &mut Tx<'_>,
    digest: &str,
    owner: &str,
    now: Timestamp,
) -> Result<Option<KeptForm>, StoreError> {
    tx.one(&FORM_OF, &[digest.into(), owner.into(), now.into()])?.as_ref().map(form).transpose()
}

/// Returns a kept form and deletes it: a second try finds nothing.
pub fn take(
    tx: &mut Tx<'_>,
    digest: &str,
    owner: &str,
    now: Timestamp,
) -> Result<Option<KeptForm>, StoreError> {
    tx.one(&FORM_TAKE, &[digest.into(), owner.into(), now.into()])?.as_ref().map(form).transpose()
}

/// Returns how many are kept.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    crate::single_count(tx, &FORMS_ALL, &[])
}

/// Removes expired forms; returns how many.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORMS_FORGET, &[now.into()])
}
