//! The hand-over at the end of a shift: one's open cases with a note on each, to a named colleague or to the queue.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "hand_over/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in what was typed.
    pub errors: Errors,
    /// The open cases that this person has taken.
    pub rows: Vec<Row>,
    /// The number of the colleague that was typed.
    pub to: String,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id, as the fields of the form have it.
    pub id: String,
    /// The link to its page.
    pub case: Crumb,
    /// Its type and title.
    pub about: String,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// Whether it is ticked.
    pub ticked: bool,
    /// The note that was typed.
    pub note: String,
}

impl View {
    /// Returns the place of the case beside which an error in a note stands: the first one that is ticked and has none.
    fn place_of_error(&self) -> usize {
        self.rows.iter().position(|row| row.ticked && row.note.trim().is_empty()).unwrap_or_default()
    }

    /// Returns the form with two cases, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |id: &str, note: &str| Row {
            id: id.into(),
            case: Crumb::new(format!("/cases/{id}"), format!("C-{id}")),
            about: "Fault, iPhone F4GXQ2ABCD (NC-01234) <script>".into(),
            due: Some(web_shell::clock::hours_ahead(3)),
            ticked: true,
            note: note.into(),
        };
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("to", "Nobody else of your force has this collar or staff number")]
                .into_iter()
                .collect(),
            rows: vec![row("1041", "waits for the part <script>"), row("1042", "")],
            to: "S100".into(),
        }
    }

    /// Returns the form without a note on one case, for the gallery and the tests.
    #[must_use]
    pub fn sample_without() -> Self {
        Self { errors: [("note", "Enter a note for C-1042")].into_iter().collect(), ..Self::sample() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_a_note_stands_beside_its_case() {
        let html = View::sample_without().render().unwrap();
        let place = |words: &str| html.find(words).unwrap();
        let panel = place("id=\"note\"");
        assert!(place("Note on C-1041") < panel && panel < place("id=\"note-error\""), "{html}");
        assert!(place("id=\"note-error\"") < place("Note on C-1042"), "{html}");
    }
}
