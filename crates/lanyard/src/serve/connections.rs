//! Connections before they carry a request: how many there may be, and how long one may say nothing.
//!
//! A device that is switched off in the middle of a message, or somebody who opens thousands of connections and says
//! nothing, costs a slot until the time is over, and no more than that.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep_until};

/// A connection on which nothing moves for so long is closed. Longer than any request may take.
const IDLE: Duration = Duration::from_secs(75);
/// Connections at once, if the account may have as many files open.
const MOST: usize = 20_000;
/// Open files that are not connections: database, logs, outgoing connections.
const RESERVE: usize = 256;
/// What is assumed where the system does not say how many files may be open.
const USUAL_FILES: usize = 1024;

/// How many connections there may be, given how many files the account may have open.
pub(super) fn most() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = open_files(&limits).unwrap_or(USUAL_FILES);
    files.saturating_sub(RESERVE).clamp(RESERVE, MOST)
}

/// The soft limit on open files in the format of `/proc/self/limits`.
fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
    match line.split_whitespace().nth(3)? {
        "unlimited" => Some(usize::MAX),
        number => number.parse().ok(),
    }
}

/// Gives each connection a slot, and turns away what is too much.
#[derive(Debug, Clone)]
pub(super) struct Slots(Arc<Semaphore>);

impl Slots {
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most)))
    }

    fn take(&self, stream: TcpStream) -> io::Result<Held<TcpStream>> {
        let slot = Arc::clone(&self.0).try_acquire_owned().map_err(|_| {
            tracing::warn!(
                "a connection was turned away: all slots are taken; raise the limit of open files (ulimit -n)"
            );
            io::Error::other("all connection slots are taken")
        })?;
        stream.set_nodelay(true)?;
        Ok(Held::new(stream, IDLE, slot))
    }
}

impl<S> Accept<TcpStream, S> for Slots {
    type Stream = Held<TcpStream>;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        std::future::ready(self.take(stream).map(|held| (held, service)))
    }
}

/// A connection with its slot and the time of its last sign of life.
pub(super) struct Held<T> {
    stream: T,
    idle: Duration,
    last: Instant,
    alarm: Pin<Box<Sleep>>,
    _slot: OwnedSemaphorePermit,
}

impl<T> Held<T> {
    fn new(stream: T, idle: Duration, slot: OwnedSemaphorePermit) -> Self {
        let last = Instant::now();
        Self { stream, idle, last, alarm: Box::pin(sleep_until(last + idle)), _slot: slot }
    }

    /// Ready once nothing has moved for too long.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            ready!(self.alarm.as_mut().poll(context));
            let over = self.last + self.idle;
            if Instant::now() >= over {
                return Poll::Ready(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "nothing moved on the connection",
                ));
            }
            // There was life since the alarm was set: it is set again, which is cheaper than at every sign of life.
            self.alarm.as_mut().reset(over);
        }
    }

    fn moved<R>(&mut self, outcome: Poll<io::Result<R>>, context: &mut Context<'_>) -> Poll<io::Result<R>> {
        match outcome {
            Poll::Ready(done) => {
                self.last = Instant::now();
                Poll::Ready(done)
            }
            Poll::Pending => self.poll_idle(context).map(Err),
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Held<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.moved(outcome, context)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Held<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.moved(outcome, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.moved(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[test]
    fn the_limit_of_open_files_is_read() {
        let limits = "Limit     Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files\n";
        assert_eq!(open_files(limits), Some(1024));
        assert_eq!(open_files("Max open files unlimited unlimited files"), Some(usize::MAX));
        assert_eq!(open_files(""), None);
        assert!((RESERVE..=MOST).contains(&most()));
    }

    #[tokio::test]
    async fn a_silent_connection_ends_and_a_lively_one_does_not() {
        let idle = Duration::from_millis(200);
        let slots = Arc::new(Semaphore::new(1));
        let (near, mut far) = tokio::io::duplex(64);
        let mut held = Held::new(near, idle, Arc::clone(&slots).try_acquire_owned().unwrap());
        assert_eq!(slots.available_permits(), 0);
        let mut byte = [0];
        for _ in 0..6 {
            tokio::time::sleep(idle / 3).await;
            far.write_all(b"x").await.unwrap();
            held.read_exact(&mut byte).await.unwrap();
        }
        let ended = held.read_exact(&mut byte).await.unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
        drop(held);
        assert_eq!(slots.available_permits(), 1);
    }
}
