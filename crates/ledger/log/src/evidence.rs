//! Writes the evidence of a finding as the text of which the ledger keeps the digest, so that single facts can be withheld.
//!
//! The text is JSON with sorted keys and no spaces. In place of each fact stands the digest of its salt and its own text: whoever
//! may read a fact gets both and can compare; whoever may not sees that there is one, and nothing of it. The salts follow from
//! one secret of the evidence.

use serde_json::{Value, json};

use crate::hash::{Hash, HashError};

/// The name and version of the text.
const FORMAT: &str = "lanyard-evidence-1";

/// The evidence of one finding, by its parts.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceParts<'a> {
    /// Its id.
    pub id: &'a str,
    /// The subject, such as `device:0190...`.
    pub subject: &'a str,
    /// The clause.
    pub clause: &'a str,
    /// The outcome with its reason.
    pub outcome: &'a Value,
    /// The time of the judgement, in milliseconds since 1970 UTC.
    pub judged_at: i64,
    /// Digest of the policy in force.
    pub policy_digest: &'a str,
    /// Digest of the clause.
    pub clause_digest: &'a str,
    /// What was judged; the facts are in its list `facts`.
    pub basis: &'a Value,
}

/// A fact as it is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaltedFact {
    /// The salt, which belongs to this fact alone.
    pub salt: Hash,
    /// The fact.
    pub text: String,
}

impl SaltedFact {
    /// Returns the digest that stands in the evidence's text.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::of(&[self.salt.as_bytes(), self.text.as_bytes()])
    }
}

/// The text of some evidence, and its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceText {
    /// The text.
    pub text: String,
    /// The facts, in the order of their digests in the text.
    pub facts: Vec<SaltedFact>,
}

impl EvidenceText {
    /// Writes some evidence with its salt.
    #[must_use]
    pub fn of(parts: &EvidenceParts<'_>, salt: &Hash) -> Self {
        let mut basis = parts.basis.clone();
        let mut facts = Vec::new();
        if let Some(list) = basis.get_mut("facts").and_then(Value::as_array_mut) {
            for (number, fact) in (0_u32..).zip(list.iter_mut()) {
                let salted = SaltedFact {
                    salt: Hash::of(&[salt.as_bytes(), &number.to_be_bytes()]),
                    text: canonical(fact),
                };
                *fact = Value::String(salted.digest().to_string());
                facts.push(salted);
            }
        }
        let text = canonical(&json!({
            "format": FORMAT, "id": parts.id, "subject": parts.subject, "clause": parts.clause,
            "outcome": parts.outcome, "judged_at": parts.judged_at, "policy_digest": parts.policy_digest,
            "clause_digest": parts.clause_digest, "basis": basis,
        }));
        Self { text, facts }
    }

    /// Returns the digest that the ledger keeps.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::of(&[self.text.as_bytes()])
    }
}

/// Lists the digests of the facts that a text of evidence holds.
///
/// # Errors
/// When one of them is not a digest.
pub fn fact_digests(evidence: &Value) -> Result<Vec<Hash>, HashError> {
    let facts = evidence.get("basis").and_then(|basis| basis.get("facts")).and_then(Value::as_array);
    facts.into_iter().flatten().map(|fact| fact.as_str().ok_or(HashError)?.parse()).collect()
}

/// Writes JSON with the keys of every object in order of their bytes and no spaces.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    put(&mut out, value);
    out
}

fn put(out: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                put(out, item);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by(|one, other| one.0.cmp(other.0));
            out.push('{');
            for (place, (name, value)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                put(out, value);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(outcome: &'a Value, basis: &'a Value) -> EvidenceParts<'a> {
        EvidenceParts {
            id: "e",
            subject: "device:a",
            clause: "MDU-6.2a",
            outcome,
            judged_at: 7,
            policy_digest: "p",
            clause_digest: "c",
            basis,
        }
    }

    #[test]
    fn a_fact_is_withheld_behind_its_digest_and_compared_by_its_salt() {
        let (outcome, salt) = (json!({ "outcome": "met" }), Hash::of(&[b"salt"]));
        let basis = json!({ "kind": "device", "facts": [{ "name": "passcode.present", "value": true }, { "name": "x" }] });
        let text = EvidenceText::of(&parts(&outcome, &basis), &salt);
        assert!(!text.text.contains("passcode.present"), "{}", text.text);
        let read: Value = serde_json::from_str(&text.text).unwrap();
        let digests = fact_digests(&read).unwrap();
        assert_eq!(digests, text.facts.iter().map(SaltedFact::digest).collect::<Vec<_>>());
        assert_ne!(text.facts[0].salt, text.facts[1].salt);
        let other = EvidenceText::of(&parts(&outcome, &basis), &Hash::of(&[b"other"]));
        assert_ne!(other.digest(), text.digest());
    }

    #[test]
    fn keys_are_sorted_and_text_is_escaped() {
        let value = json!({ "b": [1, { "z": null, "a": "q\"\n\u{e9}" }], "a": false });
        assert_eq!(canonical(&value), "{\"a\":false,\"b\":[1,{\"a\":\"q\\\"\\n\u{e9}\",\"z\":null}]}");
    }
}
