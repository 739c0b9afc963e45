//! Looks after a device that enrolled again although nobody had it erased: it may have been wiped. It rejoins a case of its holder
//! that is open, or opens one, and says so on its timeline.

use domain::DeviceId;
use serde_json::json;
use store::locks::{self, Lock};
use store::{cases, devices};

use cases_app::Opening;
use kernel::access::Voice;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// The type of case of a device that enrolled again, and may have been wiped.
const WIPED: &str = "wiped";
/// The types of case that such a device rejoins, the most telling first.
const REJOINS: [&str; 5] = ["lost-device", "tampered", "password-reset", "password-compromised", WIPED];
/// What is known, and what is not.
const SAYS: &str = "The device enrolled again, and nobody had it erased from here. It may have been wiped (ten wrong attempts do \
                    that, and so does somebody who has it in hand), or its management profile was removed and a new one \
                    installed. If it was wiped, what had not been sent in is gone.";

/// Notes on a case that a device enrolled again, perhaps wiped. Running it again for the same enrolment changes nothing.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_wiped(app: &App, device: DeviceId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| follow_in(Work { app: &app, tx, now }, device)).await
}

fn follow_in(Work { app, tx, now }: Work<'_, '_>, id: DeviceId) -> Result<(), AppError> {
    locks::take(tx, Lock::Device(id))?;
    let Some(device) = devices::by_id(tx, id)? else { return Ok(()) };
    let Some(enrolment) = device.enrolment else { return Ok(()) };
    let line = format!("{SAYS} (enrolment {})", enrolment.to_string().get(..8).unwrap_or_default());
    let all = cases::of_device(tx, id)?;
    for case in &all {
        if cases::events(tx, case.id)?.iter().any(|(_, _, says)| *says == line) {
            return Ok(());
        }
    }
    let open =
        REJOINS.iter().find_map(|kind| all.iter().find(|case| case.kind == *kind && case.closed.is_none()));
    let case = match open {
        Some(open) => {
            cases_app::say(Work { app, tx, now }, open.id, Voice::SYSTEM.shown, &line)?;
            open.id
        }
        // A device that nobody holds is prepared for the next holder by whoever enrolled it again.
        None if device.holder.is_none() || crate::known_kind(app, WIPED).is_err() => return Ok(()),
        None => {
            let opening = Opening {
                kind: WIPED,
                force: device.force,
                device: Some(id),
                person: device.holder,
                clause: cases_app::clause_of_procedure(app, WIPED),
                title: format!("{}: enrolled again, perhaps wiped", cases_app::device_item(&device).title),
                date: None,
                event: None,
                place: None,
                items: Vec::new(),
                says: (Voice::SYSTEM.shown, &line),
            };
            cases_app::open_case(Work { app, tx, now }, &opening)?
        }
    };
    let record = Record::new("system", "device.enrolled-again", format!("device:{id}"))
        .force(device.force)
        .reason(if open.is_some() { "joined" } else { "opened" })
        .detail(json!({ "case": case, "enrolment": enrolment }));
    app.enter(tx, now, record)
}
