//! Answers the requests of this page.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::limits::Door;

use crate::own::View;
use losses_app::returning::{self, Key, OwnReport};
use web_shell::answer::page;
use web_shell::frame::Area;
use web_shell::limits;
use web_shell::parts::form::Errors;
use web_shell::parts::listing::percent;
use web_shell::session::{Fields, Problem, Session, form_errors, shell};
use web_shell::site::Site;

fn view(site: &Site, session: &Session, reference: &str) -> View {
    let reference: String = reference.chars().take(20).collect();
    View {
        shell: shell(site, session.actor(), Area::Elsewhere),
        errors: Errors::default(),
        href: format!("/lost/{}", percent(&reference)),
        reference,
        secret: String::new(),
        report: None,
        said: "",
        more: String::new(),
        ring: losses_app::ring_now(&site.app, site.app.world().now()),
    }
}

/// Asks for the word.
pub(crate) async fn get(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    Path(reference): Path<String>,
) -> Response {
    page(StatusCode::OK, &view(&site, &session, &reference))
}

/// Shows the report, adds to it, or notes that the device is found. A word that does not fit counts against the address it came
/// from.
pub(crate) async fn post(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    from: limits::From,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut view = view(&site, &session, &reference);
    let key = Key { reference, secret: fields.text("secret") };
    let Some(before) = returning::own_report(&site.app, key.clone()).await? else {
        kernel::limits::admit_address(&site.app, Door::Returning, limits::address(from))?;
        view.errors =
            [("secret", "Reference and word do not belong together; check both")].into_iter().collect();
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view));
    };
    view.secret.clone_from(&key.secret);
    let (outcome, said): (Result<Option<OwnReport>, _>, &'static str) = match fields.get("do") {
        "add" => {
            (returning::add_to_report(&site.app, key, fields.get("more")).await, "Added to your report.")
        }
        "found" => (returning::say_found(&site.app, key).await, "Thank you. The desk is told."),
        _ => (Ok(Some(before.clone())), ""),
    };
    match outcome {
        Ok(report) => {
            view.report = report;
            view.said = said;
            Ok(page(StatusCode::OK, &view))
        }
        Err(error) => {
            view.errors = form_errors(error, "more")?;
            view.more = fields.text("more");
            view.report = Some(before);
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view))
        }
    }
}
