//! What pages show of custody, made from its rows.

use domain::{
    AssetClass, Condition, CountId, Disposal, Force, HandoverId, HandoverKind, PlaceId, PlaceKind, Side,
    Standing, Timestamp, Use,
};
use kernel::named::NamedDevice;
use store::{assets, counts, handovers};

use crate::Thing;

/// The particulars of a device in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetView {
    /// Its class of property.
    pub class: AssetClass,
    /// Personal issue or pool.
    pub held_as: Use,
    /// Its state by the last signed hand-over.
    pub standing: Standing,
    /// The store or workshop that it is in, if any.
    pub place: Option<PlaceId>,
    /// When a loan is due back.
    pub due_back_at: Option<Timestamp>,
    /// Who made it.
    pub maker: Option<String>,
    /// Equipment identity of its radio, 15 digits.
    pub imei: Option<String>,
    /// Number of its SIM, 18 to 22 digits.
    pub iccid: Option<String>,
    /// Number of its embedded SIM, 32 digits.
    pub eid: Option<String>,
    /// Day of purchase, `2026-11-22`.
    pub bought_on: Option<String>,
}

impl From<assets::Asset> for AssetView {
    fn from(row: assets::Asset) -> Self {
        Self {
            class: row.class,
            held_as: row.held_as,
            standing: row.standing,
            place: row.place,
            due_back_at: row.due_back_at,
            maker: row.maker,
            imei: row.imei,
            iccid: row.iccid,
            eid: row.eid,
            bought_on: row.bought_on,
        }
    }
}

/// A store or workshop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceView {
    /// Its id.
    pub id: PlaceId,
    /// The force that it belongs to.
    pub force: Force,
    /// What it is.
    pub kind: PlaceKind,
    /// Its name, unique in the force.
    pub name: String,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

impl From<assets::Place> for PlaceView {
    fn from(row: assets::Place) -> Self {
        Self { id: row.id, force: row.force, kind: row.kind, name: row.name, closed_at: row.closed_at }
    }
}

/// A stock count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountView {
    /// Its id.
    pub id: CountId,
    /// The number that people say.
    pub number: i64,
    /// The force that it belongs to.
    pub force: Force,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
}

impl From<counts::Count> for CountView {
    fn from(row: counts::Count) -> Self {
        Self {
            id: row.id,
            number: row.number,
            force: row.force,
            opened_at: row.opened_at,
            closed: row.closed.map(|(_, at)| at),
        }
    }
}

/// A hand-over, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverView {
    /// Its id.
    pub id: HandoverId,
    /// The number that people say.
    pub number: i64,
    /// What it does to custody.
    pub kind: HandoverKind,
    /// The giver's force.
    pub force: Force,
    /// Counts changes of the draft.
    pub version: i64,
    /// When a loan is due back.
    pub due_back_at: Option<Timestamp>,
    /// How it is disposed of.
    pub disposal: Option<Disposal>,
    /// The certificate of disposal.
    pub certificate: Option<String>,
    /// What the desk wrote, such as the fault.
    pub note: Option<String>,
    /// When it was drafted.
    pub drafted_at: Timestamp,
    /// When it can no longer be signed.
    pub expires_at: Timestamp,
    /// When and why it came to its end.
    pub ended: Option<(Timestamp, String)>,
}

impl From<handovers::Handover> for HandoverView {
    fn from(row: handovers::Handover) -> Self {
        Self {
            id: row.id,
            number: row.number,
            kind: row.kind,
            force: row.force,
            version: row.version,
            due_back_at: row.due_back_at,
            disposal: row.disposal,
            certificate: row.certificate,
            note: row.note,
            drafted_at: row.drafted_at,
            expires_at: row.expires_at,
            ended: row.ended,
        }
    }
}

/// A signature, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureView {
    /// The side that it belongs to.
    pub side: Side,
    /// The name that they signed with.
    pub name: String,
    /// How it is known who signed: `own-sign-in`, or the word of an identity check at the counter.
    pub how: String,
    /// The statement, exactly as shown.
    pub statement: String,
    /// When it was signed.
    pub signed_at: Timestamp,
}

impl From<handovers::Signature> for SignatureView {
    fn from(row: handovers::Signature) -> Self {
        Self {
            side: row.side,
            name: row.name,
            how: row.how,
            statement: row.statement,
            signed_at: row.signed_at,
        }
    }
}

/// A thing that changes hands.
#[derive(Debug, Clone)]
pub struct ThingView {
    /// The device.
    pub device: NamedDevice,
    /// Its condition.
    pub condition: Condition,
}

impl From<Thing> for ThingView {
    fn from(thing: Thing) -> Self {
        Self { device: thing.device.into(), condition: thing.item.condition }
    }
}
