//! Takes the check-in messages: a device begins to enrol, can be reached, leaves, and gives us something to keep.

use domain::{EnrolmentId, EnrolmentState, Fact, Grade, Platform, Secret, Span, Timestamp};
use platform_port::{Begin, CheckIn, Message, Ready, Speaker, User};
use serde_json::json;
use store::devices::Device;
use store::enrolments::{self, Enrolment};
use store::locks::{self, Lock};
use store::{Tx, certificates, check_ins, commands, devices, messages, pushes};

use super::gate::GateRefusal;
use super::take_over::take_over;
use super::{carry, keepsake, replay};
use kernel::platforms::{EnrolledOn, keep, serving};
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};

/// Sender of a message, as its signature proved: the certificate that signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// SHA-256 of the certificate, hex.
    pub certificate: String,
    /// Proof of the certificate.
    pub proof: Proof,
}

/// Proof of which certificate sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Signature on the message, which anybody who recorded it can send again.
    Signed {
        /// Signing time according to the signature; its clock may be wrong.
        at: Option<Timestamp>,
    },
    /// Certificate seen on the connection by a trusted proxy.
    Proxy,
}

/// Answer to a check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckInReply {
    /// Message that was processed.
    Done,
    /// Value that the device gave us to keep and asks back; `None` if there is none.
    Given(Option<Secret<Vec<u8>>>),
    /// Refusal, with a status that does not unenrol anything.
    Refused(GateRefusal),
    /// Sender under management; the vendor's endpoint answers the rest of the message.
    Known,
}

/// Kind under which the first message of an enrolment, and what it reports, is stored.
const FIRST_MESSAGE: &str = "enrolment";
/// Number of the latest orders of a device in which its erasure is looked for.
const LOOKED_AT: u32 = 500;
/// Time after which a device that has just enrolled is asked for its state.
const FIRST_LOOK: Span = Span::from_secs(1);

/// Processes a check-in message, completely or not at all.
///
/// # Errors
/// Only if the database or a key fails; what is wrong with the message is in the reply.
pub async fn check_in(
    app: &App,
    sender: Sender,
    message: CheckIn,
    raw: bytes::Bytes,
) -> Result<CheckInReply, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let mark = replay::mark(&sender, &message, &raw);
    // A look-up must not occupy a place in the write queue: anybody can send again what they recorded.
    if let Some(mark) = mark.clone() {
        let (app, message) = (app.clone(), message.clone());
        let old = app
            .clone()
            .store()
            .read(move |tx| replay::answer_again(Work { app: &app, tx, now }, &mark, &message))
            .await?;
        if let Some(reply) = old {
            return Ok(reply);
        }
    }
    app.clone()
        .store()
        .write(move |tx| {
            let mut overtaken = false;
            if let Some(mark) = &mark {
                if let Some(reply) = replay::answer_again(Work { app: &app, tx, now }, mark, &message)? {
                    return Ok(reply);
                }
                overtaken = replay::is_overtaken(tx, mark, now)?;
            }
            let reply = if overtaken {
                CheckInReply::Refused(GateRefusal::Replayed)
            } else {
                take_check_in(Work { app: &app, tx, now }, &sender, &message, &raw)?
            };
            match (&reply, mark) {
                (CheckInReply::Refused(refusal), _) => {
                    crate::enrolment::gate::note_refusal(
                        Work { app: &app, tx, now },
                        &sender,
                        &message,
                        refusal,
                    )?;
                }
                (CheckInReply::Done | CheckInReply::Given(_), Some(mark)) => check_ins::note(tx, mark, now)?,
                _ => {}
            }
            Ok(reply)
        })
        .await
}

