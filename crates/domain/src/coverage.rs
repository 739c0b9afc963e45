//! How far a platform keeps a requirement by itself, and what it needs first.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// How a requirement is kept on a platform. Only the first three speak of what devices do; the rest says who keeps it instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// The platform enforces all of it.
    #[serde(rename = "enforced")]
    Enforced,
    /// The platform enforces some of it; the residue says what is left to people.
    #[serde(rename = "partly")]
    Partly,
    /// Devices were to keep it, and no setting of the platform can.
    #[serde(rename = "not enforceable")]
    NotEnforceable,
    /// Reports show afterwards whether something happened; nothing prevents it.
    #[serde(rename = "detected")]
    Detected,
    /// People do it, as cases with steps and time limits.
    #[serde(rename = "done by people")]
    Done,
    /// People agree to it.
    #[serde(rename = "agreed")]
    Agreed,
    /// It is written down.
    #[serde(rename = "on record")]
    OnRecord,
    /// It defines something or names an aim.
    #[serde(rename = "nothing to keep")]
    NothingToKeep,
    /// Nothing keeps it.
    #[serde(rename = "kept by nothing")]
    KeptByNothing,
}

impl Verdict {
    /// Every verdict, in order.
    pub const ALL: [Self; 9] = [
        Self::Enforced,
        Self::Partly,
        Self::NotEnforceable,
        Self::Detected,
        Self::Done,
        Self::Agreed,
        Self::OnRecord,
        Self::NothingToKeep,
        Self::KeptByNothing,
    ];

    /// Returns the words for a table or a page.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Partly => "partly",
            Self::NotEnforceable => "not enforceable",
            Self::Detected => "detected",
            Self::Done => "done by people",
            Self::Agreed => "agreed",
            Self::OnRecord => "on record",
            Self::NothingToKeep => "nothing to keep",
            Self::KeptByNothing => "kept by nothing",
        }
    }

    /// Returns whether devices keep at least some of it.
    #[must_use]
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Enforced | Self::Partly)
    }
}

/// What a device must have before a setting does anything on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// It is supervised.
    Supervision,
    /// It was enrolled through the vendor's automated enrolment.
    AutomatedEnrolment,
    /// Its system is at least this version, such as `17.2`.
    System(String),
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Supervision => f.write_str("a supervised device"),
            Self::AutomatedEnrolment => f.write_str("automated enrolment"),
            Self::System(version) => write!(f, "system {version} or later"),
        }
    }
}

impl Serialize for Need {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is known of one device, as far as settings depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtHand {
    /// Whether it is supervised.
    pub supervised: Option<bool>,
    /// Whether it was enrolled through the vendor's automated enrolment.
    pub automated: Option<bool>,
    /// The version of its system.
    pub system: Option<String>,
}

impl AtHand {
    /// Says in words why a need is not shown to be fulfilled; `None` where it is.
    #[must_use]
    pub fn lacks(&self, need: &Need) -> Option<&'static str> {
        let (is, no, not_known) = match need {
            Need::Supervision => {
                (self.supervised, "it is not supervised", "whether it is supervised is not known")
            }
            Need::AutomatedEnrolment => (
                self.automated,
                "it was enrolled by hand",
                "whether it came through automated enrolment is not known",
            ),
            Need::System(least) => (
                self.system.as_deref().and_then(|is| Some(numbers(is)? >= numbers(least)?)),
                "its system is too old",
                "the version of its system is not known",
            ),
        };
        match is {
            Some(true) => None,
            Some(false) => Some(no),
            None => Some(not_known),
        }
    }
}

/// Reads a version such as `17.2.1`; `None` for anything else.
fn numbers(version: &str) -> Option<Vec<u32>> {
    version.split('.').map(|number| number.parse().ok()).collect()
}

/// How far a platform covers one setting, one part of a clause or a whole clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The verdict.
    pub verdict: Verdict,
    /// What the platform leaves to people, and why; empty only for the verdict enforced.
    pub residue: Vec<String>,
    /// What a device must have before any of it holds.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub needs: BTreeSet<Need>,
}

