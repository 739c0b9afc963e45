//! Reads incidents for the pages: the list, one in full, one's own form, and how clocks run.

use std::collections::BTreeMap;

use domain::{CaseId, DeviceId, Force, IncidentId, PersonId, Timestamp};
use incidents::clock::Standing;
use policy::Half;
use store::cases::Case;
use store::incidents::{self as rows, Incident};
use store::{Tx, cases, incident_entries};

use crate::answers::{Asked, BETWEEN};
pub use crate::facts::KnownFact;
use crate::facts::known_facts;
use crate::keep::{Sealed, form, open, said};
use crate::{Answers, fill};
pub use cases_app::files::FileView;
use kernel::access::{AcceptOwn, Actor, ManageCases, Permit, SeeCases, SeeOwn};
use kernel::named::NamedPerson;
use kernel::todo::Todo;
use kernel::words::who;
use kernel::{App, AppError};
pub use policy::AnswerKind;

/// Most incidents that are listed.
const MOST: u32 = 200;

/// How many clocks run, and how many ended undecided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockCounts {
    /// Those that ended without a decision.
    pub over: i64,
    /// Those that run.
    pub running: i64,
    /// When the next of those ends.
    pub next_ends_at: Option<Timestamp>,
}

/// The clock of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRead {
    /// How it stands.
    pub standing: Standing,
    /// When the force became aware.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRead {
    /// Its name in forms.
    pub name: String,
    /// The question.
    pub ask: String,
    /// What helps to answer it.
    pub hint: String,
    /// How it is answered.
    pub kind: AnswerKind,
    /// The options of a choice, "I do not know" among them.
    pub options: Vec<String>,
    /// The answer; empty where there is none.
    pub answer: String,
    /// Whether it may be left empty.
    pub optional: bool,
}

/// The questions of one half.
pub type HalfRead = Vec<QuestionRead>;

/// One entry of an incident's own record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRead {
    /// The version that it made.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What happened, in words.
    pub what: String,
    /// What was said; empty where nothing was, or it is erased.
    pub text: String,
    /// The regulator's reference; empty where there is none.
    pub reference: String,
}

/// An incident in a list.
#[derive(Debug, Clone)]
pub struct IncidentRow {
    /// Its id.
    pub id: IncidentId,
    /// Its case.
    pub case: CaseId,
    /// The number of its case.
    pub number: i64,
    /// Its force.
    pub force: Force,
    /// What it is about.
    pub title: String,
    /// Its clock.
    pub clock: Option<ClockRead>,
    /// When the reporter's half is due.
    pub due_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When the assessment was finished.
    pub assessed_at: Option<Timestamp>,
    /// Whether its case is closed.
    pub closed: bool,
}

/// An incident in full.
#[derive(Debug, Clone)]
pub struct IncidentRead {
    /// The incident in short.
    pub row: IncidentRow,
    /// The title of its form.
    pub form: String,
    /// The kind of breach, in words; empty where nobody said.
    pub kind: String,
    /// The version.
    pub version: i64,
    /// The device.
    pub device: Option<DeviceId>,
    /// Who fills in the reporter's half.
    pub person: Option<NamedPerson>,
    /// What the force knows already.
    pub facts: Vec<KnownFact>,
    /// The reporter's half.
    pub reporter: HalfRead,
    /// Who sent it, and when.
    pub sent: Option<(String, Timestamp)>,
    /// The assessor's half.
    pub assessor: HalfRead,
    /// Who finished it, and when.
    pub assessed: Option<(String, Timestamp)>,
    /// What was added and decided, the first entry first.
    pub entries: Vec<EntryRead>,
    /// The files of its case.
    pub files: Vec<FileView>,
    /// The regulator and the law, where one may have to be told.
    pub regulator: Option<(String, String)>,
    /// Who reads it.
    pub goes_to: &'static str,
    /// Whether the policy has a sealed case for a referral, and this one is not referred as far as the reader may know.
    pub may_be_referred: bool,
    /// The sealed case of its referral, for those who may know of it.
    pub referral: Option<(CaseId, i64)>,
    /// When what it held was erased.
    pub erased_at: Option<Timestamp>,
    /// Whether it is the reader's own.
    pub own: bool,
}

