//! A device whose messages are written by hand: it holds a real identity and signs whatever it is told to.

use std::pin::Pin;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use devices_sim::{Device, EnrolmentProfile};
use domain::Secret;
use pki::cms::{ContentCipher, Signer, sign_detached};
use pki::scep::client::{self, ClientError, Wish};
use pki::{Certificate, PrivateKey};
use plist::{Dictionary, Value};

use crate::common::Service;

/// What came back. It is never 401: that would unenrol a real device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn plist(&self) -> Dictionary {
        plist::from_bytes(&self.body).expect("a property list")
    }

    /// The request type and id of the command that was handed over; `None` where there was none.
    pub(crate) fn command(&self) -> Option<(String, String)> {
        assert_eq!(self.status, 200);
        if self.body.is_empty() {
            return None;
        }
        let all = self.plist();
        let inner = all["Command"].as_dictionary().unwrap();
        let text = |value: &Value| value.as_string().unwrap().to_owned();
        Some((text(&inner["RequestType"]), text(&all["CommandUUID"])))
    }
}

/// Sends a request and never takes 401 for an answer.
pub(crate) async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    assert_ne!(status, 401, "401 unenrols a device");
    Answer { status, body: response.bytes().await.unwrap().to_vec() }
}

/// Makes a body that announces its length in the head and sends nothing: what answers it answered the head alone.
///
/// A body that is sent would race with the refusal. The service goes on reading for a while after it (`a_body_that_its_head_refuses_
/// does_not_cost_the_sender_the_answer` in `lanyard`), but the plain server of these tests cuts the connection, and a client that is
/// still sending then does not get to read the answer.
pub(crate) fn announced(length: usize) -> reqwest::Body {
    reqwest::Body::wrap(Announced(length))
}

struct Announced(usize);

impl http_body::Body for Announced {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        Poll::Pending
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(u64::try_from(self.0).unwrap_or(u64::MAX))
    }
}

/// A device's identity in our hand.
#[derive(Clone)]
pub(crate) struct Hand {
    pub(crate) udid: String,
    pub(crate) serial: String,
    pub(crate) key: std::sync::Arc<PrivateKey>,
    pub(crate) certificate: Certificate,
}

