//! Completes the steps of a case: by a note, by a hand-over that both sides signed, or by reporting a thing as missing.
//!
//! A step ends once: a second attempt is refused. The last step closes the case.

use domain::{CaseId, PersonId, StepId, Timestamp};
use policy::{Actor, Proof};
use serde_json::json;
use store::case_steps::{self, Done, Step};
use store::cases::{self, Case};
use store::locks::{self, Lock};
use store::{Tx, devices};

use super::{Item, Opening, device_item, device_of_key};
use kernel::access::{Action, ManageCases, Permit, Voice};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// The case type of a lost device.
const LOST: &str = "lost-device";

/// A hand-over that both sides have signed.
pub struct Moved<'a> {
    /// The thing, such as `device:UUID`.
    pub item: &'a str,
    /// The person who gave it, where they were its holder.
    pub from: Option<PersonId>,
    /// The person who has it now; `None` where it is in stock.
    pub to: Option<PersonId>,
    /// The proof, such as `hand-over:UUID`.
    pub proof: &'a str,
    /// The actor who recorded it.
    pub by: Voice<'a>,
}

/// The way in which a step ends.
pub struct Ending<'a> {
    /// The outcome: `done`, `missing`, `not-needed`.
    pub outcome: &'static str,
    /// The proof of it.
    pub proof: &'a str,
    /// The actor who recorded it.
    pub by: Voice<'a>,
    /// The line of the timeline.
    pub says: String,
}

/// Ends a step; returns whether it was undone until now. Closes the case with its last step: two steps of a case are
/// ended one after the other, so that one of the two sees that nothing is left.
pub(crate) fn end_step(
    Work { app, tx, now }: Work<'_, '_>,
    step: &Step,
    ending: &Ending<'_>,
) -> Result<bool, AppError> {
    let done = Done {
        at: now,
        by: ending.by.name.to_owned(),
        outcome: ending.outcome.to_owned(),
        proof: ending.proof.to_owned(),
    };
    locks::take(tx, Lock::Case(step.case))?;
    if !case_steps::finish(tx, step.id, &done)? {
        return Ok(false);
    }
    crate::say(Work { app, tx, now }, step.case, ending.by.shown, &ending.says)?;
    let Some(case) = cases::by_id(tx, step.case)? else { return Ok(true) };
    settle_case(Work { app, tx, now }, &case)?;
    Ok(true)
}

/// Ends a step for an actor to whom it was shown as undone.
pub fn end_step_once(
    Work { app, tx, now }: Work<'_, '_>,
    step: &Step,
    ending: &Ending<'_>,
) -> Result<(), AppError> {
    if end_step(Work { app, tx, now }, step, ending)? {
        return Ok(());
    }
    Err(AppError::Conflict("somebody has done this step already; reload the page".into()))
}

/// Closes an open case whose steps are all done, and otherwise moves its deadline to its next step.
pub fn settle_case(Work { app, tx, now }: Work<'_, '_>, case: &Case) -> Result<(), AppError> {
    let steps = case_steps::of_case(tx, case.id)?;
    if case.closed.is_some() || steps.is_empty() {
        return Ok(());
    }
    let undone: Vec<&Step> = steps.iter().filter(|step| step.done.is_none()).collect();
    if undone.is_empty() {
        let (why, how) = if crate::closes_by_receipt(app, &case.kind) {
            ("everything is handed in or accounted for", "receipt")
        } else {
            ("every step is done", "steps")
        };
        if !cases::close(tx, case.id, now, why, how)? {
            return Ok(());
        }
        crate::say(Work { app, tx, now }, case.id, "system", &format!("Closed: {why}."))?;
    } else if let Some(next) = undone.iter().filter_map(|step| step.due_at).min() {
        cases::set_due(tx, case.id, Some(next))?;
    }
    crate::judge_after(app, tx, case, now)
}

/// Completes a step that a note proves.
///
/// # Errors
/// [`AppError::Invalid`] for an empty note, [`AppError::Conflict`] where the step is done already, or needs another
/// proof than a note.
pub async fn do_step(
    app: &App,
    permit: Permit<ManageCases>,
    case: CaseId,
    step: StepId,
    note: &str,
) -> Result<(), AppError> {
    let note = kernel::fields::text("proof", note, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let (found, step) = open_step(&app, tx, &permit, case, step)?;
            if step.proof_kind != Proof::Note.as_str() {
                return Err(AppError::Conflict(
                    "a note does not do this step; its page says what does".into(),
                ));
            }
            let actor = permit.actor();
            let ending = Ending {
                outcome: "done",
                proof: &note,
                by: actor.into(),
                says: format!("Done: {}. {note}", step.title),
            };
            end_step_once(Work { app: &app, tx, now }, &step, &ending)?;
            let record = Record::new(&actor.name, "case.step.done", format!("case:{case}"))
                .force(found.force)
                .detail(json!({ "step": step.name, "note": note }));
            app.enter(tx, now, under(record, &found, &step))
        })
        .await
}

