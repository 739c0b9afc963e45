//! Ends what depends on a person, or on a role of theirs that destroys, approves or administers.
//!
//! That is their sessions, the address of their calendar and their requests that nobody has agreed to yet; administrators are also
//! reminded of the API tokens that they made. Every end of a person or of such a role comes here, in its own transaction.

use serde_json::json;
use store::grants::Grant;
use store::people::Person;
use store::{calendar_addresses, grants, sessions, tokens};

use devices_app::caps;
use kernel::access::{Action, ManageAccess, Question, Relation, Role};
use kernel::record::Record;
use kernel::roles::is_strong;
use kernel::{AppError, Work};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

/// The thing that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Their employment: they are off the books.
    Person,
    /// A role that destroyed, approved or administered. Their other roles may continue.
    Role,
}

/// Ends what depends on a person or on a role of theirs. `by` is the actor who ended that.
///
/// # Errors
/// Only if the database does not answer.
pub(crate) fn ended(
    Work { app, tx, now }: Work<'_, '_>,
    whose: &Person,
    what: Ended,
    by: &str,
) -> Result<(), AppError> {
    let name = format!("person:{}", whose.id);
    sessions::end_of_person(tx, whose.id)?;
    if what == Ended::Person {
        calendar_addresses::remove(tx, whose.id)?;
        end_strong_roles(Work { app, tx, now }, whose, by)?;
    }
    end_roles_asked_for(Work { app, tx, now }, whose, &name)?;
    caps::end_what_they_asked_for(Work { app, tx, now }, whose.id)?;
    tell_of_tokens(Work { app, tx, now }, whose, &name, by)
}

/// Records in the ledger that a grant was ended.
pub(crate) fn note_grant_ended(
    Work { app, tx, now }: Work<'_, '_>,
    whose: &Person,
    grant: &Grant,
    by: &str,
    why: &str,
) -> Result<(), AppError> {
    let record = Record::new(by, "role.ended", format!("person:{}", whose.id))
        .force(whose.force)
        .reason(grant.role.parse::<Role>().map_or("unknown", Role::as_str))
        .detail(json!({ "grant": grant.id, "reason": why }));
    app.enter(tx, now, record)
}

/// Ends their roles that destroy, approve or administer, except those from the directory. A person who returns is
/// given such roles again, by two people; a reopened record must not bring any back.
fn end_strong_roles(Work { app, tx, now }: Work<'_, '_>, whose: &Person, by: &str) -> Result<(), AppError> {
    for grant in grants::open(tx, whose.id)? {
        let strong = grant.role.parse().is_ok_and(|role: Role| is_strong(app.policy().access(), role));
        if strong && !grant.from_directory {
            grants::end(tx, grant.id, now, by)?;
            note_grant_ended(Work { app, tx, now }, whose, &grant, by, "the person left")?;
        }
    }
    Ok(())
}

/// Returns whether a role that the person still has permits an action over the things of their force.
pub(crate) fn still_may<A: Action>(
    Work { app, tx, now }: Work<'_, '_>,
    whose: &Person,
) -> Result<bool, AppError> {
    let Some(standing) = kernel::roles::standing_of(tx, whose.id, now)? else { return Ok(false) };
    let (home, force) = (Some(whose.force), whose.force);
    let question = Question { roles: standing.roles, home, action: A::NAME, force, relation: Relation::None };
    Ok(app.policy().access().ask(question).allowed)
}

/// Ends the roles that the person requested and that nobody has confirmed.
fn end_roles_asked_for(
    Work { app, tx, now }: Work<'_, '_>,
    whose: &Person,
    name: &str,
) -> Result<(), AppError> {
    if still_may::<ManageAccess>(Work { app, tx, now }, whose)? {
        return Ok(());
    }
    for grant in grants::waiting_of(tx, name)? {
        let Some(other) = store::people::by_id(tx, grant.person)? else { continue };
        if grants::end(tx, grant.id, now, "system")? {
            note_grant_ended(
                Work { app, tx, now },
                &other,
                &grant,
                "system",
                "the administrator who asked for it may no longer give roles",
            )?;
        }
    }
    Ok(())
}

/// Alerts administrators to the tokens that the person made. The tokens go on working, because other systems depend
/// on them, and their maker may still have them.
fn tell_of_tokens(
    Work { app, tx, now }: Work<'_, '_>,
    whose: &Person,
    name: &str,
    by: &str,
) -> Result<(), AppError> {
    let made = tokens::made_by(tx, name, now)?;
    if made.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = made.iter().map(|token| format!("“{}”", token.name)).collect();
    let alarm = Alarm {
        force: Some(whose.force),
        kind: AlarmKind::TokensLeft,
        by: by.to_owned(),
        subject: format!("API tokens that {} ({}) made still work", whose.name, whose.number),
        body: format!(
            "They left, or lost a role, and may still have these tokens: {}. Make a new token for each, enter it where the old \
             one is used, and end the old one.",
            names.join(", ")
        ),
        link: "/tokens".into(),
    };
    alarms::raise(Work { app, tx, now }, alarm)
}
