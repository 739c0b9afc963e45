//! Where PostgreSQL may be, and how the way there is protected.
//!
//! A socket file or the loopback address needs no encryption. Any other host is reached by TLS with a verified name,
//! unless the settings name a weaker way themselves: nobody sends people's data in the clear by not knowing.

use std::net::IpAddr;
use std::time::Duration;

use domain::Secret;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode as Driver};

use super::postgres_tls::{PostgresTls, SslMode, Tls};
use crate::StoreError;

/// Limits of every session, against a transaction that waits or idles for ever: a lock 10 s, a statement 60 s, an idle
/// open transaction 60 s. Migrations lift the statement limit for themselves.
const SESSION: &str =
    "-c lock_timeout=10000 -c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000";

/// How to reach one server: what a worker thread needs for its connections.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) config: Config,
    pub(super) tls: Tls,
}

/// Reads the URL (or `host=.. user=.. dbname=..` words) and decides how the connection is protected.
pub(super) fn read(url: &Secret<String>, tls: &PostgresTls) -> Result<Way, StoreError> {
    if url.expose().contains("sslmode=") || url.expose().contains("sslrootcert=") {
        return Err(open(
            "write sslmode (verify-full, verify-ca, require or disable) and trust = \"FILE\" as settings of their own \
             under [database], and take sslmode and sslrootcert out of the PostgreSQL URL",
        ));
    }
    // The parser's own message may quote the URL, password included.
    let mut config: Config = url
        .expose()
        .parse()
        .map_err(|_| open("the PostgreSQL URL cannot be read; write postgresql://user@host/database"))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(open("the PostgreSQL URL names no host; a socket is written ?host=/var/run/postgresql"));
    }
    let here =
        config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    let mode = match tls.mode {
        SslMode::ByHost if here => SslMode::Disable,
        SslMode::ByHost => SslMode::VerifyFull,
        named => named,
    };
    config.ssl_mode(if mode == SslMode::Disable { Driver::Disable } else { Driver::Require });
    let options = config.get_options().map_or_else(|| SESSION.to_owned(), |own| format!("{SESSION} {own}"));
    config.options(options);
    if config.get_application_name().is_none() {
        config.application_name("lanyard");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(5));
    }
    Ok(Way { config, tls: Tls::new(&PostgresTls { mode, trust: tls.trust.clone() })? })
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

    fn way(url: &str, mode: SslMode) -> Result<Way, StoreError> {
        read(&Secret::new(url.to_owned()), &PostgresTls { mode, trust: None })
    }

    #[test]
    fn another_host_is_reached_by_tls_unless_the_settings_say_otherwise() {
        for here in [
            "postgresql://lanyard@localhost/lanyard",
            "postgresql://lanyard@127.0.0.1:5433/lanyard",
            "postgresql://lanyard@[::1]/lanyard",
            "host=/var/run/postgresql user=lanyard",
        ] {
            let way = way(here, SslMode::ByHost).unwrap();
            assert_eq!(way.config.get_ssl_mode(), Driver::Disable, "{here}");
        }
        for away in [
            "postgresql://lanyard@db.force.example/lanyard",
            "postgresql://lanyard@localhost,10.0.0.8/lanyard",
            "host=localhost hostaddr=10.0.0.8 user=lanyard",
        ] {
            // A system without certificate authorities refuses, which is no connection in the clear either.
            assert!(
                way(away, SslMode::ByHost).is_ok_and(|way| way.config.get_ssl_mode() == Driver::Require)
                    || way(away, SslMode::ByHost).is_err_and(|error| error.to_string().contains("trust")),
                "{away}"
            );
            let clear = way(away, SslMode::Disable).unwrap();
            assert_eq!(clear.config.get_ssl_mode(), Driver::Disable, "{away}");
        }
        let asked = way("postgresql://lanyard@localhost/lanyard", SslMode::Require).unwrap();
        assert_eq!(asked.config.get_ssl_mode(), Driver::Require);
    }

    #[test]
    fn what_cannot_be_used_is_refused_and_not_quoted() {
        for (bad, why) in [
            ("user=lanyard", "no host"),
            ("postgresql://lanyard:hunter2@localhost:port/x", "cannot be read"),
            ("postgresql://lanyard:hunter2@db/x?sslmode=verify-full", "under [database]"),
            ("postgresql://lanyard:hunter2@db/x?sslrootcert=/ca.pem", "under [database]"),
        ] {
            let message = way(bad, SslMode::ByHost).err().unwrap().to_string();
            assert!(message.contains(why) && !message.contains("hunter2"), "{message}");
        }
    }
}
