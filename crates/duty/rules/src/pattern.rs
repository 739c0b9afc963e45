//! Defines duty patterns: a cycle of days, each with a shift or none, as rosters are drawn up on paper.

use std::fmt;
use std::str::FromStr;

use domain::Timestamp;
use domain::local_time::instant;
use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};

/// Most days in a cycle.
pub const MOST_SLOTS: usize = 366;
/// Most letters and digits in the name of a shift.
const LONGEST_CODE: usize = 8;
/// Most shift names in one pattern.
const MOST_CODES: usize = 30;

/// The start and end of a shift by the wall clock. An end that is not later than the start is on the next day, so
/// that a shift lasts 24 hours at most; across a change of the clocks it lasts an hour less or more, as it does in
/// the station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShiftTime {
    /// The time at which it starts.
    pub start: Time,
    /// The time at which it ends.
    pub end: Time,
}

impl ShiftTime {
    /// Returns the instants of this shift where it starts on that day; `None` where it falls wholly into the hour
    /// that the clocks skip, or off the calendar.
    #[must_use]
    pub fn on(self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let last = if self.end <= self.start { day.checked_add(1.day()).ok()? } else { day };
        let (start, end) = (instant(day.to_datetime(self.start)), instant(last.to_datetime(self.end)));
        (start < end).then_some((start, end))
    }
}

impl fmt::Display for ShiftTime {
    /// Writes `22:00-07:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.start.strftime("%H:%M"), self.end.strftime("%H:%M"))
    }
}

impl FromStr for ShiftTime {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let wrong = || PatternError::Time(text.chars().take(20).collect());
        let (start, end) = text.split_once('-').ok_or_else(wrong)?;
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).map_err(|_| wrong());
        let read = Self { start: time(start)?, end: time(end)? };
        if read.start == read.end { Err(wrong()) } else { Ok(read) }
    }
}

/// The kind of pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Days that repeat, counted from the day on which a person joins at a place in the cycle.
    Cycle,
    /// Seven days, starting on Monday.
    Week,
    /// No pattern: the person works the shifts listed for them, and is off duty between them.
    Listed,
}

impl Shape {
    /// Returns its word in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cycle => "cycle",
            Self::Week => "week",
            Self::Listed => "listed",
        }
    }
}

impl FromStr for Shape {
    type Err = domain::UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "cycle" => Ok(Self::Cycle),
            "week" => Ok(Self::Week),
            "listed" => Ok(Self::Listed),
            _ => Err(domain::UnknownWord { word: word.to_owned(), allowed: "cycle week listed" }),
        }
    }
}

/// The reason why a pattern cannot be used; each message says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A line of the shifts is invalid.
    #[error("\"{0}\" is not a shift: write its name and its times, such as E 07:00-16:00")]
    Shift(String),
    /// A time is invalid.
    #[error("\"{0}\" is not a pair of times: write start and end, such as 22:00-07:00")]
    Time(String),
    /// Two shifts have the same name.
    #[error("the shift {0} is written twice: give each its own name")]
    Twice(String),
    /// A day's shift is not among the shifts.
    #[error("day {0} is \"{1}\", which is not one of the shifts: use their names, and - for a day off")]
    Day(usize, String),
    /// The number of days is wrong.
    #[error("{0}")]
    Length(&'static str),
}

/// A duty pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    shape: Shape,
    slots: Vec<Option<ShiftTime>>,
}

impl Pattern {
    /// Makes a pattern for a force that lists every person's days.
    #[must_use]
    pub const fn listed() -> Self {
        Self { shape: Shape::Listed, slots: Vec::new() }
    }

    /// Parses a pattern as people write one: `shifts` has one shift on each line (`E 07:00-16:00`), `days` the names
    /// in order with `-` for a day off (`E E L L N N - - - -`). A week has seven days, starting on Monday; a listed
    /// pattern has neither shifts nor days.
    ///
    /// # Errors
    /// [`PatternError`] with what to write instead.
    pub fn read(shape: Shape, shifts: &str, days: &str) -> Result<Self, PatternError> {
        if shape == Shape::Listed {
            return Ok(Self::listed());
        }
        let codes = read_codes(shifts)?;
        let mut slots = Vec::new();
        for (place, word) in (1..).zip(days.split_whitespace()) {
            if slots.len() >= MOST_SLOTS {
                return Err(PatternError::Length("the cycle is too long: 366 days are the most"));
            }
            let shift =
                match word {
                    "-" => None,
                    word => {
                        Some(codes.iter().find(|(code, _)| code == word).map(|(_, time)| *time).ok_or_else(
                            || PatternError::Day(place, word.chars().take(LONGEST_CODE).collect()),
                        )?)
                    }
                };
            slots.push(shift);
        }
        match (shape, slots.len()) {
            (_, 0) => Err(PatternError::Length("write the days of the pattern, such as E E L L N N - - - -")),
            (Shape::Week, days) if days != 7 => {
                Err(PatternError::Length("write seven days, Monday first, such as D D D D D - -"))
            }
            _ => Ok(Self { shape, slots }),
        }
    }

