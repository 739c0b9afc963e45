//! Making an enrolment profile for a registered device, or saying plainly why that cannot be.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "enrol/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// The device's page.
    pub href: String,
    /// The asset number.
    pub asset: String,
    /// The serial number that the enrolling device must report.
    pub serial: String,
    /// Who is to hold it; empty if nobody is named.
    pub holder: String,
    /// What stands in the way, each with its clause; nothing does if this is empty.
    pub obstacles: Vec<Obstacle>,
    /// How long a profile may be used, in words.
    pub lifetime: String,
    /// What a person does on the device, a sentence a step.
    pub steps: &'static [&'static str],
    /// Since when it is under management: a new profile replaces that, on confirmation.
    pub enrolled: Option<Timestamp>,
    /// What was wrong with the form.
    pub errors: Errors,
}

/// A reason why a device may not enrol yet.
#[derive(Debug, Clone)]
pub struct Obstacle {
    /// What is missing, and what to do about it.
    pub text: String,
    /// The clause that asks for it, where one does.
    pub clause: Option<Crumb>,
}

impl View {
    /// A device that may enrol.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/devices/NC-10443", "NC-10443"));
        Self {
            shell,
            href: "/devices/NC-10443".into(),
            asset: "NC-10443".into(),
            serial: "F4GX<script>".into(),
            holder: "Sgt 88 Byrd".into(),
            obstacles: Vec::new(),
            lifetime: "24 hours".into(),
            steps: &[
                "Open the profile there: by a cable and Apple Configurator, or from a message to the device.",
                "In Settings, open Profile Downloaded, and install it.",
            ],
            enrolled: None,
            errors: Errors::default(),
        }
    }

    /// A device that is under management, its replacement not confirmed.
    #[must_use]
    pub fn sample_enrolled() -> Self {
        Self {
            enrolled: Some(web_shell::clock::hours_ago(50)),
            errors: [("replace", "Confirm that the enrolment is to be replaced")].into_iter().collect(),
            ..Self::sample()
        }
    }

    /// A device that may not enrol yet.
    #[must_use]
    pub fn sample_refused() -> Self {
        Self {
            obstacles: vec![
                Obstacle {
                    text: "Sgt 88 Byrd has not accepted the current terms. Send them the link to the terms."
                        .into(),
                    clause: Some(web_shell::links::clause_crumb("MDU-3.2")),
                },
                Obstacle {
                    text:
                        "The register does not say that the device is force property. Put that right first."
                            .into(),
                    clause: Some(web_shell::links::clause_crumb("UPD-7.1")),
                },
            ],
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_an_enrolment_is_confirmed_and_says_what_it_does() {
        let html = View::sample_enrolled().render().unwrap();
        assert!(
            html.contains("name=\"replace\"") && html.contains("certificate in use is revoked"),
            "{html}"
        );
        assert!(!View::sample().render().unwrap().contains("name=\"replace\""));
    }

    #[test]
    fn a_device_that_may_not_enrol_gets_no_button() {
        let html = View::sample_refused().render().unwrap();
        assert!(
            !html.contains("<button type=\"submit\" class=\"govuk-button\"") && html.contains("MDU-3.2"),
            "{html}"
        );
    }
}
