//! Findings, and the compliance evidence behind each.

use domain::{ClauseId, DeviceKind, EvidenceId, Force, Outcome, Subject, Timestamp};

use crate::{FromColumns, Row, StoreError, ToValues, Tx, Value, row, statements, values};

row! {
    /// A current finding.
    pub struct StoredFinding {
        /// The subject that it is about.
        pub subject: Subject = "subject_kind, subject_id",
        /// The clause.
        pub clause: ClauseId = "clause_id",
        /// The outcome.
        pub outcome: Outcome = "detail",
        /// Since when the outcome has had this word.
        pub since: Timestamp,
        /// When it was last judged.
        pub judged_at: Timestamp,
        /// The evidence that it rests on.
        pub evidence: EvidenceId = "evidence_id",
    }

    /// The basis of a judgement, kept whole so that it can be replayed.
    pub struct Evidence {
        /// Its id.
        pub id: EvidenceId,
        /// The subject that it is about.
        pub subject: Subject = "subject_kind, subject_id",
        /// The clause.
        pub clause: ClauseId = "clause_id",
        /// The outcome.
        pub outcome: Outcome = "" by Row::json,
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
    FINDINGS_OF: StoredFinding = "SELECT {columns} FROM finding
        WHERE subject_kind = $1 AND subject_id = $2 ORDER BY clause_id";
    FINDING_ONE: StoredFinding = "SELECT {columns} FROM finding
        WHERE subject_kind = $1 AND subject_id = $2 AND clause_id = $3";
    // Of a force: what is about its devices and people, and the documents, which are every force's.
    FINDINGS_TALLY: TallyLine = concat!("SELECT {columns} FROM ", owned!(),
        " GROUP BY f.clause_id, f.subject_kind, d.kind, f.outcome");
    FINDINGS_TALLY_CLAUSE: TallyLine = concat!("SELECT {columns} FROM ", owned!(),
        " AND f.clause_id = $2 GROUP BY f.clause_id, f.subject_kind, d.kind, f.outcome");
    FINDINGS_NAMED: (StoredFinding, Option<String>) = concat!("SELECT {f.columns},
        COALESCE(d.serial, p.name || ' (' || p.number || ')') FROM ", owned!(),
        " AND f.clause_id = $2 AND f.outcome = $3 ORDER BY f.subject_kind, f.subject_id LIMIT $4");
    FINDINGS_WITH_BASIS: (StoredFinding, Option<String>) = "SELECT {f.columns}, e.basis
        FROM finding f LEFT JOIN evidence e ON e.id = f.evidence_id WHERE f.subject_kind = $1 AND f.subject_id = $2
        ORDER BY f.clause_id";
    FINDINGS_DROP = "DELETE FROM finding WHERE subject_kind = $1 AND subject_id = $2 AND clause_id = $3";
    EVIDENCE_ADD = "INSERT INTO evidence (id, subject_kind, subject_id, clause_id, detail, judged_at, confirmed_at, policy_digest,
        clause_digest, basis, salt) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)";
    EVIDENCE_SALT = "UPDATE evidence SET salt = $2 WHERE id = $1 AND salt IS NULL";
    EVIDENCE_CONFIRM = "UPDATE evidence SET confirmed_at = $2 WHERE id = $1";
    EVIDENCE_BY_ID: Evidence = "SELECT {columns} FROM evidence WHERE id = $1";
    EVIDENCE_AT: Evidence = "SELECT {columns} FROM evidence
        WHERE subject_kind = $1 AND subject_id = $2 AND clause_id = $3 AND judged_at <= $4
        ORDER BY judged_at DESC, id DESC LIMIT 1";
    EVIDENCE_OF: Evidence = "SELECT {columns} FROM evidence
        WHERE subject_kind = $1 AND subject_id = $2 AND ($3 = '' OR clause_id = $3) ORDER BY clause_id, judged_at, id";
    SUBJECTS_WITHOUT_SALT: Subject = "SELECT DISTINCT subject_kind, subject_id FROM evidence WHERE salt IS NULL
        ORDER BY subject_kind, subject_id LIMIT $1";
    // Each branch walks an index from the subject on, so that a step costs the same however many subjects there are.
    SUBJECTS_AFTER: Subject = "SELECT subject_kind, subject_id FROM (
          SELECT * FROM (SELECT DISTINCT subject_kind, subject_id FROM finding WHERE (subject_kind, subject_id) > ($1, $2)
            ORDER BY subject_kind, subject_id LIMIT $3) a
          UNION SELECT * FROM (SELECT DISTINCT subject_kind, subject_id FROM evidence WHERE (subject_kind, subject_id) > ($1, $2)
            ORDER BY subject_kind, subject_id LIMIT $3) b
          UNION SELECT * FROM (SELECT DISTINCT subject_kind, subject_id FROM finding_batch WHERE (subject_kind, subject_id) > ($1, $2)
            ORDER BY subject_kind, subject_id LIMIT $3) c
        ) u ORDER BY subject_kind, subject_id LIMIT $3";
    EVIDENCE_HISTORY: Evidence = "SELECT {columns} FROM evidence
        WHERE subject_kind = $1 AND subject_id = $2 AND clause_id = $3 ORDER BY judged_at DESC, id DESC LIMIT $4";
}

