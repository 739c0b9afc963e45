//! Connections before they carry a request: how many there may be, and how long one may say nothing.
//!
//! A device that is switched off in the middle of a message, or somebody who opens thousands of connections and says
//! nothing, costs a place until the time is over or somebody else needs it, and no more than that.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::Layer;

use super::places::{Connection, NoPlace, Place, Places};
use super::seldom::Seldom;

/// How long a connection may go without what it is for.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// From its begin to the first byte.
    first_byte: Duration,
    /// From its begin to the whole head of the first request, the TLS handshake before it.
    first_head: Duration,
    /// From then on with nothing moving. Longer than any request may take.
    idle: Duration,
    /// After an answer that came before the body was read: for so long what still arrives is thrown away. A client that is still
    /// sending when its connection is cut does not get to read the answer.
    linger: Duration,
}

const PATIENCE: Patience = Patience {
    first_byte: Duration::from_secs(10),
    first_head: Duration::from_secs(30),
    idle: Duration::from_secs(75),
    linger: Duration::from_secs(5),
};
/// Connections at once, if the account may have as many files open.
const MOST: usize = 20_000;
/// Open files that are not connections: database, logs, outgoing connections.
const RESERVE: usize = 256;
/// What is assumed where the system does not say how many files may be open.
const USUAL_FILES: usize = 1024;

/// Returns how many connections there may be, given how many files the account may have open.
pub(super) fn most() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = open_files(&limits).unwrap_or(USUAL_FILES);
    files.saturating_sub(RESERVE).clamp(RESERVE, MOST)
}

/// Returns the soft limit on open files in the format of `/proc/self/limits`.
fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
    match line.split_whitespace().nth(3)? {
        "unlimited" => Some(usize::MAX),
        number => number.parse().ok(),
    }
}

/// Gives each connection a place, and turns away what is too much.
#[derive(Debug, Clone)]
pub(super) struct Entrance {
    places: Arc<Places>,
    turned_away: Arc<Seldom>,
}

impl Entrance {
    pub(super) fn new(places: Arc<Places>) -> Self {
        Self { places, turned_away: Arc::default() }
    }

    fn take(&self, stream: TcpStream, connection: &Connection) -> io::Result<Held<TcpStream>> {
        let from = stream.peer_addr()?.ip();
        let place = self.places.take(from, connection).map_err(|why| self.turn_away(why))?;
        stream.set_nodelay(true)?;
        Ok(Held::new(stream, PATIENCE, place, connection.clone()))
    }

    fn turn_away(&self, why: NoPlace) -> io::Error {
        let (said, next) = match why {
            NoPlace::All => ("all places are taken", "raise the limit of open files (ulimit -n)"),
            NoPlace::OfAddress => {
                ("its address has as many as it may", "connections_per_address in the settings says how many")
            }
        };
        if let Some(count) = self.turned_away.now() {
            tracing::warn!(count, "connections were turned away: {said}; {next}");
        }
        io::Error::other(said)
    }
}

impl<S> Accept<TcpStream, S> for Entrance {
    type Stream = Held<TcpStream>;
    type Service = AddExtension<S, Connection>;
    type Future = std::future::Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let connection = Connection::default();
        let held = self.take(stream, &connection);
        std::future::ready(held.map(|held| (held, Extension(connection).layer(service))))
    }
}

/// A connection with its place and the time of its last sign of life.
pub(super) struct Held<T> {
    stream: T,
    patience: Patience,
    began: Instant,
    last: Option<Instant>,
    alarm: Pin<Box<Sleep>>,
    place: Place,
    connection: Connection,
    /// When the last of what still arrives is thrown away, once the answer is out.
    lingers_until: Option<Instant>,
}

impl<T> Held<T> {
    fn new(stream: T, patience: Patience, place: Place, connection: Connection) -> Self {
        let began = Instant::now();
        let alarm = Box::pin(sleep_until(began + patience.first_byte));
        Self { stream, patience, began, last: None, alarm, place, connection, lingers_until: None }
    }

    /// Returns when patience ends, as things stand. It only ever moves away, so that the alarm never comes too late.
    fn over(&self) -> Instant {
        match self.last {
            None => self.began + self.patience.first_byte,
            Some(last) if self.connection.asked.load(Ordering::Relaxed) => last + self.patience.idle,
            Some(_) => self.began + self.patience.first_head,
        }
    }

    /// Resolves once the connection is to end: nothing has moved for too long, or another needs its place.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        if self.is_wanted(context) {
            let why = "closed for another connection, because nobody who is known used it";
            return Poll::Ready(io::Error::new(io::ErrorKind::ConnectionAborted, why));
        }
        loop {
            ready!(self.alarm.as_mut().poll(context));
            let over = self.over();
            if Instant::now() >= over {
                let why = "too little moved on the connection";
                return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, why));
            }
            // There was life since the alarm was set: it is set again, which is cheaper than at every sign of life.
            self.alarm.as_mut().reset(over);
        }
    }

    /// Returns whether another connection needs the place of this one. Never, once somebody who is known used it.
    fn is_wanted(&mut self, context: &mut Context<'_>) -> bool {
        !self.place.closes.is_terminated()
            && Pin::new(&mut self.place.closes).poll(context) == Poll::Ready(Ok(()))
    }

    fn moved<R>(&mut self, outcome: Poll<io::Result<R>>, context: &mut Context<'_>) -> Poll<io::Result<R>> {
        match outcome {
            Poll::Ready(done) => {
                self.last = Some(Instant::now());
                Poll::Ready(done)
            }
            Poll::Pending => self.poll_end(context).map(Err),
        }
    }
}

