//! Answers the two health checks of a load balancer: whether the service runs, and whether it is ready for requests.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::health;
use kernel::health::Part;

use crate::Gate;

/// Answers that the service runs.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Returns whether the database answers, is intact and accepts writes: only then is the service ready for requests. The body has
/// a line for each fault, without its detail, since anybody may ask; the log has the detail. A wrong clock and an unsigned ledger
/// are reported but do not make the service unready: devices must be served meanwhile.
pub(crate) async fn ready(State(gate): State<Gate>) -> (StatusCode, String) {
    if let Err(error) = gate.app.answers().await {
        tracing::error!(%error, "the database does not answer");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".to_owned());
    }
    let signed = match ledger_app::ledger_status(&gate.app).await {
        Ok(status) => status.stopped.is_none(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".to_owned());
        }
    };
    let degraded = if signed { "" } else { "degraded: the ledger is not signed\n" };
    let parts: Vec<Part> = health::troubles(&gate.app).into_iter().map(|(part, _)| part).collect();
    let lines: String = parts.iter().copied().map(line).collect();
    if parts.iter().any(|part| part.turns_away()) {
        return (StatusCode::SERVICE_UNAVAILABLE, lines);
    }
    (StatusCode::OK, format!("ready\n{degraded}{lines}"))
}

const fn line(part: Part) -> &'static str {
    match part {
        Part::Database => "the database is damaged, or is being checked: see the log\n",
        Part::Writes => "the database does not accept writes: see the log\n",
        Part::Disk => "the disk is full: see the log\n",
        Part::Clock => "the clock is wrong: see the log\n",
    }
}
