//! Puts findings under an entry of the ledger: one line for each finding that changed, and the root over the lines of a transaction.
//!
//! A line names the subject, the clause, the outcome, the times, and the digest of the evidence. The entry carries the number of
//! lines and their Merkle root (RFC 6962 section 2.1) as its reason: `findings:12:` and the root in base64. So one entry proves
//! any number of findings, and each of them by itself, with a path of a few hashes.

use std::collections::BTreeMap;
use std::convert::Infallible;

use domain::{ClauseId, EvidenceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::hash::{Hash, leaf_hash};
use crate::proof::inclusion_proof;
use crate::tree::{NodeStore, Tree, TreeError};

/// The action of an entry over findings that changed.
pub const FINDINGS_CHANGED: &str = "findings.changed";
/// The action of an entry over findings that were there before findings were entered.
pub const FINDINGS_CARRIED: &str = "findings.carried-over";
/// The outcome of a line that ends a finding: the clause asks nothing of the subject any more.
pub const WITHDRAWN: &str = "withdrawn";
/// Most lines of one batch; a policy has some hundred clauses.
pub const MAX_LINES: usize = 100_000;
/// How the reason of such an entry begins.
const STATED: &str = "findings:";

/// The reason why text is not what findings are written as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindingError {
    /// A line that is not spelt as a line is.
    #[error("line {0} of the findings is not spelt as it would be written")]
    Malformed(usize),
    /// No line, or more than a batch may have.
    #[error("an entry is over 1 to 100000 findings")]
    Count,
    /// A line cannot be written as JSON.
    #[error("a finding cannot be written: {0}")]
    Encode(String),
}

/// One finding as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingLine {
    /// The subject, such as `device:0190...`.
    pub subject: String,
    /// The clause.
    pub clause: ClauseId,
    /// The word of the outcome, or [`WITHDRAWN`].
    pub outcome: String,
    /// Since when the outcome has had this word.
    pub since: Timestamp,
    /// The time of the judgement.
    pub at: Timestamp,
    /// The evidence; absent where the finding ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceId>,
    /// Digest of the evidence: see [`crate::EvidenceText`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Hash>,
}

impl FindingLine {
    /// Returns the line as it is hashed, without a newline.
    ///
    /// # Errors
    /// When JSON cannot be written.
    pub fn text(&self) -> Result<String, FindingError> {
        serde_json::to_string(self).map_err(|error| FindingError::Encode(error.to_string()))
    }

    /// Parses a line, and only if it is spelt as it would be written.
    ///
    /// # Errors
    /// When it is not.
    pub fn parse(text: &str) -> Result<Self, FindingError> {
        let line: Self = serde_json::from_str(text).map_err(|_| FindingError::Malformed(0))?;
        if line.text()? == text { Ok(line) } else { Err(FindingError::Malformed(0)) }
    }

    /// Returns whether the line ends the finding.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.evidence.is_none()
    }
}

/// Returns the hash of a line's text in the tree of its batch.
#[must_use]
pub fn finding_leaf(text: &str) -> Hash {
    leaf_hash(text.as_bytes())
}

/// The findings of one entry, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingBatch {
    lines: Vec<(FindingLine, String)>,
}

impl FindingBatch {
    /// Makes the batch of these lines.
    ///
    /// # Errors
    /// When there is none, or there are too many.
    pub fn new(lines: Vec<FindingLine>) -> Result<Self, FindingError> {
        if lines.is_empty() || lines.len() > MAX_LINES {
            return Err(FindingError::Count);
        }
        let with_text = |line: FindingLine| line.text().map(|text| (line, text));
        Ok(Self { lines: lines.into_iter().map(with_text).collect::<Result<_, _>>()? })
    }

    /// Parses the lines as [`FindingBatch::text`] writes them.
    ///
    /// # Errors
    /// When a line is not spelt as it would be written, which it names, or their number is out of bounds.
    pub fn parse(text: &str) -> Result<Self, FindingError> {
        let mut lines = Vec::new();
        for (number, text) in (1..).zip(text.split('\n')) {
            if number > MAX_LINES {
                return Err(FindingError::Count);
            }
            let line = FindingLine::parse(text).map_err(|_| FindingError::Malformed(number))?;
            lines.push((line, text.to_owned()));
        }
        Ok(Self { lines })
    }

