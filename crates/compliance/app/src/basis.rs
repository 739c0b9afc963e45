//! Records the basis of a judgement beside the finding: enough to reach the same judgement again.

use std::collections::BTreeMap;

use domain::{Fact, Outcome, Platform};
use serde::{Deserialize, Serialize};

use permissions_app::Granted;

/// Basis of one judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Basis {
    /// Facts of a device, by checks.
    Device {
        /// Platform of the device.
        platform: Platform,
        /// Supervision of the device; `None` where it is not known.
        supervised: Option<bool>,
        /// Each check with its own outcome; the worst one decides for the clause.
        checks: Vec<CheckBasis>,
        /// Facts that the checks read, with their values at the time.
        facts: Vec<Fact>,
        /// Profiles that the device should have reported.
        expected_profiles: BTreeMap<String, String>,
        /// Changes that entries of a register made to the judgement.
        #[serde(default, skip_serializing_if = "Granted::is_nothing")]
        granted: Granted,
    },
    /// Acceptances of a person.
    Person {
        /// Present digest of the clause.
        clause_digest: String,
        /// Version that was accepted, when and how it was shown; `None` where nothing was accepted.
        accepted: Option<(String, domain::Timestamp, String)>,
    },
    /// Figures or dates, in words.
    Record {
        /// Figures or dates as sentences.
        says: Vec<String>,
    },
}

/// Check of a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckBasis {
    /// Name of the check.
    pub name: String,
    /// Digest of the check as written.
    pub digest: String,
    /// Arm that was used, counted from one; `None` where none fits.
    pub arm: Option<usize>,
    /// Outcome of this check alone.
    pub outcome: Outcome,
}
