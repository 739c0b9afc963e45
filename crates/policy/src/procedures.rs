//! What people do, step by step: the types of case, and the events in people's working lives that open them.
//!
//! Other forces run other procedures, so both are data: `cases/<type>.toml` and `movers.toml`.

use domain::ClauseId;
use serde::Serialize;

use crate::model::Limit;
use crate::words::{Actor, Closes, PersonDay, Proof};

/// A type of case: `cases/<name>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseType {
    /// Its title on screen.
    pub title: String,
    /// What closes it.
    pub closes: Closes,
    /// What it holds is read only for a stated reason.
    pub sealed: bool,
    /// The team that has it until a person takes it.
    pub owner: Actor,
    /// What is to be done, in order.
    pub steps: Vec<CaseStep>,
    /// Who is reminded, and when.
    pub chases: Vec<Chase>,
}

/// One step of a case type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseStep {
    /// Its name within the type.
    pub name: String,
    /// What is to be done, in words.
    pub title: String,
    /// Who does it.
    pub who: Actor,
    /// What shows that it was done.
    pub proof: Proof,
    /// The clause that asks for it, where that is not the one of the case.
    pub clause: Option<ClauseId>,
    /// When it is due.
    pub due: StepDue,
    /// One such step for each thing that the person holds.
    pub each_item: bool,
    /// Asked only where the person holds nothing, in the place of one step for each thing.
    pub if_nothing_held: bool,
    /// Only for cases that one of these events opened; empty: for all.
    pub only: Vec<String>,
    /// The case is not opened with it; something that happens in the case adds it.
    pub later: bool,
}

/// When a step is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepDue {
    /// There is no limit.
    Never,
    /// So long after the case was opened.
    Within(Limit),
    /// On the date that the case was opened for.
    CaseDate,
}

/// A reminder of a case that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chase {
    /// Who is reminded.
    pub to: Actor,
    /// Of which step; `None` for the time limit of the case as a whole.
    pub of: Option<String>,
    /// Whether before or after the time limit.
    pub after: bool,
    /// The limit.
    pub by: Limit,
}

/// A kind of event in a person's working life: an entry of `movers.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MoverEvent {
    /// Its name.
    pub name: String,
    /// Its title on screen.
    pub title: String,
    /// What its date means, such as "last working day".
    pub date: String,
    /// What its second date means; `None` if it has none.
    pub until: Option<String>,
    /// The clause under which it asks for something.
    pub clause: Option<ClauseId>,
    /// The type of case that it opens; `None` if it opens none.
    pub opens: Option<String>,
    /// The working days before its date by which that case is due.
    pub days_before: i64,
    /// Where things are handed in, or given out.
    pub place: Option<String>,
    /// The notice to the person.
    pub tells: String,
    /// It applies only to people who no longer need a device, for good or for longer than so many months.
    pub unless_within_months: Option<i64>,
    /// Which of a person's own days it follows by itself.
    pub follows: Option<PersonDay>,
    /// The events whose open work it makes unnecessary.
    pub ends: Vec<String>,
    /// It may reveal something private about the person, so that lists show it to few.
    pub private: bool,
}

impl CaseType {
    /// Returns the steps that a case begins with, of those that such an event asks for; `None` for a case without an event.
    pub fn first_steps<'a>(&'a self, event: Option<&'a str>) -> impl Iterator<Item = &'a CaseStep> {
        self.steps.iter().filter(move |step| {
            !step.later
                && (step.only.is_empty()
                    || event.is_some_and(|event| step.only.iter().any(|only| only == event)))
        })
    }

    /// Returns the step of that name.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<&CaseStep> {
        self.steps.iter().find(|step| step.name == name)
    }
}

impl MoverEvent {
    /// Returns whether the event asks for anything: `months` is how long a change of role lasts (`None`: for good), `carries`
    /// whether the new role carries a device.
    #[must_use]
    pub fn asks(&self, months: Option<i64>, carries: bool) -> bool {
        match self.unless_within_months {
            None => self.opens.is_some(),
            Some(limit) => self.opens.is_some() && !carries && months.is_none_or(|months| months > limit),
        }
    }
}
