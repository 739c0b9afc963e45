//! How often a sign-in may be begun from one address, and how often somebody may sign: a layer around the routes that name a
//! door. A secret that is brought is looked up before it counts ([`sign_in_app::admit`]).

use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::limits::{CallerAddress, Door};
use std::net::IpAddr;

use crate::session::{Problem, Session};
use crate::site::Site;

/// From where a request came; an argument of handlers.
pub type From = Option<Extension<CallerAddress>>;

/// The address itself.
pub fn address(from: From) -> Option<IpAddr> {
    from.map(|Extension(CallerAddress(address))| address)
}

/// Lets a request through while its address, or for a signature the session's owner, has an allowance left. A signature
/// of somebody who is not signed in counts for nobody: its handler refuses it.
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
