//! Defines exactly what both sides see and sign.
//! A signature carries the digest of these bytes, so the order of the fields and their names are a format: a change of either is
//! another format, with another name in `format`.

use domain::{Force, HandoverKind, Side};
use serde::{Deserialize, Serialize};
use store::{Tx, assets, people};

use super::{Loaded, Party, Thing, reference};
use kernel::{AppError, digest_hex};

/// Name of this format.
const FORMAT: &str = "lanyard-hand-over-1";

/// Content that is shown to both sides before they sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Name of the format.
    pub format: String,
    /// Reference of the hand-over.
    pub reference: String,
    /// Version of the draft.
    pub version: i64,
    /// Effect on custody.
    pub kind: HandoverKind,
    /// Giver.
    pub giver: ShownParty,
    /// Receiver.
    pub receiver: ShownParty,
    /// Things that change hands.
    pub things: Vec<ShownThing>,
    /// Time at which a loan is due back, in milliseconds since 1970.
    pub due_back_at: Option<i64>,
    /// Way in which it is disposed of, in words.
    pub disposal: Option<String>,
    /// Certificate of disposal.
    pub certificate: Option<String>,
    /// Note by the clerk.
    pub note: Option<String>,
    /// Time at which it was drafted, in milliseconds since 1970.
    pub drafted_at: i64,
}

/// One side of the hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownParty {
    /// Name of the person or place.
    pub name: String,
    /// Collar or staff number; none for a place.
    pub number: Option<String>,
    /// Force of the person or place.
    pub force: Force,
}

/// One thing that changes hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownThing {
    /// Kind of thing, in words.
    pub kind: String,
    /// Serial number.
    pub serial: String,
    /// Force's own label.
    pub asset_tag: Option<String>,
    /// Maker and model, as far as the register has them.
    pub model: Option<String>,
    /// Condition, in words.
    pub condition: String,
    /// Things that go with it.
    pub with_it: Option<String>,
    /// Things that should go with it and do not.
    pub missing: Option<String>,
    /// Note on anything else.
    pub note: Option<String>,
}

impl Shown {
    /// Collects what is shown of a hand-over.
    pub(crate) fn of(tx: &mut Tx<'_>, loaded: &Loaded) -> Result<Self, AppError> {
        let handover = &loaded.handover;
        Ok(Self {
            format: FORMAT.to_owned(),
            reference: reference(handover.number),
            version: handover.version,
            kind: handover.kind,
            giver: party(tx, handover.giver, handover.force)?,
            receiver: party(tx, handover.receiver, handover.force_of(Side::Receiver))?,
            things: loaded.things.iter().map(thing).collect(),
            due_back_at: handover.due_back_at.map(domain::Timestamp::millis),
            disposal: handover.disposal.map(|disposal| disposal.title().to_owned()),
            certificate: handover.certificate.clone(),
            note: handover.note.clone(),
            drafted_at: handover.drafted_at.millis(),
        })
    }

    /// Returns the bytes over which the digest is computed.
    ///
    /// # Errors
    /// None for values that are made here: every field can be written.
    pub fn bytes(&self) -> Result<Vec<u8>, AppError> {
        serde_json::to_vec(self).map_err(|error| AppError::fault(&error))
    }

    /// Computes the SHA-256 of exactly this content, in hex.
    ///
    /// # Errors
    /// As [`Shown::bytes`].
    pub fn digest(&self) -> Result<String, AppError> {
        Ok(digest_hex(&self.bytes()?))
    }

    /// Returns the party of one side.
    #[must_use]
    pub const fn party(&self, side: Side) -> &ShownParty {
        match side {
            Side::Giver => &self.giver,
            Side::Receiver => &self.receiver,
        }
    }

