//! One document, for everybody who may read it: its owner, whether its approvals and dates are in order, its clauses by section,
//! its editor's notes.

pub(crate) mod handler;

use askama::Template;
use askama::filters::Safe;

use crate::Flag;
use crate::figures::state_tag;
use compliance_app::standing::{ClauseState, Unknown};
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::standing::Line;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "show/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The document's own address.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Its status, such as `In force, review overdue by 2,262 days`.
    pub status: String,
    /// Owner, dates, approvals, legal basis: names with values, in order.
    pub about: Vec<(String, String)>,
    /// Whether this person may see the outcomes of the clauses.
    pub sees_findings: bool,
    /// How its clauses stand, a line each; empty for readers who may not see findings.
    pub standing: Vec<Line>,
    /// The clauses, by section.
    pub sections: Vec<Section>,
    /// The editor's notes.
    pub flags: Vec<Flag>,
}

/// A section of the document.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its number and title, such as `6 Passwords`.
    pub title: String,
    /// Its clauses.
    pub clauses: Vec<Row>,
}

/// One clause in one line.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id with its page.
    pub clause: Crumb,
    /// Its title.
    pub title: String,
    /// Must, should, may, must not.
    pub modality: String,
    /// How it is enforced, in a few words: `setting and check`, `acceptance`, `nothing`.
    pub kept_by: String,
    /// How it stands as a whole; `None` for readers who may not see findings.
    pub state: Option<ClauseState>,
    /// How many of how many, by platform and of people, a sentence each.
    pub says: Vec<String>,
    /// The flags that are about it.
    pub flags: Vec<String>,
}

impl Row {
    /// Returns how it stands as a tag.
    fn tag(&self) -> Option<Safe<String>> {
        self.state.map(state_tag)
    }
}

impl View {
    /// Returns part of a document, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Documents),
            href: "/documents/mobile-device-use".into(),
            title: "Mobile Device Use Policy".into(),
            status: "In force, review overdue by 2,262 days".into(),
            about: [
                ("Owner", "Director of ICT"),
                ("Version", "2017-09 (our name for it; the force gave none)"),
                ("Published", "12 September 2017"),
                ("Review by", "12 September 2020"),
                ("Approved by", "JJNCC, 7 September 2017 <script>"),
                ("Legal basis", "Data Protection Act 2018"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
            sees_findings: true,
            standing: Line::samples(),
            sections: sample_sections(),
            flags: vec![
                Flag {
                    flag: "F1".into(),
                    text: "The review was due on 12 September 2020. The text still states live rules.".into(),
                    clauses: Vec::new(),
                },
                Flag {
                    flag: "F6".into(),
                    text: "An iPhone cannot be made to ask for both upper and lower case.".into(),
                    clauses: vec![web_shell::links::clause_crumb("MDU-6.2a")],
                },
            ],
        }
    }
}

fn sample_sections() -> Vec<Section> {
    let row = |id: &str, title: &str, kept_by: &str, stands: (ClauseState, &[&str]), flags: &[&str]| Row {
        clause: web_shell::links::clause_crumb(id),
        title: title.into(),
        modality: "must".into(),
        kept_by: kept_by.into(),
        state: Some(stands.0),
        says: stands.1.iter().map(|words| (*words).to_owned()).collect(),
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
    };
    let (nine, words) = ("Four kinds of character, nine or more", "No recognisable words");
    let images = "Own device where evidence would be lost";
    vec![
        Section {
            title: "6 Passwords".into(),
            clauses: vec![
                row(
                    "MDU-6.2a",
                    nine,
                    "setting and check",
                    (
                        ClauseState::Fails,
                        &["iPhone: 19 of 22 met, 3 not met", "Mac: 3 that can never show it"],
                    ),
                    &["F6"],
                ),
                row(
                    "MDU-6.2b",
                    words,
                    "acceptance; nothing on a phone",
                    (ClauseState::Agreed { by_everybody: false }, &["Agreed by 26 of 28 people <script>"]),
                    &["F6"],
                ),
            ],
        },
        Section {
            title: "14 Images".into(),
            clauses: vec![row(
                "MDU-14.4",
                images,
                "procedure",
                (ClauseState::NotKnown(Unknown::NothingDone), &[]),
                &[],
            )],
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_clause_says_how_it_stands_and_of_how_many() {
        let html = View::sample().render().unwrap();
        for words in
            ["Fails", "Only agreed", "Not known", "iPhone: 19 of 22 met", "Agreed by 26 of 28 people"]
        {
            assert!(html.contains(words), "{words}");
        }
        assert!(!html.contains(" met of "), "no sum of what cannot be added");
    }
}
