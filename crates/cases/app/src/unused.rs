//! Asks the people responsible for an unused device whether it is still needed, before it is moved on.
//!
//! A device is silent in the same way on leave, in an evidence store and in a drawer, so the question goes to people.
//! A device that is kept for a reason is asked about again on a given day; one that is not needed is to be handed in.
//! The case ends by itself when the device is used again (`compliance_app::breach`).

use domain::{CaseId, Timestamp};
use policy::{CaseStep, Proof};
use serde_json::json;
use store::case_steps::{self, Step};
use store::cases::{self, Case};
use store::devices::Device;
use store::locks::{self, Lock};
use store::people::{self, Person};
use store::{Tx, devices};

use crate::tell::Telling;
use crate::{Ending, Item, device_item};
use kernel::access::{AnswerForOneself, PermitWithin};
use kernel::named::{NamedDevice, NamedPerson};
use kernel::record::Record;
use kernel::{App, AppError, Work, days};

/// The longest time for which a device is kept before it is asked about again, in days.
const KEPT_AT_MOST: i64 = 366;

/// The reason for keeping an unused device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptFor {
    /// Its holder is away.
    Leave,
    /// It is, or holds, evidence.
    Evidence,
    /// It is ready for others to use.
    Spare,
    /// Another reason.
    Other,
}

impl KeptFor {
    /// Every reason: the word in a form, and the words on screen.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Leave, "leave", "I am, or the holder is, on leave or away"),
        (Self::Evidence, "evidence", "It is evidence, or holds evidence"),
        (Self::Spare, "spare", "It is a spare that must be ready"),
        (Self::Other, "other", "Another reason"),
    ];
}

/// An answer about an unused device.
#[derive(Debug, Clone, Default)]
pub struct Needed {
    /// The decision: `keep` or `return`.
    pub answer: String,
    /// A word of [`KeptFor::ALL`].
    pub reason: String,
    /// The day on which to ask again, where it is kept.
    pub until: String,
    /// Further remarks.
    pub note: String,
}

/// The question about a device.
#[derive(Debug, Clone)]
pub struct Question {
    /// The device, as cases name it.
    pub device: String,
    /// The person who has it.
    pub holder: NamedPerson,
    /// The deadline for the answer.
    pub due: Option<Timestamp>,
}

