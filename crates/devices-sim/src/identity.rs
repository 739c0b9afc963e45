//! A device's identity: its key, the certificate for it, and the enrolment they belong to.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Secret, Timestamp};
use pki::cms::{self, ContentCipher, Signer};
use pki::scep::client::{self, Wish};
use pki::{Certificate, PrivateKey, Sign};
use serde::{Deserialize, Serialize};

use crate::error::{SimError, Step};
use crate::link::Link;
use crate::old_signature::OldSigner;
use crate::profile::EnrolmentProfile;

/// What stays of the enrolment profile once it is installed. The challenge does not: it is spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Enrolment {
    pub(crate) identifier: String,
    pub(crate) scep_url: String,
    pub(crate) common_name: String,
    pub(crate) server_url: String,
    pub(crate) check_in_url: String,
    pub(crate) topic: String,
    pub(crate) sign_messages: bool,
    pub(crate) check_out: bool,
}

/// An identity. `Debug` shows no key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub(crate) struct Identity {
    key: Arc<PrivateKey>,
    pub(crate) certificate: Certificate,
    pub(crate) authority: Certificate,
    pub(crate) enrolment: Enrolment,
    /// How it signs where that is not the way of its key.
    old: Option<Arc<OldSigner>>,
}

impl Identity {
    /// Gets a certificate as the profile says, by SCEP; an old client signs in the old way.
    pub(crate) async fn obtain(
        link: &Link,
        profile: &EnrolmentProfile,
        now: Timestamp,
        old_client: bool,
    ) -> Result<Self, SimError> {
        let url = &profile.scep_url;
        let service = Service::ask(link, url).await?;
        let authority = link.get(Step::Authority, &operation(url, "GetCACert")).await?;
        let authority = Certificate::parse(&authority)
            .map_err(|why| SimError::Unreadable { step: Step::Authority, why: why.to_string() })?;
        // Apple's published client tells the digest by its length and knows MD5 and SHA-1.
        if old_client
            && profile.ca_fingerprint.as_ref().is_some_and(|digest| ![16, 20].contains(&digest.len()))
        {
            return Err(SimError::Profile(
                "the fingerprint is of a length that the client does not know".into(),
            ));
        }
        if profile.ca_fingerprint.as_ref().is_some_and(|digest| !authority.has_fingerprint(digest)) {
            return Err(SimError::Profile(
                "the authority is not the one whose fingerprint the profile holds".into(),
            ));
        }
        let key = link.keys.take().await?;
        let challenge = profile.challenge.as_ref();
        let wish = Wish { key: &key, name: &profile.common_name, challenge, cipher: service.cipher, now };
        let entropy = link.world.entropy();
        let old = old_client.then(|| OldSigner::new(key.clone()).map(Arc::new)).transpose()?;
        let pending = match &old {
            Some(old) => client::first_by(&wish, old, &authority, entropy)?,
            None => client::first(&wish, &authority, entropy)?,
        };
        let answer = service.send(link, url, &pending.message).await?;
        let certificate = pending.read_answer(&answer, &key, &key, &authority, entropy)?;
        Ok(Self { key, certificate, authority, enrolment: Enrolment::of(profile), old })
    }

    /// Gets a new certificate for a new key against the present one.
    pub(crate) async fn renew(&mut self, link: &Link, now: Timestamp) -> Result<(), SimError> {
        let url = self.enrolment.scep_url.clone();
        let service = Service::ask(link, &url).await?;
        let key = link.keys.take().await?;
        let wish = Wish {
            key: &key,
            name: &self.enrolment.common_name,
            challenge: None,
            cipher: service.cipher,
            now,
        };
        let entropy = link.world.entropy();
        let pending = client::renewal(&wish, &self.key, &self.certificate, &self.authority, entropy)?;
        let answer = service.send(link, &url, &pending.message).await?;
        let certificate = pending.read_answer(&answer, &self.key, &key, &self.authority, entropy)?;
        if self.old.is_some() {
            self.old = Some(Arc::new(OldSigner::new(key.clone())?));
        }
        (self.key, self.certificate) = (key, certificate);
        Ok(())
    }

    /// Signs a message body, apart from it.
    pub(crate) fn sign(&self, body: &[u8], at: Timestamp) -> Result<Vec<u8>, SimError> {
        let key: &dyn Sign = match &self.old {
            Some(old) => old,
            None => &self.key,
        };
        let signer = Signer { key, certificate: &self.certificate, chain: &[] };
        Ok(cms::sign_detached(body, &signer, Some(at))?)
    }
}

impl Enrolment {
    fn of(profile: &EnrolmentProfile) -> Self {
        Self {
            identifier: profile.identifier.clone(),
            scep_url: profile.scep_url.clone(),
            common_name: profile.common_name.clone(),
            server_url: profile.server_url.clone(),
            check_in_url: profile.check_in_url.clone(),
            topic: profile.topic.clone(),
            sign_messages: profile.sign_messages,
            check_out: profile.check_out,
        }
    }
}

/// What a SCEP service says it can do.
struct Service {
    post: bool,
    cipher: ContentCipher,
}

impl Service {
    async fn ask(link: &Link, url: &str) -> Result<Self, SimError> {
        let words = link.get(Step::Capabilities, &operation(url, "GetCACaps")).await?;
        let words = String::from_utf8_lossy(&words);
        let has = |word: &str| words.lines().any(|line| line.trim().eq_ignore_ascii_case(word));
        let standard = has("SCEPStandard");
        Ok(Self {
            post: standard || has("POSTPKIOperation"),
            cipher: if standard || has("AES") { ContentCipher::Aes128 } else { ContentCipher::TripleDes },
        })
    }

    async fn send(&self, link: &Link, url: &str, message: &[u8]) -> Result<Vec<u8>, SimError> {
        let url = operation(url, "PKIOperation");
        if self.post {
            return link.post(Step::Certificate, &url, pki::scep::PKI_MESSAGE_TYPE, message.to_vec()).await;
        }
        link.get(Step::Certificate, &format!("{url}&message={}", URL_SAFE_NO_PAD.encode(message))).await
    }
}

fn operation(url: &str, name: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}operation={name}")
}

/// An identity in a state file. The key is in it: the caller that writes the file must restrict who can read it.
#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    key: String,
    certificate: String,
    authority: String,
    enrolment: Enrolment,
    #[serde(default)]
    old_client: bool,
}

impl From<Identity> for Saved {
    fn from(identity: Identity) -> Self {
        Self {
            key: identity.key.to_pem().into_exposed(),
            certificate: identity.certificate.to_pem(),
            authority: identity.authority.to_pem(),
            old_client: identity.old.is_some(),
            enrolment: identity.enrolment,
        }
    }
}

impl TryFrom<Saved> for Identity {
    type Error = String;

    fn try_from(saved: Saved) -> Result<Self, String> {
        let key = Secret::new(saved.key);
        let certificate = |text: &str| Certificate::from_pem(text).map_err(|why| why.to_string());
        let key = Arc::new(PrivateKey::from_pem(key.expose()).map_err(|why| why.to_string())?);
        let old = saved.old_client.then(|| OldSigner::new(key.clone()).map(Arc::new)).transpose();
        Ok(Self {
            old: old.map_err(|why| why.to_string())?,
            key,
            certificate: certificate(&saved.certificate)?,
            authority: certificate(&saved.authority)?,
            enrolment: saved.enrolment,
        })
    }
}
