//! Reads data too sensitive for a page: a device's location, a Mac's unlock PIN, a covert role, a sealed case.
//!
//! Each is one [`Sensitive`]: it needs a reason, is shown once, and the reading is recorded in the ledger in the same
//! transaction.

use domain::{CaseId, CommandId, DeviceId, FileId, Force, PersonId, Secret, Timestamp};
use platform_port::Order;
use serde_json::json;
use store::{commands, devices, enrolments, people};

use cases_app::files::FileRead;
use cases_app::read::CaseRead;
use devices_app::commands::{Spec, managed};
use kernel::access::{CommandDevices, LocateDevices, Permit, PermitWithin, SeeCases, SeeCovert, SeeSealed};
use kernel::platforms::{open_code, serving};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// A location of a device.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRead {
    /// Degrees north and degrees east.
    pub degrees: Secret<(f64, f64)>,
    /// Its reference on the British National Grid, with how exact that is; `None` outside Great Britain.
    pub grid: Option<Secret<String>>,
    /// Radius of uncertainty in metres, where known.
    pub accuracy_metres: Option<f64>,
    /// The time at which the device determined it, where it says.
    pub taken_at: Option<Timestamp>,
    /// The time at which its answer arrived.
    pub received_at: Timestamp,
}

/// Data that is read only for a stated reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sensitive {
    Location(DeviceId),
    Pin(CommandId, DeviceId),
    Covert(PersonId),
    Sealed(CaseId),
    SealedFile(CaseId, FileId),
}

impl Sensitive {
    /// Returns the action and the subject of the ledger entry for reading it.
    fn words(self) -> (&'static str, String) {
        match self {
            Self::Location(device) => ("device.location.read", format!("device:{device}")),
            Self::Pin(_, device) => ("command.pin.read", format!("device:{device}")),
            Self::Covert(person) => ("person.covert.read", format!("person:{person}")),
            Self::Sealed(case) => ("case.sealed.read", format!("case:{case}")),
            Self::SealedFile(case, _) => ("case.file.read", format!("case:{case}")),
        }
    }
}

/// The stated reason for a sensitive read.
struct Stated(String);

impl Stated {
    fn of(reason: &str) -> Result<Self, AppError> {
        kernel::fields::text("reason", reason, 500).map(Self)
    }
}

/// Records a sensitive read in the ledger. Every sensitive read must call this.
fn enter_read(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &str,
    what: Sensitive,
    force: Force,
    stated: &Stated,
) -> Result<(), AppError> {
    let (action, subject) = what.words();
    let mut detail = json!({ "reason": stated.0 });
    if let (Sensitive::Pin(command, _), Some(detail)) = (what, detail.as_object_mut()) {
        detail.insert("command".into(), json!(command));
    }
    if let (Sensitive::SealedFile(_, file), Some(detail)) = (what, detail.as_object_mut()) {
        detail.insert("file".into(), json!(file));
    }
    app.enter(tx, now, Record::new(actor, action, subject).force(force).detail(detail))
}

/// Reads whether a person has a covert role, which exempts them from some rules.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn read_covert(
    app: &App,
    permit: Permit<SeeCovert>,
    person: PersonId,
    reason: &str,
) -> Result<Secret<bool>, AppError> {
    let (app, now, stated) = (app.clone(), app.world().now(), Stated::of(reason)?);
    app.clone()
        .store()
        .write(move |tx| {
            let found = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
            permit.reaches(found.force)?;
            let what = (Sensitive::Covert(person), found.force);
            enter_read(Work { app: &app, tx, now }, &permit.actor().name, what.0, what.1, &stated)?;
            Ok(Secret::new(found.covert))
        })
        .await
}

/// Reads the content of a sealed case.
///
/// # Errors
/// [`AppError::Invalid`] without a reason; [`AppError::NotFound`]; [`AppError::Denied`] for another force, and for
/// the person whom the case is about.
pub async fn read_sealed_case(
    app: &App,
    permit: PermitWithin<SeeSealed>,
    sees: Permit<SeeCases>,
    case: CaseId,
    reason: &str,
) -> Result<CaseRead, AppError> {
    let (app, now, stated) = (app.clone(), app.world().now(), Stated::of(reason)?);
    app.clone()
        .store()
        .write(move |tx| {
            let found = cases_app::known_case(&app, tx, permit.actor(), case)?;
            let about = found.person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
            permit.reaches_held(found.force, about.as_ref())?;
            let what = (Sensitive::Sealed(case), found.force);
            enter_read(Work { app: &app, tx, now }, &permit.actor().name, what.0, what.1, &stated)?;
            cases_app::read::case_in(&app, tx, &sees, case, true)
        })
        .await
}

