//! Works out the figures of losses: how many there were, how long each step took, and what came of them.
//!
//! Each figure says of how many cases it is. A share of fewer than [`FEWEST`] cases says nothing, so none is given.

use domain::{Span, Timestamp};

/// Fewest cases from which a percentage or a 90th percentile is given.
pub const FEWEST: usize = 10;

/// What came of the order to wipe a lost device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wipe {
    /// The device acknowledged it.
    Confirmed,
    /// The device had it and never answered.
    Uncertain,
    /// The device refused.
    Refused,
    /// It was taken back, called off or not agreed to in time.
    CalledOff,
    /// It waits for a second person or for the device.
    Open,
}

/// An order that waited for a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When somebody decided, or its time was over; `None` while it waits.
    pub decided_at: Option<Timestamp>,
}

/// What is known of one loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossFacts {
    /// Its reference.
    pub reference: String,
    /// When it was reported.
    pub reported_at: Timestamp,
    /// When its case was closed.
    pub closed_at: Option<Timestamp>,
    /// Whether it is known which device it is.
    pub identified: bool,
    /// When the device first acknowledged that it is contained.
    pub contained_at: Option<Timestamp>,
    /// When a person first acknowledged the call.
    pub answered_at: Option<Timestamp>,
    /// Whether nobody answered in time.
    pub unanswered: bool,
    /// What came of the last order to wipe it; `None` where nobody asked for one.
    pub wipe: Option<Wipe>,
    /// The orders that waited for a second person.
    pub approvals: Vec<Approval>,
    /// How many messages called people.
    pub calls: u64,
    /// How many of these reached nobody.
    pub failed: u64,
    /// When somebody confirmed that the device is found.
    pub recovered_at: Option<Timestamp>,
}

/// How long something took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// Of how many cases.
    pub count: usize,
    /// The time that half of them took at most.
    pub median: Option<Span>,
    /// The time that nine in ten took at most; only from [`FEWEST`] cases on.
    pub ninetieth: Option<Span>,
    /// The longest.
    pub slowest: Option<Slowest>,
}

/// The case in which something took longest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slowest {
    /// How long it took.
    pub took: Span,
    /// The reference of the loss.
    pub reference: String,
}

/// What came of the orders to wipe, in numbers of losses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wipes {
    /// Losses with an order to wipe.
    pub asked: usize,
    /// The device acknowledged it.
    pub confirmed: usize,
    /// The device never answered.
    pub uncertain: usize,
    /// The device refused.
    pub refused: usize,
    /// It was taken back, called off or not agreed to in time.
    pub called_off: usize,
    /// It is still open.
    pub open: usize,
}

/// The figures of some losses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many losses.
    pub losses: usize,
    /// Of how many it is known which device it is.
    pub identified: usize,
    /// From the report to the device's acknowledgement that it is contained.
    pub contain: Times,
    /// Known devices that had never acknowledged it when their case was closed.
    pub never: usize,
    /// Known devices that have not acknowledged it yet; their cases are open.
    pub not_yet: usize,
    /// From the report to the first acknowledgement by a person.
    pub answer: Times,
    /// Losses that no person has acknowledged.
    pub nobody: usize,
    /// Orders to wipe.
    pub wipes: Wipes,
    /// From asking for an order to the decision of a second person.
    pub approval: Times,
    /// Orders that wait for a second person.
    pub waiting: usize,
    /// Messages that called people.
    pub calls: u64,
    /// How many of these reached nobody.
    pub failed: u64,
    /// Losses that nobody answered in time.
    pub unanswered: usize,
    /// Losses whose device was confirmed as found.
    pub recovered: usize,
}

/// Works out the figures of some losses.
#[must_use]
pub fn figures(losses: &[LossFacts]) -> Figures {
    let count = |holds: &dyn Fn(&LossFacts) -> bool| losses.iter().filter(|loss| holds(loss)).count();
    let took = |end: &dyn Fn(&LossFacts) -> Option<Timestamp>| {
        let ended = losses.iter().filter_map(|loss| Some((loss, end(loss)?)));
        times(ended.map(|(loss, at)| one(at.since(loss.reported_at), loss)).collect())
    };
    let decided = losses.iter().flat_map(|loss| {
        let done = loss.approvals.iter().filter_map(|one| Some((one.asked_at, one.decided_at?)));
        done.map(move |(asked, decided)| one(decided.since(asked), loss))
    });
    let contained = |loss: &LossFacts| loss.contained_at.filter(|_| loss.identified);
    let open = |loss: &LossFacts| loss.identified && loss.contained_at.is_none();
    Figures {
        losses: losses.len(),
        identified: count(&|loss| loss.identified),
        contain: took(&contained),
        never: count(&|loss| open(loss) && loss.closed_at.is_some()),
        not_yet: count(&|loss| open(loss) && loss.closed_at.is_none()),
        answer: took(&|loss| loss.answered_at),
        nobody: count(&|loss| loss.answered_at.is_none()),
        wipes: wipes(losses),
        approval: times(decided.collect()),
        waiting: losses
            .iter()
            .flat_map(|loss| &loss.approvals)
            .filter(|one| one.decided_at.is_none())
            .count(),
        calls: losses.iter().map(|loss| loss.calls).sum(),
        failed: losses.iter().map(|loss| loss.failed).sum(),
        unanswered: count(&|loss| loss.unanswered),
        recovered: count(&|loss| loss.recovered_at.is_some()),
    }
}

/// Returns a part in percent, rounded down; `None` of fewer than [`FEWEST`] cases.
#[must_use]
pub fn percent(part: usize, of: usize) -> Option<usize> {
    if of < FEWEST { None } else { (part * 100).checked_div(of) }
}

