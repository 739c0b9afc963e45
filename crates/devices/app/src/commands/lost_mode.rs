//! Tells whether a device is in lost mode.

use domain::{CommandState, Deed, DeviceId, FactValue};
use store::{Tx, commands, messages};

use kernel::AppError;

/// Most orders of a device that are looked at.
const LOOKED_AT: u32 = 200;

/// Returns whether a device is in lost mode: of the orders that put it on and off, the last that it acknowledged puts it on, and it
/// has not reported since that it is off.
///
/// # Errors
/// Only if the database does not answer.
pub fn is_in_lost_mode(tx: &mut Tx<'_>, device: DeviceId) -> Result<bool, AppError> {
    let about = |deed| matches!(deed, Deed::LostMode | Deed::LostModeOff);
    // The newest last: of several that were answered at one moment, the one that was asked for last counts.
    let answered = commands::of_device(tx, device, LOOKED_AT)?
        .into_iter()
        .rev()
        .filter(|order| order.state == CommandState::Acknowledged && about(order.deed))
        .max_by_key(|order| order.finished_at);
    let Some(on) = answered.filter(|order| order.deed == Deed::LostMode) else { return Ok(false) };
    let reported = messages::facts(tx, device)?
        .get("device.lost_mode")
        .map(|fact| (fact.value == FactValue::Bool(true), fact.at));
    let off = reported.is_some_and(|(is_on, at)| !is_on && on.finished_at.is_some_and(|taken| at > taken));
    Ok(!off)
}