    /// Returns the number of days until it repeats; 0 for a listed one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Returns whether it has no days: a listed one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Returns the shift of a day, for a person whose cycle began on `anchor`. Days before the anchor count backwards.
    #[must_use]
    pub fn shift_on(&self, day: Date, anchor: Date) -> Option<ShiftTime> {
        let days = i64::try_from(self.slots.len()).ok().filter(|days| *days > 0)?;
        let from_start = match self.shape {
            Shape::Listed => return None,
            Shape::Week => i64::from(day.weekday().since(Weekday::Monday)),
            Shape::Cycle => (day - anchor).get_days().into(),
        };
        *self.slots.get(usize::try_from(from_start.rem_euclid(days)).ok()?)?
    }
}

fn read_codes(shifts: &str) -> Result<Vec<(String, ShiftTime)>, PatternError> {
    let mut codes: Vec<(String, ShiftTime)> = Vec::new();
    for line in shifts.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let wrong = || PatternError::Shift(line.chars().take(30).collect());
        let (code, times) = line.split_once(char::is_whitespace).ok_or_else(wrong)?;
        if code.chars().count() > LONGEST_CODE || !code.chars().all(char::is_alphanumeric) {
            return Err(wrong());
        }
        if codes.iter().any(|(known, _)| known == code) {
            return Err(PatternError::Twice(code.to_owned()));
        }
        if codes.len() >= MOST_CODES {
            return Err(PatternError::Length("there are too many shifts: 30 are the most"));
        }
        codes.push((code.to_owned(), times.trim().parse()?));
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const SHIFTS: &str = "E 07:00-16:00\nL 14:00-23:00\n\nN 22:00-07:00\n";

    #[test]
    fn a_cycle_reads_as_it_is_written() {
        let pattern = Pattern::read(Shape::Cycle, SHIFTS, "E E L L N N - - - -").unwrap();
        let on = |days: i32| {
            pattern
                .shift_on(date(2026, 11, 2) + days.days(), date(2026, 11, 2))
                .map(|shift| shift.to_string())
        };
        assert_eq!(on(0).as_deref(), Some("07:00-16:00"));
        assert_eq!(on(5).as_deref(), Some("22:00-07:00"));
        assert_eq!((on(6), on(9)), (None, None));
        assert_eq!(on(10).as_deref(), Some("07:00-16:00"), "it repeats");
        assert_eq!(on(-1), None, "and it repeats backwards");
        assert_eq!(on(-5).as_deref(), Some("22:00-07:00"));
    }

    #[test]
    fn a_week_begins_on_monday_whenever_somebody_joins() {
        let week = Pattern::read(Shape::Week, "D 09:00-17:00", "D D D D D - -").unwrap();
        for anchor in [date(2026, 11, 2), date(2026, 11, 5)] {
            assert!(week.shift_on(date(2026, 11, 20), anchor).is_some(), "a Friday");
            assert!(week.shift_on(date(2026, 11, 21), anchor).is_none(), "a Saturday");
        }
    }

    #[test]
    fn what_cannot_be_read_says_what_to_write() {
        for (shape, shifts, days, says) in [
            (Shape::Cycle, "E 07:00", "E", "such as 22:00-07:00"),
            (Shape::Cycle, "E", "E", "E 07:00-16:00"),
            (Shape::Cycle, "E 07:00-07:00", "E", "such as 22:00-07:00"),
            (Shape::Cycle, "E 25:00-26:00", "E", "such as 22:00-07:00"),
            (Shape::Cycle, "E 7:00-16:00\nE 8:00-17:00", "E", "twice"),
            (Shape::Cycle, SHIFTS, "E X", "day 2"),
            (Shape::Cycle, SHIFTS, " ", "write the days"),
            (Shape::Week, "D 09:00-17:00", "D D D", "seven days"),
        ] {
            let error = Pattern::read(shape, shifts, days).unwrap_err().to_string();
            assert!(error.contains(says), "{shifts:?} {days:?}: {error}");
        }
        let long = "- ".repeat(MOST_SLOTS + 1);
        assert!(Pattern::read(Shape::Cycle, "", &long).is_err());
        assert!(Pattern::read(Shape::Cycle, "", &"- ".repeat(MOST_SLOTS)).is_ok());
    }
}
