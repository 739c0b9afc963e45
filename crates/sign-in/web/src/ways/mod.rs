//! The sign-in page, for anybody: through the force's directory, by a link that works once, with a passkey (`account::passkeys`),
//! or in the demonstration by choosing a person; and the sign-out.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "ways/sign_in.html")]
pub struct View {
    /// The frame around the page; nobody is signed in.
    pub shell: Shell,
    /// The made-up people of the demonstration; always empty in `serve`, whose binary wiring has none.
    pub personas: Vec<Persona>,
    /// Where the demonstration shows the texts that it has sent.
    pub texts: Option<String>,
    /// The address to go to afterwards: a path of this server.
    pub next: String,
    /// The reason why the last attempt was refused; empty if there was none.
    pub refused: String,
    /// The address where the sign-in through the force's directory begins; `None` if no directory is connected.
    pub directory: Option<String>,
    /// The address where the sign-in with a passkey begins; `None` at an address where passkeys cannot work.
    pub passkey: Option<String>,
}

/// The page between our sign-out and the directory's.
#[derive(Debug, Clone, Template)]
#[template(path = "ways/sign_out.html")]
pub struct Out {
    /// The frame around the page; nobody is signed in.
    pub shell: Shell,
    /// The address where the directory ends its own session.
    pub directory: String,
}

impl Out {
    /// Returns the page, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self { shell: View::nobody(), directory: "https://login.example/end?<script>".into() }
    }
}

/// One made-up person.
#[derive(Debug, Clone)]
pub struct Persona {
    /// The word that the form sends.
    pub word: String,
    /// Their name.
    pub name: String,
    /// Their role in Lanyard.
    pub role: String,
    /// What they use the service for, in a line.
    pub comes_for: String,
}

/// The page of a one-time link. Opening it changes nothing, so that a preview of the link does not use it up.
#[derive(Debug, Clone, Template)]
#[template(path = "ways/sign_in_link.html")]
pub struct Link {
    /// The frame around the page; nobody is signed in.
    pub shell: Shell,
    /// The page's own address, which its form posts to.
    pub href: String,
}

impl Link {
    /// Returns the page, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self { shell: View::nobody(), href: "/sign-in/<script>".into() }
    }
}

impl View {
    /// Returns the choice of the demonstration, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let persona = |word: &str, name: &str, role: &str, comes_for: &str| Persona {
            word: word.into(),
            name: name.into(),
            role: role.into(),
            comes_for: comes_for.into(),
        };
        Self {
            shell: Self::nobody(),
            personas: vec![
                persona(
                    "desk",
                    "Morgan Ash <script>",
                    "Service desk analyst",
                    "One screen: person, devices, cases",
                ),
                persona("oscar", "Insp Grey", "Force Duty Officer", "Lock a lost phone at 3 a.m."),
                persona("director", "Robin Hale", "Director of ICT", "Which rules hold, and which cannot"),
            ],
            texts: Some("http://127.0.0.1:8081/<script>".into()),
            next: "/devices".into(),
            refused: String::new(),
            directory: None,
            passkey: None,
        }
    }

    /// Returns the page of a running service after a refusal, for the gallery and the tests.
    #[must_use]
    pub fn sample_links() -> Self {
        let mut shell = Self::nobody();
        shell.demo = false;
        Self {
            shell,
            personas: Vec::new(),
            texts: None,
            next: "/".into(),
            refused: "This link <script> was used already, or its fifteen minutes are over".into(),
            directory: None,
            passkey: None,
        }
    }

    /// Returns the page of a service with a directory that has sent somebody who is not in the register, for the gallery and the
    /// tests.
    #[must_use]
    pub fn sample_directory() -> Self {
        Self {
            refused: "The directory knows you, <script>, and Lanyard’s register does not".into(),
            directory: Some("/sign-in/directory?next=%2F".into()),
            passkey: Some("/sign-in/passkey?next=%2F".into()),
            ..Self::sample_links()
        }
    }

    pub(crate) fn nobody() -> Shell {
        let mut shell = Shell::sample_top(Area::Elsewhere);
        shell.who = None;
        shell.areas.clear();
        shell.ends = None;
        shell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_service_offers_no_persona_and_no_password() {
        let html = View::sample_links().render().unwrap();
        assert!(html.contains("sign-in-link"), "{html}");
        let html = View::sample_directory().render().unwrap();
        assert!(!html.contains("persona") && !html.contains("type=\"password\""), "{html}");
    }
}
