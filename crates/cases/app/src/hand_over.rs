//! Hands the open cases of somebody whose shift ends to a named colleague, or back to the queue: with a note on each, and both told.

use std::collections::BTreeMap;

use domain::{CaseId, PersonId, Timestamp};
use serde_json::json;
use store::cases::{self, Case};
use store::people::{self, Person};
use store::{Tx, locks};

use crate::Seen;
use kernel::access::{self, Actor, ManageCases, Permit, Who};
use kernel::record::Record;
use kernel::roles::standing_of;
use kernel::{App, AppError, Work};
use notices_app::Notice;

/// Most characters of a note on a case.
const NOTE: usize = 300;
/// Most characters of the text that the colleague is sent; the timelines have all of it.
const LONGEST: usize = 1900;

/// A case that somebody could hand over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCase {
    /// The case.
    pub id: CaseId,
    /// Its number.
    pub number: i64,
    /// Its type in words.
    pub kind: String,
    /// Its title; the words of a sealed case stay sealed.
    pub title: String,
    /// When it is due.
    pub due: Option<Timestamp>,
}

/// What is handed over, and to whom.
#[derive(Debug, Clone, Default)]
pub struct HandOver {
    /// The collar or staff number of the colleague; empty for the queue.
    pub to: String,
    /// A note on each case; a case without a line here stays where it is.
    pub notes: BTreeMap<CaseId, String>,
}

/// Lists the open cases that the signed-in person has taken, the one due next first.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_cases(app: &App, permit: Permit<ManageCases>) -> Result<Vec<OwnCase>, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let policy = app.policy();
            let mut own = Vec::new();
            for case in cases::owned(tx, &permit.actor().name)? {
                let kind = kernel::words::case_kind(policy.library(), &case.kind);
                let title = if crate::is_sealed(&app, &case.kind) { kind.clone() } else { case.title };
                own.push(OwnCase { id: case.id, number: case.number, kind, title, due: case.due_at });
            }
            Ok(own)
        })
        .await
}

/// Checks the note on each case, and names the cases on which one is missing or too long.
fn check_notes(all: &mut [Handed]) -> Result<(), AppError> {
    let is_blank = |one: &&Handed| one.note.trim().is_empty();
    let without: Vec<String> =
        all.iter().filter(is_blank).map(|one| format!("C-{}", one.case.number)).collect();
    if !without.is_empty() {
        return Err(AppError::invalid("note", format!("enter a note for {}", without.join(", "))));
    }
    for one in all {
        let number = one.case.number;
        one.note = kernel::fields::text("note", &one.note, NOTE).map_err(|error| match error {
            AppError::Invalid { field, message } => {
                AppError::invalid(field, format!("C-{number}: {message}"))
            }
            other => other,
        })?;
    }
    Ok(())
}

/// Hands over cases that the signed-in person has taken; returns how many. All of them are handed over, or none.
///
/// # Errors
/// [`AppError::Invalid`] without a case or a note, and for a colleague who may not work on one of the cases; [`AppError::Conflict`]
/// where one of them is no longer theirs.
pub async fn hand_over_cases(
    app: &App,
    permit: Permit<ManageCases>,
    handed: HandOver,
) -> Result<usize, AppError> {
    if handed.notes.is_empty() {
        return Err(AppError::invalid("cases", "tick at least one case"));
    }
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let actor = permit.actor();
            let mut all = Vec::new();
            // In the order of their ids, as locks are taken.
            for (id, note) in handed.notes {
                locks::take(tx, locks::Lock::Case(id))?;
                all.push(Handed { case: crate::case_to_work_on(&app, tx, &permit, id)?, note });
            }
            check_notes(&mut all)?;
            let to = receiver(&app, tx, actor, &all, handed.to.trim())?;
            let owner = to.as_ref().map(|person| format!("person:{}", person.id));
            let whom = to.as_ref().map_or_else(|| "the queue".to_owned(), kernel::words::shown);
            for one in &all {
                if !cases::hand(tx, one.case.id, &actor.name, owner.as_deref())? {
                    return Err(AppError::Conflict(format!(
                        "C-{} is closed, or somebody else has it by now: nothing was handed over; reload the page",
                        one.case.number
                    )));
                }
                let says = format!("Handed to {whom} at the end of the shift: {}", one.note);
                crate::say(Work { app: &app, tx, now }, one.case.id, &actor.shown, &says)?;
            }
            tell(Work { app: &app, tx, now }, actor, &Told { to: to.as_ref(), whom: &whom, all: &all })?;
            let ids: Vec<CaseId> = all.iter().map(|one| one.case.id).collect();
            let force = all.first().map(|one| one.case.force);
            let record = Record::new(&actor.name, "cases.handed-over", subject(to.as_ref()))
                .force_if(force)
                .detail(json!({ "cases": ids, "to": to.as_ref().map(|person| person.id) }));
            app.enter(tx, now, record)?;
            Ok(all.len())
        })
        .await
}

