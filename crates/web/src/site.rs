//! The pages as a service: its options, its routes in order, and the layers around every page.

use std::sync::Arc;

use app::App;
use app::access::Role;
use app::sign_in::Directory;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use domain::{Force, PersonId};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;

use crate::{kept, limits, routes, security_headers, session};

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
pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) options: Arc<Options>,
}

impl Site {
    pub(crate) fn demo(&self) -> bool {
        !self.options.personas.is_empty()
    }
}

/// The pages, built from [`routes::ROUTES`]; whatever else is asked for is answered by a page that says so.
///
/// A form is taken only from these pages themselves: its request must say so (`Sec-Fetch-Site`, `Origin`), as every
/// browser of the last years does.
pub fn router(app: App, options: Options) -> Router {
    let site = Site { app, options: Arc::new(options) };
    let mut router = Router::new();
    for route in routes::ROUTES {
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
