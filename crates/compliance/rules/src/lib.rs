//! Judges checks: questions about reported facts of a device, answered from those facts alone.
//!
//! A [`Check`] is a file of `policy/checks`, as written. [`Check::bind`] resolves its parameters and refuses
//! everything that could not be judged, and the [`BoundCheck`] that comes out is what [`evaluate`] runs, once per
//! device and clause. Three choices matter here:
//!
//! * **Absence never reads as good.** A fact that is missing, too old, of too weak a grade or of another type makes
//!   the outcome *not known*; so does a platform without an arm. No combination of predicates turns that into *met*.
//! * **Truth first, words after.** Judging walks the predicates without allocating; only an outcome that is not met or
//!   not known is walked a second time, for its reason.
//! * **A check carries its own cases.** [`Check::failing_cases`] runs them, and [`Check::missing_cases`] says which part of a check
//!   could be weakened without one of them failing; the policy loader refuses both.
//!
//! Not here: where the files are and what else refers to them (crate `policy`), the facts themselves (crate
//! `domain`), and what follows from a finding (crate `app`).

mod beside;
mod bind;
mod bound;
mod cases;
mod check;
mod covered;
mod direction;
mod evaluate;
mod explain;
mod probe;
mod value;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use bind::{Flaw, Lookup, Place};
pub use bound::{BestOutcome, BoundCheck};
pub use cases::{CASE_NOW, CaseFailure};
pub use check::{
    Arm, Beside, Case, CaseFact, CaseSpan, Check, FactTest, Given, ParamName, ParameterName, Predicate,
    ProfileTest, Take, Test, Want,
};
pub use direction::Direction;
pub use evaluate::{Judgement, SubjectState, evaluate};
pub use value::{FactType, Kind, Value};
