//! One-time enrolment challenges and the certificates that they bought.

use domain::{DeviceId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// A certificate of the device CA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of the whole certificate, hex: how a device is recognised.
    pub sha256: String,
    /// Serial number, hex.
    pub serial: String,
    /// The device that it names.
    pub device: DeviceId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// The certificate that it replaces.
    pub renewed_from: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

statements! {
    pub(crate) CHALLENGE_ADD = "INSERT INTO scep_challenge (digest, device_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    CHALLENGE_USE = "UPDATE scep_challenge SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2
        RETURNING device_id";
    CHALLENGE_STATE = "SELECT expires_at, used_at FROM scep_challenge WHERE digest = $1";
    CHALLENGES_FORGET = "DELETE FROM scep_challenge WHERE expires_at < $1";
    CERTIFICATE_ADD = "INSERT INTO certificate (sha256, serial, device_id, issued_at, not_after, renewed_from)
        VALUES ($1, $2, $3, $4, $5, $6)";
    CERTIFICATE_BY_SHA256 = "SELECT sha256, serial, device_id, issued_at, not_after, renewed_from, revoked_at
        FROM certificate WHERE sha256 = $1";
    CERTIFICATES_OF_DEVICE = "SELECT sha256, serial, device_id, issued_at, not_after, renewed_from, revoked_at
        FROM certificate WHERE device_id = $1 ORDER BY issued_at DESC";
    CERTIFICATE_REVOKE = "UPDATE certificate SET revoked_at = $2, revoked_why = $3 WHERE sha256 = $1 AND revoked_at IS NULL";
    CERTIFICATES_END = "UPDATE certificate SET revoked_at = $2, revoked_why = $3 WHERE device_id = $1 AND sha256 <> $4
        AND revoked_at IS NULL";
    CERTIFICATES_REVOKED = "SELECT serial, revoked_at FROM certificate WHERE revoked_at IS NOT NULL AND not_after > $1 ORDER BY serial";
}

fn certificate(row: &Row) -> Result<Certificate, StoreError> {
    Ok(Certificate {
        sha256: row.text(0)?,
        serial: row.text(1)?,
        device: row.parse(2)?,
        issued_at: row.time(3)?,
        not_after: row.time(4)?,
        renewed_from: row.opt_text(5)?,
        revoked_at: row.opt_time(6)?,
    })
}

/// Enters a challenge by its digest, bound to a device.
pub fn add_challenge(
    tx: &mut Tx<'_>,
    digest: &str,
    device: DeviceId,
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&CHALLENGE_ADD, &[digest.into(), Value::id(device), at.into(), expires_at.into()])?;
    Ok(())
}

/// Spends a challenge; the device that it was for, or `None` if it is unknown, spent or expired.
pub fn spend_challenge(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<Option<DeviceId>, StoreError> {
    tx.one(&CHALLENGE_USE, &[digest.into(), at.into()])?.map(|row| row.parse(0)).transpose()
}

/// For a message to the log: when the challenge ran out and when it was spent.
pub fn challenge_state(
    tx: &mut Tx<'_>,
    digest: &str,
) -> Result<Option<(Timestamp, Option<Timestamp>)>, StoreError> {
    tx.one(&CHALLENGE_STATE, &[digest.into()])?.map(|row| Ok((row.time(0)?, row.opt_time(1)?))).transpose()
}

/// Removes challenges that ran out before the given time.
pub fn forget_challenges(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&CHALLENGES_FORGET, &[before.into()])
}

/// Enters a certificate that was issued.
pub fn add(tx: &mut Tx<'_>, new: &Certificate) -> Result<(), StoreError> {
    tx.execute(
        &CERTIFICATE_ADD,
        &[
            new.sha256.as_str().into(),
            new.serial.as_str().into(),
            Value::id(new.device),
            new.issued_at.into(),
            new.not_after.into(),
            new.renewed_from.as_deref().into(),
        ],
    )?;
    Ok(())
}

/// The certificate with that fingerprint.
pub fn by_sha256(tx: &mut Tx<'_>, sha256: &str) -> Result<Option<Certificate>, StoreError> {
    tx.one(&CERTIFICATE_BY_SHA256, &[sha256.into()])?.as_ref().map(certificate).transpose()
}

/// Every certificate that was issued to a device, newest first.
pub fn of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<Certificate>, StoreError> {
    tx.query(&CERTIFICATES_OF_DEVICE, &[Value::id(device)])?.iter().map(certificate).collect()
}

/// Revokes a certificate; whether it was valid until now.
pub fn revoke(tx: &mut Tx<'_>, sha256: &str, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&CERTIFICATE_REVOKE, &[sha256.into(), at.into(), why.into()])? > 0)
}

/// Revokes every certificate of a device but one, or every one where that is `None`; how many.
pub fn revoke_others(
    tx: &mut Tx<'_>,
    device: DeviceId,
    keep: Option<&str>,
    at: Timestamp,
    why: &str,
) -> Result<u64, StoreError> {
    tx.execute(
        &CERTIFICATES_END,
        &[Value::id(device), at.into(), why.into(), keep.unwrap_or_default().into()],
    )
}

/// Serial numbers of revoked certificates that would still be valid, with the time of revocation.
pub fn revoked(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<(String, Timestamp)>, StoreError> {
    tx.query(&CERTIFICATES_REVOKED, &[now.into()])?
        .iter()
        .map(|row| Ok((row.text(0)?, row.time(1)?)))
        .collect()
}
