//! Checks out of TOML, bound to the shipped register and put to devices.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use compliance::{BoundCheck, Check, SubjectState, evaluate};
use domain::{Fact, FactName, FactValue, Facts, Grade, Outcome, Platform, Timestamp};
use policy::{Library, Overrides};

use super::text;
use crate::cast::NOW;
use crate::sample;

/// Pieces of the format.
pub const WORDS: &[&str] = &[
    "all",
    "any",
    "not",
    "fact",
    "profile",
    "is",
    "at_least",
    "at_most",
    "within",
    "contains_all",
    "contains_none",
    "only",
    "one_of",
    "{ param = \"x\" }",
    "{ parameter = \"report-stale-after\" }",
    "not_applicable = \"x\"\n",
    "[]",
    "[[on]]\n",
    "[[case]]\n",
    "want = \"met\"\n",
    "\"0s\"",
    "\"99999999999w\"",
    "-9223372036854775808",
    "supervised = true\n",
    "stated",
    "attested",
    "\"ios\"",
    "\"windows\"",
    "age = \"0s\"\n",
    "\"passcode.present\"",
    "true",
    "false",
];

static SHIPPED: LazyLock<Library> = LazyLock::new(|| {
    Library::load(&sample::root().join("policy"), &Overrides::new()).expect("the shipped policy loads")
});

/// Reads a check, binds it, and judges devices that said nothing, everything, or everything long ago.
pub fn check(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let Ok(check) = toml::from_str::<Check>(text) else { return false };
    let written = serde_json::to_string(&check).expect("a check can be written");
    let again: Check = serde_json::from_str(&written).expect("what is written reads back");
    assert_eq!(again, check, "what is read back is what was written");

    let Ok(bound) = check.bind(&BTreeMap::new(), SHIPPED.lookup()) else { return false };
    let _: Vec<_> = check.failing_cases(SHIPPED.lookup());
    for platform in [Platform::Ios, Platform::Ipados, Platform::Macos, Platform::Android, Platform::Windows] {
        for supervised in [None, Some(false), Some(true)] {
            judge(&bound, platform, supervised);
        }
    }
    true
}

fn judge(check: &BoundCheck, platform: Platform, supervised: Option<bool>) {
    let profiles = BTreeMap::from([("mdu-6".to_owned(), "11111111-2222-4333-8444-555555555555".to_owned())]);
    let none = BTreeMap::new();
    for expected_profiles in [&none, &profiles] {
        let subject = SubjectState { platform, supervised, expected_profiles };
        let silent = evaluate(check, &subject, &Facts::default(), NOW).outcome;
        assert_ne!(silent, Outcome::Met, "silence was taken for compliance");
        let covered = check.platforms().any(|one| one == platform);
        assert!(covered || matches!(silent, Outcome::NotKnown(_)), "a platform without an arm is not known");
        for value in [true, false] {
            let facts = all_facts(check, value, NOW);
            let judgement = evaluate(check, &subject, &facts, NOW);
            assert_eq!(judgement, evaluate(check, &subject, &facts, NOW), "judged twice, with two outcomes");
            // Facts from before the first moment of time are older than any span.
            let ancient = all_facts(check, value, Timestamp::from_millis(i64::MIN));
            let outcome = evaluate(check, &subject, &ancient, Timestamp::from_millis(i64::MAX)).outcome;
            assert_ne!(outcome, Outcome::Met, "what was so at the beginning of time is taken to be so now");
        }
    }
}

/// Returns a value for every fact that the check reads, of the register's type.
fn all_facts(check: &BoundCheck, yes: bool, at: Timestamp) -> Facts {
    let fact = |name: &FactName| {
        let value = match SHIPPED.lookup().fact(name.as_str())? {
            compliance::FactType::Bool => FactValue::Bool(yes),
            compliance::FactType::Count => FactValue::Count(if yes { i64::MAX } else { i64::MIN }),
            compliance::FactType::Text => FactValue::Text("x".to_owned()),
            _ => FactValue::List(if yes { BTreeSet::from(["x".to_owned()]) } else { BTreeSet::new() }),
        };
        Some(Fact { name: name.clone(), value, grade: Grade::Attested, at, source: "fuzz".to_owned() })
    };
    check.facts().into_iter().filter_map(fact).collect()
}

/// Returns the shipped checks.
///
/// # Panics
/// When they are missing.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let files = sample::files("policy/checks").into_iter();
    files.filter(|(name, _)| name.ends_with(".toml")).map(|(_, bytes)| bytes).collect()
}
