//! Places and ends legal holds: nothing on a device under a hold is destroyed, and nobody else is given it.
//!
//! Everything that destroys or gives away checks for a hold here: orders that erase, the approval of one, disposal and
//! hand-overs, the erasure of a person's records. Only people who may place a hold can read its reason; everybody else learns
//! only that there is one.
//!
//! A caller that checks takes the device's lock first, and so does one that places a hold: each comes before or after the other.
//! Once a hold is placed no order to erase the device is handed over any more; one that was handed over before counts as
//! uncertain until the device answers.

use domain::{CaseId, DeviceId, Effect, HoldId, StepId, Timestamp};
use kernel::named::NamedDevice;
use policy::Proof;
use serde_json::json;
use store::commands::Stopped;
use store::devices::Device;
use store::holds::{self, Hold};
use store::locks::{self, Lock};
use store::{Tx, commands, devices};

use cases_app::read::StepRead;
use cases_app::{Ending, device_of_key};
use kernel::access::{Permit, PlaceHolds};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Details of a new hold.
#[derive(Debug, Clone, Default)]
pub struct NewHold {
    /// Reference of the investigation: 1 to 60 characters.
    pub reference: String,
    /// Reason for the hold: 1 to 500 characters.
    pub why: String,
}

/// Decision on a legal hold in a case.
#[derive(Debug, Clone, Default)]
pub struct HoldDecision {
    /// Set where the devices of the case are held.
    pub hold: bool,
    /// Details of the hold; without one only the reason counts.
    pub new: NewHold,
}

/// Refuses what would destroy or give away a device under a hold. The caller holds the device's lock.
///
/// # Errors
/// [`AppError::Conflict`] during a hold.
pub fn refuse_if_held(tx: &mut Tx<'_>, device: DeviceId) -> Result<(), AppError> {
    if holds::stands(tx, device)? {
        return Err(AppError::Conflict(
            "a legal hold stands on this device: it is neither erased nor given to anybody; ask Professional Standards"
                .into(),
        ));
    }
    Ok(())
}

/// Refuses a subject that concerns the actor: nobody reads, places or ends a hold on what they have or were handed, or in a case
/// of theirs.
fn refuse_own(tx: &mut Tx<'_>, permit: &Permit<PlaceHolds>, subject: &str) -> Result<(), AppError> {
    let Some(me) = permit.actor().person else { return Ok(()) };
    if store::ledger::own_subjects(tx, me)?.iter().any(|own| own == subject) {
        return Err(permit.about_oneself().into());
    }
    Ok(())
}

/// Places a legal hold on a device, and stops every destructive order: one that has not reached the device is taken back, one
/// that may have is not handed over again. The same reference again changes nothing.
///
/// # Errors
/// [`AppError::Invalid`] without a reference or reason, [`AppError::NotFound`] for an unknown device.
pub async fn place_hold(
    app: &App,
    permit: Permit<PlaceHolds>,
    device: DeviceId,
    new: NewHold,
) -> Result<(), AppError> {
    let new = checked(&new)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(found.force)?;
            refuse_own(tx, &permit, &format!("device:{device}"))?;
            let Some(stopped) = hold_in(Work { app: &app, tx, now }, &permit, &found, &new, None)? else {
                return Ok(());
            };
            let entry = HoldEntry { action: "device.hold.placed", stopped, told: &new };
            enter_hold(Work { app: &app, tx, now }, &permit, &found, &entry)
        })
        .await
}

fn hold_in(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<PlaceHolds>,
    device: &Device,
    new: &NewHold,
    case: Option<CaseId>,
) -> Result<Option<Stopped>, AppError> {
    locks::take(tx, Lock::Device(device.id))?;
    let hold = Hold {
        id: HoldId::from_uuid(app.world().uuid()),
        device: device.id,
        force: device.force,
        reference: new.reference.clone(),
        why: new.why.clone(),
        case,
        placed_at: now,
        placed_by: permit.actor().name.clone(),
        ended: None,
    };
    if !holds::place(tx, &hold)? {
        return Ok(None);
    }
    commands::stop(tx, device.id, Effect::Destructive, now, "a legal hold was placed")
        .map(Some)
        .map_err(AppError::from)
}

/// What the ledger says of a hold.
struct HoldEntry<'a> {
    action: &'static str,
    stopped: Stopped,
    /// The reference, and the reason for the action.
    told: &'a NewHold,
}

fn enter_hold(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<PlaceHolds>,
    device: &Device,
    entry: &HoldEntry<'_>,
) -> Result<(), AppError> {
    let (stopped, told) = (&entry.stopped, entry.told);
    let record = Record::new(&permit.actor().name, entry.action, format!("device:{}", device.id))
        .force(device.force)
        .detail(json!({
            "reference": told.reference, "why": told.why, "erasures_taken_back": stopped.taken_back,
            "erasures_uncertain": stopped.uncertain,
        }));
    app.enter(tx, now, record)
}

