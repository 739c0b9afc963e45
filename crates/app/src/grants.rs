//! Who has which role: from the directory's groups, by hand, and what follows from the register itself.
//!
//! A holder is whoever is on the books, and a line manager whoever is named as one; every other role is a grant. A grant past
//! its time counts as none at the next request, because roles are looked up with each ([`standing_of`]); nothing has
//! to run for that. An auditor's grant always has an end. That one has come is noticed by a job (`lapse`).

mod lapse;

use domain::{Force, GrantId, PersonId, Span, Timestamp};
use serde_json::json;
use store::grants::{self, Grant, Listed};
use store::locks::{self, Lock};
use store::people::Person;
use store::{Tx, people};

use crate::access::{
    Action, ApproveDestruction, DestroyData, ManageAccess, Permit, Policies, Question, Relation, Role, Roles,
    RunService, SeeAccess,
};
use crate::people::text;
use crate::record::Record;
use crate::{App, AppError};

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

/// A person's roles now, and every grant that they ever had.
#[derive(Debug, Clone)]
pub struct RolesRead {
    /// The person.
    pub person: Person,
    /// Their roles now.
    pub standing: Option<Standing>,
    /// Their grants, newest first.
    pub grants: Vec<GrantRead>,
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
    let until = duty::midnight(until);
    if until <= now {
        return invalid("enter a day that is not over");
    }
    if role == Role::Auditor && until > now.plus(AUDITOR_LONGEST) {
        return invalid("enter a day within the next three months: an auditor's access is for one audit");
    }
    Ok(Some(until))
}

impl App {
    /// Gives a person a role. It counts from their next request on.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what cannot be, [`AppError::Conflict`] where they have it, [`AppError::Denied`] over the wall
    /// and for oneself.
    pub async fn grant_role(
        &self,
        permit: Permit<ManageAccess>,
        person: PersonId,
        new: NewGrant,
    ) -> Result<(), AppError> {
        let now = self.world().now();
        let role = new.role.filter(|role| is_granted(*role));
        let role = role.ok_or_else(|| AppError::invalid("role", "choose a role"))?;
        let until = until_of(role, &new.last_day, now)?;
        let reason = text("reason", &new.reason, 500)?;
        let app = self.clone();
        self.store()
            .write(move |tx| {
                locks::take(tx, Lock::Roles)?;
                let whose = app.grantee(tx, &permit, person)?;
                if whose.ended_at.is_some() {
                    return Err(AppError::Conflict(format!("{} is not on the books any more", whose.name)));
                }
                if new.both_forces && permit.scope().force().is_some() {
                    return Err(AppError::invalid(
                        "both",
                        "only who serves both forces can give a role over both",
                    ));
                }
                let has = grants::open(tx, person)?.into_iter().any(|grant| {
                    grant.role == role.as_str()
                        && grant.counts_at(now)
                        && (grant.both_forces || !new.both_forces)
                });
                if has {
                    return Err(AppError::Conflict(format!(
                        "{} has that role already; end it first to change it",
                        whose.name
                    )));
                }
                let grant = Grant {
                    id: GrantId::from_uuid(app.world().uuid()),
                    person,
                    role: role.as_str().to_owned(),
                    both_forces: new.both_forces,
                    from_directory: false,
                    said_by: permit.actor().name.clone(),
                    reason,
                    granted_at: now,
                    until,
                    ended: None,
                    waits: false,
                    confirmed: None,
                };
                app.enter_grant(tx, &whose, &grant, &permit.actor().name, role)
            })
            .await
    }

    fn enter_grant(
        &self,
        tx: &mut Tx<'_>,
        whose: &Person,
        grant: &Grant,
        actor: &str,
        role: Role,
    ) -> Result<(), AppError> {
        grants::add(tx, grant)?;
        self.await_lapse(tx, grant)?;
        let record = Record::new(actor, "role.granted", format!("person:{}", whose.id))
            .force(whose.force)
            .reason(role.as_str())
            .detail(json!({
                "grant": grant.id,
                "both_forces": grant.both_forces,
                "until": grant.until.map(|until| until.to_string()),
                "by": grant.said_by,
                "reason": grant.reason,
            }));
        self.enter(tx, grant.granted_at, record)
    }

    fn grantee(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<ManageAccess>,
        person: PersonId,
    ) -> Result<Person, AppError> {
        let whose = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
        permit.reaches(whose.force)?;
        if permit.actor().person == Some(person) {
            permit.reaches_own(whose.force)?;
        }
        Ok(whose)
    }

