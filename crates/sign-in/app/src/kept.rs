//! Forms that somebody sent when their session was over. What they typed is kept for an hour, sealed, and offered to the
//! same somebody after they signed in, in the same browser; nothing is sent by itself, and nothing is done meanwhile.
//!
//! Only the cookie of a session that there was makes us keep anything, and only a few forms of each owner: nobody can fill the
//! database. What is secret by itself is left out, and files are never kept.

use domain::{Secret, Span};
use serde::{Deserialize, Serialize};
use store::{kept_forms, sessions};

use kernel::{App, AppError, digest_hex};

/// How long a form is kept, and how long a session that is over is remembered for its sake.
pub const KEEP: Span = Span::from_secs(3600);
/// Forms of one owner.
const MOST: i64 = 5;
/// Fields of one form, and bytes of what is typed in them.
const MOST_FIELDS: usize = 300;
const MOST_BYTES: usize = 64 * 1024;
/// Fields whose value is never kept: a network's password, and what proves something once.
const SECRET: [&str; 5] = ["passphrase", "password", "pin", "code", "token"];

/// A form that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// Where it was sent.
    pub path: String,
    /// What was typed, in the order of the form.
    pub fields: Secret<Vec<(String, String)>>,
    /// Whether something secret was typed, which is not among them.
    pub left_out: bool,
}

#[derive(Serialize, Deserialize)]
struct Content {
    fields: Vec<(String, String)>,
    left_out: bool,
}

/// Keeps a form that came with the cookie of a session that is over; gives the cookie that finds it again, or `None`
/// where there was no such session within the hour, or the form is too large. An older form of theirs for the same
/// address is replaced.
///
/// # Errors
/// Only where the database does not answer.
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
    // Anybody can make up a cookie: looking must not cost a place in the queue of writers.
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

/// The form that is kept under a cookie, for the owner of a session; `None` for anybody else.
///
/// # Errors
/// Only where the database does not answer.
pub async fn kept_form(app: &App, key: &Secret<String>, owner: &str) -> Result<Option<KeptForm>, AppError> {
    let (digest, owner, now) = (digest_hex(key.expose().as_bytes()), owner.to_owned(), app.world().now());
    let found = app.store().read(move |tx| kept_forms::of(tx, &digest, &owner, now)).await;
    found.map_err(AppError::from)?.map(|form| opened(app, form)).transpose()
}

/// The same, which is then gone: to be sent, or thrown away. The second of two at once gets nothing.
///
/// # Errors
/// Only where the database does not answer.
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
