//! What this node knows of its ledger: whether it signs, how far it has read it again, and whether copies have left the machine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Timestamp;
use store::Tx;

use super::{Audit, Memory};
use kernel::{App, AppError};

/// How the copies to one place stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct CopyState {
    /// How many entries the last checkpoint covers that was copied there.
    pub size: u64,
    /// When that was.
    pub copied_at: Option<Timestamp>,
    /// Since when it has failed, and why it failed last.
    pub failing: Option<(Timestamp, String)>,
    /// When it is tried again.
    pub again_at: Option<Timestamp>,
    /// How often it failed in a row.
    pub failures: u32,
    /// Whether people were told of that.
    #[serde(default)]
    pub told: bool,
}

/// How the ledger stands, for the pages and for whoever watches the service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerStatus {
    /// Why nothing is signed; `None` while it is.
    pub stopped: Option<String>,
    /// Each place that checkpoints are copied to. Empty: they do not leave this machine.
    pub copies: BTreeMap<String, CopyState>,
}

impl LedgerStatus {
    /// Whether a checkpoint was ever copied to a place that is not on this machine. A folder counts: it may be a share, which
    /// only the force can know.
    #[must_use]
    pub fn left_the_machine(&self) -> bool {
        self.copies.iter().any(|(place, state)| place != "syslog" && state.copied_at.is_some())
    }
}

/// The same, with what belongs to it inside the process.
#[derive(Default)]
pub(crate) struct Watch {
    status: LedgerStatus,
    audit: Audit,
    /// People were told since the start that this node does not know what it signed last.
    told: bool,
}

/// What a node keeps of its ledger beside the database.
struct Beside {
    signed: Arc<Memory>,
    copied: Arc<Memory>,
    watch: Mutex<Watch>,
}

fn beside(app: &App) -> Arc<Beside> {
    app.of_node(|config| {
        let memory = |name| Arc::new(Memory::new(config.ledger_folder.as_deref(), name));
        Beside { signed: memory(super::SIGNED), copied: memory(super::COPIED), watch: Mutex::default() }
    })
}

/// Returns where this node remembers what it signed last.
pub(crate) fn memory(app: &App) -> Arc<Memory> {
    Arc::clone(&beside(app).signed)
}

/// Returns where this node remembers how far the copies have come.
pub(crate) fn copies_memory(app: &App) -> Arc<Memory> {
    Arc::clone(&beside(app).copied)
}

fn watch<T>(app: &App, change: impl FnOnce(&mut Watch) -> T) -> T {
    change(&mut beside(app).watch.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Notes whether the ledger is signed, and shouts where it is not: with each round, until somebody has accepted it.
pub(crate) fn shout_of_ledger(app: &App, says: Option<&str>) {
    if let Some(says) = says {
        tracing::error!(
            says,
            "THE LEDGER IS NOT SIGNED: it does not continue what was signed last. Find out why; then run `lanyard ledger accept`"
        );
    }
    watch(app, |watch| watch.status.stopped = says.map(str::to_owned));
}

/// Whether nobody was told yet that this node does not know what it signed last.
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

/// How the ledger stands as far as this node knows, and as the database says.
///
/// # Errors
/// Only where the database does not answer.
pub async fn ledger_status(app: &App) -> Result<LedgerStatus, AppError> {
    let app = app.clone();
    app.clone().store().read(move |tx| ledger_status_in(&app, tx)).await
}

/// The same within a transaction.
pub fn ledger_status_in(app: &App, tx: &mut Tx<'_>) -> Result<LedgerStatus, AppError> {
    let mut status = watch(app, |watch| watch.status.clone());
    let open = store::ledger_guard::open(tx)?;
    status.stopped = open.map(|stop| stop.says).or(status.stopped);
    Ok(status)
}
