//! People as directories and files find them, and as the retention register forgets them.

use domain::{Force, PersonId, Timestamp};

use crate::people::Person;
use crate::{StoreError, Tx, Value, statements};

/// People who still have a device, an open case, or a legal hold on what they had or take part in, are kept.
macro_rules! unheld {
    () => {
        " AND NOT EXISTS (SELECT 1 FROM device d WHERE d.holder_id = person.id AND d.retired_at IS NULL)
         AND NOT EXISTS (SELECT 1 FROM desk_case c WHERE c.person_id = person.id AND c.closed_at IS NULL)
         AND NOT EXISTS (SELECT 1 FROM legal_hold h LEFT JOIN device d ON d.id = h.device_id LEFT JOIN desk_case c ON c.id = h.case_id
           WHERE h.ended_at IS NULL AND (d.holder_id = person.id OR c.person_id = person.id))"
    };
}

statements! {
    pub(crate) PERSON_BY_USER_NAME: Person = "SELECT {columns} FROM person
        WHERE force = $1 AND lower(user_name) = lower($2)";
    PEOPLE_BY_EXTERNAL_ID: Person = "SELECT {columns} FROM person WHERE external_id = $2 AND force = $1
        AND user_name IS NOT NULL ORDER BY id LIMIT 200";
    LEFT_WITH_EXTERNAL_ID: Person = "SELECT {columns} FROM person WHERE external_id = $2 AND force = $1
        AND user_name IS NULL AND ended_at IS NOT NULL AND erased_at IS NULL ORDER BY id LIMIT 2";
    PROVISIONED: Person = "SELECT {columns} FROM person WHERE force = $1 AND user_name IS NOT NULL AND id > $2
        ORDER BY id LIMIT $3";
    PROVISIONED_SKIP: Person = "SELECT {columns} FROM person WHERE force = $1 AND user_name IS NOT NULL
        ORDER BY id LIMIT $2 OFFSET $3";
    PROVISIONED_COUNT = "SELECT count(*) FROM person WHERE force = $1 AND user_name IS NOT NULL";
    PEOPLE_OF_FORCE: Person = "SELECT {columns} FROM person WHERE force = $1 AND id > $2 ORDER BY id LIMIT $3";
    PEOPLE_DUE: Person = concat!("SELECT {columns} FROM person WHERE ended_at < $1 AND erased_at IS NULL", unheld!(),
        " ORDER BY ended_at, id LIMIT $2");
    PERSON_DUE: Person = concat!("SELECT {columns} FROM person
        WHERE id = $2 AND ended_at < $1 AND erased_at IS NULL", unheld!());
    PEOPLE_KEPT = "SELECT count(*) FROM person WHERE ended_at < $1 AND erased_at IS NULL";
    MANAGER_FREE = "UPDATE person SET line_manager_id = NULL WHERE line_manager_id = $1";
}

/// Returns the person of that user name, in any case of letters.
pub fn by_user_name(tx: &mut Tx<'_>, force: Force, name: &str) -> Result<Option<Person>, StoreError> {
    tx.row(&PERSON_BY_USER_NAME, &[Value::id(force), name.into()])
}

/// Returns up to two leavers of that external id whom the directory took away.
pub fn left_with_external_id(tx: &mut Tx<'_>, force: Force, id: &str) -> Result<Vec<Person>, StoreError> {
    tx.rows(&LEFT_WITH_EXTERNAL_ID, &[Value::id(force), id.into()])
}

/// Returns the provisioned people of that external id; directories should give it once, and may not.
pub fn by_external_id(tx: &mut Tx<'_>, force: Force, id: &str) -> Result<Vec<Person>, StoreError> {
    tx.rows(&PEOPLE_BY_EXTERNAL_ID, &[Value::id(force), id.into()])
}

/// Returns up to `limit` provisioned people in order of id, after one.
pub fn provisioned(
    tx: &mut Tx<'_>,
    force: Force,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<Person>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let params = [Value::id(force), after.into(), limit.into()];
    tx.rows(&PROVISIONED, &params)
}

/// Returns a window on the provisioned people in order of id.
pub fn provisioned_window(
    tx: &mut Tx<'_>,
    force: Force,
    skip: i64,
    limit: i64,
) -> Result<Vec<Person>, StoreError> {
    tx.rows(&PROVISIONED_SKIP, &[Value::id(force), limit.into(), skip.into()])
}

/// Returns how many people a directory provisions.
pub fn provisioned_count(tx: &mut Tx<'_>, force: Force) -> Result<i64, StoreError> {
    crate::single_count(tx, &PROVISIONED_COUNT, &[Value::id(force)])
}

/// Returns up to `limit` people of a force in order of id, after one; those who left too.
pub fn of_force(
    tx: &mut Tx<'_>,
    force: Force,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<Person>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let params = [Value::id(force), after.into(), limit.into()];
    tx.rows(&PEOPLE_OF_FORCE, &params)
}

/// Returns people who left before a time and whom nothing holds, oldest first.
pub fn due_for_erasure(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<Vec<Person>, StoreError> {
    tx.rows(&PEOPLE_DUE, &[before.into(), limit.into()])
}

/// Returns one of them, looked at again.
pub fn due_one(tx: &mut Tx<'_>, before: Timestamp, id: PersonId) -> Result<Option<Person>, StoreError> {
    tx.row(&PERSON_DUE, &[before.into(), Value::id(id)])
}

/// Returns how many people left before a time and are not erased, held or not.
pub fn past_retention(tx: &mut Tx<'_>, before: Timestamp) -> Result<i64, StoreError> {
    crate::single_count(tx, &PEOPLE_KEPT, &[before.into()])
}

/// Takes a person away as a line manager.
pub fn free_managed(tx: &mut Tx<'_>, manager: PersonId) -> Result<u64, StoreError> {
    tx.execute(&MANAGER_FREE, &[Value::id(manager)])
}