impl<T: AsyncRead + Unpin> Held<T> {
    /// Throws away what still arrives until the other end closes, the time is over, or the place is needed.
    fn poll_linger(&mut self, until: Instant, context: &mut Context<'_>) -> Poll<()> {
        let mut piece = [0; 16 * 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut piece);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() && Instant::now() < until => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending if self.is_wanted(context) => return Poll::Ready(()),
                Poll::Pending => return self.alarm.as_mut().poll(context),
            }
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

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Held<T> {
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
        let until = match self.lingers_until {
            Some(until) => until,
            None => {
                ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
                if !self.connection.unread.load(Ordering::Relaxed) {
                    return Poll::Ready(Ok(()));
                }
                let until = Instant::now() + self.patience.linger;
                self.alarm.as_mut().reset(until);
                self.lingers_until = Some(until);
                until
            }
        };
        self.poll_linger(until, context).map(Ok)
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

    const NEVER: Duration = Duration::from_secs(86_400);
    const SOON: Duration = Duration::from_millis(20);

    fn held<T>(stream: T, patience: Patience) -> (Held<T>, Connection) {
        let connection = Connection::default();
        let place = Places::new(1, 1).take([192, 0, 2, 1].into(), &connection).unwrap();
        (Held::new(stream, patience, place, connection.clone()), connection)
    }

    #[tokio::test]
    async fn who_says_nothing_is_given_up_and_so_is_who_never_finishes_a_head() {
        let (near, mut far) = tokio::io::duplex(64);
        let (mut silent, _) =
            held(near, Patience { first_byte: SOON, first_head: NEVER, idle: NEVER, ..PATIENCE });
        assert_eq!(silent.read_u8().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(silent);
        assert!(far.write_all(b"x").await.is_err(), "it is closed");

        let (near, mut far) = tokio::io::duplex(64);
        let (mut slow, _) =
            held(near, Patience { first_byte: SOON * 5, first_head: SOON * 10, idle: NEVER, ..PATIENCE });
        let drip = tokio::spawn(async move {
            while far.write_all(b"x").await.is_ok() {
                tokio::time::sleep(SOON).await;
            }
        });
        let ended = loop {
            if let Err(ended) = slow.read_u8().await {
                break ended;
            }
        };
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
        drop(slow);
        drip.await.unwrap();
    }

    #[tokio::test]
    async fn patience_depends_on_what_has_come_so_far() {
        let (near, mut far) = tokio::io::duplex(64);
        let (mut held, connection) = held(near, PATIENCE);
        assert_eq!(held.over() - held.began, PATIENCE.first_byte);
        far.write_all(b"x").await.unwrap();
        held.read_u8().await.unwrap();
        assert_eq!(held.over() - held.began, PATIENCE.first_head, "however lively it is");
        connection.asked.store(true, Ordering::Relaxed);
        assert_eq!(held.over() - held.last.unwrap(), PATIENCE.idle);
    }

    #[tokio::test]
    async fn what_still_arrives_after_an_early_answer_is_thrown_away() {
        let (near, mut far) = tokio::io::duplex(64);
        let (mut early, connection) = held(near, PATIENCE);
        connection.unread.store(true, Ordering::Relaxed);
        let closing = tokio::spawn(async move { early.shutdown().await });
        // Sixteen times what the connection holds: nothing of it could be sent if nobody read.
        far.write_all(&[0; 1024]).await.unwrap();
        assert!(!closing.is_finished(), "it reads on");
        drop(far);
        closing.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_connection_whose_requests_were_read_closes_at_once() {
        let (near, _far) = tokio::io::duplex(64);
        let (mut done, _) = held(near, PATIENCE);
        tokio::time::timeout(PATIENCE.linger / 5, done.shutdown())
            .await
            .expect("it does not linger")
            .unwrap();
    }

    #[tokio::test]
    async fn a_client_that_goes_on_sending_is_cut_off_in_the_end() {
        let (near, mut far) = tokio::io::duplex(64);
        let (mut early, connection) = held(near, Patience { linger: SOON * 5, ..PATIENCE });
        connection.unread.store(true, Ordering::Relaxed);
        let drip = tokio::spawn(async move {
            while far.write_all(b"x").await.is_ok() {
                tokio::time::sleep(SOON).await;
            }
        });
        early.shutdown().await.unwrap();
        drop(early);
        drip.await.unwrap();
    }

    #[tokio::test]
    async fn a_silent_connection_ends_at_once_where_another_needs_its_place() {
        let places = Places::new(1, 1);
        let connection = Connection::default();
        let place = places.take([192, 0, 2, 1].into(), &connection).unwrap();
        let (near, _far) = tokio::io::duplex(64);
        let patience = Patience { first_byte: NEVER, first_head: NEVER, idle: NEVER, ..PATIENCE };
        let mut first = Held::new(near, patience, place, connection);
        let reading = tokio::spawn(async move { first.read_u8().await.unwrap_err().kind() });
        let _second = places.take([192, 0, 2, 2].into(), &Connection::default()).unwrap();
        assert_eq!(reading.await.unwrap(), io::ErrorKind::ConnectionAborted);
    }
}
