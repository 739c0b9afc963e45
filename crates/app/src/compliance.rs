//! Judging: facts, acceptances and records to findings, each with the compliance evidence that it rests on.

mod apply;
mod basis;
mod device;
mod document;
mod explain;
mod person;
mod person_procedures;
mod procedure;

pub(crate) use device::{facts_of, judge_device};
pub(crate) use document::judge_document;
pub use explain::explain;
pub(crate) use person::judge_person;

pub use basis::{Basis, CheckBasis};
pub use explain::{Explanation, Replayed};
