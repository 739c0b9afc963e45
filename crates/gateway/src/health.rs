//! The two questions of a load balancer: does it run, and is it of use to send requests here?

use axum::extract::State;
use axum::http::StatusCode;

use crate::Gate;

/// It runs.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers: only then is it of use to send requests here.
pub(crate) async fn ready(State(gate): State<Gate>) -> (StatusCode, &'static str) {
    match gate.app.answers().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
