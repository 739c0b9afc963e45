//! Serves the pages: the options, the routes in order, and the layers around every page.

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

/// The options that the binary sets for the pages.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Made-up people whom anybody may sign in as. Only the demonstration has any.
    pub personas: Vec<Persona>,
    /// Where the demonstration shows the texts that it has sent.
    pub texts: Option<String>,
    /// Whether the session cookie is sent over TLS only, and to this host only. Otherwise anybody on the network path can read
    /// it.
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
    /// The force that they are limited to.
    pub force: Option<Force>,
    /// Their entry in the register of people.
    pub person: Option<PersonId>,
    /// What they use the service for, in a line.
    pub says: String,
}

/// The state that every page can use.
#[derive(Clone)]
pub struct Site {
    /// The use cases.
    pub app: App,
    /// The options that the binary set.
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

/// Builds the router from the addresses of the pages; any other request is answered by a page that says so.
///
/// A form is accepted only from these pages themselves: its request must say so (`Sec-Fetch-Site`, `Origin`), as every browser of
/// recent years does.
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
