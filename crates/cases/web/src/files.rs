//! Answers the requests for the files of a case: adding one, the bytes that were received, a picture without its metadata.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use cases_app::files::{FileRead, add_file, case_for_files, read_file};
use domain::{CaseId, FileId};
use kernel::access::{ManageCases, SeeCases, SeeSealed};

use crate::show;
use web_shell::answer::form_again;
use web_shell::parts::upload::Upload;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// Whether the browser shows a file or saves it.
#[derive(Clone, Copy)]
enum As {
    Shown,
    Saved,
}

fn file(read: FileRead, how: As) -> Response {
    let how = match how {
        As::Shown => "inline",
        As::Saved => "attachment",
    };
    // Every answer forbids the browser to guess another type; the name is letters, digits and a full stop.
    let disposition = format!("{how}; filename=\"{}\"", read.name);
    ([(header::CONTENT_TYPE, read.media.to_owned()), (header::CONTENT_DISPOSITION, disposition)], read.bytes)
        .into_response()
}

/// Adds a file to a case.
pub(crate) async fn add(
    ctx: Ctx,
    Path(id): Path<String>,
    upload: Result<Upload, Response>,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: CaseId = id_of(&id)?;
    case_for_files(&ctx.site.app, ctx.permit::<ManageCases>()?, id).await?;
    let upload = match upload {
        Ok(upload) => upload,
        Err(refused) => return Ok(refused),
    };
    let (name, bytes) = upload.file.unwrap_or_default();
    match add_file(&ctx.site.app, permit, id, &name, bytes).await {
        Ok(_) => Ok(done(&format!("/cases/{id}"), "file-added")),
        Err(error) => {
            let errors = form_errors(error, "file")?;
            form_again(&show::View { errors, ..show::handler::view(&ctx, id).await? })
        }
    }
}

/// Returns a file as it was received.
pub(crate) async fn received(ctx: Ctx, Path((id, of)): Path<(String, String)>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeCases>()?;
    Ok(file(read_file(&ctx.site.app, permit, id_of(&id)?, id_of(&of)?, false).await?, As::Saved))
}

/// Shows a copy of a picture without its metadata.
pub(crate) async fn shown(ctx: Ctx, Path((id, of)): Path<(String, String)>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeCases>()?;
    Ok(file(read_file(&ctx.site.app, permit, id_of(&id)?, id_of(&of)?, true).await?, As::Shown))
}

/// Returns a file of a sealed case, which is recorded as a ledger entry with the reason.
pub(crate) async fn sealed(
    ctx: Ctx,
    Path((id, of)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SeeSealed>()?;
    let (id, of): (CaseId, FileId) = (id_of(&id)?, id_of(&of)?);
    show::handler::view(&ctx, id).await?;
    let reason = fields.get("reason");
    let read = overview_app::sensitive::read_sealed_file(&ctx.site.app, permit, id, of, reason).await?;
    Ok(file(read, As::Saved))
}
