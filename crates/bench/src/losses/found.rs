//! What became of the losses, read from the database: nothing may be missing, and nothing may be there twice.

use std::collections::BTreeSet;

use domain::{CommandState, Deed, Timestamp};
use store::{Store, StoreError, cases, commands, loss_calls, loss_reports};

use super::{Loss, Seen};
use crate::report::{Line, grouped};

/// The figures of a run.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// From the report to the order, in milliseconds, sorted.
    pub queued: Vec<i64>,
    /// From the report to the first push, in milliseconds, sorted.
    pub pushed: Vec<i64>,
    /// From the report to the device's acknowledgement, in milliseconds, sorted.
    pub acknowledged: Vec<i64>,
    /// How many reports had to be sent again.
    pub sent_again: usize,
    /// Messages that called somebody.
    pub messages: usize,
    /// Check-ins that were answered meanwhile, a second.
    pub check_ins_a_second: f64,
    /// How often the program was killed meanwhile.
    pub kills: usize,
    /// What is missing, doubled or unfinished: empty in a good run.
    pub faults: Vec<String>,
}

/// What the database says of one loss.
#[derive(Default)]
struct Ended {
    queued: Option<Timestamp>,
    acknowledged: Option<Timestamp>,
    messages: usize,
    faults: Vec<String>,
}

/// Reads what became of each loss.
pub(super) fn read(store: &Store, losses: &[Loss], seen: &[Seen], log: &str) -> anyhow::Result<Figures> {
    let mut figures = Figures::default();
    let reports = count(store, "loss.reported")?;
    if reports != losses.len() {
        figures
            .faults
            .push(format!("{} losses, and {reports} entries of reports in the ledger", losses.len()));
    }
    let orders = count(store, "device.lost-mode.ordered")?;
    if orders != losses.len() {
        figures.faults.push(format!("{} losses, and {orders} entries of orders in the ledger", losses.len()));
    }
    for (loss, seen) in losses.iter().zip(seen) {
        let device = loss.speaker.device;
        let ended = store.read_blocking(move |tx| of_device(tx, device))?;
        let after = |at: Option<Timestamp>| Some(at?.since(seen.sent?).millis());
        figures.queued.extend(after(ended.queued));
        figures.acknowledged.extend(after(ended.acknowledged));
        figures.pushed.extend(after(seen.pushed));
        figures.sent_again += usize::from(seen.tries > 1);
        figures.messages += ended.messages;
        figures.faults.extend(ended.faults.into_iter().map(|fault| format!("{device}: {fault}")));
    }
    for all in [&mut figures.queued, &mut figures.pushed, &mut figures.acknowledged] {
        all.sort_unstable();
    }
    if !figures.faults.is_empty() && !log.trim().is_empty() {
        figures.faults.push(format!("the service logged: {}", log.trim()));
    }
    Ok(figures)
}

fn count(store: &Store, action: &'static str) -> anyhow::Result<usize> {
    let filter =
        store::ledger::LedgerFilter { action: action.into(), ..store::ledger::LedgerFilter::default() };
    Ok(store.read_blocking(move |tx| store::ledger::list(tx, &filter, 5000))?.len())
}

