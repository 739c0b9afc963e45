//! Limits the bytes of request bodies that the process holds at once, from their arrival until they are answered.
//!
//! Unknown callers share the first half, so that they cannot use up the memory that devices and people need. A known caller's
//! bytes beyond [`SMALL`] may use three quarters, so that a few large bodies leave memory for the many small ones. A body that
//! does not fit is refused at once, with a time to retry, and never waits: waiting requests are what makes a flood.
//!
//! One number is kept, with atomic operations and without a lock, because every check-in passes here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Limit for an unknown caller, in bytes. Every first message of a device is far below it.
pub const SMALL: usize = 64 * 1024;
/// Seconds after which a refused caller should retry, as the value of the header `Retry-After`.
pub const RETRY_AFTER: &str = "5";
/// Cost of each piece of a body beside its bytes: a body of many tiny pieces takes more memory than its length says.
const PIECE: usize = 64;

/// Count of the bytes of bodies that the process holds at once.
#[derive(Debug)]
pub struct Intake {
    most: usize,
    held: AtomicUsize,
}

/// Error for a body that exceeds the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the service is busy: nothing was taken; try again in a few seconds")]
pub struct Full;

impl Intake {
    /// Makes an intake that holds at most `most` bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, held: AtomicUsize::new(0) }
    }

    /// Returns the bytes that are held now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Reserves bytes, as long as no more than `share` is held.
    fn take(&self, bytes: usize, share: usize) -> Result<(), Full> {
        self.held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_add(bytes).filter(|after| *after <= share)
            })
            .map(drop)
            .map_err(|_| Full)
    }
}

/// Request as the intake sees it, stored as an extension of the request: the bytes that its body holds, and whether its caller is
/// known. The bytes are released when the last copy is dropped.
#[derive(Debug, Clone)]
pub struct Visit(Arc<Visiting>);

#[derive(Debug)]
struct Visiting {
    intake: Arc<Intake>,
    held: AtomicUsize,
    known: AtomicBool,
    full: AtomicBool,
    /// Set as soon as the caller has proved who they are: their connection is then not closed to make way for others.
    proved: Option<Arc<AtomicBool>>,
}

impl Visit {
    /// Makes the record of a request whose caller is not known yet. Sets `proved` when the caller proves who they are.
    #[must_use]
    pub fn new(intake: &Arc<Intake>, proved: Option<Arc<AtomicBool>>) -> Self {
        Self(Arc::new(Visiting {
            intake: Arc::clone(intake),
            held: AtomicUsize::new(0),
            known: AtomicBool::new(false),
            full: AtomicBool::new(false),
            proved,
        }))
    }

    /// Reserves bytes for a piece of the body that has arrived.
    ///
    /// # Errors
    /// [`Full`] if the limit is reached; the request must be refused then.
    pub fn take(&self, bytes: usize) -> Result<(), Full> {
        let (inner, intake) = (&*self.0, &*self.0.intake);
        let cost = bytes.saturating_add(PIECE);
        let before = inner.held.load(Ordering::Relaxed);
        let share = match (inner.known.load(Ordering::Relaxed), before.saturating_add(bytes) <= SMALL) {
            (false, _) => intake.most / 2,
            (true, false) => intake.most / 4 * 3,
            (true, true) => intake.most,
        };
        match intake.take(cost, share) {
            Ok(()) => {
                inner.held.fetch_add(cost, Ordering::Relaxed);
                Ok(())
            }
            Err(full) => {
                inner.full.store(true, Ordering::Relaxed);
                Err(full)
            }
        }
    }

    /// Returns whether this request was refused for lack of memory.
    #[must_use]
    pub fn found_no_room(&self) -> bool {
        self.0.full.load(Ordering::Relaxed)
    }

    /// Returns whether so many bytes are held that the caller should be recognised, if possible, before the body is read.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.0.intake.held() > self.0.intake.most / 4
    }

    /// Records that the head of the request names a caller whom the service knows. This is not proved yet.
    pub fn recognise(&self) {
        self.0.known.store(true, Ordering::Relaxed);
    }

    /// Records that the caller proved who they are.
    pub fn prove(&self) {
        self.recognise();
        if let Some(proved) = &self.0.proved {
            // Reads before it writes: a connection carries many requests, and each write would move the cache line between cores.
            if !proved.load(Ordering::Relaxed) {
                proved.store(true, Ordering::Relaxed);
            }
        }
    }
}

impl Drop for Visiting {
    fn drop(&mut self) {
        self.intake.held.fetch_sub(self.held.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 1024 * 1024;

    fn fill(visit: &Visit) -> usize {
        (0..).take_while(|_| visit.take(1024).is_ok()).count() * (1024 + PIECE)
    }

    #[test]
    fn strangers_leave_half_the_room_and_large_bodies_a_quarter() {
        let intake = Arc::new(Intake::new(MOST));
        let stranger = Visit::new(&intake, None);
        let taken = fill(&stranger);
        assert!((MOST / 2 - 2048..=MOST / 2).contains(&taken), "{taken}");
        assert!(stranger.found_no_room() && stranger.is_crowded());
        let large = Visit::new(&intake, None);
        large.recognise();
        fill(&large);
        assert!((MOST / 4 * 3 - 2048..=MOST / 4 * 3).contains(&intake.held()), "{}", intake.held());
        let small = Visit::new(&intake, None);
        assert_eq!(small.take(10), Err(Full), "a stranger");
        small.recognise();
        assert_eq!(small.take(10), Ok(()), "somebody who is known");
        assert!(large.found_no_room() && small.found_no_room());
    }

    #[test]
    fn room_is_free_again_once_the_last_copy_is_gone() {
        let intake = Arc::new(Intake::new(MOST));
        let visit = Visit::new(&intake, None);
        visit.take(1000).unwrap();
        let copy = visit.clone();
        drop(visit);
        assert_eq!(intake.held(), 1000 + PIECE);
        drop(copy);
        assert_eq!(intake.held(), 0);
    }

    #[test]
    fn tiny_pieces_cost_what_they_take() {
        let intake = Arc::new(Intake::new(MOST));
        let visit = Visit::new(&intake, None);
        let pieces = (0..).take_while(|_| visit.take(1).is_ok()).count();
        assert!(pieces < SMALL / 4, "{pieces}");
    }

    #[test]
    fn many_threads_never_hold_more_than_there_is() {
        let intake = Arc::new(Intake::new(MOST));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let visit = Visit::new(&intake, None);
                        visit.recognise();
                        for _ in 0..40 {
                            let _ = visit.take(8 * 1024);
                            assert!(intake.held() <= MOST);
                        }
                    }
                });
            }
        });
        assert_eq!(intake.held(), 0);
    }

    #[test]
    fn a_proof_is_told_to_the_connection() {
        let proved = Arc::new(AtomicBool::new(false));
        let visit = Visit::new(&Arc::new(Intake::new(MOST)), Some(Arc::clone(&proved)));
        visit.recognise();
        assert!(!proved.load(Ordering::Relaxed), "what a head says is no proof");
        visit.prove();
        assert!(proved.load(Ordering::Relaxed));
    }
}
