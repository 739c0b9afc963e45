//! The text files that belong to the repository: what git tracks, and what it would track.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

/// A text file.
pub(crate) struct File {
    /// Where it is, relative to the root, with forward slashes.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Returns whether it holds tests only: no shipped code, so no budget for its functions.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/")
            || self.path.contains("/examples/")
            || self.path.contains("/benches/")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("_tests.rs")
    }
}

/// Returns every text file of the repository; what is not UTF-8 is left out.
///
/// # Errors
/// When git cannot list them.
pub(crate) fn texts(root: &Path) -> anyhow::Result<Vec<File>> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root)
        .output()
        .context("git cannot be run; tidy asks it which files belong to the repository")?;
    anyhow::ensure!(
        listed.status.success(),
        "git ls-files failed: {}",
        String::from_utf8_lossy(&listed.stderr)
    );
    let names = String::from_utf8(listed.stdout).context("a file's name is not UTF-8")?;
    let mut files: Vec<File> = names
        .split('\0')
        .filter(|name| !name.is_empty())
        // A file that was deleted but not yet committed is listed and not there.
        .filter_map(|name| {
            Some(File { path: name.to_owned(), text: std::fs::read_to_string(root.join(name)).ok()? })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}
