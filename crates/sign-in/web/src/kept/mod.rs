//! The text that somebody had typed when their session ended: shown to them alone, to be sent or discarded.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "kept/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The path of the page that the form belongs to.
    pub path: String,
    /// The values typed, as they are shown: the field in words, and the text.
    pub shown: Vec<(String, String)>,
    /// All fields, to be sent again.
    pub fields: Vec<(String, String)>,
    /// Whether something secret was typed, so that it must be typed again on the page itself.
    pub left_out: bool,
}

impl View {
    /// Returns a note on a case, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let note = "Spoke to PC Ames <script>. The phone is at her desk.\nShe brings it on Monday.";
        Self {
            shell: Shell::sample_top(Area::Elsewhere),
            path: "/cases/7/notes".into(),
            shown: vec![("Note".into(), note.into())],
            fields: vec![("note".into(), note.into())],
            left_out: false,
        }
    }

    /// Returns the note with a value that was not saved, for the gallery and the tests.
    #[must_use]
    pub fn sample_left_out() -> Self {
        Self { path: "/registers/private-hubs/ask".into(), left_out: true, ..Self::sample() }
    }
}
