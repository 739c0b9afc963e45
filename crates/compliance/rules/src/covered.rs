//! Says which part of a check no case of it shows: what could be taken out or loosened, and every case would still come out right.
//!
//! A case *shows* a test if the condition as a whole comes out otherwise once that test alone does. So each test of an arm needs a
//! case in which it alone fails, one that holds by it and one in which its fact was never reported; a test with a bound needs them
//! at the bound and just beyond it.

use std::collections::BTreeSet;

use domain::{FactValue, Facts, Grade, Platform, Span};

use crate::bound::{Asks, BoundArm, Expected, Node, PROFILES, Resolved};
use crate::evaluate::{Truth, View};
use crate::{BoundCheck, CASE_NOW, Case, Check, Flaw, Lookup, Place, evaluate};

/// Least time that counts as just beyond a bound.
const HOUR: i64 = 3_600_000;

impl Check {
    /// Returns what no case shows, for a check whose cases all come out right.
    #[must_use]
    pub fn missing_cases(&self, lookup: &dyn Lookup) -> Vec<Flaw> {
        let mut seen: Vec<Vec<Seen<'_>>> = (0..self.on.len()).map(|_| Vec::new()).collect();
        for case in &self.cases {
            let Some((arm, one)) = self.seen(case, lookup) else { continue };
            seen.get_mut(arm).into_iter().for_each(|of_arm| of_arm.push(one.clone()));
        }
        let Ok(bound) = self.bind(&std::collections::BTreeMap::new(), lookup) else { return Vec::new() };
        let mut flaws = Vec::new();
        for (index, (arm, seen)) in bound.arms.iter().zip(&seen).enumerate() {
            let place = Place::Arm(index);
            let mut missing = Missing { check: self, lookup, arm, seen, place, flaws: Vec::new() };
            missing.look();
            flaws.extend(missing.flaws);
        }
        flaws
    }

    /// Returns the arm that a case uses, and what is seen of its device there.
    fn seen<'c>(&self, case: &'c Case, lookup: &dyn Lookup) -> Option<(usize, Seen<'c>)> {
        let (bound, facts) = self.staged(case, lookup).ok()?;
        let arm = evaluate(&bound, &case.subject(), &facts, CASE_NOW).arm?;
        Some((arm, Seen::of(case, bound, facts, arm)))
    }
}

/// A case as its arm sees it.
#[derive(Clone)]
struct Seen<'c> {
    case: &'c Case,
    bound: BoundCheck,
    facts: Facts,
    /// Truth of each test, in the order of the condition.
    truths: Vec<Truth>,
}

impl<'c> Seen<'c> {
    fn of(case: &'c Case, bound: BoundCheck, facts: Facts, arm: usize) -> Self {
        let mut truths = Vec::new();
        if let Some(Asks::Facts(expected)) = bound.arms.get(arm).map(|arm| &arm.asks) {
            let subject = case.subject();
            let view = View::of(expected, &subject, &facts, CASE_NOW);
            truths = leaves(&expected.expect).into_iter().map(|leaf| view.truth(leaf)).collect();
        }
        Self { case, bound, facts, truths }
    }

    /// Returns the test of that number with the bound that the case gives it, and the value of its fact.
    fn measured(&self, arm: usize, leaf: usize) -> Option<(&Resolved, &FactValue)> {
        let Asks::Facts(expected) = &self.bound.arms.get(arm)?.asks else { return None };
        let Node::Fact { name, test, .. } = leaves(&expected.expect).get(leaf).copied()? else { return None };
        Some((test, &self.facts.get(name.as_str())?.value))
    }
}

/// What is looked for in one arm.
struct Missing<'a> {
    check: &'a Check,
    lookup: &'a dyn Lookup,
    arm: &'a BoundArm,
    seen: &'a [Seen<'a>],
    place: Place,
    flaws: Vec<Flaw>,
}

