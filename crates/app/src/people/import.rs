//! Files of people: given, looked at, then applied as they were looked at, once.
//!
//! A file waits sealed for a day. Its preview is worked out from the file and the people as they are; applying works it out
//! again inside the transaction, and refuses where the outcome is no longer the one that was looked at. Either the good rows
//! go in or, where one is wrong and that was asked for, nothing does.

mod file;
mod plan;

use std::collections::HashMap;

use domain::{Force, ImportId, PersonId, Span, Timestamp};
use serde_json::json;
use store::imports::{self, Import};
use store::people::Person;
use store::{Tx, people_directory};

use super::text;
use crate::access::{ManagePeople, Permit};
use crate::record::Record;
use crate::{App, AppError, digest_hex};

pub use file::{Column, MOST_BYTES, MOST_ROWS, Mapping};
pub use plan::{Does, Item, Plan, Wrong, read_day};

/// How long a file waits.
const WAITS: Span = Span::from_secs(24 * 3600);
/// Files of one person that may wait at once.
const MOST_WAITING: i64 = 10;
/// People read at a time.
const STEP: u32 = 2000;

/// A file and what it would do.
#[derive(Debug, Clone)]
pub struct ImportRead {
    /// Which.
    pub id: ImportId,
    /// The file's name.
    pub name: String,
    /// The force of rows that name none.
    pub force: Force,
    /// The headings of its columns.
    pub headings: Vec<String>,
    /// What each column is.
    pub mapping: Mapping,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// What it would do.
    pub plan: Plan,
}

/// What came of applying a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// People entered.
    pub added: usize,
    /// People changed.
    pub changed: usize,
    /// People taken off the books.
    pub ended: usize,
    /// People brought back.
    pub returned: usize,
    /// Rows left out because they are wrong.
    pub left_out: usize,
}

/// Everybody of the forces that the permit reaches, by force and number.
fn existing(tx: &mut Tx<'_>, permit: &Permit<ManagePeople>) -> Result<plan::Existing, AppError> {
    let mut all = HashMap::new();
    for force in Force::ALL.iter().copied().filter(|force| permit.scope().covers(*force)) {
        let mut after = None;
        loop {
            let page = people_directory::of_force(tx, force, after, STEP)?;
            after = page.last().map(|person| person.id);
            let full = page.len() >= usize::try_from(STEP).unwrap_or(usize::MAX);
            all.extend(page.into_iter().map(|person| ((force, person.number.clone()), person)));
            if !full {
                break;
            }
        }
    }
    Ok(all)
}

fn place(id: ImportId) -> String {
    format!("people-import:{id}")
}

