//! Takes in answers to calls: by the link of a message, on the page, or recorded for somebody who answered by telephone.

use domain::{LossId, PersonId, Timestamp};
use losses::call::Event;
use serde_json::json;
use store::locks::{self, Lock};
use store::loss_calls::{self, LossAnswer, LossCall};
use store::{Tx, people};

use super::Line;
use kernel::access::{ManageCases, Permit, Role};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// What the page of a link shows of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRead {
    /// The reference of the loss.
    pub reference: String,
    /// The loss.
    pub loss: LossId,
    /// When it was reported.
    pub since: Timestamp,
    /// Since when the device has acknowledged that it is contained.
    pub contained_at: Option<Timestamp>,
    /// Who answered, and when, if somebody has.
    pub answered: Option<(String, Timestamp)>,
    /// Whether people are still called.
    pub open: bool,
    /// When people are called again if the device is not contained by then.
    pub again_at: Option<Timestamp>,
    /// Whether the link still works.
    pub works: bool,
}

/// What came of the use of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// The call is over: this person answered.
    Now(CallRead),
    /// It was over before.
    Before(CallRead),
    /// No message has that link, or it has expired, or its person has left.
    NoLink,
}

pub(super) struct By<'a> {
    pub(super) name: &'a str,
    pub(super) shown: &'a str,
    pub(super) instead_of: Option<PersonId>,
    /// Whether whoever answers is a duty officer: then nobody need be asked again.
    pub(super) is_duty_officer: bool,
    /// How they answered: a word of the ledger's detail.
    pub(super) how: &'static str,
}

/// Returns whether a person is a duty officer at that time.
pub(super) fn is_duty_officer(tx: &mut Tx<'_>, person: PersonId, now: Timestamp) -> Result<bool, AppError> {
    let standing = kernel::roles::standing_of(tx, person, now)?;
    Ok(standing.is_some_and(|standing| standing.roles.has(Role::DutyOfficer)))
}

/// Takes an answer in, and gives its person the case; returns whether it changed anything. The answer of a duty officer, or for a device
/// that is contained, ends the call. Anybody else has taken it, and people are called again if the device is not contained in time.
pub(super) fn take_answer(
    Work { app, tx, now }: Work<'_, '_>,
    loss: LossId,
    by: &By<'_>,
) -> Result<bool, AppError> {
    let mut line = Line::of(app, tx, loss, now)?;
    let before = line.standing();
    let contained = line.contained_at(tx)?.is_some();
    let until = line.taken_until();
    let ends = contained || by.is_duty_officer;
    line.take(tx, if ends { Event::Acknowledged } else { Event::Taken(until) })?;
    if line.standing() == before {
        return Ok(false);
    }
    line.row.answer =
        Some(LossAnswer { at: now, by: by.name.to_owned(), instead_of: by.instead_of, contained });
    let row = line.row.clone();
    line.save(tx)?;
    note_answer(Work { app, tx, now }, &row, by)?;
    Ok(true)
}

/// Gives the case of a loss to whoever answered its call, and says in the case and in the ledger that they did.
pub(super) fn note_answer(
    Work { app, tx, now }: Work<'_, '_>,
    row: &LossCall,
    by: &By<'_>,
) -> Result<(), AppError> {
    let contained = row.answer.as_ref().is_some_and(|answer| answer.contained);
    let state = match (contained, by.is_duty_officer) {
        (true, _) => "the device is locked",
        (false, true) => "the duty officer knows that the device is not locked",
        (false, false) => "the device is not locked yet",
    };
    let instead_of = by.instead_of.map(|person| people::by_id(tx, person)).transpose()?.flatten();
    let owner =
        instead_of.as_ref().map_or_else(|| by.name.to_owned(), |person| format!("person:{}", person.id));
    let took_case = cases_app::give_to(tx, row.case, &owner)?;
    let and_case = if took_case { " and its case" } else { "" };
    let says = match &instead_of {
        Some(person) => format!("Recorded that {} takes it{and_case}; {state}", kernel::words::shown(person)),
        None if by.how == "text" => format!("Takes it{and_case}, by text; {state}"),
        None if by.how == "desk" => format!("Took the report and deals with it{and_case}; {state}"),
        None => format!("Takes it{and_case}; {state}"),
    };
    cases_app::say(Work { app, tx, now }, row.case, by.shown, &says)?;
    let record = Record::new(by.name, "loss.answered", format!("loss:{}", row.loss))
        .force(row.force)
        .reason(if contained { "contained" } else { "not-contained" })
        .detail(json!({
            "instead_of": by.instead_of, "case": row.case, "took_case": took_case, "how": by.how,
        }));
    app.enter(tx, now, record)
}

/// Somebody who took a report by telephone and deals with it.
pub(crate) struct AtDesk<'a> {
    /// Their name in the ledger.
    pub(crate) name: &'a str,
    /// Their name as it is shown.
    pub(crate) shown: &'a str,
    /// Whether they have the role of the duty officer: then nobody need be asked again.
    pub(crate) is_duty_officer: bool,
}

impl AtDesk<'_> {
    /// Returns who answers the call by that.
    pub(super) const fn by(&self) -> By<'_> {
        let Self { name, shown, is_duty_officer } = *self;
        By { name, shown, instead_of: None, is_duty_officer, how: "desk" }
    }
}

/// Takes the report of somebody who deals with it as their answer to the call that is under way.
pub(crate) fn answered_at_desk(work: Work<'_, '_>, loss: LossId, taker: &AtDesk<'_>) -> Result<(), AppError> {
    take_answer(work, loss, &taker.by()).map(drop)
}

