//! Signs hand-overs: each side states by name that what is shown is correct.
//! The second signature completes the hand-over.

use domain::{BurstId, EntryId, HandoverId, HandoverState, IdentityCheck, Party, PersonId, Side, Timestamp};
use serde_json::json;
use store::handovers::{self, Sealed, Signature};
use store::{Tx, people};

use super::record::SignedRecord;
use super::shown::Shown;
use super::{Loaded, subject, taken};
use kernel::access::{Actor, ManageRegister, Permit, PermitWithin, SignHandovers};
use kernel::fields::text;
use kernel::forces::Forces;
use kernel::record::Record;
use kernel::second::may_be_one_person;
use kernel::{App, AppError, Work, digest_hex};

/// Number of attempts to sign when the other side signs at the same moment.
const TRIES: u32 = 3;
/// Word for a signature under one's own sign-in.
pub(super) const OWN: &str = "own-sign-in";
/// Word for what came back without its giver.
pub(super) const ABSENT: &str = "giver-absent";

/// Evidence of who signs at the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// Sign-in of the clerk, who signs for the store or workshop.
    OwnSignIn,
    /// Person at the counter who typed their name; the clerk checked their identity.
    Counter {
        /// Check that the clerk made.
        check: IdentityCheck,
        /// Name that the person typed.
        name: String,
    },
    /// Giver who was absent: it came by internal post, by a colleague, or was found. Possible for a return only.
    Absent {
        /// How it came.
        why: String,
    },
}

/// Signature at the counter.
#[derive(Debug, Clone)]
pub struct Signing<'a> {
    /// Side that is signed.
    pub side: Side,
    /// Digest of what the signer was shown.
    pub shown: &'a str,
    /// Evidence of who signs.
    pub how: How,
}

/// Result of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// Hand-over that waits for the other side's signature.
    Waits,
    /// Hand-over that both sides have signed.
    Complete,
    /// Hand-over that both sides have signed. It takes more devices than a cap allows, and is held in this burst for a second
    /// person.
    Held(BurstId),
}

/// Request to sign.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub id: HandoverId,
    pub side: Side,
    /// Digest of what the signer was shown.
    pub shown: String,
    pub how: How,
    pub actor: Actor,
    pub at: Timestamp,
}

/// Record as it would be if this signature completes it, made before the transaction: drawing it takes too long to block the
/// single writer.
pub(super) struct Prepared {
    pub data: Vec<u8>,
    pub pdf: Vec<u8>,
}

/// Result of an attempt: done, or the prepared record is not the one that would be stored.
enum Tried {
    Done(Signed),
    Again,
}

/// Signs one's own side of a hand-over.
///
/// # Errors
/// [`AppError::NotFound`] for a person on neither side, [`AppError::Conflict`] if it was changed since it was shown or has ended.
pub async fn sign_own(
    app: &App,
    permit: PermitWithin<SignHandovers>,
    id: HandoverId,
    shown: &str,
) -> Result<Signed, AppError> {
    let actor = permit.actor().clone();
    let person = actor.person.ok_or_else(|| AppError::not_found("hand-over", id))?;
    let side = app
        .store()
        .read(move |tx| {
            let handover = handovers::by_id(tx, id)?.ok_or_else(|| AppError::not_found("hand-over", id))?;
            [Side::Giver, Side::Receiver]
                .into_iter()
                .find(|side| handover.party(*side) == Party::Person(person))
                .ok_or_else(|| AppError::not_found("hand-over", id))
        })
        .await?;
    sign_side(
        app,
        Ask { id, side, shown: shown.to_owned(), how: How::OwnSignIn, actor, at: app.world().now() },
    )
    .await
}

/// Signs a side at the counter: for a store or workshop, or for a person who is there.
///
/// # Errors
/// [`AppError::Denied`] for another force, [`AppError::Invalid`] beside its field, [`AppError::Conflict`] if it was changed since
/// it was shown or has ended.
pub async fn sign_at_desk(
    app: &App,
    permit: Permit<ManageRegister>,
    id: HandoverId,
    Signing { side, shown, how }: Signing<'_>,
) -> Result<Signed, AppError> {
    let of_side = app
        .store()
        .read(move |tx| {
            let handover = handovers::by_id(tx, id)?.ok_or_else(|| AppError::not_found("hand-over", id))?;
            Ok::<_, AppError>(handover.force_of(side))
        })
        .await?;
    permit.reaches(of_side)?;
    let actor = permit.actor().clone();
    sign_side(app, Ask { id, side, shown: shown.to_owned(), how, actor, at: app.world().now() }).await
}

async fn sign_side(app: &App, ask: Ask) -> Result<Signed, AppError> {
    for _ in 0..TRIES {
        let (own, before) = (app.clone(), ask.clone());
        let prepared = app.store().read(move |tx| foresee(&own, tx, &before)).await?;
        let prepared = prepared.map(|record| record.prepared(app.policy().forces())).transpose()?;
        let (app, ask) = (app.clone(), ask.clone());
        if let Tried::Done(signed) =
            app.clone().store().write(move |tx| sign_in(&app, tx, &ask, prepared.as_ref())).await?
        {
            return Ok(signed);
        }
    }
    Err(AppError::Conflict("others are signing this very moment; open it again and sign".into()))
}

