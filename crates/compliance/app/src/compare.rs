//! Compares findings and evidence with what the ledger entered of them, and names whatever was forged, altered, back-dated or
//! removed, on either side.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ClauseId, EntryId, EvidenceId, Subject, Timestamp};
use ledger::{FINDINGS_CARRIED, FINDINGS_CHANGED, FindingBatch, FindingLine, stated_findings};
use store::finding_batches::{self, Bare, Batch};
use store::findings::{self, Evidence, StoredFinding};
use store::{Tx, ledger as entries};

use super::sealed::{evidence_text, ledger_subject};
use kernel::AppError;
use kernel::record::entry_of;

/// Something about a finding that does not agree with the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingFault {
    /// The subject, as the ledger writes it.
    pub subject: String,
    /// The clause, where one is concerned.
    pub clause: Option<ClauseId>,
    /// What does not agree, in a sentence.
    pub says: String,
}

impl std::fmt::Display for FindingFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.clause {
            Some(clause) => write!(f, "{}, clause {clause}: {}", self.subject, self.says),
            None => write!(f, "{}: {}", self.subject, self.says),
        }
    }
}

/// The line of a finding, with the entry that it stands under.
#[derive(Debug, Clone)]
pub struct Line {
    /// The entry.
    pub entry: EntryId,
    /// The line's number in its batch, from 0.
    pub index: u64,
    /// The line.
    pub line: FindingLine,
}

/// What the ledger says of a subject, or of one of its clauses.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// The lines, oldest first.
    pub lines: Vec<Line>,
    /// The batches that the lines stand in, by entry.
    pub batches: BTreeMap<EntryId, FindingBatch>,
    /// Whatever does not agree.
    pub faults: Vec<FindingFault>,
}

impl Compared {
    /// Returns the line in force at a time.
    pub(crate) fn line_at(&self, clause: &ClauseId, at: Timestamp) -> Option<&Line> {
        self.lines.iter().rev().find(|one| one.line.clause == *clause && one.line.at <= at)
    }
}

/// Entries of one subject that are named where their lines are missing.
const MOST_BARE: u32 = 10;

/// Compares everything that is kept of a subject, or of one of its clauses, with the ledger.
///
/// # Errors
/// Only if the database does not answer.
pub(crate) fn compare(
    tx: &mut Tx<'_>,
    subject: &Subject,
    clause: Option<&ClauseId>,
) -> Result<Compared, AppError> {
    let mut comparing =
        Comparing { subject: ledger_subject(subject), of: clause, found: Compared::default() };
    let mut changed_before = false;
    for batch in finding_batches::of_subject(tx, subject)? {
        comparing.batch(tx, &batch, &mut changed_before)?;
    }
    // What those lines said of this clause is not known any more, so each such entry speaks against every clause of the subject.
    for bare in finding_batches::without_lines_of(tx, &comparing.subject, MOST_BARE)? {
        comparing.fault(clause, missing_lines(&bare));
    }
    let evidence = findings::evidence_of(tx, subject, clause)?;
    comparing.evidence(&evidence);
    let standing: Vec<StoredFinding> = findings::of_subject(tx, subject)?
        .into_iter()
        .filter(|finding| clause.is_none_or(|clause| finding.clause == *clause))
        .collect();
    comparing.standing(&standing, &evidence);
    Ok(comparing.found)
}

/// Says that the lines under an entry are gone.
pub(crate) fn missing_lines(bare: &Bare) -> String {
    format!("the ledger entry {} of {} states findings, and they are missing", bare.entry, bare.at)
}

struct Comparing<'a> {
    subject: String,
    /// The only clause that matters, where there is one.
    of: Option<&'a ClauseId>,
    found: Compared,
}

