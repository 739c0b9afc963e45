//! Represents a check that can be run: every name resolved, every type verified.
//! Only `bind` makes one.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{FactName, Grade, Platform, Span};

/// Check that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundCheck {
    /// Statement that is true when the check is met.
    pub(crate) asks: String,
    pub(crate) arms: Vec<BoundArm>,
    /// Empty list, returned if no arm fits, so that judging need not allocate it.
    pub(crate) nothing_used: Arc<[FactName]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BoundArm {
    pub(crate) platforms: Vec<Platform>,
    pub(crate) supervised: Option<bool>,
    pub(crate) asks: Asks,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asks {
    NotApplicable(String),
    /// Nothing can be told, for this reason.
    Never(String),
    Facts(Expected),
}

/// Condition of an arm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) needs: Grade,
    pub(crate) stale_after: Span,
    pub(crate) expect: Node,
    pub(crate) used: Arc<[FactName]>,
    pub(crate) groups: BTreeSet<String>,
    /// Reason why the condition, where it holds, still does not show that the check is met.
    pub(crate) never: Option<String>,
}

/// Best that a platform can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BestOutcome<'a> {
    /// Some device of it can be shown to meet the check.
    Meets,
    /// The question does not arise on it.
    NotAsked,
    /// No device of it can, for this reason.
    Never(&'a str),
    /// The check has no arm for it.
    NoArm,
}

/// Predicate with everything resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Fact {
        name: FactName,
        /// Meaning of the fact in the register, which people read.
        means: String,
        test: Resolved,
    },
    Profile(String),
}

impl Node {
    /// Returns whether every test is of the age of a time.
    pub(crate) fn is_about_time(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_about_time),
            Self::Not(part) => part.is_about_time(),
            Self::Fact { test, .. } => matches!(test, Resolved::Within(_)),
            Self::Profile(_) => false,
        }
    }

    /// Returns every span of a `within`.
    pub(crate) fn spans(&self) -> Box<dyn Iterator<Item = Span> + '_> {
        match self {
            Self::All(parts) | Self::Any(parts) => Box::new(parts.iter().flat_map(Self::spans)),
            Self::Not(part) => part.spans(),
            Self::Fact { test: Resolved::Within(span), .. } => Box::new(std::iter::once(*span)),
            Self::Fact { .. } | Self::Profile(_) => Box::new(std::iter::empty()),
        }
    }
}

/// Test with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    IsBool(bool),
    IsText(String),
    AtLeast(i64),
    AtMost(i64),
    Within(Span),
    ContainsAll(BTreeSet<String>),
    ContainsNone(BTreeSet<String>),
    Only(BTreeSet<String>),
    OneOf(BTreeSet<String>),
}

/// Fact that lists a device's installed profiles, as `identifier=UUID`.
pub(crate) const PROFILES: &str = "profiles.installed";

impl BoundCheck {
    /// Returns the platforms that have an arm, whether or not it can apply to every device of them.
    pub fn platforms(&self) -> impl Iterator<Item = Platform> {
        self.arms.iter().flat_map(|arm| arm.platforms.iter().copied())
    }

    /// Returns the best that devices of a platform can show: whether any of them can ever be shown to meet the check.
    #[must_use]
    pub fn reach(&self, platform: Platform) -> BestOutcome<'_> {
        let mut best = BestOutcome::NoArm;
        for arm in self.arms.iter().filter(|arm| arm.platforms.contains(&platform)) {
            best = match (&arm.asks, best) {
                (Asks::Facts(Expected { never: None, .. }), _) => return BestOutcome::Meets,
                (Asks::NotApplicable(_), _) => BestOutcome::NotAsked,
                (Asks::Never(why) | Asks::Facts(Expected { never: Some(why), .. }), BestOutcome::NoArm) => {
                    BestOutcome::Never(why)
                }
                (_, best) => best,
            };
        }
        best
    }

    fn expected(&self) -> impl Iterator<Item = &Expected> {
        self.arms.iter().filter_map(|arm| match &arm.asks {
            Asks::Facts(expected) => Some(expected),
            Asks::NotApplicable(_) | Asks::Never(_) => None,
        })
    }

    /// Returns whether some device can be shown to meet the check, and whether some can at best be on record.
    pub(crate) fn best(&self) -> (bool, bool) {
        let best = |recorded: bool| {
            self.expected().any(|one| one.never.is_none() && (one.needs == Grade::Stated) == recorded)
        };
        (best(false), best(true))
    }

    /// Returns the names of all facts that some arm reads.
    #[must_use]
    pub fn facts(&self) -> BTreeSet<&FactName> {
        self.expected().flat_map(|expected| expected.used.iter()).collect()
    }

    /// Returns the times after which the absence of reports, or a growing age, can change the judgement of such a device. A
    /// caller judges the device again then, although nothing was reported.
    pub fn horizons(&self, platform: Platform, supervised: Option<bool>) -> impl Iterator<Item = Span> {
        self.arms
            .iter()
            .filter(move |arm| {
                arm.platforms.contains(&platform)
                    && (arm.supervised.is_none() || supervised.is_none() || arm.supervised == supervised)
            })
            .filter_map(|arm| match &arm.asks {
                Asks::Facts(Expected { stale_after, expect, .. }) => {
                    Some(expect.spans().chain(std::iter::once(*stale_after)))
                }
                Asks::NotApplicable(_) | Asks::Never(_) => None,
            })
            .flatten()
    }

    /// Returns the clause groups whose installed profile some arm tests.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<&str> {
        self.expected().flat_map(|expected| expected.groups.iter().map(String::as_str)).collect()
    }
}
