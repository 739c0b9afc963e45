//! What pages, verbs and the directory see of people, their events and their roles, made from rows.

use domain::{CaseId, ClauseId, Day, EventId, Force, GrantId, GroupId, PersonId, PersonSource, Timestamp};
use store::{events, grants, groups, people, takeovers};

/// A person, as their own page, forms and verbs show them.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonView {
    /// The person.
    pub id: PersonId,
    /// Their force.
    pub force: Force,
    /// Collar or staff number, unique in the force.
    pub number: String,
    /// Name as it is shown.
    pub name: String,
    /// Work address, if known.
    pub email: Option<String>,
    /// Their job: officer, staff, or another word of the force. Not what they may do here: that is `access`.
    pub role: String,
    /// Unit, if known.
    pub unit: Option<String>,
    /// When they left; people are ended, never deleted with their history.
    pub ended_at: Option<Timestamp>,
    /// The directory's name for them, for as long as a directory provisions them; unique in the force in any case of
    /// letters, ASCII.
    pub user_name: Option<String>,
    /// Work telephone, if known.
    pub phone: Option<String>,
    /// Who answers for them, if known.
    pub line_manager: Option<PersonId>,
    /// Their first day, in the force's calendar.
    pub starts_on: Option<Day>,
    /// Their last working day, in the force's calendar.
    pub last_day: Option<Day>,
    /// Where the row came from last.
    pub source: PersonSource,
    /// Counts every change, from 1.
    pub version: i64,
    /// When name, number and addresses were erased on schedule.
    pub erased_at: Option<Timestamp>,
}

impl From<people::Person> for PersonView {
    fn from(row: people::Person) -> Self {
        Self {
            id: row.id,
            force: row.force,
            number: row.number,
            name: row.name,
            email: row.email,
            role: row.role,
            unit: row.unit,
            ended_at: row.ended_at,
            user_name: row.user_name,
            phone: row.phone,
            line_manager: row.line_manager,
            starts_on: row.starts_on,
            last_day: row.last_day,
            source: row.source,
            version: row.version,
            erased_at: row.erased_at,
        }
    }
}

impl std::fmt::Debug for PersonView {
    /// Prints who without naming them: everything else is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonView({} of {})", self.id, self.force)
    }
}

/// A person, as the directory may read them back.
#[derive(Clone, PartialEq, Eq)]
pub struct ProvisionedPerson {
    /// The person.
    pub id: PersonId,
    /// Their force.
    pub force: Force,
    /// Collar or staff number, unique in the force.
    pub number: String,
    /// Name as it is shown.
    pub name: String,
    /// Work address, if known.
    pub email: Option<String>,
    /// Their job: officer, staff, or another word of the force. Not what they may do here: that is `access`.
    pub role: String,
    /// Unit, if known.
    pub unit: Option<String>,
    /// When they were entered.
    pub created_at: Timestamp,
    /// When they left; people are ended, never deleted with their history.
    pub ended_at: Option<Timestamp>,
    /// The directory's name for them, for as long as a directory provisions them; unique in the force in any case of
    /// letters, ASCII.
    pub user_name: Option<String>,
    /// The directory's own identifier.
    pub external_id: Option<String>,
    /// Work telephone, if known.
    pub phone: Option<String>,
    /// Who answers for them, if known.
    pub line_manager: Option<PersonId>,
    /// Their first day, in the force's calendar.
    pub starts_on: Option<Day>,
    /// Their last working day, in the force's calendar.
    pub last_day: Option<Day>,
    /// Counts every change, from 1.
    pub version: i64,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// What only the directory uses, as JSON.
    pub directory: Option<String>,
}

impl From<people::Person> for ProvisionedPerson {
    fn from(row: people::Person) -> Self {
        Self {
            id: row.id,
            force: row.force,
            number: row.number,
            name: row.name,
            email: row.email,
            role: row.role,
            unit: row.unit,
            created_at: row.created_at,
            ended_at: row.ended_at,
            user_name: row.user_name,
            external_id: row.external_id,
            phone: row.phone,
            line_manager: row.line_manager,
            starts_on: row.starts_on,
            last_day: row.last_day,
            version: row.version,
            changed_at: row.changed_at,
            directory: row.directory,
        }
    }
}

impl std::fmt::Debug for ProvisionedPerson {
    /// Prints who without naming them: everything else is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProvisionedPerson({} of {})", self.id, self.force)
    }
}

/// An event in a working life, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventView {
    /// Its id.
    pub id: EventId,
    /// The person it is about.
    pub person: PersonId,
    /// Their force.
    pub force: Force,
    /// What kind, as the policy names it.
    pub kind: String,
    /// Its day, such as `2026-11-22`.
    pub on: String,
    /// Its second day, such as when the person is expected back.
    pub until: Option<String>,
    /// For a change of role: whether the new one carries a device.
    pub carries_device: bool,
    /// The clause under which it asks for something.
    pub clause: Option<ClauseId>,
    /// Whether anything follows from it.
    pub asks: bool,
    /// Why, or why not, in words.
    pub because: String,
    /// When what follows is due.
    pub due_at: Option<Timestamp>,
    /// The case that it opened or joined.
    pub case: Option<CaseId>,
    /// Where it came from: `page`, `command-line`, `directory`, `csv`.
    pub source: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When and why it was called off.
    pub cancelled: Option<(Timestamp, String)>,
}

