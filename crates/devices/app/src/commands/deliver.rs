//! Runs the command loop of a device: takes its answer and returns the next command, in one transaction.

use domain::{CommandId, CommandState, Effect, EnrolmentId, EntryId, ProfileState, Span, Timestamp};
use platform_port::{self as port, Order, Question, Report, Stage};
use serde_json::json;
use store::commands::{self, Command};
use store::enrolments;
use store::messages::{self, RawMessage};
use store::profiles::{self};
use store::{Tx, devices};

use super::look::{Look, look};
use super::spec::{Spec, bytes_of};
use crate::checkin::{Enrolled, NotEnrolled};
use kernel::platforms::sealed_place;
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};

/// Time for which answers of one session are collected before the device is judged.
const JUDGE_AFTER: Span = Span::from_secs(2);
/// Time after a change to its profiles until the device is asked what is in force.
const LOOK_AGAIN_AFTER: Span = Span::from_secs(5);

/// Number of deliveries after which a query is abandoned. An answer over the size limit is refused before its sender is known, so
/// the queue would be blocked.
const MOST_DELIVERIES: i64 = 5;
const NEVER_ANSWERED: &str = "handed over five times and never answered in a form that could be read: the answer may be \
     larger than this service takes (body_limit), or the device cannot send one";

/// End of a command, with what the device answered.
pub(super) struct Answer<'a> {
    pub(super) id: CommandId,
    pub(super) state: CommandState,
    /// Error text that is shown to people.
    pub(super) error: Option<String>,
    /// Report in the answer, if it could be read.
    pub(super) report: Option<&'a dyn Report>,
}

/// Message as it is stored: its digest, and its bytes sealed for its enrolment.
pub(crate) struct SealedRaw {
    pub(crate) digest: String,
    pub(super) sealed: Vec<u8>,
}

/// Returns the next command for an idle device; commands answered NotNow are offered again.
///
/// # Errors
/// Only if the database or a key fails.
pub async fn hand_over(app: &App, to: Enrolled) -> Result<Option<Vec<u8>>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            commands::offer_again(tx, to.enrolment)?;
            next_command(Work { app: &app, tx, now }, &to)
        })
        .await
}

/// Takes a device's answer to a command: looks up the signer, stores the answer and returns the next command's bytes, all in one
/// transaction. The answer is durable when this returns.
///
/// # Errors
/// Only if the database or a key fails; a strange answer is recorded and is not an error.
pub async fn take_answer(
    app: &App,
    certificate: String,
    answer: port::Answer,
    raw: bytes::Bytes,
) -> Result<Result<Option<Vec<u8>>, NotEnrolled>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    // Computes the digest here, on any core, and not inside the transaction: SQLite has a single writer.
    let digest = kernel::digest_hex(&raw);
    app.clone()
        .store()
        .write(move |tx| {
            let from =
                match crate::checkin::identify_in(Work { app: &app, tx, now }, certificate, &answer.speaker)?
                {
                    Ok(from) => from,
                    Err(why) => return Ok(Err(why)),
                };
            let sealed = seal_raw(&app, from.enrolment, &raw)?;
            store_answer(Work { app: &app, tx, now }, &from, &answer, SealedRaw { digest, sealed })?;
            next_command(Work { app: &app, tx, now }, &from).map(Ok)
        })
        .await
}

pub(super) fn next_command(
    Work { app, tx, now }: Work<'_, '_>,
    from: &Enrolled,
) -> Result<Option<Vec<u8>>, AppError> {
    // A command that can no longer be built (its token is gone), or whose answers never arrive in an acceptable form, must not
    // block those behind it.
    while let Some(next) = commands::take(tx, from.enrolment, now)? {
        if let Some(why) = stopped(Work { app, tx, now }, &next, from)? {
            commands::set_unmade(tx, next.id, now, why)?;
            let record = app.about_device(tx, "system", "command.stopped", from.device)?;
            let record = record.reason(next.deed.as_str());
            app.enter(tx, now, record.detail(json!({ "command": next.id, "why": why })))?;
            continue;
        }
        let spec = Spec::from_json(&next.spec)?;
        if spec.order.is_question() && next.deliveries > MOST_DELIVERIES {
            commands::give_up(tx, next.id, now, NEVER_ANSWERED)?;
            continue;
        }
        match bytes_of(app, tx, &next, &spec, from.platform) {
            Ok(bytes) => return Ok(Some(bytes)),
            Err(AppError::Store(error)) => return Err(error.into()),
            Err(error) => commands::set_unmade(tx, next.id, now, &error.to_string())?,
        }
    }
    Ok(None)
}

