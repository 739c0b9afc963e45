//! Acts on reports: has the device brought in, keeps it from the force's information while it is looked at, and refers a case to
//! professional standards.
//!
//! Signs of tampering are signs. Nobody here finds anybody guilty, and nothing reaches professional standards by itself.

use domain::{CaseId, DeviceId, EntryId, FaultKind, PersonId};
use serde_json::json;
use store::cases::Case;
use store::devices::{self, Device};
use store::faults::{self, Quarantine};
use store::locks::{self, Lock};
use store::{Tx, grants};

use super::at_once;
use super::restriction::{Restricted, has_settings, progress};
use crate::tell::{self, Word};
use kernel::access::{Action, CommandDevices, ManageCases, Permit, Role, SeeCases, Voice};
use kernel::named::NamedDevice;
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};

/// Most people of professional standards who are told of a referral.
const MOST_TOLD: u32 = 100;

/// What a case is about, for the pages that act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRead {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// The device.
    pub device: DeviceId,
    /// What is wrong.
    pub kind: FaultKind,
    /// The restriction of the device that was ordered, with how far it is.
    pub restricted: Option<Restricted>,
    /// Whether nobody restricts the device any more, and it still has the settings.
    pub lifting: bool,
    /// Whether the device is to be brought in.
    pub coming_in: bool,
    /// Whether the case is with professional standards.
    pub referred: bool,
    /// Whether it is closed.
    pub closed: bool,
    /// What to do at once.
    pub at_once: &'static str,
}

/// Reads a case of a fault, damage or tampering, with what was done about it.
///
/// # Errors
/// [`AppError::NotFound`] for a case of another type; [`AppError::Denied`] for another force.
pub async fn fault(app: &App, permit: Permit<SeeCases>, id: CaseId) -> Result<FaultRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let case = cases_app::known_case(&app, tx, permit.actor(), id)?;
            permit.reaches(case.force)?;
            let (kind, device) = about(&case)?;
            let steps = store::case_steps::of_case(tx, id)?;
            let has = |name: &str| steps.iter().any(|step| step.name == name);
            let known = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            let restricted = match faults::quarantine_of(tx, device)? {
                Some(one) => Some(Restricted {
                    ordered_at: one.began_at,
                    ordered_by: kernel::words::who(tx, &one.began_by)?,
                    progress: progress(&app, tx, &known)?,
                }),
                None => None,
            };
            let lifting = restricted.is_none() && has_settings(&app, tx, &known)?;
            Ok(FaultRead {
                case: id,
                number: case.number,
                title: case.title.clone(),
                device,
                kind,
                restricted,
                lifting,
                coming_in: has("take-in"),
                referred: has("refer"),
                closed: case.closed.is_some(),
                at_once: at_once(kind),
            })
        })
        .await
}

/// Returns what a case is about; another type of case is not found here.
fn about(case: &Case) -> Result<(FaultKind, DeviceId), AppError> {
    let kind: Option<FaultKind> = case.kind.parse().ok();
    kind.zip(case.device).ok_or_else(|| AppError::not_found("report", case.id))
}

/// Looks up an open case that somebody acts on.
fn to_act_on<A: Action>(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    id: CaseId,
) -> Result<Case, AppError> {
    locks::take(tx, Lock::Case(id))?;
    let case = cases_app::known_case(app, tx, permit.actor(), id)?;
    permit.reaches(case.force)?;
    if case.closed.is_some() {
        return Err(AppError::Conflict("the case is closed already; reload the page".into()));
    }
    Ok(case)
}

