//! Explains a finding for a page, with the names and words that it needs around the judgement itself.

use domain::{ClauseId, Fact, FactValue, Grade, Subject, Timestamp};
use store::{Tx, devices, people};

use super::clause;
use crate::{Basis, Explanation, InLedger, Replayed};
use kernel::access::{Actor, PermitWithin, SeeApps, SeeFindings, SeePeople, SeeReports};
use kernel::sees::Sees;
use kernel::{App, AppError, access};

/// Explanation of a finding, as a page shows it.
#[derive(Debug, Clone)]
pub struct ExplainRead {
    /// Judgement with its evidence and history.
    pub explanation: Explanation,
    /// Name of the subject: a serial number, a name, a title.
    pub name: String,
    /// Present title of the clause.
    pub title: String,
    /// Questions that its checks ask today.
    pub asks: Vec<String>,
    /// Questions of the judgement: what was asked, and what was found, in words.
    pub steps: Vec<Step>,
    /// Facts that were used, as far as the reader may see them.
    pub facts: Vec<FactRead>,
    /// Number of further facts that were used.
    pub left_out: usize,
    /// Result of judging again, as a sentence.
    pub replayed: String,
    /// What the ledger says, as sentences; more than one where something does not agree.
    pub in_ledger: Vec<String>,
}

/// Question of a judgement.
#[derive(Debug, Clone)]
pub struct Step {
    /// Expected result.
    pub expected: String,
    /// Outcome, with its reason.
    pub outcome: domain::Outcome,
}

/// Fact as people read it.
#[derive(Debug, Clone)]
pub struct FactRead {
    /// Meaning of the fact.
    pub means: String,
    /// Value, with its unit.
    pub value: String,
    /// Grade: how the fact is known.
    pub grade: Grade,
    /// Time of the fact.
    pub at: Timestamp,
    /// Digest of the message that reported it, or `register`.
    pub source: String,
}

impl FactRead {
    /// Puts a fact into the words of the facts register.
    #[must_use]
    pub fn new(library: &policy::Library, fact: &Fact) -> Self {
        let (means, value) = library.in_words(fact);
        Self { means, value, grade: fact.grade, at: fact.at, source: fact.source.clone() }
    }
}

/// Explains a finding as it was at a time, by default now.
///
/// # Errors
/// [`AppError::NotFound`] if nothing had been judged by then, [`AppError::Denied`] for another force.
pub async fn explain_read(
    app: &App,
    permit: PermitWithin<SeeFindings>,
    subject: Subject,
    clause: &ClauseId,
    at: Option<Timestamp>,
) -> Result<ExplainRead, AppError> {
    let actor = permit.actor().clone();
    let policy = app.policy();
    let library = policy.library();
    let name = match subject.clone() {
        Subject::Document(id) => library.document(&id).map(|document| document.title.clone()).unwrap_or(id),
        Subject::Device(id) => {
            let found = app.store().read(move |tx| devices::by_id(tx, id)).await?;
            found.map(|device| device.serial).ok_or_else(|| AppError::not_found("device", id))?
        }
        Subject::Person(id) => {
            let sees = access::permit_within::<SeePeople>(&actor)?;
            let found = app.store().read(move |tx| people::by_id(tx, id)).await?;
            let person = found.ok_or_else(|| AppError::not_found("person", id))?;
            sees.reaches_person(&person)?;
            person.name
        }
    };
    let (asking, about) = (actor.clone(), subject.clone());
    let shows = app.store().read(move |tx| shown_of(tx, &asking, &about)).await?;
    // The use case itself checks who may see a device's findings at all.
    let explanation = crate::explain(app, permit, subject, clause, at).await?;
    let today = library.clause(clause);
    let used: &[Fact] = match &explanation.basis {
        Basis::Device { facts, .. } => facts,
        Basis::Person { .. } | Basis::Record { .. } => &[],
    };
    let facts: Vec<FactRead> =
        used.iter().filter(|fact| shows.shows(fact)).map(|fact| FactRead::new(library, fact)).collect();
    Ok(ExplainRead {
        name,
        title: today.map(|clause| clause.title.clone()).unwrap_or_default(),
        asks: today.map(|today| clause::asks(library, today)).unwrap_or_default(),
        steps: steps(library, &explanation),
        left_out: used.len().saturating_sub(facts.len()),
        facts,
        replayed: replayed(&explanation.replayed),
        in_ledger: explanation.in_ledger.sentences(),
        explanation,
    })
}

/// Kinds of facts behind a judgement that somebody may see.
pub(crate) struct Shown {
    /// Plain facts.
    reports: bool,
    /// Lists, such as the list of apps.
    apps: bool,
}

impl Shown {
    pub(crate) fn shows(&self, fact: &Fact) -> bool {
        match fact.value {
            FactValue::List(_) => self.apps,
            FactValue::Bool(_) | FactValue::Count(_) | FactValue::Text(_) => self.reports,
        }
    }
}

/// Returns which facts behind the judgements of a subject somebody may see.
pub(crate) fn shown_of(tx: &mut Tx<'_>, actor: &Actor, subject: &Subject) -> Result<Shown, AppError> {
    let Subject::Device(id) = *subject else { return Ok(Shown { reports: true, apps: true }) };
    let device = devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?;
    let holder = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
    let sees = Sees::of(actor, device.force, holder);
    Ok(Shown { reports: sees.may::<SeeReports>(), apps: sees.may::<SeeApps>() })
}

fn steps(library: &policy::Library, explanation: &Explanation) -> Vec<Step> {
    let whole = || explanation.evidence.outcome.clone();
    match &explanation.basis {
        Basis::Device { checks, .. } => checks
            .iter()
            .map(|check| Step {
                expected: library
                    .checks
                    .get(&check.name)
                    .map_or_else(|| check.name.clone(), |known| known.asks.clone()),
                outcome: check.outcome.clone(),
            })
            .collect(),
        Basis::Person { accepted, .. } => {
            let expected = match accepted {
                Some((_, at, shown)) => {
                    format!("This wording is accepted, or its question answered; last on {at}, {shown}")
                }
                None => "This wording is accepted".to_owned(),
            };
            vec![Step { expected, outcome: whole() }]
        }
        Basis::Record { says } => {
            says.iter().map(|says| Step { expected: says.clone(), outcome: whole() }).collect()
        }
    }
}

impl InLedger {
    /// Puts the result into sentences: what is so, then what to do.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        match self {
            Self::Agrees { entry, at } => {
                vec![format!("The ledger says the same: entry {entry}, judged at {at}.")]
            }
            Self::Differs(says) => {
                let mut all = vec![
                    "THE LEDGER DOES NOT SAY THE SAME. Do not rely on this finding. Tell information security; keep a copy of \
                     the database, then restore a backup that `lanyard ledger verify` finds whole."
                        .to_owned(),
                ];
                all.extend(says.iter().cloned());
                all
            }
        }
    }
}

fn replayed(replayed: &Replayed) -> String {
    match replayed {
        Replayed::Same => {
            "Judged again from what was stored, by the rules of that time: the same outcome.".into()
        }
        Replayed::Different(outcome) => format!(
            "Judged again from what was stored, the outcome is another one: {}. Tell the engineer: a rule engine or \
             the evidence changed.",
            outcome.word()
        ),
        Replayed::NotPossible(why) => format!("It cannot be judged again: {why}."),
    }
}
