//! Notices that call somebody out of hours or on duty: with a link and a code that answer, tried once on each of the person's ways,
//! and withdrawn at once when somebody else has answered.

use domain::{NoticeId, NoticeState, PersonId, Secret, Timestamp};
use duty_app::State;
use store::Tx;
use store::notice_calls::{self, NoticeCall};
use store::notices::Notice as Row;
use store::{deliveries, notices};

use crate::{Notice, Told};
use kernel::jobs::Kind;
use kernel::{App, AppError, jobs};

/// What belongs to a notice that calls somebody.
pub struct CallOut<'a> {
    /// The call: its job, [`Kind::AdvanceCall`] or that of [`APPROVAL`], is scheduled as soon as the notice was sent or could not be.
    pub subject: &'a str,
    /// What answers the call. Only the message holds it; it is sealed until then.
    pub answers: Answers,
}

/// What the message of a call says, and the two things that answer it.
#[derive(Clone)]
pub struct Answers {
    /// Who calls and what about, without a full stop: `Northshire Police, Lanyard: a phone is lost (4KM-7TRH)`. It names nobody.
    pub says: String,
    /// The path of the link, such as `/calls/TOKEN`.
    pub link: Secret<String>,
    /// The code that is sent back by text; `None` where the answer is a decision on a page after the sign-in.
    pub code: Option<Secret<String>>,
}

/// What the subject of a call begins with where somebody is to decide on what another asked for: its job is
/// [`Kind::FollowApproval`]. Any other call is about a loss.
pub const APPROVAL: &str = "approval:";

/// A notice of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTold {
    /// The person who is called.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
    /// Whether it could not be delivered.
    pub failed: bool,
}

/// Returns the notices of a call, the oldest first.
///
/// # Errors
/// Only if the database does not answer.
pub fn calls_about(tx: &mut Tx<'_>, subject: &str) -> Result<Vec<CallTold>, AppError> {
    let told = notice_calls::about(tx, subject)?.into_iter();
    let failed = |state| state == NoticeState::Undelivered;
    Ok(told.map(|one| CallTold { person: one.person, at: one.at, failed: failed(one.state) }).collect())
}

/// How somebody who can be called now is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// On duty.
    OnDuty,
    /// On call.
    OnCall,
}

/// Returns whether a person is on duty or on call at a time; `None` where they are neither, or it is not known.
///
/// # Errors
/// Only if the database does not answer.
pub fn post(tx: &mut Tx<'_>, person: PersonId, at: Timestamp) -> Result<Option<Post>, AppError> {
    Ok(match duty_app::duty_state(tx, person, at)? {
        State::OnDuty { .. } => Some(Post::OnDuty),
        State::OnCall { .. } => Some(Post::OnCall),
        _ => None,
    })
}

/// Calls somebody: a notice that is tried once and then reported to its call, so that the next person can be called at once.
/// Returns `None` where the person may not be contacted now or has left: then nothing is sent, and nothing will be.
///
/// # Errors
/// As [`crate::notify`].
pub fn call_out(
    app: &App,
    tx: &mut Tx<'_>,
    notice: &Notice,
    call: &CallOut<'_>,
) -> Result<Option<NoticeId>, AppError> {
    let (told, id) = crate::add_notice(app, tx, notice)?;
    match told {
        Told::Left | Told::Already => return Ok(None),
        Told::Now | Told::Held { .. } => {}
    }
    let code = call.answers.code.as_ref().map(Secret::expose).map_or("", String::as_str);
    let plain = format!("{}\n{code}\n{}", call.answers.link.expose(), call.answers.says);
    let sealed = app.sealer().seal(app.world(), &place(id), plain.as_bytes())?;
    notice_calls::add(tx, id, call.subject, sealed)?;
    app.leave_letters();
    if told == Told::Now {
        return Ok(Some(id));
    }
    // It stands on their own page; no message goes out for it later, when the call may be over.
    notice_calls::withdraw_one(tx, id)?;
    Ok(None)
}

/// Stops every notice of a call that was not sent yet. Each stays on its person's own page.
///
/// # Errors
/// Only if the database does not answer.
pub fn withdraw_calls(app: &App, tx: &mut Tx<'_>, subject: &str) -> Result<(), AppError> {
    deliveries::withdraw(tx, subject, app.world().now())?;
    Ok(notice_calls::withdraw(tx, subject)?)
}

/// Returns what became of a notice that called somebody: `None` while that is not known, otherwise whether it was sent, and why
/// not.
///
/// # Errors
/// Only if the database does not answer.
pub fn call_outcome(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Option<Result<(), String>>, AppError> {
    Ok(match notice_calls::state(tx, notice)? {
        Some((NoticeState::Waiting, _)) => None,
        Some((NoticeState::Mailed | NoticeState::Shown, _)) => Some(Ok(())),
        Some((NoticeState::Undelivered, why)) => Some(Err(why.unwrap_or_default())),
        None => Some(Err("the notice was deleted".into())),
    })
}

/// Opens what answers the call of a notice; `None` once it was used up.
pub(crate) fn answers_of(
    app: &App,
    notice: NoticeId,
    call: &NoticeCall,
) -> Result<Option<Answers>, AppError> {
    let Some(sealed) = &call.link else { return Ok(None) };
    let plain = app.sealer().open(&place(notice), sealed)?;
    let text = String::from_utf8(plain.into_exposed()).map_err(|error| AppError::fault(&error))?;
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default().to_owned();
    let (link, code) = (line(), line());
    // A message that was sealed before it said who calls has two lines.
    let says = Some(line()).filter(|says| !says.is_empty());
    let says = says.unwrap_or_else(|| "You are called".to_owned());
    let code = (!code.is_empty()).then(|| Secret::new(code));
    Ok(Some(Answers { says, link: Secret::new(link), code }))
}

/// Reports the end of a notice to its call, and forgets what answers it.
pub(crate) fn ended(app: &App, tx: &mut Tx<'_>, notice: NoticeId, call: &NoticeCall) -> Result<(), AppError> {
    notice_calls::spend(tx, notice)?;
    let kind = if call.subject.starts_with(APPROVAL) { Kind::FollowApproval } else { Kind::AdvanceCall };
    jobs::ask_job(app, tx, kind, &call.subject, app.world().now())
}

/// Reads a notice with its call; `None` for one that calls nobody.
pub(crate) fn of(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Option<(Row, NoticeCall)>, AppError> {
    let row = notices::by_id(tx, notice)?;
    Ok(row.zip(notice_calls::of(tx, notice)?))
}

fn place(id: NoticeId) -> String {
    format!("notice-call:{id}")
}
