//! Plans what a file of people would do: which people it adds, changes, ends or reopens, and which rows are invalid.
//!
//! The functions are pure: the same file and the same people give the same plan.

use std::collections::{HashMap, HashSet, VecDeque};

use domain::{Day, Force, PersonId, PersonSource, Timestamp};
use store::people::{Called, Person};

use super::import::{Column, People};
use super::keep::{is_same, tidy};
use kernel::AppError;
use kernel::imports::{Cells, Column as _, Does, File, Item, Plan, Wrong};

/// The people that the plan is compared with, by force and number.
pub(super) type Existing = HashMap<(Force, String), Person>;

/// The effect of a row on one person.
#[derive(Debug, Clone)]
pub struct PersonChange {
    /// The person as they are; `None` for a new one.
    pub(crate) before: Option<Person>,
    /// The person as they would be. Their line manager is not yet set from `manager`, and a new person has no id.
    pub(crate) after: Person,
    /// The line manager's number, where the row names one.
    pub(crate) manager: Option<String>,
}

impl PersonChange {
    /// Describes the difference in words: changed fields with new and old values; for a new person, job and unit.
    fn difference(&self) -> String {
        let after = &self.after;
        let Some(before) = &self.before else {
            let parts = [Some(after.role.clone()), after.unit.clone()];
            return parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        };
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        let some = |text: &str| Some(text.to_owned());
        let mut said: Vec<String> = [
            (Column::Name, some(&before.name), some(&after.name)),
            (Column::Role, some(&before.role), some(&after.role)),
            (Column::Unit, before.unit.clone(), after.unit.clone()),
            (Column::Email, before.email.clone(), after.email.clone()),
            (Column::Phone, before.phone.clone(), after.phone.clone()),
            (Column::StartsOn, day(before.starts_on), day(after.starts_on)),
            (Column::LastDay, day(before.last_day), day(after.last_day)),
        ]
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(column, old, new)| {
            let word = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
            format!("{}: {}, was {}", column.title(), word(new), word(old))
        })
        .collect();
        match &self.manager {
            Some(number) if before.line_manager != after.line_manager || after.line_manager.is_none() => {
                said.push(format!("{}: {number}", Column::LineManager.title()));
            }
            None if before.line_manager.is_some() && after.line_manager.is_none() => {
                said.push(format!("{}: nobody", Column::LineManager.title()));
            }
            _ => {}
        }
        said.join("; ")
    }
}

type Row<'a> = Cells<'a, Column>;

/// Returns the name, from one column or from two.
fn name_in(row: &Row<'_>) -> Option<String> {
    let parts = [Column::GivenName, Column::FamilyName].into_iter().filter_map(|part| row.get(part));
    let both = parts.collect::<Vec<_>>().join(" ");
    row.get(Column::Name).map(str::to_owned).or_else(|| Some(both).filter(|both| !both.is_empty()))
}

/// Returns whether the row says that the person left.
fn left_in(row: &Row<'_>) -> Result<Option<bool>, String> {
    match row.get(Column::Left).map(str::to_lowercase).as_deref() {
        None => Ok(None),
        Some("yes" | "y" | "true" | "1" | "left" | "ended") => Ok(Some(true)),
        Some("no" | "n" | "false" | "0" | "-") => Ok(Some(false)),
        Some(_) => Err(format!("{}: write yes or no", Column::Left.title())),
    }
}

/// Makes the plan. `may` lists the forces in which the importer may write.
pub(super) fn plan(
    file: &File<People>,
    may: impl Fn(Force) -> bool,
    existing: &Existing,
) -> Plan<PersonChange> {
    let (table, mapping) = (&file.content, &file.mapping);
    let mut plan = Plan::default();
    let mut planning = Planning { file, may: &may, existing, seen: HashMap::new() };
    for found in &table.rows {
        let row = Row::of(table, mapping, &found.cells);
        match planning.item(found.place, &row) {
            Ok(Some(item)) => plan.items.push(item),
            Ok(None) => plan.same += 1,
            Err(why) => plan.wrong.push(Wrong { row: found.place, why }),
        }
    }
    check_managers(&mut plan, existing);
    plan
}

/// A plan in the making.
struct Planning<'a> {
    file: &'a File<People>,
    /// Whether the importer may write in a force.
    may: &'a dyn Fn(Force) -> bool,
    existing: &'a Existing,
    /// The row that first had a number.
    seen: HashMap<(Force, String), usize>,
}

