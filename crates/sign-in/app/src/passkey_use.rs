//! Signs an administrator in with a passkey, and reports every use.
//!
//! A passkey sign-in is meant to be rare: each one is recorded in the ledger, and every administrator and information
//! security get a notice. A passkey proves who somebody is. A person of the register then has the roles that they
//! have there; an administrator whom the register does not know has the role by the account. A key whose counter does
//! not go up may be a copy: it is refused, and reported just as widely.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Secret, Timestamp};
use serde_json::json;
use store::{Tx, passkeys};
use webauthn_rs::prelude::{
    AuthenticationResult, Passkey, PasskeyAuthentication, PublicKeyCredential, WebauthnError,
};

use super::break_glass::is_administrator;
use super::passkeys::{Ceremony, parsed, read, subject, to_json};
use super::{NewAttempt, Taken};
use crate::sessions::SignedIn;
use kernel::access::Role;
use kernel::limits::Door;
use kernel::record::{Record, force_of};
use kernel::{App, AppError, Work};

pub(super) const USING: &str = "passkey-use";

/// The reason why a passkey did not sign anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyRefusal {
    /// The challenge never existed, was answered already, or is older than ten minutes.
    Late,
    /// Another browser began it.
    OtherBrowser,
    /// The answer does not match the challenge, the address or a known key, or nobody was present to give it.
    NotBelieved,
    /// The key, or its account, was ended; or its owner has left or is no longer an administrator.
    Ended,
    /// The key's counter did not go up: there may be two copies of it.
    Copied,
}

impl PasskeyRefusal {
    /// Returns the reason code for the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Late => "passkey-late",
            Self::OtherBrowser => "other-browser",
            Self::NotBelieved => "passkey-not-believed",
            Self::Ended => "passkey-ended",
            Self::Copied => "passkey-copied",
        }
    }
}

/// Begins a sign-in with a passkey; returns `None` where none is registered.
///
/// # Errors
/// [`AppError::Conflict`] where the service's address is not a name.
pub async fn begin_passkey_sign_in(
    app: &App,
    browser: &Secret<String>,
) -> Result<Option<Ceremony>, AppError> {
    let webauthn = crate::passkeys::webauthn(app)?;
    let (app, browser) = (app.clone(), browser.expose().clone());
    app.clone()
        .store()
        .write(move |tx| {
            let known = passkeys::live(tx)?;
            let keys: Vec<Passkey> = known.iter().filter_map(|key| read(&key.credential).ok()).collect();
            if keys.is_empty() {
                return Ok(None);
            }
            let (options, state) =
                webauthn.start_passkey_authentication(&keys).map_err(|error| AppError::fault(&error))?;
            let key = crate::random_text(&app);
            let new = NewAttempt { kind: USING, key: key.expose(), browser: &browser };
            crate::begin_attempt(&app, tx, &new, &state)?;
            Ok(Some(Ceremony { key, options: to_json(&options)? }))
        })
        .await
}

/// Signs an administrator in with a passkey; returns the session's cookie, or why the answer was not accepted.
///
/// # Errors
/// [`AppError::Conflict`] where the service's address is not a name, [`AppError::TooMany`] where the same owner
/// signed in this way too often.
pub async fn use_passkey(
    app: &App,
    key: &str,
    browser: &str,
    answer: &str,
    uses: &str,
) -> Result<Result<Secret<String>, PasskeyRefusal>, AppError> {
    let webauthn = crate::passkeys::webauthn(app)?;
    let (app, now) = (app.clone(), app.world().now());
    let (key, browser) = (key.to_owned(), browser.to_owned());
    let (answer, uses) = (parsed::<PublicKeyCredential>(answer), uses.to_owned());
    app.clone()
        .store()
        .write(move |tx| {
            // The attempt is used up whatever the outcome, so that a challenge works only once.
            let state: PasskeyAuthentication = match crate::take_attempt(&app, tx, USING, &key, &browser)? {
                Taken::Fits(state) => state,
                Taken::Unknown => return refuse_passkey(Work { app: &app, tx, now }, PasskeyRefusal::Late),
                Taken::OtherBrowser => {
                    return refuse_passkey(Work { app: &app, tx, now }, PasskeyRefusal::OtherBrowser);
                }
            };
            let Some(answer) = answer else {
                return refuse_passkey(Work { app: &app, tx, now }, PasskeyRefusal::NotBelieved);
            };
            let id = URL_SAFE_NO_PAD.encode(&answer.raw_id);
            let outcome = match webauthn.finish_passkey_authentication(&answer, &state) {
                Ok(result) => noted(tx, &id, &result, now)?,
                Err(WebauthnError::CredentialPossibleCompromise) => Err(PasskeyRefusal::Copied),
                Err(error) => {
                    tracing::info!(%error, "a passkey was refused");
                    Err(PasskeyRefusal::NotBelieved)
                }
            };
            match outcome {
                Ok(used) => let_in(Work { app: &app, tx, now }, used, &uses).map(Ok),
                Err(PasskeyRefusal::Copied) => refuse_copy(Work { app: &app, tx, now }, &id),
                Err(refusal) => refuse_passkey(Work { app: &app, tx, now }, refusal),
            }
        })
        .await
}

