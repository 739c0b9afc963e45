//! Reads the body of a device's message, only as far as its sender may send.
//!
//! The headers come before the body: an unknown sender may send [`SMALL`] bytes. More is read once the certificate that the
//! headers name turns out to be one of ours that is valid. That is no proof yet (the signature is over the whole body), but a
//! sender without such a certificate cannot make the service hold more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use kernel::intake::{SMALL, Visit};

use crate::{Gate, identity, reply};

/// Large bodies of one certificate that are read at the same time. A device sends one message after the other.
const MOST_LARGE: usize = 2;

/// A complete body.
pub(crate) struct Message {
    pub(crate) raw: Bytes,
    /// The head of its request.
    pub(crate) headers: HeaderMap,
    visit: Option<Visit>,
}

impl Message {
    /// Records that its sender was found to belong to an enrolment.
    pub(crate) fn is_believed(&self) {
        if let Some(visit) = &self.visit {
            visit.prove();
        }
    }
}

/// The certificates whose large bodies are being read.
#[derive(Clone, Default)]
pub(crate) struct LargeBodies(Arc<Mutex<HashMap<String, usize>>>);

/// One large body that is being read.
struct Large {
    all: LargeBodies,
    certificate: String,
}

impl LargeBodies {
    fn begin(&self, certificate: &str) -> Option<Large> {
        let mut reading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = reading.entry(certificate.to_owned()).or_default();
        if *count >= MOST_LARGE {
            return None;
        }
        *count += 1;
        Some(Large { all: self.clone(), certificate: certificate.to_owned() })
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        let mut reading = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = reading.get_mut(&self.certificate) {
            *count -= 1;
            if *count == 0 {
                reading.remove(&self.certificate);
            }
        }
    }
}

impl FromRequest<Gate> for Message {
    type Rejection = Response;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = parts.extensions.remove::<Visit>();
        let reader = Reader { gate, headers: &parts.headers, visit: visit.as_ref(), large: None };
        let raw = reader.read(body).await?;
        Ok(Self { raw, headers: parts.headers, visit })
    }
}

struct Reader<'a> {
    gate: &'a Gate,
    headers: &'a HeaderMap,
    visit: Option<&'a Visit>,
    /// Held while a body is read that is larger than an unknown sender may send.
    large: Option<Large>,
}

impl Reader<'_> {
    async fn read(mut self, mut body: Body) -> Result<Bytes, Response> {
        let limit = self.gate.options.body_limit;
        let said = body.size_hint().lower();
        if said > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Err(too_large("larger than the settings allow", limit));
        }
        if said > u64::try_from(SMALL).unwrap_or(u64::MAX) {
            self.admit_large().await?;
        } else if self.visit.is_some_and(Visit::is_crowded) {
            // Under load, an enrolled device is served before unknown senders.
            if let (Some(visit), Some((_, true))) = (self.visit, self.claimed().await?) {
                visit.recognise();
            }
        }
        let mut first = Bytes::new();
        let mut whole = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| broke_off(&error))?;
            let Ok(piece) = frame.into_data() else { continue };
            let length = first.len() + whole.len() + piece.len();
            if length > limit {
                return Err(too_large("larger than the settings allow", limit));
            }
            if length > SMALL && self.large.is_none() {
                self.admit_large().await?;
            }
            // Nearly every message is one piece, and is not copied.
            if first.is_empty() && whole.is_empty() {
                first = piece;
            } else {
                whole.extend_from_slice(&std::mem::take(&mut first));
                whole.extend_from_slice(&piece);
            }
        }
        Ok(if whole.is_empty() { first } else { whole.into() })
    }

    /// Allows a known sender to send more than an unknown one.
    async fn admit_large(&mut self) -> Result<(), Response> {
        let known = match self.claimed().await? {
            Some((certificate, true)) => Some(certificate),
            // A new certificate belongs to no enrolment until its first message is accepted.
            Some((certificate, false)) => {
                let good =
                    devices_app::checkin::is_good_certificate(&self.gate.app, certificate.clone()).await;
                good.map_err(|error| reply::failed(&error))?.then_some(certificate)
            }
            None => None,
        };
        let Some(certificate) = known else {
            return Err(too_large("larger than a sender may send who is not known", SMALL));
        };
        let Some(large) = self.gate.large.begin(&certificate) else {
            tracing::info!("a device sends several large messages at once: it is told to come again");
            return Err(reply::busy());
        };
        self.large = Some(large);
        if let Some(visit) = self.visit {
            visit.recognise();
        }
        Ok(())
    }

    /// Returns the certificate that the headers name, and whether it belongs to an enrolment.
    async fn claimed(&self) -> Result<Option<(String, bool)>, Response> {
        let Some(certificate) = identity::claimed(self.headers, &self.gate.options) else { return Ok(None) };
        let found = self.gate.contacts.look_up(certificate.clone()).await;
        let found = found.map_err(|error| reply::failed(&error))?;
        let now = self.gate.app.world().now();
        let enrolled = found.is_some_and(|hot| hot.good_until.is_some_and(|until| until >= now));
        Ok(Some((certificate, enrolled)))
    }
}

fn too_large(why: &'static str, most: usize) -> Response {
    tracing::info!(most, why, "a device message was not read");
    StatusCode::PAYLOAD_TOO_LARGE.into_response()
}

fn broke_off(error: &axum::Error) -> Response {
    tracing::info!(%error, "a device message broke off");
    StatusCode::BAD_REQUEST.into_response()
}
