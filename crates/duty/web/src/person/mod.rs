//! One person's duty, for staff who may see it: now, the next two weeks, and the patterns and periods behind it.

pub(crate) mod handler;

use askama::Template;

use crate::DutyTag;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "person/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The address of this page.
    pub href: String,
    /// The person's name.
    pub who: String,
    /// Their state of duty now.
    pub standing: DutyTag,
    /// The days of the next two weeks.
    pub days: Vec<DayRow>,
    /// Patterns in words, the latest first.
    pub patterns: Vec<String>,
    /// The periods entered beside the patterns.
    pub periods: Vec<PeriodLine>,
    /// Whether the reader may change any of it.
    pub may_manage: bool,
    /// The force's patterns: id and name.
    pub choices: Vec<(String, String)>,
    /// The values of the fields.
    pub typed: Typed,
}

/// The values of the fields.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The chosen pattern.
    pub pattern: String,
    /// Its first day.
    pub from: String,
    /// Its last day.
    pub until: String,
    /// The place in the cycle.
    pub place: String,
    /// The kind of the period.
    pub kind: String,
    /// When it starts.
    pub start: String,
    /// When it ends.
    pub end: String,
}

/// One day.
#[derive(Debug, Clone)]
pub struct DayRow {
    /// The day, such as `Sunday 22 November 2026`.
    pub day: String,
    /// The duty on that day, in words.
    pub says: Vec<String>,
    /// Whether nothing was entered for that day.
    pub not_known: bool,
}

/// A shift, absence or time on call.
#[derive(Debug, Clone)]
pub struct PeriodLine {
    /// Its id, by which the form removes it.
    pub id: String,
    /// Its kind.
    pub title: String,
    /// Its start and end.
    pub says: String,
}

impl View {
    fn pattern_choices(&self) -> Vec<Choice> {
        let all = self.choices.iter().map(|(id, name)| (id.as_str(), name.as_str()));
        Choice::list(all, &self.typed.pattern)
    }

    fn kinds(&self) -> Vec<Choice> {
        let all = [
            ("annual-leave", "Annual leave"),
            ("sick", "Sick leave"),
            ("family-leave", "Family leave"),
            ("career-break", "Career break"),
            ("secondment", "Secondment"),
            ("suspension", "Suspension"),
            ("training", "Training"),
            ("on-call", "On call"),
            ("shift", "A shift beside the pattern"),
            ("replaced", "The pattern does not apply, such as a day off in exchange"),
        ];
        Choice::list(all, &self.typed.kind)
    }

    /// Returns a made-up fortnight, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let day = |day: &str, says: &[&str]| DayRow {
            day: day.into(),
            says: says.iter().map(|&text| text.to_owned()).collect(),
            not_known: says.is_empty(),
        };
        Self {
            shell: Shell::sample(Area::Duty),
            errors: [("end", "Choose an end after the start")].into_iter().collect(),
            href: "/people/1234/duty".into(),
            who: "PC Ames <script>".into(),
            standing: DutyTag {
                colour: "green",
                title: "On duty",
                says: "Until 22 November 2026, 7:00am".into(),
            },
            days: vec![
                day("Sunday 22 November 2026", &["Duty 10:00pm to 7:00am"]),
                day("Monday 23 November 2026", &["Nothing: off duty"]),
                day("Tuesday 24 November 2026", &[]),
            ],
            patterns: vec!["Response A from 1 November 2026".into()],
            periods: vec![PeriodLine {
                id: "1".into(),
                title: "Annual leave".into(),
                says: "24 November 2026, midnight to 26 November 2026, midnight".into(),
            }],
            may_manage: true,
            choices: vec![("1".into(), "Response A".into())],
            typed: Typed { kind: "sick".into(), start: "2026-11-24".into(), ..Typed::default() },
        }
    }
}
