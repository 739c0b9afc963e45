//! The passkeys of break-glass administrators, for those who run the service: the list, the form that registers one, and the
//! sign-in with one.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the list.
#[derive(Debug, Clone, Template)]
#[template(path = "passkeys/passkeys.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Every passkey that can be used, by its owner's name.
    pub rows: Vec<Row>,
    /// Break-glass administrators without one, by name.
    pub without: Vec<String>,
    /// Whether the reader may register one in this session.
    pub may_register: bool,
    /// Whether passkeys can work at the service's address at all.
    pub can_be: bool,
}

/// One passkey.
#[derive(Debug, Clone)]
pub struct Row {
    /// The id that the form sends.
    pub id: String,
    /// The owner's name.
    pub name: String,
    /// The name that the owner gave it.
    pub label: String,
    /// When it was registered.
    pub added_at: Timestamp,
    /// When it last signed somebody in.
    pub used_at: Option<Timestamp>,
}

impl View {
    /// Returns two passkeys, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |id: &str, label: &str, used_at| Row {
            id: id.into(),
            name: "Robin Hale <script>".into(),
            label: label.into(),
            added_at: web_shell::clock::hours_ago(500),
            used_at,
        };
        Self {
            shell: Shell::sample_top(Area::Elsewhere),
            rows: vec![
                row("a", "Key in the safe at Wymondham", None),
                row("b", "Key on my own ring", Some(web_shell::clock::hours_ago(2))),
            ],
            without: vec!["Jo Smith".into()],
            may_register: true,
            can_be: true,
        }
    }

    /// Returns an empty list in a session that may not register a passkey, for the gallery and the tests.
    #[must_use]
    pub fn sample_empty() -> Self {
        let mut shell = Shell::sample_top(Area::Elsewhere);
        shell.forces = "<script>".into();
        Self { shell, rows: Vec::new(), without: Vec::new(), may_register: false, can_be: false }
    }
}

/// The form that registers a passkey.
#[derive(Debug, Clone, Template)]
#[template(path = "passkeys/passkey_new.html")]
pub struct New {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the form that was sent.
    pub errors: Errors,
    /// The name that the owner gives it.
    pub called: String,
    /// The key by which the stored challenge is found when the answer comes.
    pub key: String,
    /// The options for the browser, JSON.
    pub options: String,
}

impl New {
    /// Returns the form with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell {
                crumbs: vec![Crumb::new("/passkeys", "Passkeys")],
                ..Shell::sample_top(Area::Elsewhere)
            },
            errors: [("label", "Enter a name for the passkey")].into_iter().collect(),
            called: "<script>".into(),
            key: "k".into(),
            options: "{}".into(),
        }
    }
}

/// The page that signs somebody in with a passkey.
#[derive(Debug, Clone, Template)]
#[template(path = "passkeys/passkey_use.html")]
pub struct Use {
    /// The frame around the page; nobody is signed in.
    pub shell: Shell,
    /// The address to go to afterwards.
    pub next: String,
    /// The key by which the stored challenge is found when the answer comes.
    pub key: String,
    /// The options for the browser, JSON.
    pub options: String,
}

impl Use {
    /// Returns the page, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: crate::ways::View::nobody(),
            next: "/<script>".into(),
            key: "k".into(),
            options: "{}".into(),
        }
    }
}
