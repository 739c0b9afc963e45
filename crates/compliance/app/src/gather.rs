//! Gathers the findings on a subject with everything that proves them: lines, evidence, facts, rules as they stood.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ClauseId, EntryId, Fact, Outcome, Subject, Timestamp};
use ledger::{EvidenceText, FindingBatch, Hash};
use policy::Library;
use store::findings::Evidence;
use store::{Tx, findings};

use super::compare::{Compared, Line, compare};
use super::explain::may_explain;
use super::read_explain::{FactRead, Shown, shown_of};
use super::sealed::{evidence_text, ledger_subject};
use crate::Basis;
use kernel::access::{PermitWithin, SeeFindings};
use kernel::policy_in_force::kept;
use kernel::{App, AppError, PolicyInForce};

/// A finding with its proof under its ledger entry.
#[derive(Debug, Clone)]
pub struct ProvenFinding {
    /// The entry.
    pub entry: EntryId,
    /// The line, as it is hashed.
    pub line: String,
    /// The line's number under the entry.
    pub index: u64,
    /// The path to the root that the entry states.
    pub path: Vec<Hash>,
    /// The evidence and its facts.
    pub evidence: EvidenceText,
    /// The facts in words, in the same order; nothing for one that the reader may not see.
    pub facts: Vec<Option<FactRead>>,
    /// The outcome.
    pub outcome: Outcome,
    /// When the same judgement was last reached.
    pub confirmed_at: Timestamp,
}

/// A clause or a check as the rules had it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleText {
    /// Its number or name.
    pub name: String,
    /// Its title, or what it asks.
    pub title: String,
    /// SHA-256 of the text, hex.
    pub digest: String,
    /// The text.
    pub text: String,
}

/// What was gathered about some subjects.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// The findings, in order of subject and clause.
    pub findings: Vec<ProvenFinding>,
    /// The clauses as they stood.
    pub clauses: BTreeSet<RuleText>,
    /// The checks as they stood.
    pub checks: BTreeSet<RuleText>,
    /// Findings that the reader may not see.
    pub left_out: u64,
}

/// Gathers the present findings on some subjects, or those on one clause, as far as the reader may see them.
///
/// # Errors
/// [`AppError::Conflict`] where something does not agree with the ledger, or there are more than `most` findings;
/// [`AppError::Denied`] where the reader may see nothing of a subject.
pub async fn gather_findings(
    app: &App,
    permit: PermitWithin<SeeFindings>,
    subjects: Vec<Subject>,
    clause: Option<ClauseId>,
    most: usize,
) -> Result<Gathered, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let policy = app.policy();
            let mut gathering = Gathering {
                policy: &policy,
                permit: &permit,
                then: BTreeMap::new(),
                out: Gathered::default(),
            };
            for subject in &subjects {
                gathering.subject(tx, subject, clause.as_ref())?;
                if gathering.out.findings.len() > most {
                    return Err(AppError::Conflict(format!(
                        "there are more than {most} findings: ask for one clause, or for a smaller sample"
                    )));
                }
            }
            Ok(gathering.out)
        })
        .await
}

/// What belongs to a line.
struct About<'a> {
    batches: &'a BTreeMap<EntryId, FindingBatch>,
    row: &'a Evidence,
    shown: &'a Shown,
}

struct Gathering<'a> {
    policy: &'a PolicyInForce,
    permit: &'a PermitWithin<SeeFindings>,
    /// Rules of former times, by digest; nothing for those that are no longer kept.
    then: BTreeMap<String, Option<Library>>,
    out: Gathered,
}