pub(crate) fn dict<const N: usize>(pairs: [(&str, Value); N]) -> Dictionary {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

pub(crate) fn xml(all: Dictionary) -> Vec<u8> {
    let mut out = Vec::new();
    Value::Dictionary(all).to_writer_xml(&mut out).unwrap();
    out
}

pub(crate) fn binary(all: Dictionary) -> Vec<u8> {
    let mut out = Vec::new();
    Value::Dictionary(all).to_writer_binary(&mut out).unwrap();
    out
}

impl Hand {
    /// The identity of an enrolled simulated device, out of what it saves.
    pub(crate) fn of(device: &Device) -> Self {
        let saved = serde_json::to_value(device).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let identity = &saved["identity"];
        Self {
            udid: device.spec().udid.clone(),
            serial: device.spec().serial.clone(),
            key: PrivateKey::from_pem(&text(&identity["key"])).unwrap().into(),
            certificate: Certificate::from_pem(&text(&identity["certificate"])).unwrap(),
        }
    }

    /// An identity bought by SCEP with a profile, before any check-in.
    pub(crate) async fn buy(
        service: &Service,
        profile: &[u8],
        serial: &str,
        udid: &str,
    ) -> Result<Self, ClientError> {
        let profile = EnrolmentProfile::read(profile).unwrap();
        let challenge = profile.challenge.clone().unwrap();
        let key = service.key();
        let certificate = ask_scep(service, &key, &profile.common_name, Some(&challenge)).await?;
        Ok(Self { udid: udid.into(), serial: serial.into(), key, certificate })
    }

    pub(crate) fn signature(&self, body: &[u8], service: &Service) -> String {
        let signer = Signer { key: &self.key, certificate: &self.certificate, chain: &[] };
        BASE64.encode(sign_detached(body, &signer, Some(service.world.now())).unwrap())
    }

    /// Signs and sends a message to a path, by PUT.
    pub(crate) async fn put(
        &self,
        service: &Service,
        path: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Answer {
        send(self.head(service, path, content_type, &body).body(body)).await
    }

    /// Sends the head of a message, with its signature and length, and nothing of its body.
    pub(crate) async fn put_head(
        &self,
        service: &Service,
        path: &str,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Answer {
        send(self.head(service, path, content_type, body).body(announced(body.len()))).await
    }

    fn head(
        &self,
        service: &Service,
        path: &str,
        content_type: Option<&str>,
        body: &[u8],
    ) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", service.address);
        let request = service.link.client.put(url).header("Mdm-Signature", self.signature(body, service));
        match content_type {
            Some(content_type) => request.header("Content-Type", content_type),
            None => request,
        }
    }

    /// A check-in message with the device's name in it.
    pub(crate) async fn check_in<const N: usize>(
        &self,
        service: &Service,
        kind: &str,
        more: [(&str, Value); N],
    ) -> Answer {
        let body = xml(self.check_in_message(kind, more));
        self.put(service, "/apple/mdm", Some("application/x-apple-aspen-mdm-checkin"), body).await
    }

    pub(crate) fn check_in_message<const N: usize>(
        &self,
        kind: &str,
        more: [(&str, Value); N],
    ) -> Dictionary {
        let mut all = dict([
            ("MessageType", kind.into()),
            ("UDID", self.udid.as_str().into()),
            ("Topic", "com.apple.mgmt.External.test".into()),
        ]);
        all.extend(dict(more));
        all
    }

    pub(crate) async fn authenticate(&self, service: &Service) -> Answer {
        self.check_in(service, "Authenticate", [("SerialNumber", self.serial.as_str().into())]).await
    }

    pub(crate) async fn token_update(
        &self,
        service: &Service,
        token: &[u8],
        unlock: Option<&[u8]>,
    ) -> Answer {
        let token = Value::Data(token.to_vec());
        let magic = ("PushMagic", "magic".into());
        match unlock {
            None => self.check_in(service, "TokenUpdate", [("Token", token), magic]).await,
            Some(unlock) => {
                let unlock = ("UnlockToken", Value::Data(unlock.to_vec()));
                self.check_in(service, "TokenUpdate", [("Token", token), magic, unlock]).await
            }
        }
    }

    /// An answer to a command, or Idle.
    pub(crate) async fn report<const N: usize>(
        &self,
        service: &Service,
        status: &str,
        command: Option<&str>,
        more: [(&str, Value); N],
    ) -> Answer {
        let mut all = dict([("Status", status.into()), ("UDID", self.udid.as_str().into())]);
        if let Some(command) = command {
            all.insert("CommandUUID".into(), command.into());
        }
        all.extend(dict(more));
        self.put(service, "/apple/mdm", Some("application/x-apple-aspen-mdm"), xml(all)).await
    }

    pub(crate) async fn idle(&self, service: &Service) -> Answer {
        self.report(service, "Idle", None, []).await
    }

    /// Acknowledges whatever comes, until there is nothing; the request types in the order of delivery.
    pub(crate) async fn drain(&self, service: &Service) -> Vec<String> {
        let mut seen = Vec::new();
        let mut answer = self.idle(service).await;
        while let Some((kind, id)) = answer.command() {
            seen.push(kind);
            assert!(seen.len() < 200, "commands without end: {seen:?}");
            answer = self.report(service, "Acknowledged", Some(&id), []).await;
        }
        seen
    }
}

/// A first certificate by SCEP, for a name and a challenge that need not fit.
pub(crate) async fn ask_scep(
    service: &Service,
    key: &PrivateKey,
    name: &str,
    challenge: Option<&Secret<String>>,
) -> Result<Certificate, ClientError> {
    let wish = Wish { key, name, challenge, cipher: ContentCipher::Aes128, now: service.world.now() };
    let ca = service.app.ca().certificate();
    let pending = client::first(&wish, ca, service.world.entropy()).unwrap();
    let answer = post_scep(service, pending.message.clone()).await;
    assert_eq!(answer.status, 200, "a refusal is a SCEP message too");
    pending.read_answer(&answer.body, key, key, ca, service.world.entropy())
}

pub(crate) async fn post_scep(service: &Service, message: Vec<u8>) -> Answer {
    let url = format!("{}/scep?operation=PKIOperation", service.address);
    send(service.link.client.post(url).header("Content-Type", pki::scep::PKI_MESSAGE_TYPE).body(message))
        .await
}