impl Missing<'_> {
    fn flaw(&mut self, about: &str, message: String) {
        self.flaws.push(Flaw { place: self.place.clone(), about: Some(about.to_owned()), message });
    }

    fn look(&mut self) {
        let arm = self.arm;
        let expected = match &arm.asks {
            Asks::Facts(expected) => expected,
            Asks::NotApplicable(_) | Asks::Never(_) => {
                let cases =
                    |platform: &Platform| self.seen.iter().any(|seen| seen.case.platform == *platform);
                for platform in
                    arm.platforms.iter().filter(|platform| !cases(platform)).copied().collect::<Vec<_>>()
                {
                    self.flaw(
                        platform.as_str(),
                        format!("no [[case]] is of {platform}; write one, so that its answer stands"),
                    );
                }
                return;
            }
        };
        self.platforms(expected);
        self.reports(expected);
        for (number, leaf) in leaves(&expected.expect).into_iter().enumerate() {
            self.test(expected, leaf, number);
        }
    }

    /// Wants a case of each platform in which the condition holds.
    fn platforms(&mut self, expected: &Expected) {
        let holds = |platform: Platform| {
            self.seen.iter().any(|seen| {
                seen.case.platform == platform && joined(&expected.expect, &seen.truths) == Truth::Met
            })
        };
        let without: Vec<Platform> =
            self.arm.platforms.iter().copied().filter(|platform| !holds(*platform)).collect();
        for platform in without {
            self.flaw(
                platform.as_str(),
                format!("no [[case]] is of {platform} and all as it should be; write one, so that {platform} is not left out unseen"),
            );
        }
    }

    /// Wants a case whose facts are just too old, one whose facts are of too weak a grade, and one for each fact without it.
    fn reports(&mut self, expected: &Expected) {
        let stale = expected.stale_after;
        let just_stale = |seen: &Seen<'_>| {
            let age = seen.facts.iter().next().map(|fact| CASE_NOW.since(fact.at));
            age.is_some_and(|age| beyond(age, stale))
                && self.would_hold(&Case { age: None, ..seen.case.clone() })
        };
        if !self.seen.iter().any(just_stale) {
            let most = stale.millis().saturating_add(slack(stale));
            self.flaw(
                "stale_after",
                format!(
                    "no [[case]] is in order and just too old; write one with an age over {stale} and not over {}",
                    Span::from_millis(most)
                ),
            );
        }
        let weak = |seen: &Seen<'_>| {
            seen.case.grade.is_some_and(|grade| grade < expected.needs)
                && self.would_hold(&Case { grade: None, ..seen.case.clone() })
        };
        if expected.needs > Grade::Stated && !self.seen.iter().any(weak) {
            let message = "no [[case]] is in order but for the grade of its facts; write one with a weaker grade that wants not-known";
            self.flaw("needs", message.to_owned());
        }
        let tests = leaves(&expected.expect);
        let names: BTreeSet<&str> = tests.iter().filter_map(|leaf| fact_of(leaf)).collect();
        for name in names {
            let lacks = |seen: &&Seen<'_>| seen.facts.get(name).is_none();
            let shown = self.seen.iter().filter(lacks).any(|seen| {
                let forced: Vec<Truth> = tests
                    .iter()
                    .zip(&seen.truths)
                    .map(|(leaf, truth)| if fact_of(leaf) == Some(name) { Truth::Met } else { *truth })
                    .collect();
                joined(&expected.expect, &seen.truths) == Truth::NotKnown
                    && joined(&expected.expect, &forced) != Truth::NotKnown
            });
            if !shown {
                self.flaw(
                    name,
                    format!("no [[case]] is in order but for \"{name}\", which was never reported; write one that wants not-known"),
                );
            }
        }
    }

    /// Returns whether the condition would hold in a case.
    fn would_hold(&self, case: &Case) -> bool {
        let Place::Arm(index) = self.place else { return false };
        let Some((arm, seen)) = self.check.seen(case, self.lookup) else { return false };
        let Asks::Facts(expected) = &self.arm.asks else { return false };
        arm == index && joined(&expected.expect, &seen.truths) == Truth::Met
    }

    /// Wants a case that fails by a test alone, just beyond its bound, and one that holds by it, at its bound.
    fn test(&mut self, expected: &Expected, leaf: &Node, number: usize) {
        let Place::Arm(arm) = self.place else { return };
        let turns = |seen: &&Seen<'_>, was: Truth, instead: Truth| {
            let mut truths = seen.truths.clone();
            let Some(truth) = truths.get_mut(number).filter(|truth| **truth == was) else { return false };
            *truth = instead;
            joined(&expected.expect, &truths) != joined(&expected.expect, &seen.truths)
        };
        let edge = |seen: &&Seen<'_>| {
            seen.measured(arm, number).is_none_or(|(test, value)| at_the_edge(test, value))
        };
        let fails =
            self.seen.iter().filter(|seen| turns(seen, Truth::NotMet, Truth::Met)).any(|seen| edge(&seen));
        let holds =
            self.seen.iter().filter(|seen| turns(seen, Truth::Met, Truth::NotMet)).any(|seen| edge(&seen));
        // A platform that is never sent the profile still shows that it is asked for: without it, the case would come out as failing.
        let asked = matches!(leaf, Node::Profile(_))
            && self.seen.iter().any(|seen| turns(&seen, Truth::NotKnown, Truth::NotMet));
        let holds = holds || asked;
        let (name, beyond, at) = in_words(leaf);
        if !fails {
            self.flaw(
                &name,
                format!(
                    "no [[case]] shows that the test of \"{name}\" counts; write one that fails by it alone{beyond}, so that it cannot be \
                     taken out or loosened unseen"
                ),
            );
        }
        if !holds {
            self.flaw(
                &name,
                format!(
                    "no [[case]] holds by the test of \"{name}\"; write one in which all is in order{at}"
                ),
            );
        }
    }
}

