//! Signs people in through the force's directory (OpenID Connect), and finds the person whose account it is.
//!
//! The directory proves an account; the register says which person has it. The first time, the person is found by the
//! directory's own identifier, by user name, or by force and number, as the settings say; from then on the account is
//! bound to the person. A user name that is later given to somebody else does not make them the former owner.

use domain::{Force, PersonId, Secret, Timestamp};
use outbound::oidc::{self, Claims, Oidc, OidcError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::people::{self, Person};
use store::{Tx, sessions, sign_in};

use super::{NewAttempt, Taken};
use crate::sessions::{SignedIn, THROUGH_DIRECTORY, owner_of};
use kernel::limits::Door;
use kernel::record::Record;
use kernel::{App, AppError, Work, digest_hex};
use people_app::grants::Names;

pub(super) const KIND: &str = THROUGH_DIRECTORY;

/// The force's directory as a sign-in provider.
#[derive(Debug, Clone)]
pub struct OidcDirectory {
    /// Its sign-in provider.
    pub oidc: Oidc,
    /// The names of the claims in its tokens.
    pub claims: ClaimNames,
}

/// The names of the claims that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The account's own identifier, never given to another account: `sub`, or `oid` in Entra ID.
    pub account: String,
    /// The user name.
    pub user_name: String,
    /// The groups.
    pub groups: String,
    /// The force, where the token says it: a claim whose values are words of forces.
    pub force: Option<String>,
    /// The collar or staff number, where the token says it.
    pub number: Option<String>,
}

/// The reason why a sign-in was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The sign-in was never begun here, was finished already, or took too long.
    Unknown,
    /// Another browser began it.
    OtherBrowser,
    /// The user, or the provider, broke it off.
    BrokenOff,
    /// The provider failed, or its answer was not accepted.
    Provider(OidcError),
    /// The person is not in the register.
    NotInRegister,
    /// The person has left.
    Ended,
    /// The user name or number belongs to a person who has another account.
    OtherAccount,
    /// The directory left their groups out of the token.
    GroupsLeftOut,
    /// The token lacks the claim that the settings read the account from; holds the claim's name.
    NoAccount(String),
}

impl Refusal {
    /// Returns the reason code for the ledger.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown-attempt",
            Self::OtherBrowser => "other-browser",
            Self::BrokenOff => "broken-off",
            Self::Provider(error) => error.word(),
            Self::NotInRegister => "not-in-register",
            Self::Ended => "left",
            Self::OtherAccount => "other-account",
            Self::GroupsLeftOut => "groups-left-out",
            Self::NoAccount(_) => "account-claim-missing",
        }
    }
}

/// The outcome of a sign-in.
#[derive(Debug)]
pub enum Arrival {
    /// The person is signed in.
    SignedIn {
        /// The session's cookie.
        cookie: Secret<String>,
        /// The path that they wanted to go to.
        next: String,
    },
    /// The sign-in was refused.
    Refused(Refusal),
}

/// The parameters that the browser brought back from the provider.
#[derive(Debug, Default)]
pub struct Back {
    /// The state that it was sent away with.
    pub state: String,
    /// The code; `None` where the provider broke off.
    pub code: Option<Secret<String>>,
    /// The issuer, where the provider names itself (RFC 9207).
    pub issuer: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Begun {
    nonce: String,
    verifier: String,
    next: String,
    /// Whether the directory was asked for a fresh sign-in.
    again: bool,
}

/// The options of a sign-in: where it leads, and how it is requested.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The path to go on to.
    pub next: &'a str,
    /// Whether the person must sign in again at the directory, to prove that they are present.
    pub again: bool,
}

/// A verified token, and the browser that brought it.
struct Arriving<'a> {
    directory: &'a OidcDirectory,
    claims: &'a Claims,
    uses: &'a str,
    again: bool,
}

