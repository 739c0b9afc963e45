//! Works out who is on duty, on leave or on call at a given time, and whether they may be notified then.
//!
//! A [`Roster`] is everything known of one person: the patterns that they were put on, the shifts in addition to or
//! instead of them, absences, and times on call. [`Roster::state_at`] answers for any point in time in the force's
//! own time zone; where nothing was entered the answer is *not known*, never "off" and never "on". [`rule`] says what
//! follows for a notice (MDU-5.1, MDU-5.4).
//!
//! Being on call is kept apart from duty: a person on call is off duty and can be reached. This crate does not
//! compute pay, or who *should* be on duty. Rows, pages and CSV belong to other crates; [`calendar`] turns a calendar
//! into periods.

pub mod calendar;
mod pattern;
mod roster;
pub mod rota;
pub mod rule;
mod state;
#[cfg(test)]
mod tests;

pub use pattern::{MOST_SLOTS, Pattern, PatternError, Shape, ShiftTime};
pub use roster::{AbsenceKind, Assignment, MOST_PERIODS, Period, PeriodKind, Roster};
pub use state::{HORIZON_DAYS, State, Unknown};
