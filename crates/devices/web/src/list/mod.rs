//! The list of devices, for everybody who may see devices: filters, sorting, pages, and the same list as CSV.

pub(crate) mod handler;

use askama::Template;
use domain::{DeviceKind, Force, Timestamp};

use crate::State;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// The filters and sort orders that the address of the list may contain.
pub const ALLOWED: Allowed = Allowed {
    path: "/devices",
    filters: &["q", "force", "kind", "state", "attention", "clause"],
    sorts: &["serial", "not-met"],
};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "list/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters, sorting and page.
    pub list: Listing,
    /// The devices of this page.
    pub rows: Vec<Row>,
    /// Whether the person may add one.
    pub may_add: bool,
    /// Whether the person may see orders that are held, and the freeze of destructive ones.
    pub may_see_held: bool,
}

/// One device.
#[derive(Debug, Clone)]
pub struct Row {
    /// The address of its page.
    pub href: String,
    /// The maker's serial number.
    pub serial: String,
    /// The force's own label; empty if it has none.
    pub asset: String,
    /// The kind of device.
    pub kind: DeviceKind,
    /// The maker's name for the model.
    pub model: String,
    /// The holder; empty if there is none.
    pub holder: String,
    /// The force that owns it.
    pub force: Force,
    /// Its current state.
    pub state: State,
    /// When it last reported; `None` if never.
    pub seen: Option<Timestamp>,
    /// Whether its clauses were ever judged; until then there are no figures.
    pub judged: bool,
    /// Clauses not met.
    pub not_met: u64,
    /// Clauses not known.
    pub not_known: u64,
}

impl View {
    fn kinds(&self) -> Vec<Choice> {
        web_shell::parts::choices::kinds(self.list.filter("kind"))
    }

    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, self.list.filter("force"))
    }

    fn states(&self) -> Vec<Choice> {
        Choice::list(
            State::LISTED.iter().map(|state| (state.word(), state.title())),
            self.list.filter("state"),
        )
    }

    fn attention(&self) -> Vec<Choice> {
        let choices = [("yes", "Needs attention"), ("sha1", "Signs messages with SHA-1")];
        Choice::list(choices, self.list.filter("attention"))
    }

    /// Returns made-up devices, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_top(Area::Devices),
            list: Listing::read(ALLOWED, &[("force", "northshire"), ("sort", "-not-met"), ("after", "2,X")])
                .with_rows(6, Some("0,SC29001".into())),
            rows: sample_rows(),
            may_add: true,
            may_see_held: true,
        }
    }

    /// Returns the list with filters that nothing matches, for the gallery and the tests.
    #[must_use]
    pub fn sample_empty() -> Self {
        Self {
            list: Listing::read(ALLOWED, &[("q", "<script>no such device")]).with_rows(0, None),
            rows: Vec::new(),
            ..Self::sample()
        }
    }
}

fn sample_rows() -> Vec<Row> {
    let row = |asset: &str, kind, model: &str, holder: &str, force| Row {
        href: format!("/devices/{asset}"),
        serial: asset.replace('-', "F4"),
        asset: asset.into(),
        kind,
        model: model.into(),
        holder: holder.into(),
        force,
        state: State::Registered,
        seen: None,
        judged: false,
        not_met: 0,
        not_known: 0,
    };
    let heard_of = |row, state, hours, not_met, not_known| Row {
        state,
        seen: Some(web_shell::clock::hours_ago(hours)),
        judged: true,
        not_met,
        not_known,
        ..row
    };
    let (home, away) = (domain::samples::HOME, domain::samples::AWAY);
    let lost = row("NC-10442", DeviceKind::Iphone, "iPhone 15", "PC 1234 Ames <script>", home);
    let phone = row("NC-10443", DeviceKind::Iphone, "iPhone SE", "Sgt 88 Byrd", home);
    let tablet = row("NC-10460", DeviceKind::Ipad, "iPad Air", "DC 4410 Cole", home);
    let laptop = row("SC-20040", DeviceKind::WindowsPc, "Surface Go", "Dana Ellis", away);
    vec![
        heard_of(lost, State::LostMode, 1, 1, 2),
        heard_of(phone, State::Enrolled, 3, 0, 4),
        heard_of(tablet, State::Enrolled, 250, 3, 6),
        row("SC-20017", DeviceKind::Mac, "MacBook Air", "", away),
        heard_of(laptop, State::Enrolled, 30, 0, 9),
        row("SC-29001", DeviceKind::Radio, "Handheld radio", "PC 77 Fox", away),
    ]
}

/// Writes a number of a device's clauses; empty if they were not judged.
fn figure(row: &Row, count: u64) -> String {
    if row.judged { count.to_string() } else { "not judged".to_owned() }
}

/// Exports the rows as CSV, with the columns of the page.
#[must_use]
pub fn export(shell: &Shell, rows: &[Row]) -> String {
    let mut table = csv::Table::new(&[
        "Serial number",
        "Asset number",
        "Kind",
        "Model",
        "Holder",
        "Force",
        "State",
        "Last heard of",
        "Clauses not met",
        "Clauses not known",
    ]);
    for row in rows {
        let seen = row.seen.map_or_else(|| "never".to_owned(), format::when);
        table.row(&[
            row.serial.as_str(),
            &row.asset,
            row.kind.title(),
            &row.model,
            &row.holder,
            shell.title_of(&row.force),
            row.state.title(),
            &seen,
            &figure(row, row.not_met),
            &figure(row, row.not_known),
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_export_has_the_columns_of_the_page() {
        let text = export(&View::sample().shell, &View::sample().rows);
        assert_eq!(text.lines().count(), 7);
        assert!(
            text.contains("NC-10442,iPhone,iPhone 15,PC 1234 Ames <script>,Northshire Police,Lost mode"),
            "{text}"
        );
        assert!(
            text.contains("Registered,never,not judged,not judged"),
            "a device that was never heard of is said so: {text}"
        );
    }

    #[test]
    fn a_device_never_heard_of_has_no_good_figures() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("Never") && html.contains("Nothing reported"), "{html}");
    }

    #[test]
    fn the_clause_page_s_filter_can_be_seen_and_cleared() {
        let list = Listing::read(ALLOWED, &[("clause", "MDU-6.2a")]).with_rows(3, None);
        let html = View { list, ..View::sample() }.render().unwrap();
        assert!(html.contains("Not meeting clause") && html.contains("Clear filters"), "{html}");
    }

    #[test]
    fn filters_stay_in_every_link() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("/devices.csv?force=northshire&#38;sort=-not-met"), "{html}");
        assert!(html.contains("/devices?force=northshire&#38;sort=-not-met&#38;after=0%2CSC29001"), "{html}");
    }
}
