//! Records the joiners', movers' and leavers' events in a person's working life, and opens the case that each one needs.
//!
//! Each force sets which events there are and what each asks for (`policy/movers.toml`). An event arrives from the
//! directory, from a file, from a page or from the command line; it may be corrected or cancelled, and its case
//! follows. Two events of one person share a case where both ask for the same: nobody hands a phone in twice.

mod follow;
mod own_days;
pub(crate) use own_days::follow_own_days;

use domain::{CaseId, EventId, PersonId, Timestamp};
use jiff::civil::Date;
use policy::MoverEvent;
use serde_json::json;
use store::events::{self, Event};
use store::locks::{self, Lock};
use store::people::{self, Person};
use store::{Tx, cases};

use kernel::access::{ManagePeople, Permit, Voice};
use kernel::record::Record;
use kernel::{App, AppError, Work, days};

/// The fields of a new event.
#[derive(Debug, Clone, Default)]
pub struct NewEvent {
    /// The kind of event, as the policy names it.
    pub kind: String,
    /// Its day, such as `2026-11-30`.
    pub on: String,
    /// Its second day, where the kind has one and it is known.
    pub until: Option<String>,
    /// For a change of role: whether the new role carries a device of its own.
    pub carries_device: bool,
    /// Where it comes from: `page`, `command-line`, `directory`, `csv`.
    pub source: &'static str,
    /// The source's own name for it: another message with that name corrects this event.
    pub source_ref: Option<String>,
}

/// Whether an event asks for anything, with the reason and the deadline.
struct Asked {
    asks: bool,
    because: String,
    due: Option<Timestamp>,
}

/// The days of an event, parsed from the form, and whether the new role carries a device of its own.
struct Days {
    on: Date,
    until: Option<Date>,
    carries_device: bool,
}

/// Records an event, and opens or joins the case that follows from it. Recording the same event again changes
/// nothing.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown person, [`AppError::Invalid`] for an invalid kind or day,
/// [`AppError::Conflict`] where the person has such an event on another day.
pub async fn record_event(
    app: &App,
    permit: Permit<ManagePeople>,
    person: PersonId,
    new: NewEvent,
) -> Result<EventId, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Person(person))?;
            let person = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
            permit.reaches(person.force)?;
            record_event_in(Work { app: &app, tx, now }, &person, &new, permit.actor().into())
        })
        .await
}

/// Records an event and its ledger entry within the transaction of another use case, such as a directory's change.
pub(crate) fn record_event_in(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    new: &NewEvent,
    by: Voice<'_>,
) -> Result<EventId, AppError> {
    let policy = app.policy();
    let kind = policy
        .library()
        .mover(&new.kind)
        .ok_or_else(|| AppError::invalid("kind", "choose one of the events that the policy knows"))?;
    let days = self::days(kind, new, now)?;
    if let Some(same) = events::standing(tx, person.id, &kind.name, &days.on.to_string())? {
        return Ok(same.id);
    }
    if let Some(source_ref) = &new.source_ref
        && let Some(known) = events::of_source(tx, person.id, new.source, source_ref)?
        && known.cancelled.is_none()
    {
        move_event(Work { app, tx, now }, &known, kind, &days, by)?;
        return Ok(known.id);
    }
    refuse_another(tx, person.id, kind, now)?;
    let asked = self::asked(app, kind, &days);
    let mut event = Event {
        id: EventId::from_uuid(app.world().uuid()),
        person: person.id,
        force: person.force,
        kind: kind.name.clone(),
        on: days.on.to_string(),
        until: days.until.map(|day| day.to_string()),
        carries_device: new.carries_device,
        clause: kind.clause.clone().filter(|_| asked.asks),
        asks: asked.asks,
        because: asked.because,
        due_at: asked.due,
        case: None,
        source: new.source.to_owned(),
        source_ref: new.source_ref.clone(),
        recorded_at: now,
        recorded_by: by.name.to_owned(),
        cancelled: None,
    };
    if event.asks {
        notices_app::affected::note_person(Work { app, tx, now }, person.force, person.id, by.name)?;
        event.case = case_for(Work { app, tx, now }, person, &event, kind, by.shown)?;
    }
    events::add(tx, &event)?;
    if let Some(case) = event.case {
        crate::movers::follow::case_follows_events(Work { app, tx, now }, case)?;
    }
    crate::movers::follow::end_events(Work { app, tx, now }, person.id, kind, by.shown)?;
    enter_event(Work { app, tx, now }, "person.event.recorded", &event, by.name)?;
    Ok(event.id)
}

