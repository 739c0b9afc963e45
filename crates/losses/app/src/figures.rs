//! Reads the figures of losses from what is stored of them, month by month, with the ledger entries on which they rest.
//!
//! Nothing is counted while losses happen: reports, calls, orders and the ledger are read afresh each time.

use domain::local_time::day_of;
use domain::{CommandState, Day, Deed, Force, Timestamp};
use losses::figures::{Approval, Figures, LossFacts, Wipe, figures};
use store::loss_figures::{self as rows, Asked, DeviceIn, Entries, FirstEntry, LossRow, OrderRow};
use store::{Tx, ledger};

use kernel::access::{Permit, SeeLossFigures};
use kernel::{App, AppError};

/// Months that are shown, this one included.
const MONTHS: usize = 13;
/// Most losses of a month that are read.
const MOST: u32 = 2000;

/// The figures of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthRead {
    /// Its first day.
    pub first: Day,
    /// Its word, such as `2026-11`.
    pub word: String,
    /// The figures of the losses that were reported in it.
    pub figures: Figures,
    /// Whether more losses were reported than are read.
    pub is_cut: bool,
    /// The ledger entries on which they rest; `None` where there are none.
    pub proof: Option<Proof>,
}

/// Which ledger entries figures rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// The number of the first entry.
    pub first: i64,
    /// The number of the last entry.
    pub last: i64,
    /// How many entries between them are about these losses.
    pub entries: i64,
    /// How many further ones have no number yet.
    pub waiting: i64,
    /// The first checkpoint that covers the last entry.
    pub checkpoint: Option<Covered>,
}

/// A checkpoint that covers entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// How many entries it covers.
    pub size: i64,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// Reads the figures of this month and the twelve before, this one first. Of every force that the reader serves together, or of one of
/// them.
///
/// # Errors
/// [`AppError::Denied`] for another force.
pub async fn loss_figures(
    app: &App,
    permit: Permit<SeeLossFigures>,
    force: Option<Force>,
) -> Result<Vec<MonthRead>, AppError> {
    let force = scope(&permit, force)?;
    let now = app.world().now();
    app.store()
        .read(move |tx| {
            let mut months = Vec::new();
            let mut first = day_of(now).first_of_month();
            for _ in 0..MONTHS {
                months.push(month(tx, force, first, now)?);
                let Ok(before) = first.yesterday() else { break };
                first = before.first_of_month();
            }
            Ok(months)
        })
        .await
}

/// The losses of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossesOfMonth {
    /// The losses, the first one first.
    pub losses: Vec<LossFacts>,
    /// Whether more losses were reported than are read.
    pub is_cut: bool,
}

/// Reads the losses that were reported in a month, the first one first: what the figures of the month are made of. They name nobody.
///
/// # Errors
/// [`AppError::Invalid`] for a text that is no month; [`AppError::Denied`] for another force.
pub async fn losses_of_month(
    app: &App,
    permit: Permit<SeeLossFigures>,
    force: Option<Force>,
    month: &str,
) -> Result<LossesOfMonth, AppError> {
    let force = scope(&permit, force)?;
    let Some((from, until)) = duty_app::month(month) else {
        return Err(AppError::invalid("month", "write a month such as 2026-11"));
    };
    let now = app.world().now();
    app.store()
        .read(move |tx| {
            let mut losses = Vec::new();
            let (found, is_cut) = read_most(tx, &Asked { force, from, until })?;
            for row in &found {
                losses.push(facts(tx, row, now)?);
            }
            Ok(LossesOfMonth { losses, is_cut })
        })
        .await
}

/// Returns the force whose losses are read; `None` for all, for a reader who serves all.
fn scope(permit: &Permit<SeeLossFigures>, force: Option<Force>) -> Result<Option<Force>, AppError> {
    if let Some(force) = force {
        permit.reaches(force)?;
    }
    Ok(force.or(permit.scope().force()))
}

/// Reads the losses of a month as far as they are read; returns them with whether there are more.
fn read_most(tx: &mut Tx<'_>, asked: &Asked) -> Result<(Vec<LossRow>, bool), AppError> {
    let mut found = rows::losses(tx, asked, MOST + 1)?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let is_cut = found.len() > most;
    found.truncate(most);
    Ok((found, is_cut))
}

fn month(tx: &mut Tx<'_>, force: Option<Force>, first: Day, now: Timestamp) -> Result<MonthRead, AppError> {
    let word = first.strftime("%Y-%m").to_string();
    let (from, until) = duty_app::month(&word).unwrap_or_default();
    let (found, is_cut) = read_most(tx, &Asked { force, from, until })?;
    let (mut losses, mut entries) = (Vec::new(), Entries::default());
    for row in &found {
        losses.push(facts(tx, row, now)?);
        entries = both(entries, rows::entries_of(tx, row.loss)?);
        if let Some(of) = device_in(row, now) {
            entries = both(entries, rows::order_entries(tx, &of)?);
        }
    }
    Ok(MonthRead { first, word, figures: figures(&losses), is_cut, proof: proof(tx, entries)? })
}

