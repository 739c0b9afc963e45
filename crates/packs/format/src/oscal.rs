//! Writes a pack's findings as OSCAL assessment results (https://pages.nist.gov/OSCAL, model 1.1.2, JSON).
//!
//! OSCAL knows *satisfied* and *not satisfied*. Only met is satisfied: not known is not, with the reason *other*. Our own outcome
//! stands beside it as a property. A clause that does not concern a subject is an observation without a finding.

use std::collections::BTreeSet;

use ledger::{FindingLine, Hash};
use serde_json::{Value, json};

use crate::content::{Content, Finding};

/// The version of the model.
pub const OSCAL_VERSION: &str = "1.1.2";
/// The namespace of our properties.
const NAMESPACE: &str = "https://lanyard.invalid/ns/oscal";

/// Returns the assessment results of a pack.
pub(crate) fn results(content: &Content) -> Result<Vec<u8>, String> {
    let (mut observations, mut findings) = (Vec::new(), Vec::new());
    let mut controls = BTreeSet::new();
    for finding in &content.findings {
        let line = FindingLine::parse(&finding.line).map_err(|error| error.to_string())?;
        controls.insert(line.clause.to_string());
        let observed = id(content, &format!("observation {}", finding.line));
        observations.push(observation(content, finding, &line, &observed));
        findings.extend(target(&line).map(|target| {
            json!({
                "uuid": id(content, &format!("finding {}", finding.line)),
                "title": format!("{} for {}", line.clause, one_line(&name(content, &line.subject))),
                "description": finding.says,
                "props": [prop("outcome", &line.outcome)],
                "target": target,
                "related-observations": [{ "observation-uuid": observed }],
            })
        }));
    }
    let controls: Vec<Value> = controls.into_iter().map(|clause| json!({ "control-id": clause })).collect();
    let selection = if controls.is_empty() {
        json!({ "include-all": {} })
    } else {
        json!({ "include-controls": controls })
    };
    let mut result = json!({
        "uuid": id(content, "result"),
        "title": one_line(&content.asked.words),
        "description": "Findings as they stood, each proven by the ledger; findings.json beside this file has the proofs.",
        "start": content.made_at.to_string(),
        "end": content.made_at.to_string(),
        "props": [prop("left-out", &content.left_out.to_string())],
        "reviewed-controls": { "control-selections": [selection] },
    });
    let items = subjects(content, "device:", |id, name| json!({ "uuid": id, "description": name }));
    if let Some(fields) = result.as_object_mut() {
        // Lists that are empty are left out: the model wants at least one member.
        let mut put = |name: &str, list: Vec<Value>| {
            if !list.is_empty() {
                fields.insert(name.to_owned(), Value::Array(list));
            }
        };
        put("observations", observations);
        put("findings", findings);
        if !items.is_empty() {
            fields.insert("local-definitions".to_owned(), json!({ "inventory-items": items }));
        }
    }
    let whole = json!({ "assessment-results": {
        "uuid": id(content, "assessment results"),
        "metadata": metadata(content),
        "import-ap": { "href": format!("#{}", id(content, "plan")) },
        "results": [result],
        "back-matter": { "resources": resources(content) },
    } });
    let mut bytes = serde_json::to_vec_pretty(&whole).map_err(|error| error.to_string())?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn metadata(content: &Content) -> Value {
    let mut metadata = json!({
        "title": one_line(&content.asked.words),
        "last-modified": content.made_at.to_string(),
        "version": content.id,
        "oscal-version": OSCAL_VERSION,
        "props": [{ "name": "marking", "value": one_line(&content.marking) }],
    });
    let people =
        subjects(content, "person:", |id, name| json!({ "uuid": id, "type": "person", "name": name }));
    if let Some(fields) = metadata.as_object_mut().filter(|_| !people.is_empty()) {
        fields.insert("parties".to_owned(), Value::Array(people));
    }
    metadata
}

fn resources(content: &Content) -> Vec<Value> {
    let plan = json!({
        "uuid": id(content, "plan"),
        "title": "The policy in force",
        "description": "The clauses and checks by which the findings were judged; findings.json has each as it stood.",
    });
    let documents = subjects(content, "document:", |id, name| json!({ "uuid": id, "title": name }));
    std::iter::once(plan).chain(documents).collect()
}

fn subjects(content: &Content, kind: &str, of: impl Fn(String, String) -> Value) -> Vec<Value> {
    let those = content.subjects.iter().filter(|one| one.subject.starts_with(kind));
    those.map(|one| of(id(content, &one.subject), one_line(&one.name))).collect()
}

fn observation(content: &Content, finding: &Finding, line: &FindingLine, uuid: &str) -> Value {
    let kind = match line.subject.split(':').next() {
        Some("device") => "inventory-item",
        Some("person") => "party",
        _ => "resource",
    };
    let seen: Vec<String> = finding
        .facts
        .iter()
        .flatten()
        .map(|fact| format!("{}: {}", one_line(&fact.means), one_line(&fact.value)))
        .collect();
    let hidden = finding.facts.iter().filter(|fact| fact.is_none()).count();
    let description = match (seen.is_empty(), hidden) {
        (true, 0) => "No facts of a device are behind it.".to_owned(),
        (true, hidden) => format!("{hidden} facts that the reader may not see."),
        (false, 0) => seen.join("; "),
        (false, hidden) => format!("{}; and {hidden} facts that the reader may not see", seen.join("; ")),
    };
    json!({
        "uuid": uuid,
        "description": description,
        "methods": ["TEST"],
        "props": [prop("outcome", &line.outcome), prop("clause", line.clause.as_str()),
            prop("since", &line.since.to_string())],
        "subjects": [{ "subject-uuid": id(content, &line.subject), "type": kind }],
        "relevant-evidence": [{
            "href": "findings.json",
            "description": format!("Evidence {}, ledger entry {}", line.evidence.map(|one| one.to_string()).unwrap_or_default(),
                finding.entry),
        }],
        "collected": line.at.to_string(),
    })
}

/// Returns how far the clause is satisfied; nothing where it does not concern the subject.
fn target(line: &FindingLine) -> Option<Value> {
    let (state, reason) = match line.outcome.as_str() {
        "not-applicable" => return None,
        "met" => ("satisfied", "pass"),
        "not-met" => ("not-satisfied", "fail"),
        // Whatever else there is, absence never reads as good.
        _ => ("not-satisfied", "other"),
    };
    Some(json!({
        "type": "objective-id", "target-id": line.clause.as_str(), "status": { "state": state, "reason": reason },
    }))
}

fn name(content: &Content, subject: &str) -> String {
    let found = content.subjects.iter().find(|one| one.subject == subject);
    found.map_or_else(|| subject.to_owned(), |one| one.name.clone())
}

fn prop(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": one_line(value) })
}

/// Puts a text on one line; a value of the model is never empty.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "-".to_owned() } else { line }
}

/// Returns an id that follows from the pack and a name. The model takes ids of versions 4 and 5 alone, which ours are not; this is
/// one of version 5 in form, over SHA-256.
fn id(content: &Content, of: &str) -> String {
    let digest = Hash::of(&[b"lanyard oscal\n", content.id.as_bytes(), b"\n", of.as_bytes()]);
    let mut hex: Vec<char> = hex::encode(digest.as_bytes()).chars().take(32).collect();
    if let Some(version) = hex.get_mut(12) {
        *version = '5';
    }
    if let Some(variant) = hex.get_mut(16) {
        *variant = 'a';
    }
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().iter().collect::<String>();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
