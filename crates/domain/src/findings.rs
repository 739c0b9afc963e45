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
            Self::Unreadable { what } => {
                write!(f, "reported in a form that the check does not expect: {what}")
            }
        }
    }
}

/// The outcome of a check. Absence never reads as good: there is no fifth value and no default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The facts show that the clause is met.
    Met,
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
    /// Returns the word for a table: `met`, `not-met`, `not-known`, `not-applicable`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet { .. } => "not-met",
            Self::NotKnown(_) => "not-known",
            Self::NotApplicable { .. } => "not-applicable",
        }
    }

    /// Returns the reason, in words; empty for met.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Met => String::new(),
            Self::NotMet { because } | Self::NotApplicable { because } => because.clone(),
            Self::NotKnown(why) => why.to_string(),
        }
    }

    /// Returns how bad, for joining several outcomes on one clause: the worst one counts.
    #[must_use]
    pub const fn severity(&self) -> u8 {
        match self {
            Self::NotApplicable { .. } => 0,
            Self::Met => 1,
            Self::NotKnown(_) => 2,
            Self::NotMet { .. } => 3,
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
