//! Handles answers that report an error or cannot be read: neither may block what waits behind them.

use domain::{CommandId, CommandState};
use platform_port::Speaker;
use store::commands::{self};
use store::{Tx, enrolments};

use super::deliver::{Answer, SealedRaw};
use crate::checkin::{Bound, Enrolled, NotEnrolled};
use kernel::{App, AppError, Work};

/// Longest text of an answer that is stored, in characters.
const LONGEST: usize = 400;

/// Answer of which only the id of its command could be read.
#[derive(Debug, Clone)]
pub struct Unreadable {
    /// Certificate that signed it.
    pub certificate: String,
    /// Id of the command in it.
    pub command: String,
    /// Reason why it could not be read.
    pub why: String,
    /// Bytes of the answer.
    pub raw: bytes::Bytes,
}

/// Closes the command of an unreadable answer as failed, with the reason, and returns the next command's bytes. An answer to a
/// command that is not the sender's changes nothing.
///
/// # Errors
/// Only if the database or a key fails.
pub async fn close_unreadable(
    app: &App,
    answer: Unreadable,
) -> Result<Result<Option<Vec<u8>>, NotEnrolled>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let digest = kernel::digest_hex(&answer.raw);
    app.clone()
        .store()
        .write(move |tx| {
            let from = match sender(&app, tx, &answer.certificate)? {
                Ok(from) => from,
                Err(why) => return Ok(Err(why)),
            };
            let Some((id, from)) = own_command(tx, &answer, &from)? else {
                return crate::commands::deliver::next_command(Work { app: &app, tx, now }, &from).map(Ok);
            };
            let sealed = crate::commands::deliver::seal_raw(&app, from.enrolment, &answer.raw)?;
            let error = format!("the answer could not be read: {}", answer.why);
            tracing::warn!(command = %id, digest, why = answer.why, "an answer could not be read and its command was closed");
            let error = Some(error.chars().take(LONGEST).collect());
            let closed = Answer { id, state: CommandState::Failed, error, report: None };
            let raw = SealedRaw { digest, sealed };
            crate::commands::deliver::finish_command(Work { app: &app, tx, now }, &from, &closed, raw)?;
            crate::commands::deliver::next_command(Work { app: &app, tx, now }, &from).map(Ok)
        })
        .await
}

/// Identifies the sender of a message that names no device to compare: by the certificate alone.
fn sender(app: &App, tx: &mut Tx<'_>, certificate: &str) -> Result<Result<Enrolled, NotEnrolled>, AppError> {
    let found = enrolments::hot_lookup(tx, &[certificate.to_owned()])?;
    let Some(bound) = found.into_iter().next().map(Bound::from) else { return Ok(Err(NotEnrolled::Unknown)) };
    let speaker = Speaker { device: bound.device_key.clone(), user: None, personal: false };
    Ok(crate::checkin::identify(app, Some(&bound), &speaker))
}

/// Returns the command, if it was for a live channel of the sender.
fn own_command(
    tx: &mut Tx<'_>,
    answer: &Unreadable,
    from: &Enrolled,
) -> Result<Option<(CommandId, Enrolled)>, AppError> {
    let Ok(id) = answer.command.parse::<CommandId>() else { return Ok(None) };
    let Some(command) = commands::by_id(tx, id)? else { return Ok(None) };
    let channel = enrolments::by_id(tx, command.enrolment)?
        .filter(|channel| channel.ended.is_none() && channel.certificate == answer.certificate);
    Ok(channel.map(|channel| (id, Enrolled { enrolment: channel.id, ..from.clone() })))
}
