//! Making an enrolment profile for a registered device, or saying plainly why that cannot be.

use askama::Template;
use domain::Timestamp;

use crate::filters;
use crate::shell::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "devices/enrol.html")]
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
    /// The profile already made and not yet used, if any.
    pub made: Option<Made>,
}

/// A reason why a device may not enrol yet.
#[derive(Debug, Clone)]
pub struct Obstacle {
    /// What is missing, and what to do about it.
    pub text: String,
    /// The clause that asks for it.
    pub clause: Crumb,
}

/// A profile that waits to be installed.
#[derive(Debug, Clone)]
pub struct Made {
    /// Where to download it.
    pub href: String,
    /// When it was made.
    pub at: Timestamp,
    /// When it stops working.
    pub until: Timestamp,
}

impl View {
    /// A device that may enrol and whose profile waits.
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
            made: Some(Made {
                href: "/devices/NC-10443/enrol/profile".into(),
                at: crate::samples::hours_ago(1),
                until: crate::samples::hours_ahead(23),
            }),
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
                    clause: Crumb::new("/documents/mobile-device-use/clauses/MDU-3.2", "MDU-3.2"),
                },
                Obstacle {
                    text:
                        "The register does not say that the device is force property. Put that right first."
                            .into(),
                    clause: Crumb::new("/documents/personal-devices/clauses/UPD-7.1", "UPD-7.1"),
                },
            ],
            made: None,
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_may_not_enrol_gets_no_button() {
        let html = View::sample_refused().render().unwrap();
        assert!(
            !html.contains("<button type=\"submit\" class=\"govuk-button\"") && html.contains("MDU-3.2"),
            "{html}"
        );
    }
}