/// Corrects an event's days, and moves its case with them. Correcting it to the days it has changes nothing.
///
/// # Errors
/// [`AppError::Conflict`] where it was cancelled, or where there is another such event on that day.
pub async fn change_event(
    app: &App,
    permit: Permit<ManagePeople>,
    event: EventId,
    new: NewEvent,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let known = standing(tx, event)?;
            permit.reaches(known.force)?;
            locks::take(tx, Lock::Person(known.person))?;
            let known = standing(tx, event)?;
            let policy = app.policy();
            let kind = policy.library().mover(&known.kind).ok_or_else(|| gone(&known.kind))?;
            let days = self::days(kind, &new, now)?;
            move_event(Work { app: &app, tx, now }, &known, kind, &days, permit.actor().into())
        })
        .await
}

/// Cancels an event, with a reason, and its case where no other event asks for it.
///
/// # Errors
/// [`AppError::Conflict`] where it was cancelled already.
pub async fn cancel_event(
    app: &App,
    permit: Permit<ManagePeople>,
    event: EventId,
    why: &str,
) -> Result<(), AppError> {
    let why = kernel::fields::text("why", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let known = standing(tx, event)?;
            permit.reaches(known.force)?;
            locks::take(tx, Lock::Person(known.person))?;
            cancel_event_in(Work { app: &app, tx, now }, &known, &why, permit.actor().into())
        })
        .await
}

pub(crate) fn cancel_event_in(
    Work { app, tx, now }: Work<'_, '_>,
    event: &Event,
    why: &str,
    by: Voice<'_>,
) -> Result<(), AppError> {
    if !events::cancel(tx, event.id, now, why)? {
        return Err(called_off());
    }
    if let Some(case) = event.case {
        cases_app::say(
            Work { app, tx, now },
            case,
            by.shown,
            &format!("An event behind this case was called off: {why}"),
        )?;
        crate::movers::follow::case_follows_events(Work { app, tx, now }, case)?;
    }
    enter_event(Work { app, tx, now }, "person.event.called-off", event, by.name)
}

fn days(kind: &MoverEvent, new: &NewEvent, now: Timestamp) -> Result<Days, AppError> {
    let today = days::day_of(now);
    let on = days::typed("on", &new.on, today)?;
    let until = match new.until.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) if kind.until.is_some() => Some(days::typed("until", text, today)?),
        _ => None,
    };
    if until.is_some_and(|until| until <= on) {
        return Err(AppError::invalid("until", "enter a day after the first one"));
    }
    Ok(Days { on, until, carries_device: new.carries_device })
}

/// Works out whether an event asks for anything, why or why not, and by when.
fn asked(app: &App, kind: &MoverEvent, days: &Days) -> Asked {
    let carries = days.carries_device;
    let months = days.until.map(|until| days::months(days.on, until));
    let asks = kind.asks(months, carries);
    let policy = app.policy();
    let due = policy.library().working_days().before(days.on, kind.days_before);
    let known = policy.library().working_days().knows_year(due.year());
    let because = match (asks, kind.unless_within_months, months) {
        (false, Some(_), _) if carries => "the new role carries a device".to_owned(),
        (false, Some(limit), Some(months)) => {
            format!("it is for {months} months; a return is asked for over {limit}")
        }
        (false, ..) => "nothing is to be handed in or given out".to_owned(),
        (true, ..) if known => format!("due by {due}"),
        (true, ..) => {
            format!("due by {due}; the bank holidays of {} are not in the list, so check the day", due.year())
        }
    };
    Asked { asks, because, due: asks.then(|| days::end_of(due)) }
}

