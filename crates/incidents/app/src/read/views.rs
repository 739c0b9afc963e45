//! What pages show of incidents, made from their rows.

use std::collections::BTreeMap;

use domain::{CaseId, DeviceId, Force, IncidentId, Timestamp};
use incidents::clock::ClockState;

pub use crate::facts::KnownFact;
pub use cases_app::files::FileView;
pub use policy::AnswerKind;

use kernel::named::NamedPerson;

/// How many clocks run, and how many ended undecided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockCounts {
    /// Those that ended without a decision.
    pub over: i64,
    /// Those that run.
    pub running: i64,
    /// When the next of those ends.
    pub next_ends_at: Option<Timestamp>,
}

/// The clock of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRead {
    /// How it stands.
    pub standing: ClockState,
    /// When the force became aware.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRead {
    /// Its name in forms.
    pub name: String,
    /// The question.
    pub ask: String,
    /// What helps to answer it.
    pub hint: String,
    /// How it is answered.
    pub kind: AnswerKind,
    /// The options of a choice, "I do not know" among them.
    pub options: Vec<String>,
    /// The answer; empty where there is none.
    pub answer: String,
    /// Whether it may be left empty.
    pub optional: bool,
}

/// The questions of one half.
pub type HalfRead = Vec<QuestionRead>;

/// One entry of an incident's own record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRead {
    /// The version that it made.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What happened, in words.
    pub what: String,
    /// What was said; empty where nothing was, or it is erased.
    pub text: String,
    /// The regulator's reference; empty where there is none.
    pub reference: String,
}

/// An incident in a list.
#[derive(Debug, Clone)]
pub struct IncidentRow {
    /// Its id.
    pub id: IncidentId,
    /// Its case.
    pub case: CaseId,
    /// The number of its case.
    pub number: i64,
    /// Its force.
    pub force: Force,
    /// What it is about.
    pub title: String,
    /// Its clock.
    pub clock: Option<ClockRead>,
    /// When the reporter's half is due.
    pub due_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When the assessment was finished.
    pub assessed_at: Option<Timestamp>,
    /// Whether its case is closed.
    pub closed: bool,
}

/// An incident in full.
#[derive(Debug, Clone)]
pub struct IncidentRead {
    /// The incident in short.
    pub row: IncidentRow,
    /// The title of its form.
    pub form: String,
    /// The kind of breach, in words; empty where nobody said.
    pub kind: String,
    /// The version.
    pub version: i64,
    /// The device.
    pub device: Option<DeviceId>,
    /// Who fills in the reporter's half.
    pub person: Option<NamedPerson>,
    /// What the force knows already.
    pub facts: Vec<KnownFact>,
    /// The reporter's half.
    pub reporter: HalfRead,
    /// Who sent it, and when.
    pub sent: Option<(String, Timestamp)>,
    /// The assessor's half.
    pub assessor: HalfRead,
    /// Who finished it, and when.
    pub assessed: Option<(String, Timestamp)>,
    /// What was added and decided, the first entry first.
    pub entries: Vec<RecordRead>,
    /// The files of its case.
    pub files: Vec<FileView>,
    /// The regulator and the law, where one may have to be told.
    pub regulator: Option<(String, String)>,
    /// Who reads it.
    pub goes_to: &'static str,
    /// Whether the policy has a sealed case for a referral, and this one is not referred as far as the reader may know.
    pub may_be_referred: bool,
    /// The sealed case of its referral, for those who may know of it.
    pub referral: Option<(CaseId, i64)>,
    /// When what it held was erased.
    pub erased_at: Option<Timestamp>,
    /// Whether it is the reader's own.
    pub own: bool,
}

/// One's own form.
#[derive(Debug, Clone)]
pub struct OwnForm {
    /// The incident.
    pub id: IncidentId,
    /// The number of its case.
    pub number: i64,
    /// The title of the form.
    pub form: String,
    /// What it is about.
    pub title: String,
    /// The version.
    pub version: i64,
    /// What the force knows already.
    pub facts: Vec<KnownFact>,
    /// The questions.
    pub questions: HalfRead,
    /// When it is due.
    pub due_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// What was added to it: by whom, when, what.
    pub added: Vec<RecordRead>,
    /// The files of its case.
    pub files: Vec<FileView>,
    /// Who reads it.
    pub goes_to: &'static str,
    /// The regulator, where one may have to be told.
    pub regulator: Option<String>,
    /// When what it held was erased.
    pub erased_at: Option<Timestamp>,
}

/// The clocks that run, by their case, and how many there are.
#[derive(Debug, Clone, Default)]
pub struct ClocksRead {
    /// How many.
    pub counts: ClockCounts,
    /// The earliest 200, by case.
    pub of_cases: BTreeMap<CaseId, ClockRead>,
}

/// One's own report in a list.
#[derive(Debug, Clone)]
pub struct OwnIncident {
    /// The incident.
    pub id: IncidentId,
    /// The number of its case.
    pub number: i64,
    /// What it is about.
    pub title: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the reporter's half was sent.
    pub sent_at: Option<Timestamp>,
    /// Whether a further breach may be added to it: it is sent, and neither decided nor closed.
    pub takes_more: bool,
}
