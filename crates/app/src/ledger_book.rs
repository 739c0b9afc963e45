//! The ledger in use: giving entries their place, signing checkpoints, writing an export.

use std::io::Write;

use domain::Secret;
use ledger::{Checkpoint, Detail, Entry, Hash, NodeStore, Tree};
use store::Tx;
use store::ledger as rows;

use crate::access::{Permit, SeeLedger};
use crate::{App, AppError};

/// Entries that are given their place in one transaction.
const BATCH: u32 = 1000;

struct Nodes<'a, 'b>(&'a mut Tx<'b>);

impl NodeStore for Nodes<'_, '_> {
    type Error = AppError;

    fn get(&mut self, level: u8, index: u64) -> Result<Option<Hash>, AppError> {
        let Some(bytes) = rows::node(self.0, u32::from(level), index)? else { return Ok(None) };
        Hash::try_from(bytes.as_slice()).map(Some).map_err(|_| {
            AppError::Fault(format!(
                "node {index} of level {level} of the ledger is not 32 bytes; restore a backup"
            ))
        })
    }

    fn put(&mut self, level: u8, index: u64, hash: Hash) -> Result<(), AppError> {
        Ok(rows::put_node(self.0, u32::from(level), index, hash.as_bytes())?)
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
                let mut tree = Tree::load(size, &mut Nodes(tx)).map_err(|error| AppError::fault(&error))?;
                for row in &waiting {
                    let leaf = entry_of(row)?.leaf().map_err(|error| AppError::fault(&error))?;
                    let place = tree.append(leaf, &mut Nodes(tx)).map_err(|error| AppError::fault(&error))?;
                    rows::set_place(tx, row.id, i64::try_from(place).unwrap_or(i64::MAX))?;
                }
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
                let tree = Tree::load(count, &mut Nodes(tx)).map_err(|error| AppError::fault(&error))?;
                let note = Checkpoint::sign(count, tree.root(), app.ledger_key())
                    .map_err(|error| AppError::fault(&error))?;
                rows::add_checkpoint(tx, &rows::Checkpoint { size, note: note.clone(), signed_at: now })?;
                Ok(Some(note))
            })
            .await
    }

    /// Writes the whole ledger as lines that `lanyard ledger verify` and a stranger's program can check. Private
    /// details go in only where asked for. Gives the number of entries.
    ///
    /// # Errors
    /// Where the database does not answer, a stored entry cannot be read, or the writer fails.
    pub async fn export_ledger(
        &self,
        permit: Permit<SeeLedger>,
        with_details: bool,
        mut out: impl Write,
    ) -> Result<u64, AppError> {
        if permit.scope().force().is_some() && with_details {
            return Err(AppError::Conflict("private details of both forces need a permit for both".into()));
        }
        let (size, checkpoints) =
            self.store().read(|tx| Ok::<_, AppError>((rows::size(tx)?, rows::checkpoints(tx)?))).await?;
        let size = u64::try_from(size).unwrap_or_default();
        let mut write =
            |line: String| writeln!(out, "{}", line.trim_end()).map_err(|error| AppError::fault(&error));
        let origin = self.ledger_key().verifier().name().to_owned();
        let many = u64::try_from(checkpoints.len()).unwrap_or_default();
        write(ledger::header_line(&origin, size, many).map_err(|error| AppError::fault(&error))?)?;
        let mut checkpoints = (0_u64..).zip(checkpoints).peekable();
        let mut place = 0_u64;
        while place < size {
            let batch = self.export_batch(place, size, with_details).await?;
            if batch.is_empty() {
                return Err(AppError::Fault(format!(
                    "ledger entry {place} is missing; restore the newest backup"
                )));
            }
            for (index, entry, detail) in batch {
                let line = ledger::entry_line(index, &entry, detail.as_ref());
                write(line.map_err(|error| AppError::fault(&error))?)?;
                place = index + 1;
                // A checkpoint stands straight after the last entry that it covers.
                while let Some((number, sealed)) =
                    checkpoints.next_if(|(_, sealed)| u64::try_from(sealed.size) == Ok(place))
                {
                    let line = ledger::checkpoint_line(number, &sealed.note);
                    write(line.map_err(|error| AppError::fault(&error))?)?;
                }
            }
        }
        Ok(size)
    }

    async fn export_batch(
        &self,
        place: u64,
        size: u64,
        with_details: bool,
    ) -> Result<Vec<(u64, Entry, Option<Detail>)>, AppError> {
        self.store()
            .read(move |tx| {
                let from = i64::try_from(place).unwrap_or(i64::MAX);
                let mut batch = Vec::new();
                for row in rows::from_place(tx, from, BATCH)? {
                    let index = u64::try_from(row.place.unwrap_or_default()).unwrap_or_default();
                    if index >= size {
                        break;
                    }
                    let detail = if with_details { rows::detail(tx, row.id)? } else { None };
                    let detail = detail
                        .map(|(salt, bytes)| Detail::from_parts(&salt, bytes))
                        .transpose()
                        .map_err(|error| AppError::fault(&error))?;
                    batch.push((index, entry_of(&row)?, detail));
                }
                Ok(batch)
            })
            .await
    }

    /// The private detail of an entry, for somebody who may see the ledger of its force. Reading it is an entry too.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is none or it was erased.
    pub async fn ledger_detail(
        &self,
        permit: Permit<SeeLedger>,
        entry: domain::EntryId,
        reason: &str,
    ) -> Result<Secret<String>, AppError> {
        let reason = crate::people::text("reason", reason, 500)?;
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let (_, bytes) =
                    rows::detail(tx, entry)?.ok_or_else(|| AppError::not_found("detail of", entry))?;
                let record = crate::record::Record::new(
                    &permit.actor().name,
                    "ledger.detail.read",
                    format!("entry:{entry}"),
                )
                .detail(serde_json::json!({ "reason": reason }));
                app.enter(tx, now, record)?;
                String::from_utf8(bytes).map(Secret::new).map_err(|error| AppError::fault(&error))
            })
            .await
    }
}
