//! The command loop of a device: take its answer, hand over the next command, in one transaction.

use domain::{CommandId, Effect, EnrolmentId, EntryId, Span, Timestamp};
use protocol_apple::commands::sent_settings;
use protocol_apple::connect::{CommandReport, Status};
use protocol_apple::reports;
use serde_json::json;
use store::commands::{self, Command, CommandState};
use store::enrolments;
use store::messages::{self, RawMessage};
use store::profiles::{self, ProfileState};
use store::{Tx, devices};

use super::look::{Look, look};
use super::spec::Spec;
use super::unreadable::words_of;
use crate::checkin::{Enrolled, NotEnrolled};
use crate::record::Record;
use crate::{App, AppError, jobs};

/// How long answers of one session are gathered before the device is judged.
const JUDGE_AFTER: Span = Span::from_secs(2);
/// How soon after a change to its profiles the device is asked what is in force.
const LOOK_AGAIN_AFTER: Span = Span::from_secs(5);

/// How often a question is handed over before it is given up. An answer over the size limit is refused before anybody knows
/// whose it is, so the queue would stand still.
const MOST_DELIVERIES: i64 = 5;
const NEVER_ANSWERED: &str = "handed over five times and never answered in a form that could be read: the answer may be \
     larger than this service takes (body_limit), or the device cannot send one";

/// How a command ended.
pub(super) struct Answer<'a> {
    pub(super) id: CommandId,
    pub(super) state: CommandState,
    /// What people are told of it.
    pub(super) error: Option<String>,
    /// The answer, where it could be read.
    pub(super) report: Option<&'a CommandReport>,
}

/// A message as it is kept: its digest, and its bytes sealed for its enrolment.
pub(crate) struct SealedRaw {
    pub(crate) digest: String,
    pub(super) sealed: Vec<u8>,
}

/// A device says that it is idle while commands wait: gives the first of them, those that it put by included.
///
/// # Errors
/// Only where the database or a key fails.
pub async fn hand_over(app: &App, to: Enrolled) -> Result<Option<Vec<u8>>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            commands::offer_again(tx, to.enrolment)?;
            next_command(&app, tx, &to, now)
        })
        .await
}

/// A device answers a command: looks up who signed, stores the answer, gives the next command's bytes, all in one
/// transaction. The answer is durable when this returns.
///
/// # Errors
/// Only where the database or a key fails; a strange answer is recorded and not an error.
pub async fn take_answer(
    app: &App,
    certificate: String,
    report: CommandReport,
    raw: bytes::Bytes,
) -> Result<Result<Option<Vec<u8>>, NotEnrolled>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    // The digest is made here, on any core, and not inside the transaction: on SQLite there is one writer.
    let digest = crate::digest_hex(&raw);
    app.clone()
        .store()
        .write(move |tx| {
            let from = match crate::checkin::identify_in(&app, tx, certificate, &report.channel, now)? {
                Ok(from) => from,
                Err(why) => return Ok(Err(why)),
            };
            let sealed = seal_raw(&app, from.enrolment, &raw)?;
            store_answer(&app, tx, &from, &report, SealedRaw { digest, sealed }, now)?;
            next_command(&app, tx, &from, now).map(Ok)
        })
        .await
}

