//! People: the holders of devices and everyone else whom the register names.

use std::fmt;

use domain::{Day, Force, PersonId, PersonSource, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// A person as the register has them.
    pub struct Person without Debug {
        /// The person.
        pub id: PersonId,
        /// Their force.
        pub force: Force,
        /// Collar or staff number, unique in the force.
        pub number: String,
        /// Name as it is shown.
        pub name: String,
        /// Work address, if known.
        pub email: Option<String>,
        /// Their job: officer, staff, or another word of the force. Not what they may do here: that is `access`.
        pub role: String,
        /// Unit, if known.
        pub unit: Option<String>,
        /// When they were entered.
        pub created_at: Timestamp,
        /// When they left; people are ended, never deleted with their history.
        pub ended_at: Option<Timestamp>,
        /// The directory's name for them, for as long as a directory provisions them; unique in the force in any case of
        /// letters, ASCII.
        pub user_name: Option<String>,
        /// The directory's own identifier.
        pub external_id: Option<String>,
        /// Work telephone, if known.
        pub phone: Option<String>,
        /// Who answers for them, if known.
        pub line_manager: Option<PersonId> = "line_manager_id",
        /// Whether they work under another identity: who they are is then sensitive.
        pub covert: bool,
        /// Their first day, in the force's calendar.
        pub starts_on: Option<Day>,
        /// Their last working day, in the force's calendar.
        pub last_day: Option<Day>,
        /// Where the row came from last.
        pub source: PersonSource,
        /// Counts every change, from 1.
        pub version: i64,
        /// When it last changed.
        pub changed_at: Timestamp,
        /// What only the directory uses, as JSON.
        pub directory: Option<String>,
        /// When name, number and addresses were erased on schedule.
        pub erased_at: Option<Timestamp>,
    }
}

impl fmt::Debug for Person {
    /// Prints who without naming them: everything else is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({} of {})", self.id, self.force)
    }
}

/// What a person is called.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    /// Their number in the force.
    pub number: &'a str,
    /// Their name.
    pub name: &'a str,
    /// What they are to the force: officer, staff, contractor.
    pub role: &'a str,
}

impl Person {
    /// Makes a person of whom no more is known; everything else is empty.
    #[must_use]
    pub fn new(id: PersonId, force: Force, called: Called<'_>, at: Timestamp) -> Self {
        let Called { number, name, role } = called;
        Self {
            id,
            force,
            number: number.to_owned(),
            name: name.to_owned(),
            email: None,
            role: role.to_owned(),
            unit: None,
            created_at: at,
            ended_at: None,
            user_name: None,
            external_id: None,
            phone: None,
            line_manager: None,
            covert: false,
            starts_on: None,
            last_day: None,
            source: PersonSource::Hand,
            version: 1,
            changed_at: at,
            directory: None,
            erased_at: None,
        }
    }
}

