//! Stores the signed record, sealed, as data and as a document, and verifies it.
//!
//! The document follows from the data alone, so verifying it means making it again. Three things must agree: the sealed data, the
//! document, and the digests that the ledger's entry of the completion holds in its detail.

use std::collections::BTreeMap;

use domain::{Force, HandoverId, Side, Timestamp};
use paper::{Block, Document};
use serde::{Deserialize, Serialize};
use store::handovers::{self, Signature};
use store::ledger::LedgerFilter;
use store::{Tx, ledger};

use super::shown::Shown;
use super::{reaches, sign, subject};
use kernel::access::{Permit, PermitWithin, SeeCustody, SignHandovers};
use kernel::forces::Forces;
use kernel::record::Record;
use kernel::{App, AppError, digest_hex};

/// Record of what both sides signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedRecord {
    /// Content that was shown to both.
    pub shown: Shown,
    /// Signatures: the giver's, then the receiver's.
    pub signatures: Vec<ShownSignature>,
    /// Time of the second signature, in milliseconds since 1970.
    pub completed_at: i64,
    /// Names and marking of that day, as the document has them. Records from before December 2026 have none: their document is
    /// drawn with those of today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Names>,
}

/// Names of the forces of a hand-over, and the marking of its document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// Protective marking.
    pub marking: String,
    /// Full name of each force.
    pub forces: BTreeMap<Force, String>,
}

impl Names {
    fn of(shown: &Shown, forces: &Forces) -> Self {
        let both = [Side::Giver, Side::Receiver].map(|side| shown.party(side).force);
        let named = both.map(|force| (force, forces.name(force).title().to_owned()));
        Self { marking: forces.marking.clone(), forces: named.into() }
    }
}

/// Signature as the record has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownSignature {
    /// Side that signed.
    pub side: Side,
    /// Name that they signed with.
    pub name: String,
    /// Statement, exactly as shown.
    pub statement: String,
    /// Evidence of who signed.
    pub how: String,
    /// Digest of what was shown to them.
    pub digest: String,
    /// Time of the signature, in milliseconds since 1970.
    pub signed_at: i64,
}

/// Outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Reference of the hand-over.
    pub reference: String,
    /// SHA-256 of the data, as recomputed.
    pub data_digest: String,
    /// SHA-256 of the document, as recomputed.
    pub pdf_digest: String,
    /// Disagreements, as sentences; empty if everything agrees.
    pub faults: Vec<String>,
}

/// Record in the two forms in which it is stored.
#[derive(Debug, Clone)]
pub struct KeptRecord {
    /// Reference of the hand-over.
    pub reference: String,
    /// Data, as JSON.
    pub data: Vec<u8>,
    /// Document, as PDF.
    pub pdf: Vec<u8>,
}

/// Returns the place for which a record is sealed.
pub(super) fn place(id: HandoverId) -> String {
    format!("custody-record:{id}")
}

/// Says for people how it is known who signed.
#[must_use]
pub fn how_title(how: &str) -> String {
    match how {
        sign::OWN => "Under their own sign-in".to_owned(),
        sign::ABSENT => "In the giver’s absence, by the desk".to_owned(),
        check => match check.parse::<domain::IdentityCheck>() {
            Ok(check) => format!("At the counter: {}", check.title().to_lowercase()),
            Err(_) => check.to_owned(),
        },
    }
}

impl SignedRecord {
    pub(super) fn of(shown: Shown, signatures: [&Signature; 2], at: Timestamp, forces: &Forces) -> Self {
        let names = Some(Names::of(&shown, forces));
        let mut signatures = signatures.map(|signature| ShownSignature {
            side: signature.side,
            name: signature.name.clone(),
            statement: signature.statement.clone(),
            how: signature.how.clone(),
            digest: signature.digest.clone(),
            signed_at: signature.signed_at.millis(),
        });
        signatures.sort_by_key(|signature| signature.side);
        Self { shown, signatures: signatures.to_vec(), completed_at: at.millis(), names }
    }

