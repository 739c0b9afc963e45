//! Judges a device: works out an outcome from a bound check, the device's facts and the time.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Fact, FactName, FactValue, Facts, Grade, Outcome, Platform, Span, Timestamp, WhyNotKnown};

use crate::BoundCheck;
use crate::bound::{Asks, BoundArm, Expected, Node, PROFILES, Resolved};

/// State of a device, besides its facts, that a check needs.
#[derive(Debug, Clone, Copy)]
pub struct SubjectState<'a> {
    /// Platform of the device.
    pub platform: Platform,
    /// Supervision of the device; `None` if nothing ever reported it.
    pub supervised: Option<bool>,
    /// UUID of the profile that the server has compiled for it, by clause group such as `mdu-6`.
    pub expected_profiles: &'a BTreeMap<String, String>,
}

/// Outcome and its basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Outcome of the check.
    pub outcome: Outcome,
    /// Names of the facts that the arm reads, reported or not.
    pub used: Arc<[FactName]>,
    /// Index of the arm that was used; `None` if none fits.
    pub arm: Option<usize>,
}

/// Judges one device.
///
/// Allocates nothing if the outcome is met.
#[must_use]
pub fn evaluate(check: &BoundCheck, subject: &SubjectState<'_>, facts: &Facts, now: Timestamp) -> Judgement {
    let (index, arm) = match choose(&check.arms, subject) {
        Ok(chosen) => chosen,
        Err(why) => {
            let used = Arc::clone(&check.nothing_used);
            return Judgement { outcome: Outcome::NotKnown(why), used, arm: None };
        }
    };
    match &arm.asks {
        Asks::NotApplicable(because) => Judgement {
            outcome: Outcome::NotApplicable { because: because.clone() },
            used: Arc::clone(&check.nothing_used),
            arm: Some(index),
        },
        Asks::Never(because) => Judgement {
            outcome: Outcome::NotKnown(WhyNotKnown::CannotTell { because: because.clone() }),
            used: Arc::clone(&check.nothing_used),
            arm: Some(index),
        },
        Asks::Facts(expected) => {
            let Expected { expect, used, .. } = expected;
            let view = View::of(expected, subject, facts, now);
            let outcome = match view.truth(expect) {
                Truth::Met => good(check, expected),
                Truth::NotMet => Outcome::NotMet { because: view.why_not_met(expect) },
                Truth::NotKnown => Outcome::NotKnown(view.why_not_known(expect)),
            };
            Judgement { outcome, used: Arc::clone(used), arm: Some(index) }
        }
    }
}

/// Returns what it comes to that the condition holds: met, unless it rests on a person's word or cannot show that much.
fn good(check: &BoundCheck, expected: &Expected) -> Outcome {
    match &expected.never {
        Some(because) => Outcome::NotKnown(WhyNotKnown::CannotTell { because: because.clone() }),
        None if expected.needs == Grade::Stated => Outcome::OnRecord { says: check.asks.clone() },
        None => Outcome::Met,
    }
}

/// Returns the first arm that fits. For a device of unknown supervision, stops at the first arm that depends on it and returns
/// none: a later arm might be milder than the right one.
fn choose<'a>(
    arms: &'a [BoundArm],
    subject: &SubjectState<'_>,
) -> Result<(usize, &'a BoundArm), WhyNotKnown> {
    for (index, arm) in arms.iter().enumerate().filter(|(_, arm)| arm.platforms.contains(&subject.platform)) {
        match (arm.supervised, subject.supervised) {
            (None, _) => return Ok((index, arm)),
            (Some(want), Some(is)) if want == is => return Ok((index, arm)),
            (Some(_), Some(_)) => {}
            (Some(_), None) => {
                return Err(WhyNotKnown::NeverReported {
                    what: "whether the device is supervised".to_owned(),
                });
            }
        }
    }
    Err(WhyNotKnown::NoWayToTell)
}

/// Truth of a predicate, one of three values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    Met,
    NotMet,
    NotKnown,
}

impl Truth {
    const fn of(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }

    pub(crate) const fn swapped(self) -> Self {
        match self {
            Self::Met => Self::NotMet,
            Self::NotMet => Self::Met,
            Self::NotKnown => Self::NotKnown,
        }
    }
}

/// Everything that one arm can see of one device.
pub(crate) struct View<'a> {
    pub(crate) subject: &'a SubjectState<'a>,
    facts: &'a Facts,
    pub(crate) now: Timestamp,
    needs: Grade,
    stale_after: Span,
}

