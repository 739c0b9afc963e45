//! Sessions of people. How they prove who they are is for `sign_in`; here a proof becomes a cookie's digest.
//!
//! A session ends when nothing was done for a while, at the latest after its lifetime, when its owner ends it, and when
//! its person leaves. A cookie is made anew at every sign-in, so one that was there before is of no use.

use domain::{Force, PersonId, Secret, Span, Timestamp};
use serde_json::json;
use store::sessions::{self, Link, Session};
use store::{Tx, people};

use kernel::access::{Actor, Permit, Proof, Role, Roles, RunService, SeeOwnSessions, Who};
use kernel::limits::Door;
use kernel::record::{Record, force_of};
use kernel::{App, AppError, digest_hex};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};
use people_app::grants::{Standing, is_strong, standing_of};

/// How long a one-time sign-in link lives.
const LINK_LIFE: Span = Span::from_secs(15 * 60);
/// How somebody signed in who came through the directory.
pub(crate) const THROUGH_DIRECTORY: &str = "directory";
/// The last-seen time is kept to the minute.
const SEEN_GRAIN: Span = Span::from_secs(60);

/// A session that is going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Who may do what.
    pub actor: Actor,
    /// Whose it is as far as the service can tell: the same for all sessions of one person.
    pub owner: String,
    /// How they signed in.
    pub how: String,
    /// The start of its digest: names it among the owner's, and opens nothing.
    pub id: String,
    /// When it ends if nothing more is done.
    pub idle_at: Timestamp,
    /// When it ends whatever is done.
    pub ends_at: Timestamp,
}

/// A session as its owner sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Names it.
    pub id: String,
    /// What they use, in a few words; empty where it did not say.
    pub browser: String,
    /// How they signed in.
    pub how: String,
    /// When.
    pub began_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// Who signed in, for a new session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Name as it is shown.
    pub name: String,
    /// Who, where they are in the register.
    pub person: Option<PersonId>,
    /// The roles of somebody who is not in the register. A person's are looked up with every request.
    pub roles: Roles,
    /// The force that somebody who is not in the register is confined to.
    pub force: Option<Force>,
    /// How they proved it: a word for the ledger.
    pub how: &'static str,
}

/// Begins a session; the cookie's value.
///
/// # Errors
/// Only where the database does not answer.
pub async fn begin_session(app: &App, who: SignedIn) -> Result<Secret<String>, AppError> {
    begin_session_on(app, who, "").await
}

/// As [`begin_session`], on a browser that is described in a few words.
///
/// # Errors
/// Only where the database does not answer.
pub async fn begin_session_on(app: &App, who: SignedIn, uses: &str) -> Result<Secret<String>, AppError> {
    let (app, now, uses) = (app.clone(), app.world().now(), uses.to_owned());
    app.clone().store().write(move |tx| add_session(&app, tx, who, &uses, now)).await
}

/// Enters a session and its ledger entry; the cookie's value.
pub(crate) fn add_session(
    app: &App,
    tx: &mut Tx<'_>,
    who: SignedIn,
    uses: &str,
    now: Timestamp,
) -> Result<Secret<String>, AppError> {
    let token = crate::random_text(app);
    let session = Session {
        digest: digest_hex(token.expose().as_bytes()),
        owner: owner_of(who.person, &who.name),
        // The directory may let somebody in who signed in there this morning: what it says of that is noted by `arrive`.
        proven_at: (who.how != THROUGH_DIRECTORY).then_some(now),
        name: who.name,
        person: who.person,
        roles: who.roles.to_string(),
        force: who.force,
        created_at: now,
        seen_at: now,
        expires_at: now.plus(app.config().session_lifetime),
        how: who.how.to_owned(),
        browser: uses.chars().filter(|c| !c.is_control()).take(60).collect(),
    };
    sessions::add(tx, &session)?;
    let standing = standing(tx, &session, now)?;
    let actor = actor_of(app, &session, standing)?
        .ok_or_else(|| AppError::Conflict("who left the force cannot sign in".into()))?;
    if let Some(person) = session.person {
        sessions::note_first(tx, person, now)?;
        off_duty_app::note_sign_in(app, tx, person, now)?;
    }
    let record = Record::new(&actor.name, "session.begun", format!("role:{}", actor.roles))
        .force_if(actor.force)
        .reason(who.how)
        .detail(json!({ "name": session.name }));
    app.enter(tx, now, record)?;
    Ok(token)
}

/// The actor behind a cookie; `None` where there is no such session or it is over.
///
/// # Errors
/// Only where the database does not answer.
pub async fn actor_of_cookie(app: &App, token: &str) -> Result<Option<Actor>, AppError> {
    Ok(live_session(app, token).await?.map(|live| live.actor))
}

