//! Imports files of rows of any kind: a file is uploaded, previewed, then applied once exactly as previewed.
//!
//! On the pages a file waits, sealed, for a day. Its preview is worked out from the file and the register as it is; applying the
//! file works it out again inside the transaction, and refuses if the outcome is no longer the one that was previewed. Either the
//! good rows are entered or, where one is wrong and the user asked for all or nothing, none are. On the command line nothing
//! waits: a file is previewed, or previewed and applied, in one step.
//!
//! Each kind defines what a row may say and what it does: people (`people::import`), devices (`register::import`), rosters and
//! calendars (`rosters::import`). Where a row may mean several things, the kind asks ([`Ask`]), and the row waits for the answer.

mod columns;
mod plan;
mod uses;

use std::collections::BTreeMap;

use domain::Force;
use serde_json::Value;
use store::Tx;

use crate::access::{Action, Permit};
use crate::forces::Forces;
use crate::{AppError, Work};

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

/// Answers that were given, by the key of each question.
pub type Answers = BTreeMap<String, String>;

/// Content of a file before it is known what its rows would do.
pub trait Content: Send + 'static {
    /// Returns the headings of its columns; none where it has no columns.
    fn headings(&self) -> &[String];

    /// Returns what a position in it counts, such as rows or lines.
    fn counted(&self) -> Counted;

    /// Returns the rows that cannot be read.
    fn wrong(&self) -> &[Wrong];

    /// Returns what was decided or skipped while reading it, in sentences.
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

/// File that was read, with the choices made for it.
pub struct File<K: Kind> {
    /// Name of the file.
    pub name: String,
    /// Force of the rows that name none.
    pub force: Force,
    /// Forces that are served.
    pub forces: Forces,
    /// Number of the person whom the file concerns, if it concerns one person.
    pub about: String,
    /// Content of the file.
    pub content: K::Content,
    /// Meaning of each column.
    pub mapping: Mapping<K::Column>,
    /// Answers that were given.
    pub answers: Answers,
}

/// Kind of file that can be imported.
pub trait Kind: Sized + 'static {
    /// Action that uploading, seeing and applying a file needs.
    type Needs: Action + Send + 'static;
    /// Columns that it can have.
    type Column: Column;
    /// Content into which a file is read.
    type Content: Content;
    /// Result of a valid row, beside what a preview shows of it.
    type Entry: Send + 'static;

    /// Word in addresses and tables.
    const WORD: &'static str;
    /// Ledger action for applying a file.
    const ACTION: &'static str;
    /// Largest number of rows.
    const MOST_ROWS: usize;

    /// Parses a file.
    ///
    /// # Errors
    /// [`AppError::Invalid`] if no part of it can be read.
    fn read(bytes: &[u8]) -> Result<Self::Content, AppError>;

    /// Returns what is missing, in words, if these columns are not enough.
    fn lacks(mapping: &Mapping<Self::Column>) -> Option<&'static str>;

    /// Works out what a file would do. Changes nothing, and returns the same plan as long as the register is unchanged.
    ///
    /// # Errors
    /// [`AppError::Invalid`] if the whole file concerns nobody who exists; an invalid row is part of the plan.
    fn plan(
        tx: &mut Tx<'_>,
        permit: &Permit<Self::Needs>,
        file: &File<Self>,
    ) -> Result<Plan<Self::Entry>, AppError>;

    /// Returns what a row depends on and results in: another value means another plan.
    fn fingerprint(entry: &Self::Entry) -> Value;

    /// Enters the rows of a plan, for the actor who applies it.
    ///
    /// # Errors
    /// The error of the use case for one row; nothing is entered then.
    fn enter(work: Work<'_, '_>, by: &str, items: Vec<Item<Self::Entry>>) -> Result<(), AppError>;
}
