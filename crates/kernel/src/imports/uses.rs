//! Uploads a file, previews what it would do, and applies it.

use std::collections::HashSet;

use domain::{Force, ImportId, Span, Timestamp};
use serde_json::json;
use store::Tx;
use store::imports::{self, Import};
use store::locks::{self, Lock};

use super::columns::guess;
use super::{Answers, Applied, Column as _, Content as _, Counted, File, Kind, Mapping, Plan};
use crate::access::Permit;
use crate::fields::text;
use crate::record::Record;
use crate::{App, AppError, Work, digest_hex};

/// Time that an uploaded file waits.
const WAITS: Span = Span::from_secs(24 * 3600);
/// Number of files that may wait for one person at once; a further one replaces the oldest.
const MOST_WAITING: u32 = 10;

/// File as it is uploaded.
#[derive(Debug, Clone, Default)]
pub struct NewFile {
    /// Name of the file; empty where its text was pasted.
    pub name: String,
    /// Force of the rows that name none.
    pub force: Option<Force>,
    /// Number of the person whom the file concerns, if it concerns one person.
    pub about: String,
    /// Content of the file.
    pub bytes: Vec<u8>,
}

/// Choices made for a file that does not wait.
pub struct Choices<K: Kind> {
    /// Meaning of each column; where absent, guessed from the headings.
    pub mapping: Option<Mapping<K::Column>>,
    /// Answers to questions.
    pub answers: Answers,
}

impl<K: Kind> Default for Choices<K> {
    fn default() -> Self {
        Self { mapping: None, answers: Answers::new() }
    }
}

/// Way in which a file is applied.
#[derive(Debug, Clone)]
pub struct Apply {
    /// Digest of the plan that was previewed.
    pub digest: String,
    /// Set where nothing may be entered while a row is wrong or waits for an answer.
    pub all_or_nothing: bool,
}

/// File with the plan of what it would do.
pub struct ImportRead<K: Kind> {
    /// Name of the file.
    pub name: String,
    /// Force of the rows that name none.
    pub force: Force,
    /// Number of the person whom the file concerns, if it concerns one person.
    pub about: String,
    /// Headings of its columns.
    pub headings: Vec<String>,
    /// Unit in which positions in it are counted.
    pub counted: Counted,
    /// Notes beside its rows, in sentences.
    pub notes: Vec<String>,
    /// Meaning of each column.
    pub mapping: Mapping<K::Column>,
    /// Plan of what it would do.
    pub plan: Plan<K::Entry>,
}

/// File that waits to be applied.
pub struct Waiting<K: Kind> {
    /// Id of the import.
    pub id: ImportId,
    /// Time until which it waits.
    pub expires_at: Timestamp,
    /// File with the plan of what it would do.
    pub read: ImportRead<K>,
}

fn place<K: Kind>(id: ImportId) -> String {
    format!("{}-import:{id}", K::WORD)
}

/// Reads an uploaded file.
fn read<K: Kind>(app: &App, permit: &Permit<K::Needs>, new: &NewFile) -> Result<File<K>, AppError> {
    let force = app.chosen_force(new.force)?;
    permit.reaches(force)?;
    let name = text("file", if new.name.trim().is_empty() { "pasted" } else { &new.name }, 200)?;
    let content = K::read(&new.bytes)?;
    let mapping = guess::<K::Column>(content.headings());
    let about = new.about.trim().chars().take(40).collect();
    let forces = app.policy().forces().clone();
    Ok(File { name, force, forces, about, content, mapping, answers: Answers::new() })
}

/// Works out what a file would do.
fn planned<K: Kind>(
    tx: &mut Tx<'_>,
    permit: &Permit<K::Needs>,
    file: File<K>,
) -> Result<ImportRead<K>, AppError> {
    let mut plan = K::plan(tx, permit, &file)?;
    plan.wrong.extend(file.content.wrong().iter().cloned());
    let mut plan = plan.sealed(K::fingerprint);
    let mut notes = file.content.notes().to_vec();
    notes.append(&mut plan.notes);
    Ok(ImportRead {
        name: file.name,
        force: file.force,
        about: file.about,
        headings: file.content.headings().to_vec(),
        counted: file.content.counted(),
        notes,
        mapping: file.mapping,
        plan,
    })
}