    /// Returns the lines with a newline between them, as they are kept.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// Iterates over the lines.
    pub fn lines(&self) -> impl Iterator<Item = &FindingLine> {
        self.lines.iter().map(|(line, _)| line)
    }

    /// Returns the number of lines.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::try_from(self.lines.len()).unwrap_or(u64::MAX)
    }

    /// Returns the root over the lines.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut tree = Tree::new();
        for (_, text) in &self.lines {
            tree.push(finding_leaf(text));
        }
        tree.root()
    }

    /// Returns the reason of the entry over these lines.
    #[must_use]
    pub fn stated(&self) -> String {
        format!("{STATED}{}:{}", self.count(), self.root())
    }

    /// Returns the text of line `index`, from 0, with its path to the root; `None` where there is no such line.
    #[must_use]
    pub fn prove(&self, index: u64) -> Option<(String, Vec<Hash>)> {
        let (_, text) = self.lines.get(usize::try_from(index).ok()?)?;
        let (mut tree, mut nodes) = (Tree::new(), Nodes::default());
        for (_, text) in &self.lines {
            tree.append(finding_leaf(text), &mut nodes).ok()?;
        }
        let path: Result<_, TreeError<Infallible>> = inclusion_proof(index, self.count(), &mut nodes);
        Some((text.clone(), path.ok()?))
    }
}

/// Reads the reason of an entry over findings: the number of lines and their root.
#[must_use]
pub fn stated_findings(reason: &str) -> Option<(u64, Hash)> {
    let (count, root) = reason.strip_prefix(STATED)?.split_once(':')?;
    let number: u64 = count.parse().ok()?;
    (number > 0 && number.to_string() == count).then_some(())?;
    Some((number, root.parse().ok()?))
}

/// Nodes in memory.
#[derive(Default)]
struct Nodes(BTreeMap<(u8, u64), Hash>);

impl NodeStore for Nodes {
    type Error = Infallible;

    fn get(&mut self, level: u8, index: u64) -> Result<Option<Hash>, Infallible> {
        Ok(self.0.get(&(level, index)).copied())
    }

    fn put(&mut self, level: u8, index: u64, hash: Hash) -> Result<(), Infallible> {
        self.0.insert((level, index), hash);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::verify_inclusion;

    fn line(number: u128) -> FindingLine {
        FindingLine {
            subject: "device:a".into(),
            clause: format!("MDU-6.{number}").parse().unwrap(),
            outcome: "met".into(),
            since: Timestamp::from_millis(1),
            at: Timestamp::from_millis(2),
            evidence: Some(EvidenceId::from_uuid(uuid::Uuid::from_u128(number))),
            digest: Some(Hash::of(&[&number.to_be_bytes()])),
        }
    }

    #[test]
    fn each_line_is_proven_by_the_root_that_the_entry_states() {
        for many in [1, 2, 5, 64, 65] {
            let batch = FindingBatch::new((1..=many).map(line).collect()).unwrap();
            let (count, root) = stated_findings(&batch.stated()).unwrap();
            assert_eq!((count, root), (batch.count(), batch.root()));
            for index in 0..count {
                let (text, path) = batch.prove(index).unwrap();
                verify_inclusion(finding_leaf(&text), index, count, &path, root).unwrap();
                let other = text.replace("\"met\"", "\"not-met\"");
                assert!(verify_inclusion(finding_leaf(&other), index, count, &path, root).is_err());
            }
            assert_eq!(batch.prove(count), None);
            assert_eq!(FindingBatch::parse(&batch.text()).unwrap(), batch);
        }
    }

    #[test]
    fn only_one_spelling_is_read() {
        let good = line(1).text().unwrap();
        assert!(FindingLine::parse(&good).is_ok());
        for bad in
            ["", "{}", &good.replace("\":", "\": "), &good.replace("{\"subject", "{\"more\":1,\"subject")]
        {
            assert!(FindingLine::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(FindingBatch::parse(&format!("{good}\n")), Err(FindingError::Malformed(2)));
        assert_eq!(FindingBatch::new(Vec::new()), Err(FindingError::Count));
        let root = Hash::of(&[]);
        assert!(stated_findings(&format!("findings:3:{root}")).is_some());
        for bad in [format!("findings:03:{root}"), format!("findings:0:{root}"), format!("found:3:{root}")] {
            assert_eq!(stated_findings(&bad), None, "{bad}");
        }
    }
}
