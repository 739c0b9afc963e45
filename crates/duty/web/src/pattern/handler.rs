//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::PatternId;
use duty_app::NewPattern;
use kernel::access::ManageDuty;

use crate::pattern;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

fn pattern_view(
    ctx: &Ctx,
    href: &str,
    version: Option<i64>,
    typed: pattern::Typed,
    errors: Errors,
) -> pattern::View {
    let mut shell = ctx.under(Area::Duty);
    shell.crumbs.push(Crumb::new("/duty/patterns", "Duty patterns"));
    pattern::View { shell, errors, href: href.to_owned(), version, typed }
}

fn typed(fields: &Fields) -> pattern::Typed {
    pattern::Typed {
        force: fields.text("force"),
        name: fields.text("name"),
        shape: fields.text("shape"),
        shifts: fields.text("shifts"),
        days: fields.text("days"),
    }
}

fn new_pattern(fields: &Fields) -> NewPattern {
    NewPattern {
        force: Ctx::force(fields.get("force")),
        name: fields.text("name"),
        shape: fields.text("shape"),
        shifts: fields.text("shifts"),
        days: fields.text("days"),
    }
}

/// Shows the form for a new pattern.
pub(crate) async fn add_pattern(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageDuty>()?;
    let force = ctx.actor.force.map(|force| force.as_str().to_owned()).unwrap_or_default();
    let typed = pattern::Typed { force, shape: "cycle".into(), ..pattern::Typed::default() };
    shown(&pattern_view(&ctx, "/duty/patterns/add", None, typed, Errors::default()))
}

/// Adds a pattern.
pub(crate) async fn added_pattern(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    match duty_app::add_pattern(&ctx.site.app, permit, new_pattern(&fields)).await {
        Ok(_) => Ok(done("/duty/patterns", "pattern-kept")),
        Err(error) => form_again(&pattern_view(
            &ctx,
            "/duty/patterns/add",
            None,
            typed(&fields),
            form_errors(error, "name")?,
        )),
    }
}

/// Shows the form for a change of a pattern.
pub(crate) async fn pattern(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let id: PatternId = id_of(&id)?;
    let row = duty_app::duty_pattern(&ctx.site.app, permit, id).await?;
    let typed = pattern::Typed {
        force: row.force.as_str().to_owned(),
        name: row.name,
        shape: row.shape,
        shifts: row.shifts,
        days: row.days,
    };
    let href = format!("/duty/patterns/{id}");
    shown(&pattern_view(&ctx, &href, Some(row.version), typed, Errors::default()))
}

/// Changes a pattern. A stale form is shown again with the current version and the values typed.
pub(crate) async fn changed_pattern(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let id: PatternId = id_of(&id)?;
    let version = fields.get("version").parse().unwrap_or(0);
    match duty_app::change_pattern(&ctx.site.app, permit, id, version, new_pattern(&fields)).await {
        Ok(()) => Ok(done("/duty/patterns", "pattern-kept")),
        Err(error) => {
            let errors = form_errors(error, "name")?;
            let row = duty_app::duty_pattern(&ctx.site.app, ctx.permit::<ManageDuty>()?, id).await?;
            let href = format!("/duty/patterns/{id}");
            form_again(&pattern_view(&ctx, &href, Some(row.version), typed(&fields), errors))
        }
    }
}
