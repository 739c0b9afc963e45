//! Counts the people affected by one person or token, and raises an alarm above a cap.
//!
//! The act is done all the same: an account that should be closed must not stay open until somebody approves it.

use domain::{Cap, Force, PersonId, Span, Timestamp};
use kernel::{AppError, Work};
use store::{Tx, alarms as rows, caps};

use crate::alarms::{Alarm, AlarmKind, raise};

/// The period in which people are counted.
const HOUR: Span = Span::from_secs(3600);

/// Counts a person who was taken off the books, asked to hand things in, or deprived of a permission or role, and
/// alerts others to the first one beyond the hourly limit. Acts of the service itself are not counted.
///
/// # Errors
/// Only if the database does not answer.
pub fn note_person(
    Work { app, tx, now }: Work<'_, '_>,
    force: Force,
    person: PersonId,
    by: &str,
) -> Result<(), AppError> {
    if by == "system" {
        return Ok(());
    }
    let since = now.minus(HOUR);
    if !rows::same_since(
        tx,
        since,
        &rows::SameAlarm { force: Some(force), kind: AlarmKind::PeopleAffected.as_str(), caused_by: by },
        1,
    )?
    .is_empty()
    {
        return Ok(());
    }
    let subject = person.to_string();
    count(tx, Cap::People, Counted { force, who: by, subject: &subject }, now)?;
    let limit = app.limit(Cap::People);
    let most = u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1);
    if caps::distinct(tx, Cap::People, by, since, most)? > limit {
        tell_of_people(Work { app, tx, now }, force, by, limit)?;
    }
    Ok(())
}

/// An act that counts towards a cap.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The force in which it is done.
    pub force: Force,
    /// Who does it, as the ledger names them.
    pub who: &'a str,
    /// The person or device that it is done to.
    pub subject: &'a str,
}

/// Counts one more act towards a cap.
///
/// # Errors
/// Only if the database does not answer.
pub fn count(
    tx: &mut Tx<'_>,
    cap: Cap,
    Counted { force, who, subject }: Counted<'_>,
    at: Timestamp,
) -> Result<(), AppError> {
    Ok(caps::count(tx, &caps::Counted { cap, force, who, subject }, at)?)
}

/// Deletes counts older than `before`; returns the number of rows.
///
/// # Errors
/// Only if the database does not answer.
pub fn forget_counts(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, AppError> {
    Ok(caps::forget(tx, before)?)
}

/// Raises an alarm that one person or token affected more people within an hour than the cap allows. The act was
/// done.
fn tell_of_people(
    Work { app, tx, now }: Work<'_, '_>,
    force: Force,
    by: &str,
    limit: i64,
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
    raise(Work { app, tx, now }, alarm)
}
