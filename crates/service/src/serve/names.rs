//! The name that a request asks for, against those that this service has: a page that another name leads to here could be
//! taken for that of somebody else, and links would be made for it.

use std::collections::BTreeSet;

use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HOST, X_CONTENT_TYPE_OPTIONS};
use axum::http::{StatusCode, uri::Authority};
use axum::response::{IntoResponse, Response};

use crate::config::{Config, is_this_machine};

/// What is answered under any name: load balancers ask by address, and a proxy fetches the revocation list so.
const UNDER_ANY_NAME: [&str; 3] = ["/healthz", "/readyz", "/device-ca.crl"];
/// The names of this machine, which mean the same.
const THIS_MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The names of this service.
#[derive(Debug)]
pub(super) struct Names {
    own: BTreeSet<String>,
    address: String,
}

impl Names {
    pub(super) fn of(config: &Config) -> Self {
        let addresses = || std::iter::once(&config.address).chain(&config.checkin_address);
        let mut own: BTreeSet<String> = addresses().filter_map(|address| host_of(address)).collect();
        own.extend(config.names.iter().map(|name| name.to_ascii_lowercase()));
        if addresses().any(|address| is_this_machine(address)) {
            own.extend(THIS_MACHINE.map(str::to_owned));
        }
        Self { own, address: config.address.clone() }
    }

    /// Returns whether it is one of them, whatever the port.
    fn has(&self, authority: &str) -> bool {
        let read = authority.parse::<Authority>();
        // A name with a user before it is none.
        read.is_ok_and(|read| !authority.contains('@') && self.own.contains(&plain(read.host())))
    }

    /// Returns whether a request asks for a name of this service, or for what is answered under any.
    pub(super) fn admit(&self, request: &Request) -> bool {
        let asked = match request.uri().authority() {
            // HTTP/2 names it in the target.
            Some(authority) => Some(authority.as_str()),
            None => request.headers().get(HOST).and_then(|host| host.to_str().ok()),
        };
        asked.is_some_and(|asked| self.has(asked)) || UNDER_ANY_NAME.contains(&request.uri().path())
    }

    /// Makes the answer to a request for another name.
    pub(super) fn refusal(&self) -> Response {
        let said = format!(
            "This is Lanyard, and it does not answer under the name by which it was asked.\n\nGo to {}\n\nFor the engineer who \
             runs Lanyard: a proxy in front of it has to pass on the name that was asked for (the Host header). If people or \
             devices do come by another name, write it into the settings: names = [\"the.name\"].\n",
            self.address
        );
        let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
        (StatusCode::MISDIRECTED_REQUEST, headers, said).into_response()
    }
}

/// Returns the name in an address.
fn host_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let authority: Authority = rest.split('/').next()?.parse().ok()?;
    Some(plain(authority.host()))
}

/// Returns a name without what makes no difference: capitals, and the dot of the root.
fn plain(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Names {
        Names { own: of.iter().map(|name| (*name).to_owned()).collect(), address: String::new() }
    }

    #[test]
    fn a_name_is_one_whatever_its_port_and_capitals() {
        let names = names(&["mdm.force.example", "[::1]", "127.0.0.1"]);
        for own in
            ["mdm.force.example", "MDM.Force.Example:8443", "mdm.force.example.", "[::1]:80", "127.0.0.1:1"]
        {
            assert!(names.has(own), "{own}");
        }
        for other in [
            "",
            "evil.example",
            "mdm.force.example.evil.example",
            "x@mdm.force.example",
            "mdm.force.example@evil.example",
            "mdm.force.example/",
            "::1",
            "127.0.0.1.evil.example",
        ] {
            assert!(!names.has(other), "{other}");
        }
    }

    #[test]
    fn the_name_is_taken_out_of_the_address() {
        assert_eq!(host_of("https://MDM.test:8443/base").unwrap(), "mdm.test");
        assert_eq!(host_of("http://[::1]:8080/x").unwrap(), "[::1]");
    }
}
