//! Groups of the directory and who is in them.

use domain::{Force, GroupId, PersonId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    GROUP_BY_ID = concat!("SELECT ", columns!(), " FROM directory_group WHERE id = $1");
    GROUP_BY_NAME = concat!("SELECT ", columns!(), " FROM directory_group WHERE force = $1 AND lower(name) = lower($2)");
    GROUPS_PAGE = concat!("SELECT ", columns!(), " FROM directory_group WHERE force = $1 AND id > $2 ORDER BY id LIMIT $3");
    MEMBER_IDS = "SELECT person_id FROM directory_member WHERE group_id = $1 ORDER BY person_id";
    MEMBER_ADD = "INSERT INTO directory_member (group_id, person_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    MEMBER_REMOVE = "DELETE FROM directory_member WHERE group_id = $1 AND person_id = $2";
    MEMBERS_REMOVE = "DELETE FROM directory_member WHERE group_id = $1";
    GROUPS_OF = "SELECT g.id, g.name FROM directory_member m JOIN directory_group g ON g.id = m.group_id
        WHERE m.person_id = $1 ORDER BY g.name, g.id LIMIT 500";
    LEAVE_ALL = "DELETE FROM directory_member WHERE person_id = $1";
}

fn group(row: &Row) -> Result<Group, StoreError> {
    Ok(Group {
        id: row.parse(0)?,
        force: row.parse(1)?,
        name: row.text(2)?,
        external_id: row.opt_text(3)?,
        version: row.int(4)?,
        created_at: row.time(5)?,
        changed_at: row.time(6)?,
    })
}

/// Adds a group. Its name must be new in the force.
pub fn add(tx: &mut Tx<'_>, new: &Group) -> Result<(), StoreError> {
    tx.execute(
        &GROUP_ADD,
        &[
            Value::id(new.id),
            Value::id(new.force),
            new.name.as_str().into(),
            new.external_id.as_deref().into(),
            new.version.into(),
            new.created_at.into(),
            new.changed_at.into(),
        ],
    )?;
    Ok(())
}

/// Writes a group, if it has not changed since `group.version`; returns whether it did.
pub fn set(tx: &mut Tx<'_>, group: &Group) -> Result<bool, StoreError> {
    let params = [
        Value::id(group.id),
        group.version.into(),
        group.name.as_str().into(),
        group.external_id.as_deref().into(),
        group.changed_at.into(),
    ];
    Ok(tx.execute(&GROUP_SET, &params)? > 0)
}

/// Removes a group and its memberships; the people stay.
pub fn remove(tx: &mut Tx<'_>, id: GroupId) -> Result<(), StoreError> {
    tx.execute(&MEMBERS_REMOVE, &[Value::id(id)])?;
    tx.execute(&GROUP_REMOVE, &[Value::id(id)])?;
    Ok(())
}

/// Returns the group of that id.
pub fn by_id(tx: &mut Tx<'_>, id: GroupId) -> Result<Option<Group>, StoreError> {
    tx.one(&GROUP_BY_ID, &[Value::id(id)])?.as_ref().map(group).transpose()
}

/// Returns the group of that name, in any case of letters.
pub fn by_name(tx: &mut Tx<'_>, force: Force, name: &str) -> Result<Option<Group>, StoreError> {
    tx.one(&GROUP_BY_NAME, &[Value::id(force), name.into()])?.as_ref().map(group).transpose()
}

/// Returns up to `limit` groups of a force in order of id, after one.
pub fn page(
    tx: &mut Tx<'_>,
    force: Force,
    after: Option<GroupId>,
    limit: u32,
) -> Result<Vec<Group>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    tx.query(&GROUPS_PAGE, &[Value::id(force), after.into(), i64::from(limit).into()])?
        .iter()
        .map(group)
        .collect()
}

/// Returns the ids of a group's members, in order.
pub fn member_ids(tx: &mut Tx<'_>, id: GroupId) -> Result<Vec<PersonId>, StoreError> {
    tx.query(&MEMBER_IDS, &[Value::id(id)])?.iter().map(|row| row.parse(0)).collect()
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
    tx.query(&GROUPS_OF, &[Value::id(person)])?.iter().map(|row| Ok((row.parse(0)?, row.text(1)?))).collect()
}

/// Removes a person from every group.
pub fn leave_all(tx: &mut Tx<'_>, person: PersonId) -> Result<u64, StoreError> {
    tx.execute(&LEAVE_ALL, &[Value::id(person)])
}
