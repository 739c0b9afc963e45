//! Hand-overs: drafts, their items, the signatures of both sides, and the sealed record of what was signed.

use domain::{
    Condition, DeviceId, Disposal, EntryId, Force, HandoverId, HandoverKind, HandoverState, Party, PersonId,
    Side, Timestamp,
};

use crate::locks::{self, Lock};
use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One hand-over.
    pub struct Handover {
        /// Its id.
        pub id: HandoverId,
        /// The number that people say.
        pub number: i64,
        /// What it does to custody.
        pub kind: HandoverKind,
        /// The giver's force.
        pub force: Force,
        /// The receiver's, if that is another.
        pub to_force: Option<Force>,
        /// The side that gives.
        pub giver: Party = "giver_person_id, giver_place_id",
        /// The side that receives.
        pub receiver: Party = "receiver_person_id, receiver_place_id",
        /// Its state.
        pub state: HandoverState,
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
        /// Who drafted it, as the ledger names them.
        pub drafted_by: String,
        /// When it was drafted.
        pub drafted_at: Timestamp,
        /// When it can no longer be signed.
        pub expires_at: Timestamp,
        /// When and why it came to its end.
        pub ended: Option<(Timestamp, String)> = "ended_at, ended_why",
    }
}

impl Handover {
    /// Returns the party of one side.
    #[must_use]
    pub const fn party(&self, side: Side) -> Party {
        match side {
            Side::Giver => self.giver,
            Side::Receiver => self.receiver,
        }
    }

    /// Returns the force of one side.
    #[must_use]
    pub fn force_of(&self, side: Side) -> Force {
        match side {
            Side::Giver => self.force,
            Side::Receiver => self.to_force.unwrap_or(self.force),
        }
    }
}

row! {
    /// One thing of a hand-over.
    pub struct Item {
        /// The device.
        pub device: DeviceId = "device_id",
        /// Its condition.
        pub condition: Condition,
        /// What goes with it.
        pub with_it: Option<String>,
        /// What should and does not.
        pub missing: Option<String>,
        /// Anything else, such as where the scratch is.
        pub note: Option<String>,
    }

    /// A signature: who stated what, about exactly which record.
    pub struct Signature {
        /// Its id.
        pub id: EntryId,
        /// The version of the draft that it belongs to.
        pub version: i64,
        /// The side that it belongs to.
        pub side: Side,
        /// Who, if they stand in the register.
        pub person: Option<PersonId> = "person_id",
        /// The name that they signed with.
        pub name: String,
        /// Whose sign-in was used, as the ledger names them.
        pub signed_by: String,
        /// How it is known who signed: `own-sign-in`, or the word of an identity check at the counter.
        pub how: String,
        /// The statement, exactly as shown.
        pub statement: String,
        /// Digest of exactly the record shown.
        pub digest: String,
        /// When it was signed.
        pub signed_at: Timestamp,
    }

    /// The sealed record.
    pub struct Sealed {
        /// As data, sealed.
        pub data: Vec<u8>,
        /// As a document, sealed.
        pub pdf: Vec<u8>,
        /// SHA-256 of the data, hex.
        pub data_digest: String,
        /// SHA-256 of the document, hex.
        pub pdf_digest: String,
        /// When both had signed.
        pub made_at: Timestamp,
    }
}

