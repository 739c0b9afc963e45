//! Looks up whom to call about a loss now, step by step: the only place that knows where rotas are.
//!
//! The force says which roles are called, in which order, and how long each step waits: one chain for the hours of the service desk
//! and one for all others. Of a role, those are called who have a turn on one of its rotas, then those who are on call or on
//! duty at that moment.

use std::collections::BTreeSet;

use domain::{Channel, Force, PersonId, Span, Timestamp};
use duty::rule::UnknownHours;
use losses::call::Step;
use store::people::Person;
use store::{Tx, contacts, grants, people};

use duty_app::{OnCallFor, State};
use kernel::access::Role;
use kernel::{App, AppError, Work};

/// The chain outside the hours of the desk, where the policy in force has none that can be read.
const AT_NIGHT: &str =
    "on-call-engineer 5m, service-desk-lead 5m, information-security 10m, duty-officer 10m";
/// The chain within the hours of the desk.
const BY_DAY: &str = "service-desk-analyst 10m, service-desk-lead 5m, on-call-engineer 5m, duty-officer 10m";
/// Most people called in one step.
const MOST: usize = 20;
/// Most people of a role who are looked at.
const LOOKED_AT: u32 = 400;

/// One step of the chain, with who is on it now.
#[derive(Debug, Clone)]
pub struct Rung {
    /// The role that is called.
    pub role: Role,
    /// The time that the step waits for an answer.
    pub wait: Span,
    /// The people on duty or on call now, in the order in which they are called.
    pub people: Vec<Called>,
}

/// Somebody who would be called now.
#[derive(Debug, Clone)]
pub struct Called {
    /// The person.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their collar or staff number.
    pub number: String,
    /// Their work telephone, if it is known.
    pub phone: Option<String>,
    /// Whether they are on call; otherwise they are on duty.
    pub on_call: bool,
    /// The verified ways in which they can be reached, in the order in which they are tried.
    pub ways: Vec<Channel>,
    /// Whether they stopped texts to a number of theirs.
    pub stopped: bool,
}

impl Called {
    fn of(app: &App, tx: &mut Tx<'_>, person: Person, on_call: bool) -> Result<Self, AppError> {
        let ways = kernel::reach::ways(app, tx, &person)?.into_iter().map(|way| way.channel).collect();
        let stopped = contacts::of_person(tx, person.id)?.iter().any(|one| one.stopped_at.is_some());
        let Person { id, name, number, phone, .. } = person;
        Ok(Self { id, name, number, phone, on_call, ways, stopped })
    }
}

/// Returns whether the service desk is open: on working days, in its hours.
#[must_use]
pub fn desk_is_open(app: &App, now: Timestamp) -> bool {
    let policy = app.policy();
    let library = policy.library();
    let hour = |name: &str, otherwise: i64| library.count(name).unwrap_or(otherwise);
    let hours = UnknownHours::between(hour("desk-from-hour", 8), hour("desk-until-hour", 18));
    hours.is_some_and(|hours| hours.cover(now, &|day| library.working_days().is_one(day)))
}

/// Returns the chain of a force at a time.
///
/// # Errors
/// Only if the database does not answer.
pub fn chain(Work { app, tx, now }: Work<'_, '_>, force: Force) -> Result<Vec<Rung>, AppError> {
    let (parameter, otherwise) =
        if desk_is_open(app, now) { ("loss-chain-desk-hours", BY_DAY) } else { ("loss-chain", AT_NIGHT) };
    let written = crate::text(app, parameter, otherwise);
    let steps = read(&written).or_else(|| read(otherwise)).unwrap_or_default();
    steps
        .into_iter()
        .map(|(role, wait)| Ok(Rung { role, wait, people: reachable(Work { app, tx, now }, force, role)? }))
        .collect()
}

/// Reads a chain such as `on-call-engineer 5m, duty-officer 10m`; `None` where a part of it cannot be read.
fn read(written: &str) -> Option<Vec<(Role, Span)>> {
    let steps = written.split(',').map(|step| {
        let (role, wait) = step.trim().split_once(' ')?;
        Some((role.parse().ok()?, wait.trim().parse().ok()?))
    });
    steps.collect::<Option<Vec<_>>>().filter(|steps| !steps.is_empty())
}

/// Lists the people with a role over a force who are on duty or on call, those on call first.
///
/// # Errors
/// Only if the database does not answer.
pub fn reachable(
    Work { app, tx, now }: Work<'_, '_>,
    force: Force,
    role: Role,
) -> Result<Vec<Called>, AppError> {
    let with_role: BTreeSet<PersonId> = grants::over(tx, Some(force), role.as_str(), now, LOOKED_AT)?
        .iter()
        .map(|over| over.grant.person)
        .collect();
    let (mut on_call, mut on_duty) = (Vec::new(), Vec::new());
    // Who has the turn of a rota for this role comes first, in the order of the rota.
    let by_rota = duty_app::on_call(tx, OnCallFor::Role(force, role), now)?;
    for id in &by_rota {
        if let Some(person) = people::by_id(tx, *id)? {
            on_call.push(Called::of(app, tx, person, true)?);
        }
    }
    for id in with_role.into_iter().filter(|id| !by_rota.contains(id)) {
        let Some(person) = people::by_id(tx, id)? else { continue };
        match duty_app::duty_state(tx, id, now)? {
            State::OnCall { .. } => on_call.push(Called::of(app, tx, person, true)?),
            State::OnDuty { .. } => on_duty.push(Called::of(app, tx, person, false)?),
            _ => {}
        }
    }
    on_call.append(&mut on_duty);
    on_call.truncate(MOST);
    Ok(on_call)
}

/// Returns the steps as the state machine takes them.
pub(crate) fn steps(rungs: &[Rung]) -> Vec<Step> {
    let people = |rung: &Rung| rung.people.iter().map(|called| called.id).collect();
    rungs.iter().map(|rung| Step { wait: rung.wait, people: people(rung) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_read_whole_or_not_at_all() {
        let night = read(AT_NIGHT).unwrap();
        assert_eq!(night.len(), 4);
        assert_eq!(night[0], (Role::OnCallEngineer, Span::from_secs(300)));
        assert_eq!(night[3].0, Role::DutyOfficer, "back to the duty officer at the end");
        assert!(read(BY_DAY).is_some());
        for bad in ["", "duty-officer", "nobody 5m", "duty-officer soon", "duty-officer 5m,"] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }
}
