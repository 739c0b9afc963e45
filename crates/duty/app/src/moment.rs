//! Parses days and times of the wall clock that people type.

use domain::local_time::{instant, midnight};
use domain::{Day, Timestamp};
use kernel::AppError;

/// Parses a day, or a day and a time of the wall clock, between 2000 and 2100; returns the day where there was no
/// time.
pub(crate) fn moment(field: &'static str, text: &str) -> Result<(Timestamp, Option<Day>), AppError> {
    let read = tables::day::with_time(text).map_err(|error| AppError::invalid(field, error.to_string()))?;
    near(field, read.0)?;
    Ok(match read {
        (day, None) => (midnight(day), Some(day)),
        (day, Some(time)) => (instant(day.to_datetime(time)), None),
    })
}

/// Parses a day.
pub(crate) fn day(field: &'static str, text: &str) -> Result<Day, AppError> {
    let day = tables::day::read(text).map_err(|error| AppError::invalid(field, error.to_string()))?;
    near(field, day)
}

fn near(field: &'static str, day: Day) -> Result<Day, AppError> {
    let near = (2000..2100).contains(&day.year());
    if near { Ok(day) } else { Err(AppError::invalid(field, "check its year")) }
}
