//! Reads custody for pages: one hand-over, the open ones, a device's chain, what a person holds and has held.

use domain::{DeviceId, HandoverId, HandoverKind, HandoverState, Party, PersonId, Side, Timestamp};
use kernel::named::NamedDevice;
use store::handovers::{self, Handover};
use store::{Tx, assets, devices};

use super::shown::Shown;
use super::{AssetView, HandoverView, Loaded, SignatureView, ThingView, named, reaches, state_at};
use kernel::access::{
    Actor, ManageRegister, Permit, PermitWithin, SeeCustody, SeeDevices, SeePeople, SignHandovers,
};
use kernel::{App, AppError, access};

/// Number of hand-overs that a device's or person's page shows.
const CHAIN: usize = 100;
/// Number of late loans that a list shows.
const LATE: u32 = 200;

/// Hand-over, as one reader may see and sign it.
#[derive(Debug, Clone)]
pub struct HandoverRead {
    /// Record of the hand-over.
    pub handover: HandoverView,
    /// Present state.
    pub state: HandoverState,
    /// Content that is shown to both sides.
    pub shown: Shown,
    /// Digest of exactly that content; a signature sends it back.
    pub digest: String,
    /// Things that change hands.
    pub things: Vec<ThingView>,
    /// Both sides, the giver first.
    pub sides: Vec<SideRead>,
    /// Signatures of former versions, which a change voided.
    pub voided: Vec<SignatureView>,
    /// Digests of the record, once both have signed: data and document.
    pub record: Option<(String, String)>,
}

/// One side of a hand-over.
#[derive(Debug, Clone)]
pub struct SideRead {
    /// Side of the hand-over.
    pub side: Side,
    /// Party on that side.
    pub party: Party,
    /// Valid signature, if there is one.
    pub signature: Option<SignatureView>,
    /// Statement that the reader would make by signing, if they may sign this side now.
    pub own: Option<String>,
    /// Set where the reader may have the person sign at the counter.
    pub counter: bool,
    /// Set where the reader may record that it came back without its giver.
    pub absent: bool,
}

/// Choice of hand-overs for a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct HandoverFilter {
    /// State that they have; `None` for every state.
    pub state: Option<HandoverState>,
    /// Effect on custody that they have; `None` for every effect.
    pub kind: Option<HandoverKind>,
}

/// Hand-over in a list.
#[derive(Debug, Clone)]
pub struct HandoverRow {
    /// Record of the hand-over.
    pub handover: HandoverView,
    /// Present state.
    pub state: HandoverState,
    /// Name of the giver.
    pub giver: String,
    /// Name of the receiver.
    pub receiver: String,
    /// Serial numbers of the things that change hands.
    pub serials: Vec<String>,
    /// Sides that have signed the present version.
    pub signed: Vec<Side>,
}

/// Custody of one device, for its page.
#[derive(Debug, Clone)]
pub struct ChainRead {
    /// Particulars in the register.
    pub asset: AssetView,
    /// Store or workshop where it is.
    pub place: Option<String>,
    /// Set where an unfinished draft of a hand-over exists.
    pub in_draft: bool,
    /// All hand-overs, newest first; `None` where the reader may not see them.
    pub chain: Option<Vec<HandoverRow>>,
}

/// Loan that is past its day.
#[derive(Debug, Clone)]
pub struct LateRow {
    /// Device on loan.
    pub device: NamedDevice,
    /// Holder of the device.
    pub holder: Option<String>,
    /// Time at which it was due back.
    pub due_back_at: Timestamp,
}

/// Returns the side on which an actor takes part as a person.
pub(super) fn own_side(handover: &Handover, actor: &Actor) -> Option<Side> {
    let own = Party::Person(actor.person?);
    [Side::Giver, Side::Receiver].into_iter().find(|side| handover.party(*side) == own)
}

/// Finds a hand-over by its reference, `H-1001`, or by its id.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn handover_named(
    app: &App,
    permit: &Permit<SeeCustody>,
    name: &str,
) -> Result<HandoverId, AppError> {
    let name = name.trim().to_uppercase();
    let number = name.strip_prefix("H-").unwrap_or(&name).parse::<i64>().ok();
    let (id, asked) = (name.to_lowercase().parse::<HandoverId>().ok(), name);
    let found = app
        .store()
        .read(move |tx| match (number, id) {
            (Some(number), _) => handovers::by_number(tx, number),
            (None, Some(id)) => handovers::by_id(tx, id),
            (None, None) => Ok(None),
        })
        .await?
        .ok_or_else(|| AppError::not_found("hand-over", asked))?;
    reaches(permit, &found)?;
    Ok(found.id)
}

