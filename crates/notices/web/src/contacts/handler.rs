//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{Channel, ContactMethodId};
use kernel::AppError;
use kernel::access::{AcceptOwn, SeeOwn};
use notices_app::methods::{self, MethodView};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

use crate::contacts::{Row, View};

const HERE: &str = "/me/contacts";

async fn view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> Result<View, Problem> {
    let own = methods::own_methods(&ctx.site.app, ctx.permit::<SeeOwn>()?).await?;
    let typed = |name: &str| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let texts = own.as_ref().is_some_and(|own| own.texts);
    let mut channels = Vec::new();
    if texts {
        channels.push(("text", "Text to a mobile number"));
    }
    channels.push(("mail", "Mail"));
    let first = if texts { "text" } else { "mail" };
    let chosen = Some(typed("channel")).filter(|word| !word.is_empty()).unwrap_or_else(|| first.to_owned());
    let rows = own.as_ref().map(|own| own.methods.iter().map(|method| row(method, fields)).collect());
    Ok(View {
        shell: ctx.under(Area::Me),
        errors,
        known: own.is_some(),
        reachable: own.as_ref().is_some_and(|own| own.reachable),
        texts,
        rows: rows.unwrap_or_default(),
        channels: Choice::list(channels, &chosen),
        address: typed("address"),
    })
}

fn row(method: &MethodView, fields: Option<&Fields>) -> Row {
    let title = match method.channel {
        Channel::Text => format!("Text to {}", method.address),
        Channel::Mail | Channel::Hook => format!("Mail to {}", method.address),
    };
    let mut row = Row {
        id: method.id.map(|id| id.to_string()).unwrap_or_default(),
        title,
        of_register: method.of_register,
        verified: method.verified,
        stopped: method.stopped_at,
        code_until: method.code_until,
        code_sent: method.code_sent.clone(),
        wait: method.wait_minutes.to_string(),
        code: String::new(),
    };
    if let Some(fields) = fields {
        row.code = fields.text(&row.code_field());
        let wait = fields.text(&row.wait_field());
        if !wait.is_empty() {
            row.wait = wait;
        }
    }
    row
}

/// Shows the reader's ways of being reached.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    shown(&view(&ctx, None, Errors::default()).await?)
}

/// Shows what was typed again, with what is wrong with it beside one field.
async fn again(ctx: &Ctx, fields: &Fields, field: &str, error: AppError) -> Result<Response, Problem> {
    let error = match error {
        AppError::TooMany { .. } => AppError::invalid("address", error.to_string()),
        other => other,
    };
    let mut errors = Errors::default();
    for one in form_errors(error, field)?.all() {
        errors.add(field, one.text.clone());
    }
    form_again(&view(ctx, Some(fields), errors).await?)
}

/// Adds a way of being reached.
pub(crate) async fn add(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let channel = fields.get("channel").parse().unwrap_or(Channel::Mail);
    match methods::add_method(&ctx.site.app, permit, channel, fields.get("address")).await {
        Ok(()) => Ok(done(HERE, "contact-code")),
        Err(error) => again(&ctx, &fields, "address", error).await,
    }
}

/// Sends another code.
pub(crate) async fn code(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let id: ContactMethodId = id_of(&id)?;
    match methods::send_method_code(&ctx.site.app, permit, id).await {
        Ok(()) => Ok(done(HERE, "contact-code")),
        Err(error) => again(&ctx, &fields, &format!("code-{id}"), error).await,
    }
}

/// Takes the code that came.
pub(crate) async fn prove(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let id: ContactMethodId = id_of(&id)?;
    let field = format!("code-{id}");
    match methods::verify_method(&ctx.site.app, permit, id, fields.get(&field)).await {
        Ok(()) => Ok(done(HERE, "contact-proved")),
        Err(error) => again(&ctx, &fields, &field, error).await,
    }
}

/// Moves a way one place up.
pub(crate) async fn up(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    methods::raise_method(&ctx.site.app, permit, id_of(&id)?).await?;
    Ok(done(HERE, "contact-ordered"))
}

/// Changes after how many minutes the next is tried.
pub(crate) async fn wait(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let id: ContactMethodId = id_of(&id)?;
    let field = format!("wait-{id}");
    match methods::set_method_wait(&ctx.site.app, permit, id, fields.get(&field)).await {
        Ok(()) => Ok(done(HERE, "contact-ordered")),
        Err(error) => again(&ctx, &fields, &field, error).await,
    }
}

/// Takes a way away.
pub(crate) async fn remove(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    methods::remove_method(&ctx.site.app, permit, id_of(&id)?).await?;
    Ok(done(HERE, "contact-removed"))
}
