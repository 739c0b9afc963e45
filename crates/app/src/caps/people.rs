//! What one person or token does to many people: counted, told beyond a cap, and done all the same. An account that should be
//! closed must not stay open until somebody releases it.

use domain::{Cap, Force, PersonId, Timestamp};
use store::{Tx, alarms, caps};

use super::{HOUR, limit, tell};
use crate::alarms::AlarmKind;
use crate::{App, AppError};

/// Counts that somebody was taken off the books, asked to hand things in, or deprived of a permission or role, and tells others of the
/// first one beyond the limit of an hour. What the service does by itself is not counted.
///
/// # Errors
/// Only where the database does not answer.
pub(crate) fn note_person(
    app: &App,
    tx: &mut Tx<'_>,
    (force, person): (Force, PersonId),
    (by, now): (&str, Timestamp),
) -> Result<(), AppError> {
    if by == "system" {
        return Ok(());
    }
    let since = now.minus(HOUR);
    if !alarms::same_since(tx, since, Some(force), (AlarmKind::PeopleAffected.as_str(), by), 1)?.is_empty() {
        return Ok(());
    }
    caps::count(tx, Cap::People, (force, by, &person.to_string()), now)?;
    let limit = limit(app, Cap::People);
    let most = u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1);
    if caps::distinct(tx, Cap::People, by, since, most)? > limit {
        tell::of_people(app, tx, (force, by, limit), now)?;
    }
    Ok(())
}
