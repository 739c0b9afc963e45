//! What pages show of cases and steps, made from their rows.

use domain::reference::Reference;
use domain::{CaseId, ClauseId, Force, StepId, Timestamp};
use store::case_steps::{self, Step};
use store::cases;

/// A case, as far as its reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseView {
    /// Its id.
    pub id: CaseId,
    /// The number that people write.
    pub number: i64,
    /// The reference that people read over the radio: it has a check character. Of a loss it is that of the report.
    pub reference: String,
    /// Its type, such as `breach`.
    pub kind: String,
    /// The force that it belongs to.
    pub force: Force,
    /// The clause that it falls under.
    pub clause: Option<ClauseId>,
    /// One line.
    pub title: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// When and why it was closed.
    pub closed: Option<(Timestamp, String)>,
}

impl From<cases::Case> for CaseView {
    fn from(row: cases::Case) -> Self {
        Self {
            id: row.id,
            number: row.number,
            reference: Reference::of_number(row.number).map(|of| of.to_string()).unwrap_or_default(),
            kind: row.kind,
            force: row.force,
            clause: row.clause,
            title: row.title,
            opened_at: row.opened_at,
            due_at: row.due_at,
            closed: row.closed,
        }
    }
}

/// The filters of a list of cases. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Only this force's.
    pub force: Option<Force>,
    /// Only this type.
    pub kind: String,
    /// `open`, `late` or `closed`.
    pub state: String,
    /// Whose: empty for all, `mine`, or `nobody` for those that nobody has taken.
    pub owner: String,
    /// Part of the title, a whole reference, or part of the number, which reads `C-1043`.
    pub search: String,
    /// Only those after this one in the list.
    pub after: Option<(Timestamp, CaseId)>,
}

impl From<CaseFilter> for cases::CaseFilter {
    fn from(asked: CaseFilter) -> Self {
        Self {
            force: asked.force,
            kind: asked.kind,
            state: asked.state,
            search: asked.search,
            after: asked.after,
        }
    }
}

/// A step, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// Its id.
    pub id: StepId,
    /// What it is about, such as `device:UUID`; empty if it is about no thing.
    pub item: String,
    /// What is to be done, in words.
    pub title: String,
    /// What shows that it was done, as a word of the policy.
    pub proof_kind: String,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// How it ended.
    pub done: Option<StepDone>,
}

impl From<Step> for StepView {
    fn from(row: Step) -> Self {
        Self {
            id: row.id,
            item: row.item,
            title: row.title,
            proof_kind: row.proof_kind,
            due_at: row.due_at,
            done: row.done.map(StepDone::from),
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDone {
    /// When it happened.
    pub at: Timestamp,
    /// `done`, `missing`, `not-needed`.
    pub outcome: String,
    /// What shows it: a note, or `hand-over:…`, `case:…`, `hold:…`.
    pub proof: String,
}

impl From<case_steps::Done> for StepDone {
    fn from(row: case_steps::Done) -> Self {
        Self { at: row.at, outcome: row.outcome, proof: row.proof }
    }
}