/// Uploads a file, to be previewed.
///
/// # Errors
/// [`AppError::Invalid`] if it is not such a file.
pub async fn start<K: Kind>(app: &App, permit: Permit<K::Needs>, new: NewFile) -> Result<ImportId, AppError> {
    let file = read::<K>(app, &permit, &new)?;
    let (id, now) = (ImportId::from_uuid(app.world().uuid()), app.world().now());
    let mut import = row::<K>(id, now, &permit, &file, &new.bytes)?;
    import.content = Some(app.sealer().seal(app.world(), &place::<K>(id), &new.bytes)?);
    // The person whom the file concerns must exist; what its rows do is left to the preview.
    app.store().read(move |tx| planned::<K>(tx, &permit, file).map(drop)).await?;
    app.store()
        .write(move |tx| {
            let made_by = import.made_by.clone();
            imports::add(tx, import)?;
            imports::let_go_but(tx, &made_by, MOST_WAITING)?;
            Ok(id)
        })
        .await
}

fn row<K: Kind>(
    id: ImportId,
    now: Timestamp,
    permit: &Permit<K::Needs>,
    file: &File<K>,
    bytes: &[u8],
) -> Result<Import, AppError> {
    let words = |error: serde_json::Error| AppError::fault(&error);
    Ok(Import {
        id,
        kind: K::WORD.to_owned(),
        name: file.name.clone(),
        force: file.force,
        about: file.about.clone(),
        digest: digest_hex(bytes),
        content: None,
        mapping: serde_json::to_string(&file.mapping).map_err(words)?,
        answers: serde_json::to_string(&file.answers).map_err(words)?,
        made_by: permit.actor().name.clone(),
        made_at: now,
        expires_at: now.plus(WAITS),
        applied_at: None,
        outcome: None,
    })
}

/// Previews what a file would do, and stores nothing of it.
///
/// # Errors
/// As [`start`] and [`map`].
pub async fn look<K: Kind>(
    app: &App,
    permit: Permit<K::Needs>,
    new: &NewFile,
    choices: Choices<K>,
) -> Result<ImportRead<K>, AppError> {
    let file = chosen(read::<K>(app, &permit, new)?, choices)?;
    app.store().read(move |tx| answered(tx, &permit, file)).await
}

/// Applies a file at once, exactly as [`look`] previewed it.
///
/// # Errors
/// As [`apply`].
pub async fn take<K: Kind>(
    app: &App,
    permit: Permit<K::Needs>,
    new: &NewFile,
    choices: Choices<K>,
    how: Apply,
) -> Result<Applied, AppError> {
    let file = chosen(read::<K>(app, &permit, new)?, choices)?;
    let (id, now) = (ImportId::from_uuid(app.world().uuid()), app.world().now());
    let mut import = row::<K>(id, now, &permit, &file, &new.bytes)?;
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            let read = answered::<K>(tx, &permit, file)?;
            let done = entered::<K>(Work { app: &app, tx, now }, &permit, read, id, &how)?;
            import.applied_at = Some(now);
            import.outcome = Some(done.outcome);
            imports::add(tx, import)?;
            Ok(done.applied)
        })
        .await
}

/// Works out what a file would do with answers that have just been given; see [`planned`].
fn answered<K: Kind>(
    tx: &mut Tx<'_>,
    permit: &Permit<K::Needs>,
    file: File<K>,
) -> Result<ImportRead<K>, AppError> {
    let answers = file.answers.clone();
    let read = planned::<K>(tx, permit, file)?;
    check_answers(&read.plan, &answers)?;
    Ok(read)
}

