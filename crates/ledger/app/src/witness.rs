//! Cosigns the checkpoints of other ledgers as their witness, and keeps the cosignatures that witnesses gave on this one's.
//!
//! What this node cosigned last of each ledger stands beside the keys, outside the database and outside its backups: a witness
//! that is put back to an older state could be shown another history from there on.

use std::collections::BTreeMap;

use domain::Timestamp;
use ledger::{
    Checkpoint, CosignError, CosignerKey, VerifierKey, WitnessKey, WitnessRequest, consistency_proof,
};
use serde_json::json;
use store::ledger as rows;
use store::ledger_cosignatures::{self as cosignatures, Cosignature};

use super::Nodes;
use super::prove::cosigned;
use kernel::access::{Permit, RunService, SeeLedger};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Most ledgers that one node is the witness of.
const MOST_LEDGERS: usize = 100;

/// A checkpoint that was cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// The note with the cosignature under it.
    pub note: String,
    /// The ledger.
    pub origin: String,
    /// Entries that it covers.
    pub size: u64,
    /// Entries that the one before covered; `None` for the first of this ledger.
    pub before: Option<u64>,
}

/// The other ledger's key, and what its owner asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The ledger's public key.
    pub ledger: VerifierKey,
    /// What is asked for.
    pub asked: WitnessRequest,
    /// Whether nothing of this ledger was ever cosigned, as the operator says.
    pub first: bool,
}

/// Cosigns the checkpoint of another ledger if it continues the one that this node cosigned last, and remembers it before
/// anybody sees the cosignature.
///
/// # Errors
/// [`AppError::Conflict`] for a checkpoint that does not continue the last one, with both; for the first of a ledger without the
/// operator's word that it is; and for a request that is not valid.
pub async fn witness(
    app: &App,
    permit: Permit<RunService>,
    request: Request,
    key: CosignerKey,
) -> Result<Witnessed, AppError> {
    let (own, now, by) = (app.clone(), app.world().now(), permit.actor().name.clone());
    let done = app
        .store()
        .write(move |tx| {
            // One at a time, whatever process asks: the file below has no lock of its own.
            rows::lock(tx)?;
            match cosign(&own, &request, &key, now)? {
                Ok(witnessed) => {
                    let record = Record::new(&by, "ledger.witnessed", "ledger".to_owned()).detail(json!({
                        "ledger": witnessed.origin, "entries": witnessed.size, "note": witnessed.note,
                    }));
                    own.enter(tx, now, record)?;
                    Ok::<_, AppError>(Ok(witnessed))
                }
                Err(refused) => {
                    refuse(Work { app: &own, tx, now }, &by, &refused)?;
                    Ok(Err(refused))
                }
            }
        })
        .await?;
    done.map_err(|refused| AppError::Conflict(refused.says()))
}

/// A request that was refused, with what speaks against it.
struct Refused {
    error: CosignError,
    origin: String,
    /// The note that was cosigned last.
    before: Option<String>,
    /// The note that was to be cosigned.
    now: String,
}

impl Refused {
    fn is_fork(&self) -> bool {
        matches!(self.error, CosignError::Fork(_))
    }

    fn says(&self) -> String {
        let Some(before) = self.before.as_ref().filter(|_| self.is_fork()) else {
            return format!("not cosigned: {}", self.error);
        };
        format!(
            "NOT COSIGNED: {}. Keep both notes, and ask for the request once more: it may have been damaged on its way. If it fails \
             again, or both notes state the same number of entries with different roots, the ledger was forked.\n\n\
             Cosigned before:\n{before}\nAsked for now:\n{}",
            self.error, self.now
        )
    }
}

/// Compares, signs and remembers.
fn cosign(
    app: &App,
    request: &Request,
    key: &CosignerKey,
    now: Timestamp,
) -> Result<Result<Witnessed, Refused>, AppError> {
    let memory = crate::status::witnessed_memory(app);
    let unreadable = |why: String| {
        AppError::Fault(format!("what was cosigned last cannot be read: {why}; nothing is cosigned"))
    };
    let text = memory.read().map_err(|error| unreadable(error.to_string()))?;
    let mut all: BTreeMap<String, String> = match text {
        Some(text) => serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?,
        None => BTreeMap::new(),
    };
    let origin = request.ledger.name().to_owned();
    let before = all.get(&origin).cloned();
    if before.is_none() && !request.first {
        return Err(AppError::Conflict(format!(
            "this witness remembers nothing of {origin}. If it never cosigned that ledger, say --first; if it did, the file {} is \
             gone: whoever asks could show another history now, so find the last cosigned checkpoint first",
            super::WITNESSED
        )));
    }
    if all.len() >= MOST_LEDGERS && before.is_none() {
        return Err(AppError::Conflict(format!(
            "this witness has {MOST_LEDGERS} ledgers already; use another one"
        )));
    }
    let known = match &before {
        Some(note) => Some(Checkpoint::open(note, &request.ledger).map_err(|error| {
            AppError::Conflict(format!(
                "what was cosigned last of {origin} was signed by another key: {error}"
            ))
        })?),
        None => None,
    };
    let line = match key.cosign(&request.asked, &request.ledger, known.as_ref(), now) {
        Ok(line) => line,
        Err(error) => return Ok(Err(Refused { error, origin, before, now: request.asked.note.clone() })),
    };
    let checkpoint =
        Checkpoint::open(&request.asked.note, &request.ledger).map_err(|error| AppError::fault(&error))?;
    all.insert(origin.clone(), request.asked.note.clone());
    let text = serde_json::to_string_pretty(&all).map_err(|error| AppError::fault(&error))?;
    memory.keep(&text).map_err(|error| AppError::fault(&error))?;
    Ok(Ok(Witnessed {
        note: format!("{}{line}", request.asked.note),
        origin,
        size: checkpoint.size,
        before: known.map(|known| known.size),
    }))
}

