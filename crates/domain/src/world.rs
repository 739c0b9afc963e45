//! The time and randomness, which the core may not fetch for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Span, Timestamp};

/// Tells the time. The binary gives the real one, a test its own.
pub trait Clock: Send + Sync {
    /// Returns the time now.
    fn now(&self) -> Timestamp;

    /// Returns a steady time that cannot be set: it tells a clock that was set from time that has passed.
    /// By default its own time, for a clock that is never set.
    fn steady(&self) -> Span {
        Span::from_millis(self.now().millis())
    }
}

/// Makes randomness fit for keys. The binary gives the operating system's, a test a fixed one.
pub trait Entropy: Send + Sync {
    /// Fills the whole of `out`.
    fn fill(&self, out: &mut [u8]);
}

/// The clock and the randomness, passed in by the binary.
#[derive(Clone)]
pub struct World {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// The last UUID's time in milliseconds, and behind it twelve bits that count within the millisecond.
    last: Arc<AtomicU64>,
}

impl World {
    /// Joins a clock and a source of randomness.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy, last: Arc::default() }
    }

    /// Returns the time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns a steady time that cannot be set.
    #[must_use]
    pub fn steady(&self) -> Span {
        self.clock.steady()
    }

    /// Returns the source of randomness.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// Draws so many random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.entropy.fill(&mut out);
        out
    }

    /// Returns a new UUID, version 7. Those of one process sort in the order in which they were made, because within a
    /// millisecond they count (RFC 9562 section 6.2, method 1) and they do not follow a clock that is set back. The
    /// order between processes is that of their clocks.
    #[must_use]
    pub fn uuid(&self) -> uuid::Uuid {
        let now = u64::try_from(self.now().millis()).unwrap_or_default() << COUNTER_BITS;
        let next = |last: u64| now.max(last.saturating_add(1));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        let taken = next(last.unwrap_or_else(|last| last));
        let [.., high, low] = (taken & ((1 << COUNTER_BITS) - 1)).to_be_bytes();
        let [_, _, random @ ..] = self.bytes::<10>();
        let mut tail = [0; 10];
        for (place, byte) in tail.iter_mut().zip([high, low].into_iter().chain(random)) {
            *place = byte;
        }
        uuid::Builder::from_unix_timestamp_millis(taken >> COUNTER_BITS, &tail).into_uuid()
    }
}

/// Bits of a UUID that count within a millisecond: all that lie between its time and its variant.
const COUNTER_BITS: u32 = 12;

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use super::*;

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::SeqCst))
        }
    }

    /// The worst entropy: always the same value.
    struct Stuck;

    impl Entropy for Stuck {
        fn fill(&self, out: &mut [u8]) {
            out.fill(0xff);
        }
    }

    #[test]
    fn the_order_of_ids_is_the_order_of_making() {
        let clock = Arc::new(Hand(AtomicI64::new(1_000_000)));
        let world = World::new(clock.clone(), Arc::new(Stuck));
        let mut made: Vec<_> = (0..5000).map(|_| world.uuid()).collect();
        clock.0.store(1_000_001, Ordering::SeqCst);
        made.push(world.uuid());
        clock.0.store(500_000, Ordering::SeqCst);
        made.extend((0..3).map(|_| world.clone().uuid()));
        assert!(
            made.is_sorted_by(|a, b| a < b),
            "five thousand in a millisecond, then a clock that is set back"
        );
        clock.0.store(2_000_000, Ordering::SeqCst);
        let later = world.uuid();
        assert_eq!(later.get_timestamp().unwrap().to_unix(), (2000, 0));
        assert_eq!((later.get_version_num(), later.get_variant()), (7, uuid::Variant::RFC4122));
    }
}