fn take_check_in(
    Work { app, tx, now }: Work<'_, '_>,
    sender: &Sender,
    check_in: &CheckIn,
    raw: &[u8],
) -> Result<CheckInReply, AppError> {
    if check_in.speaker.personal {
        return Ok(CheckInReply::Refused(GateRefusal::Personal));
    }
    let Some(certificate) = certificates::by_sha256(tx, &sender.certificate)? else {
        return Ok(CheckInReply::Refused(GateRefusal::Certificate));
    };
    // Of two messages that begin, finish or end an enrolment, the lock lets one go first, and the other sees its result.
    locks::take(tx, Lock::Device(certificate.device))?;
    if let Message::Begin(message) = &check_in.message {
        return authenticate(Work { app, tx, now }, sender, &check_in.speaker, message, raw);
    }
    let Some(certificate) = certificates::by_sha256(tx, &sender.certificate)?
        .filter(|certificate| certificate.revoked_at.is_none() && certificate.not_after >= now)
    else {
        return Ok(CheckInReply::Refused(GateRefusal::Certificate));
    };
    let mut live = enrolments::live(tx, &sender.certificate, &enrolments::Channel::Device)?;
    if live.is_none() && matches!(check_in.message, Message::Ready(_)) {
        live = take_over(Work { app, tx, now }, &certificate, &check_in.speaker)?;
    }
    let Some(live) = live.filter(|live| live.device_key == check_in.speaker.device) else {
        return Ok(CheckInReply::Refused(GateRefusal::Certificate));
    };
    match &check_in.message {
        Message::Ready(ready) => token_update(Work { app, tx, now }, sender, &live, &check_in.speaker, ready),
        Message::Leave => check_out(Work { app, tx, now }, sender, &live, &check_in.speaker),
        Message::Keep { what, value } => keepsake::take(Work { app, tx, now }, &live, *what, value.as_ref()),
        Message::Give { what } => keepsake::give(Work { app, tx, now }, &live, *what),
        Message::Begin(_) | Message::Other => Ok(CheckInReply::Known),
    }
}

fn authenticate(
    Work { app, tx, now }: Work<'_, '_>,
    sender: &Sender,
    speaker: &Speaker,
    message: &Begin,
    raw: &[u8],
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
    match &message.serial {
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
        // The same message again, because our answer was lost: nothing changes. A device that was wiped has lost its certificate,
        // so one that has completed an enrolment, or was bound to another device, never begins one.
        let again = live.state == EnrolmentState::Authenticated && live.device_key == speaker.device;
        return if again { Ok(CheckInReply::Done) } else { refuse(GateRefusal::CertificateUsed) };
    }
    let id = begin_enrolment(Work { app, tx, now }, &device, platform, sender, speaker)?;
    devices::set_reported(tx, device.id, None, message.os_version.as_deref(), message.model.as_deref())?;
    let raw = crate::commands::sealed_raw(app, id, raw)?;
    // Known from the first message; the answer to the first query takes precedence over it.
    let facts: Vec<Fact> = message
        .told
        .iter()
        .cloned()
        .map(|(name, value)| {
            let (grade, source) = (Grade::Reported, raw.digest.clone());
            Fact { name, value, grade, at: now, source }
        })
        .collect();
    messages::put_facts(tx, device.id, FIRST_MESSAGE, &facts, now)?;
    crate::commands::keep_raw(Work { app, tx, now }, id, FIRST_MESSAGE, raw)?;
    let record = Record::new("device", "device.authenticated", format!("device:{}", device.id))
        .force(device.force)
        .detail(json!({ "enrolment": id, "certificate": sender.certificate }));
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done)
}

/// Begins an enrolment, which ends everything of a former one: channels, commands, what was reported, and other certificates.
fn begin_enrolment(
    Work { app, tx, now }: Work<'_, '_>,
    device: &Device,
    platform: Platform,
    sender: &Sender,
    speaker: &Speaker,
) -> Result<EnrolmentId, AppError> {
    let served = serving(app, platform)?;
    if was_wiped(tx, device)? {
        kernel::jobs::ask_job(app, tx, jobs::Kind::FollowWiped, &device.id.to_string(), now)?;
    }
    let carried = carry::pick(tx, device.id, now)?;
    commands::end_all(tx, device.id, now, "the device enrolled again")?;
    served.own.forget(tx, device.id)?;
    enrolments::end_all(tx, device.id, now, "enrolled again")?;
    crate::forgetting::forget_what_it_said(tx, device.id)?;
    let why = "superseded by a new enrolment";
    certificates::revoke_others(tx, device.id, Some(&sender.certificate), now, why)?;
    let enrolment = Enrolment {
        id: EnrolmentId::from_uuid(app.world().uuid()),
        device: device.id,
        platform,
        channel: enrolments::Channel::Device,
        device_key: speaker.device.clone(),
        certificate: sender.certificate.clone(),
        state: EnrolmentState::Authenticated,
        created_at: now,
        enrolled_at: None,
        ended: None,
        last_contact_at: None,
        push_failed: None,
    };
    enrolments::add(tx, &enrolment)?;
    devices::set_enrolment(tx, device.id, Some(enrolment.id), EnrolmentState::Authenticated)?;
    carry::over(Work { app, tx, now }, carried, &enrolment)?;
    Ok(enrolment.id)
}

