//! The check-in messages: Authenticate, TokenUpdate, CheckOut and the tokens that a Mac keeps with us.

use domain::{DeviceId, EnrolmentId, Platform, Span, Timestamp};
use protocol_apple::channel::Channel;
use protocol_apple::checkin::{Authenticate, CheckIn, Endpoint, Message, TokenUpdate};
use protocol_apple::{replies, reports};
use serde_json::json;
use store::devices::{Device, EnrolmentState};
use store::enrolments::{self, Enrolment, Tokens};
use store::locks::{self, Lock};
use store::{Tx, certificates, check_ins, commands, devices, messages, profiles, pushes};

use super::gate::GateRefusal;
use super::take_over::take_over;
use super::{carry, replay};
use crate::commands::token_place;
use crate::record::Record;
use crate::{App, AppError, jobs};

/// What a signature proved: the certificate that signed a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// SHA-256 of the certificate, hex.
    pub certificate: String,
    /// How that is known.
    pub proof: Proof,
}

/// How it is known which certificate spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It signed the message, which can be sent again by anybody who recorded it.
    Signed {
        /// When, as the signature says; its clock may be wrong.
        at: Option<Timestamp>,
    },
    /// A trusted proxy saw it on the connection.
    Proxy,
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
    /// Done, in JSON: declarations.
    Json(Vec<u8>),
    /// A token of a kind that this server does not give.
    NoSuchToken,
    /// Nothing that this server does.
    Unsupported(String),
}

/// How soon a device that has just enrolled is asked for its state.
const FIRST_LOOK: Span = Span::from_secs(1);

/// Takes a check-in message, whole or not at all.
///
/// # Errors
/// Only where the database or a key fails; what is wrong with the message is in the reply.
pub async fn check_in(
    app: &App,
    sender: Sender,
    message: CheckIn,
    raw: bytes::Bytes,
) -> Result<CheckInReply, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let mark = replay::mark(&sender, &message, &raw);
    // Looking must not cost a place in the queue of writers: anybody can send again what they recorded.
    if let Some(mark) = mark.clone() {
        let (app, message) = (app.clone(), message.clone());
        let old =
            app.clone().store().read(move |tx| replay::answer_again(&app, tx, &mark, &message, now)).await?;
        if let Some(reply) = old {
            return Ok(reply);
        }
    }
    app.clone()
        .store()
        .write(move |tx| {
            let mut overtaken = false;
            if let Some(mark) = &mark {
                if let Some(reply) = replay::answer_again(&app, tx, mark, &message, now)? {
                    return Ok(reply);
                }
                overtaken = replay::is_overtaken(tx, mark, now)?;
            }
            let reply = if overtaken {
                CheckInReply::Refused(GateRefusal::Replayed)
            } else {
                take_check_in(&app, tx, &sender, &message, &raw, now)?
            };
            match (&reply, mark) {
                (CheckInReply::Refused(refusal), _) => {
                    crate::enrolment::gate::note_refusal(&app, tx, &sender, &message, refusal, now)?;
                }
                (CheckInReply::Done(_), Some(mark)) => check_ins::note(tx, mark, now)?,
                _ => {}
            }
            Ok(reply)
        })
        .await
}

fn take_check_in(
    app: &App,
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
        return authenticate(app, tx, sender, &check_in.channel, message, raw, now);
    }
    let Some(certificate) = certificates::by_sha256(tx, &sender.certificate)?
        .filter(|certificate| certificate.revoked_at.is_none() && certificate.not_after >= now)
    else {
        return Ok(CheckInReply::Refused(GateRefusal::Certificate));
    };
    let mut live = enrolments::live(tx, &sender.certificate, &enrolments::Channel::Device)?;
    if live.is_none() && matches!(check_in.message, Message::TokenUpdate(_)) {
        live = take_over(app, tx, &certificate, &check_in.channel, now)?;
    }
    let Some(live) = live.filter(|live| live.udid == check_in.channel.device_key()) else {
        return Ok(CheckInReply::Refused(GateRefusal::Certificate));
    };
    match &check_in.message {
        Message::TokenUpdate(update) => token_update(app, tx, sender, &live, &check_in.channel, update, now),
        Message::CheckOut => check_out(app, tx, sender, &live, &check_in.channel, now),
        Message::SetBootstrapToken { token, .. } => {
            crate::enrolment::bootstrap::keep_bootstrap(app, tx, &live, token.as_ref(), now)
        }
        Message::GetBootstrapToken => crate::enrolment::bootstrap::give_bootstrap(app, tx, &live, now),
        // Nothing is configured for users of network accounts, so their channel is declined.
        Message::UserAuthenticate { .. } => Ok(CheckInReply::UserDeclined),
        // A device that another server told to manage itself by declarations is told that there are none.
        Message::DeclarativeManagement { endpoint: Endpoint::Tokens, .. } => {
            Ok(CheckInReply::Json(replies::no_declarations_token(now)))
        }
        Message::DeclarativeManagement { endpoint: Endpoint::DeclarationItems, .. } => {
            Ok(CheckInReply::Json(replies::no_declarations()))
        }
        Message::DeclarativeManagement { endpoint: Endpoint::Status, .. } => {
            Ok(CheckInReply::Done(Vec::new()))
        }
        Message::GetToken(_) => Ok(CheckInReply::NoSuchToken),
        other => Ok(CheckInReply::Unsupported(other.message_type().to_owned())),
    }
}

