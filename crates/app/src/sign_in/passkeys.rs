//! Passkeys: the way in for break-glass administrators when the directory is down.
//!
//! One is registered only in a session that began on the server's own command line (a one-time link) or with another
//! passkey, never in one that the directory opened: whoever has taken over the directory must not be able to leave a key
//! behind. Using one is meant to be rare, and is loud: an entry in the ledger, and a line on the overview for a day.
//!
//! A passkey proves who somebody is. What a person of the register may do then is what it says there; an administrator whom
//! the register does not know is one by the key.
//!
//! The `webauthn-rs` crate makes and checks the messages; user verification (a PIN or a finger on the key) is required.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Secret, Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Tx, passkeys, people};
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::Taken;
use crate::access::{Permit, Role, RunService};
use crate::record::Record;
use crate::sessions::{Live, SignedIn};
use crate::{App, AppError, digest_hex};

const REGISTERING: &str = "passkey-registration";
const USING: &str = "passkey-use";
/// For how long the overview tells of a use.
const LOUD: Span = Span::from_secs(24 * 3600);
/// Keys at most: a sign-in names all of them to the browser.
const MOST: usize = 50;
/// The longest answer of a browser that is read, in bytes. One is about a kilobyte.
const LONGEST: usize = 16 * 1024;
/// Why a passkey cannot be used at an address that is a number.
const NEEDS_A_NAME: &str =
    "passkeys need an address with a name: set address to one such as https://mdm.force.example";

/// What a browser needs for the next step.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// Comes back with the answer, and finds what belongs to it.
    pub key: Secret<String>,
    /// The options for the browser, as JSON.
    pub options: String,
}

/// What a browser answered when a key was to be registered.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    /// The ceremony's key.
    pub key: Secret<String>,
    /// What the administrator calls it: 1 to 60 characters.
    pub label: String,
    /// The browser's answer, JSON.
    pub answer: String,
}

/// A sign-in with a passkey, for the overview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyUse {
    /// Whose it is.
    pub name: String,
    /// What it is called.
    pub label: String,
    /// When.
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Registering {
    owner: String,
    state: PasskeyRegistration,
}

impl App {
    /// Whether passkeys can work at the service's address at all: browsers want a name, and TLS or this machine.
    #[must_use]
    pub fn passkeys_can_be(&self) -> bool {
        self.webauthn().is_ok()
    }

    fn webauthn(&self) -> Result<Webauthn, AppError> {
        let faulty = || AppError::Conflict(NEEDS_A_NAME.to_owned());
        let url = Url::parse(&self.config().address).map_err(|_| faulty())?;
        let host = url.domain().ok_or_else(faulty)?.to_owned();
        let built = WebauthnBuilder::new(&host, &url).map(|builder| builder.rp_name("Lanyard"));
        built.and_then(WebauthnBuilder::build).map_err(|_| faulty())
    }

    /// Whether a passkey may be registered in this session.
    #[must_use]
    pub fn may_register_passkey(live: &Live) -> bool {
        matches!(live.how.as_str(), "one-time-link" | "passkey")
    }

    /// Begins to register a passkey for whoever is signed in.
    ///
    /// # Errors
    /// [`AppError::Conflict`] in a session that the directory opened, at an address without a name, and where there are
    /// fifty already.
    pub async fn begin_passkey(
        &self,
        _permit: Permit<RunService>,
        live: &Live,
        browser: &Secret<String>,
    ) -> Result<Ceremony, AppError> {
        if !Self::may_register_passkey(live) {
            return Err(AppError::Conflict(
                "a passkey is registered only after signing in by a link from the server, or with another passkey".into(),
            ));
        }
        let webauthn = self.webauthn()?;
        let (app, live, browser) = (self.clone(), live.clone(), browser.expose().clone());
        self.store()
            .write(move |tx| {
                let known = passkeys::live(tx)?;
                if known.len() >= MOST {
                    return Err(AppError::Conflict(format!("there are {MOST} passkeys: remove one first")));
                }
                let own = known.iter().filter(|key| key.owner == live.owner);
                let own: Vec<CredentialID> = own
                    .filter_map(|key| read(&key.credential).ok())
                    .map(|key| key.cred_id().clone())
                    .collect();
                let shown = &live.actor.shown;
                let (options, state) = webauthn
                    .start_passkey_registration(handle(&live.owner), shown, shown, Some(own))
                    .map_err(|error| AppError::fault(&error))?;
                let key = app.random_text();
                let content = Registering { owner: live.owner, state };
                app.begin_attempt(tx, REGISTERING, (key.expose(), &browser), &content)?;
                Ok(Ceremony { key, options: json(&options)? })
            })
            .await
    }

