//! A sheet of labels to print: the address of a thing's page as a QR code, its number as a bar code. No personal data: a
//! label is read by whoever finds the thing.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "labels/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was asked for.
    pub codes: String,
    /// The labels.
    pub labels: Vec<Printed>,
    /// Codes that the register does not know, or that cannot be printed, each with why.
    pub not: Vec<(String, String)>,
}

/// One label.
#[derive(Debug, Clone)]
pub struct Printed {
    /// The number in letters.
    pub number: String,
    /// The force whose property it is.
    pub force: &'static str,
    /// QR code: size and path.
    pub qr: (usize, String),
    /// Bar code: width and path.
    pub bars: (usize, String),
}

impl View {
    /// A sheet with one label, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/custody", "Custody"));
        Self {
            shell,
            codes: "NC-10442".into(),
            labels: vec![Printed {
                number: "NC-10442".into(),
                force: "Norfolk Constabulary",
                qr: (29, "M4 4h1v1h-1z".into()),
                bars: (123, "M10 0h1v1h-1z".into()),
            }],
            not: vec![("NC-<script>".into(), "nothing in the register has this number".into())],
        }
    }
}
