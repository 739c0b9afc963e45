//! What pages show of terms, and how they ask for a list, made from rows and into them.

use domain::{Force, MissingTerms, PersonId, Timestamp};
use store::{terms, terms_asked};

/// A version of the terms, with the number of people who accepted exactly it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsVersion {
    /// Its digest.
    pub digest: String,
    /// When it was first asked of anybody.
    pub since: Timestamp,
    /// How many clauses it has.
    pub clauses: usize,
    /// How many people accepted it.
    pub accepted: i64,
}

impl From<terms::Version> for TermsVersion {
    fn from(row: terms::Version) -> Self {
        Self { digest: row.digest, since: row.since, clauses: row.clauses, accepted: row.accepted }
    }
}

/// How a person stands to the terms of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingView {
    /// The document.
    pub document: String,
    /// What is missing.
    pub missing: MissingTerms,
    /// When they last accepted anything of it, in whatever wording.
    pub accepted_at: Option<Timestamp>,
    /// Since when they are asked; `None` if nothing is missing.
    pub asked_at: Option<Timestamp>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// Since when their devices are restricted for it.
    pub lapsed_at: Option<Timestamp>,
    /// The way of showing that they asked for, such as `large-print`.
    pub adjusted: Option<String>,
}

impl From<terms_asked::TermsStanding> for StandingView {
    fn from(row: terms_asked::TermsStanding) -> Self {
        Self {
            document: row.document,
            missing: row.missing,
            accepted_at: row.accepted_at,
            asked_at: row.asked_at,
            due_at: row.due_at,
            lapsed_at: row.lapsed_at,
            adjusted: row.adjusted,
        }
    }
}

/// A line of the list of who stands how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingLine {
    /// The person.
    pub person: PersonId,
    /// Their force.
    pub force: Force,
    /// Their number.
    pub number: String,
    /// Their name.
    pub name: String,
    /// How they stand.
    pub standing: StandingView,
}

impl From<terms_asked::StandingLine> for StandingLine {
    fn from(row: terms_asked::StandingLine) -> Self {
        Self {
            person: row.person,
            force: row.force,
            number: row.number,
            name: row.name,
            standing: row.standing.into(),
        }
    }
}

/// The filters of the list of who stands how. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct StandingFilter {
    /// Only this force.
    pub force: Option<Force>,
    /// To one document.
    pub document: String,
    /// `accepted`, `asked`, `overdue`, `lapsed` or `adjusted`.
    pub state: String,
    /// Only what stands after this name, person and document.
    pub after: Option<(String, PersonId, String)>,
}

impl From<StandingFilter> for terms_asked::StandingFilter {
    fn from(asked: StandingFilter) -> Self {
        Self { force: asked.force, document: asked.document, state: asked.state, after: asked.after }
    }
}

/// How the people of one force stand to one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingTally {
    /// The document.
    pub document: String,
    /// The force.
    pub force: Force,
    /// Nothing is missing.
    pub accepted: i64,
    /// Asked, with time left.
    pub asked: i64,
    /// Asked, with the time over.
    pub overdue: i64,
    /// Their devices are restricted.
    pub lapsed: i64,
    /// They asked for another way of showing and have not accepted yet.
    pub adjusted: i64,
}

impl From<terms_asked::StandingTally> for StandingTally {
    fn from(row: terms_asked::StandingTally) -> Self {
        Self {
            document: row.document,
            force: row.force,
            accepted: row.accepted,
            asked: row.asked,
            overdue: row.overdue,
            lapsed: row.lapsed,
            adjusted: row.adjusted,
        }
    }
}

/// An acceptance, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptanceView {
    /// The version: a digest over the clauses shown.
    pub terms_digest: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// How it was shown: on a page, on paper, at a counter.
    pub shown: String,
}

impl From<terms::Acceptance> for AcceptanceView {
    fn from(row: terms::Acceptance) -> Self {
        Self { terms_digest: row.terms_digest, accepted_at: row.accepted_at, shown: row.shown }
    }
}
