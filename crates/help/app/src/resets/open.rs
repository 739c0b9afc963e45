//! Opens requests: at the desk, by telephone or in person, and by the holder on a page of their own.

use domain::{CaseId, DeviceId, PersonId, ResetCame, ResetCause, ResetId, ResetState, Span};
use store::Tx;
use store::devices::{self, Device};
use store::locks::{self, Lock};
use store::resets::{self, Reset};

use super::deciders::with_role;
use super::{Entered, kind_of, limits};
use cases_app::Opening;
use kernel::access::{AcceptOwn, AskReset, Permit, Role, Voice};
use kernel::{App, AppError, Work};

/// The time in which requests about one person are counted.
const WEEK: Span = Span::from_secs(7 * 24 * 3600);
/// The type of case of a lost device.
const LOST: &str = "lost-device";
/// How many requests about one person are taken in that time, where the policy in force does not say.
const A_WEEK: i64 = 3;

/// A request as it comes in.
#[derive(Debug, Clone)]
pub struct NewReset {
    /// The device.
    pub device: DeviceId,
    /// Why its password is to be changed or cleared.
    pub cause: ResetCause,
    /// How the request came; a holder's own comes signed in.
    pub came: ResetCame,
    /// A random text that the form was given with: sending the form twice makes one request.
    pub form: String,
}

/// A request that is about to be opened.
struct Beginning<'a> {
    new: &'a NewReset,
    digest: String,
    device: Device,
    person: PersonId,
    state: ResetState,
    by: Voice<'a>,
}

/// Opens a request at the desk, about the person who holds the device; returns the one that is open already.
///
/// # Errors
/// [`AppError::Denied`] for a device of another force; [`AppError::Conflict`] where nobody holds it, it is reported lost, the person
/// asked too often, or the request is about the one who takes it.
pub async fn ask_reset_at_desk(
    app: &App,
    permit: Permit<AskReset>,
    new: NewReset,
) -> Result<ResetId, AppError> {
    if new.came == ResetCame::SignedIn {
        return Err(AppError::invalid("came", "choose whether they ring or stand before you"));
    }
    let digest = crate::form_digest(&new.form)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let device = device_of(tx, new.device)?;
            permit.reaches(device.force)?;
            if let Some(before) = resets::by_form(tx, &digest)? {
                return Ok(before.id);
            }
            let Some(person) = device.holder else {
                return Err(AppError::Conflict(
                    "the register gives this device to nobody: find out who has it, and enter that first"
                        .into(),
                ));
            };
            if permit.actor().person == Some(person) {
                return Err(AppError::Conflict(
                    "you hold this device yourself: ask on your own page, and a colleague takes it".into(),
                ));
            }
            let by = Voice::from(permit.actor());
            let state = ResetState::Proving;
            begin(Work { app: &app, tx, now }, &Beginning { new: &new, digest, device, person, state, by })
        })
        .await
}

/// Opens a request of somebody who is signed in, about a device that they hold; returns the one that is open already. Somebody who
/// knows the password and can change it now is asked to; everybody else waits for the desk.
///
/// # Errors
/// [`AppError::Invalid`] for a device that the register gives to somebody else; as [`ask_reset_at_desk`].
pub async fn ask_own_reset(
    app: &App,
    permit: Permit<AcceptOwn>,
    new: NewReset,
    can_change: bool,
) -> Result<ResetId, AppError> {
    let digest = crate::form_digest(&new.form)?;
    let new = NewReset { came: ResetCame::SignedIn, ..new };
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let device = device_of(tx, new.device)?;
            let actor = permit.actor();
            let Some(person) = actor.person.filter(|person| device.holder == Some(*person)) else {
                return Err(AppError::invalid(
                    "device",
                    format!("the register gives this device to somebody else; {}", crate::ring(&app)),
                ));
            };
            if let Some(before) = resets::by_form(tx, &digest)? {
                return Ok(before.id);
            }
            let state = match new.cause {
                ResetCause::Known if can_change => ResetState::Changing,
                ResetCause::Known | ResetCause::Forgotten => ResetState::Proving,
            };
            let by = Voice::from(actor);
            begin(Work { app: &app, tx, now }, &Beginning { new: &new, digest, device, person, state, by })
        })
        .await
}

/// Reads a device that is in use, under its lock.
fn device_of(tx: &mut Tx<'_>, id: DeviceId) -> Result<Device, AppError> {
    locks::take(tx, Lock::Device(id))?;
    devices::by_id(tx, id)?
        .filter(|device| device.retired_at.is_none())
        .ok_or_else(|| AppError::not_found("device", id))
}

