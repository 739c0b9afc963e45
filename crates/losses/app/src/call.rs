//! Keeps the calls about losses: sends their messages, takes in answers, and schedules the next attempt.

mod again;
mod answer;
mod begin;
mod replies;
mod words;

use std::collections::VecDeque;

use domain::{CaseId, DeviceId, LossId, LossMessageId, LossMessageState, Secret, Span, Timestamp};
use losses::call::{Attempt, Call, CallState, Event, Message, Step};
use serde_json::json;
use store::locks::{self, Lock};
use store::loss_calls::{self, LossCall, LossMessage};
use store::loss_reports;
use store::{Tx, case_steps, cases, people};

pub use answer::{Answered, CallRead, acknowledge_call, answer_by_link, escalate_call, look_at_link};
pub(crate) use answer::{AtDesk, answered_at_desk};
pub(crate) use begin::{begin, begin_answered};
pub use replies::{Replied, fetch_replies, take_text};

use cases_app::Ending;
use kernel::access::Voice;
use kernel::jobs::Kind;
use kernel::record::Record;
use kernel::{App, AppError, Work};
use losses::reference::reply_code_from;
use notices_app::{Answers, CallOut, Notice, Reason};

/// The time within which a loss is contained or answered, where the policy in force does not say.
const CONTAIN_WITHIN: Span = Span::from_secs(30 * 60);
/// How long the link of a message works.
const LINK_LIFE: Span = Span::from_secs(24 * 3600);
/// How long a call may be overdue before it is looked at although no job came for it.
const OVERDUE: Span = Span::from_secs(30);

/// A call in the transaction that takes it further. The caller holds the lock of its case.
pub(crate) struct Line<'a> {
    app: &'a App,
    pub(crate) row: LossCall,
    call: Call,
    steps: Vec<Step>,
    now: Timestamp,
    called: Vec<Called>,
}

/// Somebody who was called, or could not be.
struct Called {
    message: Message,
    shown: String,
    reached: bool,
}

/// Writes bytes as a short text for a link.
fn hex_of(bytes: &[u8]) -> String {
    kernel::digest_hex(bytes).chars().take(32).collect()
}

fn attempt([round, step]: [i64; 2]) -> Attempt {
    Attempt { round, step }
}

fn standing(word: &str) -> Result<CallState, AppError> {
    let known = CallState::ALL.into_iter().find(|known| known.as_str() == word);
    known.ok_or_else(|| AppError::Fault(format!("no standing of a call is called {word}")))
}

fn call_of(row: &LossCall) -> Result<Call, AppError> {
    Ok(Call {
        standing: standing(&row.standing)?,
        unanswered: row.unanswered,
        next: attempt(row.next),
        current: attempt(row.current),
        outstanding: row.outstanding,
        passed: row.passed,
        promised_by: row.promised_by,
        step_due: row.step_due,
    })
}

/// Returns the time within which a loss is to be contained or answered.
fn contain_within(app: &App) -> Span {
    app.policy().library().span("contain-within").unwrap_or(CONTAIN_WITHIN)
}

fn write_state(row: &mut LossCall, call: &Call) {
    call.standing.as_str().clone_into(&mut row.standing);
    row.unanswered = call.unanswered;
    row.next = [call.next.round, call.next.step];
    row.current = [call.current.round, call.current.step];
    row.outstanding = call.outstanding;
    row.passed = call.passed;
    row.promised_by = call.promised_by;
    row.step_due = call.step_due;
    row.next_at = call.next_at();
}

impl<'a> Line<'a> {
    /// Reads a call with who can be called now.
    pub(crate) fn of(app: &'a App, tx: &mut Tx<'_>, loss: LossId, now: Timestamp) -> Result<Self, AppError> {
        let row = loss_calls::by_id(tx, loss)?.ok_or_else(|| AppError::not_found("loss", loss))?;
        let steps = crate::chain::steps(&crate::chain::chain(Work { app, tx, now }, row.force)?);
        Ok(Self { app, call: call_of(&row)?, row, steps, now, called: Vec::new() })
    }

    /// Returns whether people are called now.
    pub(crate) fn is_calling(&self) -> bool {
        self.call.standing == CallState::Calling
    }