fn chosen<K: Kind>(mut file: File<K>, choices: Choices<K>) -> Result<File<K>, AppError> {
    if let Some(mapping) = choices.mapping {
        check_mapping::<K>(&mapping, file.content.headings().len())?;
        file.mapping = mapping;
    }
    file.answers = choices.answers;
    Ok(file)
}

fn check_mapping<K: Kind>(mapping: &Mapping<K::Column>, headings: usize) -> Result<(), AppError> {
    let mut seen = HashSet::new();
    if let Some(twice) = mapping.iter().flatten().find(|column| !seen.insert(**column)) {
        let why = format!("two columns cannot both be \"{}\"", twice.title());
        return Err(AppError::invalid("mapping", why));
    }
    if let Some(why) = K::lacks(mapping) {
        return Err(AppError::invalid("mapping", why));
    }
    if headings != mapping.len() {
        return Err(AppError::invalid("mapping", "the file has another number of columns; look at it again"));
    }
    Ok(())
}

/// Returns a waiting file with what it would do now.
///
/// # Errors
/// [`AppError::NotFound`] if it does not exist or has expired, [`AppError::Conflict`] if it was applied.
pub async fn preview<K: Kind>(
    app: &App,
    permit: Permit<K::Needs>,
    id: ImportId,
) -> Result<Waiting<K>, AppError> {
    let (own, now) = (app.clone(), app.world().now());
    app.store().read(move |tx| waiting::<K>(Work { app: &own, tx, now }, &permit, id)).await
}

fn waiting<K: Kind>(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<K::Needs>,
    id: ImportId,
) -> Result<Waiting<K>, AppError> {
    let gone = || AppError::not_found("waiting file", id);
    let found = imports::by_id(tx, id)?;
    let import = found.filter(|import| import.kind == K::WORD && import.expires_at > now).ok_or_else(gone)?;
    permit.reaches(import.force)?;
    if import.applied_at.is_some() {
        return Err(AppError::Conflict("this file was applied already; nothing is applied twice".to_owned()));
    }
    let bytes = app.sealer().open(&place::<K>(id), &import.content.ok_or_else(gone)?)?;
    let words = |error: serde_json::Error| AppError::fault(&error);
    let file = File {
        name: import.name,
        force: import.force,
        forces: app.policy().forces().clone(),
        about: import.about,
        content: K::read(bytes.expose())?,
        mapping: serde_json::from_str(&import.mapping).map_err(words)?,
        answers: serde_json::from_str(&import.answers).map_err(words)?,
    };
    Ok(Waiting { id, expires_at: import.expires_at, read: planned(tx, permit, file)? })
}

/// Replaces the meaning of each column.
///
/// # Errors
/// [`AppError::Invalid`] if two columns are the same or a required one is missing.
pub async fn map<K: Kind>(
    app: &App,
    permit: Permit<K::Needs>,
    id: ImportId,
    mapping: Mapping<K::Column>,
) -> Result<(), AppError> {
    let (own, now) = (app.clone(), app.world().now());
    let words = serde_json::to_string(&mapping).map_err(|error| AppError::fault(&error))?;
    app.store()
        .write(move |tx| {
            let found = waiting::<K>(Work { app: &own, tx, now }, &permit, id)?;
            check_mapping::<K>(&mapping, found.read.headings.len())?;
            imports::set_mapping(tx, id, &words)?;
            Ok(())
        })
        .await
}

/// Replaces the answers to the questions about a file; a question without an answer here loses its earlier one.
///
/// # Errors
/// [`AppError::Invalid`] for an answer that is not one of the choices.
pub async fn answer<K: Kind>(
    app: &App,
    permit: Permit<K::Needs>,
    id: ImportId,
    answers: Answers,
) -> Result<(), AppError> {
    let (own, now) = (app.clone(), app.world().now());
    let words = serde_json::to_string(&answers).map_err(|error| AppError::fault(&error))?;
    app.store()
        .write(move |tx| {
            let found = waiting::<K>(Work { app: &own, tx, now }, &permit, id)?;
            check_answers(&found.read.plan, &answers)?;
            imports::set_answers(tx, id, &words)?;
            Ok(())
        })
        .await
}