/// One's own form.
#[derive(Debug, Clone)]
pub struct OwnForm {
    /// The incident.
    pub id: IncidentId,
    /// The number of its case.
    pub number: i64,
    /// The title of the form.
    pub form: String,
    /// What it is about.
    pub title: String,
    /// The version.
    pub version: i64,
    /// What the force knows already.
    pub facts: Vec<KnownFact>,
    /// The questions.
    pub questions: HalfRead,
    /// When it is due.
    pub due_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// What was added to it: by whom, when, what.
    pub added: Vec<EntryRead>,
    /// The files of its case.
    pub files: Vec<FileView>,
    /// Who reads it.
    pub goes_to: &'static str,
    /// The regulator, where one may have to be told.
    pub regulator: Option<String>,
    /// When what it held was erased.
    pub erased_at: Option<Timestamp>,
}

/// Reads the questions of a half with their answers.
pub(crate) fn half(asked: Asked<'_>, answers: &Answers) -> HalfRead {
    asked
        .fields()
        .map(|field| QuestionRead {
            name: field.name.clone(),
            ask: field.ask.clone(),
            hint: field.hint.clone(),
            kind: field.kind,
            options: match field.kind {
                AnswerKind::Text => Vec::new(),
                AnswerKind::Choice | AnswerKind::Many => {
                    field.options.iter().cloned().chain([policy::NOT_KNOWN.to_owned()]).collect()
                }
            },
            answer: answers.get(&field.name).cloned().unwrap_or_default(),
            optional: field.optional,
        })
        .collect()
}

/// Joins the options that were chosen of many, as an answer is kept.
#[must_use]
pub fn chosen(options: &[&str]) -> String {
    options.join(BETWEEN)
}

/// Returns whether an option is among those that were chosen.
#[must_use]
pub fn is_chosen(answer: &str, option: &str) -> bool {
    answer.split(BETWEEN).any(|chosen| chosen == option)
}

fn clock_of(row: &Incident) -> Option<ClockRead> {
    let standing = Standing::read(&row.clock);
    row.ends_at.map(|until| ClockRead { standing, from: row.aware_at, until })
}

fn row_of(row: &Incident, case: &Case) -> IncidentRow {
    IncidentRow {
        id: row.id,
        case: row.case,
        number: case.number,
        force: row.force,
        title: case.title.clone(),
        clock: clock_of(row),
        due_at: row.due_at,
        sent_at: row.sent.as_ref().map(|(at, _)| *at),
        assessed_at: row.assessed.as_ref().map(|(at, _)| *at),
        closed: case.closed.is_some(),
    }
}

/// Counts the clocks of a force, or of all.
///
/// # Errors
/// Only if the database does not answer.
pub fn clock_counts_in(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    now: Timestamp,
) -> Result<ClockCounts, AppError> {
    let found = rows::clocks(tx, force, now)?;
    Ok(ClockCounts { over: found.over, running: found.running, next_ends_at: found.next_ends_at })
}

/// The clocks that run, by their case, and how many there are.
#[derive(Debug, Clone, Default)]
pub struct ClocksRead {
    /// How many.
    pub counts: ClockCounts,
    /// The earliest 200, by case.
    pub of_cases: BTreeMap<CaseId, ClockRead>,
}

/// Reads the clocks that run in the forces that the reader sees.
///
/// # Errors
/// Only if the database does not answer.
pub async fn clocks(app: &App, permit: Permit<SeeCases>) -> Result<ClocksRead, AppError> {
    let (force, now) = (permit.scope().force(), app.world().now());
    app.store()
        .read(move |tx| {
            let running = rows::running(tx, force, MOST)?.into_iter().map(|one| {
                let standing = Standing::read(&one.clock);
                (one.case, ClockRead { standing, from: one.aware_at, until: one.ends_at })
            });
            Ok(ClocksRead { of_cases: running.collect(), counts: clock_counts_in(tx, force, now)? })
        })
        .await
}

