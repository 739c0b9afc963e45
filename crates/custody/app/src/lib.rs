//! Records custody: who has had what, hand-over by hand-over, each signed by both sides.
//!
//! A hand-over is drafted, signed twice and then complete; only then does a device change its holder. People sign exactly what
//! was shown ([`shown::Shown`]): each signature carries its digest, a change of the draft voids the existing signatures, and the
//! record of both ([`record::SignedRecord`]) is stored sealed, as data and as a document.
//!
//! Not here: how a record is drawn (`paper`), the work that a return closes (cases), and the intended holder alone of a device
//! that is not enrolled yet ([`crate::register::set_holder`]).

pub mod register;

mod change;
mod complete;
mod counts;
mod draft;
mod places;
pub mod read;
pub mod record;
mod returns;
mod scan;
pub mod shown;
mod sign;
mod taken;
mod views;

pub use change::expire_handover;
pub(crate) use change::withdraw_open;
pub use change::{change_handover, refuse_handover, withdraw_handover};
pub use counts::{close_count, count, counts, open_count, scan_into_count};
pub use draft::draft_handover;
pub use places::{add_place, close_place, places};
pub use returns::return_many;
pub use scan::{label, particulars, scan};
pub use sign::{sign_at_desk, sign_own};

pub use change::ChangedHandover;
pub use counts::{CountLine, CountRead, Difference, Explained};
pub use draft::{NewHandover, NewItem};
pub use places::NewPlace;
pub use returns::{BulkReturn, Returned};
pub use scan::DeviceLabel;
pub use sign::{How, Signed, Signing};
pub use taken::complete_held;
pub use views::{AssetView, CountView, HandoverView, PlaceView, SignatureView, ThingView};

use domain::{DeviceId, Force, HandoverId, HandoverState, Party, SettingValue, Span, Timestamp};
use policy::ParameterValue;
use store::assets::Asset;
use store::devices::Device;
use store::handovers::{Handover, Item, Signature};
use store::locks::{self, Lock};
use store::{Tx, assets, devices, handovers, people};

use kernel::access::{Action, ManageRegister, Permit};
use kernel::{App, AppError};

/// Force parameter for the time within which a draft may be signed.
const EXPIRES_PARAMETER: &str = "custody-draft-expires";
/// Time within which a draft may be signed where the force's parameters do not say: seven days.
const EXPIRES_AFTER: Span = Span::from_secs(7 * 24 * 3600);
/// Force parameter that says whether a device may be issued to somebody who has not accepted the terms.
const WITHOUT_TERMS_PARAMETER: &str = "issue-without-terms";

/// Hand-over with its things and signatures.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub handover: Handover,
    pub things: Vec<Thing>,
    pub signatures: Vec<Signature>,
}

/// Thing of a hand-over, with its entry in the register.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    /// Condition in which it changes hands.
    pub(crate) item: Item,
    /// Device in the register.
    pub(crate) device: Device,
    /// Particulars of the device.
    pub(crate) asset: Asset,
}

impl Loaded {
    /// Returns the valid signature of a side: one of the version that is shown.
    pub(crate) fn signature(&self, side: domain::Side) -> Option<&Signature> {
        self.signatures
            .iter()
            .find(|signature| signature.side == side && signature.version == self.handover.version)
    }

    /// Returns the present state: a draft that nobody signed in time has expired, even if no job has recorded that yet.
    pub(crate) fn state(&self, now: Timestamp) -> HandoverState {
        state_at(&self.handover, now)
    }
}

/// Returns the present state of a hand-over.
pub(crate) fn state_at(handover: &Handover, now: Timestamp) -> HandoverState {
    if handover.state == HandoverState::Draft && handover.expires_at <= now {
        HandoverState::Expired
    } else {
        handover.state
    }
}

/// Returns the reference of the hand-over of a number: `H-1001`.
#[must_use]
pub fn reference(number: i64) -> String {
    format!("H-{number}")
}

/// Returns the name of a hand-over in the ledger.
pub(crate) fn subject(id: HandoverId) -> String {
    format!("custody:{id}")
}

