//! Defines the report of a lost device: ten questions at most, each of which may be answered with "I do not know", and what the
//! answers mean for the person who gives them.

use domain::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The longest answer, in characters.
pub const LONGEST: usize = 300;

/// A question of the report. There are never more than ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Who had the device.
    Whose,
    /// Which device it is.
    Device,
    /// The force that the device belongs to.
    Force,
    /// Whether it was lost or stolen.
    How,
    /// When somebody last had it.
    LastHad,
    /// Where that was.
    Place,
    /// Whether it was on and locked.
    State,
    /// What was with it.
    With,
    /// Who reports it.
    Reporter,
    /// How to reach that person.
    Contact,
}

impl Question {
    /// Every question, in the order in which they are asked.
    pub const ALL: [Self; 10] = [
        Self::Whose,
        Self::Device,
        Self::Force,
        Self::How,
        Self::LastHad,
        Self::Place,
        Self::State,
        Self::With,
        Self::Reporter,
        Self::Contact,
    ];

    /// Returns the name of its field in forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Force => "force",
            Self::Whose => "whose",
            Self::Device => "device",
            Self::How => "how",
            Self::LastHad => "last-had",
            Self::Place => "place",
            Self::State => "state",
            Self::With => "with",
            Self::Reporter => "reporter",
            Self::Contact => "contact",
        }
    }

    /// Returns the question.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Force => "Which force does the device belong to?",
            Self::Whose => "Whose device is it?",
            Self::Device => "Which device is it?",
            Self::How => "Was it lost or stolen?",
            Self::LastHad => "When was it last seen?",
            Self::Place => "Where was that?",
            Self::State => "Was the device locked?",
            Self::With => "Was anything with it?",
            Self::Reporter => "Who are you?",
            Self::Contact => "On what number can we reach you?",
        }
    }

    /// Returns what staff read before the answer: the question was put to somebody else.
    #[must_use]
    pub const fn for_staff(self) -> &'static str {
        match self {
            Self::Force => "Force",
            Self::Whose => "Whose device, as reported",
            Self::Device => "Which device, as reported",
            Self::How => "Lost or stolen",
            Self::LastHad => "Last seen",
            Self::Place => "Where",
            Self::State => "Was it locked",
            Self::With => "With it",
            Self::Reporter => "Reporter",
            Self::Contact => "Number of the reporter",
        }
    }
}

/// A set of words for an answer that is chosen.
macro_rules! answer {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal / $title:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// The reporter does not know.
            #[default]
            NotKnown,
        }

        impl $name {
            /// Every answer.
            pub const ALL: &[Self] = &[$(Self::$variant,)+ Self::NotKnown];

            /// Returns its word in forms.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ Self::NotKnown => "not-known" }
            }

            /// Returns the answer in words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ Self::NotKnown => "I do not know" }
            }

            /// Reads a word; anything else is not known.
            #[must_use]
            pub fn read(word: &str) -> Self {
                Self::ALL.iter().copied().find(|known| known.as_str() == word).unwrap_or_default()
            }
        }
    };
}

answer! {
    /// How the device was lost. Stolen counts as lost for everything that follows (MDU-4.3).
    How {
        /// It was lost.
        Lost = "lost" / "Lost",
        /// It was stolen.
        Stolen = "stolen" / "Stolen",
    }
}

answer! {
    /// The state of the device when it was lost.
    DeviceState {
        /// Switched on and locked.
        Locked = "locked" / "On and locked",
        /// Switched on and not locked.
        Unlocked = "unlocked" / "On and not locked",
        /// Switched off.
        Off = "off" / "Switched off",
    }
}

/// The answers to the questions, without the force, which is a word of the register. An empty text means that the reporter does not
/// know.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answers {
    /// Who had the device: a name, a collar number.
    pub whose: String,
    /// Which device: an asset tag, a serial number, a telephone number, a kind.
    pub device: String,
    /// Lost or stolen.
    pub how: How,
    /// When somebody last had it.
    pub last_had: Option<Timestamp>,
    /// The day on which somebody last had it, in words, where the time of day is not known; otherwise empty.
    #[serde(default)]
    pub last_day: String,
    /// Where that was.
    pub place: String,
    /// The state in which it was.
    pub state: DeviceState,
    /// What was with it: a passcode written down, a warrant card, a notebook.
    pub with: String,
    /// Who reports it.
    pub reporter: String,
    /// A number on which that person can be reached.
    pub contact: String,
}

impl std::fmt::Debug for Answers {
    /// Leaves the words out: they are about people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answers({} {})", self.how.as_str(), self.state.as_str())
    }
}

/// A fault in an answer: the question, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The question.
    pub question: Question,
    /// What to do.
    pub says: &'static str,
}

