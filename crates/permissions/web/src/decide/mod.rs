//! Deciding on an entry: everything that was asked on one page, then yes or no with a reason.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows, and what was typed when it is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "decide/page.html")]
pub struct View {
    /// The frame.
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
    /// Whom and what it is for.
    pub about: String,
    /// What was asked: names with values.
    pub lines: Vec<(String, String)>,
    /// What granting it does.
    pub does: String,
    /// Why the reader cannot decide; empty if they can.
    pub refused: String,
    /// What was wrong with what was typed.
    pub errors: Errors,
    /// `yes`, `no` or nothing.
    pub answer: String,
    /// Why.
    pub because: String,
    /// Under which conditions.
    pub conditions: String,
    /// From when; nothing for now.
    pub from: String,
    /// Until when; nothing for as it was asked.
    pub until: String,
    /// The first of two has agreed, so dates and conditions stand: who it was.
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

    /// The page shown again with a mistake.
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

    /// For somebody who may not decide on it.
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
