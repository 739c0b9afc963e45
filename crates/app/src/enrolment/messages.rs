//! The check-in messages: Authenticate, TokenUpdate, CheckOut and the tokens that a Mac keeps with us.

use domain::{DeviceId, EnrolmentId, Platform, Span, Timestamp};
use protocol_apple::channel::Channel;
use protocol_apple::checkin::{Authenticate, CheckIn, Message, TokenUpdate};
use protocol_apple::{replies, reports};
use serde_json::json;
use store::devices::{Device, EnrolmentState};
use store::enrolments::{self, Enrolment, Tokens};
use store::locks::{self, Lock};
use store::{Tx, certificates, commands, devices, messages, profiles, pushes};

use super::gate::GateRefusal;
use crate::commands::token_place;
use crate::record::Record;
use crate::{App, AppError, jobs};

/// What a signature proved: the certificate that signed a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// SHA-256 of the certificate, hex.
    pub certificate: String,
}

/// The answer to a check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckInReply {
    /// Done; the body may be empty.
    Done(Vec<u8>),
    /// Refused, with a status that does not unenrol anything.
    Refused(GateRefusal),
    /// This user's channel is declined; the device's stays.
    UserDeclined,
    /// Nothing that this server does.
    Unsupported(String),
}

/// How soon a device that has just enrolled is asked for its state.
const FIRST_LOOK: Span = Span::from_secs(1);

