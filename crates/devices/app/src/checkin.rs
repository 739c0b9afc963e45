//! Identifies the sender of a message: finds the enrolment to which the signing certificate is bound.

mod contact;

use domain::{DeviceId, EnrolmentId, EnrolmentState, Platform, Timestamp};
use platform_port::Speaker;
use store::enrolments;
use store::{Tx, certificates};

pub use contact::Contacts;

use kernel::{App, AppError, Work};

/// Proof that a message came from one channel under management: its certificate signed the bytes (or a trusted proxy vouches for
/// the TLS connection), is bound to this enrolment, and is neither revoked nor expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Enrolment of the channel.
    pub enrolment: EnrolmentId,
    /// Device of the channel.
    pub device: DeviceId,
    /// Platform of the device.
    pub platform: Platform,
    /// Set where a command waits for this channel.
    pub pending: bool,
}

/// Reason why a message is refused. Never answered with 401, which would unenrol the device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotEnrolled {
    /// Certificate that is bound to no live enrolment.
    #[error("the certificate is bound to no live enrolment")]
    Unknown,
    /// Message that names another device than the one to which the certificate was bound.
    #[error("the message names another device than its certificate")]
    AnotherDevice,
    /// Certificate that was revoked.
    #[error("the certificate was revoked")]
    Revoked,
    /// Certificate that has expired.
    #[error("the certificate has expired")]
    Expired,
    /// Device that began to enrol and has not finished.
    #[error("the device has not finished enrolling")]
    Unfinished,
    /// Personal (user) enrolment (UPD-7.1).
    #[error("personal enrolments are refused")]
    Personal,
    /// User of the device who has no channel.
    #[error("this user's channel never came under management")]
    NoSuchUser,
}

/// Returns whether a certificate (SHA-256, hex) was issued here, and is neither revoked nor expired.
///
/// # Errors
/// Only if the database does not answer.
pub async fn is_good_certificate(app: &App, sha256: String) -> Result<bool, AppError> {
    let found = app.store().read(move |tx| certificates::by_sha256(tx, &sha256)).await?;
    let now = app.world().now();
    Ok(found.is_some_and(|found| found.revoked_at.is_none() && found.not_after >= now))
}

/// What a check-in needs to know of a certificate: the channel bound to it, and how that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The device channel bound to it.
    pub enrolment: EnrolmentId,
    /// Its device.
    pub device: DeviceId,
    /// The identifier that its messages must carry.
    pub device_key: String,
    /// The device's platform.
    pub platform: Platform,
    /// How far it is under management.
    pub state: EnrolmentState,
    /// The certificate's last moment; `None` for one that was revoked.
    pub good_until: Option<Timestamp>,
    /// Whether any command is unfinished.
    pub pending: bool,
    /// Whether its last session's messages were signed with SHA-1.
    pub signs_sha1: bool,
}

impl From<enrolments::Hot> for Bound {
    fn from(row: enrolments::Hot) -> Self {
        Self {
            enrolment: row.enrolment,
            device: row.device,
            device_key: row.device_key,
            platform: row.platform,
            state: row.state,
            good_until: row.good_until,
            pending: row.pending,
            signs_sha1: row.signs_sha1,
        }
    }
}

/// Decides whether a looked-up certificate may speak for the channel that a message names.
///
/// # Errors
/// [`NotEnrolled`], with the reason.
pub fn identify(app: &App, hot: Option<&Bound>, speaker: &Speaker) -> Result<Enrolled, NotEnrolled> {
    let hot = hot.ok_or(NotEnrolled::Unknown)?;
    if speaker.personal {
        return Err(NotEnrolled::Personal);
    }
    if hot.device_key != speaker.device {
        return Err(NotEnrolled::AnotherDevice);
    }
    let good_until = hot.good_until.ok_or(NotEnrolled::Revoked)?;
    if good_until < app.world().now() {
        return Err(NotEnrolled::Expired);
    }
    if hot.state != EnrolmentState::Enrolled {
        return Err(NotEnrolled::Unfinished);
    }
    Ok(Enrolled {
        enrolment: hot.enrolment,
        device: hot.device,
        platform: hot.platform,
        pending: hot.pending,
    })
}

/// Looks up who speaks on a channel; on a Mac this may be a user's own channel.
///
/// # Errors
/// Only if the database does not answer.
pub async fn speaker(
    app: &App,
    device: Enrolled,
    certificate: String,
    speaker: Speaker,
) -> Result<Result<Enrolled, NotEnrolled>, AppError> {
    if speaker.is_device() {
        return Ok(Ok(device));
    }
    app.store().read(move |tx| user_channel(tx, device, &certificate, &speaker)).await
}

/// Records whether a device uses SHA-1 to sign its messages; called only when that has changed.
///
/// # Errors
/// Only if the database does not answer.
pub async fn note_signs_sha1(app: &App, device: &Enrolled, sha1: bool) -> Result<(), AppError> {
    let id = device.enrolment;
    Ok(app.store().write(move |tx| enrolments::set_signs_sha1(tx, id, sha1)).await?)
}

/// Looks up the sender inside a transaction, and records their contact in it.
pub(crate) fn identify_in(
    Work { app, tx, now }: Work<'_, '_>,
    certificate: String,
    speaker: &Speaker,
) -> Result<Result<Enrolled, NotEnrolled>, AppError> {
    let certificate = [certificate];
    let found = enrolments::hot_lookup(tx, &certificate)?;
    let is_news = found.first().is_some_and(|hot| contact::is_news(hot, now));
    let bound = found.into_iter().next().map(Bound::from);
    let device = match identify(app, bound.as_ref(), speaker) {
        Ok(device) => device,
        Err(why) => return Ok(Err(why)),
    };
    if is_news {
        enrolments::note_contact(tx, device.enrolment, device.device, now)?;
    }
    let [certificate] = certificate;
    user_channel(tx, device, &certificate, speaker)
}

fn user_channel(
    tx: &mut Tx<'_>,
    device: Enrolled,
    certificate: &str,
    speaker: &Speaker,
) -> Result<Result<Enrolled, NotEnrolled>, AppError> {
    let Some(user) = speaker.user_id().map(str::to_owned) else { return Ok(Ok(device)) };
    let live = enrolments::live(tx, certificate, &enrolments::Channel::User { id: user, name: None })?;
    Ok(live
        .map(|live| Enrolled { enrolment: live.id, pending: true, ..device })
        .ok_or(NotEnrolled::NoSuchUser))
}
