//! Sends texts by GOV.UK Notify, or by any service that offers the same interface.
//!
//! Each request carries a token that is signed with the secret of the API key (JWT, RFC 7519, HS256) and names the service and the
//! time; the provider refuses it where the clocks differ by more than 30 seconds. What a refusal means is decided by its status and
//! the type of its error, never by its words, which may also name the number.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Secret, Timestamp};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::channel::{Accepted, Channel, Message, Receipt, Refused, Reply, Waiting};

/// The address of the provider.
pub const ADDRESS: &str = "https://api.notifications.service.gov.uk";
/// The largest difference of clocks that the provider allows, in seconds.
const CLOCK: i64 = 30;
/// The largest answer that is read, in bytes: a page of 250 received texts has some 150 KB.
const LARGEST: usize = 1 << 20;
/// The length of an id as text.
const UUID: usize = 36;
/// The longest text of a reply that is looked at, in characters.
const LONGEST: usize = 500;

/// An API key: `NAME-SERVICE_ID-SECRET`, of which the last two are UUIDs.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    service: String,
    secret: Secret<String>,
}

/// A text that is not an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no API key of GOV.UK Notify: it looks like name-SERVICE_ID-SECRET, where both are 36 characters with hyphens"
)]
pub struct NoApiKey;

impl ApiKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`NoApiKey`].
    pub fn read(text: &str) -> Result<Self, NoApiKey> {
        let text = text.trim();
        let cut = |text: &str| {
            let at = text.len().checked_sub(UUID)?;
            let (before, last) = (text.get(..at)?, text.get(at..)?);
            is_uuid(last).then(|| (before.strip_suffix('-').unwrap_or(before).to_owned(), last.to_owned()))
        };
        let (rest, secret) = cut(text).ok_or(NoApiKey)?;
        let (_, service) = cut(&rest).ok_or(NoApiKey)?;
        Ok(Self { service, secret: Secret::new(secret) })
    }

    /// Signs a token for one request.
    fn token(&self, now: Timestamp) -> String {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({ "typ": "JWT", "alg": "HS256" }));
        let claims = part(json!({ "iss": self.service, "iat": now.millis().div_euclid(1000) }));
        let signed = format!("{head}.{claims}");
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.expose().as_bytes());
        let tag = hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }
}

/// Returns whether a text has the form of a UUID.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    text.len() == UUID
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The settings of the provider.
pub struct NotifyConfig {
    /// Its address, without a slash at the end.
    pub address: String,
    /// The API key.
    pub key: ApiKey,
    /// The id of the template whose text is `((message))`.
    pub template: String,
    /// The id of the sender, where the service has several.
    pub sender: Option<String>,
}

/// A client of the provider; cheap to clone.
#[derive(Clone)]
pub struct Notify(Arc<Inner>);

struct Inner {
    client: reqwest::Client,
    config: NotifyConfig,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

#[derive(Deserialize)]
struct State {
    status: String,
}

#[derive(Deserialize)]
struct Received {
    received_text_messages: Vec<ReceivedText>,
}

#[derive(Deserialize)]
struct ReceivedText {
    id: String,
    user_number: String,
    content: String,
}

#[derive(Deserialize)]
struct Faults {
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    error: String,
}

/// Makes a client that follows no redirects and waits no longer than is useful.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(5))
        .build()
}

/// Says why no answer came. A request that was never connected was certainly not accepted.
pub(crate) fn no_answer(error: &reqwest::Error) -> Refused {
    if error.is_connect() {
        return Refused::Later("the provider could not be reached".into());
    }
    Refused::Uncertain("the provider did not answer; it may have accepted the message".into())
}

