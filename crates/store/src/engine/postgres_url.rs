//! Where PostgreSQL may be: this machine, until connections can be encrypted.
//!
//! There is no TLS to PostgreSQL yet. A socket file or the loopback address needs none. Any other host is refused
//! unless the URL says `sslmode=disable` itself, so that nobody sends people's data in the clear by not knowing; that
//! is for a network that protects the traffic by other means (an IPsec tunnel, a proxy on this machine).

use std::net::IpAddr;
use std::time::Duration;

use domain::Secret;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::StoreError;

/// Limits of every session, against a transaction that waits or idles for ever: a lock 10 s, a statement 60 s, an idle
/// open transaction 60 s. Migrations lift the statement limit for themselves.
const SESSION: &str =
    "-c lock_timeout=10000 -c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000";

/// Reads the URL (or `host=.. user=.. dbname=..` words) and refuses what would travel unprotected.
pub(super) fn read(url: &Secret<String>) -> Result<Config, StoreError> {
    // The parser's own message may quote the URL, password included.
    let mut config: Config = url
        .expose()
        .parse()
        .map_err(|_| open("the PostgreSQL URL cannot be read; write postgresql://user@host/database"))?;
    match config.get_ssl_mode() {
        SslMode::Disable => {}
        SslMode::Prefer
            if config.get_hosts().iter().all(is_here)
                && config.get_hostaddrs().iter().all(IpAddr::is_loopback) => {}
        SslMode::Prefer => {
            return Err(open(
                "PostgreSQL on another host would be reached without encryption; use a socket, the loopback address \
                 or an encrypting proxy, or accept it by writing sslmode=disable in the URL",
            ));
        }
        _ => {
            return Err(open(
                "TLS to PostgreSQL is not available; reach it through an encrypting proxy on this machine",
            ));
        }
    }
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(open("the PostgreSQL URL names no host; a socket is written ?host=/var/run/postgresql"));
    }
    config.ssl_mode(SslMode::Disable);
    let options = config.get_options().map_or_else(|| SESSION.to_owned(), |own| format!("{SESSION} {own}"));
    config.options(options);
    if config.get_application_name().is_none() {
        config.application_name("lanyard");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(5));
    }
    Ok(config)
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

fn open(detail: &str) -> StoreError {
    StoreError::Open { detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> Option<String> {
        read(&Secret::new(url.to_owned())).err().map(|error| error.to_string())
    }

    #[test]
    fn only_protected_ways_are_taken_unless_the_url_says_otherwise() {
        for good in [
            "postgresql://lanyard@localhost/lanyard",
            "postgresql://lanyard@127.0.0.1:5433/lanyard",
            "postgresql://lanyard@[::1]/lanyard",
            "host=/var/run/postgresql user=lanyard",
            "postgresql://lanyard@db.force.example/lanyard?sslmode=disable",
        ] {
            assert_eq!(refusal(good), None, "{good}");
        }
        for (bad, why) in [
            ("postgresql://lanyard@db.force.example/lanyard", "without encryption"),
            ("postgresql://lanyard@localhost,10.0.0.8/lanyard", "without encryption"),
            ("host=localhost hostaddr=10.0.0.8 user=lanyard", "without encryption"),
            ("postgresql://lanyard@db.force.example/lanyard?sslmode=require", "TLS"),
            ("user=lanyard", "no host"),
        ] {
            assert!(refusal(bad).is_some_and(|message| message.contains(why)), "{bad}");
        }
    }

    #[test]
    fn a_broken_url_is_not_quoted() {
        let message = refusal("postgresql://lanyard:hunter2@localhost:port/x").unwrap();
        assert!(!message.contains("hunter2"), "{message}");
    }
}
