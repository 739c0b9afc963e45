//! The list of roles and the people who have them, for those who may see access: everybody who may do more than a holder, the
//! source of each role, and its end.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// The filters and sort orders that the address of the list may contain.
pub const ALLOWED: Allowed = Allowed { path: "/access", filters: &["role", "force"], sorts: &["name"] };

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "access/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters and page.
    pub list: Listing,
    /// The roles to filter by.
    pub roles: Vec<Choice>,
    /// The grants of this page.
    pub rows: Vec<Row>,
}

/// One grant.
#[derive(Debug, Clone)]
pub struct Row {
    /// The person who has the role.
    pub person: Crumb,
    /// Their number.
    pub number: String,
    /// Their force.
    pub force: Force,
    /// The role.
    pub role: String,
    /// Whether it covers every force.
    pub everywhere: bool,
    /// The source of the grant.
    pub by: String,
    /// The time it began.
    pub since: Timestamp,
    /// The time it ends; `None` if it lasts until somebody ends it.
    pub until: Option<Timestamp>,
}

/// Exports the rows as CSV.
#[must_use]
pub fn export(shell: &Shell, rows: &[Row]) -> String {
    let mut table =
        csv::Table::new(&["Number", "Name", "Force", "Role", "Over every force", "From", "Since", "Until"]);
    for row in rows {
        let until = row.until.map_or_else(|| "until somebody ends it".to_owned(), format::when);
        let everywhere = if row.everywhere { "yes" } else { "no" };
        table.row(&[
            row.number.as_str(),
            row.person.text.as_str(),
            shell.title_of(&row.force),
            row.role.as_str(),
            everywhere,
            row.by.as_str(),
            format::when(row.since).as_str(),
            until.as_str(),
        ]);
    }
    table.finish()
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, self.list.filter("force"))
    }

    /// Returns made-up grants, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |name: &str, number: &str, role: &str, everywhere, by: &str, until| Row {
            person: Crumb::new(format!("/people/{number}"), name),
            number: number.into(),
            force: domain::samples::HOME,
            role: role.into(),
            everywhere,
            by: by.into(),
            since: web_shell::clock::hours_ago(700),
            until,
        };
        let soon = Some(web_shell::clock::hours_ahead(400));
        Self {
            shell: Shell::sample(Area::People),
            list: Listing::read(ALLOWED, &[] as &[(&str, &str)]).with_rows(2, None),
            roles: Choice::list([("auditor", "Auditor")], ""),
            rows: vec![
                row("Alex Dunn <script>", "7001", "Auditor", false, "Robin Hale", soon),
                row("Morgan Ash", "S2210", "Service desk lead", true, "Directory group Lanyard desk", None),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_without_an_end_says_so() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("No end") && html.contains("every force"), "{html}");
    }
}
