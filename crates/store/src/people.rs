//! People: the holders of devices and everyone else whom the register names.

use domain::{Force, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, statements};

/// A person as the register has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Their force.
    pub force: Force,
    /// Collar or staff number, unique in the force.
    pub number: String,
    /// Name as it is shown.
    pub name: String,
    /// Work address, where known.
    pub email: Option<String>,
    /// Officer, staff, or another word of the force.
    pub role: String,
    /// Unit, where known.
    pub unit: Option<String>,
    /// When they were entered.
    pub created_at: Timestamp,
    /// When they left; people are ended, never deleted with their history.
    pub ended_at: Option<Timestamp>,
}

statements! {
    pub(crate) PERSON_ADD = "INSERT INTO person (id, force, number, name, email, role, unit, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    PERSON_BY_ID = "SELECT id, force, number, name, email, role, unit, created_at, ended_at FROM person WHERE id = $1";
    PERSON_BY_NUMBER = "SELECT id, force, number, name, email, role, unit, created_at, ended_at
        FROM person WHERE force = $1 AND number = $2";
    PEOPLE_PAGE = "SELECT id, force, number, name, email, role, unit, created_at, ended_at FROM person
        WHERE ($1 = '' OR force = $1) AND ($2 = '' OR lower(name) LIKE $2 OR lower(number) LIKE $2)
        AND (name > $3 OR (name = $3 AND id > $4)) ORDER BY name, id LIMIT $5";
    // $6 is every digest of terms in force, one after the other, and $7 how many they are.
    PEOPLE_LIST = "SELECT id, force, number, name, email, role, unit, created_at, ended_at, devices,
        CASE WHEN accepted >= $7 THEN accepted_at END
        FROM (SELECT p.id, p.force, p.number, p.name, p.email, p.role, p.unit, p.created_at, p.ended_at,
          (SELECT count(*) FROM device d WHERE d.holder_id = p.id) AS devices,
          (SELECT count(*) FROM acceptance a WHERE a.person_id = p.id AND $6 LIKE '%' || a.terms_digest || '%') AS accepted,
          (SELECT max(a.accepted_at) FROM acceptance a WHERE a.person_id = p.id AND $6 LIKE '%' || a.terms_digest || '%')
            AS accepted_at
          FROM person p WHERE ($1 = '' OR p.force = $1) AND ($2 = '' OR lower(p.name) LIKE $2 OR lower(p.number) LIKE $2)
          AND (p.name > $3 OR (p.name = $3 AND p.id > $4))) AS listed
        WHERE $8 = '' OR ($8 = 'yes' AND accepted >= $7) OR ($8 = 'no' AND accepted < $7)
        ORDER BY name, id LIMIT $5";
    PEOPLE_WITHOUT_TERMS = "SELECT count(*) FROM person p WHERE p.ended_at IS NULL AND ($1 = '' OR p.force = $1)
        AND EXISTS (SELECT 1 FROM device d WHERE d.holder_id = p.id AND d.retired_at IS NULL)
        AND (SELECT count(*) FROM acceptance a WHERE a.person_id = p.id AND $2 LIKE '%' || a.terms_digest || '%') < $3";
    PEOPLE_COUNT = "SELECT count(*) FROM person WHERE ended_at IS NULL AND ($1 = '' OR force = $1)";
    PERSON_END = "UPDATE person SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    PEOPLE_IDS = "SELECT id FROM person WHERE ended_at IS NULL ORDER BY id";
}

fn person(row: &crate::Row) -> Result<Person, StoreError> {
    Ok(Person {
        id: row.parse(0)?,
        force: row.parse(1)?,
        number: row.text(2)?,
        name: row.text(3)?,
        email: row.opt_text(4)?,
        role: row.text(5)?,
        unit: row.opt_text(6)?,
        created_at: row.time(7)?,
        ended_at: row.opt_time(8)?,
    })
}

/// Enters a person. The number must be new in the force.
pub fn add(tx: &mut Tx<'_>, person: &Person) -> Result<(), StoreError> {
    tx.execute(
        &PERSON_ADD,
        &[
            Value::id(person.id),
            Value::id(person.force),
            person.number.as_str().into(),
            person.name.as_str().into(),
            person.email.as_deref().into(),
            person.role.as_str().into(),
            person.unit.as_deref().into(),
            person.created_at.into(),
        ],
    )?;
    Ok(())
}

