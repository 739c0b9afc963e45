//! Reads the whole ledger again, a batch at a time: only this shows an entry that was changed in its table and not in the tree.

use ledger::{Checkpoint, Hash, Tree};
use store::{Tx, ledger as rows, ledger_guard};

use super::guard::{self, Broken, Kind};
use super::{BATCH, Nodes};
use kernel::record::entry_of;
use kernel::{App, AppError, Work};

/// The progress of a reading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Audit {
    tree: Tree,
}

/// The result of a batch.
pub(crate) enum Read {
    /// This many entries agree with their leaves.
    Agrees(usize),
    /// The entry at this position does not agree, or is missing.
    Differs(u64),
}

impl Audit {
    /// Reads one batch: hashes each entry, compares it with the stored leaf, and adds it to a tree of the reading's
    /// own.
    pub(crate) fn batch(&mut self, tx: &mut Tx<'_>) -> Result<Read, AppError> {
        let from = i64::try_from(self.tree.size()).unwrap_or(i64::MAX);
        let entries = rows::from_place(tx, from, BATCH)?;
        let mut leaves = ledger_guard::leaves(tx, from, BATCH)?.into_iter();
        for row in &entries {
            let at = self.tree.size();
            let stored = leaves.next().map(|(place, hash)| (place, Hash::try_from(hash.as_slice())));
            // A row that cannot be encoded was not written by this service.
            let leaf = entry_of(row).ok().and_then(|entry| entry.leaf().ok());
            match (leaf, stored) {
                (Some(leaf), Some((place, Ok(hash))))
                    if row.place == Some(place) && u64::try_from(place) == Ok(at) && hash == leaf =>
                {
                    self.tree.push(leaf);
                }
                _ => return Ok(Read::Differs(at)),
            }
        }
        Ok(Read::Agrees(entries.len()))
    }

    /// Returns the tree over the entries read so far.
    pub(crate) const fn tree(&self) -> &Tree {
        &self.tree
    }
}

/// Reads the next batch, and begins again at the end; returns the number of entries read. A disagreement stops the
/// signing.
///
/// # Errors
/// Only if the database does not answer.
pub async fn read_ledger_again(app: &App) -> Result<usize, AppError> {
    let (this, now) = (app.clone(), app.world().now());
    let mut audit = crate::status::take_audit(app);
    let (audit, count) = app
        .store()
        .write(move |tx| {
            rows::lock(tx)?;
            if ledger_guard::open(tx)?.is_some() {
                return Ok::<_, AppError>((Audit::default(), 0));
            }
            match audit.batch(tx)? {
                Read::Differs(place) => {
                    let says = format!(
                        "Entry {place} is not the one that stands in the tree: it was changed or removed."
                    );
                    stop(Work { app: &this, tx, now }, Kind::Rewritten, says)?;
                    Ok((Audit::default(), 0))
                }
                Read::Agrees(0) => {
                    if !agrees(tx, audit.tree())? {
                        let says = "The tree over the entries is not the stored one.".to_owned();
                        stop(Work { app: &this, tx, now }, Kind::Damaged, says)?;
                    }
                    Ok((Audit::default(), 0))
                }
                Read::Agrees(count) => Ok((audit, count)),
            }
        })
        .await?;
    crate::status::keep_audit(app, audit);
    Ok(count)
}

fn agrees(tx: &mut Tx<'_>, read: &Tree) -> Result<bool, AppError> {
    Ok(Tree::load(read.size(), &mut Nodes::of(tx)).is_ok_and(|stored| stored.root() == read.root()))
}

fn stop(Work { app, tx, now }: Work<'_, '_>, kind: Kind, says: String) -> Result<(), AppError> {
    let note = crate::status::memory(app).read().ok().flatten();
    let key = app.ledger_key().verifier();
    let remembered = note.as_ref().and_then(|note| Checkpoint::open(note, key).ok());
    let size = u64::try_from(rows::size(tx)?).unwrap_or_default();
    crate::status::shout_of_ledger(app, Some(&says));
    guard::note_broken(Work { app, tx, now }, &Broken { kind, says, remembered, note, size })
}
