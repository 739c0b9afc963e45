//! Says in which direction one form of a check differs from another: whether devices pass more easily, and whether fewer are asked.

use std::collections::BTreeSet;
use std::fmt;

use domain::Platform;
use serde::{Deserialize, Serialize};

use crate::bound::{Asks, BoundArm, Expected, Node, Resolved};
use crate::{BoundCheck, CASE_NOW, Case, Check, Lookup, Want, evaluate};

/// Direction of a change of rules, the one that needs most care first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Less is asked, or it is met more easily, or seen less.
    Weaker,
    /// Fewer devices, people or clauses are asked.
    Narrower,
    /// It cannot be told: to be read as if it were weaker.
    Changed,
    /// More devices, people or clauses are asked.
    Broader,
    /// More is asked.
    Stronger,
}

impl Direction {
    /// Returns the word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Weaker => "weaker",
            Self::Narrower => "narrower",
            Self::Changed => "changed",
            Self::Broader => "broader",
            Self::Stronger => "stronger",
        }
    }

    /// Returns whether the change weakens, or may do so.
    #[must_use]
    pub const fn weakens(self) -> bool {
        matches!(self, Self::Weaker | Self::Narrower | Self::Changed)
    }

    /// Returns the direction of a change from one value to another, of which the greater is the stronger.
    #[must_use]
    pub fn upwards<T: PartialOrd>(was: &T, is: &T) -> Option<Self> {
        match was.partial_cmp(is) {
            Some(std::cmp::Ordering::Less) => Some(Self::Stronger),
            Some(std::cmp::Ordering::Greater) => Some(Self::Weaker),
            Some(std::cmp::Ordering::Equal) => None,
            None => Some(Self::Changed),
        }
    }

    /// Returns the direction of a change of a set, of which more is the stronger. Gains beside losses are a loss.
    #[must_use]
    pub fn growing<T: Ord>(was: &BTreeSet<T>, is: &BTreeSet<T>) -> Option<Self> {
        if was == is {
            None
        } else if was.is_subset(is) {
            Some(Self::Stronger)
        } else {
            Some(Self::Weaker)
        }
    }

    /// Returns the opposite direction; what cannot be told stays so.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Weaker => Self::Stronger,
            Self::Narrower => Self::Broader,
            Self::Changed => Self::Changed,
            Self::Broader => Self::Narrower,
            Self::Stronger => Self::Weaker,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Check {
    /// Returns the direction in which a later form of the check differs, its cases counted with it; `None` if it is the same.
    #[must_use]
    pub fn direction_to(
        &self,
        later: &Self,
        lookup: &dyn Lookup,
        later_lookup: &dyn Lookup,
    ) -> Option<Direction> {
        let none = std::collections::BTreeMap::new();
        let bound = match (self.bind(&none, lookup), later.bind(&none, later_lookup)) {
            (Ok(was), Ok(is)) => was.direction_to(&is),
            _ => Some(Direction::Changed),
        };
        let other = (self.asks != later.asks || self.params != later.params || self.on != later.on)
            .then_some(Direction::Changed);
        let cases = self.direction_of_cases(later, later_lookup);
        // What is told by the condition need not be told again by its wording.
        [bound.or(other), cases].into_iter().flatten().min()
    }

    fn direction_of_cases(&self, later: &Self, later_lookup: &dyn Lookup) -> Option<Direction> {
        let gone: Vec<&Case> = self.cases.iter().filter(|case| !later.cases.contains(case)).collect();
        let fewer = later.cases.len() < self.cases.len();
        if fewer || gone.iter().any(|case| later.is_milder(case, later_lookup)) {
            Some(Direction::Weaker)
        } else if !gone.is_empty() {
            Some(Direction::Changed)
        } else if later.cases.len() > self.cases.len() {
            Some(Direction::Stronger)
        } else {
            None
        }
    }

    /// Returns whether a device that a case of an earlier form wanted not to pass does pass.
    fn is_milder(&self, case: &Case, lookup: &dyn Lookup) -> bool {
        let Ok((bound, facts)) = self.staged(case, lookup) else { return false };
        let outcome = evaluate(&bound, &case.subject(), &facts, CASE_NOW).outcome;
        let passes =
            [Want::Met, Want::OnRecord, Want::NotApplicable].iter().any(|want| want.word() == outcome.word());
        passes && matches!(case.want, Want::NotMet | Want::NotKnown)
    }
}