/// Begins a sign-in through the directory; returns the address to send the browser to. `browser` is the value of its
/// cookie.
///
/// # Errors
/// Only if the database does not answer; the inner refusal says what the provider did.
pub async fn begin_directory_sign_in(
    app: &App,
    directory: &OidcDirectory,
    browser: &Secret<String>,
    wanted: Wanted<'_>,
) -> Result<Result<String, Refusal>, AppError> {
    let ceremony = oidc::Ceremony {
        state: crate::random_text(app),
        nonce: crate::random_text(app),
        verifier: crate::random_text(app),
    };
    let url = match directory.oidc.begin(&ceremony, wanted.again, app.world().now()).await {
        Ok(url) => url,
        Err(error) => {
            tracing::warn!(%error, "a sign-in could not begin");
            return Ok(Err(Refusal::Provider(error)));
        }
    };
    let begun = Begun {
        nonce: ceremony.nonce.into_exposed(),
        verifier: ceremony.verifier.into_exposed(),
        next: wanted.next.to_owned(),
        again: wanted.again,
    };
    let (app, browser) = (app.clone(), browser.expose().clone());
    app.clone()
        .store()
        .write(move |tx| {
            let new = NewAttempt { kind: KIND, key: ceremony.state.expose(), browser: &browser };
            crate::begin_attempt(&app, tx, &new, &begun)
        })
        .await?;
    Ok(Ok(url))
}

/// Finishes a sign-in through the directory. `browser` is the value of the cookie that it began with, and `uses`
/// describes the browser in a few words.
///
/// # Errors
/// [`AppError::TooMany`] where the same person signed in too often.
pub async fn finish_directory_sign_in(
    app: &App,
    directory: &OidcDirectory,
    back: Back,
    browser: &str,
    uses: &str,
) -> Result<Arrival, AppError> {
    let begun = match take_directory_attempt(app, &back, browser).await? {
        Ok(begun) => begun,
        Err(refusal) => return Ok(Arrival::Refused(refusal)),
    };
    if back.issuer.as_deref().is_some_and(|issuer| issuer != directory.oidc.issuer()) {
        let wrong = OidcError::Token(oidc::TokenFault::WrongIssuer);
        return refuse_directory(app, Refusal::Provider(wrong)).await;
    }
    let Some(code) = back.code else { return refuse_directory(app, Refusal::BrokenOff).await };
    let ceremony = oidc::Ceremony {
        state: Secret::new(back.state),
        nonce: Secret::new(begun.nonce),
        verifier: Secret::new(begun.verifier),
    };
    let now = app.world().now();
    let claims = match directory.oidc.finish(&ceremony, code, now).await {
        Ok(claims) => claims,
        Err(error) => {
            // Anybody can send a made-up code, so that is only logged as information; a provider that fails, or seems
            // to be another one, is a warning.
            match &error {
                OidcError::Refused(_) => tracing::info!(%error, "a sign-in was refused"),
                _ => tracing::warn!(%error, "a sign-in was refused"),
            }
            return refuse_directory(app, Refusal::Provider(error)).await;
        }
    };
    let (own, directory, uses, again) = (app.clone(), directory.clone(), uses.to_owned(), begun.again);
    let arrive = move |tx: &mut Tx<'_>| {
        self::arrive(
            Work { app: &own, tx, now },
            &Arriving { directory: &directory, claims: &claims, uses: &uses, again },
        )
    };
    let outcome = app.store().write(arrive).await?;
    Ok(match outcome {
        Ok(cookie) => Arrival::SignedIn { cookie, next: begun.next },
        Err(refusal) => Arrival::Refused(refusal),
    })
}

/// Returns the address that ends the directory's own session too; `None` where it has no such address or does not
/// answer. Our session has ended either way.
pub async fn directory_sign_out(app: &App, directory: &OidcDirectory) -> Option<String> {
    directory
        .oidc
        .sign_out(app.world().now())
        .await
        .inspect_err(|error| tracing::warn!(%error, "the directory's own session could not be ended"))
        .ok()
        .flatten()
}

