//! One event: what it asks for and why, its case, and the forms to correct it or call it off.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "event/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Its own address.
    pub href: String,
    /// What kind it is, in words.
    pub title: String,
    /// Whose.
    pub person: Crumb,
    /// Their force.
    pub force: Force,
    /// Its days and where it came from: names with values.
    pub about: Vec<(String, String)>,
    /// The clause under which it asks for something.
    pub clause: Option<Crumb>,
    /// By when.
    pub due: Option<Timestamp>,
    /// Its case, and whether that is open.
    pub case: Option<(Crumb, bool)>,
    /// Whether this person may correct it and call it off.
    pub may_change: bool,
    /// What was wrong.
    pub errors: Errors,
    /// The reason to call it off that was typed.
    pub why: String,
}

impl View {
    /// A leaver, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            href: "/events/1".into(),
            title: "Leaves <script>".into(),
            person: Crumb::new("/people/1234", "PC Ames"),
            force: Force::Norfolk,
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
