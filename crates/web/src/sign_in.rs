//! Signing in. `serve` sends people to the force's own sign-in; the demonstration lets one choose who to be.

use askama::Template;

use crate::filters;
use crate::shell::{Area, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub struct View {
    /// The frame; nobody is signed in.
    pub shell: Shell,
    /// The made-up people of the demonstration; always empty in `serve`, whose binary wiring has none to give.
    pub personas: Vec<Persona>,
    /// Where the force's own sign-in begins; empty if none is set up.
    pub directory_href: String,
    /// Where to go afterwards: a path of this server.
    pub next: String,
    /// Why the last attempt was refused; empty if there was none.
    pub refused: String,
}

/// One made-up person.
#[derive(Debug, Clone)]
pub struct Persona {
    /// The word that the form sends.
    pub word: String,
    /// Their name.
    pub name: String,
    /// What they are to Lanyard.
    pub role: String,
    /// What they come for, in a line.
    pub comes_for: String,
}

impl View {
    /// The demonstration's choice, for the gallery and the tests.
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
            directory_href: String::new(),
            next: "/devices".into(),
            refused: String::new(),
        }
    }

    /// The page of a running service after a refusal.
    #[must_use]
    pub fn sample_directory() -> Self {
        let mut shell = Self::nobody();
        shell.demo = false;
        Self {
            shell,
            personas: Vec::new(),
            directory_href: "/sign-in/directory".into(),
            next: "/".into(),
            refused: "Your account <script> has no role in Lanyard: ask the service desk for one".into(),
        }
    }

    fn nobody() -> Shell {
        let mut shell = Shell::sample_top(Area::Elsewhere);
        shell.who = None;
        shell.areas.clear();
        shell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_service_offers_no_persona_and_no_password() {
        let html = View::sample_directory().render().unwrap();
        assert!(!html.contains("persona") && !html.contains("type=\"password\""), "{html}");
    }
}
