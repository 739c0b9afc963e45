//! Takes many things back at once: scanned line by line into one store, drafted by giver, and signed for the store together.
//!
//! All drafts are made in one transaction; each signature has its own, because the second one completes a hand-over, whose
//! document is drawn outside of any transaction, and because givers do not depend on each other. If the process stops between two
//! of them, the others wait as drafts in the list, to be signed there; scanning the same lines again says so for each, and makes
//! nothing twice.

use domain::{Condition, DeviceId, HandoverId, HandoverKind, HandoverState, Party, PlaceId, PlaceKind, Side};

use store::assets;
use store::assets::Place;
use store::devices::Device;
use store::handovers::{Handover, Item};
use store::locks::{self, Lock};

use super::draft::{MOST_THINGS, free};
use super::sign::{How, Signed, Signing};
use super::{Asset, reference, scan, shown::Shown};
use kernel::access::{ManageRegister, Permit};
use kernel::fields::optional_text;
use kernel::{App, AppError, Work};

/// Largest number of lines in one batch.
const MOST_LINES: usize = 500;

/// Batch of scanned things.
#[derive(Debug, Clone)]
pub struct BulkReturn {
    /// Store that receives the things.
    pub place: Option<PlaceId>,
    /// Condition of all of them; where one differs, the hand-over that is made is changed.
    pub condition: Condition,
    /// Codes that the scanner read, one a line.
    pub codes: String,
    /// How they came without their givers, if they did; empty where each giver signs.
    pub absent: String,
}

/// Result of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returned {
    /// Line that is in this hand-over, which waits for its giver or is complete.
    In {
        /// Code that was read.
        code: String,
        /// Serial number of the device.
        serial: String,
        /// Id of the hand-over.
        handover: HandoverId,
        /// Reference of the hand-over.
        reference: String,
        /// State of the signatures.
        signed: Signed,
    },
    /// Line that could not be taken.
    Not {
        /// Code that was read.
        code: String,
        /// Reason why not, and what to do.
        why: String,
    },
}

/// Things of one giver.
struct Batch {
    giver: Party,
    things: Vec<(String, Device, Asset)>,
}

/// Result of a batch: the hand-over, and the digest of what it shows.
struct Made {
    id: HandoverId,
    reference: String,
    digest: String,
    /// Set where the giver is a person, who can be absent.
    from_person: bool,
    lines: Vec<(String, String)>,
}

/// Takes many things back: makes a hand-over for each giver, signed for the store by the clerk. Reports a line that cannot be
/// taken with its reason, and takes the others.
///
/// # Errors
/// [`AppError::Invalid`] beside its field.
pub async fn return_many(
    app: &App,
    permit: Permit<ManageRegister>,
    batch: BulkReturn,
) -> Result<Vec<Returned>, AppError> {
    let codes: Vec<String> =
        batch.codes.lines().map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect();
    if codes.is_empty() {
        return Err(AppError::invalid("codes", "scan at least one label"));
    }
    if codes.len() > MOST_LINES {
        return Err(AppError::invalid("codes", format!("scan {MOST_LINES} lines at most")));
    }
    let absent = optional_text("absent", Some(&batch.absent), 200)?;
    let place = batch.place.ok_or_else(|| AppError::invalid("place", "choose the store that takes them"))?;
    let actor = permit.actor().clone();
    let (own, now, condition) = (app.clone(), app.world().now(), batch.condition);
    let (made, mut lines) = app
        .store()
        .write(move |tx| {
            let store = assets::place_by_id(tx, place)?
                .filter(|place| place.kind == PlaceKind::Store && place.closed_at.is_none())
                .ok_or_else(|| AppError::invalid("place", "choose a store that is open"))?;
            permit.reaches(store.force)?;
            let (batches, refused) = self::batches(Work { app: &own, tx, now }, &store, &codes)?;
            let mut made = Vec::new();
            for batch in batches {
                made.push(draft_return(
                    Work { app: &own, tx, now },
                    permit.actor(),
                    &store,
                    batch,
                    condition,
                )?);
            }
            Ok::<_, AppError>((made, refused))
        })
        .await?;
    for one in made {
        let desk = || kernel::access::permit::<ManageRegister>(&actor);
        let own = Signing { side: Side::Receiver, shown: &one.digest, how: How::OwnSignIn };
        let mut signed = waits(crate::sign::sign_at_desk(app, desk()?, one.id, own).await)?;
        if let Some(why) = absent.clone().filter(|_| one.from_person) {
            let giver = Signing { side: Side::Giver, shown: &one.digest, how: How::Absent { why } };
            signed = waits(crate::sign::sign_at_desk(app, desk()?, one.id, giver).await)?;
        }
        lines.extend(one.lines.into_iter().map(|(code, serial)| Returned::In {
            code,
            serial,
            handover: one.id,
            reference: one.reference.clone(),
            signed,
        }));
    }
    Ok(lines)
}

