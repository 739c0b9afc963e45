//! The terms as pages show them: clauses to read, and the changes since they were last accepted. Its template is
//! `parts/terms.html`.

use terms_app::ShownClause;
use terms_app::read::{ClauseToRead, WordingChange};

use web_shell::frame::Crumb;
use web_shell::links::clause_crumb;

/// The text in place of one that may not be shown.
const WITHHELD: &str = "The clause exists, and its text is withheld.";

/// A clause to read.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The link to its page.
    pub clause: Crumb,
    /// Its title.
    pub title: String,
    /// Its text, or a note that it is withheld.
    pub text: String,
}

/// A clause that differs from the one last accepted.
#[derive(Debug, Clone)]
pub struct Change {
    /// The link to its page.
    pub clause: Crumb,
    /// Its title.
    pub title: String,
    /// `new`, `changed` or `gone`.
    pub what: String,
    /// The text before; empty where there was none that may be shown.
    pub before: String,
    /// The text now; empty where there is none that may be shown.
    pub after: String,
}

impl From<&ClauseToRead> for Clause {
    fn from(read: &ClauseToRead) -> Self {
        Self {
            clause: clause_crumb(read.id.as_str()),
            title: read.title.clone(),
            text: read.text.clone().unwrap_or_else(|| WITHHELD.to_owned()),
        }
    }
}

impl From<&ShownClause> for Clause {
    fn from(shown: &ShownClause) -> Self {
        Self {
            clause: clause_crumb(&shown.id),
            title: shown.title.clone(),
            text: shown.text.clone().unwrap_or_else(|| WITHHELD.to_owned()),
        }
    }
}

impl From<&WordingChange> for Change {
    fn from(change: &WordingChange) -> Self {
        Self {
            clause: clause_crumb(&change.id),
            title: change.title.clone(),
            what: change.what.to_owned(),
            before: change.before.clone().unwrap_or_default(),
            after: change.after.clone().unwrap_or_default(),
        }
    }
}

impl Clause {
    pub(crate) fn sample(id: &str, text: &str) -> Self {
        Self { clause: clause_crumb(id), title: "Report it at once".into(), text: text.into() }
    }
}

impl Change {
    pub(crate) fn samples() -> Vec<Self> {
        let change = |id: &str, what: &str, before: &str, after: &str| Self {
            clause: clause_crumb(id),
            title: "Passwords <script>".into(),
            what: what.into(),
            before: before.into(),
            after: after.into(),
        };
        vec![
            change("MDU-6.2a", "changed", "At least eight characters.", "At least nine characters."),
            change("MDU-6.3", "new", "", "Tell nobody your password."),
            change("MDU-6.9", "gone", "Change it every month.", ""),
        ]
    }
}
