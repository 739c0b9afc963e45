//! Tests of binding, judging and cases together.

use std::collections::BTreeMap;

use domain::{FactValue, Facts, Grade, Outcome, Platform, Span, WhyNotKnown};

use crate::testing::{NOW, Register, bound, check, fact, facts, flaws, list, one_arm};
use crate::{BoundCheck, Given, Place, SubjectState, Value, evaluate};

fn no_profiles() -> &'static BTreeMap<String, String> {
    static NONE: BTreeMap<String, String> = BTreeMap::new();
    &NONE
}

fn judge(check: &BoundCheck, of: &Facts) -> Outcome {
    let subject =
        SubjectState { platform: Platform::Ios, supervised: Some(true), expected_profiles: no_profiles() };
    evaluate(check, &subject, of, NOW).outcome
}

fn messages(check: &crate::Check) -> Vec<String> {
    flaws(check).iter().map(ToString::to_string).collect()
}

#[test]
fn each_test_reads_its_own_type() {
    let cases: &[(&str, FactValue, &str)] = &[
        ("{ name = \"yes\", is = true }", FactValue::Bool(true), "met"),
        ("{ name = \"yes\", is = true }", FactValue::Bool(false), "not-met"),
        ("{ name = \"yes\", is = true }", FactValue::Text("true".into()), "not-known"),
        ("{ name = \"word\", is = \"full\" }", FactValue::Text("full".into()), "met"),
        ("{ name = \"count\", at_least = 9 }", FactValue::Count(9), "met"),
        ("{ name = \"count\", at_least = 9 }", FactValue::Count(8), "not-met"),
        ("{ name = \"count\", at_most = 5 }", FactValue::Count(5), "met"),
        ("{ name = \"count\", at_most = 5 }", FactValue::Count(6), "not-met"),
        ("{ name = \"seen\", within = \"1d\" }", FactValue::Count(NOW.millis() - 86_400_000), "met"),
        ("{ name = \"seen\", within = \"1d\" }", FactValue::Count(NOW.millis() - 86_400_001), "not-met"),
        ("{ name = \"apps\", contains_all = [\"a\", \"b\"] }", list(&["a", "b", "c"]), "met"),
        ("{ name = \"apps\", contains_all = [\"a\", \"b\"] }", list(&["a"]), "not-met"),
        ("{ name = \"apps\", contains_none = [\"a\"] }", list(&["b"]), "met"),
        ("{ name = \"apps\", contains_none = [\"a\"] }", list(&["a", "b"]), "not-met"),
        ("{ name = \"apps\", only = [\"a\"] }", list(&[]), "met"),
        ("{ name = \"apps\", only = [\"a\"] }", list(&["a", "b"]), "not-met"),
        ("{ name = \"word\", one_of = [\"full\", \"medium\"] }", FactValue::Text("off".into()), "not-met"),
        ("{ name = \"word\", one_of = [\"full\", \"medium\"] }", FactValue::Text("medium".into()), "met"),
    ];
    for (test, value, want) in cases {
        let name = test.split('"').nth(1).unwrap();
        let outcome = judge(&bound(&format!("{{ fact = {test} }}")), &facts([fact(name, value.clone())]));
        assert_eq!(outcome.word(), *want, "{test} of {value}: {}", outcome.reason());
    }
}

#[test]
fn a_fact_that_says_nothing_is_not_known_for_its_own_reason() {
    let check = bound("{ fact = { name = \"yes\", is = true } }");
    let good = fact("yes", FactValue::Bool(true));
    assert_eq!(judge(&check, &facts([])), not_known(WhyNotKnown::NeverReported { what: "The yes".into() }));
    let mut weak = good.clone();
    weak.grade = Grade::Stated;
    let why = WhyNotKnown::GradeTooLow { what: "The yes".into(), needs: Grade::Reported, has: Grade::Stated };
    assert_eq!(judge(&check, &facts([weak])), not_known(why));
    let mut old = good;
    old.at = NOW.minus(Span::from_secs(7 * 86_400));
    assert_eq!(judge(&check, &facts([old.clone()])), Outcome::Met, "to the millisecond");
    old.at = old.at.minus(Span::from_millis(1));
    let why = WhyNotKnown::Stale { what: "The yes".into(), last: old.at };
    assert_eq!(judge(&check, &facts([old])), not_known(why));
    let misread = fact("yes", FactValue::Count(1));
    assert_eq!(
        judge(&check, &facts([misread])),
        not_known(WhyNotKnown::Unreadable { what: "The yes".into() })
    );
}