statements! {
    pub(crate) PERSON_ADD = "INSERT INTO person (id, force, number, name, email, role, unit, created_at, ended_at,
        user_name, external_id, phone,
        line_manager_id, covert, starts_on, last_day, source, version, changed_at, directory, erased_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    PERSON_SET = "UPDATE person SET number = $3, name = $4, email = $5, role = $6, unit = $7, ended_at = $8, user_name = $9,
        external_id = $10, phone = $11, line_manager_id = $12, covert = $13, starts_on = $14, last_day = $15, source = $16,
        version = version + 1, changed_at = $17, directory = $18, erased_at = $19 WHERE id = $1 AND version = $2";
    PERSON_BY_ID: Person = "SELECT {columns} FROM person WHERE id = $1";
    PERSON_BY_NUMBER: Person = "SELECT {columns} FROM person WHERE force = $1 AND number = $2";
    PEOPLE_PAGE: Person = "SELECT {columns} FROM person
        WHERE ($1 = '' OR force = $1) AND ($2 = '' OR lower(name) LIKE $2 OR lower(number) LIKE $2)
        AND (name > $3 OR (name = $3 AND id > $4)) ORDER BY name, id LIMIT $5";
    // $7 and $8: only this person, and who names that one as line manager.
    // A person who was never asked has accepted nothing: without a line in terms_standing they count as not accepted.
    PEOPLE_LIST: (Person, i64, Option<Timestamp>) = "SELECT {columns}, devices, accepted_at
        FROM (SELECT p.*,
          (SELECT count(*) FROM device d WHERE d.holder_id = p.id) AS devices,
          (SELECT CASE WHEN max(CASE WHEN s.missing = 'terms' THEN 1 ELSE 0 END) = 0 THEN max(s.accepted_at) END
            FROM terms_standing s WHERE s.person_id = p.id) AS accepted_at
          FROM person p WHERE ($1 = '' OR p.force = $1) AND ($2 = '' OR lower(p.name) LIKE $2 OR lower(p.number) LIKE $2)
          AND ($9 = '' OR lower(p.unit) LIKE $9) AND ($10 = '' OR lower(p.role) LIKE $10)
          AND ($11 = '' OR ($11 = 'yes' AND p.ended_at IS NULL) OR ($11 = 'no' AND p.ended_at IS NOT NULL))
          AND ($7 = '' OR p.id = $7 OR p.line_manager_id = $8)
          AND (p.name > $3 OR (p.name = $3 AND p.id > $4))) AS listed
        WHERE ($6 = '' OR ($6 = 'yes' AND accepted_at IS NOT NULL) OR ($6 = 'no' AND accepted_at IS NULL))
        AND ($12 = '' OR ($12 = 'yes' AND devices > 0) OR ($12 = 'no' AND devices = 0))
        ORDER BY name, id LIMIT $5";
    PEOPLE_WITHOUT_TERMS = "SELECT count(*) FROM person p WHERE p.ended_at IS NULL AND ($1 = '' OR p.force = $1)
        AND EXISTS (SELECT 1 FROM device d WHERE d.holder_id = p.id AND d.retired_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM terms_standing s WHERE s.person_id = p.id
          GROUP BY s.person_id HAVING max(CASE WHEN s.missing = 'terms' THEN 1 ELSE 0 END) = 0)";
    PEOPLE_COUNT = "SELECT count(*) FROM person WHERE ended_at IS NULL AND ($1 = '' OR force = $1)";
    PERSON_END = "UPDATE person SET ended_at = $2, changed_at = $2, version = version + 1 WHERE id = $1 AND ended_at IS NULL";
    PEOPLE_IDS: PersonId = "SELECT id FROM person WHERE ended_at IS NULL ORDER BY id";
}

/// Enters a person. The number must be new in the force.
pub fn add(tx: &mut Tx<'_>, person: &Person) -> Result<(), StoreError> {
    let params = values!(person: id, force, number, name, email, role, unit, created_at, ended_at,
        user_name, external_id, phone, line_manager, covert, starts_on, last_day, source, version,
        changed_at, directory, erased_at);
    tx.execute(&PERSON_ADD, &params).map(drop)
}

/// Writes a person as they now are, if nobody changed them since `person.version`; returns whether it did. The version counts on.
pub fn set(tx: &mut Tx<'_>, person: &Person) -> Result<bool, StoreError> {
    let params = values!(person: id, version, number, name, email, role, unit, ended_at, user_name,
        external_id, phone, line_manager, covert, starts_on, last_day, source, changed_at, directory,
        erased_at);
    let changed = tx.execute(&PERSON_SET, &params)?;
    Ok(changed > 0)
}