impl App {
    /// Takes a file in, to be looked at.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what is no file of people, [`AppError::Conflict`] where too many wait.
    pub async fn start_import(
        &self,
        permit: Permit<ManagePeople>,
        name: &str,
        force: Option<Force>,
        bytes: &[u8],
    ) -> Result<ImportId, AppError> {
        let force =
            force.ok_or_else(|| AppError::invalid("force", "choose the force of rows that name none"))?;
        permit.reaches(force)?;
        let name = text("file", if name.trim().is_empty() { "pasted" } else { name }, 200)?;
        let table = file::read(bytes)?;
        let (id, now) = (ImportId::from_uuid(self.world().uuid()), self.world().now());
        let mapping =
            serde_json::to_string(&file::guess(&table.headings)).map_err(|error| AppError::fault(&error))?;
        let import = Import {
            id,
            name,
            force,
            digest: digest_hex(bytes),
            content: Some(self.sealer().seal(self.world(), &place(id), bytes)?),
            mapping,
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
    pub async fn import_preview(
        &self,
        permit: Permit<ManagePeople>,
        id: ImportId,
    ) -> Result<ImportRead, AppError> {
        let (app, now) = (self.clone(), self.world().now());
        self.store().read(move |tx| app.look(tx, &permit, id, now)).await
    }

    fn look(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<ManagePeople>,
        id: ImportId,
        now: Timestamp,
    ) -> Result<ImportRead, AppError> {
        let gone = || AppError::not_found("waiting file", id);
        let import = imports::by_id(tx, id)?.filter(|import| import.expires_at > now).ok_or_else(gone)?;
        permit.reaches(import.force)?;
        if import.applied_at.is_some() {
            return Err(AppError::Conflict(
                "this file was applied already; nothing is applied twice".to_owned(),
            ));
        }
        let bytes = self.sealer().open(&place(id), &import.content.ok_or_else(gone)?)?;
        let table = file::read(bytes.expose())?;
        let mapping: Mapping =
            serde_json::from_str(&import.mapping).map_err(|error| AppError::fault(&error))?;
        let existing = existing(tx, permit)?;
        let plan =
            plan::plan(&table, &mapping, import.force, |force| permit.scope().covers(force), &existing);
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
    /// [`AppError::Invalid`] where two columns are the same or none is the number.
    pub async fn map_import(
        &self,
        permit: Permit<ManagePeople>,
        id: ImportId,
        mapping: Mapping,
    ) -> Result<(), AppError> {
        let mut seen = std::collections::HashSet::new();
        if let Some(twice) = mapping.iter().flatten().find(|column| !seen.insert(**column)) {
            let why = format!("two columns cannot both be \"{}\"", twice.title());
            return Err(AppError::invalid("mapping", why));
        }
        if !seen.contains(&Column::Number) {
            return Err(AppError::invalid("mapping", "say which column has the collar or staff number"));
        }
        let (app, now) = (self.clone(), self.world().now());
        let words = serde_json::to_string(&mapping).map_err(|error| AppError::fault(&error))?;
        self.store()
            .write(move |tx| {
                let read = app.look(tx, &permit, id, now)?;
                if read.headings.len() != mapping.len() {
                    return Err(AppError::invalid(
                        "mapping",
                        "the file has another number of columns; look at it again",
                    ));
                }
                imports::set_mapping(tx, id, &words, read.force)?;
                Ok(())
            })
            .await
    }

    /// Applies a file as it was looked at: `digest` is that of the plan.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where it was applied already, the people have changed since the preview, or a row is wrong and
    /// all of them or none were asked for; nothing is changed then.
    pub async fn apply_import(
        &self,
        permit: Permit<ManagePeople>,
        id: ImportId,
        digest: &str,
        all_or_nothing: bool,
    ) -> Result<Applied, AppError> {
        let (app, now, digest) = (self.clone(), self.world().now(), digest.to_owned());
        self.store()
            .write(move |tx| {
                let read = app.look(tx, &permit, id, now)?;
                if read.plan.digest != digest {
                    return Err(AppError::Conflict(
                        "the people or the columns have changed since this preview; look at it again, then apply".to_owned(),
                    ));
                }
                if all_or_nothing && !read.plan.wrong.is_empty() {
                    return Err(AppError::Conflict(format!(
                        "{} rows are wrong, so nothing was entered; mend them in the file and give it again",
                        read.plan.wrong.len()
                    )));
                }
                let mut applied = Applied { left_out: read.plan.wrong.len(), ..Applied::default() };
                app.apply_items(tx, &permit.actor().name, now, read.plan.items, &mut applied)?;
                let outcome = json!({
                    "file": read.name, "added": applied.added, "changed": applied.changed, "ended": applied.ended,
                    "returned": applied.returned, "left_out": applied.left_out, "plan": digest,
                });
                if !imports::applied(tx, id, now, &outcome.to_string())? {
                    return Err(AppError::Conflict("this file was applied already".to_owned()));
                }
                let record = Record::new(&permit.actor().name, "people.imported", format!("import:{id}"))
                    .force(read.force)
                    .detail(outcome);
                app.enter(tx, now, record)?;
                Ok(applied)
            })
            .await
    }

    fn apply_items(
        &self,
        tx: &mut Tx<'_>,
        actor: &str,
        now: Timestamp,
        items: Vec<Item>,
        applied: &mut Applied,
    ) -> Result<(), AppError> {
        let mut made: HashMap<(Force, String), PersonId> = HashMap::new();
        for item in items {
            let mut after = item.after;
            if item.before.is_none() {
                after = Person { id: PersonId::from_uuid(self.world().uuid()), created_at: now, ..after };
                made.insert((after.force, after.number.clone()), after.id);
            }
            if let Some(id) = item.manager.and_then(|number| made.get(&(after.force, number))) {
                after.line_manager = Some(*id);
            }
            match item.does {
                Does::Adds => applied.added += 1,
                Does::Changes => applied.changed += 1,
                Does::Ends => {
                    after.ended_at = Some(now);
                    applied.ended += 1;
                }
                Does::Returns => {
                    after.ended_at = None;
                    applied.returned += 1;
                }
            }
            self.keep_person(tx, item.before.as_ref(), after, (actor, now))?;
        }
        Ok(())
    }
}
