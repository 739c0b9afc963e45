//! Checks what people type into the forms of rotas.

use domain::local_time::midnight;
use domain::{Force, PersonId, RotaId, Span, Timestamp};
use duty::rota::{Hours, LONGEST_TURN_DAYS, MOST_PEOPLE, Turn, TurnUnit};
use jiff::ToSpan;
use kernel::access::Role;
use kernel::fields::text;
use kernel::{App, AppError};
use store::people::{self, Person};
use store::rotas::{LayerRow, RotaRow};
use store::{Tx, rotas as rows};

use crate::moment::moment;

/// The most weeks ahead for which gaps are looked for, whatever the parameter says.
pub const MOST_WEEKS: i64 = 26;
/// The longest text of hours.
const LONGEST_HOURS: usize = 1000;
/// The longest override and the longest temporary rota.
const LONGEST_CHANGE: Span = Span::from_secs(92 * 24 * 3600);

/// The fields of a rota.
#[derive(Debug, Clone, Default)]
pub struct NewRota {
    /// Its force.
    pub force: Option<Force>,
    /// Its name: 1 to 60 characters, unique among the force's rotas in use.
    pub name: String,
    /// The word of the role that it is asked for; empty for none.
    pub role: String,
    /// Its place among the rotas for that role, from 1 on; empty for 1.
    pub place: String,
    /// The hours that it must cover, a window on each line; empty for every hour.
    pub hours: String,
    /// The number of the person who is told of gaps.
    pub owner: String,
}

/// The fields of a layer, or of a temporary rota.
#[derive(Debug, Clone, Default)]
pub struct NewLayer {
    /// Its name: 1 to 60 characters.
    pub name: String,
    /// The numbers of the participants in the order of their turns, one on each line.
    pub people: String,
    /// How many hours, days or weeks a turn lasts.
    pub turn: String,
    /// The word of the unit.
    pub unit: String,
    /// The first hand-over: `2026-12-07 09:00` by the wall clock.
    pub first: String,
    /// The hours of the week in which it applies; empty for every hour.
    pub hours: String,
    /// The start of a temporary rota.
    pub start: String,
    /// The end of a temporary rota; a day is included.
    pub end: String,
}

/// The fields of an override.
#[derive(Debug, Clone, Default)]
pub struct NewOverride {
    /// What it does: `add`, `remove` or `replace`.
    pub kind: String,
    /// The number of the person who is added or taken out.
    pub person: String,
    /// The number of the person who stands in.
    pub with: String,
    /// Its start.
    pub start: String,
    /// Its end; a day is included.
    pub end: String,
    /// Why: 1 to 300 characters.
    pub reason: String,
}

/// The fields of a swap: two turns as the choice names them.
#[derive(Debug, Clone, Default)]
pub struct NewSwap {
    /// The first turn.
    pub one: String,
    /// The second turn.
    pub two: String,
    /// Why, and how both agreed: 1 to 300 characters.
    pub reason: String,
}

/// Returns for how long ahead gaps are looked for: a parameter of the force, in weeks.
pub(crate) fn ahead(app: &App) -> Span {
    let weeks = app.policy().library().count("rota-warning-weeks").unwrap_or(4).clamp(1, MOST_WEEKS);
    Span::from_secs(weeks * 7 * 24 * 3600)
}

/// Looks up a person of the force by number.
pub(crate) fn person(
    tx: &mut Tx<'_>,
    field: &'static str,
    force: Force,
    number: &str,
) -> Result<Person, AppError> {
    let number = text(field, number, 40)?;
    people::by_number(tx, force, &number)?.filter(|person| person.ended_at.is_none()).ok_or_else(|| {
        AppError::invalid(
            field,
            format!("nobody in this force has the number {number}; check it in the register"),
        )
    })
}

/// Checks the fields of a rota against the others of its force.
pub(crate) fn rota(tx: &mut Tx<'_>, new: &NewRota, old: &RotaRow) -> Result<RotaRow, AppError> {
    let name = text("name", &new.name, 60)?;
    if rows::by_name(tx, old.force, &name)?.is_some_and(|other| other.id != old.id) {
        return Err(AppError::invalid(
            "name",
            "another rota has this name; choose another, or change that one",
        ));
    }
    let role = match new.role.trim() {
        "" => String::new(),
        word => {
            let role: Role =
                word.parse().map_err(|_| AppError::invalid("role", "choose a role of the list"))?;
            role.as_str().to_owned()
        }
    };
    let place = match new.place.trim() {
        "" => 1,
        place => place
            .parse()
            .ok()
            .filter(|place| (1..=20).contains(place))
            .ok_or_else(|| AppError::invalid("place", "write a number from 1 to 20"))?,
    };
    let owner = person(tx, "owner", old.force, &new.owner)?.id;
    Ok(RotaRow { name, role, place, hours: hours("hours", &new.hours)?, owner, ..old.clone() })
}