/// Ends a hold, with a reason.
///
/// # Errors
/// [`AppError::Conflict`] if it was ended already.
pub async fn end_hold(
    app: &App,
    permit: Permit<PlaceHolds>,
    hold: HoldId,
    why: &str,
) -> Result<DeviceId, AppError> {
    let why = kernel::fields::text("why", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let found = holds::by_id(tx, hold)?.ok_or_else(|| AppError::not_found("legal hold", hold))?;
            permit.reaches(found.force)?;
            refuse_own(tx, &permit, &format!("device:{}", found.device))?;
            if !holds::end(tx, hold, now, &permit.actor().name, &why)? {
                return Err(AppError::Conflict("the hold was ended already; reload the page".into()));
            }
            let device = devices::by_id(tx, found.device)?
                .ok_or_else(|| AppError::not_found("device", found.device))?;
            let told = NewHold { reference: found.reference, why };
            let entry = HoldEntry { action: "device.hold.ended", stopped: Stopped::default(), told: &told };
            enter_hold(Work { app: &app, tx, now }, &permit, &device, &entry)?;
            Ok(device.id)
        })
        .await
}

/// Decides the legal-hold step of a case: holds every device that the case concerns, or says why none is needed.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, or without a reference if devices are to be held; [`AppError::Conflict`] if the step
/// is another one or done already.
pub async fn decide_hold(
    app: &App,
    permit: Permit<PlaceHolds>,
    case: CaseId,
    step: StepId,
    HoldDecision { hold, new }: HoldDecision,
) -> Result<(), AppError> {
    let new = if hold {
        checked(&new)?
    } else {
        NewHold { why: kernel::fields::text("why", &new.why, 500)?, ..NewHold::default() }
    };
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            refuse_own(tx, &permit, &format!("case:{case}"))?;
            let (found, step) = cases_app::open_step(&app, tx, &permit, case, step)?;
            if step.proof_kind != Proof::Hold.as_str() {
                return Err(AppError::Conflict("this step asks for no decision on a hold".into()));
            }
            let mut devices = if hold { devices_of_case(tx, &found)? } else { Vec::new() };
            devices.sort_unstable_by_key(|device| device.id);
            for device in &devices {
                hold_in(Work { app: &app, tx, now }, &permit, device, &new, Some(case))?;
            }
            let says = if hold {
                format!("{} devices are held for an investigation.", devices.len())
            } else {
                "No legal hold is needed.".to_owned()
            };
            let actor = permit.actor();
            let ending = Ending { outcome: "done", proof: &says, by: actor.into(), says: says.clone() };
            cases_app::end_step_once(Work { app: &app, tx, now }, &step, &ending)?;
            let held: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
            let record = Record::new(&actor.name, "case.hold.decided", format!("case:{case}"))
                .force(found.force)
                .detail(json!({ "held": held, "reference": new.reference, "why": new.why }));
            app.enter(tx, now, cases_app::under(record, &found, &step))
        })
        .await
}

/// A legal hold, as pages show it.
#[derive(Clone, PartialEq, Eq)]
pub struct HoldView {
    /// Its id.
    pub id: HoldId,
    /// The reference of the investigation.
    pub reference: String,
    /// The reason.
    pub why: String,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// The name of who placed it.
    pub placed_by: String,
    /// When and why it was ended.
    pub ended: Option<(Timestamp, String)>,
}

impl From<Hold> for HoldView {
    fn from(row: Hold) -> Self {
        Self {
            id: row.id,
            reference: row.reference,
            why: row.why,
            placed_at: row.placed_at,
            placed_by: row.placed_by,
            ended: row.ended.map(|(at, _, why)| (at, why)),
        }
    }
}

impl std::fmt::Debug for HoldView {
    /// Leaves out the reference and the reason: both may say whom an investigation is about.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HoldView").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Returns a device with its holds, ended ones included, newest first; names people as pages do.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn holds_on(
    app: &App,
    permit: Permit<PlaceHolds>,
    device: DeviceId,
) -> Result<(NamedDevice, Vec<HoldView>), AppError> {
    app.store()
        .read(move |tx| {
            let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(found.force)?;
            refuse_own(tx, &permit, &format!("device:{device}"))?;
            let mut all = holds::of_device(tx, device)?;
            for hold in &mut all {
                hold.placed_by = kernel::words::who(tx, &hold.placed_by)?;
            }
            Ok((found.into(), all.into_iter().map(HoldView::from).collect()))
        })
        .await
}

/// Returns the open step of an open case in which a hold is decided, with the number of its case.
///
/// # Errors
/// As [`decide_hold`].
pub async fn hold_step(
    app: &App,
    permit: Permit<PlaceHolds>,
    case: CaseId,
    step: StepId,
) -> Result<(i64, StepRead), AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            refuse_own(tx, &permit, &format!("case:{case}"))?;
            let (case, step) = cases_app::open_step(&app, tx, &permit, case, step)?;
            if step.proof_kind != Proof::Hold.as_str() {
                return Err(AppError::Conflict("this step asks for no decision on a hold".into()));
            }
            Ok((case.number, cases_app::read::step_read(tx, step, &case)?))
        })
        .await
}

/// Lists the devices that a case's steps concern, including those already handed in.
fn devices_of_case(tx: &mut Tx<'_>, case: &store::cases::Case) -> Result<Vec<Device>, AppError> {
    let mut found: Vec<Device> = Vec::new();
    let keys = store::case_steps::of_case(tx, case.id)?;
    for id in keys.iter().filter_map(|step| device_of_key(&step.item)).chain(case.device) {
        if !found.iter().any(|device| device.id == id) {
            found.extend(devices::by_id(tx, id)?);
        }
    }
    Ok(found)
}

fn checked(new: &NewHold) -> Result<NewHold, AppError> {
    Ok(NewHold {
        reference: kernel::fields::text("reference", &new.reference, 60)?,
        why: kernel::fields::text("why", &new.why, 500)?,
    })
}
