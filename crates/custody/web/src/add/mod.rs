//! The form that adds a device to the asset register, which makes it the force's to manage (UPD-7.1), for staff who keep the
//! register.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "add/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The force's own label; may be empty.
    pub asset: String,
    /// The maker's serial number.
    pub serial: String,
    /// The word of its kind ([`domain::DeviceKind`]).
    pub kind: String,
    /// The word of its force ([`domain::Force`]).
    pub force: String,
    /// Staff or collar number of the intended holder; may be empty.
    pub holder: String,
}

impl View {
    fn kinds(&self) -> Vec<Choice> {
        web_shell::parts::choices::kinds(&self.kind)
    }

    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, &self.force)
    }

    /// Returns the page as it is first shown, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Devices),
            errors: Errors::default(),
            asset: String::new(),
            serial: String::new(),
            kind: "iphone".into(),
            force: String::new(),
            holder: String::new(),
        }
    }

    /// Returns the page shown again with its mistakes, for the gallery and the tests.
    #[must_use]
    pub fn sample_errors() -> Self {
        Self {
            errors: [
                ("serial", "Enter a serial number of letters and digits only"),
                ("force", "Choose the force that owns the device"),
            ]
            .into_iter()
            .collect(),
            serial: "C02\"><script>".into(),
            ..Self::sample()
        }
    }
}
