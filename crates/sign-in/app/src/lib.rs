//! Signs people in: through the force's directory, with a passkey, or with a one-time link.
//!
//! `directory` is the usual way. `passkeys` and `passkey_use` serve the accounts that are marked for it
//! (`break_glass`) when the directory is down. The one-time link, for use before a directory is connected and for the
//! first passkey, is in `sessions`. Forms posted after a session expired are in `kept`.
//!
//! A sign-in that takes two requests stores its secrets encrypted in the database between them, so that any node may
//! answer the second, under the digest of a random key that the browser brings back. They work once, only for the
//! browser that began (identified by a cookie), and for ten minutes.

pub mod sessions;
pub mod tokens;

mod break_glass;
mod directory;
mod kept;
mod passkey_use;
mod passkeys;

pub use break_glass::{break_glass_accounts, end_break_glass, invite_break_glass};
pub use directory::{begin_directory_sign_in, directory_sign_out, finish_directory_sign_in};
pub use kept::{keep_form, kept_form, take_kept_form};
pub use passkey_use::{begin_passkey_sign_in, use_passkey};
pub use passkeys::{
    begin_passkey, finish_passkey, may_register_passkey, passkeys, passkeys_can_be, remove_passkey,
};

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Force, Secret, Span, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Tx;
use store::sign_in::{self, Attempt};

use kernel::limits::Door;
use kernel::record::Record;
use kernel::{App, AppError, Work, digest_hex};

pub use outbound::oidc::OidcError as ProviderFault;

pub use break_glass::{AccountView, Administrator};
pub use directory::{Arrival, Back, ClaimNames, OidcDirectory, Refusal, Wanted};
pub use kept::KEEP;
pub use kept::KeptForm;
pub use passkey_use::PasskeyRefusal;
pub use passkeys::{Ceremony, NewPasskey, PasskeyView};

/// Longest time between the two requests of a sign-in.
const ATTEMPT_LIFE: Span = Span::from_secs(600);
/// Longest secret accepted from a browser, in bytes.
const LONGEST: usize = 200;

/// A secret that a browser sends to sign in.
#[derive(Debug, Clone, Copy)]
pub enum Brought<'a> {
    /// A one-time link.
    Link(&'a str),
    /// The state of a sign-in through the directory.
    Directory(&'a str),
    /// The key of the challenge that a passkey answers.
    Passkey(&'a str),
}

/// Admits an attempt to sign in with a secret. Looks the secret up first: only an unknown secret counts against the
/// address's rate limit, so that somebody guessing cannot lock out a genuine user.
///
/// # Errors
/// [`AppError::TooMany`] where the secret is unknown and there were too many such attempts from that address.
pub async fn admit(app: &App, from: Option<IpAddr>, brought: Brought<'_>) -> Result<(), AppError> {
    let (door, kind, secret) = match brought {
        Brought::Link(secret) => (Door::Link, None, secret),
        Brought::Directory(secret) => (Door::SignIn, Some(directory::KIND), secret),
        Brought::Passkey(secret) => (Door::Passkey, Some(passkey_use::USING), secret),
    };
    let waits = secret.len() <= LONGEST && {
        let (digest, now) = (digest_hex(secret.as_bytes()), app.world().now());
        let found = app.store().read(move |tx| match kind {
            Some(kind) => sign_in::waits(tx, &digest, kind, now),
            None => store::sessions::link_works(tx, &digest, now),
        });
        found.await?
    };
    if waits { Ok(()) } else { kernel::limits::admit_address(app, door, from) }
}

/// Makes a random text for a cookie, a link or a one-time key: 43 letters, digits, hyphens and underscores.
#[must_use]
pub fn random_text(app: &App) -> Secret<String> {
    Secret::new(URL_SAFE_NO_PAD.encode(app.world().bytes::<32>()))
}

/// An attempt that begins.
struct NewAttempt<'a> {
    kind: &'static str,
    /// The secret that its browser brings back.
    key: &'a str,
    /// The secret in the cookie of its browser.
    browser: &'a str,
}

/// Stores an attempt until its browser returns.
fn begin_attempt<T: Serialize>(
    app: &App,
    tx: &mut Tx<'_>,
    new: &NewAttempt<'_>,
    content: &T,
) -> Result<(), AppError> {
    let NewAttempt { kind, key, browser } = *new;
    let digest = digest_hex(key.as_bytes());
    let plain = serde_json::to_vec(content).map_err(|error| AppError::fault(&error))?;
    let sealed = app.sealer().seal(app.world(), &place(&digest), &plain)?;
    let attempt = Attempt {
        digest,
        kind,
        browser: digest_hex(browser.as_bytes()),
        sealed,
        expires_at: app.world().now().plus(ATTEMPT_LIFE),
    };
    Ok(sign_in::begin(tx, &attempt)?)
}

/// Takes a stored attempt, once. A wrong browser uses it up too: somebody else has seen its secret.
fn take_attempt<T: DeserializeOwned>(
    app: &App,
    tx: &mut Tx<'_>,
    kind: &'static str,
    key: &str,
    browser: &str,
) -> Result<Taken<T>, AppError> {
    if key.len() > LONGEST || browser.len() > LONGEST {
        return Ok(Taken::Unknown);
    }
    let digest = digest_hex(key.as_bytes());
    let Some(attempt) = sign_in::take(tx, &digest, kind)? else { return Ok(Taken::Unknown) };
    if attempt.browser != digest_hex(browser.as_bytes()) {
        return Ok(Taken::OtherBrowser);
    }
    if attempt.expires_at <= app.world().now() {
        return Ok(Taken::Unknown);
    }
    let plain = app.sealer().open(&place(&digest), &attempt.sealed)?;
    serde_json::from_slice(plain.expose()).map(Taken::Fits).map_err(|error| AppError::fault(&error))
}

/// Records a refused sign-in in the ledger; at most so many a minute.
pub(crate) fn note_refused_sign_in(
    Work { app, tx, now }: Work<'_, '_>,
    subject: String,
    force: Option<Force>,
    reason: &'static str,
) -> Result<(), AppError> {
    if !app.may_note_refusal(None, now) {
        return Ok(());
    }
    let record = Record::new("stranger", "sign-in.refused", subject).force_if(force).reason(reason);
    app.enter(tx, now, record)
}

/// The outcome of looking up the attempt that a browser returned with.
enum Taken<T> {
    /// The attempt is this browser's, and in time.
    Fits(T),
    /// There is no such attempt: never begun, taken already, or too late.
    Unknown,
    /// Another browser began it.
    OtherBrowser,
}

fn place(digest: &str) -> String {
    format!("sign-in:{digest}")
}

/// Deletes unfinished sign-ins, forms that nobody submitted again, and ended sessions; returns the number of rows. A
/// session is kept for [`KEEP`] after its end, so that a form typed in it can still be saved.
///
/// # Errors
/// Only if the database does not answer.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, session_idle: Span) -> Result<u64, AppError> {
    let over = now.minus(KEEP);
    Ok(store::sessions::forget(tx, over, over.minus(session_idle))?
        + store::kept_forms::forget(tx, now)?
        + store::sign_in::forget(tx, now)?)
}
