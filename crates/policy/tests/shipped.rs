//! The policy folder of this repository loads without a problem.

use std::path::Path;

use policy::{Library, Overrides, ParameterValue, ValueType};

#[test]
fn a_force_may_choose_every_value_between_the_bounds_and_none_beyond() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    let shipped = Library::load(&dir, &Overrides::new()).unwrap();
    let bounds: Vec<_> = shipped
        .parameters()
        .iter()
        .filter_map(|(name, one)| Some((name, one.range.at_least.as_ref()?, one.range.at_most.as_ref()?)))
        .collect();
    assert!(bounds.len() > 40, "only {} values have bounds", bounds.len());
    for most in [false, true] {
        let with = |moved: i64| -> Overrides {
            let bound =
                |least, greatest| if most { written(greatest, moved) } else { written(least, -moved) };
            bounds.iter().map(|(name, least, greatest)| ((*name).clone(), bound(least, greatest))).collect()
        };
        let chosen = Library::load(&dir, &with(0)).unwrap_or_else(|why| panic!("{why}"));
        for (name, least, greatest) in &bounds {
            assert_eq!(chosen.parameters()[*name].value, **if most { greatest } else { least });
        }
        let refused = Library::load(&dir, &with(1)).unwrap_err();
        // A length of time that is less than none cannot be written at all.
        let found = refused.iter().filter(|one| {
            one.message.contains("choose a value in between")
                || one.message.contains("\"-1s\" is not a length")
        });
        assert_eq!(found.count(), bounds.len(), "{refused}");
    }
}

/// Returns a value as a force's settings file has it, moved by some units of it.
fn written(value: &ParameterValue, moved: i64) -> toml::Value {
    match value {
        ParameterValue::Span(span) => format!("{}s", span.millis() / 1000 + moved).into(),
        other => other.to_string().parse::<i64>().map_or(0, |count| count + moved).into(),
    }
}

#[test]
fn a_force_may_choose_other_lists() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    let shipped = Library::load(&dir, &Overrides::new()).unwrap();
    let lists = shipped.parameters().iter().filter(|(_, one)| one.default.value_type() == ValueType::List);
    let mut tried = 0;
    for (name, _) in lists.filter(|(name, _)| *name != "bank-holidays") {
        tried += 1;
        let own = |value: toml::Value| Library::load(&dir, &Overrides::from([(name.clone(), value)]));
        own(vec!["uk.police.norfolk.own"].into()).unwrap_or_else(|why| panic!("{name}:\n{why}"));
        assert!(own(toml::Value::Array(Vec::new())).unwrap_err().to_string().contains("the value is empty"));
        let place = own(vec!["own.police.example"].into()).unwrap_err().to_string();
        assert!(place.contains("only holds the place"), "{name}: {place}");
    }
    assert!(tried >= 5, "only {tried} lists were tried");
}

#[test]
fn what_a_force_still_has_to_choose_is_named() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    let shipped = Library::load(&dir, &Overrides::new()).unwrap();
    let found: Vec<&str> = shipped.placeholders().collect();
    assert_eq!(found, ["allowed-networks", "links-address", "mail-domains", "web-proxy-address"]);
    let own =
        Overrides::from([("web-proxy-address".to_owned(), "https://proxy.norfolk.police.uk/own.pac".into())]);
    assert_eq!(Library::load(&dir, &own).unwrap().placeholders().count(), 3);
}

#[test]
fn the_small_policies_of_other_tests_have_no_problems() {
    for folder in ["../../tests/policies/uferstadt", "../../fuzz/data/policy"] {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        if let Err(problems) = Library::load(&dir, &Overrides::new()) {
            panic!("{folder} has problems:\n{problems}");
        }
    }
}

#[test]
fn the_shipped_policy_has_no_problems() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    if let Err(problems) = Library::load(&dir, &Overrides::new()) {
        panic!("policy/ has problems:\n{problems}");
    }
}