/// Returns the tests of a condition, in order.
fn leaves(node: &Node) -> Vec<&Node> {
    match node {
        Node::All(parts) | Node::Any(parts) => parts.iter().flat_map(leaves).collect(),
        Node::Not(inner) => leaves(inner),
        Node::Fact { .. } | Node::Profile(_) => vec![node],
    }
}

fn fact_of(leaf: &Node) -> Option<&str> {
    match leaf {
        Node::Fact { name, .. } => Some(name.as_str()),
        Node::Profile(_) => Some(PROFILES),
        _ => None,
    }
}

/// Returns the truth of a condition from those of its tests, as [`View::truth`] does.
fn joined(node: &Node, truths: &[Truth]) -> Truth {
    fn next(node: &Node, truths: &mut std::slice::Iter<'_, Truth>) -> Truth {
        match node {
            Node::All(parts) | Node::Any(parts) => {
                let found: Vec<Truth> = parts.iter().map(|part| next(part, truths)).collect();
                let decides = if matches!(node, Node::All(_)) { Truth::NotMet } else { Truth::Met };
                if found.contains(&decides) {
                    decides
                } else if found.contains(&Truth::NotKnown) {
                    Truth::NotKnown
                } else {
                    decides.swapped()
                }
            }
            Node::Not(inner) => next(inner, truths).swapped(),
            Node::Fact { .. } | Node::Profile(_) => truths.next().copied().unwrap_or(Truth::NotKnown),
        }
    }
    next(node, &mut truths.iter())
}

/// Returns how far beyond a length of time still counts as just beyond it.
fn slack(span: Span) -> i64 {
    (span.millis() / 4).max(HOUR)
}

fn beyond(age: Span, span: Span) -> bool {
    age > span && age.millis().saturating_sub(span.millis()) <= slack(span)
}

/// Returns whether a value stands at a test's bound or just beyond it; true for tests without a bound.
fn at_the_edge(test: &Resolved, value: &FactValue) -> bool {
    match (test, value) {
        (Resolved::AtLeast(bound), FactValue::Count(is)) => is == bound || is.saturating_add(1) == *bound,
        (Resolved::AtMost(bound), FactValue::Count(is)) => is == bound || is.saturating_sub(1) == *bound,
        (Resolved::Within(span), FactValue::Count(is)) => {
            let age = CASE_NOW.since(domain::Timestamp::from_millis(*is));
            age <= *span || beyond(age, *span)
        }
        (Resolved::ContainsAll(all), FactValue::List(is)) => all.difference(is).count() <= 1,
        (Resolved::ContainsNone(none), FactValue::List(is)) => none.intersection(is).count() <= 1,
        (Resolved::Only(allowed), FactValue::List(is)) => is.difference(allowed).count() <= 1,
        _ => true,
    }
}

