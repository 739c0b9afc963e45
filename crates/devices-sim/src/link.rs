//! What a device needs from around it: a way to the server, a clock, and keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::World;
use pki::{KeyError, PrivateKey, RsaBits};

use crate::error::{SimError, Step};

/// The most that a device reads of one answer, in bytes.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// How often a device waits where the server says that it asks too often, before it gives up.
const MOST_WAITS: u32 = 20;
/// The longest of these waits, in seconds.
const LONGEST_WAIT: u64 = 60;

/// Where keys come from. A key of its own for each device is what real ones have, and takes a tenth of a second each;
/// a load run can share a few.
#[derive(Debug, Default)]
pub struct KeyPool {
    shared: Vec<Arc<PrivateKey>>,
    next: AtomicUsize,
}

impl KeyPool {
    /// Makes a new key each time.
    #[must_use]
    pub fn fresh() -> Self {
        Self::default()
    }

    /// Makes so many keys, used in turn: for load runs. Takes a tenth of a second a key.
    ///
    /// # Errors
    /// [`KeyError`] if the library cannot make keys.
    pub fn sharing(count: usize) -> Result<Self, KeyError> {
        let make = |_| PrivateKey::generate(RsaBits::Rsa2048).map(Arc::new);
        Ok(Self { shared: (0..count).map(make).collect::<Result<_, _>>()?, next: AtomicUsize::new(0) })
    }

    /// Returns a key. A new one is made away from the threads that serve connections.
    pub(crate) async fn take(&self) -> Result<Arc<PrivateKey>, SimError> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed).checked_rem(self.shared.len());
        if let Some(key) = turn.and_then(|place| self.shared.get(place)) {
            return Ok(key.clone());
        }
        let made = tokio::task::spawn_blocking(|| PrivateKey::generate(RsaBits::Rsa2048)).await;
        Ok(Arc::new(made.map_err(|_| KeyError::Refused)??))
    }
}

/// A device's surroundings, shared by all of them.
#[derive(Debug, Clone)]
pub struct Link {
    /// The HTTP client. For https, its maker installs a TLS provider and trusts the server's authority.
    pub client: reqwest::Client,
    /// The time, and randomness for keys and nonces.
    pub world: World,
    /// Keys.
    pub keys: Arc<KeyPool>,
}

/// How a message goes out.
pub(crate) struct Outgoing<'a> {
    pub(crate) step: Step,
    pub(crate) url: &'a str,
    pub(crate) content_type: &'static str,
    pub(crate) user_agent: &'static str,
    /// The detached signature over the body.
    pub(crate) signature: Option<&'a [u8]>,
    pub(crate) body: Vec<u8>,
}

/// How long a device waits for a connection, and for an answer, before it gives up until later.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(60));

impl Link {
    /// Surroundings for devices that reach the server directly. Connections stay open between sessions; redirects are
    /// not followed, as devices do not follow them.
    ///
    /// # Errors
    /// [`SimError::Client`] if no client can be made.
    pub fn new(world: World, keys: KeyPool) -> Result<Self, SimError> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(PATIENCE.0)
            .timeout(PATIENCE.1)
            .build()
            .map_err(SimError::Client)?;
        Ok(Self { client, world, keys: Arc::new(keys) })
    }

    /// Sends a GET, for SCEP.
    pub(crate) async fn get(&self, step: Step, url: &str) -> Result<Vec<u8>, SimError> {
        finish(step, self.client.get(url).send().await).await
    }

    /// Sends a POST, for SCEP.
    pub(crate) async fn post(
        &self,
        step: Step,
        url: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, SimError> {
        finish(step, self.client.post(url).header("Content-Type", content_type).body(body).send().await).await
    }

    /// Sends a PUT, for check-in and commands.
    pub(crate) async fn put(&self, message: Outgoing<'_>) -> Result<Vec<u8>, SimError> {
        let mut request = self
            .client
            .put(message.url)
            .header("Content-Type", message.content_type)
            .header("User-Agent", message.user_agent);
        if let Some(signature) = message.signature {
            request = request.header("Mdm-Signature", STANDARD.encode(signature));
        }
        let request = request.body(message.body);
        for _ in 0..MOST_WAITS {
            let Some(again) = request.try_clone() else { break };
            let sent = again.send().await;
            match sent.as_ref().ok().and_then(asked_to_wait) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return finish(message.step, sent).await,
            }
        }
        finish(message.step, request.send().await).await
    }
}

/// Returns how long a server that was asked too often tells the client to wait.
fn asked_to_wait(response: &reqwest::Response) -> Option<Duration> {
    if response.status() != reqwest::StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let seconds = response.headers().get("Retry-After")?.to_str().ok()?.parse::<u64>().ok()?;
    Some(Duration::from_secs(seconds.min(LONGEST_WAIT)))
}

async fn finish(step: Step, sent: Result<reqwest::Response, reqwest::Error>) -> Result<Vec<u8>, SimError> {
    let transport = |source| SimError::Transport { step, source };
    let mut response = sent.map_err(transport)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(transport)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            return Err(SimError::Unreadable { step, why: format!("it is longer than {MAX_ANSWER} bytes") });
        }
    }
    if status.is_success() { Ok(body) } else { Err(SimError::status(step, status.as_u16(), &body)) }
}
