//! One incident, for staff who may read its case: both halves of its form, the clock and what was decided about it, what was added.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use crate::list::ClockTag;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "show/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The title of its form.
    pub form: String,
    /// Its case.
    pub case: Crumb,
    /// The loss that its case is about, where there is one.
    pub loss: Option<Crumb>,
    /// What it is about.
    pub title: String,
    /// The kind of breach; empty where nobody said.
    pub kind: String,
    /// Its force.
    pub force: Force,
    /// The version that is shown.
    pub version: i64,
    /// The reporter, where the reader may see people.
    pub reporter: Option<Crumb>,
    /// How its clock stands.
    pub clock: ClockTag,
    /// The regulator and the law; empty where none has to be told.
    pub regulator: (String, String),
    /// When the clock began.
    pub aware: Timestamp,
    /// What may be decided now, for whom who may decide; empty for everybody else.
    pub decisions: Vec<Choice>,
    /// Whether the clock runs.
    pub runs: bool,
    /// What the force knows.
    pub known: Vec<(String, String)>,
    /// The reporter's half.
    pub answers: Vec<(String, String)>,
    /// Who sent it, and when.
    pub sent: Option<(String, Timestamp)>,
    /// When it is due.
    pub due: Timestamp,
    /// The assessor's half.
    pub assessment: Vec<(String, String)>,
    /// Who finished it, and when.
    pub assessed: Option<(String, Timestamp)>,
    /// What was added and decided, newest first.
    pub entries: Vec<RecordLine>,
    /// The files of its case.
    pub files: Vec<Attached>,
    /// When what it held was erased.
    pub erased: Option<Timestamp>,
    /// The sealed case of its referral, for those who may know of it.
    pub referral: Option<Crumb>,
    /// Whether the reader may fill in the reporter's half, and add to it.
    pub may_fill: bool,
    /// Whether the reader may assess it.
    pub may_assess: bool,
    /// Whether the reader may refer it to professional standards.
    pub may_refer: bool,
    /// Whether it is the reader's own, so that somebody else must see to it.
    pub own: bool,
    /// What was typed.
    pub typed: Typed,
}

/// What was typed on the page.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// As an addition.
    pub more: String,
    /// As the reason of a decision.
    pub reason: String,
    /// As the regulator's reference.
    pub reference: String,
    /// As the reason of a referral.
    pub why: String,
}

/// A file of its case.
#[derive(Debug, Clone)]
pub struct Attached {
    /// Its content, by its name.
    pub link: Crumb,
    /// Who added it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// One entry of its record.
#[derive(Debug, Clone)]
pub struct RecordLine {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What happened, in words.
    pub what: String,
    /// What was said; empty where nothing was.
    pub text: String,
    /// The regulator's reference; empty where there is none.
    pub reference: String,
}

impl View {
    /// Returns whether the reporter's half was sent after its time.
    fn was_late(&self) -> bool {
        self.sent.as_ref().is_some_and(|(_, at)| *at > self.due)
    }

    /// Returns an incident whose clock runs, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let until = web_shell::clock::hours_ahead(41);
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("reason", "Enter a reason")].into_iter().collect(),
            href: "/incidents/1".into(),
            form: "Security incident form".into(),
            case: Crumb::new("/cases/1", "C-1043"),
            loss: Some(Crumb::new("/losses/1", "The loss")),
            title: "iPhone F4GXQ2ABCD <script>: reported lost".into(),
            kind: String::new(),
            force: domain::samples::HOME,
            version: 3,
            reporter: Some(Crumb::new("/people/1", "PC Ames <script> (1234)")),
            clock: ClockTag { text: "41 hours left".into(), colour: "yellow", until: Some(until) },
            regulator: ("the Information Commissioner's Office".into(), "UK GDPR Article 33".into()),
            aware: web_shell::clock::hours_ago(31),
            decisions: Choice::list(
                [
                    ("confirmed", "It must be told"),
                    ("not-notifiable", "It need not be told"),
                    ("notified", "It was told"),
                ],
                "",
            ),
            runs: true,
            known: vec![("Device".into(), "iPhone F4GXQ2ABCD <script>".into())],
            answers: vec![("Where was that?".into(), "Prince of Wales Road <script>".into())],
            sent: Some(("PC Ames <script>".into(), web_shell::clock::hours_ago(20))),
            due: web_shell::clock::hours_ago(7),
            assessment: vec![("How severe would that be?".into(), String::new())],
            assessed: None,
            entries: vec![RecordLine {
                at: web_shell::clock::hours_ago(20),
                who: "PC Ames <script>".into(),
                what: "The reporter's half was sent".into(),
                text: String::new(),
                reference: String::new(),
            }],
            files: vec![Attached {
                link: Crumb::new("/cases/1/files/1", "the whiteboard <script>.jpg"),
                by: "Morgan Ash <script>".into(),
                at: web_shell::clock::hours_ago(1),
            }],
            erased: None,
            referral: None,
            may_fill: true,
            may_assess: true,
            may_refer: true,
            own: false,
            typed: Typed::default(),
        }
    }

    /// Returns an incident about which the regulator was told, for the gallery and the tests.
    #[must_use]
    pub fn sample_decided() -> Self {
        Self {
            errors: Errors::default(),
            clock: ClockTag { text: "Regulator told".into(), colour: "green", until: None },
            decisions: Choice::list([("reopened", "Decide it again")], ""),
            runs: false,
            assessed: Some(("Lee Moss <script>".into(), web_shell::clock::hours_ago(2))),
            entries: vec![RecordLine {
                at: web_shell::clock::hours_ago(1),
                who: "Kim Vale <script>".into(),
                what: "The regulator was told".into(),
                text: "Victims' names were in the notebook <script>".into(),
                reference: "IC-1234 <script>".into(),
            }],
            referral: Some(Crumb::new("/cases/2", "C-1050")),
            may_refer: false,
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_clock_asks_for_a_decision_and_a_stopped_one_can_be_opened_again() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("41 hours left") && html.contains("It need not be told"), "{html}");
        let decided = View::sample_decided().render().unwrap();
        assert!(decided.contains("Decide it again") && decided.contains("IC-1234"), "{decided}");
        let own =
            View { own: true, decisions: Vec::new(), may_assess: false, may_refer: false, ..View::sample() };
        assert!(own.render().unwrap().contains("somebody else must decide"));
    }
}
