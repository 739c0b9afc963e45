//! Who has which role: from the directory's groups, by hand, and what follows from the register itself.
//!
//! A role that destroys, approves or administers ([`is_strong`]) is given by two (`give`); one that a directory's token asks for
//! waits as well (`groups`).
//!
//! A holder is whoever is on the books, and a line manager whoever is named as one; every other role is a grant. A grant past
//! its time counts as none at the next request, because roles are looked up with each ([`standing_of`]); nothing has
//! to run for that. An auditor's grant always has an end. That one has come is noticed by a job (`lapse`).

mod give;
mod groups;
mod lapse;

use domain::{Force, GrantId, PersonId, Span, Timestamp, local_time};
use store::grants::{self, Grant, Listed};
use store::people::Person;
use store::takeovers::{self, Takeover};
use store::{Tx, people};

use crate::access::{
    Action, ApproveDestruction, DestroyData, ManageAccess, Permit, Policies, Question, Relation, Role, Roles,
    RunService, SeeAccess,
};
use crate::{App, AppError, second};

pub(crate) use groups::Names;

/// The longest time that an auditor's grant lasts. The same person may be given another when it is over.
pub const AUDITOR_LONGEST: Span = Span::from_secs(92 * 24 * 3600);

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

/// A role that is to be given by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewGrant {
    /// The role.
    pub role: Option<Role>,
    /// Over the things of both forces.
    pub both_forces: bool,
    /// The last day on which it counts, `2026-12-31`; empty: until somebody ends it.
    pub last_day: String,
    /// Why.
    pub reason: String,
}

/// What became of a role that was to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// It counts from their next request on.
    Now,
    /// It counts once another administrator confirms it.
    Waits(GrantId),
}

/// A person's roles now, and every grant that they ever had.
#[derive(Debug, Clone)]
pub struct RolesRead {
    /// The person.
    pub person: Person,
    /// Their roles now.
    pub standing: Option<Standing>,
    /// Their grants, newest first.
    pub grants: Vec<GrantRead>,
    /// The directory that would provision them, where that waits for an administrator, with who asked in words.
    pub takeover: Option<(Takeover, String)>,
}

/// A grant, with who gave it in words.
#[derive(Debug, Clone)]
pub struct GrantRead {
    /// The grant.
    pub grant: Grant,
    /// Who gave it, or the group.
    pub by: String,
    /// Whether it counts now.
    pub counts: bool,
    /// Whether somebody can confirm it: it waits for that, or the directory gave it and it approves nothing yet.
    pub to_confirm: bool,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
}

/// What a person may be asked for at that time; `None` for who is not on the books.
///
/// # Errors
/// Only where the database does not answer.
pub(crate) fn standing_of(
    tx: &mut Tx<'_>,
    person: PersonId,
    now: Timestamp,
) -> Result<Option<Standing>, AppError> {
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

/// Whether a role is a grant at all: the others follow from the register.
const fn is_granted(role: Role) -> bool {
    !matches!(role, Role::Holder | Role::LineManager)
}

fn until_of(role: Role, last_day: &str, now: Timestamp) -> Result<Option<Timestamp>, AppError> {
    let invalid = |message: &str| Err(AppError::invalid("until", message));
    let text = last_day.trim();
    if text.is_empty() {
        return if role == Role::Auditor {
            invalid("enter the last day: an auditor's access ends by itself")
        } else {
            Ok(None)
        };
    }
    let Some(until) = text.parse::<jiff::civil::Date>().ok().and_then(|day| day.tomorrow().ok()) else {
        return invalid("enter a day, such as 2026-12-31");
    };
    let until = local_time::midnight(until);
    if until <= now {
        return invalid("enter a day that is not over");
    }
    if role == Role::Auditor && until > now.plus(AUDITOR_LONGEST) {
        return invalid("enter a day within the next three months: an auditor's access is for one audit");
    }
    Ok(Some(until))
}

/// What a person may be asked for now; `None` for who is not on the books.
///
/// # Errors
/// Only where the database does not answer.
pub async fn roles_of(app: &App, person: PersonId) -> Result<Option<Standing>, AppError> {
    let now = app.world().now();
    app.store().read(move |tx| standing_of(tx, person, now)).await
}

/// A person's roles and grants.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] over the wall.
pub async fn person_roles(
    app: &App,
    permit: Permit<SeeAccess>,
    person: PersonId,
) -> Result<RolesRead, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            let whose = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
            permit.reaches(whose.force)?;
            let grants = grants::of_person(tx, person)?
                .into_iter()
                .map(|grant| grant_read(&app, tx, grant, now))
                .collect::<Result<_, _>>()?;
            let asked = takeovers::of_person(tx, person)?.filter(|one| one.confirmed.is_none());
            let takeover = match asked {
                Some(asked) => {
                    let by = crate::read::who(tx, &asked.asked_by)?;
                    Some((asked, by))
                }
                None => None,
            };
            Ok(RolesRead { standing: standing_of(tx, person, now)?, grants, takeover, person: whose })
        })
        .await
}

/// Up to `limit` grants that count now, in order of the person's name, from behind the given name and grant.
///
/// # Errors
/// Only where the database does not answer.
pub async fn grants(
    app: &App,
    permit: Permit<SeeAccess>,
    (force, role): (Option<Force>, Option<Role>),
    after: Option<(String, GrantId)>,
    limit: u32,
) -> Result<Vec<(Listed, String)>, AppError> {
    let now = app.world().now();
    let force = match (permit.scope().force(), force) {
        (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
        (own, asked) => own.or(asked),
    };
    app.store()
        .read(move |tx| {
            let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
            grants::list(tx, (force, role.map_or("", Role::as_str)), now, after, limit)?
                .into_iter()
                .map(|listed| Ok((listed.clone(), said_by(tx, &listed.grant)?)))
                .collect()
        })
        .await
}

fn grant_read(app: &App, tx: &mut Tx<'_>, grant: Grant, now: Timestamp) -> Result<GrantRead, AppError> {
    let strong = grant.role.parse().is_ok_and(|role| is_strong(app.policy().access(), role));
    let early = grant.from_directory && strong && now.since(grant.since()) < second::SPAN;
    Ok(GrantRead {
        by: said_by(tx, &grant)?,
        counts: grant.counts_at(now),
        to_confirm: grant.is_open_at(now) && grant.confirmed.is_none() && (grant.waits || early),
        confirmed_by: grant.confirmed.as_ref().map(|(_, by)| crate::read::who(tx, by)).transpose()?,
        grant,
    })
}

fn said_by(tx: &mut Tx<'_>, grant: &Grant) -> Result<String, AppError> {
    if grant.from_directory {
        return Ok(format!("Directory group {}", grant.said_by));
    }
    crate::read::who(tx, &grant.said_by)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod two;

pub(crate) use give::note_grant_ended;
pub use give::{confirm_role, end_role, grant_role};
pub(crate) use groups::take_groups;
pub(crate) use lapse::lapse_grant;