impl Comparing<'_> {
    fn fault(&mut self, clause: Option<&ClauseId>, says: String) {
        self.found.faults.push(FindingFault { subject: self.subject.clone(), clause: clause.cloned(), says });
    }

    /// Takes the lines of an entry, and compares them with it.
    fn batch(&mut self, tx: &mut Tx<'_>, kept: &Batch, changed_before: &mut bool) -> Result<(), AppError> {
        let batch = match FindingBatch::parse(&kept.lines) {
            Ok(batch) => batch,
            Err(error) => {
                self.fault(
                    None,
                    format!("the lines under the ledger entry {} were changed: {error}", kept.entry),
                );
                return Ok(());
            }
        };
        if !batch.lines().any(|line| self.of.is_none_or(|clause| line.clause == *clause)) {
            return Ok(());
        }
        if let Err(says) = entry_agrees(tx, kept, &batch, &self.subject)? {
            self.fault(self.of, says);
        }
        let carried = entries::by_id(tx, kept.entry)?.is_some_and(|entry| entry.action == FINDINGS_CARRIED);
        if carried && *changed_before {
            let says = format!(
                "the ledger entry {} says that findings were carried over, and findings were entered before it: it was made to hide \
                 something",
                kept.entry
            );
            self.fault(self.of, says);
        }
        *changed_before |= !carried;
        for (index, line) in (0_u64..).zip(batch.lines()) {
            if line.subject != self.subject {
                let says = format!("a line under the ledger entry {} is about {}", kept.entry, line.subject);
                self.fault(Some(&line.clause), says);
            }
            if self.of.is_none_or(|clause| line.clause == *clause) {
                self.found.lines.push(Line { entry: kept.entry, index, line: line.clone() });
            }
        }
        self.found.batches.insert(kept.entry, batch);
        Ok(())
    }

    /// Compares evidence with the lines, in both directions.
    fn evidence(&mut self, rows: &[Evidence]) {
        let by_id: BTreeMap<EvidenceId, &Evidence> = rows.iter().map(|row| (row.id, row)).collect();
        let lines = std::mem::take(&mut self.found.lines);
        let mut known = BTreeSet::new();
        for one in &lines {
            let Some(id) = one.line.evidence else { continue };
            known.insert(id);
            let says = match by_id.get(&id) {
                None => format!(
                    "the ledger entry {} says {} at {}, and the compliance evidence {id} for it is missing",
                    one.entry, one.line.outcome, one.line.at
                ),
                Some(row) => match differs(row, &one.line) {
                    None => continue,
                    Some(what) => format!(
                        "the compliance evidence {id} is not what the ledger entered in {} at {}: {what}",
                        one.entry, one.line.at
                    ),
                },
            };
            self.fault(Some(&one.line.clause), says);
        }
        self.found.lines = lines;
        for row in rows.iter().filter(|row| !known.contains(&row.id)) {
            let says = format!(
                "the compliance evidence {} of {} ({}) is in no entry of the ledger: it was not written by this service",
                row.id,
                row.judged_at,
                row.outcome.word()
            );
            self.fault(Some(&row.clause), says);
        }
    }

    /// Compares the findings of today with the last lines.
    fn standing(&mut self, standing: &[StoredFinding], evidence: &[Evidence]) {
        let mut last: BTreeMap<&ClauseId, &Line> = BTreeMap::new();
        let lines = std::mem::take(&mut self.found.lines);
        for one in &lines {
            last.insert(&one.line.clause, one);
        }
        for finding in standing {
            match last.remove(&finding.clause) {
                Some(one) if !one.line.is_end() => {
                    let row = evidence.iter().find(|row| Some(row.id) == one.line.evidence);
                    if let Some(what) = stands_otherwise(finding, &one.line, row) {
                        self.fault(Some(&finding.clause), format!("{what} (ledger entry {})", one.entry));
                    }
                }
                _ => {
                    let says = format!(
                        "a finding says {} since {}, and no entry of the ledger says so",
                        finding.outcome.word(),
                        finding.since
                    );
                    self.fault(Some(&finding.clause), says);
                }
            }
        }
        for one in last.into_values().filter(|one| !one.line.is_end()) {
            let says = format!(
                "the ledger entry {} says {} since {}, and the finding is missing",
                one.entry, one.line.outcome, one.line.since
            );
            self.fault(Some(&one.line.clause), says);
        }
        self.found.lines = lines;
    }
}

/// Compares an entry with the lines under it.
fn entry_agrees(
    tx: &mut Tx<'_>,
    kept: &Batch,
    batch: &FindingBatch,
    subject: &str,
) -> Result<Result<(), String>, AppError> {
    let id = kept.entry;
    let Some(entry) = entries::by_id(tx, id)? else {
        return Ok(Err(format!("lines stand under the ledger entry {id}, and there is no such entry")));
    };
    let stated = entry.reason.as_deref().and_then(stated_findings);
    let is_over_findings = matches!(entry.action.as_str(), FINDINGS_CHANGED | FINDINGS_CARRIED);
    if !is_over_findings || stated != Some((batch.count(), batch.root())) {
        return Ok(Err(format!("the lines under the ledger entry {id} do not give the root that it states")));
    }
    if entry.subject != subject || entry.at != kept.at {
        return Ok(Err(format!(
            "the lines under the ledger entry {id} carry another subject or time than it does"
        )));
    }
    let Some(place) = entry.place else { return Ok(Ok(())) };
    let leaf = entry_of(&entry)?.leaf().map_err(|error| AppError::fault(&error))?;
    let stored = entries::node(tx, 0, place.unsigned_abs())?;
    if stored.as_deref() == Some(leaf.as_bytes()) {
        return Ok(Ok(()));
    }
    Ok(Err(format!("the ledger entry {id} is not the one that stands in the ledger's tree at place {place}")))
}

/// Returns how evidence differs from its line.
fn differs(row: &Evidence, line: &FindingLine) -> Option<&'static str> {
    if row.clause != line.clause {
        return Some("it is about another clause");
    }
    if row.outcome.word() != line.outcome {
        return Some("its outcome is another one");
    }
    if row.judged_at != line.at {
        return Some("its time is another one");
    }
    let digest = evidence_text(row).ok().flatten().map(|text| text.digest());
    (digest.is_none() || digest != line.digest).then_some("its facts, its reason or its rules were changed")
}

/// Returns how a finding differs from its line and its evidence.
fn stands_otherwise(finding: &StoredFinding, line: &FindingLine, row: Option<&Evidence>) -> Option<String> {
    if finding.outcome.word() != line.outcome {
        return Some(format!("the finding says {}, the ledger {}", finding.outcome.word(), line.outcome));
    }
    if Some(finding.evidence) != line.evidence {
        return Some(format!(
            "the finding rests on the compliance evidence {}, which is not the ledger's",
            finding.evidence
        ));
    }
    if finding.since != line.since {
        return Some(format!("the finding says since {}, the ledger since {}", finding.since, line.since));
    }
    let other_reason = row.is_some_and(|row| row.outcome != finding.outcome);
    other_reason.then(|| "the finding gives another reason than its evidence".to_owned())
}
