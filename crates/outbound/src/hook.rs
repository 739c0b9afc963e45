//! Tells a system of the force what happens, by requests that it can check (Standard Webhooks).
//!
//! Each request names its message (`webhook-id`), which stays the same when it is sent again, the time (`webhook-timestamp`), and a
//! signature over both and the body (`webhook-signature: v1,BASE64`), HMAC-SHA256 with a secret that both sides hold.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Secret, Timestamp};

use crate::channel::{Accepted, Channel, Message, Refused, Waiting};

/// What a secret begins with, by the specification.
const PREFIX: &str = "whsec_";

/// The secret that requests are signed with.
#[derive(Clone)]
pub struct HookSecret(Secret<Vec<u8>>);

/// A text that is not a secret for requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no secret for requests: write whsec_ and 24 to 64 random bytes in base64")]
pub struct NoSecret;

impl HookSecret {
    /// Reads a secret: base64 of 24 to 64 bytes, with or without `whsec_` in front.
    ///
    /// # Errors
    /// [`NoSecret`].
    pub fn read(text: &str) -> Result<Self, NoSecret> {
        let text = text.trim();
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).map_err(|_| NoSecret)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(NoSecret);
        }
        Ok(Self(Secret::new(bytes)))
    }

    /// Signs a message, and returns the value of the header.
    fn signature(&self, id: &str, at: Timestamp, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose());
        let tag = hmac::sign(&key, format!("{id}.{}.{body}", seconds(at)).as_bytes());
        format!("v1,{}", STANDARD.encode(tag.as_ref()))
    }
}

const fn seconds(at: Timestamp) -> i64 {
    at.millis().div_euclid(1000)
}

/// A client of the system; cheap to clone.
#[derive(Clone)]
pub struct Hook(Arc<Inner>);

struct Inner {
    client: reqwest::Client,
    address: String,
    secret: HookSecret,
}

impl Hook {
    /// Makes a client.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(address: String, secret: HookSecret) -> Result<Self, reqwest::Error> {
        Ok(Self(Arc::new(Inner { client: crate::notify::client()?, address, secret })))
    }

    async fn hand_over(&self, message: Message) -> Result<Accepted, Refused> {
        let Inner { client, address, secret } = &*self.0;
        let body = message.text.into_exposed();
        let request = client
            .post(address)
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", seconds(message.at).to_string())
            .header("webhook-signature", secret.signature(&message.id, message.at, &body))
            .body(body);
        let no_answer = |_| Refused::Later("the force's system did not answer".into());
        let status = request.send().await.map_err(no_answer)?.status();
        match status.as_u16() {
            200..=299 => Ok(Accepted::default()),
            // The system wants no more of it, by the specification.
            410 => Err(Refused::Never("the force's system answered 410: it takes no more of these".into())),
            other => Err(Refused::Later(format!("the force's system answered {other}"))),
        }
    }
}

impl Channel for Hook {
    fn send(&self, message: Message) -> Waiting<Accepted> {
        let client = self.clone();
        Box::pin(async move { client.hand_over(message).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn a_request_is_signed_as_the_specification_says() {
        let secret = HookSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = Timestamp::from_millis(1_614_265_330_000);
        assert_eq!(
            secret.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", at, "{\"test\": 2432232314}"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(HookSecret::read("whsec_AAAA").is_err());
        assert!(HookSecret::read("not base64!").is_err());
    }
}