fn read(Work { app, tx, now }: Work<'_, '_>, loss: LossId, works: bool) -> Result<CallRead, AppError> {
    let line = Line::of(app, tx, loss, now)?;
    let answered = match &line.row.answer {
        Some(answer) => Some((kernel::words::who(tx, &answer.by)?, answer.at)),
        None => None,
    };
    Ok(CallRead {
        reference: super::reference(tx, loss)?,
        loss,
        since: line.row.began_at,
        contained_at: line.contained_at(tx)?,
        answered,
        open: line.is_calling(),
        again_at: line.row.next_at.filter(|_| !line.is_calling()),
        works,
    })
}

/// Shows what a link is about, without using it: programs open links to preview them. `None` for a link of no message.
///
/// # Errors
/// Only if the database does not answer.
pub async fn look_at_link(app: &App, token: &str) -> Result<Option<CallRead>, AppError> {
    let (app, now, digest) = (app.clone(), app.world().now(), kernel::digest_hex(token.as_bytes()));
    app.clone()
        .store()
        .read(move |tx| {
            let Some(message) = loss_calls::by_token(tx, &digest)? else { return Ok(None) };
            let works = message.token_used_at.is_none() && message.token_until > now;
            read(Work { app: &app, tx, now }, message.loss, works).map(Some)
        })
        .await
}

/// Answers a call by the link of a message: once, by the person to whom it was sent.
///
/// # Errors
/// Only if the database does not answer.
pub async fn answer_by_link(app: &App, token: &str) -> Result<Answered, AppError> {
    let (app, now, digest) = (app.clone(), app.world().now(), kernel::digest_hex(token.as_bytes()));
    app.clone()
        .store()
        .write(move |tx| {
            let Some(message) = loss_calls::by_token(tx, &digest)? else { return Ok(Answered::NoLink) };
            let Some(row) = loss_calls::by_id(tx, message.loss)? else { return Ok(Answered::NoLink) };
            locks::take(tx, Lock::Case(row.case))?;
            let person = people::by_id(tx, message.person)?.filter(|person| person.ended_at.is_none());
            let Some(person) = person else { return Ok(Answered::NoLink) };
            if !loss_calls::use_token(tx, &digest, now)? {
                // A second press of the button shows what the first one did.
                return match message.token_used_at {
                    Some(_) => read(Work { app: &app, tx, now }, message.loss, false).map(Answered::Before),
                    None => Ok(Answered::NoLink),
                };
            }
            let (name, shown) = (format!("person:{}", person.id), kernel::words::shown(&person));
            let is_duty_officer = is_duty_officer(tx, person.id, now)?;
            let by = By { name: &name, shown: &shown, instead_of: None, is_duty_officer, how: "link" };
            let ended = take_answer(Work { app: &app, tx, now }, message.loss, &by)?;
            let read = read(Work { app: &app, tx, now }, message.loss, false)?;
            Ok(if ended { Answered::Now(read) } else { Answered::Before(read) })
        })
        .await
}

/// Answers a call on the page: for oneself, or for a person of the register who answered by telephone, by their number. Who
/// recorded it is kept. Answering again changes nothing; returns whether this answer
/// changed anything.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Invalid`] for a number that nobody has.
pub async fn acknowledge_call(
    app: &App,
    permit: Permit<ManageCases>,
    loss: LossId,
    instead_of: Option<&str>,
) -> Result<bool, AppError> {
    let number = kernel::fields::optional_text("instead-of", instead_of, 40)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = loss_calls::by_id(tx, loss)?.ok_or_else(|| AppError::not_found("loss", loss))?;
            permit.reaches(row.force)?;
            locks::take(tx, Lock::Case(row.case))?;
            let instead_of = match number {
                None => None,
                Some(number) => Some(
                    people::by_number(tx, row.force, &number)?
                        .filter(|person| person.ended_at.is_none())
                        .ok_or_else(|| {
                            AppError::invalid("instead-of", "nobody on the books has this number")
                        })?
                        .id,
                ),
            };
            let actor = permit.actor();
            let is_duty_officer = match instead_of {
                Some(person) => is_duty_officer(tx, person, now)?,
                None => actor.roles.has(Role::DutyOfficer),
            };
            let by = By { name: &actor.name, shown: &actor.shown, instead_of, is_duty_officer, how: "page" };
            take_answer(Work { app: &app, tx, now }, loss, &by)
        })
        .await
}

/// Calls the next people at once.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Conflict`] where nobody is called any more.
pub async fn escalate_call(app: &App, permit: Permit<ManageCases>, loss: LossId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = loss_calls::by_id(tx, loss)?.ok_or_else(|| AppError::not_found("loss", loss))?;
            permit.reaches(row.force)?;
            locks::take(tx, Lock::Case(row.case))?;
            let mut line = Line::of(&app, tx, loss, now)?;
            if !line.is_open() {
                return Err(AppError::Conflict(
                    "the call is over: reload the page to see who answered".into(),
                ));
            }
            let actor = permit.actor();
            cases_app::say(
                Work { app: &app, tx, now },
                row.case,
                &actor.shown,
                "Asked to call the next people at once",
            )?;
            line.take(tx, Event::Escalate)?;
            line.save(tx)?;
            let record = Record::new(&actor.name, "loss.escalated", format!("loss:{loss}")).force(row.force);
            app.enter(tx, now, record)
        })
        .await
}
