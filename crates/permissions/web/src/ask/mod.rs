//! The form that asks for an entry of a register, for everybody whose role may ask there.
//!
//! Beside the person, the reason and the end, each register has fields of its own.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page, with the values typed when the form is shown again. A network's password is never shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "ask/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The address that the form posts to.
    pub href: String,
    /// The register's title.
    pub title: String,
    /// A sentence that says what an entry of it is.
    pub says: String,
    /// The reason why the reader cannot ask here; empty if they can.
    pub refused: String,
    /// The id made with the form: the form sent twice makes one entry.
    pub once: String,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The number of the person, as typed, and a hint, if the register asks for a person.
    pub person: Option<(String, String)>,
    /// The serial number of the device, as typed, and a hint, if the register asks for a device.
    pub device: Option<(String, String)>,
    /// The clause, as typed, if the register asks for a clause.
    pub clause: Option<String>,
    /// An example of a clause, in words.
    pub example: String,
    /// The word of the force that was chosen, if the reader serves every force.
    pub force: Option<String>,
    /// The register's own fields.
    pub fields: Vec<Field>,
    /// The reason that was typed.
    pub because: String,
    /// The end that was typed.
    pub until: String,
    /// The longest that an entry lasts, in words.
    pub longest: String,
}

/// One field of the register.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// A hint for the person who fills it in.
    pub hint: String,
    /// The value that was typed.
    pub value: String,
    /// The values to choose from; empty for free text.
    pub choices: Vec<Choice>,
    /// For a network: its protection, with the one that was chosen. The form then also asks for a password.
    pub security: Option<Vec<Choice>>,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, self.force.as_deref().unwrap_or_default())
    }

    fn until_hint(&self) -> String {
        format!(
            "The last day, such as 2026-12-31. {} at the longest.",
            web_shell::session::sentence(&self.longest)
        )
    }

    /// Returns the page shown again with mistakes, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let protections =
            [("wpa2-personal", "WPA2 with a password"), ("wpa3-personal", "WPA3 with a password")];
        Self {
            shell: Shell::sample(Area::Registers),
            href: "/registers/private-hubs/ask".into(),
            title: "Private hubs".into(),
            says: "Leave to use one private Wi-Fi hub, on one device and for a time.".into(),
            refused: String::new(),
            once: "9f9b6b1e-0000-4000-8000-000000000000".into(),
            errors: [
                ("device", "Enter the serial number of a device that is in use in the asset register"),
                ("until", "Enter the last day, such as 2026-12-31: nothing is granted without an end"),
            ]
            .into_iter()
            .collect(),
            person: None,
            device: Some(("NC1 <script>".into(), "Its serial number".into())),
            clause: None,
            example: String::new(),
            force: None,
            fields: vec![
                Field {
                    name: "place".into(),
                    label: "Where the hub is".into(),
                    hint: "Such as: at home, Diss".into(),
                    value: "At home".into(),
                    choices: Vec::new(),
                    security: None,
                },
                Field {
                    name: "network".into(),
                    label: "Name of the network".into(),
                    hint: String::new(),
                    value: "AMES-HUB".into(),
                    choices: Vec::new(),
                    security: Some(Choice::list(protections, "wpa2-personal")),
                },
            ],
            because: "on call from home".into(),
            until: String::new(),
            longest: "182 days".into(),
        }
    }

    /// Returns the page for somebody whose role may not ask here, for the gallery and the tests.
    #[must_use]
    pub fn sample_refused() -> Self {
        Self { refused: "Your role does not ask in this register <script>".into(), ..Self::sample() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_shown_again_keeps_what_was_typed_but_no_password() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("value=\"AMES-HUB\"") && html.contains("on call from home"), "{html}");
        assert!(html.contains("id=\"passphrase\"") && !html.contains("name=\"passphrase\" value"), "{html}");
    }

    #[test]
    fn whoever_may_not_ask_gets_no_form() {
        assert!(
            !View::sample_refused()
                .render()
                .unwrap()
                .contains("<button type=\"submit\" class=\"govuk-button\">Ask")
        );
    }
}
