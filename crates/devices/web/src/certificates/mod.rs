//! The certificates of a device, with the form that revokes them, for staff who may revoke certificates.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "certificates/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The address that its form posts to.
    pub href: String,
    /// The device.
    pub device: Crumb,
    /// Its certificates, newest first.
    pub certificates: Vec<Certificate>,
    /// The errors in the form.
    pub errors: Errors,
    /// The reason that was typed.
    pub reason: String,
}

/// One certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Its serial number.
    pub serial: String,
    /// Its state: tag colour and word.
    pub state: (&'static str, &'static str),
    /// When it was issued.
    pub issued: Timestamp,
    /// The time until which it is valid.
    pub until: Timestamp,
    /// When and why it was revoked.
    pub revoked: Option<(Timestamp, String)>,
}

impl View {
    /// Returns whether any certificate is valid.
    #[must_use]
    pub fn any_good(&self) -> bool {
        self.certificates.iter().any(|certificate| certificate.revoked.is_none())
    }

    /// Returns one certificate in use and one that was revoked, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Devices),
            href: "/devices/NC-10442/certificates".into(),
            device: Crumb::new("/devices/NC-10442", "NC-10442"),
            certificates: vec![
                Certificate {
                    serial: "0b9f2c44d1".into(),
                    state: ("lan-plain", "In use"),
                    issued: web_shell::clock::hours_ago(50),
                    until: web_shell::clock::hours_ago(-8_000),
                    revoked: None,
                },
                Certificate {
                    serial: "77aa01ffe2".into(),
                    state: ("red", "Revoked"),
                    issued: web_shell::clock::hours_ago(900),
                    until: web_shell::clock::hours_ago(-7_000),
                    revoked: Some((web_shell::clock::hours_ago(50), "superseded by <script>".into())),
                },
            ],
            errors: [("reason", "Enter a reason")].into_iter().collect(),
            reason: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_revoked_already_is_not_revoked_again() {
        let html = View::sample().render().unwrap();
        assert!(
            html.contains("Revoke every certificate") && html.contains("no command reaches it"),
            "{html}"
        );
        let mut none = View::sample();
        none.certificates.remove(0);
        let html = none.render().unwrap();
        assert!(!html.contains("<button type=\"submit\" class=\"govuk-button"), "{html}");
    }
}
