//! What pages show of permissions, and how they ask for a list, made from rows and into them.

use domain::{Force, PermissionId, PermissionState, PersonId, Timestamp};
use store::permissions::{self, lists};

/// A permission, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionView {
    /// Its id.
    pub id: PermissionId,
    /// The number that people say.
    pub number: i64,
    /// The register, by the name of its file.
    pub register: String,
    /// The force that it belongs to.
    pub force: Force,
    /// Its state.
    pub state: PermissionState,
    /// Counts the changes of state.
    pub version: i64,
    /// The person it is for.
    pub person: Option<PersonId>,
    /// Why it is needed, in the asker's words.
    pub because: String,
    /// The name of who asked.
    pub asked: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Until when it is wanted.
    pub wanted_until: Timestamp,
    /// The name of the first of two who agreed.
    pub agreed: Option<String>,
    /// The name of who decided.
    pub decided: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why, in the decider's words.
    pub decision: Option<String>,
    /// Its conditions.
    pub conditions: Option<String>,
    /// From when it is in force.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// When a person last said that it is still needed.
    pub reviewed_at: Option<Timestamp>,
    /// When it was over, and why.
    pub ended: Option<(Timestamp, String)>,
}

impl From<permissions::Permission> for PermissionView {
    fn from(row: permissions::Permission) -> Self {
        Self {
            id: row.id,
            number: row.number,
            register: row.register,
            force: row.force,
            state: row.state,
            version: row.version,
            person: row.person,
            because: row.because,
            asked: row.asked.name,
            asked_at: row.asked_at,
            wanted_until: row.wanted_until,
            agreed: row.agreed.map(|(named, _)| named.name),
            decided: row.decided.map(|named| named.name),
            decided_at: row.decided_at,
            decision: row.decision,
            conditions: row.conditions,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            reviewed_at: row.reviewed_at,
            ended: row.ended,
        }
    }
}

impl PermissionView {
    /// Returns whether it waits for a decision.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, PermissionState::Asked | PermissionState::Agreed)
    }
}

/// The filters of a list of permissions. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct PermissionFilter {
    /// Only this force's.
    pub force: Option<Force>,
    /// Only this register's.
    pub register: String,
    /// A state's word, or `open`, `in-force`, `lapsing`, `late`.
    pub state: String,
    /// Part of the reason, a field, who asked, or the reference, which reads `P-` and the number.
    pub search: String,
    /// Only those that this person asked for or that are for them.
    pub own: Option<PersonId>,
    /// Only those that stand after this one in the list.
    pub after: Option<(Timestamp, PermissionId)>,
}

impl From<PermissionFilter> for lists::PermissionFilter {
    fn from(asked: PermissionFilter) -> Self {
        Self {
            force: asked.force,
            register: asked.register,
            state: asked.state,
            search: asked.search,
            own: asked.own,
            after: asked.after,
        }
    }
}

/// The figures of one register.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PermissionFigures {
    /// Waiting for a decision.
    pub open: i64,
    /// In force.
    pub in_force: i64,
    /// In force, and warned of their end.
    pub lapsing: i64,
    /// All that there ever were.
    pub all: i64,
}

impl From<lists::PermissionFigures> for PermissionFigures {
    fn from(row: lists::PermissionFigures) -> Self {
        Self { open: row.open, in_force: row.in_force, lapsing: row.lapsing, all: row.all }
    }
}
