//! Proves that entries are in the ledger: one by itself, or those behind a pack, all under one checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use domain::EntryId;
use store::{Tx, ledger as rows, ledger_cosignatures as cosignatures};

use super::Nodes;
use crate::ledger_sight::LedgerSight;
use crate::read::readable;
use kernel::access::{Permit, SeeLedger};
use kernel::record::entry_of;
use kernel::{App, AppError};

/// Entries with their proofs, all under one checkpoint.
#[derive(Debug, Clone, Default)]
pub struct ProvenEntries {
    /// The checkpoint, with the cosignatures on it.
    pub note: String,
    /// The proofs, by entry, each as [`ledger_proof`] returns it.
    pub proofs: BTreeMap<EntryId, String>,
    /// Entries that the reader may not see.
    pub withheld: BTreeSet<EntryId>,
}

/// Proves entries under the newest checkpoint that a witness cosigned, where it covers them all, or else under the newest.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] while no checkpoint covers them all.
pub async fn prove_entries(
    app: &App,
    permit: Permit<SeeLedger>,
    ids: BTreeSet<EntryId>,
) -> Result<ProvenEntries, AppError> {
    let (app, origin) = (app.clone(), app.ledger_key().verifier().name().to_owned());
    app.clone()
        .store()
        .read(move |tx| {
            let mut sight = LedgerSight::of(&app, tx, &permit)?;
            let (mut found, mut proven) = (Vec::new(), ProvenEntries::default());
            for id in ids {
                let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("entry", id))?;
                match readable(tx, &permit, &mut sight, &row) {
                    Ok(()) if sight.covers_word_for_word(tx, &row)? => found.push(row),
                    Ok(()) | Err(AppError::Denied(_) | AppError::NotFound { .. }) => {
                        proven.withheld.insert(id);
                    }
                    Err(error) => return Err(error),
                }
            }
            let checkpoint = covering(tx, &found)?;
            let size = checkpoint.size.unsigned_abs();
            for row in &found {
                let place = row.place.unwrap_or_default().unsigned_abs();
                let path = ledger::inclusion_proof(place, size, &mut Nodes::of(tx))
                    .map_err(|error| AppError::fault(&error))?;
                let line = ledger::proof_line(&origin, place, &entry_of(row)?, path, &checkpoint.note)
                    .map_err(|error| AppError::fault(&error))?;
                proven.proofs.insert(row.id, line);
            }
            proven.note = cosigned(tx, &checkpoint)?;
            Ok(proven)
        })
        .await
}

/// Returns a checkpoint with the lines of the witnesses under it.
pub(crate) fn cosigned(tx: &mut Tx<'_>, checkpoint: &rows::Checkpoint) -> Result<String, AppError> {
    let lines = cosignatures::of_size(tx, checkpoint.size)?;
    Ok(lines.iter().fold(checkpoint.note.clone(), |note, one| note + &one.line))
}

/// Returns the checkpoint to prove some entries under.
fn covering(tx: &mut Tx<'_>, entries: &[rows::Entry]) -> Result<rows::Checkpoint, AppError> {
    let unsigned = || {
        AppError::Conflict(
            "no checkpoint covers these entries yet: one is signed about once a minute, so try again then"
                .into(),
        )
    };
    let mut last = -1;
    for entry in entries {
        last = last.max(entry.place.ok_or_else(unsigned)?);
    }
    let covers = |checkpoint: &rows::Checkpoint| checkpoint.size > last;
    match cosignatures::last_cosigned(tx)?.filter(covers) {
        Some(checkpoint) => Ok(checkpoint),
        None => rows::last_checkpoint(tx)?.filter(covers).ok_or_else(unsigned),
    }
}

/// Returns the proof that an entry is in the ledger, as a line that `lanyard ledger verify` and other programs can
/// check: the entry without its private detail, the path to the root of the latest checkpoint, and that checkpoint.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Conflict`] while no checkpoint covers
/// it.
pub async fn ledger_proof(app: &App, permit: Permit<SeeLedger>, id: EntryId) -> Result<String, AppError> {
    let (app, origin) = (app.clone(), app.ledger_key().verifier().name().to_owned());
    app.clone().store()
            .read(move |tx| {
                let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("entry", id))?;
                let mut sight = LedgerSight::of(&app, tx, &permit)?;
                readable(tx, &permit, &mut sight, &row)?;
                if !sight.covers_word_for_word(tx, &row)? {
                    return Err(permit.over_wall().into());
                }
                let last = rows::last_checkpoint(tx)?;
                let covered = row.place.zip(last).filter(|(place, last)| *place < last.size);
                let Some((place, last)) = covered else {
                    return Err(AppError::Conflict(
                        "no checkpoint covers this entry yet: one is signed about once a minute, so try again then".into(),
                    ));
                };
                let (place, size) = (place.unsigned_abs(), last.size.unsigned_abs());
                let path = ledger::inclusion_proof(place, size, &mut Nodes::of(tx))
                    .map_err(|error| AppError::fault(&error))?;
                ledger::proof_line(&origin, place, &entry_of(&row)?, path, &last.note)
                    .map_err(|error| AppError::fault(&error))
            })
            .await
}