/// Reads a file of a sealed case, as it was received.
///
/// # Errors
/// As [`read_sealed_case`].
pub async fn read_sealed_file(
    app: &App,
    permit: PermitWithin<SeeSealed>,
    case: CaseId,
    file: FileId,
    reason: &str,
) -> Result<FileRead, AppError> {
    let (app, now, stated) = (app.clone(), app.world().now(), Stated::of(reason)?);
    app.clone()
        .store()
        .write(move |tx| {
            let found = cases_app::known_case(&app, tx, permit.actor(), case)?;
            let about = found.person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
            permit.reaches_held(found.force, about.as_ref())?;
            let what = (Sensitive::SealedFile(case, file), found.force);
            enter_read(Work { app: &app, tx, now }, &permit.actor().name, what.0, what.1, &stated)?;
            cases_app::files::open_file(&app, tx, case, file, false)
        })
        .await
}

/// Reads the last location that a device reported after an order to locate it.
///
/// # Errors
/// [`AppError::NotFound`] where it never reported one, [`AppError::Invalid`] without a reason, [`AppError::Conflict`]
/// where it is not under management.
pub async fn read_location(
    app: &App,
    permit: Permit<LocateDevices>,
    device: DeviceId,
    reason: &str,
) -> Result<PlaceRead, AppError> {
    let (app, now, stated) = (app.clone(), app.world().now(), Stated::of(reason)?);
    app.clone()
        .store()
        .write(move |tx| {
            let target = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(target.force)?;
            let (enrolment, platform) = managed(&target)?;
            let (raw, received_at) =
                devices_app::commands::last_raw(&app, tx, enrolment, Order::Locate.word())?
                    .ok_or_else(|| AppError::not_found("location of", &target.serial))?;
            let answer =
                serving(&app, platform)?.vendor.read(&raw).map_err(|error| AppError::fault(&error))?;
            let place = answer
                .report
                .location()
                .ok_or_else(|| AppError::not_found("location in the answer of", &target.serial))?;
            let what = (Sensitive::Location(device), target.force);
            enter_read(Work { app: &app, tx, now }, &permit.actor().name, what.0, what.1, &stated)?;
            Ok(PlaceRead {
                degrees: Secret::new((place.latitude, place.longitude)),
                grid: losses_app::grid_reference(place.latitude, place.longitude).map(Secret::new),
                accuracy_metres: place.accuracy_metres,
                taken_at: place.taken_at,
                received_at,
            })
        })
        .await
}

/// Reads the PIN that a lock or erase of a Mac was sent with.
///
/// # Errors
/// [`AppError::NotFound`] where the command has none, [`AppError::Invalid`] without a reason.
pub async fn read_pin(
    app: &App,
    permit: Permit<CommandDevices>,
    command: CommandId,
    reason: &str,
) -> Result<(DeviceId, Secret<String>), AppError> {
    let (app, now, stated) = (app.clone(), app.world().now(), Stated::of(reason)?);
    app.clone()
        .store()
        .write(move |tx| {
            let sent =
                commands::by_id(tx, command)?.ok_or_else(|| AppError::not_found("command", command))?;
            let enrolment = enrolments::by_id(tx, sent.enrolment)?
                .ok_or_else(|| AppError::not_found("enrolment", sent.enrolment))?;
            let device = devices::by_id(tx, enrolment.device)?
                .ok_or_else(|| AppError::not_found("device", enrolment.device))?;
            permit.reaches(device.force)?;
            let sealed = Spec::from_json(&sent.spec)?
                .sealed_code
                .ok_or_else(|| AppError::not_found("PIN of command", command))?;
            let pin = open_code(&app, &sealed, sent.enrolment)?;
            let what = (Sensitive::Pin(command, device.id), device.force);
            enter_read(Work { app: &app, tx, now }, &permit.actor().name, what.0, what.1, &stated)?;
            Ok((device.id, pin))
        })
        .await
}
