//! Defines the columns of an imported file of people, and what each row does.

use std::collections::HashMap;

use domain::{Force, PersonId};
use serde_json::{Value, json};
use store::people::Person;
use store::{Tx, people_directory};

use super::plan::{self, PersonChange};
use kernel::access::{ManagePeople, Permit};
use kernel::forces::Forces;
use kernel::imports::{Does, File, Item, Kind, Mapping, Plan, Table, columns, read_table};
use kernel::{AppError, Work};

pub use tables::day::read as read_day;

/// Number of people read at a time.
const STEP: u32 = 2000;

columns! {
    /// Collar or staff number.
    Number = "number" / "Collar or staff number"
        from ["collarnumber", "collarno", "staffno", "staffnumber", "employeenumber", "employeeid", "payrollnumber", "collar", "warrantnumber"];
    /// Whole name.
    Name = "name" / "Name" from ["fullname", "displayname", "employeename", "holder"];
    /// Given name, where names are in two columns.
    GivenName = "givenname" / "Given name" from ["firstname", "forename", "forenames"];
    /// Family name.
    FamilyName = "familyname" / "Family name" from ["lastname", "surname"];
    /// Force.
    Force = "force" / "Force" from ["constabulary", "organisation", "organization", "company"];
    /// Job.
    Role = "role" / "Role" from ["job", "jobtitle", "title", "post", "rank", "position"];
    /// Unit.
    Unit = "unit" / "Unit" from ["department", "team", "station", "division", "location"];
    /// Work address.
    Email = "email" / "Work email" from ["mail", "emailaddress", "workemail", "upn"];
    /// Work telephone.
    Phone = "phone" / "Work telephone" from ["telephone", "phonenumber", "mobile", "worktelephone", "extension"];
    /// The line manager's number.
    LineManager = "linemanager" / "Line manager's number" from ["manager", "linemanagernumber", "managernumber", "reportsto"];
    /// First working day.
    StartsOn = "startson" / "First working day" from ["startdate", "started", "firstday", "startday"];
    /// Last working day.
    LastDay = "lastday" / "Last working day" from ["enddate", "leavingdate", "leaver", "lastworkingday", "termination"];
    /// Whether they left.
    Left = "left" / "Has left (yes or no)" from ["ended", "hasleft", "inactive"];
}

/// Files of people.
#[derive(Debug, Clone, Copy)]
pub enum People {}

/// Reads everybody of the forces that the permit reaches, by force and number.
fn existing(
    tx: &mut Tx<'_>,
    permit: &Permit<ManagePeople>,
    forces: &Forces,
) -> Result<plan::Existing, AppError> {
    let mut all = HashMap::new();
    for force in forces.words().into_iter().filter(|force| permit.scope().covers(*force)) {
        let mut after = None;
        loop {
            let page = people_directory::of_force(tx, force, after, STEP)?;
            after = page.last().map(|person| person.id);
            let full = page.len() >= usize::try_from(STEP).unwrap_or(usize::MAX);
            all.extend(page.into_iter().map(|person| ((force, person.number.clone()), person)));
            if !full {
                break;
            }
        }
    }
    Ok(all)
}

impl Kind for People {
    type Needs = ManagePeople;
    type Column = Column;
    type Content = Table;
    type Entry = PersonChange;

    const WORD: &'static str = "people";
    const ACTION: &'static str = "people.imported";
    const MOST_ROWS: usize = 50_000;

    fn read(bytes: &[u8]) -> Result<Table, AppError> {
        read_table::<Self>(bytes)
    }

    fn lacks(mapping: &Mapping<Column>) -> Option<&'static str> {
        let has_number = mapping.contains(&Some(Column::Number));
        (!has_number).then_some("say which column has the collar or staff number")
    }

    fn plan(
        tx: &mut Tx<'_>,
        permit: &Permit<ManagePeople>,
        file: &File<Self>,
    ) -> Result<Plan<PersonChange>, AppError> {
        let (existing, covers) = (existing(tx, permit, &file.forces)?, |force| permit.scope().covers(force));
        Ok(plan::plan(file, covers, &existing))
    }

    fn fingerprint(entry: &PersonChange) -> Value {
        let person = &entry.after;
        json!([
            entry.before.as_ref().map(|before| (before.id, before.version)),
            person.force,
            person.role,
            person.unit,
            person.email,
            person.phone,
            person.starts_on.map(|day| day.to_string()),
            person.last_day.map(|day| day.to_string()),
            person.line_manager,
            entry.manager,
        ])
    }

    fn enter(
        Work { app, tx, now }: Work<'_, '_>,
        actor: &str,
        items: Vec<Item<PersonChange>>,
    ) -> Result<(), AppError> {
        let mut made: HashMap<(Force, String), PersonId> = HashMap::new();
        for item in items {
            let PersonChange { before, mut after, manager } = item.entry;
            if before.is_none() {
                after = Person { id: PersonId::from_uuid(app.world().uuid()), created_at: now, ..after };
                made.insert((after.force, after.number.clone()), after.id);
            }
            if let Some(id) = manager.and_then(|number| made.get(&(after.force, number))) {
                after.line_manager = Some(*id);
            }
            match item.does {
                Does::Adds | Does::Changes => {}
                Does::Ends => after.ended_at = Some(now),
                Does::Returns => after.ended_at = None,
            }
            crate::keep::keep_person(Work { app, tx, now }, before.as_ref(), after, actor)?;
        }
        Ok(())
    }
}
