//! What of a message could not be read and was passed over, named so that people can be told.

use std::fmt;

/// Most different values that are named; of further ones only the number is kept.
const MOST_NAMED: usize = 16;
/// Most values that are noted before equal ones are put together.
const MOST_NOTED: usize = 1_000;
/// Longest part of a path, in bytes.
const LONGEST_KEY: usize = 48;
/// Stands in a path for a key that cannot be shown.
const HIDDEN: &str = "?";

/// A kind of value that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedValue {
    /// Where it stood: keys joined by a full stop, `[]` for a member of a list.
    pub path: String,
    /// What is wrong with it.
    pub why: &'static str,
    /// How often that was so.
    pub times: usize,
}

/// The values of one message that were passed over. Holds keys of the message and none of its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped {
    named: Vec<SkippedValue>,
    further: usize,
}

impl Skipped {
    /// Returns whether everything was read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.named.is_empty() && self.further == 0
    }

    /// Returns the kinds of value that are named, in the order in which they came.
    #[must_use]
    pub fn named(&self) -> &[SkippedValue] {
        &self.named
    }

    /// Returns whether a list may lack members: one of it, or one of these keys of a member, was passed over, or so much was that
    /// nobody can tell.
    pub(crate) fn shortens(&self, list: &str, keys: &[&str]) -> bool {
        let ends = |rest: &str| match rest.strip_prefix("[]") {
            None => rest.is_empty(),
            Some("") => true,
            Some(member) => member.strip_prefix('.').is_some_and(|key| key == HIDDEN || keys.contains(&key)),
        };
        self.further > 0 || self.named.iter().any(|value| value.path.strip_prefix(list).is_some_and(ends))
    }

    /// Returns whether anything at this place or within it was passed over, or so much was that nobody can tell.
    pub(crate) fn touches(&self, path: &str) -> bool {
        self.further > 0 || self.named.iter().any(|value| value.path.starts_with(path))
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, value) in self.named.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            let path = if value.path.is_empty() { "the message" } else { &value.path };
            write!(f, "{between}{path}: {}", value.why)?;
            if value.times > 1 {
                write!(f, " ({} times)", value.times)?;
            }
        }
        if self.further > 0 {
            write!(f, "; and {} more", self.further)?;
        }
        Ok(())
    }
}

/// What a reader notes while it reads. Paths grow from the inside outwards, so that reading a good message costs nothing.
#[derive(Debug, Default)]
pub(super) struct Notes {
    all: Vec<(String, &'static str)>,
    further: usize,
}

impl Notes {
    /// Notes that the value at hand is passed over.
    pub(super) fn add(&mut self, why: &'static str) {
        if self.all.len() < MOST_NOTED {
            self.all.push((String::new(), why));
        } else {
            self.further += 1;
        }
    }

    /// Returns how many there are, for [`Notes::within`].
    pub(super) const fn mark(&self) -> usize {
        self.all.len()
    }

    /// Puts everything that was noted since `mark` under a key, or under a list where that is `[]`.
    pub(super) fn within(&mut self, mark: usize, key: &str) {
        for (path, _) in self.all.iter_mut().skip(mark) {
            let plain = |c: char| c.is_ascii_graphic() && !"<>&\"'".contains(c);
            let shown = if key.len() <= LONGEST_KEY && key.chars().all(plain) { key } else { HIDDEN };
            let between = if path.is_empty() || path.starts_with('[') { "" } else { "." };
            *path = format!("{shown}{between}{path}");
        }
    }

    pub(super) fn into_skipped(self) -> Skipped {
        let mut out = Skipped { named: Vec::new(), further: self.further };
        for (path, why) in self.all {
            let full = out.named.len() >= MOST_NAMED;
            match out.named.iter_mut().find(|value| value.path == path && value.why == why) {
                Some(same) => same.times += 1,
                None if full => out.further += 1,
                None => out.named.push(SkippedValue { path, why, times: 1 }),
            }
        }
        out
    }
}