/// Reads one hand-over, for people who may see custody.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn handover(
    app: &App,
    permit: Permit<SeeCustody>,
    id: HandoverId,
) -> Result<HandoverRead, AppError> {
    let now = app.world().now();
    app.store()
        .read(move |tx| {
            let loaded = crate::load(tx, id)?;
            reaches(&permit, &loaded.handover)?;
            hand_over_read(tx, permit.actor(), loaded, now)
        })
        .await
}

/// Reads one hand-over, for one of its two sides.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else.
pub async fn own_handover(
    app: &App,
    permit: PermitWithin<SignHandovers>,
    id: HandoverId,
) -> Result<HandoverRead, AppError> {
    let now = app.world().now();
    app.store()
        .read(move |tx| {
            let loaded = crate::load(tx, id)?;
            own_side(&loaded.handover, permit.actor()).ok_or_else(|| AppError::not_found("hand-over", id))?;
            hand_over_read(tx, permit.actor(), loaded, now)
        })
        .await
}

/// Lists hand-overs, newest first, starting after the given one.
///
/// # Errors
/// Only if the database does not answer.
pub async fn handovers(
    app: &App,
    permit: Permit<SeeCustody>,
    filter: HandoverFilter,
    after: Option<(Timestamp, HandoverId)>,
    limit: u32,
) -> Result<Vec<HandoverRow>, AppError> {
    let (now, force) = (app.world().now(), permit.scope().force());
    app.store()
        .read(move |tx| {
            let found = handovers::list(
                tx,
                &handovers::HandoverFilter { force, state: filter.state, kind: filter.kind, after },
                limit,
            )?;
            found.into_iter().map(|handover| row(tx, handover, now)).collect()
        })
        .await
}

/// Lists loans past their day, the oldest first.
///
/// # Errors
/// Only if the database does not answer.
pub async fn late_loans(app: &App, permit: Permit<SeeCustody>) -> Result<Vec<LateRow>, AppError> {
    let (now, force) = (app.world().now(), permit.scope().force());
    app.store()
        .read(move |tx| {
            let mut rows = Vec::new();
            for (id, due_back_at) in assets::late(tx, force, now, LATE)? {
                let Some(device) = devices::by_id(tx, id)? else { continue };
                let holder = device.holder.map(|holder| named(tx, Party::Person(holder))).transpose()?;
                rows.push(LateRow { device: device.into(), holder, due_back_at });
            }
            Ok(rows)
        })
        .await
}

/// Reads a device's entry in the register and its chain of custody.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn custody_of(
    app: &App,
    permit: impl Into<PermitWithin<SeeDevices>>,
    id: DeviceId,
) -> Result<ChainRead, AppError> {
    let (permit, now) = (permit.into(), app.world().now());
    app.store()
        .read(move |tx| {
            let (device, asset) = crate::entry(tx, id)?;
            let holder = device.holder.map(|holder| store::people::by_id(tx, holder)).transpose()?.flatten();
            permit.reaches_held(device.force, holder.as_ref())?;
            let place = asset.place.map(|place| named(tx, Party::Place(place))).transpose()?;
            let all = handovers::of_device(tx, id)?.into_iter().take(CHAIN);
            let mut chain = Vec::new();
            for handover in all {
                chain.push(row(tx, handover, now)?);
            }
            let in_draft = chain.iter().any(|row| row.state == HandoverState::Draft);
            let sees = access::may_held::<SeeCustody>(permit.actor(), device.force, holder.as_ref());
            Ok(ChainRead { asset: asset.into(), place, in_draft, chain: sees.then_some(chain) })
        })
        .await
}

/// Lists the hand-overs in which a person takes part, newest first.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn custody_of_person(
    app: &App,
    permit: impl Into<PermitWithin<SeePeople>>,
    id: PersonId,
) -> Result<Vec<HandoverRow>, AppError> {
    let (permit, now) = (permit.into(), app.world().now());
    app.store()
        .read(move |tx| {
            let person = store::people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
            permit.reaches_person(&person)?;
            let all = handovers::of_person(tx, id)?;
            all.into_iter().take(CHAIN).map(|handover| row(tx, handover, now)).collect()
        })
        .await
}

