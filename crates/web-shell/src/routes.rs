//! The addresses: each with its method, the action that access control must allow, and its handler.
//!
//! The router is built from the tables of all pages, and the tests try each address as every role and as nobody, so that a
//! handler that forgets to ask access control is found. Where a form holds several actions (`/devices/{id}/actions`,
//! `/commands/{id}/reveal`), the table names the least of them, and the handler asks for the one that was chosen.

use axum::routing::MethodRouter;
use kernel::access::Action;
use kernel::limits::Door;

use crate::site::Site;

pub use crate::site::Route;

/// Makes an address for which nobody need be signed in.
#[must_use]
pub const fn open(method: &'static str, path: &'static str, handler: fn() -> MethodRouter<Site>) -> Route {
    Route { method, path, needs: None, door: None, handler }
}

/// Makes an address that shows something to people to whom `A` is allowed.
#[must_use]
pub const fn read<A: Action>(path: &'static str, handler: fn() -> MethodRouter<Site>) -> Route {
    Route { method: "GET", path, needs: Some(A::NAME), door: None, handler }
}

/// Makes an address that accepts a form from people to whom `A` is allowed.
#[must_use]
pub const fn write<A: Action>(path: &'static str, handler: fn() -> MethodRouter<Site>) -> Route {
    Route { method: "POST", path, needs: Some(A::NAME), door: None, handler }
}

/// Limits how often an address may be tried.
#[must_use]
pub const fn at(door: Door, route: Route) -> Route {
    Route { door: Some(door), ..route }
}

/// Returns whether a link fits one of the routes; its query does not matter.
#[must_use]
pub fn leads_somewhere(routes: &[Route], method: &str, link: &str) -> bool {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    routes.iter().any(|route| route.method == method && fits(route.path, path))
}

/// Returns whether somebody must be signed in for a path.
#[must_use]
pub fn needs_session(routes: &[Route], method: &str, path: &str) -> bool {
    routes.iter().any(|route| route.method == method && route.needs.is_some() && fits(route.path, path))
}

fn fits(route: &str, path: &str) -> bool {
    let (mut parts, mut given) = (route.split('/'), path.split('/'));
    loop {
        match (parts.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(text)) if part == text || (part.starts_with('{') && !text.is_empty()) => {}
            _ => return false,
        }
    }
}
