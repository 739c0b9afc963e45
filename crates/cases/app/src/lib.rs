//! Opens, works on and closes cases: pieces of work for a desk, each with its steps, its deadline and its timeline.
//!
//! The force sets what is to be done in a type of case (`policy/cases/`). Cases are opened by breaches (`breach`),
//! events in people's working lives (`people_app::movers`), and people.

pub mod desk;
pub mod files;
pub mod hand_over;
pub mod read;
pub mod tell;
pub mod unused;

mod about;
mod chase;
mod sealed;
mod steps;

pub use about::{About, put_case_right};
pub use chase::follow_case;
pub use sealed::is_sealed;
pub use sealed::known_case;
pub use sealed::mentioned_case;
pub use sealed::readable_case;
pub use sealed::sight;
pub(crate) use sealed::{case_to_work_on, seen};
pub use steps::acceptance_steps_done;
pub use steps::ask_again;
pub use steps::end_step_once;
pub use steps::end_steps_by;
pub use steps::open_step;
pub use steps::opening_of;
pub use steps::settle_case;
pub use steps::under;
pub use steps::{custody_moved, do_step, item_missing};

use domain::{CaseId, ClauseId, DeviceId, EntryId, Force, PersonId, StepId, Timestamp};
use policy::{Actor, CaseStep, CaseType, Closes, KeptBy, StepDue};
use serde_json::json;
use store::case_steps::{self, Step};
use store::cases::{self, Case};
use store::{Tx, devices};

use kernel::access::{ManageCases, Permit};
use kernel::named::NamedDevice;
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};

pub(crate) use sealed::{A_SEALED_CASE, Seen};
pub use steps::Ending;
pub use steps::Moved;
pub(crate) use steps::who;

/// A thing that a step is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its key, such as `device:UUID`.
    pub key: String,
    /// Its title, such as `iPhone F4GXQ2ABCD (NC-01234)`.
    pub title: String,
}

/// The data for opening a case.
pub struct Opening<'a> {
    /// Its type.
    pub kind: &'a str,
    /// Its force.
    pub force: Force,
    /// The device it is about.
    pub device: Option<DeviceId>,
    /// The person it is about.
    pub person: Option<PersonId>,
    /// The clause it is under.
    pub clause: Option<ClauseId>,
    /// Its title: one line.
    pub title: String,
    /// Its date: steps that are due on the case's date are due then.
    pub date: Option<Timestamp>,
    /// The event that opened it.
    pub event: Option<&'a str>,
    /// The place where things are handed in or given out.
    pub place: Option<&'a str>,
    /// The things that the person holds, for steps that cover one thing each.
    pub items: Vec<Item>,
    /// The first line of its timeline: the person, as people are shown, and the event.
    pub says: (&'a str, &'a str),
}

/// Returns the key of a device in a step.
pub fn device_key(device: DeviceId) -> String {
    format!("device:{device}")
}

/// Parses the device from a step's key.
pub fn device_of_key(key: &str) -> Option<DeviceId> {
    key.strip_prefix("device:")?.parse().ok()
}

/// Lists the things that a person holds, as steps name them.
pub fn items_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Item>, AppError> {
    let held = devices::of_holder(tx, person)?;
    Ok(held.iter().filter(|device| device.retired_at.is_none()).map(device_item).collect())
}

/// Opens a case with the first steps of its type. It makes no ledger entry: the calling use case does.
pub fn open_case(Work { app, tx, now }: Work<'_, '_>, opening: &Opening<'_>) -> Result<CaseId, AppError> {
    let id = CaseId::from_uuid(app.world().uuid());
    let policy = app.policy();
    let kind = policy.library().cases.get(opening.kind);
    let steps: Vec<Step> = kind
        .into_iter()
        .flat_map(|kind| kind.first_steps(opening.event))
        .flat_map(|step| steps_for(app, id, step, opening, now))
        .collect();
    let case = Case {
        id,
        number: 0,
        kind: opening.kind.to_owned(),
        force: opening.force,
        device: opening.device,
        person: opening.person,
        clause: opening.clause.clone(),
        title: opening.title.clone(),
        opened_at: now,
        due_at: steps.iter().filter_map(|step| step.due_at).min().or(opening.date),
        owner: None,
        closed: None,
        closed_how: None,
    };
    cases::open(tx, &case)?;
    for step in &steps {
        case_steps::add(tx, step)?;
    }
    // A person who is to get a device is asked to accept the terms that come with one.
    if let Some(person) = opening.person {
        kernel::jobs::ask_standing(Work { app, tx, now }, person)?;
    }
    let (who, says) = opening.says;
    say(Work { app, tx, now }, id, who, says)?;
    kernel::jobs::ask_job(app, tx, jobs::Kind::FollowCase, &id.to_string(), now)?;
    // Whoever opens such a case need not know of its form.
    if policy.library().form_of(opening.kind).is_some() {
        kernel::jobs::ask_job(app, tx, jobs::Kind::OpenForm, &id.to_string(), now)?;
    }
    Ok(id)
}

