//! Tracks this node's ledger: whether it signs, how far it has been read again, and whether copies have left the machine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Timestamp;
use store::Tx;

use super::{Audit, Memory};
use kernel::{App, AppError};

/// The state of the copies to one target.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct CopyState {
    /// Number of entries that the last copied checkpoint covers.
    pub size: u64,
    /// The time of that copy.
    pub copied_at: Option<Timestamp>,
    /// The time since which it has failed, and the last reason.
    pub failing: Option<(Timestamp, String)>,
    /// The time of the next attempt.
    pub again_at: Option<Timestamp>,
    /// Number of failures in a row.
    pub failures: u32,
    /// Whether people were alerted to that.
    #[serde(default)]
    pub told: bool,
}

/// The state of the ledger, for the pages and for monitoring.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerStatus {
    /// The reason why nothing is signed; `None` while it is signed.
    pub stopped: Option<String>,
    /// The state for each target of the copies. Empty where the checkpoints do not leave this machine.
    pub copies: BTreeMap<String, CopyState>,
}

impl LedgerStatus {
    /// Returns whether a checkpoint was ever copied to a target outside this machine. A folder counts: it may be a
    /// share, which only the force can know.
    #[must_use]
    pub fn left_the_machine(&self) -> bool {
        self.copies.iter().any(|(place, state)| place != "syslog" && state.copied_at.is_some())
    }
}

/// The state of the ledger, with the parts that stay inside the process.
#[derive(Default)]
pub(crate) struct Watch {
    status: LedgerStatus,
    audit: Audit,
    /// Whether people were alerted since the start that this node does not know what it signed last.
    told: bool,
}

/// The data that a node keeps of its ledger beside the database.
struct Beside {
    signed: Arc<Memory>,
    copied: Arc<Memory>,
    witnessed: Arc<Memory>,
    watch: Mutex<Watch>,
}

fn beside(app: &App) -> Arc<Beside> {
    app.of_node(|config| {
        let memory = |name| Arc::new(Memory::new(config.ledger_folder.as_deref(), name));
        Beside {
            signed: memory(super::SIGNED),
            copied: memory(super::COPIED),
            witnessed: memory(super::WITNESSED),
            watch: Mutex::default(),
        }
    })
}

/// Returns the memory of what this node signed last.
pub(crate) fn memory(app: &App) -> Arc<Memory> {
    Arc::clone(&beside(app).signed)
}

/// Returns the memory of the progress of this node's copies.
pub(crate) fn copies_memory(app: &App) -> Arc<Memory> {
    Arc::clone(&beside(app).copied)
}

/// Returns the memory of the checkpoints of other ledgers that this node cosigned last.
pub(crate) fn witnessed_memory(app: &App) -> Arc<Memory> {
    Arc::clone(&beside(app).witnessed)
}

fn watch<T>(app: &App, change: impl FnOnce(&mut Watch) -> T) -> T {
    change(&mut beside(app).watch.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Stores whether the ledger is signed, and logs an error where it is not: in each round, until somebody has accepted
/// it.
pub(crate) fn shout_of_ledger(app: &App, says: Option<&str>) {
    if let Some(says) = says {
        tracing::error!(
            says,
            "THE LEDGER IS NOT SIGNED: it does not continue what was signed last. Find out why; then run `lanyard ledger accept`"
        );
    }
    watch(app, |watch| watch.status.stopped = says.map(str::to_owned));
}

/// Returns whether nobody was alerted yet that this node does not know what it signed last, and sets that mark.
pub(crate) fn begin_telling(app: &App) -> bool {
    watch(app, |watch| !std::mem::replace(&mut watch.told, true))
}

pub(crate) fn take_audit(app: &App) -> Audit {
    watch(app, |watch| std::mem::take(&mut watch.audit))
}

pub(crate) fn keep_audit(app: &App, audit: Audit) {
    watch(app, |watch| watch.audit = audit);
}

pub(crate) fn set_copies(app: &App, copies: BTreeMap<String, CopyState>) {
    watch(app, |watch| watch.status.copies = copies);
}

/// Returns the state of the ledger, as far as this node and the database know it.
///
/// # Errors
/// Only if the database does not answer.
pub async fn ledger_status(app: &App) -> Result<LedgerStatus, AppError> {
    let app = app.clone();
    app.clone().store().read(move |tx| ledger_status_in(&app, tx)).await
}

/// Returns the state of the ledger as [`ledger_status`] does, within a transaction.
pub fn ledger_status_in(app: &App, tx: &mut Tx<'_>) -> Result<LedgerStatus, AppError> {
    let mut status = watch(app, |watch| watch.status.clone());
    let open = store::ledger_guard::open(tx)?;
    status.stopped = open.map(|stop| stop.says).or(status.stopped);
    Ok(status)
}