/// Makes the record that this signature would complete, as far as can be foreseen now.
fn foresee(app: &App, tx: &mut Tx<'_>, ask: &Ask) -> Result<Option<SignedRecord>, AppError> {
    let loaded = crate::load(tx, ask.id)?;
    if loaded.state(ask.at) != HandoverState::Draft || loaded.signature(ask.side).is_some() {
        return Ok(None);
    }
    let shown = Shown::of(tx, &loaded)?;
    let signature = self::signature(app, tx, ask, &loaded, &shown)?;
    let policy = app.policy();
    let other = loaded.signature(ask.side.other());
    Ok(other.map(|other| SignedRecord::of(shown, [other, &signature], ask.at, policy.forces())))
}

fn sign_in(app: &App, tx: &mut Tx<'_>, ask: &Ask, prepared: Option<&Prepared>) -> Result<Tried, AppError> {
    let loaded = crate::load_locked(tx, ask.id)?;
    if let Some(done) = already(&loaded, ask)? {
        return Ok(Tried::Done(done));
    }
    let shown = Shown::of(tx, &loaded)?;
    if shown.digest()? != ask.shown {
        return Err(AppError::Conflict(
            "the hand-over was changed after it was shown to you; read it again, then sign".into(),
        ));
    }
    let signature = self::signature(app, tx, ask, &loaded, &shown)?;
    let Some(other) = loaded.signature(ask.side.other()) else {
        sign_once(tx, ask, &signature)?;
        enter_signature(app, tx, ask, &loaded, &signature)?;
        return Ok(Tried::Done(Signed::Waits));
    };
    let data = SignedRecord::of(shown, [other, &signature], ask.at, app.policy().forces()).bytes()?;
    let Some(prepared) = prepared.filter(|prepared| prepared.data == data) else {
        return Ok(Tried::Again);
    };
    sign_once(tx, ask, &signature)?;
    let giver = if ask.side == Side::Giver { &signature } else { other };
    if let Some(burst) = taken::held(Work { app, tx, now: ask.at }, &loaded, giver, &ask.actor.name)? {
        enter_signature(app, tx, ask, &loaded, &signature)?;
        return Ok(Tried::Done(Signed::Held(burst)));
    }
    crate::complete::complete(Work { app, tx, now: ask.at }, &ask.actor, &loaded)?;
    keep_record(app, tx, ask, &loaded, prepared)?;
    Ok(Tried::Done(Signed::Complete))
}

/// Works out who signs, under which name, and what they state.
fn signature(
    app: &App,
    tx: &mut Tx<'_>,
    ask: &Ask,
    loaded: &Loaded,
    shown: &Shown,
) -> Result<Signature, AppError> {
    let (person, name, how, statement) = match (&ask.how, loaded.handover.party(ask.side)) {
        (How::OwnSignIn, Party::Person(party)) => {
            let person = people::by_id(tx, party)?.ok_or_else(|| AppError::not_found("person", party))?;
            if ask.actor.person != Some(party) {
                return Err(AppError::Conflict(format!("only {} can sign this side", person.name)));
            }
            let statement = shown.statement(ask.side, &person.name);
            (Some(party), person.name, OWN.to_owned(), statement)
        }
        (How::OwnSignIn, Party::Place(_)) => {
            refuse_both_sides(tx, ask, loaded)?;
            let name = ask.actor.shown.clone();
            let statement = shown.statement(ask.side, &name);
            (ask.actor.person, name, OWN.to_owned(), statement)
        }
        (How::Counter { check, name }, Party::Person(party)) => {
            let name = at_counter(tx, ask, party, name)?;
            let statement = shown.statement(ask.side, &name);
            (Some(party), name, check.as_str().to_owned(), statement)
        }
        (How::Absent { why }, Party::Person(party)) => {
            let why = text("why", why, 200)?;
            if ask.side != Side::Giver || loaded.handover.kind != domain::HandoverKind::Return {
                return Err(AppError::Conflict("only what comes back can come without its giver".into()));
            }
            let name = ask.actor.shown.clone();
            let statement =
                format!("I, {name}, confirm that this came back without {} there: {why}.", shown.giver.name);
            (ask.actor.person.filter(|own| *own != party), name, ABSENT.to_owned(), statement)
        }
        (How::Counter { .. } | How::Absent { .. }, Party::Place(_)) => {
            return Err(AppError::Conflict("a place has no name to type; sign for it yourself".into()));
        }
    };
    Ok(Signature {
        id: EntryId::from_uuid(app.world().uuid()),
        version: loaded.handover.version,
        side: ask.side,
        person,
        name,
        signed_by: ask.actor.name.clone(),
        how,
        statement,
        digest: ask.shown.clone(),
        signed_at: ask.at,
    })
}

