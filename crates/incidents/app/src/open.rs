//! Opens the form of a case: with the report of a loss, with a breach that somebody reports, by hand, or after whatever else opened
//! such a case.

use domain::{CaseId, Force, IncidentEntryId, IncidentId, PersonId, Timestamp};
use incidents::clock::ClockState;
use policy::{FormType, Half, Known, Library};
use serde_json::json;
use store::cases::Case;
use store::incident_entries::{self, IncidentRecord};
use store::incidents::{self as rows, Incident};
use store::locks::{self, Lock};
use store::{Tx, cases, people};

use crate::Answers;
use crate::answers::Asked;
use crate::keep::{Change, Sealed, keep, next_look, open, seal, subject};
use cases_app::Opening;
use cases_app::tell::Telling;
use kernel::access::{AssessIncidents, Permit};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError, Work, digest_hex, jobs};

/// What is known when a form is opened.
#[derive(Default)]
pub struct NewForm<'a> {
    /// The kind of breach; empty where nobody said.
    pub kind: &'a str,
    /// Who fills it in; otherwise the person whom the case is about.
    pub person: Option<PersonId>,
    /// What a report says already.
    pub known: Vec<(Known, String)>,
    /// What was answered already.
    pub answers: Answers,
    /// The page's form on which it was reported.
    pub once: Option<String>,
    /// Who opened it, as the ledger names them.
    pub by: &'a str,
}

/// An incident that Information Security opens by hand.
#[derive(Debug, Clone)]
pub struct NewIncident {
    /// The force.
    pub force: Option<Force>,
    /// One line: 1 to 150 characters.
    pub title: String,
    /// The collar or staff number of who fills in the reporter's half; empty for nobody.
    pub number: String,
    /// The random text of the page's form: sent twice, it opens one.
    pub once: String,
}

/// Opens the form of a case that has one by the policy; where it is open already, enters what is known now and was not answered yet.
/// Returns `None` where cases of this type have no form.
///
/// # Errors
/// [`AppError::NotFound`] for a case that is not there.
pub fn open_form(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    new: &NewForm<'_>,
) -> Result<Option<IncidentId>, AppError> {
    locks::take(tx, Lock::Case(case))?;
    let case = cases::by_id(tx, case)?.ok_or_else(|| AppError::not_found("case", case))?;
    let policy = app.policy();
    let library = policy.library();
    let Some((name, form)) = library.form_of(&case.kind) else { return Ok(None) };
    let first = First { name, form, case: &case, new };
    if let Some(open) = rows::of_case(tx, case.id)? {
        let id = open.id;
        first.complete(app, tx, open)?;
        return Ok(Some(id));
    }
    let row = first.row(app, now)?;
    rows::add(tx, &row)?;
    let entry = IncidentRecord {
        id: IncidentEntryId::from_uuid(app.world().uuid()),
        incident: row.id,
        version: row.version,
        at: now,
        actor: new.by.to_owned(),
        what: "opened".into(),
        said: None,
    };
    incident_entries::add(tx, &entry)?;
    let says = opened_line(form, &row);
    cases_app::say(Work { app, tx, now }, case.id, "system", &says)?;
    let detail = json!({ "incident": row.id, "form": row.form, "kind": row.kind, "due_at": row.due_at, "ends_at": row.ends_at });
    app.enter(
        tx,
        now,
        Record::new(new.by, "incident.opened", subject(case.id)).force(row.force).detail(detail),
    )?;
    if let Some(at) = row.next_at {
        jobs::ask_job(app, tx, jobs::Kind::FollowIncident, &row.id.to_string(), at)?;
    }
    tell_reporter(Work { app, tx, now }, form, &row)?;
    Ok(Some(row.id))
}

fn opened_line(form: &FormType, row: &Incident) -> String {
    match (&form.clock, row.ends_at) {
        (Some(clock), Some(ends_at)) => format!(
            "{} opened. The clock of telling {} runs from {} to {}, until somebody decides.",
            form.title,
            clock.regulator,
            crate::facts::at(row.aware_at),
            crate::facts::at(ends_at)
        ),
        _ => format!("{} opened.", form.title),
    }
}

