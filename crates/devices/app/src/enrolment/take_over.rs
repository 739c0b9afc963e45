//! Moves an enrolment to a new certificate when its management profile was replaced and not removed.
//! The device then has a new certificate without having begun to enrol.

use domain::EnrolmentState;
use platform_port::Speaker;
use serde_json::json;
use store::certificates::Certificate;
use store::enrolments::{self, Enrolment};
use store::{certificates, devices};

use kernel::{AppError, Work};

const SUPERSEDED: &str = "superseded by a new profile";

/// Moves the live enrolment of a device to the certificate that it obtained with a new profile, if the message names that very
/// device; returns `None` if it must begin to enrol first.
///
/// A profile for an enrolled device is made only on confirmation, and every other challenge became void when the enrolment was
/// finished: so a certificate that was obtained since then was meant to replace the one in use. The enrolment goes on with its
/// queue, its facts and its tokens.
pub(super) fn take_over(
    Work { app, tx, now }: Work<'_, '_>,
    certificate: &Certificate,
    speaker: &Speaker,
) -> Result<Option<Enrolment>, AppError> {
    let Some(device) = devices::by_id(tx, certificate.device)? else { return Ok(None) };
    let Some(live) = device.enrolment.map(|id| enrolments::by_id(tx, id)).transpose()?.flatten() else {
        return Ok(None);
    };
    let meant = certificate.renewed_from.is_none()
        && live.enrolled_at.is_some_and(|enrolled| certificate.issued_at >= enrolled);
    let same = live.ended.is_none()
        && live.state == EnrolmentState::Enrolled
        && live.device_key == speaker.device
        && live.certificate != certificate.sha256;
    if !(meant && same && speaker.is_device() && crate::enrolment::gate::gate(app, tx, &device)?.is_ok()) {
        return Ok(None);
    }
    enrolments::move_to_certificate(tx, &live.certificate, &certificate.sha256)?;
    certificates::revoke_others(tx, device.id, Some(&certificate.sha256), now, SUPERSEDED)?;
    certificates::void_challenges(tx, device.id, now)?;
    let record = app
        .about_device(tx, "device", "certificate.adopted", device.id)?
        .reason("new-profile")
        .detail(json!({ "certificate": certificate.sha256, "before": live.certificate }));
    app.enter(tx, now, record)?;
    Ok(Some(Enrolment { certificate: certificate.sha256.clone(), ..live }))
}
