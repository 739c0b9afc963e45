//! The form that changes a person's record by hand, for staff who manage people.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "edit/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The person it is about, with their current name.
    pub who: String,
    /// The version that the form was made from.
    pub version: String,
    /// Whether a directory provisions this person, so that its next update overwrites the values typed here.
    pub provisioned: bool,
    /// Collar or staff number.
    pub number: String,
    /// Name with rank.
    pub name: String,
    /// Job.
    pub role: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Work address; may be empty.
    pub email: String,
    /// Work telephone; may be empty.
    pub phone: String,
    /// The line manager's number or a part of their name; may be empty.
    pub line_manager: String,
    /// First working day; may be empty.
    pub starts_on: String,
    /// Last working day; may be empty.
    pub last_day: String,
}

impl View {
    /// Returns the page shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            errors: [
                ("line_manager", "Two people match: Sgt Byrd (88), Sgt Byrne (91). Enter one number"),
                ("last_day", "Write a day such as 2026-12-24"),
            ]
            .into_iter()
            .collect(),
            href: "/people/1234/edit".into(),
            who: "PC Ames <script> (1234)".into(),
            version: "3".into(),
            provisioned: true,
            number: "1234".into(),
            name: "PC Ames <script>".into(),
            role: "police officer".into(),
            unit: "Thetford".into(),
            email: "j.ames@northshire.example".into(),
            phone: String::new(),
            line_manager: "by".into(),
            starts_on: "2019-04-01".into(),
            last_day: "soon".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_which_version_it_was_made_from_and_what_overwrites_it() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("name=\"version\" value=\"3\"") && html.contains("directory"), "{html}");
    }
}
