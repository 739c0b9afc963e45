//! The form that ends a person's record, for staff who manage people; it shows first which things they still hold.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "end/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The person it is about.
    pub who: String,
    /// Whether a directory provisions this person.
    pub provisioned: bool,
    /// The things that they still hold.
    pub held: Vec<Crumb>,
    /// Open cases about them.
    pub cases: Vec<Crumb>,
    /// Last working day; may be empty.
    pub last_day: String,
}

impl View {
    /// Returns somebody who still has a phone, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            errors: Errors::default(),
            href: "/people/1234/end".into(),
            who: "PC Ames <script> (1234)".into(),
            provisioned: false,
            held: vec![Crumb::new("/devices/NC-10442", "NC-10442, iPhone")],
            cases: vec![Crumb::new("/cases/C-2026-0117", "C-2026-0117, lost device")],
            last_day: "2026-12-24".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_their_hands_stands_above_the_button() {
        let html = View::sample().render().unwrap();
        assert!(
            html.find("NC-10442").unwrap()
                < html.find("<button type=\"submit\" class=\"govuk-button govuk-button--warning\"").unwrap()
        );
        let nothing = View { held: Vec::new(), ..View::sample() }.render().unwrap();
        assert!(nothing.contains("Nothing is recorded as being in their hands"));
    }
}
