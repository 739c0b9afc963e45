//! Answers the requests of this page.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::Secret;
use kernel::access::RunService;
use sign_in_app::{Brought, NewPasskey, PasskeyRefusal};

use crate::passkeys::{New, Row, Use, View};
use crate::ways::handler::{end, next_of, refused, signed_in};
use web_shell::answer::{form_again, page, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Aside, Ctx, Fields, Problem, Session, done, form_errors, own_path, shell};
use web_shell::site::Site;
use web_shell::{browser, limits};

/// Shows the list of passkeys.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let (app, permit) = (&ctx.site.app, ctx.permit::<RunService>()?);
    let keys = sign_in_app::passkeys(app, &permit).await?;
    let may_register = sign_in_app::may_register_passkey(app, &permit, &ctx.live).await?;
    let accounts = sign_in_app::break_glass_accounts(app, permit).await?;
    let without = accounts
        .into_iter()
        .filter(|account| !keys.iter().any(|key| key.account.owner == account.owner))
        .map(|account| account.name);
    let view = View {
        shell: ctx.shell(Area::Elsewhere, Vec::new()),
        without: without.collect(),
        rows: keys
            .into_iter()
            .map(|key| Row {
                id: key.id,
                name: key.account.name,
                label: key.label,
                added_at: key.created_at,
                used_at: key.used_at,
            })
            .collect(),
        may_register,
        can_be: sign_in_app::passkeys_can_be(app),
    };
    shown(&view)
}

/// Makes the form for a new passkey, with a challenge of its own. After a mistake there is another challenge, and the values
/// typed are kept.
async fn form(ctx: &Ctx, called: String, errors: Errors) -> Result<New, Problem> {
    let ceremony = sign_in_app::begin_passkey(&ctx.site.app, ctx.permit::<RunService>()?, &ctx.live).await?;
    Ok(New {
        shell: ctx.shell(Area::Elsewhere, vec![Crumb::new("/passkeys", "Passkeys")]),
        errors,
        called,
        key: ceremony.key.into_exposed(),
        options: ceremony.options,
    })
}

/// Shows the form that registers a passkey.
pub(crate) async fn new(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<RunService>()?;
    shown(&form(&ctx, String::new(), Errors::default()).await?)
}

/// Registers a passkey.
pub(crate) async fn add(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let new =
        NewPasskey { key: fields.text("key"), label: fields.text("label"), answer: fields.text("answer") };
    match sign_in_app::finish_passkey(&ctx.site.app, ctx.permit::<RunService>()?, &ctx.live, new).await {
        Ok(()) => Ok(done("/passkeys", "passkey-added")),
        Err(error) => form_again(&form(&ctx, fields.text("label"), form_errors(error, "answer")?).await?),
    }
}

/// Removes a passkey.
pub(crate) async fn remove(
    ctx: Ctx,
    Extension(session): Extension<Session>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<RunService>()?;
    let Some(token) = &session.token else { return Err(Problem::not_found()) };
    sign_in_app::remove_passkey(&ctx.site.app, permit, token, fields.get("id")).await?;
    Ok(done("/passkeys", "passkey-removed"))
}

/// Begins a sign-in with a passkey.
pub(crate) async fn begin(
    State(site): State<Site>,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let next = next_of(&query);
    let known = Aside::SigningIn.of(&site, &headers).filter(|value| value.expose().len() == 43);
    let cookie = known.unwrap_or_else(|| sign_in_app::random_text(&site.app));
    let Some(ceremony) = sign_in_app::begin_passkey_sign_in(&site.app, &cookie).await? else {
        let why =
            "No passkey is registered here. The engineer who runs Lanyard makes you a link on the server.";
        return Ok(refused(&site, next, why));
    };
    let view = Use {
        shell: shell(&site, None, Area::Elsewhere),
        next: next.to_owned(),
        key: ceremony.key.into_exposed(),
        options: ceremony.options,
    };
    let set = Aside::SigningIn.set(&site, Some(&cookie));
    Ok(([(SET_COOKIE, set)], page(StatusCode::OK, &view)).into_response())
}

/// Signs somebody in with a passkey.
pub(crate) async fn finish(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    from: limits::From,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    sign_in_app::admit(&site.app, limits::address(from), Brought::Passkey(fields.get("key"))).await?;
    let next = own_path(fields.get("next"));
    let cookie = Aside::SigningIn.of(&site, &headers).map(Secret::into_exposed).unwrap_or_default();
    let uses = browser::described(&headers);
    match sign_in_app::use_passkey(&site.app, fields.get("key"), &cookie, fields.get("answer"), &uses).await?
    {
        Ok(token) => {
            end(&site, &session).await?;
            let gone = AppendHeaders([(SET_COOKIE, Aside::SigningIn.set(&site, None))]);
            Ok((gone, signed_in(&site, &token, next)).into_response())
        }
        Err(refusal) => Ok(refused(&site, next, why(refusal))),
    }
}

/// Explains a refusal to the person. The fault in a wrong answer is only for the log.
const fn why(refusal: PasskeyRefusal) -> &'static str {
    match refusal {
        PasskeyRefusal::Late => {
            "This sign-in was finished already, or took longer than ten minutes. Begin it again."
        }
        PasskeyRefusal::OtherBrowser => {
            "This sign-in was begun in another browser, and cannot be finished in this one. If you did not begin it, tell \
             information security."
        }
        PasskeyRefusal::NotBelieved => {
            "What the passkey answered could not be believed, so you are not signed in. Begin again. If it stays so, tell \
             information security."
        }
        PasskeyRefusal::Ended => {
            "This passkey was taken away, or its owner is no administrator any more. Ask another administrator, or the \
             engineer who runs Lanyard for a link made on the server."
        }
        PasskeyRefusal::Copied => {
            "There may be a copy of this passkey, so nobody was signed in with it. Information security has been told. Use \
             another passkey, or a link made on the server."
        }
    }
}
