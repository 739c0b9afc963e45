//! Groups of the directory and who is in them.

use domain::{Force, GroupId, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One group.
    pub struct Group {
        /// Its id.
        pub id: GroupId,
        /// The force that it belongs to.
        pub force: Force,
        /// Its name, unique in the force in any case of letters.
        pub name: String,
        /// The directory's own identifier.
        pub external_id: Option<String>,
        /// Counts its changes, from 1.
        pub version: i64,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub changed_at: Timestamp,
    }
}

macro_rules! columns {
    () => {
        "id, force, name, external_id, version, created_at, changed_at"
    };
}

statements! {
    pub(crate) GROUP_ADD = concat!("INSERT INTO directory_group (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7)");
    GROUP_SET = "UPDATE directory_group SET name = $3, external_id = $4, version = version + 1, changed_at = $5
        WHERE id = $1 AND version = $2";
    GROUP_REMOVE = "DELETE FROM directory_group WHERE id = $1";
    GROUP_BY_ID: Group = "SELECT {columns} FROM directory_group WHERE id = $1";
    GROUP_BY_NAME: Group = "SELECT {columns} FROM directory_group WHERE force = $1 AND lower(name) = lower($2)";
    GROUPS_PAGE: Group = "SELECT {columns} FROM directory_group WHERE force = $1 AND id > $2 ORDER BY id LIMIT $3";
    MEMBER_IDS: PersonId = "SELECT person_id FROM directory_member WHERE group_id = $1 ORDER BY person_id";
    MEMBER_ADD = "INSERT INTO directory_member (group_id, person_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    MEMBER_REMOVE = "DELETE FROM directory_member WHERE group_id = $1 AND person_id = $2";
    MEMBERS_REMOVE = "DELETE FROM directory_member WHERE group_id = $1";
    GROUPS_OF: (GroupId, String) = "SELECT g.id, g.name FROM directory_member m
        JOIN directory_group g ON g.id = m.group_id
        WHERE m.person_id = $1 ORDER BY g.name, g.id LIMIT 500";
    LEAVE_ALL = "DELETE FROM directory_member WHERE person_id = $1";
}

/// Adds a group. Its name must be new in the force.
pub fn add(tx: &mut Tx<'_>, new: &Group) -> Result<(), StoreError> {
    let params = values!(new: id, force, name, external_id, version, created_at, changed_at);
    tx.execute(&GROUP_ADD, &params).map(drop)
}

/// Writes a group, if it has not changed since `group.version`; returns whether it did.
pub fn set(tx: &mut Tx<'_>, group: &Group) -> Result<bool, StoreError> {
    let params = values!(group: id, version, name, external_id, changed_at);
    Ok(tx.execute(&GROUP_SET, &params)? > 0)
}

/// Removes a group and its memberships; the people stay.
pub fn remove(tx: &mut Tx<'_>, id: GroupId) -> Result<(), StoreError> {
    tx.execute(&MEMBERS_REMOVE, &[Value::id(id)])?;
    tx.execute(&GROUP_REMOVE, &[Value::id(id)]).map(drop)
}

/// Returns the group of that id.
pub fn by_id(tx: &mut Tx<'_>, id: GroupId) -> Result<Option<Group>, StoreError> {
    tx.row(&GROUP_BY_ID, &[Value::id(id)])
}

/// Returns the group of that name, in any case of letters.
pub fn by_name(tx: &mut Tx<'_>, force: Force, name: &str) -> Result<Option<Group>, StoreError> {
    tx.row(&GROUP_BY_NAME, &[Value::id(force), name.into()])
}

/// Returns up to `limit` groups of a force in order of id, after one.
pub fn page(
    tx: &mut Tx<'_>,
    force: Force,
    after: Option<GroupId>,
    limit: u32,
) -> Result<Vec<Group>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    tx.rows(&GROUPS_PAGE, &[Value::id(force), after.into(), limit.into()])
}

/// Returns the ids of a group's members, in order.
pub fn member_ids(tx: &mut Tx<'_>, id: GroupId) -> Result<Vec<PersonId>, StoreError> {
    tx.rows(&MEMBER_IDS, &[Value::id(id)])
}

/// Adds a person to a group; returns whether they were not in it.
pub fn join(tx: &mut Tx<'_>, group: GroupId, person: PersonId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&MEMBER_ADD, &[Value::id(group), Value::id(person), at.into()])? > 0)
}

/// Removes a person from a group; returns whether they were in it.
pub fn leave(tx: &mut Tx<'_>, group: GroupId, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(&MEMBER_REMOVE, &[Value::id(group), Value::id(person)])? > 0)
}

/// Returns the groups that a person is in: id and name, in order of name.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<(GroupId, String)>, StoreError> {
    tx.rows(&GROUPS_OF, &[Value::id(person)])
}

/// Removes a person from every group.
pub fn leave_all(tx: &mut Tx<'_>, person: PersonId) -> Result<u64, StoreError> {
    tx.execute(&LEAVE_ALL, &[Value::id(person)])
}
