//! One hand-over, for staff who may see custody and for both its sides: the content that both sides see, who has signed, and how
//! the other signs.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, HandoverState, IdentityCheck, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "show/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the form.
    pub errors: Errors,
    /// The page's own address; its forms post to addresses below it.
    pub href: String,
    /// The hand-over's reference.
    pub reference: String,
    /// The kind of hand-over.
    pub kind: &'static str,
    /// The kind explained in a sentence.
    pub explains: &'static str,
    /// Its state.
    pub state: HandoverState,
    /// The giver's force.
    pub force: Force,
    /// Names and values: from, to, due back, and the like.
    pub about: Vec<(String, String)>,
    /// The things that change hands.
    pub things: Vec<Thing>,
    /// Both sides.
    pub sides: Vec<Side>,
    /// Names on signatures that a change voided.
    pub voided: Vec<String>,
    /// The time after which it can no longer be signed.
    pub expires: Timestamp,
    /// The reason why it ended without both signatures; empty while it is open, or where both signed.
    pub ended: String,
    /// Digest of exactly what is shown; a signature sends it back.
    pub digest: String,
    /// Digests of the record, once both have signed.
    pub record: Option<(String, String)>,
    /// Whether the reader may withdraw it.
    pub may_withdraw: bool,
    /// The version that the reader may change; `None` if they may not.
    pub may_change: Option<i64>,
    /// Whether the reader is one of its sides and may refuse.
    pub may_refuse: bool,
    /// The name, the reason or the way in which it came, as typed.
    pub typed: Typed,
}

/// The values typed, kept when the page is shown again.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The name at the counter.
    pub name: String,
    /// The identity check at the counter.
    pub check: String,
    /// A reason for withdrawing or refusing.
    pub why: String,
}

/// One thing.
#[derive(Debug, Clone)]
pub struct Thing {
    /// The device, with the address of its page for readers who may see it; otherwise without an address.
    pub device: Crumb,
    /// Its id, which names its fields.
    pub id: String,
    /// The force's label.
    pub tag: String,
    /// A description of it.
    pub what: String,
    /// Its condition.
    pub condition: String,
    /// The word of its condition.
    pub condition_word: String,
    /// The things that go with it.
    pub with_it: String,
    /// The things that should go with it and are missing.
    pub missing: String,
    /// A further note.
    pub note: String,
}

impl Thing {
    /// Returns the name of one of its fields.
    fn field(&self, name: &str) -> String {
        format!("{name}-{}", self.id)
    }
}

/// One side.
#[derive(Debug, Clone)]
pub struct Side {
    /// The word of the side.
    pub word: &'static str,
    /// `Gives` or `Takes`.
    pub title: &'static str,
    /// The person's name.
    pub name: String,
    /// The signature, if it has signed.
    pub signed: Option<Signature>,
    /// What the reader states by signing, if this side is theirs.
    pub own: String,
    /// What the person states at the counter, if the reader may have them sign there.
    pub counter: String,
    /// Whether the reader may record that it came without its giver.
    pub absent: bool,
}

/// A signature.
#[derive(Debug, Clone)]
pub struct Signature {
    /// The name of the person who signed.
    pub name: String,
    /// The statement.
    pub statement: String,
    /// How the person who signed was identified.
    pub how: String,
    /// The time of the signature.
    pub at: Timestamp,
}

impl View {
    fn colour(&self) -> &'static str {
        crate::state_colour(self.state)
    }

    /// Returns whether both signed and the retention time of one of the people in it has passed.
    fn record_erased(&self) -> bool {
        self.state == HandoverState::Complete && self.record.is_none()
    }

    fn state_title(&self) -> &'static str {
        crate::state_title(self.state)
    }

    fn open(&self) -> bool {
        self.state == HandoverState::Draft
    }

    fn checks(&self) -> Vec<Choice> {
        Choice::list(IdentityCheck::ALL.iter().map(|one| (one.as_str(), one.title())), &self.typed.check)
    }

    fn conditions(&self, chosen: &str) -> Vec<Choice> {
        crate::conditions(chosen)
    }

    /// Returns a made-up issue that waits for its receiver, for the gallery and the tests.
    // long because it fills every field of the page
    #[expect(clippy::too_many_lines, reason = "it fills every field of the page")]
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/custody", "Custody"));
        Self {
            shell,
            errors: [("name", "This side is for Łukasz Żółć; the name must be typed as the register has it")]
                .into_iter()
                .collect(),
            href: "/custody/1".into(),
            reference: "H-1001".into(),
            kind: "Issue",
            explains: "From a store to the person who is to hold it.",
            state: HandoverState::Draft,
            force: domain::samples::HOME,
            about: vec![
                ("From".into(), "ICT stores, Norwich <script>".into()),
                ("To".into(), "Łukasz Żółć (1234)".into()),
            ],
            things: vec![Thing {
                device: Crumb::new("/devices/NC-10442", "F4GXQ2ABCD"),
                id: "1".into(),
                tag: "NC-10442".into(),
                what: "Apple iPhone 15".into(),
                condition: "Good".into(),
                condition_word: "good".into(),
                with_it: "Charger, case".into(),
                missing: String::new(),
                note: "Scratch beside the camera".into(),
            }],
            sides: vec![
                Side {
                    word: "giver",
                    title: "Gives",
                    name: "ICT stores, Norwich".into(),
                    signed: Some(Signature {
                        name: "Morgan Ash".into(),
                        statement: "I, Morgan Ash, confirm that I hand over the thing listed.".into(),
                        how: "Under their own sign-in".into(),
                        at: web_shell::clock::hours_ago(1),
                    }),
                    own: String::new(),
                    counter: String::new(),
                    absent: false,
                },
                Side {
                    word: "receiver",
                    title: "Takes",
                    name: "Łukasz Żółć (1234)".into(),
                    signed: None,
                    own: String::new(),
                    counter: "I, Łukasz Żółć, confirm that I have received the thing listed.".into(),
                    absent: false,
                },
            ],
            voided: vec!["Morgan Ash".into()],
            expires: web_shell::clock::hours_ahead(160),
            ended: String::new(),
            digest: "4f".repeat(32),
            record: None,
            may_withdraw: true,
            may_change: Some(2),
            may_refuse: false,
            typed: Typed { name: "Lukasz".into(), check: "warrant-card".into(), why: String::new() },
        }
    }

    /// Returns the same issue with both signatures, for the gallery and the tests.
    #[must_use]
    pub fn sample_complete() -> Self {
        let base = Self::sample();
        let mut sides = base.sides.clone();
        if let [giver, receiver] = sides.as_mut_slice() {
            receiver.signed.clone_from(&giver.signed);
            receiver.counter.clear();
        }
        Self {
            errors: Errors::default(),
            state: HandoverState::Complete,
            sides,
            record: Some(("aa".repeat(32), "bb".repeat(32))),
            may_withdraw: false,
            may_change: None,
            ..base
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_never_reads_as_signed() {
        let waiting = View::sample().render().unwrap();
        assert!(waiting.contains("Waits for signatures") && waiting.contains("Not signed yet"), "{waiting}");
        assert!(!waiting.contains("record.pdf"));
        let complete = View::sample_complete().render().unwrap();
        assert!(complete.contains("Both signed") && complete.contains("/custody/1/record.pdf"), "{complete}");
        assert!(
            !complete.contains("<button type=\"submit\" class=\"govuk-button\">"),
            "nothing left to sign"
        );
    }
}
