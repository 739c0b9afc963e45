//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::{AcceptOwn, SeeOwn};
use off_duty_app::Purpose;

use crate::own;
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done};

async fn sign_ins_view(ctx: &Ctx, errors: Errors) -> Result<own::View, Problem> {
    let rows = off_duty_app::own_off_duty_sign_ins(&ctx.site.app, ctx.permit::<SeeOwn>()?).await?;
    Ok(own::View {
        shell: ctx.under(Area::Me),
        errors,
        rows: rows
            .into_iter()
            .map(|row| own::Row { id: row.id.to_string(), system: row.system, at: row.at })
            .collect(),
        answers: Purpose::ALL
            .iter()
            .map(|(_, word, title)| ((*word).to_owned(), (*title).to_owned()))
            .collect(),
    })
}

/// Shows the reader's own sign-ins off duty.
pub(crate) async fn own_sign_ins(ctx: Ctx) -> Result<Response, Problem> {
    shown(&sign_ins_view(&ctx, Errors::default()).await?)
}

/// Records what a sign-in was for.
pub(crate) async fn state(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let (id, purpose) = (fields.get("sign-in").parse(), Purpose::of(fields.get("purpose")));
    let (Ok(id), Some(purpose)) = (id, purpose) else {
        let errors = [("main-content", "Choose what it was for, or leave it: nobody has to say")];
        let view = sign_ins_view(&ctx, errors.into_iter().collect()).await?;
        return form_again(&view);
    };
    off_duty_app::state_purpose(&ctx.site.app, permit, id, purpose).await?;
    Ok(done("/me/off-duty", "stated"))
}
