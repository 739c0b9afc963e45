//! Keeps the terms of use: what people are asked to accept, what they accepted, and when they are asked again (MDU-3.2, UPD-7.1).
//!
//! `standing` records for each person what is missing and since when they are asked; `accept` records an acceptance;
//! `reading` takes them through the text, section by section; `shown` is the wording, stored with each version. The
//! policy decides which clauses concern whom (`policy_in_force`); what pages show of it is in `read::terms`.

pub mod read;
pub mod terms_desk;

pub mod accept;
mod exemptions;
pub mod follow;
pub(crate) mod reading;
pub mod reminders;
mod shown;
mod standing;
mod ways;

pub use accept::{ShownTerms, accept_own_terms, accept_shown_terms, accept_terms};
pub use exemptions::exempt;
pub use exemptions::{end_exemption, grant_exemption, read_exemptions};
pub use follow::follow_terms;
pub use follow::has_lapsed;
pub use reading::read_section;
pub use reminders::answer_reminder;
pub use standing::about;
pub use standing::holder_changed;
pub use standing::stand;
pub use standing::terms_missing;
pub use ways::ask_another_way;

pub use exemptions::{ExemptionRead, NewExemption};
pub use reading::{AnswerFault, Fault};
pub use reminders::DueReminder;
pub use shown::{ShownClause, shown_words};
pub(crate) use shown::{kept_text, text_of};
pub(crate) use standing::Accepted;
