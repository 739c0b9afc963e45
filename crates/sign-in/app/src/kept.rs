//! Saves forms posted after their session had expired, and offers them again after the next sign-in.
//!
//! What was typed is kept for an hour, encrypted, and offered to the same owner in the same browser; nothing is
//! submitted by itself, and nothing is done meanwhile. A form is kept only for the cookie of a session that existed,
//! and only a few forms for each owner, so that nobody can fill the database. Secret fields are left out, and files
//! are never kept.

use domain::{Secret, Span};
use serde::{Deserialize, Serialize};
use store::{kept_forms, sessions};

use kernel::{App, AppError, digest_hex};

/// How long a form is kept, and how long an ended session is remembered for its sake.
pub const KEEP: Span = Span::from_secs(3600);
/// Most forms of one owner.
const MOST: i64 = 5;
/// Most fields of one form, and most bytes typed in them.
const MOST_FIELDS: usize = 300;
const MOST_BYTES: usize = 64 * 1024;
/// Fields whose value is never kept: a network's password, and one-time proofs.
const SECRET: [&str; 5] = ["passphrase", "password", "pin", "code", "token"];

/// A form that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// The path it was posted to.
    pub path: String,
    /// The fields as typed, in the order of the form.
    pub fields: Secret<Vec<(String, String)>>,
    /// Whether a secret field was filled in and left out.
    pub left_out: bool,
}

#[derive(Serialize, Deserialize)]
struct Content {
    fields: Vec<(String, String)>,
    left_out: bool,
}

/// Saves a form that came with the cookie of an ended session; returns the cookie that finds it again, or `None`
/// where there was no such session within the hour, or the form is too large. Replaces an older form of the same
/// owner for the same address.
///
/// # Errors
/// Only if the database does not answer.
pub async fn keep_form(
    app: &App,
    session: &Secret<String>,
    path: &str,
    fields: Vec<(String, String)>,
) -> Result<Option<Secret<String>>, AppError> {
    let bytes: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    if fields.len() > MOST_FIELDS || bytes > MOST_BYTES || path.len() > 1000 || session.expose().len() > 100 {
        return Ok(None);
    }
    let secret = |(name, value): &(String, String)| SECRET.contains(&name.as_str()) && !value.is_empty();
    let left_out = fields.iter().any(secret);
    let fields = fields.into_iter().filter(|field| !secret(field)).collect();
    let content = Content { fields, left_out };
    let (session, key) = (digest_hex(session.expose().as_bytes()), crate::random_text(app));
    let digest = digest_hex(key.expose().as_bytes());
    let (app, now, path) = (app.clone(), app.world().now(), path.to_owned());
    // Anybody can make up a cookie, so an unknown one must not occupy the write queue.
    let asked = session.clone();
    if app.store().read(move |tx| sessions::by_digest(tx, &asked)).await?.is_none() {
        return Ok(None);
    }
    let kept = app
        .clone()
        .store()
        .write(move |tx| {
            let Some(over) = sessions::by_digest(tx, &session)? else { return Ok::<_, AppError>(false) };
            let plain = serde_json::to_vec(&content).map_err(|error| AppError::fault(&error))?;
            let sealed = app.sealer().seal(app.world(), &place(&digest), &plain)?;
            let form =
                kept_forms::KeptForm { digest, owner: over.owner, path, sealed, expires_at: now.plus(KEEP) };
            kept_forms::keep(tx, &form, MOST)?;
            Ok(true)
        })
        .await?;
    Ok(kept.then_some(key))
}

/// Looks up the form kept under a cookie, for the owner of a session; `None` for anybody else.
///
/// # Errors
/// Only if the database does not answer.
pub async fn kept_form(app: &App, key: &Secret<String>, owner: &str) -> Result<Option<KeptForm>, AppError> {
    let (digest, owner, now) = (digest_hex(key.expose().as_bytes()), owner.to_owned(), app.world().now());
    let found = app.store().read(move |tx| kept_forms::of(tx, &digest, &owner, now)).await;
    found.map_err(AppError::from)?.map(|form| opened(app, form)).transpose()
}

/// Takes out the form kept under a cookie, to submit it or throw it away. Of two requests at once the second gets
/// nothing.
///
/// # Errors
/// Only if the database does not answer.
pub async fn take_kept_form(
    app: &App,
    key: &Secret<String>,
    owner: &str,
) -> Result<Option<KeptForm>, AppError> {
    let (digest, owner, now) = (digest_hex(key.expose().as_bytes()), owner.to_owned(), app.world().now());
    let taken = app.store().write(move |tx| kept_forms::take(tx, &digest, &owner, now)).await;
    taken.map_err(AppError::from)?.map(|form| opened(app, form)).transpose()
}

fn opened(app: &App, form: kept_forms::KeptForm) -> Result<KeptForm, AppError> {
    let plain = app.sealer().open(&place(&form.digest), &form.sealed)?;
    let content: Content = serde_json::from_slice(plain.expose()).map_err(|error| AppError::fault(&error))?;
    Ok(KeptForm { path: form.path, fields: Secret::new(content.fields), left_out: content.left_out })
}

fn place(digest: &str) -> String {
    format!("kept-form:{digest}")
}
