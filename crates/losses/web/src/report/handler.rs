//! Answers the requests of this page.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::AppError;

use crate::questions::Typed;
use crate::report::{Done, View};
use losses_app::report::Reported;
use web_shell::answer::page;
use web_shell::frame::Area;
use web_shell::parts::form::Errors;
use web_shell::parts::listing::percent;
use web_shell::session::{Fields, Problem, Session, form_errors, sentence, shell};
use web_shell::site::Site;

/// Returns a new random text for a form.
pub(crate) fn new_form(site: &Site) -> String {
    kernel::digest_hex(&site.app.world().bytes::<16>())
}

fn view(site: &Site, session: &Session, typed: Typed, errors: Errors) -> View {
    View {
        shell: shell(site, session.actor(), Area::Elsewhere),
        errors,
        ring: losses_app::ring_now(&site.app, site.app.world().now()),
        typed,
        signed_in: session.actor().is_some_and(|actor| actor.person.is_some()),
    }
}

/// Makes the page after a report.
pub(crate) fn done(
    site: &Site,
    session: Option<&Session>,
    reported: &Reported,
    at_once: &'static str,
) -> Done {
    Done {
        shell: shell(site, session.and_then(Session::actor), Area::Elsewhere),
        reference: reported.reference.clone(),
        secret: reported.secret.expose().clone(),
        at: reported.reported_at,
        meaning: reported.meaning.for_the_reporter(),
        at_once,
        ring: losses_app::ring_now(&site.app, site.app.world().now()),
    }
}

/// The form of somebody who comes back to a report.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    reference: String,
}

/// Shows the form, or leads somebody who entered a reference to the page of that report.
pub(crate) async fn get(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    back: Result<Query<Back>, QueryRejection>,
) -> Response {
    let reference = back.map(|Query(back)| back.reference).unwrap_or_default();
    let reference: String = reference.trim().chars().take(40).collect();
    if !reference.is_empty() {
        return Redirect::to(&format!("/lost/{}", percent(&reference))).into_response();
    }
    let typed = Typed::empty(new_form(&site));
    page(StatusCode::OK, &view(&site, &session, typed, Errors::default()))
}

/// Takes the report in. The answer is the page itself: it shows a word that is kept nowhere.
pub(crate) async fn post(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    fields: Fields,
) -> Result<Response, Problem> {
    let typed = Typed::of(&fields);
    let again = |typed: Typed, errors: Errors| {
        page(StatusCode::UNPROCESSABLE_ENTITY, &view(&site, &session, typed, errors))
    };
    let new = match typed.report(site.app.world().now()) {
        Ok(new) => new,
        Err(errors) => return Ok(again(typed, errors)),
    };
    match losses_app::report::report_publicly(&site.app, new).await {
        Ok(reported) => Ok(page(StatusCode::OK, &done(&site, Some(&session), &reported, ""))),
        Err(AppError::Conflict(why)) => {
            let errors = [("force", sentence(&why))].into_iter().collect();
            Ok(page(StatusCode::TOO_MANY_REQUESTS, &view(&site, &session, typed, errors)))
        }
        Err(error) => {
            let errors = form_errors(error, "whose")?;
            // Nothing was stored, so the form may have a new text: one that was too old then works.
            let typed = Typed { form: new_form(&site), ..typed };
            Ok(again(typed, errors))
        }
    }
}
