//! Findings, and the compliance evidence behind each.

use domain::{ClauseId, DeviceKind, EvidenceId, Force, Outcome, Subject, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// A current finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// The subject that it is about.
    pub subject: Subject,
    /// The clause.
    pub clause: ClauseId,
    /// The outcome.
    pub outcome: Outcome,
    /// Since when the outcome has had this word.
    pub since: Timestamp,
    /// When it was last judged.
    pub judged_at: Timestamp,
    /// The evidence that it rests on.
    pub evidence: EvidenceId,
}

/// The basis of a judgement, kept whole so that it can be replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// The subject that it is about.
    pub subject: Subject,
    /// The clause.
    pub clause: ClauseId,
    /// The outcome.
    pub outcome: Outcome,
    /// The outcome as it is written (JSON); its digest is in the ledger.
    pub detail: String,
    /// When it was first so judged.
    pub judged_at: Timestamp,
    /// When the same judgement was last reached.
    pub confirmed_at: Timestamp,
    /// Digest of the policy in force.
    pub policy_digest: String,
    /// Digest of the clause.
    pub clause_digest: String,
    /// Checks, parameters, facts and expected profiles, as the app spells them (JSON).
    pub basis: String,
    /// The secret from which the salts of its facts follow, base64; `None` in evidence that the ledger does not know yet.
    pub salt: Option<String>,
}

/// Findings with the device or person that each is about, as far as `$1` (a force, or nothing for all) reaches.
macro_rules! owned {
    () => {
        "finding f LEFT JOIN device d ON f.subject_kind = 'device' AND d.id = f.subject_id
         LEFT JOIN person p ON f.subject_kind = 'person' AND p.id = f.subject_id
         WHERE ($1 = '' OR f.subject_kind = 'document' OR COALESCE(d.force, p.force) = $1)"
    };
}

