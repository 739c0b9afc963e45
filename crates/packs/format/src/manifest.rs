//! Puts a pack together: its files, the manifest of their digests, and the ledger key's signature on that.

use domain::Timestamp;
use ledger::{Hash, Note, SigningKey, VerifierKey};
use serde::{Deserialize, Serialize};

use crate::content::{Content, FORMAT};
use crate::oscal;
use crate::report;
use crate::zip::{self, File, ZipError};

/// The names of a pack's files.
pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const NOTE: &str = "manifest.note";
pub(crate) const FINDINGS: &str = "findings.json";
pub(crate) const CHECKPOINT: &str = "checkpoint.note";
const REPORT: &str = "report.pdf";
const OSCAL: &str = "oscal-assessment-results.json";
const READ_ME: &str = "read-me.txt";

/// The first line of the text that the ledger's key signs: no checkpoint begins so.
pub const SIGNED: &str = "lanyard-pack-1 manifest";

/// The list of a pack's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The ledger's name.
    pub origin: String,
    /// When the pack was made.
    pub made_at: Timestamp,
    /// The files, the manifest and its signature aside.
    pub files: Vec<ManifestFile>,
}

/// A file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of it, base64.
    pub sha256: Hash,
}

/// A pack that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The file.
    pub bytes: Vec<u8>,
    /// SHA-256 of its manifest.
    pub manifest: Hash,
}

/// Returns the text that is signed.
pub(crate) fn signed_text(origin: &str, manifest: &Hash) -> String {
    format!("{SIGNED}\n{origin}\n{manifest}\n")
}

/// Makes a pack and signs it.
///
/// # Errors
/// When it would be too large, or its PDF cannot be drawn, in a sentence.
pub fn make(content: &Content, checkpoint: &str, key: &SigningKey) -> Result<Made, String> {
    let json = |error: serde_json::Error| error.to_string();
    let mut findings = serde_json::to_vec_pretty(content).map_err(json)?;
    findings.push(b'\n');
    let file = |name: &str, bytes: Vec<u8>| File { name: name.to_owned(), bytes };
    let files = vec![
        file(READ_ME, report::read_me(content).into_bytes()),
        file(REPORT, report::pdf(content, checkpoint).map_err(|error| error.to_string())?),
        file(FINDINGS, findings),
        file(CHECKPOINT, checkpoint.as_bytes().to_vec()),
        file(OSCAL, oscal::results(content)?),
    ];
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        origin: content.origin.clone(),
        made_at: content.made_at,
        files: files.iter().map(ManifestFile::of).collect(),
    };
    let mut written = serde_json::to_vec_pretty(&manifest).map_err(json)?;
    written.push(b'\n');
    let digest = Hash::of(&[&written]);
    let note = Note::sign(&signed_text(&content.origin, &digest), key).map_err(|error| error.to_string())?;
    let mut all = vec![file(MANIFEST, written), file(NOTE, note.into_bytes())];
    all.extend(files);
    let bytes = zip::write(&all).map_err(|error: ZipError| error.to_string())?;
    Ok(Made { bytes, manifest: digest })
}

impl ManifestFile {
    fn of(file: &File) -> Self {
        Self {
            name: file.name.clone(),
            bytes: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
            sha256: Hash::of(&[&file.bytes]),
        }
    }
}

/// Checks the manifest's signature and every file against it; returns what is wrong.
pub(crate) fn check(files: &[File], key: &VerifierKey) -> Result<Manifest, String> {
    let find = |name: &str| files.iter().find(|file| file.name == name);
    let (Some(written), Some(note)) = (find(MANIFEST), find(NOTE)) else {
        return Err(format!("{MANIFEST} or {NOTE} is missing"));
    };
    let note = std::str::from_utf8(&note.bytes).map_err(|_| format!("{NOTE} is no text"))?;
    let note = Note::parse(note).map_err(|error| format!("{NOTE}: {error}"))?;
    let text = note.verified_by(key).map_err(|error| format!("{NOTE}: {error}"))?;
    if text != signed_text(key.name(), &Hash::of(&[&written.bytes])) {
        return Err(format!("{MANIFEST} is not the one that was signed"));
    }
    let manifest: Manifest =
        serde_json::from_slice(&written.bytes).map_err(|error| format!("{MANIFEST}: {error}"))?;
    if manifest.format != FORMAT || manifest.origin != key.name() {
        return Err(format!("{MANIFEST} is of another format or ledger"));
    }
    let rest: Vec<ManifestFile> = files
        .iter()
        .filter(|file| file.name != MANIFEST && file.name != NOTE)
        .map(ManifestFile::of)
        .collect();
    for listed in &manifest.files {
        match rest.iter().find(|file| file.name == listed.name) {
            None => return Err(format!("{} is missing", listed.name)),
            Some(found) if found != listed => return Err(format!("{} was changed", listed.name)),
            Some(_) => {}
        }
    }
    if rest.len() != manifest.files.len() {
        return Err("there is a file that the manifest does not list".to_owned());
    }
    Ok(manifest)
}