/// Groups the things by giver, and lists the lines that cannot be taken.
fn batches(
    Work { app, tx, now }: Work<'_, '_>,
    store: &Place,
    codes: &[String],
) -> Result<(Vec<Batch>, Vec<Returned>), AppError> {
    let (mut batches, mut refused): (Vec<Batch>, Vec<Returned>) = (Vec::new(), Vec::new());
    let mut scanned = Vec::new();
    for code in codes {
        match scan::of_force(tx, store.force, code)? {
            Some(device) => scanned.push((code, device.id)),
            None => refused.push(Returned::Not {
                code: code.clone(),
                why: "nothing in the register has this number".into(),
            }),
        }
    }
    locks::take_all(tx, scanned.iter().map(|(_, device)| Lock::Device(*device)).collect())?;
    let mut seen: Vec<DeviceId> = Vec::new();
    for (code, device) in scanned {
        let mut not = |why: String| refused.push(Returned::Not { code: code.clone(), why });
        let (device, asset) = crate::entry(tx, device)?;
        if device.force != store.force {
            let whose = app.force_title(device.force);
            not(format!("it is {whose} property; set it aside for their store"));
            continue;
        }
        if seen.contains(&device.id) {
            continue;
        }
        seen.push(device.id);
        let item =
            Item { device: device.id, condition: Condition::Good, with_it: None, missing: None, note: None };
        let free = free(tx, HandoverKind::Return, &device, &asset, now);
        let giver = match free
            .and_then(|()| crate::draft::giver_of_return(&[(item, device.clone(), asset.clone())]))
        {
            Ok(giver) => giver,
            Err(AppError::Conflict(why) | AppError::Invalid { message: why, .. }) => {
                not(why);
                continue;
            }
            Err(other) => return Err(other),
        };
        let thing = (code.clone(), device, asset);
        match batches.iter_mut().find(|batch| batch.giver == giver && batch.things.len() < MOST_THINGS) {
            Some(batch) => batch.things.push(thing),
            None => batches.push(Batch { giver, things: vec![thing] }),
        }
    }
    Ok((batches, refused))
}

fn draft_return(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &kernel::access::Actor,
    store: &Place,
    batch: Batch,
    condition: Condition,
) -> Result<Made, AppError> {
    let draft = Handover {
        id: HandoverId::from_uuid(app.world().uuid()),
        number: 0,
        kind: HandoverKind::Return,
        force: store.force,
        to_force: None,
        giver: batch.giver,
        receiver: Party::Place(store.id),
        state: HandoverState::Draft,
        version: 1,
        due_back_at: None,
        disposal: None,
        certificate: None,
        note: None,
        drafted_by: actor.name.clone(),
        drafted_at: now,
        expires_at: now.plus(crate::draft_lifetime(app)),
        ended: None,
    };
    let item =
        |device: &Device| Item { device: device.id, condition, with_it: None, missing: None, note: None };
    let items: Vec<Item> = batch.things.iter().map(|(_, device, _)| item(device)).collect();
    crate::draft::enter_draft(app, tx, actor, &draft, &items)?;
    let loaded = crate::load(tx, draft.id)?;
    Ok(Made {
        id: draft.id,
        reference: reference(loaded.handover.number),
        digest: Shown::of(tx, &loaded)?.digest()?,
        from_person: matches!(batch.giver, Party::Person(_)),
        lines: batch.things.into_iter().map(|(code, device, _)| (code, device.serial)).collect(),
    })
}

/// Leaves a signature that this clerk may not give, such as one for what they bring back themselves, to somebody else.
fn waits(signed: Result<Signed, AppError>) -> Result<Signed, AppError> {
    match signed {
        Err(AppError::Conflict(_)) => Ok(Signed::Waits),
        other => other,
    }
}
