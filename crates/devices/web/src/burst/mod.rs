//! One burst: what is held, by whom, why, who can release it; released or cancelled with one act.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::orders::Order;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "burst/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Its own address, under which its forms are sent.
    pub href: String,
    /// How many orders, and how much harm they can do.
    pub what: String,
    /// The force.
    pub force: &'static str,
    /// Who asked.
    pub by: String,
    /// Why they are held.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when it can be released.
    pub until: Timestamp,
    /// Who can release it, such as `service desk lead or duty officer`.
    pub deciders: String,
    /// How it ended: in a word, when, who, why.
    pub ended: Option<(&'static str, Timestamp, String, String)>,
    /// The reader may release it.
    pub may_release: bool,
    /// The reader may cancel it.
    pub may_cancel: bool,
    /// The orders, oldest first.
    pub orders: Vec<Order>,
    /// Orders beyond those that are shown.
    pub more: u64,
    /// What was wrong with a form.
    pub errors: Errors,
    /// The reason that was typed.
    pub typed: String,
}

impl View {
    /// A burst that the reader may decide on, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/held", "Held and waiting"));
        let lock = Order { what: "Lock".into(), until: None, ..Order::sample() };
        Self {
            shell,
            href: "/held/1".into(),
            what: "300 harsh orders".into(),
            force: "Norfolk Constabulary",
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

    /// One that somebody released, in which an act could no longer be done.
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
