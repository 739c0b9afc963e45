//! The policy folder of this repository loads without a problem.

use std::path::Path;

use policy::{Library, Overrides, ValueType};

#[test]
fn a_force_may_choose_other_values_for_every_parameter() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    let shipped = Library::load(&dir, &Overrides::new()).unwrap();
    let mut tried = 0;
    for (name, parameter) in shipped.parameters() {
        let others: Vec<toml::Value> = match parameter.default.value_type() {
            ValueType::Count => vec![1.into(), 50.into()],
            ValueType::Span => vec!["1h".into(), "90d".into()],
            _ => continue,
        };
        for value in others {
            tried += 1;
            let overrides = Overrides::from([(name.clone(), value.clone())]);
            let chosen =
                Library::load(&dir, &overrides).unwrap_or_else(|why| panic!("{name} = {value}:\n{why}"));
            assert_eq!(chosen.parameters()[name].value.to_string(), value.to_string().replace('"', ""));
        }
    }
    assert!(tried > 10, "only {tried} values were tried");
}

#[test]
fn the_shipped_policy_has_no_problems() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    if let Err(problems) = Library::load(&dir, &Overrides::new()) {
        panic!("policy/ has problems:\n{problems}");
    }
}
