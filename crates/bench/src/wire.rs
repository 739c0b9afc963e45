//! A light HTTP/1.1 client: ready bytes out, status and body length in.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest head of an answer.
const LONGEST_HEAD: usize = 16 * 1024;

/// One connection, kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects to an address.
    ///
    /// # Errors
    /// Where nobody listens.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8192) })
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// Where the connection breaks or the answer is not HTTP.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            if self.buffer.len() > LONGEST_HEAD {
                bail!("the answer's head has no end");
            }
        };
        let text = std::str::from_utf8(self.buffer.get(..head).context("head")?)?;
        let status = text.get(9..12).and_then(|digits| digits.parse().ok()).context("no status")?;
        let length = content_length(text).unwrap_or(0);
        while self.buffer.len() < head + length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection in the middle of an answer");
            }
        }
        Ok(Answer { status, body: self.buffer.get(head..head + length).unwrap_or_default().to_vec() })
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn content_length(head: &str) -> Option<usize> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    })
}

/// Runs a future on a client runtime of one thread: the client must not take more of the machine than it needs.
///
/// # Errors
/// Where the runtime cannot start, or what the future says.
pub fn on_one_thread<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Sends the same requests again and again over so many connections; requests answered with 200, a second.
///
/// # Errors
/// Where any answer is another.
pub async fn replay(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    lasting: Duration,
) -> anyhow::Result<f64> {
    let started = Instant::now();
    let runs = (0..connections).map(|number| async move {
        let mut connection = Connection::open(address).await?;
        let mut sent = 0_u64;
        for request in requests.iter().cycle().skip(number * requests.len() / connections.max(1)) {
            if started.elapsed() >= lasting {
                break;
            }
            let answer = connection.send(request).await?;
            if answer.status != 200 {
                bail!("a check-in was answered with {}", answer.status);
            }
            sent += 1;
        }
        Ok(sent)
    });
    let total: u64 = futures_util::future::try_join_all(runs).await?.into_iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "a rate is an approximation")]
    Ok(total as f64 / started.elapsed().as_secs_f64())
}
