//! Holds what the two imports of rosters share: a table for many people, and a calendar (iCalendar) for one.

mod calendar;
mod table;

use domain::{Force, PersonId, local_time};
use store::Tx;
use store::duty::PeriodRow;
use store::people::{self, Person};

use kernel::AppError;
use kernel::imports::{File, Kind};

pub use calendar::Calendars;
pub use table::Rosters;

/// Finds the person on the books with that number.
fn person_of(tx: &mut Tx<'_>, force: Force, number: &str) -> Result<Option<Person>, AppError> {
    let found = people::by_number(tx, force, number)?;
    Ok(found.filter(|person| person.ended_at.is_none()))
}

fn nobody<K: Kind>(file: &File<K>) -> String {
    format!("{} has nobody with this number", file.forces.name(file.force).title())
}

/// Describes a period in words: `Shift, 20 December 2026 07:00 to 15:00`.
fn words(row: &PeriodRow) -> String {
    let (start, end) = (local_time::local(row.start), local_time::local(row.end));
    let what = super::period_title(row.kind, &row.absence, true);
    let day = local_time::day_in_words(start.date());
    if start.time() == end.time() && start.time() == jiff::civil::Time::midnight() {
        let last = local_time::day_of(row.end.minus(domain::Span::from_secs(1)));
        if last == start.date() {
            return format!("{what}, {day}");
        }
        return format!("{what}, {day} to {}", local_time::day_in_words(last));
    }
    let form = if start.date() == end.date() { "%H:%M" } else { "%-d %B %Y %H:%M" };
    format!("{what}, {day} {} to {}", start.strftime("%H:%M"), end.strftime(form))
}

/// Collects the people whose periods or patterns changed, for the notices that wait for their duty.
fn once(people: impl Iterator<Item = PersonId>) -> std::collections::BTreeSet<PersonId> {
    people.collect()
}
