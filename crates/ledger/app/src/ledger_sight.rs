//! Decides which ledger entries a reader may see; pages, CSV, export, proof and the first page's list all ask here.
//!
//! An entry is visible to the readers of its force. One without a force is visible to readers of every force; one
//! that concerns everybody (the rules in force, the ledger's own state) to all readers. Nobody reads an entry about
//! themselves, about a device that they hold or were handed, or about a case of theirs, unless its action is in
//! [`SHOWN_TO_SUBJECT`]: a new action is hidden from its subject until somebody adds it there. An entry about a
//! sealed case is for readers who may know of the case.

use std::collections::{HashMap, HashSet};

use domain::{CaseId, Force};
use store::ledger::{self, Entry, LedgerFilter, concerns_every_force};
use store::{Tx, people};

use kernel::access::{Actor, Permit, SeeLedger};
use kernel::{App, AppError};

/// Actions that people may read about themselves: those that their own pages show, and acts done with their
/// knowledge.
const SHOWN_TO_SUBJECT: &[&str] = &[
    "bootstrap-token.",
    "case.closed",
    "case.item.missing",
    "case.noted",
    "case.opened",
    "case.step.done",
    "case.taken",
    "certificate.",
    "check-in.refused",
    "custody.",
    "device.authenticated",
    "device.checked-out",
    "device.configured",
    "device.described",
    "device.enrolled",
    "device.found",
    "device.holder.set",
    "device.missing",
    "device.registered",
    "device.retired",
    "device.withdrawn",
    "directory-account.bound",
    "duty.",
    "enrolment.",
    "live-matter.called",
    "notice.",
    "off-duty.stated",
    "person.added",
    "person.changed",
    "person.ended",
    "person.event.",
    "person.returned",
    "reminder.answered",
    "role.",
    "sign-in.refused",
    "terms.",
    "unused.answered",
];

/// An entry that a reader may see.
#[derive(Debug, Clone)]
pub struct Found {
    pub(crate) entry: Entry,
    /// Whether its private detail was erased.
    pub(crate) erased: bool,
}

impl Found {
    /// Returns the word of its action.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.entry.action
    }

    /// Returns who did it, as the ledger names them.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.entry.actor
    }
}

/// The entries that one reader may see.
pub struct LedgerSight {
    app: App,
    actor: Actor,
    force: Option<Force>,
    own: HashSet<String>,
    cases: HashMap<CaseId, bool>,
}

impl LedgerSight {
    /// Looks up what belongs to the reader of a permit.
    pub fn of(app: &App, tx: &mut Tx<'_>, permit: &Permit<SeeLedger>) -> Result<Self, AppError> {
        Self::of_actor(app, tx, permit.actor(), permit.scope().force())
    }

    /// Looks up what belongs to a reader of one force, or of all forces.
    pub fn of_actor(
        app: &App,
        tx: &mut Tx<'_>,
        actor: &Actor,
        force: Option<Force>,
    ) -> Result<Self, AppError> {
        let mut own = HashSet::new();
        if let Some(person) = actor.person {
            own.extend(ledger::own_subjects(tx, person)?);
            own.insert(format!("person:{person}"));
        }
        Ok(Self { app: app.clone(), actor: actor.clone(), force, own, cases: HashMap::new() })
    }

    /// Returns the force that the reader is confined to.
    pub const fn force(&self) -> Option<Force> {
        self.force
    }

    /// Returns whether the reader may see an entry.
    pub fn covers(&mut self, tx: &mut Tx<'_>, entry: &Entry) -> Result<bool, AppError> {
        Ok(self.within_wall(entry) && !self.hidden(tx, entry)?)
    }

    /// Returns whether an entry belongs to the reader's force, or concerns every force.
    pub(crate) fn within_wall(&self, entry: &Entry) -> bool {
        match (self.force, entry.force) {
            (None, _) => true,
            (Some(own), Some(of)) => own == of,
            (Some(_), None) => concerns_every_force(&entry.action),
        }
    }

    /// Returns whether an entry of the reader's force is about the reader and hidden from them, or about a case that
    /// they may not know of.
    fn hidden(&mut self, tx: &mut Tx<'_>, entry: &Entry) -> Result<bool, AppError> {
        let shown = SHOWN_TO_SUBJECT.iter().any(|action| entry.action.starts_with(action));
        if !shown && self.own.contains(&entry.subject) {
            return Ok(true);
        }
        let Some(Ok(case)) = entry.subject.strip_prefix("case:").map(str::parse) else { return Ok(false) };
        let known = match self.cases.get(&case) {
            Some(known) => *known,
            None => cases_app::mentioned_case(&self.app, tx, &self.actor, Some(case))?.is_some(),
        };
        self.cases.insert(case, known);
        Ok(!known)
    }

    /// Returns whether an entry may be exported in full. An entry without a force that was made by somebody of
    /// another force is shown in words, without the name, and exported as its hash only.
    pub fn covers_word_for_word(&mut self, tx: &mut Tx<'_>, entry: &Entry) -> Result<bool, AppError> {
        Ok(self.covers(tx, entry)? && !self.names_other_force(tx, entry)?)
    }

    /// Returns whether an entry without a force was made by somebody of a force that the reader does not see.
    pub fn names_other_force(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<bool, AppError> {
        let (Some(own), None) = (self.force, entry.force) else { return Ok(false) };
        let Some(Ok(person)) = entry.actor.strip_prefix("person:").map(str::parse) else { return Ok(false) };
        Ok(people::by_id(tx, person)?.is_some_and(|person| person.force != own))
    }

    /// Lists up to `limit` entries that the reader may see, newest first.
    pub fn list(
        &mut self,
        tx: &mut Tx<'_>,
        filter: &LedgerFilter,
        limit: u32,
    ) -> Result<Vec<Found>, AppError> {
        let mut filter = LedgerFilter { force: self.force, ..filter.clone() };
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        loop {
            let batch = ledger::list(tx, &filter, limit)?;
            let more = batch.len() == wanted;
            filter.after = batch.last().map(|(entry, _)| (entry.at, entry.id));
            for (entry, erased) in batch {
                if self.covers(tx, &entry)? {
                    found.push(Found { entry, erased });
                }
                if found.len() == wanted {
                    return Ok(found);
                }
            }
            if !more || limit == 0 {
                return Ok(found);
            }
        }
    }
}
