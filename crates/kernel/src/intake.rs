//! How much the process takes in at once: the bytes of all bodies that have arrived and are not answered yet.
//!
//! Who is not known shares the first half, so that strangers cannot take the room of devices and people. What a known caller
//! sends beyond [`SMALL`] bytes finds room in three quarters, so that a few large bodies leave room for the many small ones.
//! What finds no room is refused at once, with a time to come again, and never waits: waiting is what a flood is made of.
//!
//! One number is kept, by atomic steps and without a lock, because every check-in passes here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The most that an unknown caller may send, in bytes. Every first message of a device is far below it.
pub const SMALL: usize = 64 * 1024;
/// After how many seconds a caller who found no room is told to come again, as the header `Retry-After` says it.
pub const RETRY_AFTER: &str = "5";
/// What each piece of a body costs beside its bytes: a body of many tiny pieces takes more memory than its length says.
const PIECE: usize = 64;

/// The bytes of bodies that the process holds at once.
#[derive(Debug)]
pub struct Intake {
    most: usize,
    held: AtomicUsize,
}

/// There is no room for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the service is busy: nothing was taken; try again in a few seconds")]
pub struct Full;

impl Intake {
    /// An intake that holds at most so many bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, held: AtomicUsize::new(0) }
    }

    /// The bytes that are held now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Takes room while no more than `share` is held.
    fn take(&self, bytes: usize, share: usize) -> Result<(), Full> {
        self.held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_add(bytes).filter(|after| *after <= share)
            })
            .map(drop)
            .map_err(|_| Full)
    }
}

/// One request as the intake sees it, an extension of the request: what its body holds, and whether its caller is known.
/// When the last copy is dropped, the room is free again.
#[derive(Debug, Clone)]
pub struct Visit(Arc<Visiting>);

#[derive(Debug)]
struct Visiting {
    intake: Arc<Intake>,
    held: AtomicUsize,
    known: AtomicBool,
    full: AtomicBool,
    /// Set as soon as the caller proved who they are: their connection is then not one of those that make room for others.
    proved: Option<Arc<AtomicBool>>,
}

impl Visit {
    /// A request whose caller nobody knows yet. `proved` is told when somebody does.
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

    /// Takes room for a piece of the body that has arrived.
    ///
    /// # Errors
    /// [`Full`] where there is none; the request is to be refused then.
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

    /// Whether this request found no room.
    #[must_use]
    pub fn found_no_room(&self) -> bool {
        self.0.full.load(Ordering::Relaxed)
    }

    /// Whether so much is held that a caller who can be recognised should be, before the body is read.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.0.intake.held() > self.0.intake.most / 4
    }

    /// Notes that the head of the request names a caller whom the service knows. It is not proved yet.
    pub fn recognise(&self) {
        self.0.known.store(true, Ordering::Relaxed);
    }

    /// Notes that the caller proved who they are.
    pub fn prove(&self) {
        self.recognise();
        if let Some(proved) = &self.0.proved {
            // Read first: a connection carries many requests, and writing would have the cores pass it to and fro.
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
