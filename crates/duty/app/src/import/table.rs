//! Imports a table of rosters: defines its columns, and what each row does.

use std::collections::{BTreeMap, HashSet};

use domain::{AssignmentId, PeriodId};
use duty::Shape;
use serde_json::{Value, json};
use store::duty::{self as rows, AssignmentRow, PatternRow, PeriodRow};
use store::people::Person;
use store::{Tx, duty_series};

use super::{nobody, once, person_of, words};
use crate::write::{NewAssignment, assignment, kind_of, stretch};
use kernel::access::{ManageDuty, Permit};
use kernel::imports::{Cells, Does, File, Item, Kind, Mapping, Plan, Table, Wrong, columns, read_table};
use kernel::{AppError, Work};

columns! {
    /// Collar or staff number.
    Number = "number" / "Collar or staff number"
        from ["collarnumber", "collarno", "staffno", "staffnumber", "employeenumber", "employeeid", "collar", "warrantnumber"];
    /// Kind of entry.
    Kind = "kind" / "Kind" from ["type", "what", "duty"];
    /// Start.
    Start = "start" / "Start" from ["from", "begin", "startdate", "first", "firstday"];
    /// End.
    End = "end" / "End" from ["to", "until", "enddate", "finish", "last", "lastday"];
    /// Pattern to put the person on.
    Pattern = "pattern" / "Pattern" from ["shiftpattern", "rota"];
    /// Day of the cycle that the first day is.
    Place = "place" / "Place in the cycle" from ["dayofcycle", "cycleday"];
}

/// The kind of file that holds a table of rosters.
#[derive(Debug, Clone, Copy)]
pub enum Rosters {}

/// The result of a row.
pub struct RosterChange(Written);

/// What is written.
enum Written {
    /// A shift, a day off in exchange, time on call or an absence.
    Period(PeriodRow),
    /// A person on a pattern.
    Assignment(AssignmentRow),
}

type Row<'a> = Cells<'a, Column>;

impl Kind for Rosters {
    type Needs = ManageDuty;
    type Column = Column;
    type Content = Table;
    type Entry = RosterChange;

    const WORD: &'static str = "rosters";
    const ACTION: &'static str = "duty.imported";
    const MOST_ROWS: usize = 20_000;

    fn read(bytes: &[u8]) -> Result<Table, AppError> {
        read_table::<Self>(bytes)
    }

    fn lacks(mapping: &Mapping<Column>) -> Option<&'static str> {
        let needed = [Column::Number, Column::Kind, Column::Start];
        let all = needed.iter().all(|column| mapping.contains(&Some(*column)));
        (!all).then_some("say which columns have the collar or staff number, the kind and the start")
    }

    fn plan(
        tx: &mut Tx<'_>,
        _permit: &Permit<ManageDuty>,
        file: &File<Self>,
    ) -> Result<Plan<RosterChange>, AppError> {
        let (mut plan, mut seen, mut known) = (Plan::default(), HashSet::new(), Known::default());
        for row in &file.content.rows {
            let cells = Row::of(&file.content, &file.mapping, &row.cells);
            match item(tx, file, row.place, &cells, &mut known) {
                Ok(Some(item)) if seen.insert(Self::fingerprint(&item.entry).to_string()) => {
                    plan.items.push(item);
                }
                Ok(_) => plan.same += 1,
                Err(AppError::Invalid { field, message }) => {
                    plan.wrong.push(Wrong { row: row.place, why: format!("{field}: {message}") });
                }
                Err(other) => return Err(other),
            }
        }
        Ok(plan)
    }

    fn fingerprint(entry: &RosterChange) -> Value {
        match &entry.0 {
            Written::Period(row) => {
                json!([row.person, row.kind.as_str(), row.absence, row.start.millis(), row.end.millis()])
            }
            Written::Assignment(row) => json!([
                row.person,
                row.pattern,
                row.anchor.to_string(),
                row.from.to_string(),
                row.until.map(|day| day.to_string()),
            ]),
        }
    }

    fn enter(
        Work { app, tx, now }: Work<'_, '_>,
        _: &str,
        items: Vec<Item<RosterChange>>,
    ) -> Result<(), AppError> {
        let people = once(items.iter().map(|item| match &item.entry.0 {
            Written::Period(row) => row.person,
            Written::Assignment(row) => row.person,
        }));
        for item in items {
            match item.entry.0 {
                Written::Period(row) => {
                    let id = PeriodId::from_uuid(app.world().uuid());
                    rows::add_period(tx, &PeriodRow { id, ..row }, now)?;
                }
                Written::Assignment(row) => {
                    let id = AssignmentId::from_uuid(app.world().uuid());
                    rows::assign(tx, &AssignmentRow { id, ..row }, now)?;
                }
            }
        }
        people
            .into_iter()
            .try_for_each(|person| kernel::jobs::look_at_notices_again(app, tx, person).map(drop))
    }
}

