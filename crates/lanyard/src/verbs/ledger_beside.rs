//! What `lanyard ledger verify` checks beside the log itself: findings, and the cosignatures of witnesses.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use compliance_app::FindingsChecked;
use ledger::{CosignError, WitnessKey};
use serde_json::json;

use service::out::Out;

/// What is checked beside the log itself.
pub(super) struct More {
    pub(super) findings: Option<FindingsChecked>,
    pub(super) witnesses: Vec<Witnessing>,
}

/// What a witness says of the ledger.
pub(super) struct Witnessing {
    pub(super) says: String,
    pub(super) bad: bool,
}

impl Witnessing {
    /// Looks for the witness's newest cosignature; where one `must` be there, none is a fault, and so is one that does not fit.
    pub(super) fn of(key: &WitnessKey, must: bool, notes: &[String]) -> Self {
        let mut newest = None;
        for note in notes {
            let size = note.lines().nth(1).unwrap_or_default().to_owned();
            match key.check(note) {
                Ok(good) => newest = Some((size, good.at)),
                Err(CosignError::Missing(_)) => {}
                Err(error) => {
                    return Self { says: format!("checkpoint of {size} entries: {error}"), bad: true };
                }
            }
        }
        match newest {
            Some((size, at)) => {
                Self { says: format!("cosigned by {}: {size} entries, at {at}", key.name()), bad: false }
            }
            None => {
                Self { says: format!("{} has cosigned no checkpoint of this ledger", key.name()), bad: must }
            }
        }
    }
}

/// Returns the notes of the checkpoints in an export.
pub(super) fn exported_notes(file: &Path) -> anyhow::Result<Vec<String>> {
    let reader =
        BufReader::new(File::open(file).with_context(|| format!("{} cannot be read", file.display()))?);
    let mut notes = Vec::new();
    for line in reader.lines() {
        let line = line?;
        if !line.starts_with("{\"checkpoint\":") {
            continue;
        }
        let value: serde_json::Value = serde_json::from_str(&line)?;
        let note = value.get("checkpoint").and_then(|checkpoint| checkpoint.get("note"));
        notes.extend(note.and_then(serde_json::Value::as_str).map(str::to_owned));
    }
    Ok(notes)
}

/// Says what a check of the findings found.
pub(super) fn findings_told(out: &mut Out, checked: &FindingsChecked) -> io::Result<()> {
    if checked.faults.is_empty() {
        return out.line(format_args!(
            "findings: {} lines about {} subjects were compared with the ledger, and all agree",
            checked.lines, checked.subjects
        ));
    }
    for fault in &checked.faults {
        out.line(fault)?;
    }
    out.line(format_args!(
        "findings do NOT agree with the ledger: {} faults. Keep a copy of the database, tell information security, and restore a \
         backup that verifies",
        checked.faults.len()
    ))
}

pub(super) fn findings_json(checked: &FindingsChecked) -> serde_json::Value {
    let faults: Vec<String> = checked.faults.iter().map(ToString::to_string).collect();
    json!({ "whole": faults.is_empty(), "subjects": checked.subjects, "lines": checked.lines, "faults": faults })
}
