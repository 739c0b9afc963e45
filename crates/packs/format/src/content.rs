//! Represents what a pack says: `findings.json`.

use domain::{EntryId, Timestamp};
use ledger::Hash;
use serde::{Deserialize, Serialize};

use crate::sample::Sample;

/// Name and version of the format.
pub const FORMAT: &str = "lanyard-pack-1";

/// All that a pack says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// [`FORMAT`].
    pub format: String,
    /// The pack's own id.
    pub id: String,
    /// The ledger's name.
    pub origin: String,
    /// The force or forces that keep the ledger, as they are called.
    pub organisation: String,
    /// The marking.
    pub marking: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// What was asked for.
    pub asked: Asked,
    /// How the subjects were drawn, where they are a sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
    /// The subjects.
    pub subjects: Vec<Subject>,
    /// The clauses as they stood.
    pub clauses: Vec<Written>,
    /// The checks as they stood.
    pub checks: Vec<Written>,
    /// The ledger entries that the findings stand under, each with its proof.
    pub entries: Vec<EntryProof>,
    /// The findings.
    pub findings: Vec<Finding>,
    /// Findings that the reader may not see.
    pub left_out: u64,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// In words.
    pub words: String,
    /// The one clause, where only one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// The reader, as the ledger names them.
    pub by: String,
}

/// A device, a person or a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// As the ledger writes it.
    pub subject: String,
    /// As people call it; the ledger does not know that.
    pub name: String,
}

/// A clause or a check, as the rules had it then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Its number or name.
    pub name: String,
    /// Its title, or what it asks.
    pub title: String,
    /// SHA-256 of the text, hex: the evidence holds the same.
    pub digest: String,
    /// The text.
    pub text: String,
}

/// A ledger entry with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryProof {
    /// The entry.
    pub entry: EntryId,
    /// The proof, as `lanyard ledger prove` writes it, without the newline.
    pub proof: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The line that the ledger has of it.
    pub line: String,
    /// The number of the line under its entry, from 0.
    pub index: u64,
    /// The path from the line to the root that the entry states.
    pub path: Vec<Hash>,
    /// The entry.
    pub entry: EntryId,
    /// The evidence, as it is digested.
    pub evidence: String,
    /// The facts, in the order of their digests in the evidence; nothing where the reader may not see one.
    pub facts: Vec<Option<Shown>>,
    /// When the same judgement was last reached. The ledger does not know that: it enters changes.
    pub confirmed_at: Timestamp,
    /// The outcome in words.
    pub says: String,
}

/// A fact that the reader may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Its salt.
    pub salt: Hash,
    /// The fact, as it is digested.
    pub text: String,
    /// What it means, in words.
    pub means: String,
    /// Its value, in words.
    pub value: String,
}