async fn take_directory_attempt(
    app: &App,
    back: &Back,
    browser: &str,
) -> Result<Result<Begun, Refusal>, AppError> {
    let (app, state, browser) = (app.clone(), back.state.clone(), browser.to_owned());
    app.clone()
        .store()
        .write(move |tx| {
            let refusal = match crate::take_attempt(&app, tx, KIND, &state, &browser)? {
                Taken::Fits(begun) => return Ok(Ok(begun)),
                Taken::Unknown => Refusal::Unknown,
                Taken::OtherBrowser => Refusal::OtherBrowser,
            };
            crate::note_refused_sign_in(
                Work { app: &app, tx, now: app.world().now() },
                KIND.to_owned(),
                None,
                refusal.word(),
            )?;
            Ok(Err(refusal))
        })
        .await
}

async fn refuse_directory(app: &App, refusal: Refusal) -> Result<Arrival, AppError> {
    let (app, word) = (app.clone(), refusal.word());
    app.clone()
        .store()
        .write(move |tx| {
            crate::note_refused_sign_in(
                Work { app: &app, tx, now: app.world().now() },
                KIND.to_owned(),
                None,
                word,
            )
        })
        .await?;
    Ok(Arrival::Refused(refusal))
}

/// Finds the person whose account it is and signs them in, or refuses with a reason; records either in the ledger.
fn arrive(
    Work { app, tx, now }: Work<'_, '_>,
    arriving: &Arriving<'_>,
) -> Result<Result<Secret<String>, Refusal>, AppError> {
    let Arriving { directory, claims, uses, .. } = *arriving;
    let person = match whose(tx, directory, claims)? {
        Ok(found) => found,
        Err(refusal) => {
            crate::note_refused_sign_in(Work { app, tx, now }, KIND.to_owned(), None, refusal.word())?;
            return Ok(Err(refusal));
        }
    };
    let refusal = match &person {
        Found { person, .. } if person.ended_at.is_some() => Some(Refusal::Ended),
        _ if claims.left_out(&directory.claims.groups) => Some(Refusal::GroupsLeftOut),
        _ => None,
    };
    let (Found { person, account, new }, subject) = (person, directory.oidc.issuer());
    if let Some(refusal) = refusal {
        crate::note_refused_sign_in(
            Work { app, tx, now },
            format!("person:{}", person.id),
            Some(person.force),
            refusal.word(),
        )?;
        return Ok(Err(refusal));
    }
    if new {
        sign_in::bind_account(tx, subject, &account, person.id, now)?;
        let record = Record::new("system", "directory-account.bound", format!("person:{}", person.id))
            .force(person.force)
            .detail(json!({ "issuer": subject, "account": account }));
        app.enter(tx, now, record)?;
    }
    kernel::limits::admit_account(app, Door::SignIn, &owner_of(Some(person.id), &person.name))?;
    let groups: Vec<&str> = claims.list(&directory.claims.groups).into_iter().map(group_name).collect();
    let standing = people_app::grants::take_groups(Work { app, tx, now }, &person, &groups, Names::SignIn)?;
    tell_roles(&directory.claims.groups, claims, groups.len(), &standing);
    let who = SignedIn {
        name: person.name.clone(),
        person: Some(person.id),
        roles: standing.roles,
        force: Some(person.force),
        how: THROUGH_DIRECTORY,
    };
    let token = crate::sessions::add_session(Work { app, tx, now }, who, uses)?;
    if let Some(at) = proven_at(arriving, now) {
        sessions::set_proven(tx, &digest_hex(token.expose().as_bytes()), at)?;
    }
    Ok(Ok(token))
}

