//! Issues certificates to devices by SCEP (RFC 8894).
//! A device needs the challenge of its enrolment profile, or, to renew, a certificate that is still valid. Any other request gets
//! a SCEP failure, never a certificate.
//!
//! A challenge obtains one certificate. Its answer may be lost on the way: the same key, challenge and transaction within the
//! hour get the same certificate once more, and an iPhone asks again within seconds. Another key never does.

use domain::{DeviceId, Span, Timestamp};
use pki::scep::{self, DecodeError, Exchange, FailInfo, PkiMessage, Purpose};
use pki::{Subject, Validity};
use serde_json::json;
use store::certificates::{Answered, Certificate};
use store::locks::{self, Lock};
use store::{Tx, certificates, devices, enrolments};

use crate::enrolment::GateRefusal;
use kernel::record::Record;
use kernel::{App, AppError, Work, digest_hex};

/// Time for which the answer to a challenge can be obtained again.
const ANSWER_AGAIN: Span = Span::from_secs(3600);

/// Answer to a PKIOperation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScepReply {
    /// CertRep message, of success or failure.
    Message(Vec<u8>),
    /// Bytes that are not a SCEP message at all, so that no answer could name its transaction: HTTP 400, with the reason for the
    /// log.
    Unreadable(String),
}

/// Decision on a readable request.
enum Decision {
    Issue(Box<pki::Certificate>),
    Refuse(FailInfo, String),
}

/// Answers GetCACaps: one capability a line.
#[must_use]
pub fn scep_capabilities(app: &App) -> String {
    app.config().scep.capabilities()
}

/// Answers GetCACert: the authority's certificate, DER.
#[must_use]
pub fn scep_ca_certificate(app: &App) -> Vec<u8> {
    app.ca().certificate().der().to_vec()
}

/// Answers PKIOperation.
///
/// # Errors
/// Only if the database or our own key fails.
pub async fn scep_operation(app: &App, message: Vec<u8>) -> Result<ScepReply, AppError> {
    let (own, now) = (app.clone(), app.world().now());
    let decoded = scep::decode(&message, own.ca(), &own.config().scep, now, own.world().entropy());
    let request = match decoded {
        Ok(request) => request,
        Err(DecodeError::Unreadable(why)) => return Ok(ScepReply::Unreadable(why.to_string())),
        Err(DecodeError::Refused(refused)) => {
            tracing::info!(why = refused.why, digest = digest_hex(&message), "a SCEP request was refused");
            return scep_failure(&own, &refused.exchange, refused.info);
        }
    };
    let (request, decision) = app
        .store()
        .write(move |tx| {
            let decision = decide(Work { app: &own, tx, now }, &request)?;
            Ok::<_, AppError>((request, decision))
        })
        .await?;
    match decision {
        Decision::Issue(certificate) => {
            scep::success(app.ca(), &request, &certificate, app.world().entropy())
                .map(ScepReply::Message)
                .map_err(|error| AppError::Keys(error.to_string()))
        }
        Decision::Refuse(info, why) => {
            tracing::info!(why, digest = hex::encode(request.digest), "a SCEP request was refused");
            scep_failure(app, &request.exchange, info)
        }
    }
}

fn scep_failure(app: &App, exchange: &Exchange, info: FailInfo) -> Result<ScepReply, AppError> {
    scep::failure(app.ca(), exchange, info, app.world().entropy())
        .map(ScepReply::Message)
        .map_err(|error| AppError::Keys(error.to_string()))
}

fn decide(Work { app, tx, now }: Work<'_, '_>, request: &PkiMessage) -> Result<Decision, AppError> {
    match request.purpose {
        Purpose::First => decide_first(Work { app, tx, now }, request),
        Purpose::Renewal => decide_renewal(Work { app, tx, now }, request),
    }
}

