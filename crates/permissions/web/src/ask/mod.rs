//! Asking for an entry. What is asked beside for whom, why and until when is the register's own.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows, and what was typed when it is shown again. A network's password is never put back.
#[derive(Debug, Clone, Template)]
#[template(path = "ask/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Where the form goes.
    pub href: String,
    /// The register's title.
    pub title: String,
    /// What an entry of it is.
    pub says: String,
    /// Why the reader cannot ask here; empty if they can.
    pub refused: String,
    /// Made with the form: sent twice, it makes one entry.
    pub once: String,
    /// What was wrong with what was typed.
    pub errors: Errors,
    /// Asks for whom it is: the number that was typed, and what helps.
    pub person: Option<(String, String)>,
    /// Asks for which device: the serial number that was typed, and what helps.
    pub device: Option<(String, String)>,
    /// Asks for which clause: what was typed.
    pub clause: Option<String>,
    /// Asks whose it is, where the reader serves both forces: the word that was chosen.
    pub force: Option<String>,
    /// The register's own fields.
    pub fields: Vec<Field>,
    /// Why.
    pub because: String,
    /// Until when.
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
    /// What helps.
    pub hint: String,
    /// What was typed.
    pub value: String,
    /// To choose from; empty for words.
    pub choices: Vec<Choice>,
    /// A network: asks for its protection, with what was chosen, and its password.
    pub security: Option<Vec<Choice>>,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(self.force.as_deref().unwrap_or_default())
    }

    fn until_hint(&self) -> String {
        format!(
            "The last day, such as 2026-12-31. {} at the longest.",
            web_shell::session::sentence(&self.longest)
        )
    }

    /// The page shown again with mistakes.
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

    /// For somebody whose role does not ask here.
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
