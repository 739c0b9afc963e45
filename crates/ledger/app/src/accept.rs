//! Continues the ledger from its present state at an operator's command, after a restore or an explained incident.
//!
//! Checkpoints that no longer match are set aside, not removed, and the acceptance is an entry.

use domain::EntryId;
use ledger::{Checkpoint, Tree};
use serde_json::json;
use store::{Tx, ledger as rows, ledger_guard};

use super::Nodes;
use super::audit::{Audit, Read};
use super::guard::{self, Kind};
use kernel::access::{Permit, RunService};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// The result of an acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The fault, in a sentence.
    pub was: String,
    /// Number of entries that the last known checkpoint covered, where one is known.
    pub signed: Option<u64>,
    /// Number of entries that agreed with the tree.
    pub from: u64,
    /// Number of checkpoints that were set aside because the entries they cover have changed.
    pub void: u64,
}

/// Continues the ledger from its present state. `newest` is a copy of a checkpoint, for a node that knows none
/// itself: it puts the gap on record.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] where nothing is wrong.
pub async fn accept_ledger(
    app: &App,
    permit: Permit<RunService>,
    why: &str,
    newest: Option<Checkpoint>,
) -> Result<Accepted, AppError> {
    let why = kernel::fields::text("reason", why, 500)?;
    let sound = sound_entries(app).await?;
    let (this, now) = (app.clone(), app.world().now());
    let accepted = app
        .store()
        .write(move |tx| {
            rows::lock(tx)?;
            let Some(found) = what_is_wrong(&this, tx, newest)? else {
                return Err(AppError::Conflict(
                    "the ledger continues what this node signed last: there is nothing to accept".into(),
                ));
            };
            let under = EntryId::from_uuid(this.world().uuid());
            let from = i64::try_from(sound).unwrap_or(i64::MAX);
            ledger_guard::take_out(tx, from)?;
            let void = void_checkpoints(&this, tx, under, sound)?;
            sign_what_stands(Work { app: &this, tx, now }, sound)?;
            ledger_guard::accept(tx, now, &permit.actor().name, &why)?;
            let signed = found.signed.as_ref().map(|signed| signed.size);
            let record = Record::new(&permit.actor().name, "ledger.accepted", "ledger".to_owned())
                .reason(found.kind)
                .detail(json!({
                    "why": why, "was": found.says, "signed": signed, "entries": sound, "void_checkpoints": void,
                    "signed_root": found.signed.map(|signed| signed.root.to_string()),
                }));
            this.enter(tx, now, record)?;
            let says = format!("Somebody went on from {sound} entries by the command line. What was wrong: {}", found.says);
            super::raise_alarm(Work { app: &this, tx, now }, &permit.actor().name, "The ledger is signed again", &says)?;
            Ok(Accepted { was: found.says, signed, from: sound, void })
        })
        .await?;
    crate::status::shout_of_ledger(app, None);
    crate::status::keep_audit(app, Audit::default());
    crate::checkpoint_ledger(app).await?;
    Ok(accepted)
}

/// Counts the entries, from the first on, that agree with the stored tree.
async fn sound_entries(app: &App) -> Result<u64, AppError> {
    let mut audit = Audit::default();
    loop {
        let mut next = audit.clone();
        let (read, next) = app
            .store()
            .read(move |tx| {
                let read = next.batch(tx)?;
                let whole = match Tree::load(next.tree().size(), &mut Nodes::of(tx)) {
                    Ok(stored) => stored.root() == next.tree().root(),
                    Err(_) => false,
                };
                Ok::<_, AppError>(((read, whole), next))
            })
            .await?;
        match read {
            (Read::Agrees(1..), _) => audit = next,
            // The leaves agree and the nodes above them do not: the whole tree is rebuilt.
            (_, false) => return Ok(0),
            (Read::Differs(_) | Read::Agrees(0), true) => return Ok(next.tree().size()),
        }
    }
}

struct Found {
    kind: &'static str,
    says: String,
    signed: Option<Checkpoint>,
}

fn what_is_wrong(app: &App, tx: &mut Tx<'_>, newest: Option<Checkpoint>) -> Result<Option<Found>, AppError> {
    let key = app.ledger_key().verifier();
    let stop = ledger_guard::open(tx)?;
    let told = stop.as_ref().and_then(|stop| stop.remembered.as_deref());
    let told = told.and_then(|note| Checkpoint::open(note, key).ok());
    Ok(match (guard::compare(app, tx)?, stop) {
        (Err(broken), _) => Some(Found {
            kind: broken.kind.word(),
            says: broken.says,
            signed: broken.remembered.or(newest).or(told),
        }),
        (Ok(_), Some(stop)) => {
            Some(Found { kind: Kind::known(&stop.kind), says: stop.says, signed: told.or(newest) })
        }
        (Ok(_), None) => None,
    })
}

/// Sets aside every checkpoint that does not match the first `sound` entries; returns their number. Where one
/// matches, so do all before it.
fn void_checkpoints(app: &App, tx: &mut Tx<'_>, under: EntryId, sound: u64) -> Result<u64, AppError> {
    let all = rows::checkpoints(tx)?;
    let (mut fit, mut past) = (0, all.len());
    while fit < past {
        let middle = usize::midpoint(fit, past);
        let fits = match all.get(middle) {
            Some(one) => fits(app, tx, one, sound)?,
            None => false,
        };
        if fits { fit = middle + 1 } else { past = middle }
    }
    match all.get(fit) {
        Some(first) => Ok(ledger_guard::void_checkpoints(tx, under, first.size)?),
        None => Ok(0),
    }
}

fn fits(app: &App, tx: &mut Tx<'_>, one: &rows::Checkpoint, sound: u64) -> Result<bool, AppError> {
    let Ok(signed) = Checkpoint::open(&one.note, app.ledger_key().verifier()) else { return Ok(false) };
    if signed.size > sound || i64::try_from(signed.size) != Ok(one.size) {
        return Ok(false);
    }
    Ok(Tree::load(signed.size, &mut Nodes::of(tx)).is_ok_and(|tree| tree.root() == signed.root))
}

/// Signs the entries that agreed, so that the node has a last signature to remember; the others get their positions
/// after this.
fn sign_what_stands(Work { app, tx, now }: Work<'_, '_>, sound: u64) -> Result<(), AppError> {
    if sound == 0 {
        return crate::status::memory(app).forget().map_err(|error| AppError::fault(&error));
    }
    let tree = Tree::load(sound, &mut Nodes::of(tx)).map_err(|error| AppError::fault(&error))?;
    super::sign(Work { app, tx, now }, &tree).map(drop)
}