    /// Returns whether something is still to come: people are called, or will be if the device is not contained.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.call.standing, CallState::Calling | CallState::Taken)
    }

    /// Returns the time until which somebody who takes the call now has it to themselves.
    pub(crate) fn taken_until(&self) -> Timestamp {
        self.now.plus(contain_within(self.app))
    }

    /// Returns how far the call is.
    pub(crate) const fn standing(&self) -> CallState {
        self.call.standing
    }

    /// Takes in an event and sends what follows from it.
    pub(crate) fn take(&mut self, tx: &mut Tx<'_>, event: Event) -> Result<(), AppError> {
        let messages = self.call.take(event, self.now, &self.steps);
        self.send(tx, messages)
    }

    fn send(&mut self, tx: &mut Tx<'_>, messages: Vec<Message>) -> Result<(), AppError> {
        if messages.is_empty() {
            return Ok(());
        }
        let says = words::what_is_lost(self.app, tx, &self.row)?;
        let mut waiting: VecDeque<Message> = messages.into();
        while let Some(message) = waiting.pop_front() {
            if !self.send_one(tx, message, &says)? {
                waiting.extend(self.call.take(Event::Failed(message.attempt), self.now, &self.steps));
            }
        }
        Ok(())
    }

    /// Hands one message, with what it is about, to the notices; returns false where the person cannot be contacted.
    fn send_one(&mut self, tx: &mut Tx<'_>, message: Message, says: &str) -> Result<bool, AppError> {
        let Attempt { round, step } = message.attempt;
        let loss = self.row.loss;
        let token = hex_of(&self.app.world().bytes::<16>());
        let code = reply_code_from(self.app.world().bytes::<16>());
        let subject = loss.to_string();
        let key = format!("loss-call:{loss}:{round}:{step}");
        let notice = Notice::routine(message.to, key, "You are called: a device is reported lost")
            .because(Reason::OnCall)
            .body("Open the loss, say that you take it, and see whether the device is locked. Others are called after you until somebody answers.")
            .link(format!("/losses/{loss}"));
        let reply_digest = Some(kernel::digest_hex(code.as_bytes()));
        let answers = Answers {
            says: says.to_owned(),
            link: Secret::new(format!("/calls/{token}")),
            code: Some(Secret::new(code)),
        };
        let sent = notices_app::call_out(self.app, tx, &notice, &CallOut { subject: &subject, answers })?;
        let reached = sent.is_some();
        let row = LossMessage {
            id: LossMessageId::from_uuid(self.app.world().uuid()),
            loss,
            attempt: [round, step],
            person: message.to,
            notice: sent,
            state: if reached { LossMessageState::Sent } else { LossMessageState::Failed },
            made_at: self.now,
            ended_at: (!reached).then_some(self.now),
            why: (!reached).then(|| "not on duty or on call any more".to_owned()),
            token_digest: kernel::digest_hex(token.as_bytes()),
            token_until: self.now.plus(LINK_LIFE),
            token_used_at: None,
            reply_digest,
        };
        loss_calls::add_message(tx, &row)?;
        let person = people::by_id(tx, message.to)?;
        let shown = person.as_ref().map(kernel::words::shown).unwrap_or_default();
        self.called.push(Called { message, shown, reached });
        Ok(reached)
    }

    /// Writes the call, what is said of it in its case and in the ledger, and schedules its next attempt.
    pub(crate) fn save(mut self, tx: &mut Tx<'_>) -> Result<(), AppError> {
        let was_unanswered = self.row.unanswered;
        let was = |standing: CallState| self.row.standing == standing.as_str();
        let (was_calling, was_taken) = (was(CallState::Calling), was(CallState::Taken));
        self.say_called(tx)?;
        if was_taken && self.is_calling() {
            let says = "The device has not acknowledged that it is locked. People are called again.";
            cases_app::say(Work { app: self.app, tx, now: self.now }, self.row.case, "Lanyard", says)?;
            self.enter(tx, "loss.unanswered")?;
        } else if self.call.unanswered && !was_unanswered && self.is_calling() {
            let says = "Nobody has answered. The next people are called until somebody does.";
            cases_app::say(Work { app: self.app, tx, now: self.now }, self.row.case, "Lanyard", says)?;
            self.enter(tx, "loss.unanswered")?;
        }
        if was_calling && !self.is_calling() {
            // What was sent before the end stays told as sent.
            self.settle_messages(tx)?;
            notices_app::withdraw_calls(self.app, tx, &self.row.loss.to_string())?;
            loss_calls::withdraw_messages(tx, self.row.loss, self.now)?;
        }
        write_state(&mut self.row, &self.call);
        loss_calls::set(tx, &self.row)?;
        if let Some(at) = self.row.next_at {
            kernel::jobs::ask_job(self.app, tx, Kind::AdvanceCall, &self.row.loss.to_string(), at)?;
        }
        Ok(())
    }

    fn say_called(&self, tx: &mut Tx<'_>) -> Result<(), AppError> {
        if self.called.is_empty() {
            return Ok(());
        }
        for reached in [true, false] {
            let names: Vec<&str> = self
                .called
                .iter()
                .filter(|one| one.reached == reached)
                .map(|one| one.shown.as_str())
                .collect();
            if !names.is_empty() {
                let what = if reached { "Called" } else { "Could not call" };
                let says = format!("{what} {}", names.join(", "));
                cases_app::say(Work { app: self.app, tx, now: self.now }, self.row.case, "Lanyard", &says)?;
            }
        }
        let to = |one: &Called| {
            json!({ "person": one.message.to, "round": one.message.attempt.round,
            "step": one.message.attempt.step, "reached": one.reached })
        };
        let record = Record::new("system", "loss.called", format!("loss:{}", self.row.loss))
            .force(self.row.force)
            .detail(json!({ "called": self.called.iter().map(to).collect::<Vec<_>>() }));
        self.app.enter(tx, self.now, record)
    }

    /// Writes a ledger entry about the call in the name of the system.
    fn enter(&self, tx: &mut Tx<'_>, action: &'static str) -> Result<(), AppError> {
        let record = Record::new("system", action, format!("loss:{}", self.row.loss)).force(self.row.force);
        self.app.enter(tx, self.now, record)
    }

    /// Updates the messages with the delivery results of their notices; a failure moves the call on.
    fn settle_messages(&mut self, tx: &mut Tx<'_>) -> Result<(), AppError> {
        for message in loss_calls::undecided(tx, self.row.loss)? {
            let Some(notice) = message.notice else { continue };
            let Some(outcome) = notices_app::call_outcome(tx, notice)? else { continue };
            let (state, why) = match &outcome {
                Ok(()) => (LossMessageState::Delivered, None),
                Err(why) => (LossMessageState::Failed, Some(why.as_str())),
            };
            if loss_calls::end_message(tx, message.id, state, self.now, why)? && outcome.is_err() {
                self.take(tx, Event::Failed(attempt(message.attempt)))?;
            }
        }
        Ok(())
    }

    /// Returns when the device acknowledged its containment.
    fn contained_at(&self, tx: &mut Tx<'_>) -> Result<Option<Timestamp>, AppError> {
        let Some(device) = self.row.device else { return Ok(None) };
        let case = cases::by_id(tx, self.row.case)?;
        let since = case.map_or(self.row.began_at, |case| case.opened_at.min(self.row.began_at));
        Ok(crate::contain::containment(tx, device, since)?.contained_at)
    }

    /// Ends the call because the device is contained, and the case's step with it.
    fn end_contained(&mut self, tx: &mut Tx<'_>) -> Result<(), AppError> {
        self.take(tx, Event::Contained)?;
        cases_app::say(
            Work { app: self.app, tx, now: self.now },
            self.row.case,
            "Lanyard",
            "The device acknowledged that it is locked.",
        )?;
        self.enter(tx, "loss.contained")?;
        let proof = format!("loss:{}", self.row.loss);
        let done = StepsDone { names: &["contain"], proof: &proof, says: "The device acknowledged it." };
        end_steps(Work { app: self.app, tx, now: self.now }, self.row.case, &done)
    }
}

