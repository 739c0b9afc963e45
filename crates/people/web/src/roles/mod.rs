//! One person's roles, for those who control access: the current ones, the forms that grant and end one, and the past ones.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "roles/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the form that was sent.
    pub errors: Errors,
    /// The page's own address; its forms post to addresses below it.
    pub href: String,
    /// The person whose roles they are.
    pub person: Crumb,
    /// Their roles now, in words.
    pub now: Vec<String>,
    /// Every grant, newest first.
    pub grants: Vec<Grant>,
    /// The roles that can be granted.
    pub roles: Vec<Choice>,
    /// Whether the reader may grant one over every force.
    pub offers_everywhere: bool,
    /// Whether that is ticked.
    pub everywhere: bool,
    /// The last day that was typed.
    pub until: String,
    /// The reason that was typed.
    pub reason: String,
    /// The grant that the other form is about, where it was sent with a mistake.
    pub ending: String,
    /// The reason for ending that was typed.
    pub end_reason: String,
    /// The reason for confirming that was typed.
    pub confirm_reason: String,
    /// The takeover that a directory asks for, which waits for an administrator.
    pub takeover: Option<Takeover>,
}

/// A directory that would provision the person.
#[derive(Debug, Clone)]
pub struct Takeover {
    /// The directory or person that asked, in words.
    pub by: String,
    /// The time of the request.
    pub at: Timestamp,
    /// The account that they would sign in by.
    pub user_name: String,
    /// The directory's identifier; empty for none.
    pub external_id: String,
}

/// A grant.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// The role.
    pub role: String,
    /// Whether it covers every force.
    pub everywhere: bool,
    /// The source of the grant.
    pub by: String,
    /// The reason.
    pub why: String,
    /// The time it began.
    pub since: Timestamp,
    /// The time it ends.
    pub until: Option<Timestamp>,
    /// When it was ended by somebody.
    pub ended: Option<Timestamp>,
    /// Whether it is in effect.
    pub counts: bool,
    /// Whether it can be ended here.
    pub by_hand: bool,
    /// Whether it waits for another administrator, and has no effect until then.
    pub waits: bool,
    /// Whether another administrator can confirm it.
    pub to_confirm: bool,
    /// The person who confirmed it.
    pub confirmed_by: Option<String>,
}

impl View {
    /// Returns the grants that can be ended here.
    fn endable(&self) -> Vec<Choice> {
        let endable = self.grants.iter().filter(|grant| (grant.counts && grant.by_hand) || self.waits(grant));
        self.choices(endable)
    }

    fn waits(&self, grant: &Grant) -> bool {
        grant.waits && grant.to_confirm
    }

    /// Returns the grants that another administrator can confirm.
    fn confirmable(&self) -> Vec<Choice> {
        self.choices(self.grants.iter().filter(|grant| grant.to_confirm))
    }

    fn choices<'a>(&self, grants: impl Iterator<Item = &'a Grant>) -> Vec<Choice> {
        grants
            .map(|grant| Choice {
                value: grant.id.clone(),
                text: if grant.everywhere {
                    format!("{}, every force", grant.role)
                } else {
                    grant.role.clone()
                },
                chosen: grant.id == self.ending,
            })
            .collect()
    }

    /// Returns somebody with a role in force and one that has ended, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::People);
        shell.crumbs.push(Crumb::new("/people/1234", "PC Ames"));
        let grant = |id: &str, role: &str, counts, until| Grant {
            id: id.into(),
            role: role.into(),
            everywhere: false,
            by: "Robin Hale".into(),
            why: "Audit <script> of 2026".into(),
            since: web_shell::clock::hours_ago(900),
            until,
            ended: None,
            counts,
            by_hand: true,
            waits: false,
            to_confirm: false,
            confirmed_by: None,
        };
        let waiting = Grant { waits: true, to_confirm: true, ..grant("c", "Administrator", false, None) };
        Self {
            shell,
            errors: [("until", "Enter the last day: an auditor's access ends by itself")]
                .into_iter()
                .collect(),
            href: "/people/1234/roles".into(),
            person: Crumb::new("/people/1234", "PC Ames"),
            now: vec!["Holder".into(), "Service desk analyst".into()],
            grants: vec![
                grant("a", "Service desk analyst", true, None),
                grant("b", "Auditor", false, Some(web_shell::clock::hours_ago(100))),
                waiting,
            ],
            roles: Choice::list([("auditor", "Auditor"), ("hr", "Human resources")], "auditor"),
            offers_everywhere: true,
            everywhere: false,
            until: String::new(),
            reason: "HMICFRS visit".into(),
            ending: String::new(),
            end_reason: String::new(),
            confirm_reason: String::new(),
            takeover: Some(Takeover {
                by: "API token “Entra” <script>".into(),
                at: web_shell::clock::hours_ago(3),
                user_name: "ames@northshire.example".into(),
                external_id: String::new(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_counts_can_be_ended_and_what_is_over_says_so() {
        let view = View::sample();
        assert_eq!((view.endable().len(), view.confirmable().len()), (2, 1));
        let html = view.render().unwrap();
        assert!(html.contains("Ended on its last day") && html.contains("Audit &#60;script&#62;"), "{html}");
    }
}