enum Decision {
    Keep { word: &'static str, until: jiff::civil::Date },
    Return,
}

/// Looks up the question of a case, for its holder, their line manager, or the Service Desk.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for anybody else; [`AppError::Conflict`] where it is answered.
pub async fn unused_question(
    app: &App,
    permit: PermitWithin<AnswerForOneself>,
    case: CaseId,
) -> Result<Question, AppError> {
    app.store()
        .read(move |tx| {
            let (case, step, holder) = asked(tx, &permit, case)?;
            let device = case.device.map(|id| devices::by_id(tx, id)).transpose()?.flatten();
            Ok(Question {
                device: device.map(|device| NamedDevice::from(device).for_holder()).unwrap_or_default(),
                holder: holder.into(),
                due: step.due_at,
            })
        })
        .await
}

/// Answers the question of a case: the device is kept until a day, or is to be handed in.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid answer, and as [`unused_question`].
pub async fn answer_unused(
    app: &App,
    permit: PermitWithin<AnswerForOneself>,
    case: CaseId,
    needed: Needed,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let note = kernel::fields::optional_text("note", Some(&needed.note), 500)?.unwrap_or_default();
    app.clone().store()
            .write(move |tx| {
                locks::take(tx, Lock::Case(case))?;
                let (case, step, holder) = asked(tx, &permit, case)?;
                let decision = decided(&needed, now)?;
                let actor = permit.actor();
                let says = match &decision {
                    Decision::Keep { word, until } => format!("Still needed ({word}), until {until}. {note}"),
                    Decision::Return => format!("Not needed any more: to be handed in. {note}"),
                };
                // The next step is added before this one ends, so that the case does not close in between.
                add_next(Work { app: &app, tx, now }, &case, &decision)?;
                let ending = Ending {
                    outcome: "done",
                    proof: says.trim(),
                    by: actor.into(),
                    says: says.trim().to_owned(),
                };
                crate::end_step_once(Work { app: &app, tx, now }, &step, &ending)?;
                kernel::jobs::ask_job(&app, tx, kernel::jobs::Kind::FollowCase, &case.id.to_string(), now)?;
                let record = Record::new(&actor.name, "unused.answered", format!("case:{}", case.id))
                    .force(holder.force)
                    .detail(json!({ "answer": needed.answer, "reason": needed.reason, "until": needed.until, "note": note }));
                app.enter(tx, now, crate::under(record, &case, &step))
            })
            .await
}

/// Asks the holder of an unused device, and their line manager: either may answer.
pub fn ask_about_unused(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    device: &Device,
) -> Result<(), AppError> {
    let holder = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
    let Some(holder) = holder else { return Ok(()) };
    let body = format!(
        "Nobody seems to have used {} for some time. Say whether it is still needed, and why. Leave, evidence and \
             spares are good reasons.",
        NamedDevice::from(device).for_holder()
    );
    let link = format!("/cases/{case}/needed");
    for to in [Some(holder.id), holder.line_manager].into_iter().flatten() {
        let telling = Telling {
            key: format!("unused:{case}:{}", days::day_of(now)),
            subject: "Is this device still needed?",
            body: &body,
            link: &link,
        };
        crate::tell::tell(Work { app, tx, now }, case, to, &telling)?;
    }
    Ok(())
}

fn add_next(Work { app, tx, now }: Work<'_, '_>, case: &Case, decision: &Decision) -> Result<(), AppError> {
    let policy = app.policy();
    let Some(kind) = policy.library().cases.get(&case.kind) else { return Ok(()) };
    let device = case.device.map(|id| devices::by_id(tx, id)).transpose()?.flatten();
    let items: Vec<Item> = device.iter().map(device_item).collect();
    let mut opening = crate::opening_of(case, items);
    let wanted: fn(&CaseStep) -> bool = match decision {
        Decision::Keep { until, .. } => {
            opening.date = Some(days::end_of(*until));
            |step| step.later && step.proof == Proof::Answer
        }
        Decision::Return => |step| step.later && step.proof == Proof::Receipt,
    };
    for step in kind.steps.iter().filter(|step| wanted(step)) {
        crate::add_steps(Work { app, tx, now }, case.id, step, &opening)?;
    }
    Ok(())
}

/// Looks up the case, its open question and its holder, for an actor who may answer.
fn asked(
    tx: &mut Tx<'_>,
    permit: &PermitWithin<AnswerForOneself>,
    id: CaseId,
) -> Result<(Case, Step, Person), AppError> {
    let case = cases::by_id(tx, id)?.ok_or_else(|| AppError::not_found("case", id))?;
    let holder = case.person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
    permit.reaches_held(case.force, holder.as_ref())?;
    let holder = holder.ok_or_else(|| AppError::Conflict("this case asks nobody anything".into()))?;
    let waits = |step: &Step| step.done.is_none() && step.proof_kind == Proof::Answer.as_str();
    match case_steps::of_case(tx, id)?.into_iter().find(waits) {
        Some(step) if case.closed.is_none() => Ok((case, step, holder)),
        _ => Err(AppError::Conflict("this is answered already; there is nothing left to do".into())),
    }
}

fn decided(needed: &Needed, now: Timestamp) -> Result<Decision, AppError> {
    match needed.answer.as_str() {
        "return" => Ok(Decision::Return),
        "keep" => {
            let known = KeptFor::ALL.into_iter().find(|(_, word, _)| *word == needed.reason);
            let (_, word, _) = known.ok_or_else(|| AppError::invalid("reason", "choose why it is kept"))?;
            let today = days::day_of(now);
            let until = days::typed("until", &needed.until, today)?;
            let apart = today.until(until).map_or(0, |span| i64::from(span.get_days()));
            if !(1..=KEPT_AT_MOST).contains(&apart) {
                return Err(AppError::invalid("until", "enter a day after today and within a year"));
            }
            Ok(Decision::Keep { word, until })
        }
        _ => Err(AppError::invalid("answer", "choose whether the device is still needed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_kept_for_a_reason_and_until_a_day() {
        let now: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        let of = |answer: &str, reason: &str, until: &str| {
            let (answer, reason, until) = (answer.into(), reason.into(), until.into());
            decided(&Needed { answer, reason, until, note: String::new() }, now)
        };
        assert!(matches!(of("return", "", ""), Ok(Decision::Return)));
        assert!(matches!(of("keep", "leave", "2027-02-01"), Ok(Decision::Keep { word: "leave", .. })));
        for (answer, reason, until) in [
            ("", "leave", "2027-02-01"),
            ("keep", "boredom", "2027-02-01"),
            ("keep", "leave", "2026-11-22"),
            ("keep", "leave", "2027-12-24"),
            ("keep", "leave", "soon"),
        ] {
            assert!(of(answer, reason, until).is_err(), "{answer} {reason} {until}");
        }
    }
}
