//! Edits rosters by hand: patterns, who is on which, and the exceptions to them.

use domain::PeriodKind;
use domain::local_time::midnight;
use domain::{AssignmentId, Force, PatternId, PeriodId, PersonId, Span, Timestamp};
use duty::{AbsenceKind, Pattern, PatternError, Shape};
use jiff::ToSpan;
use serde_json::json;
use store::duty::{self as rows, AssignmentRow, PatternRow, PeriodRow};
use store::people::Person;
use store::{Tx, people};

use kernel::access::{ManageDuty, Permit, PermitWithin};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError};

use crate::moment::{day, moment};

/// The fields of a new pattern.
#[derive(Debug, Clone, Default)]
pub struct NewPattern {
    /// Its force.
    pub force: Option<Force>,
    /// Its name: 1 to 60 characters, unique in the force.
    pub name: String,
    /// Its shape: `cycle`, `week` or `listed`.
    pub shape: String,
    /// Its shifts, one on each line, such as `E 07:00-16:00`.
    pub shifts: String,
    /// The names of the shifts in order, with `-` for a day off.
    pub days: String,
}

/// The fields for putting a person on a pattern.
#[derive(Debug, Clone, Default)]
pub struct NewAssignment {
    /// The pattern.
    pub pattern: String,
    /// The first day, `2026-12-01`.
    pub from: String,
    /// The last day; empty for until further notice.
    pub until: String,
    /// The day of the cycle that the first day is, from 1 on; empty for 1.
    pub place: String,
}

/// The fields of a shift, a day off in exchange, time on call, or an absence.
#[derive(Debug, Clone, Default)]
pub struct NewPeriod {
    /// Its kind: `shift`, `replaced`, `on-call`, or the word of a kind of absence.
    pub kind: String,
    /// Its start: `2026-12-01` or `2026-12-01 22:00` by the wall clock.
    pub start: String,
    /// Its end, in the same form; a day is included.
    pub end: String,
}

/// The longest duration of each kind, in days.
const LONGEST: [(PeriodKind, i64); 4] = [
    (PeriodKind::Shift, 2),
    (PeriodKind::Replaced, 62),
    (PeriodKind::OnCall, 32),
    (PeriodKind::Absence, 1464),
];

/// Returns the kind of period that a word stands for.
pub(crate) fn kind_of(word: &str) -> Option<(PeriodKind, &'static str)> {
    match word {
        "shift" => Some((PeriodKind::Shift, "")),
        "replaced" => Some((PeriodKind::Replaced, "")),
        "on-call" => Some((PeriodKind::OnCall, "")),
        word => word.parse::<AbsenceKind>().ok().map(|kind| (PeriodKind::Absence, kind.as_str())),
    }
}

/// Parses the start and end of a period.
pub(crate) fn stretch(kind: PeriodKind, start: &str, end: &str) -> Result<(Timestamp, Timestamp), AppError> {
    let (from, _) = moment("start", start)?;
    let end = if end.trim().is_empty() { start } else { end };
    let to = match moment("end", end)? {
        (_, Some(day)) => midnight(day.saturating_add(1.day())),
        (at, None) => at,
    };
    if to <= from {
        return Err(AppError::invalid("end", "choose an end after the start"));
    }
    let most = LONGEST.iter().find(|(one, _)| *one == kind).map_or(1, |(_, days)| *days);
    if to.since(from) > Span::from_secs(most * 24 * 3600) {
        return Err(AppError::invalid("end", format!("check the end: {most} days are the most for this")));
    }
    Ok((from, to))
}

fn checked(app: &App, new: &NewPattern) -> Result<(Force, Shape, Pattern), AppError> {
    let force = app.chosen_force(new.force)?;
    let shape =
        new.shape.parse().map_err(|_| AppError::invalid("shape", "choose what kind of pattern it is"))?;
    if new.shifts.len() > 4000 {
        return Err(AppError::invalid("shifts", "shorten it: 30 shifts are the most"));
    }
    let pattern = Pattern::read(shape, &new.shifts, &new.days).map_err(|error| match error {
        PatternError::Day(..) | PatternError::Length(_) => AppError::invalid("days", error.to_string()),
        PatternError::Shift(_) | PatternError::Time(_) | PatternError::Twice(_) => {
            AppError::invalid("shifts", error.to_string())
        }
    })?;
    Ok((force, shape, pattern))
}

