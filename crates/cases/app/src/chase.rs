//! Follows up an open case: sends the reminders before and after its deadline, and notices when it is late.

use domain::{CaseId, PersonId, Span, Timestamp};
use policy::{Actor, Chase};
use store::case_steps::{self, Step};
use store::cases::{self, Case};
use store::locks::{self, Lock};
use store::{Tx, people};

use super::steps::who;
use crate::tell::Telling;
use kernel::{App, AppError, Work, days, jobs};

/// Follows up an open case: brings its steps into line with what the person holds, sends the reminders that are due,
/// and has its lateness judged.
pub async fn follow_case(app: &App, case: CaseId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| follow_case_in(Work { app: &app, tx, now }, case)).await
}

fn follow_case_in(Work { app, tx, now }: Work<'_, '_>, id: CaseId) -> Result<(), AppError> {
    locks::take(tx, Lock::Case(id))?;
    let Some(case) = cases::by_id(tx, id)?.filter(|case| case.closed.is_none()) else { return Ok(()) };
    crate::steps::follow_items(Work { app, tx, now }, &case)?;
    let Some(case) = cases::by_id(tx, id)?.filter(|case| case.closed.is_none()) else { return Ok(()) };
    let policy = app.policy();
    let chases = policy.library().cases.get(&case.kind).map_or(&[][..], |kind| kind.chases.as_slice());
    let steps = case_steps::of_case(tx, id)?;
    let mut times: Vec<Timestamp> = Vec::new();
    for (place, chase) in (1_i64..).zip(chases) {
        let Some(due) = due_of(&case, &steps, chase) else { continue };
        let at = if chase.after { due.plus(chase.by.span) } else { due.minus(chase.by.span) };
        if at > now {
            times.push(at);
        } else if case_steps::chase_sent(tx, id, place, due, now)? {
            remind(Work { app, tx, now }, &case, chase, due)?;
        }
    }
    // The finding on the procedure changes at the moment when an undone step becomes late.
    let dues = steps.iter().filter(|step| step.done.is_none()).filter_map(|step| step.due_at);
    let dues: Vec<Timestamp> = dues.chain(case.due_at).collect();
    if dues.iter().any(|due| *due < now) {
        crate::judge_after(app, tx, &case, now)?;
    }
    times.extend(dues.iter().map(|due| due.plus(Span::from_millis(1))).filter(|at| *at > now));
    match times.into_iter().min() {
        Some(at) => kernel::jobs::ask_job(app, tx, jobs::Kind::FollowCase, &id.to_string(), at),
        None => Ok(()),
    }
}

/// Reminds one recipient of a case, and records that in its timeline. A desk is reminded only by its list of cases,
/// where overdue ones stand out: nobody is notified.
fn remind(
    Work { app, tx, now }: Work<'_, '_>,
    case: &Case,
    chase: &Chase,
    due: Timestamp,
) -> Result<(), AppError> {
    let Some(to) = recipient(tx, case, chase)? else {
        let desk = who(chase.to.as_str());
        let lead = if chase.after { "It is overdue" } else { "It is due soon" };
        return crate::say(Work { app, tx, now }, case.id, "system", &format!("{lead}: now for {desk}."));
    };
    let subject = if chase.after { "Something is overdue" } else { "Something is due soon" };
    let steps = case_steps::of_case(tx, case.id)?;
    let left: Vec<&str> =
        steps.iter().filter(|step| step.done.is_none()).map(|step| step.title.as_str()).collect();
    let day = days::day_of(due);
    let telling = Telling {
        key: format!("chase:{}:{}:{}", case.id, chase.to, due.millis()),
        subject,
        body: &format!("{}, by {day}: {}.", case.title, left.join("; ")),
        link: "/me",
    };
    crate::tell::tell(Work { app, tx, now }, case.id, to, &telling)
}

/// Returns the person that a reminder goes to; `None` where it goes to a desk. A case without a known line manager is
/// the desk's matter.
fn recipient(tx: &mut Tx<'_>, case: &Case, chase: &Chase) -> Result<Option<PersonId>, AppError> {
    Ok(match chase.to {
        Actor::Holder => case.person,
        Actor::LineManager => match case.person {
            Some(person) => people::by_id(tx, person)?.and_then(|person| person.line_manager),
            None => None,
        },
        _ => None,
    })
}

/// Returns the deadline that a reminder is about; `None` where nothing is left to remind of.
fn due_of(case: &Case, steps: &[Step], chase: &Chase) -> Option<Timestamp> {
    match &chase.of {
        None => case.due_at,
        Some(of) => {
            let waits = |step: &&Step| step.done.is_none() && step.name == *of;
            steps.iter().filter(waits).filter_map(|step| step.due_at).min()
        }
    }
}
