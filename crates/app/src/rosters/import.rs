//! Rosters from files: a table (CSV) for many people, a calendar (iCalendar) for one.
//!
//! A file is looked at first and taken after: the same function does both, and the look changes nothing. A row that cannot
//! be taken is named with its reason; whether the others go in all the same is the person's choice. Taking a file twice
//! changes nothing the second time.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AssignmentId, Force, PeriodId, PersonId};
use duty::{Shape, calendar};
use serde_json::json;
use store::duty::{self as rows, AssignmentRow, PatternRow, PeriodKind, PeriodRow};
use store::{Tx, people};

use super::write::{NewAssignment, assignment, kind_of, stretch};
use crate::access::{ManageDuty, Permit};
use crate::record::Record;
use crate::{App, AppError, digest_hex};

/// Rows of a table, at most.
pub const MOST_ROWS: usize = 20_000;
/// Bytes of a file, at most.
const LARGEST: usize = 1 << 20;
/// Faults that are shown; the others are counted.
const MOST_FAULTS: usize = 200;

/// A file that was handed over.
#[derive(Debug, Clone)]
pub enum DutyFile {
    /// A table with a head: `number`, `kind`, `start`, and where needed `end`, `pattern`, `place`.
    Table(String),
    /// A calendar of the person with that collar or staff number.
    Calendar {
        /// Their number.
        number: String,
        /// The text.
        text: String,
    },
}

/// What to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Look, and change nothing.
    Look,
    /// Take it if every row can be taken.
    AllOrNothing,
    /// Take the rows that can be taken.
    WhatCan,
}

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Its line in the table, or the number of the event in the calendar.
    pub row: usize,
    /// Why, and what to do.
    pub why: String,
}

/// What a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows that can be taken, by what they are.
    pub good: BTreeMap<String, usize>,
    /// How many of them are new: the others were there already.
    pub new: usize,
    /// People whom they are about.
    pub people: usize,
    /// Rows that cannot, the first two hundred.
    pub faults: Vec<RowFault>,
    /// How many cannot in all.
    pub faulty: usize,
    /// Whether anything was changed.
    pub taken: bool,
}

impl Imported {
    /// How many rows can be taken.
    #[must_use]
    pub fn total(&self) -> usize {
        self.good.values().sum()
    }

    fn fault(&mut self, row: usize, why: impl Into<String>) {
        self.faulty += 1;
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(RowFault { row, why: why.into() });
        }
    }
}

/// A row that can be taken.
enum Item {
    Period(PeriodRow),
    Assignment(AssignmentRow),
}

impl Item {
    fn word(&self) -> &str {
        match self {
            Self::Assignment(_) => "pattern",
            Self::Period(row) if row.kind == PeriodKind::Absence => &row.absence,
            Self::Period(row) => row.kind.as_str(),
        }
    }

    const fn person(&self) -> PersonId {
        match self {
            Self::Period(row) => row.person,
            Self::Assignment(row) => row.person,
        }
    }
}

