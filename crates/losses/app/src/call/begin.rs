//! Begins the call about a loss with its first report: people are called, or whoever took the report has answered by that.

use losses::call::{Call, Event};
use store::Tx;
use store::loss_calls::{self, LossAnswer, LossCall};
use store::loss_reports::LossReport;

use super::answer::{AtDesk, note_answer};
use super::{Line, contain_within, write_state};
use kernel::jobs::Kind;
use kernel::{AppError, Work};

/// Begins the call about a loss, in the transaction of its first report.
pub(crate) fn begin(Work { app, tx, now }: Work<'_, '_>, report: &LossReport) -> Result<(), AppError> {
    let promise = contain_within(app);
    let steps = crate::chain::steps(&crate::chain::chain(Work { app, tx, now }, report.force)?);
    let (call, messages) = Call::begin(now, promise, &steps);
    let mut row = added(tx, report, &call, None)?;
    // What is said of a call when it is saved compares with a call that was not unanswered yet.
    row.unanswered = false;
    let mut line = Line { app, row, call, steps, now, called: Vec::new() };
    line.send(tx, messages)?;
    line.save(tx)
}

/// Begins the call about a loss that whoever took its first report deals with: they have answered, and nobody is called at first.
pub(crate) fn begin_answered(
    Work { app, tx, now }: Work<'_, '_>,
    report: &LossReport,
    taker: &AtDesk<'_>,
) -> Result<(), AppError> {
    let (promise, by) = (contain_within(app), taker.by());
    let event = if by.is_duty_officer { Event::Acknowledged } else { Event::Taken(now.plus(promise)) };
    let call = Call::begin_answered(now, promise, event);
    let answer = LossAnswer { at: now, by: by.name.to_owned(), instead_of: None, contained: false };
    let row = added(tx, report, &call, Some(answer))?;
    if let Some(at) = row.next_at {
        kernel::jobs::ask_job(app, tx, Kind::AdvanceCall, &row.loss.to_string(), at)?;
    }
    note_answer(Work { app, tx, now }, &row, &by)
}

/// Enters a call about the loss of its first report.
fn added(
    tx: &mut Tx<'_>,
    report: &LossReport,
    call: &Call,
    answer: Option<LossAnswer>,
) -> Result<LossCall, AppError> {
    let mut row = LossCall {
        loss: report.id,
        force: report.force,
        case: report.case,
        device: report.device,
        standing: String::new(),
        unanswered: false,
        next: [0; 2],
        current: [0; 2],
        outstanding: 0,
        passed: 0,
        promised_by: call.promised_by,
        step_due: call.step_due,
        next_at: None,
        began_at: report.reported_at,
        answer,
    };
    write_state(&mut row, call);
    loss_calls::add(tx, &row)?;
    Ok(row)
}