    /// Serialises the record as data: the same record gives the same bytes.
    ///
    /// # Errors
    /// None for records that are made here.
    pub fn bytes(&self) -> Result<Vec<u8>, AppError> {
        serde_json::to_vec(self).map_err(|error| AppError::fault(&error))
    }

    /// Draws the record as a document: the same record gives the same bytes. `forces` name the forces where the record does not.
    ///
    /// # Errors
    /// [`AppError::Fault`] if the document cannot be made.
    pub fn pdf(&self, forces: &Forces) -> Result<Vec<u8>, AppError> {
        let today = || Names::of(&self.shown, forces);
        self.document(&self.names.clone().unwrap_or_else(today))
            .to_pdf()
            .map_err(|error| AppError::fault(&error))
    }

    fn document(&self, names: &Names) -> Document {
        let shown = &self.shown;
        let mut blocks = vec![
            Block::Text(format!("Signed by both sides. Complete since {}.", at(self.completed_at))),
            Block::Facts(self.facts(names)),
            Block::Heading("What changed hands".to_owned()),
            self.things(),
            Block::Heading("Signatures".to_owned()),
        ];
        for signature in &self.signatures {
            blocks.push(Block::Text(signature.statement.clone()));
            blocks.push(Block::Facts(vec![
                (signature.side.title().to_owned(), signature.name.clone()),
                ("Signed".to_owned(), at(signature.signed_at)),
                ("How".to_owned(), how_title(&signature.how)),
                ("Digest of what was shown".to_owned(), signature.digest.clone()),
            ]));
        }
        Document {
            title: format!("{} {}", shown.kind.title(), shown.reference),
            id: format!("{}/{}", shown.reference, shown.version),
            marking: names.marking.clone(),
            foot: format!("{}, version {}", shown.reference, shown.version),
            blocks,
        }
    }

    fn facts(&self, names: &Names) -> Vec<(String, String)> {
        let shown = &self.shown;
        let party = |side| {
            let party = shown.party(side);
            let number = party.number.as_ref().map(|number| format!(" ({number})")).unwrap_or_default();
            let force = names.forces.get(&party.force).map_or_else(|| party.force.as_str(), String::as_str);
            format!("{}{number}, {force}", party.name)
        };
        let fact = |name: &str, value: String| (name.to_owned(), value);
        let mut facts = vec![
            fact("From", party(Side::Giver)),
            fact("To", party(Side::Receiver)),
            fact("Drafted", at(shown.drafted_at)),
        ];
        facts.extend(shown.due_back_at.map(|due| fact("Due back", at(due))));
        facts.extend(shown.disposal.clone().map(|how| fact("Disposed of", how)));
        facts.extend(shown.certificate.clone().map(|of| fact("Certificate", of)));
        facts.extend(shown.note.clone().map(|note| fact("Note", note)));
        facts
    }

    fn things(&self) -> Block {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "None".to_owned());
        let rows = self.shown.things.iter().map(|thing| {
            let tag = thing.asset_tag.clone().unwrap_or_else(|| "No tag".to_owned());
            let condition = match &thing.note {
                Some(note) => format!("{}. {note}", thing.condition),
                None => thing.condition.clone(),
            };
            let what = thing.model.clone().unwrap_or_else(|| thing.kind.clone());
            vec![
                format!("{tag} {}", thing.serial),
                what,
                condition,
                or_none(&thing.with_it),
                or_none(&thing.missing),
            ]
        });
        let head = ["Tag and serial number", "What it is", "Condition", "With it", "Missing"];
        Block::Table {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
            shares: vec![26, 20, 24, 15, 15],
        }
    }
}

/// Formats a time to the minute, in universal time: the document must not change when a rule on clocks does.
fn at(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map(|at| at.strftime("%-d %B %Y, %H:%M UTC").to_string())
        .unwrap_or_else(|_| format!("{millis} ms after 1970"))
}