statements! {
    pub(crate) FINDING_PUT = "INSERT INTO finding (subject_kind, subject_id, clause_id, outcome, detail, since, judged_at, evidence_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (subject_kind, subject_id, clause_id) DO UPDATE SET outcome = excluded.outcome, detail = excluded.detail,
        since = excluded.since, judged_at = excluded.judged_at, evidence_id = excluded.evidence_id";
    FINDINGS_OF = "SELECT subject_kind, subject_id, clause_id, detail, since, judged_at, evidence_id FROM finding
        WHERE subject_kind = $1 AND subject_id = $2 ORDER BY clause_id";
    FINDING_ONE = "SELECT subject_kind, subject_id, clause_id, detail, since, judged_at, evidence_id FROM finding
        WHERE subject_kind = $1 AND subject_id = $2 AND clause_id = $3";
    // Of a force: what is about its devices and people, and the documents, which are every force's.
    FINDINGS_TALLY = concat!("SELECT f.clause_id, f.subject_kind, d.kind, f.outcome, count(*) FROM ", owned!(),
        " GROUP BY f.clause_id, f.subject_kind, d.kind, f.outcome");
    FINDINGS_TALLY_CLAUSE = concat!("SELECT f.clause_id, f.subject_kind, d.kind, f.outcome, count(*) FROM ", owned!(),
        " AND f.clause_id = $2 GROUP BY f.clause_id, f.subject_kind, d.kind, f.outcome");
    FINDINGS_NAMED = concat!("SELECT f.subject_kind, f.subject_id, f.clause_id, f.detail, f.since, f.judged_at, f.evidence_id,
        COALESCE(d.serial, p.name || ' (' || p.number || ')') FROM ", owned!(),
        " AND f.clause_id = $2 AND f.outcome = $3 ORDER BY f.subject_kind, f.subject_id LIMIT $4");
    FINDINGS_WITH_BASIS = "SELECT f.subject_kind, f.subject_id, f.clause_id, f.detail, f.since, f.judged_at, f.evidence_id, e.basis
        FROM finding f LEFT JOIN evidence e ON e.id = f.evidence_id WHERE f.subject_kind = $1 AND f.subject_id = $2
        ORDER BY f.clause_id";
    FINDINGS_DROP = "DELETE FROM finding WHERE subject_kind = $1 AND subject_id = $2 AND clause_id = $3";
    EVIDENCE_ADD = "INSERT INTO evidence (id, subject_kind, subject_id, clause_id, detail, judged_at, confirmed_at, policy_digest,
        clause_digest, basis, salt) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)";
    EVIDENCE_SALT = "UPDATE evidence SET salt = $2 WHERE id = $1 AND salt IS NULL";
    EVIDENCE_CONFIRM = "UPDATE evidence SET confirmed_at = $2 WHERE id = $1";
    EVIDENCE_BY_ID = "SELECT id, subject_kind, subject_id, clause_id, detail, judged_at, confirmed_at, policy_digest, clause_digest, basis, salt
        FROM evidence WHERE id = $1";
    EVIDENCE_AT = "SELECT id, subject_kind, subject_id, clause_id, detail, judged_at, confirmed_at, policy_digest, clause_digest, basis, salt
        FROM evidence WHERE subject_kind = $1 AND subject_id = $2 AND clause_id = $3 AND judged_at <= $4
        ORDER BY judged_at DESC, id DESC LIMIT 1";
    EVIDENCE_OF = "SELECT id, subject_kind, subject_id, clause_id, detail, judged_at, confirmed_at, policy_digest, clause_digest, basis, salt
        FROM evidence WHERE subject_kind = $1 AND subject_id = $2 AND ($3 = '' OR clause_id = $3) ORDER BY clause_id, judged_at, id";
    SUBJECTS_WITHOUT_SALT = "SELECT DISTINCT subject_kind, subject_id FROM evidence WHERE salt IS NULL
        ORDER BY subject_kind, subject_id LIMIT $1";
    // Each branch walks an index from the subject on, so that a step costs the same however many subjects there are.
    SUBJECTS_AFTER = "SELECT subject_kind, subject_id FROM (
          SELECT * FROM (SELECT DISTINCT subject_kind, subject_id FROM finding WHERE (subject_kind, subject_id) > ($1, $2)
            ORDER BY subject_kind, subject_id LIMIT $3) a
          UNION SELECT * FROM (SELECT DISTINCT subject_kind, subject_id FROM evidence WHERE (subject_kind, subject_id) > ($1, $2)
            ORDER BY subject_kind, subject_id LIMIT $3) b
          UNION SELECT * FROM (SELECT DISTINCT subject_kind, subject_id FROM finding_batch WHERE (subject_kind, subject_id) > ($1, $2)
            ORDER BY subject_kind, subject_id LIMIT $3) c
        ) u ORDER BY subject_kind, subject_id LIMIT $3";
    EVIDENCE_HISTORY = "SELECT id, subject_kind, subject_id, clause_id, detail, judged_at, confirmed_at, policy_digest, clause_digest, basis, salt
        FROM evidence WHERE subject_kind = $1 AND subject_id = $2 AND clause_id = $3 ORDER BY judged_at DESC, id DESC LIMIT $4";
}

pub(crate) fn subject_parts(subject: &Subject) -> (&'static str, String) {
    match subject {
        Subject::Device(id) => ("device", id.to_string()),
        Subject::Person(id) => ("person", id.to_string()),
        Subject::Document(id) => ("document", id.clone()),
    }
}

pub(crate) fn subject(row: &Row, kind: usize) -> Result<Subject, StoreError> {
    match row.text(kind)?.as_str() {
        "device" => Ok(Subject::Device(row.parse(kind + 1)?)),
        "person" => Ok(Subject::Person(row.parse(kind + 1)?)),
        _ => Ok(Subject::Document(row.text(kind + 1)?)),
    }
}

fn finding(row: &Row) -> Result<StoredFinding, StoreError> {
    Ok(StoredFinding {
        subject: subject(row, 0)?,
        clause: row.parse(2)?,
        outcome: row.json(3)?,
        since: row.time(4)?,
        judged_at: row.time(5)?,
        evidence: row.parse(6)?,
    })
}

fn evidence(row: &Row) -> Result<Evidence, StoreError> {
    Ok(Evidence {
        id: row.parse(0)?,
        subject: subject(row, 1)?,
        clause: row.parse(3)?,
        outcome: row.json(4)?,
        detail: row.text(4)?,
        judged_at: row.time(5)?,
        confirmed_at: row.time(6)?,
        policy_digest: row.text(7)?,
        clause_digest: row.text(8)?,
        basis: row.text(9)?,
        salt: row.opt_text(10)?,
    })
}