/// Parses an assignment to a known pattern.
pub(crate) fn assignment(
    id: AssignmentId,
    person: PersonId,
    pattern: &PatternRow,
    new: &NewAssignment,
) -> Result<AssignmentRow, AppError> {
    let from = day("from", &new.from)?;
    let until = if new.until.trim().is_empty() { None } else { Some(day("until", &new.until)?) };
    if until.is_some_and(|until| until < from) {
        return Err(AppError::invalid("until", "choose a last day that is not before the first"));
    }
    let most = pattern.days.split_whitespace().count().max(1);
    let place = match new.place.trim() {
        "" => 1,
        text => text.parse::<usize>().ok().filter(|place| (1..=most).contains(place)).ok_or_else(|| {
            AppError::invalid("place", format!("write a day of the cycle, from 1 to {most}"))
        })?,
    };
    let back = i64::try_from(place).unwrap_or(1).saturating_sub(1);
    let anchor = from.saturating_sub(jiff::Span::new().try_days(back).unwrap_or_default());
    Ok(AssignmentRow { id, person, pattern: pattern.id, anchor, from, until })
}

/// Adds a pattern.
///
/// # Errors
/// [`AppError::Invalid`] with what to write, [`AppError::Conflict`] where the force has one of that name.
pub async fn add_pattern(
    app: &App,
    permit: Permit<ManageDuty>,
    new: NewPattern,
) -> Result<PatternId, AppError> {
    let (force, shape, _) = checked(app, &new)?;
    permit.reaches(force)?;
    let name = text("name", &new.name, 60)?;
    let (app, now) = (app.clone(), app.world().now());
    let id = PatternId::from_uuid(app.world().uuid());
    app.clone()
        .store()
        .write(move |tx| {
            free_name(tx, force, &name, None)?;
            let shape = shape.as_str().to_owned();
            let (shifts, days) = (new.shifts, new.days);
            let row = PatternRow { id, force, name, shape, shifts, days, created_at: now, version: 1 };
            rows::add_pattern(tx, &row)?;
            let record =
                Record::new(&permit.actor().name, "duty.pattern.added", format!("duty-pattern:{id}"))
                    .force(force)
                    .detail(json!({ "name": row.name, "days": row.days }));
            app.enter(tx, now, record)?;
            Ok(id)
        })
        .await
}

/// Changes a pattern for everybody who is on it. `version` is the form's: a stale one changes nothing.
///
/// # Errors
/// As [`add_pattern`]; [`AppError::Conflict`] where somebody changed it meanwhile.
pub async fn change_pattern(
    app: &App,
    permit: Permit<ManageDuty>,
    id: PatternId,
    version: i64,
    new: NewPattern,
) -> Result<(), AppError> {
    let (_, shape, _) = checked(app, &new)?;
    let name = text("name", &new.name, 60)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let old = rows::pattern_by_id(tx, id)?.ok_or_else(|| AppError::not_found("pattern", id))?;
            permit.reaches(old.force)?;
            free_name(tx, old.force, &name, Some(id))?;
            let shape = shape.as_str().to_owned();
            let (shifts, days, force) = (new.shifts, new.days, old.force);
            let row = PatternRow { name, shape, shifts, days, version, ..old };
            if !rows::set_pattern(tx, &row)? {
                return Err(AppError::Conflict(
                    "somebody changed this pattern while the form was open; look at it again below".into(),
                ));
            }
            for person in rows::on_pattern(tx, id)? {
                kernel::jobs::look_at_notices_again(&app, tx, person)?;
            }
            let record =
                Record::new(&permit.actor().name, "duty.pattern.changed", format!("duty-pattern:{id}"))
                    .force(force)
                    .detail(json!({ "name": row.name, "days": row.days }));
            app.enter(tx, now, record)
        })
        .await
}

