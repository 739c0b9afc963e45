//! Gives a role by hand, confirms one and ends one.
//!
//! A role that destroys, approves or administers is requested by one administrator and confirmed by another human
//! being. There are two exceptions, and each raises an alarm:
//!
//! - Until an administrator of the force has signed in, the server's command line sets the service up and gives roles
//!   alone. After that, its requests wait too.
//! - Until a second administrator has signed in for the first time, the only administrator may give exactly that
//!   role, to one person.

use domain::{Force, GrantId, PersonId, Span, Timestamp};
use serde_json::json;
use store::grants::{self, Grant};
use store::locks::{self, Lock};
use store::people::Person;
use store::{Tx, people};

use kernel::roles::is_strong;

use super::{Given, NewGrant, is_granted, until_of};
use crate::ending;
use crate::ending::Ended;
use kernel::access::{Actor, Comes, ManageAccess, Permit, Role};
use kernel::fields::text;
use kernel::record::Record;
use kernel::second::AtStake;
use kernel::{App, AppError, Work, presence, second};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

/// How long a requested role may wait for confirmation.
const CONFIRM_WITHIN: Span = Span::from_secs(7 * 24 * 3600);
/// Most administrators of a force that are checked.
const MOST: u32 = 500;

/// A role that is being given, and the person who receives it.
pub(super) struct Giving<'a> {
    pub(super) whose: &'a Person,
    pub(super) grant: &'a Grant,
    pub(super) role: Role,
    /// The actor who gives it, as named in the ledger.
    pub(super) by: &'a str,
}

/// Gives a person a role. It counts from their next request on; a role that destroys, approves or administers counts
/// once another administrator confirms it.
///
/// # Errors
/// [`AppError::Invalid`] for invalid fields, [`AppError::Conflict`] where they have the role or it already waits for
/// them, [`AppError::Denied`] for another force and for oneself, [`AppError::NotPresent`].
pub async fn grant_role(
    app: &App,
    permit: Permit<ManageAccess>,
    person: PersonId,
    new: NewGrant,
) -> Result<Given, AppError> {
    let now = app.world().now();
    let role = new.role.filter(|role| is_granted(*role));
    let role = role.ok_or_else(|| AppError::invalid("role", "choose a role"))?;
    let until = until_of(role, &new.last_day, now)?;
    let reason = text("reason", &new.reason, 500)?;
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Roles)?;
            let whose = grantee(tx, &permit, person, new.everywhere)?;
            if whose.ended_at.is_some() {
                return Err(AppError::Conflict(format!("{} is not on the books any more", whose.name)));
            }
            refuse_twice(tx, &whose, role, new.everywhere, now)?;
            let work = Work { app: &app, tx, now };
            let waits = is_strong(app.policy().access(), role)
                && waits_for_second(work, permit.actor(), &whose, role, new.everywhere)?;
            let grant = Grant {
                id: GrantId::from_uuid(app.world().uuid()),
                person,
                role: role.as_str().to_owned(),
                everywhere: new.everywhere,
                from_directory: false,
                said_by: permit.actor().name.clone(),
                reason,
                granted_at: now,
                until,
                ended: None,
                waits,
                confirmed: None,
                asked_by: None,
            };
            let giving = Giving { whose: &whose, grant: &grant, role, by: &permit.actor().name };
            enter_grant(&app, tx, &giving)?;
            Ok(if waits { Given::Waits(grant.id) } else { Given::Now })
        })
        .await
}

