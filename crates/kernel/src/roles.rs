//! Finds the roles that somebody has at a moment, and says which are so strong that two people must give them.

use domain::{Force, PersonId, Timestamp};
use store::{Tx, grants, people};

use crate::access::{
    Action, ApproveDestruction, ConfirmPolicy, DestroyData, ManageAccess, Policies, Question, Relation, Role,
    Roles, RunService,
};
use crate::{AppError, digest_hex};

/// Role that a group of the directory gives to its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRole {
    /// Name of the group, as the directory sends it in its tokens and by SCIM.
    pub group: String,
    /// Role that it gives.
    pub role: Role,
    /// Set where the role covers the things of every force; otherwise it covers those of the member's own.
    pub everywhere: bool,
}

/// Roles that somebody has at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldRoles {
    /// Force of the person.
    pub force: Force,
    /// Roles over the things of that force.
    pub roles: Roles,
    /// Roles that they also have over the things of every other force.
    pub everywhere: Roles,
}

/// Returns the roles that a person has at that time; `None` for a person who is not on the books.
///
/// # Errors
/// Only if the database does not answer.
pub fn standing_of(tx: &mut Tx<'_>, person: PersonId, now: Timestamp) -> Result<Option<HeldRoles>, AppError> {
    let Some(person) = people::by_id(tx, person)?.filter(|person| person.ended_at.is_none()) else {
        return Ok(None);
    };
    let (mut roles, mut everywhere) = (Roles::from(Role::Holder), Roles::NONE);
    if grants::manages_somebody(tx, person.id)? {
        roles = roles.with(Role::LineManager);
    }
    for grant in grants::open(tx, person.id)?.iter().filter(|grant| grant.counts_at(now)) {
        // Ignores a role that this version of the program does not know.
        let Ok(role) = grant.role.parse::<Role>() else { continue };
        roles = roles.with(role);
        if grant.everywhere {
            everywhere = everywhere.with(role);
        }
    }
    Ok(Some(HeldRoles { force: person.force, roles, everywhere }))
}

/// Actions that make a role strong: one person alone may give a role only if it allows none of these.
const STRONG: [&str; 5] =
    [DestroyData::NAME, ApproveDestruction::NAME, ManageAccess::NAME, ConfirmPolicy::NAME, RunService::NAME];

/// Returns whether a role destroys, approves or administers, by the policies in force: two people must give such a role.
#[must_use]
pub fn is_strong(policies: &Policies, role: Role) -> bool {
    let may = |action: &'static str, force: Force| {
        let (roles, home) = (role.into(), Some(force));
        policies.ask(Question { roles, home, action, force, relation: Relation::None }).allowed
    };
    STRONG.iter().any(|action| policies.forces().iter().any(|force| may(action, *force)))
}

/// Returns the name of a break-glass account in the ledger: a person by id, anybody else by the start of a digest, which names
/// nobody.
pub fn break_glass_place(owner: &str) -> String {
    match owner.strip_prefix("person:") {
        Some(_) => owner.to_owned(),
        None => format!("break-glass:{}", digest_hex(owner.as_bytes()).get(..16).unwrap_or_default()),
    }
}