impl Gathering<'_> {
    fn subject(
        &mut self,
        tx: &mut Tx<'_>,
        subject: &Subject,
        clause: Option<&ClauseId>,
    ) -> Result<(), AppError> {
        let compared = compare(tx, subject, clause)?;
        if let Some(fault) = compared.faults.first() {
            return Err(AppError::Conflict(format!(
                "nothing is packed: {fault}. Tell information security, and run `lanyard ledger verify` on the server"
            )));
        }
        let shown = shown_of(tx, self.permit.actor(), subject)?;
        let rows = findings::evidence_of(tx, subject, clause)?;
        for line in standing(&compared) {
            match may_explain(tx, self.policy, self.permit, subject, &line.line.clause) {
                Ok(()) => {}
                Err(AppError::Denied(_)) => {
                    self.out.left_out += 1;
                    continue;
                }
                Err(error) => return Err(error),
            }
            let row = rows.iter().find(|row| Some(row.id) == line.line.evidence);
            let row = row.ok_or_else(|| {
                AppError::Fault(format!("evidence of {} is missing", ledger_subject(subject)))
            })?;
            let about = About { batches: &compared.batches, row, shown: &shown };
            self.finding(tx, line, &about)?;
        }
        Ok(())
    }

    fn finding(&mut self, tx: &mut Tx<'_>, line: &Line, about: &About<'_>) -> Result<(), AppError> {
        let About { batches, row, shown } = about;
        let gone = || AppError::Fault(format!("the lines of the ledger entry {} cannot be read", line.entry));
        let (text, path) =
            batches.get(&line.entry).and_then(|batch| batch.prove(line.index)).ok_or_else(gone)?;
        let evidence = evidence_text(row)?.ok_or_else(gone)?;
        let basis: Basis = serde_json::from_str(&row.basis).map_err(|error| AppError::fault(&error))?;
        let used: &[Fact] = match &basis {
            Basis::Device { facts, .. } => facts,
            Basis::Person { .. } | Basis::Record { .. } => &[],
        };
        let words = |fact: &Fact| shown.shows(fact).then(|| FactRead::new(self.policy.library(), fact));
        self.out.findings.push(ProvenFinding {
            entry: line.entry,
            line: text,
            index: line.index,
            path,
            facts: used.iter().map(words).collect(),
            evidence,
            outcome: row.outcome.clone(),
            confirmed_at: row.confirmed_at,
        });
        self.rules(tx, row, &basis)
    }

    /// Adds the clause and the checks as the rules of that time had them, where those are kept.
    fn rules(&mut self, tx: &mut Tx<'_>, row: &Evidence, basis: &Basis) -> Result<(), AppError> {
        let digest = &row.policy_digest;
        if self.policy.digest() != digest && !self.then.contains_key(digest) {
            let library = match kept(tx, digest) {
                Ok(library) => library,
                // Rules that this version cannot read are as good as gone: the digest is still in the evidence.
                Err(AppError::Conflict(_)) => None,
                Err(error) => return Err(error),
            };
            self.then.insert(digest.clone(), library);
        }
        let library = match self.then.get(digest) {
            Some(then) => then.as_ref(),
            None => Some(self.policy.library()),
        };
        let Some(library) = library else { return Ok(()) };
        let json = |error: serde_json::Error| AppError::fault(&error);
        if let Some(clause) =
            library.clause(&row.clause).filter(|clause| clause.digest() == row.clause_digest)
        {
            self.out.clauses.insert(RuleText {
                name: clause.id.to_string(),
                title: clause.title.clone(),
                digest: clause.digest(),
                text: clause.digested().map_err(json)?,
            });
        }
        let Basis::Device { checks, .. } = basis else { return Ok(()) };
        for check in checks {
            let (Some(text), Some(known)) =
                (library.check_digested(&check.name).map_err(json)?, library.checks.get(&check.name))
            else {
                continue;
            };
            if library.check_digest(&check.name).as_deref() == Some(check.digest.as_str()) {
                self.out.checks.insert(RuleText {
                    name: check.name.clone(),
                    title: known.asks.clone(),
                    digest: check.digest.clone(),
                    text,
                });
            }
        }
        Ok(())
    }
}

/// Returns the last line of each clause that a finding still stands by.
fn standing(compared: &Compared) -> Vec<&Line> {
    let mut last: BTreeMap<&ClauseId, &Line> = BTreeMap::new();
    for one in &compared.lines {
        last.insert(&one.line.clause, one);
    }
    last.into_values().filter(|one| !one.line.is_end()).collect()
}