const fn not_known(why: WhyNotKnown) -> Outcome {
    Outcome::NotKnown(why)
}

/// Returns facts that are met, not met and not known, by the value of one fact or its absence.
fn three(name: &str) -> [Facts; 3] {
    [facts([fact(name, FactValue::Bool(true))]), facts([fact(name, FactValue::Bool(false))]), facts([])]
}

#[test]
fn outcomes_join_as_the_format_says() {
    let words = ["met", "not-met", "not-known"];
    let all = bound(
        "{ all = [{ fact = { name = \"yes\", is = true } }, { fact = { name = \"also\", is = true } }] }",
    );
    let any = bound(
        "{ any = [{ fact = { name = \"yes\", is = true } }, { fact = { name = \"also\", is = true } }] }",
    );
    let not = bound("{ not = { fact = { name = \"yes\", is = true } } }");
    let worst = |a: usize, b: usize| {
        [0, 2, 1].iter().position(|w| *w == a).max([0, 2, 1].iter().position(|w| *w == b))
    };
    let best = |a: usize, b: usize| {
        [1, 2, 0].iter().position(|w| *w == a).max([1, 2, 0].iter().position(|w| *w == b))
    };
    for (a, left) in three("yes").iter().enumerate() {
        for (b, right) in three("also").iter().enumerate() {
            let both: Facts = left.iter().chain(right.iter()).cloned().collect();
            assert_eq!(judge(&all, &both).word(), words[[0, 2, 1][worst(a, b).unwrap()]]);
            assert_eq!(judge(&any, &both).word(), words[[1, 2, 0][best(a, b).unwrap()]]);
        }
        assert_eq!(judge(&not, left).word(), ["not-met", "met", "not-known"][a]);
    }
}

#[test]
fn reasons_say_what_was_found_and_what_is_asked() {
    let check = bound(
        "{ all = [{ fact = { name = \"count\", at_least = 9 } }, { any = [{ fact = { name = \"apps\", contains_none = [\"x\", \"y\"] } }, \
         { not = { fact = { name = \"word\", is = \"off\" } } }] }] }",
    );
    let outcome = judge(
        &check,
        &facts([
            fact("count", FactValue::Count(4)),
            fact("apps", list(&["a", "x"])),
            fact("word", FactValue::Text("off".into())),
        ]),
    );
    assert_eq!(
        outcome.reason(),
        "The count: 4, must be at least 9; The apps: with x, must be without x, y; \
         and it must not be so: The word: off"
    );
}

#[test]
fn the_first_arm_that_fits_is_used_and_none_is_not_known() {
    let text = "asks = \"x\"\n[[on]]\nplatforms = [\"ios\"]\nsupervised = true\nneeds = \"reported\"\nstale_after = \"7d\"\n\
         expect = { fact = { name = \"yes\", is = true } }\n[[on]]\nplatforms = [\"ios\", \"macos\"]\nnot_applicable = \"because\"\n";
    let check = check(text).bind(&BTreeMap::new(), &Register).unwrap();
    let with = |platform, supervised| {
        let subject = SubjectState { platform, supervised, expected_profiles: no_profiles() };
        evaluate(&check, &subject, &three("yes")[0], NOW)
    };
    assert_eq!(with(Platform::Ios, Some(true)).outcome, Outcome::Met);
    assert_eq!(with(Platform::Ios, Some(true)).used.iter().map(|n| n.as_str()).collect::<Vec<_>>(), ["yes"]);
    assert_eq!(with(Platform::Ios, Some(false)).outcome.word(), "not-applicable");
    assert_eq!(with(Platform::Macos, None).arm, Some(1));
    assert_eq!(with(Platform::Windows, Some(true)).outcome, not_known(WhyNotKnown::NoWayToTell));
    let unknown = with(Platform::Ios, None);
    assert_eq!(
        unknown.outcome.word(),
        "not-known",
        "an unsupervised device must not escape by saying nothing"
    );
    assert_eq!(unknown.arm, None);
}

