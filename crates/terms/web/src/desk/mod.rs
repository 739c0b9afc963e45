//! The terms of each document, for staff who may see people: how many people of each force have accepted them, their versions,
//! the questions that are badly understood.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::links::clause_crumb;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "desk/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The documents.
    pub documents: Vec<Document>,
}

/// One document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its id, for the links to lists.
    pub id: String,
    /// Its title, with a link to its page.
    pub link: Crumb,
    /// Its version.
    pub version: String,
    /// The number of clauses to accept, and the number to be aware of.
    pub clauses: (usize, usize),
    /// The acceptance by the people of each force.
    pub forces: Vec<ForceAcceptance>,
    /// Versions: the start of the digest, the time from which it applies, the number of clauses, the number of people who
    /// accepted it.
    pub versions: Vec<(String, Timestamp, usize, u64)>,
    /// Questions that had to be answered again: the clause, the question, the number of people asked, the number who had to.
    pub questions: Vec<(Crumb, String, u64, u64)>,
}

/// The acceptance of a document by the people of one force.
#[derive(Debug, Clone)]
pub struct ForceAcceptance {
    /// The force.
    pub force: Force,
    /// The number who have accepted.
    pub accepted: u64,
    /// The number who are asked and still have time.
    pub asked: u64,
    /// The number who are asked and are overdue.
    pub overdue: u64,
    /// The number whose devices are restricted.
    pub lapsed: u64,
    /// The number who asked for another way of reading.
    pub adjusted: u64,
}

impl View {
    /// Returns two documents, one of which nobody was asked to accept, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hours_ago = web_shell::clock::hours_ago;
        let document = |id: &str, title: &str, forces| Document {
            id: id.into(),
            link: Crumb::new(format!("/documents/{id}"), title),
            version: "2017-09".into(),
            clauses: (63, 5),
            forces,
            versions: vec![
                ("3f6c1b0d".into(), hours_ago(20), 68, 12),
                ("91b2c3d4".into(), hours_ago(2402), 67, 1210),
            ],
            questions: vec![(
                clause_crumb("MDU-6.6"),
                "One attempt is left. What now? <script>".into(),
                210,
                64,
            )],
        };
        let standing =
            |force| ForceAcceptance { force, accepted: 1012, asked: 80, overdue: 12, lapsed: 3, adjusted: 2 };
        Self {
            shell: Shell::sample(Area::People),
            documents: vec![
                document(
                    "mobile-device-use",
                    "Mobile Device Use Policy",
                    vec![standing(domain::samples::HOME), standing(domain::samples::AWAY)],
                ),
                document("personal-devices", "Use of Personal Devices", Vec::new()),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_lead_to_the_people_behind_them() {
        let html = View::sample().render().unwrap();
        let link = "/terms/people?document=mobile-device-use&#38;force=northshire&#38;state=overdue";
        assert!(html.contains(link) || html.contains(&link.replace("&#38;", "&amp;")), "{html}");
        assert!(html.contains("Nobody has been asked yet"));
    }
}
