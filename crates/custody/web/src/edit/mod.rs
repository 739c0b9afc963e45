//! The form that changes the register's entry of a device, for staff who keep the register: its particulars, and whether it is in
//! use, missing or out of use.

pub(crate) mod handler;

use askama::Template;
use domain::{AssetClass, Standing, Use};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The columns of the register as a file.
pub const COLUMNS: [&str; 16] = [
    "Asset tag",
    "Serial number",
    "Kind",
    "Class",
    "Maker",
    "Model",
    "IMEI",
    "ICCID",
    "EID",
    "Force",
    "Standing",
    "Location",
    "Issued as",
    "Holder",
    "Due back",
    "Purchase date",
];

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "edit/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The device's page.
    pub href: String,
    /// Its serial number, which does not change.
    pub serial: String,
    /// The word of its class.
    pub class: String,
    /// The word for personal issue or pool.
    pub held_as: String,
    /// The force's label.
    pub asset: String,
    /// The maker.
    pub maker: String,
    /// The maker's name for the model.
    pub model: String,
    /// IMEI.
    pub imei: String,
    /// ICCID.
    pub iccid: String,
    /// EID.
    pub eid: String,
    /// Day of purchase.
    pub bought: String,
    /// Its current state.
    pub standing: Standing,
    /// The outcome for the device, as typed.
    pub to: String,
    /// The reason, as typed.
    pub why: String,
}

impl View {
    fn classes(&self) -> Vec<Choice> {
        Choice::list(AssetClass::ALL.iter().map(|class| (class.as_str(), class.title())), &self.class)
    }

    fn uses(&self) -> Vec<Choice> {
        Choice::list(Use::ALL.iter().map(|of| (of.as_str(), of.title())), &self.held_as)
    }

    fn ways(&self) -> Vec<Choice> {
        let ways: &[(&str, &str)] = match self.standing {
            Standing::Missing => &[("found", "It was found"), ("retired", "Take it out of use")],
            Standing::Retired | Standing::Disposed => &[],
            _ => &[("missing", "It is missing"), ("retired", "Take it out of use")],
        };
        Choice::list(ways.iter().copied(), &self.to)
    }

    /// Returns a phone with a mistyped IMEI, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/devices/NC-10442", "F4GXQ2ABCD"));
        Self {
            shell,
            errors: [("imei", "Its check digit does not fit; compare it with the device")]
                .into_iter()
                .collect(),
            href: "/devices/NC-10442".into(),
            serial: "F4GXQ2ABCD".into(),
            class: "phone".into(),
            held_as: "personal".into(),
            asset: "NC-10442".into(),
            maker: "Apple <script>".into(),
            model: "iPhone 15".into(),
            imei: "490154203237519".into(),
            iccid: String::new(),
            eid: String::new(),
            bought: "2026-02-28".into(),
            standing: Standing::InStore,
            to: String::new(),
            why: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_disposed_of_stays_so() {
        let html = View { standing: Standing::Disposed, ..View::sample() }.render().unwrap();
        assert!(!html.contains("/restate"), "{html}");
        let missing = View { standing: Standing::Missing, ..View::sample() }.render().unwrap();
        assert!(missing.contains("It was found") && !missing.contains("It is missing"), "{missing}");
    }
}