/// Opens the signed record, for people who may see custody. Reading it is entered in the ledger: it names people.
///
/// # Errors
/// [`AppError::NotFound`] if not both sides have signed or the record was erased, [`AppError::Denied`] for another force.
pub async fn custody_record(
    app: &App,
    permit: Permit<SeeCustody>,
    id: HandoverId,
) -> Result<KeptRecord, AppError> {
    let app = app.clone();
    let now = app.world().now();
    app.clone()
        .store()
        .write(move |tx| {
            let loaded = crate::load(tx, id)?;
            reaches(&permit, &loaded.handover)?;
            let kept = open_record(&app, tx, id)?;
            let record = Record::new(&permit.actor().name, "custody.record.read", subject(id))
                .force(loaded.handover.force);
            app.enter(tx, now, record)?;
            Ok(kept)
        })
        .await
}

/// Opens the signed record, for one of the two who signed it.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else.
pub async fn own_custody_record(
    app: &App,
    permit: PermitWithin<SignHandovers>,
    id: HandoverId,
) -> Result<KeptRecord, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let loaded = crate::load(tx, id)?;
            super::read::own_side(&loaded.handover, permit.actor())
                .ok_or_else(|| AppError::not_found("hand-over", id))?;
            open_record(&app, tx, id)
        })
        .await
}

fn open_record(app: &App, tx: &mut Tx<'_>, id: HandoverId) -> Result<KeptRecord, AppError> {
    let missing = || AppError::not_found("signed record of hand-over", id);
    let handover = handovers::by_id(tx, id)?.ok_or_else(missing)?;
    let sealed = handovers::kept(tx, id)?.ok_or_else(missing)?;
    let place = place(id);
    Ok(KeptRecord {
        reference: super::reference(handover.number),
        data: app.sealer().open(&place, &sealed.data)?.into_exposed(),
        pdf: app.sealer().open(&place, &sealed.pdf)?.into_exposed(),
    })
}

/// Checks a signed record against itself, its signatures, its document and the ledger.
///
/// # Errors
/// [`AppError::NotFound`] if there is none, [`AppError::Keys`] if what is stored does not open.
pub async fn verify_custody(
    app: &App,
    permit: Permit<SeeCustody>,
    id: HandoverId,
) -> Result<Verified, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let loaded = crate::load(tx, id)?;
            reaches(&permit, &loaded.handover)?;
            let kept = open_record(&app, tx, id)?;
            let (data_digest, pdf_digest) = (digest_hex(&kept.data), digest_hex(&kept.pdf));
            let mut faults = faults_within(&kept, app.policy().forces());
            faults.extend(faults_in_ledger(tx, id, &data_digest, &pdf_digest)?);
            Ok(Verified { reference: kept.reference, data_digest, pdf_digest, faults })
        })
        .await
}

/// Compares the digests with those in the detail of the entry that completed the hand-over.
fn faults_in_ledger(tx: &mut Tx<'_>, id: HandoverId, data: &str, pdf: &str) -> Result<Vec<String>, AppError> {
    let filter =
        LedgerFilter { subject: subject(id), action: "custody.completed".into(), ..LedgerFilter::default() };
    let found = ledger::list(tx, &filter, 2)?;
    let [(entry, _)] = found.as_slice() else {
        return Ok(vec!["The ledger has no single entry of this completion.".to_owned()]);
    };
    let Some((_, detail)) = ledger::detail(tx, entry.id)? else {
        return Ok(vec!["The ledger’s detail was erased: the digests in it cannot be compared.".to_owned()]);
    };
    let detail: serde_json::Value =
        serde_json::from_slice(&detail).map_err(|error| AppError::fault(&error))?;
    let differs =
        |name: &str, digest: &str| detail.get(name).and_then(serde_json::Value::as_str) != Some(digest);
    let mut faults = Vec::new();
    if differs("record_data", data) {
        faults.push("The data is not the one that the ledger names.".to_owned());
    }
    if differs("record_pdf", pdf) {
        faults.push("The document is not the one that the ledger names.".to_owned());
    }
    Ok(faults)
}