#[test]
fn a_profile_counts_only_as_it_was_compiled() {
    let check = bound("{ profile = { group = \"mdu-6\" } }");
    let expected: BTreeMap<String, String> = [("mdu-6".to_owned(), "AB-12".to_owned())].into();
    let with = |installed: &[&str], expected: &BTreeMap<String, String>| {
        let subject = SubjectState { platform: Platform::Ios, supervised: None, expected_profiles: expected };
        evaluate(&check, &subject, &facts([fact("profiles.installed", list(installed))]), NOW).outcome
    };
    assert_eq!(with(&["uk.force.mdu-6=ab-12", "other=1"], &expected), Outcome::Met);
    assert_eq!(with(&["mdu-6=AB-12"], &expected), Outcome::Met);
    assert!(with(&["uk.force.mdu-6=AB-13"], &expected).reason().contains("not in the version"));
    assert!(with(&["uk.force.upd-mdu-6=AB-12"], &expected).reason().contains("not installed"));
    assert!(with(&["uk.force.mdu-8=AB-12"], &expected).reason().contains("not installed"));
    assert_eq!(with(&["uk.force.mdu-6=AB-12"], &BTreeMap::new()).word(), "not-known");
}

#[test]
fn every_flaw_is_named() {
    let cases = [
        ("{ all = [] }", "all is empty"),
        ("{ any = [] }", "any is empty"),
        ("{ not = { any = [] } }", "any is empty"),
        ("{ fact = { name = \"nobody\", is = true } }", "no fact \"nobody\""),
        ("{ fact = { name = \"count\", is = \"nine\" } }", "the test wants text"),
        ("{ fact = { name = \"yes\", at_least = 3 } }", "the test wants a whole number"),
        ("{ fact = { name = \"count\", at_least = \"three\" } }", "three is text"),
        ("{ fact = { name = \"networks\", contains_all = [\"a\"] } }", "a list of networks"),
        ("{ fact = { name = \"seen\", within = \"yesterday\" } }", "a length of time"),
        ("{ fact = { name = \"count\", at_least = { param = \"n\" } } }", "no param \"n\""),
        ("{ fact = { name = \"count\", at_least = { parameter = \"n\" } } }", "no force parameter \"n\""),
        ("{ fact = { name = \"apps\", contains_none = [] } }", "the list is empty"),
    ];
    for (expect, want) in cases {
        let found = messages(&one_arm("", expect));
        assert!(found.len() == 1 && found[0].contains(want), "{expect}: {found:?}");
    }
    let two = messages(&one_arm("", "{ all = [{ any = [] }, { fact = { name = \"nobody\", is = true } }] }"));
    assert_eq!(two.len(), 2, "one flaw does not hide the next: {two:?}");
}

#[test]
fn arms_that_cannot_be_used_are_flaws() {
    let arms = |arms: &str| messages(&check(&format!("asks = \"x\"\n{arms}")));
    let not = "not_applicable = \"because\"\n";
    let arm = |head: &str| format!("[[on]]\n{head}\n{not}");
    assert_eq!(arms("").len(), 1, "no arm at all");
    assert!(arms(&arm("platforms = []"))[0].contains("platforms is empty"));
    assert!(arms(&arm("platforms = [\"ios\", \"ios\"]"))[0].contains("named twice"));
    let ios = arm("platforms = [\"ios\"]");
    let yes = arm("platforms = [\"ios\"]\nsupervised = true");
    let no = arm("platforms = [\"ios\"]\nsupervised = false");
    assert!(arms(&format!("{ios}{yes}"))[0].contains("arm 2: an earlier arm"));
    assert!(arms(&format!("{yes}{no}{ios}"))[0].contains("arm 3: an earlier arm"));
    assert!(arms(&format!("{yes}{no}")).is_empty());
    assert!(arms(&format!("{yes}{ios}")).is_empty());
    assert!(arms("[[on]]\nplatforms = [\"ios\"]\nneeds = \"reported\"\n")[0].contains("not a mixture"));
    assert!(
        arms(&format!("[[on]]\nplatforms = [\"ios\"]\nneeds = \"reported\"\n{not}"))[0].contains("mixture")
    );
}

