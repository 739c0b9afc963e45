//! Takes a report in: from anybody, from the holder who is signed in, or by telephone at the desk. Each opens the case of a lost
//! device or joins the one that is open, and begins the call.

mod filed;

use domain::local_time::local;
use domain::{CaseId, DeviceId, Force, LossId, PersonId, Secret, Span, Timestamp};
use losses::report::{Answers, DeviceState, Fault, Found, How, Meaning};
use policy::Known;
use serde_json::json;
use store::cases;
use store::devices::{self, Device};
use store::locks::{self, Lock};
use store::loss_reports::{self, LossReport};

use crate::call::AtDesk;
use crate::call::StepsDone;
use crate::identify::{identify, is_reported};
use cases_app::Opening;
use incidents_app::NewForm;
use kernel::access::{AcceptOwn, ManageCases, Permit, Role};
use kernel::jobs::Kind;
use kernel::record::Record;
use kernel::{App, AppError, Work};

use filed::{Filed, Sender, fresh_reference, reported, row_of, same_form};
pub(crate) use filed::{answers_of, meaning_of};

/// The time in which reports by people who are not signed in are counted.
const HOUR: Span = Span::from_secs(3600);
/// The name in the ledger of somebody who is not signed in.
const STRANGER: &str = "stranger";
/// How many of those a force takes in that time, where the policy in force does not say.
const PUBLIC_AN_HOUR: i64 = 60;

/// A report as it was filled in.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// The force; `None` where the reporter does not know.
    pub force: Option<Force>,
    /// The answers.
    pub answers: Answers,
    /// A random text that the form was given with: sending the form twice makes one report.
    pub form: String,
}

/// What whoever takes a report by telephone says beside its answers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Telephoned {
    /// The device of the register that was chosen; `None` where the answers alone say which it is.
    pub device: Option<DeviceId>,
    /// Whether they deal with it themselves, which answers the call: nobody is called at first.
    pub deals: bool,
}

/// A report that was taken in.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The loss: the first report of it.
    pub loss: LossId,
    /// The reference.
    pub reference: String,
    /// What the reporter comes back with.
    pub secret: Secret<String>,
    /// What the report means.
    pub meaning: Meaning,
    /// When it was taken in.
    pub reported_at: Timestamp,
    /// The case.
    pub case: CaseId,
    /// The device, if it is known.
    pub device: Option<DeviceId>,
    /// Whether people are called about the loss now.
    pub calling: bool,
    /// Whether whoever took the report deals with the loss, and its case is theirs.
    pub taken: bool,
}

/// A report on its way in.
struct Arrival {
    force: Force,
    device: Option<Device>,
    about: Option<PersonId>,
    found: Found,
    came: &'static str,
    name: String,
    shown: String,
    reporter: Option<PersonId>,
    /// Whether whoever takes it in deals with it themselves.
    deals: bool,
    /// Whether they have the role of the duty officer.
    by_duty_officer: bool,
    answers: Answers,
    form: String,
}

fn invalid(faults: &[Fault]) -> AppError {
    match faults.first() {
        Some(fault) => AppError::invalid(fault.question.name(), fault.says),
        None => AppError::Fault("a report without a fault was refused".into()),
    }
}

fn checked(app: &App, new: NewReport) -> Result<NewReport, AppError> {
    if !(16..=80).contains(&new.form.len()) {
        return Err(AppError::invalid("how", "this form was too old; look it through and send it again"));
    }
    let answers = new.answers.checked(app.world().now()).map_err(|faults| invalid(&faults))?;
    // A word that is no force of the policy is no answer: nobody would see the report, and each such word had a limit of its own.
    let policy = app.policy();
    let force = new.force.filter(|force| policy.forces().entry(*force).is_some());
    Ok(NewReport { answers, force, ..new })
}

/// Returns the force that takes a report of which nobody knows the force: the first one that is served.
fn any_force(app: &App) -> Result<Force, AppError> {
    app.forces().first().copied().ok_or_else(|| AppError::Fault("no force is served".into()))
}

/// Takes in the report of somebody who is not signed in. It orders nothing by itself, and says nothing of what the register holds.
/// The caller has counted it against the address that it came from; it is counted against the force here.
///
/// # Errors
/// [`AppError::Invalid`] for an answer; [`AppError::Conflict`] where the force took more reports this hour than it allows: the
/// reporter is told to ring.
pub async fn report_publicly(app: &App, new: NewReport) -> Result<Reported, AppError> {
    let new = checked(app, new)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            if let Some(before) = same_form(tx, &Sender { form: &new.form, name: STRANGER })? {
                return Ok(before);
            }
            let named = identify(&app, tx, new.force, &new.answers)?;
            let force = match named.device.as_ref().map(|device| device.force).or(new.force) {
                Some(force) => force,
                None => any_force(&app)?,
            };
            let most = app.policy().library().count("loss-reports-an-hour").unwrap_or(PUBLIC_AN_HOUR);
            if loss_reports::public_since(tx, force, now.minus(HOUR))? >= most {
                let ring = crate::ring_now(&app, now);
                return Err(AppError::Conflict(format!(
                    "too many reports came this way within an hour; nothing was sent. Ring {} ({}) now",
                    ring.number, ring.who
                )));
            }
            let arrival = Arrival {
                force,
                device: named.device,
                about: named.person,
                found: named.found,
                came: "public",
                name: STRANGER.into(),
                shown: "Somebody who was not signed in".into(),
                reporter: None,
                deals: false,
                by_duty_officer: false,
                answers: new.answers,
                form: new.form,
            };
            take_in(Work { app: &app, tx, now }, &arrival)
        })
        .await
}

