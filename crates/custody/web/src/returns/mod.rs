//! The return of many things at once, for staff who keep the register: scan the codes, send the form, and see the result line by
//! line.
//!
//! A keyboard is enough.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "returns/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The stores to choose from.
    pub places: Vec<Choice>,
    /// The conditions to choose from.
    pub conditions: Vec<Choice>,
    /// The codes that were scanned and could not be accepted, or all of them where the form was wrong.
    pub codes: String,
    /// The way in which the things came without their givers.
    pub absent: String,
    /// The result of each line; empty before anything was sent.
    pub lines: Vec<Line>,
}

/// The result of one line.
#[derive(Debug, Clone)]
pub struct Line {
    /// The code that was read.
    pub code: String,
    /// The serial number; empty if there is none.
    pub serial: String,
    /// The hand-over that contains it.
    pub handover: Option<Crumb>,
    /// The result in words.
    pub says: String,
}

impl View {
    fn taken(&self) -> usize {
        self.lines.iter().filter(|line| line.handover.is_some()).count()
    }

    /// Returns a box of phones, one of them without a holder, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/custody", "Custody"));
        Self {
            shell,
            errors: Errors::default(),
            places: Choice::list([("1", "ICT stores, Norwich <script>")], "1"),
            conditions: crate::conditions("good"),
            codes: "NC-99999".into(),
            absent: String::new(),
            lines: vec![
                Line {
                    code: "NC-10442".into(),
                    serial: "F4GXQ2ABCD".into(),
                    handover: Some(Crumb::new("/custody/1", "H-1007")),
                    says: "Waits for PC Ames to confirm it".into(),
                },
                Line {
                    code: "NC-99999".into(),
                    serial: String::new(),
                    handover: None,
                    says: "Nothing in the register has this number".into(),
                },
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_taken_stays_to_be_looked_at() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("1 of 2 taken") && html.contains(">NC-99999</textarea>"), "{html}");
    }
}
