//! Works with days of the force's calendar: people leave on a day, and a day ends at midnight in Britain.

use domain::Timestamp;
use domain::local_time::day_in_words;
pub use domain::local_time::{day_of, last_minute as end_of};
use jiff::civil::Date;

use crate::AppError;

/// Formats the day in Britain at that time in words: `22 November 2026`.
pub fn day_words(at: Timestamp) -> String {
    day_in_words(day_of(at))
}

/// Parses a day that somebody typed.
///
/// # Errors
/// [`AppError::Invalid`] for anything but a day within ten years of today.
pub fn typed(field: &'static str, text: &str, today: Date) -> Result<Date, AppError> {
    let wrong = || AppError::invalid(field, format!("enter a day such as {today}"));
    let day: Date = text.trim().parse().map_err(|_| wrong())?;
    let apart = i64::from(day.year()) - i64::from(today.year());
    if apart.abs() > 10 {
        return Err(AppError::invalid(field, "enter a day within ten years of today"));
    }
    Ok(day)
}

/// Counts the whole months from one day to another; counts a part of a month as one more, so that a year and a day is "over
/// twelve months".
pub fn months(from: Date, to: Date) -> i64 {
    let whole = (i64::from(to.year()) - i64::from(from.year())) * 12 + i64::from(to.month())
        - i64::from(from.month());
    if to.day() > from.day() { whole + 1 } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_ends_at_midnight_in_britain_on_both_sides_of_the_clock_changes() {
        for (text, end) in [
            ("2026-11-22", "2026-11-22T23:59:00.000Z"),
            ("2026-06-01", "2026-06-01T22:59:00.000Z"),
            ("2026-03-29", "2026-03-29T22:59:00.000Z"),
            ("2026-10-25", "2026-10-25T23:59:00.000Z"),
        ] {
            assert_eq!(end_of(day(text)).to_string(), end);
            assert_eq!(day_of(end_of(day(text))), day(text));
        }
    }

    #[test]
    fn a_day_is_written_as_people_write_it() {
        let at = "2026-08-01T23:30:00Z".parse().unwrap();
        assert_eq!(day_words(at), "2 August 2026", "it is summer time");
    }

    #[test]
    fn a_year_and_a_day_is_over_twelve_months() {
        assert_eq!(months(day("2026-01-31"), day("2027-01-31")), 12);
        assert_eq!(months(day("2026-01-31"), day("2027-02-01")), 13);
        assert_eq!(months(day("2026-01-15"), day("2027-01-16")), 13);
    }

    #[test]
    fn what_is_typed_is_a_day_of_our_time() {
        let today = day("2026-11-22");
        assert_eq!(typed("on", " 2026-12-01 ", today).unwrap(), day("2026-12-01"));
        for bad in ["", "1/12/2026", "2026-02-30", "0226-12-01", "2126-12-01"] {
            assert!(typed("on", bad, today).is_err(), "{bad}");
        }
    }
}