/// Returns whether a role that destroys, approves or administers waits for a second administrator. Requires the giver
/// to have proved that they are present.
fn waits_for_second(
    Work { tx, now, .. }: Work<'_, '_>,
    giver: &Actor,
    whose: &Person,
    role: Role,
    everywhere: bool,
) -> Result<bool, AppError> {
    presence::fresh(giver, now)?;
    if second::could_be_one(tx, &format!("person:{}", whose.id), giver, AtStake::Force)? {
        return Err(AppError::Conflict(format!(
            "Lanyard takes {} for yourself under another entry, and nobody gives themselves such a role: ask another \
                 administrator",
            whose.name
        )));
    }
    let known = administrators(tx, whose.force, everywhere, now)?;
    let known: Vec<PersonId> = known.into_iter().filter(|id| *id != whose.id).collect();
    let Some(me) = giver.person.filter(|_| giver.comes() == Comes::SignedIn) else {
        return has_signed_in(tx, &known, whose.force);
    };
    let only_one = !others_ever(tx, whose.force, me)? && known.iter().all(|id| *id == me);
    Ok(!(only_one && role == Role::Administrator))
}

/// Records a role that counts or waits, and alerts administrators to one that destroys, approves or administers.
pub(super) fn enter_grant(app: &App, tx: &mut Tx<'_>, giving: &Giving<'_>) -> Result<(), AppError> {
    let Giving { whose, grant, role, by } = *giving;
    grants::add(tx, grant)?;
    crate::grants::lapse::await_lapse(app, tx, grant)?;
    let action = if grant.waits { "role.asked" } else { "role.granted" };
    let record = Record::new(by, action, format!("person:{}", whose.id))
        .force(whose.force)
        .reason(role.as_str())
        .detail(json!({
            "grant": grant.id,
            "both_forces": grant.everywhere,
            "until": grant.until.map(|until| until.to_string()),
            "by": grant.said_by,
            "asked_by": grant.asked_by,
            "reason": grant.reason,
        }));
    app.enter(tx, grant.granted_at, record)?;
    if !is_strong(app.policy().access(), role) {
        return Ok(());
    }
    let who = format!("{} ({})", whose.name, whose.number);
    let what = role_in_words(role, grant.everywhere);
    let alarm = if grant.waits {
        Alarm {
                subject: format!("{what} is asked for {who}"),
                body: "It counts for nothing yet. An administrator other than who asked confirms or refuses it on the page of \
                       the person’s roles. If nobody expected this, refuse it, and find out who asked."
                    .into(),
                ..about(whose, grant, AlarmKind::RoleAsked, grant.asked_by.as_deref().unwrap_or(by))
            }
    } else {
        Alarm {
            subject: format!("{who} was given {what}"),
            body: "It counts at once. If nobody expected this, end the role now, and find out who gave it."
                .into(),
            ..about(whose, grant, AlarmKind::RoleGiven, by)
        }
    };
    alarms::raise(Work { app, tx, now: grant.granted_at }, alarm)
}

/// Confirms a role that waits, or one that the directory gave and that approves nothing yet. It counts fully from the
/// person's next request on.
///
/// # Errors
/// [`AppError::Conflict`] where the role does not wait, and for the person who requested it, the person who receives
/// it, and anyone who could be either of them; [`AppError::Invalid`] without a reason, [`AppError::Denied`] for
/// another force and for oneself, [`AppError::NotPresent`].
pub async fn confirm_role(
    app: &App,
    permit: Permit<ManageAccess>,
    grant: GrantId,
    reason: &str,
) -> Result<(), AppError> {
    let reason = text("confirm-reason", reason, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| confirm_role_in(Work { app: &app, tx, now }, &permit, grant, &reason))
        .await
}

