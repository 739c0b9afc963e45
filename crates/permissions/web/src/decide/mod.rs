//! The form for a decision on an entry of a register, for the roles that decide there: the whole request on one page, then yes or
//! no with a reason.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "decide/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The entry's own address.
    pub href: String,
    /// Its reference.
    pub reference: String,
    /// Its version, which the form sends back.
    pub version: i64,
    /// Its register.
    pub register: String,
    /// The clause that it is under.
    pub clause: Option<Crumb>,
    /// The person and the purpose.
    pub about: String,
    /// The details of the request: names with values.
    pub lines: Vec<(String, String)>,
    /// The effect of granting it.
    pub does: String,
    /// The reason why the reader cannot decide; empty if they can.
    pub refused: String,
    /// The errors in the values typed.
    pub errors: Errors,
    /// `yes`, `no` or empty.
    pub answer: String,
    /// The reason that was typed.
    pub because: String,
    /// The conditions that were typed.
    pub conditions: String,
    /// The start that was typed; empty for now.
    pub from: String,
    /// The end that was typed; empty for the end that was asked for.
    pub until: String,
    /// The first of two people who has agreed, so that dates and conditions are settled; empty if nobody has.
    pub agreed: String,
    /// The longest that an entry lasts, in words.
    pub longest: String,
}

impl View {
    fn answers(&self) -> Vec<Choice> {
        Choice::list([("yes", "Grant it"), ("no", "Refuse it")], &self.answer)
    }

    fn until_hint(&self) -> String {
        format!(
            "The last day, such as 2026-12-31; left empty, as it was asked. {} at the longest.",
            web_shell::session::sentence(&self.longest)
        )
    }

    /// Returns the page shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Registers),
            href: "/entries/1".into(),
            reference: "P-101".into(),
            version: 0,
            register: "Private hubs".into(),
            clause: Some(web_shell::links::clause_crumb("MDU-8.2")),
            about: "iPhone NC-10442 <script>".into(),
            lines: vec![("Name of the network".into(), "AMES-HUB".into())],
            does: "While it is in force it is added to the device's settings.".into(),
            refused: String::new(),
            errors: [("because", "Enter a reason")].into_iter().collect(),
            answer: "yes".into(),
            because: String::new(),
            conditions: "Only while on call".into(),
            from: String::new(),
            until: String::new(),
            agreed: String::new(),
            longest: "182 days".into(),
        }
    }

    /// Returns the page for somebody who may not decide on it, for the gallery and the tests.
    #[must_use]
    pub fn sample_refused() -> Self {
        Self { refused: "You asked for it, so somebody else decides.".into(), ..Self::sample() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_of_two_sets_no_dates() {
        let second = View { agreed: "Pat Hale".into(), ..View::sample() };
        let html = second.render().unwrap();
        assert!(!html.contains("id=\"until\"") && html.contains("Pat Hale agreed"), "{html}");
        assert!(View::sample().render().unwrap().contains("id=\"until\""));
    }

    #[test]
    fn who_may_not_decide_gets_no_form() {
        assert!(!View::sample_refused().render().unwrap().contains("id=\"because\""));
    }
}
