//! Drafts a hand-over: the things, the giver and the receiver.
//! A draft does not change custody.

use domain::{
    Condition, DeviceId, Disposal, EnrolmentState, Force, HandoverId, HandoverKind, HandoverState, Party,
    PersonId, PlaceId, PlaceKind, Side, Standing, Timestamp,
};
use serde_json::json;
use store::devices::Device;
use store::handovers::{self, Handover, Item};
use store::locks::{self, Lock};
use store::{Tx, assets, holds, people};

use super::{Asset, reference, subject};
use kernel::access::{Actor, ManageRegister, Permit};
use kernel::fields::optional_text;
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};
use notices_app::Notice;

/// Largest number of things in one hand-over: more go into a second one, so that each is still a page that people read before
/// they sign.
pub(super) const MOST_THINGS: usize = 50;

/// Details of a new hand-over.
#[derive(Debug, Clone)]
pub struct NewHandover {
    /// Effect on custody.
    pub kind: HandoverKind,
    /// Things that change hands; the first one decides whose property it concerns.
    pub items: Vec<NewItem>,
    /// Serial numbers, asset tags or SIM numbers of further things that go along, in good condition.
    pub also: Vec<String>,
    /// Collar or staff number of the receiver, where a person receives it.
    pub receiver: String,
    /// Store or workshop: for an issue, loan or disposal the one that gives, otherwise the one that receives. `None` where it is
    /// given to somebody who is neither.
    pub place: Option<PlaceId>,
    /// Time at which a loan is due back.
    pub due_back_at: Option<Timestamp>,
    /// Way in which it is disposed of.
    pub disposal: Option<Disposal>,
    /// Certificate of disposal.
    pub certificate: String,
    /// Note on anything else, such as the fault.
    pub note: String,
}

/// Thing of a new hand-over.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// Id of the device.
    pub device: DeviceId,
    /// Condition that it is in.
    pub condition: Condition,
    /// Things that go with it.
    pub with_it: String,
    /// Things that should go with it and do not.
    pub missing: String,
    /// Note on anything else.
    pub note: String,
}

impl NewItem {
    pub(super) fn checked(&self) -> Result<Item, AppError> {
        Ok(Item {
            device: self.device,
            condition: self.condition,
            with_it: optional_text("with-it", Some(&self.with_it), 200)?,
            missing: optional_text("missing", Some(&self.missing), 200)?,
            note: optional_text("item-note", Some(&self.note), 500)?,
        })
    }
}

/// Details as they were asked for, before it is checked which of them the kind has.
pub(super) struct AskedTerms<'a> {
    pub due_back_at: Option<Timestamp>,
    pub disposal: Option<Disposal>,
    pub certificate: &'a str,
    pub note: &'a str,
}

/// Details that a kind asks for beside its parties.
pub(super) struct Terms {
    pub due_back_at: Option<Timestamp>,
    pub disposal: Option<Disposal>,
    pub certificate: Option<String>,
    pub note: Option<String>,
}

impl Terms {
    /// Checks the details that belong to the kind, and leaves out the others.
    pub(super) fn checked(
        kind: HandoverKind,
        asked: &AskedTerms<'_>,
        now: Timestamp,
    ) -> Result<Self, AppError> {
        let AskedTerms { due_back_at, disposal, certificate, note } = *asked;
        let loan = kind == HandoverKind::Loan;
        let gone = kind == HandoverKind::Disposal;
        if loan && due_back_at.is_none_or(|due| due <= now) {
            return Err(AppError::invalid("due", "enter the day on which it comes back, after today"));
        }
        if gone && disposal.is_none() {
            return Err(AppError::invalid("disposal", "choose how it is disposed of"));
        }
        let certificate = optional_text("certificate", Some(certificate), 100)?;
        if gone && certificate.is_none() {
            return Err(AppError::invalid(
                "certificate",
                "enter the reference of the certificate of disposal",
            ));
        }
        Ok(Self {
            due_back_at: due_back_at.filter(|_| loan),
            disposal: disposal.filter(|_| gone),
            certificate: certificate.filter(|_| gone),
            note: optional_text("note", Some(note), 500)?,
        })
    }
}

/// Result of [`draft_in`]: the ledger also records the refusal of a repair by a third party.
enum Drafted {
    Made(HandoverId),
    ThirdParty(AppError),
}

