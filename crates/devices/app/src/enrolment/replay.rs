//! Recognises repeated check-ins.
//! Anybody who recorded one can send it again, signature and all: it changes nothing.
//!
//! For each certificate, the digest of a message is stored with its signing time, and only for messages that changed something or
//! gave something away. A message that is neither stored nor fresh, and was signed before the last accepted one, is refused: it
//! was held back on its way. A device that sends a message again because our answer was lost gets the same answer.

use domain::{Span, Timestamp};
use platform_port::{CheckIn, Message};
use store::check_ins::{self, CheckInMark};
use store::{Tx, enrolments};

use super::gate::GateRefusal;
use super::messages::{CheckInReply, Proof, Sender};
use kernel::platforms::kept;
use kernel::{App, AppError, Work};

/// Time for which a token is given again to a repeated request: as long as a device asks again for a lost answer.
const ANSWER_AGAIN: Span = Span::from_secs(600);
/// How far a device's clock may be behind ours for its message to count as fresh.
const FRESH: Span = Span::from_secs(600);

/// Returns the mark by which a message is recognised; `None` for one that changes nothing, and where a proxy vouches for the
/// connection that it came on, which nobody can replay.
pub(super) fn mark(sender: &Sender, check_in: &CheckIn, raw: &[u8]) -> Option<CheckInMark> {
    let remembered = matches!(
        check_in.message,
        Message::Begin(_) | Message::Ready(_) | Message::Leave | Message::Keep { .. } | Message::Give { .. }
    );
    let Proof::Signed { at } = sender.proof else { return None };
    let signed = at.map(|at| at.millis().to_string()).unwrap_or_default();
    remembered.then(|| CheckInMark {
        certificate: sender.certificate.clone(),
        digest: kernel::digest_hex(&[signed.as_bytes(), b" ", raw].concat()),
        signed_at: at,
    })
}

/// Returns the answer to a message that was accepted before; `None` if it was not.
pub(super) fn answer_again(
    Work { app, tx, now }: Work<'_, '_>,
    mark: &CheckInMark,
    check_in: &CheckIn,
) -> Result<Option<CheckInReply>, AppError> {
    let Some(seen_at) = check_ins::seen(tx, mark)? else { return Ok(None) };
    Ok(Some(match check_in.message {
        Message::Give { what } if now.since(seen_at) <= ANSWER_AGAIN => {
            given_again(app, tx, mark, what.name)?
        }
        Message::Give { .. } => CheckInReply::Refused(GateRefusal::Replayed),
        _ => CheckInReply::Done,
    }))
}

/// Returns whether a message was signed well before now, and before the latest one accepted from its certificate.
pub(super) fn is_overtaken(tx: &mut Tx<'_>, mark: &CheckInMark, now: Timestamp) -> Result<bool, AppError> {
    let Some(signed) = mark.signed_at.filter(|at| now.since(*at) > FRESH) else { return Ok(false) };
    Ok(check_ins::last_signed(tx, &mark.certificate)?.is_some_and(|last| signed < last))
}

fn given_again(app: &App, tx: &mut Tx<'_>, mark: &CheckInMark, what: &str) -> Result<CheckInReply, AppError> {
    let Some(live) = enrolments::live(tx, &mark.certificate, &enrolments::Channel::Device)? else {
        return Ok(CheckInReply::Refused(GateRefusal::Certificate));
    };
    Ok(CheckInReply::Given(kept(app, tx, live.id, live.platform, what)?))
}