/// Takes in the report of a person who is signed in, about a device that they hold; has it contained at once where the force has
/// said beforehand that such a report does so.
///
/// # Errors
/// [`AppError::Invalid`] for an answer, and for a device that the register gives to somebody else.
pub async fn report_own(
    app: &App,
    permit: Permit<AcceptOwn>,
    device: DeviceId,
    new: NewReport,
) -> Result<Reported, AppError> {
    let new = checked(app, new)?;
    let actor = permit.actor().clone();
    let (node, now) = (app.clone(), app.world().now());
    app.store()
        .write(move |tx| {
            if let Some(before) = same_form(tx, &Sender { form: &new.form, name: &actor.name })? {
                return Ok(before);
            }
            let held = devices::by_id(tx, device)?.filter(|device| device.holder.is_some() && device.holder == actor.person);
            let Some(held) = held else {
                return Err(AppError::invalid(
                    "device",
                    "the register gives this device to somebody else; report it as a device of another person",
                ));
            };
            let found = Found::One { reported: is_reported(tx, &held)?, another_holder: false };
            let arrival = Arrival {
                force: held.force,
                about: held.holder,
                device: Some(held),
                found,
                came: "signed-in",
                name: actor.name.clone(),
                shown: actor.shown.clone(),
                reporter: actor.person,
                deals: false,
                by_duty_officer: false,
                answers: new.answers,
                form: new.form,
            };
            let reported = take_in(Work { app: &node, tx, now }, &arrival)?;
            if crate::report_locks(&node) {
                // A job of this transaction: a restart between the report and the order must not leave the device open.
                kernel::jobs::ask_job(&node, tx, Kind::LockReported, &reported.loss.to_string(), now)?;
            }
            Ok(reported)
        })
        .await
}

/// Returns whether somebody who takes a report by telephone is taken to deal with it, unless they say otherwise: the desk in its hours,
/// and the duty officer at any hour.
#[must_use]
pub fn deals_by_default(app: &App, permit: &Permit<ManageCases>) -> bool {
    crate::chain::desk_is_open(app, app.world().now()) || permit.actor().roles.has(Role::DutyOfficer)
}

/// Takes in a report by telephone, for a device of the register or one that is not known yet. Who takes it and says that they deal with
/// it has answered the call by that; otherwise the chain is called.
///
/// # Errors
/// [`AppError::Denied`] for a device of another force; [`AppError::Invalid`] for an answer.
pub async fn report_at_desk(
    app: &App,
    permit: Permit<ManageCases>,
    telephoned: Telephoned,
    new: NewReport,
) -> Result<Reported, AppError> {
    let new = checked(app, new)?;
    let actor = permit.actor().clone();
    let (node, now) = (app.clone(), app.world().now());
    let known = telephoned.device;
    let reported = app
        .store()
        .write(move |tx| {
            if let Some(before) = same_form(tx, &Sender { form: &new.form, name: &actor.name })? {
                return Ok(before);
            }
            let named = identify(&node, tx, new.force, &new.answers)?;
            let device = match known {
                Some(id) => Some(devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?),
                None => named.device,
            };
            let found = match (&device, known) {
                (Some(device), Some(_)) => {
                    Found::One { reported: is_reported(tx, device)?, another_holder: false }
                }
                _ => named.found,
            };
            let force = match device.as_ref().map(|device| device.force).or(new.force) {
                Some(force) => force,
                None => match permit.scope().force() {
                    Some(force) => force,
                    None => any_force(&node)?,
                },
            };
            permit.reaches(force)?;
            let arrival = Arrival {
                force,
                about: device.as_ref().and_then(|device| device.holder).or(named.person),
                device,
                found,
                came: "desk",
                name: actor.name.clone(),
                shown: actor.shown.clone(),
                reporter: actor.person,
                deals: telephoned.deals,
                by_duty_officer: actor.roles.has(Role::DutyOfficer),
                answers: new.answers,
                form: new.form,
            };
            take_in(Work { app: &node, tx, now }, &arrival)
        })
        .await?;
    Ok(reported)
}

