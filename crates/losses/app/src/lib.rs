//! Takes reports of lost devices, has them contained, and calls people until one of them answers.
//!
//! What a call does next is decided in `losses-rules`; here it is kept in the database, its messages are handed to the notices, and
//! its next attempt is scheduled as a job in the same transaction. Whom to call is looked up in [`chain`] alone.

pub mod chain;
pub mod contain;
pub mod figures;
pub mod read;
pub mod report;
pub mod returning;
pub mod search;

mod call;
mod found;
mod identify;
mod put_right;

pub use call::{Answered, CallRead, acknowledge_call, advance_call, advance_overdue_calls, answer_by_link};
pub use call::{Replied, escalate_call, fetch_replies, follow_containment, look_at_link, take_text};
pub use contain::lock_reported;
pub use found::confirm_found;
pub use put_right::put_right;

/// A text that somebody sent to the service.
pub use outbound::channel::Reply;

/// The figures of losses, for the pages.
pub use losses::figures::{FEWEST, Figures, LossFacts, Times, Wipe, figures as figures_of, percent};

/// The questions of a report and its answers, for the pages.
pub use losses::report::{Answers, DeviceState, How, Meaning, Question};

use domain::{Span, Timestamp};
use store::{Tx, loss_reports};

use kernel::forces::ForceDetails;
use kernel::{App, AppError};

/// The type of case of a lost device.
pub(crate) const LOST: &str = "lost-device";

/// How long the answers of a report are kept.
const KEEP_ANSWERS: Span = Span::from_secs(400 * 24 * 3600);

/// A telephone number that people are told to ring, and whom they reach there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// What to ring from any telephone, as the force writes it; of several forces with different ones, each with the force's name.
    pub number: String,
    /// Who answers, such as `the ICT Service Desk`.
    pub who: String,
    /// The number for an emergency.
    pub emergency: String,
}

/// Returns the number to ring at a time: the service desk's in its hours, otherwise the duty officer's.
#[must_use]
pub fn ring_now(app: &App, now: Timestamp) -> Ring {
    let (policy, open) = (app.policy(), chain::desk_is_open(app, now));
    let forces = policy.forces();
    let of =
        |entry: &ForceDetails| if open { entry.service_desk.clone() } else { entry.duty_officer.clone() };
    let contacts: Vec<_> = forces.iter().map(|entry| (of(entry), entry.short.clone())).collect();
    let emergency = forces.emergency.clone();
    match contacts.as_slice() {
        [(first, _), others @ ..] if others.iter().all(|(other, _)| other == first) => {
            Ring { number: first.from_anywhere().to_owned(), who: format!("the {}", first.name), emergency }
        }
        all => {
            let numbers = all.iter().map(|(contact, force)| format!("{} ({force})", contact.from_anywhere()));
            let who = if open { "the service desk of your force" } else { "the duty officer of your force" };
            Ring { number: numbers.collect::<Vec<_>>().join(", "), who: who.to_owned(), emergency }
        }
    }
}

/// Writes where a position is on the British National Grid, for the radio; `None` outside Great Britain.
#[must_use]
pub fn grid_reference(latitude: f64, longitude: f64) -> Option<String> {
    let grid = losses::position::grid_of(losses::position::Position { latitude, longitude })?;
    Some(format!("{}, {}", grid.reference(), losses::position::ACCURACY))
}

/// Returns whether the report of a device by its holder, signed in, locks it at once: the force has to say so beforehand.
#[must_use]
pub fn report_locks(app: &App) -> bool {
    text(app, "loss-contain-on-report", "nobody") == "holder"
}

/// Returns a text of the force's parameters.
pub(crate) fn text(app: &App, parameter: &str, otherwise: &str) -> String {
    app.policy().library().text(parameter).map_or_else(|| otherwise.to_owned(), str::to_owned)
}

/// Forgets the answers of reports past their time; returns the number of rows.
///
/// # Errors
/// Only if the database does not answer.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, batch: u32) -> Result<u64, AppError> {
    Ok(loss_reports::forget_answers(tx, now.minus(KEEP_ANSWERS), batch)?)
}
