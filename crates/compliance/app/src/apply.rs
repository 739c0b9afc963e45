//! Stores a judgement: the finding, the evidence where it changed, and what follows from a breach.

use domain::{ClauseId, EvidenceId, Outcome, Subject, Timestamp};
use store::Tx;
use store::findings::{self, Evidence, StoredFinding};

use super::basis::Basis;
use kernel::{App, AppError, PolicyInForce};

/// Judgement on one clause, ready to be stored.
pub(super) struct Judged {
    pub clause: ClauseId,
    pub clause_digest: String,
    pub outcome: Outcome,
    pub basis: Basis,
}

/// Result of storing a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Applied {
    /// Time since when the outcome has had its present word.
    pub since: Timestamp,
    /// Set where the word differs from the former one.
    pub changed: bool,
}

/// Stores one judgement over the former finding. Writes new evidence if outcome, reason, clause or policy differ; otherwise
/// confirms the existing evidence.
pub(super) fn apply(
    app: &App,
    tx: &mut Tx<'_>,
    policy: &PolicyInForce,
    subject: &Subject,
    judged: Judged,
    before: Option<&StoredFinding>,
    now: Timestamp,
) -> Result<Applied, AppError> {
    let same_word = before.is_some_and(|old| old.outcome.word() == judged.outcome.word());
    let since = match before {
        Some(old) if same_word => old.since,
        _ => now,
    };
    let standing = match before {
        Some(old) if old.outcome == judged.outcome => findings::evidence_by_id(tx, old.evidence)?,
        _ => None,
    };
    let policy_digest = policy.digest().to_owned();
    let basis = serde_json::to_string(&judged.basis).map_err(|error| AppError::fault(&error))?;
    let evidence = match standing {
        Some(old) if old.clause_digest == judged.clause_digest && old.policy_digest == policy_digest => {
            findings::confirm_evidence(tx, old.id, now)?;
            old.id
        }
        _ => {
            let id = EvidenceId::from_uuid(app.world().uuid());
            let new = Evidence {
                id,
                subject: subject.clone(),
                clause: judged.clause.clone(),
                outcome: judged.outcome.clone(),
                judged_at: now,
                confirmed_at: now,
                policy_digest,
                clause_digest: judged.clause_digest,
                basis,
            };
            findings::add_evidence(tx, &new)?;
            id
        }
    };
    let finding = StoredFinding {
        subject: subject.clone(),
        clause: judged.clause,
        outcome: judged.outcome,
        since,
        judged_at: now,
        evidence,
    };
    findings::put(tx, &finding)?;
    Ok(Applied { since, changed: !same_word })
}

/// Deletes findings on clauses that no longer ask anything of the subject; keeps their evidence.
pub(super) fn drop_others(
    tx: &mut Tx<'_>,
    subject: &Subject,
    before: &[StoredFinding],
    judged: &[ClauseId],
) -> Result<(), AppError> {
    for old in before.iter().filter(|old| !judged.contains(&old.clause)) {
        findings::drop(tx, subject, &old.clause)?;
    }
    Ok(())
}
