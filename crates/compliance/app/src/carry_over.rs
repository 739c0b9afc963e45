//! Enters the findings from before findings were entered, once, when a database is brought up to date.

use domain::{Force, Subject};
use ledger::{FINDINGS_CARRIED, FindingLine};
use store::findings::{self, Evidence, StoredFinding};
use store::{Tx, devices, people, sessions};

use super::apply::{Changed, end, enter, line};
use super::sealed::new_salt;
use kernel::{App, AppError, Work};

/// The small value that says that it is done.
const DONE: &str = "findings-carried-over";
/// Subjects in one transaction.
const BATCH: u32 = 50;

/// Carries over every finding and all evidence that the ledger does not know, and returns for how many subjects. It does
/// so once for a database, before anything is judged; afterwards, evidence that the ledger does not know is forged.
///
/// # Errors
/// Only if the database does not answer, or a row cannot be read.
pub async fn carry_findings_over(app: &App) -> Result<usize, AppError> {
    let mut all = 0;
    loop {
        let (own, now) = (app.clone(), app.world().now());
        let some = app.store().write(move |tx| {
            // Two nodes that start together take turns.
            store::ledger::lock(tx)?;
            if sessions::meta(tx, DONE)?.is_some() {
                return Ok::<_, AppError>(None);
            }
            let subjects = findings::subjects_without_salt(tx, BATCH)?;
            if subjects.is_empty() {
                sessions::set_meta(tx, DONE, &now.to_string())?;
            }
            for subject in &subjects {
                let lines = lines_of(&own, tx, subject)?;
                let force = force_of(tx, subject)?;
                enter(
                    Work { app: &own, tx, now },
                    Changed { action: FINDINGS_CARRIED, subject, force, lines },
                )?;
            }
            Ok(Some(subjects.len()))
        });
        match some.await? {
            None | Some(0) => return Ok(all),
            Some(some) => all += some,
        }
    }
}

/// Gives all evidence on a subject its salt, and returns the lines over it.
fn lines_of(app: &App, tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<FindingLine>, AppError> {
    let standing = findings::of_subject(tx, subject)?;
    let mut lines = Vec::new();
    let mut rows = findings::evidence_of(tx, subject, None)?.into_iter().peekable();
    while let Some(mut row) = rows.next() {
        let salt = new_salt(app.world());
        findings::salt_evidence(tx, row.id, &salt)?;
        row.salt = Some(salt);
        let current = standing.iter().find(|finding| finding.evidence == row.id);
        // Since when an earlier judgement had its word is not known any more: its own time stands for it.
        lines.push(line(&row, current.map_or(row.judged_at, |finding| finding.since))?);
        let is_last = rows.peek().is_none_or(|next: &Evidence| next.clause != row.clause);
        if is_last && !stands(&standing, &row) {
            lines.push(end(subject, &row.clause, app.world().now()));
        }
    }
    Ok(lines)
}

fn stands(standing: &[StoredFinding], row: &Evidence) -> bool {
    standing.iter().any(|finding| finding.clause == row.clause)
}

fn force_of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Option<Force>, AppError> {
    Ok(match subject {
        Subject::Device(id) => devices::by_id(tx, *id)?.map(|device| device.force),
        Subject::Person(id) => people::by_id(tx, *id)?.map(|person| person.force),
        Subject::Document(_) => None,
    })
}
