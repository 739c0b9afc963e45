//! What must hold of every check and every set of facts: absence never reads as good.

use std::collections::BTreeMap;

use domain::{Fact, FactName, FactValue, Facts, Grade, Outcome, Platform, Span, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::testing::{NOW, Register, list};
use crate::{
    Arm, BoundCheck, Check, FactTest, Given, Predicate, ProfileTest, SubjectState, Test, Value, evaluate,
};

fn test_of_a_fact() -> impl Strategy<Value = Predicate> {
    let given = |value: Value| Given::Value(value);
    let texts = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
    let tests = vec![
        ("yes", Test::Is(given(Value::Bool(true)))),
        ("yes", Test::Is(given(Value::Bool(false)))),
        ("count", Test::AtLeast(given(Value::Count(5)))),
        ("count", Test::AtMost(given(Value::Count(5)))),
        ("seen", Test::Within(given(Value::Text("1d".into())))),
        ("apps", Test::ContainsAll(given(texts(&["a"])))),
        ("apps", Test::ContainsNone(given(texts(&["a"])))),
        ("apps", Test::Only(given(texts(&["a", "b"])))),
        ("word", Test::OneOf(given(texts(&["full"])))),
    ];
    let facts = proptest::sample::select(tests)
        .prop_map(|(name, test)| Predicate::Fact(FactTest { name: name.to_owned(), test }));
    prop_oneof![
        9 => facts,
        1 => Just(Predicate::Profile(ProfileTest { group: "g".into() })),
    ]
}

fn predicate() -> impl Strategy<Value = Predicate> {
    test_of_a_fact().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(Predicate::All),
            vec(inner.clone(), 1..4).prop_map(Predicate::Any),
            inner.prop_map(|inner| Predicate::Not(Box::new(inner))),
        ]
    })
}

fn bound(expect: Predicate) -> BoundCheck {
    let arm = Arm {
        platforms: vec![Platform::Ios],
        supervised: None,
        needs: Some(Grade::Reported),
        stale_after: Some(Given::Value(Value::Text("7d".into()))),
        expect: Some(expect),
        not_applicable: None,
        never_met: None,
    };
    let check = Check { asks: "x".into(), params: BTreeMap::new(), on: vec![arm], cases: Vec::new() };
    check.bind(&BTreeMap::new(), &Register).unwrap()
}

fn some_facts() -> impl Strategy<Value = Facts> {
    let value = |name: &'static str| {
        let values = match name {
            "yes" => vec![FactValue::Bool(true), FactValue::Bool(false)],
            "count" => vec![FactValue::Count(4), FactValue::Count(5), FactValue::Count(6)],
            "seen" => vec![FactValue::Count(NOW.millis()), FactValue::Count(0)],
            "word" => {
                vec![FactValue::Text("full".into()), FactValue::Text("off".into()), FactValue::Bool(true)]
            }
            "profiles.installed" => vec![list(&["x.g=U"]), list(&["x.g=V"]), list(&[])],
            _ => vec![list(&[]), list(&["a"]), list(&["a", "c"])],
        };
        let days = 0..10_i64;
        let grade = proptest::sample::select(Grade::ALL);
        (proptest::sample::select(values), days, grade).prop_map(move |(value, days, grade)| Fact {
            name: FactName::new(name),
            value,
            grade,
            at: NOW.minus(Span::from_secs(days * 86_400)),
            source: "test".into(),
        })
    };
    let each = ["yes", "count", "seen", "word", "apps", "profiles.installed"]
        .map(|name| proptest::option::of(value(name)));
    each.prop_map(|facts| facts.into_iter().flatten().collect())
}

fn judge(check: &BoundCheck, facts: &Facts, now: Timestamp) -> Outcome {
    let expected_profiles = BTreeMap::from([("g".to_owned(), "U".to_owned())]);
    let subject =
        SubjectState { platform: Platform::Ios, supervised: None, expected_profiles: &expected_profiles };
    evaluate(check, &subject, facts, now).outcome
}

proptest! {
    #[test]
    fn losing_a_fact_settles_nothing(expect in predicate(), facts in some_facts(), lost in 0..6_usize) {
        let check = bound(expect);
        let before = judge(&check, &facts, NOW);
        let fewer: Facts = facts.iter().enumerate().filter(|(i, _)| *i != lost).map(|(_, f)| f.clone()).collect();
        let after = judge(&check, &fewer, NOW);
        prop_assert!(after.word() == before.word() || after.word() == "not-known", "{before:?} became {after:?}");
    }

    #[test]
    fn nothing_is_met_on_facts_past_their_time(expect in predicate(), facts in some_facts()) {
        let check = bound(expect);
        let later = NOW.plus(Span::from_secs(8 * 86_400));
        prop_assert_eq!(judge(&check, &facts, later).word(), "not-known");
    }

    #[test]
    fn a_better_grade_never_unsettles(expect in predicate(), facts in some_facts()) {
        let check = bound(expect);
        let before = judge(&check, &facts, NOW);
        let better: Facts = facts.iter().cloned().map(|mut f| { f.grade = Grade::Attested; f }).collect();
        let after = judge(&check, &better, NOW);
        prop_assert!(after.word() == before.word() || before.word() == "not-known", "{before:?} became {after:?}");
    }

    #[test]
    fn only_met_is_without_a_reason(expect in predicate(), facts in some_facts()) {
        let outcome = judge(&bound(expect), &facts, NOW);
        prop_assert_eq!(outcome.reason().is_empty(), outcome == Outcome::Met);
        let words = ["met", "not-met", "not-known"];
        prop_assert!(words.contains(&outcome.word()), "a device's report is no agreement and no record");
        prop_assert!(outcome != Outcome::NotKnown(domain::WhyNotKnown::NoWayToTell), "there is an arm");
    }
}