/// The session behind a cookie; `None` where there is none, it is over, or its person has left. Who they are and what
/// they may do is asked afresh each time.
///
/// # Errors
/// Only where the database does not answer.
pub async fn live_session(app: &App, token: &str) -> Result<Option<Live>, AppError> {
    if token.len() > 100 {
        return Ok(None);
    }
    let (digest, now) = (digest_hex(token.as_bytes()), app.world().now());
    let looked_up = digest.clone();
    let found = app.store().read(move |tx| {
        let Some(session) = sessions::by_digest(tx, &looked_up)? else { return Ok::<_, AppError>(None) };
        let standing = standing(tx, &session, now)?;
        Ok(Some((session, standing)))
    });
    let Some((session, standing)) = found.await? else { return Ok(None) };
    let idle = app.config().session_idle;
    if session.expires_at <= now || now.since(session.seen_at) >= idle {
        return Ok(None);
    }
    if now.since(session.seen_at) >= SEEN_GRAIN {
        app.store().write(move |tx| sessions::set_seen(tx, &digest, now)).await.map_err(AppError::from)?;
    }
    Ok(actor_of(app, &session, standing)?.map(|actor| Live {
        actor,
        id: start_of(&session.digest),
        idle_at: now.plus(idle).min(session.expires_at),
        ends_at: session.expires_at,
        owner: session.owner,
        how: session.how,
    }))
}

/// The sessions of whoever asks, the last used first.
///
/// # Errors
/// Only where the database does not answer.
pub async fn own_sessions(
    app: &App,
    _permit: Permit<SeeOwnSessions>,
    live: &Live,
) -> Result<Vec<Listed>, AppError> {
    let (now, owner) = (app.world().now(), live.owner.clone());
    let idle_before = now.minus(app.config().session_idle);
    let all = app
        .store()
        .read(move |tx| sessions::of_owner(tx, &owner, now, idle_before))
        .await
        .map_err(AppError::from)?;
    let listed = all.into_iter().map(|session| {
        let id = start_of(&session.digest);
        Listed {
            this: id == live.id,
            id,
            browser: session.browser,
            how: session.how,
            began_at: session.created_at,
            seen_at: session.seen_at,
        }
    });
    Ok(listed.collect())
}

/// Ends one of the sessions of whoever asks, or with no id all but the one that asks. Ending one that is over already
/// changes nothing and is no error.
///
/// # Errors
/// Only where the database does not answer.
pub async fn end_own_sessions(
    app: &App,
    permit: Permit<SeeOwnSessions>,
    live: &Live,
    token: &Secret<String>,
    id: Option<&str>,
) -> Result<(), AppError> {
    let (app, now, owner) = (app.clone(), app.world().now(), live.owner.clone());
    let (digest, id) = (digest_hex(token.expose().as_bytes()), id.map(str::to_owned));
    app.clone()
        .store()
        .write(move |tx| {
            let ended = match id {
                Some(id) if id.len() == ID_LENGTH => sessions::end_one(tx, &owner, &id)?,
                Some(_) => false,
                None => sessions::end_others(tx, &owner, &digest)? > 0,
            };
            if !ended {
                return Ok(());
            }
            let actor = permit.actor();
            let record =
                Record::new(&actor.name, "session.ended", "own-sessions".to_owned()).force_if(actor.force);
            app.enter(tx, now, record)
        })
        .await
}

/// Ends a session.
///
/// # Errors
/// Only where the database does not answer.
pub async fn end_session(app: &App, token: &str) -> Result<(), AppError> {
    let digest = digest_hex(token.as_bytes());
    app.store().write(move |tx| sessions::end(tx, &digest)).await.map_err(AppError::from)?;
    Ok(())
}

/// Makes a one-time sign-in link for somebody whom the register need not know, from the command line of the server:
/// the way in before a directory is connected, and when it is down. Gives the token; it lives fifteen minutes.
///
/// # Errors
/// [`AppError::Invalid`] for a name that cannot be.
pub async fn make_sign_in_link(
    app: &App,
    permit: Permit<RunService>,
    name: &str,
    role: Role,
) -> Result<Secret<String>, AppError> {
    let name = kernel::fields::text("name", name, 100)?;
    add_link(app, permit, Link { name, role: role.as_str().to_owned(), person: None }).await
}

/// The same for a person of the register, in the roles that they have there: what they then ask for and agree to is
/// theirs, so that they count as one person however they signed in.
///
/// # Errors
/// [`AppError::NotFound`] for a person who is not on the books.
pub async fn make_sign_in_link_for(
    app: &App,
    permit: Permit<RunService>,
    person: PersonId,
) -> Result<Secret<String>, AppError> {
    let found = app.store().read(move |tx| people::by_id(tx, person)).await.map_err(AppError::from)?;
    let found = found
        .filter(|person| person.ended_at.is_none())
        .ok_or_else(|| AppError::not_found("person", person))?;
    let link = Link { name: found.name, role: Role::Holder.as_str().to_owned(), person: Some(person) };
    add_link(app, permit, link).await
}

async fn add_link(app: &App, permit: Permit<RunService>, link: Link) -> Result<Secret<String>, AppError> {
    let token = crate::random_text(app);
    let (app, now, digest) = (app.clone(), app.world().now(), digest_hex(token.expose().as_bytes()));
    app.clone()
        .store()
        .write(move |tx| {
            keep_link(tx, &digest, &link, now)?;
            let record =
                Record::new(&permit.actor().name, "sign-in-link.made", format!("role:{}", link.role))
                    .force_if(force_of(tx, link.person)?)
                    .detail(json!({ "name": link.name }));
            app.enter(tx, now, record)?;
            tell_of_link(&app, tx, &permit, &link, now)
        })
        .await?;
    Ok(token)
}

