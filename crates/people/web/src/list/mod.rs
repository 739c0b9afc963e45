//! The list of people, for staff who may see them: filters, sorting, pages, and the same list as CSV.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// The filters and sort orders that the address of the list may contain.
pub const ALLOWED: Allowed = Allowed {
    path: "/people",
    filters: &["q", "force", "unit", "role", "left", "devices", "accepted"],
    sorts: &["name"],
};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "list/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters, sorting and page.
    pub list: Listing,
    /// The people of this page.
    pub rows: Vec<Row>,
    /// Whether the person may add one.
    pub may_add: bool,
    /// Whether the person may see the roles of others.
    pub sees_roles: bool,
}

/// One person.
#[derive(Debug, Clone)]
pub struct Row {
    /// The address of their page.
    pub href: String,
    /// Name with rank.
    pub name: String,
    /// Collar or staff number.
    pub number: String,
    /// Their force.
    pub force: Force,
    /// Their job.
    pub role: String,
    /// Their unit; empty where it is not known.
    pub unit: String,
    /// Whether their record has ended.
    pub left: bool,
    /// The number of devices they hold.
    pub devices: u64,
    /// When they accepted the current terms; `None` if they have not.
    pub accepted: Option<Timestamp>,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, self.list.filter("force"))
    }

    fn accepted(&self) -> Vec<Choice> {
        Choice::list([("yes", "Accepted"), ("no", "Not accepted")], self.list.filter("accepted"))
    }

    fn left(&self) -> Vec<Choice> {
        Choice::list([("no", "On the books"), ("yes", "Left")], self.list.filter("left"))
    }

    fn devices(&self) -> Vec<Choice> {
        Choice::list([("yes", "Has a device"), ("no", "Has none")], self.list.filter("devices"))
    }

    /// Returns made-up people, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |number: &str, name: &str, force, devices, accepted| Row {
            href: format!("/people/{number}"),
            name: name.into(),
            number: number.into(),
            force,
            role: "officer".into(),
            unit: "Roads policing".into(),
            left: false,
            devices,
            accepted,
        };
        let gone = Row {
            left: true,
            unit: String::new(),
            ..row("S3301", "Dana Ellis", domain::samples::AWAY, 0, None)
        };
        Self {
            shell: Shell::sample_top(Area::People),
            list: Listing::read(ALLOWED, &[("accepted", "no")]).with_rows(3, None),
            rows: vec![
                row(
                    "1234",
                    "PC Ames <script>",
                    domain::samples::HOME,
                    1,
                    Some(web_shell::clock::hours_ago(2402)),
                ),
                row("88", "Sgt Byrd", domain::samples::HOME, 2, None),
                gone,
            ],
            may_add: true,
            sees_roles: true,
        }
    }
}

/// Exports the rows as CSV, with the columns of the page.
#[must_use]
pub fn export(shell: &Shell, rows: &[Row]) -> String {
    let mut table = csv::Table::new(&[
        "Number",
        "Name",
        "Force",
        "Role",
        "Unit",
        "Record",
        "Devices",
        "Current terms accepted",
    ]);
    for row in rows {
        let accepted = row.accepted.map_or_else(|| "not accepted".to_owned(), format::when);
        table.row(&[
            row.number.as_str(),
            &row.name,
            shell.title_of(&row.force),
            &row.role,
            &row.unit,
            if row.left { "left" } else { "on the books" },
            &row.devices.to_string(),
            &accepted,
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_export_says_who_has_not_accepted() {
        assert!(export(&View::sample().shell, &View::sample().rows).contains(
            "88,Sgt Byrd,Northshire Police,officer,Roads policing,on the books,2,not accepted\r\n"
        ));
    }
}
