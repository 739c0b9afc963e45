//! One burst of held orders, for the people who may look at it or decide on it: the orders, who gave them, why they are held, who
//! can release them; all are released or cancelled in one step.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::orders::Order;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "burst/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The page's own address; its forms post to addresses below it.
    pub href: String,
    /// The number of orders, and how much harm they can do.
    pub what: String,
    /// The force.
    pub force: String,
    /// The person who gave the orders.
    pub by: String,
    /// The reason why they are held.
    pub why: String,
    /// The time from which they are held.
    pub since: Timestamp,
    /// The time until which it can be released.
    pub until: Timestamp,
    /// The people who can release it, such as `service desk lead or duty officer`.
    pub deciders: String,
    /// How it ended: the outcome in a word, the time, the person, the reason.
    pub ended: Option<(&'static str, Timestamp, String, String)>,
    /// Whether the reader may release it.
    pub may_release: bool,
    /// Whether the reader may cancel it.
    pub may_cancel: bool,
    /// The orders, oldest first.
    pub orders: Vec<Order>,
    /// The number of orders that are not shown.
    pub more: u64,
    /// The errors in the form.
    pub errors: Errors,
    /// The reason that was typed.
    pub typed: String,
}

impl View {
    /// Returns a burst that the reader may decide on, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/held", "Held and waiting"));
        let lock = Order { what: "Lock".into(), until: None, ..Order::sample() };
        Self {
            shell,
            href: "/held/1".into(),
            what: "300 harsh orders".into(),
            force: "Northshire Police".into(),
            by: "Morgan Ash <script>".into(),
            why: "More than 20 harsh orders by one person in an hour".into(),
            since: web_shell::clock::hours_ago(1),
            until: web_shell::clock::hours_ahead(23),
            deciders: "Service desk lead, Force Duty Officer or Administrator".into(),
            ended: None,
            may_release: true,
            may_cancel: true,
            orders: vec![lock],
            more: 299,
            errors: [("release-reason", "Enter a reason")].into_iter().collect(),
            typed: String::new(),
        }
    }

    /// Returns a burst that somebody released, in which one order could no longer be carried out, for the gallery and the tests.
    #[must_use]
    pub fn sample_ended() -> Self {
        let act = Order {
            href: "/devices/NC-10442".into(),
            what: "Take it out of use".into(),
            state: "It could no longer be done".into(),
            reason: "somebody has it; have it returned first".into(),
            until: None,
            ..Order::sample()
        };
        Self {
            what: "1 stripping order".into(),
            ended: Some((
                "Released",
                web_shell::clock::hours_ago(0),
                "Insp Dray".into(),
                "A return day".into(),
            )),
            may_release: false,
            may_cancel: false,
            orders: vec![act],
            more: 0,
            errors: Errors::default(),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_offers_nothing_to_decide() {
        let html = View::sample_ended().render().unwrap();
        assert!(
            !html.contains("<form method=\"post\" action=\"/held/") && html.contains("Released"),
            "{html}"
        );
    }
}
