//! Checks a pack with nothing but the file and public keys.

use std::collections::{BTreeMap, BTreeSet};

use domain::{EntryId, Timestamp};
use ledger::{
    Checkpoint, FINDINGS_CARRIED, FINDINGS_CHANGED, FindingLine, Hash, Proven, SaltedFact, VerifierKey,
    WitnessKey, fact_digests, finding_leaf, stated_findings, verify_inclusion, verify_proof,
};
use serde_json::Value;

use crate::content::{Content, FORMAT, Finding, Written};
use crate::manifest::{self, CHECKPOINT, FINDINGS};
use crate::zip::{self, File};

/// Most faults that are named.
const MAX_FAULTS: usize = 200;

/// Something that is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {says}")]
pub struct PackFault {
    /// The file or finding.
    pub place: String,
    /// What is wrong.
    pub says: String,
}

/// What a pack proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackReport {
    /// The pack.
    pub content: Content,
    /// Entries that the checkpoint covers.
    pub size: u64,
    /// The checkpoint's root, to compare with copies kept elsewhere.
    pub root: Hash,
    /// The trusted witnesses that cosigned it, and when.
    pub cosigned: Vec<(String, Timestamp)>,
    /// Facts that are withheld from the reader.
    pub withheld: u64,
    /// Findings whose clause is not in the pack as it stood, because its rules are no longer kept.
    pub without_clause: u64,
}

/// Checks a pack against the ledger's public key; every one of `witnesses` must have cosigned its checkpoint.
///
/// # Errors
/// When anything in it is not as it was proven or signed; each fault with its place.
pub fn verify(
    bytes: &[u8],
    key: &VerifierKey,
    witnesses: &[WitnessKey],
) -> Result<PackReport, Vec<PackFault>> {
    let one = |place: &str, says: String| vec![PackFault { place: place.to_owned(), says }];
    let files = zip::read(bytes).map_err(|error| one("the file", error.to_string()))?;
    manifest::check(&files, key).map_err(|says| one("the manifest", says))?;
    let content: Content = serde_json::from_slice(content_of(&files, FINDINGS))
        .map_err(|error| one(FINDINGS, error.to_string()))?;
    if content.format != FORMAT || content.origin != key.name() {
        return Err(one(FINDINGS, "it is of another format or ledger".to_owned()));
    }
    let note = std::str::from_utf8(content_of(&files, CHECKPOINT))
        .map_err(|_| one(CHECKPOINT, "it is no text".to_owned()))?;
    let checkpoint = Checkpoint::open(note, key).map_err(|error| one(CHECKPOINT, error.to_string()))?;
    let mut checking = Checking { content: &content, faults: Vec::new(), withheld: 0, without_clause: 0 };
    let mut cosigned = Vec::new();
    for witness in witnesses {
        match witness.check(note) {
            Ok(good) => cosigned.push((good.witness, good.at)),
            Err(error) => checking.fault(CHECKPOINT, error.to_string()),
        }
    }
    let entries = checking.entries(key, &checkpoint);
    checking.written(&content.clauses);
    checking.written(&content.checks);
    for (number, finding) in (1..).zip(&content.findings) {
        if checking.faults.len() >= MAX_FAULTS {
            break;
        }
        if let Err(says) = checking.finding(finding, &entries) {
            checking.fault(&format!("finding {number}"), says);
        }
    }
    checking.subjects();
    let Checking { faults, withheld, without_clause, .. } = checking;
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(PackReport {
        content,
        size: checkpoint.size,
        root: checkpoint.root,
        cosigned,
        withheld,
        without_clause,
    })
}

fn content_of<'a>(files: &'a [File], name: &str) -> &'a [u8] {
    files.iter().find(|file| file.name == name).map(|file| file.bytes.as_slice()).unwrap_or_default()
}

struct Checking<'a> {
    content: &'a Content,
    faults: Vec<PackFault>,
    withheld: u64,
    without_clause: u64,
}