/// The people and patterns that rows have named so far.
#[derive(Default)]
struct Known {
    people: BTreeMap<String, Option<Person>>,
    patterns: BTreeMap<String, PatternRow>,
}

impl Known {
    fn person(&mut self, tx: &mut Tx<'_>, file: &File<Rosters>, number: &str) -> Result<Person, AppError> {
        if !self.people.contains_key(number) {
            self.people.insert(number.to_owned(), person_of(tx, file.force, number)?);
        }
        let found = self.people.get(number).cloned().flatten();
        found.ok_or_else(|| AppError::invalid("number", nobody(file)))
    }
}

fn item(
    tx: &mut Tx<'_>,
    file: &File<Rosters>,
    row: usize,
    cells: &Row<'_>,
    known: &mut Known,
) -> Result<Option<Item<RosterChange>>, AppError> {
    let person = known.person(tx, file, cells.get(Column::Number).unwrap_or_default())?;
    let kind = cells.get(Column::Kind).unwrap_or_default().to_lowercase();
    // A day that can be read in two ways is refused before anything else is read.
    for (field, column) in [("start", Column::Start), ("end", Column::End)] {
        cells.checked_day(column).map_err(|why| AppError::invalid(field, why))?;
    }
    let text = |column| cells.get(column).unwrap_or_default().to_owned();
    let made = |does, difference, written| {
        let (number, name) = (person.number.clone(), person.name.clone());
        Some(Item { row, does, number, name, difference, entry: RosterChange(written) })
    };
    if kind == "pattern" {
        let pattern = pattern_named(tx, file, &text(Column::Pattern), known)?;
        let new = NewAssignment {
            pattern: String::new(),
            from: text(Column::Start),
            until: text(Column::End),
            place: text(Column::Place),
        };
        let new = assignment(AssignmentId::from_uuid(uuid::Uuid::nil()), person.id, &pattern, &new)?;
        let before = rows::assignments(tx, person.id)?.into_iter().find(|(old, _)| old.from == new.from);
        let until = new.until.map_or_else(|| "until further notice".to_owned(), |day| format!("to {day}"));
        let said = format!("Pattern {}, from {} {until}", pattern.name, new.from);
        return Ok(match before {
            Some((old, _)) if AssignmentRow { id: old.id, ..new.clone() } == old => None,
            Some((_, was)) => {
                made(Does::Changes, format!("{said}; was {}", was.name), Written::Assignment(new))
            }
            None => made(Does::Adds, said, Written::Assignment(new)),
        });
    }
    let (kind, absence) = kind_of(&kind).ok_or_else(|| {
        AppError::invalid(
            "kind",
            "write shift, replaced, on-call, pattern, annual-leave, sick, family-leave, career-break, secondment, \
             suspension or training",
        )
    })?;
    let (start, end) = stretch(kind, &text(Column::Start), &text(Column::End))?;
    let (id, source) = (PeriodId::from_uuid(uuid::Uuid::nil()), "file".to_owned());
    let new = PeriodRow { id, person: person.id, kind, absence: absence.to_owned(), start, end, source };
    if duty_series::like(tx, &new)?.is_some() {
        return Ok(None);
    }
    Ok(made(Does::Adds, words(&new), Written::Period(new)))
}

/// Finds the pattern with that name, once for each file.
fn pattern_named(
    tx: &mut Tx<'_>,
    file: &File<Rosters>,
    name: &str,
    known: &mut Known,
) -> Result<PatternRow, AppError> {
    if let Some(found) = known.patterns.get(name) {
        return Ok(found.clone());
    }
    let found = rows::pattern_by_name(tx, file.force, name)?;
    let found = found.ok_or_else(|| {
        let (force, listed) = (file.forces.name(file.force), Shape::Listed.as_str());
        let force = force.title();
        let why = format!("{force} has no pattern of this name; enter it first (its shape may be {listed})");
        AppError::invalid("pattern", why)
    })?;
    known.patterns.insert(name.to_owned(), found.clone());
    Ok(found)
}
