//! One person, for staff who may see them: the devices they hold, exactly which version of the terms they have accepted, and
//! their open matters.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::registers::Mention;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "person/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Name with rank.
    pub name: String,
    /// Collar or staff number.
    pub number: String,
    /// Their force.
    pub force: Force,
    /// Role, unit, line manager and the like: names with values.
    pub about: Vec<(String, String)>,
    /// The reason why nothing more is to be done for them: they left, or were erased; empty while they are on record.
    pub gone: String,
    /// The address of the forms that change and end their record; empty for readers who may do neither.
    pub forms: String,
    /// Their roles in words; empty for readers who may not see them.
    pub roles: String,
    /// The address where roles are granted and ended; empty for readers who may not.
    pub roles_href: String,
    /// The address where a reason is stated to read whether they have a covert role; empty for readers who may not.
    pub covert_href: String,
    /// The devices they hold.
    pub custody: Vec<Custody>,
    /// Whether the reader may open a hand-over.
    pub sees_custody: bool,
    /// The hand-overs that they are a side of, newest first.
    pub handovers: Vec<custody_web::list::Row>,
    /// The address of the page of their duty; empty for readers who may not see it.
    pub duty: String,
    /// The terms that they were asked to accept.
    pub acceptances: Vec<Acceptance>,
    /// Open and closed cases about or by them.
    pub cases: Vec<Crumb>,
    /// Events in their working life, latest first: each with its day in words, and what follows from it.
    pub events: Vec<(Crumb, String)>,
    /// The address where an event is recorded; empty for readers who may not.
    pub record_event: String,
    /// Permissions and exceptions that they asked for or that apply to them; empty for readers who may see no register.
    pub permissions: Vec<Mention>,
}

/// A device that they hold.
#[derive(Debug, Clone)]
pub struct Custody {
    /// The device; without an address for readers who may not see devices of the force.
    pub device: Crumb,
    /// The model.
    pub model: String,
    /// Its current state.
    pub state: devices_web::State,
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
    /// When they accepted it; `None` if they have not.
    pub at: Option<Timestamp>,
    /// The address of the page that records its acceptance; empty for readers who may not record it.
    pub terms: String,
    /// The address of the page of exactly what was accepted.
    pub shown: String,
    /// Whether they are asked to accept it; somebody without a device may accept the terms that come with one, and need not.
    pub asked: bool,
}

impl View {
    /// Returns a made-up holder, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hours_ago = web_shell::clock::hours_ago;
        let acceptance = |id: &str, title: &str, version: &str, current, at| Acceptance {
            document: Crumb::new(format!("/documents/{id}"), title),
            version: version.into(),
            current,
            at,
            terms: format!("/people/1234/terms/{id}"),
            shown: format!("/people/1234/accepted/{id}?version=3f6c"),
            asked: true,
        };
        Self {
            shell: Shell::sample(Area::People),
            name: "PC Ames <script>".into(),
            number: "1234".into(),
            force: domain::samples::HOME,
            about: vec![
                ("Role".into(), "Response officer".into()),
                ("Unit".into(), "Thetford".into()),
                ("Line manager".into(), String::new()),
            ],
            gone: String::new(),
            forms: "/people/1234".into(),
            roles: "Holder, Service desk analyst".into(),
            roles_href: "/people/1234/roles".into(),
            covert_href: "/people/1234/covert".into(),
            custody: vec![
                Custody {
                    device: Crumb::new("/devices/NC-10442", "NC-10442"),
                    model: "iPhone 15".into(),
                    state: devices_web::State::Enrolled,
                },
                Custody {
                    device: Crumb::new("/devices/NC-09001", "NC-09001"),
                    model: "iPhone 11".into(),
                    state: devices_web::State::Enrolled,
                },
            ],
            sees_custody: true,
            handovers: custody_web::list::View::sample().rows,
            duty: "/people/1234/duty".into(),
            acceptances: vec![
                acceptance(
                    "mobile-device-use",
                    "Mobile Device Use Policy",
                    "2017-09",
                    true,
                    Some(hours_ago(2402)),
                ),
                acceptance("personal-devices", "Use of Personal Devices", "1.1", true, None),
            ],
            permissions: vec![Mention::sample()],
            cases: vec![Crumb::new("/cases/C-2026-0117", "C-2026-0117, lost device, open")],
            events: vec![(
                Crumb::new("/events/1", "Leaves <script>"),
                "30 November 2026: due by 2026-11-27".into(),
            )],
            record_event: "/people/1234/events".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_not_accepted_stand_out() {
        let html = View::sample().render().unwrap();
        assert!(
            html.contains("Not accepted") && html.contains("/people/1234/terms/personal-devices"),
            "{html}"
        );
    }
}
