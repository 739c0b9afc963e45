//! What the service writes about itself, to standard error.
//!
//! A request is a line: method, route pattern, status, time taken. Addresses as they were asked for, bodies, tokens,
//! serial numbers and names never go in: the ledger is where who did what to whom is kept.

use tracing_subscriber::EnvFilter;

use crate::config::Log;
use crate::out;

/// Libraries whose own debug lines say nothing about this service.
const QUIET: &str = "hyper=info,hyper_util=info,h2=info,rustls=info,reqwest=info,tokio_postgres=info";

/// Starts the log. A second start changes nothing.
pub fn start(log: &Log) {
    let filter = EnvFilter::new(format!("{},{QUIET}", log.level.as_str().to_ascii_lowercase()));
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = if log.json { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
    if started.is_err() {
        out::note("the log was started before; its first settings stay");
    }
}
