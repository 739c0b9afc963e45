//! The two questions of a load balancer: does it run, and is it of use to send requests here?

use axum::extract::State;
use axum::http::StatusCode;

use crate::Gate;

/// It runs.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers: only then is it of use to send requests here. A ledger that is not signed is told in the second line:
/// devices are to be served meanwhile, so the balancer must not turn away.
pub(crate) async fn ready(State(gate): State<Gate>) -> (StatusCode, &'static str) {
    let stands = match gate.app.answers().await {
        Ok(()) => gate.app.ledger_status().await,
        Err(error) => Err(error),
    };
    match stands {
        Ok(status) if status.stopped.is_some() => {
            (StatusCode::OK, "ready\ndegraded: the ledger is not signed\n")
        }
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
