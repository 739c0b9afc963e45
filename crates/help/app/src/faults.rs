//! Takes in reports of faults, damage and signs of tampering; [`act`] is what is done about them.

mod act;
mod restriction;

pub use act::{FaultRead, bring_in, fault, lift_restriction, refer, restrict};
pub use restriction::{Progress, Restricted};

use domain::{CaseId, DeviceId, FaultId, FaultKind, PersonId};
use serde_json::json;
use store::devices::{self, Device};
use store::faults::{self, FaultReport};
use store::locks::{self, Lock};
use store::{Tx, cases};

use crate::form_digest;
use crate::tell::{self, Word};
use cases_app::Opening;
use kernel::access::{AcceptOwn, ManageCases, Permit, Voice};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// A report as it comes in.
#[derive(Debug, Clone)]
pub struct NewFault {
    /// The device.
    pub device: DeviceId,
    /// What is wrong.
    pub kind: FaultKind,
    /// What happened, in words: 1 to 1,000 characters.
    pub says: String,
    /// A random text that the form was given with.
    pub form: String,
}

/// A report that was taken in.
#[derive(Debug, Clone, Copy)]
pub struct Reported {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: i64,
    /// What is wrong.
    pub kind: FaultKind,
}

/// Says what to do at once.
#[must_use]
pub const fn at_once(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Fault => {
            "Keep it with you, switched off if it does strange things. The desk mends or exchanges it. Do not open it, and give it to no shop: a repair never leaves the force."
        }
        FaultKind::Damage => {
            "Stop using it if it is hot, swollen or sharp. Bring it to the desk before anybody else looks at it. Do not open it, and give it to no shop."
        }
        FaultKind::Tampering => {
            "Stop using it now. Switch it off and leave it off. Do not open it, and let nobody open it. Keep it where only you can reach it, until the desk tells you where to bring it."
        }
    }
}

/// Takes in the report of a holder who is signed in.
///
/// # Errors
/// [`AppError::Invalid`] for a device that the register gives to somebody else, and for an empty or long text.
pub async fn report_own_fault(
    app: &App,
    permit: Permit<AcceptOwn>,
    new: NewFault,
) -> Result<Reported, AppError> {
    let arrival = checked(&new)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let device = in_use(tx, new.device)?;
            let actor = permit.actor();
            if device.holder.is_none() || device.holder != actor.person {
                return Err(AppError::invalid(
                    "device",
                    format!("the register gives this device to somebody else; {}", crate::ring(&app)),
                ));
            }
            take_in(Work { app: &app, tx, now }, &device, &Arrival { by: actor.into(), ..arrival.of(&new) })
        })
        .await
}

/// Takes in a report at the desk, about any device of its force.
///
/// # Errors
/// [`AppError::Denied`] for a device of another force; [`AppError::Invalid`] for an empty or long text.
pub async fn report_fault(
    app: &App,
    permit: Permit<ManageCases>,
    new: NewFault,
) -> Result<Reported, AppError> {
    let arrival = checked(&new)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let device = in_use(tx, new.device)?;
            permit.reaches(device.force)?;
            take_in(
                Work { app: &app, tx, now },
                &device,
                &Arrival { by: permit.actor().into(), ..arrival.of(&new) },
            )
        })
        .await
}

/// What was checked before the database was asked.
struct Checked {
    says: String,
    digest: String,
}

impl Checked {
    fn of<'a>(&'a self, new: &NewFault) -> Arrival<'a> {
        Arrival { kind: new.kind, says: &self.says, digest: &self.digest, by: Voice::SYSTEM }
    }
}

fn checked(new: &NewFault) -> Result<Checked, AppError> {
    // A text with several lines is one line of the timeline.
    let says = new.says.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Checked { says: kernel::fields::text("says", &says, 1000)?, digest: form_digest(&new.form)? })
}

struct Arrival<'a> {
    kind: FaultKind,
    says: &'a str,
    digest: &'a str,
    by: Voice<'a>,
}

fn in_use(tx: &mut Tx<'_>, id: DeviceId) -> Result<Device, AppError> {
    // Two reports of one device must not open two cases.
    locks::take(tx, Lock::Device(id))?;
    devices::by_id(tx, id)?
        .filter(|device| device.retired_at.is_none())
        .ok_or_else(|| AppError::not_found("device", id))
}

fn take_in(
    Work { app, tx, now }: Work<'_, '_>,
    device: &Device,
    arrival: &Arrival<'_>,
) -> Result<Reported, AppError> {
    if let Some(before) = faults::by_form(tx, arrival.digest)? {
        return reported(tx, before.case, before.kind);
    }
    let kind = arrival.kind.as_str();
    crate::known_kind(app, kind)?;
    let case = match crate::open_case_of(tx, device.id, kind)? {
        Some(open) => {
            locks::take(tx, Lock::Case(open.id))?;
            cases_app::say(Work { app, tx, now }, open.id, arrival.by.shown, arrival.says)?;
            open.id
        }
        None => open(Work { app, tx, now }, device, arrival)?,
    };
    let report = FaultReport {
        id: FaultId::from_uuid(app.world().uuid()),
        force: device.force,
        case,
        device: device.id,
        person: device.holder,
        kind: arrival.kind,
        reported_by: arrival.by.name.to_owned(),
        reported_at: now,
        form_digest: arrival.digest.to_owned(),
    };
    faults::add(tx, &report)?;
    let mut record =
        Record::new(arrival.by.name, "fault.reported", format!("case:{case}")).force(device.force);
    if let Some(clause) = cases_app::clause_of_procedure(app, kind) {
        record = record.clause(&clause);
    }
    let detail = json!({ "device": device.id, "kind": kind, "says": arrival.says });
    app.enter(tx, now, record.detail(detail))?;
    if let Some(holder) = device.holder {
        tell_holder(app, tx, &report, holder)?;
    }
    reported(tx, case, arrival.kind)
}

fn reported(tx: &mut Tx<'_>, case: CaseId, kind: FaultKind) -> Result<Reported, AppError> {
    let found = cases::by_id(tx, case)?.ok_or_else(|| AppError::not_found("case", case))?;
    Ok(Reported { case, number: found.number, kind })
}

fn open(
    Work { app, tx, now }: Work<'_, '_>,
    device: &Device,
    arrival: &Arrival<'_>,
) -> Result<CaseId, AppError> {
    let kind = arrival.kind.as_str();
    let what = match arrival.kind {
        FaultKind::Fault => "does not work as it should",
        FaultKind::Damage => "damaged",
        FaultKind::Tampering => "signs of tampering reported",
    };
    let opening = Opening {
        kind,
        force: device.force,
        device: Some(device.id),
        person: device.holder,
        clause: cases_app::clause_of_procedure(app, kind),
        title: format!("{}: {what}", cases_app::device_item(device).title),
        date: None,
        event: None,
        place: None,
        items: Vec::new(),
        says: (arrival.by.shown, arrival.says),
    };
    cases_app::open_case(Work { app, tx, now }, &opening)
}

/// Tells the holder what to do, on a channel that is not the device alone.
fn tell_holder(app: &App, tx: &mut Tx<'_>, report: &FaultReport, holder: PersonId) -> Result<(), AppError> {
    let word = Word {
        to: holder,
        key: format!("fault:{}", report.id),
        subject: "What to do with your device now",
        body: at_once(report.kind),
        link: "/me",
    };
    tell::at_once(app, tx, report.case, &word).map(drop)
}