impl BoundCheck {
    /// Returns the direction in which a later form differs; `None` if it judges alike.
    #[must_use]
    pub fn direction_to(&self, later: &Self) -> Option<Direction> {
        if self.arms == later.arms {
            return None;
        }
        let platforms: BTreeSet<Platform> = self.platforms().chain(later.platforms()).collect();
        let mut found: Vec<Direction> = Vec::new();
        for platform in platforms {
            for supervised in [Some(true), Some(false)] {
                found.extend(arms(self.first(platform, supervised), later.first(platform, supervised)));
            }
        }
        Some(found.into_iter().min().unwrap_or(Direction::Changed))
    }

    fn first(&self, platform: Platform, supervised: Option<bool>) -> Option<&BoundArm> {
        self.arms.iter().find(|arm| {
            arm.platforms.contains(&platform) && (arm.supervised.is_none() || arm.supervised == supervised)
        })
    }
}

fn arms(was: Option<&BoundArm>, is: Option<&BoundArm>) -> Option<Direction> {
    match (was.map(|arm| &arm.asks), is.map(|arm| &arm.asks)) {
        (None, None) => None,
        (None, Some(_)) => Some(Direction::Broader),
        (Some(_), None) => Some(Direction::Narrower),
        (Some(was), Some(is)) if was == is => None,
        (Some(Asks::NotApplicable(_)), Some(Asks::NotApplicable(_)))
        | (Some(Asks::Never(_)), Some(Asks::Never(_))) => Some(Direction::Changed),
        (Some(_), Some(Asks::NotApplicable(_))) => Some(Direction::Weaker),
        (Some(Asks::NotApplicable(_)), Some(_)) => Some(Direction::Stronger),
        // A device of which nothing could be told may now be found not to pass, or to pass.
        (Some(Asks::Never(_)), Some(Asks::Facts(is))) => {
            Some(if is.never.is_some() { Direction::Stronger } else { Direction::Weaker })
        }
        // Nothing is ever found wrong any more.
        (Some(Asks::Facts(_)), Some(Asks::Never(_))) => Some(Direction::Weaker),
        (Some(Asks::Facts(was)), Some(Asks::Facts(is))) => facts(was, is),
    }
}

fn facts(was: &Expected, is: &Expected) -> Option<Direction> {
    let never = match (&was.never, &is.never) {
        (None, Some(_)) => Some(Direction::Stronger),
        (Some(_), None) => Some(Direction::Weaker),
        (Some(was), Some(is)) if was != is => Some(Direction::Changed),
        _ => None,
    };
    let needs = Direction::upwards(&was.needs, &is.needs);
    let stale = Direction::upwards(&is.stale_after, &was.stale_after);
    [never, needs, stale, nodes(&was.expect, &is.expect)].into_iter().flatten().min()
}

fn nodes(was: &Node, is: &Node) -> Option<Direction> {
    match (was, is) {
        (was, is) if was == is => None,
        // What passes one passes the other not. The opposite of the result would make a mixture stronger.
        (Node::Not(was), Node::Not(is)) => nodes(is, was),
        (Node::Any(was), Node::Any(is)) => parts(was, is, Direction::Weaker),
        (Node::All(was), Node::All(is)) => parts(was, is, Direction::Stronger),
        (Node::All(was), is) => parts(was, std::slice::from_ref(is), Direction::Stronger),
        (was, Node::All(is)) => parts(std::slice::from_ref(was), is, Direction::Stronger),
        (Node::Any(was), is) => parts(was, std::slice::from_ref(is), Direction::Weaker),
        (was, Node::Any(is)) => parts(std::slice::from_ref(was), is, Direction::Weaker),
        (Node::Fact { name, test, .. }, Node::Fact { name: other, test: is, .. }) if name == other => {
            tests(test, is)
        }
        _ => Some(Direction::Changed),
    }
}