fn outcome_json(outcome: &Outcome) -> Result<Value, StoreError> {
    serde_json::to_string(outcome)
        .map(Into::into)
        .map_err(|error| StoreError::encode("finding.detail", &error))
}

/// Writes a finding in place of the former one.
pub fn put(tx: &mut Tx<'_>, finding: &StoredFinding) -> Result<(), StoreError> {
    let detail = outcome_json(&finding.outcome)?;
    let word = finding.outcome.word();
    tx.later(&FINDING_PUT, values!(finding: subject, clause, (word), (detail), since, judged_at, evidence))
}

/// Returns the findings on one subject, in order of clause id.
pub fn of_subject(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<StoredFinding>, StoreError> {
    tx.rows(&FINDINGS_OF, &subject.values())
}

/// Returns the finding on one subject and clause.
pub fn one(
    tx: &mut Tx<'_>,
    subject: &Subject,
    clause: &ClauseId,
) -> Result<Option<StoredFinding>, StoreError> {
    tx.row(&FINDING_ONE, &(subject, clause).values())
}

row! {
    /// How many findings of one clause about one kind of subject have one outcome.
    pub struct TallyLine {
        /// The clause.
        pub clause: String = "f.clause_id",
        /// What they are about.
        pub about: TallyAbout = "f.subject_kind, d.kind",
        /// The word of the outcome.
        pub outcome: String = "f.outcome",
        /// How many.
        pub count: i64 = "count(*)",
    }
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

impl FromColumns for TallyAbout {
    const WIDTH: usize = 2;

    fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
        match row.text_ref(at)? {
            "device" => row.parse(at + 1).map(Self::Devices),
            "person" => Ok(Self::People),
            _ => Ok(Self::Documents),
        }
    }
}

/// Returns how many findings of each outcome every clause has, as far as one force may see; all of them for `None`.
pub fn tally_of(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<TallyLine>, StoreError> {
    tx.rows(&FINDINGS_TALLY, &[crate::force_word(force)])
}

/// Returns the tally of one clause, as far as a force reaches.
pub fn tally_of_clause(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    clause: &ClauseId,
) -> Result<Vec<TallyLine>, StoreError> {
    tx.rows(&FINDINGS_TALLY_CLAUSE, &[crate::force_word(force), clause.as_str().into()])
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
    let params = [crate::force_word(force), clause.as_str().into(), outcome.into(), limit.into()];
    tx.rows(&FINDINGS_NAMED, &params)
}

/// Returns the findings on one subject, each with the basis of its evidence (JSON as the app spells it).
pub fn with_basis(
    tx: &mut Tx<'_>,
    subject: &Subject,
) -> Result<Vec<(StoredFinding, Option<String>)>, StoreError> {
    tx.rows(&FINDINGS_WITH_BASIS, &subject.values())
}

/// Removes a finding whose clause no longer asks it of the subject; its evidence stays.
pub fn drop(tx: &mut Tx<'_>, subject: &Subject, clause: &ClauseId) -> Result<(), StoreError> {
    tx.later(&FINDINGS_DROP, (subject, clause).values())
}

/// Writes new evidence.
pub fn add_evidence(tx: &mut Tx<'_>, new: &Evidence) -> Result<(), StoreError> {
    let params = values!(new: id, subject, clause, detail, judged_at, policy_digest, clause_digest, basis,
        salt);
    tx.later(&EVIDENCE_ADD, params)
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
    tx.rows(&EVIDENCE_OF, &(subject, clause.map_or("", ClauseId::as_str)).values())
}

/// Lists up to `limit` subjects with evidence that has no salt.
pub fn subjects_without_salt(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Subject>, StoreError> {
    tx.rows(&SUBJECTS_WITHOUT_SALT, &[limit.into()])
}

/// Lists up to `limit` subjects with a finding, evidence or lines in the ledger, from the one after `after` on.
pub fn subjects_after(
    tx: &mut Tx<'_>,
    after: Option<&Subject>,
    limit: u32,
) -> Result<Vec<Subject>, StoreError> {
    let mut params = after.map_or_else(|| ("", "").values(), ToValues::values);
    params.push(limit.into());
    tx.rows(&SUBJECTS_AFTER, &params)
}

/// Returns the evidence of that id.
pub fn evidence_by_id(tx: &mut Tx<'_>, id: EvidenceId) -> Result<Option<Evidence>, StoreError> {
    tx.row(&EVIDENCE_BY_ID, &[Value::id(id)])
}

/// Returns the evidence in force at a time.
pub fn evidence_at(
    tx: &mut Tx<'_>,
    subject: &Subject,
    clause: &ClauseId,
    at: Timestamp,
) -> Result<Option<Evidence>, StoreError> {
    tx.row(&EVIDENCE_AT, &(subject, clause, at).values())
}

/// Returns the latest evidence on a subject and clause, newest first.
pub fn evidence_history(
    tx: &mut Tx<'_>,
    subject: &Subject,
    clause: &ClauseId,
    limit: u32,
) -> Result<Vec<Evidence>, StoreError> {
    tx.rows(&EVIDENCE_HISTORY, &(subject, clause, i64::from(limit)).values())
}