/// Reports that a thing which should be handed in is missing, and why. Opens the case of a lost device.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] where the step is done already or is not about a
/// thing.
pub async fn item_missing(
    app: &App,
    permit: Permit<ManageCases>,
    case: CaseId,
    step: StepId,
    why: &str,
) -> Result<CaseId, AppError> {
    let why = kernel::fields::text_or("proof", why, 500, "say why it is missing, and who was asked")?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Case(case))?;
            let (found, step) = open_step(&app, tx, &permit, case, step)?;
            if step.proof_kind != Proof::Receipt.as_str() || step.item.is_empty() {
                return Err(AppError::Conflict("this step is about no thing that could be missing".into()));
            }
            let actor = permit.actor();
            let lost = open_lost(Work { app: &app, tx, now }, &found, &step, &actor.shown, &why)?;
            let ending = Ending {
                outcome: "missing",
                proof: &format!("case:{lost}"),
                by: actor.into(),
                says: format!("Missing: {}. {why}", step.title),
            };
            end_step_once(Work { app: &app, tx, now }, &step, &ending)?;
            let record = Record::new(&actor.name, "case.item.missing", format!("case:{case}"))
                .force(found.force)
                .detail(json!({ "item": step.item, "why": why, "opened": lost }));
            app.enter(tx, now, under(record, &found, &step))?;
            Ok(lost)
        })
        .await
}

/// Opens the case of a lost device, or returns the one that is open.
fn open_lost(
    Work { app, tx, now }: Work<'_, '_>,
    from: &Case,
    step: &Step,
    shown: &str,
    why: &str,
) -> Result<CaseId, AppError> {
    let clause = crate::clause_of_procedure(app, LOST);
    let device = device_of_key(&step.item).map(|id| devices::by_id(tx, id)).transpose()?.flatten();
    if let (Some(device), Some(clause)) = (&device, &clause)
        && let Some(open) = cases::open_for(tx, device.id, clause, LOST)?
    {
        crate::say(
            Work { app, tx, now },
            open.id,
            shown,
            &format!("Missing when it was to be handed in: {why}"),
        )?;
        return Ok(open.id);
    }
    let title = device.as_ref().map_or_else(|| step.title.clone(), |device| device_item(device).title);
    let opening = Opening {
        kind: LOST,
        force: from.force,
        device: device.as_ref().map(|device| device.id),
        person: from.person,
        clause,
        title: format!("{title}: missing when it was to be handed in"),
        date: None,
        event: None,
        place: None,
        items: Vec::new(),
        says: (shown, why),
    };
    crate::open_case(Work { app, tx, now }, &opening)
}

/// Closes the steps that a signed hand-over proves: the return of a thing by its former holder, and its issue to the
/// new one. Returns their number; a hand-over that no step waited for closes none.
///
/// # Errors
/// Only if the database does not answer.
pub fn custody_moved(Work { app, tx, now }: Work<'_, '_>, moved: &Moved<'_>) -> Result<usize, AppError> {
    let mut proven: Vec<Step> = Vec::new();
    for step in case_steps::open_for_item(tx, moved.item)? {
        let case = cases::by_id(tx, step.case)?;
        let of_giver = case.is_some_and(|case| case.person.is_some() && case.person == moved.from);
        if step.proof_kind == Proof::Receipt.as_str() && of_giver && moved.to != moved.from {
            proven.push(step);
        }
    }
    if let Some(to) = moved.to {
        for case in cases::of_person(tx, to)?.iter().filter(|case| case.closed.is_none()) {
            let waits = |step: &Step| {
                step.done.is_none() && step.item.is_empty() && step.proof_kind == Proof::Receipt.as_str()
            };
            proven.extend(case_steps::of_case(tx, case.id)?.into_iter().filter(waits));
        }
    }
    let mut ended = 0;
    for step in &proven {
        let says = format!("Signed by both sides: {}", step.title);
        let ending = Ending { outcome: "done", proof: moved.proof, by: moved.by, says };
        ended += usize::from(end_step(Work { app, tx, now }, step, &ending)?);
    }
    Ok(ended)
}

/// Closes the steps of a person's open cases that wait for the acceptance of terms.
pub fn acceptance_steps_done(Work { app, tx, now }: Work<'_, '_>, person: PersonId) -> Result<(), AppError> {
    for step in case_steps::open_of_person(tx, person)? {
        if step.proof_kind == Proof::Acceptance.as_str() {
            let says = "Accepted all terms in force".to_owned();
            let ending = Ending { outcome: "done", proof: "terms in force", by: Voice::SYSTEM, says };
            end_step(Work { app, tx, now }, &step, &ending)?;
        }
    }
    Ok(())
}

