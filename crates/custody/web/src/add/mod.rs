//! Putting a device into the asset register, which is what makes it the force's to manage (UPD-7.1).

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows, and what was typed when it is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "add/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with what was typed.
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
        web_shell::parts::choices::forces(&self.force)
    }

    /// The page as it is first shown.
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

    /// The page shown again with its mistakes.
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
