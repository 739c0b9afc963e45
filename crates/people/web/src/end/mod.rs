//! Taking a person off the books, with what is still in their hands shown first.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "end/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with what was typed.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// Whom it is about.
    pub who: String,
    /// Whether a directory keeps this person.
    pub provisioned: bool,
    /// What is still in their hands.
    pub held: Vec<Crumb>,
    /// Open cases about them.
    pub cases: Vec<Crumb>,
    /// Last working day; may be empty.
    pub last_day: String,
}

impl View {
    /// Somebody who still has a phone.
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