    /// Returns the statement that somebody of that name makes by signing for a side.
    #[must_use]
    pub fn statement(&self, side: Side, name: &str) -> String {
        let what = if self.things.len() == 1 { "the thing listed" } else { "every thing listed" };
        let party = self.party(side);
        let acting = if party.number.is_some() { String::new() } else { format!(", for {}", party.name) };
        let does = match (self.kind, side) {
            (HandoverKind::Disposal, Side::Giver) => {
                format!("{what} may leave the force in the way written here")
            }
            (HandoverKind::Disposal, Side::Receiver) => {
                format!(
                    "I checked {what} against the certificate, and it is disposed of in the way written here"
                )
            }
            (_, Side::Giver) => format!("I hand over {what}, in the condition written here"),
            (HandoverKind::Issue | HandoverKind::HandOver | HandoverKind::Loan, Side::Receiver) => format!(
                "I have received {what}, in the condition written here; that it stays the force’s property; and that I \
                 give it back when I am asked to"
            ),
            (_, Side::Receiver) => format!("I have received {what}, in the condition written here"),
        };
        format!("I, {name}{acting}, confirm that {does}.")
    }
}

fn party(tx: &mut Tx<'_>, party: Party, force: Force) -> Result<ShownParty, AppError> {
    Ok(match party {
        Party::Person(id) => {
            let person = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
            ShownParty { name: person.name, number: Some(person.number), force: person.force }
        }
        Party::Place(id) => {
            let place = assets::place_by_id(tx, id)?.ok_or_else(|| AppError::not_found("place", id))?;
            ShownParty { name: place.name, number: None, force }
        }
    })
}

fn thing(thing: &Thing) -> ShownThing {
    let (item, device) = (&thing.item, &thing.device);
    let made = [thing.asset.maker.as_deref(), device.model.as_deref()];
    let model: Vec<&str> = made.into_iter().flatten().collect();
    ShownThing {
        kind: device.kind.title().to_owned(),
        serial: device.serial.clone(),
        asset_tag: device.asset_tag.clone(),
        model: Some(model.join(" ")).filter(|model| !model.is_empty()),
        condition: item.condition.title().to_owned(),
        with_it: item.with_it.clone(),
        missing: item.missing.clone(),
        note: item.note.clone(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Makes a hand-over with names that a printer must be able to print.
    pub(crate) fn shown() -> Shown {
        Shown {
            format: FORMAT.into(),
            reference: "H-1001".into(),
            version: 1,
            kind: HandoverKind::Issue,
            giver: ShownParty {
                name: "ICT stores, Norwich".into(),
                number: None,
                force: domain::samples::NORFOLK,
            },
            receiver: ShownParty {
                name: "Łukasz Żółć".into(),
                number: Some("1234".into()),
                force: domain::samples::NORFOLK,
            },
            things: vec![ShownThing {
                kind: "iPhone".into(),
                serial: "F4GXQ2ABCD".into(),
                asset_tag: Some("NC-01234".into()),
                model: Some("Apple iPhone 15".into()),
                condition: "Good".into(),
                with_it: Some("Charger, case".into()),
                missing: None,
                note: Some("Scratch beside the camera".into()),
            }],
            due_back_at: None,
            disposal: None,
            certificate: None,
            note: None,
            drafted_at: 1_795_316_400_000,
        }
    }

    #[test]
    fn any_change_of_what_is_shown_is_another_digest() {
        let base = shown();
        let digest = base.digest().unwrap();
        let mut others = vec![base.clone(); 4];
        others[0].things[0].condition = "Worn".into();
        others[1].receiver.name = "Siân Price".into();
        others[2].version = 2;
        others[3].things[0].missing = Some("Charger".into());
        for other in others {
            assert_ne!(other.digest().unwrap(), digest);
        }
        assert_eq!(base.digest().unwrap(), digest);
        let back: Shown = serde_json::from_slice(&base.bytes().unwrap()).unwrap();
        assert_eq!(back, base);
    }

    #[test]
    fn a_statement_names_who_makes_it_and_for_whom() {
        let shown = shown();
        let given = shown.statement(Side::Giver, "Morgan Ash");
        assert_eq!(
            given,
            "I, Morgan Ash, for ICT stores, Norwich, confirm that I hand over the thing listed, in the condition written \
             here."
        );
        let taken = shown.statement(Side::Receiver, "Łukasz Żółć");
        assert!(
            taken.starts_with("I, Łukasz Żółć, confirm that I have received the thing listed"),
            "{taken}"
        );
    }
}
