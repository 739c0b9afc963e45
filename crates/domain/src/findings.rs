//! Findings: the outcome of a check, for one subject and one clause.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ClauseId, DeviceId, PersonId, Timestamp};

/// Why an outcome is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum WhyNotKnown {
    /// Nothing was ever reported on it.
    NeverReported {
        /// The fact, acceptance or paper that is missing.
        what: String,
    },
    /// The latest report is too old.
    Stale {
        /// The fact.
        what: String,
        /// When it was last said.
        last: Timestamp,
    },
    /// The fact's grade is weaker than the check requires.
    GradeTooLow {
        /// The fact.
        what: String,
        /// The grade that the check needs.
        needs: crate::Grade,
        /// The grade that we have.
        has: crate::Grade,
    },
    /// The check has no arm for such a device, so it cannot tell.
    NoWayToTell,
    /// Nothing that such a device does or reports can show it.
    CannotTell {
        /// Why not, as a sentence.
        because: String,
    },
    /// The fact has another type than the check expects: a report that we misread.
    Unreadable {
        /// The fact.
        what: String,
    },
}

impl fmt::Display for WhyNotKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverReported { what } => write!(f, "never reported: {what}"),
            Self::Stale { what, last } => write!(f, "last reported at {last}, too long ago: {what}"),
            Self::GradeTooLow { what, needs, has } => {
                write!(f, "only {}, where the check needs it {}: {what}", has.title(), needs.title())
            }
            Self::NoWayToTell => f.write_str("no check exists for this kind of device"),
            Self::CannotTell { because } => {
                write!(f, "no device of this kind can show it: {}", because.trim_end_matches('.'))
            }
            Self::Unreadable { what } => {
                write!(f, "reported in a form that the check does not expect: {what}")
            }
        }
    }
}

/// The outcome of one clause for one subject. Absence never reads as good: there is no default. *Met* is for what a device
/// reported, hardware proved or a closed case shows; what people agree to and what is merely written down have words of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The facts show that the clause is met.
    Met,
    /// A person has agreed to the clause as it is worded now, or says that they did what it asks. Nothing more is shown.
    Agreed,
    /// What the clause wants written down is written down. Nothing shows that it is so.
    OnRecord {
        /// What is on record, in words.
        says: String,
    },
    /// The clause defines something or names an aim: it can be neither kept nor broken.
    NothingToKeep {
        /// Why not.
        because: String,
    },
    /// The facts show that it is not met.
    NotMet {
        /// What was found against what is asked, in words.
        because: String,
    },
    /// The facts do not show either.
    NotKnown(WhyNotKnown),
    /// The clause does not concern this subject.
    NotApplicable {
        /// Why not.
        because: String,
    },
}

impl Outcome {
    /// Returns the word for a table: `met`, `agreed`, `on-record`, `nothing-to-keep`, `not-met`, `not-known`, `not-applicable`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Agreed => "agreed",
            Self::OnRecord { .. } => "on-record",
            Self::NothingToKeep { .. } => "nothing-to-keep",
            Self::NotMet { .. } => "not-met",
            Self::NotKnown(_) => "not-known",
            Self::NotApplicable { .. } => "not-applicable",
        }
    }

    /// Returns the words for a page or a line of text.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Met => "Met",
            Self::Agreed => "Agreed",
            Self::OnRecord { .. } => "On record",
            Self::NothingToKeep { .. } => "Nothing to keep",
            Self::NotMet { .. } => "Not met",
            Self::NotKnown(_) => "Not known",
            Self::NotApplicable { .. } => "Not applicable",
        }
    }

    /// Returns the reason, in words; empty for met and agreed.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Met | Self::Agreed => String::new(),
            Self::OnRecord { says: words }
            | Self::NothingToKeep { because: words }
            | Self::NotMet { because: words }
            | Self::NotApplicable { because: words } => words.clone(),
            Self::NotKnown(why) => why.to_string(),
        }
    }

    /// Returns how bad, for joining several outcomes on one clause: the worst one counts. What could be known and is not weighs more
    /// than what can never be shown.
    #[must_use]
    pub const fn severity(&self) -> u8 {
        match self {
            Self::NotApplicable { .. } => 0,
            Self::NothingToKeep { .. } => 1,
            Self::OnRecord { .. } => 2,
            Self::Agreed => 3,
            Self::Met => 4,
            Self::NotKnown(WhyNotKnown::CannotTell { .. }) => 5,
            Self::NotKnown(_) => 6,
            Self::NotMet { .. } => 7,
        }
    }
}

/// The subject of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum Subject {
    /// A device.
    Device(DeviceId),
    /// A person.
    Person(PersonId),
    /// A document, by its directory name.
    Document(String),
}

/// The outcome of one clause for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The subject that it is about.
    pub subject: Subject,
    /// The clause.
    pub clause: ClauseId,
    /// The outcome.
    pub outcome: Outcome,
    /// When it was judged.
    pub judged_at: Timestamp,
    /// Since when the outcome has had this word.
    pub since: Timestamp,
}