fn enter_signature(
    app: &App,
    tx: &mut Tx<'_>,
    ask: &Ask,
    loaded: &Loaded,
    signature: &Signature,
) -> Result<(), AppError> {
    let record = Record::new(&ask.actor.name, "custody.signed", subject(ask.id))
        .force(loaded.handover.force_of(ask.side))
        .reason(loaded.handover.kind.as_str())
        .detail(json!({
            "side": ask.side, "person": signature.person, "how": signature.how, "shown": signature.digest,
        }));
    app.enter(tx, ask.at, record)
}

/// Stores the record sealed, and enters both of its digests.
pub(super) fn keep_record(
    app: &App,
    tx: &mut Tx<'_>,
    ask: &Ask,
    loaded: &Loaded,
    prepared: &Prepared,
) -> Result<(), AppError> {
    let place = super::record::place(ask.id);
    let sealed = Sealed {
        data: app.sealer().seal(app.world(), &place, &prepared.data)?,
        pdf: app.sealer().seal(app.world(), &place, &prepared.pdf)?,
        data_digest: digest_hex(&prepared.data),
        pdf_digest: digest_hex(&prepared.pdf),
        made_at: ask.at,
    };
    handovers::keep(tx, ask.id, &sealed)?;
    super::end(tx, ask.id, HandoverState::Complete, ask.at, "both signed")?;
    let devices: Vec<_> = loaded.things.iter().map(|thing| thing.device.id).collect();
    let record = Record::new(&ask.actor.name, "custody.completed", subject(ask.id))
        .force(loaded.handover.force)
        .reason(loaded.handover.kind.as_str())
        .detail(json!({
            "devices": devices, "shown": ask.shown, "side": ask.side,
            "record_data": sealed.data_digest, "record_pdf": sealed.pdf_digest,
        }));
    app.enter(tx, ask.at, record)
}

impl SignedRecord {
    fn prepared(&self, forces: &Forces) -> Result<Prepared, AppError> {
        Ok(Prepared { data: self.bytes()?, pdf: self.pdf(forces)? })
    }
}

fn sign_once(tx: &mut Tx<'_>, ask: &Ask, signature: &Signature) -> Result<(), AppError> {
    if handovers::sign(tx, ask.id, signature)? {
        return Ok(());
    }
    Err(AppError::Conflict("this side was signed at the same moment; open it again".into()))
}

/// Returns the result of an earlier identical request, whose signature is already there and which changes nothing. Refuses if the
/// hand-over has ended or somebody else has signed the side.
fn already(loaded: &Loaded, ask: &Ask) -> Result<Option<Signed>, AppError> {
    let state = loaded.state(ask.at);
    if let Some(own) = loaded.signature(ask.side) {
        if own.signed_by == ask.actor.name && own.digest == ask.shown {
            let signed = if state == HandoverState::Complete { Signed::Complete } else { Signed::Waits };
            return Ok(Some(signed));
        }
        return Err(AppError::Conflict(format!("{} has signed this side already", own.name)));
    }
    let why = match state {
        HandoverState::Draft => return Ok(None),
        HandoverState::Complete => "both sides have signed already",
        HandoverState::Refused => "one side refused to sign; draft it again if that is settled",
        HandoverState::Withdrawn => "the desk withdrew it; ask them why",
        HandoverState::Expired => "nobody signed it in time; ask the desk to draft it again",
    };
    Err(AppError::Conflict(why.into()))
}

/// Refuses a person who would sign both sides, as a person and for a place or for two places.
fn refuse_both_sides(tx: &mut Tx<'_>, ask: &Ask, loaded: &Loaded) -> Result<(), AppError> {
    if on_other_side(tx, &ask.actor, ask.side, loaded)? {
        return Err(AppError::Conflict("you stand on the other side; somebody else signs this one".into()));
    }
    Ok(())
}

/// Returns whether the actor could be the person on the other side, or the one who has signed for it.
pub(super) fn on_other_side(
    tx: &mut Tx<'_>,
    actor: &Actor,
    side: Side,
    loaded: &Loaded,
) -> Result<bool, AppError> {
    let other = side.other();
    match loaded.handover.party(other) {
        Party::Person(person) => is_actor(tx, person, actor),
        Party::Place(_) => match loaded.signature(other) {
            Some(signature) => may_be_one_person(tx, &signature.signed_by, actor),
            None => Ok(false),
        },
    }
}

/// Returns whether somebody of the register and the actor could be one human being.
fn is_actor(tx: &mut Tx<'_>, person: PersonId, actor: &Actor) -> Result<bool, AppError> {
    Ok(actor.person == Some(person) || may_be_one_person(tx, &format!("person:{person}"), actor)?)
}

/// Returns the name of the person at the counter, if what they typed is theirs.
fn at_counter(tx: &mut Tx<'_>, ask: &Ask, party: PersonId, typed: &str) -> Result<String, AppError> {
    let person = people::by_id(tx, party)?.ok_or_else(|| AppError::not_found("person", party))?;
    if is_actor(tx, party, &ask.actor)? {
        return Err(AppError::Conflict(
            "you cannot check your own identity; sign your side from your own page".into(),
        ));
    }
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if plain(&text("name", typed, 100)?) != plain(&person.name) {
        return Err(AppError::invalid(
            "name",
            format!("this side is for {}; the name must be typed as the register has it", person.name),
        ));
    }
    Ok(person.name)
}