fn begin(Work { app, tx, now }: Work<'_, '_>, of: &Beginning<'_>) -> Result<ResetId, AppError> {
    let (new, device) = (of.new, &of.device);
    if let Some(open) = resets::open_of_device(tx, device.id)? {
        return Ok(open.id);
    }
    let kind = kind_of(new.cause);
    crate::known_kind(app, kind)?;
    if new.came == ResetCame::SignedIn {
        refuse_own_if_lost(app, tx, device.id)?;
    }
    refuse_if_lost(tx, device.id)?;
    let most = app.policy().library().count("password-requests-a-week").unwrap_or(A_WEEK);
    if resets::count_since(tx, of.person, now.minus(WEEK))? >= most {
        let whom = who_follows(Work { app, tx, now }, of)?;
        return Err(AppError::Conflict(format!(
            "{most} requests about this person's passwords came within a week, and no more are taken; Information Security decides \
             what follows: {whom}"
        )));
    }
    let case = case_for(Work { app, tx, now }, of)?;
    let until = match of.state {
        ResetState::Changing => now.plus(limits(app).remind_after),
        _ => now.plus(limits(app).decided_within),
    };
    let row = Reset {
        id: ResetId::from_uuid(app.world().uuid()),
        force: device.force,
        case,
        device: device.id,
        person: of.person,
        cause: new.cause,
        came: new.came,
        privileged: super::is_privileged(Work { app, tx, now }, of.person)?,
        opened_by: of.by.name.to_owned(),
        opened_at: now,
        form_digest: of.digest.clone(),
        state: of.state,
        asked: None,
        decided: None,
        command: None,
        cleared_at: None,
        number: None,
        vouch_asked_at: None,
        reminders: 0,
        ended_at: None,
        next_at: Some(until),
    };
    resets::add(tx, &row)?;
    let subject = device.id.to_string();
    kernel::jobs::ask_job(app, tx, kernel::jobs::Kind::FollowReset, &subject, until)?;
    super::enter(app, tx, &row, of.by, Entered::new("reset.opened").reason(new.came.as_str()))?;
    tell_of_opening(app, tx, &row)?;
    Ok(row.id)
}

/// Says whom to ring about too many requests: Information Security by name at the desk, and the desk for the holder.
fn who_follows(Work { app, tx, now }: Work<'_, '_>, of: &Beginning<'_>) -> Result<String, AppError> {
    if of.new.came == ResetCame::SignedIn {
        return Ok(crate::ring(app));
    }
    let people = with_role(tx, of.device.force, Role::InformationSecurity, now, &[])?;
    Ok(match people.is_empty() {
        true => "nobody has that role yet, and an administrator gives it".to_owned(),
        false => format!("ring {}", people.join("; or ")),
    })
}

/// Refuses the same to the holder, who closes no case.
fn refuse_own_if_lost(app: &App, tx: &mut Tx<'_>, device: DeviceId) -> Result<(), AppError> {
    if crate::open_case_of(tx, device, LOST)?.is_none() {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "this device is reported lost: whoever has it could open it once its password is cleared. Once you have it in hand again, {}: \
         they close the case of the loss",
        crate::ring(app)
    )))
}

/// Refuses to open a lost device for whoever has it, and says to the desk what closes its loss.
pub(super) fn refuse_if_lost(tx: &mut Tx<'_>, device: DeviceId) -> Result<(), AppError> {
    let Some(lost) = crate::open_case_of(tx, device, LOST)? else { return Ok(()) };
    Err(AppError::Conflict(format!(
        "this device is reported lost: whoever has it could open it once its password is cleared. When its holder has it in hand, press \
         \u{201c}Close the case\u{201d} on the page of the case C-{}, and then try again",
        lost.number
    )))
}

fn says(new: &NewReset) -> &'static str {
    match (new.cause, new.came) {
        (ResetCause::Forgotten, ResetCame::Telephone) => "A caller has forgotten the password",
        (ResetCause::Forgotten, ResetCame::InPerson) => "Somebody at the desk has forgotten the password",
        (ResetCause::Forgotten, ResetCame::SignedIn) => "The holder has forgotten the password",
        (ResetCause::Known, ResetCame::Telephone) => "A caller says that somebody may know the password",
        (ResetCause::Known, ResetCame::InPerson) => {
            "Somebody at the desk says that the password may be known"
        }
        (ResetCause::Known, ResetCame::SignedIn) => "The holder says that somebody may know the password",
    }
}

/// Opens the case of a request, or joins the one that is open.
fn case_for(Work { app, tx, now }: Work<'_, '_>, of: &Beginning<'_>) -> Result<CaseId, AppError> {
    let kind = kind_of(of.new.cause);
    if let Some(open) = crate::open_case_of(tx, of.device.id, kind)? {
        locks::take(tx, Lock::Case(open.id))?;
        cases_app::say(Work { app, tx, now }, open.id, of.by.shown, says(of.new))?;
        return Ok(open.id);
    }
    let what = match of.new.cause {
        ResetCause::Forgotten => "password forgotten",
        ResetCause::Known => "password may be known to somebody",
    };
    let opening = Opening {
        kind,
        force: of.device.force,
        device: Some(of.device.id),
        person: Some(of.person),
        clause: cases_app::clause_of_procedure(app, kind),
        title: format!("{}: {what}", cases_app::device_item(&of.device).title),
        date: None,
        event: None,
        place: None,
        items: Vec::new(),
        says: (of.by.shown, says(of.new)),
    };
    cases_app::open_case(Work { app, tx, now }, &opening)
}

/// Tells the holder that somebody asked in their name, unless they did so themselves.
fn tell_of_opening(app: &App, tx: &mut Tx<'_>, row: &Reset) -> Result<(), AppError> {
    if row.came == ResetCame::SignedIn {
        return Ok(());
    }
    let body = format!(
        "The Service Desk was asked to have the password of your device changed or cleared. If that was not you, say so on the page \
         that this leads to, or {} now.",
        crate::ring(app)
    );
    super::tell_holder(app, tx, row, "Somebody asked for a new password for your device", &body)
}
