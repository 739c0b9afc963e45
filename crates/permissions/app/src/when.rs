//! Reads days as people write them: a permission runs until the end of a day on a clock in the United Kingdom.

use domain::{Timestamp, local_time};
use jiff::civil::Date;

/// Returns the end of a day, `2026-12-31`; `None` where the text is not a day.
pub(super) fn end_of(day: &str) -> Option<Timestamp> {
    start(date(day)?.tomorrow().ok()?)
}

/// Returns the start of a day.
pub(super) fn start_of(day: &str) -> Option<Timestamp> {
    start(date(day)?)
}

/// Parses a day; `None` where the text is not one.
pub(super) fn date(day: &str) -> Option<Date> {
    day.trim().parse().ok()
}

fn start(day: Date) -> Option<Timestamp> {
    Some(local_time::midnight(day)).filter(|at| at.millis() < i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day_on_a_british_clock() {
        for (day, start, end) in [
            ("2026-01-31", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"),
            ("2026-07-01", "2026-06-30T23:00:00Z", "2026-07-01T23:00:00Z"),
            // The clocks go forward on 29 March, and back on 25 October.
            ("2026-03-29", "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z"),
            ("2026-10-25", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z"),
        ] {
            assert_eq!(start_of(day), Some(start.parse().unwrap()), "{day}");
            assert_eq!(end_of(day), Some(end.parse().unwrap()), "{day}");
        }
        for bad in ["", "31/01/2026", "2026-02-30", "tomorrow", "9999-12-31"] {
            assert!(end_of(bad).is_none(), "{bad}");
        }
    }
}
