//! Judges facts, acceptances and records: turns them into findings, each with the compliance evidence for it.

pub mod approvals;
pub mod breach;
pub mod clause;
pub mod documents;
pub mod originals;
pub mod policy;
pub mod policy_change;
pub mod prediction;
pub mod read_explain;
pub mod reviews;
pub mod standing;
pub mod tally;
pub mod waiting;

mod apply;
mod basis;
mod carry_over;
mod check_all;
mod compare;
mod device;
mod document;
mod explain;
mod gather;
mod in_force;
mod person;
mod person_procedures;
mod procedure;
mod record_clauses;
mod running;
mod sealed;
mod tell;
mod weaker;

pub(crate) use device::facts_of;
pub use device::judge_device;
pub use document::judge_document;
pub use explain::explain;
pub use person::judge_person;

pub use basis::{Basis, CheckBasis};
pub use carry_over::carry_findings_over;
pub use check_all::{FindingsChecked, check_findings};
pub use compare::{FindingFault, Line};
pub use explain::{EvidenceView, Explanation, InLedger, Replayed};
pub use gather::{Gathered, ProvenFinding, RuleText, gather_findings};
pub use running::{Heard, note_running};
pub use sealed::ledger_subject;
