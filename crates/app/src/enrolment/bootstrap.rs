//! The bootstrap token that a Mac keeps with us, sealed.

use domain::{Secret, Timestamp};
use protocol_apple::replies;
use store::Tx;
use store::enrolments::{self, Enrolment};

use super::messages::CheckInReply;
use crate::commands::token_place;
use crate::{App, AppError};

pub(super) fn keep_bootstrap(
    app: &App,
    tx: &mut Tx<'_>,
    live: &Enrolment,
    token: Option<&Secret<Vec<u8>>>,
    now: Timestamp,
) -> Result<CheckInReply, AppError> {
    let place = token_place("bootstrap", live.id);
    let sealed = token.map(|token| app.sealer().seal(app.world(), &place, token.expose())).transpose()?;
    let action = if sealed.is_some() { "bootstrap-token.stored" } else { "bootstrap-token.deleted" };
    enrolments::set_bootstrap_token(tx, live.id, sealed)?;
    let record = app.about_device(tx, "device", action, live.device)?;
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done(Vec::new()))
}

pub(super) fn give_bootstrap(
    app: &App,
    tx: &mut Tx<'_>,
    live: &Enrolment,
    now: Timestamp,
) -> Result<CheckInReply, AppError> {
    let token = bootstrap_of(app, tx, live)?;
    let record = app.about_device(tx, "device", "bootstrap-token.given", live.device)?;
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done(replies::bootstrap_token(token.as_ref())))
}

/// The bootstrap token that a Mac keeps with us, opened.
pub(super) fn bootstrap_of(
    app: &App,
    tx: &mut Tx<'_>,
    live: &Enrolment,
) -> Result<Option<Secret<Vec<u8>>>, AppError> {
    let place = token_place("bootstrap", live.id);
    let sealed = enrolments::bootstrap_token(tx, live.id)?;
    Ok(sealed.map(|sealed| app.sealer().open(&place, &sealed)).transpose()?)
}
