//! Your own page, for anybody signed in: your devices, what you have agreed to and what you are asked to do, designed for two
//! minutes on a phone.

pub(crate) mod handler;

use askama::Template;
use devices_web::State;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "me/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Name and number; empty for somebody who is not in the register.
    pub who: String,
    /// The things to do.
    pub todos: Vec<Todo>,
    /// The clauses that you are asked to confirm now, as you are from time to time: the clause, its title and text.
    pub reminders: Vec<(Crumb, String, String)>,
    /// The notices that you have not marked as read: the time, and a link to the page concerned.
    pub notices: Vec<(Timestamp, Crumb)>,
    /// Whether your devices are restricted until you accept the terms.
    pub restricted: bool,
    /// Whether a breach of one's own can be reported.
    pub reports_breaches: bool,
    /// The devices that you hold.
    pub devices: Vec<OwnDevice>,
    /// The terms that you were asked to accept.
    pub acceptances: Vec<Acceptance>,
    /// Cases that you may know of, each in a line.
    pub cases: Vec<String>,
    /// The latest permissions that you asked for or that are for you.
    pub permissions: Vec<OwnPermission>,
}

/// Something to do.
#[derive(Debug, Clone)]
pub struct Todo {
    /// The link to the page on which it is done.
    pub link: Crumb,
    /// The time it is due.
    pub due: Option<Timestamp>,
}

/// A device that you hold.
#[derive(Debug, Clone)]
pub struct OwnDevice {
    /// Its name for its holder, such as `iPhone 15, NC-01234`.
    pub name: String,
    /// The address of the page that shows what is stored about it.
    pub href: String,
    /// Its current state.
    pub state: State,
    /// When it last reported.
    pub seen: Option<Timestamp>,
    /// Whether it has been silent for too long.
    pub silent: bool,
    /// Whether it was ever judged.
    pub judged: bool,
    /// The number of clauses for which it is not known, for lack of a report.
    pub not_known: u64,
    /// The clauses that it does not meet: the clause, its title, and what was found.
    pub not_met: Vec<(Crumb, String, String)>,
}

/// A version of a document's terms.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The document.
    pub document: Crumb,
    /// The version.
    pub version: String,
    /// Whether it is the version in force.
    pub current: bool,
    /// When you accepted it; `None` if you have not.
    pub at: Option<Timestamp>,
    /// The address of the page of exactly what you accepted, or of what there is to accept.
    pub href: String,
    /// Whether you are asked to accept it.
    pub asked: bool,
}

/// A permission that you asked for or that is for you.
#[derive(Debug, Clone)]
pub struct OwnPermission {
    /// Its reference.
    pub reference: String,
    /// The register, the person and the purpose.
    pub what: String,
    /// Its progress, in words.
    pub state: String,
    /// When it was asked for.
    pub asked: Timestamp,
    /// The person who decided and their reason, or that nobody has decided; empty where it was withdrawn before.
    pub decision: String,
    /// The start and end, once it is granted.
    pub holds: Option<(Timestamp, Timestamp)>,
}

impl OwnPermission {
    fn colour(&self) -> &'static str {
        permissions_web::colour(&self.state)
    }

    fn samples() -> Vec<Self> {
        vec![
            Self {
                reference: "P-104".into(),
                what: "Written permissions, PC Ames <script> (1234)".into(),
                state: "Asked for".into(),
                asked: web_shell::clock::hours_ago(3),
                decision: "Nobody has decided yet.".into(),
                holds: None,
            },
            Self {
                reference: "P-101".into(),
                what: "Private hubs, iPhone NC-10442".into(),
                state: "In force".into(),
                asked: web_shell::clock::hours_ago(50),
                decision: "Pat Hale: the hub is the officer's own".into(),
                holds: Some((web_shell::clock::hours_ago(48), web_shell::clock::hours_ahead(400))),
            },
        ]
    }
}

impl View {
    /// Returns a made-up holder with a phone that does not meet a clause, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hours_ago = web_shell::clock::hours_ago;
        Self {
            shell: Shell::sample_top(Area::Me),
            who: "PC Ames <script> (1234)".into(),
            todos: vec![Todo {
                link: Crumb::new("/documents/personal-devices", "Accept the terms: Use of Personal Devices"),
                due: Some(web_shell::clock::hours_ahead(72)),
            }],
            reminders: vec![(
                web_shell::links::clause_crumb("MDU-7.4"),
                "Keep the greeting current".into(),
                "Greetings are renewed from time to time.".into(),
            )],
            notices: vec![(
                hours_ago(5),
                Crumb::new("/me/terms/personal-devices", "The terms have changed: Use of Personal Devices"),
            )],
            restricted: true,
            reports_breaches: true,
            devices: vec![
                OwnDevice {
                    name: "iPhone 15, NC-10442".into(),
                    href: "/devices/1".into(),
                    state: State::Enrolled,
                    seen: Some(hours_ago(3)),
                    silent: false,
                    judged: true,
                    not_known: 2,
                    not_met: vec![(
                        web_shell::links::clause_crumb("MDU-6.2a"),
                        "Four kinds of character, nine or more".into(),
                        "the passcode is shorter than 9 characters".into(),
                    )],
                },
                OwnDevice {
                    name: "iPad, NC-09001".into(),
                    href: "/devices/2".into(),
                    state: State::Enrolled,
                    seen: Some(hours_ago(400)),
                    silent: true,
                    judged: true,
                    not_known: 30,
                    not_met: Vec::new(),
                },
            ],
            acceptances: vec![Acceptance {
                document: Crumb::new("/documents/mobile-device-use", "Mobile Device Use Policy"),
                version: "2017-09".into(),
                current: true,
                at: Some(hours_ago(2402)),
                href: "/me/terms/mobile-device-use/accepted".into(),
                asked: true,
            }],
            cases: vec!["C-117, clause not met, open".into()],
            permissions: OwnPermission::samples(),
        }
    }

    /// Returns the page for somebody who is not in the register, for the gallery and the tests.
    #[must_use]
    pub fn sample_unknown() -> Self {
        Self {
            who: String::new(),
            todos: Vec::new(),
            reminders: Vec::new(),
            notices: Vec::new(),
            devices: Vec::new(),
            acceptances: Vec::new(),
            cases: Vec::new(),
            permissions: Vec::new(),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_order_says_what_was_found() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("shorter than 9 characters") && html.contains("has not reported"), "{html}");
    }

    #[test]
    fn somebody_outside_the_register_is_told_where_to_turn() {
        let html = View::sample_unknown().render().unwrap();
        assert!(html.contains("You do not stand in the register of people"), "{html}");
    }
}
