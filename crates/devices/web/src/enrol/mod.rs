//! The form that makes an enrolment profile for a registered device, or a plain explanation of why the device may not enrol, for
//! staff who may enrol devices.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "enrol/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The device's page.
    pub href: String,
    /// The asset number.
    pub asset: String,
    /// The serial number that the enrolling device must report.
    pub serial: String,
    /// The intended holder; empty if nobody is named.
    pub holder: String,
    /// The obstacles to enrolment, each with its clause; the device may enrol if this is empty.
    pub obstacles: Vec<Obstacle>,
    /// How long a profile may be used, in words.
    pub lifetime: String,
    /// The steps that a person takes on the device, one sentence each.
    pub steps: &'static [&'static str],
    /// The time from which it is under management: a new profile replaces that enrolment, on confirmation.
    pub enrolled: Option<Timestamp>,
    /// The errors in the form.
    pub errors: Errors,
}

/// A reason why a device may not enrol yet.
#[derive(Debug, Clone)]
pub struct Obstacle {
    /// The thing that is missing, and how to provide it.
    pub text: String,
    /// The clause that asks for it, if there is one.
    pub clause: Option<Crumb>,
}

impl View {
    /// Returns a device that may enrol, for the gallery and the tests.
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

    /// Returns a device under management, its replacement not confirmed, for the gallery and the tests.
    #[must_use]
    pub fn sample_enrolled() -> Self {
        Self {
            enrolled: Some(web_shell::clock::hours_ago(50)),
            errors: [("replace", "Confirm that the enrolment is to be replaced")].into_iter().collect(),
            ..Self::sample()
        }
    }

    /// Returns a device that may not enrol yet, for the gallery and the tests.
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
