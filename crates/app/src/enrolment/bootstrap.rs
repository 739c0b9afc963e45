//! The bootstrap token that a Mac keeps with us, sealed.

use domain::{Secret, Timestamp};
use protocol_apple::replies;
use store::Tx;
use store::enrolments::{self, Enrolment};

use super::messages::CheckInReply;
use crate::commands::token_place;
use crate::{App, AppError};

impl App {
    pub(super) fn keep_bootstrap(
        &self,
        tx: &mut Tx<'_>,
        live: &Enrolment,
        token: Option<&Secret<Vec<u8>>>,
        now: Timestamp,
    ) -> Result<CheckInReply, AppError> {
        let place = token_place("bootstrap", live.id);
        let sealed =
            token.map(|token| self.sealer().seal(self.world(), &place, token.expose())).transpose()?;
        let action = if sealed.is_some() { "bootstrap-token.stored" } else { "bootstrap-token.deleted" };
        enrolments::set_bootstrap_token(tx, live.id, sealed)?;
        let record = self.about_device(tx, "device", action, live.device)?;
        self.enter(tx, now, record)?;
        Ok(CheckInReply::Done(Vec::new()))
    }

    pub(super) fn give_bootstrap(
        &self,
        tx: &mut Tx<'_>,
        live: &Enrolment,
        now: Timestamp,
    ) -> Result<CheckInReply, AppError> {
        let token = self.bootstrap_of(tx, live)?;
        let record = self.about_device(tx, "device", "bootstrap-token.given", live.device)?;
        self.enter(tx, now, record)?;
        Ok(CheckInReply::Done(replies::bootstrap_token(token.as_ref())))
    }

    /// The bootstrap token that a Mac keeps with us, opened.
    pub(super) fn bootstrap_of(
        &self,
        tx: &mut Tx<'_>,
        live: &Enrolment,
    ) -> Result<Option<Secret<Vec<u8>>>, AppError> {
        let place = token_place("bootstrap", live.id);
        let sealed = enrolments::bootstrap_token(tx, live.id)?;
        Ok(sealed.map(|sealed| self.sealer().open(&place, &sealed)).transpose()?)
    }
}