/// Tells who fills in the form that it waits for them, at their next duty.
fn tell_reporter(
    Work { app, tx, now }: Work<'_, '_>,
    form: &FormType,
    row: &Incident,
) -> Result<(), AppError> {
    let Some(person) = row.person else { return Ok(()) };
    if people::by_id(tx, person)?.is_none_or(|person| person.ended_at.is_some()) {
        return Ok(());
    }
    let telling = Telling {
        key: format!("form:{}", row.id),
        subject: &format!("{}: your half waits for you", form.title),
        body: &format!(
            "Fill it in by {}. You can save it in parts. What you reported already is in it.",
            crate::facts::at(row.due_at)
        ),
        link: &format!("/me/incidents/{}", row.id),
    };
    cases_app::tell::tell(Work { app, tx, now }, row.case, person, &telling)
}

/// What a form is made from.
struct First<'a> {
    name: &'a str,
    form: &'a FormType,
    case: &'a Case,
    new: &'a NewForm<'a>,
}

impl First<'_> {
    fn row(&self, app: &App, now: Timestamp) -> Result<Incident, AppError> {
        let (form, case, new) = (self.form, self.case, self.new);
        let id = IncidentId::from_uuid(app.world().uuid());
        let answers = self.prefilled();
        // The force is aware from the moment when the case was opened, whenever the form is.
        let aware_at = case.opened_at;
        let ends_at = form.clock.as_ref().map(|clock| aware_at.plus(clock.within.span));
        let standing = if ends_at.is_some() { ClockState::Possible } else { ClockState::None };
        let row = Incident {
            id,
            case: case.id,
            force: case.force,
            form: self.name.to_owned(),
            kind: new.kind.to_owned(),
            device: case.device,
            person: new.person.or(case.person),
            opened_at: now,
            aware_at,
            due_at: aware_at.plus(form.within.span),
            version: 1,
            answers: if answers.is_empty() { None } else { Some(seal(app, Sealed::Answers(id), &answers)?) },
            sent: None,
            assessment: None,
            assessed: None,
            clock: standing.as_str().to_owned(),
            ends_at,
            warned: 0,
            next_at: None,
            once: new.once.clone(),
            erased_at: None,
            referral: None,
        };
        Ok(Incident { next_at: next_look(app, &row, now), ..row })
    }

    /// Returns the answers that were given on purpose, with those that a report gives already.
    fn prefilled(&self) -> Answers {
        let mut answers = self.new.answers.clone();
        for field in self.form.asked(Half::Reporter, &self.case.kind) {
            let Some(known) = field.known else { continue };
            let said = self.new.known.iter().find(|(of, said)| *of == known && !said.is_empty());
            if let Some((_, said)) = said {
                answers.entry(field.name.clone()).or_insert_with(|| said.clone());
            }
        }
        // What a report says need not fit the question: then it is asked.
        let asked = Asked { form: self.form, half: Half::Reporter, case: &self.case.kind };
        answers.retain(|name, value| {
            asked.checked(&Answers::from([(name.clone(), value.clone())]), false).is_ok()
        });
        answers
    }

    /// Enters what a further report says into an open form, where it was not answered yet.
    fn complete(&self, app: &App, tx: &mut Tx<'_>, row: Incident) -> Result<(), AppError> {
        if row.sent.is_some() || row.erased_at.is_some() {
            return Ok(());
        }
        let before = open(app, Sealed::Answers(row.id), row.answers.as_ref())?;
        let mut after = before.clone();
        for (name, value) in self.prefilled() {
            after.entry(name).or_insert(value);
        }
        let person = row.person.or(self.new.person).or(self.case.person);
        if after == before && person == row.person {
            return Ok(());
        }
        let sealed = seal(app, Sealed::Answers(row.id), &after)?;
        keep(app, tx, Change::by_itself(Incident { answers: Some(sealed), person, ..row })).map(drop)
    }
}

