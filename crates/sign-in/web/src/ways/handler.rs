//! Answers the requests of this page.

use axum::Extension;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::header::{REFRESH, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::Secret;
use kernel::limits::CallerAddress;
use sign_in_app::Brought;
use sign_in_app::sessions::SignedIn;
use std::convert::Infallible;
use std::net::IpAddr;

use crate::ways::{Link, Out, Persona, View};
use web_shell::answer::page;
use web_shell::browser;
use web_shell::frame::{Area, Banner};
use web_shell::parts::listing::percent;
use web_shell::session::{Aside, Fields, Problem, Session, own_path, set_cookie, shell};
use web_shell::site::Site;

fn view(site: &Site, next: &str, refused: &str) -> View {
    let personas = site.options.personas.iter().enumerate().map(|(place, persona)| Persona {
        word: place.to_string(),
        name: persona.name.clone(),
        role: match persona.force {
            Some(force) => format!("{}, {}", persona.role.title(), site.app.force_title(force)),
            None => persona.role.title().to_owned(),
        },
        comes_for: persona.says.clone(),
    });
    View {
        shell: shell(site, None, Area::Elsewhere),
        personas: personas.collect(),
        texts: site.options.texts.clone(),
        next: own_path(next).to_owned(),
        refused: refused.to_owned(),
        directory: site
            .options
            .directory
            .as_ref()
            .map(|_| format!("/sign-in/directory?next={}", percent(own_path(next)))),
        passkey: sign_in_app::passkeys_can_be(&site.app)
            .then(|| format!("/sign-in/passkey?next={}", percent(own_path(next)))),
    }
}

/// Shows the sign-in page again with the reason for a refusal.
pub(crate) fn refused(site: &Site, next: &str, why: &str) -> Response {
    page(StatusCode::UNPROCESSABLE_ENTITY, &view(site, next, why))
}

/// Shows the ways to sign in, or in the demonstration the people to choose from.
pub(crate) async fn get(State(site): State<Site>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let asked = |name| query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let mut view = view(&site, asked("next"), "");
    view.shell.banner = Banner::of(asked("done"));
    page(StatusCode::OK, &view)
}

/// Signs in as one of the demonstration's people. A running service has none, so that nothing can be chosen.
pub(crate) async fn post(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let chosen = fields.get("persona").parse().ok().and_then(|place: usize| site.options.personas.get(place));
    let Some(persona) = chosen else {
        return Ok(refused(&site, fields.get("next"), "Choose one of the people below"));
    };
    end(&site, &session).await?;
    let who = SignedIn {
        name: persona.name.clone(),
        person: persona.person,
        roles: persona.role.into(),
        force: persona.force,
        how: "demonstration",
    };
    let token =
        sign_in_app::sessions::begin_session_on(&site.app, who, &browser::described(&headers)).await?;
    Ok(signed_in(&site, &token, own_path(fields.get("next"))))
}

pub(crate) fn signed_in(site: &Site, token: &Secret<String>, next: &str) -> Response {
    let cookie = set_cookie(site.options.secure_cookies, Some(token));
    ([(SET_COOKIE, cookie)], Redirect::to(next)).into_response()
}

/// Ends the session that a browser's cookie belongs to: one cookie is one session.
pub(crate) async fn end(site: &Site, session: &Session) -> Result<(), Problem> {
    if let (Some(token), Some(_)) = (&session.token, &session.live) {
        sign_in_app::sessions::end_session(&site.app, token.expose()).await?;
    }
    Ok(())
}

/// Returns the address to go to after the sign-in: a path of this server.
pub(crate) fn next_of(query: &[(String, String)]) -> &str {
    query.iter().find(|(key, _)| key == "next").map_or("/", |(_, value)| own_path(value))
}

/// Shows the page of a one-time link: only its button uses the link up, since programs open links to preview them.
pub(crate) async fn link(
    State(site): State<Site>,
    Path(token): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let href = format!("/sign-in/{}?next={}", percent(&token), percent(next_of(&query)));
    page(StatusCode::OK, &Link { shell: shell(&site, None, Area::Elsewhere), href })
}

/// Browser that uses a link.
pub(crate) struct Visitor {
    session: Session,
    /// The address that it came from, if that is known.
    address: Option<IpAddr>,
    headers: HeaderMap,
}

impl FromRequestParts<Site> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Infallible> {
        Ok(Self {
            session: parts.extensions.get::<Session>().cloned().unwrap_or_default(),
            address: parts.extensions.get::<CallerAddress>().map(|caller| caller.0),
            headers: parts.headers.clone(),
        })
    }
}

/// Uses up a one-time link.
pub(crate) async fn use_link(
    State(site): State<Site>,
    visitor: Visitor,
    Path(token): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let Visitor { session, address, headers } = visitor;
    sign_in_app::admit(&site.app, address, Brought::Link(&token)).await?;
    match sign_in_app::sessions::use_sign_in_link(&site.app, &token, &browser::described(&headers)).await? {
        Some(token) => {
            end(&site, &session).await?;
            let kept = Aside::Kept.of(&site, &headers).is_some();
            Ok(signed_in(&site, &token, if kept { "/kept" } else { next_of(&query) }))
        }
        None => {
            let why = "This link was used already, or its fifteen minutes are over. Ask for another one.";
            Ok(refused(&site, "/", why))
        }
    }
}

/// Ends the session; somebody who signed in through the directory is led on to end the session there too.
pub(crate) async fn out(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
) -> Result<Response, Problem> {
    end(&site, &session).await?;
    let cookie = set_cookie(site.options.secure_cookies, None);
    let through_directory = session.live.is_some_and(|live| live.how == "directory");
    let next = if through_directory { "/sign-out" } else { "/sign-in?done=signed-out" };
    Ok(([(SET_COOKIE, cookie)], Redirect::to(next)).into_response())
}

/// Shows the page between our sign-out and the directory's. It is a page and not a redirect, because the pages' content policy
/// lets no form lead to another site, and browsers apply it to a redirect after a form too.
pub(crate) async fn out_of_directory(State(site): State<Site>) -> Response {
    let there = match &site.options.directory {
        Some(directory) => sign_in_app::directory_sign_out(&site.app, directory).await,
        None => None,
    };
    let Some(directory) = there else {
        return Redirect::to("/sign-in?done=signed-out").into_response();
    };
    let refresh = format!("0; url={directory}");
    let view = Out { shell: shell(&site, None, Area::Elsewhere), directory };
    ([(REFRESH, refresh)], page(StatusCode::OK, &view)).into_response()
}
