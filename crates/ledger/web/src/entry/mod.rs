//! One entry of the ledger, for everybody who may read it: all its content, and the proof that the ledger contains it.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;
use ledger_app::read::DetailState;

use crate::entries::Row;
use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "entry/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The entry in words.
    pub row: Row,
    /// The action as recorded, such as `device.lock.ordered`.
    pub action: String,
    /// The force that it belongs to; empty for entries that concern every force or neither.
    pub force: String,
    /// The title of its clause; empty where it has none.
    pub clause_title: String,
    /// The salted digest of the private detail; empty where it has none.
    pub detail_digest: String,
    /// The state of the private detail.
    pub detail: DetailState,
    /// The latest checkpoint, where it covers the entry: how many entries it covers, and when it was signed.
    pub covered: Option<(u64, Timestamp)>,
    /// The address from which the proof is downloaded.
    pub proof: String,
    /// The public key that it is verified with.
    pub key: String,
}

impl View {
    /// Returns an entry that is proven, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let rows = crate::entries::View::sample().rows;
        let row = rows.into_iter().find(|row| row.index == Some(12));
        Self {
            shell: Shell::sample(Area::Ledger),
            row: row.unwrap_or_else(Self::waiting_row),
            action: "terms.accepted".into(),
            force: "Northshire".into(),
            clause_title: "Acceptance of the policy <script>".into(),
            detail_digest: "0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566778899aabbccddeeff0".into(),
            detail: DetailState::Erased,
            covered: Some((1042, web_shell::clock::hours_ago(0))),
            proof: "/ledger/0190c7a0-0000-7000-8000-000000000001/proof".into(),
            key: "lanyard.force.example+a1b2c3d4+AQIDBAUGBwg=".into(),
        }
    }

    /// Returns an entry that no checkpoint covers yet, for the gallery and the tests.
    #[must_use]
    pub fn sample_waiting() -> Self {
        Self { row: Self::waiting_row(), detail: DetailState::Kept, covered: None, ..Self::sample() }
    }

    fn waiting_row() -> Row {
        Row {
            href: "/ledger/0190c7a0-0000-7000-8000-000000000001".into(),
            index: None,
            at: web_shell::clock::hours_ago(0),
            who: "Insp Grey <script>".into(),
            what: "Device lost mode ordered".into(),
            on: None,
            force: "Northshire".into(),
            clauses: Vec::new(),
            why: "left on a train".into(),
            digest: "7a0f2d8c4b1e96533f1d0a7e2c8b5f4490c6d1e2f3a4b5c6d7e8f90a1b2c3d4e".into(),
            erased: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_offered_only_where_there_is_one() {
        assert!(View::sample().render().unwrap().contains("/proof\""));
        let waiting = View::sample_waiting().render().unwrap();
        assert!(!waiting.contains("/proof\"") && waiting.contains("Not proven yet"), "{waiting}");
    }
}