/// Enters that a fork was refused, and tells.
fn refuse(Work { app, tx, now }: Work<'_, '_>, by: &str, refused: &Refused) -> Result<(), AppError> {
    if !refused.is_fork() {
        return Ok(());
    }
    let record = Record::new(by, "ledger.witness-refused", "ledger".to_owned()).reason("fork").detail(json!({
        "ledger": refused.origin, "before": refused.before, "asked": refused.now, "says": refused.error.to_string(),
    }));
    app.enter(tx, now, record)?;
    let subject = "Another ledger did not prove that it continues";
    let says =
        format!("The ledger {} does not continue what this service cosigned as its witness.", refused.origin);
    super::raise_alarm(Work { app, tx, now }, by, subject, &says)
}

/// Writes what a witness is asked: to cosign the newest checkpoint, from the size that it cosigned last. The newest entries are
/// signed first.
///
/// # Errors
/// [`AppError::Invalid`] for a size that the ledger never had; [`AppError::Conflict`] where the ledger is not signed.
pub async fn ask_witness(
    app: &App,
    permit: Permit<SeeLedger>,
    from: u64,
) -> Result<WitnessRequest, AppError> {
    if permit.scope().force().is_some() {
        return Err(AppError::Conflict("asking a witness needs a permit for every force".into()));
    }
    super::checkpoint_ledger(app).await?;
    app.store()
        .read(move |tx| {
            let last = rows::last_checkpoint(tx)?.ok_or_else(|| {
                AppError::Conflict("the ledger has no entry yet, so there is nothing to cosign".into())
            })?;
            let size = last.size.unsigned_abs();
            if from > size {
                return Err(AppError::invalid(
                    "from",
                    format!("the ledger has {size} signed entries: enter at most that"),
                ));
            }
            let proof =
                consistency_proof(from, size, &mut Nodes::of(tx)).map_err(|error| AppError::fault(&error))?;
            Ok(WitnessRequest { old: from, proof, note: last.note })
        })
        .await
}

/// Keeps the cosignatures of trusted witnesses on a checkpoint of this ledger; returns their names.
///
/// # Errors
/// [`AppError::Conflict`] for a note that is no checkpoint of this ledger as it stands, and where no trusted witness cosigned it.
pub async fn keep_cosignatures(
    app: &App,
    permit: Permit<RunService>,
    note: String,
    witnesses: Vec<WitnessKey>,
) -> Result<Vec<String>, AppError> {
    let key = app.ledger_key().verifier().clone();
    let not_ours = |why: String| AppError::Conflict(format!("this is no checkpoint of this ledger: {why}"));
    let checkpoint = Checkpoint::open(&note, &key).map_err(|error| not_ours(error.to_string()))?;
    let mut found = Vec::new();
    for witness in &witnesses {
        match witness.check(&note) {
            Ok(good) => found.push(good),
            Err(CosignError::Missing(_)) => {}
            Err(error) => return Err(AppError::Conflict(error.to_string())),
        }
    }
    if found.is_empty() {
        return Err(AppError::Conflict(
            "no witness that you trust has cosigned it: name the witness's public key under [ledger] witnesses in the settings, or \
             with --witness"
                .into(),
        ));
    }
    let (own, now) = (app.clone(), app.world().now());
    app.store()
        .write(move |tx| {
            rows::lock(tx)?;
            let size = i64::try_from(checkpoint.size).unwrap_or(i64::MAX);
            let stored = cosignatures::checkpoint_of(tx, size)?.map(|stored| Checkpoint::open(&stored.note, &key));
            if !matches!(stored, Some(Ok(stored)) if stored == checkpoint) {
                return Err(AppError::Conflict(format!(
                    "the ledger has no checkpoint of {size} entries with this root: it was signed over another history"
                )));
            }
            let mut names = Vec::new();
            for one in found {
                cosignatures::put(
                    tx,
                    &Cosignature { size, witness: one.witness.clone(), line: one.line, at: one.at },
                )?;
                names.push(one.witness);
            }
            let record = Record::new(&permit.actor().name, "ledger.cosigned", "ledger".to_owned())
                .detail(json!({ "entries": size, "witnesses": names }));
            own.enter(tx, now, record)?;
            Ok(names)
        })
        .await
}

/// Returns every checkpoint that was cosigned, with its cosignatures, smallest first.
///
/// # Errors
/// Only if the database does not answer.
pub async fn cosigned_notes(app: &App, _permit: Permit<SeeLedger>) -> Result<Vec<String>, AppError> {
    app.store()
        .read(|tx| {
            let mut notes = Vec::new();
            let mut last = None;
            for one in cosignatures::all(tx)? {
                if last == Some(one.size) {
                    continue;
                }
                last = Some(one.size);
                if let Some(checkpoint) = cosignatures::checkpoint_of(tx, one.size)? {
                    notes.push(cosigned(tx, &checkpoint)?);
                }
            }
            Ok(notes)
        })
        .await
}

/// Returns the checkpoint that this node signed last, which it remembers outside the database.
#[must_use]
pub fn last_signed(app: &App) -> Option<Checkpoint> {
    let note = crate::status::memory(app).read().ok().flatten()?;
    Checkpoint::open(&note, app.ledger_key().verifier()).ok()
}