impl From<events::Event> for EventView {
    fn from(row: events::Event) -> Self {
        Self {
            id: row.id,
            person: row.person,
            force: row.force,
            kind: row.kind,
            on: row.on,
            until: row.until,
            carries_device: row.carries_device,
            clause: row.clause,
            asks: row.asks,
            because: row.because,
            due_at: row.due_at,
            case: row.case,
            source: row.source,
            recorded_at: row.recorded_at,
            cancelled: row.cancelled,
        }
    }
}

/// An event of a list, with the names that a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEvent {
    /// The event.
    pub event: EventView,
    /// The person's name.
    pub name: String,
    /// The person's collar or staff number.
    pub number: String,
    /// The number of its case, and when that was closed.
    pub case: Option<(i64, Option<Timestamp>)>,
}

impl From<events::Listed> for ListedEvent {
    fn from(row: events::Listed) -> Self {
        Self { event: row.event.into(), name: row.name, number: row.number, case: row.case }
    }
}

/// The filters of a list of events. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only this force's.
    pub force: Option<Force>,
    /// Only of this person, and of those whose line manager they are.
    pub within: Option<PersonId>,
    /// Only this kind.
    pub kind: String,
    /// Only under this clause.
    pub clause: String,
    /// `upcoming`, `past`, `late` (what it asks for is overdue) or `called-off`.
    pub state: String,
    /// Part of a name or number.
    pub search: String,
    /// Only those after this one in the list.
    pub after: Option<(String, EventId)>,
}

impl From<EventFilter> for events::EventFilter {
    fn from(asked: EventFilter) -> Self {
        Self {
            force: asked.force,
            within: asked.within,
            kind: asked.kind,
            clause: asked.clause,
            state: asked.state,
            search: asked.search,
            after: asked.after,
        }
    }
}

/// A role that a person has or had, as pages and verbs show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantView {
    /// Its id.
    pub id: GrantId,
    /// The person whose it is.
    pub person: PersonId,
    /// The role's word.
    pub role: String,
    /// Over the things of both forces, not only of the person's own.
    pub everywhere: bool,
    /// Whether the directory gave it, by way of a group.
    pub from_directory: bool,
    /// The reason.
    pub reason: String,
    /// When it was given.
    pub granted_at: Timestamp,
    /// Until when; `None`: until a person ends it.
    pub until: Option<Timestamp>,
    /// When it was ended.
    pub ended: Option<Timestamp>,
    /// Whether it waits for a person to confirm it, and counts for nothing until then.
    pub waits: bool,
    /// When it was confirmed.
    pub confirmed: Option<Timestamp>,
}

impl GrantView {
    /// Returns whether it counts at that time, or would once it is confirmed.
    #[must_use]
    pub fn is_open_at(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.until.is_none_or(|until| until > now)
    }

    /// Returns since when it counts, or would: when it was confirmed, or else given.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.confirmed.unwrap_or(self.granted_at)
    }
}

impl From<grants::Grant> for GrantView {
    fn from(row: grants::Grant) -> Self {
        Self {
            id: row.id,
            person: row.person,
            role: row.role,
            everywhere: row.everywhere,
            from_directory: row.from_directory,
            reason: row.reason,
            granted_at: row.granted_at,
            until: row.until,
            ended: row.ended.map(|(at, _)| at),
            waits: row.waits,
            confirmed: row.confirmed.map(|(at, _)| at),
        }
    }
}

/// A grant, with the person whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGrant {
    /// The grant.
    pub grant: GrantView,
    /// The person's name and number.
    pub name: (String, String),
    /// Their force.
    pub force: Force,
}

impl From<grants::Listed> for ListedGrant {
    fn from(row: grants::Listed) -> Self {
        Self { grant: row.grant.into(), name: row.name, force: row.force }
    }
}

/// What a directory asks for that would provision a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeoverView {
    /// The user name that the person would have.
    pub user_name: String,
    /// The directory's identifier that they would have; empty for none.
    pub external_id: String,
    /// When it first asked for exactly this.
    pub asked_at: Timestamp,
}

impl From<takeovers::Takeover> for TakeoverView {
    fn from(row: takeovers::Takeover) -> Self {
        Self { user_name: row.user_name, external_id: row.external_id, asked_at: row.asked_at }
    }
}

/// A group of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupView {
    /// Its id.
    pub id: GroupId,
    /// Its name, unique in the force in any case of letters.
    pub name: String,
    /// The directory's own identifier.
    pub external_id: Option<String>,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

impl From<groups::Group> for GroupView {
    fn from(row: groups::Group) -> Self {
        Self {
            id: row.id,
            name: row.name,
            external_id: row.external_id,
            version: row.version,
            created_at: row.created_at,
            changed_at: row.changed_at,
        }
    }
}
