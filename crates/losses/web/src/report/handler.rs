//! Answers the requests of this page.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::AppError;
use losses_app::Question;

use crate::asking::{Step, Walk};
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

/// Returns the name of whoever is signed in as a person of the register.
fn signed_in(session: &Session) -> Option<&str> {
    session.actor().filter(|actor| actor.person.is_some()).map(|actor| actor.shown.as_str())
}

/// Returns the questions of this form: what the service knows is not asked.
fn walk(site: &Site, session: &Session) -> Walk {
    let (one_force, known) = (site.app.forces().len() < 2, signed_in(session).is_some());
    Walk::through(|question| match question {
        Question::Force => !one_force,
        Question::Reporter => !known,
        _ => true,
    })
}

/// Fills in what the service knows.
fn with_known(site: &Site, session: &Session, typed: Typed) -> Typed {
    let force = match site.app.forces().as_slice() {
        [only] => only.as_str().to_owned(),
        _ => typed.force,
    };
    let reporter = signed_in(session).map_or(typed.reporter, str::to_owned);
    Typed { force, reporter, ..typed }
}

fn view(site: &Site, session: &Session, step: Step) -> View {
    let shell = shell(site, session.actor(), Area::Elsewhere);
    View {
        asked: walk(site, session).asked(step.place, &step.typed, &shell, &[]),
        shell,
        errors: step.errors,
        ring: losses_app::ring_now(&site.app, site.app.world().now()),
        signed_in: signed_in(session).is_some(),
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
        own: false,
        cannot_lock: false,
        calling: reported.calling,
        ring: losses_app::ring_now(&site.app, site.app.world().now()),
    }
}

/// The form of somebody who comes back to a report.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    reference: String,
}

/// Shows the first question, or leads somebody who entered a reference to the page of that report.
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
    let typed = with_known(&site, &session, Typed::empty(new_form(&site)));
    page(StatusCode::OK, &view(&site, &session, Walk::begin(0, typed)))
}

/// Takes in the answer to one question and shows the next. Nothing is kept.
pub(crate) async fn question(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    fields: Fields,
) -> Response {
    let typed = with_known(&site, &session, Typed::of(&fields));
    let step = walk(&site, &session).step(&fields, typed, site.app.world().now());
    let status = if step.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(status, &view(&site, &session, step))
}

/// Takes the report in, with what is there. The answer is the page itself: it shows a word that is kept nowhere.
pub(crate) async fn post(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (walk, now) = (walk(&site, &session), site.app.world().now());
    let at = walk.place_of(fields.get("at"));
    let mut typed = with_known(&site, &session, Typed::of(&fields));
    if fields.get("do") == "unknown" {
        typed.forget(walk.question(at));
    }
    let again = |status, step: Step| page(status, &view(&site, &session, step));
    if let Some(step) = walk.wrong(&fields, &typed, now) {
        return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, step));
    }
    let new = match typed.report(now) {
        Ok(new) => new,
        Err(errors) => return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, walk.again(at, typed, &errors))),
    };
    match losses_app::report::report_publicly(&site.app, new).await {
        Ok(reported) => Ok(page(StatusCode::OK, &done(&site, Some(&session), &reported, ""))),
        Err(AppError::Conflict(why)) => {
            let errors: Errors = [("limit", sentence(&why))].into_iter().collect();
            Ok(again(StatusCode::TOO_MANY_REQUESTS, walk.again(at, typed, &errors)))
        }
        Err(error) => {
            let errors = form_errors(error, "whose")?;
            // Nothing was stored, so the form may have a new text: one that was too old then works.
            let typed = Typed { form: new_form(&site), ..typed };
            Ok(again(StatusCode::UNPROCESSABLE_ENTITY, walk.again(at, typed, &errors)))
        }
    }
}