/// Closes the undone steps of a case that wait for a proof of that kind; returns how many there were.
///
/// # Errors
/// Only if the database does not answer.
pub fn end_steps_by(
    app: &App,
    tx: &mut Tx<'_>,
    case: CaseId,
    proof: Proof,
    ending: &Ending<'_>,
) -> Result<usize, AppError> {
    let now = app.world().now();
    let waits = |step: &Step| step.done.is_none() && step.proof_kind == proof.as_str();
    let mut ended = 0;
    for step in case_steps::of_case(tx, case)?.into_iter().filter(waits) {
        let ending = Ending { says: ending.says.clone(), ..*ending };
        ended += usize::from(end_step(Work { app, tx, now }, &step, &ending)?);
    }
    Ok(ended)
}

/// Asks once more for what a proof of that kind ended in a case, and opens the case again where it was closed. The new step is due
/// at `due_at`.
///
/// # Errors
/// Only if the database does not answer.
pub fn ask_again(
    app: &App,
    tx: &mut Tx<'_>,
    case: CaseId,
    proof: Proof,
    due_at: Option<Timestamp>,
) -> Result<(), AppError> {
    let now = app.world().now();
    locks::take(tx, Lock::Case(case))?;
    let steps = case_steps::of_case(tx, case)?;
    let of_kind = |step: &&Step| step.proof_kind == proof.as_str();
    let Some(last) = steps.iter().rfind(of_kind).filter(|step| step.done.is_some()) else { return Ok(()) };
    let again = Step { id: StepId::from_uuid(app.world().uuid()), due_at, done: None, ..last.clone() };
    case_steps::add(tx, &again)?;
    if cases::reopen_any(tx, case)? {
        crate::say(
            Work { app, tx, now },
            case,
            "system",
            "Opened again: something in it is to be decided again.",
        )?;
    }
    if let Some(case) = cases::by_id(tx, case)? {
        settle_case(Work { app, tx, now }, &case)?;
    }
    kernel::jobs::ask_job(app, tx, kernel::jobs::Kind::FollowCase, &case.to_string(), now)
}

/// Sets the clause of a record to that of its step, or of its case.
pub fn under<'a>(record: Record<'a>, case: &Case, step: &Step) -> Record<'a> {
    match step.clause.as_ref().or(case.clause.as_ref()) {
        Some(clause) => record.clause(clause),
        None => record,
    }
}

/// Brings the return steps of a case into line with what the person holds now: adds one for a new thing, and ends one
/// as not needed for a thing that has gone elsewhere.
pub(crate) fn follow_items(Work { app, tx, now }: Work<'_, '_>, case: &Case) -> Result<(), AppError> {
    let policy = app.policy();
    let Some(kind) = policy.library().cases.get(&case.kind) else { return Ok(()) };
    // A case about one device stays about that device.
    let (Some(person), None) = (case.person, case.device) else { return Ok(()) };
    let Some(of) = kind.steps.iter().find(|step| step.each_item && !step.later) else { return Ok(()) };
    let held = crate::items_of(tx, person)?;
    let steps = case_steps::of_case(tx, case.id)?;
    for item in held.iter().filter(|item| !steps.iter().any(|step| step.item == item.key)) {
        let opening = opening_of(case, vec![item.clone()]);
        crate::add_steps(Work { app, tx, now }, case.id, of, &opening)?;
        crate::say(Work { app, tx, now }, case.id, "system", &format!("Also held: {}", item.title))?;
    }
    let gone = |step: &&Step| {
        step.done.is_none()
            && step.name == of.name
            && !step.item.is_empty()
            && !held.iter().any(|item| item.key == step.item)
    };
    for step in steps.iter().filter(gone) {
        let says = format!("No longer held: {}", step.title);
        let ending = Ending { outcome: "not-needed", proof: "no longer held", by: Voice::SYSTEM, says };
        end_step(Work { app, tx, now }, step, &ending)?;
    }
    Ok(())
}

/// Makes the data for opening a case that exists already, as it would be today.
pub fn opening_of(case: &Case, items: Vec<Item>) -> Opening<'static> {
    Opening {
        kind: "",
        force: case.force,
        device: case.device,
        person: case.person,
        clause: case.clause.clone(),
        title: String::new(),
        date: case.due_at,
        event: None,
        place: None,
        items,
        says: ("system", ""),
    }
}

/// Looks up an undone step of an open case, for an actor who may work on it.
pub fn open_step<A: Action>(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    case: CaseId,
    step: StepId,
) -> Result<(Case, Step), AppError> {
    let found = crate::sealed::case_to_work_on(app, tx, permit, case)?;
    let step = case_steps::by_id(tx, step)?
        .filter(|step| step.case == case)
        .ok_or_else(|| AppError::not_found("step", step))?;
    if found.closed.is_some() {
        return Err(AppError::Conflict("the case is closed already; reload the page".into()));
    }
    if step.done.is_some() {
        return Err(AppError::Conflict("somebody has done this step already; reload the page".into()));
    }
    Ok((found, step))
}

/// Returns the title of the person or role who does a step.
pub(crate) fn who(word: &str) -> &'static str {
    word.parse::<Actor>().map_or("Somebody", Actor::title)
}
