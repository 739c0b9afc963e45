//! Fills in the reporter's half: saved in parts, sent when it is whole, and added to afterwards.

use domain::IncidentId;
use policy::{Half, Proof};
use store::Tx;
use store::incidents::{self as rows, Incident};

use crate::answers::Asked;
use crate::keep::{Change, Said, Sealed, form, keep, kind_of_case, locked, open, seal};
use crate::{Answers, Fault};
use cases_app::{Ending, files};
use kernel::access::{AcceptOwn, Actor, ManageCases, Permit};
use kernel::fields::text;
use kernel::{App, AppError};

/// A half of a form, as it was filled in.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// The answers.
    pub answers: Answers,
    /// The version that the page showed.
    pub version: i64,
    /// Whether it is to be sent; otherwise it is saved.
    pub send: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// It is saved, and can be gone on with.
    Saved,
    /// It is sent.
    Sent,
    /// Nothing was changed: answers are missing or wrong.
    ToMend(Vec<Fault>),
}

/// Returns the refusal for a form that the page shows in an older version.
pub(crate) fn changed_meanwhile() -> AppError {
    AppError::Conflict(
        "this form was changed meanwhile, perhaps by you in another window; open it again and enter what is missing".into(),
    )
}

/// Looks up the form of the person who is signed in. A form of anybody else is as if it were not there.
pub(crate) fn own(tx: &mut Tx<'_>, actor: &Actor, id: IncidentId) -> Result<Incident, AppError> {
    let found = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("incident", id))?;
    if actor.person.is_some() && found.person == actor.person {
        return Ok(found);
    }
    Err(AppError::not_found("incident", id))
}

/// Looks up the form of a case that the actor may work on.
pub(crate) fn of_desk<A: kernel::access::Action>(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    id: IncidentId,
) -> Result<Incident, AppError> {
    let found = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("incident", id))?;
    cases_app::readable_case(app, tx, permit.actor(), found.case)?;
    permit.reaches(found.force)?;
    Ok(found)
}

/// Saves or sends one's own half.
///
/// # Errors
/// [`AppError::NotFound`] for another person's; [`AppError::Conflict`] where it was changed meanwhile or is sent.
pub async fn fill_own(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: IncidentId,
    filled: Filled,
) -> Result<Saved, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            own(tx, permit.actor(), id)?;
            let row = locked(tx, id)?;
            fill(&app, tx, permit.actor(), row, &filled)
        })
        .await
}

/// Saves or sends the reporter's half for somebody who says it at the desk or by telephone.
///
/// # Errors
/// As [`fill_own`]; [`AppError::Denied`] for another force.
pub async fn fill_for(
    app: &App,
    permit: Permit<ManageCases>,
    id: IncidentId,
    filled: Filled,
) -> Result<Saved, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            of_desk(&app, tx, &permit, id)?;
            let row = locked(tx, id)?;
            fill(&app, tx, permit.actor(), row, &filled)
        })
        .await
}

pub(crate) fn fill(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: Incident,
    filled: &Filled,
) -> Result<Saved, AppError> {
    let (policy, now) = (app.policy(), app.world().now());
    let form = form(policy.library(), &row)?;
    let case = kind_of_case(tx, row.case)?;
    let asked = Asked { form, half: Half::Reporter, case: &case };
    let answers = match asked.checked(&filled.answers, filled.send) {
        Ok(answers) => answers,
        Err(faults) => return Ok(Saved::ToMend(faults)),
    };
    if row.sent.is_some() {
        let sent = open(app, Sealed::Answers(row.id), row.answers.as_ref())?;
        if filled.send && sent == answers {
            // A double click is one form.
            return Ok(Saved::Sent);
        }
        return Err(AppError::Conflict("this half is sent already; add what is missing to it".into()));
    }
    if filled.version != row.version {
        return Err(changed_meanwhile());
    }
    let sealed = Some(seal(app, Sealed::Answers(row.id), &answers)?);
    if !filled.send {
        keep(app, tx, Change::by(actor, Incident { answers: sealed, ..row }))?;
        return Ok(Saved::Saved);
    }
    let sent = Some((now, actor.name.clone()));
    let change = Change::by(actor, Incident { answers: sealed, sent, ..row });
    let late = if now > change.row.due_at { ", after its time" } else { "" };
    let line = format!("{}: the reporter's half was sent{late}.", form.title);
    let row = keep(app, tx, Change { what: Some("sent"), action: Some("incident.sent"), ..change })?;
    let ending =
        Ending { outcome: "done", proof: &format!("incident:{}", row.id), by: actor.into(), says: line };
    cases_app::end_steps_by(app, tx, row.case, Proof::Form, &ending)?;
    Ok(Saved::Sent)
}

/// Adds something to one's own form after it was sent. Nothing that was sent is changed.
///
/// # Errors
/// As [`fill_own`]; [`AppError::Invalid`] for an empty or long text.
pub async fn add_own(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: IncidentId,
    more: &str,
) -> Result<(), AppError> {
    let more = addition(more)?;
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            own(tx, permit.actor(), id)?;
            let row = locked(tx, id)?;
            add(&app, tx, permit.actor(), row, more)
        })
        .await
}

/// Adds something to a form at the desk or by Information Security.
///
/// # Errors
/// As [`fill_for`]; [`AppError::Invalid`] for an empty or long text.
pub async fn add_for(
    app: &App,
    permit: Permit<ManageCases>,
    id: IncidentId,
    more: &str,
) -> Result<(), AppError> {
    let more = addition(more)?;
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            of_desk(&app, tx, &permit, id)?;
            let row = locked(tx, id)?;
            add(&app, tx, permit.actor(), row, more)
        })
        .await
}

/// Attaches a file to one's own form, that is to its case. Its reporter sees that it is there; who may read the case reads it.
///
/// # Errors
/// As [`fill_own`], [`cases_app::files::prepare_file`] and [`cases_app::files::attach_file`].
pub async fn attach_own(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: IncidentId,
    name: &str,
    bytes: Vec<u8>,
) -> Result<(), AppError> {
    let actor = permit.actor().clone();
    let found = app.store().read(move |tx| own(tx, &actor, id)).await?;
    let file = files::prepare_file(app, found.case, name, &bytes)?;
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            own(tx, permit.actor(), id)?;
            files::attach_file(&app, tx, permit.actor(), file).map(drop)
        })
        .await
}

/// Tidies the words of an addition or a reason: line breaks become spaces.
pub(crate) fn tidy(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Refuses an incident whose form is the actor's own, where somebody else must see to it.
pub(crate) fn not_own<A: kernel::access::Action>(permit: &Permit<A>, row: &Incident) -> Result<(), AppError> {
    if row.person.is_some() && row.person == permit.actor().person {
        permit.reaches_own(row.force)?;
    }
    Ok(())
}

fn addition(more: &str) -> Result<String, AppError> {
    text("more", &tidy(more), 2000)
}

pub(crate) fn add(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: Incident,
    more: String,
) -> Result<(), AppError> {
    if row.sent.is_none() {
        return Err(AppError::invalid("more", "this half is not sent yet; write it into the form itself"));
    }
    if row.erased_at.is_some() {
        return Err(AppError::Conflict("what this form held was erased; open a new incident".into()));
    }
    let change = Change {
        what: Some("added"),
        said: Some(Said { text: more, reference: String::new() }),
        line: "Added to the form; the incident's page has the words.".to_owned(),
        action: Some("incident.added-to"),
        ..Change::by(actor, row)
    };
    keep(app, tx, change).map(drop)
}
