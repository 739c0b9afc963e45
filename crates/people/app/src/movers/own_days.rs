//! Makes events of the first and last day in a person's own record: a first day is a start, a last working day a leaver.
//!
//! It does so wherever the record came from. The policy says which event follows which day (`follows` in
//! `movers.toml`).

use domain::Timestamp;
use jiff::civil::Date;
use policy::{MoverEvent, PersonDay};
use store::events::{self, Event};
use store::people::Person;

use super::{Days, NewEvent};
use kernel::access::Voice;
use kernel::{AppError, Work, days};

/// The actor of these events. The change of the record has its own entry, with the actor who made it.
const BY: Voice<'static> = Voice::SYSTEM;

/// Records, moves or cancels the events that follow from a person's first and last day. Called once for each change
/// of a person, in its transaction; `before` is `None` for a new person. A changed day moves its event, no matter who
/// recorded it; a removed day cancels it.
pub(crate) fn follow_own_days(
    Work { app, tx, now }: Work<'_, '_>,
    before: Option<&Person>,
    after: &Person,
) -> Result<(), AppError> {
    let policy = app.policy();
    for day in PersonDay::ALL {
        let Some(kind) = policy.library().movers.iter().find(|kind| kind.follows == Some(*day)) else {
            continue;
        };
        let (was, is) = (before.and_then(|before| own(before, *day, now)), own(after, *day, now));
        if was == is {
            continue;
        }
        let known = events::of_person(tx, after.id)?
            .into_iter()
            .find(|event| event.kind == kind.name && event.cancelled.is_none());
        match (is, known) {
            (Some(day), known) => follow_day(Work { app, tx, now }, after, kind, day, known)?,
            (None, Some(known)) => {
                crate::movers::cancel_event_in(
                    Work { app, tx, now },
                    &known,
                    "the day was taken out of the person's record",
                    BY,
                )?;
            }
            (None, None) => {}
        }
    }
    Ok(())
}

fn follow_day(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    kind: &MoverEvent,
    day: Date,
    known: Option<Event>,
) -> Result<(), AppError> {
    if let Some(known) = known {
        let days = Days { on: day, until: None, carries_device: known.carries_device };
        return crate::movers::move_event(Work { app, tx, now }, &known, kind, &days, BY);
    }
    // A first day long past needs no event: that person has already been given what they need.
    if kind.follows == Some(PersonDay::First) && day < days::day_of(now) {
        return Ok(());
    }
    let new = NewEvent {
        kind: kind.name.clone(),
        on: day.to_string(),
        source: "directory",
        source_ref: kind.follows.map(|day| day.as_str().to_owned()),
        ..NewEvent::default()
    };
    match crate::movers::record_event_in(Work { app, tx, now }, person, &new, BY) {
        // A day that our calendar does not accept is a fault in the record, and no reason to refuse the record.
        Ok(_) | Err(AppError::Invalid { .. }) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Returns a person's first or last day. A person ended without a last day left on the day when that was recorded.
fn own(person: &Person, day: PersonDay, now: Timestamp) -> Option<Date> {
    match day {
        PersonDay::First => person.starts_on,
        PersonDay::Last => {
            person.last_day.or_else(|| person.ended_at.map(|ended| days::day_of(ended.min(now))))
        }
    }
}
