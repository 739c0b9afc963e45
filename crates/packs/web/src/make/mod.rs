//! The form that makes a pack of findings, for those who may read the ledger: whom and what it is about, and how a sample is drawn.

pub(crate) mod handler;

use askama::Template;
use packs_app::Population;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What a pack may be about: the word in the form, and its label.
pub const ABOUT: [(&str, &str); 5] = [
    ("device", "A device"),
    ("person", "A person"),
    ("document", "A document"),
    ("clause", "Everything that has a finding on the clause"),
    ("sample", "A sample"),
];

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "make/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The public key that packs are verified with.
    pub key: String,
    /// The values typed.
    pub typed: Typed,
}

/// The values typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// A word of [`ABOUT`].
    pub about: String,
    /// Serial number, number or name of the one thing or person.
    pub which: String,
    /// The clause; may be empty.
    pub clause: String,
    /// What a sample is drawn from.
    pub of: String,
    /// The year of leavers and joiners.
    pub year: String,
    /// How many are drawn.
    pub size: String,
    /// The seed.
    pub seed: String,
}

impl View {
    fn about(&self) -> Vec<Choice> {
        Choice::list(ABOUT, &self.typed.about)
    }

    fn populations(&self) -> Vec<Choice> {
        Choice::list(Population::ALL.iter().map(|one| (one.word(), one.title())), &self.typed.of)
    }

    /// Returns the page as it is first shown, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Ledger),
            errors: Errors::default(),
            key: "lanyard.force.example/ledger+a1b2c3d4+AQIDBAUGBwg=".into(),
            typed: Typed { about: "device".into(), of: "leavers".into(), ..Typed::default() },
        }
    }

    /// Returns the page shown again with its mistakes, for the gallery and the tests.
    #[must_use]
    pub fn sample_errors() -> Self {
        Self {
            errors: [
                ("which", "There is no device \"<script>\"; check it and try again"),
                ("year", "Enter a year from 2000 to 2100"),
            ]
            .into_iter()
            .collect(),
            typed: Typed {
                about: "sample".into(),
                which: "<script>".into(),
                year: "next".into(),
                ..Typed::default()
            },
            ..Self::sample()
        }
    }
}
