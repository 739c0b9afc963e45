//! Floods against the real program: slow bodies, HTTP/2 streams, silent connections. Its memory stays below 400 MiB, and
//! another client is served all the while, each time on a new connection from the same address.
//!
//! `LANYARD_FLOODS=3` repeats the floods, and keeps each up until every time limit of the service has passed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use bench::estate::{self, Speaker};
use bench::server::Server;
use bench::wire::Connection;
use http_body::Frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lanyard");
const MOST_MIB: f64 = 400.0;
const BODY: usize = 4 * 1024 * 1024;
const SLOW: usize = 300;
const STREAMS: usize = 128;
const SILENT: usize = 1000;
/// Open files that the service may have: it then has 768 places for connections, fewer than are opened.
const FILES: usize = 1024;
/// Longer than any time limit of the service.
const KEPT_UP: Duration = Duration::from_secs(80);

/// How often what happened, in words.
#[derive(Clone, Default)]
struct Tally(Arc<Mutex<BTreeMap<String, usize>>>);

impl Tally {
    fn note(&self, what: impl Into<String>) {
        *self.0.lock().unwrap().entry(what.into()).or_default() += 1;
    }

    fn all(&self) -> usize {
        self.0.lock().unwrap().values().sum()
    }

    fn of(&self, what: &str) -> usize {
        self.0.lock().unwrap().get(what).copied().unwrap_or_default()
    }
}

/// Somebody else who wants to be served: a device that has nothing to report, and a person who opens a page.
struct Witness {
    address: SocketAddr,
    idle: Vec<u8>,
    served: usize,
}

impl Witness {
    async fn is_served(&mut self) {
        let page = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec();
        for request in [self.idle.clone(), page] {
            let mut connection = Connection::open(self.address).await.unwrap();
            let answer = connection.send(&request).await.unwrap();
            assert_eq!(answer.status, 200, "after {} answers", self.served);
            self.served += 1;
        }
    }

    /// Is served again and again, at least so often and until `done`.
    async fn is_served_until(&mut self, least: usize, done: impl Fn() -> bool) {
        let mut count = 0;
        while count < least || !done() {
            self.is_served().await;
            count += 1;
            assert!(count < 100_000, "the flood does not come to stand");
        }
    }
}

/// A request that begins, and what it sends of its body before it falls silent.
struct Slow {
    head: String,
    sends: usize,
    chunked: bool,
}

impl Slow {
    /// Of 300: known devices and strangers, with a length and without, more than they may send and just below it.
    fn number(number: usize, known: &[String]) -> Self {
        let signature = &known[number % known.len()];
        let start = "PUT /apple/mdm HTTP/1.1\r\nHost: localhost\r\n";
        let announced = format!("Content-Length: {BODY}\r\n\r\n");
        let (head, sends, chunked) = match number % 4 {
            0 | 1 => (format!("{start}Mdm-Signature: {signature}\r\n{announced}"), BODY - 1, false),
            2 => (format!("{start}Transfer-Encoding: chunked\r\n\r\n"), BODY, true),
            _ => (format!("{start}Content-Length: 65536\r\n\r\n"), 65_535, false),
        };
        Self { head, sends, chunked }
    }

    async fn run(self, address: SocketAddr, tally: Tally) {
        let Ok(stream) = TcpStream::connect(address).await else { return tally.note("no connection") };
        let (mut reading, mut writing) = stream.into_split();
        let send = async {
            writing.write_all(self.head.as_bytes()).await?;
            let piece = vec![b' '; 32 * 1024];
            let mut left = self.sends;
            while left > 0 {
                let length = left.min(piece.len());
                if self.chunked {
                    writing.write_all(format!("{length:x}\r\n").as_bytes()).await?;
                }
                writing.write_all(&piece[..length]).await?;
                if self.chunked {
                    writing.write_all(b"\r\n").await?;
                }
                left -= length;
            }
            std::io::Result::Ok(())
        };
        let mut status = [0; 12];
        let read = async { reading.read_exact(&mut status).await.map(drop) };
        tokio::pin!(read);
        tokio::select! {
            answered = &mut read => answered.unwrap_or_default(),
            sent = send => {
                tally.note(if sent.is_ok() { "all but the end is sent" } else { "closed" });
                // What comes now, if anything does, was counted.
                std::future::pending().await
            }
        }
        tally.note(String::from_utf8_lossy(&status).into_owned());
        std::future::pending().await
    }
}

async fn slow_bodies(witness: &mut Witness, known: &[String], keep: bool) -> Tally {
    let (tally, mut slow) = (Tally::default(), JoinSet::new());
    for number in 0..SLOW {
        slow.spawn(Slow::number(number, known).run(witness.address, tally.clone()));
    }
    witness.is_served_until(10, || tally.all() == SLOW).await;
    kept_up(witness, keep).await;
    tally
}

/// A body that sends so many bytes, piece by piece, and then neither more nor its end.
struct Drip(usize);

impl http_body::Body for Drip {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.0 == 0 {
            return Poll::Pending;
        }
        let length = self.0.min(16 * 1024);
        self.0 -= length;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b' '; length])))))
    }
}