statements! {
    pub(crate) HANDOVER_ADD = "INSERT INTO handover (id, number, kind, force, to_force, giver_person_id, giver_place_id,
        receiver_person_id, receiver_place_id, state, version, due_back_at, disposal, certificate, note, drafted_by,
        drafted_at, expires_at)
        SELECT $1, COALESCE(max(number), 1000) + 1, $2, $3, $4, $5, $6, $7, $8, 'draft', 1, $9, $10, $11, $12, $13, $14, $15
        FROM handover";
    HANDOVER_BY_ID: Handover = "SELECT {h.columns} FROM handover h WHERE h.id = $1";
    HANDOVER_BY_NUMBER: Handover = "SELECT {h.columns} FROM handover h WHERE h.number = $1";
    HANDOVER_CHANGE = "UPDATE handover SET version = version + 1, due_back_at = $3, disposal = $4, certificate = $5, note = $6
        WHERE id = $1 AND version = $2 AND state = 'draft'";
    HANDOVER_END = "UPDATE handover SET state = $2, ended_at = $3, ended_why = $4 WHERE id = $1 AND state = 'draft'";
    HANDOVERS_OF_DEVICE: Handover = "SELECT {h.columns} FROM handover h JOIN handover_item i ON i.handover_id = h.id
        WHERE i.device_id = $1 ORDER BY h.drafted_at DESC, h.id DESC LIMIT 100";
    HANDOVER_OPEN_FOR: Handover = "SELECT {h.columns} FROM handover h JOIN handover_item i ON i.handover_id = h.id
        WHERE i.device_id = $1 AND h.state = 'draft' AND h.expires_at > $2 ORDER BY h.id LIMIT 1";
    HANDOVERS_OF_PERSON: Handover = "SELECT {h.columns} FROM handover h
        WHERE h.giver_person_id = $1 OR h.receiver_person_id = $1 ORDER BY h.drafted_at DESC, h.id DESC LIMIT 200";
    HANDOVER_LIST: Handover = "SELECT {h.columns} FROM handover h
        WHERE ($1 = '' OR h.force = $1 OR h.to_force = $1) AND ($2 = '' OR h.state = $2) AND ($3 = '' OR h.kind = $3)
        AND (h.drafted_at, h.id) < ($4, $5) ORDER BY h.drafted_at DESC, h.id DESC LIMIT $6";
    HANDOVER_ITEM_ADD = "INSERT INTO handover_item (handover_id, place, device_id, condition, with_it, missing, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    HANDOVER_ITEM_CHANGE = "UPDATE handover_item SET condition = $3, with_it = $4, missing = $5, note = $6
        WHERE handover_id = $1 AND device_id = $2";
    HANDOVER_ITEMS: Item = "SELECT {columns} FROM handover_item WHERE handover_id = $1 ORDER BY place";
    HANDOVER_SIGN = "INSERT INTO handover_signature (id, handover_id, version, side, person_id, name, signed_by, how,
        statement, digest, signed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (handover_id, version, side) DO NOTHING";
    HANDOVER_SIGNATURES: Signature = "SELECT {columns} FROM handover_signature
        WHERE handover_id = $1 ORDER BY signed_at, id";
    CUSTODY_RECORD_ADD = "INSERT INTO custody_record (handover_id, data, pdf, data_digest, pdf_digest, made_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    CUSTODY_RECORD: Sealed = "SELECT {columns} FROM custody_record WHERE handover_id = $1";
    CUSTODY_RECORD_ERASE = "DELETE FROM custody_record WHERE handover_id = $1";
}

/// Enters a draft; the number is given here and `new.number` is not looked at.
pub fn add(tx: &mut Tx<'_>, new: &Handover, items: &[Item]) -> Result<(), StoreError> {
    locks::take(tx, Lock::Number("hand-over"))?;
    let params = values!(new: id, kind, force, to_force, giver, receiver, due_back_at, disposal,
        certificate, note, drafted_by, drafted_at, expires_at);
    tx.execute(&HANDOVER_ADD, &params)?;
    for (place, item) in (0_i64..).zip(items) {
        let params = values!(item: (new.id), (place), device, condition, with_it, missing, note);
        tx.execute(&HANDOVER_ITEM_ADD, &params)?;
    }
    Ok(())
}

/// Returns the hand-over of that id.
pub fn by_id(tx: &mut Tx<'_>, id: HandoverId) -> Result<Option<Handover>, StoreError> {
    tx.row(&HANDOVER_BY_ID, &[Value::id(id)])
}

/// Returns the hand-over with that number.
pub fn by_number(tx: &mut Tx<'_>, number: i64) -> Result<Option<Handover>, StoreError> {
    tx.row(&HANDOVER_BY_NUMBER, &[number.into()])
}

/// Changes a draft, which makes it another version; returns whether it was still that version of a draft. Parties and things stay.
pub fn change(tx: &mut Tx<'_>, changed: &Handover, items: &[Item]) -> Result<bool, StoreError> {
    let params = values!(changed: id, version, due_back_at, disposal, certificate, note);
    if tx.execute(&HANDOVER_CHANGE, &params)? == 0 {
        return Ok(false);
    }
    for item in items {
        let params = values!(item: (changed.id), device, condition, with_it, missing, note);
        tx.execute(&HANDOVER_ITEM_CHANGE, &params)?;
    }
    Ok(true)
}

