//! The reader's own time on call: their turns, requests for cover by and to them, and the address of their calendar.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// Whether the reader is in the register of people.
    pub known: bool,
    /// Requests to the reader, the latest first.
    pub to_me: Vec<CoverRow>,
    /// The reader's turns, the next one first.
    pub turns: Vec<TurnRow>,
    /// Requests by the reader, the latest first.
    pub by_me: Vec<CoverRow>,
    /// The rotas that the reader takes part in.
    pub rotas: Vec<Choice>,
    /// The colleagues who can be asked; empty where none can be reached.
    pub colleagues: Vec<Choice>,
    /// The values typed into the form of a request.
    pub typed: Typed,
    /// The address of the reader's calendar, if there is one.
    pub address: Option<AddressRow>,
}

/// The values typed into the form of a request.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The start.
    pub start: String,
    /// The end.
    pub end: String,
    /// Why.
    pub reason: String,
}

/// One turn.
#[derive(Debug, Clone)]
pub struct TurnRow {
    /// The rota.
    pub rota: String,
    /// Its start, in words.
    pub start: String,
    /// Its end, in words.
    pub end: String,
    /// The address at which the form is filled in with it.
    pub ask_href: String,
}

/// A request for cover.
#[derive(Debug, Clone)]
pub struct CoverRow {
    /// Its id.
    pub id: String,
    /// Who asks whom, in words.
    pub what: String,
    /// The rota and the span, in words.
    pub when: String,
    /// Why it is asked.
    pub reason: String,
    /// How far it is, in words.
    pub state: &'static str,
    /// The colour of that.
    pub colour: &'static str,
    /// When it was asked.
    pub asked: Timestamp,
    /// Whether it can still be answered or taken back.
    pub open: bool,
}

/// The address of a calendar; the address itself is not kept.
#[derive(Debug, Clone, Copy)]
pub struct AddressRow {
    /// When it was made.
    pub made: Timestamp,
    /// When a program last read it.
    pub read: Option<Timestamp>,
}

/// The page that shows the address of a calendar, once.
#[derive(Clone, Template)]
#[template(path = "own/made.html")]
pub struct Made {
    /// The frame around the page.
    pub shell: Shell,
    /// The address.
    pub address: String,
}

impl View {
    /// Returns somebody with a turn, a request to them and one by them, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = CoverRow {
            id: "1".into(),
            what: "Jo Bell <script> asks you to take their shift".into(),
            when: "On-call engineer, 7 December 2026, 6:00pm to 8 December 2026, 9:00am".into(),
            reason: "A course <script>".into(),
            state: "Waits for you",
            colour: "yellow",
            asked: web_shell::clock::hours_ago(3),
            open: true,
        };
        let declined = CoverRow {
            what: "You asked Jo Bell to take your shift".into(),
            state: "Declined",
            colour: "grey",
            open: false,
            ..row.clone()
        };
        let open = CoverRow { state: "Waits for them", open: true, ..declined.clone() };
        Self {
            shell: Shell::sample(Area::Me),
            errors: [("with", "Jo Bell is away for a part of this time; choose somebody else")]
                .into_iter()
                .collect(),
            known: true,
            to_me: vec![row],
            turns: vec![TurnRow {
                rota: "On-call engineer <script>".into(),
                start: "7 December 2026, 9:00am".into(),
                end: "14 December 2026, 9:00am".into(),
                ask_href: "/me/on-call?rota=1&start=2026-12-07%2009%3A00&end=2026-12-14%2009%3A00".into(),
            }],
            by_me: vec![open, declined],
            rotas: Choice::list([("", "Choose a rota"), ("1", "On-call engineer <script>")], "1"),
            colleagues: Choice::list(
                [("", "Choose a colleague"), ("1", "Jo Bell (1235), On-call engineer")],
                "1",
            ),
            typed: Typed {
                start: "2026-12-07 18:00".into(),
                end: "2026-12-08 09:00".into(),
                reason: "A course <script>".into(),
            },
            address: Some(AddressRow {
                made: web_shell::clock::hours_ago(400),
                read: Some(web_shell::clock::hours_ago(1)),
            }),
        }
    }

    /// Returns somebody who takes part in no rota, for the gallery and the tests.
    #[must_use]
    pub fn sample_none() -> Self {
        Self {
            errors: Errors::default(),
            to_me: Vec::new(),
            turns: Vec::new(),
            by_me: Vec::new(),
            rotas: Vec::new(),
            colleagues: Vec::new(),
            typed: Typed::default(),
            address: None,
            ..Self::sample()
        }
    }
}

impl Made {
    /// Returns an address, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            address: "https://mdm.force.example/calendar/0123456789abcdef<script>/on-call.ics".into(),
        }
    }
}
