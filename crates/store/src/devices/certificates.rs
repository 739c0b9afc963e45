//! One-time enrolment challenges and the certificates issued for them.

use domain::{DeviceId, Timestamp};

use crate::record::is_set;
use crate::{Row, StoreError, Tx, Value, row, statements, values};

row! {
    /// A certificate of the device CA.
    pub struct Certificate {
        /// SHA-256 of the whole certificate, hex: how a device is recognised.
        pub sha256: String,
        /// Serial number, hex.
        pub serial: String,
        /// The device that it names.
        pub device: DeviceId = "device_id",
        /// When it was issued.
        pub issued_at: Timestamp,
        /// Last moment of validity.
        pub not_after: Timestamp,
        /// The certificate that it replaces.
        pub renewed_from: Option<String>,
        /// When it was revoked.
        pub revoked_at: Option<Timestamp>,
    }
}

statements! {
    pub(crate) CHALLENGE_ADD = "INSERT INTO scep_challenge (digest, device_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    CHALLENGE_USE: DeviceId = "UPDATE scep_challenge SET used_at = $2
        WHERE digest = $1 AND used_at IS NULL AND voided_at IS NULL AND expires_at > $2
        RETURNING device_id";
    CHALLENGE_STATE: (Timestamp, Option<Timestamp>) = "SELECT expires_at, used_at FROM scep_challenge
        WHERE digest = $1";
    CHALLENGE_VOID: Option<Timestamp> = "SELECT voided_at FROM scep_challenge WHERE digest = $1";
    CHALLENGES_OPEN = "SELECT count(*) FROM scep_challenge WHERE device_id = $1 AND used_at IS NULL AND voided_at IS NULL AND expires_at > $2";
    CHALLENGES_VOID = "UPDATE scep_challenge SET voided_at = $2 WHERE device_id = $1 AND used_at IS NULL AND voided_at IS NULL";
    CHALLENGE_ANSWERED = "UPDATE scep_challenge SET answered_key = $2, answered_transaction = $3, answer = $4 WHERE digest = $1";
    CHALLENGE_ANSWER: Option<Vec<u8>> = "SELECT answer FROM scep_challenge WHERE digest = $1 AND answered_key = $2
        AND answered_transaction = $3 AND used_at >= $4";
    CHALLENGES_FORGET = "DELETE FROM scep_challenge WHERE expires_at < $1";
    CERTIFICATE_ADD = "INSERT INTO certificate (sha256, serial, device_id, issued_at, not_after, renewed_from)
        VALUES ($1, $2, $3, $4, $5, $6)";
    CERTIFICATE_BY_SHA256: Certificate = "SELECT {columns} FROM certificate WHERE sha256 = $1";
    CERTIFICATES_OF_DEVICE: Certificate = "SELECT {columns} FROM certificate
        WHERE device_id = $1 ORDER BY issued_at DESC";
    CERTIFICATE_REVOKE = "UPDATE certificate SET revoked_at = $2, revoked_why = $3 WHERE sha256 = $1 AND revoked_at IS NULL";
    CERTIFICATES_END = "UPDATE certificate SET revoked_at = $2, revoked_why = $3 WHERE device_id = $1 AND sha256 <> $4
        AND revoked_at IS NULL";
    CERTIFICATES_UNUSED_END = "UPDATE certificate SET revoked_at = $2, revoked_why = $3 WHERE device_id = $1 AND revoked_at IS NULL
        AND renewed_from IS NULL AND NOT EXISTS (SELECT 1 FROM enrolment e WHERE e.certificate_sha256 = certificate.sha256
        AND e.ended_at IS NULL)";
    RENEWAL_BY_KEY: Renewal = "SELECT {columns} FROM certificate WHERE renewed_from = $1 AND key_digest = $2";
    RENEWAL_ANSWER = "UPDATE certificate SET key_digest = $2, answer = $3 WHERE sha256 = $1";
    RENEWALS_END = "UPDATE certificate SET revoked_at = $2, revoked_why = $3 WHERE renewed_from = $1 AND revoked_at IS NULL";
    CERTIFICATES_SHOWN: Shown = "SELECT {columns} FROM certificate
        WHERE device_id = $1 ORDER BY issued_at DESC LIMIT 50";
    CERTIFICATES_REVOKED: (String, Timestamp) = "SELECT serial, revoked_at FROM certificate
        WHERE revoked_at IS NOT NULL AND not_after > $1 ORDER BY serial";
}

/// Adds a challenge by its digest, bound to a device.
pub fn add_challenge(
    tx: &mut Tx<'_>,
    digest: &str,
    device: DeviceId,
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&CHALLENGE_ADD, &[digest.into(), Value::id(device), at.into(), expires_at.into()]).map(drop)
}

/// Uses a challenge up; returns the device that it is for, or `None` if it is unknown, used or expired.
pub fn spend_challenge(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<Option<DeviceId>, StoreError> {
    tx.row(&CHALLENGE_USE, &[digest.into(), at.into()])
}

/// Returns when a challenge expires and when it was used, for a message to the log.
pub fn challenge_state(
    tx: &mut Tx<'_>,
    digest: &str,
) -> Result<Option<(Timestamp, Option<Timestamp>)>, StoreError> {
    tx.row(&CHALLENGE_STATE, &[digest.into()])
}

/// Returns whether a newer profile or a finished enrolment made the challenge void.
pub fn is_void(tx: &mut Tx<'_>, digest: &str) -> Result<bool, StoreError> {
    Ok(tx.row(&CHALLENGE_VOID, &[digest.into()])?.flatten().is_some())
}

/// Returns whether some profile that was made for a device can still buy a certificate.
pub fn can_buy(tx: &mut Tx<'_>, device: DeviceId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(crate::single_count(tx, &CHALLENGES_OPEN, &[Value::id(device), at.into()])? > 0)
}

/// Voids every unused challenge of a device; returns how many.
pub fn void_challenges(tx: &mut Tx<'_>, device: DeviceId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&CHALLENGES_VOID, &[Value::id(device), at.into()])
}

/// Identifies the client that used a challenge: it asks again if the answer was lost.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The challenge's digest.
    pub challenge: &'a str,
    /// The digest of the key that was certified.
    pub key: &'a str,
    /// The client's name for the transaction.
    pub transaction: &'a str,
}

