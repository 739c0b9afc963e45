//! The ways to prove that one is present, for anybody about to do something that cannot be undone.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "prove/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Whether the form is saved in this browser.
    pub kept: bool,
    /// The address that signs the person in again through the directory.
    pub directory: Option<String>,
    /// The address that signs the person in with a passkey.
    pub passkey: Option<String>,
    /// The address that chooses a made-up person again, in the demonstration.
    pub demo: Option<String>,
}

impl View {
    /// Returns the page in a service with a directory, for the gallery and the tests.
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

    /// Returns the page before a directory is connected, with nothing saved, for the gallery and the tests.
    #[must_use]
    pub fn sample_links() -> Self {
        Self { kept: false, directory: None, passkey: None, ..Self::sample() }
    }
}
