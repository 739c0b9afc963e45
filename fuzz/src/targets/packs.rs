//! Decoders for what an outsider gives: packs of findings, the lines under an entry, requests to a witness.

use std::sync::LazyLock;

use domain::{EntryId, EvidenceId, Secret, Timestamp};
use ledger::{
    Checkpoint, CosignerKey, Entry, EvidenceParts, EvidenceText, FINDINGS_CHANGED, FindingBatch, FindingLine,
    Hash, Tree, WitnessKey, WitnessRequest, proof_line, stated_findings,
};
use pack::{Asked, Content, EntryProof, FORMAT, Finding, Sample, Shown, Subject, Written};
use serde_json::json;

use super::text;
use crate::cast::{LEDGER, ledger_key};

/// Pieces of packs, lines and requests.
pub const WORDS: &[&str] = &[
    "PK\u{3}\u{4}",
    "manifest.json",
    "findings.json",
    "{\"subject\":",
    "\"clause\":",
    "\"digest\":",
    "\"evidence\":",
    "findings:1:",
    "withdrawn",
    "old 0",
    "\n\n",
    "\u{2014} ",
    "AAAA",
    "18446744073709551615",
    "-1",
    "null",
];

/// The one pack that the key ever signed: a changed copy can say nothing else.
static PACK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (content, note) = content();
    pack::make(&content, &note, &ledger_key()).expect("a pack can be made").bytes
});

/// Checks a pack.
pub fn pack_file(data: &[u8]) -> bool {
    match pack::verify(data, ledger_key().verifier(), &[]) {
        Ok(report) => {
            assert_eq!(report.content, content().0, "the key never signed this");
            assert_eq!(data, PACK.as_slice(), "a pack has one spelling");
            true
        }
        Err(faults) => {
            assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.to_string().is_empty()));
            false
        }
    }
}

/// Reads the lines under an entry, and the reason of one.
pub fn finding_lines(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    if let Some((count, root)) = stated_findings(text) {
        assert_eq!(text, format!("findings:{count}:{root}"), "a reason has one spelling");
    }
    let Ok(batch) = FindingBatch::parse(text) else { return false };
    assert_eq!(batch.text(), text, "lines have one spelling");
    assert_eq!(stated_findings(&batch.stated()), Some((batch.count(), batch.root())));
    assert!(batch.prove(batch.count()).is_none());
    true
}

/// Reads a request to a witness, and cosigns it where it is one of our ledger.
pub fn witness_request(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    if let Ok(key) = text.trim_end().parse::<WitnessKey>() {
        assert_eq!(key.to_string(), text.trim_end(), "a key has one spelling");
    }
    let Ok(request) = WitnessRequest::parse(text) else { return false };
    assert!(request.proof.len() <= 63);
    assert_eq!(request.text(), text, "a request has one spelling");
    let (key, now) = (cosigner(), Timestamp::from_millis(1_795_348_800_000));
    if let Ok(line) = key.cosign(&request, ledger_key().verifier(), None, now) {
        assert!(request.old == 0 && request.proof.is_empty(), "nothing was cosigned before");
        let cosigned =
            key.public().check(&format!("{}{line}", request.note)).expect("what was cosigned checks");
        assert_eq!(cosigned.at, now);
    }
    true
}

fn cosigner() -> CosignerKey {
    CosignerKey::from_seed("witness.example/w", &Secret::new([5; 32])).expect("any 32 bytes are a seed")
}

fn evidence() -> EvidenceText {
    let (outcome, basis) =
        (json!({ "outcome": "met" }), json!({ "kind": "device", "facts": [{ "name": "a", "value": true }] }));
    let parts = EvidenceParts {
        id: "0190a7b2-0000-7000-8000-000000000001",
        subject: "device:a",
        clause: "MDU-6.2a",
        outcome: &outcome,
        judged_at: 7,
        policy_digest: "p",
        clause_digest: "c",
        basis: &basis,
    };
    EvidenceText::of(&parts, &Hash::of(&[b"salt"]))
}