    /// Ends a role that was given by hand. It does not count from the person's next request on. One that the directory
    /// gives is ended there.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where it is over already or the directory's, [`AppError::Invalid`] without a reason.
    pub async fn end_role(
        &self,
        permit: Permit<ManageAccess>,
        grant: GrantId,
        reason: &str,
    ) -> Result<(), AppError> {
        let reason = text("end-reason", reason, 500)?;
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                locks::take(tx, Lock::Roles)?;
                let found = grants::by_id(tx, grant)?.ok_or_else(|| AppError::not_found("grant", grant))?;
                let whose = app.grantee(tx, &permit, found.person)?;
                if found.from_directory {
                    return Err(AppError::Conflict(format!(
                        "the directory gives this role to members of {}: take the person out of that group",
                        found.said_by
                    )));
                }
                app.close_grant(tx, &whose, &found, (&permit.actor().name, &reason), now)
            })
            .await
    }

    fn close_grant(
        &self,
        tx: &mut Tx<'_>,
        whose: &Person,
        grant: &Grant,
        (by, why): (&str, &str),
        now: Timestamp,
    ) -> Result<(), AppError> {
        if !grants::end(tx, grant.id, now, by)? {
            return Err(AppError::Conflict("it was ended already; reload the page".into()));
        }
        let role = grant.role.parse::<Role>().map_or("unknown", Role::as_str);
        let record = Record::new(by, "role.ended", format!("person:{}", whose.id))
            .force(whose.force)
            .reason(role)
            .detail(json!({ "grant": grant.id, "reason": why }));
        self.enter(tx, now, record)
    }

    /// Makes a person's grants from the directory what their groups say, by the settings' `group_roles`; gives what they may
    /// be asked for then. A group that makes auditors does so once, for at most [`AUDITOR_LONGEST`]: when that is over,
    /// membership alone gives no more.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for who is not on the books; else where the database does not answer.
    pub fn take_groups(
        &self,
        tx: &mut Tx<'_>,
        person: &Person,
        groups: &[&str],
        now: Timestamp,
    ) -> Result<Standing, AppError> {
        locks::take(tx, Lock::Roles)?;
        let theirs: Vec<&GroupRole> = self
            .config()
            .group_roles
            .iter()
            .filter(|rule| groups.contains(&rule.group.as_str()) && is_granted(rule.role))
            .collect();
        let same = |grant: &Grant, rule: &GroupRole| {
            grant.said_by == rule.group
                && grant.role == rule.role.as_str()
                && grant.both_forces == rule.both_forces
        };
        let open: Vec<Grant> =
            grants::open(tx, person.id)?.into_iter().filter(|grant| grant.from_directory).collect();
        for grant in open.iter().filter(|grant| !theirs.iter().any(|rule| same(grant, rule))) {
            self.close_grant(tx, person, grant, ("system", "no longer in the group"), now)?;
        }
        for rule in theirs.into_iter().filter(|rule| !open.iter().any(|grant| same(grant, rule))) {
            let grant = Grant {
                id: GrantId::from_uuid(self.world().uuid()),
                person: person.id,
                role: rule.role.as_str().to_owned(),
                both_forces: rule.both_forces,
                from_directory: true,
                said_by: rule.group.clone(),
                reason: String::new(),
                granted_at: now,
                until: (rule.role == Role::Auditor).then(|| now.plus(AUDITOR_LONGEST)),
                ended: None,
                waits: false,
                confirmed: None,
            };
            self.enter_grant(tx, person, &grant, "system", rule.role)?;
        }
        standing_of(tx, person.id, now)?.ok_or_else(|| AppError::not_found("person", person.id))
    }

    /// What a person may be asked for now; `None` for who is not on the books.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn roles_of(&self, person: PersonId) -> Result<Option<Standing>, AppError> {
        let now = self.world().now();
        self.store().read(move |tx| standing_of(tx, person, now)).await
    }

    /// A person's roles and grants.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Denied`] over the wall.
    pub async fn person_roles(
        &self,
        permit: Permit<SeeAccess>,
        person: PersonId,
    ) -> Result<RolesRead, AppError> {
        let now = self.world().now();
        self.store()
            .read(move |tx| {
                let whose =
                    people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
                permit.reaches(whose.force)?;
                let grants = grants::of_person(tx, person)?
                    .into_iter()
                    .map(|grant| grant_read(tx, grant, now))
                    .collect::<Result<_, _>>()?;
                Ok(RolesRead { standing: standing_of(tx, person, now)?, grants, person: whose })
            })
            .await
    }

    /// Up to `limit` grants that count now, in order of the person's name, from behind the given name and grant.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn grants(
        &self,
        permit: Permit<SeeAccess>,
        (force, role): (Option<Force>, Option<Role>),
        after: Option<(String, GrantId)>,
        limit: u32,
    ) -> Result<Vec<(Listed, String)>, AppError> {
        let now = self.world().now();
        let force = match (permit.scope().force(), force) {
            (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
            (own, asked) => own.or(asked),
        };
        self.store()
            .read(move |tx| {
                let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
                grants::list(tx, (force, role.map_or("", Role::as_str)), now, after, limit)?
                    .into_iter()
                    .map(|listed| Ok((listed.clone(), said_by(tx, &listed.grant)?)))
                    .collect()
            })
            .await
    }
}

fn grant_read(tx: &mut Tx<'_>, grant: Grant, now: Timestamp) -> Result<GrantRead, AppError> {
    Ok(GrantRead { by: said_by(tx, &grant)?, counts: grant.counts_at(now), grant })
}

fn said_by(tx: &mut Tx<'_>, grant: &Grant) -> Result<String, AppError> {
    if grant.from_directory {
        return Ok(format!("Directory group {}", grant.said_by));
    }
    crate::read::who(tx, &grant.said_by)
}

#[cfg(test)]
mod tests;