/// Checks the fields of a layer or temporary rota; `empty` has its ids and times.
pub(crate) fn layer(
    tx: &mut Tx<'_>,
    force: Force,
    new: &NewLayer,
    empty: &LayerRow,
) -> Result<LayerRow, AppError> {
    let name = text("name", &new.name, 60)?;
    let unit: TurnUnit =
        new.unit.parse().map_err(|_| AppError::invalid("unit", "choose hours, days or weeks"))?;
    let turn = new.turn.trim().parse().ok().and_then(|count| Turn::of(count, unit)).ok_or_else(|| {
        AppError::invalid(
            "turn",
            format!("write a whole number from 1 on; {LONGEST_TURN_DAYS} days are the most"),
        )
    })?;
    let first = first_hand_over(&new.first)?;
    let mut people = Vec::new();
    for number in new.people.split(['\n', ',']).map(str::trim).filter(|number| !number.is_empty()) {
        if people.len() >= MOST_PEOPLE {
            return Err(AppError::invalid("people", format!("{MOST_PEOPLE} participants are the most")));
        }
        people.push(person(tx, "people", force, number)?.id);
    }
    if people.is_empty() {
        return Err(AppError::invalid("people", "write the number of at least one person"));
    }
    let span = match empty.span {
        None => None,
        Some(_) => Some(span(&new.start, &new.end)?),
    };
    let (unit, turn, hours) = (unit.as_str().to_owned(), turn.count(), hours("layer-hours", &new.hours)?);
    Ok(LayerRow { name, unit, turn, first, hours, span, people, ..empty.clone() })
}

fn first_hand_over(text: &str) -> Result<String, AppError> {
    let example = "write a day and a time, such as 2026-12-07 09:00";
    let invalid = |message: String| AppError::invalid("first", message);
    let (day, time) = tables::day::with_time(text).map_err(|error| invalid(error.to_string()))?;
    let time = time.ok_or_else(|| invalid(example.to_owned()))?;
    if !(2000..2100).contains(&day.year()) {
        return Err(invalid("check its year".to_owned()));
    }
    Ok(day.to_datetime(time).to_string())
}

fn hours(field: &'static str, text: &str) -> Result<String, AppError> {
    if text.len() > LONGEST_HOURS {
        return Err(AppError::invalid(field, "shorten it; one line for each window is enough"));
    }
    let text = text.replace('\r', "");
    text.parse::<Hours>().map_err(|error| AppError::invalid(field, error.to_string()))?;
    Ok(text.trim().to_owned())
}

/// Reads the span of a change: two days, or days with times; the last day counts in full.
pub(crate) fn span(start: &str, end: &str) -> Result<(Timestamp, Timestamp), AppError> {
    let (from, _) = moment("start", start)?;
    let end = if end.trim().is_empty() { start } else { end };
    let to = match moment("end", end)? {
        (_, Some(day)) => midnight(day.saturating_add(1.day())),
        (at, None) => at,
    };
    if to <= from {
        return Err(AppError::invalid("end", "choose an end after the start"));
    }
    if to.since(from) > LONGEST_CHANGE {
        return Err(AppError::invalid("end", "check the end; 92 days are the most"));
    }
    Ok((from, to))
}

/// Reads a turn as the choice of a swap names it: its start and its person.
pub(crate) fn turn(field: &'static str, text: &str) -> Result<(Timestamp, PersonId), AppError> {
    let read = text.split_once('/').and_then(|(start, person)| {
        Some((Timestamp::from_millis(start.parse().ok()?), person.parse().ok()?))
    });
    read.ok_or_else(|| AppError::invalid(field, "choose a turn of the list"))
}

/// Makes the row of a new rota, before its fields are read.
pub(crate) fn empty_rota(id: RotaId, force: Force, owner: PersonId, now: Timestamp) -> RotaRow {
    RotaRow {
        id,
        force,
        name: String::new(),
        role: String::new(),
        place: 1,
        hours: String::new(),
        owner,
        told: String::new(),
        created_at: now,
        retired_at: None,
        version: 1,
    }
}
