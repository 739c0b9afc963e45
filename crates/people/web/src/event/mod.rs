//! One event in a person's working life, for staff who may see people: what it requires and why, its case, and the forms to
//! correct or cancel it.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "event/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Its own address.
    pub href: String,
    /// Its kind, in words.
    pub title: String,
    /// The person it is about.
    pub person: Crumb,
    /// Their force.
    pub force: Force,
    /// Its days and its source: names with values.
    pub about: Vec<(String, String)>,
    /// The clause under which it requires something.
    pub clause: Option<Crumb>,
    /// The time it is due.
    pub due: Option<Timestamp>,
    /// Its case, and whether the case is open.
    pub case: Option<(Crumb, bool)>,
    /// Whether this person may correct and cancel it.
    pub may_change: bool,
    /// The errors in the form.
    pub errors: Errors,
    /// The reason to cancel it that was typed.
    pub why: String,
}

impl View {
    /// Returns a leaver, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            href: "/events/1".into(),
            title: "Leaves <script>".into(),
            person: Crumb::new("/people/1234", "PC Ames"),
            force: domain::samples::HOME,
            about: vec![
                ("Last working day".into(), "30 November 2026".into()),
                ("What follows".into(), "due by 2026-11-27".into()),
                ("Recorded".into(), "by Robin Hill, from a page".into()),
            ],
            clause: Some(web_shell::links::clause_crumb("MDU-16.2")),
            due: Some(web_shell::clock::hours_ahead(130)),
            case: Some((Crumb::new("/cases/C-1", "C-1001"), true)),
            may_change: true,
            errors: Errors::default(),
            why: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_change_it_gets_no_form() {
        let html = View { may_change: false, ..View::sample() }.render().unwrap();
        assert!(!html.contains("id=\"why\"") && html.contains("C-1001"), "{html}");
    }
}
