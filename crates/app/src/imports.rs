//! Files of rows, whatever they are of: given, looked at, then applied as they were looked at, once.
//!
//! A file waits sealed for a day. Its preview is worked out from the file and the register as it is; applying works it out
//! again inside the transaction, and refuses where the outcome is no longer the one that was looked at. Either the good rows
//! go in or, where one is wrong and that was asked for, nothing does.
//!
//! What a row may say and what it does is the kind's own: people (`people::import`), devices (`register::import`). Not here:
//! rosters (`rosters`), whose files are taken straight from the form.

mod file;

use std::collections::HashSet;

use domain::{Force, ImportId, Span, Timestamp};
use serde_json::{Value, json};
use store::Tx;
use store::imports::{self, Import};
use store::locks::{self, Lock};

use crate::access::{Action, Permit};
use crate::people::text;
use crate::record::Record;
use crate::{App, AppError, digest_hex};

#[cfg(test)]
pub(crate) use file::read;
pub(crate) use file::{Cells, columns, guess};
pub use file::{Column, MOST_BYTES, Mapping, Table};

/// How long a file waits.
const WAITS: Span = Span::from_secs(24 * 3600);
/// Files of one person that may wait at once.
const MOST_WAITING: i64 = 10;

/// What files can be of.
pub trait Kind: Sized + 'static {
    /// What giving, seeing and applying one needs.
    type Needs: Action + Send + 'static;
    /// What its columns can be.
    type Column: Column;
    /// What a row that can be comes to, beside what a preview shows of it.
    type Entry: Send + 'static;

    /// The word in addresses and tables.
    const WORD: &'static str;
    /// What the ledger calls applying one.
    const ACTION: &'static str;
    /// Most rows.
    const MOST_ROWS: usize;

    /// What is missing, in words, where these columns are not enough.
    fn lacks(mapping: &Mapping<Self::Column>) -> Option<&'static str>;

    /// What a file would do. Changes nothing, and says the same as long as the register does.
    ///
    /// # Errors
    /// Only where the database does not answer; a row that cannot be is part of the plan.
    fn plan(
        tx: &mut Tx<'_>,
        permit: &Permit<Self::Needs>,
        file: (&Table, &Mapping<Self::Column>, Force),
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
    /// The row's number in the file.
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

/// One row that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The row's number in the file.
    pub row: usize,
    /// Why, and what to do.
    pub why: String,
}

/// What a file would do.
#[derive(Debug, Clone)]
pub struct Plan<E> {
    /// Rows that can be, in the order in which they are entered.
    pub items: Vec<Item<E>>,
    /// Rows that cannot be.
    pub wrong: Vec<Wrong>,
    /// How many rows say what is so already.
    pub same: usize,
    /// SHA-256 of all of it, hex.
    pub digest: String,
}

impl<E> Default for Plan<E> {
    fn default() -> Self {
        Self { items: Vec::new(), wrong: Vec::new(), same: 0, digest: String::new() }
    }
}

impl<E> Plan<E> {
    /// How many rows do that.
    #[must_use]
    pub fn count(&self, does: Does) -> usize {
        self.items.iter().filter(|item| item.does == does).count()
    }

    /// Puts the wrong rows into the file's order and makes the digest.
    pub(crate) fn sealed(mut self, fingerprint: impl Fn(&E) -> Value) -> Self {
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
        self.digest = digest_hex(text.as_bytes());
        self
    }
}

/// A file and what it would do.
#[derive(Debug, Clone)]
pub struct ImportRead<K: Kind> {
    /// Which.
    pub id: ImportId,
    /// The file's name.
    pub name: String,
    /// The force of rows that name none.
    pub force: Force,
    /// The headings of its columns.
    pub headings: Vec<String>,
    /// What each column is.
    pub mapping: Mapping<K::Column>,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// What it would do.
    pub plan: Plan<K::Entry>,
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
}

fn place<K: Kind>(id: ImportId) -> String {
    format!("{}-import:{id}", K::WORD)
}

impl App {
    /// Takes a file in, to be looked at.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what is no such file, [`AppError::Conflict`] where too many wait.
    pub async fn start_import<K: Kind>(
        &self,
        permit: Permit<K::Needs>,
        name: &str,
        force: Option<Force>,
        bytes: &[u8],
    ) -> Result<ImportId, AppError> {
        let force = force.ok_or_else(|| AppError::invalid("force", "choose a force"))?;
        permit.reaches(force)?;
        let name = text("file", if name.trim().is_empty() { "pasted" } else { name }, 200)?;
        let table = file::read(bytes, K::MOST_ROWS)?;
        let (id, now) = (ImportId::from_uuid(self.world().uuid()), self.world().now());
        let mapping = serde_json::to_string(&guess::<K::Column>(&table.headings));
        let import = Import {
            id,
            kind: K::WORD.to_owned(),
            name,
            force,
            digest: digest_hex(bytes),
            content: Some(self.sealer().seal(self.world(), &place::<K>(id), bytes)?),
            mapping: mapping.map_err(|error| AppError::fault(&error))?,
            made_by: permit.actor().name.clone(),
            made_at: now,
            expires_at: now.plus(WAITS),
            applied_at: None,
            outcome: None,
        };
        self.store()
            .write(move |tx| {
                if imports::waiting(tx, &import.made_by, now)? >= MOST_WAITING {
                    return Err(AppError::Conflict(format!(
                        "{MOST_WAITING} files of yours wait already; apply one, or come back tomorrow"
                    )));
                }
                imports::add(tx, import)?;
                Ok(id)
            })
            .await
    }

