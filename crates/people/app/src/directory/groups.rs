//! Keeps the directory's groups and their members.
//!
//! What a group lets its members do is in the force's settings.

use std::collections::BTreeSet;

use domain::{Force, GroupId, PersonId};
use serde_json::json;
use store::groups::{self, Group};
use store::{Tx, people};

use super::force_of;
use crate::GroupView;
use crate::grants::Names;
use kernel::access::{Permit, ProvisionPeople};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Most ids that an entry's detail lists of people who joined or left; beyond that it has only their count.
const NAMED: usize = 2000;

/// A group as a directory describes it.
#[derive(Debug, Clone)]
pub struct GroupWrite {
    /// Its name: 1 to 200 characters.
    pub name: String,
    /// The directory's own identifier.
    pub external_id: Option<String>,
    /// The ids of its members.
    pub members: Vec<String>,
}

/// A group as the directory sees it.
#[derive(Debug, Clone)]
pub struct GroupRead {
    /// The group.
    pub group: GroupView,
    /// The members; empty where they were not asked for.
    pub members: Vec<PersonId>,
}

fn read(tx: &mut Tx<'_>, group: Group, members: bool) -> Result<GroupRead, AppError> {
    let members = if members { groups::member_ids(tx, group.id)? } else { Vec::new() };
    Ok(GroupRead { group: group.into(), members })
}

fn of_force(tx: &mut Tx<'_>, force: Force, id: GroupId) -> Result<Group, AppError> {
    groups::by_id(tx, id)?
        .filter(|group| group.force == force)
        .ok_or_else(|| AppError::not_found("group", id))
}

fn name_is_free(tx: &mut Tx<'_>, force: Force, name: &str, own: Option<GroupId>) -> Result<(), AppError> {
    match groups::by_name(tx, force, name)? {
        Some(other) if Some(other.id) != own => {
            Err(AppError::Conflict("another group has this displayName".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Looks up the people of a list of ids, all of whom the directory must provision in that force; skips those in
/// `known`.
fn people_of(
    tx: &mut Tx<'_>,
    force: Force,
    ids: &[String],
    known: &BTreeSet<PersonId>,
) -> Result<BTreeSet<PersonId>, AppError> {
    let mut found = BTreeSet::new();
    for id in ids {
        let wrong = || {
            AppError::invalid("members", "name users of this service by their ids; groups cannot be members")
        };
        let id: PersonId = id.parse().map_err(|_| wrong())?;
        if !known.contains(&id) {
            let person = people::by_id(tx, id)?.ok_or_else(wrong)?;
            if person.force != force || person.user_name.is_none() {
                return Err(wrong());
            }
        }
        found.insert(id);
    }
    Ok(found)
}

/// Adds a group.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid name or member, [`AppError::Conflict`] for a name that is taken.
pub async fn add_group(
    app: &App,
    permit: Permit<ProvisionPeople>,
    new: GroupWrite,
) -> Result<GroupRead, AppError> {
    let force = force_of(&permit)?;
    let name = text("displayName", &new.name, 200)?;
    let (app, now) = (app.clone(), app.world().now());
    let id = GroupId::from_uuid(app.world().uuid());
    app.clone()
        .store()
        .write(move |tx| {
            name_is_free(tx, force, &name, None)?;
            let group = Group {
                id,
                force,
                name,
                external_id: new.external_id,
                version: 1,
                created_at: now,
                changed_at: now,
            };
            groups::add(tx, &group)?;
            let joined = people_of(tx, force, &new.members, &BTreeSet::new())?;
            let members = Members { joined, ..Members::default() };
            let (work, by) = (Work { app: &app, tx, now }, &permit.actor().name);
            note_group(work, by, &group, "directory-group.added", &members)?;
            read(tx, group, true)
        })
        .await
}

/// Replaces a group with what the directory now says; returns `None` where it is no longer at the version that the
/// directory started from.
///
/// # Errors
/// As [`add_group`], and [`AppError::NotFound`].
pub async fn change_group(
    app: &App,
    permit: Permit<ProvisionPeople>,
    id: GroupId,
    version: i64,
    new: GroupWrite,
) -> Result<Option<GroupRead>, AppError> {
    let force = force_of(&permit)?;
    let name = text("displayName", &new.name, 200)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let before = of_force(tx, force, id)?;
            if before.version != version {
                return Ok(None);
            }
            name_is_free(tx, force, &name, Some(id))?;
            let old: BTreeSet<PersonId> = groups::member_ids(tx, id)?.into_iter().collect();
            let members = people_of(tx, force, &new.members, &old)?;
            let joined: BTreeSet<PersonId> = members.difference(&old).copied().collect();
            let left: BTreeSet<PersonId> = old.difference(&members).copied().collect();
            let same = before.name == name && before.external_id == new.external_id;
            if same && joined.is_empty() && left.is_empty() {
                return read(tx, before, true).map(Some);
            }
            let group = Group { name, external_id: new.external_id, changed_at: now, ..before };
            if !groups::set(tx, &group)? {
                return Ok(None);
            }
            let group = Group { version: group.version + 1, ..group };
            let (work, by) = (Work { app: &app, tx, now }, &permit.actor().name);
            note_group(work, by, &group, "directory-group.changed", &Members { joined, left })?;
            if !same {
                // A renamed group may give other roles: the settings identify groups by name.
                for person in members.intersection(&old) {
                    groups_changed(Work { app: &app, tx, now }, *person, &permit.actor().name)?;
                }
            }
            read(tx, group, true).map(Some)
        })
        .await
}

/// Removes a group: its members stay and lose the roles it gave. Returns whether it was at the given version, where
/// one is given.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn remove_group(
    app: &App,
    permit: Permit<ProvisionPeople>,
    id: GroupId,
    version: Option<i64>,
) -> Result<bool, AppError> {
    let force = force_of(&permit)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let group = of_force(tx, force, id)?;
            if version.is_some_and(|version| version != group.version) {
                return Ok(false);
            }
            let left = groups::member_ids(tx, id)?.into_iter().collect();
            let members = Members { left, ..Members::default() };
            let (work, by) = (Work { app: &app, tx, now }, &permit.actor().name);
            note_group(work, by, &group, "directory-group.removed", &members)?;
            groups::remove(tx, id)?;
            Ok(true)
        })
        .await
}

