//! The pages as a service: its options, its routes in order, and the layers around every page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use domain::{Force, PersonId};
use kernel::App;
use kernel::access::Role;
use sign_in_app::Directory;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;

use crate::routes::Route;
use crate::{kept, limits, security_headers, session};

/// The largest form that is read, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// What the binary decides for the pages.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Made-up people whom anybody may sign in as. Only the demonstration has any.
    pub personas: Vec<Persona>,
    /// The session cookie goes over TLS only, and to this host only. Without it, whoever is on the network path reads it.
    pub secure_cookies: bool,
    /// The force's directory, where people sign in through one.
    pub directory: Option<Directory>,
}

/// A made-up person of the demonstration.
#[derive(Debug, Clone)]
pub struct Persona {
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// The force that they are confined to.
    pub force: Option<Force>,
    /// Who they are in the register.
    pub person: Option<PersonId>,
    /// What they come for, in a line.
    pub says: String,
}

/// What every page can reach.
#[derive(Clone)]
pub struct Site {
    /// The use cases.
    pub app: App,
    /// What the binary decided.
    pub options: Arc<Options>,
    /// Every address.
    pub routes: Arc<[Route]>,
}

impl Site {
    /// Returns whether this is the demonstration.
    #[must_use]
    pub fn demo(&self) -> bool {
        !self.options.personas.is_empty()
    }
}

/// Builds the pages from their addresses; whatever else is asked for is answered by a page that says so.
///
/// A form is taken only from these pages themselves: its request must say so (`Sec-Fetch-Site`, `Origin`), as every
/// browser of the last years does.
pub fn router(app: App, options: Options, routes: Vec<Route>) -> Router {
    let site = Site { app, options: Arc::new(options), routes: routes.into() };
    let mut router = Router::new();
    for route in site.routes.iter() {
        let mut handler = (route.handler)();
        if let Some(door) = route.door {
            handler = handler.route_layer(from_fn_with_state((site.clone(), door), limits::layer));
        }
        router = router.route(route.path, handler);
    }
    router
        .fallback(session::nowhere)
        .layer(from_fn_with_state(site.clone(), kept::layer))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::new())
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(site.clone(), session::frame))
        .layer(from_fn(security_headers::layer))
        .with_state(site)
}
