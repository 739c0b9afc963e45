//! Proving that one is there, before what cannot be undone.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "prove/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Whether what was typed is kept in this browser.
    pub kept: bool,
    /// Where to sign in anew through the directory.
    pub directory: Option<String>,
    /// Where to sign in with a passkey.
    pub passkey: Option<String>,
    /// Where to choose anew who to be: in the demonstration.
    pub demo: Option<String>,
}

impl View {
    /// In a service with a directory, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample_top(Area::Elsewhere);
        shell.forces = "<script>".into();
        Self {
            shell,
            kept: true,
            directory: Some("/sign-in/directory?next=%2Fkept&again=yes".into()),
            passkey: Some("/sign-in/passkey?next=%2Fkept".into()),
            demo: None,
        }
    }

    /// Before a directory is connected, with nothing kept.
    #[must_use]
    pub fn sample_links() -> Self {
        Self { kept: false, directory: None, passkey: None, ..Self::sample() }
    }
}
