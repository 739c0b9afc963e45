//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::ManagePeople;
use people_app::NewPerson;

use crate::add;
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

fn add_view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> add::View {
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    add::View {
        shell: ctx.under(Area::People),
        errors,
        name: typed("name"),
        number: typed("number"),
        force: match ctx.actor.force {
            Some(force) if typed("force").is_empty() => force.as_str().to_owned(),
            _ => typed("force"),
        },
        role: typed("role"),
        unit: typed("unit"),
        email: typed("email"),
    }
}

/// Shows the form for a new person.
pub(crate) async fn add(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManagePeople>()?;
    shown(&add_view(&ctx, None, Errors::default()))
}

/// Adds a person.
pub(crate) async fn added(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManagePeople>()?;
    let new = NewPerson {
        force: Ctx::force(fields.get("force")),
        number: fields.text("number"),
        name: fields.text("name"),
        email: fields.some("email"),
        role: fields.text("role"),
        unit: fields.some("unit"),
        ..NewPerson::default()
    };
    match people_app::add_person(&ctx.site.app, permit, new).await {
        Ok(id) => Ok(done(&format!("/people/{id}"), "person-added")),
        Err(error) => form_again(&add_view(&ctx, Some(&fields), form_errors(error, "number")?)),
    }
}
