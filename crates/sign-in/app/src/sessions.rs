//! Begins, looks up and ends the sessions of people.
//!
//! How people prove who they are is for the other modules of this crate; here a proof becomes a cookie, stored by its
//! digest. A session ends when it has been idle for a while, at the latest after its lifetime, when its owner ends
//! it, and when its person leaves. Every sign-in makes a new cookie, so an earlier one is of no use.

use domain::{Force, PersonId, Secret, Span, Timestamp};
use serde_json::json;
use store::sessions::{self, Link, Session};
use store::{Tx, people};

use kernel::access::{Actor, Permit, Proof, Role, Roles, RunService, SeeOwnSessions, Who};
use kernel::limits::Door;
use kernel::record::{Record, force_of};
use kernel::{App, AppError, Work, digest_hex};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};
use people_app::grants::{HeldRoles, is_strong, standing_of};

/// Lifetime of a one-time sign-in link.
const LINK_LIFE: Span = Span::from_secs(15 * 60);
/// The method recorded for a sign-in through the directory.
pub(crate) const THROUGH_DIRECTORY: &str = "directory";
/// Precision of the last-seen time: one minute.
const SEEN_GRAIN: Span = Span::from_secs(60);

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The actor: who they are and what they may do.
    pub actor: Actor,
    /// The session's owner: the same for all sessions of one person, as far as the service can tell.
    pub owner: String,
    /// The method they signed in with.
    pub how: String,
    /// The start of its digest: identifies it among the owner's sessions, and opens nothing.
    pub id: String,
    /// The time at which it ends if it stays idle.
    pub idle_at: Timestamp,
    /// The time at which it ends in any case.
    pub ends_at: Timestamp,
}

/// A session as its owner sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The browser and system in a few words; empty where the browser did not say.
    pub browser: String,
    /// The method they signed in with.
    pub how: String,
    /// The time of the sign-in.
    pub began_at: Timestamp,
    /// The time of the last use, to the minute.
    pub seen_at: Timestamp,
    /// Whether it is the session of this request.
    pub this: bool,
}

/// The proven identity for a new session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Name as it is shown.
    pub name: String,
    /// The person, where they are in the register.
    pub person: Option<PersonId>,
    /// The roles of somebody who is not in the register. A person's roles are looked up with every request.
    pub roles: Roles,
    /// The force that somebody who is not in the register is confined to.
    pub force: Option<Force>,
    /// The method of proof: a word for the ledger.
    pub how: &'static str,
}

/// Begins a session; returns the cookie's value.
///
/// # Errors
/// Only if the database does not answer.
pub async fn begin_session(app: &App, who: SignedIn) -> Result<Secret<String>, AppError> {
    begin_session_on(app, who, "").await
}

/// Begins a session as [`begin_session`] does, for a browser that is described in a few words.
///
/// # Errors
/// Only if the database does not answer.
pub async fn begin_session_on(app: &App, who: SignedIn, uses: &str) -> Result<Secret<String>, AppError> {
    let (app, now, uses) = (app.clone(), app.world().now(), uses.to_owned());
    app.clone().store().write(move |tx| add_session(Work { app: &app, tx, now }, who, &uses)).await
}

