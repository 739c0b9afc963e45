//! Who is asked to accept which terms, since when and until when; what they have read of them; how their answers went.

use domain::{Force, MissingTerms, PersonId, Timestamp};

use crate::{Row, StoreError, Tx, Value, row, statements, values};

row! {
    /// How a person stands to the terms of one document.
    pub struct TermsStanding {
        /// The document.
        pub document: String,
        /// Digest of what is asked of the person.
        pub digest: String,
        /// What is missing.
        pub missing: MissingTerms = "missing" by missing,
        /// When they last accepted anything of it, in whatever wording.
        pub accepted_at: Option<Timestamp>,
        /// Since when they are asked; `None` if nothing is missing.
        pub asked_at: Option<Timestamp>,
        /// When it is due.
        pub due_at: Option<Timestamp>,
        /// When they were reminded.
        pub reminded_at: Option<Timestamp>,
        /// When their line manager was told.
        pub manager_told_at: Option<Timestamp>,
        /// Since when their devices are restricted for it.
        pub lapsed_at: Option<Timestamp>,
        /// The way of showing that they asked for, such as `large-print`.
        pub adjusted: Option<String>,
    }

    /// How the people of one force stand to one document.
    pub struct StandingTally {
        /// The document.
        pub document: String,
        /// The force.
        pub force: Force,
        /// Nothing is missing.
        pub accepted: i64,
        /// Asked, with time left.
        pub asked: i64,
        /// Asked, with the time over.
        pub overdue: i64,
        /// Their devices are restricted.
        pub lapsed: i64,
        /// They asked for another way of showing and have not accepted yet.
        pub adjusted: i64,
    }
}

/// A line of the list of who stands how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingLine {
    /// The person.
    pub person: PersonId,
    /// Their force.
    pub force: Force,
    /// Their number.
    pub number: String,
    /// Their name.
    pub name: String,
    /// How they stand.
    pub standing: TermsStanding,
}

row! {
    /// A question on a clause: how many answered it, and how many tries that took in all.
    pub struct AnswerTally {
        /// The clause.
        pub clause: String,
        /// Digest of its wording.
        pub wording: String,
        /// People who tried.
        pub people: i64,
        /// Of those, how many needed more than one try.
        pub again: i64,
    }
}

statements! {
    STANDING_PUT = "INSERT INTO terms_standing (person_id, document, digest, missing, accepted_at, asked_at, due_at, reminded_at,
        manager_told_at, lapsed_at, adjusted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (person_id, document) DO UPDATE SET digest = excluded.digest, missing = excluded.missing,
        accepted_at = excluded.accepted_at, asked_at = excluded.asked_at, due_at = excluded.due_at,
        reminded_at = excluded.reminded_at, manager_told_at = excluded.manager_told_at, lapsed_at = excluded.lapsed_at,
        adjusted = excluded.adjusted";
    STANDING_DROP = "DELETE FROM terms_standing WHERE person_id = $1 AND document = $2";
    STANDING_OF: TermsStanding = "SELECT {s.columns} FROM terms_standing s WHERE s.person_id = $1 ORDER BY s.document";
    STANDING_TALLY: StandingTally = "SELECT s.document, p.force, sum(CASE WHEN s.missing = 'none' THEN 1 ELSE 0 END),
        sum(CASE WHEN s.missing <> 'none' AND (s.due_at IS NULL OR s.due_at > $2) THEN 1 ELSE 0 END),
        sum(CASE WHEN s.missing <> 'none' AND s.due_at <= $2 THEN 1 ELSE 0 END),
        sum(CASE WHEN s.lapsed_at IS NOT NULL THEN 1 ELSE 0 END),
        sum(CASE WHEN s.missing <> 'none' AND s.adjusted IS NOT NULL THEN 1 ELSE 0 END)
        FROM terms_standing s JOIN person p ON p.id = s.person_id
        WHERE p.ended_at IS NULL AND ($1 = '' OR p.force = $1) GROUP BY s.document, p.force ORDER BY s.document, p.force";
    STANDING_LIST: (PersonId, Force, String, String, TermsStanding) = "SELECT p.id, p.force, p.number, p.name,
        {s.columns} FROM terms_standing s
        JOIN person p ON p.id = s.person_id
        WHERE p.ended_at IS NULL AND ($1 = '' OR p.force = $1) AND ($2 = '' OR s.document = $2)
        AND ($3 = '' OR ($3 = 'accepted' AND s.missing = 'none') OR ($3 = 'asked' AND s.missing <> 'none')
          OR ($3 = 'overdue' AND s.missing <> 'none' AND s.due_at <= $4) OR ($3 = 'lapsed' AND s.lapsed_at IS NOT NULL)
          OR ($3 = 'adjusted' AND s.missing <> 'none' AND s.adjusted IS NOT NULL))
        AND (p.name > $5 OR (p.name = $5 AND (p.id > $6 OR (p.id = $6 AND s.document > $7))))
        ORDER BY p.name, p.id, s.document LIMIT $8";
    STANDING_COUNT: (Force, i64) = "SELECT p.force, count(*) FROM terms_standing s JOIN person p ON p.id = s.person_id
        WHERE p.ended_at IS NULL AND s.document = $2 AND s.accepted_at IS NOT NULL AND ($1 = '' OR p.force = $1)
        GROUP BY p.force ORDER BY p.force";
    SECTION_READ = "INSERT INTO terms_read (person_id, section, read_at) VALUES ($1, $2, $3)
        ON CONFLICT (person_id, section) DO NOTHING";
    SECTIONS_READ: String = "SELECT section FROM terms_read WHERE person_id = $1 LIMIT 1000";
    ANSWER_PUT = "INSERT INTO terms_answer (person_id, clause_id, wording, tries, right_at) VALUES ($1, $2, $3, 1, $4)
        ON CONFLICT (person_id, clause_id, wording) DO UPDATE SET tries = terms_answer.tries + 1, right_at = excluded.right_at
        WHERE terms_answer.right_at IS NULL";
    ANSWERS_OF: (String, String, i64) = "SELECT clause_id, wording, tries FROM terms_answer
        WHERE person_id = $1 AND right_at IS NOT NULL LIMIT 1000";
    ANSWER_TALLY: AnswerTally = "SELECT a.clause_id, a.wording, count(*), sum(CASE WHEN a.tries > 1
        OR a.right_at IS NULL THEN 1 ELSE 0 END)
        FROM terms_answer a JOIN person p ON p.id = a.person_id WHERE ($1 = '' OR p.force = $1)
        GROUP BY a.clause_id, a.wording ORDER BY a.clause_id, a.wording";
}

