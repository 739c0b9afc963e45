//! The forces that a policy is for: what each is called, whom its people ring, and the customs that they share.

use std::sync::Arc;

use domain::Force;
pub use domain::local_time::DateForm;
use serde::Serialize;

/// Somebody who can be rung: the name of a desk or a post, and its number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// The name that people of the force know it by.
    pub name: String,
    /// The telephone number, as people of the force dial it.
    pub number: String,
    /// What to ring from any telephone, in words that follow "ring them on"; `None` where the number reaches them from anywhere.
    pub outside: Option<String>,
}

impl Contact {
    /// Returns what to ring from any telephone.
    #[must_use]
    pub fn from_anywhere(&self) -> &str {
        self.outside.as_deref().unwrap_or(&self.number)
    }
}

/// One force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ForceDetails {
    /// Its word, in files, tables and addresses.
    pub word: Force,
    /// Its full name.
    pub title: Arc<str>,
    /// Its name where there is little room.
    pub short: String,
    /// The desk that answers in working hours.
    pub service_desk: Contact,
    /// The officer who answers at any hour.
    pub duty_officer: Contact,
}

/// A force with its name: what is shown of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForceName {
    /// The force.
    pub force: Force,
    title: Arc<str>,
}

impl ForceName {
    /// Joins a force and a name for it.
    pub fn new(force: Force, title: &str) -> Self {
        Self { force, title: title.into() }
    }

    /// Returns the full name.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.force.as_str()
    }
}

/// The forces of a policy, in the order of its file, and what they have in common.
///
/// One installation serves forces that keep one clock and mark their papers alike: forces in two time zones need two installations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Forces {
    /// The forces; at least one.
    pub entries: Vec<ForceDetails>,
    /// The time zone, by its name in the time zone database, such as `Europe/Berlin`.
    pub time_zone: String,
    /// How days are written.
    pub dates: DateForm,
    /// The protective marking of pages, mail and printed records.
    pub marking: String,
    /// The number that anybody rings in an emergency.
    pub emergency: String,
    /// The calling code of the country, such as `44`: with it, people may write their numbers as they dial them at home.
    pub calling_code: Option<String>,
    /// What the identifiers of profiles on devices begin with, in reverse-DNS style. Changing it leaves the old profiles on
    /// devices.
    pub profile_prefix: String,
}

impl Forces {
    /// Returns the forces in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &ForceDetails> {
        self.entries.iter()
    }

    /// Returns the words of the forces in the order of the file.
    #[must_use]
    pub fn words(&self) -> Vec<Force> {
        self.entries.iter().map(|entry| entry.word).collect()
    }

    /// Returns what the policy says of a force; `None` for one that it does not serve.
    #[must_use]
    pub fn entry(&self, force: Force) -> Option<&ForceDetails> {
        self.entries.iter().find(|entry| entry.word == force)
    }

    /// Returns the force that somebody typed: its word, its title or its short title, in capitals or not.
    #[must_use]
    pub fn find(&self, typed: &str) -> Option<Force> {
        let typed = typed.trim().to_lowercase();
        let entry = self.entries.iter().find(|entry| {
            entry.word.as_str() == typed
                || entry.title.to_lowercase() == typed
                || entry.short.to_lowercase() == typed
        });
        entry.map(|entry| entry.word)
    }

    /// Returns the force, where there is only one.
    #[must_use]
    pub fn only(&self) -> Option<Force> {
        match self.entries.as_slice() {
            [one] => Some(one.word),
            _ => None,
        }
    }

    /// Returns a force with its full name; its word stands for the name of a force that the policy no longer serves.
    #[must_use]
    pub fn name(&self, force: Force) -> ForceName {
        let title = self.entry(force).map_or_else(|| force.as_str().into(), |entry| Arc::clone(&entry.title));
        ForceName { force, title }
    }

    /// Returns the short names of all forces, as one would list them: `Northshire and Southshire`.
    #[must_use]
    pub fn together(&self) -> String {
        let names: Vec<&str> = self.entries.iter().map(|entry| entry.short.as_str()).collect();
        match names.as_slice() {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [before @ .., last] => format!("{} and {last}", before.join(", ")),
        }
    }

    /// Lists the words of the forces, for a message about a word that is none of them.
    #[must_use]
    pub fn listed(&self) -> String {
        self.entries.iter().map(|entry| entry.word.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// A file with one force, for tests of other files.
#[cfg(test)]
pub(crate) const ONE: &str = r#"
time_zone = "Europe/London"
marking = "OFFICIAL"
emergency = "999"
profile_prefix = "org.example"
[[force]]
word = "northshire"
title = "Northshire Police"
short = "Northshire"
service_desk = { name = "Service Desk", number = "100" }
duty_officer = { name = "Duty officer", number = "200" }
"#;
