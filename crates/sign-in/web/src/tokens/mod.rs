//! API tokens, for those who run the service: the list, the form for a new one, and the only page on which a new one can be read.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The state of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is accepted.
    Works,
    /// It expires within two weeks.
    Soon,
    /// It has expired.
    Expired,
    /// Somebody revoked it.
    Ended,
}

impl State {
    const fn title(self) -> &'static str {
        match self {
            Self::Works => "Works",
            Self::Soon => "Expires soon",
            Self::Expired => "Expired",
            Self::Ended => "Ended",
        }
    }

    const fn colour(self) -> &'static str {
        match self {
            Self::Works => "green",
            Self::Soon => "orange",
            Self::Expired | Self::Ended => "grey",
        }
    }

    const fn is_over(self) -> bool {
        matches!(self, Self::Expired | Self::Ended)
    }
}

/// One token.
#[derive(Debug, Clone)]
pub struct Row {
    /// The program or purpose it is for.
    pub name: String,
    /// The scope: what it may do.
    pub scope: String,
    /// The force whose data it reaches.
    pub force: Force,
    /// Its state.
    pub state: State,
    /// When it expires.
    pub expires: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
    /// The address of the form that revokes it.
    pub end: String,
}

/// The list, with the form for a new one.
#[derive(Debug, Clone, Template)]
#[template(path = "tokens/tokens.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The tokens, newest first.
    pub rows: Vec<Row>,
    /// The program or purpose that a new one is for.
    pub name: String,
    /// The scopes to choose from.
    pub scopes: Vec<Choice>,
    /// The word of its force.
    pub force: String,
    /// The number of days it is valid.
    pub days: String,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, &self.force)
    }

    fn soon(&self) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.state == State::Soon).collect()
    }

    /// Returns three tokens, and a form with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |name: &str, state, used| Row {
            name: name.into(),
            scope: "Directory: people and groups by SCIM".into(),
            force: domain::samples::HOME,
            state,
            expires: web_shell::clock::hours_ahead(200),
            used,
            end: "/tokens/7/end".into(),
        };
        Self {
            shell: Shell::sample_top(Area::Elsewhere),
            errors: [("days", "Choose 1 to 366 days")].into_iter().collect(),
            rows: vec![
                row("Entra <script>", State::Soon, Some(web_shell::clock::hours_ago(1))),
                row("Old Entra", State::Ended, None),
            ],
            name: "Entra".into(),
            scopes: Choice::list(
                [("scim", "Directory: people and groups by SCIM"), ("device-use", "Use <script>")],
                "scim",
            ),
            force: "northshire".into(),
            days: "9999".into(),
        }
    }
}

/// A new token, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "tokens/token_made.html")]
pub struct Made {
    /// The frame around the page.
    pub shell: Shell,
    /// The program or purpose it is for.
    pub name: String,
    /// The token itself.
    pub secret: String,
    /// The name that the program's settings give to the address.
    pub address_name: String,
    /// The address that the program must send to.
    pub address: String,
}

impl Made {
    /// Returns a made-up token, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Elsewhere),
            name: "Entra <script>".into(),
            secret: "lanyard_c2FtcGxl".into(),
            address_name: "Tenant URL".into(),
            address: "https://mdm.force.example/scim/v2".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_about_to_expire_is_said_at_the_top() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("Make a new one"), "{html}");
        assert_eq!(html.matches("action=\"/tokens/7/end\"").count(), 1, "an ended one cannot be ended");
    }
}
