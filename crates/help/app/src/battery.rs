//! Reminds the holder of a device whose battery is low, once, before the shift that they are about to start.

use domain::{DeviceId, FactValue, Grade, Span};
use help::battery::{Battery, Rules, Word, word};
use store::{devices, messages, people};

use crate::tell;
use duty_app::State;
use kernel::named::NamedDevice;
use kernel::{App, AppError, Work, jobs};

/// How long before a shift, where the policy in force does not say.
const BEFORE: Span = Span::from_secs(2 * 3600);

/// Looks at the battery of a device and its holder's next shift. Running it again changes nothing: a shift is told of once.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_battery(app: &App, device: DeviceId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| follow_in(Work { app: &app, tx, now }, device)).await
}

fn follow_in(Work { app, tx, now }: Work<'_, '_>, id: DeviceId) -> Result<(), AppError> {
    let policy = app.policy();
    let library = policy.library();
    let rules = Rules {
        below: library.count("battery-before-shift-percent").unwrap_or(0),
        before: library.span("battery-before-shift").unwrap_or(BEFORE),
    };
    let Some(device) = devices::by_id(tx, id)?.filter(|device| device.retired_at.is_none()) else {
        return Ok(());
    };
    let Some(holder) = device.holder.map(|id| people::by_id(tx, id)).transpose()?.flatten() else {
        return Ok(());
    };
    let facts = messages::facts(tx, id)?;
    let said = facts.get("battery.percent").filter(|fact| fact.grade >= Grade::Reported);
    let Some((percent, at)) = said.and_then(|fact| match fact.value {
        FactValue::Count(percent) => Some((percent, fact.at)),
        _ => None,
    }) else {
        return Ok(());
    };
    // Somebody who is away, or of whom no roster is known, is told nothing.
    let shift = match duty_app::duty_state(tx, holder.id, now)? {
        State::OffDuty { next_start } | State::OnCall { next_start, .. } => next_start,
        State::OnDuty { .. } | State::OnLeave { .. } | State::NotKnown { .. } => None,
    };
    match word(&Battery { percent, at, shift }, &rules, now) {
        Word::Nothing => Ok(()),
        Word::LookAt(at) => jobs::ask_job(app, tx, jobs::Kind::FollowBattery, &id.to_string(), at),
        Word::Tell(shift) => {
            let title = NamedDevice::from(&device).for_holder();
            let body = format!(
                "{title} said that its battery stood at {percent} per cent. Charge it before your shift starts."
            );
            let told = tell::Word {
                to: holder.id,
                key: format!("battery:{id}:{}", shift.millis()),
                subject: "Charge your device before your shift",
                body: &body,
                link: "/me",
            };
            tell::before_shift(app, tx, &told).map(drop)
        }
    }
}
