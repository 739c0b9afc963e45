//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::TokenId;
use kernel::access::{ApiScope, RunService};
use sign_in_app::tokens::{DEFAULT_DAYS, NewToken, WARN};

use crate::tokens::{Made, Row, State, View};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn view(ctx: &Ctx, typed: Option<&Fields>, errors: Errors) -> Result<View, Problem> {
    let now = ctx.site.app.world().now();
    let tokens = sign_in_app::tokens::tokens(&ctx.site.app, ctx.permit::<RunService>()?).await?;
    let text = |name: &str, otherwise: String| typed.map_or(otherwise, |fields| fields.text(name));
    let own = ctx.actor.force.map(|force| force.as_str().to_owned()).unwrap_or_default();
    let rows = tokens.into_iter().map(|token| Row {
        state: match token.ended_at {
            Some(_) => State::Ended,
            None if token.expires_at <= now => State::Expired,
            None if token.expires_at.since(now) <= WARN => State::Soon,
            None => State::Works,
        },
        scope: token
            .scope
            .parse()
            .map_or_else(|_| token.scope.clone(), |scope: ApiScope| scope.title().to_owned()),
        end: format!("/tokens/{}/end", token.id),
        name: token.name,
        force: token.force,
        expires: token.expires_at,
        used: token.last_used_at,
    });
    Ok(View {
        shell: ctx.shell(Area::Elsewhere, Vec::new()),
        errors,
        rows: rows.collect(),
        name: text("name", String::new()),
        scopes: Choice::list(
            ApiScope::ALL.iter().map(|scope| (scope.as_str(), scope.title())),
            &text("scope", String::new()),
        ),
        force: text("force", own),
        days: text("days", DEFAULT_DAYS.to_string()),
    })
}

/// Shows the list of tokens.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    shown(&view(&ctx, None, Errors::default()).await?)
}

/// Makes a token, and shows it this once.
pub(crate) async fn make(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<RunService>()?;
    let Ok(scope) = fields.get("scope").parse() else {
        let errors = [("scope", "Choose what it may do")].into_iter().collect();
        return form_again(&view(&ctx, Some(&fields), errors).await?);
    };
    let new = NewToken {
        name: fields.text("name"),
        scope,
        force: Ctx::force(fields.get("force")),
        days: fields.get("days").trim().parse().unwrap_or_default(),
    };
    let name = new.name.clone();
    let (address_name, path) = match scope {
        ApiScope::Scim => ("Tenant URL", "/scim/v2"),
        ApiScope::DeviceUse => ("Address to send to", "/api/v1/device-use"),
    };
    match sign_in_app::tokens::make_token(&ctx.site.app, permit, new).await {
        Ok((_, secret)) => {
            let made = Made {
                shell: ctx.shell(Area::Elsewhere, vec![Crumb::new("/tokens", "API tokens")]),
                name,
                secret: secret.into_exposed(),
                address_name: address_name.to_owned(),
                address: format!("{}{path}", ctx.site.app.config().address),
            };
            shown(&made)
        }
        Err(error) => form_again(&view(&ctx, Some(&fields), form_errors(error, "name")?).await?),
    }
}

/// Revokes a token.
pub(crate) async fn end(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<RunService>()?;
    let id: TokenId = id_of(&id)?;
    sign_in_app::tokens::end_token(&ctx.site.app, permit, id).await?;
    Ok(done("/tokens", "token-ended"))
}
