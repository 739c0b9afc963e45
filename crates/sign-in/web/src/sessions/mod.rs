//! The sessions of the person signed in, so that they can end any that they do not recognise.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "sessions/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Their sessions, the last used first.
    pub rows: Vec<Row>,
    /// Whether they look after the passkeys of break-glass administrators.
    pub passkeys: bool,
}

/// One session.
#[derive(Debug, Clone)]
pub struct Row {
    /// The id that the form sends.
    pub id: String,
    /// The browser, such as `Firefox on Windows`.
    pub browser: String,
    /// The way of sign-in, such as `through the directory`.
    pub how: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether it is the session of this request.
    pub this: bool,
}

impl View {
    /// Returns two sessions, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |id: &str, browser: &str, this| Row {
            id: id.into(),
            browser: browser.into(),
            how: "through the directory".into(),
            began_at: web_shell::clock::hours_ago(5),
            seen_at: web_shell::clock::hours_ago(1),
            this,
        };
        Self {
            shell: Shell::sample_top(Area::Elsewhere),
            rows: vec![row("a", "Firefox on Windows", true), row("b", "Safari on iPhone", false)],
            passkeys: true,
        }
    }
}
