//! An address with its guard, and the router of a table of them.

use axum::Router;
use axum::routing::MethodRouter;
use kernel::access::Action;

/// The guard of an address: the proof it requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The message is signed (or a trusted proxy vouches for it) by the certificate that is bound to the very device that the
    /// message names.
    Device,
    /// A valid API token whose scope permits this action, for the data of its force.
    Token(&'static str),
    /// The token that the settings give to another service, for this reason.
    Shared(&'static str),
    /// Nobody need be identified, for this reason.
    Anybody(&'static str),
}

/// One address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The method, such as `GET`; `any` where it makes no difference.
    pub method: &'static str,
    /// The path in axum's spelling.
    pub path: String,
    /// The guard of the address.
    pub guard: Guard,
}

pub(crate) struct Route<S> {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) guard: Guard,
    pub(crate) handler: fn() -> MethodRouter<S>,
}

/// Makes an address for callers with a token whose scope permits `A`.
pub(crate) const fn token<A: Action, S>(
    method: &'static str,
    path: &'static str,
    handler: fn() -> MethodRouter<S>,
) -> Route<S> {
    Route { method, path, guard: Guard::Token(A::NAME), handler }
}

/// Builds the router of a table.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(routes: &[Route<S>]) -> Router<S> {
    routes.iter().fold(Router::new(), |router, route| router.route(route.path, (route.handler)()))
}