impl<'a> View<'a> {
    pub(crate) const fn of(
        expected: &Expected,
        subject: &'a SubjectState<'a>,
        facts: &'a Facts,
        now: Timestamp,
    ) -> Self {
        Self { subject, facts, now, needs: expected.needs, stale_after: expected.stale_after }
    }

    /// Combines truths: in `all`, not met beats not known, which beats met; in `any`, met beats not known, which beats not met.
    pub(crate) fn truth(&self, node: &Node) -> Truth {
        match node {
            Node::All(parts) => self.first_of(parts, Truth::NotMet, Truth::Met),
            Node::Any(parts) => self.first_of(parts, Truth::Met, Truth::NotMet),
            Node::Not(inner) => self.truth(inner).swapped(),
            Node::Fact { name, test, .. } => match self.usable(name.as_str()) {
                Ok(fact) => holds(test, &fact.value, self.now).map_or(Truth::NotKnown, Truth::of),
                Err(_) => Truth::NotKnown,
            },
            Node::Profile(group) => self.profile(group).map_or(Truth::NotKnown, Truth::of),
        }
    }

    fn first_of(&self, parts: &[Node], decides: Truth, otherwise: Truth) -> Truth {
        let mut joined = otherwise;
        for part in parts {
            match self.truth(part) {
                truth if truth == decides => return decides,
                Truth::NotKnown => joined = Truth::NotKnown,
                _ => {}
            }
        }
        joined
    }

    /// Returns the fact, if it exists, is recent and has the grade that the arm needs.
    pub(crate) fn usable(&self, name: &str) -> Result<&'a Fact, Unusable<'a>> {
        let fact = self.facts.get(name).ok_or(Unusable::Missing)?;
        if fact.grade < self.needs {
            Err(Unusable::Weak { needs: self.needs, has: fact.grade })
        } else if self.now.since(fact.at) > self.stale_after {
            Err(Unusable::Stale(fact))
        } else {
            Ok(fact)
        }
    }

    /// Returns whether the profile of the group is installed as it was compiled; `None` if that cannot be told.
    fn profile(&self, group: &str) -> Option<bool> {
        let expected = self.subject.expected_profiles.get(group)?;
        let FactValue::List(installed) = &self.usable(PROFILES).ok()?.value else { return None };
        let mut found = installed.iter().filter_map(|entry| uuid_of(entry, group));
        Some(found.any(|uuid| uuid.eq_ignore_ascii_case(expected)))
    }

    /// Returns whether some version of the group's profile is installed.
    pub(crate) fn has_some_profile(&self, group: &str) -> bool {
        let installed = self.usable(PROFILES).map(|fact| &fact.value);
        matches!(installed, Ok(FactValue::List(entries)) if entries.iter().any(|entry| uuid_of(entry, group).is_some()))
    }
}

/// Returns the UUID of an `identifier=UUID` entry whose identifier is the group, with or without a prefix.
fn uuid_of<'e>(entry: &'e str, group: &str) -> Option<&'e str> {
    let (identifier, uuid) = entry.rsplit_once('=')?;
    let prefix = identifier.strip_suffix(group)?;
    (prefix.is_empty() || prefix.ends_with('.')).then_some(uuid)
}

/// Reason why an arm cannot use a fact.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unusable<'a> {
    Missing,
    Weak { needs: Grade, has: Grade },
    Stale(&'a Fact),
}

/// Returns whether the value passes the test; `None` if it is of another type than the test reads.
pub(crate) fn holds(test: &Resolved, value: &FactValue, now: Timestamp) -> Option<bool> {
    Some(match (test, value) {
        (Resolved::IsBool(want), FactValue::Bool(is)) => want == is,
        (Resolved::IsText(want), FactValue::Text(is)) => want == is,
        (Resolved::AtLeast(least), FactValue::Count(is)) => is >= least,
        (Resolved::AtMost(most), FactValue::Count(is)) => is <= most,
        (Resolved::Within(span), FactValue::Count(is)) => now.since(Timestamp::from_millis(*is)) <= *span,
        (Resolved::ContainsAll(want), FactValue::List(is)) => want.is_subset(is),
        (Resolved::ContainsNone(want), FactValue::List(is)) => want.is_disjoint(is),
        (Resolved::Only(allowed), FactValue::List(is)) => is.is_subset(allowed),
        (Resolved::OneOf(allowed), FactValue::Text(is)) => allowed.contains(is),
        _ => return None,
    })
}
