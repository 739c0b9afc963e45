//! Takes in a breach that somebody reports of their own, without blame.

use domain::{IncidentId, PersonId};
use policy::{BreachKind, FormType, Half};
use serde_json::json;
use store::people::Person;
use store::{Tx, cases, incident_entries, incidents as rows, people};

use crate::answers::Asked;
use crate::fill::{add, fill, own};
use crate::keep::{locked, said, subject};
use crate::open::{form_with, once_of};
use crate::read::{HalfRead, half, takes_more};
use crate::{Answers, Fault, Filled, NewForm, Saved, open_form};
use cases_app::Opening;
use kernel::access::{AcceptOwn, Actor, Permit};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Most characters that are added to an earlier report.
const MOST_WORDS: usize = 2000;

/// A breach as its reporter tells it.
#[derive(Debug, Clone, Default)]
pub struct NewBreach {
    /// What it is: the name of a kind of the policy.
    pub kind: String,
    /// The answers of the reporter's half.
    pub answers: Answers,
    /// The earlier report of theirs that it belongs to, if it does.
    pub joins: Option<IncidentId>,
    /// The random text of the page's form: sent twice, it is one report.
    pub once: String,
    /// Whether the form is whole and sent; otherwise it is saved, and the clock runs all the same.
    pub send: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// It is taken in as this incident; the form is sent, or saved to go on with.
    TakenIn(IncidentId),
    /// Nothing was taken in: answers are missing or wrong.
    ToMend(Vec<Fault>),
}

/// What the page asks.
#[derive(Debug, Clone)]
pub struct BreachQuestions {
    /// The kinds of breach: name and title.
    pub kinds: Vec<(String, String)>,
    /// The questions.
    pub questions: HalfRead,
    /// Who reads it.
    pub goes_to: &'static str,
    /// The regulator, where one may have to be told.
    pub regulator: Option<String>,
}

fn form_for(library: &policy::Library) -> Result<&FormType, AppError> {
    form_with(library, |form| form.own_report.is_some())
}

/// Returns whether the policy in force has a form for one's own report.
#[must_use]
pub fn takes_own_reports(app: &App) -> bool {
    app.policy().library().forms.values().any(|form| form.own_report.is_some())
}

/// Returns what the page of an own report asks.
///
/// # Errors
/// [`AppError::Conflict`] where the policy has no form for it.
pub fn breach_questions(app: &App) -> Result<BreachQuestions, AppError> {
    let policy = app.policy();
    let form = form_for(policy.library())?;
    let case = form.own_report.as_deref().unwrap_or_default();
    let asked = Asked { form, half: Half::Reporter, case };
    Ok(BreachQuestions {
        kinds: form.kinds.iter().map(|kind| (kind.name.clone(), kind.title.clone())).collect(),
        questions: half(asked, &Answers::new()),
        goes_to: form.goes_to.title(),
        regulator: form.clock.as_ref().map(|clock| clock.regulator.clone()),
    })
}

/// Takes in a breach that somebody reports of their own: opens its case and its form, or adds to an earlier report of theirs. The
/// clock runs from here on.
///
/// # Errors
/// [`AppError::Invalid`] for a kind that there is not, for somebody who is not in the register, and for an earlier report that is
/// decided or closed, or for which the words are too long; [`AppError::NotFound`] for an earlier report of somebody else.
pub async fn report_breach(
    app: &App,
    permit: Permit<AcceptOwn>,
    new: NewBreach,
) -> Result<Reported, AppError> {
    let me = permit.actor().person.ok_or_else(|| {
        AppError::invalid(
            "kind",
            "you do not stand in the register of people; tell the Service Desk what happened",
        )
    })?;
    let app = app.clone();
    app.clone().store().write(move |tx| take_in(&app, tx, permit.actor(), me, &new)).await
}

