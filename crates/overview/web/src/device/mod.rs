//! One device, for everybody who may see it: what it is, its holder, the settings sent and in force, the outcome of each clause,
//! the orders that can be given.
//!
//! *Sent*, *acknowledged* and *reported in force* are three columns and never one: a device that acknowledges a command does not
//! necessarily carry it out.

pub(crate) mod handler;
pub mod sample;

use askama::Template;
use devices_web::State;
use domain::{DeviceKind, Force, Grade, Outcome, Timestamp};
use permissions_web::setting::Setting;

use web_shell::filters;
use web_shell::frame::{Crumb, Shell};
use web_shell::parts::form::Errors;
use web_shell::parts::registers::{Mention, Risk};

/// The data shown on the page. A part that this person may not see is `None`; it is left out, and nothing is shown in its place.
#[derive(Debug, Clone, Template)]
#[template(path = "device/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The device's own address; its forms post to addresses below it.
    pub href: String,
    /// The maker's serial number.
    pub serial: String,
    /// The force's own label; empty if it has none.
    pub asset: String,
    /// The kind of device.
    pub kind: DeviceKind,
    /// Its current state.
    pub state: State,
    /// The force that owns it.
    pub force: Force,
    /// The data in the register.
    pub register: Vec<Fact>,
    /// The facts that it last reported.
    pub reported: Option<Vec<Fact>>,
    /// The apps on it and when it reported them, if it ever did.
    pub apps: Option<Option<(Vec<String>, Timestamp)>>,
    /// The holder.
    pub holder: Option<Holder>,
    /// Whether this person may not see who holds it, or whether anybody does.
    pub holder_hidden: bool,
    /// Its enrolment.
    pub enrolment: Option<Enrolment>,
    /// Whether this person may enrol it, and it can be enrolled.
    pub may_enrol: bool,
    /// Whether this person may name another intended holder.
    pub may_hand_over: bool,
    /// Its standing after the last signed hand-over, and the place where it is.
    pub standing: String,
    /// Links to the hand-overs that can be begun from here.
    pub ways: Vec<Crumb>,
    /// The chain of custody, newest first.
    pub chain: Option<Vec<custody_web::list::Row>>,
    /// The number of the new holder that was typed.
    pub typed_holder: String,
    /// Whether it is under a legal hold.
    pub held: Option<bool>,
    /// Orders held beyond a cap that are not commands, each with a link to its burst.
    pub held_acts: Vec<Crumb>,
    /// Links to further things that this person may do, each on a page of its own.
    pub links: Vec<Crumb>,
    /// The errors in the form that was sent.
    pub errors: Errors,
    /// The orders that may be given, by how much harm they can do.
    pub actions: Vec<Action>,
    /// The settings that were sent to it.
    pub settings: Option<Vec<Setting>>,
    /// The outcome of each clause, worst first.
    pub clauses: Option<Vec<Clause>>,
    /// What it lacks, so that it keeps less by itself than its platform can; empty if it lacks nothing.
    pub lacks: Vec<String>,
    /// The clauses of which it keeps less for that.
    pub unheld: Vec<Crumb>,
    /// The queued and past commands, newest first.
    pub commands: Option<Vec<Command>>,
    /// Cases about it, newest first.
    pub cases: Option<Vec<Case>>,
    /// Permissions and exceptions for it or for its holder.
    pub permissions: Option<Vec<Mention>>,
}

/// One fact of the register or the device.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The name of the fact.
    pub name: String,
    /// Its value; empty if it was never recorded or reported.
    pub value: String,
    /// How it was reported; `None` for the register's own data.
    pub grade: Option<Grade>,
    /// When it was recorded or reported.
    pub at: Option<Timestamp>,
}

/// The person who has the device.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Rank, number and name.
    pub name: String,
    /// The address of their page.
    pub href: String,
    /// Whether both sides signed that they have it.
    pub signed: bool,
    /// The time from which they have it.
    pub since: Timestamp,
    /// When they had accepted all terms in force; `None` if they have not.
    pub accepted: Option<Timestamp>,
    /// The documents whose terms in force they have not accepted.
    pub missing: Vec<String>,
}