/// Looks up one group.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn group(
    app: &App,
    permit: Permit<ProvisionPeople>,
    id: GroupId,
    members: bool,
) -> Result<GroupRead, AppError> {
    let force = force_of(&permit)?;
    app.store()
        .read(move |tx| {
            let group = of_force(tx, force, id)?;
            read(tx, group, members)
        })
        .await
}

/// Looks up the group with that name, ignoring case.
///
/// # Errors
/// Only if the database does not answer.
pub async fn group_by_name(
    app: &App,
    permit: Permit<ProvisionPeople>,
    name: &str,
    members: bool,
) -> Result<Option<GroupRead>, AppError> {
    let (force, name) = (force_of(&permit)?, name.to_owned());
    app.store()
        .read(move |tx| groups::by_name(tx, force, &name)?.map(|group| read(tx, group, members)).transpose())
        .await
}

/// Lists up to `limit` groups in order of id, starting after the given one.
///
/// # Errors
/// Only if the database does not answer.
pub async fn groups(
    app: &App,
    permit: Permit<ProvisionPeople>,
    after: Option<GroupId>,
    limit: u32,
    members: bool,
) -> Result<Vec<GroupRead>, AppError> {
    let force = force_of(&permit)?;
    app.store()
        .read(move |tx| {
            let page = groups::page(tx, force, after, limit)?;
            page.into_iter().map(|group| read(tx, group, members)).collect()
        })
        .await
}

/// Gives a person the roles that follow from their groups, and ends those that no longer do. A person off the books
/// has none; their open grants are corrected when they return.
pub(super) fn groups_changed(
    Work { app, tx, now }: Work<'_, '_>,
    person: PersonId,
    token: &str,
) -> Result<(), AppError> {
    let Some(person) = people::by_id(tx, person)?.filter(|person| person.ended_at.is_none()) else {
        return Ok(());
    };
    let named = groups::of_person(tx, person.id)?;
    let names: Vec<&str> = named.iter().map(|(_, name)| name.as_str()).collect();
    crate::grants::take_groups(Work { app, tx, now }, &person, &names, Names::Token(token)).map(|_| ())
}

/// The people who join and who leave a group.
#[derive(Default)]
struct Members {
    joined: BTreeSet<PersonId>,
    left: BTreeSet<PersonId>,
}

/// Adds people to and removes them from a group, and records it in the ledger.
fn note_group(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &str,
    group: &Group,
    action: &'static str,
    members: &Members,
) -> Result<(), AppError> {
    let Members { joined, left } = members;
    for person in joined {
        groups::join(tx, group.id, *person, now)?;
    }
    for person in left {
        groups::leave(tx, group.id, *person)?;
    }
    for person in joined.iter().chain(left) {
        groups_changed(Work { app, tx, now }, *person, actor)?;
    }
    let named = |people: &BTreeSet<PersonId>| -> Vec<String> {
        people.iter().take(NAMED).map(ToString::to_string).collect()
    };
    let detail = json!({
        "name": group.name,
        "joined": named(joined), "joined_count": joined.len(),
        "left": named(left), "left_count": left.len(),
    });
    let record = Record::new(actor, action, format!("group:{}", group.id)).force(group.force).detail(detail);
    app.enter(tx, now, record)
}
