//! Runs the ledger: gives entries their position, signs checkpoints, and proves that an entry is in it.
//!
//! Exports are in `ledger_export`. Not here: private details. They hold what other permits guard (a sealed case's
//! notes, whom an exemption covers), so no page shows them under the permit for the ledger;
//! `lanyard ledger export --with-details` on the server does.

pub mod keys;
pub mod ledger_export;
pub mod ledger_sight;
pub mod read;

mod accept;
mod audit;
mod copies;
mod details;
mod guard;
mod memory;
mod prove;
mod status;
mod witness;

pub use status::ledger_status;
pub use status::ledger_status_in;

use ledger::{Checkpoint, Hash, NodeStore, Tree};
use store::ledger as rows;
use store::{Tx, ledger_guard};

pub use accept::{Accepted, accept_ledger};
pub(crate) use audit::Audit;
pub use audit::read_ledger_again;
pub use copies::copy_checkpoints;
pub use details::erase_about;
pub use details::erase_due_details;
pub(crate) use memory::Memory;
pub use memory::{COPIED, SIGNED, WITNESSED};
pub use prove::{ProvenEntries, ledger_proof, prove_entries};
pub use status::{CopyState, LedgerStatus};
pub use witness::{Request, Witnessed, ask_witness, cosigned_notes, keep_cosignatures, last_signed, witness};

use kernel::record::entry_of;
use kernel::{App, AppError, Work};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

/// Most entries that get their position in one transaction.
pub const BATCH: u32 = 1000;

/// The tree's nodes: read one by one, collected to be written together.
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

/// Signs a tree and remembers it before anybody else can see the signature, so that no signature is ever forgotten.
/// Another node's note over the same entries is identical.
fn sign(Work { app, tx, now }: Work<'_, '_>, tree: &Tree) -> Result<String, AppError> {
    let note = Checkpoint::sign(tree.size(), tree.root(), app.ledger_key())
        .map_err(|error| AppError::fault(&error))?;
    let kept = crate::status::memory(app).read().map_err(|error| AppError::fault(&error))?;
    if kept.as_deref() != Some(&note) {
        crate::status::memory(app).keep(&note).map_err(|error| AppError::fault(&error))?;
    }
    let size = i64::try_from(tree.size()).unwrap_or(i64::MAX);
    rows::add_checkpoint(tx, &rows::Checkpoint { size, note: note.clone(), signed_at: now })?;
    Ok(note)
}

/// Raises an alarm about the ledger for every force.
fn raise_alarm(
    Work { app, tx, now }: Work<'_, '_>,
    by: &str,
    subject: &str,
    says: &str,
) -> Result<(), AppError> {
    let alarm = Alarm {
        force: None,
        kind: AlarmKind::Ledger,
        by: by.to_owned(),
        subject: subject.to_owned(),
        body: says.to_owned(),
        link: "/ledger".to_owned(),
    };
    alarms::raise(Work { app, tx, now }, alarm)
}

/// Gives waiting entries their position in the tree; returns their number. One node at a time does this: the
/// transaction is the only write transaction on SQLite and holds a lock on PostgreSQL.
///
/// # Errors
/// Fails where the database does not answer or a node of the tree is missing.
pub async fn sequence_ledger(app: &App) -> Result<usize, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            rows::lock(tx)?;
            // While nothing is signed, nothing is added to the tree either, so that its state is kept for inspection.
            if ledger_guard::open(tx)?.is_some() || guard::is_cut(Work { app: &app, tx, now })? {
                return Ok(0);
            }
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

/// Signs a checkpoint over every entry with a position, unless the latest one covers them all; returns the note, or
/// `None` where there is no entry yet.
///
/// # Errors
/// As [`sequence_ledger`]; [`AppError::Conflict`] where the ledger does not continue what was signed last, until an
/// operator accepts that ([`accept_ledger`]).
pub async fn checkpoint_ledger(app: &App) -> Result<Option<String>, AppError> {
    while sequence_ledger(app).await? > 0 {}
    let (own, now) = (app.clone(), app.world().now());
    let signed = app
        .store()
        .write(move |tx| {
            rows::lock(tx)?;
            let tree = match guard::refused(Work { app: &own, tx, now })? {
                Ok(tree) => tree,
                Err(says) => return Ok(Err(says)),
            };
            if tree.size() == 0 {
                return Ok(Ok(None));
            }
            sign(Work { app: &own, tx, now }, &tree).map(|note| Ok(Some(note)))
        })
        .await?;
    crate::status::shout_of_ledger(app, signed.as_ref().err().map(String::as_str));
    signed.map_err(|says| {
            AppError::Conflict(format!(
                "the ledger is not signed. {says} Find out why; then `lanyard ledger accept` goes on from what is there"
            ))
        })
}
