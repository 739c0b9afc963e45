//! Gives a person an address from which a calendar program reads their own shifts on call, and takes it away again.
//!
//! The address holds a secret, which is shown once; the database keeps its digest. Who has the address reads when one person is on
//! call and for which rota, and nothing else.

use domain::{PersonId, Secret, Span};
use kernel::access::{AcceptOwn, Permit};
use kernel::limits::{Door, admit_account};
use kernel::record::{Record, force_of};
use kernel::{App, AppError, digest_hex};
use store::{Tx, calendar_addresses, people, rotas as rows};

use super::calendar::calendar_of;
use super::cover::own_person;
use super::load::{Window, load};

/// The time within which a second reading is not noted.
const NOTED_EVERY: Span = Span::from_secs(60);

/// Makes the address of the reader's own calendar and returns it; it is shown this once. One that they had before no longer works.
///
/// # Errors
/// [`AppError::Conflict`] for an actor who is nobody in the register or takes part in no rota.
pub async fn make_calendar_address(app: &App, permit: Permit<AcceptOwn>) -> Result<Secret<String>, AppError> {
    let me = own_person(permit.actor())?;
    let (app, now) = (app.clone(), app.world().now());
    let token = digest_hex(&app.world().bytes::<32>());
    let digest = digest_hex(token.as_bytes());
    app.clone()
        .store()
        .write(move |tx| {
            if !takes_part(tx, me, Window::at(now))? {
                return Err(AppError::Conflict(
                    "you take part in no rota, so there is nothing that a calendar could show".into(),
                ));
            }
            calendar_addresses::put(tx, me, &digest, now)?;
            let record = Record::new(&permit.actor().name, "duty.calendar.made", format!("person:{me}"));
            let force = force_of(tx, Some(me))?;
            app.enter(tx, now, record.force_if(force))?;
            Ok(Secret::new(format!("{}/calendar/{token}/on-call.ics", app.config().address)))
        })
        .await
}

/// Withdraws the address of the reader's own calendar. Doing so again changes nothing.
///
/// # Errors
/// [`AppError::Conflict`] for an actor who is nobody in the register.
pub async fn withdraw_calendar_address(app: &App, permit: Permit<AcceptOwn>) -> Result<(), AppError> {
    let me = own_person(permit.actor())?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            if !calendar_addresses::remove(tx, me)? {
                return Ok(());
            }
            let record = Record::new(&permit.actor().name, "duty.calendar.withdrawn", format!("person:{me}"));
            let force = force_of(tx, Some(me))?;
            app.enter(tx, now, record.force_if(force))
        })
        .await
}

/// Returns the calendar at an address, and notes that it was read; `None` for a wrong address, one that was withdrawn, and one of
/// somebody who has left.
///
/// # Errors
/// [`AppError::TooMany`] where programs ask for this calendar too often.
pub async fn calendar_at(app: &App, token: &str) -> Result<Option<String>, AppError> {
    let (node, now, digest) = (app.clone(), app.world().now(), digest_hex(token.as_bytes()));
    let asked = digest.clone();
    let found = app
        .store()
        .read(move |tx| {
            let Some(row) = calendar_addresses::by_digest(tx, &asked)? else { return Ok(None) };
            if people::by_id(tx, row.person)?.is_none_or(|person| person.ended_at.is_some()) {
                return Ok(None);
            }
            // A right address counts against itself alone, never against where the program is.
            admit_account(&node, Door::Calendar, &asked)?;
            Ok::<_, AppError>(Some((calendar_of(tx, row.person, now)?, row.read_at)))
        })
        .await?;
    let Some((calendar, read_at)) = found else { return Ok(None) };
    if read_at.is_none_or(|at| now.since(at) >= NOTED_EVERY) {
        app.store()
            .write(move |tx| Ok::<_, AppError>(calendar_addresses::set_read(tx, &digest, now)?))
            .await?;
    }
    Ok(Some(calendar))
}

/// Returns whether a rota in use names a person as somebody who takes turns.
fn takes_part(tx: &mut Tx<'_>, me: PersonId, window: Window) -> Result<bool, AppError> {
    for row in rows::with_person(tx, me)? {
        if load(tx, row, window)?.has(Some(me)) {
            return Ok(true);
        }
    }
    Ok(false)
}