fn decide_first(Work { app, tx, now }: Work<'_, '_>, request: &PkiMessage) -> Result<Decision, AppError> {
    let Some(challenge) = request.request.challenge() else {
        return refuse(Work { app, tx, now }, None, "no-challenge", "the request carries no challenge");
    };
    let digest = digest_hex(challenge.expose().as_bytes());
    let answered = Answered {
        challenge: &digest,
        key: &digest_hex(request.request.public_key().spki()),
        transaction: &request.exchange.transaction_id,
    };
    let Some(device) = certificates::spend_challenge(tx, &digest, now)? else {
        if let Some(same) = issued_before(tx, &answered, now)? {
            tracing::info!(certificate = same.sha256_hex(), "a device asked again and got the same answer");
            return Ok(Decision::Issue(Box::new(same)));
        }
        if certificates::is_void(tx, &digest)? {
            let why = "a newer profile was made, or the device finished enrolling with another";
            return refuse(Work { app, tx, now }, None, "challenge-void", why);
        }
        let (word, why) = match certificates::challenge_state(tx, &digest)? {
            Some((_, Some(_))) => ("challenge-spent", "the challenge was spent before"),
            Some((_, None)) => ("challenge-expired", "the challenge has expired"),
            None => ("challenge-unknown", "the challenge is not one of ours"),
        };
        return refuse(Work { app, tx, now }, None, word, why);
    };
    // The profile names the device in the subject; another name means that the challenge was taken from elsewhere.
    if request.request.common_name() != Some(device.to_string().as_str()) {
        return refuse(
            Work { app, tx, now },
            Some(device),
            "another-device",
            "the challenge is another device's",
        );
    }
    if let Err(refusal) = gate_by_id(app, tx, device)? {
        return refuse(Work { app, tx, now }, Some(device), refusal.word(), &refusal.to_string());
    }
    let decision = issue(Work { app, tx, now }, request, device, None)?;
    if let Decision::Issue(issued) = &decision {
        certificates::set_answer(tx, &answered, issued.der())?;
    }
    Ok(decision)
}

fn decide_renewal(Work { app, tx, now }: Work<'_, '_>, request: &PkiMessage) -> Result<Decision, AppError> {
    let old = request.signer.sha256_hex();
    let Some(certificate) = certificates::by_sha256(tx, &old)? else {
        return refuse(
            Work { app, tx, now },
            None,
            "certificate",
            "the signing certificate is not one of ours",
        );
    };
    let device = certificate.device;
    if certificate.revoked_at.is_some() {
        return refuse(Work { app, tx, now }, Some(device), "revoked", "the signing certificate was revoked");
    }
    let live = enrolments::live(tx, &old, &enrolments::Channel::Device)?;
    if live.is_none() {
        return refuse(
            Work { app, tx, now },
            Some(device),
            "not-enrolled",
            "the device is not under management",
        );
    }
    locks::take(tx, Lock::Device(device))?;
    // The same key gets the same certificate, however often the request arrives: replaying a recorded request changes nothing.
    let key = digest_hex(request.request.public_key().spki());
    match certificates::renewal_by_key(tx, &old, &key)? {
        Some(before) if !before.revoked => {
            let same = pki::Certificate::parse(&before.answer);
            return same.map(|same| Decision::Issue(Box::new(same))).map_err(|error| AppError::fault(&error));
        }
        Some(_) => {
            return refuse(Work { app, tx, now }, Some(device), "replayed", "a newer renewal took its place");
        }
        None => {}
    }
    // One renewal waits at a time: a device that asks with another key has lost the former one.
    certificates::revoke_renewals(tx, &old, now, "another renewal took its place")?;
    let decision = issue(Work { app, tx, now }, request, device, Some(&old))?;
    if let Decision::Issue(issued) = &decision {
        certificates::set_renewal(tx, &issued.sha256_hex(), &key, issued.der())?;
    }
    Ok(decision)
}

fn gate_by_id(app: &App, tx: &mut Tx<'_>, device: DeviceId) -> Result<Result<(), GateRefusal>, AppError> {
    match devices::by_id(tx, device)? {
        Some(device) => crate::enrolment::gate(app, tx, &device),
        None => Ok(Err(GateRefusal::NotRegistered)),
    }
}

