//! Forms that somebody sent when their session was over. What they typed is kept for an hour, sealed, and shown to the
//! same somebody after they signed in; nothing is sent by itself.
//!
//! Only a cookie of a session that there was makes us keep anything: nobody else can fill the database.

use domain::{Secret, Span};
use serde::{Deserialize, Serialize};
use store::{sessions, sign_in};

use crate::{App, AppError, digest_hex};

/// How long a form is kept.
pub(crate) const KEEP: Span = Span::from_secs(3600);

/// A form that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// Where it was sent.
    pub path: String,
    /// What was typed, in the order of the form.
    pub fields: Secret<Vec<(String, String)>>,
}

#[derive(Serialize, Deserialize)]
struct Fields(Vec<(String, String)>);

impl App {
    /// Keeps a form that came with the cookie of a session that is over; gives the cookie that finds it again, or `None`
    /// where there was no such session within the hour. An older form of theirs for the same address is replaced.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn keep_form(
        &self,
        session: &Secret<String>,
        path: &str,
        fields: Vec<(String, String)>,
    ) -> Result<Option<Secret<String>>, AppError> {
        let (session, key) = (digest_hex(session.expose().as_bytes()), self.random_text());
        let digest = digest_hex(key.expose().as_bytes());
        let (app, now, path) = (self.clone(), self.world().now(), path.to_owned());
        let kept = self
            .store()
            .write(move |tx| {
                let Some(over) = sessions::by_digest(tx, &session)? else { return Ok::<_, AppError>(false) };
                let plain = serde_json::to_vec(&Fields(fields)).map_err(|error| AppError::fault(&error))?;
                let sealed = app.sealer().seal(app.world(), &place(&digest), &plain)?;
                let expires_at = now.plus(KEEP);
                let form = sign_in::KeptForm { digest, owner: over.owner, path, sealed, expires_at };
                sign_in::keep_form(tx, &form)?;
                Ok(true)
            })
            .await?;
        Ok(kept.then_some(key))
    }

    /// The form that is kept under a cookie, for the owner of a session.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn kept_form(&self, key: &Secret<String>, owner: &str) -> Result<Option<KeptForm>, AppError> {
        let (digest, now) = (digest_hex(key.expose().as_bytes()), self.world().now());
        let asked = digest.clone();
        let Some(form) =
            self.store().read(move |tx| sign_in::kept_form(tx, &asked)).await.map_err(AppError::from)?
        else {
            return Ok(None);
        };
        if form.owner != owner || form.expires_at <= now {
            return Ok(None);
        }
        let plain = self.sealer().open(&place(&digest), &form.sealed)?;
        let Fields(fields) =
            serde_json::from_slice(plain.expose()).map_err(|error| AppError::fault(&error))?;
        Ok(Some(KeptForm { path: form.path, fields: Secret::new(fields) }))
    }

    /// Drops a kept form: it was sent again, or is not wanted.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn drop_kept_form(&self, key: &Secret<String>) -> Result<(), AppError> {
        let digest = digest_hex(key.expose().as_bytes());
        self.store().write(move |tx| sign_in::drop_form(tx, &digest)).await.map_err(AppError::from)?;
        Ok(())
    }
}

fn place(digest: &str) -> String {
    format!("kept-form:{digest}")
}
