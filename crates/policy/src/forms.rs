//! The forms of incidents: what the reporter and the assessor are asked, and the clock that begins with an incident.
//!
//! Which questions a force asks, which regulator it tells and how long it has for that are data: `forms/<name>.toml`.

use domain::{ClauseId, Span};
use serde::Serialize;

use crate::model::Limit;
use crate::words::{Actor, AnswerKind, Half, Known};

/// The answer that every choice offers.
pub const NOT_KNOWN: &str = "I do not know";

/// A form: `forms/<name>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormType {
    /// Its title on screen.
    pub title: String,
    /// The types of case that a form belongs to: each case of them gets one.
    pub cases: Vec<String>,
    /// Who reads it and assesses it.
    pub goes_to: Actor,
    /// How soon the reporter's half is due.
    pub within: Limit,
    /// How long what it holds is kept after its case is closed.
    pub keep: Limit,
    /// The clock that begins when the force becomes aware; `None` where nobody has to be told.
    pub clock: Option<FormClock>,
    /// The type of case that a person opens who reports a breach of their own.
    pub own_report: Option<String>,
    /// The type of case that is opened by hand.
    pub by_hand: Option<String>,
    /// The sealed type of case in which professional standards look into it, if a person decides so.
    pub referral: Option<String>,
    /// What a breach may be that somebody reports of their own.
    pub kinds: Vec<BreachKind>,
    /// The questions, in order.
    pub fields: Vec<FormField>,
}

/// Telling the regulator: whom, under which law, and within what time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormClock {
    /// The regulator, as a sentence names it.
    pub regulator: String,
    /// The law that asks for it.
    pub law: String,
    /// How long there is, from the moment when the force became aware.
    pub within: Limit,
    /// How long before the end people are warned, the longest first.
    pub warn_before: Vec<Span>,
}

/// What a breach may be that somebody reports of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BreachKind {
    /// Its name.
    pub name: String,
    /// Its title, as the person reads it.
    pub title: String,
    /// The clause that it falls under.
    pub clause: Option<ClauseId>,
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormField {
    /// Its name: small letters, digits and hyphens.
    pub name: String,
    /// Which half it stands in.
    pub half: Half,
    /// The question.
    pub ask: String,
    /// What helps to answer it.
    pub hint: String,
    /// How it is answered.
    pub kind: AnswerKind,
    /// The options of a choice. "I do not know" is always one more.
    pub options: Vec<String>,
    /// What the report of a loss says of it already.
    pub known: Option<Known>,
    /// Only for cases of these types; empty: for all.
    pub only: Vec<String>,
    /// Whether it may be left empty.
    pub optional: bool,
}

impl FormField {
    /// Returns whether it is asked in cases of a type.
    #[must_use]
    pub fn is_asked_in(&self, case: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == case)
    }
}

impl FormType {
    /// Returns the questions of one half for cases of a type.
    pub fn asked<'a>(&'a self, half: Half, case: &'a str) -> impl Iterator<Item = &'a FormField> {
        self.fields.iter().filter(move |field| field.half == half && field.is_asked_in(case))
    }

    /// Returns the kind of breach of that name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&BreachKind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }
}
