//! Exports the ledger as lines that `lanyard ledger verify` and other programs can check, in batches.
//!
//! An export of any length needs the memory of one batch. An entry that the reader may not see is exported as a hash,
//! so that the tree still verifies.

use std::io::Write;

use domain::Force;
use ledger::{Detail, Entry, Head};
use store::{ledger as rows, ledger_cosignatures};

use crate::ledger_sight::LedgerSight;
use kernel::access::{Permit, SeeLedger};
use kernel::record::entry_of;
use kernel::{App, AppError};

/// Number of entries in one batch.
const BATCH: u32 = 1000;

/// The part of an entry that the reader gets.
enum Shown {
    /// All of it, with its private detail where that was requested and is still kept.
    Whole(Option<Detail>),
    /// Only its hash.
    Withheld,
}

/// An export in progress. It covers the entries that had a position when it began.
pub struct LedgerExport {
    app: App,
    with_details: bool,
    permit: Permit<SeeLedger>,
    size: u64,
    place: u64,
    checkpoints: std::iter::Peekable<std::vec::IntoIter<(u64, rows::Checkpoint)>>,
    header: Option<String>,
}

/// Begins an export. It includes private details only on request, and only for readers of every force.
///
/// # Errors
/// [`AppError::Conflict`] for details where the reader is confined to one force; otherwise only if the database does
/// not answer.
pub async fn begin_ledger_export(
    app: &App,
    permit: Permit<SeeLedger>,
    with_details: bool,
) -> Result<LedgerExport, AppError> {
    if permit.scope().force().is_some() && with_details {
        return Err(AppError::Conflict("private details need a permit for every force".into()));
    }
    let (size, mut checkpoints, cosignatures) = app
        .store()
        .read(|tx| {
            Ok::<_, AppError>((rows::size(tx)?, rows::checkpoints(tx)?, ledger_cosignatures::all(tx)?))
        })
        .await?;
    for one in cosignatures {
        let cosigned = checkpoints.iter_mut().find(|checkpoint| checkpoint.size == one.size);
        if let Some(checkpoint) = cosigned {
            checkpoint.note.push_str(&one.line);
        }
    }
    let size = u64::try_from(size).unwrap_or_default();
    let origin = app.ledger_key().verifier().name().to_owned();
    let many = u64::try_from(checkpoints.len()).unwrap_or_default();
    let mut shows: Vec<Force> =
        app.forces().into_iter().filter(|force| permit.scope().covers(*force)).collect();
    shows.sort();
    let head =
        Head { origin: &origin, entries: size, checkpoints: many, shows: &shows, details: with_details };
    let header = ledger::header_line(&head).map_err(|error| AppError::fault(&error))?;
    let numbered: Vec<(u64, rows::Checkpoint)> = (0_u64..).zip(checkpoints).collect();
    Ok(LedgerExport {
        app: app.clone(),
        with_details,
        permit,
        size,
        place: 0,
        checkpoints: numbered.into_iter().peekable(),
        header: Some(header),
    })
}

/// Writes the whole ledger; returns the number of entries.
///
/// # Errors
/// As [`begin_ledger_export`] and [`LedgerExport::next`], and where the writer fails.
pub async fn export_ledger(
    app: &App,
    permit: Permit<SeeLedger>,
    with_details: bool,
    mut out: impl Write,
) -> Result<u64, AppError> {
    let mut export = begin_ledger_export(app, permit, with_details).await?;
    while let Some(lines) = export.next().await? {
        out.write_all(lines.as_bytes()).map_err(|error| AppError::fault(&error))?;
    }
    Ok(export.size)
}

impl LedgerExport {
    /// Returns the next lines, each with its newline; `None` after the last.
    ///
    /// # Errors
    /// Fails where the database does not answer, or a stored entry is missing or cannot be read.
    pub async fn next(&mut self) -> Result<Option<String>, AppError> {
        let mut lines = String::new();
        if let Some(header) = self.header.take() {
            add(&mut lines, &header);
            return Ok(Some(lines));
        }
        if self.place >= self.size {
            return Ok(None);
        }
        let batch = self.batch().await?;
        if batch.is_empty() {
            return Err(AppError::Fault(format!(
                "ledger entry {} is missing; restore the newest backup",
                self.place
            )));
        }
        for (index, entry, shown) in batch {
            let line = match shown {
                Shown::Whole(detail) => ledger::entry_line(index, &entry, detail.as_ref()),
                Shown::Withheld => ledger::withheld_line(index, &entry),
            };
            add(&mut lines, &line.map_err(|error| AppError::fault(&error))?);
            self.place = index + 1;
            // A checkpoint comes straight after the last entry that it covers.
            let place = self.place;
            while let Some((number, sealed)) =
                self.checkpoints.next_if(|(_, sealed)| u64::try_from(sealed.size) == Ok(place))
            {
                let line = ledger::checkpoint_line(number, &sealed.note);
                add(&mut lines, &line.map_err(|error| AppError::fault(&error))?);
            }
        }
        Ok(Some(lines))
    }

    async fn batch(&self) -> Result<Vec<(u64, Entry, Shown)>, AppError> {
        let (from, size) = (i64::try_from(self.place).unwrap_or(i64::MAX), self.size);
        let (with_details, app) = (self.with_details, self.app.clone());
        let (actor, force) = (self.permit.actor().clone(), self.permit.scope().force());
        self.app
            .store()
            .read(move |tx| {
                // Looked up again for each batch: the things that belong to the reader may change during a long
                // export.
                let mut sight = LedgerSight::of_actor(&app, tx, &actor, force)?;
                let mut batch = Vec::new();
                for row in rows::from_place(tx, from, BATCH)? {
                    let index = u64::try_from(row.place.unwrap_or_default()).unwrap_or_default();
                    if index >= size {
                        break;
                    }
                    if !sight.covers_word_for_word(tx, &row)? {
                        batch.push((index, entry_of(&row)?, Shown::Withheld));
                        continue;
                    }
                    let detail = if with_details { rows::detail(tx, row.id)? } else { None };
                    let detail = detail
                        .map(|(salt, bytes)| Detail::from_parts(&salt, bytes))
                        .transpose()
                        .map_err(|error| AppError::fault(&error))?;
                    batch.push((index, entry_of(&row)?, Shown::Whole(detail)));
                }
                Ok(batch)
            })
            .await
    }
}

fn add(lines: &mut String, line: &str) {
    lines.push_str(line.trim_end());
    lines.push('\n');
}
