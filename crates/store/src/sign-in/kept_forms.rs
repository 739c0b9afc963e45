//! Forms posted after their session expired.

use domain::Timestamp;

use crate::{StoreError, Tx, row, statements, values};

row! {
    /// One form.
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
}

statements! {
    pub(crate) FORM_KEEP = "INSERT INTO kept_form (digest, owner, path, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)";
    FORM_REPLACE = "DELETE FROM kept_form WHERE owner = $1 AND path = $2";
    FORMS_OF = "SELECT count(*) FROM kept_form WHERE owner = $1";
    FORM_OLDEST = "DELETE FROM kept_form WHERE digest = (SELECT digest FROM kept_form WHERE owner = $1
        ORDER BY expires_at, digest LIMIT 1 {for_update})";
    FORM_OF: KeptForm = "SELECT {columns} FROM kept_form WHERE digest = $1 AND owner = $2 AND expires_at > $3";
    FORM_TAKE: KeptForm = "DELETE FROM kept_form WHERE digest = $1 AND owner = $2 AND expires_at > $3
        RETURNING {columns}";
    FORMS_ALL = "SELECT count(*) FROM kept_form";
    FORMS_FORGET = "DELETE FROM kept_form WHERE expires_at <= $1";
}

/// Saves a form, in place of an older one of the same owner for the same address, and of the oldest if the owner would
/// have more than `most`.
pub fn keep(tx: &mut Tx<'_>, new: &KeptForm, most: i64) -> Result<(), StoreError> {
    let owner = new.owner.as_str();
    tx.execute(&FORM_REPLACE, &[owner.into(), new.path.as_str().into()])?;
    if crate::single_count(tx, &FORMS_OF, &[owner.into()])? >= most {
        tx.execute(&FORM_OLDEST, &[owner.into()])?;
    }
    let params = values!(new: digest, (owner), path, sealed, expires_at);
    tx.execute(&FORM_KEEP, &params).map(drop)
}

/// Returns the form under a cookie's digest, where it is that owner's and in time.
pub fn of(
    tx: &mut Tx<'_>,
    digest: &str,
    owner: &str,
    now: Timestamp,
) -> Result<Option<KeptForm>, StoreError> {
    tx.row(&FORM_OF, &[digest.into(), owner.into(), now.into()])
}

/// Returns a kept form and deletes it: a second try finds nothing.
pub fn take(
    tx: &mut Tx<'_>,
    digest: &str,
    owner: &str,
    now: Timestamp,
) -> Result<Option<KeptForm>, StoreError> {
    tx.row(&FORM_TAKE, &[digest.into(), owner.into(), now.into()])
}

/// Returns how many are kept.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    crate::single_count(tx, &FORMS_ALL, &[])
}

/// Removes expired forms; returns how many.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORMS_FORGET, &[now.into()])
}
