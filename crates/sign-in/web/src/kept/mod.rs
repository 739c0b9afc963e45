//! What somebody had typed when their session ended: shown to them alone, to be sent or thrown away.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "kept/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Where it goes: the page's path.
    pub path: String,
    /// What was typed, as it is shown: the field in words, and the text.
    pub shown: Vec<(String, String)>,
    /// Everything that is sent again.
    pub fields: Vec<(String, String)>,
    /// Whether something secret was typed, so that it must be typed again on the page itself.
    pub left_out: bool,
}

impl View {
    /// A note on a case, for the gallery and the tests.
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

    /// The same with something that was not kept.
    #[must_use]
    pub fn sample_left_out() -> Self {
        Self { path: "/registers/private-hubs/ask".into(), left_out: true, ..Self::sample() }
    }
}
