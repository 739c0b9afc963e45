//! The duty board: who is on duty, on call and on leave now, for staff who may see the duty of others.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use crate::DutyTag;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};

/// The filters and sort orders that the address of the board may contain.
pub const ALLOWED: Allowed =
    Allowed { path: "/duty", filters: &["q", "force", "unit", "state"], sorts: &["name"] };

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "board/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters and page.
    pub list: Listing,
    /// The people on call now, and the end of each call period.
    pub on_call: Vec<(Crumb, Timestamp)>,
    /// The people of this page.
    pub rows: Vec<Row>,
    /// Links to related pages.
    pub ways: Vec<Crumb>,
}

/// One person.
#[derive(Debug, Clone)]
pub struct Row {
    /// The person, with a link to the page of their duty.
    pub person: Crumb,
    /// Collar or staff number.
    pub number: String,
    /// Their unit; empty where it is not known.
    pub unit: String,
    /// Their force.
    pub force: Force,
    /// Their state of duty.
    pub standing: DutyTag,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, self.list.filter("force"))
    }

    fn states(&self) -> Vec<Choice> {
        let all = [
            ("on-duty", "On duty"),
            ("on-call", "On call"),
            ("on-leave", "On leave"),
            ("off-duty", "Off duty"),
            ("not-known", "Not known"),
        ];
        Choice::list(all, self.list.filter("state"))
    }

    /// Returns a made-up board, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |name: &str, colour, title, says: &str| Row {
            person: Crumb::new("/people/1234/duty", name),
            number: "1234".into(),
            unit: "Thetford".into(),
            force: domain::samples::HOME,
            standing: DutyTag { colour, title, says: says.into() },
        };
        Self {
            shell: Shell::sample_top(Area::Duty),
            list: Listing::read(ALLOWED, &[("unit", "Thetford")]).with_rows(3, None),
            on_call: vec![(Crumb::new("/people/88/duty", "Sgt Byrd"), web_shell::clock::hours_ahead(5))],
            rows: vec![
                row("PC Ames <script>", "green", "On duty", "Until 22 November 2026, 7:00am"),
                row("Sgt Byrd", "blue", "On call", "Until 22 November 2026, 8:00am"),
                row("DC Cole", "orange", "Not known", "No pattern is entered"),
            ],
            ways: vec![Crumb::new("/duty/patterns", "Duty patterns")],
        }
    }
}
