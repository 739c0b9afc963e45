//! What pages show of notices and alarms, made from their rows.

use domain::{AlarmId, Force, NoticeId, NoticeState, PersonId, Timestamp};
use store::{alarms, notices};

/// A notice, as pages show it.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeView {
    /// Its id.
    pub id: NoticeId,
    /// The person who is told.
    pub person: PersonId,
    /// The word of the reason: on-call, live-matter, alarm, own-report, before-shift, routine.
    pub reason: String,
    /// The reason why it cannot wait, where somebody decided that.
    pub why: Option<String>,
    /// One line.
    pub subject: String,
    /// A few sentences.
    pub body: String,
    /// Where it leads, a path of the pages.
    pub link: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its state.
    pub state: NoticeState,
    /// How the person stood to duty when that was last looked at, in a word.
    pub duty: String,
    /// When the person was told: by mail, or by the page where there is no mail service.
    pub told_at: Option<Timestamp>,
    /// What the last try came to, if it failed.
    pub last_error: Option<String>,
    /// When the person marked it as read.
    pub read_at: Option<Timestamp>,
}

impl From<notices::Notice> for NoticeView {
    fn from(row: notices::Notice) -> Self {
        Self {
            id: row.id,
            person: row.person,
            reason: row.reason,
            why: row.decided.map(|(_, why)| why),
            subject: row.subject,
            body: row.body,
            link: row.link,
            created_at: row.created_at,
            state: row.state,
            duty: row.duty,
            told_at: row.told_at,
            last_error: row.last_error,
            read_at: row.read_at,
        }
    }
}

impl std::fmt::Debug for NoticeView {
    /// Leaves the words out: they are about a person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NoticeView({} {} {})", self.id, self.reason, self.state.as_str())
    }
}

/// An alarm, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmView {
    /// Its id.
    pub id: AlarmId,
    /// The force that it belongs to; `None` for both.
    pub force: Option<Force>,
    /// The word of its kind.
    pub kind: String,
    /// One line.
    pub subject: String,
    /// What happened, then what to do.
    pub body: String,
    /// The path of the page that it links to.
    pub link: String,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// How often the same happened within a few minutes of it.
    pub times: i64,
    /// How many people were notified.
    pub told: i64,
    /// When it was acknowledged.
    pub acknowledged: Option<Timestamp>,
}

impl From<alarms::Alarm> for AlarmView {
    fn from(row: alarms::Alarm) -> Self {
        Self {
            id: row.id,
            force: row.force,
            kind: row.kind,
            subject: row.subject,
            body: row.body,
            link: row.link,
            raised_at: row.raised_at,
            times: row.times,
            told: row.told,
            acknowledged: row.acknowledged.map(|(at, _)| at),
        }
    }
}