/// Returns what a test is about, where a case fails by it, and where one holds.
fn in_words(leaf: &Node) -> (String, String, String) {
    let Node::Fact { name, test, .. } = leaf else {
        let group = if let Node::Profile(group) = leaf { group.clone() } else { String::new() };
        return (group, String::new(), String::new());
    };
    let (beyond, at) = match test {
        Resolved::AtLeast(least) => (format!(" at {}", least.saturating_sub(1)), format!(" at {least}")),
        Resolved::AtMost(most) => (format!(" at {}", most.saturating_add(1)), format!(" at {most}")),
        Resolved::Within(span) => (format!(" a little over {span}"), format!(" within {span}")),
        Resolved::ContainsAll(_) => (" by one item that is not there".to_owned(), String::new()),
        Resolved::ContainsNone(_) | Resolved::Only(_) => (" by one item too many".to_owned(), String::new()),
        _ => (String::new(), String::new()),
    };
    (name.as_str().to_owned(), beyond, at)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Register, check};

    const ARM: &str = "asks = \"x\"\nparams = { most = { parameter = \"nine\" } }\n[[on]]\nplatforms = [\"ios\", \"macos\"]\n\
        needs = \"reported\"\nstale_after = { parameter = \"week\" }\nexpect = { all = [\n\
        { fact = { name = \"yes\", is = true } },\n{ fact = { name = \"count\", at_most = { param = \"most\" } } } ] }\n";

    fn case(platform: &str, facts: &str, more: &str, want: &str) -> String {
        format!(
            "[[case]]\nsays = \"x\"\nplatform = \"{platform}\"\nfacts = {{ {facts} }}\n{more}\nwant = \"{want}\"\n"
        )
    }

    /// Returns cases that show everything of the arm.
    fn cases() -> Vec<String> {
        let good = "yes = true, count = { param = \"most\" }";
        vec![
            case("ios", good, "", "met"),
            case("macos", good, "", "met"),
            case("ios", "yes = false, count = { param = \"most\" }", "", "not-met"),
            case("ios", "yes = true, count = { param = \"most\", plus = 1 }", "", "not-met"),
            case("ios", "yes = true", "", "not-known"),
            case("ios", "count = 1", "", "not-known"),
            case("ios", good, "age = { parameter = \"week\", plus = \"1d\" }", "not-known"),
            case("ios", good, "grade = \"acknowledged\"", "not-known"),
        ]
    }

    fn missing(cases: &[String]) -> Vec<String> {
        let check = check(&format!("{ARM}{}", cases.concat()));
        assert!(check.failing_cases(&Register).is_empty(), "{:?}", check.failing_cases(&Register));
        check.missing_cases(&Register).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_case_that_goes_is_missed_by_name() {
        assert_eq!(missing(&cases()), Vec::<String>::new());
        for (gone, words) in [
            (1, "no [[case]] is of macos"),
            (2, "shows that the test of \"yes\" counts"),
            (3, "fails by it alone at 10"),
            (4, "but for \"count\", which was never reported"),
            (5, "but for \"yes\", which was never reported"),
            (6, "in order and just too old; write one with an age over 1w and not over 210h"),
            (7, "but for the grade of its facts"),
        ] {
            let mut left = cases();
            left.remove(gone);
            let found = missing(&left);
            assert_eq!(found.len(), 1, "{gone}: {found:?}");
            assert!(found[0].contains(words) && found[0].starts_with("arm 1: "), "{words}: {found:?}");
        }
    }

    #[test]
    fn a_case_far_beyond_a_bound_does_not_show_it() {
        let mut far = cases();
        far[3] = case("ios", "yes = true, count = 100", "", "not-met");
        assert_eq!(missing(&far).len(), 1, "{:?}", missing(&far));
        let mut old = cases();
        old[6] = case("ios", "yes = true, count = 1", "age = \"365d\"", "not-known");
        assert_eq!(missing(&old).len(), 1, "{:?}", missing(&old));
        let mut inside = cases();
        for case in &mut inside {
            *case = case.replace("{ param = \"most\" }", "3");
        }
        let found = missing(&inside);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("no [[case]] holds by the test of \"count\"") && found[0].ends_with("at 9"),
            "{found:?}"
        );
    }

    #[test]
    fn a_way_out_and_an_arm_without_a_condition_need_cases_too() {
        let arms = "asks = \"x\"\n[[on]]\nplatforms = [\"ios\"]\nneeds = \"stated\"\nstale_after = \"52w\"\n\
            expect = { any = [{ fact = { name = \"yes\", is = true } }, { fact = { name = \"apps\", contains_none = [\"a\", \"b\"] } }] }\n\
            [[on]]\nplatforms = [\"macos\"]\nnot_applicable = \"x\"\n";
        let cases = [
            case("ios", "yes = true, apps = [\"a\"]", "", "on-record"),
            case("ios", "yes = false, apps = []", "", "on-record"),
            case("ios", "yes = false, apps = [\"a\", \"c\"]", "", "not-met"),
            case("ios", "yes = false", "", "not-known"),
            case("ios", "apps = [\"a\"]", "", "not-known"),
            case("ios", "yes = true", "age = \"53w\"", "not-known"),
            case("macos", "", "", "not-applicable"),
        ];
        let missing = |cases: &[String]| {
            let check = check(&format!("{arms}{}", cases.concat()));
            check.missing_cases(&Register).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(missing(&cases), Vec::<String>::new());
        assert_eq!(
            missing(&cases[..6]),
            ["arm 2: no [[case]] is of macos; write one, so that its answer stands"]
        );
        let both = [
            case("ios", "yes = false, apps = [\"a\", \"b\"]", "", "not-met"),
            cases[..2].concat(),
            cases[3].clone(),
            cases[4].replace("[\"a\"]", "[\"a\", \"b\"]"),
            cases[5..].concat(),
        ];
        assert!(
            missing(&both).iter().any(|one| one.contains("by one item too many")),
            "{:?}",
            missing(&both)
        );
    }
}
