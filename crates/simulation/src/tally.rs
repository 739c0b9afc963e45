//! Counting what simulated devices met with.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use devices_sim::SessionSummary;

/// Different errors that are kept; further ones are counted together.
const MOST_ERRORS: usize = 20;

/// What happened so far. Shared by all devices.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Counts>);

/// The counts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Devices that enrolled.
    pub enrolled: u64,
    /// Sessions that ended as they should.
    pub sessions: u64,
    /// Commands answered, by the status of the answer.
    pub answers: BTreeMap<&'static str, u64>,
    /// What went wrong, in words, and how often.
    pub errors: BTreeMap<String, u64>,
}

impl Tally {
    fn with(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Counts an enrolment.
    pub fn enrolled(&self) {
        self.with(|counts| counts.enrolled += 1);
    }

    /// Counts what a session did.
    pub fn session(&self, summary: &SessionSummary) {
        self.with(|counts| {
            counts.sessions += 1;
            for answered in &summary.answered {
                *counts.answers.entry(answered.status).or_default() += 1;
            }
        });
    }

    /// Counts an error and keeps its words.
    pub fn error(&self, error: &(impl std::fmt::Display + ?Sized)) {
        self.with(|counts| {
            let words = error.to_string();
            let known = counts.errors.contains_key(&words) || counts.errors.len() < MOST_ERRORS;
            let key = if known { words } else { "other errors".to_owned() };
            *counts.errors.entry(key).or_default() += 1;
        });
    }

    /// Returns the counts so far.
    pub fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Counts {
    /// Commands answered, whatever the answer.
    pub fn answered(&self) -> u64 {
        self.answers.values().sum()
    }

    /// Returns how often something went wrong.
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use devices_sim::{Answered, Ended};

    use super::*;

    #[test]
    fn everything_is_counted_and_errors_stay_few() {
        let tally = Tally::default();
        tally.enrolled();
        let answer = |status| Answered { request_type: "DeviceInformation".into(), status };
        let answered = vec![answer("Acknowledged"), answer("NotNow"), answer("Acknowledged")];
        tally.session(&SessionSummary { answered, ended: Ended::Drained });
        for number in 0..100 {
            tally.error(&format!("error {number}"));
        }
        let counts = tally.counts();
        assert_eq!((counts.enrolled, counts.sessions, counts.answered(), counts.failed()), (1, 1, 3, 100));
        assert_eq!((counts.answers["Acknowledged"], counts.errors.len()), (2, MOST_ERRORS + 1));
    }
}