fn authenticate(
    app: &App,
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
    if let Err(refusal) = crate::enrolment::gate::gate(app, tx, &device)? {
        return refuse(refusal);
    }
    let live = enrolments::live(tx, &sender.certificate, &enrolments::Channel::Device)?;
    if let Some(live) = live {
        // The same message again, because our answer was lost: nothing changes. A device that was wiped has lost its
        // certificate, so one that has completed an enrolment, or was bound to another device, never begins one.
        let again = live.state == EnrolmentState::Authenticated && live.udid == channel.device_key();
        return if again { Ok(CheckInReply::Done(Vec::new())) } else { refuse(GateRefusal::CertificateUsed) };
    }
    let id = begin_enrolment(app, tx, &device, platform, sender, channel, now)?;
    devices::set_reported(tx, device.id, None, message.os_version.as_deref(), message.model_name.as_deref())?;
    let raw = crate::commands::sealed_raw(app, id, raw)?;
    // Known from the first message; the answer to the first question goes before it.
    let facts = reports::first_facts(message, now, &raw.digest);
    messages::put_facts(tx, device.id, "Authenticate", &facts, now)?;
    crate::commands::keep_raw(app, tx, id, "Authenticate", raw, now)?;
    let record = Record::new("device", "device.authenticated", format!("device:{}", device.id))
        .force(device.force)
        .detail(json!({ "enrolment": id, "certificate": sender.certificate }));
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done(Vec::new()))
}

/// Everything of a former enrolment ends here: channels, commands, what was reported, and other certificates.
fn begin_enrolment(
    app: &App,
    tx: &mut Tx<'_>,
    device: &Device,
    platform: Platform,
    sender: &Sender,
    channel: &Channel,
    now: Timestamp,
) -> Result<EnrolmentId, AppError> {
    let carried = carry::pick(tx, device.id, now)?;
    commands::end_all(tx, device.id, now, "the device enrolled again")?;
    enrolments::end_all(tx, device.id, now, "enrolled again")?;
    forget_what_it_said(tx, device.id)?;
    let why = "superseded by a new enrolment";
    certificates::revoke_others(tx, device.id, Some(&sender.certificate), now, why)?;
    let enrolment = Enrolment {
        id: EnrolmentId::from_uuid(app.world().uuid()),
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
    carry::over(app, tx, carried, (device.id, enrolment.id), now)?;
    Ok(enrolment.id)
}

/// What a device reported says nothing of it once it has been erased, enrolled afresh or left management.
pub(crate) fn forget_what_it_said(tx: &mut Tx<'_>, device: DeviceId) -> Result<(), AppError> {
    profiles::forget_all(tx, device)?;
    messages::forget_facts(tx, device)?;
    devices::forget_reported(tx, device)?;
    Ok(())
}

fn token_update(
    app: &App,
    tx: &mut Tx<'_>,
    sender: &Sender,
    device: &Enrolment,
    channel: &Channel,
    update: &TokenUpdate,
    now: Timestamp,
) -> Result<CheckInReply, AppError> {
    let target = match channel.user_key() {
        None => device.id,
        Some(user) => user_enrolment(app, tx, sender, device, user, channel, now)?,
    };
    let unlock_token = update
        .unlock_token
        .as_ref()
        .map(|token| app.sealer().seal(app.world(), &token_place("unlock", target), token.expose()))
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
    // One live profile a device: what was made before and never used can begin nothing any more.
    certificates::void_challenges(tx, device.device, now)?;
    pushes::want(tx, device.id, now)?;
    enrolments::note_contact(tx, device.id, device.device, now)?;
    enrolments::set_refresh(tx, device.id, now.plus(FIRST_LOOK))?;
    let subject = device.device.to_string();
    crate::jobs::ask_job(app, tx, jobs::Kind::Configure, &subject, now)?;
    crate::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &subject, now.plus(FIRST_LOOK))?;
    let record = app
        .about_device(tx, "device", "device.enrolled", device.device)?
        .detail(json!({ "enrolment": device.id }));
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done(Vec::new()))
}

fn user_enrolment(
    app: &App,
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
        id: EnrolmentId::from_uuid(app.world().uuid()),
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
    app: &App,
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
    commands::end_all(tx, device.device, now, carry::CHECKED_OUT)?;
    enrolments::end_all(tx, device.device, now, "checked out")?;
    // All of them: one that was renewed but not yet used would otherwise open a new enrolment without a profile.
    certificates::revoke_others(tx, device.device, None, now, carry::CHECKED_OUT)?;
    devices::set_enrolment(tx, device.device, None, EnrolmentState::None)?;
    forget_what_it_said(tx, device.device)?;
    crate::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &device.device.to_string(), now)?;
    let record = app
        .about_device(tx, "device", "device.checked-out", device.device)?
        .detail(json!({ "enrolment": device.id }));
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done(Vec::new()))
}
