//! Checks who may agree to what somebody asked for: another human being, who is present now.

use domain::Force;

use kernel::access::{Action, Actor, Comes, Permit};
use kernel::{AppError, Work, second};

/// Refuses agreement by somebody who could be the one who asked, and by somebody who is not in the register.
///
/// # Errors
/// [`AppError::Conflict`], which says why and who can agree instead; [`AppError::Denied`] for what is the actor's own.
pub(crate) fn another_person<A: Action>(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<A>,
    asked_by: &str,
    force: Force,
) -> Result<(), AppError> {
    if asked_by == permit.actor().name {
        permit.reaches_own(force)?;
    }
    second::another_human_for::<A>(Work { app, tx, now }, asked_by, permit.actor(), force)
}

/// Refuses the command line, a token, and somebody who is not in the register as the first of two people.
///
/// # Errors
/// [`AppError::Conflict`] for any of these.
pub(super) fn stands_in_register(actor: &Actor) -> Result<(), AppError> {
    if actor.comes() == Comes::SignedIn && actor.person.is_some() {
        return Ok(());
    }
    Err(AppError::Conflict(
        "this needs somebody of the register, signed in to the pages: the command line and tokens stop things, and let nothing go on"
            .into(),
    ))
}
