//! Registers, lists and removes the passkeys of break-glass administrators.
//!
//! Signing in with one is in `passkey_use`.
//!
//! A passkey is registered only by the owner of a break-glass account, in a session that began on the server's own
//! command line (a one-time link) or with another passkey, never in one that the directory opened: an attacker who
//! has taken over the directory must not be able to leave a key behind.
//!
//! The `webauthn-rs` crate makes and checks the messages; user verification (a PIN or a finger on the key) is
//! required.

use crate::break_glass::AccountView;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{passkeys, sessions};
use webauthn_rs::prelude::{
    CredentialID, Passkey, PasskeyRegistration, RegisterPublicKeyCredential, Url, Uuid,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::{NewAttempt, Taken};
use crate::sessions::Live;
use kernel::access::{Permit, RunService};
use kernel::record::{Record, force_of};
use kernel::{App, AppError, Work, digest_hex};
use notices_app::alarms;
use notices_app::alarms::Alarm;
use notices_app::alarms::AlarmKind;

const REGISTERING: &str = "passkey-registration";
/// Most keys: a sign-in names all of them to the browser.
const MOST: usize = 50;
/// The longest answer of a browser that is read, in bytes. A usual one is about a kilobyte.
const LONGEST: usize = 16 * 1024;
/// The error where passkeys cannot work because the service's address is a number.
const NEEDS_A_NAME: &str =
    "passkeys need an address with a name: set address to one such as https://mdm.force.example";
/// The error where a session may not register a passkey.
const NOT_HERE: &str = "a passkey is registered only by a break-glass administrator, after signing in by the link that lanyard \
                        break-glass invite makes on the server, or with another passkey of theirs";

/// The data that a browser needs for the next step.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// The key under which the answer finds this ceremony. Works once, for ten minutes.
    pub key: Secret<String>,
    /// The options for the browser, as JSON.
    pub options: String,
}

/// The browser's answer when a key is registered.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    /// The ceremony's key.
    pub key: String,
    /// The administrator's own label: 1 to 60 characters.
    pub label: String,
    /// The browser's answer, as JSON.
    pub answer: String,
}

#[derive(Serialize, Deserialize)]
struct Registering {
    owner: String,
    state: PasskeyRegistration,
}

/// Returns whether passkeys can work at the service's address: browsers require a name, and TLS or this machine.
#[must_use]
pub fn passkeys_can_be(app: &App) -> bool {
    webauthn(app).is_ok()
}

pub(super) fn webauthn(app: &App) -> Result<Webauthn, AppError> {
    let faulty = || AppError::Conflict(NEEDS_A_NAME.to_owned());
    let url = Url::parse(&app.config().address).map_err(|_| faulty())?;
    let host = url.domain().ok_or_else(faulty)?.to_owned();
    let built = WebauthnBuilder::new(&host, &url).map(|builder| builder.rp_name("Lanyard"));
    built.and_then(WebauthnBuilder::build).map_err(|_| faulty())
}

/// Returns whether a passkey may be registered in this session.
///
/// # Errors
/// Only if the database does not answer.
pub async fn may_register_passkey(
    app: &App,
    _permit: &Permit<RunService>,
    live: &Live,
) -> Result<bool, AppError> {
    if !passkeys_can_be(app) || !matches!(live.how.as_str(), "one-time-link" | "passkey") {
        return Ok(false);
    }
    let owner = live.owner.clone();
    let account = app.store().read(move |tx| passkeys::account_of(tx, &owner)).await;
    Ok(account.map_err(AppError::from)?.is_some())
}

/// Begins to register a passkey for the signed-in administrator, in the browser of that session.
///
/// # Errors
/// [`AppError::Conflict`] for anybody but a break-glass administrator, in a session that the directory opened, where
/// the service's address is not a name, and where there are fifty keys already.
pub async fn begin_passkey(app: &App, permit: Permit<RunService>, live: &Live) -> Result<Ceremony, AppError> {
    let webauthn = self::webauthn(app)?;
    if !may_register_passkey(app, &permit, live).await? {
        return Err(AppError::Conflict(NOT_HERE.into()));
    }
    let (app, live) = (app.clone(), live.clone());
    app.clone()
        .store()
        .write(move |tx| {
            let known = passkeys::live(tx)?;
            if known.len() >= MOST {
                return Err(AppError::Conflict(format!("there are {MOST} passkeys: remove one first")));
            }
            let own = known.iter().filter(|key| key.account.owner == live.owner);
            let own: Vec<CredentialID> =
                own.filter_map(|key| read(&key.credential).ok()).map(|key| key.cred_id().clone()).collect();
            let shown = &live.actor.shown;
            let (options, state) = webauthn
                .start_passkey_registration(handle(&live.owner), shown, shown, Some(own))
                .map_err(|error| AppError::fault(&error))?;
            let key = crate::random_text(&app);
            let content = Registering { owner: live.owner, state };
            let new = NewAttempt { kind: REGISTERING, key: key.expose(), browser: &live.id };
            crate::begin_attempt(&app, tx, &new, &content)?;
            Ok(Ceremony { key, options: to_json(&options)? })
        })
        .await
}