/// Lists incidents: those first whose clock ended undecided, then those whose clock runs, by its end.
///
/// # Errors
/// Only if the database does not answer.
pub async fn incidents(app: &App, permit: Permit<SeeCases>) -> Result<Vec<IncidentRow>, AppError> {
    let (app, force, now) = (app.clone(), permit.scope().force(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            let mut all = Vec::new();
            for row in rows::list(tx, force, now, MOST)? {
                match cases_app::readable_case(&app, tx, permit.actor(), row.case) {
                    Ok(case) => all.push(row_of(&row, &case)),
                    Err(AppError::NotFound { .. } | AppError::Conflict(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(all)
        })
        .await
}

/// Returns the incident of a case in short; `None` where it has none or the reader may not read it.
///
/// # Errors
/// Only if the database does not answer.
pub async fn of_case(
    app: &App,
    permit: Permit<SeeCases>,
    case: CaseId,
) -> Result<Option<IncidentRow>, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let Some(row) = rows::of_case(tx, case)? else { return Ok(None) };
            if !permit.scope().covers(row.force) {
                return Ok(None);
            }
            match cases_app::readable_case(&app, tx, permit.actor(), case) {
                Ok(case) => Ok(Some(row_of(&row, &case))),
                Err(AppError::NotFound { .. } | AppError::Conflict(_)) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await
}

/// Reads one incident.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Conflict`] for a case that is sealed to the reader.
pub async fn incident(app: &App, permit: Permit<SeeCases>, id: IncidentId) -> Result<IncidentRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("incident", id))?;
            let case = cases_app::readable_case(&app, tx, permit.actor(), row.case)?;
            permit.reaches(row.force)?;
            read_in(&app, tx, permit.actor(), &row, &case)
        })
        .await
}

/// Reads an incident that the caller may read.
pub(crate) fn read_in(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: &Incident,
    case: &Case,
) -> Result<IncidentRead, AppError> {
    let policy = app.policy();
    let form = form(policy.library(), row)?;
    let asked = |half| Asked { form, half, case: &case.kind };
    let reporter = open(app, Sealed::Answers(row.id), row.answers.as_ref())?;
    let assessor = open(app, Sealed::Assessment(row.id), row.assessment.as_ref())?;
    let person = row.person.map(|person| store::people::by_id(tx, person)).transpose()?.flatten();
    let named = |tx: &mut Tx<'_>, ended: &Option<(Timestamp, String)>| match ended {
        Some((at, by)) => who(tx, by).map(|name| Some((name, *at))),
        None => Ok(None),
    };
    let referral = cases_app::mentioned_case(app, tx, actor, row.referral)?;
    Ok(IncidentRead {
        row: row_of(row, case),
        form: form.title.clone(),
        kind: form.kind(&row.kind).map(|kind| kind.title.clone()).unwrap_or_default(),
        version: row.version,
        device: row.device,
        person: person.map(NamedPerson::from),
        facts: known_facts(app, tx, row, case)?,
        reporter: half(asked(Half::Reporter), &reporter),
        sent: named(tx, &row.sent)?,
        assessor: half(asked(Half::Assessor), &assessor),
        assessed: named(tx, &row.assessed)?,
        entries: entries(app, tx, row)?,
        files: cases_app::files::files_of(tx, row.case)?,
        regulator: form.clock.as_ref().map(|clock| (clock.regulator.clone(), clock.law.clone())),
        goes_to: form.goes_to.title(),
        may_be_referred: form.referral.is_some() && referral.is_none(),
        referral: referral.map(|case| (case.id, case.number)),
        erased_at: row.erased_at,
        own: row.person.is_some() && row.person == actor.person,
    })
}

fn entries(app: &App, tx: &mut Tx<'_>, row: &Incident) -> Result<Vec<EntryRead>, AppError> {
    let mut all = Vec::new();
    for entry in incident_entries::of_incident(tx, row.id)? {
        let said = said(app, &entry)?.unwrap_or_default();
        all.push(EntryRead {
            version: entry.version,
            at: entry.at,
            who: who(tx, &entry.actor)?,
            what: in_words(&entry.what).to_owned(),
            text: said.text,
            reference: said.reference,
        });
    }
    Ok(all)
}

