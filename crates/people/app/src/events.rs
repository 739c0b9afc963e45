//! Lists events in working lives for managers, HR and auditors, and shows one event with its case and receipts.

use cases_app::read::CaseView;
use domain::{ClauseId, EventId, PersonId};
use kernel::named::NamedPerson;
use policy::MoverEvent;
use store::events::Event;
use store::events::Listed;
use store::{Tx, case_steps, events, people};

pub use crate::views::EventFilter;
use crate::{EventView, ListedEvent};
use kernel::access::{Actor, ManagePeople, PermitWithin, Reach, Relation, SeePeople};
use kernel::{App, AppError, Work, access, days, words};
use store::people::Person;

/// The title of an absence for readers who may not know which kind it is.
const UNNAMED: &str = "Absence";

/// One event in a list.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// The event, with the names that a list shows.
    pub listed: ListedEvent,
    /// The kind in words; only "Absence" where the reader may not know which.
    pub title: String,
    /// The receipts that show that everything was handed over: one for each thing.
    pub receipts: Vec<String>,
    /// Number of open steps in its case.
    pub left: usize,
    /// Whether its case ran late.
    pub late: bool,
}

/// One event.
#[derive(Debug, Clone)]
pub struct EventRead {
    /// The event.
    pub event: EventView,
    /// Whether the reader may know the kind.
    pub named: bool,
    /// The kind in words.
    pub title: String,
    /// The labels of its date, and of its second date.
    pub labels: (String, Option<String>),
    /// The person it is about.
    pub person: NamedPerson,
    /// Its case.
    pub case: Option<CaseView>,
    /// The name of the person who recorded it.
    pub recorded_by: String,
}

/// Lists the kinds of event in the policy.
#[must_use]
pub fn event_kinds(app: &App) -> Vec<MoverEvent> {
    app.policy().library().movers.clone()
}

/// Returns whether any kind of event asks for something under that clause.
#[must_use]
pub fn has_events(app: &App, clause: &ClauseId) -> bool {
    app.policy().library().movers.iter().any(|kind| kind.clause.as_ref() == Some(clause))
}

/// Lists up to `limit` events: future events soonest first, past events latest first. An actor who may see a whole
/// force gets that force's events; a line manager gets those of their own people.
///
/// # Errors
/// Only if the database does not answer.
pub async fn events(
    app: &App,
    permit: PermitWithin<SeePeople>,
    mut filter: EventFilter,
    limit: u32,
) -> Result<Vec<EventRow>, AppError> {
    match permit.reach() {
        Reach::Force(scope) => match (scope.force(), filter.force) {
            (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
            (own, asked) => filter.force = own.or(asked),
        },
        Reach::Related { me, .. } => filter.within = Some(me),
        Reach::Nothing => return Ok(Vec::new()),
    }
    let private = |kind: &str| app.policy().library().mover(kind).is_some_and(|kind| kind.private);
    let names = access::permit::<ManagePeople>(permit.actor()).is_ok();
    // A reader who may not know the kind of an absence must not find it out by filtering for one kind.
    if !filter.kind.is_empty() && private(&filter.kind) && !names && filter.within.is_none() {
        return Ok(Vec::new());
    }
    let (app, now) = (app.clone(), app.world().now());
    let today = days::day_of(now).to_string();
    app.clone()
        .store()
        .read(move |tx| {
            let found = events::list(tx, &filter.into(), &today, now, limit)?;
            found.into_iter().map(|listed| event_row(Work { app: &app, tx, now }, &permit, listed)).collect()
        })
        .await
}

fn event_row(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &PermitWithin<SeePeople>,
    mut listed: Listed,
) -> Result<EventRow, AppError> {
    let steps = match cases_app::mentioned_case(app, tx, permit.actor(), listed.event.case)? {
        Some(case) => case_steps::of_case(tx, case.id)?,
        None => {
            listed.case = None;
            Vec::new()
        }
    };
    let receipts = steps.iter().filter(|step| !step.item.is_empty()).filter_map(|step| {
        let done = step.done.as_ref()?;
        Some(format!("{} {}: {}", done.outcome, step.title, done.proof))
    });
    let closed = listed.case.and_then(|(_, closed)| closed);
    let person = people::by_id(tx, listed.event.person)?;
    let named = person.is_some_and(|person| names(app, permit.actor(), &listed.event, &person));
    Ok(EventRow {
        title: event_title(app, &listed.event.kind, named),
        receipts: receipts.collect(),
        left: steps.iter().filter(|step| step.done.is_none()).count(),
        late: listed.event.asks && listed.event.due_at.is_some_and(|due| due < closed.unwrap_or(now)),
        listed: listed.into(),
    })
}

/// Lists a person's events, as their page shows them.
pub fn events_of(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    person: &Person,
) -> Result<Vec<(EventView, String)>, AppError> {
    Ok(events::of_person(tx, person.id)?
        .into_iter()
        .map(|event| {
            let title = event_title(app, &event.kind, names(app, actor, &event, person));
            (event.into(), title)
        })
        .collect())
}

/// Looks up one event.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force, and for an actor who is neither concerned nor
/// permitted.
pub async fn event(app: &App, permit: PermitWithin<SeePeople>, id: EventId) -> Result<EventRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let event = events::by_id(tx, id)?.ok_or_else(|| AppError::not_found("event", id))?;
            let person = known_person(tx, event.person)?;
            permit.reaches_person(&person)?;
            let named = names(&app, permit.actor(), &event, &person);
            let policy = app.policy();
            let kind = policy.library().mover(&event.kind);
            Ok(EventRead {
                title: event_title(&app, &event.kind, named),
                labels: (
                    kind.filter(|_| named).map_or_else(|| "Day".to_owned(), |kind| kind.date.clone()),
                    kind.and_then(|kind| kind.until.clone()),
                ),
                case: cases_app::mentioned_case(&app, tx, permit.actor(), event.case)?.map(CaseView::from),
                recorded_by: words::who(tx, &event.recorded_by)?,
                named,
                event: event.into(),
                person: person.into(),
            })
        })
        .await
}

/// Returns whether an actor may know the kind of an event: it says nothing private, it is their own, or it is their
/// work.
fn names(app: &App, actor: &Actor, event: &Event, person: &Person) -> bool {
    let private = app.policy().library().mover(&event.kind).is_none_or(|kind| kind.private);
    !private
        || actor.relation_to(person) != Relation::None
        || access::permit::<ManagePeople>(actor).is_ok_and(|permit| permit.reaches(person.force).is_ok())
}

fn event_title(app: &App, kind: &str, named: bool) -> String {
    let policy = app.policy();
    match policy.library().mover(kind) {
        Some(known) if named || !known.private => known.title.clone(),
        Some(_) => UNNAMED.to_owned(),
        None if named => kind.to_owned(),
        None => UNNAMED.to_owned(),
    }
}

fn known_person(tx: &mut Tx<'_>, id: PersonId) -> Result<Person, AppError> {
    people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))
}