/// Compares the parts of `all`, in which one more is stronger, or of `any`, in which one more is weaker.
fn parts(was: &[Node], is: &[Node], more: Direction) -> Option<Direction> {
    let mut gone: Vec<&Node> = was.iter().filter(|part| !is.contains(part)).collect();
    let mut found = Vec::new();
    for new in is.iter().filter(|part| !was.contains(part)) {
        // The same test of the same fact with another bound, or the same kind of group.
        let same = gone.iter().position(|old| is_like(old, new));
        found.extend(match same {
            Some(place) => nodes(gone.remove(place), new),
            None => Some(more),
        });
    }
    found.extend(gone.iter().map(|_| more.opposite()));
    found.into_iter().min()
}

fn is_like(was: &Node, is: &Node) -> bool {
    match (was, is) {
        (Node::Fact { name, test, .. }, Node::Fact { name: other, test: is, .. }) => {
            name == other && std::mem::discriminant(test) == std::mem::discriminant(is)
        }
        (Node::All(_), Node::All(_)) | (Node::Any(_), Node::Any(_)) | (Node::Not(_), Node::Not(_)) => true,
        _ => false,
    }
}

fn tests(was: &Resolved, is: &Resolved) -> Option<Direction> {
    match (was, is) {
        (Resolved::AtLeast(was), Resolved::AtLeast(is)) => Direction::upwards(was, is),
        (Resolved::AtMost(was), Resolved::AtMost(is)) => Direction::upwards(is, was),
        (Resolved::Within(was), Resolved::Within(is)) => Direction::upwards(is, was),
        (Resolved::ContainsAll(was), Resolved::ContainsAll(is))
        | (Resolved::ContainsNone(was), Resolved::ContainsNone(is)) => Direction::growing(was, is),
        (Resolved::Only(was), Resolved::Only(is)) | (Resolved::OneOf(was), Resolved::OneOf(is)) => {
            Direction::growing(was, is).map(|found| {
                if was.is_subset(is) {
                    Direction::Weaker
                } else if is.is_subset(was) {
                    Direction::Stronger
                } else {
                    found
                }
            })
        }
        // Another value is another rule: whatever passed before does not now, and the other way round.
        _ => Some(Direction::Changed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Register, bound, check};

    #[test]
    fn conditions_are_compared_by_what_passes() {
        use Direction::{Changed, Stronger, Weaker};
        let yes = "{ fact = { name = \"yes\", is = true } }";
        let also = "{ fact = { name = \"also\", is = true } }";
        let all = |parts: &[&str]| format!("{{ all = [{}] }}", parts.join(", "));
        let any = |parts: &[&str]| format!("{{ any = [{}] }}", parts.join(", "));
        let count = |test: &str| format!("{{ fact = {{ name = \"count\", {test} }} }}");
        let apps = |test: &str| format!("{{ fact = {{ name = \"apps\", {test} }} }}");
        for (was, is, want) in [
            (all(&[yes, also]), all(&[also, yes]), None),
            (all(&[yes, also]), all(&[yes]), Some(Weaker)),
            (all(&[yes, also]), yes.to_owned(), Some(Weaker)),
            (any(&[yes, also]), yes.to_owned(), Some(Stronger)),
            (yes.to_owned(), any(&[yes, also]), Some(Weaker)),
            (count("at_least = 9"), count("at_least = 8"), Some(Weaker)),
            (count("at_most = 9"), count("at_most = 8"), Some(Stronger)),
            (count("at_most = 9"), count("at_least = 9"), Some(Changed)),
            (apps("contains_none = [\"a\", \"b\"]"), apps("contains_none = [\"a\"]"), Some(Weaker)),
            (apps("contains_all = [\"a\"]"), apps("contains_all = [\"a\", \"b\"]"), Some(Stronger)),
            (apps("only = [\"a\"]"), apps("only = [\"a\", \"b\"]"), Some(Weaker)),
            (apps("only = [\"a\", \"b\"]"), apps("only = [\"a\"]"), Some(Stronger)),
            (yes.to_owned(), "{ fact = { name = \"yes\", is = false } }".to_owned(), Some(Changed)),
            (
                format!("{{ not = {} }}", count("at_most = 9")),
                format!("{{ not = {} }}", count("at_most = 8")),
                Some(Weaker),
            ),
            (
                format!("{{ not = {} }}", all(&[count("at_most = 9").as_str(), yes])),
                format!("{{ not = {} }}", all(&[count("at_most = 8").as_str()])),
                Some(Weaker),
            ),
            (
                format!("{{ not = {} }}", apps("contains_none = [\"a\", \"b\"]")),
                format!("{{ not = {} }}", apps("contains_none = [\"a\", \"c\"]")),
                Some(Weaker),
            ),
        ] {
            let found = bound(&was).direction_to(&bound(&is));
            // The order of parts is another check as written, and no other rule.
            let same = found.is_none() || (want.is_none() && found == Some(Changed));
            assert!(found == want || (want.is_none() && same), "{was} to {is}: {found:?}, not {want:?}");
        }
    }

    #[test]
    fn arms_and_cases_are_compared() {
        let arm = |platforms: &str, rest: &str| format!("[[on]]\nplatforms = [{platforms}]\n{rest}\n");
        let facts = |needs: &str, stale: &str| {
            format!(
                "needs = \"{needs}\"\nstale_after = \"{stale}\"\nexpect = {{ fact = {{ name = \"yes\", is = true }} }}"
            )
        };
        let case = |value: bool, want: &str| {
            format!(
                "[[case]]\nsays = \"x\"\nplatform = \"ios\"\nfacts = {{ yes = {value} }}\nwant = \"{want}\"\n"
            )
        };
        let (good, bad) = (case(true, "met"), case(false, "not-met"));
        let full = |arms: &str, cases: &str| check(&format!("asks = \"x\"\n{arms}{cases}"));
        let was = full(&arm("\"ios\", \"macos\"", &facts("reported", "7d")), &format!("{good}{bad}"));
        for (arms, cases, want) in [
            (arm("\"ios\", \"macos\"", &facts("reported", "7d")), format!("{good}{bad}"), None),
            (
                arm("\"ios\", \"macos\"", &facts("reported", "70d")),
                format!("{good}{bad}"),
                Some(Direction::Weaker),
            ),
            (
                arm("\"ios\", \"macos\"", &facts("reported", "1d")),
                format!("{good}{bad}"),
                Some(Direction::Stronger),
            ),
            (
                arm("\"ios\", \"macos\"", &facts("stated", "7d")),
                format!("{good}{bad}"),
                Some(Direction::Weaker),
            ),
            (arm("\"ios\"", &facts("reported", "7d")), format!("{good}{bad}"), Some(Direction::Narrower)),
            (
                arm("\"ios\", \"macos\", \"android\"", &facts("reported", "7d")),
                format!("{good}{bad}"),
                Some(Direction::Broader),
            ),
            (arm("\"ios\", \"macos\"", "not_applicable = \"x\""), String::new(), Some(Direction::Weaker)),
            (arm("\"ios\", \"macos\"", &facts("reported", "7d")), good.clone(), Some(Direction::Weaker)),
            (
                arm("\"ios\", \"macos\"", &facts("reported", "7d")),
                format!("{good}{bad}{}", case(false, "not-met").replace("\"x\"", "\"y\"")),
                Some(Direction::Stronger),
            ),
        ] {
            let is = full(&arms, &cases);
            assert_eq!(was.direction_to(&is, &Register, &Register), want, "{arms}{cases}");
        }
    }
}
