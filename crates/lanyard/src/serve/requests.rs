//! What stands around every request: its line in the log, its time limit, and from where it came.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use app::limits::CallerAddress;
use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

/// How long a request may take until its answer begins.
const LONGEST: Duration = Duration::from_secs(60);

/// Adds the limit and the log to some routes.
///
/// From where a request came is the connection's other end or, with `address_header`, what the proxy there says in it.
pub(super) fn around(routes: Router, address_header: Option<&str>) -> Router {
    let header: Option<HeaderName> = address_header.and_then(|name| name.to_ascii_lowercase().parse().ok());
    routes
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(header, origin))
        .layer(from_fn(line))
}

/// Notes from where a request came.
async fn origin(State(header): State<Option<HeaderName>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let said = header.and_then(|name| said_by_proxy(request.headers(), &name));
    if let Some(address) = said.or(peer) {
        request.extensions_mut().insert(CallerAddress(address));
    }
    next.run(request).await
}

/// The last address in the last such header: the proxy added it itself, whatever the client had written before it.
fn said_by_proxy(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    let line = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    let last = line.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

async fn line(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let (status, ms) = (response.status(), began.elapsed().as_millis());
    let status_code = status.as_u16();
    if status.is_server_error() {
        tracing::error!(%method, route, status = status_code, ms, "request");
    } else if is_routine(&method, route) && status.is_success() {
        tracing::debug!(%method, route, status = status_code, ms, "request");
    } else {
        tracing::info!(%method, route, status = status_code, ms, "request");
    }
    response
}

/// What a quarter of a million devices do all day, and what load balancers ask every few seconds: not worth a line each
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
    fn routine_is_what_devices_and_balancers_do() {
        assert!(is_routine(&Method::PUT, "/apple/mdm") && is_routine(&Method::GET, "/readyz"));
        assert!(!is_routine(&Method::POST, "/scep") && !is_routine(&Method::GET, "/devices/{device}"));
    }
}
