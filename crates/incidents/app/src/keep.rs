//! Keeps an incident: seals what people write, writes a changed row, and erases what its time is over for.

use domain::{CaseId, IncidentEntryId, IncidentId, Timestamp};
use incidents::clock::{ClockState, Warnings};
use policy::{FormType, Library};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::incident_entries::{self, IncidentRecord};
use store::incidents::{self as rows, Incident};
use store::locks::{self, Lock};
use store::{Tx, cases};

use crate::Answers;
use kernel::access::Actor;
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};

/// Which half of a form is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sealed {
    Answers(IncidentId),
    Assessment(IncidentId),
}

impl Sealed {
    fn place(self) -> String {
        match self {
            Self::Answers(id) => format!("incident:{id}:answers"),
            Self::Assessment(id) => format!("incident:{id}:assessment"),
        }
    }
}

/// What was said in one entry.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// The words.
    pub text: String,
    /// The regulator's reference.
    #[serde(default)]
    pub reference: String,
}

/// Seals the answers of one half.
pub(crate) fn seal(app: &App, half: Sealed, answers: &Answers) -> Result<Vec<u8>, AppError> {
    let plain = serde_json::to_vec(answers).map_err(|error| AppError::fault(&error))?;
    Ok(app.sealer().seal(app.world(), &half.place(), &plain)?)
}

/// Opens the answers of one half; none where nothing was saved or they are erased.
pub(crate) fn open(app: &App, half: Sealed, sealed: Option<&Vec<u8>>) -> Result<Answers, AppError> {
    let Some(sealed) = sealed else { return Ok(Answers::new()) };
    let plain = app.sealer().open(&half.place(), sealed)?;
    serde_json::from_slice(plain.expose()).map_err(|error| AppError::fault(&error))
}

fn place_of_entry(id: IncidentEntryId) -> String {
    format!("incident-entry:{id}")
}

/// Opens what was said in an entry.
pub(crate) fn said(app: &App, entry: &IncidentRecord) -> Result<Option<Said>, AppError> {
    let Some(sealed) = &entry.said else { return Ok(None) };
    let plain = app.sealer().open(&place_of_entry(entry.id), sealed)?;
    serde_json::from_slice(plain.expose()).map(Some).map_err(|error| AppError::fault(&error))
}

/// Looks up an incident after taking the lock of its case, under which everything about it is decided.
pub(crate) fn locked(tx: &mut Tx<'_>, id: IncidentId) -> Result<Incident, AppError> {
    let found = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("incident", id))?;
    locks::take(tx, Lock::Case(found.case))?;
    rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("incident", id))
}

/// Returns the type of a case.
pub(crate) fn kind_of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<String, AppError> {
    let found = cases::by_id(tx, case)?.ok_or_else(|| AppError::not_found("case", case))?;
    Ok(found.kind)
}

/// Returns the form of an incident.
pub(crate) fn form<'a>(library: &'a Library, incident: &Incident) -> Result<&'a FormType, AppError> {
    library.forms.get(&incident.form).ok_or_else(|| {
        AppError::Conflict(format!(
            "the policy in force has no form \"{}\" any more; ask the policy owner to put it back",
            incident.form
        ))
    })
}

/// What changes an incident: the row as it was read and as it becomes, who changed it, and how that is recorded.
pub(crate) struct Change<'a> {
    /// The version that was read.
    pub before: i64,
    /// The row as it becomes; its version and its next look are set here.
    pub row: Incident,
    /// Who, as the ledger names them.
    pub actor: &'a str,
    /// Who, as people are shown.
    pub shown: &'a str,
    /// The entry, as a word; `None` for a change that makes none.
    pub what: Option<&'a str>,
    /// What was said.
    pub said: Option<Said>,
    /// The line in the case's timeline; empty for none.
    pub line: String,
    /// The ledger's action, if there is one.
    pub action: Option<&'static str>,
}

impl<'a> Change<'a> {
    /// Begins a change of a row by somebody.
    pub(crate) fn by(actor: &'a Actor, row: Incident) -> Self {
        Self { actor: &actor.name, shown: &actor.shown, ..Self::by_itself(row) }
    }