fn store_answer(
    Work { app, tx, now }: Work<'_, '_>,
    from: &Enrolled,
    answer: &port::Answer,
    raw: SealedRaw,
) -> Result<(), AppError> {
    // Acknowledges an id that is not ours (another server's, before a move), and changes nothing.
    let Some(id) = answer.command.as_deref().and_then(|text| text.parse::<CommandId>().ok()) else {
        return Ok(());
    };
    let state = match answer.stage {
        Stage::Done => CommandState::Acknowledged,
        Stage::Failed => CommandState::Failed,
        Stage::NotUnderstood => CommandState::FormatError,
        Stage::NotNow => {
            commands::set_not_now(tx, id, from.enrolment, now)?;
            return Ok(());
        }
        // Neither done nor failed: deferred, or the same command would be handed over again at once, without end.
        Stage::Unknown => {
            tracing::warn!(command = %id, "a device answered with a status that nobody knows");
            commands::set_not_now(tx, id, from.enrolment, now)?;
            return Ok(());
        }
        Stage::Idle => return Ok(()),
    };
    let answer = Answer { id, state, error: answer.words.clone(), report: Some(&*answer.report) };
    finish_command(Work { app, tx, now }, from, &answer, raw)
}

/// Stores the end of a command, once, and what follows from it.
pub(super) fn finish_command(
    Work { app, tx, now }: Work<'_, '_>,
    from: &Enrolled,
    answer: &Answer<'_>,
    raw: SealedRaw,
) -> Result<(), AppError> {
    let (id, state, error) = (answer.id, answer.state, answer.error.as_deref());
    let digest = raw.digest.clone();
    let finished = commands::set_finished(
        tx,
        &commands::Answered { id, enrolment: from.enrolment, state, error, digest: &digest },
        now,
    )?;
    let Some(commands::Finished { word, spec, force }) = finished else { return Ok(()) };
    let spec = Spec::from_json(&spec)?;
    keep_raw(Work { app, tx, now }, from.enrolment, &word, raw)?;
    if state == CommandState::FormatError {
        tracing::error!(command = %id, word, "a device could not read a command: a fault of this server");
    }
    let acknowledged = state == CommandState::Acknowledged;
    follow_answer(Work { app, tx, now }, from, &spec.order, answer)?;
    if let Some(report) = answer.report.filter(|_| acknowledged) {
        take_facts(Work { app, tx, now }, from, &spec.order, report, &digest)?;
    }
    let mut record =
        Record::new("device", "command.answered", format!("device:{}", from.device)).reason(state.as_str());
    // For a plain query, the command's row and the facts say everything; an order by a person is recorded in full.
    if !spec.order.is_question() {
        record = record.detail(json!({ "command": id, "request": word, "answer": digest }));
    }
    record.force = force;
    app.enter(tx, now, record)
}

fn follow_answer(
    Work { app, tx, now }: Work<'_, '_>,
    from: &Enrolled,
    order: &Order,
    answer: &Answer<'_>,
) -> Result<(), AppError> {
    let id = answer.id;
    let acknowledged = answer.state == CommandState::Acknowledged;
    let error = answer.error.as_deref().filter(|_| !acknowledged);
    if order.deed().contains_loss() {
        kernel::jobs::ask_job(app, tx, jobs::Kind::FollowContainment, &from.device.to_string(), now)?;
    }
    if *order == Order::ClearPasscode {
        kernel::jobs::ask_job(app, tx, jobs::Kind::FollowReset, &from.device.to_string(), now)?;
    }
    match order {
        Order::InstallSettings { .. } | Order::InstallOwnSettings { .. } => {
            let state = if acknowledged { ProfileState::Acknowledged } else { ProfileState::Failed };
            profiles::set_answer(tx, from.device, id, &profiles::ProfileAnswer { state, error }, now)?;
            enrolments::set_refresh(tx, from.enrolment, now.plus(LOOK_AGAIN_AFTER))?;
        }
        Order::RemoveSettings { .. } => {
            if acknowledged {
                profiles::forget(tx, from.device, id)?;
            } else {
                profiles::set_answer(
                    tx,
                    from.device,
                    id,
                    &profiles::ProfileAnswer { state: ProfileState::Failed, error },
                    now,
                )?;
            }
            enrolments::set_refresh(tx, from.enrolment, now.plus(LOOK_AGAIN_AFTER))?;
        }
        Order::LostMode { .. } | Order::LostModeOff | Order::ClearPasscode if acknowledged => {
            enrolments::set_refresh(tx, from.enrolment, now.plus(LOOK_AGAIN_AFTER))?;
        }
        Order::FinishSetup if acknowledged => enrolments::set_configured(tx, from.enrolment)?,
        // The enrolment stays: a device that acknowledged and was not erased must remain manageable.
        Order::Erase if acknowledged => {
            crate::forgetting::forget_what_it_said(tx, from.device)?;
            kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &from.device.to_string(), now)?;
        }
        _ => {}
    }
    Ok(())
}

