//! Reads the queue of cases, and one case with its steps and timeline.

use domain::reference::{Meant, Reference};
use domain::{CaseId, StepId, Timestamp};
use store::case_steps::Step;
use store::{Tx, case_steps, cases, devices, loss_reports, people};

use crate::files::FileView;
use crate::{A_SEALED_CASE, Seen};
use kernel::access::{Actor, ManageCases, Permit, SeeCases, SeeDevices, SeePeople};
use kernel::named::{NamedDevice, NamedPerson};
use kernel::{App, AppError, access, words};
use store::cases::{Case, QueuePage};

mod views;
pub use views::{CaseFilter, CaseView, StepDone, StepView};

/// One case in a list.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// The case.
    pub case: CaseView,
    /// Its type in words.
    pub kind: String,
    /// Its place in the queue, as the key of the next page.
    pub key: Timestamp,
    /// Who has taken it, in a list of the queue.
    pub owner: Option<String>,
    /// What is to be done next, in a list of the queue.
    pub next: Option<String>,
}

/// One case.
#[derive(Debug, Clone)]
pub struct CaseRead {
    /// The row that a list shows.
    pub row: CaseRow,
    /// The device it is about, where the reader may see it.
    pub device: Option<NamedDevice>,
    /// The person it is about, where the reader may see them.
    pub person: Option<NamedPerson>,
    /// The person who took it on; `None` where nobody has yet.
    pub owner: Option<String>,
    /// The desk in whose queue it is until somebody takes it.
    pub desk: &'static str,
    /// Its steps, in order.
    pub steps: Vec<StepRead>,
    /// Whether only receipts close it.
    pub by_receipt: bool,
    /// Its timeline: time, person and event; oldest first.
    pub events: Vec<(Timestamp, String, String)>,
    /// The files that are attached to it, the first one first.
    pub files: Vec<FileView>,
    /// Whether cases of its type are sealed, so that each of its files is read for a reason.
    pub with_reason: bool,
    /// Whether sealed content was left out here: its title, the proof of its steps, and its timeline.
    pub sealed: bool,
    /// Whether it is sealed and the reader may open it for a reason. A reader who may not open it sees that it
    /// exists, and cannot work on it.
    pub may_open: bool,
}

/// One step of a case.
#[derive(Debug, Clone)]
pub struct StepRead {
    /// The step.
    pub step: StepView,
    /// The person or role who does it, in words.
    pub who: String,
    /// The person who recorded it as done.
    pub done_by: Option<String>,
    /// The clause that requires it.
    pub clause: Option<domain::ClauseId>,
    /// The proof that it was done, in words.
    pub proof: &'static str,
}

/// Makes the row of a case as the reader may see it: a sealed case shows its type at most, and `None` stands for one
/// that they may not know of.
fn row(library: &policy::Library, seen: Seen, case: Case) -> Option<CaseRow> {
    let (case, kind) = masked(library, seen, case)?;
    Some(row_of(case, kind))
}

fn row_of(case: Case, kind: String) -> CaseRow {
    CaseRow { key: cases::queue_key(&case), case: case.into(), kind, owner: None, next: None }
}

/// The type of case that has the reference of its report, which its reporter was given.
const LOSS: &str = "lost-device";

/// Gives the case of a loss the reference that its reporter was given, so that there is one for both.
fn as_reported(tx: &mut Tx<'_>, mut row: CaseRow) -> Result<CaseRow, AppError> {
    if row.case.kind == LOSS
        && let Some(reference) = loss_reports::reference_of_case(tx, row.case.id)?
    {
        row.case.reference = reference;
    }
    Ok(row)
}

/// Returns the number of the case that a reference belongs to: that of a report of a loss, or its own.
fn number_of(tx: &mut Tx<'_>, search: &str) -> Result<Option<i64>, AppError> {
    let Meant::Reference(reference) = Reference::meant(search) else { return Ok(None) };
    if let Some(report) = loss_reports::by_reference(tx, reference.as_str())? {
        return Ok(cases::by_id(tx, report.case)?.map(|case| case.number));
    }
    let number = reference.number();
    Ok(cases::by_number(tx, number)?.map(|case| case.number))
}

