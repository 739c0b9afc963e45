//! Shows the signed-in person what concerns them: what they are asked to do, what they hold, and what they agreed to.
//!
//! It is found by the person of the session and never by anything in the request, so nobody reads anybody else's
//! here. Not here: what the Service Desk sees of a person (`people`), and what nobody is told about themselves:
//! detections, which are never a finding of guilt, and the cases of professional standards.

use domain::{MissingTerms, Outcome, PersonId, Subject, Timestamp};
use store::{Tx, case_steps, cases, devices, findings, notices, people, terms_asked};

use cases_app::read::CaseRow;
use devices_app::devices::DeviceView;
use kernel::access::{Actor, Permit, SeeOwn};
use kernel::named::NamedPerson;
use kernel::todo::Todo;
use kernel::{App, AppError, Work};
use permissions_app::read::PermissionRow;
use terms_app::DueReminder;
use terms_app::read::AcceptanceRead;

/// Kinds of case that are shown to the person they are about. A kind that is not listed here is not shown: that is
/// the safe default for a new kind of case.
const TOLD: [&str; 13] = [
    "breach",
    "lost-device",
    "fault",
    "damage",
    "password-reset",
    "password-compromised",
    "app-request",
    "device-issue",
    "device-return",
    "wifi-permission",
    "withdrawal",
    "reallocation",
    "wiped",
];

/// Number of notices that the page shows.
const NOTICES: u32 = 5;
/// Number of permissions that the page shows; a page of their own has them all.
const PERMISSIONS: u32 = 5;

/// The data of the signed-in person's own page.
#[derive(Debug, Clone)]
pub struct MeRead {
    /// The person.
    pub person: NamedPerson,
    /// Their tasks, the most urgent first.
    pub todos: Vec<Todo>,
    /// The devices that they hold or are to hold.
    pub devices: Vec<OwnDevice>,
    /// The terms that they are asked to accept, and those that they accepted before.
    pub acceptances: Vec<AcceptanceRead>,
    /// Clauses that they are reminded of now.
    pub reminders: Vec<DueReminder>,
    /// Notices that they have not marked as read, newest first.
    pub notices: Vec<OwnNotice>,
    /// Whether their devices are restricted until they accept the terms.
    pub restricted: bool,
    /// Cases about them that may be shown to them, newest first.
    pub cases: Vec<CaseRow>,
    /// Whether the policy has a form for a breach of one's own.
    pub reports_breaches: bool,
    /// Permissions that they asked for or that are for them, newest first.
    pub permissions: Vec<PermissionRow>,
}

/// A notice as its recipient sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnNotice {
    /// The time.
    pub at: Timestamp,
    /// The subject.
    pub subject: String,
    /// The page that it links to.
    pub href: String,
}

/// A device in the person's hands.
#[derive(Debug, Clone)]
pub struct OwnDevice {
    /// The device.
    pub device: DeviceView,
    /// Whether it has been silent for longer than a report is valid.
    pub silent: bool,
    /// Clauses that it does not meet: id, title, and the finding.
    pub not_met: Vec<(String, String, String)>,
}

/// Reads what concerns the signed-in person; `None` for somebody who is not, or no longer, in the register of people.
///
/// # Errors
/// Only if the database does not answer.
pub async fn me(app: &App, permit: Permit<SeeOwn>) -> Result<Option<MeRead>, AppError> {
    let Some(id) = permit.actor().person else { return Ok(None) };
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            let Some(person) = people::by_id(tx, id)?.filter(|person| person.ended_at.is_none()) else {
                return Ok(None);
            };
            Ok(Some(MeRead {
                todos: self::todos(Work { app: &app, tx, now }, id)?,
                devices: own_devices(Work { app: &app, tx, now }, id)?,
                reminders: terms_app::reminders::due_reminders(Work { app: &app, tx, now }, &person)?,
                notices: told_of(tx, id)?,
                reports_breaches: incidents_app::breach::takes_own_reports(&app),
                restricted: terms_app::has_lapsed(tx, id)?,
                acceptances: terms_app::read::acceptances(&app, tx, &person)?,
                cases: told_cases(&app, tx, permit.actor(), id)?,
                permissions: permissions_app::read::permissions_asked_by(
                    Work { app: &app, tx, now },
                    id,
                    PERMISSIONS,
                )?,
                person: person.into(),
            }))
        })
        .await
}

/// Lists the cases about a person that may be shown to them; never a sealed one, whatever its kind.
fn told_cases(app: &App, tx: &mut Tx<'_>, actor: &Actor, id: PersonId) -> Result<Vec<CaseRow>, AppError> {
    let mut all = cases::of_person(tx, id)?;
    all.retain(|case| TOLD.contains(&case.kind.as_str()));
    cases_app::read::case_rows(app, tx, actor, all)
}