/// Drafts a hand-over, to be signed by both sides before anything changes hands.
///
/// # Errors
/// [`AppError::Invalid`] beside its field, [`AppError::Conflict`] if the device is elsewhere or waits in another draft,
/// [`AppError::Denied`] for another force.
pub async fn draft_handover(
    app: &App,
    permit: Permit<ManageRegister>,
    new: NewHandover,
) -> Result<HandoverId, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let drafted =
        app.clone().store().write(move |tx| draft_in(Work { app: &app, tx, now }, &permit, &new)).await?;
    match drafted {
        Drafted::Made(id) => Ok(id),
        Drafted::ThirdParty(refused) => Err(refused),
    }
}

fn draft_in(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<ManageRegister>,
    new: &NewHandover,
) -> Result<Drafted, AppError> {
    let things = self::things(tx, permit, new, now)?;
    let Some((_, first, _)) = things.first() else {
        return Err(AppError::invalid("also", "name at least one device"));
    };
    if new.kind == HandoverKind::Repair && new.place.is_none() {
        return refuse_third_party(Work { app, tx, now }, permit.actor(), first).map(Drafted::ThirdParty);
    }
    let parties = self::parties(app, tx, new, &things)?;
    let (to_force, giver, receiver) = parties;
    let asked = AskedTerms {
        due_back_at: new.due_back_at,
        disposal: new.disposal,
        certificate: &new.certificate,
        note: &new.note,
    };
    let terms = Terms::checked(new.kind, &asked, now)?;
    let draft = Handover {
        id: HandoverId::from_uuid(app.world().uuid()),
        number: 0,
        kind: new.kind,
        force: first.force,
        to_force: Some(to_force).filter(|to| *to != first.force),
        giver,
        receiver,
        state: HandoverState::Draft,
        version: 1,
        due_back_at: terms.due_back_at,
        disposal: terms.disposal,
        certificate: terms.certificate,
        note: terms.note,
        drafted_by: permit.actor().name.clone(),
        drafted_at: now,
        expires_at: now.plus(crate::draft_lifetime(app)),
        ended: None,
    };
    let items: Vec<Item> = things.into_iter().map(|(item, ..)| item).collect();
    enter_draft(app, tx, permit.actor(), &draft, &items)?;
    Ok(Drafted::Made(draft.id))
}

/// Stores a draft, the job that ends it if nobody signs, and its entry in the ledger.
pub(super) fn enter_draft(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    draft: &Handover,
    items: &[Item],
) -> Result<(), AppError> {
    handovers::add(tx, draft, items)?;
    ask_to_sign(app, tx, draft)?;
    kernel::jobs::ask_job(app, tx, jobs::Kind::ExpireHandover, &draft.id.to_string(), draft.expires_at)?;
    let devices: Vec<DeviceId> = items.iter().map(|item| item.device).collect();
    let record = Record::new(&actor.name, "custody.drafted", subject(draft.id))
        .force(draft.force)
        .reason(draft.kind.as_str())
        .detail(json!({ "kind": draft.kind, "devices": devices }));
    app.enter(tx, draft.drafted_at, record)
}

/// Notifies the people named in a draft that it waits for them; anybody at the counter has signed before they read it.
fn ask_to_sign(app: &App, tx: &mut Tx<'_>, draft: &Handover) -> Result<(), AppError> {
    for side in [Side::Giver, Side::Receiver] {
        if let Party::Person(person) = draft.party(side) {
            let key = format!("hand-over:{}:{side}", draft.id);
            let mut notice = Notice::routine(person, key, "A hand-over waits for your signature");
            notice.body =
                "Read what changes hands and sign it, or say what is not right. Nothing changes hands \
                               until both sides have signed."
                    .into();
            notice.link = format!("/me/custody/{}", draft.id);
            notices_app::notify(app, tx, notice)?;
        }
    }
    Ok(())
}

