//! The clock, the randomness, the environment and the account: the one place that fetches them from the system.
//!
//! Everything below the binary is handed a [`domain::World`] and never looks for itself.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::Instant;

use anyhow::anyhow;
use domain::{Clock, Entropy, Secret, Span, Timestamp, World};

/// The operating system's clock, and since when this program has looked at it.
struct SystemClock(Instant);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the real time comes in")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
    }

    fn steady(&self) -> Span {
        Span::from_millis(i64::try_from(self.0.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

/// The cryptographic library's generator, seeded by the operating system.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is where the real randomness comes in")]
    fn fill(&self, out: &mut [u8]) {
        if aws_lc_rs::rand::fill(out).is_err() {
            // Going on would make keys that somebody could guess. There is no caller that could do better.
            std::process::abort();
        }
    }
}

/// Returns the real world.
pub fn world() -> World {
    World::new(Arc::new(SystemClock(Instant::now())), Arc::new(SystemEntropy))
}

/// Returns the client secret for the force's directory, where the environment gives it.
#[expect(clippy::disallowed_methods, reason = "this is where the environment comes in")]
pub fn sign_in_secret() -> Option<Secret<String>> {
    let secret = std::env::var("LANYARD_SIGN_IN_SECRET").ok()?;
    Some(secret.trim().to_owned()).filter(|secret| !secret.is_empty()).map(Secret::new)
}

/// Chooses the library that TLS is done with. Once, before the first connection.
pub fn install_tls() -> anyhow::Result<()> {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| anyhow!("another TLS library was chosen before; this is a fault in the program"))
}

/// Returns who runs this program, for the ledger: the account that signed in, also behind `sudo`; else the account it runs as.
pub fn user() -> String {
    let signed_in = fs::read_to_string("/proc/self/loginuid")
        .ok()
        .and_then(|text| text.trim().parse::<u32>().ok())
        .filter(|uid| *uid != u32::MAX);
    let runs_as = || fs::metadata("/proc/self").ok().map(|about| about.uid());
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    match signed_in.or_else(runs_as) {
        Some(uid) => account(&accounts, uid).unwrap_or_else(|| format!("uid-{uid}")),
        None => "unknown".to_owned(),
    }
}

/// Returns the name of an account in the format of `/etc/passwd`.
fn account(accounts: &str, uid: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_found_by_its_number() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\nbroken\nanna:x:1000:1000::/home/anna:/bin/sh\n";
        assert_eq!(account(accounts, 1000).as_deref(), Some("anna"));
        assert_eq!(account(accounts, 7), None);
        assert!(!user().is_empty());
    }

    #[test]
    fn the_world_moves_and_differs() {
        let world = world();
        assert!(world.now() > "2024-01-01".parse().unwrap());
        assert_ne!(world.bytes::<16>(), world.bytes::<16>());
    }
}