/// Asks for the device to be brought in and mended within the force: adds the steps that a signed hand-over and a note end.
///
/// # Errors
/// [`AppError::Conflict`] where that is asked already, or the policy has no such steps.
pub async fn bring_in(app: &App, permit: Permit<ManageCases>, id: CaseId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let case = to_act_on(&app, tx, &permit, id)?;
            let (_, device) = about(&case)?;
            let device = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            let names: &[&str] = if device.holder.is_some() { &["take-in", "repair"] } else { &["repair"] };
            add_later(Work { app: &app, tx, now }, &Adding { case: &case, device: &device, names })?;
            let by = Voice::from(permit.actor());
            let says = "To be brought in and mended within the force: never by anybody outside it";
            cases_app::say(Work { app: &app, tx, now }, id, by.shown, says)?;
            if let Some(holder) = device.holder {
                let body = format!(
                    "Bring {} to the Service Desk, and sign for giving it back. Do not open it, and give it to nobody else.",
                    NamedDevice::from(&device).for_holder()
                );
                let word = Word {
                    to: holder,
                    key: format!("bring-in:{id}"),
                    subject: "Bring your device to the Service Desk",
                    body: &body,
                    link: "/me",
                };
                tell::at_once(&app, tx, id, &word)?;
            }
            let record = Record::new(by.name, "fault.bring-in", format!("case:{id}")).force(case.force);
            app.enter(tx, now, under(&app, record, &case))
        })
        .await
}

/// Steps of its type that are added to a case.
struct Adding<'a> {
    case: &'a Case,
    device: &'a Device,
    names: &'a [&'a str],
}

fn add_later(Work { app, tx, now }: Work<'_, '_>, of: &Adding<'_>) -> Result<(), AppError> {
    let steps = store::case_steps::of_case(tx, of.case.id)?;
    if steps.iter().any(|step| of.names.contains(&step.name.as_str())) {
        return Err(AppError::Conflict("that was asked for already; reload the page".into()));
    }
    let policy = app.policy();
    let kind = policy.library().cases.get(&of.case.kind);
    let opening = cases_app::opening_of(of.case, vec![cases_app::device_item(of.device)]);
    for name in of.names {
        let Some(step) = kind.and_then(|kind| kind.step(name)).filter(|step| step.later) else {
            return Err(AppError::Conflict(format!(
                "the policy in force has no step \u{201c}{name}\u{201d} for this type of case; write what is to be done as a note"
            )));
        };
        cases_app::add_steps(Work { app, tx, now }, of.case.id, step, &opening)?;
    }
    jobs::ask_job(app, tx, jobs::Kind::FollowCase, &of.case.id.to_string(), now)
}

/// Sets the clause of a record to that of its case.
fn under<'a>(app: &App, record: Record<'a>, case: &Case) -> Record<'a> {
    let clause = case.clause.clone().or_else(|| cases_app::clause_of_procedure(app, &case.kind));
    match clause {
        Some(clause) => record.clause(&clause),
        None => record,
    }
}

/// Keeps a device from the force's information while it is looked at: by settings, which one person undoes.
///
/// # Errors
/// [`AppError::Conflict`] for a case that is not about tampering, for a device that is restricted already, and where the policy in
/// force has no settings for it.
pub async fn restrict(app: &App, permit: Permit<CommandDevices>, id: CaseId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let (_, device) = tampering(&app, tx, &permit, id)?;
            locks::take(tx, Lock::Device(device))?;
            let case = to_act_on(&app, tx, &permit, id)?;
            let platform = devices::by_id(tx, device)?.and_then(|device| device.kind.platform());
            if platform.is_none_or(|platform| app.policy().restricted_profiles(platform).is_empty()) {
                return Err(AppError::Conflict(
                    "the policy in force has no settings that restrict such a device: have it switched off, and lock it on its page".into(),
                ));
            }
            let by = Voice::from(permit.actor());
            let new = Quarantine {
                id: EntryId::from_uuid(app.world().uuid()),
                device,
                case: id,
                began_at: now,
                began_by: by.name.to_owned(),
            };
            if !faults::begin_quarantine(tx, &new)? {
                return Err(AppError::Conflict("the device is restricted already; reload the page".into()));
            }
            let says = "Restriction ordered: the apps that hold the force's information do not open once the device has the settings";
            let done = Change { device, action: "device.restricted", says, by };
            changed(Work { app: &app, tx, now }, &case, &done)
        })
        .await
}

