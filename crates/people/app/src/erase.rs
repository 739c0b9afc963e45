//! Erases people whose retention period has passed: their identity goes, the record of what was done stays.
//!
//! A person who left longer ago than the force's retention register keeps them loses name, number, addresses and
//! everything that the directory said of them; the private detail of every ledger entry about them, their cases and
//! permissions goes too, and so do the signed records of hand-overs that name them, whose digests stay in the ledger.
//! Where a name became part of a sentence, other words replace it. The row itself, with its id, and the entries stay,
//! so that the log is whole and verifies. A person who still has a device, an open case or a legal hold is skipped
//! until that is settled.
//!
//! Not covered: text that people typed about somebody without giving the whole name, because no search finds it
//! reliably.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::PersonView;
use domain::PersonId;
use serde_json::json;
use store::people::Person;
use store::{
    Tx, contacts, erasure, groups, handovers, passkeys, people, people_directory, sessions, sign_in,
};

use kernel::access::{Permit, RunService};
use kernel::record::Record;
use kernel::{App, AppError, Work};
use ledger_app as ledger_book;

/// The words that replace the name of an erased person.
const INSTEAD: &str = "an erased person";
/// Number of people processed at a time.
const BATCH: u32 = 100;

/// The people due for erasure, and the number who would be due if nothing held them.
#[derive(Debug, Clone)]
pub struct DueForErasure {
    /// The people who are due, oldest first, at most a hundred.
    pub due: Vec<PersonView>,
    /// Number of people past their time who are kept: by a device in their hands, an open case or a legal hold.
    pub held: i64,
}

/// Lists the people who are due for erasure; changes nothing.
///
/// # Errors
/// Only if the database does not answer.
pub async fn people_due_for_erasure(
    app: &App,
    _permit: Permit<RunService>,
) -> Result<DueForErasure, AppError> {
    let before = app.world().now().minus(app.config().keep_ended_people);
    app.store()
        .read(move |tx| {
            let past = people_directory::past_retention(tx, before)?;
            let due = people_directory::due_for_erasure(tx, before, BATCH)?;
            let shown = i64::try_from(due.len()).unwrap_or(past);
            // More than one batch is due, so it is not known yet how many of the rest are held.
            let held = if shown < i64::from(BATCH) { past - shown } else { 0 };
            Ok(DueForErasure { due: due.into_iter().map(PersonView::from).collect(), held })
        })
        .await
}

/// Erases a batch of the people who are due; returns their number. Each person is checked again and erased in a
/// transaction with an entry of its own: a hold that was placed meanwhile counts.
///
/// # Errors
/// Only if the database does not answer.
pub async fn erase_due_people(app: &App) -> Result<usize, AppError> {
    if !kernel::health::clock_is_right(app) {
        return Ok(0);
    }
    // An erasure refers to ledger positions, so the newest entries are given theirs first.
    while ledger_app::sequence_ledger(app).await? > 0 {}
    let before = app.world().now().minus(app.config().keep_ended_people);
    let due = app
        .store()
        .read(move |tx| people_directory::due_for_erasure(tx, before, BATCH))
        .await
        .map_err(AppError::from)?;
    let erased = AtomicUsize::new(0);
    let count = &erased;
    kernel::jobs::each(due, |person| async move {
        count.fetch_add(usize::from(erase_person(app, person.id).await?), Ordering::Relaxed);
        Ok(())
    })
    .await?;
    Ok(erased.into_inner())
}

async fn erase_person(app: &App, id: PersonId) -> Result<bool, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let before = now.minus(app.config().keep_ended_people);
    app.clone()
        .store()
        .write(move |tx| {
            let Some(person) = people_directory::due_one(tx, before, id)? else { return Ok(false) };
            let subject = format!("person:{id}");
            let subjects = subjects_about(tx, id)?;
            let Some(details) = ledger_book::erase_about(Work { app: &app, tx, now }, &subjects)? else {
                // The newest entry about them has no position yet: the next run finds one.
                return Ok(false);
            };
            let records = erase_records(tx, id)?;
            forget_words(tx, &person)?;
            erasure::forget_incidents(tx, id, now)?;
            groups::leave_all(tx, id)?;
            people_directory::free_managed(tx, id)?;
            sessions::end_of_person(tx, id)?;
            sign_in::forget_accounts(tx, id)?;
            passkeys::forget(tx, id)?;
            contacts::forget_person(tx, id)?;
            let force = person.force;
            let erased = Person {
                number: format!("erased-{}", id.uuid().simple().to_string().get(..12).unwrap_or_default()),
                name: "Erased".into(),
                email: None,
                phone: None,
                unit: None,
                user_name: None,
                external_id: None,
                line_manager: None,
                covert: false,
                starts_on: None,
                last_day: None,
                directory: None,
                changed_at: now,
                erased_at: Some(now),
                ..person
            };
            if !people::set(tx, &erased)? {
                return Ok(false);
            }
            let record = Record::new("system", "person.erased", subject)
                .force(force)
                .reason("retention")
                .detail(json!({ "ledger_details": details, "signed_records": records }));
            app.enter(tx, now, record)?;
            Ok::<_, AppError>(true)
        })
        .await
}

/// Lists the subjects of ledger entries that are about a person: themselves, their cases and their permissions.
fn subjects_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, AppError> {
    let mut subjects = vec![format!("person:{person}")];
    subjects.extend(erasure::cases_about(tx, person)?.into_iter().map(|id| format!("case:{id}")));
    subjects.extend(erasure::permissions_about(tx, person)?.into_iter().map(|id| format!("permission:{id}")));
    Ok(subjects)
}

/// Erases the signed records of hand-overs that name a person; returns their number. The ids of giver, receiver and
/// thing and the time stay, and so do the digests in the ledger: anyone with a copy can still show that it is the one
/// that was signed.
fn erase_records(tx: &mut Tx<'_>, person: PersonId) -> Result<usize, AppError> {
    let records = erasure::records_of(tx, person)?;
    for id in &records {
        handovers::erase(tx, *id)?;
    }
    Ok(records.len())
}

/// Replaces a person's name with other words. The name followed by the number identifies nobody else, so it is
/// replaced everywhere. The name alone is replaced outside of records about them only where it is a whole name and
/// nobody else has it.
fn forget_words(tx: &mut Tx<'_>, person: &Person) -> Result<(), AppError> {
    let numbered = format!("{} ({})", person.name, person.number);
    erasure::forget_name(tx, person.id, &numbered, INSTEAD, true)?;
    let distinct = person.name.contains(' ') && !erasure::has_namesake(tx, person.id, &person.name)?;
    erasure::forget_name(tx, person.id, &person.name, INSTEAD, distinct)?;
    erasure::forget_signatures(tx, person.id, INSTEAD)?;
    Ok(())
}
