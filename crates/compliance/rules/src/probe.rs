//! Asks a bound check what it wants of one fact: for comparing it with the settings that are to bring that about.

use std::collections::BTreeSet;

use domain::{FactValue, Platform};

use crate::CASE_NOW;
use crate::bound::{Asks, BoundCheck, Expected, Node};
use crate::evaluate::holds;

impl BoundCheck {
    /// Returns whether devices of a platform are judged by what they report.
    #[must_use]
    pub fn judges(&self, platform: Platform) -> bool {
        self.expected_on(platform).next().is_some()
    }

    /// Returns whether every test that devices of a platform must pass takes a value of a fact; `None` where no such test asks for
    /// the fact.
    #[must_use]
    pub fn takes(&self, platform: Platform, fact: &str, value: &FactValue) -> Option<bool> {
        let mut found = None;
        for test in self.expected_on(platform).flat_map(|expected| conjuncts(&expected.expect)) {
            if let Node::Fact { name, test, .. } = test
                && name.as_str() == fact
            {
                let takes = holds(test, value, CASE_NOW).unwrap_or_default();
                found = Some(found.unwrap_or(true) && takes);
            }
        }
        found
    }

    /// Returns the names of the facts that are read of devices of a platform.
    #[must_use]
    pub fn facts_on(&self, platform: Platform) -> BTreeSet<&str> {
        self.expected_on(platform)
            .flat_map(|expected| expected.used.iter())
            .map(domain::FactName::as_str)
            .collect()
    }

    /// Returns the clause groups whose installed profile is tested on devices of a platform.
    #[must_use]
    pub fn groups_on(&self, platform: Platform) -> BTreeSet<&str> {
        self.expected_on(platform).flat_map(|expected| expected.groups.iter()).map(String::as_str).collect()
    }

    fn expected_on(&self, platform: Platform) -> impl Iterator<Item = &Expected> {
        self.arms.iter().filter(move |arm| arm.platforms.contains(&platform)).filter_map(|arm| {
            match &arm.asks {
                Asks::Facts(expected) => Some(expected),
                Asks::NotApplicable(_) | Asks::Never(_) => None,
            }
        })
    }
}

/// Returns the tests all of which must hold.
fn conjuncts(node: &Node) -> Vec<&Node> {
    match node {
        Node::All(parts) => parts.iter().flat_map(conjuncts).collect(),
        Node::Fact { .. } | Node::Profile(_) => vec![node],
        Node::Any(_) | Node::Not(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bound;

    #[test]
    fn only_what_must_hold_is_asked() {
        let check = bound(
            "{ all = [{ fact = { name = \"count\", at_least = 4 } }, { fact = { name = \"count\", at_most = 9 } }, \
             { any = [{ fact = { name = \"yes\", is = true } }, { profile = { group = \"g\" } }] }] }",
        );
        let takes = |count: i64| check.takes(Platform::Ios, "count", &FactValue::Count(count));
        assert_eq!(
            [takes(3), takes(4), takes(9), takes(10)],
            [Some(false), Some(true), Some(true), Some(false)]
        );
        assert_eq!(check.takes(Platform::Ios, "count", &FactValue::Bool(true)), Some(false));
        assert_eq!(check.takes(Platform::Ios, "yes", &FactValue::Bool(true)), None);
        assert_eq!(check.takes(Platform::Macos, "count", &FactValue::Count(4)), None);
        assert!(check.judges(Platform::Ios) && !check.judges(Platform::Macos));
        assert!(
            check.facts_on(Platform::Ios).contains("yes") && check.groups_on(Platform::Ios).contains("g")
        );
    }
}
