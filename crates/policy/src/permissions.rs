//! Registers of permissions and exceptions, as the force writes them down: `registers/<id>.toml`.
//!
//! One mechanism, several registers: a leave to join a private hub, a written permission, an official account, a risk
//! that a person accepts. A register says who may ask, who decides, what is asked, for how long at most, and what a
//! granted entry does. It can change a force parameter for one device or person while it lasts, or keep the case of a
//! breach shut; it never turns *not met* into *met*.
//!
//! Not here: the entries themselves (crate `app`), and the registers of facts and settings (`registers`).

use domain::{ClauseId, Span};
use serde::Serialize;

use crate::model::Limit;
use crate::reader::from_words;
use crate::words::words;

words! {
    /// The subject that an entry is for.
    PermissionFor {
        /// One person; what it does, it does on the devices that they hold.
        Person = "person" / "A person",
        /// One device, with any holder.
        Device = "device" / "A device",
        /// One clause, on one device or on all of the force's.
        Clause = "clause" / "A clause",
    }

    /// What a field of a request takes.
    FieldKind {
        /// Words.
        Text = "text" / "words",
        /// One of the options.
        Choice = "choice" / "one of several",
        /// A day.
        Date = "date" / "a day",
        /// A Wi-Fi network: name, protection and, sealed, its password.
        Network = "network" / "a Wi-Fi network",
        /// An app out of a force parameter's list, by its bundle identifier.
        App = "app" / "an app",
        /// The name of an account.
        Account = "account" / "an account",
        /// Further people, by their numbers; the entry holds for them too.
        People = "people" / "people",
    }
}

/// A register of permissions or exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionRegister {
    /// The name of its file.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What an entry of it is, a sentence.
    pub says: String,
    /// The clauses that it belongs to; entries are made under the first.
    pub clauses: Vec<ClauseId>,
    /// The subject that an entry is for.
    pub about: PermissionFor,
    /// The roles that may ask.
    pub ask: Vec<String>,
    /// The roles that decide.
    pub decide: Vec<String>,
    /// Where two people must agree: the roles of the second.
    pub second: Vec<String>,
    /// How soon a request must be decided.
    pub decide_within: Option<Limit>,
    /// The longest that an entry may last.
    pub longest: Span,
    /// How long before it lapses people are warned.
    pub warn_before: Span,
    /// The procedure that its entries are the work of, as clauses name it.
    pub procedure: Option<String>,
    /// What is our own reading, and what the document does not say.
    pub note: Option<String>,
    /// What a granted entry does.
    pub does: PermissionEffect,
    /// The questions, besides for whom, why and for how long.
    pub fields: Vec<PermissionField>,
    /// The line of its roles, for who verifies them.
    #[serde(skip)]
    pub roles_line: usize,
}

/// What a granted entry does while it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "effect", rename_all = "kebab-case")]
pub enum PermissionEffect {
    /// It is written down.
    Nothing,
    /// The field's value is added to a force parameter's list, for that device or that person's devices.
    Adds {
        /// The parameter.
        parameter: String,
        /// The field.
        field: String,
    },
    /// The field's value is taken out of a force parameter's list, for that device or that person's devices.
    TakesOut {
        /// The parameter.
        parameter: String,
        /// The field.
        field: String,
    },
    /// A breach of its clauses opens no new case.
    AcceptsRisk,
}

impl PermissionEffect {
    /// Returns the parameter that it changes.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::Adds { parameter, .. } | Self::TakesOut { parameter, .. } => Some(parameter),
            Self::Nothing | Self::AcceptsRisk => None,
        }
    }
}

/// Something that a request must say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionField {
    /// Its name: small letters, digits and hyphens.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What helps to fill it in.
    pub hint: String,
    /// What it takes.
    pub kind: FieldKind,
    /// The options of a choice.
    pub options: Vec<String>,
    /// The parameter whose list an app is chosen from.
    pub parameter: Option<String>,
    /// It may be left empty.
    pub optional: bool,
}

impl PermissionRegister {
    /// Returns the clause that its entries are made under.
    #[must_use]
    pub fn clause(&self) -> Option<&ClauseId> {
        self.clauses.first()
    }

    /// Returns the field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&PermissionField> {
        self.fields.iter().find(|field| field.name == name)
    }
}
