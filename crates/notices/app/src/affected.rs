//! What one person or token does to many people: counted, told beyond a cap, and done all the same. An account that should be
//! closed must not stay open until somebody releases it.

use domain::{Cap, Force, PersonId, Span, Timestamp};
use kernel::{App, AppError};
use store::{Tx, alarms as rows, caps};

use crate::alarms::{Alarm, AlarmKind, raise};

/// The time in which people are counted.
const HOUR: Span = Span::from_secs(3600);

/// Counts that somebody was taken off the books, asked to hand things in, or deprived of a permission or role, and tells others of the
/// first one beyond the limit of an hour. What the service does by itself is not counted.
///
/// # Errors
/// Only where the database does not answer.
pub fn note_person(
    app: &App,
    tx: &mut Tx<'_>,
    (force, person): (Force, PersonId),
    (by, now): (&str, Timestamp),
) -> Result<(), AppError> {
    if by == "system" {
        return Ok(());
    }
    let since = now.minus(HOUR);
    if !rows::same_since(tx, since, Some(force), (AlarmKind::PeopleAffected.as_str(), by), 1)?.is_empty() {
        return Ok(());
    }
    count(tx, Cap::People, (force, by, &person.to_string()), now)?;
    let limit = app.limit(Cap::People);
    let most = u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1);
    if caps::distinct(tx, Cap::People, by, since, most)? > limit {
        tell_of_people(app, tx, (force, by, limit), now)?;
    }
    Ok(())
}

/// Counts one more thing done towards a cap.
///
/// # Errors
/// Only where the database does not answer.
pub fn count(
    tx: &mut Tx<'_>,
    cap: Cap,
    (force, who, subject): (Force, &str, &str),
    at: Timestamp,
) -> Result<(), AppError> {
    Ok(caps::count(tx, cap, (force, who, subject), at)?)
}

/// Forgets counts older than `before`; returns how many rows.
///
/// # Errors
/// Only where the database does not answer.
pub fn forget_counts(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, AppError> {
    Ok(caps::forget(tx, before)?)
}

/// Tells that one person or token affected more people within an hour than the cap says. It was done.
fn tell_of_people(
    app: &App,
    tx: &mut Tx<'_>,
    (force, by, limit): (Force, &str, i64),
    now: Timestamp,
) -> Result<(), AppError> {
    let who = kernel::words::who(tx, by)?;
    let body = format!(
        "Within an hour {who} took more than {limit} people off the books, asked them to hand things in, or took a permission or role \
         from them. All of it was done. If nobody expected this, end their roles or tokens and put it right."
    );
    let alarm = Alarm {
        force: Some(force),
        kind: AlarmKind::PeopleAffected,
        by: by.to_owned(),
        subject: format!("More than {limit} people affected within an hour by {who}"),
        body,
        link: "/people".to_owned(),
    };
    raise(app, tx, alarm, now)
}
