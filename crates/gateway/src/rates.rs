//! Limits how often one device may send: sixty messages a minute with the default settings, and one more each second.
//!
//! The count is kept by each node in memory; nothing is written. Each certificate has two allowances: one for messages that were
//! signed no earlier than the latest one seen, and one for all others. Somebody who recorded a device's messages can use up the
//! second by sending them again, but never the first. So nobody but the device itself can make it wait, and a lost device that
//! comes back is served at once. A device that used up its own allowance waits for a second at most before its next message is
//! accepted, unless it goes on sending.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Span, Timestamp};

use crate::identity::Signer;

/// Certificates that are counted at the same time in one part; beyond that, those whose allowance is full again are forgotten.
const MOST: usize = 10_000;
/// Number of parts, so that requests seldom wait for each other.
const PARTS: usize = 16;

/// The count of one certificate.
#[derive(Debug, Clone, Copy)]
struct Count {
    /// The latest signing time.
    latest: Timestamp,
    /// The time when the allowance for new messages is full again, and the time when the allowance for all others is.
    full_at: [Timestamp; 2],
}

/// The allowances of all devices.
#[derive(Debug, Clone)]
pub(crate) struct Rates {
    a_minute: Option<NonZeroU32>,
    parts: Arc<[Mutex<HashMap<String, Count>>; PARTS]>,
}

impl Rates {
    pub(crate) fn new(a_minute: Option<NonZeroU32>) -> Self {
        Self { a_minute, parts: Arc::new(std::array::from_fn(|_| Mutex::default())) }
    }

    /// Takes one message from a device's allowance, or returns how long until there is one.
    pub(crate) fn admit(&self, signer: &Signer, now: Timestamp) -> Result<(), Span> {
        let Some(a_minute) = self.a_minute else { return Ok(()) };
        let certificate = signer.certificate.as_str();
        let part = certificate.bytes().next_back().map_or(0, usize::from) % PARTS;
        let Some(part) = self.parts.get(part) else { return Ok(()) };
        let mut counts = part.lock().unwrap_or_else(PoisonError::into_inner);
        let signed = signer.signed_at.unwrap_or(now);
        if let Some(count) = counts.get_mut(certificate) {
            let old = usize::from(signed < count.latest);
            count.latest = count.latest.max(signed);
            return count.full_at.get_mut(old).map_or(Ok(()), |full_at| take(full_at, a_minute, now));
        }
        if counts.len() >= MOST {
            counts.retain(|_, count| count.full_at.iter().any(|at| *at > now));
        }
        if counts.len() < MOST {
            let mut count = Count { latest: signed, full_at: [now; 2] };
            let [first, _] = &mut count.full_at;
            let taken = take(first, a_minute, now);
            counts.insert(certificate.to_owned(), count);
            return taken;
        }
        Ok(())
    }
}

/// Takes one message from an allowance that is full at `full_at`; a refusal takes nothing.
fn take(full_at: &mut Timestamp, a_minute: NonZeroU32, now: Timestamp) -> Result<(), Span> {
    let each = 60_000 / i64::from(a_minute.get());
    let after = (*full_at).max(now).plus(Span::from_millis(each));
    let over = after.since(now).millis() - 60_000;
    if over > 0 {
        return Err(Span::from_millis(over));
    }
    *full_at = after;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + millis)
    }

    fn rates(a_minute: u32) -> Rates {
        Rates::new(NonZeroU32::new(a_minute))
    }

    fn admit(rates: &Rates, signed: i64, now: i64) -> Option<i64> {
        let signer = Signer::for_test("aa", Some(at(signed)));
        rates.admit(&signer, at(now)).err().map(Span::millis)
    }

    #[test]
    fn a_device_has_sixty_a_minute_and_one_more_each_second() {
        let rates = rates(60);
        for _ in 0..60 {
            assert_eq!(admit(&rates, 0, 0), None);
        }
        assert_eq!(admit(&rates, 0, 0), Some(1_000));
        assert_eq!(admit(&rates, 400, 400), Some(600), "a refusal takes nothing");
        assert_eq!((admit(&rates, 1_000, 1_000), admit(&rates, 1_000, 1_000)), (None, Some(1_000)));
        assert_eq!(rates.admit(&Signer::for_test("bb", None), at(0)), Ok(()), "another device has its own");
    }

    #[test]
    fn whoever_sends_old_messages_again_keeps_nobody_waiting() {
        let rates = rates(60);
        assert_eq!(admit(&rates, 10_000, 10_000), None);
        for _ in 0..1_000 {
            admit(&rates, 0, 10_000);
        }
        assert!(admit(&rates, 0, 10_000).is_some());
        assert_eq!(admit(&rates, 10_001, 10_001), None, "the device itself is served");
    }

    #[test]
    fn without_a_limit_nothing_is_counted_and_with_one_memory_is_bounded() {
        let none = rates(0);
        for _ in 0..1_000 {
            assert_eq!(admit(&none, 0, 0), None);
        }
        let some = rates(60);
        for number in 0..MOST * 2 {
            let _ = some.admit(&Signer::for_test(&format!("{number}a"), None), at(0));
        }
        assert!(some.parts.iter().all(|part| part.lock().unwrap().len() <= MOST));
    }
}
