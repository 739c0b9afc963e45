//! Defines hours of the week: windows that begin on certain days, as people write them.

use std::str::FromStr;

use domain::Timestamp;
use domain::local_time::{day_of, instant};
use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};

/// Most windows.
pub const MOST_WINDOWS: usize = 21;
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// A line of hours that cannot be read; the message says what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// It is no window.
    #[error(
        "“{0}” cannot be read as hours; write days and times, such as Mon-Fri 17:00-08:00 or Sat,Sun 08:00-20:00"
    )]
    Line(String),
    /// There are too many lines.
    #[error("there are too many lines of hours; {MOST_WINDOWS} are the most")]
    Many,
}

/// One window: it begins on each of its days at `start` and lasts until `end`, which is on the next day where it is not
/// later than the start. So `08:00-08:00` is a whole day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Window {
    days: Vec<Weekday>,
    start: Time,
    end: Time,
}

impl Window {
    fn on(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        if !self.days.contains(&day.weekday()) {
            return None;
        }
        let last = if self.end <= self.start { day.checked_add(1.day()).ok()? } else { day };
        Some((instant(day.to_datetime(self.start)), instant(last.to_datetime(self.end))))
    }
}

/// Hours of the week by the wall clock; without windows, every hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    windows: Vec<Window>,
}

impl FromStr for Hours {
    type Err = HoursError;

    /// Reads a window on each line, such as `Mon-Fri 17:00-08:00` or `Sat,Sun 00:00-24:00`; nothing means every hour.
    fn from_str(text: &str) -> Result<Self, HoursError> {
        let mut windows = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if windows.len() >= MOST_WINDOWS {
                return Err(HoursError::Many);
            }
            let window = window(line).ok_or_else(|| HoursError::Line(line.chars().take(40).collect()))?;
            windows.push(window);
        }
        Ok(Self { windows })
    }
}

impl Hours {
    /// Returns whether they cover a time.
    #[must_use]
    pub fn cover(&self, at: Timestamp) -> bool {
        let today = day_of(at);
        self.windows.is_empty()
            || self
                .windows
                .iter()
                .flat_map(|window| [yesterday(today), today].into_iter().filter_map(|day| window.on(day)))
                .any(|(start, end)| start <= at && at < end)
    }

    /// Adds every instant between two times at which a window begins or ends.
    pub(super) fn edges(&self, from: Timestamp, to: Timestamp, into: &mut Vec<Timestamp>) {
        if self.windows.is_empty() {
            return;
        }
        let last = day_of(to);
        let mut day = yesterday(day_of(from));
        while day <= last {
            for (start, end) in self.windows.iter().filter_map(|window| window.on(day)) {
                into.extend([start, end].into_iter().filter(|edge| from < *edge && *edge < to));
            }
            let next = day.saturating_add(1.day());
            if next == day {
                break;
            }
            day = next;
        }
    }
}

fn yesterday(day: Date) -> Date {
    day.saturating_sub(1.day())
}

fn window(line: &str) -> Option<Window> {
    let (days, times) = line.rsplit_once(char::is_whitespace)?;
    let (start, end) = times.split_once('-')?;
    let (start, end) = (time(start)?, if end == "24:00" { Time::midnight() } else { time(end)? });
    let mut chosen = Vec::new();
    for part in days.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty()) {
        match part.split_once('-') {
            None => chosen.push(weekday(part)?),
            Some((first, last)) => chosen.extend(through(weekday(first)?, weekday(last)?)),
        }
    }
    (!chosen.is_empty()).then_some(Window { days: chosen, start, end })
}

fn time(text: &str) -> Option<Time> {
    Time::strptime("%H:%M", text.trim()).ok()
}

/// Reads `Mon` or `Monday` in any case of letters.
fn weekday(word: &str) -> Option<Weekday> {
    let word = word.to_lowercase();
    let start = word.get(..3)?;
    let (_, day) = DAYS.iter().find(|(short, _)| *short == start)?;
    let is_whole = word.len() == 3 || word.ends_with("day");
    is_whole.then_some(*day)
}

/// Lists the days from one to another, round the end of the week.
fn through(first: Weekday, last: Weekday) -> impl Iterator<Item = Weekday> {
    let count = usize::try_from(last.since(first)).unwrap_or(0) + 1;
    first.cycle_forward().take(count)
}