/// Says what an entry is.
fn in_words(what: &str) -> &str {
    match what {
        "opened" => "The form was opened",
        "sent" => "The reporter's half was sent",
        "added" => "Added",
        "assessed" => "The assessment was finished",
        "confirmed" => "Decided: the regulator must be told",
        "not-notifiable" => "Decided: the regulator need not be told",
        "notified" => "The regulator was told",
        "reopened" => "It is decided again",
        "warned" => "Warned that the time ends",
        "ended" => "The time ended without a decision",
        other => other,
    }
}

/// Reads the form of the person who is signed in.
///
/// # Errors
/// [`AppError::NotFound`] for a form of somebody else.
pub async fn own_form(app: &App, permit: Permit<AcceptOwn>, id: IncidentId) -> Result<OwnForm, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let row = fill::own(tx, permit.actor(), id)?;
            let case = cases::by_id(tx, row.case)?.ok_or_else(|| AppError::not_found("case", row.case))?;
            form_to_fill(&app, tx, &row, &case)
        })
        .await
}

/// Reads the reporter's half for somebody at the desk who fills it in for the reporter.
///
/// # Errors
/// As [`incident`].
pub async fn form_for(app: &App, permit: Permit<ManageCases>, id: IncidentId) -> Result<OwnForm, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let row = fill::of_desk(&app, tx, &permit, id)?;
            let case = cases::by_id(tx, row.case)?.ok_or_else(|| AppError::not_found("case", row.case))?;
            form_to_fill(&app, tx, &row, &case)
        })
        .await
}

fn form_to_fill(app: &App, tx: &mut Tx<'_>, row: &Incident, case: &Case) -> Result<OwnForm, AppError> {
    let policy = app.policy();
    let form = form(policy.library(), row)?;
    let answers = open(app, Sealed::Answers(row.id), row.answers.as_ref())?;
    let asked = Asked { form, half: Half::Reporter, case: &case.kind };
    let added = entries(app, tx, row)?.into_iter().filter(|entry| entry.what == in_words("added"));
    Ok(OwnForm {
        id: row.id,
        number: case.number,
        form: form.title.clone(),
        title: case.title.clone(),
        version: row.version,
        facts: known_facts(app, tx, row, case)?,
        questions: half(asked, &answers),
        due_at: row.due_at,
        sent_at: row.sent.as_ref().map(|(at, _)| *at),
        added: added.collect(),
        files: cases_app::files::files_of(tx, row.case)?,
        goes_to: form.goes_to.title(),
        regulator: form.clock.as_ref().map(|clock| clock.regulator.clone()),
        erased_at: row.erased_at,
    })
}

/// One's own report in a list.
#[derive(Debug, Clone)]
pub struct OwnIncident {
    /// The incident.
    pub id: IncidentId,
    /// The number of its case.
    pub number: i64,
    /// What it is about.
    pub title: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the reporter's half was sent.
    pub sent_at: Option<Timestamp>,
}

/// Lists the forms of the person who is signed in, newest first.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_incidents(app: &App, permit: Permit<SeeOwn>) -> Result<Vec<OwnIncident>, AppError> {
    let Some(me) = permit.actor().person else { return Ok(Vec::new()) };
    app.store()
        .read(move |tx| {
            let mut all = Vec::new();
            for row in rows::of_person(tx, me)? {
                let Some(case) = cases::by_id(tx, row.case)? else { continue };
                all.push(OwnIncident {
                    id: row.id,
                    number: case.number,
                    title: case.title,
                    opened_at: row.opened_at,
                    sent_at: row.sent.map(|(at, _)| at),
                });
            }
            Ok(all)
        })
        .await
}

/// Lists the forms that wait for a person.
///
/// # Errors
/// Only if the database does not answer.
pub fn to_fill_in(app: &App, tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Todo>, AppError> {
    let policy = app.policy();
    let mut todos = Vec::new();
    for row in rows::of_person(tx, person)?.into_iter().filter(|row| row.sent.is_none()) {
        let open = cases::by_id(tx, row.case)?.filter(|case| case.closed.is_none());
        let Some(case) = open.filter(|_| row.erased_at.is_none()) else { continue };
        let form = policy.library().forms.get(&row.form).map_or(row.form.as_str(), |form| &form.title);
        todos.push(Todo {
            title: format!("{form}: {}", case.title),
            href: format!("/me/incidents/{}", row.id),
            due: Some(row.due_at),
        });
    }
    Ok(todos)
}
