//! Decides which roles a person has: from the directory's groups, by hand, and from the register of people itself.
//!
//! A role that destroys, approves or administers ([`is_strong`]) takes two people to give (`give`); one that a
//! directory's token requests waits too (`groups`).
//!
//! Everybody on the books is a holder, and everybody named as a line manager is one; every other role is a grant. A
//! grant past its time no longer counts at the next request, because roles are looked up with each request
//! ([`standing_of`]); no job has to run for that. An auditor's grant always has an end. A job (`lapse`) records that
//! the end has come.

pub mod give;
pub mod groups;
pub mod lapse;

use crate::{GrantView, ListedGrant, TakeoverView};
use domain::{Force, GrantId, PersonId, Span, Timestamp, local_time};
use kernel::named::NamedPerson;
use store::grants::{self, Grant};
use store::takeovers;
use store::{Tx, people};

use kernel::access::{Permit, Role, SeeAccess};
pub use kernel::roles::{HeldRoles, is_strong, standing_of};
use kernel::{App, AppError, Work, second};

pub use groups::Names;

/// The longest time that an auditor's grant lasts. The same person may be given another when it has ended.
pub const AUDITOR_LONGEST: Span = Span::from_secs(92 * 24 * 3600);

/// A role to be given by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewGrant {
    /// The role.
    pub role: Option<Role>,
    /// Whether it covers every force.
    pub everywhere: bool,
    /// The last day on which it counts, `2026-12-31`; empty for a role that lasts until somebody ends it.
    pub last_day: String,
    /// The reason.
    pub reason: String,
}

/// The outcome of giving a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// It counts from their next request on.
    Now,
    /// It counts once another administrator confirms it.
    Waits(GrantId),
}

/// A person's roles now, and every grant that they have ever had.
#[derive(Debug, Clone)]
pub struct RolesRead {
    /// The person.
    pub person: NamedPerson,
    /// Their roles now.
    pub standing: Option<HeldRoles>,
    /// Their grants, newest first.
    pub grants: Vec<GrantRead>,
    /// A directory's request to provision them that waits for an administrator, with the requester's name in words.
    pub takeover: Option<(TakeoverView, String)>,
}

/// A grant, with the name of its giver in words.
#[derive(Debug, Clone)]
pub struct GrantRead {
    /// The grant.
    pub grant: GrantView,
    /// The giver's name, or the group.
    pub by: String,
    /// Whether it counts now.
    pub counts: bool,
    /// Whether somebody can confirm it: it waits for that, or the directory gave it and it approves nothing yet.
    pub to_confirm: bool,
    /// The person who confirmed it.
    pub confirmed_by: Option<String>,
}

/// Returns whether a role is given by a grant; the other roles follow from the register of people.
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

/// Looks up the roles that a person has now; `None` if they are not on the books.
///
/// # Errors
/// Only if the database does not answer.
pub async fn roles_of(app: &App, person: PersonId) -> Result<Option<HeldRoles>, AppError> {
    let now = app.world().now();
    app.store().read(move |tx| standing_of(tx, person, now)).await
}

/// Lists a person's roles and grants.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
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
                .map(|grant| grant_read(Work { app: &app, tx, now }, grant))
                .collect::<Result<_, _>>()?;
            let asked = takeovers::of_person(tx, person)?.filter(|one| one.confirmed.is_none());
            let takeover = match asked {
                Some(asked) => {
                    let by = kernel::words::who(tx, &asked.asked_by)?;
                    Some((asked.into(), by))
                }
                None => None,
            };
            Ok(RolesRead { standing: standing_of(tx, person, now)?, grants, takeover, person: whose.into() })
        })
        .await
}

/// Choice of grants for a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct GrantFilter {
    /// Force of the people; `None` for every force that the reader may see.
    pub force: Option<Force>,
    /// Role that is given; `None` for every role.
    pub role: Option<Role>,
}

/// Lists up to `limit` grants that count now, in order of the person's name, starting after the given name and grant.
///
/// # Errors
/// Only if the database does not answer.
pub async fn grants(
    app: &App,
    permit: Permit<SeeAccess>,
    GrantFilter { force, role }: GrantFilter,
    after: Option<(String, GrantId)>,
    limit: u32,
) -> Result<Vec<(ListedGrant, String)>, AppError> {
    let now = app.world().now();
    let force = match (permit.scope().force(), force) {
        (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
        (own, asked) => own.or(asked),
    };
    app.store()
        .read(move |tx| {
            let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
            grants::list(
                tx,
                &grants::GrantFilter { force, role: role.map_or("", Role::as_str), after },
                now,
                limit,
            )?
            .into_iter()
            .map(|listed| {
                let by = said_by(tx, &listed.grant)?;
                Ok((ListedGrant::from(listed), by))
            })
            .collect()
        })
        .await
}

fn grant_read(Work { app, tx, now }: Work<'_, '_>, grant: Grant) -> Result<GrantRead, AppError> {
    let strong = grant.role.parse().is_ok_and(|role| is_strong(app.policy().access(), role));
    let early = grant.from_directory && strong && now.since(grant.since()) < second::SPAN;
    Ok(GrantRead {
        by: said_by(tx, &grant)?,
        counts: grant.counts_at(now),
        to_confirm: grant.is_open_at(now) && grant.confirmed.is_none() && (grant.waits || early),
        confirmed_by: grant.confirmed.as_ref().map(|(_, by)| kernel::words::who(tx, by)).transpose()?,
        grant: grant.into(),
    })
}

fn said_by(tx: &mut Tx<'_>, grant: &Grant) -> Result<String, AppError> {
    if grant.from_directory {
        return Ok(format!("Directory group {}", grant.said_by));
    }
    kernel::words::who(tx, &grant.said_by)
}

pub use give::{confirm_role, end_role, grant_role};
pub use groups::take_groups;
pub use lapse::lapse_grant;