/// Locks everything that is to change hands, and checks that all of it belongs to one force and is free to change hands.
fn things(
    tx: &mut Tx<'_>,
    permit: &Permit<ManageRegister>,
    new: &NewHandover,
    now: Timestamp,
) -> Result<Vec<(Item, Device, Asset)>, AppError> {
    let mut items = new.items.iter().map(NewItem::checked).collect::<Result<Vec<_>, _>>()?;
    for code in new.also.iter().map(|code| code.trim()).filter(|code| !code.is_empty()) {
        let device = super::scan::one(tx, permit, "also", code)?;
        items.push(Item { device, condition: Condition::Good, with_it: None, missing: None, note: None });
    }
    if items.len() > MOST_THINGS {
        return Err(AppError::invalid("also", format!("name {MOST_THINGS} things at most")));
    }
    locks::take_all(tx, items.iter().map(|item| Lock::Device(item.device)).collect())?;
    let mut things: Vec<(Item, Device, Asset)> = Vec::new();
    for item in items {
        if things.iter().any(|(other, ..)| other.device == item.device) {
            continue;
        }
        let (device, asset) = crate::entry(tx, item.device)?;
        permit.reaches(device.force)?;
        if things.first().is_some_and(|(_, first, _)| first.force != device.force) {
            return Err(AppError::invalid("also", format!("{} is another force's", device.serial)));
        }
        free(tx, new.kind, &device, &asset, now)?;
        things.push((item, device, asset));
    }
    Ok(things)
}

/// Works out the force, the giver and the receiver.
// long because each kind of hand-over has its own two sides
fn parties(
    app: &App,
    tx: &mut Tx<'_>,
    new: &NewHandover,
    things: &[(Item, Device, Asset)],
) -> Result<(Force, Party, Party), AppError> {
    let (_, first, asset) = things.first().ok_or_else(|| AppError::invalid("also", "name a device"))?;
    let force = first.force;
    let holder = |what: &str| one_holder(things, what);
    let receiver = match new.kind {
        kind if kind.to_person() => Some(self::receiver(app, tx, &new.receiver, force)?),
        _ => None,
    };
    let place = new.place.map(|place| open_place(tx, place)).transpose()?;
    let own_store = |found: Option<assets::Place>| {
        found
            .filter(|place| place.force == force && place.kind == PlaceKind::Store)
            .map(|place| Party::Place(place.id))
            .ok_or_else(|| AppError::invalid("place", "choose a store of the force whose property it is"))
    };
    Ok(match new.kind {
        HandoverKind::Issue | HandoverKind::Loan => {
            let receiver = receiver.ok_or_else(|| AppError::invalid("receiver", "say who takes it"))?;
            (force, own_store(place)?, Party::Person(receiver))
        }
        HandoverKind::HandOver => {
            let receiver = receiver.ok_or_else(|| AppError::invalid("receiver", "say who takes it"))?;
            let giver = holder("hand it over")?;
            if giver == receiver {
                return Err(AppError::invalid("receiver", "they have it already"));
            }
            (force, Party::Person(giver), Party::Person(receiver))
        }
        HandoverKind::Return => (force, giver_of_return(things)?, own_store(place)?),
        HandoverKind::Repair => {
            let to = place.ok_or_else(|| AppError::invalid("place", "choose where it is mended"))?;
            let giver = match (holder("give it"), asset.place) {
                (Ok(holder), _) => Party::Person(holder),
                (Err(_), Some(store)) if store != to.id => Party::Place(store),
                (Err(why), _) => return Err(why),
            };
            (to.force, giver, Party::Place(to.id))
        }
        HandoverKind::Transfer => {
            let to = place.filter(|place| place.kind == PlaceKind::Store);
            let to = to.ok_or_else(|| AppError::invalid("place", "choose the store that takes it"))?;
            let from = asset.place.filter(|from| *from != to.id).ok_or_else(|| {
                AppError::invalid(
                    "place",
                    "choose another store than the one where it is; a device that stands in no \
                        store is returned to one first",
                )
            })?;
            (to.force, Party::Place(from), Party::Place(to.id))
        }
        HandoverKind::Disposal => {
            let from = own_store(place)?;
            (force, from, from)
        }
    })
}

fn receiver(app: &App, tx: &mut Tx<'_>, number: &str, force: Force) -> Result<PersonId, AppError> {
    let number: String = number.trim().chars().take(20).collect();
    if number.is_empty() {
        return Err(AppError::invalid("receiver", "enter the collar or staff number of who takes it"));
    }
    let person = people::by_number(tx, force, &number)?.ok_or_else(|| {
        AppError::invalid("receiver", format!("{} has nobody with this number", app.force_title(force)))
    })?;
    crate::may_receive(app, tx, person.id, force)?;
    Ok(person.id)
}

