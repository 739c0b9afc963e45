//! The policy folder of this repository loads without a problem.

use std::path::Path;

use policy::{Library, Overrides};

#[test]
fn the_shipped_policy_has_no_problems() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    if let Err(problems) = Library::load(&dir, &Overrides::new()) {
        panic!("policy/ has problems:\n{problems}");
    }
}
