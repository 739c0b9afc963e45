//! Runs the clock of telling the regulator: from the first report until somebody has decided, with warnings before its end.
//!
//! The clock begins when the force becomes aware, and its end never moves: confirming a breach, deciding otherwise and deciding again
//! change what has to be done by then. While it runs there is always a next warning, also after its end.

use domain::{Span, Timestamp};

/// How long after the end of an undecided clock, and after each further warning, people are warned again.
pub const AGAIN: Span = Span::from_secs(24 * 3600);

/// How the clock of an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// No regulator has to be told of such incidents.
    None,
    /// It runs: it may be that the regulator must be told, and nobody has decided.
    Possible,
    /// It runs: the regulator must be told, and has not been.
    Confirmed,
    /// It was stopped: the regulator need not be told.
    NotNotifiable,
    /// It was stopped: the regulator was told.
    Notified,
}

impl ClockState {
    /// Every standing.
    pub const ALL: [Self; 5] =
        [Self::None, Self::Possible, Self::Confirmed, Self::NotNotifiable, Self::Notified];

    /// Returns its word in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Possible => "possible",
            Self::Confirmed => "confirmed",
            Self::NotNotifiable => "not-notifiable",
            Self::Notified => "notified",
        }
    }

    /// Reads its word; an unknown word counts as a clock that runs, so that it is looked at.
    #[must_use]
    pub fn read(word: &str) -> Self {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word).unwrap_or(Self::Possible)
    }

    /// Returns whether the clock runs.
    #[must_use]
    pub const fn runs(self) -> bool {
        matches!(self, Self::Possible | Self::Confirmed)
    }

    /// Returns how it stands after a decision; `None` where that decision cannot be taken now.
    #[must_use]
    pub const fn after(self, decision: Decision) -> Option<Self> {
        match (self, decision) {
            (Self::Possible, Decision::Confirm) => Some(Self::Confirmed),
            (Self::Possible | Self::Confirmed, Decision::NotNotifiable) => Some(Self::NotNotifiable),
            (Self::Possible | Self::Confirmed, Decision::Notified) => Some(Self::Notified),
            (Self::NotNotifiable | Self::Notified, Decision::Reopen) => Some(Self::Possible),
            _ => None,
        }
    }
}

/// What the data protection officer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The regulator must be told; the clock goes on until it was.
    Confirm,
    /// The regulator need not be told.
    NotNotifiable,
    /// The regulator was told.
    Notified,
    /// It is decided again.
    Reopen,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 4] = [Self::Confirm, Self::NotNotifiable, Self::Notified, Self::Reopen];

    /// Returns its word in forms and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirmed",
            Self::NotNotifiable => "not-notifiable",
            Self::Notified => "notified",
            Self::Reopen => "reopened",
        }
    }

    /// Reads its word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.as_str() == word)
    }
}

/// The warnings of one clock.
#[derive(Debug, Clone, Copy)]
pub struct Warnings<'a> {
    /// When the clock ends.
    pub ends_at: Timestamp,
    /// How long before that people are warned, the longest first.
    pub before: &'a [Span],
}

/// What is to be said now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Which warning it is, counted from 1; earlier ones that were missed are left out.
    pub count: i64,
    /// Whether the clock has ended.
    pub over: bool,
    /// Whether it is the last before the end, or later.
    pub last: bool,
}

