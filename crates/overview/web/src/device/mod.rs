//! One device: what it is, who has it, what was sent and what is in force, how each clause stands, what can be done.
//!
//! *Sent*, *acknowledged* and *reported in force* are three columns and never one: a device that takes a command does not
//! thereby obey it.

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

/// What the page shows. A part that is `None` this person may not see; it is left out, and nothing is said in its place.
#[derive(Debug, Clone, Template)]
#[template(path = "device/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// The device's own address, under which its forms are sent.
    pub href: String,
    /// The maker's serial number.
    pub serial: String,
    /// The force's own label; empty if it has none.
    pub asset: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Where it stands.
    pub state: State,
    /// Whose property it is.
    pub force: Force,
    /// What the register says of it.
    pub register: Vec<Fact>,
    /// What it last reported.
    pub reported: Option<Vec<Fact>>,
    /// The apps on it and when it reported them, if it ever did.
    pub apps: Option<Option<(Vec<String>, Timestamp)>>,
    /// Who has it.
    pub holder: Option<Holder>,
    /// Whether this person may not see who has it, or whether anybody.
    pub holder_hidden: bool,
    /// Its place under management.
    pub enrolment: Option<Enrolment>,
    /// Whether this person may enrol it, and it can be enrolled.
    pub may_enrol: bool,
    /// Whether this person may name another intended holder.
    pub may_hand_over: bool,
    /// Where it stands by the last signed hand-over, and the place where it is.
    pub standing: String,
    /// The hand-overs that can be begun from here: address and words.
    pub ways: Vec<Crumb>,
    /// The chain of custody, newest first.
    pub chain: Option<Vec<custody_web::list::Row>>,
    /// The number of the new holder that was typed.
    pub typed_holder: String,
    /// Whether a legal hold stands on it.
    pub held: Option<bool>,
    /// What is held beyond a cap on it and is no command, each leading to its burst.
    pub held_acts: Vec<Crumb>,
    /// Further things that this person may do, each on a page of its own.
    pub links: Vec<Crumb>,
    /// What was wrong with a form that was sent.
    pub errors: Errors,
    /// What may be done to it, in order of weight.
    pub actions: Vec<Action>,
    /// What was sent to it.
    pub settings: Option<Vec<Setting>>,
    /// How each clause stands, worst first.
    pub clauses: Option<Vec<Clause>>,
    /// The queue and what went before, newest first.
    pub commands: Option<Vec<Command>>,
    /// Desk work about it, newest first.
    pub cases: Option<Vec<Case>>,
    /// Permissions and exceptions for it or for its holder.
    pub permissions: Option<Vec<Mention>>,
}

/// One line of what the register or the device says.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// What it says; empty if that was never recorded or reported.
    pub value: String,
    /// How it came to us; `None` for the register's own data.
    pub grade: Option<Grade>,
    /// When it was said.
    pub at: Option<Timestamp>,
}

/// Who has the device.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Rank, number and name.
    pub name: String,
    /// Their page.
    pub href: String,
    /// Whether both sides signed that they have it.
    pub signed: bool,
    /// Since when they have it.
    pub since: Timestamp,
    /// When they had accepted all terms in force; `None` if they have not.
    pub accepted: Option<Timestamp>,
    /// The documents whose terms in force they have not accepted.
    pub missing: Vec<String>,
}

/// The device's place under management.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Whether the device is supervised, as reported.
    pub supervised: Option<bool>,
    /// When it enrolled.
    pub since: Timestamp,
    /// When it last checked in.
    pub seen: Timestamp,
    /// When its certificate runs out.
    pub certificate_until: Option<Timestamp>,
    /// When its certificate was revoked.
    pub certificate_revoked: Option<Timestamp>,
    /// Whether it has been silent for longer than the force allows.
    pub silent: bool,
    /// Why the last attempt to wake it failed; empty if it did not.
    pub push_failed: String,
}

/// Something that can be done to the device.
#[derive(Debug, Clone)]
pub struct Action {
    /// The word that the form sends, such as `lock`.
    pub word: &'static str,
    /// What the button says.
    pub title: &'static str,
    /// What will happen, and whether it can be undone.
    pub effect: &'static str,
    /// Whether it destroys something: then a second person must approve, and the page says so.
    pub second_person: bool,
    /// Whether it shows a message and a telephone number on the device's screen, which the form then asks for.
    pub message: bool,
    /// What was typed, when the form is shown again.
    pub typed: Option<Typed>,
    /// Why it cannot be asked for now; empty if it can.
    pub refused: String,
}

/// What was typed into an action's form.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Why it is to be done.
    pub reason: String,
    /// The message for the screen.
    pub message: String,
    /// The number for the screen.
    pub phone: String,
}

/// How one clause stands for this device.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The clause with its page.
    pub clause: Crumb,
    /// Its title.
    pub title: String,
    /// The outcome with its reason.
    pub outcome: Outcome,
    /// The weakest grade among the facts used; `None` if there were none.
    pub grade: Option<Grade>,
    /// When the oldest fact used was reported.
    pub fact_at: Option<Timestamp>,
    /// The page that replays the judgement.
    pub explain: String,
    /// Who carries the risk where it is not met.
    pub risk: Option<Risk>,
}

/// One command.
#[derive(Debug, Clone)]
pub struct Command {
    /// What, in words.
    pub title: String,
    /// Such as `queued`, `put by (NotNow)`, `acknowledged`, `delivery uncertain`.
    pub state: String,
    /// When it was asked for.
    pub asked: Timestamp,
    /// When its state last changed.
    pub changed: Timestamp,
    /// Who asked, and why.
    pub by: String,
    /// Its own address, under which its forms are sent.
    pub href: String,
    /// This person may be the second one who agrees.
    pub may_approve: bool,
    /// This person may still take it back.
    pub may_take_back: bool,
    /// It carries a PIN that this person may ask for.
    pub has_pin: bool,
    /// It brought a location that this person may ask for.
    pub has_location: bool,
}

/// One case about the device.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its reference with its page.
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
    /// Whether there is a part for what can be done: for who only looks at what is theirs there is none.
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