pub(super) fn next_command(
    app: &App,
    tx: &mut Tx<'_>,
    from: &Enrolled,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, AppError> {
    // A command that can no longer be made (its token is gone), or whose answers never arrive in a form that is taken, must
    // not block those behind it.
    while let Some(next) = commands::take(tx, from.enrolment, now)? {
        if let Some(why) = stopped(app, tx, &next, from, now)? {
            commands::set_unmade(tx, next.id, now, why)?;
            let record = app.about_device(tx, "system", "command.stopped", from.device)?;
            let record = record.reason(next.deed.as_str());
            app.enter(tx, now, record.detail(json!({ "command": next.id, "why": why })))?;
            continue;
        }
        let spec = Spec::from_json(&next.spec)?;
        if spec.is_question() && next.deliveries > MOST_DELIVERIES {
            commands::give_up(tx, next.id, now, NEVER_ANSWERED)?;
            continue;
        }
        match crate::commands::spec::command_of(app, tx, &spec, from.enrolment, from.platform) {
            Ok(command) => return Ok(Some(command.encode(&next.id.to_string()))),
            Err(AppError::Store(error)) => return Err(error.into()),
            Err(error) => commands::set_unmade(tx, next.id, now, &error.to_string())?,
        }
    }
    Ok(None)
}

fn store_answer(
    app: &App,
    tx: &mut Tx<'_>,
    from: &Enrolled,
    report: &CommandReport,
    raw: SealedRaw,
    now: Timestamp,
) -> Result<(), AppError> {
    // An id that is not ours (another server's, before a move) is answered all the same and changes nothing.
    let Some(id) = report.command_uuid.as_deref().and_then(|text| text.parse::<CommandId>().ok()) else {
        return Ok(());
    };
    let state = match report.status {
        Status::Acknowledged => CommandState::Acknowledged,
        // One that says nothing of how it went would say the same again.
        Status::Error | Status::Missing => CommandState::Failed,
        Status::CommandFormatError => CommandState::FormatError,
        Status::NotNow => {
            commands::set_not_now(tx, id, from.enrolment, now)?;
            return Ok(());
        }
        // Neither done nor failed: put by, or the same command would be handed over again at once, without end.
        Status::Other(_) => {
            tracing::warn!(command = %id, "a device answered with a status that nobody knows");
            commands::set_not_now(tx, id, from.enrolment, now)?;
            return Ok(());
        }
        Status::Idle => return Ok(()),
    };
    let error = words_of(report);
    let answer = Answer { id, state, error, report: Some(report) };
    finish_command(app, tx, from, answer, raw, now)
}

/// Stores the end of a command, once, and what follows from it.
pub(super) fn finish_command(
    app: &App,
    tx: &mut Tx<'_>,
    from: &Enrolled,
    answer: Answer<'_>,
    raw: SealedRaw,
    now: Timestamp,
) -> Result<(), AppError> {
    let Answer { id, state, error, report } = answer;
    let digest = raw.digest.clone();
    let finished = commands::set_finished(tx, id, from.enrolment, state, now, error.as_deref(), &digest)?;
    let Some(commands::Finished { request_type, spec, force }) = finished else { return Ok(()) };
    let spec = Spec::from_json(&spec)?;
    keep_raw(app, tx, from.enrolment, &request_type, raw, now)?;
    if state == CommandState::FormatError {
        tracing::error!(command = %id, request_type, "a device could not read a command: a fault of this server");
    }
    let acknowledged = state == CommandState::Acknowledged;
    follow_answer(app, tx, from, id, &spec, state, error.as_deref().filter(|_| !acknowledged), now)?;
    if let Some(report) = report.filter(|_| acknowledged) {
        take_facts(app, tx, from, &request_type, &spec, report, &digest, now)?;
    }
    let mut record =
        Record::new("device", "command.answered", format!("device:{}", from.device)).reason(state.as_str());
    // Of a plain question the command's row and the facts say all; what somebody ordered is told whole.
    if !spec.is_question() {
        record = record.detail(json!({ "command": id, "request": request_type, "answer": digest }));
    }
    record.force = force;
    app.enter(tx, now, record)
}

#[expect(clippy::too_many_arguments, reason = "the parts of one answer; a struct would only rename them")]
fn follow_answer(
    app: &App,
    tx: &mut Tx<'_>,
    from: &Enrolled,
    id: CommandId,
    spec: &Spec,
    state: CommandState,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), AppError> {
    let acknowledged = state == CommandState::Acknowledged;
    match spec {
        Spec::InstallProfile { .. } | Spec::InstallOwnProfile { .. } => {
            let state = if acknowledged { ProfileState::Acknowledged } else { ProfileState::Failed };
            profiles::set_answer(tx, from.device, id, state, now, error)?;
            enrolments::set_refresh(tx, from.enrolment, now.plus(LOOK_AGAIN_AFTER))?;
        }
        Spec::RemoveProfile { .. } => {
            if acknowledged {
                profiles::forget(tx, from.device, id)?;
            } else {
                profiles::set_answer(tx, from.device, id, ProfileState::Failed, now, error)?;
            }
            enrolments::set_refresh(tx, from.enrolment, now.plus(LOOK_AGAIN_AFTER))?;
        }
        Spec::EnableLostMode { .. } | Spec::DisableLostMode | Spec::ClearPasscode if acknowledged => {
            enrolments::set_refresh(tx, from.enrolment, now.plus(LOOK_AGAIN_AFTER))?;
        }
        Spec::DeviceConfigured if acknowledged => enrolments::set_configured(tx, from.enrolment)?,
        // The enrolment stays: a device that acknowledged and was not erased must remain within reach.
        Spec::EraseDevice { .. } if acknowledged => {
            crate::enrolment::forget_what_it_said(tx, from.device)?;
            crate::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &from.device.to_string(), now)?;
        }
        _ => {}
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the parts of one answer; a struct would only rename them")]
fn take_facts(
    app: &App,
    tx: &mut Tx<'_>,
    from: &Enrolled,
    request_type: &str,
    spec: &Spec,
    report: &CommandReport,
    digest: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    let facts = match spec {
        Spec::Bluetooth { .. } => {
            let sent =
                crate::commands::spec::command_of(app, tx, spec, from.enrolment, from.platform)?.encode("");
            let items = sent_settings(&sent).map_err(|error| AppError::fault(&error))?;
            reports::settings_facts(&items, report, now, digest)
        }
        _ => reports::facts(request_type, from.platform, report, now, digest),
    };
    if facts.is_empty() {
        return Ok(());
    }
    messages::put_facts(tx, from.device, request_type, &facts, now)?;
    let text =
        |name: &str| facts.iter().find(|fact| fact.name.as_str() == name).map(|fact| fact.value.to_string());
    let supervised = facts.iter().find_map(|fact| match (fact.name.as_str(), &fact.value) {
        ("device.supervised", domain::FactValue::Bool(flag)) => Some(*flag),
        _ => None,
    });
    if request_type == "DeviceInformation" {
        let (version, model) = (text("os.version"), text("device.model"));
        devices::set_reported(tx, from.device, supervised, version.as_deref(), model.as_deref())?;
    }
    if request_type == "ProfileList" {
        note_installed(app, tx, from, &facts, now)?;
    }
    crate::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &from.device.to_string(), now.plus(JUDGE_AFTER))
}

/// What the device lists among its profiles is "reported in force" where the UUID is the one that was sent.
fn note_installed(
    app: &App,
    tx: &mut Tx<'_>,
    from: &Enrolled,
    facts: &[domain::Fact],
    now: Timestamp,
) -> Result<(), AppError> {
    let Some(domain::FactValue::List(installed)) =
        facts.iter().find(|fact| fact.name.as_str() == "profiles.installed").map(|fact| &fact.value)
    else {
        return Ok(());
    };
    let Some(device) = devices::by_id(tx, from.device)? else { return Ok(()) };
    let wanted = crate::commands::configure::wanted_for(app, tx, &device)?;
    for sent in profiles::of_device(tx, from.device)? {
        let listed = installed.contains(&format!("{}={}", sent.identifier, sent.uuid));
        let wanted = wanted.iter().any(|profile| profile.identifier == sent.identifier);
        match look(listed, wanted, sent.state) {
            Look::AsBefore => {}
            Look::Gone => profiles::forget_identifier(tx, from.device, &sent.identifier)?,
            Look::Now(state, again) => {
                profiles::set_state(tx, from.device, &sent.identifier, state, now)?;
                if let Some(after) = again {
                    let subject = from.device.to_string();
                    crate::jobs::ask_job(app, tx, jobs::Kind::Configure, &subject, now.plus(after))?;
                }
            }
        }
    }
    Ok(())
}

/// Seals what an enrolment sent, byte for byte.
pub(crate) fn sealed_raw(app: &App, enrolment: EnrolmentId, raw: &[u8]) -> Result<SealedRaw, AppError> {
    Ok(SealedRaw { digest: crate::digest_hex(raw), sealed: seal_raw(app, enrolment, raw)? })
}

pub(super) fn seal_raw(app: &App, enrolment: EnrolmentId, raw: &[u8]) -> Result<Vec<u8>, AppError> {
    Ok(app.sealer().seal(app.world(), &super::spec::token_place("raw", enrolment), raw)?)
}

/// Keeps a sealed message for as long as the settings say.
pub(crate) fn keep_raw(
    app: &App,
    tx: &mut Tx<'_>,
    enrolment: EnrolmentId,
    kind: &str,
    raw: SealedRaw,
    now: Timestamp,
) -> Result<(), AppError> {
    messages::keep(
        tx,
        RawMessage {
            id: EntryId::from_uuid(app.world().uuid()),
            enrolment,
            kind: kind.to_owned(),
            digest: raw.digest,
            sealed: raw.sealed,
            received_at: now,
            expires_at: now.plus(app.config().keep_raw),
        },
    )?;
    Ok(())
}

/// Opens the latest answer of one kind from an enrolment: for what is too sensitive to become a fact.
pub(crate) fn last_raw(
    app: &App,
    tx: &mut Tx<'_>,
    enrolment: EnrolmentId,
    kind: &str,
) -> Result<Option<(Vec<u8>, Timestamp)>, AppError> {
    let place = super::spec::token_place("raw", enrolment);
    for (found, _, sealed, at) in messages::of_enrolment(tx, enrolment, 500)? {
        if found == kind {
            return Ok(Some((app.sealer().open(&place, &sealed)?.into_exposed(), at)));
        }
    }
    Ok(None)
}

/// The PIN that a lock or erase of a Mac was sent with; `None` where it had none.
pub(crate) fn pin_of(app: &App, spec: &Spec, enrolment: EnrolmentId) -> Result<Option<String>, AppError> {
    let sealed = match spec {
        Spec::DeviceLock { sealed_pin, .. } | Spec::EraseDevice { sealed_pin } => sealed_pin.as_deref(),
        _ => None,
    };
    Ok(crate::commands::spec::open_pin(app, sealed, enrolment)?.map(|pin| pin.expose().to_owned()))
}

/// Why a destructive command is not handed over after all: looked at once more at the last moment, because what was true when
/// it was queued may be no longer. A freeze is not among the reasons: what it stops keeps its place in the queue.
fn stopped(
    app: &App,
    tx: &mut Tx<'_>,
    next: &Command,
    to: &Enrolled,
    now: Timestamp,
) -> Result<Option<&'static str>, AppError> {
    if next.effect != Effect::Destructive || next.deliveries > 1 {
        return Ok(None);
    }
    let Some(device) = devices::by_id(tx, to.device)? else { return Ok(None) };
    Ok(if !crate::caps::may_still_ask(app, tx, &next.asked_by, (next.deed, device.force), now)? {
        Some("the person who asked for it may no longer order it")
    } else if !next.deed.keeps_content() && store::holds::stands(tx, device.id)? {
        Some("a legal hold stands on the device")
    } else {
        None
    })
}