fn missing(row: &Row, at: usize) -> Result<MissingTerms, StoreError> {
    Ok(match row.text_ref(at)? {
        "none" => MissingTerms::Nothing,
        "awareness" => MissingTerms::Awareness,
        // A word that this version does not know is no good news.
        _ => MissingTerms::Terms,
    })
}

/// Writes how a person stands to a document over what stood there.
pub fn put(tx: &mut Tx<'_>, person: PersonId, standing: &TermsStanding) -> Result<(), StoreError> {
    let params = values!(standing: (person), document, digest, (standing.missing.as_str()), accepted_at,
        asked_at, due_at, reminded_at, manager_told_at, lapsed_at, adjusted);
    tx.execute(&STANDING_PUT, &params).map(drop)
}

/// Takes away a standing to a document that no longer asks anything of the person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId, document: &str) -> Result<(), StoreError> {
    tx.execute(&STANDING_DROP, &[Value::id(person), document.into()]).map(drop)
}

/// Returns how a person stands to every document that asks something of them, in order of document.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<TermsStanding>, StoreError> {
    tx.rows(&STANDING_OF, &[Value::id(person)])
}

/// Returns how the people in the register stand, by document and force.
pub fn tally(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    now: Timestamp,
) -> Result<Vec<StandingTally>, StoreError> {
    tx.rows(&STANDING_TALLY, &[crate::force_word(force), now.into()])
}

/// What a list of standings shows. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct StandingFilter {
    /// Only this force.
    pub force: Option<Force>,
    /// To one document.
    pub document: String,
    /// `accepted`, `asked`, `overdue`, `lapsed` or `adjusted`.
    pub state: String,
    /// Only what stands after this name, person and document.
    pub after: Option<(String, PersonId, String)>,
}

/// Returns up to `limit` standings in order of name.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &StandingFilter,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<StandingLine>, StoreError> {
    let (name, id, document) = match &filter.after {
        Some((name, id, document)) => (name.clone(), id.to_string(), document.clone()),
        None => Default::default(),
    };
    let rows = tx.rows(
        &STANDING_LIST,
        &[
            crate::force_word(filter.force),
            filter.document.as_str().into(),
            filter.state.as_str().into(),
            now.into(),
            name.into(),
            id.into(),
            document.into(),
            limit.into(),
        ],
    )?;
    let line =
        |(person, force, number, name, standing)| StandingLine { person, force, number, name, standing };
    Ok(rows.into_iter().map(line).collect())
}

/// Returns how many people in the register have ever accepted something of a document, by force.
pub fn accepted_by_force(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    document: &str,
) -> Result<Vec<(Force, i64)>, StoreError> {
    tx.rows(&STANDING_COUNT, &[crate::force_word(force), document.into()])
}

/// Notes that a person has read a section; returns whether that is new.
pub fn set_read(tx: &mut Tx<'_>, person: PersonId, section: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&SECTION_READ, &[Value::id(person), section.into(), at.into()])? > 0)
}

/// Returns the digests of the sections that a person has read.
pub fn read_by(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, StoreError> {
    tx.rows(&SECTIONS_READ, &[Value::id(person)])
}

/// Counts an answer to a clause's question. After the right one nothing more is counted.
pub fn add_answer(
    tx: &mut Tx<'_>,
    person: PersonId,
    clause: &str,
    wording: &str,
    right_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(&ANSWER_PUT, &[Value::id(person), clause.into(), wording.into(), right_at.into()]).map(drop)
}

/// Returns the questions that a person has answered: clause, digest of its wording, tries.
pub fn answers_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<(String, String, i64)>, StoreError> {
    tx.rows(&ANSWERS_OF, &[Value::id(person)])
}

/// Returns how the questions went, by clause and wording.
pub fn answer_tally(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<AnswerTally>, StoreError> {
    tx.rows(&ANSWER_TALLY, &[crate::force_word(force)])
}
