//! Collects what the first page shows everybody responsible: open alarms, and forces with too few administrators.

use domain::Force;
use store::{Tx, alarms, grants};

use kernel::access::{Actor, Role, SeeAccess};
use kernel::{AppError, Work, access};
use notices_app::alarms::AlarmRead;

/// Number of alarms listed.
const ALARMS: u32 = 5;
/// Most administrators of a force that are checked.
const MOST: u32 = 500;

/// Lists the newest alarms that nobody has dealt with, and counts them all.
pub fn open_alarms(tx: &mut Tx<'_>, force: Option<Force>) -> Result<(Vec<AlarmRead>, u64), AppError> {
    let open = alarms::open(tx, force, ALARMS)?;
    let read =
        open.into_iter().map(|alarm| notices_app::alarms::read(tx, alarm)).collect::<Result<_, _>>()?;
    Ok((read, alarms::open_count(tx, force)?.unsigned_abs()))
}

/// Lists the forces, among those whose roles the reader may see, with fewer than two administrators who have ever
/// signed in, each with whether there is one: until there are two, one person alone can do much.
pub fn few_administrators(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &Actor,
) -> Result<Vec<(Force, bool)>, AppError> {
    let Ok(permit) = access::permit::<SeeAccess>(actor) else { return Ok(Vec::new()) };
    let mut few = Vec::new();
    for force in app.forces().into_iter().filter(|force| permit.scope().covers(*force)) {
        let all = grants::over(tx, Some(force), Role::Administrator.as_str(), now, MOST)?;
        let mut signed_in: Vec<_> =
            all.iter().filter(|over| over.signed_in_at.is_some()).map(|over| over.grant.person).collect();
        signed_in.dedup();
        if signed_in.len() < 2 {
            few.push((force, !signed_in.is_empty()));
        }
    }
    Ok(few)
}