impl Answers {
    /// Trims the answers and checks them at the time of the report.
    ///
    /// # Errors
    /// Returns every fault: an answer that is too long or has control characters, a last sight in the future.
    pub fn checked(mut self, now: Timestamp) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        for (question, text) in [
            (Question::Whose, &mut self.whose),
            (Question::Device, &mut self.device),
            (Question::LastHad, &mut self.last_day),
            (Question::Place, &mut self.place),
            (Question::With, &mut self.with),
            (Question::Reporter, &mut self.reporter),
            (Question::Contact, &mut self.contact),
        ] {
            *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.chars().count() > LONGEST {
                faults.push(Fault { question, says: "Shorten this answer to 300 characters" });
            } else if text.chars().any(char::is_control) {
                faults.push(Fault { question, says: "Take out control characters" });
            }
        }
        if self.last_had.is_some_and(|at| at > now) {
            faults
                .push(Fault { question: Question::LastHad, says: "Enter a time that is not in the future" });
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// Returns how long after the last sight of the device it was reported (MDU-4.2); `None` where that is not known.
    #[must_use]
    pub fn delay(&self, reported_at: Timestamp) -> Option<Span> {
        self.last_had.map(|last| reported_at.since(last))
    }
}

/// What the register knows of a device that a report names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// No device, or none of this force.
    Nothing,
    /// Several devices fit, or the words name a kind that the person has none of.
    Several,
    /// The report names neither a person nor a number of a device, such as "laptop" alone.
    Unnamed,
    /// One device.
    One {
        /// Its loss is an open case.
        reported: bool,
        /// The person named in the report is not its holder.
        another_holder: bool,
    },
}

/// What a report means for what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// One device of the force's, reported for the first time.
    Ours,
    /// It cannot be told yet which device it is.
    Unclear,
    /// No device of the force's fits.
    NotOurs,
    /// The loss is known already; the report joins it.
    Already,
    /// The device is another person's than the report says.
    HeldByAnother,
}

impl Meaning {
    /// Works out what a report means.
    #[must_use]
    pub const fn of(found: Found) -> Self {
        match found {
            Found::Nothing => Self::NotOurs,
            Found::Several | Found::Unnamed => Self::Unclear,
            Found::One { reported: true, .. } => Self::Already,
            Found::One { another_holder: true, .. } => Self::HeldByAnother,
            Found::One { .. } => Self::Ours,
        }
    }

    /// Returns the sentence for the desk.
    #[must_use]
    pub const fn for_the_desk(self) -> &'static str {
        match self {
            Self::Ours => "The report fits one device of the force.",
            Self::Unclear => {
                "The report does not say for certain which device it is: ask the reporter, then press “Find it in the register” and choose it."
            }
            Self::NotOurs => {
                "No device of the force fits the report. If it is a private device, tell the reporter that the force cannot lock it; \
                 if force information may be on it, open a data breach case."
            }
            Self::Already => {
                "This loss was reported before: the report was added to it, and nobody is called twice."
            }
            Self::HeldByAnother => {
                "The register gives the device to somebody else than the report names: ask who had it, and correct custody afterwards."
            }
        }
    }

    /// Returns the sentence for a reporter who is not signed in. It tells nobody what the register holds.
    #[must_use]
    pub const fn for_the_reporter(self) -> &'static str {
        match self {
            Self::Already => "This loss was reported before. Your report was added to it.",
            Self::Ours | Self::HeldByAnother | Self::Unclear | Self::NotOurs => {
                "People at the force are being called about it."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + minutes * 60_000)
    }

    #[test]
    fn a_report_without_any_answer_is_a_report() {
        let report = Answers::default().checked(at(0)).unwrap();
        assert_eq!((report.how, report.state), (How::NotKnown, DeviceState::NotKnown));
        assert_eq!(report.delay(at(0)), None);
        assert!(Question::ALL.len() <= 10);
    }

    #[test]
    fn answers_are_tidied_and_every_fault_is_named() {
        let typed = Answers {
            place: "  Prince of \n Wales Road ".into(),
            last_had: Some(at(-65)),
            ..Answers::default()
        };
        let report = typed.checked(at(0)).unwrap();
        assert_eq!(report.place, "Prince of Wales Road");
        assert_eq!(report.delay(at(0)), Some(Span::from_secs(65 * 60)));
        let typed = Answers {
            whose: "x".repeat(LONGEST + 1),
            contact: "\u{0007}".into(),
            last_had: Some(at(1)),
            ..Answers::default()
        };
        let named: Vec<&str> =
            typed.checked(at(0)).unwrap_err().iter().map(|fault| fault.question.name()).collect();
        assert_eq!(named, ["whose", "contact", "last-had"]);
    }

    #[test]
    fn a_word_that_is_no_answer_is_not_known() {
        assert_eq!(How::read("stolen"), How::Stolen);
        assert_eq!(How::read("<script>"), How::NotKnown);
        assert_eq!(DeviceState::read(""), DeviceState::NotKnown);
    }

    #[test]
    fn what_a_report_means_tells_strangers_nothing_of_the_register() {
        let one = |reported, another_holder| Found::One { reported, another_holder };
        assert_eq!(Meaning::of(Found::Nothing), Meaning::NotOurs);
        assert_eq!(Meaning::of(Found::Several), Meaning::Unclear);
        assert_eq!(
            Meaning::of(Found::Unnamed),
            Meaning::Unclear,
            "\"laptop\" alone says nothing of whose it is"
        );
        assert_eq!(Meaning::of(one(true, true)), Meaning::Already);
        assert_eq!(Meaning::of(one(false, true)), Meaning::HeldByAnother);
        assert_eq!(Meaning::of(one(false, false)), Meaning::Ours);
        let strangers = [Meaning::NotOurs, Meaning::Unclear, Meaning::HeldByAnother, Meaning::Ours];
        assert!(
            strangers.iter().all(|meaning| meaning.for_the_reporter() == Meaning::Ours.for_the_reporter())
        );
        let says = Meaning::Ours.for_the_reporter();
        assert!(!says.contains("looks at"), "nobody has answered yet: {says}");
    }

    #[test]
    fn staff_read_no_question_that_was_put_to_somebody_else() {
        for question in Question::ALL {
            assert!(!question.for_staff().contains("you"), "{}", question.for_staff());
        }
    }
}