/// Returns whether a device under management begins again although nobody had it erased. It may have been wiped, by wrong attempts or
/// by somebody who has it in hand, or its management profile was removed and a new one installed. An erasure that it refused is none.
fn was_wiped(tx: &mut Tx<'_>, device: &Device) -> Result<bool, AppError> {
    let Some(former) = device.enrolment.filter(|_| device.enrolment_state == EnrolmentState::Enrolled) else {
        return Ok(false);
    };
    let orders = commands::of_device(tx, device.id, LOOKED_AT)?;
    let erased = |order: &commands::Command| {
        order.enrolment == former
            && order.deed == domain::Deed::Erase
            && order.delivered_at.is_some()
            && !matches!(order.state, domain::CommandState::Failed | domain::CommandState::FormatError)
    };
    Ok(!orders.iter().any(erased))
}

fn token_update(
    Work { app, tx, now }: Work<'_, '_>,
    sender: &Sender,
    device: &Enrolment,
    speaker: &Speaker,
    ready: &Ready,
) -> Result<CheckInReply, AppError> {
    let target = match &speaker.user {
        None => device.id,
        Some(user) => user_enrolment(Work { app, tx, now }, sender, device, user)?,
    };
    enrolments::set_ready(tx, target, &ready.address, ready.awaits_settings, now)?;
    let on = EnrolledOn { enrolment: target, platform: device.platform };
    for kept in &ready.kept {
        keep(app, tx, on, kept.what, Some(&kept.value))?;
    }
    if target != device.id {
        return Ok(CheckInReply::Done);
    }
    if device.state == EnrolmentState::Enrolled {
        // The former token may have been invalid for a while, with commands waiting.
        pushes::want(tx, device.id, now)?;
        return Ok(CheckInReply::Done);
    }
    devices::set_enrolment(tx, device.device, Some(device.id), EnrolmentState::Enrolled)?;
    // One live profile a device: an earlier profile that was never used can no longer begin an enrolment.
    certificates::void_challenges(tx, device.device, now)?;
    pushes::want(tx, device.id, now)?;
    enrolments::note_contact(tx, device.id, device.device, now)?;
    enrolments::set_refresh(tx, device.id, now.plus(FIRST_LOOK))?;
    let subject = device.device.to_string();
    kernel::jobs::ask_job(app, tx, jobs::Kind::Configure, &subject, now)?;
    kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &subject, now.plus(FIRST_LOOK))?;
    let record = app
        .about_device(tx, "device", "device.enrolled", device.device)?
        .detail(json!({ "enrolment": device.id }));
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done)
}

fn user_enrolment(
    Work { app, tx, now }: Work<'_, '_>,
    sender: &Sender,
    device: &Enrolment,
    user: &User,
) -> Result<EnrolmentId, AppError> {
    let name = user.name.as_ref().map(|name| name.expose().clone());
    let key = enrolments::Channel::User { id: user.id.clone(), name };
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
    Work { app, tx, now }: Work<'_, '_>,
    sender: &Sender,
    device: &Enrolment,
    speaker: &Speaker,
) -> Result<CheckInReply, AppError> {
    if let Some(user) = speaker.user_id() {
        let key = enrolments::Channel::User { id: user.to_owned(), name: None };
        if let Some(live) = enrolments::live(tx, &sender.certificate, &key)? {
            enrolments::end(tx, live.id, now, "checked out")?;
        }
        return Ok(CheckInReply::Done);
    }
    commands::end_all(tx, device.device, now, carry::CHECKED_OUT)?;
    serving(app, device.platform)?.own.forget(tx, device.device)?;
    enrolments::end_all(tx, device.device, now, "checked out")?;
    // Revokes all of them: one that was renewed but not yet used would otherwise open a new enrolment without a profile.
    certificates::revoke_others(tx, device.device, None, now, carry::CHECKED_OUT)?;
    devices::set_enrolment(tx, device.device, None, EnrolmentState::None)?;
    crate::forgetting::forget_what_it_said(tx, device.device)?;
    kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &device.device.to_string(), now)?;
    let record = app
        .about_device(tx, "device", "device.checked-out", device.device)?
        .detail(json!({ "enrolment": device.id }));
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done)
}