/// Returns when the person proved that they are present: the time of their sign-in at the directory, as it states it.
/// Where it does not state a time, only a fresh sign-in that was asked for proves anything: any other may rest on a
/// browser that was left open.
fn proven_at(arriving: &Arriving<'_>, now: Timestamp) -> Option<Timestamp> {
    match arriving.claims.signed_in_at() {
        Some(at) => Some(at.min(now)),
        None => arriving.again.then_some(now),
    }
}

/// Returns the name of a group. Keycloak sends the path of a group, `/Lanyard desk`, unless it is set otherwise; a
/// group inside another one keeps its whole path.
fn group_name(claimed: &str) -> &str {
    claimed.strip_prefix('/').filter(|name| !name.contains('/')).unwrap_or(claimed)
}

/// Logs the groups in a token and the roles that the person has now, so that an engineer who connects a directory can
/// see why a role is missing.
fn tell_roles(claim: &str, claims: &Claims, groups: usize, standing: &kernel::roles::HeldRoles) {
    let roles = standing.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    if claims.has(claim) {
        tracing::info!(claim, groups, roles, "somebody signed in through the directory");
    } else {
        tracing::warn!(
            claim,
            roles,
            "somebody signed in, and the token has no such claim: it gave them no role. Have the directory send the groups, \
             or name the claim that holds them in [sign_in] groups_claim"
        );
    }
}

struct Found {
    person: Person,
    account: String,
    /// Whether the account is not yet bound to the person.
    new: bool,
}

fn whose(
    tx: &mut Tx<'_>,
    directory: &OidcDirectory,
    claims: &Claims,
) -> Result<Result<Found, Refusal>, AppError> {
    let issuer = directory.oidc.issuer();
    let Some(account) = claims.text(&directory.claims.account) else {
        let claim = directory.claims.account.clone();
        tracing::warn!(
            claim,
            "a sign-in was refused: the token has no such claim, or it is no text. Have the directory send it, or name the \
             account's own identifier in [sign_in] account_claim"
        );
        return Ok(Err(Refusal::NoAccount(claim)));
    };
    let bound = sign_in::person_of_account(tx, issuer, account)?;
    let id = match bound {
        Some(id) => Some(id),
        None => looked_for(tx, &directory.claims, claims, account)?,
    };
    let person = match id {
        Some(id) => people::by_id(tx, id)?,
        None => None,
    };
    let Some(person) = person else { return Ok(Err(Refusal::NotInRegister)) };
    if bound.is_none() && sign_in::account_of_person(tx, issuer, person.id)?.is_some() {
        return Ok(Err(Refusal::OtherAccount));
    }
    Ok(Ok(Found { person, account: account.to_owned(), new: bound.is_none() }))
}

/// Looks for the person of an account that has not signed in before.
fn looked_for(
    tx: &mut Tx<'_>,
    names: &ClaimNames,
    claims: &Claims,
    account: &str,
) -> Result<Option<PersonId>, AppError> {
    if let Some(person) = sign_in::person_of_external_id(tx, account)? {
        return Ok(Some(person));
    }
    if let Some(user_name) = claims.text(&names.user_name)
        && let Some(person) = sign_in::person_of_user_name(tx, user_name)?
    {
        return Ok(Some(person));
    }
    let text = |name: &Option<String>| name.as_deref().and_then(|name| claims.text(name));
    let force = text(&names.force).and_then(|word| word.to_ascii_lowercase().parse::<Force>().ok());
    match (force, text(&names.number)) {
        (Some(force), Some(number)) => Ok(people::by_number(tx, force, number)?.map(|person| person.id)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::group_name;

    #[test]
    fn a_group_at_the_top_is_known_by_its_path() {
        for (claimed, name) in [
            ("Lanyard desk", "Lanyard desk"),
            ("/Lanyard desk", "Lanyard desk"),
            ("/other/Lanyard desk", "/other/Lanyard desk"),
            ("/", ""),
        ] {
            assert_eq!(group_name(claimed), name);
        }
    }
}
