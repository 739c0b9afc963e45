//! The reader's own ways of being reached when they are called: list them, prove them, order them.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;
use notices_app::methods::CodeSent;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "contacts/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// Whether the reader is in the register of people.
    pub known: bool,
    /// Whether at least one way works.
    pub reachable: bool,
    /// Whether this service sends texts.
    pub texts: bool,
    /// The ways, in the order in which they are tried.
    pub rows: Vec<Row>,
    /// The channels of a new way.
    pub channels: Vec<Choice>,
    /// What was typed as the address of a new way.
    pub address: String,
}

/// One way of being reached.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id; empty for the mail address of the register before anything is ordered.
    pub id: String,
    /// What it is, such as `Text to +447700900123`.
    pub title: String,
    /// Whether it is the mail address of the register.
    pub of_register: bool,
    /// Whether it is verified.
    pub verified: bool,
    /// When the reader stopped it by a text.
    pub stopped: Option<Timestamp>,
    /// Until when a code that was sent works.
    pub code_until: Option<Timestamp>,
    /// What became of the last code.
    pub code_sent: CodeSent,
    /// The minutes after which the next one is tried.
    pub wait: String,
    /// What was typed as a code.
    pub code: String,
}

impl Row {
    /// Returns the name of the field for the code.
    #[must_use]
    pub fn code_field(&self) -> String {
        format!("code-{}", self.id)
    }

    /// Returns the name of the field for the minutes.
    #[must_use]
    pub fn wait_field(&self) -> String {
        format!("wait-{}", self.id)
    }
}

impl View {
    /// Returns several ways, one not verified yet and a wrong code, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |id: &str, title: &str| Row {
            id: id.into(),
            title: title.into(),
            of_register: false,
            verified: true,
            stopped: None,
            code_until: None,
            code_sent: CodeSent::Sent,
            wait: "3".into(),
            code: String::new(),
        };
        Self {
            shell: Shell::sample(Area::Me),
            errors: [("code-2", "This is not the code that was sent: look again")].into_iter().collect(),
            known: true,
            reachable: true,
            texts: true,
            rows: vec![
                row("1", "Text to +44 7700 900123 <script>"),
                Row {
                    verified: false,
                    code_until: Some(web_shell::clock::hours_ahead(0)),
                    code: "123 456".into(),
                    ..row("2", "Mail to sam@home.example")
                },
                Row {
                    verified: false,
                    code_until: Some(web_shell::clock::hours_ahead(0)),
                    code_sent: CodeSent::Failed("the provider answered <404>".into()),
                    ..row("5", "Text to +44 7700 900789")
                },
                Row {
                    verified: false,
                    code_until: Some(web_shell::clock::hours_ahead(0)),
                    code_sent: CodeSent::Going,
                    ..row("6", "Text to +44 7700 900790")
                },
                Row { stopped: Some(web_shell::clock::hours_ago(3)), ..row("3", "Text to +44 7700 900456") },
                Row { of_register: true, ..row("4", "Mail to sam.reed@force.example") },
            ],
            channels: Choice::list([("text", "Text to a mobile number"), ("mail", "Mail")], "text"),
            address: String::new(),
        }
    }

    /// Returns the page of somebody who cannot be reached, for the gallery and the tests.
    #[must_use]
    pub fn sample_nobody() -> Self {
        Self {
            errors: [("address", "Check the number of digits")].into_iter().collect(),
            reachable: false,
            texts: false,
            rows: Vec::new(),
            address: "07700 <script>".into(),
            ..Self::sample()
        }
    }
}
