//! Erases private details, each time with an entry that names the positions whose details were erased.
//!
//! A detail that is missing without such an entry was deleted by somebody else, and `lanyard ledger verify` reports
//! it.

use ledger::{DETAILS_ERASED, erased_subjects};
use store::ledger_details::{self, Due};
use store::ledger_guard;

use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Number of details erased in one transaction.
const BATCH: u32 = 1000;

/// Erases a batch of the details whose retention period has passed; returns their number. Erases nothing while the
/// ledger is not signed, because the details may be needed to find out what was done.
///
/// # Errors
/// Only if the database does not answer.
pub async fn erase_due_details(app: &App) -> Result<usize, AppError> {
    let (this, now) = (app.clone(), app.world().now());
    let before = now.minus(app.config().keep_ledger_details);
    app.store()
        .write(move |tx| {
            if ledger_guard::open(tx)?.is_some() {
                return Ok(0);
            }
            let due = ledger_details::past(tx, before, BATCH)?;
            erase(Work { app: &this, tx, now }, &due)?;
            Ok(due.len())
        })
        .await
}

/// Erases the details of the entries about some subjects; returns their number. Returns `None`, and erases nothing,
/// where one of them has no position yet that an entry could name.
pub fn erase_about(
    Work { app, tx, now }: Work<'_, '_>,
    subjects: &[String],
) -> Result<Option<usize>, AppError> {
    let mut due = Vec::new();
    for subject in subjects {
        if ledger_details::any_unplaced(tx, subject)? {
            return Ok(None);
        }
        due.extend(ledger_details::of_subject(tx, subject)?);
    }
    erase(Work { app, tx, now }, &due)?;
    Ok(Some(due.len()))
}

fn erase(Work { app, tx, now }: Work<'_, '_>, due: &[Due]) -> Result<(), AppError> {
    for one in due {
        ledger_details::erase(tx, one.entry)?;
    }
    let places: Vec<u64> = due.iter().map(|one| one.place.unsigned_abs()).collect();
    for subject in erased_subjects(&places) {
        app.enter(tx, now, Record::new("system", DETAILS_ERASED, subject).reason("retention"))?;
    }
    Ok(())
}
