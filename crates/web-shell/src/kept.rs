//! Saves forms that cannot be accepted yet, because their session has expired or because their sender has to prove first that
//! they are present; then redirects the sender to sign in.
//!
//! This layer is inside the check that a form comes from these pages, so no other site's form is saved.

use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Secret;
use kernel::presence;

use crate::problem::Problem;
use crate::routes;
use crate::session::{Aside, OVER, Session};
use crate::site::Site;

/// Saves a form that would be lost; passes every other request on.
pub async fn layer(State(site): State<Site>, request: Request, next: Next) -> Response {
    if !is_worth_it(&site, &request) {
        return next.run(request).await;
    }
    let session = request.extensions().get::<Session>().cloned().unwrap_or_default();
    match (session.token, session.live) {
        (Some(token), None) => after_the_session(&site, &token, request).await,
        (Some(token), Some(live)) if presence::fresh(&live.actor, site.app.world().now()).is_err() => {
            until_proven(&site, &token, request, next).await
        }
        _ => next.run(request).await,
    }
}

async fn after_the_session(site: &Site, token: &Secret<String>, request: Request) -> Response {
    let here = path_of(&request);
    let fields = match Form::<Vec<(String, String)>>::from_request(request, &()).await {
        Ok(Form(fields)) => fields,
        Err(rejection) => return Problem::new(rejection.status(), "").into_response(),
    };
    match sign_in_app::keep_form(&site.app, token, &here, fields).await {
        Ok(Some(key)) => on_to(site, Some(&key), "/sign-in?next=/kept&done=kept"),
        Ok(None) => Problem::new(StatusCode::FORBIDDEN, OVER).into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Passes the form on, and saves it if the answer is that its sender has to prove first that they are present.
async fn until_proven(site: &Site, token: &Secret<String>, request: Request, next: Next) -> Response {
    let here = path_of(&request);
    let (parts, body) = request.into_parts();
    let bytes = match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(bytes) => bytes,
        Err(rejection) => return Problem::new(rejection.status(), "").into_response(),
    };
    let again = |bytes: Bytes| Request::from_parts(parts.clone(), Body::from(bytes));
    let response = next.run(again(bytes.clone())).await;
    if !response.extensions().get::<Problem>().is_some_and(Problem::wants_proof) {
        return response;
    }
    let Ok(Form(fields)) = Form::<Vec<(String, String)>>::from_request(again(bytes), &()).await else {
        return response;
    };
    match sign_in_app::keep_form(&site.app, token, &here, fields).await {
        Ok(key) => on_to(site, key.as_ref(), "/prove"),
        Err(error) => Problem::from(error).into_response(),
    }
}

fn path_of(request: &Request) -> String {
    request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned()
}

fn on_to(site: &Site, key: Option<&Secret<String>>, place: &str) -> Response {
    ([(SET_COOKIE, Aside::Kept.set(site, key))], Redirect::to(place)).into_response()
}

/// Returns whether the request is a form of a page that needs a session. Forms that end or manage a session are not worth saving.
fn is_worth_it(site: &Site, request: &Request) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let path = request.uri().path();
    request.method() == Method::POST
        && kind.starts_with("application/x-www-form-urlencoded")
        && routes::needs_session(&site.routes, "POST", path)
        && !["/kept", "/sessions", "/passkeys"].iter().any(|own| path.starts_with(own))
}
