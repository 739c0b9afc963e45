//! A client of the Apple Push Notification service over HTTP/2, for device management.
//!
//! A push carries nothing but the device's push magic: it asks the device to connect. A lost push causes a delay but loses
//! nothing. Source: Apple, "Sending notification requests to APNs", and reference facts on the `mdm` push type.

use std::time::Duration;

use domain::{Secret, Timestamp};
use serde::Deserialize;

/// Apple's own address.
pub const PRODUCTION: &str = "https://api.push.apple.com";

/// The settings of the push service.
pub struct ApnsConfig {
    /// Address; [`PRODUCTION`] outside tests.
    pub address: String,
    /// The MDM push certificate and its private key, PEM, one after the other.
    pub identity_pem: Secret<Vec<u8>>,
    /// A certificate authority to trust instead of the system's, PEM: for a local stand-in.
    pub trust_pem: Option<Vec<u8>>,
}

/// A client of the push service; cheap to clone, one connection shared by all pushes.
#[derive(Clone)]
pub struct Apns {
    client: reqwest::Client,
    address: String,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the push certificate or key cannot be used: {0}; give both as PEM, certificate first")]
pub struct ApnsSetupError(#[from] reqwest::Error);

/// The reason why a push was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The token is no longer valid: do not push until the device sends a new one.
    #[error("the push token is no longer valid ({0})")]
    Gone(String),
    /// A temporary failure; worth retrying.
    #[error("the push service did not accept it: {0}")]
    Again(String),
    /// A fault of ours: a wrong topic, certificate or token form. Retrying unchanged does not help.
    #[error("the push service refused it: {0}")]
    Refused(String),
}

#[derive(Deserialize)]
struct Reason {
    reason: String,
}

impl Apns {
    /// Makes a client. Connects on the first push.
    ///
    /// # Errors
    /// [`ApnsSetupError`] if the certificate, key or trusted authority cannot be read.
    pub fn new(config: &ApnsConfig) -> Result<Self, ApnsSetupError> {
        let mut builder = reqwest::Client::builder()
            .http2_prior_knowledge()
            .https_only(true)
            .timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_secs(5))
            .pool_idle_timeout(Duration::from_secs(3600))
            .identity(reqwest::Identity::from_pem(config.identity_pem.expose())?);
        if let Some(pem) = &config.trust_pem {
            builder = builder.tls_certs_only([reqwest::Certificate::from_pem(pem)?]);
        }
        Ok(Self { client: builder.build()?, address: config.address.trim_end_matches('/').to_owned() })
    }

    /// Asks a device to connect. `token` is in hex; `expires` is when the push service may stop trying.
    ///
    /// # Errors
    /// [`PushError`], which says whether a retry helps.
    pub async fn push(
        &self,
        token: &str,
        topic: &str,
        magic: &str,
        expires: Timestamp,
    ) -> Result<(), PushError> {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(PushError::Refused("the stored push token is not hexadecimal".into()));
        }
        let body = serde_json::json!({ "mdm": magic }).to_string();
        let answer = self
            .client
            .post(format!("{}/3/device/{token}", self.address))
            .header("apns-topic", topic)
            .header("apns-push-type", "mdm")
            .header("apns-expiration", (expires.millis() / 1000).to_string())
            .body(body)
            .send()
            .await
            .map_err(|error| PushError::Again(error.without_url().to_string()))?;
        let status = answer.status().as_u16();
        if status == 200 {
            return Ok(());
        }
        let body = answer.bytes().await.unwrap_or_default();
        let reason = serde_json::from_slice::<Reason>(&body)
            .map_or_else(|_| "no reason given".to_owned(), |said| said.reason.chars().take(80).collect());
        Err(judge(status, &reason))
    }
}

fn judge(status: u16, reason: &str) -> PushError {
    let said = format!("{status} {reason}");
    match (status, reason) {
        (410, _) | (400, "BadDeviceToken" | "DeviceTokenNotForTopic") => PushError::Gone(said),
        (429 | 500..=599, _) => PushError::Again(said),
        _ => PushError::Refused(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_say_whether_to_try_again() {
        assert!(matches!(judge(410, "Unregistered"), PushError::Gone(_)));
        assert!(matches!(judge(400, "BadDeviceToken"), PushError::Gone(_)));
        assert!(matches!(judge(503, "ServiceUnavailable"), PushError::Again(_)));
        assert!(matches!(judge(429, "TooManyRequests"), PushError::Again(_)));
        assert!(matches!(judge(403, "BadCertificate"), PushError::Refused(_)));
    }
}