fn confirm_role_in(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<ManageAccess>,
    grant: GrantId,
    reason: &str,
) -> Result<(), AppError> {
    locks::take(tx, Lock::Roles)?;
    let found = grants::by_id(tx, grant)?.ok_or_else(|| AppError::not_found("grant", grant))?;
    let whose = grantee(tx, permit, found.person, found.everywhere)?;
    let me = permit.actor();
    if !found.is_open_at(now) || !(found.waits || found.from_directory) || whose.ended_at.is_some() {
        return Err(AppError::Conflict(
            "it waits for nobody: it counts, was ended or is over; reload the page".into(),
        ));
    }
    if found.waits && now.since(found.granted_at) > CONFIRM_WITHIN {
        return Err(AppError::Conflict(
            "it was asked for more than a week ago: end it, and have it asked for anew".into(),
        ));
    }
    presence::fresh(me, now)?;
    let asked_by = match (&found.asked_by, found.from_directory) {
        (Some(asked_by), _) => asked_by.as_str(),
        (None, true) => "system",
        (None, false) => found.said_by.as_str(),
    };
    second::another_human_for::<ManageAccess>(Work { app, tx, now }, asked_by, me, whose.force)?;
    if second::could_be_one(tx, &format!("person:{}", whose.id), me, AtStake::Force)? {
        return Err(AppError::Conflict(
            "somebody else must confirm it: Lanyard takes you for the person whom it is for".into(),
        ));
    }
    if !grants::confirm(tx, grant, now, &me.name)? {
        return Err(AppError::Conflict("it was confirmed or ended already; reload the page".into()));
    }
    let role = found.role.parse::<Role>().map_or("unknown", Role::as_str);
    let record = Record::new(&me.name, "role.confirmed", format!("person:{}", whose.id))
        .force(whose.force)
        .reason(role)
        .detail(json!({ "grant": grant, "asked_by": asked_by, "reason": reason }));
    app.enter(tx, now, record)?;
    let title = found
        .role
        .parse::<Role>()
        .map_or_else(|_| role.to_owned(), |role| role_in_words(role, found.everywhere));
    let alarm = Alarm {
            subject: format!("{} ({}) has {title}: two administrators agreed", whose.name, whose.number),
            body: "It counts at once. If nobody expected this, end the role now, and find out who asked and who confirmed."
                .into(),
            ..about(&whose, &found, AlarmKind::RoleGiven, &me.name)
        };
    alarms::raise(Work { app, tx, now }, alarm)
}

/// Ends a role that was given by hand, or refuses one that waits. It does not count from the person's next request
/// on. A role from the directory is ended in the directory.
///
/// # Errors
/// [`AppError::Conflict`] where it has ended already or came from the directory, [`AppError::Invalid`] without a
/// reason.
pub async fn end_role(
    app: &App,
    permit: Permit<ManageAccess>,
    grant: GrantId,
    reason: &str,
) -> Result<(), AppError> {
    let reason = text("end-reason", reason, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Roles)?;
            let found = grants::by_id(tx, grant)?.ok_or_else(|| AppError::not_found("grant", grant))?;
            let whose = grantee(tx, &permit, found.person, false)?;
            if found.from_directory && !found.waits {
                return Err(AppError::Conflict(format!(
                    "the directory gives this role to members of {}: take the person out of that group",
                    found.said_by
                )));
            }
            close_grant(Work { app: &app, tx, now }, &whose, &found, &permit.actor().name, &reason)
        })
        .await
}

/// Ends a grant and everything that ends with it. Raises the alarm while the role still counts, so that nobody can
/// take every administrator's role away unseen.
pub(crate) fn close_grant(
    Work { app, tx, now }: Work<'_, '_>,
    whose: &Person,
    grant: &Grant,
    by: &str,
    why: &str,
) -> Result<(), AppError> {
    let role = grant.role.parse::<Role>().ok();
    let strong = role.filter(|role| is_strong(app.policy().access(), *role));
    let counted = strong.filter(|_| grant.counts_at(now));
    if let Some(role) = counted {
        let alarm = Alarm {
                subject: format!("{} ({}) no longer has {}", whose.name, whose.number, role_in_words(role, grant.everywhere)),
                body: "If nobody expected this, have it given again by two administrators, and find out who ended it.".into(),
                ..about(whose, grant, AlarmKind::RoleEnded, by)
            };
        alarms::raise(Work { app, tx, now }, alarm)?;
    }
    if !grants::end(tx, grant.id, now, by)? {
        return Err(AppError::Conflict("it was ended already; reload the page".into()));
    }
    notices_app::affected::note_person(Work { app, tx, now }, whose.force, whose.id, by)?;
    ending::note_grant_ended(Work { app, tx, now }, whose, grant, by, why)?;
    match counted {
        Some(_) => ending::ended(Work { app, tx, now }, whose, Ended::Role, by),
        None => devices_app::caps::end_what_they_asked_for(Work { app, tx, now }, whose.id),
    }
}

