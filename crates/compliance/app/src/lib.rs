//! Judges facts, acceptances and records: turns them into findings, each with the compliance evidence for it.

pub mod breach;
pub mod clause;
pub mod documents;
pub mod policy;
pub mod policy_change;
pub mod prediction;
pub mod read_explain;
pub mod standing;
pub mod tally;

mod apply;
mod basis;
mod device;
mod document;
mod explain;
mod person;
mod person_procedures;
mod procedure;

pub(crate) use device::facts_of;
pub use device::judge_device;
pub use document::judge_document;
pub use explain::explain;
pub use person::judge_person;

pub use basis::{Basis, CheckBasis};
pub use explain::{EvidenceView, Explanation, Replayed};
