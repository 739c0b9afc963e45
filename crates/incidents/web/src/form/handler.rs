//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::IncidentId;
use incidents_app::read::{OwnForm, form_for, own_form};
use incidents_app::{Saved, add_for, add_own, attach_own, fill_for, fill_own};
use kernel::AppError;
use kernel::access::{AcceptOwn, ManageCases};

use crate::form::{Addition, View};
use crate::questions;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::parts::upload::Upload;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// Turns an error into a problem; a form of other people gets the same words as one that does not exist.
fn theirs(error: AppError) -> Problem {
    match error {
        AppError::NotFound { .. } => {
            Problem::new(StatusCode::CONFLICT, "No form with this address is yours to fill in.")
        }
        other => other.into(),
    }
}

fn view(ctx: &Ctx, read: &OwnForm, own: bool) -> View {
    let mut shell = ctx.under(if own { Area::Me } else { Area::Cases });
    let href =
        if own { format!("/me/incidents/{}", read.id) } else { format!("/incidents/{}/form", read.id) };
    let reference = format!("C-{}", read.number);
    if !own {
        shell.crumbs.push(Crumb::new("/incidents", "Security incidents"));
        shell.crumbs.push(Crumb::new(format!("/incidents/{}", read.id), reference.clone()));
    }
    View {
        shell,
        errors: Errors::default(),
        href,
        reference,
        form: read.form.clone(),
        title: read.title.clone(),
        own,
        version: read.version,
        known: questions::known(&read.facts),
        questions: questions::questions(&read.questions, None),
        sent: questions::pairs(&read.questions),
        due: read.due_at,
        sent_at: read.sent_at,
        added: read
            .added
            .iter()
            .map(|entry| Addition { at: entry.at, who: entry.who.clone(), text: entry.text.clone() })
            .collect(),
        files: read
            .files
            .iter()
            .filter(|file| !file.erased)
            .map(|file| Addition { at: file.at, who: file.by.clone(), text: file.name.clone() })
            .collect(),
        goes_to: read.goes_to,
        regulator: read.regulator.clone().unwrap_or_default(),
        erased: read.erased_at,
        more: String::new(),
    }
}

/// Shows the reader's own form.
pub(crate) async fn get_own(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let read = own_form(&ctx.site.app, permit, id_of(&id)?).await.map_err(theirs)?;
    shown(&view(&ctx, &read, true))
}

/// Saves, sends or adds to the reader's own form.
pub(crate) async fn post_own(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let (app, id) = (&ctx.site.app, id_of::<IncidentId>(&id)?);
    let read = own_form(app, ctx.permit::<AcceptOwn>()?, id).await.map_err(theirs)?;
    let permit = ctx.permit::<AcceptOwn>()?;
    let view = view(&ctx, &read, true);
    if fields.get("do") == "add" {
        return added(add_own(app, permit, id, fields.get("more")).await, view, &fields);
    }
    let filled = questions::filled(&read.questions, &fields);
    saved(fill_own(app, permit, id, filled).await, view, &read, &fields)
}

/// Attaches a file to the reader's own form.
pub(crate) async fn attach(
    ctx: Ctx,
    Path(id): Path<String>,
    upload: Result<Upload, Response>,
) -> Result<Response, Problem> {
    let (app, id) = (&ctx.site.app, id_of::<IncidentId>(&id)?);
    let read = own_form(app, ctx.permit::<AcceptOwn>()?, id).await.map_err(theirs)?;
    let upload = match upload {
        Ok(upload) => upload,
        Err(refused) => return Ok(refused),
    };
    let (name, bytes) = upload.file.unwrap_or_default();
    match attach_own(app, ctx.permit::<AcceptOwn>()?, id, &name, bytes).await {
        Ok(()) => Ok(done(&format!("/me/incidents/{id}"), "file-added")),
        Err(error) => form_again(&View { errors: form_errors(error, "file")?, ..view(&ctx, &read, true) }),
    }
}

/// Shows the reporter's half to somebody who fills it in for them.
pub(crate) async fn get_for(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    shown(&view(&ctx, &form_for(&ctx.site.app, permit, id_of(&id)?).await?, false))
}

/// Saves, sends or adds to a form for its reporter.
pub(crate) async fn post_for(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let (app, id) = (&ctx.site.app, id_of::<IncidentId>(&id)?);
    let read = form_for(app, ctx.permit::<ManageCases>()?, id).await?;
    let permit = ctx.permit::<ManageCases>()?;
    let view = view(&ctx, &read, false);
    if fields.get("do") == "add" {
        return added(add_for(app, permit, id, fields.get("more")).await, view, &fields);
    }
    let filled = questions::filled(&read.questions, &fields);
    saved(fill_for(app, permit, id, filled).await, view, &read, &fields)
}

fn added(outcome: Result<(), AppError>, view: View, fields: &Fields) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(done(&view.href, "form-added")),
        Err(error) => {
            let errors = form_errors(error, "more")?;
            form_again(&View { errors, more: fields.text("more"), ..view })
        }
    }
}

fn saved(
    outcome: Result<Saved, AppError>,
    view: View,
    read: &OwnForm,
    fields: &Fields,
) -> Result<Response, Problem> {
    let errors = match outcome {
        Ok(Saved::Saved) => return Ok(done(&view.href, "form-saved")),
        Ok(Saved::Sent) => return Ok(done(&view.href, "form-sent")),
        Ok(Saved::ToMend(faults)) => questions::errors(&faults),
        Err(error) => form_errors(error, "do")?,
    };
    let typed = questions::answers(&read.questions, fields);
    // Once it was sent meanwhile, the page shows that; until then, what was typed stays.
    form_again(&View { errors, questions: questions::questions(&read.questions, Some(&typed)), ..view })
}
