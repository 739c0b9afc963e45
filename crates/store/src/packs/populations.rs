//! Whom and what a sample can be drawn from.

use domain::{ClauseId, DeviceId, Force, PersonId, Subject, Timestamp};

use crate::{StoreError, Tx, force_word, statements, values};

/// The time that a population is of: days as they are kept with people, and instants for those without a day.
#[derive(Debug, Clone)]
pub struct Within {
    /// The first day, such as `2026-01-01`.
    pub first: String,
    /// The last day.
    pub last: String,
    /// The beginning of the first day.
    pub from: Timestamp,
    /// The end of the last day.
    pub until: Timestamp,
}

statements! {
    pub(crate) POPULATION_LEFT: PersonId = "SELECT id FROM person WHERE ($1 = '' OR force = $1)
        AND (last_day BETWEEN $2 AND $3 OR (last_day IS NULL AND ended_at >= $4 AND ended_at < $5)) ORDER BY id LIMIT $6";
    POPULATION_JOINED: PersonId = "SELECT id FROM person WHERE ($1 = '' OR force = $1)
        AND (starts_on BETWEEN $2 AND $3 OR (starts_on IS NULL AND created_at >= $4 AND created_at < $5)) ORDER BY id LIMIT $6";
    POPULATION_PEOPLE: PersonId = "SELECT id FROM person
        WHERE ($1 = '' OR force = $1) AND ended_at IS NULL ORDER BY id LIMIT $2";
    POPULATION_DEVICES: DeviceId = "SELECT id FROM device
        WHERE ($1 = '' OR force = $1) AND retired_at IS NULL ORDER BY id LIMIT $2";
    POPULATION_CLAUSE: Subject = "SELECT f.subject_kind, f.subject_id FROM finding f
        LEFT JOIN device d ON f.subject_kind = 'device' AND d.id = f.subject_id
        LEFT JOIN person p ON f.subject_kind = 'person' AND p.id = f.subject_id
        WHERE f.clause_id = $2 AND ($1 = '' OR f.subject_kind = 'document' OR COALESCE(d.force, p.force) = $1)
        ORDER BY f.subject_kind, f.subject_id LIMIT $3";
}

/// Lists people of a force, or of all, who left within a time.
pub fn leavers(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    within: &Within,
    limit: u32,
) -> Result<Vec<PersonId>, StoreError> {
    people_within(tx, &POPULATION_LEFT, force, within, limit)
}

/// Lists people who came within a time.
pub fn joiners(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    within: &Within,
    limit: u32,
) -> Result<Vec<PersonId>, StoreError> {
    people_within(tx, &POPULATION_JOINED, force, within, limit)
}

fn people_within(
    tx: &mut Tx<'_>,
    query: &'static crate::Query<PersonId>,
    force: Option<Force>,
    within: &Within,
    limit: u32,
) -> Result<Vec<PersonId>, StoreError> {
    let params = values!(within: (force_word(force)), first, last, from, until, (i64::from(limit)));
    tx.rows(query, &params)
}

/// Lists the people who have not left.
pub fn people(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<PersonId>, StoreError> {
    tx.rows(&POPULATION_PEOPLE, &[force_word(force), limit.into()])
}

/// Lists the devices that are in use.
pub fn devices(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<DeviceId>, StoreError> {
    tx.rows(&POPULATION_DEVICES, &[force_word(force), limit.into()])
}

/// Lists the subjects that have a finding on a clause.
pub fn of_clause(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    clause: &ClauseId,
    limit: u32,
) -> Result<Vec<Subject>, StoreError> {
    let params = [force_word(force), clause.as_str().into(), limit.into()];
    tx.rows(&POPULATION_CLAUSE, &params)
}
