//! Who may agree to what somebody asked for: another human being, who is there now.

use domain::{Force, Timestamp};
use store::Tx;

use kernel::access::{Action, Actor, Comes, Permit};
use kernel::{App, AppError, second};

/// Refuses to agree for whoever could be the one who asked, and for somebody whom the register does not know.
///
/// # Errors
/// [`AppError::Conflict`], which says why and who can agree instead; [`AppError::Denied`] for what is the actor's own.
pub(crate) fn another_person<A: Action>(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    asked_by: &str,
    (force, now): (Force, Timestamp),
) -> Result<(), AppError> {
    if asked_by == permit.actor().name {
        permit.reaches_own(force)?;
    }
    second::another_human_for::<A>(app, tx, asked_by, permit.actor(), (force, now))
}

/// Refuses to be the first of two for the command line, a token, and somebody whom the register does not know.
///
/// # Errors
/// [`AppError::Conflict`] for them.
pub(super) fn stands_in_register(actor: &Actor) -> Result<(), AppError> {
    if actor.comes() == Comes::SignedIn && actor.person.is_some() {
        return Ok(());
    }
    Err(AppError::Conflict(
        "this needs somebody of the register, signed in to the pages: the command line and tokens stop things, and let nothing go on"
            .into(),
    ))
}