    /// A file and what it would do now.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for one that is not there or too old, [`AppError::Conflict`] for one that was applied.
    pub async fn import_preview<K: Kind>(
        &self,
        permit: Permit<K::Needs>,
        id: ImportId,
    ) -> Result<ImportRead<K>, AppError> {
        let (app, now) = (self.clone(), self.world().now());
        self.store().read(move |tx| app.look::<K>(tx, &permit, id, now)).await
    }

    fn look<K: Kind>(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<K::Needs>,
        id: ImportId,
        now: Timestamp,
    ) -> Result<ImportRead<K>, AppError> {
        let gone = || AppError::not_found("waiting file", id);
        let found = imports::by_id(tx, id)?;
        let import =
            found.filter(|import| import.kind == K::WORD && import.expires_at > now).ok_or_else(gone)?;
        permit.reaches(import.force)?;
        if import.applied_at.is_some() {
            return Err(AppError::Conflict(
                "this file was applied already; nothing is applied twice".to_owned(),
            ));
        }
        let bytes = self.sealer().open(&place::<K>(id), &import.content.ok_or_else(gone)?)?;
        let table = file::read(bytes.expose(), K::MOST_ROWS)?;
        let mapping: Mapping<K::Column> =
            serde_json::from_str(&import.mapping).map_err(|error| AppError::fault(&error))?;
        let plan = K::plan(tx, permit, (&table, &mapping, import.force))?.sealed(K::fingerprint);
        Ok(ImportRead {
            id,
            name: import.name,
            force: import.force,
            headings: table.headings,
            mapping,
            expires_at: import.expires_at,
            plan,
        })
    }

    /// Says anew which column is what.
    ///
    /// # Errors
    /// [`AppError::Invalid`] where two columns are the same or one that is needed is missing.
    pub async fn map_import<K: Kind>(
        &self,
        permit: Permit<K::Needs>,
        id: ImportId,
        mapping: Mapping<K::Column>,
    ) -> Result<(), AppError> {
        let mut seen = HashSet::new();
        if let Some(twice) = mapping.iter().flatten().find(|column| !seen.insert(**column)) {
            let why = format!("two columns cannot both be \"{}\"", twice.title());
            return Err(AppError::invalid("mapping", why));
        }
        if let Some(why) = K::lacks(&mapping) {
            return Err(AppError::invalid("mapping", why));
        }
        let (app, now) = (self.clone(), self.world().now());
        let words = serde_json::to_string(&mapping).map_err(|error| AppError::fault(&error))?;
        self.store()
            .write(move |tx| {
                let read = app.look::<K>(tx, &permit, id, now)?;
                if read.headings.len() != mapping.len() {
                    return Err(AppError::invalid(
                        "mapping",
                        "the file has another number of columns; look at it again",
                    ));
                }
                imports::set_mapping(tx, id, &words)?;
                Ok(())
            })
            .await
    }

    /// Applies a file as it was looked at: `digest` is that of the plan.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where it was applied already, the register has changed since the preview, or a row is wrong
    /// and all of them or none were asked for; nothing is changed then.
    pub async fn apply_import<K: Kind>(
        &self,
        permit: Permit<K::Needs>,
        id: ImportId,
        digest: &str,
        all_or_nothing: bool,
    ) -> Result<Applied, AppError> {
        let (app, now, digest) = (self.clone(), self.world().now(), digest.to_owned());
        self.store()
            .write(move |tx| {
                locks::take(tx, Lock::Import(id))?;
                let read = app.look::<K>(tx, &permit, id, now)?;
                let plan = read.plan;
                if plan.digest != digest {
                    return Err(AppError::Conflict(
                        "the register or the columns have changed since this preview; look at it again, then apply"
                            .to_owned(),
                    ));
                }
                if all_or_nothing && !plan.wrong.is_empty() {
                    return Err(AppError::Conflict(format!(
                        "{} rows are wrong, so nothing was entered; mend them in the file and give it again",
                        plan.wrong.len()
                    )));
                }
                let applied = Applied {
                    added: plan.count(Does::Adds),
                    changed: plan.count(Does::Changes),
                    ended: plan.count(Does::Ends),
                    returned: plan.count(Does::Returns),
                    left_out: plan.wrong.len(),
                };
                let actor = &permit.actor().name;
                K::enter(&app, tx, (actor, now), plan.items)?;
                let outcome = json!({
                    "file": read.name, "added": applied.added, "changed": applied.changed, "ended": applied.ended,
                    "returned": applied.returned, "left_out": applied.left_out, "plan": digest,
                });
                if !imports::applied(tx, id, now, &outcome.to_string())? {
                    return Err(AppError::Conflict("this file was applied already".to_owned()));
                }
                let record =
                    Record::new(actor, K::ACTION, format!("import:{id}")).force(read.force).detail(outcome);
                app.enter(tx, now, record)?;
                Ok(applied)
            })
            .await
    }
}
