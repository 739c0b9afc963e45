//! What stands around every request: its line in the log, from where it came, the name it asks for, and how much of the
//! process it may take up.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{RETRY_AFTER, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use kernel::limits::CallerAddress;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::at_once::{self, AtOnce};
use super::bodies;
use super::names::Names;
use crate::config::Config;

/// Adds the limits and the log to some routes.
///
/// All of it is one layer of the router: each further one would box and copy every request once more.
pub(super) fn around(routes: Router, config: &Config) -> Router {
    let origin = Origin {
        behind_proxy: config.behind_proxy,
        header: config.address_header.as_deref().and_then(|name| name.to_ascii_lowercase().parse().ok()),
    };
    let at_once = origin.header.is_some().then(|| Arc::new(AtOnce::new(config.limits.requests_per_address)));
    let outer = Outer { at_once, origin, names: Names::of(config) };
    let inner = from_fn_with_state(bodies::Room::new(config.limits.bytes_in_flight), bodies::layer);
    let limits = (from_fn_with_state(Arc::new(outer), layer), CatchPanicLayer::new(), inner);
    match strict_transport(config) {
        Some(value) => {
            let strict = SetResponseHeaderLayer::overriding(STRICT_TRANSPORT_SECURITY, value);
            routes.layer((strict, limits))
        }
        None => routes.layer(limits),
    }
}

/// What is looked at before a request is let in.
struct Outer {
    origin: Origin,
    names: Names,
    /// Only where a header tells one caller from another.
    at_once: Option<Arc<AtOnce>>,
}

/// Writes a request's line in the log, around everything else.
async fn layer(State(outer): State<Arc<Outer>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    outer.origin.note(&mut request);
    let response = let_in(&outer, request, next).await;
    log(&method, route.as_ref(), &response, began);
    response
}

/// Lets a request in that asks for a name of this service, while its address has fewer in hand than it may.
async fn let_in(outer: &Outer, request: Request, next: Next) -> Response {
    if !outer.names.admit(&request) {
        return outer.names.refusal();
    }
    match &outer.at_once {
        Some(at_once) => at_once::layer(at_once, request, next).await,
        None => next.run(request).await,
    }
}

/// Returns what tells browsers to come by TLS only, where devices and people do.
fn strict_transport(config: &Config) -> Option<HeaderValue> {
    let seconds = config.strict_transport.millis() / 1000;
    let said = config.address.starts_with("https://") && seconds > 0;
    said.then(|| HeaderValue::from_str(&format!("max-age={seconds}")).ok()).flatten()
}

/// How it is told from where a request came.
struct Origin {
    behind_proxy: bool,
    /// The header in which the proxy says it.
    header: Option<HeaderName>,
}

impl Origin {
    /// Notes from where a request came: the connection's other end or, behind a proxy, what that says in the header that the
    /// settings name. Where they name none, it is not known: the proxy's own address would stand for everybody.
    fn note(&self, request: &mut Request) {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let from = match &self.header {
            Some(name) => said_by_proxy(request.headers(), name),
            None if self.behind_proxy => None,
            None => peer,
        };
        if let Some(address) = from {
            request.extensions_mut().insert(CallerAddress(address));
        }
    }
}

/// Returns the last address in the last such header: the proxy added it itself, whatever the client had written before it.
fn said_by_proxy(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    let line = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    let last = line.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

fn log(method: &Method, route: Option<&MatchedPath>, response: &Response, began: Instant) {
    let route = route.map_or("none", MatchedPath::as_str);
    let (status, ms) = (response.status(), began.elapsed().as_millis());
    let status_code = status.as_u16();
    // What is not ready says why in a line of its own; that a balancer asked is no fault.
    if is_a_fault(response) && route != "/readyz" {
        tracing::error!(%method, route, status = status_code, ms, "request");
    } else if is_routine(method, route) && status.is_success() {
        tracing::debug!(%method, route, status = status_code, ms, "request");
    } else {
        tracing::info!(%method, route, status = status_code, ms, "request");
    }
}

/// Returns whether a status says that something of ours failed. What any client can have answered is no fault: a method that is not
/// offered, a body for which there is no room (which has a line of its own, at most once a minute).
fn is_a_fault(response: &Response) -> bool {
    let status = response.status();
    status.is_server_error()
        && status != StatusCode::NOT_IMPLEMENTED
        && !response.headers().contains_key(RETRY_AFTER)
}

/// Returns whether a request is one that a quarter of a million devices send all day, or that load balancers send every few
/// seconds: not worth a line each
/// while it goes well.
fn is_routine(method: &Method, route: &str) -> bool {
    route.starts_with("/apple/") || (method == Method::GET && (route == "/healthz" || route == "/readyz"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_s_own_word_counts_and_not_what_a_client_wrote_before_it() {
        let name = HeaderName::from_static("x-forwarded-for");
        let said = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(&name, line.parse().unwrap());
            }
            said_by_proxy(&headers, &name).map(|address| address.to_string())
        };
        assert_eq!(said(&["192.0.2.7"]).unwrap(), "192.0.2.7");
        assert_eq!(said(&["10.0.0.1, 198.51.100.2,192.0.2.7"]).unwrap(), "192.0.2.7");
        assert_eq!(said(&["198.51.100.2", "2001:db8::1"]).unwrap(), "2001:db8::1");
        assert_eq!(said(&["[2001:db8::1]:4711"]).unwrap(), "2001:db8::1");
        for nothing in [&[][..], &[""], &["192.0.2.7, unknown"]] {
            assert!(said(nothing).is_none(), "{nothing:?}");
        }
    }

    #[test]
    fn what_any_client_can_have_answered_is_no_fault() {
        let of = |status: u16, later: bool| {
            let mut answer = Response::new(axum::body::Body::empty());
            *answer.status_mut() = StatusCode::from_u16(status).unwrap();
            if later {
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
            }
            is_a_fault(&answer)
        };
        assert!(of(500, false) && of(503, false));
        assert!(!of(501, false) && !of(503, true) && !of(400, false) && !of(429, true));
    }

    #[test]
    fn routine_is_what_devices_and_balancers_do() {
        assert!(is_routine(&Method::PUT, "/apple/mdm") && is_routine(&Method::GET, "/readyz"));
        assert!(!is_routine(&Method::POST, "/scep") && !is_routine(&Method::GET, "/devices/{device}"));
    }
}
