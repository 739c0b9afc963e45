//! One on-call rota: what is wrong first, then the final schedule, layers, changes and the hand-over note.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "rota/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The address of this page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// The title of the role that it is asked for; empty for none.
    pub role: String,
    /// The name of the person who is told of gaps.
    pub owner: String,
    /// The hours that it must cover, a line each; none for every hour.
    pub hours: Vec<String>,
    /// Whether it was retired.
    pub retired: bool,
    /// What is wrong in the next weeks, gaps first.
    pub troubles: Vec<String>,
    /// Who is on call now, in order.
    pub now: Vec<String>,
    /// The next two turns.
    pub next: Vec<String>,
    /// The final schedule.
    pub schedule: Vec<SpellRow>,
    /// The layers, the one that overrides the others last.
    pub layers: Vec<LayerRow>,
    /// The temporary rotas.
    pub temporary: Vec<LayerRow>,
    /// The overrides.
    pub overrides: Vec<OverrideLine>,
    /// Requests for cover that nobody has answered yet, in words.
    pub covers: Vec<String>,
    /// Hand-over notes, the latest first.
    pub notes: Vec<NoteLine>,
    /// The version that forms change.
    pub version: i64,
    /// Whether the reader may change it.
    pub may_manage: bool,
    /// Whether the reader may leave a note.
    pub may_note: bool,
    /// The note typed.
    pub note: String,
    /// The reason typed for retiring it.
    pub reason: String,
}

/// A spell of the schedule.
#[derive(Debug, Clone)]
pub struct SpellRow {
    /// Its start.
    pub start: String,
    /// Its end.
    pub end: String,
    /// Who is on call, in order.
    pub people: String,
    /// Who would be and is away.
    pub missing: String,
}

/// A layer or a temporary rota.
#[derive(Debug, Clone)]
pub struct LayerRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its participants in order.
    pub people: Vec<String>,
    /// Its turns, in words.
    pub turns: String,
    /// Its hours, or the span of a temporary rota.
    pub when: Vec<String>,
}

/// An override.
#[derive(Debug, Clone)]
pub struct OverrideLine {
    /// Its id.
    pub id: String,
    /// What it does, in words.
    pub what: String,
    /// Its span.
    pub when: String,
    /// Why it was made.
    pub reason: String,
    /// When its two people asked and agreed; empty where the keeper of the rota made it.
    pub agreed: String,
}

/// A hand-over note.
#[derive(Debug, Clone)]
pub struct NoteLine {
    /// Who wrote it, and when.
    pub by: String,
    /// Its lines.
    pub lines: Vec<String>,
}

impl View {
    /// Returns a made-up rota, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            errors: [("note", "Write a note of 1 to 2000 characters")].into_iter().collect(),
            href: "/duty/rotas/1".into(),
            name: "On-call engineer <script>".into(),
            role: "On-call engineer".into(),
            owner: "Lee Moss".into(),
            hours: vec!["Mon-Fri 17:00-08:00".into(), "Sat,Sun 08:00-08:00".into()],
            retired: false,
            troubles: vec![
                "Nobody is on call from 7 December 2026, 9:00am to 8 December 2026, 9:00am (away: Jo Bell)"
                    .into(),
                "Jo Bell is on call without the role On-call engineer: the pages that this rota\u{2019}s calls lead to are \
                 closed to them. Have an administrator give them the role, or take them off the rota"
                    .into(),
            ],
            now: vec!["Sam Ames (1234), 01603 000000".into()],
            next: vec!["30 November 2026, 9:00am: Jo Bell".into()],
            schedule: sample_schedule(),
            layers: vec![LayerRow {
                id: "1".into(),
                name: "Week by week".into(),
                people: vec!["Sam Ames (1234)".into(), "Jo Bell (1235)".into()],
                turns: "1 week each, from 7 December 2026, 9:00am".into(),
                when: vec!["Every hour".into()],
            }],
            temporary: Vec::new(),
            overrides: vec![OverrideLine {
                id: "1".into(),
                what: "Jo Bell in place of Sam Ames".into(),
                when: "24 November 2026, 6:00pm to 25 November 2026, 9:00am".into(),
                reason: "A course".into(),
                agreed: "Asked 20 November 2026, 9:00am, agreed 21 November 2026, 8:00am".into(),
            }],
            covers: vec![
                "Sam Ames asks Jo Bell <script>: 26 November 2026, 6:00pm to 27 November 2026, 9:00am".into(),
            ],
            notes: vec![NoteLine {
                by: "Sam Ames, 23 November 2026, 8:45am".into(),
                lines: vec!["The mail relay restarts by itself <script>".into()],
            }],
            version: 3,
            may_manage: true,
            may_note: true,
            note: String::new(),
            reason: String::new(),
        }
    }
}

fn sample_schedule() -> Vec<SpellRow> {
    vec![
        SpellRow {
            start: "23 November 2026, 9:00am".into(),
            end: "30 November 2026, 9:00am".into(),
            people: "Sam Ames".into(),
            missing: String::new(),
        },
        SpellRow {
            start: "7 December 2026, 9:00am".into(),
            end: "8 December 2026, 9:00am".into(),
            people: String::new(),
            missing: "Jo Bell".into(),
        },
    ]
}