/// Adds a session and its ledger entry; returns the cookie's value.
pub(crate) fn add_session(
    Work { app, tx, now }: Work<'_, '_>,
    who: SignedIn,
    uses: &str,
) -> Result<Secret<String>, AppError> {
    let token = crate::random_text(app);
    let session = Session {
        digest: digest_hex(token.expose().as_bytes()),
        owner: owner_of(who.person, &who.name),
        // The directory may sign somebody in on the strength of a session from this morning: `arrive` records what it
        // says of that.
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

/// Looks up the actor behind a cookie; `None` where there is no such session or it has ended.
///
/// # Errors
/// Only if the database does not answer.
pub async fn actor_of_cookie(app: &App, token: &str) -> Result<Option<Actor>, AppError> {
    Ok(live_session(app, token).await?.map(|live| live.actor))
}

/// Looks up the session behind a cookie; `None` where there is none, it has ended, or its person has left. The person
/// and their roles are looked up each time.
///
/// # Errors
/// Only if the database does not answer.
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

/// Lists the caller's sessions, the last used first.
///
/// # Errors
/// Only if the database does not answer.
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

/// Ends one of the caller's sessions, or without an id all of them except this one. Ending a session that has ended
/// already changes nothing and is not an error.
///
/// # Errors
/// Only if the database does not answer.
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
/// Only if the database does not answer.
pub async fn end_session(app: &App, token: &str) -> Result<(), AppError> {
    let digest = digest_hex(token.as_bytes());
    app.store().write(move |tx| sessions::end(tx, &digest)).await.map_err(AppError::from)?;
    Ok(())
}

/// Makes a one-time sign-in link for somebody who need not be in the register, from the command line of the server:
/// the way to sign in before a directory is connected, and when it is down. Returns the token, which works for
/// fifteen minutes.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid name.
pub async fn make_sign_in_link(
    app: &App,
    permit: Permit<RunService>,
    name: &str,
    role: Role,
) -> Result<Secret<String>, AppError> {
    let name = kernel::fields::text("name", name, 100)?;
    add_link(app, permit, Link { name, role: role.as_str().to_owned(), person: None }).await
}

/// Makes a one-time sign-in link for a person of the register, with the roles that they have there. What they then
/// request and agree to is theirs, so that they count as one person however they signed in.
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
            tell_of_link(Work { app: &app, tx, now }, &permit, &link)
        })
        .await?;
    Ok(token)
}

/// Alerts administrators to a link for somebody who could destroy, approve or administer: anyone with access to the
/// server could use it.
fn tell_of_link(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<RunService>,
    link: &Link,
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
    alarms::raise(Work { app, tx, now }, alarm)
}

/// Uses up a sign-in link; returns the cookie's value, or `None` where the link is unknown, used or expired, or its
/// person has left since.
///
/// # Errors
/// [`AppError::TooMany`] where the same owner signed in this way too often; the link is not used up then.
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
                    Work { app: &app, tx, now },
                    "sign-in-link".to_owned(),
                    None,
                    "link-refused",
                )?;
                return Ok(None);
            };
            kernel::limits::admit_account(&app, Door::Link, &owner_of(link.person, &link.name))?;
            let roles = link.role.parse().map_err(|error| AppError::fault(&error))?;
            let (name, person) = (link.name, link.person);
            let who = SignedIn { name, person, roles, force: None, how: "one-time-link" };
            add_session(Work { app: &app, tx, now }, who, &uses).map(Some)
        })
        .await
}

/// Makes the actor of a session with their current roles; `None` for a person who has left.
fn actor_of(app: &App, session: &Session, standing: Option<HeldRoles>) -> Result<Option<Actor>, AppError> {
    let who = match (session.person, standing) {
        (Some(person), Some(standing)) => Who {
            name: format!("person:{person}"),
            shown: session.name.clone(),
            person: Some(person),
            roles: standing.roles,
            force: Some(standing.force),
            everywhere: standing.everywhere,
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
                everywhere: Roles::NONE,
            }
        }
    };
    let proof = Proof { at: session.proven_at, by_link: session.how == "one-time-link" };
    Ok(Some(kernel::access::actor(app, who).with_proof(proof)))
}

/// Stores a link by its digest, for the lifetime of a link.
pub(crate) fn keep_link(tx: &mut Tx<'_>, digest: &str, link: &Link, now: Timestamp) -> Result<(), AppError> {
    Ok(sessions::add_link(tx, digest, link, now, now.plus(LINK_LIFE))?)
}

/// Looks up a person's roles at this moment: a role that was ended or has expired no longer counts.
fn standing(tx: &mut Tx<'_>, session: &Session, now: Timestamp) -> Result<Option<HeldRoles>, AppError> {
    session.person.map(|person| standing_of(tx, person, now)).transpose().map(Option::flatten)
}

/// Length of a session's id.
const ID_LENGTH: usize = 16;

fn start_of(digest: &str) -> String {
    digest.get(..ID_LENGTH).unwrap_or_default().to_owned()
}

/// Names the owner of a session: its person, or for somebody who is not in the register everybody of that name.
pub(crate) fn owner_of(person: Option<PersonId>, name: &str) -> String {
    match person {
        Some(person) => format!("person:{person}"),
        None => format!("name:{}", name.to_lowercase()),
    }
}
