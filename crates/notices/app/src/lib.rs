//! Sends notices: the only way in which Lanyard tells a person anything.
//!
//! A notice is a row in the transaction that makes it necessary. It is on the person's own page at once: looking is
//! never restricted. Mail is sent when [`duty::rule`] allows it, which for a routine notice is when the person is
//! next on duty. A notice to somebody who is not on duty is an exception and is in a monthly list. Without a mail
//! service, a notice counts as delivered by the page at the time when mail would have been sent.

pub mod affected;
pub mod alarms;

mod calls;
pub mod deliveries;
pub mod methods;
mod own;
pub mod rotas;
pub mod send;
mod views;

pub use calls::{
    APPROVAL, Answers, CallOut, CallTold, Post, call_out, call_outcome, calls_about, post, withdraw_calls,
};
pub use own::{own_notices, read_notice};
pub use send::{send_letters, send_messages, send_notices};

use domain::{AlarmId, CaseId, NoticeId, NoticeState, PersonId, Span, Timestamp};
use duty::State;
use duty::rule::{self, Ruling, UnknownHours, may_tell};
use store::notices;
use store::{Tx, alarms as alarm_rows, cases, people};

pub use views::{AlarmView, NoticeView};

use kernel::fields::text;
use kernel::{App, AppError};

/// The reason for a notice; [`rule`] says what each allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// They are on call, and this is the matter that they are on call for.
    OnCall,
    /// A live matter that they are part of.
    LiveMatter {
        /// The case.
        case: CaseId,
        /// The person who decided that it cannot wait.
        decided_by: PersonId,
        /// The reason why it cannot: 1 to 500 characters.
        why: String,
    },
    /// An alarm that nobody has dealt with yet, sent to the people whose task is to notice it.
    Alarm {
        /// The alarm.
        alarm: AlarmId,
    },
    /// It is about what they themselves reported: the case must name them.
    OwnReport {
        /// The case.
        case: CaseId,
    },
    /// It is about the shift that they start within [`BEFORE_SHIFT`]: their roster must say so.
    BeforeShift,
    /// Anything else.
    Routine,
}

/// A notice to a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// The recipient.
    pub to: PersonId,
    /// The reason.
    pub reason: Reason,
    /// The key that identifies it: a second notice with this key to this person changes nothing. Such as
    /// `return-due:CASE:2026-12-01`; 1 to 200 characters.
    pub key: String,
    /// The subject: one line of 1 to 150 characters. Shown only after sign-in.
    pub subject: String,
    /// The facts, then what to do: up to 2,000 characters.
    pub body: String,
    /// The page that it links to, such as `/me`.
    pub link: String,
}

impl Notice {
    /// Makes a routine notice that links to the person's own page.
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

    /// Sets another reason.
    #[must_use]
    pub fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Sets the page that it links to.
    #[must_use]
    pub fn link(self, link: impl Into<String>) -> Self {
        Self { link: link.into(), ..self }
    }
}

/// The outcome of making a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is being sent.
    Now,
    /// It waits for their next duty, or until their duty is known.
    Held {
        /// The time at which it is checked again.
        until: Timestamp,
    },
    /// They have it already.
    Already,
    /// They have left: nobody who has left is sent anything.
    Left,
}

/// How long before the start of a shift something about it may be said.
pub const BEFORE_SHIFT: Span = Span::from_secs(12 * 3600);

/// When a notice is checked again where it is not known when the person is next on duty. A change of their roster
/// brings that forward.
const LOOK_AGAIN: Span = Span::from_secs(7 * 24 * 3600);

impl Reason {
    const fn rule(&self) -> rule::Reason {
        match self {
            Self::OnCall => rule::Reason::OnCall,
            Self::LiveMatter { .. } => rule::Reason::LiveMatter,
            Self::Alarm { .. } => rule::Reason::Alarm,
            Self::OwnReport { .. } => rule::Reason::OwnReport,
            Self::BeforeShift => rule::Reason::BeforeShift,
            Self::Routine => rule::Reason::Routine,
        }
    }
}

/// Parses the rule's reason from a row; an unreadable one is routine, which allows the least.
fn rule_of(word: &str) -> rule::Reason {
    rule::Reason::ALL.into_iter().find(|reason| reason.as_str() == word).unwrap_or(rule::Reason::Routine)
}

