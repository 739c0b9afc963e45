//! The form that swaps two turns of a rota.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The values typed into the form.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The word of the first turn.
    pub one: String,
    /// The word of the second turn.
    pub two: String,
    /// Why, and how both agreed.
    pub reason: String,
}

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "rota_swap/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The address that the form posts to.
    pub href: String,
    /// The turns that can be swapped: word and words on screen.
    pub turns: Vec<(String, String)>,
    /// The values of the fields.
    pub typed: Typed,
}

impl View {
    fn choices(&self, chosen: &str) -> Vec<Choice> {
        let all = self.turns.iter().map(|(word, says)| (word.as_str(), says.as_str()));
        Choice::list([("", "Choose a turn")].into_iter().chain(all), chosen)
    }

    /// Returns the form shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let turn = |word: &str, says: &str| (word.to_owned(), says.to_owned());
        Self {
            shell: Shell::sample(Area::Duty),
            errors: [("two", "Choose a turn of another person")].into_iter().collect(),
            href: "/duty/rotas/1/swap".into(),
            turns: vec![
                turn("1/1", "Sam Ames <script>, 7 December 2026, 9:00am to 14 December 2026, 9:00am"),
                turn("2/2", "Jo Bell, 14 December 2026, 9:00am to 21 December 2026, 9:00am"),
            ],
            typed: Typed { one: "1/1".into(), two: "1/1".into(), reason: "Agreed by telephone".into() },
        }
    }
}
