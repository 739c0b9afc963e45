//! Adds, changes, ends and reopens a person's record: the one function behind every page, file and directory.

use domain::{Force, PersonId};
use serde_json::{Map, Value, json};
use store::people::Person;
use store::{Tx, people};

use crate::ending;
use crate::ending::Ended;
use kernel::fields::{optional_text, text};
use kernel::record::Record;
use kernel::roles::is_strong;
use kernel::{AppError, Work};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

/// Longest collar or staff number.
pub(crate) const NUMBER: usize = 40;

/// The outcome of saving a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// They are new.
    Added,
    /// Their record changed.
    Changed,
    /// Their record ended.
    Ended,
    /// Their record had ended and is open again.
    Returned,
    /// Nothing changed.
    Same,
}

/// Trims the fields, and refuses invalid ones.
pub(crate) fn tidy(person: &mut Person) -> Result<(), AppError> {
    person.number = text("number", &person.number, NUMBER)?;
    if !person.number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(AppError::invalid("number", "use letters, digits and hyphens only"));
    }
    person.name = text("name", &person.name, 100)?;
    person.role = text("role", &person.role, 100)?;
    person.email = optional_text("email", person.email.as_deref(), 200)?;
    if person.email.as_ref().is_some_and(|email| !email.contains('@') || email.contains(char::is_whitespace))
    {
        return Err(AppError::invalid(
            "email",
            "write an address such as jo.ames@force.example, or leave it empty",
        ));
    }
    person.phone = optional_text("phone", person.phone.as_deref(), 40)?;
    person.unit = optional_text("unit", person.unit.as_deref(), 100)?;
    if let (Some(first), Some(last)) = (person.starts_on, person.last_day)
        && last < first
    {
        return Err(AppError::invalid("last_day", "the last working day cannot be before the first"));
    }
    Ok(())
}

/// Collects the old and new values of every changed field, for the entry's detail.
fn changes(before: &Person, after: &Person) -> Map<String, Value> {
    let day = |day: Option<domain::Day>| day.map(|day| day.to_string());
    let mut changed = Map::new();
    for (field, old, new) in [
        ("number", json!(before.number), json!(after.number)),
        ("name", json!(before.name), json!(after.name)),
        ("email", json!(before.email), json!(after.email)),
        ("phone", json!(before.phone), json!(after.phone)),
        ("role", json!(before.role), json!(after.role)),
        ("unit", json!(before.unit), json!(after.unit)),
        ("line_manager", json!(before.line_manager), json!(after.line_manager)),
        ("covert", json!(before.covert), json!(after.covert)),
        ("starts_on", json!(day(before.starts_on)), json!(day(after.starts_on))),
        ("last_day", json!(day(before.last_day)), json!(day(after.last_day))),
        ("user_name", json!(before.user_name), json!(after.user_name)),
        ("external_id", json!(before.external_id), json!(after.external_id)),
    ] {
        if old != new {
            changed.insert(field.to_owned(), json!([old, new]));
        }
    }
    changed
}

/// Saves a person: adds them where there is no `before`, and otherwise changes, ends or reopens their record. Records
/// it in the ledger and starts what follows. Writes nothing where nothing differs.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid field, [`AppError::Conflict`] for a number that is taken or a person whom
/// somebody else changed meanwhile.
pub fn keep_person(
    Work { app, tx, now }: Work<'_, '_>,
    before: Option<&Person>,
    mut after: Person,
    actor: &str,
) -> Result<(Kept, Person), AppError> {
    tidy(&mut after)?;
    if before.is_none_or(|before| before.number != after.number)
        && people::by_number(tx, after.force, &after.number)?.is_some()
    {
        return Err(AppError::Conflict(taken(&after.number)));
    }
    if let Some(manager) = after.line_manager
        && before.is_none_or(|before| before.line_manager != after.line_manager)
    {
        line_manager_in(tx, after.force, after.id, manager)?;
    }
    let (kept, action) = match before {
        None => (Kept::Added, "person.added"),
        Some(before) => match (before.ended_at, after.ended_at) {
            (None, Some(_)) => (Kept::Ended, "person.ended"),
            (Some(_), None) => (Kept::Returned, "person.returned"),
            _ if *before == after => return Ok((Kept::Same, after)),
            _ => (Kept::Changed, "person.changed"),
        },
    };
    after.changed_at = now;
    match before {
        None => people::add(tx, &after)?,
        Some(before) => {
            after.version = before.version;
            if !people::set(tx, &after)? {
                return Err(AppError::Conflict(CHANGED_MEANWHILE.to_owned()));
            }
            after.version += 1;
        }
    }
    if kept == Kept::Ended {
        notices_app::affected::note_person(Work { app, tx, now }, after.force, after.id, actor)?;
        person_ends(Work { app, tx, now }, &after, actor)?;
    }
    crate::person_changed(Work { app, tx, now }, before, &after)?;
    let detail = match before {
        None => json!({ "number": after.number, "name": after.name, "source": after.source.as_str() }),
        Some(before) => json!({ "changed": changes(before, &after), "source": after.source.as_str() }),
    };
    let record = Record::new(actor, action, format!("person:{}", after.id)).force(after.force).detail(detail);
    app.enter(tx, now, record)?;
    Ok((kept, after))
}

/// Ends everything that ends with a person, and alerts the others to the loss of one who destroyed, approved or
/// administered.
fn person_ends(Work { app, tx, now }: Work<'_, '_>, after: &Person, actor: &str) -> Result<(), AppError> {
    let open = store::grants::open(tx, after.id)?;
    let strong = |grant: &store::grants::Grant| {
        let role = grant.role.parse().ok().filter(|role| is_strong(app.policy().access(), *role));
        role.filter(|_| grant.counts_at(now))
    };
    if let Some(role) = open.iter().find_map(strong) {
        let alarm = Alarm {
                force: Some(after.force),
                kind: AlarmKind::RoleEnded,
                by: actor.to_owned(),
                subject: format!("{} ({}), {}, was taken off the books", after.name, after.number, role.title()),
                body: "Their roles and sessions are over, and what they asked for. If nobody expected this, find out who did it."
                    .into(),
                link: format!("/people/{}", after.id),
            };
        alarms::raise(Work { app, tx, now }, alarm)?;
    }
    ending::ended(Work { app, tx, now }, after, Ended::Person, actor)
}

/// Refuses a line manager who is the person themselves, has left, or is not of that force.
pub(crate) fn line_manager_in(
    tx: &mut Tx<'_>,
    force: Force,
    person: PersonId,
    manager: PersonId,
) -> Result<(), AppError> {
    let field = "line_manager";
    if manager == person {
        return Err(AppError::invalid(field, "choose somebody else: nobody is their own line manager"));
    }
    match people::by_id(tx, manager)? {
        Some(found) if found.force == force && found.ended_at.is_none() => Ok(()),
        Some(found) if found.force == force => {
            Err(AppError::invalid(field, "choose somebody who is still on the books"))
        }
        _ => Err(AppError::invalid(field, "choose somebody of the same force")),
    }
}

/// The message for a stale form, directory request or preview.
pub(crate) const CHANGED_MEANWHILE: &str =
    "somebody else changed this person meanwhile; look at them again and make your change anew";

fn taken(number: &str) -> String {
    format!("this force already has somebody with the number {number}; look them up instead")
}

/// Returns whether a form changes nothing.
pub(crate) fn is_same(before: &Person, after: &Person) -> Result<bool, AppError> {
    let mut after = after.clone();
    tidy(&mut after)?;
    Ok(*before == after)
}