fn take_in(Work { app, tx, now }: Work<'_, '_>, arrival: &Arrival) -> Result<Reported, AppError> {
    if let Some(device) = &arrival.device {
        // Two reports of one device must not open two cases.
        locks::take(tx, Lock::Device(device.id))?;
        // An order to clear its password that it does not have yet is taken back.
        kernel::jobs::ask_job(app, tx, Kind::FollowReset, &device.id.to_string(), now)?;
    }
    let open = match &arrival.device {
        Some(device) => cases::of_device(tx, device.id)?
            .into_iter()
            .find(|case| case.kind == crate::LOST && case.closed.is_none()),
        None => None,
    };
    let joined = open.as_ref().map(|case| case.id);
    let found = match arrival.found {
        Found::One { another_holder, .. } => Found::One { reported: joined.is_some(), another_holder },
        other => other,
    };
    let meaning = Meaning::of(found);
    let case = match joined {
        Some(case) => case,
        None => open_case(Work { app, tx, now }, arrival)?,
    };
    locks::take(tx, Lock::Case(case))?;
    let id = LossId::from_uuid(app.world().uuid());
    let called_for = loss_reports::loss_of_case(tx, case)?;
    let reference = fresh_reference(app, tx)?;
    let filed = Filed { id, loss: called_for.unwrap_or(id), case, meaning, reference };
    let report = row_of(app, arrival, &filed, now)?;
    loss_reports::add(tx, &report)?;
    say_and_enter(Work { app, tx, now }, arrival, &report)?;
    open_incident(Work { app, tx, now }, arrival, case)?;
    let taker =
        AtDesk { name: &arrival.name, shown: &arrival.shown, is_duty_officer: arrival.by_duty_officer };
    match (called_for, arrival.deals) {
        (None, false) => crate::call::begin(Work { app, tx, now }, &report)?,
        (None, true) => crate::call::begin_answered(Work { app, tx, now }, &report, &taker)?,
        (Some(_), true) => crate::call::answered_at_desk(Work { app, tx, now }, report.loss, &taker)?,
        (Some(_), false) => {}
    }
    reported(tx, &report, &Sender { form: &arrival.form, name: &arrival.name })
}

/// Opens the security incident form of the loss with what the report says, or enters it into the open one (MDU-4.3).
fn open_incident(
    Work { app, tx, now }: Work<'_, '_>,
    arrival: &Arrival,
    case: CaseId,
) -> Result<(), AppError> {
    let answers = &arrival.answers;
    let how = (answers.how != How::NotKnown).then(|| answers.how.title().to_owned());
    let state = (answers.state != DeviceState::NotKnown).then(|| answers.state.title().to_owned());
    let seen = match answers.last_had {
        Some(at) => local(at).strftime("%-d %B %Y, %H:%M").to_string(),
        None if answers.last_day.is_empty() => String::new(),
        None => format!("{}, time not known", answers.last_day),
    };
    let known = vec![
        (Known::How, how.unwrap_or_default()),
        (Known::LastSeen, seen),
        (Known::Place, answers.place.clone()),
        (Known::State, state.unwrap_or_default()),
        (Known::With, answers.with.clone()),
    ];
    let form = NewForm {
        person: arrival.about.or(arrival.reporter),
        known,
        by: &arrival.name,
        ..NewForm::default()
    };
    incidents_app::open_form(Work { app, tx, now }, case, &form).map(drop)
}

fn open_case(Work { app, tx, now }: Work<'_, '_>, arrival: &Arrival) -> Result<CaseId, AppError> {
    let title = match &arrival.device {
        Some(device) => format!("{}: reported lost", cases_app::device_item(device).title),
        None => "A device that is not identified yet: reported lost".to_owned(),
    };
    let opening = Opening {
        kind: crate::LOST,
        force: arrival.force,
        device: arrival.device.as_ref().map(|device| device.id),
        person: arrival.about,
        clause: cases_app::clause_of_procedure(app, crate::LOST),
        title,
        date: None,
        event: None,
        place: None,
        items: Vec::new(),
        says: (&arrival.shown, "Reported a device lost"),
    };
    cases_app::open_case(Work { app, tx, now }, &opening)
}

/// Writes the report into its case, ends the steps that it proves, and enters it in the ledger.
fn say_and_enter(
    Work { app, tx, now }: Work<'_, '_>,
    arrival: &Arrival,
    report: &LossReport,
) -> Result<(), AppError> {
    let delay = match arrival.answers.delay(now) {
        Some(delay) => format!("reported {} minutes after it was last seen", delay.millis() / 60_000),
        None => "not known when it was last seen".to_owned(),
    };
    let says =
        format!("Report {}: {}, {delay}", report.reference, arrival.answers.how.title().to_lowercase());
    cases_app::say(Work { app, tx, now }, report.case, &arrival.shown, &says)?;
    let proof = format!("loss:{}", report.id);
    let says = format!("Report {}.", report.reference);
    let names: &[&str] = if report.last_had.is_some() { &["report", "before-search"] } else { &["report"] };
    crate::call::end_steps(
        Work { app, tx, now },
        report.case,
        &StepsDone { names, proof: &proof, says: &says },
    )?;
    let reason = match arrival.came {
        "public" => "public",
        "signed-in" => "signed-in",
        _ => "desk",
    };
    let record = Record::new(&arrival.name, "loss.reported", format!("loss:{}", report.loss))
        .force(report.force)
        .reason(reason)
        .detail(json!({
            "report": report.id, "reference": report.reference, "case": report.case, "device": report.device,
            "meaning": report.meaning, "how": report.how, "last_had": report.last_had,
        }));
    app.enter(tx, now, record)
}