/// Keeps the answer to a used challenge: the certificate, DER.
pub fn set_answer(tx: &mut Tx<'_>, answered: &Answered<'_>, certificate: &[u8]) -> Result<(), StoreError> {
    let params = values!(answered: challenge, key, transaction, (certificate.to_vec()));
    tx.execute(&CHALLENGE_ANSWERED, &params).map(drop)
}

/// Returns the certificate, DER, that was issued for the same challenge, key and transaction at that time or later.
pub fn answer(
    tx: &mut Tx<'_>,
    answered: &Answered<'_>,
    since: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    let params = [answered.challenge.into(), answered.key.into(), answered.transaction.into(), since.into()];
    Ok(tx.row(&CHALLENGE_ANSWER, &params)?.flatten())
}

/// Removes challenges that ran out before the given time.
pub fn forget_challenges(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&CHALLENGES_FORGET, &[before.into()])
}

/// Enters a certificate that was issued.
pub fn add(tx: &mut Tx<'_>, new: &Certificate) -> Result<(), StoreError> {
    let params = values!(new: sha256, serial, device, issued_at, not_after, renewed_from);
    tx.execute(&CERTIFICATE_ADD, &params).map(drop)
}

/// Returns the certificate with that fingerprint.
pub fn by_sha256(tx: &mut Tx<'_>, sha256: &str) -> Result<Option<Certificate>, StoreError> {
    tx.row(&CERTIFICATE_BY_SHA256, &[sha256.into()])
}

/// Returns every certificate that was issued to a device, newest first.
pub fn of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<Certificate>, StoreError> {
    tx.rows(&CERTIFICATES_OF_DEVICE, &[Value::id(device)])
}

/// Revokes a certificate; returns whether it was valid until now.
pub fn revoke(tx: &mut Tx<'_>, sha256: &str, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&CERTIFICATE_REVOKE, &[sha256.into(), at.into(), why.into()])? > 0)
}

/// Revokes every certificate of a device but one, or every one where that is `None`; returns how many.
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

/// Revokes every certificate of a device that was issued for a profile and never used; returns how many.
pub fn revoke_unused(tx: &mut Tx<'_>, device: DeviceId, at: Timestamp, why: &str) -> Result<u64, StoreError> {
    tx.execute(&CERTIFICATES_UNUSED_END, &[Value::id(device), at.into(), why.into()])
}

row! {
    /// The answer to a renewal.
    pub struct Renewal {
        /// The certificate, DER.
        pub answer: Vec<u8> = "answer" by or_empty,
        /// Whether it was revoked since.
        pub revoked: bool = "revoked_at" by is_set,
    }
}

fn or_empty(row: &Row, at: usize) -> Result<Vec<u8>, StoreError> {
    Ok(row.opt_bytes(at)?.unwrap_or_default())
}

/// Returns the renewal of a certificate for that key, if there was one.
pub fn renewal_by_key(
    tx: &mut Tx<'_>,
    renewed_from: &str,
    key_digest: &str,
) -> Result<Option<Renewal>, StoreError> {
    Ok(tx.rows(&RENEWAL_BY_KEY, &[renewed_from.into(), key_digest.into()])?.into_iter().next())
}

/// Keeps the answer to a renewal.
pub fn set_renewal(tx: &mut Tx<'_>, sha256: &str, key_digest: &str, answer: &[u8]) -> Result<(), StoreError> {
    tx.later(&RENEWAL_ANSWER, vec![sha256.into(), key_digest.into(), answer.to_vec().into()])
}

/// Revokes the renewal of a certificate that waits for its first use; returns how many there were.
pub fn revoke_renewals(
    tx: &mut Tx<'_>,
    renewed_from: &str,
    at: Timestamp,
    why: &str,
) -> Result<u64, StoreError> {
    tx.execute(&RENEWALS_END, &[renewed_from.into(), at.into(), why.into()])
}

row! {
    /// A certificate as people are shown it.
    pub struct Shown {
        /// Serial number, hex.
        pub serial: String,
        /// When it was issued.
        pub issued_at: Timestamp,
        /// Last moment of validity.
        pub not_after: Timestamp,
        /// Whether it renews another.
        pub is_renewal: bool = "renewed_from" by is_set,
        /// When and why it was revoked.
        pub revoked: Option<(Timestamp, String)> = "revoked_at, revoked_why",
        /// Whether a live enrolment is bound to it.
        pub in_use: bool = "EXISTS (SELECT 1 FROM enrolment e
            WHERE e.certificate_sha256 = certificate.sha256 AND e.ended_at IS NULL)",
    }
}

/// Returns the latest certificates of a device, newest first, fifty at most.
pub fn shown(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<Shown>, StoreError> {
    tx.rows(&CERTIFICATES_SHOWN, &[Value::id(device)])
}

/// Returns serial numbers of revoked certificates that would still be valid, with the time of revocation.
pub fn revoked(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<(String, Timestamp)>, StoreError> {
    tx.rows(&CERTIFICATES_REVOKED, &[now.into()])
}
