//! A closure on its way to a database thread, and its answer on the way back.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use tokio::sync::oneshot;

use super::tx::{Session, Tx};
use crate::StoreError;

/// What the closure's transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Reads one snapshot.
    Read,
    /// Reads and writes.
    Write,
}

/// A closure whose types have been forgotten, so that a queue can hold any.
pub(super) trait Job: Send {
    /// Runs the closure. True when its work is to be kept, false when it must be rolled back.
    fn run(&mut self, session: &mut dyn Session) -> bool;

    /// Sends the answer. `fate` is what became of the transaction; a failure there outranks what the closure said,
    /// because even its own error may rest on rows that never came to be.
    fn finish(self: Box<Self>, fate: Result<(), StoreError>);
}

/// One piece of work in a queue.
pub(super) struct Work {
    pub(super) mode: Mode,
    pub(super) job: Box<dyn Job>,
}

struct Typed<T, E, F> {
    closure: Option<F>,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Typed<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, session: &mut dyn Session) -> bool {
        let Some(closure) = self.closure.take() else { return false };
        let mut tx = Tx::new(session);
        // The transaction is rolled back after a panic and nothing of it is looked at again.
        let outcome = catch_unwind(AssertUnwindSafe(|| closure(&mut tx)));
        let failure = tx.into_failure();
        let result = match (outcome, failure) {
            (Ok(Ok(_)), Some(failure)) => Err(failure.into()),
            (Ok(result), _) => result,
            (Err(_panic), _) => Err(StoreError::Panicked.into()),
        };
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn finish(self: Box<Self>, fate: Result<(), StoreError>) {
        let result = match fate {
            Ok(()) => self.result.unwrap_or_else(|| Err(StoreError::Closed.into())),
            Err(error) => Err(error.into()),
        };
        // A caller who went away no longer wants to know; the work stands as it is.
        drop(self.answer.send(result));
    }
}

/// Where the caller waits.
pub(super) struct Reply<T, E>(oneshot::Receiver<Result<T, E>>);

/// Pairs a closure with the place where its answer will arrive.
pub(super) fn work_for<T, E, F>(mode: Mode, closure: F) -> (Work, Reply<T, E>)
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    let (answer, reply) = oneshot::channel();
    let job = Box::new(Typed { closure: Some(closure), result: None, answer });
    (Work { mode, job }, Reply(reply))
}

impl<T, E: From<StoreError>> Reply<T, E> {
    /// Waits as a task.
    pub(super) async fn wait(self) -> Result<T, E> {
        self.0.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Waits as a thread. Unlike a runtime's own way this may be called inside a runtime too, where it merely blocks.
    pub(super) fn wait_blocking(self) -> Result<T, E> {
        let mut answer = pin!(self.0);
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            match answer.as_mut().poll(&mut context) {
                Poll::Ready(received) => return received.unwrap_or_else(|_| Err(StoreError::Closed.into())),
                Poll::Pending => std::thread::park(),
            }
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