/// Makes the steps of a case for one step of its type.
fn steps_for(app: &App, case: CaseId, of: &CaseStep, opening: &Opening<'_>, now: Timestamp) -> Vec<Step> {
    if of.if_nothing_held && !opening.items.is_empty() {
        return Vec::new();
    }
    let new = NewStep { case, of, opening, now };
    if !of.each_item {
        return vec![new.step(app, None)];
    }
    opening.items.iter().map(|item| new.step(app, Some(item))).collect()
}

/// Adds to an open case the steps for one step of its type.
///
/// # Errors
/// Only if the database does not answer.
pub fn add_steps(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    of: &CaseStep,
    opening: &Opening<'_>,
) -> Result<(), AppError> {
    for new in steps_for(app, case, of, opening, now) {
        case_steps::add(tx, &new)?;
    }
    Ok(())
}

/// Moves a case to another date: reopens it where it was cancelled, and moves the steps that are due on its date. A
/// finished case stays finished.
///
/// # Errors
/// Only if the database does not answer.
pub fn move_to_date(
    Work { app, tx, now }: Work<'_, '_>,
    case: &Case,
    due: Timestamp,
) -> Result<(), AppError> {
    if cases::reopen(tx, case.id)? {
        say(Work { app, tx, now }, case.id, "system", "Opened again: an event asks for it.")?;
    } else if case.closed.is_some() {
        return Ok(());
    }
    let policy = app.policy();
    let Some(of) = policy.library().cases.get(&case.kind) else { return Ok(()) };
    for step in of.steps.iter().filter(|step| step.due == StepDue::CaseDate) {
        case_steps::set_due(tx, case.id, &step.name, Some(due))?;
    }
    let Some(case) = cases::by_id(tx, case.id)? else { return Ok(()) };
    settle_case(Work { app, tx, now }, &case)?;
    jobs::ask_job(app, tx, jobs::Kind::FollowCase, &case.id.to_string(), now)
}

/// Closes a case without a person, with the reason, its code and the line of its timeline. Returns whether it was
/// open.
///
/// # Errors
/// Only if the database does not answer.
pub fn end_by_itself(
    Work { app, tx, now }: Work<'_, '_>,
    case: &Case,
    why: &str,
    word: &'static str,
    says: &str,
) -> Result<bool, AppError> {
    if !cases::close(tx, case.id, now, why, word)? {
        return Ok(false);
    }
    say(Work { app, tx, now }, case.id, "system", says)?;
    judge_after(app, tx, case, now)?;
    Ok(true)
}

/// The steps that a case gets for one step of its type.
struct NewStep<'a> {
    /// The case.
    case: CaseId,
    /// The step of its type.
    of: &'a CaseStep,
    /// The data with which the case is opened.
    opening: &'a Opening<'a>,
    /// The time from which a step is due within its limit.
    now: Timestamp,
}

impl NewStep<'_> {
    /// Makes the step for a thing, or the one that is about none.
    fn step(&self, app: &App, item: Option<&Item>) -> Step {
        let Self { case, of, opening, now } = *self;
        let place = opening.place.map(|place| format!(" at {place}")).unwrap_or_default();
        let title = match item {
            Some(item) => format!("{}{}: {}", of.title, place, item.title),
            None => of.title.clone(),
        };
        Step {
            id: StepId::from_uuid(app.world().uuid()),
            case,
            place: 0,
            name: of.name.clone(),
            item: item.map(|item| item.key.clone()).unwrap_or_default(),
            title,
            who: of.who.as_str().to_owned(),
            person: opening.person.filter(|_| of.who == Actor::Holder),
            clause: of.clause.clone(),
            proof_kind: of.proof.as_str().to_owned(),
            due_at: match &of.due {
                StepDue::Never => None,
                StepDue::Within(limit) => Some(now.plus(limit.span)),
                StepDue::CaseDate => opening.date,
            },
            done: None,
        }
    }
}

/// Finds the first clause that is kept by a procedure.
pub fn clause_of_procedure(app: &App, procedure: &str) -> Option<ClauseId> {
    let policy = app.policy();
    let kept = |kept: &KeptBy| matches!(kept, KeptBy::Procedure { procedure: of, .. } if of == procedure);
    policy.library().clauses.iter().find(|clause| clause.kept_by.iter().any(kept)).map(|c| c.id.clone())
}

