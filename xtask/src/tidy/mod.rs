//! `cargo xtask tidy`: every problem with its place and what to do about it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use anyhow::Context as _;

mod budget;
mod circles;
mod comments;
mod edges;
mod files;
mod forces;
mod layers;
mod map;
pub(crate) mod notice;
mod paths;
mod rows;
mod signatures;
mod vendors;
mod words;
mod writers;

/// Something to mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// The file, relative to the repository's root.
    file: String,
    /// The line, from 1, if there is one.
    line: Option<usize>,
    /// What is wrong and what to do.
    message: String,
}

impl Problem {
    fn new(file: impl Into<String>, line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: line.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// Runs every check; returns the problems in order and a few words on what was looked at.
///
/// # Errors
/// When the repository cannot be read, or cargo or git cannot be run: then nothing is known.
pub(crate) fn run(root: &Path, check: bool) -> anyhow::Result<(Vec<Problem>, String)> {
    let mut problems = Vec::new();

    let table = layers::Table::read(&root.join("docs/layers.toml"))?;
    let packages = layers::packages(root)?;
    problems.extend(layers::check(&table, &packages));
    let files = files::texts(root)?;
    problems.extend(map::bring_up_to_date(root, &table, &files, check)?);
    problems.extend(notice::bring_up_to_date(root, check)?);
    problems.extend(circles::check(&files, &packages, &table.circles));
    problems.extend(edges::check(&files, &packages, &table.edges));
    problems.extend(rows::check(&files, &packages, &table));
    problems.extend(writers::check(&files, &packages, &table));
    let foreign = words::Foreign::of(root);
    let there: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let mut functions = 0;
    for file in &files {
        problems.extend(words::check(file, &foreign));
        problems.extend(comments::check(file));
        problems.extend(signatures::check(file));
        problems.extend(vendors::check(file, &table.vendor_words));
        problems.extend(paths::check(file, &there));
        if file.is_rust() {
            let (found, counted) = budget::check_file(file);
            problems.extend(found);
            functions += counted;
        }
    }
    problems.extend(forces::check(&files, &table.force_names));
    problems.extend(vendors::check_places(&files, &table.vendor_words));
    problems.extend(budget::check_crates(&files, &packages, &table.large));

    problems.sort();
    let seen = format!("{} crates, {} files, {functions} functions", packages.len(), files.len());
    anyhow::ensure!(
        functions > 0 && !packages.is_empty(),
        "nothing was looked at; run this inside the repository"
    );
    Ok((problems, seen))
}

/// Reads a file, with its name in the error.
fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