/// Puts a person on a pattern from a day on. Repeating it changes nothing and is not an error.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Invalid`] for invalid days, [`AppError::Denied`] for somebody who is not one
/// of their people.
pub async fn put_on_pattern(
    app: &App,
    permit: PermitWithin<ManageDuty>,
    person: PersonId,
    new: NewAssignment,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let person = reached(tx, &permit, person)?;
            let pattern: PatternId =
                new.pattern.parse().map_err(|_| AppError::invalid("pattern", "choose a pattern"))?;
            let pattern = rows::pattern_by_id(tx, pattern)?
                .filter(|pattern| pattern.force == person.force)
                .ok_or_else(|| AppError::invalid("pattern", "choose a pattern of their force"))?;
            let id = AssignmentId::from_uuid(app.world().uuid());
            let row = assignment(id, person.id, &pattern, &new)?;
            if !rows::assign(tx, &row, now)? {
                return Ok(());
            }
            kernel::jobs::look_at_notices_again(&app, tx, person.id)?;
            let record = Record::new(&permit.actor().name, "duty.assigned", format!("person:{}", person.id))
                .force(person.force)
                .detail(json!({ "pattern": pattern.name, "from": row.from.to_string() }));
            app.enter(tx, now, record)
        })
        .await
}

/// Adds a shift, a day off in exchange, time on call or an absence. Adding the same one again changes nothing.
///
/// # Errors
/// As [`put_on_pattern`].
pub async fn add_duty_period(
    app: &App,
    permit: PermitWithin<ManageDuty>,
    person: PersonId,
    new: NewPeriod,
) -> Result<(), AppError> {
    let (kind, absence) = kind_of(&new.kind).ok_or_else(|| AppError::invalid("kind", "choose what it is"))?;
    let (start, end) = stretch(kind, &new.start, &new.end)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let person = reached(tx, &permit, person)?;
            let id = PeriodId::from_uuid(app.world().uuid());
            let (absence, source) = (absence.to_owned(), "page".to_owned());
            let row = PeriodRow { id, person: person.id, kind, absence, start, end, source };
            if !rows::add_period(tx, &row, now)? {
                return Ok(());
            }
            kernel::jobs::look_at_notices_again(&app, tx, person.id)?;
            crate::rota::check_again(&app, tx, person.id)?;
            let record = Record::new(&permit.actor().name, "duty.entered", format!("person:{}", person.id))
                .force(person.force)
                .detail(json!({ "kind": new.kind, "start": start.to_string(), "end": end.to_string() }));
            app.enter(tx, now, record)
        })
        .await
}

/// Removes a period. Removing one that is gone already is not an error: somebody pressed twice.
///
/// # Errors
/// [`AppError::NotFound`] for another person's period, [`AppError::Denied`] for somebody who is not one of their
/// people.
pub async fn remove_duty_period(
    app: &App,
    permit: PermitWithin<ManageDuty>,
    person: PersonId,
    id: PeriodId,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let person = reached(tx, &permit, person)?;
            let Some(row) = rows::period_by_id(tx, id)? else { return Ok(()) };
            if row.person != person.id {
                return Err(AppError::not_found("period", id));
            }
            rows::remove_period(tx, id)?;
            kernel::jobs::look_at_notices_again(&app, tx, person.id)?;
            crate::rota::check_again(&app, tx, person.id)?;
            let word = if row.absence.is_empty() { row.kind.as_str() } else { &row.absence };
            let record = Record::new(&permit.actor().name, "duty.removed", format!("person:{}", person.id))
                .force(person.force)
                .detail(json!({ "kind": word, "start": row.start.to_string(), "end": row.end.to_string() }));
            app.enter(tx, now, record)
        })
        .await
}

/// Looks up a person whom the permit reaches.
fn reached(tx: &mut Tx<'_>, permit: &PermitWithin<ManageDuty>, id: PersonId) -> Result<Person, AppError> {
    let person = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
    permit.reaches_person(&person)?;
    Ok(person)
}

fn free_name(tx: &mut Tx<'_>, force: Force, name: &str, own: Option<PatternId>) -> Result<(), AppError> {
    match rows::pattern_by_name(tx, force, name)? {
        Some(other) if Some(other.id) != own => Err(AppError::invalid(
            "name",
            "another pattern has this name: choose another, or change that one",
        )),
        _ => Ok(()),
    }
}
