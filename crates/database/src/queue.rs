//! The bounded queue between callers and database threads.
//!
//! Written by hand, because the writer must take all waiting work at once (that is what grouping is) and never
//! wait for more: an idle server answers at once, a busy one groups by itself while the previous COMMIT is under way.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::job::Work;
use crate::StoreError;

pub(super) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    limit: usize,
}

struct State {
    waiting: VecDeque<Work>,
    idle: usize,
    open: bool,
}

impl Queue {
    /// Makes a queue that refuses work beyond `limit` waiting pieces.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            state: Mutex::new(State { waiting: VecDeque::new(), idle: 0, open: true }),
            wake: Condvar::new(),
            limit,
        }
    }

    /// Locks the state. No code path can leave it half-changed, so a poisoned lock is usable.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a piece of work, or says why not.
    pub(super) fn push(&self, work: Work) -> Result<(), StoreError> {
        let mut state = self.lock();
        if !state.open {
            return Err(StoreError::Closed);
        }
        if state.waiting.len() >= self.limit {
            return Err(StoreError::Busy);
        }
        state.waiting.push_back(work);
        let somebody_sleeps = state.idle > 0;
        drop(state);
        if somebody_sleeps {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Moves up to `most` waiting pieces into `batch`, sleeping until there is one. False when the queue is closed
    /// and everything accepted before has been taken.
    pub(super) fn take(&self, batch: &mut Vec<Work>, most: usize) -> bool {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if !state.open {
                return false;
            }
            state.idle += 1;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
        let count = most.min(state.waiting.len());
        batch.extend(state.waiting.drain(..count));
        true
    }

    /// Closes the queue; accepted work is still done.
    pub(super) fn close(&self) {
        self.lock().open = false;
        self.wake.notify_all();
    }

    /// Drops waiting work, for a worker that cannot go on: callers get `Closed` and do not wait for ever.
    pub(super) fn abandon(&self) {
        let dropped = {
            let mut state = self.lock();
            state.open = false;
            std::mem::take(&mut state.waiting)
        };
        self.wake.notify_all();
        drop(dropped);
    }
}

/// Held by a database thread: if the thread ends by a panic, its queue is abandoned.
pub(super) struct AbandonOnPanic<'q>(pub(super) &'q Queue);

impl Drop for AbandonOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Mode, work_for};

    fn work() -> Work {
        work_for(Mode::Write, |_: &mut crate::Tx<'_>| Ok::<_, StoreError>(())).0
    }

    #[test]
    fn a_full_queue_refuses_and_a_closed_one_still_hands_out_what_it_took() {
        let queue = Queue::new(2);
        queue.push(work()).unwrap();
        queue.push(work()).unwrap();
        assert_eq!(queue.push(work()), Err(StoreError::Busy));
        queue.close();
        assert_eq!(queue.push(work()), Err(StoreError::Closed));
        let mut batch = Vec::new();
        assert!(queue.take(&mut batch, 64));
        assert_eq!(batch.len(), 2);
        assert!(!queue.take(&mut batch, 64));
    }

    #[test]
    fn a_dead_worker_s_callers_are_told() {
        let queue = Queue::new(2);
        let (work, reply) = work_for(Mode::Write, |_: &mut crate::Tx<'_>| Ok::<_, StoreError>(()));
        queue.push(work).unwrap();
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let _guard = AbandonOnPanic(&queue);
                panic!("worker dies");
            });
            assert!(worker.join().is_err());
        });
        assert_eq!(reply.wait_blocking(), Err(StoreError::Closed));
    }
}