/// Tells of a link for somebody who could destroy, approve or administer: whoever is on the server could use it.
fn tell_of_link(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<RunService>,
    link: &Link,
    now: Timestamp,
) -> Result<(), AppError> {
    let standing = link.person.map(|person| standing_of(tx, person, now)).transpose()?.flatten();
    let roles = match (link.person, &standing) {
        (Some(_), standing) => standing.map_or(Roles::NONE, |standing| standing.roles),
        (None, _) => link.role.parse::<Role>().map_or(Roles::NONE, Roles::from),
    };
    let Some(role) = roles.iter().filter(|role| is_strong(app.policy().access(), *role)).last() else {
        return Ok(());
    };
    let alarm = Alarm {
        force: standing.map(|standing| standing.force),
        kind: AlarmKind::SignInLink,
        by: permit.actor().name.clone(),
        subject: format!("A sign-in link was made on the server for {}, {}", link.name, role.title()),
        body: format!(
            "{} made it. Anybody who opens it within 15 minutes is signed in as them. If they did not ask for it, end their \
                 sessions, and find out who was on the server.",
            permit.actor().shown
        ),
        link: "/ledger?action=sign-in-link".into(),
    };
    alarms::raise(app, tx, alarm, now)
}

/// Spends a sign-in link; the cookie's value, or `None` where the link is unknown, spent or expired, or its person has
/// left since.
///
/// # Errors
/// [`AppError::TooMany`] where the same one signed in so too often; the link is not spent then.
pub async fn use_sign_in_link(
    app: &App,
    token: &str,
    uses: &str,
) -> Result<Option<Secret<String>>, AppError> {
    let (digest, now) = (digest_hex(token.as_bytes()), app.world().now());
    let (app, uses) = (app.clone(), uses.to_owned());
    app.clone()
        .store()
        .write(move |tx| {
            let link = sessions::use_link(tx, &digest, now)?;
            let link = match link {
                Some(Link { person: Some(id), role, .. }) => people::by_id(tx, id)?
                    .filter(|person| person.ended_at.is_none())
                    .map(|person| Link { name: person.name, role, person: Some(id) }),
                other => other,
            };
            let Some(link) = link else {
                crate::note_refused_sign_in(
                    &app,
                    tx,
                    ("sign-in-link".to_owned(), None),
                    "link-refused",
                    now,
                )?;
                return Ok(None);
            };
            kernel::limits::admit_account(&app, Door::Link, &owner_of(link.person, &link.name))?;
            let roles = link.role.parse().map_err(|error| AppError::fault(&error))?;
            let (name, person) = (link.name, link.person);
            let who = SignedIn { name, person, roles, force: None, how: "one-time-link" };
            add_session(&app, tx, who, &uses, now).map(Some)
        })
        .await
}

/// Who somebody is now; `None` for a person who has left.
fn actor_of(app: &App, session: &Session, standing: Option<Standing>) -> Result<Option<Actor>, AppError> {
    let who = match (session.person, standing) {
        (Some(person), Some(standing)) => Who {
            name: format!("person:{person}"),
            shown: session.name.clone(),
            person: Some(person),
            roles: standing.roles,
            force: Some(standing.force),
            both: standing.both,
        },
        (Some(_), None) => return Ok(None),
        (None, _) => {
            let roles = session.roles.parse().map_err(|error| AppError::fault(&error))?;
            Who {
                name: format!("session:{}", start_of(&session.digest)),
                shown: session.name.clone(),
                person: None,
                roles,
                force: session.force,
                both: Roles::NONE,
            }
        }
    };
    let proof = Proof { at: session.proven_at, by_link: session.how == "one-time-link" };
    Ok(Some(kernel::access::actor(app, who).with_proof(proof)))
}

/// Keeps a link by its digest, for as long as one lives.
pub(crate) fn keep_link(tx: &mut Tx<'_>, digest: &str, link: &Link, now: Timestamp) -> Result<(), AppError> {
    Ok(sessions::add_link(tx, digest, link, now, now.plus(LINK_LIFE))?)
}

/// A person's roles at this moment: one that was ended or is past its time does not count any more.
fn standing(tx: &mut Tx<'_>, session: &Session, now: Timestamp) -> Result<Option<Standing>, AppError> {
    session.person.map(|person| standing_of(tx, person, now)).transpose().map(Option::flatten)
}

/// Length of what names a session.
const ID_LENGTH: usize = 16;

fn start_of(digest: &str) -> String {
    digest.get(..ID_LENGTH).unwrap_or_default().to_owned()
}

/// Whose a session is: their person's, and where the register does not know them, that of everybody of their name.
pub(crate) fn owner_of(person: Option<PersonId>, name: &str) -> String {
    match person {
        Some(person) => format!("person:{person}"),
        None => format!("name:{}", name.to_lowercase()),
    }
}