/// Takes out of a case what the reader may not see; returns its kind in words beside it.
fn masked(library: &policy::Library, seen: Seen, mut case: Case) -> Option<(Case, String)> {
    let kind = words::case_kind(library, &case.kind);
    match seen {
        Seen::Nothing => return None,
        Seen::Whole => {}
        Seen::Type => case.title.clone_from(&kind),
        Seen::Exists => {
            let kind = A_SEALED_CASE.to_owned();
            let case = Case {
                title: kind.clone(),
                kind: String::new(),
                device: None,
                person: None,
                clause: None,
                owner: None,
                closed: case.closed.map(|(at, _)| (at, String::new())),
                ..case
            };
            return Some((case, kind));
        }
    }
    Some((case, kind))
}

/// Reads a step with the names of the people and things it is about.
///
/// # Errors
/// Only if the database does not answer.
pub fn step_read(tx: &mut Tx<'_>, step: Step, case: &Case) -> Result<StepRead, AppError> {
    let person = match step.person {
        Some(person) => people::by_id(tx, person)?.map(|person| person.name),
        None => None,
    };
    let done_by = match &step.done {
        Some(done) => Some(words::who(tx, &done.by)?),
        None => None,
    };
    Ok(StepRead {
        who: person.unwrap_or_else(|| crate::who(&step.who).to_owned()),
        done_by,
        clause: step.clause.clone().or_else(|| case.clause.clone()),
        proof: step.proof_kind.parse().map_or("", policy::Proof::title),
        step: step.into(),
    })
}

/// Reads the steps of a case; leaves out the proof that one was done where the case is sealed.
fn steps_read(tx: &mut Tx<'_>, case: &Case, sealed: bool) -> Result<Vec<StepRead>, AppError> {
    let mut steps = Vec::new();
    for step in case_steps::of_case(tx, case.id)? {
        let mut read = step_read(tx, step, case)?;
        if let Some(done) = read.step.done.as_mut().filter(|_| sealed) {
            done.proof = "Sealed".into();
        }
        steps.push(read);
    }
    Ok(steps)
}

/// Makes the row of a case in the queue: with who has taken it and what is to be done next, where the reader may see that.
fn queue_row(app: &App, tx: &mut Tx<'_>, actor: &Actor, case: Case) -> Result<Option<CaseRow>, AppError> {
    let seen = crate::seen(app, tx, actor, &case)?;
    let (owner, next) = match (seen, &case.closed) {
        (Seen::Whole, None) => {
            let owner = case.owner.as_deref().map(|owner| words::who(tx, owner)).transpose()?;
            let steps = case_steps::of_case(tx, case.id)?;
            let undone = steps.into_iter().filter(|step| step.done.is_none());
            let next =
                undone.min_by_key(|step| (step.due_at.map_or(i64::MAX, Timestamp::millis), step.place));
            (owner, next.map(|step| step.title))
        }
        _ => (None, None),
    };
    let policy = app.policy();
    let read = row(policy.library(), seen, case).map(|row| CaseRow { owner, next, ..row });
    read.map(|row| as_reported(tx, row)).transpose()
}

/// Lists up to `limit` cases, what is due next first, and the types of case: word and title.
///
/// # Errors
/// [`AppError::NotFound`] for a type of case that neither the policy in force nor any case has.
pub async fn cases(
    app: &App,
    permit: Permit<SeeCases>,
    filter: CaseFilter,
    limit: u32,
) -> Result<(Vec<CaseRow>, Vec<(String, String)>), AppError> {
    let (app, policy, now) = (app.clone(), app.policy(), app.world().now());
    let sight = crate::sight(&app, permit.actor());
    app.clone()
        .store()
        .read(move |tx| {
            let known = cases::kinds(tx)?;
            let of_policy = policy.library().cases.contains_key(&filter.kind);
            let named = filter.kind.is_empty() || filter.kind == "breach";
            if !named && !of_policy && !known.contains(&filter.kind) {
                return Err(AppError::not_found("type of case", &filter.kind));
            }
            let kinds = known
                .into_iter()
                .filter(|kind| !sight.typed_in.is_empty() || !sight.sealed.contains(kind))
                .map(|kind| {
                    let title = words::case_kind(policy.library(), &kind);
                    (kind, title)
                })
                .collect();
            let force = match (permit.scope().force(), filter.force) {
                (Some(own), Some(asked)) if own != asked => return Ok((Vec::new(), kinds)),
                (own, asked) => own.or(asked),
            };
            let owner = match filter.owner.as_str() {
                "mine" => permit.actor().name.clone(),
                other => other.to_owned(),
            };
            let page = QueuePage { owner: &owner, now, limit };
            // A reference is looked up as a whole: a number that only begins with the same digits is another case.
            let number = number_of(tx, &filter.search)?;
            let search = number.map_or(filter.search, |number| format!("C-{number}"));
            let filter = CaseFilter { force, search, ..filter };
            let mut found = cases::queue(tx, &filter.into(), &sight, &page)?;
            found.retain(|case| number.is_none_or(|number| case.number == number));
            let mut rows = Vec::with_capacity(found.len());
            for case in found {
                rows.extend(queue_row(&app, tx, permit.actor(), case)?);
            }
            Ok((rows, kinds))
        })
        .await
}

