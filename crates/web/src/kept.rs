//! A form that comes when its session is over: what was typed is put by, and its owner is sent to sign in again.
//!
//! Inside the check that a form comes from these pages: nobody else's form is kept.

use axum::Form;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::routes;
use crate::session::{Aside, OVER, Problem, Session};
use crate::site::Site;

/// Keeps what would be lost; everything else goes on.
pub(crate) async fn layer(State(site): State<Site>, request: Request, next: Next) -> Response {
    let session = request.extensions().get::<Session>();
    let over = session.filter(|session| session.live.is_none()).and_then(|session| session.token.clone());
    let Some(token) = over.filter(|_| is_worth_it(&request)) else { return next.run(request).await };
    let here = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let fields = match Form::<Vec<(String, String)>>::from_request(request, &()).await {
        Ok(Form(fields)) => fields,
        Err(rejection) => return Problem::new(rejection.status(), "").into_response(),
    };
    match site.app.keep_form(&token, &here, fields).await {
        Ok(Some(key)) => {
            let set = Aside::Kept.set(&site, Some(&key));
            ([(SET_COOKIE, set)], Redirect::to("/sign-in?next=/kept&done=kept")).into_response()
        }
        Ok(None) => Problem::new(StatusCode::FORBIDDEN, OVER).into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Whether it is a form of a page for which one must be signed in. What ends a session or handles one is not worth it.
fn is_worth_it(request: &Request) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let path = request.uri().path();
    request.method() == Method::POST
        && kind.starts_with("application/x-www-form-urlencoded")
        && routes::needs_session("POST", path)
        && !["/kept", "/sessions", "/passkeys"].iter().any(|own| path.starts_with(own))
}
