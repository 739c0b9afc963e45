//! Serves the pages: the routes in order, and the layers around every page.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use kernel::App;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;

use crate::site::{Options, Route, Site};
use crate::{kept, limits, security_headers, session};

/// The largest form that is read, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

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