impl Planning<'_> {
    /// Works out what a row does, or why it is not valid; `None` where it says nothing new.
    fn item(&mut self, place: usize, row: &Row<'_>) -> Result<Option<Item<PersonChange>>, String> {
        let file = self.file;
        let forces = &file.forces;
        let force = match row.get(Column::Force) {
            None => file.force,
            Some(word) => forces.find(word).ok_or_else(|| {
                format!("Force: there is no force \"{word}\"; there are: {}", forces.listed())
            })?,
        };
        if !(self.may)(force) {
            return Err(format!("you may not write in {}", forces.name(force).title()));
        }
        let number = row.get(Column::Number).ok_or("Collar or staff number: enter one")?.to_owned();
        if let Some(first) = self.seen.insert((force, number.clone()), place) {
            let first = file.content.counted.at(first);
            return Err(format!("{first} has the same number; keep one of them"));
        }
        let before = self.existing.get(&(force, number.clone()));
        let mut after = before.cloned().unwrap_or_else(|| {
            Person::new(
                PersonId::from_uuid(uuid::Uuid::nil()),
                force,
                Called { number: &number, name: "", role: "" },
                Timestamp::default(),
            )
        });
        if let Some(name) = name_in(row) {
            after.name = name;
        }
        if let Some(role) = row.get(Column::Role) {
            after.role = role.to_owned();
        }
        after.unit = row.optional(Column::Unit, after.unit.as_ref());
        after.email = row.optional(Column::Email, after.email.as_ref());
        after.phone = row.optional(Column::Phone, after.phone.as_ref());
        after.starts_on = row.day(Column::StartsOn, after.starts_on)?;
        after.last_day = row.day(Column::LastDay, after.last_day)?;
        let manager = match row.get(Column::LineManager) {
            Some("-") => {
                after.line_manager = None;
                None
            }
            named => named.map(str::to_owned),
        };
        tidy(&mut after).map_err(|error| said(&error))?;
        self.finish(place, before, after, manager, left_in(row)?)
    }

    /// Works out what the row does, once `after` is complete.
    fn finish(
        &self,
        place: usize,
        before: Option<&Person>,
        mut after: Person,
        manager: Option<String>,
        left: Option<bool>,
    ) -> Result<Option<Item<PersonChange>>, String> {
        let was_gone = before.is_some_and(|before| before.ended_at.is_some());
        let does = match (before, was_gone, left) {
            (None, _, Some(true)) => return Err("somebody new cannot have left already".to_owned()),
            (None, ..) => Does::Adds,
            (Some(_), true, Some(false)) => Does::Returns,
            (Some(_), true, _) => {
                return Err("this person has left; to bring them back write \"no\" under Has left".to_owned());
            }
            (Some(_), false, Some(true)) => Does::Ends,
            (Some(_), false, _) => Does::Changes,
        };
        let old_manager =
            manager.as_ref().and_then(|number| self.existing.get(&(after.force, number.clone())));
        if let Some(old) = old_manager {
            after.line_manager = Some(old.id);
        }
        let waits = manager.is_some() && old_manager.is_none();
        if let (Does::Changes, Some(before), false) = (does, before, waits)
            && is_same(before, &after).map_err(|error| said(&error))?
        {
            return Ok(None);
        }
        after.source = PersonSource::Csv;
        let (number, name) = (after.number.clone(), after.name.clone());
        let entry = PersonChange { before: before.cloned(), after, manager };
        Ok(Some(Item { row: place, does, number, name, difference: entry.difference(), entry }))
    }
}

fn said(error: &AppError) -> String {
    match error {
        AppError::Invalid { field, message } => {
            let title = Column::ALL.iter().find(|column| column.as_str() == field.replace('_', ""));
            format!("{}: {message}", title.map_or(*field, |column| column.title()))
        }
        other => other.to_string(),
    }
}

/// Refuses rows whose line manager does not exist or leaves with this file, and orders the plan so that each line
/// manager whom it adds comes before the people who name them. Each row is visited once and freed once, however long
/// the chain of managers is.
fn check_managers(plan: &mut Plan<PersonChange>, existing: &Existing) {
    let items = std::mem::take(&mut plan.items);
    let is_there =
        |manager: &(Force, String)| existing.get(manager).is_some_and(|person| person.ended_at.is_none());
    let key = |item: &Item<PersonChange>| (item.entry.after.force, item.number.clone());
    let ending: HashSet<(Force, String)> =
        items.iter().filter(|item| item.does == Does::Ends).map(key).collect();
    let mut free = VecDeque::with_capacity(items.len());
    let mut waiting: HashMap<(Force, String), Vec<Item<PersonChange>>> = HashMap::new();
    for item in items {
        let named = item.entry.manager.clone().map(|number| (item.entry.after.force, number));
        match named {
            Some(manager) if manager.1 == item.number => {
                plan.wrong.push(Wrong { row: item.row, why: "nobody is their own line manager".to_owned() });
            }
            Some(manager) if ending.contains(&manager) => plan.wrong.push(no_manager(&item)),
            Some(manager) if !is_there(&manager) => waiting.entry(manager).or_default().push(item),
            _ => free.push_back(item),
        }
    }
    while let Some(item) = free.pop_front() {
        free.extend(waiting.remove(&key(&item)).into_iter().flatten());
        plan.items.push(item);
    }
    plan.wrong.extend(waiting.into_values().flatten().map(|item| no_manager(&item)));
}

fn no_manager(item: &Item<PersonChange>) -> Wrong {
    let number = item.entry.manager.as_deref().unwrap_or_default();
    let why =
        format!("Line manager: nobody on the books has the number {number}, and no good row brings them");
    Wrong { row: item.row, why }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
