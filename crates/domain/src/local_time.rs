//! Converts between instants and what a clock on the wall shows where the forces are.
//!
//! A process serves forces that keep one clock and write days in one form: the policy names both, and [`set_zone`] and
//! [`set_dates`] put them into use when a policy comes into force. Until then it is British time. This is the one thing in the
//! pure crates that is not passed in: every page,
//! rule and table would have to carry it.
//!
//! Twice a year a wall clock does not name an instant: in the hour that is skipped in spring there is none, and
//! in the hour that comes twice in autumn there are two. Here a time in the skipped hour means the moment of the change,
//! and a time in the doubled hour means its first occurrence. With that rule a later reading of the clock never names an
//! earlier instant, so that shifts which follow each other on paper neither overlap nor leave a gap.

use std::sync::{LazyLock, PoisonError, RwLock};

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::Serialize;

use crate::Timestamp;

/// The time zone in use. British time as a rule: GMT, with summer time from the last Sunday of March to the last Sunday of October
/// at 01:00 UTC, as The Summer Time Order 2002 has it.
static ZONE: LazyLock<RwLock<TimeZone>> =
    LazyLock::new(|| RwLock::new(TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap_or(TimeZone::UTC)));

/// How days are written. Pages are in English whatever is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateForm {
    /// `12 September 2020`.
    #[default]
    DayMonthYear,
    /// `September 12, 2020`.
    MonthDayYear,
    /// `2020-09-12`.
    Iso,
}

impl DateForm {
    /// Every form, with its word in the file.
    pub const ALL: [(&'static str, Self); 3] =
        [("day-month-year", Self::DayMonthYear), ("month-day-year", Self::MonthDayYear), ("iso", Self::Iso)];

    /// Writes a day.
    #[must_use]
    pub fn day(self, day: Date) -> String {
        match self {
            Self::DayMonthYear => day.strftime("%-d %B %Y").to_string(),
            Self::MonthDayYear => day.strftime("%B %-d, %Y").to_string(),
            Self::Iso => day.to_string(),
        }
    }
}

/// The form of days in use.
static DATES: RwLock<DateForm> = RwLock::new(DateForm::DayMonthYear);

/// Puts a form of days into use for the whole process.
pub fn set_dates(form: DateForm) {
    *DATES.write().unwrap_or_else(PoisonError::into_inner) = form;
}

/// Writes a day as the forces write it.
#[must_use]
pub fn day_in_words(day: Date) -> String {
    DATES.read().unwrap_or_else(PoisonError::into_inner).day(day)
}

/// Returns the time zone of that name in the time zone database, which the program carries with it.
#[must_use]
pub fn find_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// Puts a time zone into use for the whole process.
pub fn set_zone(zone: TimeZone) {
    *ZONE.write().unwrap_or_else(PoisonError::into_inner) = zone;
}

/// Returns the time zone of the forces.
#[must_use]
pub fn zone() -> TimeZone {
    ZONE.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Returns the name of the forces' time zone in the time zone database.
#[must_use]
pub fn zone_name() -> String {
    // Before a policy is in force there is a rule without a name.
    zone().iana_name().unwrap_or("Europe/London").to_owned()
}

/// Returns the instant that a reading of the wall clock names; the end of time for one outside the calendar's range.
#[must_use]
pub fn instant(wall: DateTime) -> Timestamp {
    let zone = zone();
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    let found = match ambiguous.offset() {
        // Read with the later offset, a missing time is before the change, which is the next one after it.
        AmbiguousOffset::Gap { after, .. } => after
            .to_timestamp(wall)
            .ok()
            .map(|early| zone.following(early).next().map_or(early, |change| change.timestamp())),
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
    };
    Timestamp::from_millis(found.map_or(i64::MAX, jiff::Timestamp::as_millisecond))
}

/// Returns what the wall clock shows at an instant.
#[must_use]
pub fn local(at: Timestamp) -> DateTime {
    let end = if at.millis() < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(end);
    zone().to_datetime(at)
}

/// Returns the day on the wall calendar at an instant.
#[must_use]
pub fn day_of(at: Timestamp) -> Date {
    local(at).date()
}

/// Returns the first instant of a day.
#[must_use]
pub fn midnight(day: Date) -> Timestamp {
    instant(day.at(0, 0, 0, 0))
}

/// Returns the last minute of a day: what is due on a day may be done until then.
#[must_use]
pub fn last_minute(day: Date) -> Timestamp {
    instant(day.at(23, 59, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> String {
        instant(text.parse().unwrap()).to_string()
    }

    #[test]
    fn the_missing_hour_is_the_moment_of_the_change() {
        assert_eq!(wall("2026-03-29T00:59"), "2026-03-29T00:59:00.000Z");
        for missing in ["2026-03-29T01:00", "2026-03-29T01:30", "2026-03-29T01:59:59", "2026-03-29T02:00"] {
            assert_eq!(wall(missing), "2026-03-29T01:00:00.000Z", "{missing}");
        }
        assert_eq!(wall("2026-03-29T02:01"), "2026-03-29T01:01:00.000Z");
    }

    #[test]
    fn the_doubled_hour_is_its_first_coming() {
        assert_eq!(wall("2026-10-25T00:59"), "2026-10-24T23:59:00.000Z");
        assert_eq!(wall("2026-10-25T01:00"), "2026-10-25T00:00:00.000Z");
        assert_eq!(wall("2026-10-25T01:59"), "2026-10-25T00:59:00.000Z");
        assert_eq!(wall("2026-10-25T02:00"), "2026-10-25T02:00:00.000Z");
    }

    #[test]
    fn days_begin_at_the_force_s_own_midnight() {
        assert_eq!(midnight(jiff::civil::date(2026, 7, 1)).to_string(), "2026-06-30T23:00:00.000Z");
        assert_eq!(day_of("2026-06-30T23:00:00Z".parse().unwrap()), jiff::civil::date(2026, 7, 1));
        assert_eq!(day_of("2026-06-30T22:59:59Z".parse().unwrap()), jiff::civil::date(2026, 6, 30));
    }
}