/// Lists what a person is asked to do: each capability adds its own.
fn todos(Work { app, tx, now }: Work<'_, '_>, person: PersonId) -> Result<Vec<Todo>, AppError> {
    let mut todos = terms_to_do(app, tx, person)?;
    todos.extend(steps_to_do(tx, person)?);
    todos.extend(notices_to_read(tx, person)?);
    todos.extend(incidents_app::read::to_fill_in(app, tx, person)?);
    todos.extend(custody_app::read::to_sign(tx, person, now)?);
    todos.extend(help_app::resets::own_to_do(tx, person)?);
    todos.extend(covers_to_answer(tx, person, now)?);
    // Tasks without a deadline come last.
    todos.sort_by_key(|todo| todo.due.map_or(i64::MAX, Timestamp::millis));
    Ok(todos)
}

fn terms_to_do(app: &App, tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Todo>, AppError> {
    let policy = app.policy();
    let asked = terms_asked::of_person(tx, person)?;
    let asked = asked.into_iter().filter(|standing| standing.missing != MissingTerms::Nothing);
    Ok(asked
        .map(|standing| {
            let document = policy.library().document(&standing.document);
            let title = document.map_or(standing.document.as_str(), |known| &known.title);
            let what = match (standing.missing, standing.accepted_at) {
                (MissingTerms::Terms, None) => "Read and accept",
                (MissingTerms::Terms, Some(_)) => "Read what changed and accept it",
                _ => "Read what is new",
            };
            Todo {
                title: format!("{what}: {title}"),
                href: format!("/me/terms/{}", standing.document),
                due: standing.due_at,
            }
        })
        .collect())
}

fn own_devices(Work { app, tx, now }: Work<'_, '_>, person: PersonId) -> Result<Vec<OwnDevice>, AppError> {
    let policy = app.policy();
    let silent_before = crate::overview::silent_before(app, now);
    let mut own = Vec::new();
    for device in devices::of_holder(tx, person)? {
        let mut not_met = Vec::new();
        for finding in findings::of_subject(tx, &Subject::Device(device.id))? {
            let detection = policy.is_detection(finding.clause.as_str());
            if let (false, Outcome::NotMet { because }) = (detection, &finding.outcome) {
                let clause = policy.library().clause(&finding.clause);
                let title = clause.map(|clause| clause.title.clone()).unwrap_or_default();
                not_met.push((finding.clause.to_string(), title, because.clone()));
            }
        }
        let silent = device.enrolment.is_some() && device.last_contact_at.is_none_or(|at| at < silent_before);
        own.push(OwnDevice { silent, not_met, device: device.into() });
    }
    Ok(own)
}

fn told_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<OwnNotice>, AppError> {
    let unread = notices::of_person(tx, person, true, NOTICES)?;
    let shown = |notice: notices::Notice| OwnNotice {
        at: notice.created_at,
        subject: notice.subject,
        href: notice.link,
    };
    Ok(unread.into_iter().map(shown).collect())
}

/// Lists the steps of cases that wait for the person themselves. A step that a form completes links to it; handing a
/// thing in has no form, since it happens at a counter.
fn steps_to_do(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Todo>, AppError> {
    let steps = case_steps::open_of_person(tx, person)?;
    Ok(steps
        .into_iter()
        .filter_map(|step| {
            let href = match step.proof_kind.as_str() {
                "answer" => format!("/cases/{}/needed", step.case),
                "receipt" => "/me".to_owned(),
                // Terms are in the list already; a note is written by the Service Desk.
                _ => return None,
            };
            Some(Todo { title: step.title, href, due: step.due_at })
        })
        .collect())
}

fn covers_to_answer(tx: &mut Tx<'_>, person: PersonId, now: Timestamp) -> Result<Option<Todo>, AppError> {
    let title = match duty_app::rota::covers_to_answer(tx, person, now)? {
        0 => return Ok(None),
        1 => "Say whether you take a colleague's shift".to_owned(),
        asked => format!("Say whether you take {asked} shifts of colleagues"),
    };
    Ok(Some(Todo { title, href: "/me/on-call".into(), due: None }))
}

fn notices_to_read(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Todo>, AppError> {
    let title = match notices::unread(tx, person)? {
        0 => return Ok(None),
        1 => "Read a notice".to_owned(),
        unread => format!("Read {unread} notices"),
    };
    Ok(Some(Todo { title, href: "/me/notices".into(), due: None }))
}
