//! What a judgement rested on, as it is kept beside the finding: enough to reach the same judgement again.

use std::collections::BTreeMap;

use domain::{Fact, Outcome, Platform};
use serde::{Deserialize, Serialize};

use permissions_app::Granted;

/// What one judgement rested on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Basis {
    /// A device's facts, by checks.
    Device {
        /// Its platform.
        platform: Platform,
        /// Whether it was supervised, where known.
        supervised: Option<bool>,
        /// Each check with its own outcome; the worst one speaks for the clause.
        checks: Vec<CheckBasis>,
        /// The facts that the checks read, as they were.
        facts: Vec<Fact>,
        /// The profiles that the device should have reported.
        expected_profiles: BTreeMap<String, String>,
        /// What entries of a register changed about it.
        #[serde(default, skip_serializing_if = "Granted::is_nothing")]
        granted: Granted,
    },
    /// A person's acceptances.
    Person {
        /// The digest that the clause has.
        clause_digest: String,
        /// What was accepted, when and how it was shown; `None` where nothing was.
        accepted: Option<(String, domain::Timestamp, String)>,
    },
    /// Figures or dates, in words.
    Record {
        /// The words.
        says: Vec<String>,
    },
}

/// One check of a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckBasis {
    /// Its name.
    pub name: String,
    /// Its digest as written.
    pub digest: String,
    /// Which arm was used, counted from one; `None` where none fits.
    pub arm: Option<usize>,
    /// Its own outcome.
    pub outcome: Outcome,
}
