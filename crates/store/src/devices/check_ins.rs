//! Check-ins that changed something, remembered so that a replay changes nothing.

use domain::Timestamp;

use crate::{StoreError, Tx, statements};

/// How many check-ins are remembered for one certificate; a device sends a few in a year.
const KEPT: i64 = 1_000;

statements! {
    pub(crate) CHECK_IN_SEEN: Timestamp = "SELECT seen_at FROM check_in_seen
        WHERE certificate_sha256 = $1 AND digest = $2";
    CHECK_IN_LAST_SIGNED: Option<Timestamp> = "SELECT max(signed_at) FROM check_in_seen WHERE certificate_sha256 = $1";
    CHECK_IN_NOTE = "INSERT INTO check_in_seen (certificate_sha256, digest, signed_at, seen_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (certificate_sha256, digest) DO NOTHING";
    CHECK_IN_FORGET = "DELETE FROM check_in_seen WHERE certificate_sha256 = $1 AND seen_at < (SELECT seen_at FROM check_in_seen
        WHERE certificate_sha256 = $1 ORDER BY seen_at DESC LIMIT 1 OFFSET $2)";
}

/// A check-in as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckInMark {
    /// The certificate that signed it, SHA-256 hex.
    pub certificate: String,
    /// SHA-256 of the message and its signing time, hex.
    pub digest: String,
    /// When the device says that it signed.
    pub signed_at: Option<Timestamp>,
}

/// Returns when this message was accepted before.
pub fn seen(tx: &mut Tx<'_>, mark: &CheckInMark) -> Result<Option<Timestamp>, StoreError> {
    let params = [mark.certificate.as_str().into(), mark.digest.as_str().into()];
    tx.row(&CHECK_IN_SEEN, &params)
}

/// Returns the latest signing time of an accepted message of this certificate.
pub fn last_signed(tx: &mut Tx<'_>, certificate: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(tx.row(&CHECK_IN_LAST_SIGNED, &[certificate.into()])?.flatten())
}

/// Remembers an accepted message, and removes the oldest beyond a thousand of its certificate.
pub fn note(tx: &mut Tx<'_>, mark: CheckInMark, at: Timestamp) -> Result<(), StoreError> {
    let CheckInMark { certificate, digest, signed_at } = mark;
    tx.later(&CHECK_IN_NOTE, vec![certificate.as_str().into(), digest.into(), signed_at.into(), at.into()])?;
    tx.later(&CHECK_IN_FORGET, vec![certificate.into(), (KEPT - 1).into()])
}
