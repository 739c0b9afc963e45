//! The real clock and real randomness, for preparing estates.

use std::sync::Arc;

use domain::{Clock, Entropy, Timestamp, World};

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "a benchmark runs in real time")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "a benchmark makes real keys")]
    fn fill(&self, out: &mut [u8]) {
        // Nothing here can go on without randomness, and the system's source does not fail once it has started.
        if aws_lc_rs::rand::fill(out).is_err() {
            std::process::abort();
        }
    }
}

/// Returns the world as it is.
#[must_use]
pub fn real() -> World {
    World::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
}
