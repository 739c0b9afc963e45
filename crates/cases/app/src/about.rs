//! Puts right what a case is about: a report named a wrong device, and everything that hangs on the case follows.

use domain::{CaseId, DeviceId, PersonId};
use store::{case_steps, cases};

use kernel::{AppError, Work, jobs};

/// What a case is about from now on.
pub struct About<'a> {
    /// The device.
    pub device: Option<DeviceId>,
    /// The person.
    pub person: Option<PersonId>,
    /// Its title: one line.
    pub title: &'a str,
    /// The names of the steps that were done for what it was about before, and are to be done again.
    pub again: &'a [&'a str],
}

/// Writes what an open case is about, hands its holder's steps to the person whom it is about now, and has steps done again. The
/// caller holds the lock of the case, says in its timeline why, and enters it.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] for a closed case.
pub fn put_case_right(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    about: &About<'_>,
) -> Result<(), AppError> {
    let before = cases::by_id(tx, case)?.ok_or_else(|| AppError::not_found("case", case))?;
    if !cases::set_about(tx, case, about.device, about.person, about.title)? {
        return Err(AppError::Conflict("the case is closed: nothing in it is put right any more".into()));
    }
    case_steps::set_holder(tx, case, about.person)?;
    for name in about.again {
        case_steps::do_again(tx, case, name)?;
    }
    crate::judge_after(app, tx, &before, now)?;
    if let Some(after) = cases::by_id(tx, case)? {
        crate::settle_case(Work { app, tx, now }, &after)?;
        crate::judge_after(app, tx, &after, now)?;
    }
    if let Some(person) = about.person {
        jobs::ask_standing(Work { app, tx, now }, person)?;
    }
    jobs::ask_job(app, tx, jobs::Kind::FollowCase, &case.to_string(), now)
}
