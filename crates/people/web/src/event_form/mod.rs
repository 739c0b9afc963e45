//! The form that records or corrects an event in a person's working life, for staff who manage people.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "event_form/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The address that the form posts to.
    pub href: String,
    /// The person whose event it is, as a heading names them.
    pub person: String,
    /// The errors in the form.
    pub errors: Errors,
    /// The kinds to choose from, with the meaning of their dates; empty when an event is corrected.
    pub kinds: Vec<Kind>,
    /// The kind of the event, when it is corrected.
    pub title: String,
    /// The first day as it was typed.
    pub on: String,
    /// The second day as it was typed.
    pub until: String,
    /// Whether the new role carries a device.
    pub carries: bool,
}

/// A kind of event on the form.
#[derive(Debug, Clone)]
pub struct Kind {
    /// The choice.
    pub choice: Choice,
    /// The meaning of its date, and of the second one where it has one.
    pub dates: String,
}

impl View {
    fn choices(&self) -> Vec<Choice> {
        self.kinds
            .iter()
            .map(|kind| Choice {
                text: format!("{}: {}", kind.choice.text, kind.dates),
                ..kind.choice.clone()
            })
            .collect()
    }

    /// Returns the form with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let kind = |value: &str, text: &str, dates: &str| Kind {
            choice: Choice { value: value.into(), text: text.into(), chosen: value == "leaver" },
            dates: dates.into(),
        };
        Self {
            shell: Shell::sample(Area::People),
            href: "/people/1234/events".into(),
            person: "PC Ames <script>".into(),
            errors: [("on", "Enter a day such as 2026-11-22")].into_iter().collect(),
            kinds: vec![
                kind("leaver", "Leaves", "last working day"),
                kind("secondment", "Secondment", "last working day before it; expected back"),
            ],
            title: String::new(),
            on: "next Tuesday".into(),
            until: String::new(),
            carries: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("value=\"next Tuesday\"") && html.contains("There is a problem"), "{html}");
    }
}