    /// Begins a change of a row by the service.
    pub(crate) fn by_itself(row: Incident) -> Self {
        Self {
            before: row.version,
            row,
            actor: "system",
            shown: "system",
            what: None,
            said: None,
            line: String::new(),
            action: None,
        }
    }
}

/// Writes a change: the row, its entry, the line in the timeline, the ledger, and the next look at it.
pub(crate) fn keep(app: &App, tx: &mut Tx<'_>, change: Change<'_>) -> Result<Incident, AppError> {
    let now = app.world().now();
    let Change { before, mut row, actor, shown, what, said, line, action } = change;
    row.version = before.saturating_add(1);
    row.next_at = next_look(app, &row, now);
    if !rows::set(tx, &row, before)? {
        return Err(AppError::Conflict("somebody changed this form meanwhile; reload the page".into()));
    }
    if let Some(what) = what {
        let id = IncidentEntryId::from_uuid(app.world().uuid());
        let sealed = match &said {
            Some(said) => {
                let plain = serde_json::to_vec(said).map_err(|error| AppError::fault(&error))?;
                Some(app.sealer().seal(app.world(), &place_of_entry(id), &plain)?)
            }
            None => None,
        };
        let entry = IncidentRecord {
            id,
            incident: row.id,
            version: row.version,
            at: now,
            actor: actor.to_owned(),
            what: what.to_owned(),
            said: sealed,
        };
        incident_entries::add(tx, &entry)?;
    }
    if !line.is_empty() {
        cases_app::say(Work { app, tx, now }, row.case, shown, &line)?;
    }
    if let Some(action) = action {
        let detail = match &said {
            Some(said) => {
                json!({ "incident": row.id, "version": row.version, "says": said.text, "reference": said.reference })
            }
            None => json!({ "incident": row.id, "version": row.version }),
        };
        app.enter(tx, now, Record::new(actor, action, subject(row.case)).force(row.force).detail(detail))?;
    }
    if let Some(at) = row.next_at {
        jobs::ask_job(app, tx, jobs::Kind::FollowIncident, &row.id.to_string(), at)?;
    }
    if what == Some("sent") {
        cases_app::judge_procedure(app, tx, &row.form, row.person, now)?;
    }
    Ok(row)
}

/// Names the subject of an incident's ledger entries: its case, so that who may not know of a case learns nothing of it there.
pub(crate) fn subject(case: CaseId) -> String {
    format!("case:{case}")
}

/// Returns when an incident is looked at next: when its form becomes late, or when the next warning of its clock is due.
pub(crate) fn next_look(app: &App, row: &Incident, now: Timestamp) -> Option<Timestamp> {
    let late = row.due_at.plus(domain::Span::from_millis(1));
    let late = Some(late).filter(|at| row.sent.is_none() && *at > now);
    let warning = match (ClockState::read(&row.clock).runs(), row.ends_at) {
        (true, Some(ends_at)) => {
            let policy = app.policy();
            let before = warn_before(policy.library(), row);
            Some(Warnings { ends_at, before: &before }.next(row.warned))
        }
        _ => None,
    };
    late.into_iter().chain(warning).min()
}

/// Returns how long before the end of its clock people are warned.
pub(crate) fn warn_before(library: &Library, row: &Incident) -> Vec<domain::Span> {
    let clock = library.forms.get(&row.form).and_then(|form| form.clock.as_ref());
    clock.map(|clock| clock.warn_before.clone()).unwrap_or_default()
}

/// Erases what forms hold, and the files of their cases, once their time is over; returns the number of incidents. A legal hold on
/// the device and a clock that still runs keep them.
///
/// # Errors
/// Only if the database does not answer.
pub fn forget(Work { app, tx, now }: Work<'_, '_>, batch: u32) -> Result<u64, AppError> {
    let policy = app.policy();
    let mut erased = 0;
    for (name, form) in &policy.library().forms {
        for id in rows::to_erase(tx, name, now.minus(form.keep.span), batch)? {
            let row = locked(tx, id)?;
            if rows::erase(tx, id, now)? {
                incident_entries::erase(tx, id)?;
                cases_app::files::erase_files(tx, row.case)?;
                erased += 1;
            }
        }
    }
    Ok(erased)
}
