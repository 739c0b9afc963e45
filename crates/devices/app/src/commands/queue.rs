//! Queues commands: the server's own, and people's orders, which are counted first.

use domain::{BurstId, CaseId, CommandId, CommandState, Deed, Effect, EnrolmentId, Timestamp};
use platform_port::Weight;
use store::commands::{self, Command};
use store::devices::Device;
use store::pushes;

use super::spec::Spec;
use crate::caps;
use crate::caps::{Act, Verdict, Waits};
use kernel::{App, AppError, Work, jobs};

/// Person's order, as it is queued.
pub(crate) struct Ordering<'a> {
    /// Device that it is for.
    pub device: &'a Device,
    /// Channel that it is for.
    pub enrolment: EnrolmentId,
    /// Deed that is done.
    pub deed: Deed,
    /// Who asks, as the ledger names them.
    pub by: &'a str,
    /// Reason for the order.
    pub reason: &'a str,
    /// Open loss that it contains.
    pub loss: Option<CaseId>,
    /// Whether one person is enough although the deed needs two elsewhere.
    pub alone: bool,
}

/// Order as it is sent, with what its vendor says of it.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    /// Order with its code.
    pub spec: &'a Spec,
    /// Lane and effect of the order.
    pub weight: Weight,
}

/// Queues an order that the server gives by itself to carry out the policy.
///
/// # Errors
/// [`AppError::Fault`] for an order that is not harmless: only a person may give that, and it is counted.
pub(crate) fn queue_own(
    Work { app, tx, now }: Work<'_, '_>,
    enrolment: EnrolmentId,
    sent: Sent<'_>,
) -> Result<CommandId, AppError> {
    let word = sent.spec.order.word();
    let effect = sent.weight.effect.max(sent.spec.order.deed().effect());
    if effect != Effect::Harmless {
        return Err(AppError::Fault(format!(
            "{word} is {effect} and was to be queued without anybody's order"
        )));
    }
    let command = row(app, Asked { enrolment, deed: Deed::Configure, by: "system" }, &sent, now)?;
    commands::add(tx, &command)?;
    Ok(command.id)
}

/// Queues a person's order, or keeps it until a second person agrees, or holds it in their burst; returns the command and its
/// state.
pub(crate) fn queue_order(
    Work { app, tx, now }: Work<'_, '_>,
    order: &Ordering<'_>,
    sent: Sent<'_>,
) -> Result<Command, AppError> {
    if order.deed.effect() < sent.weight.effect {
        return Err(AppError::Fault(format!(
            "{} is {} on this device, and \"{}\" is {}",
            sent.spec.order.word(),
            sent.weight.effect,
            order.deed,
            order.deed.effect()
        )));
    }
    let asked = Asked { enrolment: order.enrolment, deed: order.deed, by: order.by };
    let mut command = row(app, asked, &sent, now)?;
    command.reason = Some(order.reason.to_owned());
    command.case = order.loss;
    if order.deed.needs_second() && !order.alone {
        command.state = CommandState::Asked;
        command.expires_at = Some(caps::expires_at(app, now));
        kernel::jobs::ask_job(
            app,
            tx,
            jobs::Kind::ExpireOrder,
            &command.id.to_string(),
            caps::expires_at(app, now),
        )?;
        caps::follow(app, tx, &Waits::Order(command.id))?;
    } else if let Verdict::Hold(burst) = admit_order(Work { app, tx, now }, order)? {
        command.state = CommandState::Held;
        command.burst = Some(burst);
    }
    commands::add(tx, &command)?;
    if command.state == CommandState::Queued {
        pushes::want(tx, order.enrolment, now)?;
    }
    Ok(command)
}

fn admit_order(Work { app, tx, now }: Work<'_, '_>, order: &Ordering<'_>) -> Result<Verdict, AppError> {
    let act = Act {
        force: order.device.force,
        deed: order.deed,
        devices: &[order.device.id],
        by: order.by,
        loss: order.loss,
    };
    caps::admit(Work { app, tx, now }, &act)
}

/// Counts an order that a second person agrees to; returns the burst in which it is held if it exceeds a cap.
pub(super) fn count_agreed(
    Work { app, tx, now }: Work<'_, '_>,
    device: &Device,
    command: &Command,
) -> Result<Option<BurstId>, AppError> {
    let act = Act {
        force: device.force,
        deed: command.deed,
        devices: &[device.id],
        by: &command.asked_by,
        loss: None,
    };
    Ok(match caps::admit(Work { app, tx, now }, &act)? {
        Verdict::Go => None,
        Verdict::Hold(burst) => Some(burst),
    })
}

/// Deed that is asked for, with the channel that it is for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    enrolment: EnrolmentId,
    deed: Deed,
    /// Who asks, as the ledger names them.
    by: &'a str,
}

fn row(app: &App, asked: Asked<'_>, sent: &Sent<'_>, now: Timestamp) -> Result<Command, AppError> {
    let Asked { enrolment, deed, by } = asked;
    Ok(Command {
        id: CommandId::from_uuid(app.world().uuid()),
        enrolment,
        word: sent.spec.order.word().to_owned(),
        lane: sent.weight.lane.place(),
        spec: sent.spec.to_json()?,
        state: CommandState::Queued,
        asked_by: by.to_owned(),
        reason: None,
        case: None,
        queued_at: now,
        delivered_at: None,
        deliveries: 0,
        finished_at: None,
        error: None,
        deed,
        effect: deed.effect(),
        burst: None,
        expires_at: None,
        approved_by: None,
    })
}
