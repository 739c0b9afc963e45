//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::Response;
use domain::Timestamp;
use kernel::access::{ManageExemptions, SeeExemptions};
use terms_app::NewExemption;

use crate::exemptions::{Row, Typed, View};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::links::clause_crumb;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

fn view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> View {
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let policy = ctx.site.app.policy();
    let excepted =
        policy.library().clauses.iter().filter(|one| one.asks_acceptance() && !one.exceptions.is_empty());
    let clauses: Vec<(String, String)> =
        excepted.map(|one| (one.id.to_string(), format!("{} {}", one.id, one.title))).collect();
    let pairs = clauses.iter().map(|(id, title)| (id.as_str(), title.as_str()));
    let shell = ctx.under(Area::People);
    View {
        errors,
        reason: typed("reason"),
        rows: None,
        may_manage: ctx.may::<ManageExemptions>(),
        typed: Typed {
            clauses: Choice::list(pairs, &typed("clause")),
            forces: web_shell::parts::choices::forces(&shell, &typed("force")),
            number: typed("number"),
            unit: typed("unit"),
            decided_by: typed("decided_by"),
            why: typed("why"),
            until: typed("until"),
        },
        shell,
    }
}

/// Shows the form that asks for a reason.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeExemptions>()?;
    shown(&view(&ctx, None, Errors::default()))
}

/// Shows the exemptions after a reason was given.
pub(crate) async fn read(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeExemptions>()?;
    match terms_app::read_exemptions(&ctx.site.app, permit, fields.get("reason")).await {
        Ok(all) => {
            let rows = all
                .into_iter()
                .map(|one| Row {
                    id: one.id.to_string(),
                    clause: clause_crumb(one.clause.as_str()),
                    who: one.who,
                    decided_by: one.decided_by,
                    why: one.why,
                    until: one.until,
                })
                .collect();
            let view = View { rows: Some(rows), ..view(&ctx, Some(&fields), Errors::default()) };
            shown(&view)
        }
        Err(error) => refused(&ctx, &fields, error, "reason"),
    }
}

/// Adds an exemption.
pub(crate) async fn added(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageExemptions>()?;
    let new = NewExemption {
        force: Ctx::force(fields.get("force")),
        clause: fields.text("clause"),
        number: fields.some("number"),
        unit: fields.some("unit"),
        decided_by: fields.text("decided_by"),
        why: fields.text("why"),
        until: end_of(fields.get("until")),
    };
    match terms_app::grant_exemption(&ctx.site.app, permit, new).await {
        Ok(()) => Ok(done("/exemptions", "exemption-added")),
        Err(error) => refused(&ctx, &fields, error, "number"),
    }
}

/// Ends an exemption before its time.
pub(crate) async fn ended(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageExemptions>()?;
    let unknown =
        || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Read the list again, and choose one of it.");
    let id = fields.get("id").parse().map_err(|_| unknown())?;
    terms_app::end_exemption(&ctx.site.app, permit, id).await?;
    Ok(done("/exemptions", "exemption-ended"))
}

fn refused(ctx: &Ctx, fields: &Fields, error: kernel::AppError, field: &str) -> Result<Response, Problem> {
    let errors = form_errors(error, field)?;
    form_again(&view(ctx, Some(fields), errors))
}

/// Returns the end of a day written as `2027-03-31`, in universal time.
fn end_of(day: &str) -> Option<Timestamp> {
    format!("{}T23:59:59Z", day.trim()).parse().ok()
}
