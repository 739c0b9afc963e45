//! Keeps a case in step with the events behind it: opens, joins, moves, cancels and reopens it.

use domain::{CaseId, PersonId};
use policy::MoverEvent;
use store::case_steps;
use store::cases::{self, Case};
use store::events::{self, Event};
use store::locks::{self, Lock};
use store::people::Person;

use cases_app::Opening;
use kernel::{AppError, Work};

pub(super) fn open_for_event(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    event: &Event,
    kind: &MoverEvent,
    shown: &str,
) -> Result<CaseId, AppError> {
    let opens = kind.opens.as_deref().unwrap_or_default();
    let policy = app.policy();
    let title = policy.library().cases.get(opens).map_or(opens, |of| of.title.as_str());
    let says = format!("Opened from an event of {}: {}", event.on, event.because);
    let opening = Opening {
        kind: opens,
        force: person.force,
        device: None,
        person: Some(person.id),
        clause: kind.clause.clone(),
        // Most readers of a list of cases may not know what happened in somebody's life.
        title: format!("{title}: {} ({})", person.name, person.number),
        date: event.due_at,
        event: Some(&kind.name),
        place: kind.place.as_deref(),
        items: cases_app::items_of(tx, person.id)?,
        says: (shown, &says),
    };
    cases_app::open_case(Work { app, tx, now }, &opening)
}

/// Adds to an open case the steps that only a further event asks for.
pub(super) fn join_case(
    Work { app, tx, now }: Work<'_, '_>,
    case: &Case,
    event: &Event,
    kind: &MoverEvent,
    shown: &str,
) -> Result<(), AppError> {
    let says = format!("A further event asks for the same, of {}: {}", event.on, event.because);
    cases_app::say(Work { app, tx, now }, case.id, shown, &says)?;
    let policy = app.policy();
    let Some(of) = policy.library().cases.get(&case.kind) else { return Ok(()) };
    let there = case_steps::of_case(tx, case.id)?;
    let own = of.first_steps(Some(&kind.name)).filter(|step| !step.only.is_empty());
    for step in own.filter(|step| !there.iter().any(|old| old.name == step.name)) {
        let mut opening = cases_app::opening_of(case, Vec::new());
        opening.date = event.due_at;
        cases_app::add_steps(Work { app, tx, now }, case.id, step, &opening)?;
    }
    Ok(())
}

/// Moves a case's deadlines to the earliest of its events, cancels it when none is left, and reopens it when there is
/// one again. A finished case stays finished.
pub(crate) fn case_follows_events(Work { app, tx, now }: Work<'_, '_>, id: CaseId) -> Result<(), AppError> {
    locks::take(tx, Lock::Case(id))?;
    let Some(case) = cases::by_id(tx, id)? else { return Ok(()) };
    let asking: Vec<Event> = events::of_case(tx, id)?
        .into_iter()
        .filter(|event| event.asks && event.cancelled.is_none())
        .collect();
    let Some(due) = asking.iter().filter_map(|event| event.due_at).min() else {
        return call_off(Work { app, tx, now }, &case, "nothing asks for it any more");
    };
    cases_app::move_to_date(Work { app, tx, now }, &case, due)
}

pub(crate) fn call_off(Work { app, tx, now }: Work<'_, '_>, case: &Case, why: &str) -> Result<(), AppError> {
    cases_app::end_by_itself(Work { app, tx, now }, case, why, "called-off", &format!("Called off: {why}."))?;
    Ok(())
}

/// Cancels the cases of the events that this one ends: after a return to work, nothing has to be handed in for the
/// absence.
pub(super) fn end_events(
    Work { app, tx, now }: Work<'_, '_>,
    person: PersonId,
    kind: &MoverEvent,
    shown: &str,
) -> Result<(), AppError> {
    if kind.ends.is_empty() {
        return Ok(());
    }
    for event in events::of_person(tx, person)? {
        let ended = event.cancelled.is_none() && kind.ends.contains(&event.kind);
        let Some(id) = event.case.filter(|_| ended) else { continue };
        let others = events::of_case(tx, id)?
            .iter()
            .any(|other| other.asks && other.cancelled.is_none() && !kind.ends.contains(&other.kind));
        let case = cases::by_id(tx, id)?.filter(|case| case.closed.is_none() && !others);
        if let Some(case) = case {
            cases_app::say(Work { app, tx, now }, id, shown, "The person is back at work.")?;
            call_off(Work { app, tx, now }, &case, "the person is back at work")?;
        }
    }
    Ok(())
}