fn batch() -> FindingBatch {
    let line = FindingLine {
        subject: "device:a".into(),
        clause: "MDU-6.2a".parse().expect("a clause"),
        outcome: "met".into(),
        since: Timestamp::from_millis(5),
        at: Timestamp::from_millis(7),
        evidence: Some(EvidenceId::from_uuid(uuid::Uuid::from_u128(1))),
        digest: Some(evidence().digest()),
    };
    let end = FindingLine { outcome: ledger::WITHDRAWN.into(), evidence: None, digest: None, ..line.clone() };
    FindingBatch::new(vec![line, end]).expect("two lines")
}

/// Returns a pack of one finding with its checkpoint.
fn content() -> (Content, String) {
    let batch = batch();
    let id = EntryId::from_uuid(uuid::Uuid::from_u128(2));
    let entry = Entry {
        id,
        at: Timestamp::from_millis(9),
        actor: "system".into(),
        action: FINDINGS_CHANGED.into(),
        subject: "device:a".into(),
        force: None,
        clause: None,
        reason: Some(batch.stated()),
        detail_digest: None,
    };
    let mut tree = Tree::new();
    tree.push(entry.leaf().expect("an entry has a leaf"));
    let note = Checkpoint::sign(1, tree.root(), &ledger_key()).expect("the key signs");
    let proof = proof_line(LEDGER, 0, &entry, Vec::new(), &note).expect("a proof can be written");
    let (line, path) = batch.prove(0).expect("the first line");
    let evidence = evidence();
    let shown = |fact: &ledger::SaltedFact| {
        Some(Shown { salt: fact.salt, text: fact.text.clone(), means: "a".into(), value: "yes".into() })
    };
    let (sample, _) =
        Sample::draw("devices", None, 1, 7, &["device:a".to_owned()]).expect("one to draw from");
    let text = "lanyard policy clause\n{}".to_owned();
    let content = Content {
        format: FORMAT.into(),
        id: "fuzz".into(),
        origin: LEDGER.into(),
        organisation: "Fuzz".into(),
        marking: "OFFICIAL".into(),
        made_at: Timestamp::from_millis(11),
        asked: Asked { words: "Findings on every clause".into(), clause: None, by: "test".into() },
        sample: Some(sample),
        subjects: vec![Subject { subject: "device:a".into(), name: "iPhone A".into() }],
        clauses: vec![Written {
            name: "MDU-6.2a".into(),
            title: "Title".into(),
            digest: hex::encode(Hash::of(&[text.as_bytes()]).as_bytes()),
            text,
        }],
        checks: Vec::new(),
        entries: vec![EntryProof { entry: id, proof: proof.trim_end().to_owned() }],
        findings: vec![Finding {
            line,
            index: 0,
            path,
            entry: id,
            facts: evidence.facts.iter().map(shown).collect(),
            evidence: evidence.text,
            confirmed_at: Timestamp::from_millis(10),
            says: "met".into(),
        }],
        left_out: 0,
    };
    (content, note)
}

/// Returns the pack.
#[must_use]
pub fn pack_seeds() -> Vec<Vec<u8>> {
    vec![PACK.clone()]
}

/// Lines, and one alone.
#[must_use]
pub fn line_seeds() -> Vec<Vec<u8>> {
    let batch = batch();
    let first = batch.prove(0).map(|(text, _)| text).unwrap_or_default();
    vec![batch.text().into_bytes(), first.into_bytes()]
}

/// Requests from nothing and from an earlier size.
#[must_use]
pub fn request_seeds() -> Vec<Vec<u8>> {
    let note = content().1;
    let first = WitnessRequest { old: 0, proof: Vec::new(), note: note.clone() };
    let later = WitnessRequest { old: 1, proof: vec![Hash::of(&[b"a"]), Hash::of(&[b"b"])], note };
    vec![first.text().into_bytes(), later.text().into_bytes()]
}
