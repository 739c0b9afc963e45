//! What a file would do, row by row.

use serde_json::{Value, json};
use tables::Wrong;

use crate::digest_hex;

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Enters something new.
    Adds,
    /// Changes what is there.
    Changes,
    /// Takes somebody off the books.
    Ends,
    /// Brings somebody back.
    Returns,
}

/// One row that can be.
#[derive(Debug, Clone)]
pub struct Item<E> {
    /// The row's place in the file.
    pub row: usize,
    /// What it does.
    pub does: Does,
    /// The number by which it is known: of a person or a device.
    pub number: String,
    /// What people call it.
    pub name: String,
    /// What is different, in words.
    pub difference: String,
    /// What it comes to.
    pub entry: E,
}

/// A question about words that may mean several things, asked once for all rows that have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The words.
    pub key: String,
    /// The question, in a sentence.
    pub question: String,
    /// What can be answered: the word of each, and what people read.
    pub choices: Vec<(&'static str, &'static str)>,
    /// What was answered.
    pub given: Option<String>,
    /// The rows that have them.
    pub rows: Vec<usize>,
}

impl Ask {
    /// Says a few of its rows: `4, 7 and 12 others`.
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

/// What a file would do.
#[derive(Debug, Clone)]
pub struct Plan<E> {
    /// Rows that can be, in the order in which they are entered.
    pub items: Vec<Item<E>>,
    /// Rows that cannot be.
    pub wrong: Vec<Wrong>,
    /// Questions, in the order of the file; the rows of one without an answer wait.
    pub asks: Vec<Ask>,
    /// What to know beside the rows, in sentences.
    pub notes: Vec<String>,
    /// How many rows say what is so already.
    pub same: usize,
    /// SHA-256 of all of it, hex.
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
    /// How many rows do that.
    #[must_use]
    pub fn count(&self, does: Does) -> usize {
        self.items.iter().filter(|item| item.does == does).count()
    }

    /// How many rows wait for an answer.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asks.iter().filter(|ask| ask.given.is_none()).map(|ask| ask.rows.len()).sum()
    }

    /// Asks about a row, or adds it to the question that was asked about the same words.
    pub fn ask(&mut self, row: usize, ask: Ask) {
        match self.asks.iter_mut().find(|known| known.key == ask.key) {
            Some(known) => known.rows.push(row),
            None => self.asks.push(Ask { rows: vec![row], ..ask }),
        }
    }

    /// Puts the wrong rows into the file's order and makes the digest.
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

/// What came of applying a file: rows by what they did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Entered.
    pub added: usize,
    /// Changed.
    pub changed: usize,
    /// Taken off the books.
    pub ended: usize,
    /// Brought back.
    pub returned: usize,
    /// Left out because they are wrong.
    pub left_out: usize,
    /// Left out because a question about them has no answer.
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
