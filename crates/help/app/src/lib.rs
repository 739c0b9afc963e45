//! Helps holders: with a password that is forgotten or known to somebody else, with faults, damage and signs of tampering, with a
//! device that enrolled again, and with a battery before a shift.
//!
//! What is decided without a database is in `help-rules`. Nobody here ever sees, chooses or types a password of a device.

pub mod faults;
pub mod resets;

mod battery;
mod tell;
mod wiped;

pub use battery::follow_battery;
pub use wiped::follow_wiped;

/// The rules of the proofs, for the pages.
pub use help::proof;

use domain::{CaseId, DeviceId, PersonId};
use store::Tx;
use store::case_steps;
use store::cases::{self, Case};

use kernel::access::Voice;
use kernel::{App, AppError, Work};

/// What ends steps of a case.
pub(crate) struct StepsDone<'a> {
    /// The names of the steps; those that are done already stay as they are.
    pub(crate) names: &'a [&'a str],
    /// `done` or `not-needed`.
    pub(crate) outcome: &'static str,
    /// The proof.
    pub(crate) proof: &'a str,
    /// Who ended them.
    pub(crate) by: Voice<'a>,
}

/// Ends the undone steps of a case that have these names.
pub(crate) fn end_steps(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    done: &StepsDone<'_>,
) -> Result<(), AppError> {
    store::locks::take(tx, store::locks::Lock::Case(case))?;
    if cases::by_id(tx, case)?.is_none_or(|case| case.closed.is_some()) {
        return Ok(());
    }
    for step in case_steps::of_case(tx, case)? {
        if step.done.is_some() || !done.names.contains(&step.name.as_str()) {
            continue;
        }
        let ending = cases_app::Ending {
            outcome: done.outcome,
            proof: done.proof,
            by: done.by,
            says: format!("{}: {}", step.title, done.proof),
        };
        cases_app::end_step_once(Work { app, tx, now }, &step, &ending)?;
    }
    Ok(())
}

/// Returns the open case of a type about a device.
pub(crate) fn open_case_of(tx: &mut Tx<'_>, device: DeviceId, kind: &str) -> Result<Option<Case>, AppError> {
    let all = cases::of_device(tx, device)?;
    Ok(all.into_iter().find(|case| case.kind == kind && case.closed.is_none()))
}

/// Refuses a type of case for which the policy in force has no procedure.
///
/// # Errors
/// [`AppError::Conflict`], which says what to do.
pub(crate) fn known_kind(app: &App, kind: &str) -> Result<(), AppError> {
    if app.policy().library().cases.contains_key(kind) {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "the policy in force has no procedure of the type \u{201c}{kind}\u{201d}; {}, and tell the policy owner",
        ring(app)
    )))
}

/// Says whom to ring now, and on what: "ring the Service Desk on 100".
pub(crate) fn ring(app: &App) -> String {
    let ring = losses_app::ring_now(app, app.world().now());
    format!("ring {} on {}", ring.who, ring.number)
}

/// Checks the random text of a form, by which sending it twice is one request.
pub(crate) fn form_digest(form: &str) -> Result<String, AppError> {
    if (16..=80).contains(&form.len()) {
        return Ok(kernel::digest_hex(form.as_bytes()));
    }
    Err(AppError::invalid("form", "this form was too old; look it through and send it again"))
}

/// Reads a person whom a request is about.
pub(crate) fn person_of(tx: &mut Tx<'_>, id: PersonId) -> Result<store::people::Person, AppError> {
    store::people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))
}
