//! A world whose time moves only when set, and whose randomness is the same in every run.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::{Clock, Entropy, Span, Timestamp, World};

/// Where [`world`] starts: 2026-11-22 at three in the morning, UTC, when phones are lost.
pub const START: Timestamp = Timestamp::from_millis(1_795_316_400_000);

/// A clock that moves only when set.
#[derive(Debug)]
pub struct FixedClock {
    now: AtomicI64,
    /// How far it was set wrong.
    set: AtomicI64,
}

impl FixedClock {
    /// Makes a clock that shows `at`.
    #[must_use]
    pub const fn at(at: Timestamp) -> Self {
        Self { now: AtomicI64::new(at.millis()), set: AtomicI64::new(0) }
    }

    /// Moves to `at`, backwards too.
    pub fn set(&self, at: Timestamp) {
        self.now.store(at.millis(), Ordering::SeqCst);
    }

    /// Moves on by `span`.
    pub fn advance(&self, span: Span) {
        self.now.fetch_add(span.millis(), Ordering::SeqCst);
    }

    /// Sets the clock ahead, or back for a negative number, while no time passes.
    pub fn jump(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
        self.set.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Span {
        Span::from_millis(self.now.load(Ordering::SeqCst) - self.set.load(Ordering::SeqCst))
    }
}

/// "Randomness" that counts: never the same twice in one run, the same in every run. Worthless for keys.
#[derive(Debug, Default)]
pub struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            // Spread over all bits (the multiplier is 2^64 over the golden ratio), so that a truncated id differs too.
            let next = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            let bytes = next.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
            for (place, byte) in chunk.iter_mut().zip(bytes) {
                *place = byte;
            }
        }
    }
}

/// A [`World`] together with the clock that moves it. Dereferences to the world.
#[derive(Debug, Clone)]
pub struct TestWorld {
    /// Moves the world's time.
    pub clock: Arc<FixedClock>,
    world: World,
}

impl TestWorld {
    /// Returns the world for a caller that needs its own; it shares this clock.
    #[must_use]
    pub fn world(&self) -> World {
        self.world.clone()
    }
}

impl Deref for TestWorld {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

/// Returns a new world at [`START`].
#[must_use]
pub fn world() -> TestWorld {
    let clock = Arc::new(FixedClock::at(START));
    let world = World::new(clock.clone(), Arc::new(CountingEntropy::default()));
    TestWorld { clock, world }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_moves_only_when_told_and_ids_repeat_from_run_to_run() {
        let (one, other) = (world(), world());
        assert_eq!(one.now().to_string(), "2026-11-22T03:00:00.000Z");
        assert_eq!(one.uuid(), other.uuid());
        assert_ne!(one.uuid(), one.uuid());
        one.clock.advance(Span::from_secs(60));
        assert_eq!(one.world().now().since(other.now()), Span::from_secs(60));
    }

    #[test]
    fn short_draws_differ_too() {
        let world = world();
        let drawn: std::collections::BTreeSet<[u8; 4]> = (0..1000).map(|_| world.bytes()).collect();
        assert_eq!(drawn.len(), 1000);
    }
}