/// Begins an alarm about a role: the person it is for, and the page where administrators review it.
fn about(whose: &Person, grant: &Grant, kind: AlarmKind, by: &str) -> Alarm {
    Alarm {
        force: (!grant.everywhere).then_some(whose.force),
        kind,
        by: by.to_owned(),
        subject: String::new(),
        body: String::new(),
        link: format!("/people/{}/roles", whose.id),
    }
}

fn role_in_words(role: Role, everywhere: bool) -> String {
    let over = if everywhere { ", over every force" } else { "" };
    format!("the role {}{over}", role.title())
}

/// Looks up the person who receives a role; refuses one whom the permit does not reach, and a role over every force
/// from a giver confined to one.
fn grantee(
    tx: &mut Tx<'_>,
    permit: &Permit<ManageAccess>,
    person: PersonId,
    everywhere: bool,
) -> Result<Person, AppError> {
    let whose = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
    permit.reaches(whose.force)?;
    if permit.actor().person == Some(person) {
        permit.reaches_own(whose.force)?;
    }
    if everywhere && permit.scope().force().is_some() {
        return Err(AppError::invalid("both", "only who serves every force can give a role over all"));
    }
    Ok(whose)
}

fn refuse_twice(
    tx: &mut Tx<'_>,
    whose: &Person,
    role: Role,
    everywhere: bool,
    now: Timestamp,
) -> Result<(), AppError> {
    let same = |grant: &&Grant| {
        grant.role == role.as_str() && grant.is_open_at(now) && (grant.everywhere || !everywhere)
    };
    match grants::open(tx, whose.id)?.iter().find(same) {
        Some(grant) if grant.waits => Err(AppError::Conflict(format!(
            "that role waits already for another administrator to confirm it for {}",
            whose.name
        ))),
        Some(_) => Err(AppError::Conflict(format!(
            "{} has that role already; end it first to change it",
            whose.name
        ))),
        None => Ok(()),
    }
}

/// Lists the administrators of a force; for a role over every force, only those who administer both.
fn administrators(
    tx: &mut Tx<'_>,
    force: Force,
    everywhere: bool,
    now: Timestamp,
) -> Result<Vec<PersonId>, AppError> {
    let all = grants::over(tx, Some(force), Role::Administrator.as_str(), now, MOST)?;
    let could = all.into_iter().filter(|over| over.grant.everywhere || !everywhere);
    Ok(could.map(|over| over.grant.person).collect())
}

/// Returns whether any of these people has ever signed in.
fn has_signed_in(tx: &mut Tx<'_>, people: &[PersonId], force: Force) -> Result<bool, AppError> {
    let ever = grants::ever(tx, force, Role::Administrator.as_str(), MOST)?;
    Ok(people.iter().any(|id| ever.contains(id)))
}

/// Returns whether anyone who could not be the same human being as `me` ever administered the force and signed in.
pub(crate) fn others_ever(tx: &mut Tx<'_>, force: Force, me: PersonId) -> Result<bool, AppError> {
    let Some(own) = people::by_id(tx, me)? else { return Ok(true) };
    for id in grants::ever(tx, force, Role::Administrator.as_str(), MOST)? {
        match people::by_id(tx, id)? {
            Some(other) if second::one_human(&own, &other).is_none() => return Ok(true),
            _ => {}
        }
    }
    Ok(false)
}
