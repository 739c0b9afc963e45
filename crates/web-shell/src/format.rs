//! Formats times and numbers for the screen, after the GOV.UK style guide: `22 November 2026, 3:00am`.
//!
//! Times are shown by the clock of the forces, days in the form that they chose; machines get RFC 3339 beside it.

use domain::{Span, Timestamp, local_time};
use jiff::civil::{Date, DateTime};

fn local(at: Timestamp) -> Option<DateTime> {
    jiff::Timestamp::from_millisecond(at.millis()).is_ok().then(|| local_time::local(at))
}

/// Writes a day: `12 September 2020`.
#[must_use]
pub fn day(day: Date) -> String {
    local_time::day_in_words(day)
}

/// Writes a day with its weekday: `Sunday 22 November 2026`.
#[must_use]
pub fn weekday(on: Date) -> String {
    format!("{} {}", on.strftime("%A"), day(on))
}

/// Returns the month of a point in time, as forms take it: `2026-11`.
#[must_use]
pub fn month_of(at: Timestamp) -> String {
    local(at).map(|at| at.strftime("%Y-%m").to_string()).unwrap_or_default()
}

/// Writes a point in time to the minute: `22 November 2026, 3:00am`; noon and midnight by name.
#[must_use]
pub fn when(at: Timestamp) -> String {
    match local(at) {
        Some(at) => format!("{}, {}", day(at.date()), clock(&at)),
        None => "a time out of range".to_owned(),
    }
}

/// Writes only the day of a point in time: `22 November 2026`.
#[must_use]
pub fn day_of(at: Timestamp) -> String {
    local(at).map_or_else(|| "a time out of range".to_owned(), |at| day(at.date()))
}

/// Returns the last minute of a day that was typed as `2026-12-24`.
#[must_use]
pub fn end_of_day(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok().map(local_time::last_minute).filter(|at| at.millis() < i64::MAX)
}

fn clock(at: &DateTime) -> String {
    match (at.hour(), at.minute()) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "midday".to_owned(),
        (hour, minute) => {
            let half = if hour < 12 { "am" } else { "pm" };
            let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
            format!("{hour}:{minute:02}{half}")
        }
    }
}

/// Writes how long ago a time was, in the largest whole unit up to days: `3 hours ago`. A time in the future reads `just now`,
/// since the clocks of two machines differ a little.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match span(now.since(at)) {
        text if text.is_empty() => "just now".to_owned(),
        text => format!("{text} ago"),
    }
}

/// Writes a length of time in its largest whole unit up to days: `45 minutes`, `3 hours`, `12 days`; empty under a minute.
#[must_use]
pub fn span(span: Span) -> String {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let (count, unit) = match span.millis() {
        millis if millis >= 2 * DAY => (millis / DAY, "day"),
        millis if millis >= HOUR => (millis / HOUR, "hour"),
        millis if millis >= MINUTE => (millis / MINUTE, "minute"),
        _ => return String::new(),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", number(count.unsigned_abs()))
}

/// Writes how much time is left, rounded down: in hours up to four days, since the law counts a breach in hours.
#[must_use]
pub fn left(until: Timestamp, now: Timestamp) -> String {
    let left = until.since(now);
    match left.millis() / 3_600_000 {
        hours @ 2..=96 => format!("{hours} hours"),
        _ if left.millis() < 60_000 => "less than a minute".to_owned(),
        _ => span(left),
    }
}

/// Writes a whole number with commas: `2,262`.
#[must_use]
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Percent-encodes a value for a query or a path segment: everything but RFC 3986's unreserved characters.
#[must_use]
pub fn percent(value: &str) -> String {
    use std::fmt::Write;

    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Turns the words of a use case into a sentence of its own.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_read_as_a_british_clock_shows_them() {
        assert_eq!(when(at("2026-11-22T03:00:00Z")), "22 November 2026, 3:00am");
        assert_eq!(when(at("2026-07-01T11:05:00Z")), "1 July 2026, 12:05pm", "summer time");
        assert_eq!(when(at("2026-07-01T11:00:00Z")), "1 July 2026, midday");
        assert_eq!(
            when(at("2026-06-30T23:00:00Z")),
            "1 July 2026, midnight",
            "the day is the British one too"
        );
        assert_eq!(day_of(at("2026-06-30T23:30:00Z")), "1 July 2026");
    }

    #[test]
    fn the_clock_changes_at_one_in_the_morning_utc() {
        assert_eq!(when(at("2026-03-29T00:59:00Z")), "29 March 2026, 12:59am");
        assert_eq!(when(at("2026-03-29T01:00:00Z")), "29 March 2026, 2:00am");
        assert_eq!(when(at("2026-10-25T00:59:00Z")), "25 October 2026, 1:59am");
        assert_eq!(when(at("2026-10-25T01:00:00Z")), "25 October 2026, 1:00am");
    }

    #[test]
    fn a_time_that_no_calendar_holds_is_said_so() {
        assert_eq!(when(Timestamp::from_millis(i64::MAX)), "a time out of range");
    }

    #[test]
    fn ages_are_in_the_largest_whole_unit() {
        let now = at("2026-11-22T03:00:00Z");
        for (then, text) in [
            ("2026-11-22T02:59:30Z", "just now"),
            ("2026-11-22T03:00:30Z", "just now"),
            ("2026-11-22T02:59:00Z", "1 minute ago"),
            ("2026-11-21T04:00:00Z", "23 hours ago"),
            ("2026-11-21T02:00:00Z", "25 hours ago"),
            ("2026-11-20T03:00:00Z", "2 days ago"),
            ("2020-09-12T03:00:00Z", "2,262 days ago"),
        ] {
            assert_eq!(ago(at(then), now), text, "{then}");
        }
    }

    #[test]
    fn numbers_have_commas() {
        for (count, text) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (250_000, "250,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(number(count), text);
        }
    }
}