impl Warnings<'_> {
    /// Returns when a warning is due, counted from 1: those before the end, the end, and each day after it.
    #[must_use]
    pub fn at(&self, count: i64) -> Timestamp {
        let before = i64::try_from(self.before.len()).unwrap_or(i64::MAX);
        let place = usize::try_from(count.saturating_sub(1)).unwrap_or_default();
        match self.before.get(place) {
            Some(before) => self.ends_at.minus(*before),
            None => {
                let days = count.saturating_sub(1).saturating_sub(before).max(0);
                self.ends_at.plus(Span::from_millis(AGAIN.millis().saturating_mul(days)))
            }
        }
    }

    /// Returns when the next warning is due after so many were given.
    #[must_use]
    pub fn next(&self, given: i64) -> Timestamp {
        self.at(given.saturating_add(1))
    }

    /// Returns the warning that is to be given now after so many were given; the latest, where several are due.
    #[must_use]
    pub fn due(&self, given: i64, now: Timestamp) -> Option<Due> {
        let before = i64::try_from(self.before.len()).unwrap_or(i64::MAX);
        // At most one after the end is counted for each day, so the loop ends soon.
        let days = now.since(self.ends_at).millis().checked_div(AGAIN.millis()).unwrap_or_default().max(0);
        let latest = if now >= self.ends_at {
            before.saturating_add(1).saturating_add(days)
        } else {
            let past = self.before.iter().filter(|before| self.ends_at.minus(**before) <= now).count();
            i64::try_from(past).unwrap_or_default()
        };
        let over = now >= self.ends_at;
        (latest > given).then_some(Due { count: latest, over, last: over || latest >= before })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + hours * 3_600_000)
    }

    fn hours(count: i64) -> Span {
        Span::from_secs(count * 3600)
    }

    #[test]
    fn only_a_running_clock_is_decided_and_only_a_stopped_one_is_reopened() {
        for standing in ClockState::ALL {
            for decision in Decision::ALL {
                let after = standing.after(decision);
                if decision == Decision::Reopen {
                    assert_eq!(
                        after.is_some(),
                        !standing.runs() && standing != ClockState::None,
                        "{standing:?}"
                    );
                } else if standing.runs() {
                    let twice = standing == ClockState::Confirmed && decision == Decision::Confirm;
                    assert_eq!(after.is_none(), twice, "{standing:?} {decision:?}");
                } else {
                    assert_eq!(after, None, "{standing:?} {decision:?}");
                }
            }
            assert_eq!(ClockState::read(standing.as_str()), standing);
        }
        assert!(ClockState::read("a word of a later version").runs());
    }

    #[test]
    fn people_are_warned_before_the_end_at_it_and_each_day_after_it() {
        let before = [hours(24), hours(4)];
        let warnings = Warnings { ends_at: at(72), before: &before };
        let all: Vec<Timestamp> = (1..=5).map(|count| warnings.at(count)).collect();
        assert_eq!(all, [at(48), at(68), at(72), at(96), at(120)]);
        assert_eq!(warnings.due(0, at(47)), None);
        assert_eq!(warnings.due(0, at(48)), Some(Due { count: 1, over: false, last: false }));
        assert_eq!(warnings.due(1, at(50)), None);
        assert_eq!(warnings.due(0, at(70)), Some(Due { count: 2, over: false, last: true }), "the latest");
        assert_eq!(warnings.due(2, at(72)), Some(Due { count: 3, over: true, last: true }));
        assert_eq!(warnings.due(3, at(95)), None);
        assert_eq!(warnings.due(3, at(96)), Some(Due { count: 4, over: true, last: true }));
        let none = Warnings { ends_at: at(72), before: &[] };
        assert_eq!(none.next(0), at(72), "without warnings before, the end is one");
    }

    proptest! {
        /// Whatever was given and however late it is looked at: after a warning nothing is due, and the next one is in the future.
        #[test]
        fn there_is_always_a_next_warning(given in 0_i64..9, late in 0_i64..2000, before in prop::collection::vec(1_i64..71, 0..4)) {
            let mut before: Vec<Span> = before.into_iter().map(hours).collect();
            before.sort_unstable_by(|one, other| other.cmp(one));
            let warnings = Warnings { ends_at: at(72), before: &before };
            let now = at(late);
            let given = warnings.due(given, now).map_or(given, |due| due.count);
            prop_assert_eq!(warnings.due(given, now), None);
            prop_assert!(warnings.next(given) > now);
        }
    }
}
