//! One stock count, for staff who may see devices: scanning devices, the differences, and closing it.

pub(crate) mod handler;

use askama::Template;
use custody_app::Difference;
use domain::{Force, Timestamp};

use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;
use web_shell::{csv, filters};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "count/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the form.
    pub errors: Errors,
    /// The page's own address; its forms post to addresses below it.
    pub href: String,
    /// Its number.
    pub number: i64,
    /// The store that is counted.
    pub place: String,
    /// The force that it belongs to.
    pub force: Force,
    /// The person who began it, and when.
    pub opened: (String, Timestamp),
    /// The person who closed it, and when.
    pub closed: Option<(String, Timestamp)>,
    /// Whether the reader may scan and close.
    pub may_count: bool,
    /// The codes that were scanned and could not be accepted.
    pub codes: String,
    /// Its lines, missing things first.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// How it compares.
    pub difference: Difference,
    /// The device.
    pub device: Option<Crumb>,
    /// Its label, or the code that was scanned.
    pub shown: String,
    /// The place where it should be.
    pub should_be: String,
    /// The explanation of the difference.
    pub explanation: String,
    /// The case that it opened.
    pub case: Option<Crumb>,
    /// The code that names it in the form.
    pub code: String,
}

impl Line {
    /// Returns the difference in words.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self.difference {
            Difference::Missing => "Missing",
            Difference::Unexpected => "Should be elsewhere",
            Difference::Unknown => "Not in the register",
            Difference::Found => "Found",
        }
    }

    /// Returns the colour of its tag.
    #[must_use]
    pub const fn colour(&self) -> &'static str {
        match self.difference {
            Difference::Missing => "red",
            Difference::Unexpected | Difference::Unknown => "orange",
            Difference::Found => "lan-plain",
        }
    }

    fn differs(&self) -> bool {
        self.difference != Difference::Found
    }
}

impl View {
    fn open(&self) -> bool {
        self.closed.is_none()
    }

    fn of(&self, difference: Difference) -> usize {
        self.lines.iter().filter(|line| line.difference == difference).count()
    }

    fn in_short(&self) -> String {
        format!(
            "{} found, {} missing, {} that should be elsewhere, {} not in the register.",
            self.of(Difference::Found),
            self.of(Difference::Missing),
            self.of(Difference::Unexpected),
            self.of(Difference::Unknown)
        )
    }

    fn differences(&self) -> usize {
        self.lines.iter().filter(|line| line.differs()).count()
    }

    /// Returns a made-up count, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/counts", "Stock counts"));
        let line = |difference, device: &str, should_be: &str| Line {
            difference,
            device: (!device.is_empty()).then(|| Crumb::new(format!("/devices/{device}"), device)),
            shown: format!("NC-{device} <script>"),
            should_be: should_be.into(),
            explanation: String::new(),
            case: None,
            code: device.into(),
        };
        Self {
            shell,
            errors: [("sure", "Tick that everything in the store was scanned")].into_iter().collect(),
            href: "/counts/2".into(),
            number: 2,
            place: "ICT stores, Norwich".into(),
            force: domain::samples::HOME,
            opened: ("Morgan Ash".into(), web_shell::clock::hours_ago(2)),
            closed: None,
            may_count: true,
            codes: String::new(),
            lines: vec![
                line(Difference::Missing, "10460", ""),
                line(Difference::Unexpected, "10461", "With PC Ames (1234)"),
                line(Difference::Unknown, "", ""),
                line(Difference::Found, "10462", ""),
            ],
        }
    }

    /// Returns a made-up count that is closed, for the gallery and the tests.
    #[must_use]
    pub fn sample_closed() -> Self {
        let mut view = Self::sample();
        view.errors = Errors::default();
        view.closed = Some(("Morgan Ash".into(), web_shell::clock::hours_ago(1)));
        if let Some(first) = view.lines.first_mut() {
            first.explanation = "Not explained: a case was opened".into();
            first.case = Some(Crumb::new("/cases/1", "C-1007"));
        }
        view
    }
}

/// Exports the lines as CSV, with the columns of the page.
#[must_use]
pub fn export(lines: &[Line]) -> String {
    let mut table = csv::Table::new(&[
        "Serial number",
        "Label or scanned",
        "Outcome",
        "Should be",
        "Explanation",
        "Case",
    ]);
    for line in lines {
        let text = |crumb: &Option<Crumb>| crumb.as_ref().map(|crumb| crumb.text.clone()).unwrap_or_default();
        table.row(&[
            text(&line.device).as_str(),
            &line.shown,
            line.title(),
            &line.should_be,
            &line.explanation,
            &text(&line.case),
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_come_with_a_place_for_their_explanation_until_it_is_closed() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("1 found, 1 missing") && html.contains("name=\"explanation-1\""), "{html}");
        assert!(!html.contains("name=\"explanation-4\""), "what was found needs none");
        let closed = View::sample_closed().render().unwrap();
        assert!(!closed.contains("<textarea") && closed.contains("C-1007"), "{closed}");
        assert_eq!(export(&View::sample().lines).lines().count(), 5);
    }
}
