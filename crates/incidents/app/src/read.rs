//! Reads incidents for the pages: the list, one in full, one's own form, and how clocks run.

use domain::{CaseId, Force, IncidentId, PersonId, Timestamp};
use incidents::clock::ClockState;
use policy::Half;
use store::cases::Case;
use store::incidents::{self as rows, Incident};
use store::{Tx, cases, incident_entries};

use crate::answers::{Asked, BETWEEN};
use crate::facts::known_facts;
use crate::keep::{Sealed, form, open, said};
use crate::{Answers, fill};
use kernel::access::{AcceptOwn, Actor, ManageCases, Permit, SeeCases, SeeOwn};
use kernel::named::NamedPerson;
use kernel::todo::Todo;
use kernel::words::who;
use kernel::{App, AppError};

mod views;
pub use views::{
    AnswerKind, ClockCounts, ClockRead, ClocksRead, FileView, HalfRead, IncidentRead, IncidentRow, KnownFact,
    OwnForm, OwnIncident, QuestionRead, RecordRead,
};

/// Most incidents that are listed.
const MOST: u32 = 200;

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
    let standing = ClockState::read(&row.clock);
    row.ends_at.map(|until| ClockRead { standing, from: row.aware_at, until })
}

/// Returns whether a further breach may be added to an incident: its case is open, its clock runs, and what it held is there.
pub(crate) fn takes_more(row: &Incident, case: &Case) -> bool {
    case.closed.is_none() && row.erased_at.is_none() && ClockState::read(&row.clock).runs()
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

/// Reads the clocks that run in the forces that the reader sees.
///
/// # Errors
/// Only if the database does not answer.
pub async fn clocks(app: &App, permit: Permit<SeeCases>) -> Result<ClocksRead, AppError> {
    let (force, now) = (permit.scope().force(), app.world().now());
    app.store()
        .read(move |tx| {
            let running = rows::running(tx, force, MOST)?.into_iter().map(|one| {
                let standing = ClockState::read(&one.clock);
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
        facts: known_facts(app, tx, actor, row, case)?,
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

fn entries(app: &App, tx: &mut Tx<'_>, row: &Incident) -> Result<Vec<RecordRead>, AppError> {
    let mut all = Vec::new();
    for entry in incident_entries::of_incident(tx, row.id)? {
        let said = said(app, &entry)?.unwrap_or_default();
        all.push(RecordRead {
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
        "ended" => "The time ended, and the regulator was not told",
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
            form_to_fill(&app, tx, permit.actor(), &row, &case)
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
            form_to_fill(&app, tx, permit.actor(), &row, &case)
        })
        .await
}

fn form_to_fill(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: &Incident,
    case: &Case,
) -> Result<OwnForm, AppError> {
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
        facts: known_facts(app, tx, actor, row, case)?,
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
                let takes_more = row.sent.is_some() && takes_more(&row, &case);
                all.push(OwnIncident {
                    id: row.id,
                    number: case.number,
                    title: case.title,
                    opened_at: row.opened_at,
                    sent_at: row.sent.map(|(at, _)| at),
                    takes_more,
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