/// Follows a case of which it was put right which device it is about: the form is about that one too, and its reporter's half waits
/// for that person unless it was sent. What was answered stays.
///
/// # Errors
/// [`AppError::NotFound`] for a case that is not there; [`AppError::Conflict`] where somebody changes the form at this moment.
pub fn follow_device(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    person: Option<PersonId>,
) -> Result<(), AppError> {
    locks::take(tx, Lock::Case(case))?;
    let case = cases::by_id(tx, case)?.ok_or_else(|| AppError::not_found("case", case))?;
    let Some(row) = rows::of_case(tx, case.id)? else { return Ok(()) };
    rows::set_device(tx, row.id, case.device)?;
    if row.sent.is_some() || row.erased_at.is_some() || row.person == person {
        return Ok(());
    }
    let row = keep(app, tx, Change::by_itself(Incident { device: case.device, person, ..row }))?;
    let policy = app.policy();
    let Some(form) = policy.library().forms.get(&row.form) else { return Ok(()) };
    tell_reporter(Work { app, tx, now }, form, &row)
}

/// Opens the form of a case that something else opened.
///
/// # Errors
/// Only if the database does not answer.
pub async fn open_form_of(app: &App, case: CaseId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            if cases::by_id(tx, case)?.is_none() {
                return Ok(());
            }
            let new = NewForm { by: "system", ..NewForm::default() };
            open_form(Work { app: &app, tx, now }, case, &new).map(drop)
        })
        .await
}

/// Returns the form that a policy opens by hand or for one's own report, with its name.
pub(crate) fn form_with(library: &Library, opens: impl Fn(&FormType) -> bool) -> Result<&FormType, AppError> {
    library.forms.values().find(|form| opens(form)).ok_or_else(|| {
        AppError::Conflict("the policy in force has no form for this; tell the Service Desk instead".into())
    })
}

/// Returns whether the policy in force has a form that is opened by hand.
#[must_use]
pub fn opens_by_hand(app: &App) -> bool {
    app.policy().library().forms.values().any(|form| form.by_hand.is_some())
}

/// Opens an incident by hand.
///
/// # Errors
/// [`AppError::Invalid`] for a field; [`AppError::Denied`] for another force.
pub async fn open_by_hand(
    app: &App,
    permit: Permit<AssessIncidents>,
    new: NewIncident,
) -> Result<IncidentId, AppError> {
    let title = text("title", &new.title, 150)?;
    let once = once_of(&new.once)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            if let Some(before) = rows::by_once(tx, &once)? {
                return Ok(before.id);
            }
            let force = new.force.or(permit.scope().force());
            let force = force.ok_or_else(|| AppError::invalid("force", "choose the force"))?;
            permit.reaches(force)?;
            let number = new.number.trim();
            let person = match number {
                "" => None,
                number => Some(people::by_number(tx, force, number)?.ok_or_else(|| {
                    AppError::invalid(
                        "number",
                        format!("{} has nobody with this number", app.force_title(force)),
                    )
                })?),
            };
            let policy = app.policy();
            let form = form_with(policy.library(), |form| form.by_hand.is_some())?;
            let actor = permit.actor();
            let kind = form.by_hand.as_deref().unwrap_or_default();
            let opening = Opening {
                kind,
                force,
                device: None,
                person: person.as_ref().map(|person| person.id),
                clause: cases_app::clause_of_procedure(&app, kind),
                title,
                date: None,
                event: None,
                place: None,
                items: Vec::new(),
                says: (&actor.shown, "Opened by hand"),
            };
            let case = cases_app::open_case(Work { app: &app, tx, now }, &opening)?;
            let form = NewForm { once: Some(once), by: &actor.name, ..NewForm::default() };
            let opened = open_form(Work { app: &app, tx, now }, case, &form)?;
            opened.ok_or_else(|| AppError::Fault("a case with a form got none".into()))
        })
        .await
}

/// Returns the digest of the random text that a page's form was given with.
pub(crate) fn once_of(typed: &str) -> Result<String, AppError> {
    if (16..=80).contains(&typed.len()) {
        return Ok(digest_hex(typed.as_bytes()));
    }
    Err(AppError::Conflict("this form was too old; look it through and send it again".into()))
}
