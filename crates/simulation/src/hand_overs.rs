//! The demo's custody: two stores and a workshop, some devices issued and signed for, a loan, a repair, and one hand-over
//! that waits for its second signature.

use anyhow::Context as _;
use custody_app::{How, NewHandover, NewItem, NewPlace, Signing};
use domain::{Condition, Force, HandoverId, HandoverKind, IdentityCheck, PlaceId, PlaceKind, Side, Span};
use kernel::App;
use kernel::access::{Actor, permit};

use super::cast::{Cast, Kit, Someone};

/// How many devices, the first ones, were issued with two signatures.
const ISSUED: usize = 10;
/// The one that is lent, the one that is mended, and the one that waits: places among the devices.
const LENT: usize = 12;
const MENDED: usize = 2;
const WAITS: usize = 14;

/// Enters the places and hand-overs, unless they are there.
///
/// # Errors
/// Where a use case refuses, which the cast is made not to bring about.
pub async fn seed(app: &App, cast: &Cast, actor: &Actor) -> anyhow::Result<()> {
    if !custody_app::places(app, permit(actor)?, true).await?.is_empty() {
        return Ok(());
    }
    let mut stores = Vec::new();
    for force in cast.forces().iter().copied() {
        stores.push((force, place(app, actor, force, PlaceKind::Store, "ICT stores").await?));
    }
    let first = cast.forces().first().copied().context("the cast has a force")?;
    let workshop = place(app, actor, first, PlaceKind::Workshop, "ICT workshop").await?;
    let (people, devices) = (cast.people(), cast.devices());
    for (at, kit) in devices.iter().enumerate().filter(|(at, _)| *at < ISSUED || *at == LENT || *at == WAITS)
    {
        let Some(holder) = kit.holder.and_then(|holder| people.get(holder)) else { continue };
        let Some((_, store)) = stores.iter().find(|(force, _)| *force == kit.force) else { continue };
        let kind = if at == LENT { HandoverKind::Loan } else { HandoverKind::Issue };
        let id = draft(app, actor, New { kind, kit, receiver: Some(holder) }, *store).await?;
        if at != WAITS {
            sign(app, actor, id, Side::Receiver, holder).await?;
        }
    }
    let mended = devices.get(MENDED).context("the cast has devices")?;
    if let Some(holder) = mended.holder.and_then(|holder| people.get(holder)) {
        let new = New { kind: HandoverKind::Repair, kit: mended, receiver: None };
        let id = draft(app, actor, new, workshop).await?;
        sign(app, actor, id, Side::Giver, holder).await?;
    }
    Ok(())
}

async fn place(
    app: &App,
    actor: &Actor,
    force: Force,
    kind: PlaceKind,
    name: &str,
) -> anyhow::Result<PlaceId> {
    let new = NewPlace {
        force: Some(force),
        kind: Some(kind),
        name: name.to_owned(),
        approved_by: "Director of ICT".to_owned(),
    };
    Ok(custody_app::add_place(app, permit(actor)?, new).await?)
}

/// One thing that changes hands.
struct New<'a> {
    kind: HandoverKind,
    kit: &'a Kit,
    receiver: Option<&'a Someone>,
}

async fn draft(
    app: &App,
    actor: &Actor,
    New { kind, kit, receiver }: New<'_>,
    place: PlaceId,
) -> anyhow::Result<HandoverId> {
    let serial = kit.serial.clone();
    let device = app.store().read(move |tx| store::devices::by_serial(tx, &serial)).await?;
    let item = NewItem {
        device: device.with_context(|| format!("{} is in the register", kit.serial))?.id,
        condition: if kind == HandoverKind::Repair { Condition::Faulty } else { Condition::Good },
        with_it: "Charger, case".to_owned(),
        missing: String::new(),
        note: String::new(),
    };
    let new = NewHandover {
        kind,
        items: vec![item],
        also: Vec::new(),
        receiver: receiver.map(|receiver| receiver.number.clone()).unwrap_or_default(),
        place: Some(place),
        due_back_at: Some(app.world().now().plus(Span::from_secs(3 * 24 * 3600))),
        disposal: None,
        certificate: String::new(),
        note: if kind == HandoverKind::Repair { "Its screen stays dark".to_owned() } else { String::new() },
    };
    Ok(custody_app::draft_handover(app, permit(actor)?, new).await?)
}

/// Lets both sides sign: a person at the counter, and the desk for the place on the other side.
async fn sign(app: &App, actor: &Actor, id: HandoverId, side: Side, person: &Someone) -> anyhow::Result<()> {
    let shown = custody_app::read::handover(app, permit(actor)?, id).await?.digest;
    let counter = How::Counter { check: IdentityCheck::WarrantCard, name: person.name.clone() };
    let desk = Signing { side: side.other(), shown: &shown, how: How::OwnSignIn };
    custody_app::sign_at_desk(app, permit(actor)?, id, desk).await?;
    custody_app::sign_at_desk(app, permit(actor)?, id, Signing { side, shown: &shown, how: counter }).await?;
    Ok(())
}