/// Lists what does not agree within a record: its signatures with what was shown, its document with its data.
fn faults_within(kept: &KeptRecord, forces: &Forces) -> Vec<String> {
    let Ok(record) = serde_json::from_slice::<SignedRecord>(&kept.data) else {
        return vec!["The data cannot be read as a signed record.".to_owned()];
    };
    let mut faults = Vec::new();
    let shown = record.shown.digest().unwrap_or_default();
    for signature in record.signatures.iter().filter(|signature| signature.digest != shown) {
        faults.push(format!("{} signed something else than what stands here.", signature.name));
    }
    if record.signatures.len() != 2 {
        faults.push("It does not have the signatures of two sides.".to_owned());
    }
    match record.pdf(forces) {
        Ok(pdf) if pdf == kept.pdf => {}
        Ok(_) => faults.push("The document is not the one that follows from the data.".to_owned()),
        Err(error) => faults.push(format!("The document could not be made again: {error}.")),
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::shown::tests::shown;
    use super::*;

    fn forces() -> Forces {
        Forces { marking: "OFFICIAL".into(), ..Forces::default() }
    }

    fn record() -> SignedRecord {
        let shown = shown();
        let digest = shown.digest().unwrap();
        let signature = |side: Side, name: &str| ShownSignature {
            side,
            name: name.into(),
            statement: shown.statement(side, name),
            how: "warrant-card".into(),
            digest: digest.clone(),
            signed_at: 1_795_316_400_000,
        };
        let signatures = vec![signature(Side::Giver, "Morgan Ash"), signature(Side::Receiver, "Łukasz Żółć")];
        let names = Some(Names::of(&shown, &forces()));
        SignedRecord { shown, signatures, completed_at: 1_795_316_460_000, names }
    }

    fn kept(record: &SignedRecord) -> KeptRecord {
        KeptRecord {
            reference: "H-1001".into(),
            data: record.bytes().unwrap(),
            pdf: record.pdf(&forces()).unwrap(),
        }
    }

    #[test]
    fn a_record_agrees_with_itself() {
        assert_eq!(faults_within(&kept(&record()), &forces()), Vec::<String>::new());
    }

    #[test]
    fn a_record_is_drawn_with_the_names_of_its_day() {
        let kept = kept(&record());
        let renamed = Forces { marking: "SECRET".into(), ..Forces::default() };
        assert_eq!(faults_within(&kept, &renamed), Vec::<String>::new());
        let old = SignedRecord { names: None, ..record() };
        assert!(!String::from_utf8(old.bytes().unwrap()).unwrap().contains("names"));
        assert_eq!(old.pdf(&forces()).unwrap(), record().pdf(&forces()).unwrap());
        assert_ne!(old.pdf(&renamed).unwrap(), record().pdf(&renamed).unwrap());
    }

    #[test]
    fn what_was_changed_after_signing_is_found() {
        let mut changed = record();
        changed.shown.things[0].missing = Some("Charger".into());
        let faults = faults_within(&kept(&changed), &forces());
        assert_eq!(faults.len(), 2, "neither signature is of this: {faults:?}");
        let mut named = record();
        named.signatures[1].name = "Somebody else".into();
        let swapped = KeptRecord { pdf: record().pdf(&forces()).unwrap(), ..kept(&named) };
        assert!(faults_within(&swapped, &forces())[0].contains("follows from the data"));
        let one = SignedRecord { signatures: record().signatures[..1].to_vec(), ..record() };
        assert!(faults_within(&kept(&one), &forces())[0].contains("two sides"));
        let garbage = KeptRecord { data: b"{}".to_vec(), ..kept(&record()) };
        assert_eq!(faults_within(&garbage, &forces()).len(), 1);
    }

    #[test]
    fn times_in_the_document_do_not_depend_on_a_clock_rule() {
        assert_eq!(at(1_795_316_400_000), "22 November 2026, 03:00 UTC");
        assert!(at(i64::MAX).contains("ms after 1970"));
    }
}
