//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use cases_app::unused::{KeptFor, Needed};
use domain::CaseId;
use kernel::access::AnswerForOneself;

use crate::needed;
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn question(ctx: &Ctx, id: CaseId) -> Result<needed::View, Problem> {
    let asked =
        cases_app::unused::unused_question(&ctx.site.app, ctx.permit_within::<AnswerForOneself>()?, id)
            .await?;
    Ok(needed::View {
        shell: ctx.shell(Area::Elsewhere, Vec::new()),
        href: format!("/cases/{id}/needed"),
        device: asked.device,
        holder: asked.holder.name,
        due: asked.due,
        errors: Errors::default(),
        answer: String::new(),
        reason: String::new(),
        until: String::new(),
        note: String::new(),
        reasons: KeptFor::ALL.iter().map(|(_, word, text)| (*word, *text)).collect(),
    })
}

/// Shows the question whether an unused device is still needed.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit_within::<AnswerForOneself>()?;
    let id = id_of(&id)?;
    shown(&question(&ctx, id).await?)
}

/// Records the answer.
pub(crate) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<AnswerForOneself>()?;
    let id: CaseId = id_of(&id)?;
    let answer = Needed {
        answer: fields.text("answer"),
        reason: fields.text("reason"),
        until: fields.text("until"),
        note: fields.text("note"),
    };
    match cases_app::unused::answer_unused(&ctx.site.app, permit, id, answer).await {
        Ok(()) => Ok(done("/", "answered")),
        Err(error @ kernel::AppError::Invalid { .. }) => form_again(&needed::View {
            errors: form_errors(error, "answer")?,
            answer: fields.text("answer"),
            reason: fields.text("reason"),
            until: fields.text("until"),
            note: fields.text("note"),
            ..question(&ctx, id).await?
        }),
        Err(error) => Err(error.into()),
    }
}
