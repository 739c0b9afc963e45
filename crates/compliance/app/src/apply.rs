//! Stores a judgement: the findings, the evidence where it changed, and one ledger entry over all that changed.

use domain::{ClauseId, EvidenceId, Force, Outcome, Subject, Timestamp};
use ledger::{FINDINGS_CHANGED, FindingBatch, FindingLine, Hash, WITHDRAWN};
use store::Tx;
use store::finding_batches::{self, Batch};
use store::findings::{self, Evidence, StoredFinding};

use super::basis::Basis;
use super::sealed::{evidence_text, ledger_subject, new_salt};
use kernel::record::Record;
use kernel::{App, AppError, PolicyInForce, Work};

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
    /// Set where the former outcome was a breach.
    pub was_breach: bool,
}

/// The judging of one subject in one transaction.
pub(super) struct Judging<'a> {
    app: &'a App,
    policy: &'a PolicyInForce,
    subject: Subject,
    now: Timestamp,
    /// The findings before.
    before: Vec<StoredFinding>,
    /// The clauses judged so far.
    judged: Vec<ClauseId>,
    /// What changed.
    lines: Vec<FindingLine>,
}

impl<'a> Judging<'a> {
    /// Begins to judge a subject by a policy.
    pub(super) fn begin(
        app: &'a App,
        tx: &mut Tx<'_>,
        policy: &'a PolicyInForce,
        subject: Subject,
        now: Timestamp,
    ) -> Result<Self, AppError> {
        let before = findings::of_subject(tx, &subject)?;
        Ok(Self { app, policy, subject, now, before, judged: Vec::new(), lines: Vec::new() })
    }

    /// Stores one judgement over the former finding. Writes new evidence if outcome, reason, clause or policy differ; otherwise
    /// confirms the existing evidence.
    pub(super) fn apply(&mut self, tx: &mut Tx<'_>, judged: Judged) -> Result<Applied, AppError> {
        let before = self.before.iter().find(|old| old.clause == judged.clause);
        let same_word = before.is_some_and(|old| old.outcome.word() == judged.outcome.word());
        let was_breach = before.is_some_and(|old| matches!(old.outcome, Outcome::NotMet { .. }));
        let since = before.filter(|_| same_word).map_or(self.now, |old| old.since);
        let standing = match before {
            Some(old) if old.outcome == judged.outcome => findings::evidence_by_id(tx, old.evidence)?,
            _ => None,
        };
        let digest = self.policy.digest();
        let confirmed =
            standing.filter(|old| old.clause_digest == judged.clause_digest && old.policy_digest == digest);
        self.judged.push(judged.clause.clone());
        let (clause, outcome) = (judged.clause.clone(), judged.outcome.clone());
        let evidence = match confirmed {
            Some(old) => {
                findings::confirm_evidence(tx, old.id, self.now)?;
                old.id
            }
            None => self.add_evidence(tx, judged, since)?,
        };
        let (subject, judged_at) = (self.subject.clone(), self.now);
        findings::put(tx, &StoredFinding { subject, clause, outcome, since, judged_at, evidence })?;
        Ok(Applied { since, changed: !same_word, was_breach })
    }

    /// Writes new evidence, and notes its line for the ledger.
    fn add_evidence(
        &mut self,
        tx: &mut Tx<'_>,
        judged: Judged,
        since: Timestamp,
    ) -> Result<EvidenceId, AppError> {
        let json = |error: serde_json::Error| AppError::fault(&error);
        let evidence = Evidence {
            id: EvidenceId::from_uuid(self.app.world().uuid()),
            subject: self.subject.clone(),
            clause: judged.clause,
            detail: serde_json::to_string(&judged.outcome).map_err(json)?,
            outcome: judged.outcome,
            judged_at: self.now,
            confirmed_at: self.now,
            policy_digest: self.policy.digest().to_owned(),
            clause_digest: judged.clause_digest,
            basis: serde_json::to_string(&judged.basis).map_err(json)?,
            salt: Some(new_salt(self.app.world())),
        };
        findings::add_evidence(tx, &evidence)?;
        self.lines.push(line(&evidence, since)?);
        Ok(evidence.id)
    }

    /// Deletes findings on clauses that no longer ask anything of the subject, keeping their evidence, and enters what changed.
    pub(super) fn finish(mut self, tx: &mut Tx<'_>, force: Option<Force>) -> Result<(), AppError> {
        for old in self.before.iter().filter(|old| !self.judged.contains(&old.clause)) {
            findings::drop(tx, &self.subject, &old.clause)?;
            self.lines.push(end(&self.subject, &old.clause, self.now));
        }
        let changed = Changed { action: FINDINGS_CHANGED, subject: &self.subject, force, lines: self.lines };
        enter(Work { app: self.app, tx, now: self.now }, changed)
    }
}

/// Changed findings of one subject, ready to be entered.
pub(super) struct Changed<'a> {
    /// What the entry says was done.
    pub action: &'static str,
    /// The subject.
    pub subject: &'a Subject,
    /// The force of the subject, where it has one.
    pub force: Option<Force>,
    /// The changes, in order.
    pub lines: Vec<FindingLine>,
}

/// Enters changed findings under one root, and keeps their lines beside the entry. Without a change nothing is entered.
pub(super) fn enter(Work { app, tx, now }: Work<'_, '_>, changed: Changed<'_>) -> Result<(), AppError> {
    if changed.lines.is_empty() {
        return Ok(());
    }
    let batch = FindingBatch::new(changed.lines).map_err(|error| AppError::fault(&error))?;
    let record = Record::new("system", changed.action, ledger_subject(changed.subject))
        .force_if(changed.force)
        .reason(batch.stated());
    let entry = app.enter_found(tx, now, record)?;
    let kept = Batch { entry, subject: changed.subject.clone(), at: now, lines: batch.text() };
    Ok(finding_batches::add(tx, &kept)?)
}

/// Returns the line of a finding with that evidence.
pub(super) fn line(evidence: &Evidence, since: Timestamp) -> Result<FindingLine, AppError> {
    let text = evidence_text(evidence)?;
    let digest: Option<Hash> = text.map(|text| text.digest());
    Ok(FindingLine {
        subject: ledger_subject(&evidence.subject),
        clause: evidence.clause.clone(),
        outcome: evidence.outcome.word().to_owned(),
        since,
        at: evidence.judged_at,
        evidence: Some(evidence.id),
        digest,
    })
}

/// Returns the line that ends a finding.
pub(super) fn end(subject: &Subject, clause: &ClauseId, now: Timestamp) -> FindingLine {
    FindingLine {
        subject: ledger_subject(subject),
        clause: clause.clone(),
        outcome: WITHDRAWN.to_owned(),
        since: now,
        at: now,
        evidence: None,
        digest: None,
    }
}
