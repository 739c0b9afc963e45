//! What stands around every request: its line in the log, its time limit, and the two questions of a load balancer.

use std::time::{Duration, Instant};

use app::App;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

/// How long a request may take until its answer begins.
const LONGEST: Duration = Duration::from_secs(60);

/// Adds the questions of a load balancer to some routes, and to all of them the limit and the log.
pub(super) fn around(routes: Router, app: App) -> Router {
    let health =
        Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready)).with_state(app);
    routes
        .merge(health)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(line))
}

/// Whether the database answers: only then is it of use to send requests here.
async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.store().read(|tx| store::sessions::meta(tx, "policy")).await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
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
    fn routine_is_what_devices_and_balancers_do() {
        assert!(is_routine(&Method::PUT, "/apple/mdm") && is_routine(&Method::GET, "/readyz"));
        assert!(!is_routine(&Method::POST, "/scep") && !is_routine(&Method::GET, "/devices/{device}"));
    }
}
