//! Custody: hand-overs, bulk returns, stores and workshops, stock counts, labels.

pub mod count;
pub mod counts;
pub mod labels;
pub mod list;
pub mod new;
pub mod places;
pub mod returns;
pub mod scan;
pub mod show;

use app::custody::HandoverState;
use domain::{Condition, HandoverKind};

use crate::parts::form::Choice;

/// How far a hand-over got, in words.
#[must_use]
pub const fn state_title(state: HandoverState) -> &'static str {
    match state {
        HandoverState::Draft => "Waits for signatures",
        HandoverState::Complete => "Both signed",
        HandoverState::Refused => "Refused",
        HandoverState::Withdrawn => "Withdrawn",
        HandoverState::Expired => "Not signed in time",
    }
}

/// The colour of its tag.
#[must_use]
pub const fn state_colour(state: HandoverState) -> &'static str {
    match state {
        HandoverState::Draft => "yellow",
        HandoverState::Complete => "lan-plain",
        HandoverState::Refused => "red",
        HandoverState::Withdrawn | HandoverState::Expired => "grey",
    }
}

/// The conditions as choices of a form.
#[must_use]
pub fn conditions(chosen: &str) -> Vec<Choice> {
    Choice::list(Condition::ALL.iter().map(|one| (one.as_str(), one.title())), chosen)
}

/// What is asked of a kind, as a sentence under its title.
#[must_use]
pub const fn explains(kind: HandoverKind) -> &'static str {
    match kind {
        HandoverKind::Issue => "From a store to the person who is to hold it.",
        HandoverKind::HandOver => "From the person who has it to another of the same force.",
        HandoverKind::Loan => "From a store to a person, until a day.",
        HandoverKind::Repair => {
            "To ICT or an approved workshop, and to nobody else. The holder goes on answering for it."
        }
        HandoverKind::Return => "Back to a store. From then on nobody holds it.",
        HandoverKind::Transfer => "From one store to another, perhaps of the other force. Both stores sign.",
        HandoverKind::Disposal => {
            "Out of the force’s property, for good. Two colleagues sign, and it cannot be undone."
        }
    }
}
