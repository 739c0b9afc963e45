//! Describes what a file would do, row by row.

use serde_json::{Value, json};
use tables::Wrong;

use crate::digest_hex;

/// Effect of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Row that enters something new.
    Adds,
    /// Row that changes an existing entry.
    Changes,
    /// Row that takes somebody off the books.
    Ends,
    /// Row that brings somebody back.
    Returns,
}

/// Valid row of a file.
#[derive(Debug, Clone)]
pub struct Item<E> {
    /// Place of the row in the file.
    pub row: usize,
    /// Effect of the row.
    pub does: Does,
    /// Number of the person or device.
    pub number: String,
    /// Name that people know it by.
    pub name: String,
    /// Difference from the present entry, in words.
    pub difference: String,
    /// Result of the row.
    pub entry: E,
}

/// Question about words that may mean several things, asked once for all rows that have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Words in question.
    pub key: String,
    /// Question, as a sentence.
    pub question: String,
    /// Possible answers: the word of each, and the text that people read.
    pub choices: Vec<(&'static str, &'static str)>,
    /// Answer that was given.
    pub given: Option<String>,
    /// Rows that have these words.
    pub rows: Vec<usize>,
}

impl Ask {
    /// Lists a few of its rows: `4, 7 and 12 others`.
    #[must_use]
    pub fn places(&self) -> String {
        let shown: Vec<String> = self.rows.iter().take(3).map(ToString::to_string).collect();
        match self.rows.len().saturating_sub(shown.len()) {
            0 => shown.join(", "),
            1 => format!("{} and one other", shown.join(", ")),
            more => format!("{} and {more} others", shown.join(", ")),
        }
    }
}

/// Plan of what a file would do.
#[derive(Debug, Clone)]
pub struct Plan<E> {
    /// Valid rows, in the order in which they are entered.
    pub items: Vec<Item<E>>,
    /// Invalid rows.
    pub wrong: Vec<Wrong>,
    /// Questions, in the order of the file; the rows of a question without an answer wait.
    pub asks: Vec<Ask>,
    /// Notes beside the rows, in sentences.
    pub notes: Vec<String>,
    /// Number of rows that change nothing.
    pub same: usize,
    /// SHA-256 of the whole plan, hex.
    pub digest: String,
}

impl<E> Default for Plan<E> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            wrong: Vec::new(),
            asks: Vec::new(),
            notes: Vec::new(),
            same: 0,
            digest: String::new(),
        }
    }
}

impl<E> Plan<E> {
    /// Counts the rows with that effect.
    #[must_use]
    pub fn count(&self, does: Does) -> usize {
        self.items.iter().filter(|item| item.does == does).count()
    }

    /// Counts the rows that wait for an answer.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asks.iter().filter(|ask| ask.given.is_none()).map(|ask| ask.rows.len()).sum()
    }

    /// Adds a question about a row, or adds the row to an earlier question about the same words.
    pub fn ask(&mut self, row: usize, ask: Ask) {
        match self.asks.iter_mut().find(|known| known.key == ask.key) {
            Some(known) => known.rows.push(row),
            None => self.asks.push(Ask { rows: vec![row], ..ask }),
        }
    }

    /// Sorts the invalid rows into the file's order and computes the digest.
    pub fn sealed(mut self, fingerprint: impl Fn(&E) -> Value) -> Self {
        self.wrong.sort_by_key(|wrong| wrong.row);
        let mut text = String::new();
        for item in &self.items {
            let does = item.does as u8;
            let line = json!([item.row, does, item.number, item.name, fingerprint(&item.entry)]);
            text.push_str(&line.to_string());
            text.push('\n');
        }
        for wrong in &self.wrong {
            text.push_str(&json!([wrong.row, wrong.why]).to_string());
        }
        for ask in &self.asks {
            text.push_str(&json!([ask.key, ask.given, ask.rows]).to_string());
        }
        self.digest = digest_hex(text.as_bytes());
        self
    }
}

/// Result of applying a file: the number of rows by effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows that entered something new.
    pub added: usize,
    /// Rows that changed an entry.
    pub changed: usize,
    /// Rows that took somebody off the books.
    pub ended: usize,
    /// Rows that brought somebody back.
    pub returned: usize,
    /// Rows left out because they are wrong.
    pub left_out: usize,
    /// Rows left out because a question about them has no answer.
    pub unanswered: usize,
}

impl Applied {
    pub(crate) fn of<E>(plan: &Plan<E>) -> Self {
        Self {
            added: plan.count(Does::Adds),
            changed: plan.count(Does::Changes),
            ended: plan.count(Does::Ends),
            returned: plan.count(Does::Returns),
            left_out: plan.wrong.len(),
            unanswered: plan.asked(),
        }
    }
}
