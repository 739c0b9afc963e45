//! Gathers what the force knows of an incident already, so that nobody is asked for it.

use domain::local_time::local;
use domain::{Deed, HandoverKind, HandoverState, Timestamp};
use store::cases::Case;
use store::devices::Device;
use store::incidents::Incident;
use store::{Tx, assets, commands, devices, handovers, people};

use kernel::access::{Actor, SeeCommands, SeeCustody, SeeDevices, SeeIdentifiers, SeePeople};
use kernel::words::{shown, who};
use kernel::{App, AppError, access};

/// Most orders of a device that are looked at.
const LOOKED_AT: u32 = 200;

/// One thing that is known: what, and its value in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFact {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: String,
}

fn fact(name: &str, value: impl Into<String>) -> KnownFact {
    KnownFact { name: name.to_owned(), value: value.into() }
}

/// Writes a time for a sentence, on the force's clock.
pub(crate) fn at(time: Timestamp) -> String {
    local(time).strftime("%-d %B %Y, %H:%M").to_string()
}

/// Lists what is known and the reader may see: the case, the person and who manages them, the device, its custody, and what was done to
/// contain it. Each part asks for the action that the device's or the person's own page asks for.
pub(crate) fn known_facts(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: &Incident,
    case: &Case,
) -> Result<Vec<KnownFact>, AppError> {
    let mut facts = vec![
        fact("Case", format!("C-{}, {}", case.number, case.title)),
        fact("Force", app.force_title(row.force)),
        fact("The force became aware", at(row.aware_at)),
    ];
    let reporter = row.person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
    if let Some(person) = reporter.filter(|one| access::may_held::<SeePeople>(actor, one.force, Some(one))) {
        facts.push(fact("Reporter", shown(&person)));
        facts.extend(person.unit.map(|unit| fact("Unit", unit)));
        facts.extend(person.phone.map(|phone| fact("Work telephone", phone)));
        let manager = person.line_manager.map(|manager| people::by_id(tx, manager)).transpose()?.flatten();
        facts.extend(manager.map(|manager| fact("Line manager", shown(&manager))));
    }
    if let Some(device) = row.device.map(|device| devices::by_id(tx, device)).transpose()?.flatten() {
        facts.extend(of_device(tx, actor, row, &device)?);
    }
    Ok(facts)
}

fn of_device(
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: &Incident,
    device: &Device,
) -> Result<Vec<KnownFact>, AppError> {
    let holder = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
    let (force, of) = (device.force, holder.as_ref());
    let mut facts = Vec::new();
    if access::may_held::<SeeDevices>(actor, force, of) {
        facts.push(fact("Device", cases_app::device_item(device).title));
        facts.extend(device.model.clone().map(|model| fact("Model", model)));
        facts.extend(of.map(|holder| fact("Holder in the register", shown(holder))));
        facts.extend(device.last_contact_at.map(|last| fact("The device last reported", at(last))));
    }
    if access::may_held::<SeeIdentifiers>(actor, force, of) {
        let asset = assets::of(tx, device)?;
        facts.extend(asset.imei.map(|imei| fact("IMEI", imei)));
        facts.extend(asset.iccid.map(|iccid| fact("SIM (ICCID)", iccid)));
        facts.extend(asset.eid.map(|eid| fact("eSIM (EID)", eid)));
    }
    if access::may_held::<SeeCustody>(actor, force, of) {
        let signed = handovers::of_device(tx, device.id)?;
        let signed = signed.into_iter().find(|one| one.state == HandoverState::Complete);
        let ended = signed.and_then(|one| one.ended.map(|(ended, _)| (one.kind, ended)));
        let says =
            |(kind, ended): (HandoverKind, Timestamp)| format!("{}, signed {}", kind.title(), at(ended));
        facts.extend(ended.map(|last| fact("Last hand-over", says(last))));
    }
    // An order may be part of an inquiry: nobody reads those on the device that they hold themselves.
    if access::may_held::<SeeCommands>(actor, force, of) {
        facts.extend(containment(tx, row, device.id)?);
    }
    Ok(facts)
}

/// Lists what was ordered to contain the device since the force knew, each with who asked and what the device said.
fn containment(
    tx: &mut Tx<'_>,
    row: &Incident,
    device: domain::DeviceId,
) -> Result<Vec<KnownFact>, AppError> {
    let mut facts = Vec::new();
    for command in commands::of_device(tx, device, LOOKED_AT)?.into_iter().rev() {
        let concerns =
            command.deed.contains_loss() || matches!(command.deed, Deed::LostModeOff | Deed::Erase);
        if !concerns || command.queued_at < row.aware_at {
            continue;
        }
        let asked = format!("asked for by {} {}", who(tx, &command.asked_by)?, at(command.queued_at));
        let state = match command.finished_at {
            Some(ended) if command.state == domain::CommandState::Acknowledged => {
                format!("acknowledged by the device {}", at(ended))
            }
            Some(ended) => format!("ended without an acknowledgement {}", at(ended)),
            None => "not acknowledged yet".to_owned(),
        };
        facts.push(fact(command.deed.title(), format!("{asked}; {state}")));
    }
    if facts.is_empty() {
        facts.push(fact("Lock", "nothing was ordered on the device since"));
    }
    Ok(facts)
}
