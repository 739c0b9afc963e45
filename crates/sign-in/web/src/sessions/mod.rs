//! Where somebody is signed in, so that they can end what they do not recognise.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "sessions/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Their sessions, the last used first.
    pub rows: Vec<Row>,
    /// Whether they look after the passkeys of break-glass administrators.
    pub passkeys: bool,
}

/// One session.
#[derive(Debug, Clone)]
pub struct Row {
    /// The word that the form sends.
    pub id: String,
    /// Such as `Firefox on Windows`.
    pub browser: String,
    /// Such as `through the directory`.
    pub how: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether it is the one that looks.
    pub this: bool,
}

impl View {
    /// Two sessions, for the gallery and the tests.
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