fn let_in(
    Work { app, tx, now }: Work<'_, '_>,
    used: passkeys::Passkey,
    uses: &str,
) -> Result<Secret<String>, AppError> {
    kernel::limits::admit_account(app, Door::Passkey, &used.account.owner)?;
    let record = Record::new("stranger", "passkey.used", subject(&used.id))
        .reason("break-glass")
        .force_if(force_of(tx, used.account.person)?);
    let detail = json!({ "name": used.account.name, "label": used.label });
    app.enter(tx, now, record.detail(detail))?;
    let more = "They signed in without the directory. If you do not know why, ask them now; an administrator takes \
                    the passkey away under Passkeys.";
    crate::break_glass::tell_of_break_glass(Work { app, tx, now }, &used, "signed in with a passkey", more)?;
    let who = SignedIn {
        name: used.account.name,
        person: used.account.person,
        roles: Role::Administrator.into(),
        force: None,
        how: "passkey",
    };
    crate::sessions::add_session(Work { app, tx, now }, who, uses)
}

fn refuse_passkey(
    Work { app, tx, now }: Work<'_, '_>,
    refusal: PasskeyRefusal,
) -> Result<Result<Secret<String>, PasskeyRefusal>, AppError> {
    crate::note_refused_sign_in(Work { app, tx, now }, "passkey".to_owned(), None, refusal.word())?;
    Ok(Err(refusal))
}

/// Refuses a passkey with a good signature and a counter that did not go up; always records it and tells the
/// administrators.
fn refuse_copy(
    Work { app, tx, now }: Work<'_, '_>,
    id: &str,
) -> Result<Result<Secret<String>, PasskeyRefusal>, AppError> {
    let refusal = PasskeyRefusal::Copied;
    let passkey = passkeys::by_id(tx, id)?;
    let owner = passkey.as_ref().and_then(|passkey| passkey.account.person);
    let record = Record::new("stranger", "sign-in.refused", subject(id))
        .force_if(force_of(tx, owner)?)
        .reason(refusal.word());
    app.enter(tx, now, record)?;
    if let Some(passkey) = passkey {
        let more = "Its counter did not go up, so there may be a copy of it. Nobody was signed in. Take it away under \
                        Passkeys, and ask its owner where it has been.";
        crate::break_glass::tell_of_break_glass(
            Work { app, tx, now },
            &passkey,
            "has a passkey that may be copied",
            more,
        )?;
    }
    Ok(Err(refusal))
}

/// Records a use of the key in the database, and returns the key. Compares the counter with the one stored now, not
/// with the one from when the sign-in began.
fn noted(
    tx: &mut Tx<'_>,
    id: &str,
    result: &AuthenticationResult,
    now: Timestamp,
) -> Result<Result<passkeys::Passkey, PasskeyRefusal>, AppError> {
    let Some(kept) = passkeys::by_id(tx, id)? else { return Ok(Err(PasskeyRefusal::Ended)) };
    if let Some(person) = kept.account.person
        && !is_administrator(tx, person, now)?
    {
        return Ok(Err(PasskeyRefusal::Ended));
    }
    if !result.user_verified() {
        return Ok(Err(PasskeyRefusal::NotBelieved));
    }
    let before = counter(&kept.credential)?;
    if (result.counter() > 0 || before > 0) && result.counter() <= before {
        return Ok(Err(PasskeyRefusal::Copied));
    }
    let mut credential = read(&kept.credential)?;
    credential.update_credential(result);
    let after = to_json(&credential)?;
    let noted = passkeys::set_used(tx, id, &kept.credential, &after, now)?;
    Ok(if noted { Ok(kept) } else { Err(PasskeyRefusal::Late) })
}

/// Reads the counter from a stored credential, because the library does not expose it.
///
/// # Errors
/// Fails where the counter is missing: a copy would go unnoticed without it, so the key is of no use until somebody
/// has looked at it.
fn counter(credential: &str) -> Result<u32, AppError> {
    serde_json::from_str::<serde_json::Value>(credential)
        .ok()
        .and_then(|value| value.get("cred")?.get("counter")?.as_u64())
        .and_then(|counter| u32::try_from(counter).ok())
        .ok_or_else(|| {
            AppError::Fault("a stored passkey tells no counter, so a copy of it could not be told".into())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_found_where_the_library_keeps_it() {
        assert_eq!(counter(r#"{"cred":{"counter":7}}"#).unwrap(), 7);
        for unknown in ["{}", "", r#"{"cred":{"counter":-1}}"#] {
            assert!(counter(unknown).is_err(), "no counter is not a counter of nought: {unknown}");
        }
    }
}