fn issue(
    Work { app, tx, now }: Work<'_, '_>,
    request: &PkiMessage,
    device: DeviceId,
    renewed_from: Option<&str>,
) -> Result<Decision, AppError> {
    let subject =
        Subject { common_name: device.to_string(), organisation: app.config().organisation.clone() };
    let validity = Validity::lasting(now, app.config().certificate_lifetime);
    let issued = app
        .ca()
        .issue(&request.request, &subject, validity, app.world().bytes())
        .map_err(|error| AppError::Keys(error.to_string()))?;
    let row = Certificate {
        sha256: issued.sha256_hex(),
        serial: issued.serial_hex(),
        device,
        issued_at: now,
        not_after: issued.not_after(),
        renewed_from: renewed_from.map(str::to_owned),
        revoked_at: None,
    };
    certificates::add(tx, &row)?;
    if let Some(old) = renewed_from {
        // The old certificate stays valid until it expires: the device may not have stored the new one. Its channels move when
        // the new one is first used; see `adopt_renewal`.
        tracing::info!(device = %device, old, new = row.sha256, "a device certificate was renewed");
    }
    let record = app
        .about_device(tx, "device", "certificate.issued", device)?
        .reason(if renewed_from.is_some() { "renewal" } else { "challenge" })
        .detail(json!({ "certificate": row.sha256, "serial": row.serial }));
    app.enter(tx, now, record)?;
    Ok(Decision::Issue(Box::new(issued)))
}

/// Records a refusal. The transaction commits: a used challenge stays used.
fn refuse(
    Work { app, tx, now }: Work<'_, '_>,
    device: Option<DeviceId>,
    word: &'static str,
    why: &str,
) -> Result<Decision, AppError> {
    if app.may_note_refusal(device, now) {
        let action = "certificate.refused";
        let record = match device {
            Some(device) => app.about_device(tx, "device", action, device)?,
            None => Record::new("device", action, "scep:stranger".to_owned()),
        };
        app.enter(tx, now, record.reason(word))?;
    }
    Ok(Decision::Refuse(FailInfo::BadRequest, why.to_owned()))
}

/// Moves an enrolment to its renewed certificate on the first message under it, and ends the old certificate; returns whether it
/// did.
///
/// # Errors
/// Only if the database does not answer.
pub async fn adopt_renewal(app: &App, certificate: String) -> Result<bool, AppError> {
    let (app, now, asked) = (app.clone(), app.world().now(), certificate.clone());
    // Anybody can sign with an unknown certificate: a look-up must not occupy a place in the write queue.
    let found = app.store().read(move |tx| certificates::by_sha256(tx, &asked)).await;
    let Some((device, old)) = found?.and_then(|new| adoptable(new, now)) else { return Ok(false) };
    app.clone()
        .store()
        .write(move |tx| {
            let still = certificates::by_sha256(tx, &certificate)?.and_then(|new| adoptable(new, now));
            if still.is_none() || enrolments::move_to_certificate(tx, &old, &certificate)? == 0 {
                return Ok(false);
            }
            certificates::revoke(tx, &old, now, "renewed")?;
            let record = app
                .about_device(tx, "device", "certificate.adopted", device)?
                .detail(json!({ "certificate": certificate, "before": old }));
            app.enter(tx, now, record)?;
            Ok(true)
        })
        .await
}

/// Returns the revocation list, DER, for a proxy in front of this service.
///
/// # Errors
/// If the database or the authority's key fails.
pub async fn revocation_list(app: &App) -> Result<Vec<u8>, AppError> {
    let now = app.world().now();
    let revoked = app.store().read(move |tx| certificates::revoked(tx, now)).await.map_err(AppError::from)?;
    let revoked: Vec<pki::Revoked> =
        revoked.into_iter().map(|(serial_hex, since)| pki::Revoked { serial_hex, since }).collect();
    let number = u64::try_from(now.millis()).unwrap_or_default();
    app.ca()
        .crl(&revoked, number, now, now.plus(domain::Span::from_secs(24 * 3600)))
        .map_err(|error| AppError::Keys(error.to_string()))
}

/// Returns the certificate that the same request got within the hour, unless it was revoked since.
fn issued_before(
    tx: &mut Tx<'_>,
    answered: &Answered<'_>,
    now: Timestamp,
) -> Result<Option<pki::Certificate>, AppError> {
    let Some(der) = certificates::answer(tx, answered, now.minus(ANSWER_AGAIN))? else { return Ok(None) };
    let issued = pki::Certificate::parse(&der).map_err(|error| AppError::Keys(error.to_string()))?;
    let good = certificates::by_sha256(tx, &issued.sha256_hex())?.is_some_and(|row| row.revoked_at.is_none());
    Ok(good.then_some(issued))
}

/// Returns the device of a renewed certificate that is still valid, and the certificate that it replaces.
fn adoptable(new: Certificate, now: Timestamp) -> Option<(DeviceId, String)> {
    let good = new.revoked_at.is_none() && new.not_after >= now;
    good.then_some(()).and(new.renewed_from).map(|old| (new.device, old))
}
