//! Limits how many devices hand-overs take from holders, places or the force: counts them, and holds those beyond a cap.
//! Counted are hand-overs that take devices from their holders, out of a store or workshop into another, or out of the force's
//! property.
//!
//! A holder who signs under their own sign-in gives the device; nobody takes it. Every other way, such as a name typed at the
//! counter, a return without its giver, or a store or workshop that gives, relies on the word of the clerks, and counts as taken
//! by the one who completes it. What a store gives to a person who signs for it takes nothing from anybody.

use domain::{
    BurstId, Deed, DeviceId, HandoverId, HandoverKind, HandoverState, HeldId, HeldState, Party, Side,
};

use store::devices;
use store::handovers::Signature;

use super::Loaded;
use super::record::SignedRecord;
use super::shown::Shown;
use super::sign::{Ask, How, OWN, Prepared};
use devices_app::caps;
use devices_app::caps::{Act, HeldDeed, Verdict};
use kernel::access::Actor;
use kernel::{App, AppError, Work};

/// Lists the devices that a hand-over takes.
fn taken(loaded: &Loaded, giver: &Signature) -> Vec<DeviceId> {
    let handover = &loaded.handover;
    let from_place = matches!(handover.party(Side::Giver), Party::Place(_));
    let given = giver.how == OWN && !from_place;
    let is_taken = |device: &devices::Device| match (handover.kind, handover.receiver) {
        (HandoverKind::Disposal, _) => true,
        (_, Party::Place(_)) if from_place => true,
        // The person who brought it for repair is still responsible for it, and no longer has it.
        (HandoverKind::Repair, _) => !given,
        (_, Party::Person(receiver)) => device.holder.is_some_and(|holder| holder != receiver) && !given,
        (_, Party::Place(_)) => device.holder.is_some() && !given,
    };
    loaded.things.iter().map(|thing| &thing.device).filter(|device| is_taken(device)).map(|d| d.id).collect()
}

/// Counts what a hand-over takes, at its second signature; returns the burst in which it is held if it exceeds a cap.
pub(super) fn held(
    Work { app, tx, now }: Work<'_, '_>,
    loaded: &Loaded,
    giver: &Signature,
    by: &str,
) -> Result<Option<BurstId>, AppError> {
    let devices = taken(loaded, giver);
    let Some(first) = devices.first() else { return Ok(None) };
    let force = loaded.handover.force;
    let act = Act { force, deed: Deed::HandOver, devices: &devices, by, loss: None };
    let Verdict::Hold(burst) = caps::admit(Work { app, tx, now }, &act)? else { return Ok(None) };
    let what = HeldDeed::HandOver { handover: loaded.handover.id };
    caps::hold_act(Work { app, tx, now }, burst, *first, &what, by)?;
    Ok(Some(burst))
}

/// Completes a hand-over that both sides signed, that was held, and that a second person released.
///
/// # Errors
/// [`AppError::Conflict`] if it was changed or ended in the meantime, or a thing is no longer as it was.
pub async fn complete_held(app: &App, id: HandoverId, act: HeldId) -> Result<(), AppError> {
    let now = app.world().now();
    let own = app.clone();
    let record = app.store().read(move |tx| signed(Work { app: &own, tx, now }, id)).await?;
    let prepared = Prepared { data: record.bytes()?, pdf: record.pdf(app.policy().forces())? };
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            if !devices_app::caps::end_act(tx, act, HeldState::Done, now, None)? {
                return Ok(());
            }
            let loaded = crate::load_locked(tx, id)?;
            if signed(Work { app: &app, tx, now }, id)?.bytes()? != prepared.data {
                return Err(changed());
            }
            let ask = Ask {
                id,
                side: Side::Receiver,
                shown: Shown::of(tx, &loaded)?.digest()?,
                how: How::OwnSignIn,
                actor: Actor::system(),
                at: now,
            };
            crate::complete::complete(Work { app: &app, tx, now }, &ask.actor, &loaded)?;
            crate::sign::keep_record(&app, tx, &ask, &loaded, &prepared)
        })
        .await
}

/// Returns the record of both signatures as it is now.
fn signed(Work { app, tx, now }: Work<'_, '_>, id: HandoverId) -> Result<SignedRecord, AppError> {
    let loaded = crate::load(tx, id)?;
    let both = (loaded.signature(Side::Giver), loaded.signature(Side::Receiver));
    let (Some(giver), Some(receiver)) = both else { return Err(changed()) };
    let shown = Shown::of(tx, &loaded)?;
    let digest = shown.digest()?;
    if loaded.state(now) != HandoverState::Draft || giver.digest != digest || receiver.digest != digest {
        return Err(changed());
    }
    Ok(SignedRecord::of(shown, [giver, receiver], now, app.policy().forces()))
}

fn changed() -> AppError {
    AppError::Conflict("the hand-over was changed or ended while it was held; draft it again".into())
}
