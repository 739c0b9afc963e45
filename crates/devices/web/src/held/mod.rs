//! Held and waiting orders, for staff who may see held orders: freezes, bursts, orders that wait for a second person, and the
//! form that cancels orders.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::orders::Order;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "held/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Freezes in force.
    pub freezes: Vec<Freeze>,
    /// The forces that the reader may freeze.
    pub may_freeze: Vec<Choice>,
    /// Bursts, oldest first.
    pub bursts: Vec<Burst>,
    /// Orders that wait for a second person, oldest first.
    pub asked: Vec<Order>,
    /// The forces in which the reader may cancel orders.
    pub may_call_off: Vec<Choice>,
    /// The people whose orders can be cancelled.
    pub askers: Vec<Choice>,
    /// The errors in the form.
    pub errors: Errors,
    /// The reason that was typed.
    pub typed: String,
}

/// A freeze in force.
#[derive(Debug, Clone)]
pub struct Freeze {
    /// The word of the force.
    pub force: String,
    /// Its title.
    pub title: String,
    /// The time it began.
    pub at: Timestamp,
    /// The person who ordered it.
    pub by: String,
    /// The reason for it.
    pub why: String,
    /// The request to lift it: time, person and reason.
    pub lift: Option<(Timestamp, String, String)>,
    /// Whether the reader may ask to lift it.
    pub may_ask: bool,
    /// Whether the reader may confirm the lifting.
    pub may_confirm: bool,
}

/// A burst in one line.
#[derive(Debug, Clone)]
pub struct Burst {
    /// The address of its page.
    pub href: String,
    /// The person who gave the orders.
    pub by: String,
    /// The number of orders, and how much harm they can do, such as `300 harsh orders`.
    pub what: String,
    /// The reason why they are held.
    pub why: String,
    /// The force.
    pub force: String,
    /// The time from which they are held.
    pub since: Timestamp,
    /// The time until which it can be released.
    pub until: Timestamp,
}

impl Freeze {
    fn field(&self) -> String {
        format!("lift-{}", self.force)
    }
}

impl View {
    /// Returns a burst, a waiting order and a freeze, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let forces =
            || Choice::list([("northshire", "Northshire Police"), ("southshire", "Southshire Police")], "");
        Self {
            shell: Shell::sample(Area::Devices),
            freezes: vec![Freeze {
                force: "northshire".into(),
                title: "Northshire Police".into(),
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
            may_freeze: Choice::list([("southshire", "Southshire Police")], ""),
            bursts: vec![Burst {
                href: "/held/1".into(),
                by: "Morgan Ash <script>".into(),
                what: "300 harsh orders".into(),
                why: "More than 20 harsh orders by one person in an hour".into(),
                force: "Northshire Police".into(),
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

    /// Returns the page with nothing held or waiting, for a reader who may not decide, for the gallery and the tests.
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
