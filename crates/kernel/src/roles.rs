//! Roles that somebody has at a moment, and which of them are so strong that two people give them.

use domain::{Force, PersonId, Timestamp};
use store::{Tx, grants, people};

use crate::access::{
    Action, ApproveDestruction, DestroyData, ManageAccess, Policies, Question, Relation, Role, Roles,
    RunService,
};
use crate::{AppError, digest_hex};

/// What a group of the directory makes of its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRole {
    /// The group, as the directory names it in its tokens and by SCIM.
    pub group: String,
    /// The role.
    pub role: Role,
    /// Over the things of both forces; else of the member's own.
    pub both_forces: bool,
}

/// What somebody may be asked for: their roles at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Their force.
    pub force: Force,
    /// Their roles over the things of that force.
    pub roles: Roles,
    /// Those of them that they have over the other force's things too.
    pub both: Roles,
}

/// What a person may be asked for at that time; `None` for who is not on the books.
///
/// # Errors
/// Only where the database does not answer.
pub fn standing_of(tx: &mut Tx<'_>, person: PersonId, now: Timestamp) -> Result<Option<Standing>, AppError> {
    let Some(person) = people::by_id(tx, person)?.filter(|person| person.ended_at.is_none()) else {
        return Ok(None);
    };
    let (mut roles, mut both) = (Roles::from(Role::Holder), Roles::NONE);
    if grants::manages_somebody(tx, person.id)? {
        roles = roles.with(Role::LineManager);
    }
    for grant in grants::open(tx, person.id)?.iter().filter(|grant| grant.counts_at(now)) {
        // A word that this version of the program does not have is no role.
        let Ok(role) = grant.role.parse::<Role>() else { continue };
        roles = roles.with(role);
        if grant.both_forces {
            both = both.with(role);
        }
    }
    Ok(Some(Standing { force: person.force, roles, both }))
}

/// What a role must let nobody do for it to be given by one person.
const STRONG: [&str; 4] = [DestroyData::NAME, ApproveDestruction::NAME, ManageAccess::NAME, RunService::NAME];

/// Whether a role destroys, approves or administers, by the policies in force: such a role is given by two.
#[must_use]
pub fn is_strong(policies: &Policies, role: Role) -> bool {
    let may = |action: &'static str, force: Force| {
        let (roles, home) = (role.into(), Some(force));
        policies.ask(Question { roles, home, action, force, relation: Relation::None }).allowed
    };
    STRONG.iter().any(|action| Force::ALL.iter().any(|force| may(action, *force)))
}

/// An account in the ledger: a person by id, anybody else by the start of a digest, which names nobody.
pub fn break_glass_place(owner: &str) -> String {
    match owner.strip_prefix("person:") {
        Some(_) => owner.to_owned(),
        None => format!("break-glass:{}", digest_hex(owner.as_bytes()).get(..16).unwrap_or_default()),
    }
}