impl Notify {
    /// Makes a client. Connects with the first text.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(config: NotifyConfig) -> Result<Self, reqwest::Error> {
        Ok(Self(Arc::new(Inner { client: client()?, config })))
    }

    fn with_token(&self, request: RequestBuilder, now: Timestamp) -> RequestBuilder {
        request.header(AUTHORIZATION, format!("Bearer {}", self.0.config.key.token(now)))
    }

    async fn hand_over(&self, message: Message) -> Result<Accepted, Refused> {
        let NotifyConfig { address, template, sender, .. } = &self.0.config;
        let mut body = json!({
            "phone_number": message.to.expose(),
            "template_id": template,
            "personalisation": { "message": message.text.expose() },
            "reference": message.id,
        });
        if let (Some(sender), Some(members)) = (sender, body.as_object_mut()) {
            members.insert("sms_sender_id".into(), sender.as_str().into());
        }
        let request = self.0.client.post(format!("{address}/v2/notifications/sms"));
        let request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        let answer = self.with_token(request, message.at).send().await.map_err(|error| no_answer(&error))?;
        if answer.status() != StatusCode::CREATED {
            return Err(refusal(answer, message.at).await);
        }
        // It is accepted, whatever the answer's words are: without an id its receipt still names our reference.
        let created: Option<Created> = read(answer).await.ok();
        Ok(Accepted { provider_id: created.map(|created| created.id).filter(|id| is_uuid(id)) })
    }

    async fn state(&self, id: &str, now: Timestamp) -> Result<Receipt, Refused> {
        let request = self.0.client.get(format!("{}/v2/notifications/{id}", self.0.config.address));
        let answer = self.with_token(request, now).send().await.map_err(|error| no_answer(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(refusal(answer, now).await);
        }
        let state: State = read(answer).await?;
        Ok(receipt(&state.status))
    }

    async fn received(&self, now: Timestamp) -> Result<Vec<Reply>, Refused> {
        let request = self.0.client.get(format!("{}/v2/received-text-messages", self.0.config.address));
        let answer = self.with_token(request, now).send().await.map_err(|error| no_answer(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(refusal(answer, now).await);
        }
        let received: Received = read(answer).await?;
        let texts = received.received_text_messages.into_iter().filter(|text| is_uuid(&text.id));
        Ok(texts.map(|text| reply(text.id, text.user_number, &text.content)).collect())
    }
}

/// Makes a reply of what the provider says of a received text.
#[must_use]
pub fn reply(id: String, from: String, text: &str) -> Reply {
    let text: String = text.chars().take(LONGEST).collect();
    Reply { id, from: Secret::new(from), text: Secret::new(text) }
}

/// Reads the state that the provider gives a text. A word that is not known means that it is on its way: nothing is concluded from it.
#[must_use]
pub fn receipt(status: &str) -> Receipt {
    match status {
        "delivered" => Receipt::Delivered,
        "permanent-failure" => Receipt::Failed("the number does not exist or takes no texts"),
        "temporary-failure" => Receipt::Failed("the phone is off or has no signal"),
        "technical-failure" => Receipt::Failed("the provider and the network could not deliver it"),
        _ => Receipt::OnItsWay,
    }
}

async fn bytes(mut answer: Response) -> Result<Vec<u8>, Refused> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| no_answer(&error))? {
        if body.len().saturating_add(chunk.len()) > LARGEST {
            return Err(Refused::Later(format!("the provider's answer is larger than {LARGEST} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn read<T: for<'de> Deserialize<'de>>(answer: Response) -> Result<T, Refused> {
    let body = bytes(answer).await?;
    serde_json::from_slice(&body).map_err(|_| Refused::Later("the provider's answer cannot be read".into()))
}

/// Reads a refusal by its status and the type of its error.
async fn refusal(answer: Response, now: Timestamp) -> Refused {
    let (status, ahead) = (answer.status(), ahead_of(answer.headers(), now));
    let faults = bytes(answer).await.ok().and_then(|body| serde_json::from_slice::<Faults>(&body).ok());
    let kind = faults.and_then(|faults| faults.errors.into_iter().next()).map(|fault| fault.error);
    refused(status.as_u16(), kind.as_deref().unwrap_or_default(), ahead)
}

/// Says what a refusal means; `ahead` is how many seconds this server's clock is ahead of the provider's, if the answer told.
#[must_use]
pub fn refused(status: u16, kind: &str, ahead: Option<i64>) -> Refused {
    let ahead = ahead.filter(|ahead| ahead.abs() > CLOCK);
    match (status, kind) {
        (401 | 403, _) if ahead.is_some() => Refused::Clock(ahead.unwrap_or(CLOCK)),
        (401 | 403, _) => Refused::Never(
            "the provider does not accept the API key: look whether it was revoked, and give another in the settings".into(),
        ),
        (400, "ValidationError") => Refused::Never("the provider says that the number is not one that it can send to".into()),
        (400, _) => Refused::Never(
            "the provider does not send to this number: the key is for the team only, the service is in trial mode, numbers of other \
             countries are switched off, or the template's id or its ((message)) is wrong: check [sms] template"
                .into(),
        ),
        (404, _) => Refused::Never("the provider does not know it".into()),
        (429, "TooManyRequestsError") => {
            Refused::Later("the provider's limit of texts for today is reached: ask it for a higher one".into())
        }
        (429, _) => Refused::Later("the provider's limit of texts in a minute is reached".into()),
        (500.., _) => Refused::Later(format!("the provider has a fault of its own ({status})")),
        _ => Refused::Never(format!("the provider answered {status}")),
    }
}

/// Returns how many seconds our clock is ahead of the one that wrote the answer.
fn ahead_of(headers: &HeaderMap<HeaderValue>, now: Timestamp) -> Option<i64> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let theirs = httpdate(date)?;
    Some((now.millis() - theirs.millis()) / 1000)
}

/// Reads the date of an answer (RFC 9110 section 5.6.7).
fn httpdate(text: &str) -> Option<Timestamp> {
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Timestamp::from_millis(at.as_millisecond()))
}

impl Channel for Notify {
    fn send(&self, message: Message) -> Waiting<Accepted> {
        let client = self.clone();
        Box::pin(async move { client.hand_over(message).await })
    }

    fn ask(&self, provider_id: &str, now: Timestamp) -> Waiting<Receipt> {
        let (client, id) = (self.clone(), provider_id.to_owned());
        Box::pin(async move { client.state(&id, now).await })
    }

    fn replies(&self, now: Timestamp) -> Waiting<Vec<Reply>> {
        let client = self.clone();
        Box::pin(async move { client.received(now).await })
    }
}

#[cfg(test)]
mod tests;
