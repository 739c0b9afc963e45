//! Holds back a directory's change to a person with a role until an administrator confirms it.
//!
//! That is to provision the person, or to change the name that they sign in with. Until then the directory is
//! answered that the number or name is taken, and asks again.

use domain::PersonId;
use serde_json::json;
use store::people::Person;
use store::takeovers::{self, Takeover};
use store::{grants, people};

use kernel::access::{ManageAccess, Permit, ProvisionPeople, Role};
use kernel::record::Record;
use kernel::roles::is_strong;
use kernel::second::AtStake;
use kernel::{App, AppError, Work, presence, second};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

/// The error that the directory gets until then.
const WAITS: &str = "this person has a role in Lanyard, so an administrator has to confirm on the page of their roles that the \
                     directory provisions them under this userName and externalId; send it again after that";

/// Returns the error for the directory where its change has to wait for an administrator. Saves, records and
/// announces the request once.
pub(super) fn takeover_waits(
    Work { app, tx, now }: Work<'_, '_>,
    before: Option<&Person>,
    after: &Person,
    permit: &Permit<ProvisionPeople>,
) -> Result<Option<AppError>, AppError> {
    let Some(before) = before else { return Ok(None) };
    let same = before.user_name == after.user_name && before.external_id == after.external_id;
    if same || !has_role_that_matters(Work { app, tx, now }, before.id)? {
        return Ok(None);
    }
    let wanted = Takeover {
        person: before.id,
        asked_by: permit.actor().name.clone(),
        user_name: after.user_name.clone().unwrap_or_default(),
        external_id: after.external_id.clone().unwrap_or_default(),
        asked_at: now,
        confirmed: None,
    };
    match takeovers::of_person(tx, before.id)? {
        Some(known) if is_as_shown(&known, &wanted) && known.confirmed.is_some() => {
            takeovers::forget(tx, before.id)?;
            return Ok(None);
        }
        Some(known) if is_as_shown(&known, &wanted) => {}
        _ => {
            takeovers::ask(tx, &wanted)?;
            tell_of_takeover(Work { app, tx, now }, before, &wanted)?;
        }
    }
    Ok(Some(AppError::Conflict(WAITS.to_owned())))
}

/// Returns whether the person has a role that somebody gave, or one that destroys, approves or administers. Other
/// roles came from a group of the directory, so the directory may take them over with the person.
fn has_role_that_matters(Work { app, tx, now }: Work<'_, '_>, person: PersonId) -> Result<bool, AppError> {
    let strong = |role: &str| role.parse::<Role>().is_ok_and(|role| is_strong(app.policy().access(), role));
    let open = grants::open(tx, person)?;
    Ok(open.iter().any(|grant| grant.is_open_at(now) && (!grant.from_directory || strong(&grant.role))))
}

fn tell_of_takeover(
    Work { app, tx, now }: Work<'_, '_>,
    whose: &Person,
    wanted: &Takeover,
) -> Result<(), AppError> {
    let record = Record::new(&wanted.asked_by, "directory-takeover.asked", format!("person:{}", whose.id))
        .force(whose.force)
        .detail(json!({ "user_name": wanted.user_name, "external_id": wanted.external_id }));
    app.enter(tx, now, record)?;
    let alarm = Alarm {
        force: Some(whose.force),
        kind: AlarmKind::Takeover,
        by: wanted.asked_by.clone(),
        subject: format!("The directory would take over {} ({}), who has a role", whose.name, whose.number),
        body: format!(
            "They would sign in by the directory’s account {}. Nothing has changed. If that is their account, confirm it on \
                 the page of their roles; if not, refuse it, and end the API token that asked.",
            wanted.user_name
        ),
        link: format!("/people/{}/roles", whose.id),
    };
    alarms::raise(Work { app, tx, now }, alarm)
}

/// The names under which the directory would provision a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeoverNames {
    /// The user name.
    pub user_name: String,
    /// The directory's identifier; empty for none.
    pub external_id: String,
}

/// Confirms or refuses that the directory provisions a person under the names that were shown.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force and for oneself; [`AppError::Conflict`] where the
/// directory asks for something else by now, and for the person who made the token that asked;
/// [`AppError::NotPresent`].
pub async fn decide_takeover(
    app: &App,
    permit: Permit<ManageAccess>,
    person: PersonId,
    shown: TakeoverNames,
    confirm: bool,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| decide_takeover_in(Work { app: &app, tx, now }, &permit, person, &shown, confirm))
        .await
}

fn decide_takeover_in(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<ManageAccess>,
    person: PersonId,
    shown: &TakeoverNames,
    confirm: bool,
) -> Result<(), AppError> {
    let whose = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
    permit.reaches(whose.force)?;
    let me = permit.actor();
    let same = |one: &Takeover| one.user_name == shown.user_name && one.external_id == shown.external_id;
    let asked = takeovers::of_person(tx, person)?.filter(|one| one.confirmed.is_none() && same(one));
    let asked = asked.ok_or_else(|| {
        AppError::Conflict(
            "the directory asks for something else by now, or for nothing; reload the page".into(),
        )
    })?;
    let action = if confirm {
        if second::could_be_one(tx, &format!("person:{person}"), me, AtStake::Force)? {
            permit.reaches_own(whose.force)?;
            return Err(AppError::Conflict("somebody else must confirm it: it is about you".into()));
        }
        presence::fresh(me, now)?;
        second::another_human_for::<ManageAccess>(Work { app, tx, now }, &asked.asked_by, me, whose.force)?;
        takeovers::confirm(tx, &asked, now, &me.name)?;
        "directory-takeover.confirmed"
    } else {
        takeovers::forget(tx, person)?;
        "directory-takeover.refused"
    };
    let record = Record::new(&me.name, action, format!("person:{person}"))
        .force(whose.force)
        .detail(json!({ "user_name": asked.user_name, "external_id": asked.external_id }));
    app.enter(tx, now, record)
}

/// Returns whether two requests are for the same person under the same names.
fn is_as_shown(one: &Takeover, other: &Takeover) -> bool {
    one.person == other.person && one.user_name == other.user_name && one.external_id == other.external_id
}