/// Returns the person of that id.
pub fn by_id(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Person>, StoreError> {
    tx.row(&PERSON_BY_ID, &[Value::id(id)])
}

/// Returns the person with that collar or staff number.
pub fn by_number(tx: &mut Tx<'_>, force: Force, number: &str) -> Result<Option<Person>, StoreError> {
    tx.row(&PERSON_BY_NUMBER, &[Value::id(force), number.into()])
}

/// Returns up to `limit` people in order of name, after the given place; `search` matches part of a name or number.
pub fn page(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    search: &str,
    after: Option<(&str, PersonId)>,
    limit: u32,
) -> Result<Vec<Person>, StoreError> {
    let (name, id) =
        after.map_or((String::new(), String::new()), |(name, id)| (name.to_owned(), id.to_string()));
    tx.rows(
        &PEOPLE_PAGE,
        &[crate::force_word(force), crate::like(search), name.into(), id.into(), limit.into()],
    )
}

/// What a list of people shows. Empty words and `None` mean "any".
#[derive(Debug, Clone, Default)]
pub struct PeopleFilter {
    /// Only this force's.
    pub force: Option<Force>,
    /// Part of a name or number.
    pub search: String,
    /// Part of their unit.
    pub unit: String,
    /// Part of their job.
    pub role: String,
    /// Only those in the register, or only those who left.
    pub on_the_books: Option<bool>,
    /// Only those who hold a device, or only those who hold none.
    pub devices: Option<bool>,
    /// Only those who accepted all terms in force, or only those who did not.
    pub accepted: Option<bool>,
}

/// Returns a filter's word for yes, no and either.
const fn either(filter: Option<bool>) -> &'static str {
    match filter {
        None => "",
        Some(true) => "yes",
        Some(false) => "no",
    }
}

/// Only a few people: oneself, and who names one as line manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Related {
    /// Who asks.
    pub me: PersonId,
    /// Oneself.
    pub own: bool,
    /// Who names one as line manager.
    pub managed: bool,
}

/// A person as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The person.
    pub person: Person,
    /// How many devices they hold.
    pub devices: i64,
    /// When they accepted the last of the terms in force; `None` while one is missing.
    pub accepted_at: Option<Timestamp>,
}

/// Returns up to `limit` people in order of name, after the given place.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &PeopleFilter,
    only: Option<Related>,
    after: Option<(&str, PersonId)>,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let (name, id) =
        after.map_or((String::new(), String::new()), |(name, id)| (name.to_owned(), id.to_string()));
    let rows = tx.rows(
        &PEOPLE_LIST,
        &[
            crate::force_word(filter.force),
            crate::like(&filter.search),
            name.into(),
            id.into(),
            limit.into(),
            either(filter.accepted).into(),
            only.map_or_else(String::new, |only| if only.own { only.me.to_string() } else { "-".into() })
                .into(),
            only.filter(|only| only.managed).map_or_else(String::new, |only| only.me.to_string()).into(),
            crate::like(&filter.unit),
            crate::like(&filter.role),
            either(filter.on_the_books).into(),
            either(filter.devices).into(),
        ],
    )?;
    let listed = |(person, devices, accepted_at)| Listed { person, devices, accepted_at };
    Ok(rows.into_iter().map(listed).collect())
}

/// Returns how many people hold a device without having accepted all terms in force.
pub fn without_terms(tx: &mut Tx<'_>, force: Option<Force>) -> Result<i64, StoreError> {
    crate::single_count(tx, &PEOPLE_WITHOUT_TERMS, &[crate::force_word(force)])
}

/// Returns how many people are in the register.
pub fn count(tx: &mut Tx<'_>, force: Option<Force>) -> Result<i64, StoreError> {
    crate::single_count(tx, &PEOPLE_COUNT, &[crate::force_word(force)])
}

/// Takes a person off the books; returns whether they were on them.
pub fn end(tx: &mut Tx<'_>, id: PersonId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&PERSON_END, &[Value::id(id), at.into()])? > 0)
}

/// Returns everyone in the register.
pub fn ids(tx: &mut Tx<'_>) -> Result<Vec<PersonId>, StoreError> {
    tx.rows(&PEOPLE_IDS, &[])
}