fn take_facts(
    Work { app, tx, now }: Work<'_, '_>,
    from: &Enrolled,
    order: &Order,
    report: &dyn Report,
    digest: &str,
) -> Result<(), AppError> {
    let facts = report.facts(order, from.platform, now, digest);
    if facts.is_empty() {
        return Ok(());
    }
    messages::put_facts(tx, from.device, order.word(), &facts, now)?;
    let text =
        |name: &str| facts.iter().find(|fact| fact.name.as_str() == name).map(|fact| fact.value.to_string());
    let supervised = facts.iter().find_map(|fact| match (fact.name.as_str(), &fact.value) {
        ("device.supervised", domain::FactValue::Bool(flag)) => Some(*flag),
        _ => None,
    });
    if tells_of(order, Question::Device) {
        let (version, model) = (text("os.version"), text("device.model"));
        devices::set_reported(tx, from.device, supervised, version.as_deref(), model.as_deref())?;
    }
    if facts.iter().any(|fact| fact.name.as_str() == "battery.percent") {
        kernel::jobs::ask_job(
            app,
            tx,
            jobs::Kind::FollowBattery,
            &from.device.to_string(),
            now.plus(JUDGE_AFTER),
        )?;
    }
    if tells_of(order, Question::Settings) {
        note_installed(Work { app, tx, now }, from, &facts)?;
    }
    kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &from.device.to_string(), now.plus(JUDGE_AFTER))
}

/// Marks the profiles that the device lists as "reported in force" if the UUID is the one that was sent.
fn note_installed(
    Work { app, tx, now }: Work<'_, '_>,
    from: &Enrolled,
    facts: &[domain::Fact],
) -> Result<(), AppError> {
    let Some(domain::FactValue::List(installed)) =
        facts.iter().find(|fact| fact.name.as_str() == "profiles.installed").map(|fact| &fact.value)
    else {
        return Ok(());
    };
    let Some(device) = devices::by_id(tx, from.device)? else { return Ok(()) };
    let wanted = permissions_app::wanted_for(app, tx, &device)?;
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
                    kernel::jobs::ask_job(app, tx, jobs::Kind::Configure, &subject, now.plus(after))?;
                }
            }
        }
    }
    Ok(())
}

/// Seals a message from an enrolment, byte for byte.
pub(crate) fn sealed_raw(app: &App, enrolment: EnrolmentId, raw: &[u8]) -> Result<SealedRaw, AppError> {
    Ok(SealedRaw { digest: kernel::digest_hex(raw), sealed: seal_raw(app, enrolment, raw)? })
}

pub(super) fn seal_raw(app: &App, enrolment: EnrolmentId, raw: &[u8]) -> Result<Vec<u8>, AppError> {
    Ok(app.sealer().seal(app.world(), &sealed_place("raw", enrolment), raw)?)
}

/// Stores a sealed message for as long as the settings say.
pub(crate) fn keep_raw(
    Work { app, tx, now }: Work<'_, '_>,
    enrolment: EnrolmentId,
    kind: &str,
    raw: SealedRaw,
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

/// Opens the latest answer of one kind from an enrolment, for what is too sensitive to become a fact.
pub fn last_raw(
    app: &App,
    tx: &mut Tx<'_>,
    enrolment: EnrolmentId,
    kind: &str,
) -> Result<Option<(Vec<u8>, Timestamp)>, AppError> {
    let place = sealed_place("raw", enrolment);
    for (found, _, sealed, at) in messages::of_enrolment(tx, enrolment, 500)? {
        if found == kind {
            return Ok(Some((app.sealer().open(&place, &sealed)?.into_exposed(), at)));
        }
    }
    Ok(None)
}

/// Returns whether the answer to an order reports that part of a device's state; a vendor may ask for all of it at once.
fn tells_of(order: &Order, part: Question) -> bool {
    match order {
        Order::Refresh => true,
        Order::Ask { question } => *question == part,
        _ => false,
    }
}

/// Returns why a destructive command must not be handed over after all: checks it again at the last moment, because what was true
/// when it was queued may be no longer. A freeze is not among the reasons: what it stops keeps its place in the queue.
fn stopped(
    Work { app, tx, now }: Work<'_, '_>,
    next: &Command,
    to: &Enrolled,
) -> Result<Option<&'static str>, AppError> {
    if next.effect != Effect::Destructive || next.deliveries > 1 {
        return Ok(None);
    }
    let Some(device) = devices::by_id(tx, to.device)? else { return Ok(None) };
    Ok(if !crate::caps::may_still_ask(Work { app, tx, now }, &next.asked_by, next.deed, device.force)? {
        Some("the person who asked for it may no longer order it")
    } else if !next.deed.keeps_content() && store::holds::stands(tx, device.id)? {
        Some("a legal hold stands on the device")
    } else {
        None
    })
}