fn take_in(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    me: PersonId,
    new: &NewBreach,
) -> Result<Reported, AppError> {
    let once = once_of(&new.once)?;
    if let Some(before) = rows::by_once(tx, &once)? {
        return Ok(Reported::TakenIn(before.id));
    }
    let me = people::by_id(tx, me)?.ok_or_else(|| AppError::not_found("person", me))?;
    let policy = app.policy();
    let form = form_for(policy.library())?;
    let kind = form.kind(&new.kind).ok_or_else(|| AppError::invalid("kind", "choose what happened"))?;
    let case = form.own_report.as_deref().unwrap_or_default();
    let asked = Asked { form, half: Half::Reporter, case };
    let answers = match asked.checked(&new.answers, new.send && new.joins.is_none()) {
        Ok(answers) => answers,
        Err(faults) => return Ok(Reported::ToMend(faults)),
    };
    match new.joins {
        Some(earlier) => join(app, tx, actor, earlier, &in_words(asked, kind, &answers)),
        None => {
            let breach = Breach { kind, case, me: &me, answers, once };
            let id = breach.open(app, tx, actor)?;
            if new.send {
                let row = own(tx, actor, id)?;
                let filled = Filled { answers: new.answers.clone(), version: row.version, send: true };
                if let Saved::ToMend(faults) = fill(app, tx, actor, row, &filled)? {
                    return Err(AppError::Fault(format!(
                        "{} answers were checked and did not fit",
                        faults.len()
                    )));
                }
            }
            Ok(Reported::TakenIn(id))
        }
    }
}

/// A breach on its way in.
struct Breach<'a> {
    kind: &'a BreachKind,
    case: &'a str,
    me: &'a Person,
    answers: Answers,
    once: String,
}

impl Breach<'_> {
    fn open(self, app: &App, tx: &mut Tx<'_>, actor: &Actor) -> Result<IncidentId, AppError> {
        let now = app.world().now();
        let opening = Opening {
            kind: self.case,
            force: self.me.force,
            device: None,
            person: Some(self.me.id),
            clause: self.kind.clause.clone().or_else(|| cases_app::clause_of_procedure(app, self.case)),
            title: format!("Reported by the person themselves: {}", self.kind.title),
            date: None,
            event: None,
            place: None,
            items: Vec::new(),
            says: (&actor.shown, "Reported it themselves"),
        };
        let case = cases_app::open_case(Work { app, tx, now }, &opening)?;
        let record = Record::new(&actor.name, "incident.breach-reported", subject(case))
            .force(self.me.force)
            .detail(json!({ "kind": self.kind.name }));
        let record = match &self.kind.clause {
            Some(clause) => record.clause(clause),
            None => record,
        };
        app.enter(tx, now, record)?;
        let form = NewForm {
            kind: &self.kind.name,
            person: Some(self.me.id),
            answers: self.answers,
            once: Some(self.once),
            by: &actor.name,
            ..NewForm::default()
        };
        open_form(Work { app, tx, now }, case, &form)?
            .ok_or_else(|| AppError::Fault("the case of a breach got no form".into()))
    }
}

/// Adds to an earlier report of the same person.
fn join(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    earlier: IncidentId,
    words: &str,
) -> Result<Reported, AppError> {
    own(tx, actor, earlier)?;
    let row = locked(tx, earlier)?;
    if row.sent.is_none() {
        return Err(AppError::invalid(
            "joins",
            "your earlier report is not sent yet; write it into that form, or report this as something new",
        ));
    }
    if last_added(app, tx, actor, earlier)?.is_some_and(|last| last == words) {
        // A double click adds once.
        return Ok(Reported::TakenIn(earlier));
    }
    let case = cases::by_id(tx, row.case)?.ok_or_else(|| AppError::not_found("case", row.case))?;
    if !takes_more(&row, &case) {
        return Err(AppError::invalid(
            "joins",
            "that report is decided or closed; report this as something new",
        ));
    }
    if words.chars().count() > MOST_WORDS {
        return Err(AppError::invalid(
            "joins",
            "this is too long to add to an earlier report; report it as something new",
        ));
    }
    add(app, tx, actor, row, words.to_owned())?;
    Ok(Reported::TakenIn(earlier))
}

/// Returns the words that the actor added last to an incident.
fn last_added(app: &App, tx: &mut Tx<'_>, actor: &Actor, id: IncidentId) -> Result<Option<String>, AppError> {
    let all = incident_entries::of_incident(tx, id)?;
    let last = all.iter().rev().find(|entry| entry.what == "added" && entry.actor == actor.name);
    match last {
        Some(entry) => Ok(said(app, entry)?.map(|said| said.text)),
        None => Ok(None),
    }
}

fn in_words(asked: Asked<'_>, kind: &BreachKind, answers: &Answers) -> String {
    let said = asked
        .fields()
        .filter_map(|field| answers.get(&field.name).map(|answer| format!(" {} {answer}.", field.ask)));
    format!("{}.{}", kind.title, said.collect::<String>())
}
