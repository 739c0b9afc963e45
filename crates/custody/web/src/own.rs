//! Answers the requests of people about their own hand-overs: view, sign, refuse, download.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use custody_app::Signed;
use kernel::AppError;
use kernel::access::SignHandovers;

use crate::show::handler::{file, view};
use crate::show::{Typed, View};
use web_shell::answer::{form_again, shown};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// Turns an error into a problem; a hand-over of other people gets the same words as one that does not exist.
fn own(error: AppError) -> Problem {
    match error {
        AppError::NotFound { .. } => {
            Problem::new(StatusCode::CONFLICT, "You stand on neither side of a hand-over with this address.")
        }
        other => other.into(),
    }
}

/// Shows the reader's own side of a hand-over.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SignHandovers>()?;
    let read = custody_app::read::own_handover(&ctx.site.app, permit, id_of(&id)?).await.map_err(own)?;
    shown(&view(&ctx, &read, true))
}

async fn again(ctx: &Ctx, id: &str, fields: &Fields, error: AppError) -> Result<Response, Problem> {
    let AppError::Invalid { .. } = &error else { return Err(own(error)) };
    let errors = form_errors(error, "why")?;
    let read =
        custody_app::read::own_handover(&ctx.site.app, ctx.permit_within::<SignHandovers>()?, id_of(id)?)
            .await
            .map_err(own)?;
    let typed = Typed { why: fields.text("why"), ..Typed::default() };
    form_again(&View { errors, typed, ..view(ctx, &read, true) })
}

/// Signs the reader's own side.
pub(crate) async fn sign(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SignHandovers>()?;
    if fields.get("confirm") != "yes" {
        let message = "tick the statement: that is your signature".into();
        return again(&ctx, &id, &fields, AppError::Invalid { field: "confirm", message }).await;
    }
    match custody_app::sign_own(&ctx.site.app, permit, id_of(&id)?, fields.get("shown")).await.map_err(own)? {
        Signed::Complete => Ok(done(&format!("/me/custody/{id}"), "handover-complete")),
        Signed::Waits => Ok(done(&format!("/me/custody/{id}"), "handover-signed")),
        Signed::Held(_) => Ok(done(&format!("/me/custody/{id}"), "held")),
    }
}

/// Refuses to sign the reader's own side.
pub(crate) async fn refuse(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SignHandovers>()?;
    match custody_app::refuse_handover(&ctx.site.app, permit, id_of(&id)?, fields.get("why")).await {
        Ok(()) => Ok(done(&format!("/me/custody/{id}"), "handover-refused")),
        Err(error) => again(&ctx, &id, &fields, error).await,
    }
}

/// Returns the signed record of the reader's hand-over as a document.
pub(crate) async fn pdf(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SignHandovers>()?;
    let kept =
        custody_app::record::own_custody_record(&ctx.site.app, permit, id_of(&id)?).await.map_err(own)?;
    Ok(file(&kept.reference, "pdf", kept.pdf))
}

/// Returns the signed record of the reader's hand-over as data.
pub(crate) async fn json(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SignHandovers>()?;
    let kept =
        custody_app::record::own_custody_record(&ctx.site.app, permit, id_of(&id)?).await.map_err(own)?;
    Ok(file(&kept.reference, "json", kept.data))
}
