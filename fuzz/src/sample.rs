//! Sample files: those of other crates' tests, the shipped policy, and the few under `data/` that cannot be made alike
//! twice.

use std::path::{Path, PathBuf};

/// Returns the repository's root.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns a file of `fuzz/data`.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn data(name: &str) -> Vec<u8> {
    let path = root().join("fuzz/data").join(name);
    std::fs::read(&path)
        .expect("a file of fuzz/data is missing; `cargo run -p fuzz -- remake` makes them anew")
}

/// Returns every file of a folder of the repository, those of inner folders included, by path inside it and in order of path.
///
/// # Panics
/// When the folder cannot be read or is empty: then nothing would be tested.
#[must_use]
pub fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let top = root().join(folder);
    let mut found = Vec::new();
    let mut folders = vec![top.clone()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(&inner).expect("a folder of samples cannot be read") {
            let path = entry.expect("a folder of samples cannot be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name =
                    path.strip_prefix(&top).expect("a file stands in its folder").display().to_string();
                found.push((name, std::fs::read(&path).expect("a sample cannot be read")));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "there are no samples in {folder}");
    found
}

/// Returns the messages that devices send, as the Apple decoders' tests have them.
#[must_use]
pub fn apple_messages() -> Vec<Vec<u8>> {
    let ends = [".plist", ".bplist"];
    let all = files("crates/protocol-apple/tests/data").into_iter();
    all.filter(|(name, _)| ends.iter().any(|end| name.ends_with(end))).map(|(_, bytes)| bytes).collect()
}