fn one(took: Span, loss: &LossFacts) -> Slowest {
    Slowest { took, reference: loss.reference.clone() }
}

fn wipes(losses: &[LossFacts]) -> Wipes {
    let mut wipes = Wipes::default();
    for wipe in losses.iter().filter_map(|loss| loss.wipe) {
        wipes.asked += 1;
        match wipe {
            Wipe::Confirmed => wipes.confirmed += 1,
            Wipe::Uncertain => wipes.uncertain += 1,
            Wipe::Refused => wipes.refused += 1,
            Wipe::CalledOff => wipes.called_off += 1,
            Wipe::Open => wipes.open += 1,
        }
    }
    wipes
}

fn times(mut all: Vec<Slowest>) -> Times {
    all.sort_by_key(|one| one.took);
    let count = all.len();
    let at = |place: usize| all.get(place).map(|one| one.took.millis());
    let (low, high) = (at(count.saturating_sub(1) / 2), at(count / 2));
    let median = low.zip(high).map(|(low, high)| Span::from_millis(low + (high - low) / 2));
    // The nearest rank: the first time that at least nine in ten do not exceed.
    let ninetieth = at((count * 9).div_ceil(10).saturating_sub(1)).map(Span::from_millis);
    Times { count, median, ninetieth: ninetieth.filter(|_| count >= FEWEST), slowest: all.pop() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn minutes(count: i64) -> Span {
        Span::from_millis(count * MINUTE)
    }

    /// Returns a loss whose device was contained, and whose call was answered, so many minutes after the report.
    fn loss(number: usize, contained: Option<i64>, answered: Option<i64>) -> LossFacts {
        let reported_at = Timestamp::from_millis(1_000_000_000);
        let after = |count: i64| reported_at.plus(minutes(count));
        LossFacts {
            reference: format!("LOSS-{number}"),
            reported_at,
            closed_at: None,
            identified: true,
            contained_at: contained.map(after),
            answered_at: answered.map(after),
            unanswered: false,
            wipe: None,
            approvals: Vec::new(),
            calls: 2,
            failed: 1,
            recovered_at: None,
        }
    }

    #[test]
    fn without_losses_there_are_no_figures() {
        assert_eq!(figures(&[]), Figures::default());
    }

    #[test]
    fn a_median_of_few_is_given_and_a_ninetieth_percentile_is_not() {
        let losses: Vec<LossFacts> =
            [40, 10, 30].iter().zip(0..).map(|(at, number)| loss(number, Some(*at), Some(5))).collect();
        let found = figures(&losses);
        assert_eq!((found.contain.count, found.contain.median), (3, Some(minutes(30))));
        assert_eq!(found.contain.ninetieth, None);
        let slowest = found.contain.slowest.unwrap();
        assert_eq!((slowest.took, slowest.reference.as_str()), (minutes(40), "LOSS-0"));
        assert_eq!((found.calls, found.failed), (6, 3));
        let even = figures(&losses[..2]);
        assert_eq!(even.contain.median, Some(minutes(25)), "half way between the two in the middle");
    }

    #[test]
    fn of_ten_nine_took_no_longer_than_the_ninetieth_percentile() {
        let losses: Vec<LossFacts> = (1..=10).map(|at| loss(1, Some(at), None)).collect();
        let found = figures(&losses);
        assert_eq!(found.contain.ninetieth, Some(minutes(9)));
        assert_eq!(found.contain.median, Some(Span::from_millis(5 * MINUTE + MINUTE / 2)));
        assert_eq!((found.nobody, found.answer.count, found.answer.median), (10, 0, None));
        let nineteen: Vec<LossFacts> = (1..=19).map(|at| loss(1, Some(at), None)).collect();
        assert_eq!(figures(&nineteen).contain.ninetieth, Some(minutes(18)));
    }

    #[test]
    fn what_was_never_contained_is_told_apart_from_what_is_not_yet_and_from_what_is_not_known() {
        let open = loss(1, None, None);
        let closed =
            LossFacts { closed_at: Some(open.reported_at.plus(minutes(600))), ..loss(2, None, None) };
        let unknown = LossFacts { identified: false, ..closed.clone() };
        let found = figures(&[open, closed, unknown]);
        assert_eq!((found.losses, found.identified, found.never, found.not_yet), (3, 2, 1, 1));
        assert_eq!(found.contain, Times::default());
    }

    #[test]
    fn approvals_are_timed_each_and_what_waits_is_counted_beside_them() {
        let mut one = loss(1, None, None);
        let at = |count: i64| one.reported_at.plus(minutes(count));
        let approvals = vec![
            Approval { asked_at: at(1), decided_at: Some(at(21)) },
            Approval { asked_at: at(2), decided_at: Some(at(6)) },
            Approval { asked_at: at(3), decided_at: None },
        ];
        one.approvals = approvals;
        one.wipe = Some(Wipe::Uncertain);
        let other = LossFacts { wipe: Some(Wipe::CalledOff), unanswered: true, ..loss(2, None, None) };
        let found = figures(&[one, other]);
        assert_eq!((found.approval.count, found.approval.median), (2, Some(minutes(12))));
        assert_eq!(found.approval.slowest.unwrap().took, minutes(20));
        assert_eq!((found.waiting, found.unanswered), (1, 1));
        assert_eq!((found.wipes.asked, found.wipes.uncertain, found.wipes.called_off), (2, 1, 1));
    }

    #[test]
    fn a_percentage_of_fewer_than_ten_is_not_given() {
        assert_eq!((percent(9, 9), percent(9, 10), percent(0, 0)), (None, Some(90), None));
        assert_eq!(percent(2, 3000), Some(0), "rounded down: all but none is not one in a hundred");
    }
}
