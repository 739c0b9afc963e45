//! The list of on-call rotas: who is on call now and who is next, for staff who may see duty and for who takes part.

pub(crate) mod handler;

use askama::Template;
use domain::Force;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "rotas/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The rotas.
    pub rows: Vec<Row>,
    /// Whether the reader may add one.
    pub may_add: bool,
    /// Whether the reader has a page of their own turns.
    pub has_own: bool,
}

/// One rota.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name, with a link to its page.
    pub name: Crumb,
    /// The force that it belongs to.
    pub force: Force,
    /// The title of the role that it is asked for; empty for none.
    pub role: String,
    /// Who is on call now, in the order in which they are called, with telephone numbers where known.
    pub now: Vec<String>,
    /// The next two turns, in words.
    pub next: Vec<String>,
    /// The number of troubles in the next weeks.
    pub troubles: usize,
}

impl View {
    /// Returns made-up rotas, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            rows: vec![
                Row {
                    name: Crumb::new("/duty/rotas/1", "On-call engineer <script>"),
                    force: domain::samples::HOME,
                    role: "On-call engineer".into(),
                    now: vec!["Sam Ames (1234), 01603 000000".into()],
                    next: vec!["30 November 2026, 9:00am: Jo Bell".into()],
                    troubles: 2,
                },
                Row {
                    name: Crumb::new("/duty/rotas/2", "Duty officer"),
                    force: domain::samples::AWAY,
                    role: String::new(),
                    now: Vec::new(),
                    next: Vec::new(),
                    troubles: 0,
                },
            ],
            may_add: true,
            has_own: true,
        }
    }
}