fn outcome_json(outcome: &Outcome) -> Result<Value, StoreError> {
    serde_json::to_string(outcome)
        .map(Into::into)
        .map_err(|error| StoreError::encode("finding.detail", &error))
}

/// Writes a finding in place of the former one.
pub fn put(tx: &mut Tx<'_>, finding: &StoredFinding) -> Result<(), StoreError> {
    let (kind, id) = subject_parts(&finding.subject);
    let detail = outcome_json(&finding.outcome)?;
    tx.later(
        &FINDING_PUT,
        vec![
            kind.into(),
            id.into(),
            finding.clause.as_str().into(),
            finding.outcome.word().into(),
            detail,
            finding.since.into(),
            finding.judged_at.into(),
            Value::id(finding.evidence),
        ],
    )
}

/// Returns the findings on one subject, in order of clause id.
pub fn of_subject(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<StoredFinding>, StoreError> {
    let (kind, id) = subject_parts(subject);
    tx.query(&FINDINGS_OF, &[kind.into(), id.into()])?.iter().map(finding).collect()
}

/// Returns the finding on one subject and clause.
pub fn one(
    tx: &mut Tx<'_>,
    subject: &Subject,
    clause: &ClauseId,
) -> Result<Option<StoredFinding>, StoreError> {
    let (kind, id) = subject_parts(subject);
    tx.one(&FINDING_ONE, &[kind.into(), id.into(), clause.as_str().into()])?.as_ref().map(finding).transpose()
}

/// How many findings of one clause about one kind of subject have one outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyLine {
    /// The clause.
    pub clause: String,
    /// What they are about.
    pub about: TallyAbout,
    /// The word of the outcome.
    pub outcome: String,
    /// How many.
    pub count: i64,
}

/// What the findings of a tally are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TallyAbout {
    /// Devices of one kind.
    Devices(DeviceKind),
    /// People.
    People,
    /// Documents, and what is done under them.
    Documents,
}

fn tally_lines(rows: &[Row]) -> Result<Vec<TallyLine>, StoreError> {
    rows.iter()
        .map(|row| {
            let about = match row.text(1)?.as_str() {
                "device" => TallyAbout::Devices(row.parse(2)?),
                "person" => TallyAbout::People,
                _ => TallyAbout::Documents,
            };
            Ok(TallyLine { clause: row.text(0)?, about, outcome: row.text(3)?, count: row.int(4)? })
        })
        .collect()
}