#[test]
fn params_are_typed_by_their_default() {
    let check = one_arm(
        "n = 3, d = \"7d\", p = { parameter = \"nine\" }",
        "{ all = [\
         { fact = { name = \"count\", at_least = { param = \"n\" } } }, { fact = { name = \"seen\", within = { param = \"d\" } } }, \
         { fact = { name = \"count\", at_most = { param = \"p\" } } }] }",
    );
    let set = |name: &str, value: Value| BTreeMap::from([(name.to_owned(), Given::Value(value))]);
    assert!(check.bind(&set("n", Value::Count(4)), &Register).is_ok());
    assert!(check.bind(&set("d", Value::Text("3d".into())), &Register).is_ok());
    let refused = |name: &str, value: Value| {
        let flaws = check.bind(&set(name, value), &Register).unwrap_err();
        assert_eq!(flaws[0].place, Place::Set);
        flaws[0].message.clone()
    };
    assert!(refused("n", Value::Text("four".into())).contains("\"n\" is a whole number"));
    assert!(refused("d", Value::Count(3)).contains("a length of time"));
    assert!(refused("p", Value::Bool(true)).contains("a whole number"));
    assert!(refused("q", Value::Bool(true)).contains("no param \"q\"; it has: d, n, p"));
    let bound = check.bind(&set("n", Value::Count(4)), &Register).unwrap();
    let outcome = judge(
        &bound,
        &facts([fact("count", FactValue::Count(3)), fact("seen", FactValue::Count(NOW.millis()))]),
    );
    assert!(outcome.reason().contains("at least 4"), "{outcome:?}");
}

#[test]
fn cases_are_run_and_three_are_asked_for() {
    let with = |cases: &str| {
        let text = format!(
            "asks = \"x\"\n[[on]]\nplatforms = [\"ios\"]\nneeds = \"attested\"\nstale_after = \"7d\"\n\
             expect = {{ all = [{{ fact = {{ name = \"yes\", is = true }} }}, {{ fact = {{ name = \"seen\", within = \"1d\" }} }}] }}\n{cases}"
        );
        check(&text).failing_cases(&Register).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let case = |more: &str, want: &str| {
        format!(
            "[[case]]\nsays = \"it\"\nplatform = \"ios\"\nfacts = {{ yes = true, seen = {{ ago = \"1d\" }} }}\n{more}\nwant = \"{want}\"\n"
        )
    };
    let good =
        [case("", "met"), case("age = \"8d\"", "not-known"), case("grade = \"reported\"", "not-known")]
            .concat();
    let bad = "[[case]]\nsays = \"off\"\nplatform = \"ios\"\nfacts = { yes = false }\nwant = \"not-met\"\n";
    assert_eq!(with(&format!("{good}{bad}")), Vec::<String>::new());
    assert_eq!(with(&good).len(), 1, "a check that never fails anyone is refused");
    assert_eq!(with("").len(), 3);
    let wrong = with(&format!("{good}{bad}{}", case("", "not-met")));
    assert_eq!(wrong, ["case 5: \"it\" wants not-met, but is met"]);
    let stranger = "[[case]]\nsays = \"x\"\nplatform = \"ios\"\nfacts = { nobody = true }\nwant = \"met\"\n";
    assert!(with(&format!("{good}{bad}{stranger}"))[0].contains("no fact \"nobody\""));
    let mistyped = "[[case]]\nsays = \"x\"\nplatform = \"ios\"\nfacts = { yes = 1 }\nwant = \"met\"\n";
    assert!(with(&format!("{good}{bad}{mistyped}"))[0].contains("true or false"));
}

#[test]
fn a_check_names_what_it_leans_on() {
    let check = one_arm(
        "p = { parameter = \"nine\" }",
        "{ not = { fact = { name = \"seen\", within = { parameter = \"week\" } } } }",
    );
    assert_eq!(check.parameters().into_iter().collect::<Vec<_>>(), ["nine", "week"]);
    let bound =
        bound("{ all = [{ profile = { group = \"g\" } }, { fact = { name = \"yes\", is = true } }] }");
    assert_eq!(bound.groups().into_iter().collect::<Vec<_>>(), ["g"]);
    assert_eq!(
        bound.facts().into_iter().map(|n| n.as_str()).collect::<Vec<_>>(),
        ["profiles.installed", "yes"]
    );
}

#[test]
fn nesting_is_bounded() {
    let deep =
        format!("{}{{ fact = {{ name = \"yes\", is = true }} }}{}", "{ not = ".repeat(20), " }".repeat(20));
    assert!(messages(&one_arm("", &deep))[0].contains("nested more than"));
}
