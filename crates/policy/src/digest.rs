//! Digests of rules: two libraries with the same content have the same digest, on any machine and at any time.
//!
//! SHA-256 over the canonical JSON of what was loaded (keys in order, no white space), behind a word that keeps the
//! kinds apart. File names, comments and layout of the files do not count.

use std::io::{self, Write};

use aws_lc_rs::digest::{Context, SHA256};
use domain::Span;
use serde::Serialize;

use crate::library::Library;
use crate::model::{Clause, Document, KeptBy};

impl Clause {
    /// Returns digest of the clause, hex: its head and its own words.
    #[must_use]
    pub fn digest(&self) -> String {
        digest("clause", &self.as_written())
    }

    /// Returns the text of which [`Clause::digest`] is the SHA-256.
    ///
    /// # Errors
    /// When JSON cannot be written, which no clause can cause.
    pub fn digested(&self) -> Result<String, serde_json::Error> {
        digested("clause", &self.as_written())
    }

    /// Returns digest of what a person reads of the clause, hex: its number, title, force and own words. A person who accepted the
    /// clause accepted this. How it is kept, by which check and with what grace, is left out: correcting a check asks
    /// nobody to read the clause again.
    #[must_use]
    pub fn wording_digest(&self) -> String {
        digest("wording", &(&self.id, &self.title, &self.number, self.modality, self.withheld, &self.text))
    }

    /// Returns digest of how it is kept, as written.
    pub(crate) fn kept_digest(&self) -> String {
        digest("kept", &self.as_written().kept_by)
    }

    /// Returns the clause without the values that force parameters give it: changing one does not change the clause.
    fn as_written(&self) -> Self {
        let mut clause = self.clone();
        for kept in &mut clause.kept_by {
            if let KeptBy::Procedure { within: Some(limit), .. } = kept
                && limit.parameter.is_some()
            {
                limit.span = Span::default();
            }
        }
        clause
    }
}

impl Library {
    /// Returns digest of a check as written, hex; `None` if there is none of that name.
    #[must_use]
    pub fn check_digest(&self, name: &str) -> Option<String> {
        self.checks.get(name).map(|check| digest("check", check))
    }

    /// Returns the text of which [`Library::check_digest`] is the SHA-256.
    ///
    /// # Errors
    /// When JSON cannot be written, which no check can cause.
    pub fn check_digested(&self, name: &str) -> Result<Option<String>, serde_json::Error> {
        self.checks.get(name).map(|check| digested("check", check)).transpose()
    }

    /// Returns digest of what somebody approves of a document, hex: its cover and, of each clause, the words, who must act, the aim,
    /// whom it is limited to, who is exempt and to whom something is reported. Editor's notes and how a clause is kept are left out. `None` if there is no such document.
    #[must_use]
    pub fn document_digest(&self, id: &str) -> Option<String> {
        let document = Document { notes: Vec::new(), ..self.document(id)?.clone() };
        let approved = |clause: &Clause| {
            let reach = (&clause.applies_to, &clause.exceptions, &clause.report_to);
            digest("approved clause", &(clause.wording_digest(), &clause.actors, &clause.aim, reach))
        };
        let clauses: Vec<String> = self.clauses_in(id).map(approved).collect();
        Some(digest("document", &(document, clauses)))
    }

    /// Computes the digest of everything: forces, documents, clauses, settings, checks, procedures, registers of every kind, the
    /// parameters' values in force, and
    /// who may do what.
    #[must_use]
    pub fn digest(&self) -> String {
        let actions = &self.registers.actions;
        let registers = (self.forces(), self.facts(), self.vocabulary(), self.parameters(), actions);
        let access: Vec<_> = self.access.own().collect();
        digest(
            "library",
            &(
                &self.documents,
                &self.clauses,
                &self.settings,
                &self.checks,
                &self.baselines,
                (&self.cases, &self.movers, &self.permissions, &self.forms),
                registers,
                access,
            ),
        )
    }
}

fn digested(kind: &str, of: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(of).map(|json| format!("lanyard policy {kind}\n{json}"))
}

fn digest(kind: &str, of: &impl Serialize) -> String {
    let mut sum = Sum(Context::new(&SHA256));
    sum.0.update(b"lanyard policy ");
    sum.0.update(kind.as_bytes());
    sum.0.update(b"\n");
    // Writing to a sum cannot fail, and these types have no key that JSON lacks; were that ever to change, the words of
    // the fault make the digest differ from that of any whole value.
    if let Err(fault) = serde_json::to_writer(&mut sum, of) {
        sum.0.update(fault.to_string().as_bytes());
    }
    hex::encode(sum.0.finish())
}

struct Sum(Context);

impl Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
