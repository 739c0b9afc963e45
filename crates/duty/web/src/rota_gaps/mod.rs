//! The gaps that a change of a rota would leave, shown before the change is made.

use askama::Template;
use axum::response::Response;
use duty_app::rota::{GapRead, WouldLeave};

use web_shell::answer::shown;
use web_shell::filters;
use web_shell::format;
use web_shell::frame::{Area, Shell};
use web_shell::session::{Fields, Problem};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "rota_gaps/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The address that the form posts to again.
    pub href: String,
    /// The address that leads back without a change.
    pub back: String,
    /// The gaps, a line each.
    pub gaps: Vec<String>,
    /// The fields of the form that was sent: name and value.
    pub fields: Vec<(String, String)>,
    /// The word that accepts these gaps.
    pub seen: String,
}

impl View {
    /// Returns made-up gaps, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            href: "/duty/rotas/1/override".into(),
            back: "/duty/rotas/1".into(),
            gaps: vec!["Nobody is on call from 7 December 2026, 9:00am to 8 December 2026, 9:00am".into()],
            fields: vec![("reason".into(), "A course <script>".into())],
            seen: "0123456789abcdef".into(),
        }
    }
}

/// What was sent, and the gaps that it would leave.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    /// The fields of the form.
    pub fields: &'a Fields,
    /// The gaps.
    pub gaps: &'a WouldLeave,
}

/// Shows the gaps, with the form to be sent once more.
pub(crate) fn shown_first(shell: Shell, href: &str, back: &str, sent: Sent<'_>) -> Result<Response, Problem> {
    let fields = sent.fields.pairs().iter().filter(|(name, _)| name != "seen").cloned().collect();
    shown(&View {
        shell,
        href: href.to_owned(),
        back: back.to_owned(),
        gaps: sent.gaps.gaps.iter().map(sentence).collect(),
        fields,
        seen: sent.gaps.seen.clone(),
    })
}

/// Describes a gap in words.
pub(crate) fn sentence(gap: &GapRead) -> String {
    let missing = match gap.missing.len() {
        0 => String::new(),
        _ => format!(" (away: {})", gap.missing.join(", ")),
    };
    format!("Nobody is on call from {} to {}{missing}", format::when(gap.start), format::when(gap.end))
}
