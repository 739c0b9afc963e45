//! Signs only a ledger that continues what this node signed last.
//!
//! Before each signature the stored tree is proven to be an extension of the checkpoint in the node's own memory and
//! of the last one in the database, which another node may have signed. Anything else is refused: no position is
//! given and nothing is signed until an operator accepts it with a reason (`accept`), and an alarm is raised. Devices
//! are served meanwhile.

use domain::EntryId;
use ledger::{Checkpoint, Tree, TreeError, consistency_proof, verify_consistency};
use serde_json::json;
use store::ledger_guard::{self, Stop};
use store::{Tx, ledger as rows};

use super::Nodes;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// The fault of a ledger that is not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Signed entries are missing.
    Cut,
    /// The entries differ from those that were signed.
    Rewritten,
    /// The tree does not agree with its entries, or has a gap.
    Damaged,
    /// The node does not know what it signed last: after a restore, on a new node, or because the file was removed.
    Forgotten,
    /// The node's memory cannot be read.
    Unreadable,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Cut, Self::Rewritten, Self::Damaged, Self::Forgotten, Self::Unreadable];

    /// Returns the ledger's reason code for a word in a row.
    pub(crate) fn known(word: &str) -> &'static str {
        Self::ALL.into_iter().map(Self::word).find(|known| *known == word).unwrap_or_default()
    }

    /// Returns the reason code in the ledger.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Rewritten => "rewritten",
            Self::Damaged => "damaged",
            Self::Forgotten => "forgotten",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A ledger that does not continue what was signed.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) kind: Kind,
    pub(crate) says: String,
    pub(crate) remembered: Option<Checkpoint>,
    pub(crate) note: Option<String>,
    pub(crate) size: u64,
}

/// The result of a comparison: the tree to sign, or its fault.
pub(crate) type Compared = Result<Tree, Broken>;

/// Compares the stored tree with what was signed.
///
/// # Errors
/// Only if the database does not answer.
pub(crate) fn compare(app: &App, tx: &mut Tx<'_>) -> Result<Compared, AppError> {
    let size = u64::try_from(rows::size(tx)?).unwrap_or_default();
    let last = rows::last_checkpoint(tx)?;
    let broken =
        |kind, says: String, note: Option<String>| Broken { kind, says, remembered: None, note, size };
    let note = match crate::status::memory(app).read() {
        Ok(note) => note,
        Err(error) => {
            let says = format!("What this node signed last cannot be read: {error}.");
            return Ok(Err(broken(Kind::Unreadable, says, None)));
        }
    };
    if note.is_none() && last.is_some() && crate::status::memory(app).is_durable() {
        let says = "The database has signed checkpoints, and this node does not know which it signed last: the file \
                    ledger.signed is not in its data folder. That is so after a restore and on a new node."
            .to_owned();
        return Ok(Err(broken(Kind::Forgotten, says, None)));
    }
    let remembered = note.as_ref().and_then(|note| open(app, note));
    let short = remembered.as_ref().filter(|kept| kept.size > size);
    let found = match short {
        Some(kept) => Err((Kind::Cut, fewer(kept, size, "this node remembers"))),
        None => sound_tree(tx, size)?,
    };
    let tree = match found {
        Ok(tree) => tree,
        Err((kind, says)) => return Ok(Err(Broken { remembered, ..broken(kind, says, note) })),
    };
    let signed = [("this node remembers", note.clone()), ("the database holds", last.map(|last| last.note))];
    for (whose, signed) in signed {
        let Some(signed) = signed else { continue };
        let Some(kept) = open(app, &signed) else {
            let says = format!("The last checkpoint that {whose} is not one that this service signed.");
            return Ok(Err(broken(Kind::Unreadable, says, Some(signed))));
        };
        if let Err((kind, says)) = extends(tx, &tree, &kept, whose)? {
            return Ok(Err(Broken { remembered: Some(kept), ..broken(kind, says, Some(signed)) }));
        }
    }
    Ok(Ok(tree))
}

fn open(app: &App, note: &str) -> Option<Checkpoint> {
    Checkpoint::open(note, app.ledger_key().verifier()).ok()
}

type Wrong = (Kind, String);