    /// Registers a passkey.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for an answer that does not fit the ceremony or comes too late.
    pub async fn finish_passkey(
        &self,
        permit: Permit<RunService>,
        live: &Live,
        browser: &str,
        new: NewPasskey,
    ) -> Result<(), AppError> {
        let label = crate::people::text("label", &new.label, 60)?;
        let webauthn = self.webauthn()?;
        let (app, live, browser) = (self.clone(), live.clone(), browser.to_owned());
        self.store()
            .write(move |tx| {
                let taken = app.take_attempt(tx, REGISTERING, (new.key.expose(), &browser))?;
                let Taken::Fits(Registering { owner, state }) = taken else { return Ok(Err(not_taken())) };
                let answer: Option<RegisterPublicKeyCredential> = parsed(&new.answer);
                let made = answer.filter(|_| owner == live.owner).and_then(|answer| {
                    let made = webauthn.finish_passkey_registration(&answer, &state);
                    made.inspect_err(|error| tracing::warn!(%error, "a passkey was not taken")).ok()
                });
                let Some(made) = made else { return Ok(Err(not_taken())) };
                let (now, id) = (app.world().now(), URL_SAFE_NO_PAD.encode(made.cred_id()));
                if passkeys::by_id(tx, &id)?.is_some() {
                    return Ok(Err(AppError::Conflict("this passkey is registered already".into())));
                }
                let passkey = passkeys::Passkey {
                    id,
                    owner: live.owner.clone(),
                    name: live.actor.shown.clone(),
                    person: live.actor.person,
                    label: label.clone(),
                    credential: json(&made)?,
                    created_at: now,
                    used_at: None,
                    ended_at: None,
                };
                passkeys::add(tx, &passkey)?;
                let record = Record::new(&permit.actor().name, "passkey.registered", subject(&passkey.id))
                    .detail(json!({ "name": passkey.name, "label": label }));
                app.enter(tx, now, record).map(Ok)
            })
            .await?
    }

    /// Begins a sign-in with a passkey; `None` where none is registered.
    ///
    /// # Errors
    /// [`AppError::Conflict`] at an address without a name.
    pub async fn begin_passkey_sign_in(
        &self,
        browser: &Secret<String>,
    ) -> Result<Option<Ceremony>, AppError> {
        let webauthn = self.webauthn()?;
        let (app, browser) = (self.clone(), browser.expose().clone());
        self.store()
            .write(move |tx| {
                let known = passkeys::live(tx)?;
                let keys: Vec<Passkey> = known.iter().filter_map(|key| read(&key.credential).ok()).collect();
                if keys.is_empty() {
                    return Ok(None);
                }
                let (options, state) =
                    webauthn.start_passkey_authentication(&keys).map_err(|error| AppError::fault(&error))?;
                let key = app.random_text();
                app.begin_attempt(tx, USING, (key.expose(), &browser), &state)?;
                Ok(Some(Ceremony { key, options: json(&options)? }))
            })
            .await
    }

    /// Signs an administrator in with a passkey; the session's cookie, or `None` where the answer may not be believed.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn use_passkey(
        &self,
        (key, browser): (&str, &str),
        answer: &str,
        uses: &str,
    ) -> Result<Option<Secret<String>>, AppError> {
        let webauthn = self.webauthn()?;
        let (app, now) = (self.clone(), self.world().now());
        let (key, browser) = (key.to_owned(), browser.to_owned());
        let (answer, uses) = (answer.to_owned(), uses.to_owned());
        self.store()
            .write(move |tx| {
                let state: Option<PasskeyAuthentication> =
                    match app.take_attempt(tx, USING, (&key, &browser))? {
                        Taken::Fits(state) => Some(state),
                        Taken::Unknown | Taken::OtherBrowser => None,
                    };
                let answer: Option<PublicKeyCredential> = parsed(&answer);
                let result = state.zip(answer).and_then(|(state, answer)| {
                    let result = webauthn.finish_passkey_authentication(&answer, &state);
                    result.inspect_err(|error| tracing::warn!(%error, "a passkey was refused")).ok()
                });
                let used = match result {
                    Some(result) => mark_used(tx, &result, now)?,
                    None => None,
                };
                let Some(used) = used else {
                    app.note_refused_sign_in(tx, "passkey".to_owned(), "passkey-refused", now)?;
                    return Ok(None);
                };
                let force = match used.person {
                    Some(person) => people::by_id(tx, person)?.map(|person| person.force),
                    None => None,
                };
                let mut record =
                    Record::new("stranger", "passkey.used", subject(&used.id)).reason("break-glass");
                record.force = force;
                let record = record.detail(json!({ "name": used.name, "label": used.label }));
                app.enter(tx, now, record)?;
                let who = SignedIn {
                    name: used.name,
                    person: used.person,
                    roles: Role::Administrator.into(),
                    force: None,
                    how: "passkey",
                };
                app.add_session(tx, who, &uses, now).map(Some)
            })
            .await
    }

    /// Every passkey that may be used.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn passkeys(&self, _permit: Permit<RunService>) -> Result<Vec<passkeys::Passkey>, AppError> {
        self.store().read(passkeys::live).await.map_err(AppError::from)
    }

    /// Gives a passkey another label.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where it is not there any more.
    pub async fn rename_passkey(
        &self,
        permit: Permit<RunService>,
        id: &str,
        label: &str,
    ) -> Result<(), AppError> {
        let label = crate::people::text("label", label, 60)?;
        let (app, now, id) = (self.clone(), self.world().now(), id.to_owned());
        self.store()
            .write(move |tx| {
                if !passkeys::rename(tx, &id, &label)? {
                    return Err(AppError::not_found("passkey", id));
                }
                let record = Record::new(&permit.actor().name, "passkey.renamed", subject(&id));
                app.enter(tx, now, record.detail(json!({ "label": label })))
            })
            .await
    }

    /// Takes a passkey away. Sessions that it began stay until they end, or until their owner ends them.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where it is not there any more.
    pub async fn remove_passkey(&self, permit: Permit<RunService>, id: &str) -> Result<(), AppError> {
        let (app, now, id) = (self.clone(), self.world().now(), id.to_owned());
        self.store()
            .write(move |tx| {
                if !passkeys::end(tx, &id, now)? {
                    return Err(AppError::not_found("passkey", id));
                }
                app.enter(tx, now, Record::new(&permit.actor().name, "passkey.removed", subject(&id)))
            })
            .await
    }

    /// The sign-ins with a passkey that the overview tells of: the last of each key within a day.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn passkeys_used_lately(&self) -> Result<Vec<PasskeyUse>, AppError> {
        let since = self.world().now().minus(LOUD);
        let used =
            self.store().read(move |tx| passkeys::used_since(tx, since)).await.map_err(AppError::from)?;
        let said = used
            .into_iter()
            .filter_map(|key| key.used_at.map(|at| PasskeyUse { name: key.name, label: key.label, at }));
        Ok(said.collect())
    }
}