fn of_device(tx: &mut store::Tx<'_>, device: domain::DeviceId) -> Result<Ended, StoreError> {
    let mut ended = Ended::default();
    let lost: Vec<_> =
        cases::of_device(tx, device)?.into_iter().filter(|case| case.kind == "lost-device").collect();
    let [case] = lost.as_slice() else {
        ended.faults.push(format!("{} cases of a lost device", lost.len()));
        return Ok(ended);
    };
    let Some(loss) = loss_reports::loss_of_case(tx, case.id)? else {
        ended.faults.push("a case without its report".into());
        return Ok(ended);
    };
    let reports = loss_reports::of_loss(tx, loss)?.len();
    if reports != 1 {
        ended.faults.push(format!("{reports} reports"));
    }
    let orders: Vec<_> = commands::of_device(tx, device, 50)?
        .into_iter()
        .filter(|order| order.deed == Deed::LostMode)
        .collect();
    match orders.as_slice() {
        [order] if order.state == CommandState::Acknowledged => {
            ended.queued = Some(order.queued_at);
            ended.acknowledged = order.finished_at;
        }
        [order] => ended.faults.push(format!("its order is {:?}", order.state)),
        _ => ended.faults.push(format!("{} orders of lost mode", orders.len())),
    }
    match loss_calls::by_id(tx, loss)? {
        Some(call) if call.standing == "contained" => {}
        Some(call) => ended.faults.push(format!("its call is {}", call.standing)),
        None => ended.faults.push("no call".into()),
    }
    let messages = loss_calls::messages(tx, loss, 500)?;
    let notices: BTreeSet<_> = messages.iter().filter_map(|message| message.notice).collect();
    let with_notice = messages.iter().filter(|message| message.notice.is_some()).count();
    if notices.len() != with_notice {
        ended.faults.push("two messages share a notice".into());
    }
    let steps: BTreeSet<_> = messages.iter().map(|message| (message.attempt, message.person)).collect();
    if steps.len() != messages.len() {
        ended.faults.push("somebody was called twice for one step".into());
    }
    ended.messages = messages.len();
    Ok(ended)
}

/// Returns the value below which so many of a hundred lie; `None` of nothing.
fn percentile(sorted: &[i64], of_hundred: usize) -> Option<i64> {
    let place = (sorted.len() * of_hundred).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied()
}

/// Returns the figures as lines of a table; with aims where nothing was killed meanwhile.
#[must_use]
pub fn lines(engine: &str, figures: &Figures, killed: bool) -> Vec<Line> {
    let row = |what: &str, sorted: &[i64], aim: &'static str, most: i64| {
        let value = |of| percentile(sorted, of).map_or_else(|| "none".into(), |at| format!("{at} ms"));
        let reached = percentile(sorted, 99).map(|at| at < most);
        Line {
            what: format!("{engine}: report to {what}, of {}", grouped_count(sorted.len())),
            got: format!("{} (99th percentile), {} (half), {} (longest)", value(99), value(50), value(100)),
            aim: if killed { "" } else { aim },
            reached: if killed { None } else { reached.or(Some(false)) },
        }
    };
    let faults = if figures.faults.is_empty() { "none".into() } else { figures.faults.join("; ") };
    vec![
        row("containment queued", &figures.queued, "1 s", 1000),
        row("push tried", &figures.pushed, "2 s", 2000),
        row("acknowledged by the device", &figures.acknowledged, "5 s", 5000),
        Line::plain(format!("{engine}: reports that had to be sent again"), figures.sent_again.to_string()),
        Line::plain(format!("{engine}: messages to people on call"), figures.messages.to_string()),
        Line::plain(
            format!("{engine}: check-ins answered meanwhile"),
            format!("{} /s", grouped(figures.check_ins_a_second)),
        ),
        Line::plain(format!("{engine}: kills meanwhile"), figures.kills.to_string()),
        Line {
            what: format!("{engine}: lost or doubled"),
            got: faults,
            aim: "none",
            reached: Some(figures.faults.is_empty()),
        },
    ]
}

fn grouped_count(count: usize) -> String {
    grouped(f64::from(u32::try_from(count).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let hundred: Vec<i64> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 99), Some(99));
        assert_eq!(percentile(&hundred, 100), Some(100));
        assert_eq!(percentile(&[7], 50), Some(7));
        assert_eq!(percentile(&[], 50), None);
        let late = Figures { queued: vec![1500], ..Figures::default() };
        assert_eq!(lines("SQLite", &late, false).first().and_then(|line| line.reached), Some(false));
        assert_eq!(
            lines("SQLite", &Figures::default(), false).first().and_then(|line| line.reached),
            Some(false)
        );
    }
}