/// Reads one case.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn case(app: &App, permit: Permit<SeeCases>, id: CaseId) -> Result<CaseRead, AppError> {
    let app = app.clone();
    app.clone().store().read(move |tx| case_in(&app, tx, &permit, id, false)).await
}

/// Makes the rows of cases as the reader may see them.
pub fn case_rows(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: Vec<Case>,
) -> Result<Vec<CaseRow>, AppError> {
    let policy = app.policy();
    let mut rows = Vec::with_capacity(found.len());
    for case in found {
        let seen = crate::seen(app, tx, actor, &case)?;
        if let Some(row) = row(policy.library(), seen, case) {
            rows.push(as_reported(tx, row)?);
        }
    }
    Ok(rows)
}

/// Reads one case, with its sealed content only where it was opened.
pub fn case_in(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<SeeCases>,
    id: CaseId,
    opened: bool,
) -> Result<CaseRead, AppError> {
    let case = crate::known_case(app, tx, permit.actor(), id)?;
    permit.reaches(case.force)?;
    let policy = app.policy();
    let seen = if opened { Seen::Whole } else { crate::seen(app, tx, permit.actor(), &case)? };
    let sealed = seen != Seen::Whole;
    let is_sealed = crate::is_sealed(app, &case.kind);
    let kind = policy.library().cases.get(&case.kind).filter(|_| seen != Seen::Exists);
    let steps = match seen {
        Seen::Exists | Seen::Nothing => Vec::new(),
        Seen::Type | Seen::Whole => steps_read(tx, &case, sealed)?,
    };
    let (case, words) =
        masked(policy.library(), seen, case).ok_or_else(|| AppError::not_found("case", id))?;
    let device = case.device.filter(|_| access::permit::<SeeDevices>(permit.actor()).is_ok());
    let person = case.person.filter(|_| access::permit::<SeePeople>(permit.actor()).is_ok());
    let events = if sealed { Vec::new() } else { cases::events(tx, id)? }
        .into_iter()
        .map(|(at, actor, says)| {
            let actor = if actor == "system" { "Lanyard".to_owned() } else { actor };
            (at, actor, says)
        })
        .collect();
    Ok(CaseRead {
        owner: case.owner.as_deref().map(|owner| words::who(tx, owner)).transpose()?,
        desk: match (seen, kind) {
            (Seen::Exists | Seen::Nothing, _) => "Somebody who may open it",
            (_, Some(kind)) => kind.owner.title(),
            (_, None) => policy::Actor::ServiceDesk.title(),
        },
        by_receipt: kind.is_some_and(|kind| kind.closes == policy::Closes::Receipt),
        steps,
        device: device.map(|id| devices::by_id(tx, id)).transpose()?.flatten().map(NamedDevice::from),
        person: person.map(|id| people::by_id(tx, id)).transpose()?.flatten().map(NamedPerson::from),
        events,
        files: if sealed { Vec::new() } else { crate::files::files_of(tx, id)? },
        with_reason: is_sealed,
        sealed,
        may_open: seen == Seen::Type,
        row: as_reported(tx, row_of(case, words))?,
    })
}

/// Looks up an undone step of an open case, with the number of its case.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Conflict`] where it is done already.
pub async fn case_step(
    app: &App,
    permit: Permit<ManageCases>,
    case: CaseId,
    step: StepId,
) -> Result<(i64, StepRead), AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let (case, step) = crate::open_step(&app, tx, &permit, case, step)?;
            Ok((case.number, step_read(tx, step, &case)?))
        })
        .await
}
