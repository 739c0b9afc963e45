//! The part of a document's page about what people do: approvals by the forces, reviews, the original.

use compliance_app::documents::DocumentRead;
use compliance_app::reviews::ReviewOutcome;
use domain::Timestamp;
use kernel::access::{ApproveDocuments, KeepDocuments, permit};

use web_shell::format;
use web_shell::frame::Crumb;
use web_shell::links::case_crumb;
use web_shell::parts::form::Choice;
use web_shell::session::{Ctx, Fields};

/// What people have done about a document, and what the reader may do.
#[derive(Debug, Clone)]
pub struct Records {
    /// The digest of its words, which is what somebody approves.
    pub digest: String,
    /// The forces, each with its approval.
    pub forces: Vec<Approved>,
    /// The recorded reviews, the last one first.
    pub reviews: Vec<Reviewed>,
    /// The open cases of its overdue review.
    pub cases: Vec<Crumb>,
    /// The original; `None` where the document names none.
    pub original: Option<Original>,
    /// Whether the reader may record reviews and compare the original.
    pub may_keep: bool,
    /// The review that was typed.
    pub typed: Typed,
}

/// What one force has approved.
#[derive(Debug, Clone)]
pub struct Approved {
    /// Its word.
    pub force: String,
    /// Its title.
    pub title: String,
    /// When and by whom, in a sentence.
    pub says: String,
    /// Whether the reader may approve for it.
    pub may: bool,
}

/// A recorded review.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// Its day and outcome, and the day of the next one.
    pub says: String,
    /// What was found.
    pub found: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// The original.
#[derive(Debug, Clone)]
pub struct Original {
    /// Its form, in words.
    pub form: String,
    /// SHA-256 of it, in hex.
    pub digest: String,
    /// What is to be known of it.
    pub note: String,
    /// The last comparison, in a sentence.
    pub compared: String,
}

/// A review as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The day of the review.
    pub on: String,
    /// The outcomes to choose from.
    pub outcomes: Vec<Choice>,
    /// What was found.
    pub says: String,
    /// The day of the next review.
    pub next_on: String,
    /// Whether the laws were looked at.
    pub laws: bool,
}

impl Typed {
    /// Makes the form of a review, with what was typed into it.
    pub(crate) fn of(fields: Option<&Fields>) -> Self {
        let text = |name: &str| fields.map(|fields| fields.text(name)).unwrap_or_default();
        let all = ReviewOutcome::ALL.iter().map(|outcome| (outcome.as_str(), outcome.title()));
        Self {
            on: text("reviewed-on"),
            outcomes: Choice::list(all, &text("outcome")),
            says: text("says"),
            next_on: text("next-on"),
            laws: text("laws") == "yes",
        }
    }
}

impl Records {
    /// Makes the part of the page from what was read.
    pub(crate) fn of(ctx: &Ctx, read: &DocumentRead, typed: Typed) -> Self {
        let approves = permit::<ApproveDocuments>(&ctx.actor).ok();
        let forces = read.approvals.iter().map(|one| Approved {
            force: one.force.to_string(),
            title: ctx.force_title(one.force),
            says: match (&one.now, &one.before) {
                (Some((at, by)), _) => {
                    format!("Approved on {}, by {by}, as it is worded now", format::when(*at))
                }
                (None, Some((at, by))) => {
                    format!("Approved on {}, by {by}, in other words than now", format::when(*at))
                }
                (None, None) => "Not approved here".to_owned(),
            },
            may: one.now.is_none()
                && approves.as_ref().is_some_and(|permit| permit.scope().covers(one.force)),
        });
        let reviews = read.reviews.iter().map(|one| Reviewed {
            says: format!(
                "{}: {}. {}The next review is due on {}",
                format::day(one.on),
                one.outcome,
                if one.laws { "The laws were looked at. " } else { "" },
                format::day(one.next_on)
            ),
            found: one.says.clone(),
            at: one.at,
            by: one.by.clone(),
        });
        let original = read.original.as_ref().map(|original| Original {
            form: original.form.to_owned(),
            digest: original.sha256.clone(),
            note: original.note.clone().unwrap_or_default(),
            compared: match &original.last {
                None => "Nobody has compared a file with it yet".to_owned(),
                Some(last) if last.same => {
                    format!(
                        "Compared on {}, by {}: the file was the original",
                        format::when(last.at),
                        last.by
                    )
                }
                Some(last) => {
                    format!("Compared on {}, by {}: the file was another", format::when(last.at), last.by)
                }
            },
        });
        Self {
            digest: read.digest.clone(),
            forces: forces.collect(),
            reviews: reviews.collect(),
            cases: read.review_cases.iter().map(|(id, number)| case_crumb(*id, *number)).collect(),
            original,
            may_keep: ctx.may::<KeepDocuments>(),
            typed,
        }
    }

    /// Returns what one force approved and another has not, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let approved = |force: &str, title: &str, says: &str, may: bool| Approved {
            force: force.into(),
            title: title.into(),
            says: says.into(),
            may,
        };
        let when = "Approved on 22 November 2026, 3:00am, by Sam Ash <script>, as it is worded now";
        Self {
            digest: "3f6c1b0d".into(),
            forces: vec![
                approved("northshire", "Northshire Police", when, false),
                approved("southshire", "Southshire Police", "Not approved here", true),
            ],
            reviews: vec![Reviewed {
                says: "3 November 2026: It stays as it is. The next review is due on 3 November 2028".into(),
                found: "Nothing to change <script>".into(),
                at: Timestamp::from_millis(1_764_000_000_000),
                by: "Sam Ash <script>".into(),
            }],
            cases: vec![Crumb::new("/cases/1", "C-1041")],
            original: Some(Original {
                form: "PDF".into(),
                digest: "c89ae4e948aa6093614808931435b0262b25d889e7e006d479f35abc5ba63760".into(),
                note: "The signed paper lies with the policy unit <script>".into(),
                compared: "Nobody has compared a file with it yet".into(),
            }),
            may_keep: true,
            typed: Typed::of(None),
        }
    }

    /// Returns the same for somebody who may do nothing about it.
    #[must_use]
    pub fn for_reader(mut self) -> Self {
        for force in &mut self.forces {
            force.may = false;
        }
        Self { may_keep: false, ..self }
    }
}