/// Notifies a person, now or as soon as the rule allows. The caller's ledger entry says why there is a notice;
/// another one is made when it is delivered.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown person or case, [`AppError::Invalid`] for texts of the wrong length, and for
/// a reason that the case does not support.
#[expect(clippy::needless_pass_by_value, reason = "a notice is made to be handed over")]
pub fn notify(app: &App, tx: &mut Tx<'_>, notice: Notice) -> Result<Told, AppError> {
    add_notice(app, tx, &notice).map(|(told, _)| told)
}

/// Adds a notice; returns it with what comes of it.
fn add_notice(app: &App, tx: &mut Tx<'_>, notice: &Notice) -> Result<(Told, NoticeId), AppError> {
    let now = app.world().now();
    let id = NoticeId::from_uuid(app.world().uuid());
    let person = people::by_id(tx, notice.to)?.ok_or_else(|| AppError::not_found("person", notice.to))?;
    if person.ended_at.is_some() {
        return Ok((Told::Left, id));
    }
    check_reason(tx, notice)?;
    let state = duty_app::duty_state(tx, person.id, now)?;
    let soon = state.next_start().is_some_and(|start| start.minus(BEFORE_SHIFT) <= now);
    if notice.reason == Reason::BeforeShift && !soon {
        return Err(AppError::invalid(
            "reason",
            "their next shift does not start soon; tell them as routine",
        ));
    }
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
        Reason::OnCall | Reason::Alarm { .. } | Reason::BeforeShift | Reason::Routine => (None, None),
    };
    let row = notices::Notice {
        id,
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
    if !notices::add(tx, &row)? {
        return Ok((Told::Already, id));
    }
    if told == Told::Now {
        app.leave_letters();
    }
    Ok((told, id))
}

/// Returns the hours in which the force allows routine notices to people whose duty is not known; `None` where it
/// allows none.
fn unknown_hours(app: &App) -> Option<UnknownHours> {
    let policy = app.policy();
    let hour = |name: &str, otherwise: i64| policy.library().count(name).unwrap_or(otherwise);
    UnknownHours::between(hour("unknown-duty-from-hour", 0), hour("unknown-duty-until-hour", 0))
}

/// Describes in a sentence what happens to routine notices for people whose duty is not known.
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

/// Returns when a held notice is checked again.
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

/// How long a message may be in progress before another node may send it.
pub(crate) const LEASE: Span = Span::from_secs(120);

/// Says why somebody was told, for the ledger.
pub(crate) fn reason_told(reason: &str, duty: &str, exception: bool) -> &'static str {
    match (exception, rule_of(reason)) {
        (true, reason) => reason.as_str(),
        (false, _) if duty == "not-known" => "duty-not-known",
        (false, _) => "on-duty",
    }
}

/// Checks a person's held notices again after a change of their roster.
pub async fn look_at_notices_again(app: &App, person: PersonId) -> Result<(), AppError> {
    let now = app.world().now();
    app.store().write(move |tx| Ok(notices::look_again(tx, person, now, now.plus(LEASE)).map(drop)?)).await
}

/// Checks an exception to the rule against the database: a caller's word is not enough.
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
        Reason::OnCall | Reason::BeforeShift | Reason::Routine => return Ok(()),
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

/// How long notices are kept, read or not, and alarms after somebody dealt with them: the list of exceptions is
/// requested by month, for a year back.
const KEEP: Span = Span::from_secs(400 * 24 * 3600);

/// Deletes notices and alarms past their time; returns the number of rows.
///
/// # Errors
/// Only if the database does not answer.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, batch: u32) -> Result<u64, AppError> {
    let before = now.minus(KEEP);
    // Whatever refers to a notice goes before it does.
    let sent = store::deliveries::forget(tx, before, batch)?;
    let calls = store::notice_calls::forget(tx, before, batch)?;
    Ok(sent + calls + notices::forget(tx, before, batch)? + store::alarms::forget(tx, before, batch)?)
}

/// Schedules a notice that was given up for another attempt; returns whether it was given up.
///
/// # Errors
/// Only if the database does not answer.
pub fn retry(tx: &mut Tx<'_>, id: NoticeId, now: Timestamp) -> Result<bool, AppError> {
    Ok(notices::retry(tx, id, now)?)
}
