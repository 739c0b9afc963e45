//! Limits how often one address may begin a sign-in, and how often one person may sign: a layer around the routes that name a
//! [`Door`]. A secret in a request is looked up before the request counts ([`sign_in_app::admit`]).

use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::limits::{CallerAddress, Door};
use std::net::IpAddr;

use crate::problem::Problem;
use crate::session::Session;
use crate::site::Site;

/// The address that a request came from, as an argument of handlers.
pub type From = Option<Extension<CallerAddress>>;

/// Returns the address itself.
pub fn address(from: From) -> Option<IpAddr> {
    from.map(|Extension(CallerAddress(address))| address)
}

/// Passes a request on while its address, or for a signature the session's owner, has an allowance left. A signature of somebody
/// who is not signed in counts against nobody: its handler refuses it.
pub async fn layer(State((site, door)): State<(Site, Door)>, request: Request, next: Next) -> Response {
    let live = request.extensions().get::<Session>().and_then(|session| session.live.as_ref());
    let from = request.extensions().get::<CallerAddress>().map(|caller| caller.0);
    let outcome = match (door, live) {
        (Door::Signature, Some(live)) => kernel::limits::admit_account(&site.app, door, &live.owner),
        (Door::Signature, None) => Ok(()),
        _ => kernel::limits::admit_address(&site.app, door, from),
    };
    match outcome {
        Ok(()) => next.run(request).await,
        Err(error) => Problem::from(error).into_response(),
    }
}
