//! Who is asked to accept which terms, since when and until when; what they have read of them; how their answers went.

use domain::{Force, MissingTerms, PersonId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// How a person stands to the terms of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The document.
    pub document: String,
    /// Digest of what is asked of the person.
    pub digest: String,
    /// What is missing.
    pub missing: MissingTerms,
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub standing: Standing,
}

/// A question on a clause: how many answered it, and how many tries that took in all.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// The columns of a standing, behind those that a list puts before them.
macro_rules! standing {
    () => {
        "s.document, s.digest, s.missing, s.accepted_at, s.asked_at, s.due_at, s.reminded_at, s.manager_told_at, s.lapsed_at,
         s.adjusted FROM terms_standing s"
    };
}

statements! {
    STANDING_PUT = "INSERT INTO terms_standing (person_id, document, digest, missing, accepted_at, asked_at, due_at, reminded_at,
        manager_told_at, lapsed_at, adjusted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (person_id, document) DO UPDATE SET digest = excluded.digest, missing = excluded.missing,
        accepted_at = excluded.accepted_at, asked_at = excluded.asked_at, due_at = excluded.due_at,
        reminded_at = excluded.reminded_at, manager_told_at = excluded.manager_told_at, lapsed_at = excluded.lapsed_at,
        adjusted = excluded.adjusted";
    STANDING_DROP = "DELETE FROM terms_standing WHERE person_id = $1 AND document = $2";
    STANDING_OF = concat!("SELECT ", standing!(), " WHERE s.person_id = $1 ORDER BY s.document");
    STANDING_TALLY = "SELECT s.document, p.force,
        sum(CASE WHEN s.missing = 'none' THEN 1 ELSE 0 END),
        sum(CASE WHEN s.missing <> 'none' AND (s.due_at IS NULL OR s.due_at > $2) THEN 1 ELSE 0 END),
        sum(CASE WHEN s.missing <> 'none' AND s.due_at <= $2 THEN 1 ELSE 0 END),
        sum(CASE WHEN s.lapsed_at IS NOT NULL THEN 1 ELSE 0 END),
        sum(CASE WHEN s.missing <> 'none' AND s.adjusted IS NOT NULL THEN 1 ELSE 0 END)
        FROM terms_standing s JOIN person p ON p.id = s.person_id
        WHERE p.ended_at IS NULL AND ($1 = '' OR p.force = $1) GROUP BY s.document, p.force ORDER BY s.document, p.force";
    STANDING_LIST = concat!("SELECT p.id, p.force, p.number, p.name, ", standing!(), " JOIN person p ON p.id = s.person_id
        WHERE p.ended_at IS NULL AND ($1 = '' OR p.force = $1) AND ($2 = '' OR s.document = $2)
        AND ($3 = '' OR ($3 = 'accepted' AND s.missing = 'none') OR ($3 = 'asked' AND s.missing <> 'none')
          OR ($3 = 'overdue' AND s.missing <> 'none' AND s.due_at <= $4) OR ($3 = 'lapsed' AND s.lapsed_at IS NOT NULL)
          OR ($3 = 'adjusted' AND s.missing <> 'none' AND s.adjusted IS NOT NULL))
        AND (p.name > $5 OR (p.name = $5 AND (p.id > $6 OR (p.id = $6 AND s.document > $7))))
        ORDER BY p.name, p.id, s.document LIMIT $8");
    STANDING_COUNT = "SELECT p.force, count(*) FROM terms_standing s JOIN person p ON p.id = s.person_id
        WHERE p.ended_at IS NULL AND s.document = $2 AND s.accepted_at IS NOT NULL AND ($1 = '' OR p.force = $1)
        GROUP BY p.force ORDER BY p.force";
    SECTION_READ = "INSERT INTO terms_read (person_id, section, read_at) VALUES ($1, $2, $3)
        ON CONFLICT (person_id, section) DO NOTHING";
    SECTIONS_READ = "SELECT section FROM terms_read WHERE person_id = $1 LIMIT 1000";
    ANSWER_PUT = "INSERT INTO terms_answer (person_id, clause_id, wording, tries, right_at) VALUES ($1, $2, $3, 1, $4)
        ON CONFLICT (person_id, clause_id, wording) DO UPDATE SET tries = terms_answer.tries + 1, right_at = excluded.right_at
        WHERE terms_answer.right_at IS NULL";
    ANSWERS_OF = "SELECT clause_id, wording, tries FROM terms_answer WHERE person_id = $1 AND right_at IS NOT NULL LIMIT 1000";
    ANSWER_TALLY = "SELECT a.clause_id, a.wording, count(*), sum(CASE WHEN a.tries > 1 OR a.right_at IS NULL THEN 1 ELSE 0 END)
        FROM terms_answer a JOIN person p ON p.id = a.person_id WHERE ($1 = '' OR p.force = $1)
        GROUP BY a.clause_id, a.wording ORDER BY a.clause_id, a.wording";
}

fn standing(row: &Row, first: usize) -> Result<Standing, StoreError> {
    Ok(Standing {
        document: row.text(first)?,
        digest: row.text(first + 1)?,
        missing: match row.text_ref(first + 2)? {
            "none" => MissingTerms::Nothing,
            "awareness" => MissingTerms::Awareness,
            // A word that this version does not know is no good news.
            _ => MissingTerms::Terms,
        },
        accepted_at: row.opt_time(first + 3)?,
        asked_at: row.opt_time(first + 4)?,
        due_at: row.opt_time(first + 5)?,
        reminded_at: row.opt_time(first + 6)?,
        manager_told_at: row.opt_time(first + 7)?,
        lapsed_at: row.opt_time(first + 8)?,
        adjusted: row.opt_text(first + 9)?,
    })
}

/// Writes how a person stands to a document over what stood there.
pub fn put(tx: &mut Tx<'_>, person: PersonId, standing: &Standing) -> Result<(), StoreError> {
    tx.execute(
        &STANDING_PUT,
        &[
            Value::id(person),
            standing.document.as_str().into(),
            standing.digest.as_str().into(),
            standing.missing.as_str().into(),
            standing.accepted_at.into(),
            standing.asked_at.into(),
            standing.due_at.into(),
            standing.reminded_at.into(),
            standing.manager_told_at.into(),
            standing.lapsed_at.into(),
            standing.adjusted.as_deref().into(),
        ],
    )?;
    Ok(())
}

/// Takes away a standing to a document that no longer asks anything of the person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId, document: &str) -> Result<(), StoreError> {
    tx.execute(&STANDING_DROP, &[Value::id(person), document.into()])?;
    Ok(())
}

