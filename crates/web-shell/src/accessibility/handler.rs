//! Answers the requests of this page.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::accessibility;
use crate::answer::page;
use crate::frame::Area;
use crate::session::{Session, shell};
use crate::site::Site;

/// Shows the accessibility statement; nobody need be signed in.
pub async fn accessibility(State(site): State<Site>, Extension(session): Extension<Session>) -> Response {
    let shell = shell(&site, session.actor(), Area::Elsewhere);
    page(StatusCode::OK, &accessibility::View { shell, contact: String::new() })
}