/// Lists the hand-overs that wait for a person's own signature, as things to do.
pub fn to_sign(
    tx: &mut Tx<'_>,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<kernel::todo::Todo>, AppError> {
    let mut todos = Vec::new();
    for handover in handovers::of_person(tx, person)? {
        if state_at(&handover, now) != HandoverState::Draft {
            continue;
        }
        let own = Party::Person(person);
        let side = if handover.giver == own { Side::Giver } else { Side::Receiver };
        let row = row(tx, handover, now)?;
        if !row.signed.contains(&side) {
            let does =
                if side == Side::Giver { "Confirm that you gave" } else { "Confirm that you received" };
            todos.push(kernel::todo::Todo {
                title: format!("{does}: {}", row.serials.join(", ")),
                href: format!("/me/custody/{}", row.handover.id),
                due: Some(row.handover.expires_at),
            });
        }
    }
    Ok(todos)
}

/// Makes the row of a hand-over in a list.
fn row(tx: &mut Tx<'_>, handover: Handover, now: Timestamp) -> Result<HandoverRow, AppError> {
    let mut serials = Vec::new();
    for item in handovers::items(tx, handover.id)? {
        serials.extend(devices::by_id(tx, item.device)?.map(|device| device.serial));
    }
    let signed = handovers::signatures(tx, handover.id)?
        .iter()
        .filter(|signature| signature.version == handover.version)
        .map(|signature| signature.side)
        .collect();
    Ok(HandoverRow {
        giver: named(tx, handover.giver)?,
        receiver: named(tx, handover.receiver)?,
        state: state_at(&handover, now),
        serials,
        signed,
        handover: handover.into(),
    })
}

fn hand_over_read(
    tx: &mut Tx<'_>,
    actor: &Actor,
    loaded: Loaded,
    now: Timestamp,
) -> Result<HandoverRead, AppError> {
    let shown = Shown::of(tx, &loaded)?;
    let state = loaded.state(now);
    let reading = Reading { actor, loaded: &loaded, shown: &shown, state };
    let mut sides = Vec::new();
    for side in [Side::Giver, Side::Receiver] {
        sides.push(reading.side(tx, side)?);
    }
    let record = handovers::kept(tx, loaded.handover.id)?.map(|kept| (kept.data_digest, kept.pdf_digest));
    let version = loaded.handover.version;
    Ok(HandoverRead {
        digest: shown.digest()?,
        voided: loaded
            .signatures
            .into_iter()
            .filter(|signature| signature.version != version)
            .map(SignatureView::from)
            .collect(),
        handover: loaded.handover.into(),
        things: loaded.things.into_iter().map(ThingView::from).collect(),
        sides,
        state,
        shown,
        record,
    })
}

/// Hand-over that is read for one actor.
struct Reading<'a> {
    actor: &'a Actor,
    loaded: &'a Loaded,
    shown: &'a Shown,
    state: HandoverState,
}

impl Reading<'_> {
    /// Reads one side of it.
    fn side(&self, tx: &mut Tx<'_>, side: Side) -> Result<SideRead, AppError> {
        let Self { actor, loaded, shown, state } = *self;
        let party = loaded.handover.party(side);
        let signature = loaded.signature(side).cloned();
        let open = state == HandoverState::Draft && signature.is_none();
        let force = loaded.handover.force_of(side);
        let desk = access::permit::<ManageRegister>(actor).is_ok_and(|permit| permit.scope().covers(force));
        let own = match party {
            Party::Person(person) => actor.person == Some(person),
            Party::Place(_) => desk && !super::sign::on_other_side(tx, actor, side, loaded)?,
        };
        let name = match party {
            Party::Person(_) => shown.party(side).name.clone(),
            Party::Place(_) => actor.shown.clone(),
        };
        let counter = open && desk && !own && matches!(party, Party::Person(_));
        Ok(SideRead {
            side,
            party,
            signature: signature.map(SignatureView::from),
            own: (open && own).then(|| shown.statement(side, &name)),
            counter,
            absent: counter && side == Side::Giver && loaded.handover.kind == HandoverKind::Return,
        })
    }
}