/// Adds a line to a case's timeline.
pub fn say(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    actor: &str,
    says: &str,
) -> Result<(), AppError> {
    cases::add_event(
        tx,
        &cases::NewEvent { id: EntryId::from_uuid(app.world().uuid()), case, actor, says },
        now,
    )?;
    Ok(())
}

/// Schedules a new judgement of everything that a case's end or lateness may change.
pub fn judge_after(app: &App, tx: &mut Tx<'_>, case: &Case, at: Timestamp) -> Result<(), AppError> {
    judge_procedure(app, tx, &case.kind, case.person, at)
}

/// Schedules a new judgement of the clauses that a procedure keeps, for everybody and for one person.
pub fn judge_procedure(
    app: &App,
    tx: &mut Tx<'_>,
    procedure: &str,
    person: Option<PersonId>,
    at: Timestamp,
) -> Result<(), AppError> {
    if let Some(person) = person {
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgePerson, &person.to_string(), at)?;
    }
    let policy = app.policy();
    let library = policy.library();
    let concerned = |document: &&policy::Document| {
        library
            .clauses_in(&document.id)
            .flat_map(|clause| &clause.kept_by)
            .any(|kept| matches!(kept, KeptBy::Procedure { procedure: of, .. } if of == procedure))
    };
    for document in library.documents.iter().filter(concerned) {
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDocument, &document.id, at)?;
    }
    Ok(())
}

/// Adds a note to a case.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Invalid`] for an empty note.
pub async fn note_on_case(
    app: &App,
    permit: Permit<ManageCases>,
    case: CaseId,
    note: &str,
) -> Result<(), AppError> {
    let note = kernel::fields::text("note", note, 2000)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let found = crate::sealed::case_to_work_on(&app, tx, &permit, case)?;
            say(Work { app: &app, tx, now }, case, &permit.actor().shown, &note)?;
            let record = Record::new(&permit.actor().name, "case.noted", format!("case:{case}"))
                .force(found.force)
                .detail(json!({ "note": note }));
            app.enter(tx, now, record)
        })
        .await
}

/// Gives an open case to whoever takes on what it is about, in the caller's transaction; returns whether it was another's or nobody's.
/// It makes no ledger entry: the calling use case does.
///
/// # Errors
/// Only if the database does not answer.
pub fn give_to(tx: &mut Tx<'_>, case: CaseId, owner: &str) -> Result<bool, AppError> {
    Ok(cases::take(tx, case, owner)?)
}

/// Takes a case on. Taking one's own case again changes nothing and is not an error.
///
/// # Errors
/// [`AppError::Conflict`] where it is closed.
pub async fn take_case(app: &App, permit: Permit<ManageCases>, case: CaseId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let found = crate::sealed::case_to_work_on(&app, tx, &permit, case)?;
            if found.closed.is_some() {
                return Err(AppError::Conflict("the case is closed already; reload the page".into()));
            }
            if !cases::take(tx, case, &permit.actor().name)? {
                return Ok(());
            }
            say(Work { app: &app, tx, now }, case, &permit.actor().shown, "Took the case")?;
            let record =
                Record::new(&permit.actor().name, "case.taken", format!("case:{case}")).force(found.force);
            app.enter(tx, now, record)
        })
        .await
}

/// Closes a case by hand, with a reason. Refuses a case that only receipts close.
///
/// # Errors
/// [`AppError::Conflict`] where it is closed already, or where it waits for receipts.
pub async fn close_case(
    app: &App,
    permit: Permit<ManageCases>,
    case: CaseId,
    why: &str,
) -> Result<(), AppError> {
    let why = kernel::fields::text("why", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let found = crate::sealed::case_to_work_on(&app, tx, &permit, case)?;
            if closes_by_receipt(&app, &found.kind) && found.closed.is_none() {
                return Err(AppError::Conflict(
                    "only receipts close this case: enter each thing as handed over or as missing".into(),
                ));
            }
            if !cases::close(tx, case, now, &why, "by-hand")? {
                return Err(AppError::Conflict("the case is closed already; reload the page".into()));
            }
            say(Work { app: &app, tx, now }, case, &permit.actor().shown, &format!("Closed: {why}"))?;
            judge_after(&app, tx, &found, now)?;
            let record = Record::new(&permit.actor().name, "case.closed", format!("case:{case}"))
                .force(found.force)
                .reason("by-hand")
                .detail(json!({ "why": why }));
            app.enter(tx, now, record)
        })
        .await
}

fn closes_by_receipt(app: &App, kind: &str) -> bool {
    let policy = app.policy();
    policy.library().cases.get(kind).is_some_and(|kind: &CaseType| kind.closes == Closes::Receipt)
}

/// Describes a device as steps name it: for staff.
pub fn device_item(device: &devices::Device) -> Item {
    Item { key: device_key(device.id), title: NamedDevice::from(device).for_staff() }
}
