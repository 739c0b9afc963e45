//! Files of rows, whatever they are of: given, looked at, then applied as they were looked at, once.
//!
//! On the pages a file waits sealed for a day. Its preview is worked out from the file and the register as it is; applying
//! works it out again inside the transaction, and refuses where the outcome is no longer the one that was looked at. Either
//! the good rows go in or, where one is wrong and that was asked for, nothing does. From the command line nothing waits: a
//! file is looked at, or looked at and applied, in one go.
//!
//! What a row may say and what it does is the kind's own: people (`people::import`), devices (`register::import`),
//! rosters and calendars (`rosters::import`). Where a row
//! may mean several things, the kind asks ([`Ask`]), and the row waits for the answer.

mod columns;
mod plan;
mod uses;

use std::collections::BTreeMap;

use domain::{Force, Timestamp};
use serde_json::Value;
use store::Tx;

use crate::access::{Action, Permit};
use crate::{App, AppError};

pub use crate::columns;
pub use columns::Cells;
pub use columns::guess;
pub use columns::read_table;
pub use columns::{Column, Mapping, NoColumn};
pub use plan::{Applied, Ask, Does, Item, Plan};
pub use tables::{Counted, MOST_BYTES, Table, Wrong};
pub use uses::{
    Apply, Choices, ImportRead, NewFile, Waiting, answer, apply, forget, look, map, preview, start, take,
};

/// What was answered, by the key of each question.
pub type Answers = BTreeMap<String, String>;

/// What is in a file, before it is known what its rows would do.
pub trait Content: Send + 'static {
    /// What its columns are called; none where it has no columns.
    fn headings(&self) -> &[String];

    /// What places in it count.
    fn counted(&self) -> Counted;

    /// Rows that cannot be read.
    fn wrong(&self) -> &[Wrong];

    /// What was decided or passed over in reading it, in sentences.
    fn notes(&self) -> &[String];
}

impl Content for Table {
    fn headings(&self) -> &[String] {
        &self.headings
    }

    fn counted(&self) -> Counted {
        self.counted
    }

    fn wrong(&self) -> &[Wrong] {
        &self.wrong
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// A file that was read, and what was said about it.
pub struct File<K: Kind> {
    /// Its name.
    pub name: String,
    /// The force of rows that name none.
    pub force: Force,
    /// Whom it is about, where it is about one person: their number.
    pub about: String,
    /// What is in it.
    pub content: K::Content,
    /// Which column is what.
    pub mapping: Mapping<K::Column>,
    /// What was answered.
    pub answers: Answers,
}

/// What files can be of.
pub trait Kind: Sized + 'static {
    /// What giving, seeing and applying one needs.
    type Needs: Action + Send + 'static;
    /// What its columns can be.
    type Column: Column;
    /// What a file is read into.
    type Content: Content;
    /// What a row that can be comes to, beside what a preview shows of it.
    type Entry: Send + 'static;

    /// The word in addresses and tables.
    const WORD: &'static str;
    /// What the ledger calls applying one.
    const ACTION: &'static str;
    /// Most rows.
    const MOST_ROWS: usize;

    /// Takes a file apart.
    ///
    /// # Errors
    /// [`AppError::Invalid`] where nothing of it can be read.
    fn read(bytes: &[u8]) -> Result<Self::Content, AppError>;

    /// What is missing, in words, where these columns are not enough.
    fn lacks(mapping: &Mapping<Self::Column>) -> Option<&'static str>;

    /// What a file would do. Changes nothing, and says the same as long as the register does.
    ///
    /// # Errors
    /// [`AppError::Invalid`] where the whole file is about nobody; a row that cannot be is part of the plan.
    fn plan(
        tx: &mut Tx<'_>,
        permit: &Permit<Self::Needs>,
        file: &File<Self>,
    ) -> Result<Plan<Self::Entry>, AppError>;

    /// What a row rests on and comes to: another value, another plan.
    fn fingerprint(entry: &Self::Entry) -> Value;

    /// Enters the rows of a plan.
    ///
    /// # Errors
    /// What the use case for one row says; then nothing is entered.
    fn enter(
        app: &App,
        tx: &mut Tx<'_>,
        by: (&str, Timestamp),
        items: Vec<Item<Self::Entry>>,
    ) -> Result<(), AppError>;
}