/// Registers a passkey.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid label, and for an answer that does not match the ceremony or comes too late;
/// [`AppError::Conflict`] for a key that is registered already, and as [`begin_passkey`].
pub async fn finish_passkey(
    app: &App,
    permit: Permit<RunService>,
    live: &Live,
    new: NewPasskey,
) -> Result<(), AppError> {
    let label = kernel::fields::text("label", &new.label, 60)?;
    let webauthn = self::webauthn(app)?;
    let (app, live) = (app.clone(), live.clone());
    app.clone()
        .store()
        .write(move |tx| {
            // The attempt is used up whatever the outcome, so that a refusal commits too.
            let taken = crate::take_attempt(&app, tx, REGISTERING, &new.key, &live.id)?;
            let Taken::Fits(Registering { owner, state }) = taken else { return Ok(Err(not_taken())) };
            let Some(account) = passkeys::account_of(tx, &owner)?.filter(|_| owner == live.owner) else {
                return Ok(Err(AppError::Conflict(NOT_HERE.into())));
            };
            let answer: Option<RegisterPublicKeyCredential> = parsed(&new.answer);
            let made = answer.and_then(|answer| {
                let made = webauthn.finish_passkey_registration(&answer, &state);
                made.inspect_err(|error| tracing::info!(%error, "a passkey was not taken")).ok()
            });
            let Some(made) = made else { return Ok(Err(not_taken())) };
            let now = app.world().now();
            let passkey = passkeys::Passkey {
                id: URL_SAFE_NO_PAD.encode(made.cred_id()),
                account,
                label,
                credential: to_json(&made)?,
                created_at: now,
                used_at: None,
            };
            if !passkeys::add(tx, &passkey)? {
                return Ok(Err(AppError::Conflict("this passkey is registered already".into())));
            }
            let record = Record::new(&permit.actor().name, "passkey.registered", subject(&passkey.id))
                .force_if(force_of(tx, passkey.account.person)?)
                .detail(json!({ "name": passkey.account.name, "label": passkey.label }));
            app.enter(tx, now, record)?;
            let said = ("has another passkey", "If that was not meant to be, take it away under Passkeys.");
            crate::break_glass::tell_of_break_glass(Work { app: &app, tx, now }, &passkey, said.0, said.1)
                .map(Ok)
        })
        .await?
}

/// A passkey, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyView {
    /// The credential's id, base64url.
    pub id: String,
    /// Whose it is.
    pub account: AccountView,
    /// What they call it, such as `Key in the safe`.
    pub label: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last signed a person in.
    pub used_at: Option<Timestamp>,
}

impl From<passkeys::Passkey> for PasskeyView {
    fn from(row: passkeys::Passkey) -> Self {
        Self {
            id: row.id,
            account: row.account.into(),
            label: row.label,
            created_at: row.created_at,
            used_at: row.used_at,
        }
    }
}

/// Lists every passkey that may be used.
///
/// # Errors
/// Only if the database does not answer.
pub async fn passkeys(app: &App, _permit: &Permit<RunService>) -> Result<Vec<PasskeyView>, AppError> {
    let all = app.store().read(passkeys::live).await.map_err(AppError::from)?;
    Ok(all.into_iter().map(PasskeyView::from).collect())
}

/// Removes a passkey, and ends its owner's sessions that a passkey began, except the one of this request. Removing it
/// twice changes nothing.
///
/// # Errors
/// Only if the database does not answer.
pub async fn remove_passkey(
    app: &App,
    permit: Permit<RunService>,
    token: &Secret<String>,
    id: &str,
) -> Result<(), AppError> {
    let (app, now, id) = (app.clone(), app.world().now(), id.to_owned());
    let asks = digest_hex(token.expose().as_bytes());
    app.clone().store()
            .write(move |tx| {
                let Some(passkey) = passkeys::by_id(tx, &id)? else { return Ok(()) };
                passkeys::end(tx, &id, now)?;
                sessions::end_by_passkey(tx, &passkey.account.owner, &asks)?;
                let by = permit.actor();
                let record = Record::new(&by.name, "passkey.removed", subject(&id))
                    .force_if(force_of(tx, passkey.account.person)?)
                    .detail(json!({ "name": passkey.account.name, "label": passkey.label }));
                app.enter(tx, now, record)?;
                let alarm = Alarm {
                    force: None,
                    kind: AlarmKind::BreakGlass,
                    by: by.name.clone(),
                    subject: format!("Break-glass: {} removed a passkey of {}", by.shown, passkey.account.name),
                    body: format!(
                        "The passkey was called {}. If nobody expected this, invite its owner again on the server with lanyard \
                         break-glass invite.",
                        passkey.label
                    ),
                    link: "/passkeys".to_owned(),
                };
                alarms::raise(Work { app: &app, tx, now }, alarm)
            })
            .await
}

pub(super) fn read(credential: &str) -> Result<Passkey, AppError> {
    serde_json::from_str(credential).map_err(|error| AppError::fault(&error))
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, AppError> {
    serde_json::to_string(value).map_err(|error| AppError::fault(&error))
}

pub(super) fn parsed<T: serde::de::DeserializeOwned>(answer: &str) -> Option<T> {
    if answer.len() > LONGEST { None } else { serde_json::from_str(answer).ok() }
}

fn not_taken() -> AppError {
    AppError::invalid("answer", "the passkey was not taken, or it took longer than ten minutes: begin again")
}

/// Makes the user handle that an authenticator stores: the same for all keys of one owner, and naming nobody.
fn handle(owner: &str) -> Uuid {
    let digest = digest_hex(owner.as_bytes());
    Uuid::parse_str(digest.get(..32).unwrap_or_default()).unwrap_or_default()
}

/// Names a passkey in the ledger by the start of its id's digest, which is short and does not reveal what holds the
/// key.
pub(super) fn subject(id: &str) -> String {
    format!("passkey:{}", digest_hex(id.as_bytes()).get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_told_apart_and_not_named() {
        assert_eq!(handle("name:robin"), handle("name:robin"));
        assert_ne!(handle("name:robin"), handle("name:jo"));
        assert!(!subject("secret-id").contains("secret"));
    }
}
