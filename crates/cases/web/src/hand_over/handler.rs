//! Answers the requests of this page.

use std::collections::BTreeMap;

use axum::response::Response;
use cases_app::hand_over::{HandOver, OwnCase, hand_over_cases, own_cases};
use domain::CaseId;
use kernel::access::ManageCases;

use crate::hand_over::{Row, View};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::links::case_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

fn ticked(fields: &Fields) -> Vec<CaseId> {
    fields.pairs().iter().filter(|(name, _)| name == "case").filter_map(|(_, id)| id.parse().ok()).collect()
}

async fn view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> Result<View, Problem> {
    let own = own_cases(&ctx.site.app, ctx.permit::<ManageCases>()?).await?;
    let chosen = fields.map(ticked);
    let row = |case: OwnCase| Row {
        ticked: chosen.as_ref().is_none_or(|chosen| chosen.contains(&case.id)),
        note: fields.map(|fields| fields.text(&format!("note-{}", case.id))).unwrap_or_default(),
        id: case.id.to_string(),
        case: case_crumb(case.id, case.number),
        about: format!("{}, {}", case.kind, case.title),
        due: case.due,
    };
    Ok(View {
        shell: ctx.under(Area::Cases),
        errors,
        rows: own.into_iter().map(row).collect(),
        to: fields.map(|fields| fields.text("to")).unwrap_or_default(),
    })
}

/// Shows the cases that this person has taken.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageCases>()?;
    shown(&view(&ctx, None, Errors::default()).await?)
}

/// Hands over what is ticked.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let notes: BTreeMap<CaseId, String> =
        ticked(&fields).into_iter().map(|id| (id, fields.text(&format!("note-{id}")))).collect();
    match hand_over_cases(&ctx.site.app, permit, HandOver { to: fields.text("to"), notes }).await {
        Ok(_) => Ok(done("/cases", "cases-handed-over")),
        Err(error) => {
            let errors = form_errors(error, "cases")?;
            form_again(&view(&ctx, Some(&fields), errors).await?)
        }
    }
}
