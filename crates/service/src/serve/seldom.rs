//! Saying something that others can cause at any rate: at most once a minute, with how often it happened.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often it is said at most.
const EVERY: Duration = Duration::from_secs(60);

/// One thing that is said seldom.
#[derive(Debug, Default)]
pub(super) struct Seldom(Mutex<(Option<Instant>, u64)>);

impl Seldom {
    /// Notes that it happened; how often it did since it was last said, if it is to be said now.
    pub(super) fn now(&self) -> Option<u64> {
        self.at(Instant::now())
    }

    fn at(&self, now: Instant) -> Option<u64> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.1 += 1;
        if noted.0.is_some_and(|said| now.duration_since(said) < EVERY) {
            return None;
        }
        noted.0 = Some(now);
        Some(std::mem::take(&mut noted.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_a_thousand_times_is_said_once_with_its_count() {
        let (seldom, now) = (Seldom::default(), Instant::now());
        assert_eq!(seldom.at(now), Some(1));
        assert!((0..999).all(|_| seldom.at(now).is_none()));
        assert_eq!(seldom.at(now + EVERY), Some(1000));
        assert_eq!(seldom.at(now + EVERY), None);
    }
}