/// Returns whether there are fewer entries than this node signed, or than the tree has leaves: giving a position
/// would then hide the loss or overwrite evidence. Records the fault.
///
/// # Errors
/// Only if the database does not answer.
pub(crate) fn is_cut(Work { app, tx, now }: Work<'_, '_>) -> Result<bool, AppError> {
    let size = u64::try_from(rows::size(tx)?).unwrap_or_default();
    let note = crate::status::memory(app).read().ok().flatten();
    let remembered = note.as_ref().and_then(|note| open(app, note));
    let says = match (&remembered, beyond(tx, size)?) {
        (Some(kept), _) if kept.size > size => fewer(kept, size, "this node remembers"),
        (_, Some(says)) => says,
        (_, None) => return Ok(false),
    };
    note_broken(Work { app, tx, now }, &Broken { kind: Kind::Cut, says, remembered, note, size })?;
    Ok(true)
}

fn fewer(kept: &Checkpoint, size: u64, whose: &str) -> String {
    format!("The last checkpoint that {whose} covers {} entries; the ledger has {size}.", kept.size)
}

fn beyond(tx: &mut Tx<'_>, size: u64) -> Result<Option<String>, AppError> {
    let place = i64::try_from(size).unwrap_or(i64::MAX);
    let leaves = ledger_guard::leaves(tx, place, 1)?;
    Ok(leaves.first().map(|(beyond, _)| {
        format!("The tree has a leaf at place {beyond}, and the ledger ends after {size} entries.")
    }))
}

/// Loads the tree over the entries that have a place.
fn sound_tree(tx: &mut Tx<'_>, size: u64) -> Result<Result<Tree, Wrong>, AppError> {
    if let Some(says) = beyond(tx, size)? {
        return Ok(Err((Kind::Cut, says)));
    }
    match Tree::load(size, &mut Nodes::of(tx)) {
        Ok(tree) => Ok(Ok(tree)),
        Err(TreeError::Store(error)) => Err(error),
        Err(error) => Ok(Err((Kind::Damaged, format!("The stored tree cannot be used: {error}.")))),
    }
}

/// Proves that a tree is an extension of a checkpoint.
fn extends(
    tx: &mut Tx<'_>,
    tree: &Tree,
    kept: &Checkpoint,
    whose: &str,
) -> Result<Result<(), Wrong>, AppError> {
    let (old, new) = (kept.size, tree.size());
    if old > new {
        return Ok(Err((Kind::Cut, fewer(kept, new, whose))));
    }
    let proof = match consistency_proof(old, new, &mut Nodes::of(tx)) {
        Ok(proof) => proof,
        Err(TreeError::Store(error)) => return Err(error),
        Err(error) => return Ok(Err((Kind::Damaged, format!("The stored tree cannot be used: {error}.")))),
    };
    if verify_consistency(old, kept.root, new, tree.root(), &proof).is_ok() {
        return Ok(Ok(()));
    }
    let says = format!(
        "The first {old} entries are not those over which the last checkpoint that {whose} was signed."
    );
    Ok(Err((Kind::Rewritten, says)))
}

/// Compares, and returns the reason where nothing is signed: a fault found now, or an earlier one that nobody has
/// accepted yet.
///
/// # Errors
/// Only if the database does not answer.
pub(crate) fn refused(Work { app, tx, now }: Work<'_, '_>) -> Result<Result<Tree, String>, AppError> {
    let tree = match compare(app, tx)? {
        Ok(tree) => tree,
        Err(broken) => {
            note_broken(Work { app, tx, now }, &broken)?;
            return Ok(Err(broken.says));
        }
    };
    Ok(match ledger_guard::open(tx)? {
        Some(stop) => Err(stop.says),
        None => Ok(tree),
    })
}

/// Records that a node does not sign, once for each kind until it is accepted, and raises an alarm.
pub(crate) fn note_broken(Work { app, tx, now }: Work<'_, '_>, broken: &Broken) -> Result<(), AppError> {
    let stop = Stop {
        id: EntryId::from_uuid(app.world().uuid()),
        found_at: now,
        kind: broken.kind.word().to_owned(),
        says: broken.says.clone(),
        remembered: broken.note.clone(),
        size: i64::try_from(broken.size).unwrap_or(i64::MAX),
    };
    // A node that does not know what it signed last does not stop the other nodes, which do know. That is reported
    // once, and again after a restart.
    let new = if broken.kind == Kind::Forgotten {
        crate::status::begin_telling(app)
    } else {
        ledger_guard::add(tx, &stop)?
    };
    if !new {
        return Ok(());
    }
    let record = Record::new("system", "ledger.refused", "ledger".to_owned())
        .reason(broken.kind.word())
        .detail(json!({ "says": broken.says, "remembered": broken.note, "entries": broken.size }));
    app.enter(tx, now, record)?;
    super::raise_alarm(Work { app, tx, now }, "system", "The ledger is not signed", &broken.says)
}