/// Returns the device of a loss from when its case was opened until it was closed.
fn device_in(row: &LossRow, now: Timestamp) -> Option<DeviceIn> {
    let from = row.opened_at.min(row.reported_at);
    Some(DeviceIn { device: row.device?, from, until: row.closed_at.unwrap_or(now) })
}

/// Reads what is known of one loss.
fn facts(tx: &mut Tx<'_>, row: &LossRow, now: Timestamp) -> Result<LossFacts, AppError> {
    let entered = rows::first_entries(tx, row.loss)?;
    let first = |action: &str| entered.iter().find(|entry| entry.action == action).map(|entry| entry.at);
    let (orders, approvals) = match device_in(row, now) {
        Some(of) => {
            let orders = rows::orders(tx, &of)?;
            let approvals = approvals(tx, &of, &orders)?;
            (orders, approvals)
        }
        None => (Vec::new(), Vec::new()),
    };
    Ok(LossFacts {
        reference: row.reference.clone(),
        reported_at: row.reported_at,
        closed_at: row.closed_at,
        identified: row.device.is_some(),
        contained_at: contained_at(&orders).or_else(|| entered_contained(&entered)),
        answered_at: first("loss.answered").or(row.answered_at),
        unanswered: first("loss.unanswered").is_some(),
        wipe: orders.iter().rev().find(|order| order.deed == Deed::Erase).map(wipe),
        approvals,
        calls: row.calls.unsigned_abs(),
        failed: row.failed.unsigned_abs(),
        recovered_at: first("loss.found"),
    })
}

/// Returns when the ledger first says that the device was contained. Of a loss that was put right it may speak of the wrong device,
/// and does not count.
fn entered_contained(entered: &[FirstEntry]) -> Option<Timestamp> {
    let first = |action: &str| entered.iter().find(|entry| entry.action == action).map(|entry| entry.at);
    first("loss.contained").filter(|_| first("loss.put-right").is_none())
}

/// Returns when the device first acknowledged an order that contains it. That it was let out of lost mode later changes nothing of it.
fn contained_at(orders: &[OrderRow]) -> Option<Timestamp> {
    let done =
        orders.iter().filter(|order| order.deed.contains_loss() && order.state == CommandState::Acknowledged);
    done.filter_map(|order| order.finished_at).min()
}

const fn wipe(order: &OrderRow) -> Wipe {
    match order.state {
        CommandState::Acknowledged => Wipe::Confirmed,
        CommandState::Uncertain => Wipe::Uncertain,
        CommandState::Failed | CommandState::FormatError => Wipe::Refused,
        CommandState::Cancelled => Wipe::CalledOff,
        CommandState::Asked
        | CommandState::Held
        | CommandState::Queued
        | CommandState::Delivered
        | CommandState::NotNow => Wipe::Open,
    }
}

/// Returns how long each order to a device waited for a second person. One that was agreed to before it was carried over to another
/// enrolment is counted where it was agreed to.
fn approvals(tx: &mut Tx<'_>, of: &DeviceIn, orders: &[OrderRow]) -> Result<Vec<Approval>, AppError> {
    let mut agreed = Vec::new();
    for entry in rows::agreed(tx, of)? {
        let Some((_, detail)) = ledger::detail(tx, entry.id)? else { continue };
        let detail: serde_json::Value = serde_json::from_slice(&detail).unwrap_or_default();
        let command = detail.get("command").and_then(serde_json::Value::as_str).unwrap_or_default();
        agreed.push((command.to_owned(), entry.at));
    }
    let decided = |order: &OrderRow| {
        let command = order.id.to_string();
        agreed.iter().find(|(agreed, _)| *agreed == command).map(|(_, at)| *at)
    };
    let mut all = Vec::new();
    for order in orders.iter().filter(|order| order.needs_second) {
        let refused = order.state == CommandState::Cancelled && order.delivered_at.is_none();
        let decided_at = decided(order).or(order.finished_at.filter(|_| refused));
        if decided_at.is_some() || order.state == CommandState::Asked {
            all.push(Approval { asked_at: order.asked_at, decided_at });
        }
    }
    Ok(all)
}

/// Joins what two sets of entries span.
fn both(one: Entries, other: Entries) -> Entries {
    Entries {
        first: one.first.into_iter().chain(other.first).min(),
        last: one.last.max(other.last),
        numbered: one.numbered + other.numbered,
        all: one.all + other.all,
    }
}

fn proof(tx: &mut Tx<'_>, entries: Entries) -> Result<Option<Proof>, AppError> {
    let Some((first, last)) = entries.first.zip(entries.last) else { return Ok(None) };
    // A checkpoint covers the entries whose numbers are below its size.
    let covers = ledger::checkpoints_after(tx, last, 1)?;
    let checkpoint = covers.first().map(|one| Covered { size: one.size, signed_at: one.signed_at });
    let waiting = entries.all - entries.numbered;
    Ok(Some(Proof { first, last, entries: entries.numbered, waiting, checkpoint }))
}
