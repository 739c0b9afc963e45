//! The terms of each document: how the people of each force stand, which versions there were, what is badly understood.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::links::clause_crumb;

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "desk/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// The documents.
    pub documents: Vec<Document>,
}

/// One document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its id, for the links to lists.
    pub id: String,
    /// Its title and page.
    pub link: Crumb,
    /// Its version.
    pub version: String,
    /// How many clauses are to be accepted, and how many to be known.
    pub clauses: (usize, usize),
    /// How the people of each force stand.
    pub forces: Vec<Standing>,
    /// Versions: the start of the digest, since when, how many clauses, how many accepted it.
    pub versions: Vec<(String, Timestamp, usize, u64)>,
    /// Questions that had to be looked at again: clause, question, of how many people, how many.
    pub questions: Vec<(Crumb, String, u64, u64)>,
}

/// How the people of one force stand to a document.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The force.
    pub force: Force,
    /// Accepted.
    pub accepted: u64,
    /// Asked, with time left.
    pub asked: u64,
    /// Asked, with the time over.
    pub overdue: u64,
    /// Their devices are restricted.
    pub lapsed: u64,
    /// They asked for another way of reading.
    pub adjusted: u64,
}

impl View {
    /// Two documents, one of which nobody was asked, for the gallery and the tests.
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
            |force| Standing { force, accepted: 1012, asked: 80, overdue: 12, lapsed: 3, adjusted: 2 };
        Self {
            shell: Shell::sample(Area::People),
            documents: vec![
                document(
                    "mobile-device-use",
                    "Mobile Device Use Policy",
                    vec![standing(Force::Norfolk), standing(Force::Suffolk)],
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
        let link = "/terms/people?document=mobile-device-use&#38;force=norfolk&#38;state=overdue";
        assert!(html.contains(link) || html.contains(&link.replace("&#38;", "&amp;")), "{html}");
        assert!(html.contains("Nobody has been asked yet"));
    }
}
