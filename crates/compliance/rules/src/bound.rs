//! Represents a check that can be run: every name resolved, every type verified.
//! Only `bind` makes one.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{FactName, Grade, Platform, Span};

/// Check that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundCheck {
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
    Facts { needs: Grade, stale_after: Span, expect: Node, used: Arc<[FactName]>, groups: BTreeSet<String> },
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
    /// Returns every span of a `within`.
    fn spans(&self) -> Box<dyn Iterator<Item = Span> + '_> {
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

    /// Returns the names of all facts that some arm reads.
    #[must_use]
    pub fn facts(&self) -> BTreeSet<&FactName> {
        self.arms
            .iter()
            .filter_map(|arm| match &arm.asks {
                Asks::Facts { used, .. } => Some(used.iter()),
                Asks::NotApplicable(_) => None,
            })
            .flatten()
            .collect()
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
                Asks::Facts { stale_after, expect, .. } => {
                    Some(expect.spans().chain(std::iter::once(*stale_after)))
                }
                Asks::NotApplicable(_) => None,
            })
            .flatten()
    }

    /// Returns the clause groups whose installed profile some arm tests.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<&str> {
        self.arms
            .iter()
            .filter_map(|arm| match &arm.asks {
                Asks::Facts { groups, .. } => Some(groups.iter().map(String::as_str)),
                Asks::NotApplicable(_) => None,
            })
            .flatten()
            .collect()
    }
}
