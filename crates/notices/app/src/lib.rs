//! Notices: the only way in which Lanyard tells a person anything.
//!
//! A notice is a row in the transaction that makes it necessary. It stands on the person's own page at once: looking is
//! never barred. Mail goes out when the rule of [`duty::rule`] lets it, which for a routine notice is when the person is
//! next on duty. What goes to somebody who is not on duty is an exception and stands in a monthly list. Where there is no
//! mail service a notice counts as told by the page, at the time when mail would have gone.

pub mod affected;
pub mod alarms;

mod own;
pub mod send;
pub use own::{own_notices, read_notice};
pub use send::send_notices;

use domain::{AlarmId, CaseId, NoticeId, PersonId, Span, Timestamp};
use duty::State;
use duty::rule::{self, Ruling, UnknownHours, may_tell};
use store::notices;
use store::{Tx, alarms as alarm_rows, cases, people};

pub use store::notices::{Notice as Row, NoticeState};

use kernel::fields::text;
use kernel::{App, AppError};

/// Why somebody is told something; [`rule`] says what each allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// They are on call, and this is what they are on call for.
    OnCall,
    /// A live matter that they are part of.
    LiveMatter {
        /// Which.
        case: CaseId,
        /// Who decided that it cannot wait.
        decided_by: PersonId,
        /// Why it cannot: 1 to 500 characters.
        why: String,
    },
    /// An alarm that nobody has seen to yet, told to those who are there to notice it.
    Alarm {
        /// Which.
        alarm: AlarmId,
    },
    /// It is about what they themselves reported: the case must name them.
    OwnReport {
        /// Which.
        case: CaseId,
    },
    /// Anything else.
    Routine,
}

/// What a person is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who.
    pub to: PersonId,
    /// Why.
    pub reason: Reason,
    /// What makes it one and the same: a second notice of this key to this person changes nothing. Such as
    /// `return-due:CASE:2026-12-01`; 1 to 200 characters.
    pub key: String,
    /// One line: 1 to 150 characters. Shown behind the sign-in only.
    pub subject: String,
    /// What is so, then what to do: up to 2,000 characters.
    pub body: String,
    /// The page that it leads to, such as `/me`.
    pub link: String,
}

impl Notice {
    /// A routine notice that leads to the person's own page.
    pub fn routine(to: PersonId, key: impl Into<String>, subject: impl Into<String>) -> Self {
        Self {
            to,
            reason: Reason::Routine,
            key: key.into(),
            subject: subject.into(),
            body: String::new(),
            link: "/me".into(),
        }
    }

    /// The same for another reason.
    #[must_use]
    pub fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }

    /// The same with more to read.
    #[must_use]
    pub fn body(self, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// The same, leading to another page.
    #[must_use]
    pub fn link(self, link: impl Into<String>) -> Self {
        Self { link: link.into(), ..self }
    }
}

/// What became of a notice when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is on its way.
    Now,
    /// It waits for their next duty, or until their duty is known.
    Held {
        /// When it is looked at again.
        until: Timestamp,
    },
    /// They have it already.
    Already,
    /// They have left: nobody who has left is told anything.
    Left,
}

/// When a notice is looked at again where nobody knows when the person is next on duty. A change of what is known of
/// their duty brings that forward.
const LOOK_AGAIN: Span = Span::from_secs(7 * 24 * 3600);

impl Reason {
    const fn rule(&self) -> rule::Reason {
        match self {
            Self::OnCall => rule::Reason::OnCall,
            Self::LiveMatter { .. } => rule::Reason::LiveMatter,
            Self::Alarm { .. } => rule::Reason::Alarm,
            Self::OwnReport { .. } => rule::Reason::OwnReport,
            Self::Routine => rule::Reason::Routine,
        }
    }
}

/// The rule's word for a reason kept in a row; whatever cannot be read is routine, which allows the least.
fn rule_of(word: &str) -> rule::Reason {
    rule::Reason::ALL.into_iter().find(|reason| reason.as_str() == word).unwrap_or(rule::Reason::Routine)
}

/// Tells a person something, now or once they may be told. The caller's ledger entry says why there is a notice; a
/// further one is made when it is told.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown person or case, [`AppError::Invalid`] for words that do not fit, and for a
/// reason that the case does not bear out.
#[expect(clippy::needless_pass_by_value, reason = "a notice is made to be handed over")]
pub fn notify(app: &App, tx: &mut Tx<'_>, notice: Notice) -> Result<Told, AppError> {
    let now = app.world().now();
    let person = people::by_id(tx, notice.to)?.ok_or_else(|| AppError::not_found("person", notice.to))?;
    if person.ended_at.is_some() {
        return Ok(Told::Left);
    }
    check_reason(tx, &notice)?;
    let state = duty_app::duty_state(tx, person.id, now)?;
    let (due, told) = match ruling(app, &state, notice.reason.rule(), now) {
        Ruling::Tell | Ruling::TellThoughOff | Ruling::TellUnknown => (now, Told::Now),
        Ruling::Hold => {
            let until = look_again_at(app, &state, now);
            (until, Told::Held { until })
        }
    };
    let (case, decided) = match &notice.reason {
        Reason::LiveMatter { case, decided_by, why } => {
            (Some(*case), Some((*decided_by, text("why", why, 500)?)))
        }
        Reason::OwnReport { case } => (Some(*case), None),
        Reason::OnCall | Reason::Alarm { .. } | Reason::Routine => (None, None),
    };
    let row = notices::Notice {
        id: NoticeId::from_uuid(app.world().uuid()),
        person: person.id,
        force: person.force,
        key: text("key", &notice.key, 200)?,
        reason: notice.reason.rule().as_str().to_owned(),
        case,
        decided,
        subject: text("subject", &notice.subject, 150)?,
        body: body(&notice.body)?,
        link: link(&notice.link)?,
        created_at: now,
        state: NoticeState::Waiting,
        due_at: Some(due),
        duty: state.as_str().to_owned(),
        told_at: None,
        exception: false,
        attempts: 0,
        last_error: None,
        read_at: None,
    };
    Ok(if notices::add(tx, &row)? { told } else { Told::Already })
}

