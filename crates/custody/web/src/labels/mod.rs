//! A sheet of labels to print, for staff who may see devices: the address of a thing's page as a QR code, its number as a bar
//! code.
//!
//! It contains no personal data, because anybody who finds the thing can read its label.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "labels/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The codes that were asked for.
    pub codes: String,
    /// The labels.
    pub labels: Vec<Printed>,
    /// Codes that are not in the register, or that cannot be printed, each with the reason.
    pub not: Vec<(String, String)>,
}

/// One label.
#[derive(Debug, Clone)]
pub struct Printed {
    /// The number in letters.
    pub number: String,
    /// The force that owns it.
    pub force: String,
    /// QR code: size and path.
    pub qr: (usize, String),
    /// Bar code: width and path.
    pub bars: (usize, String),
}

impl View {
    /// Returns a sheet with one label, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/custody", "Custody"));
        Self {
            shell,
            codes: "NC-10442".into(),
            labels: vec![Printed {
                number: "NC-10442".into(),
                force: "Northshire Police".into(),
                qr: (29, "M4 4h1v1h-1z".into()),
                bars: (123, "M10 0h1v1h-1z".into()),
            }],
            not: vec![("NC-<script>".into(), "nothing in the register has this number".into())],
        }
    }
}