/// Returns the present holder of the things; for what comes back from a workshop, that place.
pub(super) fn giver_of_return(things: &[(Item, Device, Asset)]) -> Result<Party, AppError> {
    let workshop = things.first().filter(|(_, _, asset)| asset.standing == Standing::InRepair);
    if let Some((_, _, Asset { place: Some(place), .. })) = workshop
        && things.iter().all(|(_, _, asset)| asset.place == Some(*place))
    {
        return Ok(Party::Place(*place));
    }
    one_holder(things, "bring it back").map(Party::Person)
}

/// Refuses a repair by a third party: tells the clerk under the clause, and enters the request in the ledger.
fn refuse_third_party(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &Actor,
    device: &Device,
) -> Result<AppError, AppError> {
    let action = "custody.repair.refused";
    let clause = app.policy().library().clause_of_action(action, None).cloned();
    let record = Record::new(&actor.name, action, format!("device:{}", device.id)).force(device.force);
    app.enter(tx, now, record)?;
    let under = clause.map(|clause| format!(" ({clause})")).unwrap_or_default();
    Ok(AppError::invalid(
        "place",
        format!(
            "nobody but ICT or a workshop that the force approved may mend a device{under}; choose one of them, or ask \
                 the service desk what to do"
        ),
    ))
}

/// Returns a place that can receive and give things.
fn open_place(tx: &mut Tx<'_>, id: PlaceId) -> Result<assets::Place, AppError> {
    assets::place_by_id(tx, id)?
        .filter(|place| place.closed_at.is_none())
        .ok_or_else(|| AppError::invalid("place", "choose a place that is open"))
}

/// Returns the one person who has all of the things.
fn one_holder(things: &[(Item, Device, Asset)], what: &str) -> Result<PersonId, AppError> {
    let mut holder = None;
    for (_, device, _) in things {
        match (device.holder, holder) {
            (None, _) => {
                return Err(AppError::Conflict(format!(
                    "nobody has {}, so nobody can {what}",
                    device.serial
                )));
            }
            (Some(own), Some(other)) if own != other => {
                return Err(AppError::invalid("also", format!("{} is with somebody else", device.serial)));
            }
            (own, _) => holder = own,
        }
    }
    holder.ok_or_else(|| AppError::invalid("also", "name at least one device"))
}

/// Refuses a thing that cannot change hands in this way now.
pub(super) fn free(
    tx: &mut Tx<'_>,
    kind: HandoverKind,
    device: &Device,
    asset: &Asset,
    now: Timestamp,
) -> Result<(), AppError> {
    if let Some(open) = handovers::open_for(tx, device.id, now)? {
        return Err(AppError::Conflict(format!(
            "{} waits in {} for signatures; have that signed or withdrawn first",
            device.serial,
            reference(open.number)
        )));
    }
    if !kind.begins_at(asset.standing) {
        return Err(AppError::Conflict(format!(
            "{} stands as \"{}\", so it cannot be given by \"{}\"",
            device.serial,
            asset.standing.title().to_lowercase(),
            kind.title().to_lowercase()
        )));
    }
    if kind == HandoverKind::Disposal && device.enrolment_state == EnrolmentState::Enrolled {
        return Err(AppError::Conflict(format!(
            "{} is still under management: erase it and end that first",
            device.serial
        )));
    }
    not_held(tx, kind, device)?;
    let unsigned_holder = asset.standing == Standing::InStore && device.holder.is_some();
    if unsigned_holder && matches!(kind, HandoverKind::Transfer | HandoverKind::Disposal) {
        return Err(AppError::Conflict(format!(
            "{} is meant for somebody; take the intended holder away first",
            device.serial
        )));
    }
    Ok(())
}

/// Refuses to dispose of a device under a legal hold, or to give it to somebody else: what is on it may be needed. It may return
/// to a store, and be repaired.
pub(super) fn not_held(tx: &mut Tx<'_>, kind: HandoverKind, device: &Device) -> Result<(), AppError> {
    let stays = matches!(kind, HandoverKind::Return | HandoverKind::Repair);
    if !stays && holds::stands(tx, device.id)? {
        return Err(AppError::Conflict(format!(
            "a legal hold stands on {}: it is neither erased, given to anybody else nor disposed of until professional standards end \
             it",
            device.serial
        )));
    }
    Ok(())
}

/// Returns whether the holder is the one that a hand-over in that direction must have: the person who gives it back has it.
pub(super) fn held_by_giver(handover: &Handover, device: &Device) -> bool {
    match handover.party(Side::Giver) {
        Party::Person(giver) => device.holder == Some(giver),
        Party::Place(_) => true,
    }
}
