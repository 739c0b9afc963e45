//! Checks every finding of the database against the ledger, a few subjects at a time.

use std::collections::BTreeSet;

use domain::Subject;
use store::{StoreError, finding_batches, findings};

use super::compare::{FindingFault, compare, missing_lines};
use super::sealed::ledger_subject;
use kernel::access::{Permit, SeeLedger};
use kernel::{App, AppError};

/// Subjects compared in one transaction.
const BATCH: u32 = 100;
/// Faults after which the check gives up: more are not worth a list.
const MOST_FAULTS: usize = 100;

/// What a check of all findings found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingsChecked {
    /// Subjects that were compared.
    pub subjects: u64,
    /// Lines of the ledger that were compared with their evidence.
    pub lines: u64,
    /// Whatever does not agree; at most a hundred are named.
    pub faults: Vec<FindingFault>,
}

/// Compares every finding and all evidence with the ledger, in both directions.
///
/// # Errors
/// [`AppError::Conflict`] for a reader who is confined to one force; otherwise only if the database does not answer.
pub async fn check_findings(app: &App, permit: Permit<SeeLedger>) -> Result<FindingsChecked, AppError> {
    if permit.scope().force().is_some() {
        return Err(AppError::Conflict("a check of all findings needs a permit for every force".into()));
    }
    let mut checked = FindingsChecked::default();
    let mut after: Option<Subject> = None;
    while checked.faults.len() < MOST_FAULTS {
        let from = after.take();
        let some = app.store().read(move |tx| {
            let subjects = findings::subjects_after(tx, from.as_ref(), BATCH)?;
            let mut some = FindingsChecked::default();
            for subject in &subjects {
                some.subjects += 1;
                let compared = match compare(tx, subject, None) {
                    Ok(compared) => compared,
                    // One row that cannot be read must not hide what else was altered.
                    Err(AppError::Store(error @ StoreError::Corrupt { .. })) => {
                        let says = format!("a row about it cannot be read, so it was altered: {error}");
                        some.faults.push(FindingFault {
                            subject: ledger_subject(subject),
                            clause: None,
                            says,
                        });
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                some.lines += u64::try_from(compared.lines.len()).unwrap_or_default();
                some.faults.extend(compared.faults);
            }
            Ok::<_, AppError>((subjects.last().cloned(), some))
        });
        let (last, some) = some.await?;
        checked.subjects += some.subjects;
        checked.lines += some.lines;
        checked.faults.extend(some.faults);
        after = last;
        if after.is_none() {
            break;
        }
    }
    let named: BTreeSet<String> = checked.faults.iter().map(|fault| fault.says.clone()).collect();
    let alone = app.store().read(entries_alone).await?;
    checked.faults.extend(alone.into_iter().filter(|fault| !named.contains(&fault.says)));
    checked.faults.truncate(MOST_FAULTS);
    Ok(checked)
}

/// Finds entries over findings whose lines are gone, and those that carry findings over too late.
fn entries_alone(tx: &mut store::Tx<'_>) -> Result<Vec<FindingFault>, AppError> {
    let limit = u32::try_from(MOST_FAULTS).unwrap_or(u32::MAX);
    let mut faults = Vec::new();
    for bare in finding_batches::without_lines(tx, limit)? {
        let says = missing_lines(&bare);
        faults.push(FindingFault { subject: bare.subject, clause: None, says });
    }
    for late in finding_batches::carried_late(tx, limit)? {
        let says = format!(
            "the ledger entry {} of {} carries findings over after findings had begun to be entered",
            late.entry, late.at
        );
        faults.push(FindingFault { subject: late.subject, clause: None, says });
    }
    Ok(faults)
}