impl Checking<'_> {
    fn fault(&mut self, place: &str, says: String) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(PackFault { place: place.to_owned(), says });
        }
    }

    /// Checks the proof of each entry, and that all lead to the pack's checkpoint.
    fn entries(&mut self, key: &VerifierKey, checkpoint: &Checkpoint) -> BTreeMap<EntryId, Proven> {
        let mut entries = BTreeMap::new();
        for one in &self.content.entries {
            let place = format!("ledger entry {}", one.entry);
            match verify_proof(one.proof.as_bytes(), key) {
                Err(fault) => self.fault(&place, fault.to_string()),
                Ok(proven) if proven.entry.id != one.entry => {
                    self.fault(&place, "its proof is of another entry".to_owned());
                }
                Ok(proven) if (proven.size, proven.root) != (checkpoint.size, checkpoint.root) => {
                    self.fault(&place, "its proof leads to another checkpoint than the pack's".to_owned());
                }
                Ok(proven) => {
                    if entries.insert(one.entry, proven).is_some() {
                        self.fault(&place, "it stands there twice".to_owned());
                    }
                }
            }
        }
        entries
    }

    /// Checks that clauses or checks have the digests that they state.
    fn written(&mut self, all: &[Written]) {
        for one in all {
            if hex::encode(Hash::of(&[one.text.as_bytes()]).as_bytes()) != one.digest {
                self.fault(&one.name, "its text does not give its digest".to_owned());
            }
        }
    }

    fn finding(&mut self, finding: &Finding, entries: &BTreeMap<EntryId, Proven>) -> Result<(), String> {
        let line = FindingLine::parse(&finding.line).map_err(|error| error.to_string())?;
        let entry = &entries.get(&finding.entry).ok_or("its ledger entry is not proven in this pack")?.entry;
        let over = [FINDINGS_CHANGED, FINDINGS_CARRIED].contains(&entry.action.as_str());
        let stated = entry.reason.as_deref().and_then(stated_findings).filter(|_| over);
        let (count, root) = stated.ok_or("its ledger entry is not one over findings")?;
        verify_inclusion(finding_leaf(&finding.line), finding.index, count, &finding.path, root)
            .map_err(|error| format!("it is not under its ledger entry: {error}"))?;
        if entry.subject != line.subject || entry.at < line.at {
            return Err("its ledger entry is about another subject, or older than the judgement".to_owned());
        }
        if line.digest != Some(Hash::of(&[finding.evidence.as_bytes()])) {
            return Err("its compliance evidence does not give the digest that the ledger has".to_owned());
        }
        let evidence: Value = serde_json::from_str(&finding.evidence).map_err(|error| error.to_string())?;
        let says = |name: &str| evidence.get(name).and_then(Value::as_str).unwrap_or_default();
        let word = evidence.get("outcome").and_then(|outcome| outcome.get("outcome")).and_then(Value::as_str);
        let same = says("subject") == line.subject
            && says("clause") == line.clause.as_str()
            && word == Some(line.outcome.as_str())
            && evidence.get("judged_at").and_then(Value::as_i64) == Some(line.at.millis());
        if !same {
            return Err("its evidence and its line in the ledger do not say the same".to_owned());
        }
        self.facts(finding, &evidence)?;
        let clause = says("clause_digest");
        if !self.content.clauses.iter().any(|one| one.digest == clause) {
            self.without_clause += 1;
        }
        Ok(())
    }

    fn facts(&mut self, finding: &Finding, evidence: &Value) -> Result<(), String> {
        let digests = fact_digests(evidence).map_err(|error| error.to_string())?;
        if digests.len() != finding.facts.len() {
            return Err("it has another number of facts than its evidence".to_owned());
        }
        for (digest, shown) in digests.iter().zip(&finding.facts) {
            match shown {
                None => self.withheld += 1,
                Some(shown) => {
                    let fact = SaltedFact { salt: shown.salt, text: shown.text.clone() };
                    if fact.digest() != *digest {
                        return Err(format!("the fact \"{}\" is not the one that was judged", shown.means));
                    }
                }
            }
        }
        Ok(())
    }

    /// Checks that the findings are about the subjects of the pack, and that a sample is the one that its seed draws.
    fn subjects(&mut self) {
        let listed: BTreeSet<&str> = self.content.subjects.iter().map(|one| one.subject.as_str()).collect();
        if listed.len() != self.content.subjects.len() {
            self.fault(FINDINGS, "a subject is listed twice".to_owned());
        }
        let strangers = self
            .content
            .findings
            .iter()
            .filter_map(|finding| FindingLine::parse(&finding.line).ok())
            .filter(|line| !listed.contains(line.subject.as_str()))
            .count();
        if strangers > 0 {
            self.fault(FINDINGS, format!("{strangers} findings are about subjects that are not listed"));
        }
        let listed: Vec<&str> = listed.into_iter().collect();
        if let Some(says) = self.content.sample.as_ref().and_then(|sample| sample.wrong(&listed)) {
            self.fault("the sample", says);
        }
    }
}