/// Refuses a hand-over if the permit covers neither side.
fn reaches<A: Action>(permit: &Permit<A>, handover: &Handover) -> Result<(), AppError> {
    let other = handover.to_force.unwrap_or(handover.force);
    if permit.scope().covers(other) { Ok(()) } else { Ok(permit.reaches(handover.force)?) }
}

/// Names a party for people.
pub(crate) fn named(tx: &mut Tx<'_>, party: Party) -> Result<String, AppError> {
    Ok(match party {
        Party::Person(id) => {
            let person = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
            format!("{} ({})", person.name, person.number)
        }
        Party::Place(id) => {
            assets::place_by_id(tx, id)?.ok_or_else(|| AppError::not_found("place", id))?.name
        }
    })
}

/// Ends a draft, or reports that somebody else did.
fn end(
    tx: &mut Tx<'_>,
    id: HandoverId,
    state: HandoverState,
    at: Timestamp,
    why: &str,
) -> Result<(), AppError> {
    if handovers::end(tx, id, state, at, why)? {
        return Ok(());
    }
    Err(AppError::Conflict("this hand-over has come to its end; open it again".into()))
}

fn load(tx: &mut Tx<'_>, id: HandoverId) -> Result<Loaded, AppError> {
    let handover = handovers::by_id(tx, id)?.ok_or_else(|| AppError::not_found("hand-over", id))?;
    let mut things = Vec::new();
    for item in handovers::items(tx, id)? {
        let (device, asset) = entry(tx, item.device)?;
        things.push(Thing { item, device, asset });
    }
    Ok(Loaded { signatures: handovers::signatures(tx, id)?, handover, things })
}

/// Loads a hand-over as [`load`] does, with the locks of its things: anybody else who signs, changes or ends it, or does anything
/// with one of its things, comes before or after.
fn load_locked(tx: &mut Tx<'_>, id: HandoverId) -> Result<Loaded, AppError> {
    let things = handovers::items(tx, id)?.iter().map(|item| Lock::Device(item.device)).collect();
    locks::take_all(tx, things)?;
    load(tx, id)
}

fn entry(tx: &mut Tx<'_>, id: DeviceId) -> Result<(Device, Asset), AppError> {
    let device = devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?;
    let asset = assets::of(tx, &device)?;
    Ok((device, asset))
}

/// Refuses a hand-over if the permit covers neither side, before anything else of it is read.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn handover_reaches(
    app: &App,
    permit: &Permit<ManageRegister>,
    id: HandoverId,
) -> Result<(), AppError> {
    let found = app.store().read(move |tx| handovers::by_id(tx, id)).await?;
    reaches(permit, &found.ok_or_else(|| AppError::not_found("hand-over", id))?)
}

/// Returns the time within which a draft may be signed.
fn draft_lifetime(app: &App) -> Span {
    match app.policy().library().parameters().get(EXPIRES_PARAMETER).map(|known| &known.value) {
        Some(ParameterValue::Span(span)) => *span,
        _ => EXPIRES_AFTER,
    }
}

/// Returns whether somebody who has not accepted the terms may be given a device. A missing parameter is no permission.
fn issues_without_terms(app: &App) -> bool {
    let policy = app.policy();
    let set = policy.library().parameters().get(WITHOUT_TERMS_PARAMETER).map(|known| &known.value);
    matches!(set, Some(ParameterValue::Setting(SettingValue::Bool(true))))
}

/// Refuses a person who may not be given a device, because they left or have not accepted the terms.
fn may_receive(app: &App, tx: &mut Tx<'_>, person: domain::PersonId, force: Force) -> Result<(), AppError> {
    let found = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
    let refuse = |why: String| Err(AppError::invalid("receiver", why));
    if found.force != force {
        return refuse(format!("{} belongs to another force; transfer the device first", found.name));
    }
    if found.ended_at.is_some() {
        return refuse(format!("{} is no longer on the books; nothing can be issued to them", found.name));
    }
    let missing = terms_app::terms_missing(app, tx, person)?;
    if missing.is_empty() || issues_without_terms(app) {
        return Ok(());
    }
    refuse(format!(
        "{} has not accepted the current terms of {}; ask them to, then issue the device",
        found.name,
        missing.join(", ")
    ))
}