/// Ends the restriction of a device.
///
/// # Errors
/// [`AppError::Conflict`] where none stands, and for the holder of the device or the person whom the case is about.
pub async fn lift_restriction(app: &App, permit: Permit<CommandDevices>, id: CaseId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let (case, device) = tampering(&app, tx, &permit, id)?;
            locks::take(tx, Lock::Device(device))?;
            locks::take(tx, Lock::Case(id))?;
            not_held_by(tx, &case, device, permit.actor().person)?;
            let by = Voice::from(permit.actor());
            if !faults::end_quarantine(tx, device, now, by.name)? {
                return Err(AppError::Conflict("the device is not restricted; reload the page".into()));
            }
            let done = Change {
                device,
                action: "device.unrestricted",
                says: "Restriction ended: the settings go when the device connects",
                by,
            };
            changed(Work { app: &app, tx, now }, &case, &done)
        })
        .await
}

/// Refuses somebody who holds the device of a case, or whom the case is about.
fn not_held_by(
    tx: &mut Tx<'_>,
    case: &Case,
    device: DeviceId,
    actor: Option<PersonId>,
) -> Result<(), AppError> {
    let holder = devices::by_id(tx, device)?.and_then(|device| device.holder);
    if actor.is_some() && (holder == actor || case.person == actor) {
        return Err(AppError::Conflict(
            "you hold this device yourself: somebody else must end its restriction".into(),
        ));
    }
    Ok(())
}

/// Looks up a case of tampering, open or not: a restriction can be ended after the case.
fn tampering(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<CommandDevices>,
    id: CaseId,
) -> Result<(Case, DeviceId), AppError> {
    let case = cases_app::known_case(app, tx, permit.actor(), id)?;
    permit.reaches(case.force)?;
    match about(&case)? {
        (FaultKind::Tampering, device) => Ok((case, device)),
        _ => Err(AppError::Conflict("only a device with signs of tampering is restricted".into())),
    }
}

/// A change to the restriction of a device.
struct Change<'a> {
    device: DeviceId,
    action: &'static str,
    says: &'a str,
    by: Voice<'a>,
}

fn changed(Work { app, tx, now }: Work<'_, '_>, case: &Case, change: &Change<'_>) -> Result<(), AppError> {
    cases_app::say(Work { app, tx, now }, case.id, change.by.shown, change.says)?;
    jobs::bring_to_rules(Work { app, tx, now }, change.device)?;
    let record = Record::new(change.by.name, change.action, format!("device:{}", change.device))
        .force(case.force)
        .detail(json!({ "case": case.id }));
    app.enter(tx, now, under(app, record, case))
}

/// Refers a case of tampering to professional standards, for a reason. A person does so, never the service: signs are no finding.
///
/// # Errors
/// [`AppError::Invalid`] without a reason; [`AppError::Conflict`] where it is referred already, or is not about tampering.
pub async fn refer(app: &App, permit: Permit<ManageCases>, id: CaseId, reason: &str) -> Result<(), AppError> {
    let reason = kernel::fields::text("reason", reason, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let case = to_act_on(&app, tx, &permit, id)?;
            let (FaultKind::Tampering, device) = about(&case)? else {
                return Err(AppError::Conflict("only signs of tampering are referred from here".into()));
            };
            let device = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            add_later(Work { app: &app, tx, now }, &Adding { case: &case, device: &device, names: &["refer"] })?;
            let by = Voice::from(permit.actor());
            let says = format!("Referred to Professional Standards, as a sign to look into and no finding: {reason}");
            cases_app::say(Work { app: &app, tx, now }, id, by.shown, &says)?;
            let link = format!("/cases/{id}");
            for over in grants::over(tx, Some(case.force), Role::PsdInvestigator.as_str(), now, MOST_TOLD)? {
                let word = Word {
                    to: over.grant.person,
                    key: format!("referred:{id}"),
                    subject: "A case was referred to Professional Standards",
                    body: "Somebody at the desk asks you to look into signs of tampering. They are signs, and no finding. Decide whether the device is held.",
                    link: &link,
                };
                tell::when_on_duty(&app, tx, &word)?;
            }
            let record = Record::new(by.name, "case.referred", format!("case:{id}"))
                .force(case.force)
                .detail(json!({ "reason": reason, "device": device.id }));
            app.enter(tx, now, under(&app, record, &case))
        })
        .await
}