/// The hours in which the force lets people be told routine things whose duty is not known; `None`: in none.
fn unknown_hours(app: &App) -> Option<UnknownHours> {
    let policy = app.policy();
    let hour = |name: &str, otherwise: i64| policy.library().count(name).unwrap_or(otherwise);
    UnknownHours::between(hour("unknown-duty-from-hour", 0), hour("unknown-duty-until-hour", 0))
}

/// What becomes of routine notices to people whose duty is not known, in a sentence.
#[must_use]
pub fn unknown_duty_rule(app: &App) -> String {
    let whose = "set by the policy owner; the document gives no hours";
    match unknown_hours(app) {
        Some(hours) => {
            format!("Where nobody has entered a roster, mail goes out on working days, {hours} ({whose}).")
        }
        None => format!("Where nobody has entered a roster, mail waits until somebody does ({whose})."),
    }
}

fn ruling(app: &App, state: &State, reason: rule::Reason, now: Timestamp) -> Ruling {
    let policy = app.policy();
    let working = |day| policy.library().working_days().is_one(day);
    may_tell(state, reason, unknown_hours(app).is_some_and(|hours| hours.cover(now, &working)))
}

/// When a held notice is looked at again.
fn look_again_at(app: &App, state: &State, now: Timestamp) -> Timestamp {
    let policy = app.policy();
    let working = |day| policy.library().working_days().is_one(day);
    let open = match state {
        State::NotKnown { .. } => unknown_hours(app).and_then(|hours| hours.next_start(now, &working)),
        _ => None,
    };
    let start = state.next_start().filter(|start| *start > now);
    start.into_iter().chain(open).min().unwrap_or_else(|| now.plus(LOOK_AGAIN))
}

/// Looks again at what is held for a person: what is known of their duty has changed.
pub async fn look_at_notices_again(app: &App, person: PersonId) -> Result<(), AppError> {
    let now = app.world().now();
    app.store()
        .write(move |tx| Ok(notices::look_again(tx, person, now, now.plus(send::LEASE)).map(drop)?))
        .await
}

/// An exception to the rule must be borne out by what is in the database: a caller's word is not enough.
fn check_reason(tx: &mut Tx<'_>, notice: &Notice) -> Result<(), AppError> {
    let case = match &notice.reason {
        Reason::LiveMatter { case, decided_by, .. } => {
            people::by_id(tx, *decided_by)?.ok_or_else(|| AppError::not_found("person", decided_by))?;
            case
        }
        Reason::OwnReport { case } => case,
        Reason::Alarm { alarm } => {
            let found = alarm_rows::by_id(tx, *alarm)?.ok_or_else(|| AppError::not_found("alarm", alarm))?;
            return match found.acknowledged {
                None => Ok(()),
                Some(_) => Err(AppError::invalid("reason", "somebody has seen to this alarm already")),
            };
        }
        Reason::OnCall | Reason::Routine => return Ok(()),
    };
    let found = cases::by_id(tx, *case)?.ok_or_else(|| AppError::not_found("case", case))?;
    let own = matches!(notice.reason, Reason::OwnReport { .. });
    if own && found.person != Some(notice.to) {
        return Err(AppError::invalid("reason", "the case is not about this person; tell them as routine"));
    }
    if !own && found.closed.is_some() {
        return Err(AppError::invalid("case", "a closed case is no live matter; choose one that is open"));
    }
    Ok(())
}

fn body(body: &str) -> Result<String, AppError> {
    if body.chars().count() > 2000 {
        return Err(AppError::invalid("body", "shorten it to 2,000 characters"));
    }
    Ok(body.trim().to_owned())
}

fn link(link: &str) -> Result<String, AppError> {
    let own = link.starts_with('/') && !link.starts_with("//") && link.len() <= 300;
    if own && !link.contains(|c: char| c.is_control() || c == '\\') {
        return Ok(link.to_owned());
    }
    Err(AppError::invalid("link", "write a path of these pages, such as /me"))
}

/// How long notices are kept, read or not, and alarms after somebody saw to them: the list of exceptions is asked for by month, for a
/// year back.
const KEEP: Span = Span::from_secs(400 * 24 * 3600);

/// Forgets notices and alarms past their time; returns how many rows.
///
/// # Errors
/// Only where the database does not answer.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, batch: u32) -> Result<u64, AppError> {
    let before = now.minus(KEEP);
    Ok(notices::forget(tx, before, batch)? + store::alarms::forget(tx, before, batch)?)
}

/// Schedules a notice that was given up for another attempt; returns whether it was given up.
///
/// # Errors
/// Only where the database does not answer.
pub fn retry(tx: &mut Tx<'_>, id: NoticeId, now: Timestamp) -> Result<bool, AppError> {
    Ok(notices::retry(tx, id, now)?)
}