impl App {
    /// Looks at a file, or takes it, for people of one force.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for the field `file` where it is too large or no such file at all, and for `number` where the
    /// force has nobody of that number.
    pub async fn import_duty(
        &self,
        permit: Permit<ManageDuty>,
        force: Force,
        file: DutyFile,
        choice: Choice,
    ) -> Result<Imported, AppError> {
        permit.reaches(force)?;
        let (text, source) = match &file {
            DutyFile::Table(text) => (text, "file"),
            DutyFile::Calendar { text, .. } => (text, "calendar"),
        };
        if text.len() > LARGEST {
            return Err(AppError::invalid("file", "a megabyte is the most; hand it over in parts"));
        }
        let digest = digest_hex(text.as_bytes());
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let mut done = Imported::default();
                let items = match &file {
                    DutyFile::Table(text) => app.table(tx, force, text, &mut done)?,
                    DutyFile::Calendar { number, text } => app.calendar(tx, force, (number, text), &mut done)?,
                };
                for item in &items {
                    *done.good.entry(item.word().to_owned()).or_default() += 1;
                }
                let people: BTreeSet<PersonId> = items.iter().map(Item::person).collect();
                done.people = people.len();
                let wanted = match choice {
                    Choice::Look => false,
                    Choice::AllOrNothing => done.faulty == 0,
                    Choice::WhatCan => true,
                };
                if !wanted || items.is_empty() {
                    return Ok(done);
                }
                for item in items {
                    let new = match item {
                        Item::Period(row) => rows::add_period(tx, &row, now)?,
                        Item::Assignment(row) => rows::assign(tx, &row, now)?,
                    };
                    done.new += usize::from(new);
                }
                done.taken = true;
                if done.new == 0 {
                    return Ok(done);
                }
                for person in people {
                    app.look_at_notices_again(tx, person)?;
                }
                let record = Record::new(&permit.actor().name, "duty.imported", format!("force:{force}"))
                    .force(force)
                    .reason(source)
                    .detail(json!({ "digest": digest, "new": done.new, "rows": done.total(), "refused": done.faulty }));
                app.enter(tx, now, record)?;
                Ok(done)
            })
            .await
    }

    fn table(
        &self,
        tx: &mut Tx<'_>,
        force: Force,
        text: &str,
        done: &mut Imported,
    ) -> Result<Vec<Item>, AppError> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let head = reader.headers().map_err(|_| unreadable())?.clone();
        let place = |name: &str| head.iter().position(|column| column.eq_ignore_ascii_case(name));
        let (Some(number), Some(kind), Some(start)) = (place("number"), place("kind"), place("start")) else {
            return Err(AppError::invalid(
                "file",
                "the first line must name the columns: number, kind, start, end, pattern, place",
            ));
        };
        let (end, pattern, cycle) = (place("end"), place("pattern"), place("place"));
        let (mut items, mut known) = (Vec::new(), BTreeMap::new());
        for (count, record) in reader.into_records().enumerate() {
            if count >= MOST_ROWS {
                return Err(AppError::invalid("file", "20,000 rows are the most; hand it over in parts"));
            }
            let record = record.map_err(|_| unreadable())?;
            let line = record.position().map_or(count, |at| usize::try_from(at.line()).unwrap_or(count));
            let cell = |place: Option<usize>| place.and_then(|place| record.get(place)).unwrap_or_default();
            let row = TableRow {
                number: cell(Some(number)),
                kind: cell(Some(kind)),
                start: cell(Some(start)),
                end: cell(end),
                pattern: cell(pattern),
                place: cell(cycle),
            };
            match self.table_row(tx, force, &row, &mut known) {
                Ok(item) => items.push(item),
                Err(AppError::Invalid { field, message }) => done.fault(line, format!("{field}: {message}")),
                Err(other) => return Err(other),
            }
        }
        Ok(items)
    }

    fn table_row(
        &self,
        tx: &mut Tx<'_>,
        force: Force,
        row: &TableRow<'_>,
        known: &mut BTreeMap<String, Option<PersonId>>,
    ) -> Result<Item, AppError> {
        let person = match known.get(row.number) {
            Some(found) => *found,
            None => {
                let found = person_of(tx, force, row.number)?;
                known.insert(row.number.to_owned(), found);
                found
            }
        };
        let person = person.ok_or_else(|| nobody(force))?;
        if row.kind == "pattern" {
            let pattern = pattern_named(tx, force, row.pattern)?;
            let new = NewAssignment {
                pattern: String::new(),
                from: row.start.to_owned(),
                until: row.end.to_owned(),
                place: row.place.to_owned(),
            };
            let id = AssignmentId::from_uuid(self.world().uuid());
            return assignment(id, person, &pattern, &new).map(Item::Assignment);
        }
        let (kind, absence) = kind_of(row.kind).ok_or_else(|| {
            AppError::invalid(
                "kind",
                "write shift, replaced, on-call, pattern, annual-leave, sick, family-leave, career-break, secondment, \
                 suspension or training",
            )
        })?;
        let (start, end) = stretch(kind, row.start, row.end)?;
        let id = PeriodId::from_uuid(self.world().uuid());
        let source = "file".to_owned();
        Ok(Item::Period(PeriodRow { id, person, kind, absence: absence.to_owned(), start, end, source }))
    }

    fn calendar(
        &self,
        tx: &mut Tx<'_>,
        force: Force,
        (number, text): (&str, &str),
        done: &mut Imported,
    ) -> Result<Vec<Item>, AppError> {
        let person = person_of(tx, force, number.trim())?.ok_or_else(|| nobody(force))?;
        let read = calendar::read(text).map_err(|error| AppError::invalid("file", error.to_string()))?;
        for (row, why) in read.faults {
            done.fault(row, why);
        }
        let item = |period: duty::Period| {
            let (kind, absence) = match period.kind {
                duty::PeriodKind::Shift => (PeriodKind::Shift, ""),
                duty::PeriodKind::Replaced => (PeriodKind::Replaced, ""),
                duty::PeriodKind::OnCall => (PeriodKind::OnCall, ""),
                duty::PeriodKind::Absence(kind) => (PeriodKind::Absence, kind.as_str()),
            };
            Item::Period(PeriodRow {
                id: PeriodId::from_uuid(self.world().uuid()),
                person,
                kind,
                absence: absence.to_owned(),
                start: period.start,
                end: period.end,
                source: "calendar".to_owned(),
            })
        };
        Ok(read.periods.into_iter().map(|(_, period)| item(period)).collect())
    }
}

/// The cells of a row that are looked at.
struct TableRow<'a> {
    number: &'a str,
    kind: &'a str,
    start: &'a str,
    end: &'a str,
    pattern: &'a str,
    place: &'a str,
}

fn unreadable() -> AppError {
    AppError::invalid(
        "file",
        "it is no table: save it as CSV (comma separated, UTF-8) and hand it over again",
    )
}

fn nobody(force: Force) -> AppError {
    AppError::invalid("number", format!("{} has nobody with this number", force.title()))
}

/// The person on the books with that number.
fn person_of(tx: &mut Tx<'_>, force: Force, number: &str) -> Result<Option<PersonId>, AppError> {
    let found = people::by_number(tx, force, number)?;
    Ok(found.filter(|person| person.ended_at.is_none()).map(|person| person.id))
}

/// The pattern of that name; the one without a name lists shifts person by person.
fn pattern_named(tx: &mut Tx<'_>, force: Force, name: &str) -> Result<PatternRow, AppError> {
    let found = rows::pattern_by_name(tx, force, name)?;
    found.ok_or_else(|| {
        let listed = Shape::Listed.as_str();
        AppError::invalid(
            "pattern",
            format!(
                "{} has no pattern of this name; enter it first (its shape may be {listed})",
                force.title()
            ),
        )
    })
}