/// Refuses a second event of the same kind on another day. A person leaves once, so another day is a correction; the
/// user has to say which of the two is meant.
fn refuse_another(
    tx: &mut Tx<'_>,
    person: PersonId,
    kind: &MoverEvent,
    now: Timestamp,
) -> Result<(), AppError> {
    let today = days::day_of(now).to_string();
    for other in events::of_person(tx, person)? {
        let open = match other.case {
            Some(case) => cases::by_id(tx, case)?.is_some_and(|case| case.closed.is_none()),
            None => false,
        };
        if other.kind == kind.name && other.cancelled.is_none() && (open || other.on > today) {
            return Err(AppError::Conflict(format!(
                "this person has such an event on {} already; correct that one or call it off",
                other.on
            )));
        }
    }
    Ok(())
}

fn move_event(
    Work { app, tx, now }: Work<'_, '_>,
    known: &Event,
    kind: &MoverEvent,
    days: &Days,
    by: Voice<'_>,
) -> Result<(), AppError> {
    let asked = self::asked(app, kind, days);
    let mut event = Event {
        on: days.on.to_string(),
        until: days.until.map(|day| day.to_string()),
        carries_device: days.carries_device,
        asks: asked.asks,
        because: asked.because,
        due_at: asked.due,
        ..known.clone()
    };
    if event == *known {
        return Ok(());
    }
    if event.on != known.on && events::standing(tx, known.person, &known.kind, &event.on)?.is_some() {
        return Err(AppError::Conflict("such an event stands on that day already".into()));
    }
    if event.asks && event.case.is_none() {
        let person =
            people::by_id(tx, known.person)?.ok_or_else(|| AppError::not_found("person", known.person))?;
        event.case = case_for(Work { app, tx, now }, &person, &event, kind, by.shown)?;
    }
    if !events::change(tx, &event)? {
        return Err(called_off());
    }
    if let Some(case) = event.case {
        cases_app::say(
            Work { app, tx, now },
            case,
            by.shown,
            &format!("The event was corrected: {}", event.because),
        )?;
        crate::movers::follow::case_follows_events(Work { app, tx, now }, case)?;
    }
    enter_event(Work { app, tx, now }, "person.event.corrected", &event, by.name)
}

/// Records the event in the ledger under its clause. The kind is only in the detail, which can be erased.
fn enter_event(
    Work { app, tx, now }: Work<'_, '_>,
    action: &'static str,
    event: &Event,
    by: &str,
) -> Result<(), AppError> {
    let detail = json!({
        "event": event.id, "kind": event.kind, "on": event.on, "until": event.until, "asks": event.asks,
        "because": event.because, "case": event.case, "source": event.source,
    });
    let record =
        Record::new(by, action, format!("person:{}", event.person)).force(event.force).detail(detail);
    let record = match &event.clause {
        Some(clause) => record.clause(clause),
        None => record,
    };
    app.enter(tx, now, record)
}

/// Finds the open case that asks for the same, or opens a new one.
fn case_for(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    event: &Event,
    kind: &MoverEvent,
    shown: &str,
) -> Result<Option<CaseId>, AppError> {
    let Some(opens) = &kind.opens else { return Ok(None) };
    let case = match cases::open_of_person(tx, person.id, opens)? {
        Some(open) => {
            crate::movers::follow::join_case(Work { app, tx, now }, &open, event, kind, shown)?;
            open.id
        }
        None => crate::movers::follow::open_for_event(Work { app, tx, now }, person, event, kind, shown)?,
    };
    cases_app::tell::tell_of_event(Work { app, tx, now }, case, person, event, kind)?;
    Ok(Some(case))
}

fn standing(tx: &mut Tx<'_>, id: EventId) -> Result<Event, AppError> {
    let event = events::by_id(tx, id)?.ok_or_else(|| AppError::not_found("event", id))?;
    if event.cancelled.is_some() {
        return Err(called_off());
    }
    Ok(event)
}

fn called_off() -> AppError {
    AppError::Conflict("the event was called off already; reload the page".into())
}

fn gone(kind: &str) -> AppError {
    AppError::Conflict(format!("the policy has no event \"{kind}\" any more; call this one off"))
}
