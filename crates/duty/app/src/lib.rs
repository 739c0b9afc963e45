//! Reads and edits the rosters in the database.
//!
//! The crate `duty` works out what they say about a time.

mod import;
mod moment;
mod read;
pub mod rota;
mod write;

pub use read::{duty_at, duty_board, duty_of, duty_pattern, duty_patterns, on_call_now};
pub use rota::{OnCallFor, on_call, rotas_of};
pub use write::{add_duty_period, add_pattern, change_pattern, put_on_pattern, remove_duty_period};

use domain::{Day, PersonId, Span, Timestamp, local_time};
use duty::{Assignment, HORIZON_DAYS, MOST_PERIODS, Pattern, Period, PeriodKind, Roster};
use jiff::ToSpan;
use store::Tx;
use store::duty::{self as rows, PeriodRow, WrittenPattern};

use kernel::AppError;
use rota::Window;

pub use duty::{AbsenceKind, State, Unknown};

pub use import::{Calendars, Rosters};
pub use read::{Board, BoardFilter, BoardRow, DayRead, DutyRead, PatternView, PeriodView, period_title};
pub use write::{NewAssignment, NewPattern, NewPeriod};

/// A day, for windows with more margin than a change of the clocks needs.
const DAY: Span = Span::from_secs(24 * 3600);

/// Returns a person's duty state at a time.
pub fn duty_state(tx: &mut Tx<'_>, person: PersonId, at: Timestamp) -> Result<State, AppError> {
    Ok(roster(tx, person, window(at))?.state_at(at))
}

/// Returns the window that includes everything that can matter for the duty state at a time.
fn window(at: Timestamp) -> Window {
    let ahead = Span::from_millis(DAY.millis().saturating_mul(i64::from(HORIZON_DAYS) + 2));
    Window::new(at.minus(DAY).minus(DAY).minus(DAY), at.plus(ahead))
}

/// Reads a person's roster within a window.
pub(crate) fn roster(tx: &mut Tx<'_>, person: PersonId, window: Window) -> Result<Roster, AppError> {
    let mut assignments = Vec::new();
    for (row, written) in rows::assignments(tx, person)? {
        let pattern = read(&written)?;
        assignments.push(Assignment { pattern, anchor: row.anchor, from: row.from, until: row.until });
    }
    let most = u32::try_from(MOST_PERIODS).unwrap_or(u32::MAX);
    let found = rows::periods(tx, person, window.from, window.until, most)?;
    let mut periods: Vec<Period> = found.iter().map(period).collect::<Result<_, _>>()?;
    let on_call = rota::times_on_call(tx, person, window)?.into_iter();
    periods.extend(on_call.map(|(start, end)| Period { kind: PeriodKind::OnCall, start, end }));
    Ok(Roster { assignments, periods })
}

/// Parses a stored pattern, which was checked before it was stored.
pub(crate) fn read(written: &WrittenPattern) -> Result<Pattern, AppError> {
    let shape = written.shape.parse().map_err(|error| AppError::fault(&error))?;
    Pattern::read(shape, &written.shifts, &written.days).map_err(|error| AppError::fault(&error))
}

fn period(row: &PeriodRow) -> Result<Period, AppError> {
    let kind = match row.kind {
        domain::PeriodKind::Shift => PeriodKind::Shift,
        domain::PeriodKind::Replaced => PeriodKind::Replaced,
        domain::PeriodKind::OnCall => PeriodKind::OnCall,
        domain::PeriodKind::Absence => {
            PeriodKind::Absence(row.absence.parse().map_err(|error| AppError::fault(&error))?)
        }
    };
    Ok(Period { kind, start: row.start, end: row.end })
}

/// Returns the first instant of a month such as `2026-11`, and of the next month; `None` where the text is not a
/// month.
#[must_use]
pub fn month(text: &str) -> Option<(Timestamp, Timestamp)> {
    let first: Day = format!("{text}-01").parse().ok()?;
    let next = first.first_of_month().checked_add(1.month()).ok()?;
    Some((local_time::midnight(first), local_time::midnight(next)))
}

/// How long shifts, absences, times on call, changes of rotas, requests for cover and hand-over notes are kept after they end: long
/// enough to review the time, and no longer, because an absence says something about a person's life.
const KEEP_PERIODS: Span = Span::from_secs(100 * 24 * 3600);

/// Deletes periods, changes of rotas, requests for cover and hand-over notes past their time; returns the number of rows.
///
/// # Errors
/// Only if the database does not answer.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, batch: u32) -> Result<u64, AppError> {
    let before = now.minus(KEEP_PERIODS);
    let rotas = store::rotas::forget(tx, before, batch)?
        + store::rota_overrides::forget(tx, before, batch)?
        + store::rota_covers::forget(tx, before, batch)?;
    Ok(rotas + rows::forget(tx, before, batch)?)
}
