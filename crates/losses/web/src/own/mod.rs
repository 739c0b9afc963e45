//! The page of one report, for the person who made it and comes back with its reference and word.

pub(crate) mod handler;

use askama::Template;
use losses_app::Ring;
use losses_app::returning::OwnReport;

use web_shell::filters;
use web_shell::frame::Shell;
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The reference in the address.
    pub reference: String,
    /// The address that the forms post to.
    pub href: String,
    /// The word, once it fitted; the forms of this page send it again.
    pub secret: String,
    /// The report; `None` until the word fits.
    pub report: Option<OwnReport>,
    /// What the last form has done.
    pub said: &'static str,
    /// What was typed as an addition.
    pub more: String,
    /// The number to ring.
    pub ring: Ring,
}

impl View {
    /// Returns the page that asks for the word, for the gallery and the tests.
    #[must_use]
    pub fn sample_return() -> Self {
        Self {
            shell: crate::report::nobody(),
            errors: [("secret", "Reference and word do not belong together")].into_iter().collect(),
            reference: "4KM-7TRH <script>".into(),
            href: "/lost/4KM-7TRH".into(),
            secret: String::new(),
            report: None,
            said: "",
            more: String::new(),
            ring: Ring {
                number: "101 <script>".into(),
                who: "the Force Duty Officer".into(),
                emergency: "999".into(),
            },
        }
    }

    /// Returns a report that was taken on and contained, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let now = web_shell::clock::now();
        Self {
            errors: Errors::default(),
            secret: "AC34-7TRH-MWXY".into(),
            report: Some(OwnReport {
                reference: "4KM-7TRH <script>".into(),
                reported_at: web_shell::clock::hours_ago(1),
                meaning: losses_app::Meaning::Ours,
                calling: false,
                taken_at: Some(now),
                locked_at: Some(now),
                found_at: None,
                confirmed: false,
                closed: false,
            }),
            said: "Added to your report.",
            ..Self::sample_return()
        }
    }

    /// Returns a report whose device locked itself, and which the desk has confirmed as found, for the gallery and the tests.
    #[must_use]
    pub fn sample_confirmed() -> Self {
        let mut view = Self::sample();
        if let Some(report) = &mut view.report {
            report.taken_at = None;
            report.found_at = Some(web_shell::clock::now());
            report.confirmed = true;
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_said_to_be_called_once_it_is_locked_or_confirmed_as_found() {
        let html = View::sample_confirmed().render().unwrap();
        assert!(html.contains("Nobody is called any more") && !html.contains("being called"), "{html}");
        assert!(html.contains("has confirmed that it is found"), "{html}");
        assert!(!html.contains("Say that the device is found"), "{html}");
        let mut calling = View::sample_confirmed();
        if let Some(report) = &mut calling.report {
            (report.calling, report.confirmed) = (true, false);
        }
        assert!(calling.render().unwrap().contains("are being called"));
    }
}
