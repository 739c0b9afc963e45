//! Held and waiting: freezes, bursts, orders that wait for a second person, and calling off.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::orders::Order;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "held/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Freezes that stand.
    pub freezes: Vec<Freeze>,
    /// The forces that the reader may freeze.
    pub may_freeze: Vec<Choice>,
    /// Bursts, oldest first.
    pub bursts: Vec<Burst>,
    /// Orders that wait for a second person, oldest first.
    pub asked: Vec<Order>,
    /// The forces in which the reader may call orders off.
    pub may_call_off: Vec<Choice>,
    /// Whose orders can be called off.
    pub askers: Vec<Choice>,
    /// What was wrong with a form.
    pub errors: Errors,
    /// The reason that was typed.
    pub typed: String,
}

/// A freeze that stands.
#[derive(Debug, Clone)]
pub struct Freeze {
    /// The word of the force.
    pub force: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Since when.
    pub at: Timestamp,
    /// Who froze.
    pub by: String,
    /// Why.
    pub why: String,
    /// Who asked to lift it, when and why.
    pub lift: Option<(Timestamp, String, String)>,
    /// The reader may ask to lift it.
    pub may_ask: bool,
    /// The reader may confirm it.
    pub may_confirm: bool,
}

/// A burst in one line.
#[derive(Debug, Clone)]
pub struct Burst {
    /// Its page.
    pub href: String,
    /// Who asked.
    pub by: String,
    /// How many orders, and how much harm they can do, such as `300 harsh orders`.
    pub what: String,
    /// Why they are held.
    pub why: String,
    /// The force.
    pub force: &'static str,
    /// Since when.
    pub since: Timestamp,
    /// Until when it can be released.
    pub until: Timestamp,
}

impl Freeze {
    fn field(&self) -> String {
        format!("lift-{}", self.force)
    }
}

impl View {
    /// A burst, a waiting order and a freeze, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let forces =
            || Choice::list([("norfolk", "Norfolk Constabulary"), ("suffolk", "Suffolk Constabulary")], "");
        Self {
            shell: Shell::sample(Area::Devices),
            freezes: vec![Freeze {
                force: "norfolk",
                title: "Norfolk Constabulary",
                at: web_shell::clock::hours_ago(1),
                by: "Insp Dray".into(),
                why: "Somebody orders erasures that nobody knows of".into(),
                lift: Some((
                    web_shell::clock::hours_ago(0),
                    "Morgan Ash".into(),
                    "It was an exercise".into(),
                )),
                may_ask: false,
                may_confirm: true,
            }],
            may_freeze: Choice::list([("suffolk", "Suffolk Constabulary")], ""),
            bursts: vec![Burst {
                href: "/held/1".into(),
                by: "Morgan Ash <script>".into(),
                what: "300 harsh orders".into(),
                why: "More than 20 harsh orders by one person in an hour".into(),
                force: "Norfolk Constabulary",
                since: web_shell::clock::hours_ago(1),
                until: web_shell::clock::hours_ahead(23),
            }],
            asked: vec![Order::sample()],
            may_call_off: forces(),
            askers: Choice::list([("person:1", "Morgan Ash")], ""),
            errors: [("call-off-why", "Enter a reason")].into_iter().collect(),
            typed: String::new(),
        }
    }

    /// Nothing held, nothing waiting, for somebody who only looks.
    #[must_use]
    pub fn sample_empty() -> Self {
        Self {
            freezes: Vec::new(),
            may_freeze: Vec::new(),
            bursts: Vec::new(),
            asked: Vec::new(),
            may_call_off: Vec::new(),
            askers: Vec::new(),
            errors: Errors::default(),
            ..Self::sample()
        }
    }
}
