//! One document, for everybody who may read it: its owner, whether its approvals and dates are in order, its clauses by section,
//! its editor's notes; its approval by each force, its reviews and its original.

pub(crate) mod act;
pub(crate) mod handler;
pub mod records;

use askama::Template;
use askama::filters::Safe;

use self::records::Records;
use crate::Flag;
use crate::figures::state_tag;
use compliance_app::standing::{ClauseState, Unknown};
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;
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
    /// Owner, dates, approvals, the other lines of the cover: names with values, in order.
    pub about: Vec<(String, String)>,
    /// The laws that it rests on.
    pub laws: Vec<Reference>,
    /// The documents that it is to be read with.
    pub related: Vec<Reference>,
    /// What people have done about it, and may do.
    pub records: Records,
    /// The errors in what was typed.
    pub errors: Errors,
    /// Whether this person may see the outcomes of the clauses.
    pub sees_findings: bool,
    /// How its clauses stand, a line each; empty for readers who may not see findings.
    pub standing: Vec<Line>,
    /// The clauses, by section.
    pub sections: Vec<Section>,
    /// The editor's notes.
    pub flags: Vec<Flag>,
}

/// A law or another document.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Its title.
    pub title: String,
    /// Where it can be read; empty where no address is known.
    pub href: String,
    /// What else is to be known of it, such as the day on which somebody last looked at it.
    pub says: String,
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
                ("APP checked", "Yes"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
            laws: vec![Reference {
                title: "Data Protection Act 2018".into(),
                href: "https://www.legislation.gov.uk/ukpga/2018/12".into(),
                says: "Last looked at on 3 November 2026 <script>".into(),
            }],
            related: vec![Reference {
                title: "Social Media Policy".into(),
                href: String::new(),
                says: "The force has not given its address".into(),
            }],
            records: Records::sample(),
            errors: Errors::default(),
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
    fn the_page_says_what_people_did_about_it_and_offers_what_they_may_do() {
        let html = View::sample().render().unwrap();
        for words in [
            "Approve it for Southshire Police",
            "Approved on",
            "Record the review",
            "It stays as it is",
            "Compare a file with it",
            "The force has not given its address",
        ] {
            assert!(html.contains(words), "{words}: {html}");
        }
        let reader = View { records: Records::sample().for_reader(), ..View::sample() };
        let html = reader.render().unwrap();
        for words in ["Approve it for", "Record the review", "Compare a file with it"] {
            assert!(!html.contains(words), "who may do nothing is offered nothing: {words}");
        }
    }

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
