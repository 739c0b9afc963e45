//! That nothing gets past the one place where acts are counted.

use std::path::Path;

/// What changes a holder, takes a device out of use or adds a command, and the files that may call it: each counts first, or says
/// here why there is nothing to count.
const CALLS: [(&str, &[&str]); 3] = [
    // `change_holder` is called behind `held_beyond_cap`; a hand-over is counted at its second signature.
    ("devices::set_holder(", &["custody/complete.rs", "register.rs"]),
    // A file enters devices that were out of use before they stood in the register: nobody loses them.
    ("devices::retire(", &["custody/complete.rs", "register/import.rs", "register/particulars.rs"]),
    ("commands::add(", &["commands/queue.rs"]),
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>, root: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found, root);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn whatever_strips_or_commands_passes_the_one_place_that_counts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    sources(&root, &mut all, &root);
    for (call, allowed) in CALLS {
        let mut found: Vec<&str> =
            all.iter().filter(|(_, text)| text.contains(call)).map(|(name, _)| name.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, allowed, "{call}: count it with caps::admit, then list it here");
    }
    let counted: Vec<&str> =
        all.iter().filter(|(_, text)| text.contains("caps::admit(")).map(|(name, _)| name.as_str()).collect();
    assert_eq!(counted.len(), 3, "ARCHITECTURE names the callers: {counted:?}");
}
