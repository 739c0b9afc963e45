//! Ties evidence to the ledger: its salt, the text of which the ledger keeps the digest, and the words for subjects there.

use domain::{Subject, World};
use ledger::{EvidenceParts, EvidenceText, Hash};
use serde_json::Value;
use store::findings::Evidence;

use kernel::AppError;

/// Returns the subject as the ledger writes it.
#[must_use]
pub fn ledger_subject(subject: &Subject) -> String {
    match subject {
        Subject::Device(id) => format!("device:{id}"),
        Subject::Person(id) => format!("person:{id}"),
        Subject::Document(id) => format!("document:{id}"),
    }
}

/// Makes the secret of some new evidence, in the words of its column.
pub(crate) fn new_salt(world: &World) -> String {
    Hash::from_bytes(world.bytes::<32>()).to_string()
}

/// Returns the text of some evidence as the ledger knows it; `None` for evidence that has no salt.
///
/// # Errors
/// [`AppError::Fault`] where a column cannot be read.
pub(crate) fn evidence_text(row: &Evidence) -> Result<Option<EvidenceText>, AppError> {
    let Some(salt) = &row.salt else { return Ok(None) };
    let salt: Hash = salt.parse().map_err(|error| AppError::fault(&error))?;
    let read = |text: &str| serde_json::from_str::<Value>(text).map_err(|error| AppError::fault(&error));
    let (outcome, basis) = (read(&row.detail)?, read(&row.basis)?);
    let parts = EvidenceParts {
        id: &row.id.to_string(),
        subject: &ledger_subject(&row.subject),
        clause: row.clause.as_str(),
        outcome: &outcome,
        judged_at: row.judged_at.millis(),
        policy_digest: &row.policy_digest,
        clause_digest: &row.clause_digest,
        basis: &basis,
    };
    Ok(Some(EvidenceText::of(&parts, &salt)))
}
