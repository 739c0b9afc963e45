//! The ledger in use: giving entries their place, signing checkpoints, proving one entry. Exports are in `ledger_export`.
//!
//! Not here: private details. They hold what other permits guard (a sealed case's notes, whom an exemption is for), so no page
//! shows them by the permit for the ledger; `lanyard ledger export --with-details` on the server does.

use domain::EntryId;
use ledger::{Checkpoint, Entry, Hash, NodeStore, Tree};
use store::Tx;
use store::ledger as rows;

use crate::access::{Permit, SeeLedger};
use crate::{App, AppError};

/// The most entries that are given their place in one transaction.
pub const BATCH: u32 = 1000;

/// The tree's nodes: read one by one, gathered to be written together.
struct Nodes<'a, 'b> {
    tx: &'a mut Tx<'b>,
    full: Vec<rows::Node>,
}

impl<'a, 'b> Nodes<'a, 'b> {
    const fn of(tx: &'a mut Tx<'b>) -> Self {
        Self { tx, full: Vec::new() }
    }
}

impl NodeStore for Nodes<'_, '_> {
    type Error = AppError;

    fn get(&mut self, level: u8, index: u64) -> Result<Option<Hash>, AppError> {
        let Some(bytes) = rows::node(self.tx, u32::from(level), index)? else { return Ok(None) };
        Hash::try_from(bytes.as_slice()).map(Some).map_err(|_| {
            AppError::Fault(format!(
                "node {index} of level {level} of the ledger is not 32 bytes; restore a backup"
            ))
        })
    }

    fn put(&mut self, level: u8, index: u64, hash: Hash) -> Result<(), AppError> {
        self.full.push((u32::from(level), index, *hash.as_bytes()));
        Ok(())
    }
}

pub(crate) fn entry_of(row: &rows::Entry) -> Result<Entry, AppError> {
    Ok(Entry {
        id: row.id,
        at: row.at,
        actor: row.actor.clone(),
        action: row.action.clone(),
        subject: row.subject.clone(),
        force: row.force,
        clause: row.clause.clone(),
        reason: row.reason.clone(),
        detail_digest: row.detail_digest.as_deref().map(str::parse).transpose().map_err(|_| {
            AppError::Fault(format!("ledger entry {} has an unreadable detail digest", row.id))
        })?,
    })
}

impl App {
    /// The public key that checkpoints are verified with, in the published form.
    #[must_use]
    pub fn ledger_key_text(&self) -> String {
        self.ledger_key().verifier().to_string()
    }

    /// Gives waiting entries their place in the tree; how many. One node at a time does this: the transaction holds
    /// the only writer on SQLite and a lock on PostgreSQL.
    ///
    /// # Errors
    /// Where the database does not answer or a node of the tree is missing.
    pub async fn sequence_ledger(&self) -> Result<usize, AppError> {
        self.store()
            .write(|tx| {
                rows::lock(tx)?;
                let waiting = rows::waiting(tx, BATCH)?;
                if waiting.is_empty() {
                    return Ok(0);
                }
                let size = u64::try_from(rows::size(tx)?).unwrap_or_default();
                let mut nodes = Nodes::of(tx);
                let mut tree = Tree::load(size, &mut nodes).map_err(|error| AppError::fault(&error))?;
                let mut places = Vec::with_capacity(waiting.len());
                for row in &waiting {
                    let leaf = entry_of(row)?.leaf().map_err(|error| AppError::fault(&error))?;
                    let place = tree.append(leaf, &mut nodes).map_err(|error| AppError::fault(&error))?;
                    places.push((row.id, i64::try_from(place).unwrap_or(i64::MAX)));
                }
                let full = nodes.full;
                rows::put_nodes(tx, &full)?;
                rows::set_places(tx, &places)?;
                Ok(waiting.len())
            })
            .await
    }

    /// Signs a checkpoint over everything that has its place, unless the latest one covers it; the note.
    ///
    /// # Errors
    /// As [`App::sequence_ledger`].
    pub async fn checkpoint_ledger(&self) -> Result<Option<String>, AppError> {
        while self.sequence_ledger().await? > 0 {}
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                rows::lock(tx)?;
                let size = rows::size(tx)?;
                let last = rows::last_checkpoint(tx)?;
                if last.as_ref().is_some_and(|last| last.size == size) {
                    return Ok(last.map(|last| last.note));
                }
                if size == 0 {
                    return Ok(None);
                }
                let count = u64::try_from(size).unwrap_or_default();
                let tree = Tree::load(count, &mut Nodes::of(tx)).map_err(|error| AppError::fault(&error))?;
                let note = Checkpoint::sign(count, tree.root(), app.ledger_key())
                    .map_err(|error| AppError::fault(&error))?;
                rows::add_checkpoint(tx, &rows::Checkpoint { size, note: note.clone(), signed_at: now })?;
                Ok(Some(note))
            })
            .await
    }

    /// The proof that an entry is in the ledger, as a line that `lanyard ledger verify` and a stranger's program can check:
    /// the entry without its private detail, the path to the root of the latest checkpoint, and that checkpoint.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Denied`] over the wall, [`AppError::Conflict`] while no checkpoint covers it.
    pub async fn ledger_proof(&self, permit: Permit<SeeLedger>, id: EntryId) -> Result<String, AppError> {
        let origin = self.ledger_key().verifier().name().to_owned();
        self.store()
            .read(move |tx| {
                let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("entry", id))?;
                row.force.map_or(Ok(()), |force| permit.reaches(force))?;
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
}
