//! Puts right which device a loss is about, for the desk and the duty officer: find the right one, say why.

pub(crate) mod handler;

use askama::Template;

use crate::telephone::Fit;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "device/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The reference of the loss.
    pub reference: String,
    /// The device that it is about now; empty where none is known.
    pub wrong: String,
    /// What was searched for.
    pub search: String,
    /// The devices that fit what was searched for; before any search, those that the reports may mean.
    pub fits: Vec<Fit>,
    /// The device that was chosen; its id is empty where none was.
    pub chosen: Fit,
    /// The reason typed.
    pub reason: String,
}

impl View {
    /// Returns a search, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let fit = Fit {
            id: "1".into(),
            href: "/losses/1/device?q=ames&device=1".into(),
            title: "iPhone F4GXQ2ABCD (NC-01234)".into(),
            holder: "PC Ames <script> (1234)".into(),
            reported: false,
            managed: true,
        };
        let mut shell = Shell::sample(Area::Cases);
        shell.crumbs.push(Crumb::new("/losses/1", "4KM-7TRH"));
        Self {
            shell,
            errors: Errors::default(),
            href: "/losses/1/device".into(),
            reference: "4KM-7TRH".into(),
            wrong: "iPhone DMPQ2ABCD <script>".into(),
            search: "ames <script>".into(),
            fits: vec![fit.clone(), Fit { reported: true, ..fit }],
            chosen: Fit::default(),
            reason: String::new(),
        }
    }

    /// Returns the form with a device chosen and a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample_chosen() -> Self {
        let sample = Self::sample();
        Self {
            errors: [("reason", "Enter a reason")].into_iter().collect(),
            chosen: sample.fits.first().cloned().unwrap_or_default(),
            fits: Vec::new(),
            wrong: String::new(),
            ..sample
        }
    }
}
