//! Answers what people do on a document's page: approve it for a force, record a review, compare a file with the original.

use axum::extract::Path;
use axum::response::Response;
use compliance_app::approvals::{NewApproval, approve_document};
use compliance_app::originals::compare_original;
use compliance_app::reviews::{NewReview, record_review};
use domain::Force;
use kernel::AppError;
use kernel::access::{ApproveDocuments, KeepDocuments};

use crate::show::View;
use crate::show::handler::view;
use crate::show::records::Typed;
use web_shell::answer::form_again;
use web_shell::parts::upload::Upload;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

/// Approves the document for a force.
pub(crate) async fn approve(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ApproveDocuments>()?;
    let approved = async {
        let force: Force =
            fields.get("force").parse().map_err(|_| AppError::invalid("approve", "choose a force"))?;
        let new = NewApproval { document: id.clone(), force, digest: fields.text("digest") };
        approve_document(&ctx.site.app, permit, new).await
    };
    match approved.await {
        Ok(()) => Ok(done(&format!("/documents/{id}"), "document-approved")),
        Err(error) => {
            let errors = form_errors(error, "approve")?;
            form_again(&View { errors, ..view(&ctx, &id, Typed::of(None)).await? })
        }
    }
}

/// Records a review.
pub(crate) async fn review(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<KeepDocuments>()?;
    let new = NewReview {
        on: fields.text("reviewed-on"),
        outcome: fields.text("outcome"),
        says: fields.text("says"),
        next_on: fields.text("next-on"),
        laws: fields.get("laws") == "yes",
    };
    match record_review(&ctx.site.app, permit, &id, new).await {
        Ok(()) => Ok(done(&format!("/documents/{id}"), "document-reviewed")),
        Err(error) => {
            let errors = form_errors(error, "reviewed-on")?;
            form_again(&View { errors, ..view(&ctx, &id, Typed::of(Some(&fields))).await? })
        }
    }
}

/// Compares a file with the original. The file is not kept.
pub(crate) async fn original(
    ctx: Ctx,
    Path(id): Path<String>,
    upload: Result<Upload, Response>,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<KeepDocuments>()?;
    let upload = match upload {
        Ok(upload) => upload,
        Err(refused) => return Ok(refused),
    };
    let (_, bytes) = upload.file.unwrap_or_default();
    match compare_original(&ctx.site.app, permit, &id, &bytes).await {
        Ok(compared) => {
            let word = if compared.same { "original-same" } else { "original-other" };
            Ok(done(&format!("/documents/{id}"), word))
        }
        Err(error) => {
            let errors = form_errors(error, "file")?;
            form_again(&View { errors, ..view(&ctx, &id, Typed::of(None)).await? })
        }
    }
}