/// Brings a draft to its end; returns whether it was one.
pub fn end(
    tx: &mut Tx<'_>,
    id: HandoverId,
    state: HandoverState,
    at: Timestamp,
    why: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&HANDOVER_END, &[Value::id(id), state.as_str().into(), at.into(), why.into()])? > 0)
}

/// Returns every hand-over of a device, newest first, a hundred at most.
pub fn of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<Handover>, StoreError> {
    tx.rows(&HANDOVERS_OF_DEVICE, &[Value::id(device)])
}

/// Returns the draft that a device waits in.
pub fn open_for(tx: &mut Tx<'_>, device: DeviceId, now: Timestamp) -> Result<Option<Handover>, StoreError> {
    tx.row(&HANDOVER_OPEN_FOR, &[Value::id(device), now.into()])
}

/// Returns the hand-overs that a person stands in, newest first, 200 at most.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Handover>, StoreError> {
    tx.rows(&HANDOVERS_OF_PERSON, &[Value::id(person)])
}

/// Which hand-overs are listed.
#[derive(Debug, Clone, Copy)]
pub struct HandoverFilter {
    /// The force; `None` for all.
    pub force: Option<Force>,
    /// The state; `None` for all.
    pub state: Option<HandoverState>,
    /// The kind; `None` for all.
    pub kind: Option<HandoverKind>,
    /// The last one of the part before.
    pub after: Option<(Timestamp, HandoverId)>,
}

/// Returns up to `limit` hand-overs of a force or of all, newest first, from behind the given one.
pub fn list(tx: &mut Tx<'_>, filter: &HandoverFilter, limit: u32) -> Result<Vec<Handover>, StoreError> {
    let (at, id) = filter
        .after
        .map_or((Timestamp::from_millis(i64::MAX), String::new()), |(at, id)| (at, id.to_string()));
    let params = [
        crate::force_word(filter.force),
        filter.state.map_or("", HandoverState::as_str).into(),
        filter.kind.map_or("", HandoverKind::as_str).into(),
        at.into(),
        id.into(),
        limit.into(),
    ];
    tx.rows(&HANDOVER_LIST, &params)
}

/// Returns the things of a hand-over.
pub fn items(tx: &mut Tx<'_>, id: HandoverId) -> Result<Vec<Item>, StoreError> {
    tx.rows(&HANDOVER_ITEMS, &[Value::id(id)])
}

/// Enters a signature; returns whether that side of that version had none.
pub fn sign(tx: &mut Tx<'_>, id: HandoverId, new: &Signature) -> Result<bool, StoreError> {
    let params = values!(new: id, (id), version, side, person, name, signed_by, how, statement, digest,
        signed_at);
    Ok(tx.execute(&HANDOVER_SIGN, &params)? > 0)
}

/// Returns every signature of every version, in order.
pub fn signatures(tx: &mut Tx<'_>, id: HandoverId) -> Result<Vec<Signature>, StoreError> {
    tx.rows(&HANDOVER_SIGNATURES, &[Value::id(id)])
}

/// Keeps the sealed record.
pub fn keep(tx: &mut Tx<'_>, id: HandoverId, sealed: &Sealed) -> Result<(), StoreError> {
    let params = values!(sealed: (id), data, pdf, data_digest, pdf_digest, made_at);
    tx.execute(&CUSTODY_RECORD_ADD, &params).map(drop)
}

/// Returns the sealed record; `None` if there is none or it was erased.
pub fn kept(tx: &mut Tx<'_>, id: HandoverId) -> Result<Option<Sealed>, StoreError> {
    tx.row(&CUSTODY_RECORD, &[Value::id(id)])
}

/// Erases the sealed record; returns whether there was one. The ledger and the hand-over stay.
pub fn erase(tx: &mut Tx<'_>, id: HandoverId) -> Result<bool, StoreError> {
    Ok(tx.execute(&CUSTODY_RECORD_ERASE, &[Value::id(id)])? > 0)
}