/// Notes a use, and gives the key; `None` where it was taken away, its owner has left, or its counter says that there are
/// two of it. The counter is compared with what is stored now, not with what was when the sign-in began.
fn mark_used(
    tx: &mut Tx<'_>,
    result: &AuthenticationResult,
    now: Timestamp,
) -> Result<Option<passkeys::Passkey>, AppError> {
    let id = URL_SAFE_NO_PAD.encode(result.cred_id());
    let Some(kept) = passkeys::by_id(tx, &id)?.filter(|key| key.ended_at.is_none()) else { return Ok(None) };
    if let Some(person) = kept.person
        && people::by_id(tx, person)?.is_none_or(|person| person.ended_at.is_some())
    {
        return Ok(None);
    }
    let before = counter(&kept.credential);
    let copied = (result.counter() > 0 || before > 0) && result.counter() <= before;
    if copied || !result.user_verified() {
        return Ok(None);
    }
    let mut credential = read(&kept.credential)?;
    credential.update_credential(result);
    let after = json(&credential)?;
    let noted = passkeys::set_used(tx, &id, (&kept.credential, &after), now)?;
    Ok(noted.then_some(kept))
}

/// The counter of a stored credential; the library does not show it.
fn counter(credential: &str) -> u32 {
    serde_json::from_str::<serde_json::Value>(credential)
        .ok()
        .and_then(|value| value.get("cred")?.get("counter")?.as_u64())
        .and_then(|counter| u32::try_from(counter).ok())
        .unwrap_or_default()
}

fn read(credential: &str) -> Result<Passkey, AppError> {
    serde_json::from_str(credential).map_err(|error| AppError::fault(&error))
}

fn json<T: Serialize>(value: &T) -> Result<String, AppError> {
    serde_json::to_string(value).map_err(|error| AppError::fault(&error))
}

fn parsed<T: serde::de::DeserializeOwned>(answer: &str) -> Option<T> {
    if answer.len() > LONGEST { None } else { serde_json::from_str(answer).ok() }
}

fn not_taken() -> AppError {
    AppError::invalid("label", "the passkey was not taken, or it took too long: begin again")
}

/// How an authenticator knows the owner: the same for all keys of one, and naming nobody.
fn handle(owner: &str) -> Uuid {
    let digest = digest_hex(owner.as_bytes());
    Uuid::parse_str(digest.get(..32).unwrap_or_default()).unwrap_or_default()
}

/// A passkey in the ledger: by the start of its id's digest, which is short and says nothing of what holds the key.
fn subject(id: &str) -> String {
    format!("passkey:{}", digest_hex(id.as_bytes()).get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_found_where_the_library_keeps_it() {
        assert_eq!(counter(r#"{"cred":{"counter":7}}"#), 7);
        assert_eq!(counter("{}"), 0);
    }

    #[test]
    fn owners_are_told_apart_and_not_named() {
        assert_eq!(handle("name:robin"), handle("name:robin"));
        assert_ne!(handle("name:robin"), handle("name:jo"));
        assert!(!subject("secret-id").contains("secret"));
    }
}
