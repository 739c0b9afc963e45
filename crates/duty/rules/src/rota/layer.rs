//! Defines a layer of a rota: people who take turns in order.

use std::str::FromStr;

use domain::local_time::{instant, local};
use domain::{PersonId, Timestamp, UnknownWord};
use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::{Hours, MOST_PEOPLE};

/// The longest turn, in days.
pub const LONGEST_TURN_DAYS: i64 = 366;
/// Most hand-overs that are listed at once: more than a year of hourly turns.
const MOST_TURNS: usize = 10_000;

/// The unit of a turn's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnUnit {
    /// Hours of the wall clock.
    Hours,
    /// Days.
    Days,
    /// Weeks.
    Weeks,
}

impl TurnUnit {
    /// Returns its word in tables and forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
        }
    }

    const fn seconds(self) -> i64 {
        match self {
            Self::Hours => 3600,
            Self::Days => 24 * 3600,
            Self::Weeks => 7 * 24 * 3600,
        }
    }
}

impl FromStr for TurnUnit {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "hours" => Ok(Self::Hours),
            "days" => Ok(Self::Days),
            "weeks" => Ok(Self::Weeks),
            _ => Err(UnknownWord { word: word.to_owned(), allowed: "hours days weeks" }),
        }
    }
}

/// The length of a turn by the wall clock: the hand-over keeps its local time when the clocks change, and a turn across
/// a change lasts an hour less or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    unit: TurnUnit,
    count: i64,
}

impl Turn {
    /// Makes a turn of so many hours, days or weeks; `None` for less than one or more than [`LONGEST_TURN_DAYS`].
    #[must_use]
    pub fn of(count: i64, unit: TurnUnit) -> Option<Self> {
        let longest = LONGEST_TURN_DAYS * TurnUnit::Days.seconds();
        let seconds = count.checked_mul(unit.seconds())?;
        (1..=longest).contains(&seconds).then_some(Self { unit, count })
    }

    /// Returns its unit.
    #[must_use]
    pub const fn unit(self) -> TurnUnit {
        self.unit
    }

    /// Returns how many of its units it lasts.
    #[must_use]
    pub const fn count(self) -> i64 {
        self.count
    }

    const fn seconds(self) -> i64 {
        self.count.saturating_mul(self.unit.seconds())
    }
}

/// A layer: people in order, each for one turn, from a first hand-over on.
///
/// A hand-over at a local time that the clocks skip happens at the moment of the change; one at a local time that comes
/// twice happens the first time. So turns follow each other without a gap or an overlap. A turn that falls wholly
/// into the skipped hour does not take place, and still counts as that person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The participants in the order of their turns; [`MOST_PEOPLE`] are examined.
    pub people: Vec<PersonId>,
    /// The length of a turn.
    pub turn: Turn,
    /// The first hand-over by the wall clock: it gives the hand-over time and day of all. Nobody is on call before it.
    pub start: DateTime,
    /// The hours of the week in which the layer applies.
    pub hours: Hours,
}

impl Layer {
    /// Returns who has the turn at a time; `None` before the start, outside its hours, and without participants.
    #[must_use]
    pub fn person_at(&self, at: Timestamp) -> Option<PersonId> {
        let people = self.people.get(..MOST_PEOPLE).unwrap_or(&self.people);
        let count = i64::try_from(people.len()).ok().filter(|count| *count > 0)?;
        let turn = self.turn_at(at).filter(|_| self.hours.cover(at))?;
        people.get(usize::try_from(turn.rem_euclid(count)).ok()?).copied()
    }

    /// Returns the number of the turn at a time, from 0; `None` before the start.
    fn turn_at(&self, at: Timestamp) -> Option<i64> {
        if at < instant(self.start) {
            return None;
        }
        let passed = local(at).duration_since(self.start).as_secs();
        let mut turn = passed.div_euclid(self.turn.seconds()).max(0);
        // In the hour that comes twice the wall clock is behind hand-overs that have taken place.
        while self.begin(turn + 1)? <= at {
            turn += 1;
        }
        Some(turn)
    }

    /// Returns when a turn begins; `None` beyond the calendar.
    fn begin(&self, turn: i64) -> Option<Timestamp> {
        let after = SignedDuration::from_secs(self.turn.seconds().checked_mul(turn)?);
        self.start.checked_add(after).ok().map(instant)
    }

    /// Adds every instant between two times at which the outcome of this layer can change.
    pub(super) fn edges(&self, from: Timestamp, to: Timestamp, into: &mut Vec<Timestamp>) {
        let first = self.turn_at(from).map_or(0, |turn| turn + 1);
        let begins = (first..).map_while(|turn| self.begin(turn)).take_while(|begin| *begin < to);
        into.extend(begins.take(MOST_TURNS).filter(|begin| *begin > from));
        self.hours.edges(from, to, into);
    }
}
