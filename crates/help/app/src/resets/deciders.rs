//! Names the people who may decide on a request, with their telephone: for the hour at which nobody of the role that decides is at
//! work.

use std::collections::BTreeSet;

use domain::{Force, Timestamp};
use store::resets::{self, Reset};
use store::{Tx, grants, people};

use kernel::access::Role;
use kernel::{AppError, Work, words};

/// The roles that may decide at any hour; the duty officer decides only while the desk is closed.
pub(super) const AT_ANY_HOUR: [Role; 3] = [Role::ServiceDeskLead, Role::InformationSecurity, Role::Fiso];
/// Most people of one role who are named.
const MOST: usize = 5;
/// Most grants of a role that are looked at.
const LOOKED_AT: u32 = 100;

/// The people of one role who may decide, to be rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToRing {
    /// The title of the role.
    pub role: &'static str,
    /// Their names, numbers and telephones; empty where nobody has the role.
    pub people: Vec<String>,
}

/// Lists everybody who may decide on a request: first the role that decides now, then those that may at any hour. Of the others, only
/// roles that somebody has. Whoever has a part in the request is left out: another person decides.
pub(super) fn to_ring(
    Work { tx, now, .. }: Work<'_, '_>,
    row: &Reset,
    decider: Role,
) -> Result<Vec<ToRing>, AppError> {
    let mut parts = vec![format!("person:{}", row.person), row.opened_by.clone()];
    parts.extend(row.asked.as_ref().map(|by| by.who.clone()));
    parts.extend(resets::proofs(tx, row.id)?.into_iter().filter(|proof| proof.given).map(|proof| proof.by));
    let mut all =
        vec![ToRing { role: decider.title(), people: with_role(tx, row.force, decider, now, &parts)? }];
    for role in AT_ANY_HOUR.into_iter().filter(|role| *role != decider) {
        let people = with_role(tx, row.force, role, now, &parts)?;
        if !people.is_empty() {
            all.push(ToRing { role: role.title(), people });
        }
    }
    Ok(all)
}

/// Lists the people who have a role over a force, each with their telephone, but for those whom the ledger names as `apart`; how many more
/// there are stands last.
pub(super) fn with_role(
    tx: &mut Tx<'_>,
    force: Force,
    role: Role,
    now: Timestamp,
    apart: &[String],
) -> Result<Vec<String>, AppError> {
    let (mut seen, mut named) = (BTreeSet::new(), Vec::new());
    for over in grants::over(tx, Some(force), role.as_str(), now, LOOKED_AT)? {
        let who = over.grant.person;
        if !apart.contains(&format!("person:{who}"))
            && seen.insert(who)
            && seen.len() <= MOST
            && let Some(person) = people::by_id(tx, who)?
        {
            named.push(with_telephone(&words::shown(&person), person.phone.as_deref()));
        }
    }
    if seen.len() > MOST {
        named.push(format!("and {} more", seen.len() - MOST));
    }
    Ok(named)
}

/// Writes a name with a telephone, or that the register has none.
pub(super) fn with_telephone(name: &str, phone: Option<&str>) -> String {
    format!("{name}, {}", phone.unwrap_or("number not in the register"))
}