/// The device's enrolment.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Whether the device is supervised, as reported.
    pub supervised: Option<bool>,
    /// When it enrolled.
    pub since: Timestamp,
    /// When it last checked in.
    pub seen: Timestamp,
    /// When its certificate expires.
    pub certificate_until: Option<Timestamp>,
    /// When its certificate was revoked.
    pub certificate_revoked: Option<Timestamp>,
    /// Whether it has been silent for longer than the force allows.
    pub silent: bool,
    /// The reason why the last attempt to wake it failed; empty if it did not fail.
    pub push_failed: String,
}

/// An order that can be given to the device.
#[derive(Debug, Clone)]
pub struct Action {
    /// The word that the form sends, such as `lock`.
    pub word: &'static str,
    /// The text of the button.
    pub title: &'static str,
    /// The effect of the order, and whether it can be undone.
    pub effect: &'static str,
    /// Whether it destroys something, so that a second person must approve it; the page says so.
    pub second_person: bool,
    /// Whether it shows a message and a telephone number on the device's screen, which the form then asks for.
    pub message: bool,
    /// The values typed, when the form is shown again.
    pub typed: Option<Typed>,
    /// The reason why it cannot be given now; empty if it can.
    pub refused: String,
}

/// The values typed into the form of an order.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The reason for the order.
    pub reason: String,
    /// The message for the screen.
    pub message: String,
    /// The number for the screen.
    pub phone: String,
}

/// The outcome of one clause for this device.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The clause, with a link to its page.
    pub clause: Crumb,
    /// Its title.
    pub title: String,
    /// The outcome with its reason.
    pub outcome: Outcome,
    /// The weakest grade among the facts used; `None` if there were none.
    pub grade: Option<Grade>,
    /// When the oldest fact used was reported.
    pub fact_at: Option<Timestamp>,
    /// The address of the page that replays the judgement.
    pub explain: String,
    /// The person who carries the risk where it is not met.
    pub risk: Option<Risk>,
}

/// One command.
#[derive(Debug, Clone)]
pub struct Command {
    /// The command in words.
    pub title: String,
    /// Its state, such as `queued`, `put by (NotNow)`, `acknowledged`, `delivery uncertain`.
    pub state: String,
    /// When it was asked for.
    pub asked: Timestamp,
    /// When its state last changed.
    pub changed: Timestamp,
    /// The person who asked for it, and the reason.
    pub by: String,
    /// Its own address; its forms post to addresses below it.
    pub href: String,
    /// Whether this person may approve it as the second person.
    pub may_approve: bool,
    /// Whether this person may still withdraw it.
    pub may_take_back: bool,
    /// Whether it carries a PIN that this person may ask for.
    pub has_pin: bool,
    /// Whether it brought a location that this person may ask for.
    pub has_location: bool,
}

/// One case about the device.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its reference, with a link to its page.
    pub case: Crumb,
    /// Its type and state in words.
    pub text: String,
    /// When it was opened.
    pub opened: Timestamp,
}

impl Action {
    fn typed(&self) -> Typed {
        self.typed.clone().unwrap_or_default()
    }

    fn field(&self, name: &str) -> String {
        format!("{name}-{}", self.word)
    }
}

impl View {
    /// Returns whether the page has a part for orders; people who only look at their own device get none.
    fn acts(&self) -> bool {
        self.commands.is_some() || self.may_enrol || !self.actions.is_empty() || !self.links.is_empty()
    }

    fn count(&self, word: &str) -> usize {
        self.clauses.iter().flatten().filter(|clause| clause.outcome.word() == word).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sent_acknowledged_and_in_force_are_told_apart() {
        let html = View::sample().render().unwrap();
        for words in ["Not reported in force", "Not acknowledged", "Not sent yet"] {
            assert!(html.contains(words), "{words}");
        }
    }

    #[test]
    fn destruction_asks_for_a_second_person_and_a_reason() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("second person must approve") && html.contains("id=\"reason-erase\""));
    }

    #[test]
    fn a_part_that_may_not_be_seen_is_left_out_and_not_said_to_be_empty() {
        let html = View::sample_narrow().render().unwrap();
        for words in [
            "id=\"clauses\"",
            "id=\"commands\"",
            "id=\"custody\"",
            "legal hold",
            "No clause",
            "Nobody holds it",
        ] {
            assert!(!html.contains(words), "{words}");
        }
        assert!(html.contains("id=\"register\""), "what the device is stays");
    }

    #[test]
    fn a_device_that_never_enrolled_promises_nothing() {
        let html = View::sample_registered().render().unwrap();
        assert!(html.contains("Nothing is known of it") && !html.contains("Met</strong>"), "{html}");
    }
}