/// Steps of a case that a loss proves.
pub(crate) struct StepsDone<'a> {
    /// Their names.
    pub(crate) names: &'a [&'a str],
    /// The proof.
    pub(crate) proof: &'a str,
    /// What the timeline says of it.
    pub(crate) says: &'a str,
}

/// Ends steps of a case that are not done yet.
pub(crate) fn end_steps(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    steps: &StepsDone<'_>,
) -> Result<(), AppError> {
    let by = Voice { name: "system", shown: "Lanyard" };
    for step in case_steps::of_case(tx, case)? {
        if step.done.is_none() && steps.names.contains(&step.name.as_str()) {
            let says = format!("Done: {}. {}", step.title, steps.says);
            let ending = Ending { outcome: "done", proof: steps.proof, by, says };
            cases_app::end_step_once(Work { app, tx, now }, &step, &ending)?;
        }
    }
    Ok(())
}

/// Takes a call a step further: takes in what became of its messages and whether its device is contained, and calls the next people
/// when their time has come. Doing so again changes nothing.
///
/// # Errors
/// Only if the database does not answer.
pub async fn advance_call(app: &App, loss: LossId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let Some(row) = loss_calls::by_id(tx, loss)? else { return Ok(()) };
            locks::take(tx, Lock::Case(row.case))?;
            let mut line = Line::of(&app, tx, loss, now)?;
            if !line.is_open() {
                return Ok(());
            }
            if cases::by_id(tx, row.case)?.is_none_or(|case| case.closed.is_some()) {
                line.take(tx, Event::Ended)?;
            } else if line.contained_at(tx)?.is_some() {
                line.end_contained(tx)?;
            } else {
                line.settle_messages(tx)?;
                line.take(tx, Event::Due)?;
            }
            line.save(tx)
        })
        .await
}

/// Takes every call about a device further after it answered an order that contains it.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_containment(app: &App, device: DeviceId) -> Result<(), AppError> {
    let calls =
        app.store().read(move |tx| loss_calls::calling_for(tx, device)).await.map_err(AppError::from)?;
    kernel::jobs::each(calls, |loss| advance_call(app, loss)).await.map(drop)
}

/// Takes calls further that are overdue although their job should have come: a second net below the jobs, for a job that was given
/// up. Returns the number of calls.
///
/// # Errors
/// Only if the database does not answer.
pub async fn advance_overdue_calls(app: &App, limit: u32) -> Result<usize, AppError> {
    let by = app.world().now().minus(OVERDUE);
    let overdue =
        app.store().read(move |tx| loss_calls::overdue(tx, by, limit)).await.map_err(AppError::from)?;
    kernel::jobs::each(overdue, |loss| advance_call(app, loss)).await
}

/// Returns the reference of a loss.
pub(crate) fn reference(tx: &mut Tx<'_>, loss: LossId) -> Result<String, AppError> {
    Ok(loss_reports::by_id(tx, loss)?.map(|report| report.reference).unwrap_or_default())
}