/// Returns how many findings of each outcome every clause has, as far as one force may see; all of them for `None`.
pub fn tally_of(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<TallyLine>, StoreError> {
    tally_lines(&tx.query(&FINDINGS_TALLY, &[crate::force_word(force)])?)
}

/// Returns the tally of one clause, as far as a force reaches.
pub fn tally_of_clause(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    clause: &ClauseId,
) -> Result<Vec<TallyLine>, StoreError> {
    tally_lines(&tx.query(&FINDINGS_TALLY_CLAUSE, &[crate::force_word(force), clause.as_str().into()])?)
}

/// Returns up to `limit` findings on a clause with that outcome word, each with the serial number or name of whom it is about;
/// none for a document.
pub fn named_of_clause(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    clause: &ClauseId,
    outcome: &str,
    limit: u32,
) -> Result<Vec<(StoredFinding, Option<String>)>, StoreError> {
    let params = [crate::force_word(force), clause.as_str().into(), outcome.into(), i64::from(limit).into()];
    tx.query(&FINDINGS_NAMED, &params)?.iter().map(|row| Ok((finding(row)?, row.opt_text(7)?))).collect()
}

/// Returns the findings on one subject, each with the basis of its evidence (JSON as the app spells it).
pub fn with_basis(
    tx: &mut Tx<'_>,
    subject: &Subject,
) -> Result<Vec<(StoredFinding, Option<String>)>, StoreError> {
    let (kind, id) = subject_parts(subject);
    tx.query(&FINDINGS_WITH_BASIS, &[kind.into(), id.into()])?
        .iter()
        .map(|row| Ok((finding(row)?, row.opt_text(7)?)))
        .collect()
}

/// Removes a finding whose clause no longer asks it of the subject; its evidence stays.
pub fn drop(tx: &mut Tx<'_>, subject: &Subject, clause: &ClauseId) -> Result<(), StoreError> {
    let (kind, id) = subject_parts(subject);
    tx.later(&FINDINGS_DROP, vec![kind.into(), id.into(), clause.as_str().into()])
}

/// Writes new evidence.
pub fn add_evidence(tx: &mut Tx<'_>, new: &Evidence) -> Result<(), StoreError> {
    let (kind, id) = subject_parts(&new.subject);
    tx.later(
        &EVIDENCE_ADD,
        vec![
            Value::id(new.id),
            kind.into(),
            id.into(),
            new.clause.as_str().into(),
            new.detail.as_str().into(),
            new.judged_at.into(),
            new.policy_digest.as_str().into(),
            new.clause_digest.as_str().into(),
            new.basis.as_str().into(),
            new.salt.as_deref().into(),
        ],
    )
}

/// Notes that the same judgement was reached again.
pub fn confirm_evidence(tx: &mut Tx<'_>, id: EvidenceId, at: Timestamp) -> Result<(), StoreError> {
    tx.later(&EVIDENCE_CONFIRM, vec![Value::id(id), at.into()])
}

/// Gives evidence from before findings were entered its salt.
pub fn salt_evidence(tx: &mut Tx<'_>, id: EvidenceId, salt: &str) -> Result<(), StoreError> {
    tx.later(&EVIDENCE_SALT, vec![Value::id(id), salt.into()])
}

/// Returns all evidence on a subject, or on one of its clauses, oldest first within a clause.
pub fn evidence_of(
    tx: &mut Tx<'_>,
    subject: &Subject,
    clause: Option<&ClauseId>,
) -> Result<Vec<Evidence>, StoreError> {
    let (kind, id) = subject_parts(subject);
    let clause = clause.map_or("", ClauseId::as_str);
    tx.query(&EVIDENCE_OF, &[kind.into(), id.into(), clause.into()])?.iter().map(evidence).collect()
}

/// Lists up to `limit` subjects with evidence that has no salt.
pub fn subjects_without_salt(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Subject>, StoreError> {
    tx.query(&SUBJECTS_WITHOUT_SALT, &[i64::from(limit).into()])?.iter().map(|row| subject(row, 0)).collect()
}

/// Lists up to `limit` subjects with a finding, evidence or lines in the ledger, from the one after `after` on.
pub fn subjects_after(
    tx: &mut Tx<'_>,
    after: Option<&Subject>,
    limit: u32,
) -> Result<Vec<Subject>, StoreError> {
    let (kind, id) = after.map_or(("", String::new()), subject_parts);
    tx.query(&SUBJECTS_AFTER, &[kind.into(), id.into(), i64::from(limit).into()])?
        .iter()
        .map(|row| subject(row, 0))
        .collect()
}

/// Returns the evidence of that id.
pub fn evidence_by_id(tx: &mut Tx<'_>, id: EvidenceId) -> Result<Option<Evidence>, StoreError> {
    tx.one(&EVIDENCE_BY_ID, &[Value::id(id)])?.as_ref().map(evidence).transpose()
}

/// Returns the evidence in force at a time.
pub fn evidence_at(
    tx: &mut Tx<'_>,
    subject: &Subject,
    clause: &ClauseId,
    at: Timestamp,
) -> Result<Option<Evidence>, StoreError> {
    let (kind, id) = subject_parts(subject);
    tx.one(&EVIDENCE_AT, &[kind.into(), id.into(), clause.as_str().into(), at.into()])?
        .as_ref()
        .map(evidence)
        .transpose()
}

/// Returns the latest evidence on a subject and clause, newest first.
pub fn evidence_history(
    tx: &mut Tx<'_>,
    subject: &Subject,
    clause: &ClauseId,
    limit: u32,
) -> Result<Vec<Evidence>, StoreError> {
    let (kind, id) = subject_parts(subject);
    tx.query(&EVIDENCE_HISTORY, &[kind.into(), id.into(), clause.as_str().into(), i64::from(limit).into()])?
        .iter()
        .map(evidence)
        .collect()
}
