//! What is wrong with a policy folder, with the file and line of each thing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    /// The file, relative to the policy folder, or a word for where else it came from.
    pub file: String,
    /// The line, counted from 1, where one can be named.
    pub line: Option<usize>,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// Everything that is wrong, in order of file and line. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Returns the problems, in order; `None` if there are none.
    #[must_use]
    pub fn of(mut problems: Vec<Problem>) -> Option<Self> {
        problems.sort();
        problems.dedup();
        (!problems.is_empty()).then_some(Self(problems))
    }

    /// Returns every problem.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Returns how many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}")?;
        }
        match self.count() {
            1 => f.write_str("1 problem"),
            count => write!(f, "{count} problems"),
        }
    }
}

impl std::error::Error for Problems {}

/// Most problems that are listed for one file. A file of another kind has one on every line, and finding the line of
/// each would take time that grows with the square of the file.
const MOST_OF_A_FILE: usize = 100;

/// Collects what readers find wrong, so that one fault does not hide the next.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    problems: RefCell<Vec<Problem>>,
    /// How many of them are each file's.
    counts: RefCell<BTreeMap<String, usize>>,
}

impl Sink {
    /// Returns whether another problem of that file would be told: ask before working out its place.
    pub(crate) fn takes(&self, file: &str) -> bool {
        self.counts.borrow().get(file).is_none_or(|count| *count < MOST_OF_A_FILE)
    }

    pub(crate) fn add(&self, file: &str, line: Option<usize>, message: impl Into<String>) {
        if !self.takes(file) {
            return;
        }
        let mut problems = self.problems.borrow_mut();
        problems.push(Problem { file: file.to_owned(), line, message: message.into() });
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(file.to_owned()).or_default();
        *count = count.saturating_add(1);
        if *count == MOST_OF_A_FILE {
            let message =
                format!("{MOST_OF_A_FILE} problems or more; mend these first, the others are not shown");
            problems.push(Problem { file: file.to_owned(), line: None, message });
        }
    }

    /// Returns whether no file has a problem yet.
    pub(crate) fn is_clean(&self) -> bool {
        self.counts.borrow().is_empty()
    }

    /// Returns whether the file has a problem.
    pub(crate) fn is_faulty(&self, file: &str) -> bool {
        self.counts.borrow().contains_key(file)
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Files, Library, Overrides};

    #[test]
    fn a_file_that_is_none_of_ours_is_told_in_a_hundred_problems() {
        let mut files = Files::from_iter([
            ("forces.toml", crate::forces::ONE),
            ("vocabulary.toml", ""),
            ("parameters.toml", ""),
        ]);
        // Syntax faults, then unknown keys.
        let keys: String = (0..5000).map(|number| format!("key{number} = 1\n")).collect();
        for text in ["= \n".repeat(20_000), keys] {
            files.put("facts.toml", &text);
            let problems = Library::from_files(&files, &Overrides::new()).unwrap_err();
            assert_eq!(problems.count(), MOST_OF_A_FILE + 1, "{problems}");
            assert!(problems.iter().any(|problem| problem.message.contains("the others are not shown")));
        }
    }
}