impl App {
    /// Takes a check-in message, whole or not at all.
    ///
    /// # Errors
    /// Only where the database or a key fails; what is wrong with the message is in the reply.
    pub async fn check_in(
        &self,
        sender: Sender,
        message: CheckIn,
        raw: bytes::Bytes,
    ) -> Result<CheckInReply, AppError> {
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let reply = app.take_check_in(tx, &sender, &message, &raw, now)?;
                if let CheckInReply::Refused(refusal) = &reply {
                    app.note_refusal(tx, &sender, &message, refusal, now)?;
                }
                Ok(reply)
            })
            .await
    }

    fn take_check_in(
        &self,
        tx: &mut Tx<'_>,
        sender: &Sender,
        check_in: &CheckIn,
        raw: &[u8],
        now: Timestamp,
    ) -> Result<CheckInReply, AppError> {
        if matches!(check_in.channel, Channel::UserEnrolment { .. }) {
            return Ok(CheckInReply::Refused(GateRefusal::Personal));
        }
        let Some(certificate) = certificates::by_sha256(tx, &sender.certificate)? else {
            return Ok(CheckInReply::Refused(GateRefusal::Certificate));
        };
        // Of two messages that begin, finish or end an enrolment one comes first, and the other finds what it left.
        locks::take(tx, Lock::Device(certificate.device))?;
        if let Message::Authenticate(message) = &check_in.message {
            return self.authenticate(tx, sender, &check_in.channel, message, raw, now);
        }
        let Some(live) = enrolments::live(tx, &sender.certificate, &enrolments::Channel::Device)?
            .filter(|live| live.udid == check_in.channel.device_key())
        else {
            return Ok(CheckInReply::Refused(GateRefusal::Certificate));
        };
        if !self.certificate_good(tx, &sender.certificate, now)? {
            return Ok(CheckInReply::Refused(GateRefusal::Certificate));
        }
        match &check_in.message {
            Message::TokenUpdate(update) => {
                self.token_update(tx, sender, &live, &check_in.channel, update, now)
            }
            Message::CheckOut => self.check_out(tx, sender, &live, &check_in.channel, now),
            Message::SetBootstrapToken { token, .. } => {
                let place = token_place("bootstrap", live.id);
                let sealed = token
                    .as_ref()
                    .map(|token| self.sealer().seal(self.world(), &place, token.expose()))
                    .transpose()?;
                let action =
                    if sealed.is_some() { "bootstrap-token.stored" } else { "bootstrap-token.deleted" };
                enrolments::set_bootstrap_token(tx, live.id, sealed)?;
                let record = self.about_device(tx, "device", action, live.device)?;
                self.enter(tx, now, record)?;
                Ok(CheckInReply::Done(Vec::new()))
            }
            Message::GetBootstrapToken => {
                let place = token_place("bootstrap", live.id);
                let token = enrolments::bootstrap_token(tx, live.id)?
                    .map(|sealed| self.sealer().open(&place, &sealed))
                    .transpose()?;
                let record = self.about_device(tx, "device", "bootstrap-token.given", live.device)?;
                self.enter(tx, now, record)?;
                Ok(CheckInReply::Done(replies::bootstrap_token(token.as_ref())))
            }
            // Nothing is configured for users of network accounts, so their channel is declined.
            Message::UserAuthenticate { .. } => Ok(CheckInReply::UserDeclined),
            other => Ok(CheckInReply::Unsupported(other.message_type().to_owned())),
        }
    }

    fn certificate_good(&self, tx: &mut Tx<'_>, sha256: &str, now: Timestamp) -> Result<bool, AppError> {
        let found = certificates::by_sha256(tx, sha256)?;
        Ok(found.is_some_and(|certificate| certificate.revoked_at.is_none() && certificate.not_after >= now))
    }

    fn authenticate(
        &self,
        tx: &mut Tx<'_>,
        sender: &Sender,
        channel: &Channel,
        message: &Authenticate,
        raw: &[u8],
        now: Timestamp,
    ) -> Result<CheckInReply, AppError> {
        let refuse = |refusal| Ok(CheckInReply::Refused(refusal));
        let Some(certificate) = certificates::by_sha256(tx, &sender.certificate)? else {
            return refuse(GateRefusal::Certificate);
        };
        if certificate.revoked_at.is_some() || certificate.not_after < now {
            return refuse(GateRefusal::Certificate);
        }
        let Some(device) = devices::by_id(tx, certificate.device)? else {
            return refuse(GateRefusal::NotRegistered);
        };
        match &message.serial_number {
            None => return refuse(GateRefusal::Personal),
            Some(serial) if !serial.eq_ignore_ascii_case(&device.serial) => {
                return refuse(GateRefusal::AnotherSerial);
            }
            Some(_) => {}
        }
        let Some(platform) = device.kind.platform() else { return refuse(GateRefusal::NotRegistered) };
        if let Err(refusal) = self.gate(tx, &device)? {
            return refuse(refusal);
        }
        let live = enrolments::live(tx, &sender.certificate, &enrolments::Channel::Device)?;
        if let Some(live) = live
            && live.state == EnrolmentState::Authenticated
            && live.udid == channel.device_key()
        {
            // The same message again, because our answer was lost: nothing changes.
            return Ok(CheckInReply::Done(Vec::new()));
        }
        let id = self.begin_enrolment(tx, &device, platform, sender, channel, now)?;
        devices::set_reported(
            tx,
            device.id,
            None,
            message.os_version.as_deref(),
            message.model_name.as_deref(),
        )?;
        let raw = self.sealed_raw(id, raw)?;
        // Known from the first message; the answer to the first question goes before it.
        let facts = reports::first_facts(message, now, &raw.digest);
        messages::put_facts(tx, device.id, "Authenticate", &facts, now)?;
        self.keep_raw(tx, id, "Authenticate", raw, now)?;
        let record = Record::new("device", "device.authenticated", format!("device:{}", device.id))
            .force(device.force)
            .detail(json!({ "enrolment": id, "certificate": sender.certificate }));
        self.enter(tx, now, record)?;
        Ok(CheckInReply::Done(Vec::new()))
    }

    /// Everything of a former enrolment ends here: channels, commands, what was reported, and other certificates.
    fn begin_enrolment(
        &self,
        tx: &mut Tx<'_>,
        device: &Device,
        platform: Platform,
        sender: &Sender,
        channel: &Channel,
        now: Timestamp,
    ) -> Result<EnrolmentId, AppError> {
        commands::end_all(tx, device.id, now, "the device enrolled again")?;
        enrolments::end_all(tx, device.id, now, "enrolled again")?;
        self.forget_what_it_said(tx, device.id)?;
        let why = "superseded by a new enrolment";
        certificates::revoke_others(tx, device.id, Some(&sender.certificate), now, why)?;
        let enrolment = Enrolment {
            id: EnrolmentId::from_uuid(self.world().uuid()),
            device: device.id,
            platform,
            channel: enrolments::Channel::Device,
            udid: channel.device_key().to_owned(),
            certificate: sender.certificate.clone(),
            state: EnrolmentState::Authenticated,
            created_at: now,
            enrolled_at: None,
            ended: None,
            last_contact_at: None,
            has_unlock_token: false,
            has_bootstrap_token: false,
            push_failed: None,
        };
        enrolments::add(tx, &enrolment)?;
        devices::set_enrolment(tx, device.id, Some(enrolment.id), EnrolmentState::Authenticated)?;
        Ok(enrolment.id)
    }

    /// What a device reported says nothing of it once it has been erased, enrolled afresh or left management.
    pub(crate) fn forget_what_it_said(&self, tx: &mut Tx<'_>, device: DeviceId) -> Result<(), AppError> {
        profiles::forget_all(tx, device)?;
        messages::forget_facts(tx, device)?;
        devices::forget_reported(tx, device)?;
        Ok(())
    }

    fn token_update(
        &self,
        tx: &mut Tx<'_>,
        sender: &Sender,
        device: &Enrolment,
        channel: &Channel,
        update: &TokenUpdate,
        now: Timestamp,
    ) -> Result<CheckInReply, AppError> {
        let target = match channel.user_key() {
            None => device.id,
            Some(user) => self.user_enrolment(tx, sender, device, user, channel, now)?,
        };
        let unlock_token = update
            .unlock_token
            .as_ref()
            .map(|token| self.sealer().seal(self.world(), &token_place("unlock", target), token.expose()))
            .transpose()?;
        let tokens = Tokens {
            topic: update.topic.clone(),
            push_token: update.token_hex().into_exposed(),
            push_magic: update.push_magic.expose().clone(),
            unlock_token,
            awaiting_configuration: update.awaiting_configuration,
        };
        enrolments::set_tokens(tx, target, tokens, now)?;
        if target != device.id {
            return Ok(CheckInReply::Done(Vec::new()));
        }
        if device.state == EnrolmentState::Enrolled {
            // The former token may have been dead for a while, with commands waiting.
            pushes::want(tx, device.id, now)?;
            return Ok(CheckInReply::Done(Vec::new()));
        }
        devices::set_enrolment(tx, device.device, Some(device.id), EnrolmentState::Enrolled)?;
        enrolments::note_contact(tx, device.id, device.device, now)?;
        enrolments::set_refresh(tx, device.id, now.plus(FIRST_LOOK))?;
        let subject = device.device.to_string();
        self.ask_job(tx, jobs::Kind::Configure, &subject, now)?;
        self.ask_job(tx, jobs::Kind::JudgeDevice, &subject, now.plus(FIRST_LOOK))?;
        let record = self
            .about_device(tx, "device", "device.enrolled", device.device)?
            .detail(json!({ "enrolment": device.id }));
        self.enter(tx, now, record)?;
        Ok(CheckInReply::Done(Vec::new()))
    }

    fn user_enrolment(
        &self,
        tx: &mut Tx<'_>,
        sender: &Sender,
        device: &Enrolment,
        user: &str,
        channel: &Channel,
        now: Timestamp,
    ) -> Result<EnrolmentId, AppError> {
        let name = match channel {
            Channel::User { short_name, .. } => short_name.as_ref().map(|name| name.expose().clone()),
            _ => None,
        };
        let key = enrolments::Channel::User { id: user.to_owned(), name };
        if let Some(live) = enrolments::live(tx, &sender.certificate, &key)? {
            return Ok(live.id);
        }
        let new = Enrolment {
            id: EnrolmentId::from_uuid(self.world().uuid()),
            channel: key,
            created_at: now,
            enrolled_at: Some(now),
            state: EnrolmentState::Enrolled,
            ..device.clone()
        };
        enrolments::add(tx, &new)?;
        Ok(new.id)
    }

    fn check_out(
        &self,
        tx: &mut Tx<'_>,
        sender: &Sender,
        device: &Enrolment,
        channel: &Channel,
        now: Timestamp,
    ) -> Result<CheckInReply, AppError> {
        if let Some(user) = channel.user_key() {
            let key = enrolments::Channel::User { id: user.to_owned(), name: None };
            if let Some(live) = enrolments::live(tx, &sender.certificate, &key)? {
                enrolments::end(tx, live.id, now, "checked out")?;
            }
            return Ok(CheckInReply::Done(Vec::new()));
        }
        commands::end_all(tx, device.device, now, "the device checked out")?;
        enrolments::end_all(tx, device.device, now, "checked out")?;
        // All of them: one that was renewed but not yet used would otherwise open a new enrolment without a profile.
        certificates::revoke_others(tx, device.device, None, now, "the device checked out")?;
        devices::set_enrolment(tx, device.device, None, EnrolmentState::None)?;
        self.forget_what_it_said(tx, device.device)?;
        self.ask_job(tx, jobs::Kind::JudgeDevice, &device.device.to_string(), now)?;
        let record = self
            .about_device(tx, "device", "device.checked-out", device.device)?
            .detail(json!({ "enrolment": device.id }));
        self.enter(tx, now, record)?;
        Ok(CheckInReply::Done(Vec::new()))
    }

    fn note_refusal(
        &self,
        tx: &mut Tx<'_>,
        sender: &Sender,
        check_in: &CheckIn,
        refusal: &GateRefusal,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let known = certificates::by_sha256(tx, &sender.certificate)?;
        let device = match &known {
            Some(certificate) => devices::by_id(tx, certificate.device)?,
            None => None,
        };
        let subject = known.map_or_else(
            || format!("certificate:{}", sender.certificate),
            |certificate| format!("device:{}", certificate.device),
        );
        tracing::info!(subject, reason = refusal.word(), "a device was refused");
        if !self.may_note_refusal(device.as_ref().map(|device| device.id), now) {
            return Ok(());
        }
        let mut record = Record::new("device", "check-in.refused", subject)
            .reason(refusal.word())
            .detail(json!({ "message": check_in.message.message_type(), "why": refusal.to_string() }));
        record.force = device.map(|device| device.force);
        self.enter(tx, now, record)
    }
}