/// The person of that id.
pub fn by_id(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Person>, StoreError> {
    tx.one(&PERSON_BY_ID, &[Value::id(id)])?.as_ref().map(person).transpose()
}

/// The person with that collar or staff number.
pub fn by_number(tx: &mut Tx<'_>, force: Force, number: &str) -> Result<Option<Person>, StoreError> {
    tx.one(&PERSON_BY_NUMBER, &[Value::id(force), number.into()])?.as_ref().map(person).transpose()
}

/// Up to `limit` people in order of name, after the given place; `search` matches part of a name or number.
pub fn page(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    search: &str,
    after: Option<(&str, PersonId)>,
    limit: u32,
) -> Result<Vec<Person>, StoreError> {
    let (name, id) =
        after.map_or((String::new(), String::new()), |(name, id)| (name.to_owned(), id.to_string()));
    let rows = tx.query(
        &PEOPLE_PAGE,
        &[crate::force_word(force), crate::like(search), name.into(), id.into(), i64::from(limit).into()],
    )?;
    rows.iter().map(person).collect()
}

/// The terms in force, for asking who has accepted all of them: digests are hex, so none is part of another.
#[derive(Debug, Clone, Default)]
pub struct TermsInForce {
    digests: String,
    count: i64,
}

impl<'a> FromIterator<&'a str> for TermsInForce {
    fn from_iter<I: IntoIterator<Item = &'a str>>(digests: I) -> Self {
        digests.into_iter().fold(Self::default(), |mut all, digest| {
            all.digests.push_str(digest);
            all.digests.push(' ');
            all.count += 1;
            all
        })
    }
}

/// A person as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who.
    pub person: Person,
    /// How many devices they hold.
    pub devices: i64,
    /// When they accepted the last of the terms in force; `None` while one is missing.
    pub accepted_at: Option<Timestamp>,
}

/// Up to `limit` people in order of name, after the given place. `accepted`: only those who have, or have not, accepted
/// all terms in force.
pub fn list(
    tx: &mut Tx<'_>,
    (force, search, accepted): (Option<Force>, &str, Option<bool>),
    terms: &TermsInForce,
    after: Option<(&str, PersonId)>,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let (name, id) =
        after.map_or((String::new(), String::new()), |(name, id)| (name.to_owned(), id.to_string()));
    let accepted = match accepted {
        None => "",
        Some(true) => "yes",
        Some(false) => "no",
    };
    let rows = tx.query(
        &PEOPLE_LIST,
        &[
            crate::force_word(force),
            crate::like(search),
            name.into(),
            id.into(),
            i64::from(limit).into(),
            terms.digests.as_str().into(),
            terms.count.into(),
            accepted.into(),
        ],
    )?;
    rows.iter()
        .map(|row| Ok(Listed { person: person(row)?, devices: row.int(9)?, accepted_at: row.opt_time(10)? }))
        .collect()
}

/// How many people hold a device without having accepted all terms in force.
pub fn without_terms(tx: &mut Tx<'_>, force: Option<Force>, terms: &TermsInForce) -> Result<i64, StoreError> {
    let params = [crate::force_word(force), terms.digests.as_str().into(), terms.count.into()];
    crate::single_count(tx, &PEOPLE_WITHOUT_TERMS, &params)
}

/// How many people are on the books.
pub fn count(tx: &mut Tx<'_>, force: Option<Force>) -> Result<i64, StoreError> {
    crate::single_count(tx, &PEOPLE_COUNT, &[crate::force_word(force)])
}

/// Takes a person off the books; whether they were on them.
pub fn end(tx: &mut Tx<'_>, id: PersonId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&PERSON_END, &[Value::id(id), at.into()])? > 0)
}

/// Everyone on the books.
pub fn ids(tx: &mut Tx<'_>) -> Result<Vec<PersonId>, StoreError> {
    tx.query(&PEOPLE_IDS, &[])?.iter().map(|row| row.parse(0)).collect()
}