impl Coverage {
    /// Says that the platform holds it.
    #[must_use]
    pub const fn enforced() -> Self {
        Self { verdict: Verdict::Enforced, residue: Vec::new(), needs: BTreeSet::new() }
    }

    /// Says that the platform holds some of it.
    pub fn partly(residue: impl Into<String>) -> Self {
        Self::of(Verdict::Partly, residue)
    }

    /// Says that the platform cannot hold it.
    pub fn not_enforceable(why: impl Into<String>) -> Self {
        Self::of(Verdict::NotEnforceable, why)
    }

    /// Says how it is kept, and what that leaves.
    pub fn of(verdict: Verdict, residue: impl Into<String>) -> Self {
        Self { verdict, residue: vec![residue.into()], needs: BTreeSet::new() }
    }

    /// Adds what a device must have first. What cannot be held needs nothing.
    #[must_use]
    pub fn needing(mut self, needs: impl IntoIterator<Item = Need>) -> Self {
        if self.verdict.is_held() {
            self.needs.extend(needs);
        }
        self
    }

    /// Returns the coverage on one device: what it lacks, it does not hold.
    #[must_use]
    pub fn on(self, device: &AtHand) -> Self {
        let lacking = self.needs.iter().find_map(|need| Some((need, device.lacks(need)?)));
        match lacking {
            Some((need, why)) => Self::not_enforceable(format!(
                "This device does not hold it, since it needs {need} and {why}."
            )),
            None => self,
        }
    }

    /// Returns the coverage of a whole made of settings: enforced if every part is, not enforceable if none is even partly,
    /// partly otherwise. `None` for no parts: nothing asked is not the same as everything enforced.
    #[must_use]
    pub fn of_parts(parts: &[Self]) -> Option<Self> {
        let first = parts.first()?;
        let verdict = if parts.iter().all(|part| part.verdict == first.verdict) {
            first.verdict
        } else {
            Verdict::Partly
        };
        let mut whole = Self { verdict, residue: Vec::new(), needs: BTreeSet::new() };
        whole.take_up(parts);
        Some(whole)
    }

    /// Takes up the residues and needs of parts, each once.
    pub fn take_up(&mut self, parts: &[Self]) {
        for part in parts {
            for words in &part.residue {
                if !self.residue.contains(words) {
                    self.residue.push(words.clone());
                }
            }
            self.needs.extend(part.needs.iter().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_enforced_only_if_every_part_is() {
        let (yes, no) = (Coverage::enforced(), Coverage::not_enforceable("no key"));
        assert_eq!(Coverage::of_parts(&[]), None);
        assert_eq!(Coverage::of_parts(&[yes.clone(), yes.clone()]), Some(Coverage::enforced()));
        assert_eq!(Coverage::of_parts(&[no.clone(), no.clone()]).unwrap(), no);
        let mixed = Coverage::of_parts(&[yes, no.clone(), no]).unwrap();
        assert_eq!((mixed.verdict, mixed.residue.len()), (Verdict::Partly, 1));
    }

    #[test]
    fn a_device_that_lacks_what_a_setting_needs_or_never_said_does_not_hold_it() {
        let needs = [Need::Supervision, Need::System("17.2".into())];
        let cover = Coverage::enforced().needing(needs);
        let device =
            |supervised, system: &str| AtHand { supervised, automated: None, system: Some(system.into()) };
        assert_eq!(cover.clone().on(&device(Some(true), "17.10")).verdict, Verdict::Enforced);
        for (lacking, says) in [
            (device(Some(false), "18.0"), "it is not supervised"),
            (device(None, "18.0"), "whether it is supervised is not known"),
            (device(Some(true), "17.1.9"), "its system is too old"),
            (device(Some(true), "seventeen"), "the version of its system is not known"),
        ] {
            let on = cover.clone().on(&lacking);
            assert_eq!(on.verdict, Verdict::NotEnforceable, "{says}");
            assert!(on.residue.concat().contains(says), "{:?}", on.residue);
        }
        assert!(Coverage::not_enforceable("no key").needing([Need::Supervision]).needs.is_empty());
    }
}