fn check_answers<E>(plan: &Plan<E>, answers: &Answers) -> Result<(), AppError> {
    for (key, word) in answers {
        let ask = plan.asks.iter().find(|ask| ask.key == *key);
        let ask = ask.ok_or_else(|| {
            let key: String = key.chars().take(60).collect();
            AppError::invalid("answer", format!("nothing is asked about “{key}”; look at the file again"))
        })?;
        if !ask.choices.iter().any(|(choice, _)| choice == word) {
            let words: Vec<&str> = ask.choices.iter().map(|(choice, _)| *choice).collect();
            let why = format!("“{}”: answer one of {}", ask.key, words.join(", "));
            return Err(AppError::invalid("answer", why));
        }
    }
    Ok(())
}

/// Applies a waiting file, exactly as it was previewed.
///
/// # Errors
/// [`AppError::Conflict`] if it was applied already, if the register has changed since the preview, or if a row is wrong or waits
/// for an answer and the user asked for all or nothing; nothing is changed then.
pub async fn apply<K: Kind>(
    app: &App,
    permit: Permit<K::Needs>,
    id: ImportId,
    how: Apply,
) -> Result<Applied, AppError> {
    let (own, now) = (app.clone(), app.world().now());
    app.store()
        .write(move |tx| {
            locks::take(tx, Lock::Import(id))?;
            let read = waiting::<K>(Work { app: &own, tx, now }, &permit, id)?.read;
            let done = entered::<K>(Work { app: &own, tx, now }, &permit, read, id, &how)?;
            if !imports::applied(tx, id, now, &done.outcome)? {
                return Err(AppError::Conflict("this file was applied already".to_owned()));
            }
            Ok(done.applied)
        })
        .await
}

struct Entered {
    applied: Applied,
    outcome: String,
}

/// Enters the rows of a previewed plan, with the entry in the ledger.
fn entered<K: Kind>(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<K::Needs>,
    read: ImportRead<K>,
    id: ImportId,
    how: &Apply,
) -> Result<Entered, AppError> {
    let plan = read.plan;
    if plan.digest != how.digest {
        return Err(AppError::Conflict(
            "the register, the columns or the answers have changed since this preview; look at it again, then apply"
                .to_owned(),
        ));
    }
    let applied = Applied::of(&plan);
    if how.all_or_nothing && applied.left_out + applied.unanswered > 0 {
        return Err(AppError::Conflict(left_out(&applied)));
    }
    let outcome = json!({
        "file": read.name, "added": applied.added, "changed": applied.changed, "ended": applied.ended,
        "returned": applied.returned, "left_out": applied.left_out, "unanswered": applied.unanswered,
        "plan": how.digest,
    });
    let actor = &permit.actor().name;
    K::enter(Work { app, tx, now }, actor, plan.items)?;
    let text = outcome.to_string();
    let record = Record::new(actor, K::ACTION, format!("import:{id}")).force(read.force).detail(outcome);
    app.enter(tx, now, record)?;
    Ok(Entered { applied, outcome: text })
}

fn left_out(applied: &Applied) -> String {
    let wrong = format!(
        "{} rows are wrong, so nothing was entered; mend them in the file and give it again",
        applied.left_out
    );
    let asked = format!(
        "{} rows wait for an answer, so nothing was entered; answer the questions first",
        applied.unanswered
    );
    match (applied.left_out, applied.unanswered) {
        (_, 0) => wrong,
        (0, _) => asked,
        _ => format!("{wrong}. {asked}"),
    }
}

/// Deletes waiting files that have expired; returns their number.
///
/// # Errors
/// Only if the database does not answer.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, AppError> {
    Ok(imports::forget(tx, now)?)
}
