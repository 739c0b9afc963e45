//! Explains an outcome. Runs only if an outcome is not met or not known, so it may allocate.

use domain::{FactValue, Timestamp, WhyNotKnown};

use crate::bound::{Node, PROFILES, Resolved};
use crate::evaluate::{Truth, Unusable, View, holds};

impl View<'_> {
    /// Compares the found value with the required one, in words, for a node that is not met.
    pub(crate) fn why_not_met(&self, node: &Node) -> String {
        match node {
            Node::All(parts) => {
                self.join(parts.iter().filter(|part| self.truth(part) == Truth::NotMet), "; ")
            }
            Node::Any(parts) => self.join(parts.iter(), "; and "),
            Node::Not(inner) => format!("it must not be so: {}", describe(inner)),
            Node::Fact { name, means, test } => match self.usable(name.as_str()) {
                Ok(fact) => format!("{means}: {}, must be {}", self.shown(&fact.value, test), wanted(test)),
                Err(_) => format!("{means}: must be {}", wanted(test)),
            },
            Node::Profile(group) if self.has_some_profile(group) => {
                format!("Settings profile {group}: installed, but not in the version last compiled")
            }
            Node::Profile(group) => format!("Settings profile {group}: not installed"),
        }
    }

    fn join<'n>(&self, parts: impl Iterator<Item = &'n Node>, between: &str) -> String {
        parts.map(|part| self.why_not_met(part)).collect::<Vec<_>>().join(between)
    }

    /// Returns the first thing that is missing, for a node that is not known.
    pub(crate) fn why_not_known(&self, node: &Node) -> WhyNotKnown {
        match node {
            Node::All(parts) | Node::Any(parts) => parts
                .iter()
                .find(|part| self.truth(part) == Truth::NotKnown)
                .map_or(WhyNotKnown::NoWayToTell, |part| self.why_not_known(part)),
            Node::Not(inner) => self.why_not_known(inner),
            Node::Fact { name, means, test } => {
                self.why_unusable(name.as_str(), means, |value| holds(test, value, self.now).is_some())
            }
            Node::Profile(group) if !self.subject.expected_profiles.contains_key(group) => {
                WhyNotKnown::NeverReported { what: format!("a profile of {group} compiled for this device") }
            }
            Node::Profile(_) => {
                let readable = |value: &FactValue| matches!(value, FactValue::List(_));
                self.why_unusable(PROFILES, "which profiles are installed", readable)
            }
        }
    }

    fn why_unusable(&self, name: &str, means: &str, readable: impl Fn(&FactValue) -> bool) -> WhyNotKnown {
        let what = means.to_owned();
        match self.usable(name) {
            Err(Unusable::Missing) => WhyNotKnown::NeverReported { what },
            Err(Unusable::Weak { needs, has }) => WhyNotKnown::GradeTooLow { what, needs, has },
            Err(Unusable::Stale(fact)) => WhyNotKnown::Stale { what, last: fact.at },
            Ok(fact) if !readable(&fact.value) => WhyNotKnown::Unreadable { what },
            Ok(_) => WhyNotKnown::NoWayToTell,
        }
    }

    /// Returns the found value, cut down to what the test is about: an app list can be hundreds of names long.
    fn shown(&self, value: &FactValue, test: &Resolved) -> String {
        match (test, value) {
            (Resolved::Within(_), FactValue::Count(millis)) => Timestamp::from_millis(*millis).to_string(),
            (Resolved::ContainsNone(unwanted), FactValue::List(is)) => {
                format!("with {}", few(is.intersection(unwanted)))
            }
            (Resolved::ContainsAll(want), FactValue::List(is)) => {
                format!("without {}", few(want.difference(is)))
            }
            (Resolved::Only(allowed), FactValue::List(is)) => {
                format!("with {}", few(is.difference(allowed)))
            }
            (_, FactValue::Text(text)) if text.is_empty() => "empty".to_owned(),
            (_, value) => value.to_string().chars().take(120).collect(),
        }
    }
}

/// Returns what a test requires, to follow "must be".
fn wanted(test: &Resolved) -> String {
    match test {
        Resolved::IsBool(true) => "yes".to_owned(),
        Resolved::IsBool(false) => "no".to_owned(),
        Resolved::IsText(text) => text.clone(),
        Resolved::AtLeast(least) => format!("at least {least}"),
        Resolved::AtMost(most) => format!("at most {most}"),
        Resolved::Within(span) => format!("within the last {span}"),
        Resolved::ContainsAll(want) => format!("with {}", few(want.iter())),
        Resolved::ContainsNone(unwanted) => format!("without {}", few(unwanted.iter())),
        Resolved::Only(allowed) if allowed.is_empty() => "empty".to_owned(),
        Resolved::Only(allowed) => format!("nothing but {}", few(allowed.iter())),
        Resolved::OneOf(allowed) => format!("one of {}", few(allowed.iter())),
    }
}

/// Returns a node as a statement, to follow "that".
fn describe(node: &Node) -> String {
    let joined = |parts: &[Node], word: &str| parts.iter().map(describe).collect::<Vec<_>>().join(word);
    match node {
        Node::All(parts) => joined(parts, " and "),
        Node::Any(parts) => joined(parts, " or "),
        Node::Not(inner) => format!("not: {}", describe(inner)),
        Node::Fact { means, test, .. } => format!("{means}: {}", wanted(test)),
        Node::Profile(group) => format!("Settings profile {group}: installed"),
    }
}

/// Returns at most five items and how many more there are.
fn few<'a>(items: impl Iterator<Item = &'a String>) -> String {
    let all: Vec<&str> = items.map(String::as_str).collect();
    let shown: Vec<&str> = all.iter().copied().take(5).collect();
    match all.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