/// A case with its note.
struct Handed {
    case: Case,
    note: String,
}

fn subject(to: Option<&Person>) -> String {
    to.map_or_else(|| "queue".to_owned(), |person| format!("person:{}", person.id))
}

/// Looks up the colleague, who must be able to work on every case; `None` for the queue.
fn receiver(
    app: &App,
    tx: &mut Tx<'_>,
    from: &Actor,
    all: &[Handed],
    number: &str,
) -> Result<Option<Person>, AppError> {
    let Some(force) = all.first().map(|one| one.case.force).filter(|_| !number.is_empty()) else {
        return Ok(None);
    };
    let home = from.force.unwrap_or(force);
    let found = people::by_number(tx, home, number)?.filter(|person| person.ended_at.is_none());
    let Some(person) = found.filter(|person| from.person != Some(person.id)) else {
        return Err(AppError::invalid("to", "nobody else of your force has this collar or staff number"));
    };
    let Some(to) = actor_of(app, tx, person.id)? else {
        return Err(AppError::invalid("to", "they are off the books; choose somebody else"));
    };
    for one in all {
        let works =
            access::permit::<ManageCases>(&to).is_ok_and(|permit| permit.scope().covers(one.case.force));
        let reads = !matches!(crate::seen(app, tx, &to, &one.case)?, Seen::Nothing | Seen::Exists);
        if !works || !reads {
            return Err(AppError::invalid(
                "to",
                format!(
                    "{} may not work on C-{}; choose somebody else, or the queue",
                    person.name, one.case.number
                ),
            ));
        }
    }
    Ok(Some(person))
}

/// Makes the actor that a person would be, with the roles that they have now.
fn actor_of(app: &App, tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Actor>, AppError> {
    let Some(standing) = standing_of(tx, person, app.world().now())? else { return Ok(None) };
    let who = Who {
        name: format!("person:{person}"),
        shown: String::new(),
        person: Some(person),
        roles: standing.roles,
        force: Some(standing.force),
        everywhere: standing.everywhere,
    };
    Ok(Some(access::actor(app, who)))
}

/// Who is told of what.
struct Told<'a> {
    to: Option<&'a Person>,
    whom: &'a str,
    all: &'a [Handed],
}

/// Tells both: the colleague with the notes, and whoever handed over, as a receipt.
fn tell(Work { app, tx, now }: Work<'_, '_>, from: &Actor, told: &Told<'_>) -> Result<(), AppError> {
    let sealed = |one: &Handed| crate::is_sealed(app, &one.case.kind);
    let lines: Vec<String> = told
        .all
        .iter()
        .map(|one| match sealed(one) {
            true => format!("C-{}", one.case.number),
            false => format!("C-{}: {}", one.case.number, one.note),
        })
        .collect();
    let text: String = lines.join("; ").chars().take(LONGEST).collect();
    let first = told.all.first().map(|one| one.case.id.to_string()).unwrap_or_default();
    let link = "/cases?owner=mine&state=open";
    if let Some(person) = told.to {
        let key = format!("handed-to:{first}:{}", now.millis());
        let body = format!("{} handed you these at the end of a shift. {text}", from.shown);
        let notice = Notice::routine(person.id, key, "Cases were handed to you").body(body).link(link);
        notices_app::notify(app, tx, notice)?;
    }
    if let Some(me) = from.person {
        let key = format!("handed-from:{first}:{}", now.millis());
        let body = format!("You handed these to {}. {text}", told.whom);
        let notice = Notice::routine(me, key, "You handed over your cases").body(body).link("/cases");
        notices_app::notify(app, tx, notice)?;
    }
    Ok(())
}