/// Returns how a person stands to every document that asks something of them, in order of document.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Standing>, StoreError> {
    tx.query(&STANDING_OF, &[Value::id(person)])?.iter().map(|row| standing(row, 0)).collect()
}

/// Returns how the people in the register stand, by document and force.
pub fn tally(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    now: Timestamp,
) -> Result<Vec<StandingTally>, StoreError> {
    tx.query(&STANDING_TALLY, &[crate::force_word(force), now.into()])?
        .iter()
        .map(|row| {
            Ok(StandingTally {
                document: row.text(0)?,
                force: row.parse(1)?,
                accepted: row.int(2)?,
                asked: row.int(3)?,
                overdue: row.int(4)?,
                lapsed: row.int(5)?,
                adjusted: row.int(6)?,
            })
        })
        .collect()
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
    let rows = tx.query(
        &STANDING_LIST,
        &[
            crate::force_word(filter.force),
            filter.document.as_str().into(),
            filter.state.as_str().into(),
            now.into(),
            name.into(),
            id.into(),
            document.into(),
            i64::from(limit).into(),
        ],
    )?;
    rows.iter()
        .map(|row| {
            Ok(StandingLine {
                person: row.parse(0)?,
                force: row.parse(1)?,
                number: row.text(2)?,
                name: row.text(3)?,
                standing: standing(row, 4)?,
            })
        })
        .collect()
}

/// Returns how many people in the register have ever accepted something of a document, by force.
pub fn accepted_by_force(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    document: &str,
) -> Result<Vec<(Force, i64)>, StoreError> {
    tx.query(&STANDING_COUNT, &[crate::force_word(force), document.into()])?
        .iter()
        .map(|row| Ok((row.parse(0)?, row.int(1)?)))
        .collect()
}

/// Notes that a person has read a section; returns whether that is new.
pub fn set_read(tx: &mut Tx<'_>, person: PersonId, section: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&SECTION_READ, &[Value::id(person), section.into(), at.into()])? > 0)
}

/// Returns the digests of the sections that a person has read.
pub fn read_by(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, StoreError> {
    tx.query(&SECTIONS_READ, &[Value::id(person)])?.iter().map(|row| row.text(0)).collect()
}

/// Counts an answer to a clause's question. After the right one nothing more is counted.
pub fn add_answer(
    tx: &mut Tx<'_>,
    person: PersonId,
    clause: &str,
    wording: &str,
    right_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(&ANSWER_PUT, &[Value::id(person), clause.into(), wording.into(), right_at.into()])?;
    Ok(())
}

/// Returns the questions that a person has answered: clause, digest of its wording, tries.
pub fn answers_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<(String, String, i64)>, StoreError> {
    tx.query(&ANSWERS_OF, &[Value::id(person)])?
        .iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)))
        .collect()
}

/// Returns how the questions went, by clause and wording.
pub fn answer_tally(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<AnswerTally>, StoreError> {
    tx.query(&ANSWER_TALLY, &[crate::force_word(force)])?
        .iter()
        .map(|row| {
            Ok(AnswerTally {
                clause: row.text(0)?,
                wording: row.text(1)?,
                people: row.int(2)?,
                again: row.int(3)?,
            })
        })
        .collect()
}