async fn streams(witness: &mut Witness, keep: bool) -> Tally {
    let (tally, mut all) = (Tally::default(), JoinSet::new());
    let url = format!("http://{}/apple/mdm", witness.address);
    let client = || reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let clients = [client(), client()];
    // Large ones first, which are answered; those that stop below the limit keep their streams.
    for sends in [BODY, 60 * 1024] {
        for client in clients.iter().cycle().take(STREAMS / 2) {
            let (request, tally) = (client.put(&url).body(reqwest::Body::wrap(Drip(sends))), tally.clone());
            all.spawn(async move {
                let said = request.send().await.map(|answer| answer.status().to_string());
                tally.note(said.unwrap_or_else(|_| "closed".to_owned()));
            });
        }
        if sends == BODY {
            witness.is_served_until(1, || tally.all() == STREAMS / 2).await;
        }
    }
    witness.is_served_until(10, || true).await;
    kept_up(witness, keep).await;
    tally
}

async fn silent(witness: &mut Witness, keep: bool) -> usize {
    let mut held = Vec::new();
    for number in 0..SILENT {
        let socket = TcpSocket::new_v4().unwrap();
        // Most come from the witness's own address.
        let last = if number % 4 == 0 { 2 } else { 1 };
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0))).unwrap();
        let mut connection = socket.connect(witness.address).await.unwrap();
        match number % 3 {
            0 => connection.write_all(b"GET /sign-in HTTP/1.1\r\nHost: lo").await.unwrap(),
            1 => connection.write_all(b"PRI * HTTP/2").await.unwrap(),
            _ => {}
        }
        held.push(connection);
    }
    witness.is_served_until(20, || true).await;
    kept_up(witness, keep).await;
    held.len()
}

async fn kept_up(witness: &mut Witness, keep: bool) {
    if keep {
        let over = tokio::time::Instant::now() + KEPT_UP;
        witness.is_served_until(1, || tokio::time::Instant::now() > over).await;
    }
}

/// The header by which a device's messages are signed; before the body has come, it is a claim.
fn claim(speaker: &Speaker) -> String {
    let request = String::from_utf8(estate::idle(speaker).unwrap()).unwrap();
    let line = request.lines().find_map(|line| line.strip_prefix("Mdm-Signature: "));
    line.unwrap().to_owned()
}

/// The program, told how many files it may have open.
fn limited(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("lanyard.sh");
    std::fs::write(&path, format!("#!/bin/sh\nulimit -n {FILES}\nexec {PROGRAM:?} \"$@\"\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

fn rounds() -> usize {
    #[expect(clippy::disallowed_methods, reason = "the flag of this test")]
    std::env::var("LANYARD_FLOODS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn say(text: &str) {
    std::io::stdout().write_all(format!("{text}\n").as_bytes()).unwrap();
}

#[test]
fn floods_take_little_memory_and_keep_nobody_out() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy").canonicalize().unwrap();
    let mut server = Server::prepare(&limited(folder.path()), folder.path(), &policy, None).unwrap();
    server.start().unwrap();
    server.kill().unwrap();
    let ca = estate::authority(&server.data()).unwrap();
    let store = server.store().unwrap();
    let speakers = estate::grow(&store, &ca, &bench::world::real(), 0, 8).unwrap().speakers;
    server.start().unwrap();
    let known: Vec<String> = speakers.iter().skip(1).map(claim).collect();
    let idle = estate::idle(&speakers[0]).unwrap();
    let mut witness = Witness { address: server.address, idle, served: 0 };
    let keep = rounds() > 1;
    testkit::block_on(async {
        witness.is_served_until(5, || true).await;
        say(&format!("before: {:.0} MiB", server.memory_mib().unwrap()));
        for _ in 0..rounds() {
            let slow = slow_bodies(&mut witness, &known, keep).await;
            say(&format!(
                "{SLOW} slow bodies: peak {:.0} MiB; {:?}",
                server.peak_memory_mib().unwrap(),
                slow.0
            ));
            // A connection may be closed before its client has read why: what is refused here is tried one by one elsewhere.
            assert!(slow.of("HTTP/1.1 413") + slow.of("HTTP/1.1 503") > 0, "{:?}", slow.0);
            let streams = streams(&mut witness, keep).await;
            say(&format!(
                "{STREAMS} streams: peak {:.0} MiB; {:?}",
                server.peak_memory_mib().unwrap(),
                streams.0
            ));
            let refused = streams.of("413 Payload Too Large");
            assert!(refused > 0, "{:?}", streams.0);
            assert_eq!(refused + streams.of("closed"), STREAMS / 2, "{:?}", streams.0);
            let silent = silent(&mut witness, keep).await;
            say(&format!("{silent} silent connections: peak {:.0} MiB", server.peak_memory_mib().unwrap()));
        }
        say(&format!("another client was served {} times", witness.served));
    });
    let peak = server.peak_memory_mib().unwrap();
    assert!(peak < MOST_MIB, "{peak} MiB; {}", server.log());
}
