//! What a person is told when an event asks something of them.

use domain::{CaseId, Timestamp};
use policy::MoverEvent;
use store::events::Event;
use store::people::Person;
use store::{Tx, case_steps};

use crate::{App, AppError};

impl App {
    /// Tells the person of an event what is asked of them, by when and where; it stands in the case's timeline.
    pub(super) fn tell_of_event(
        &self,
        tx: &mut Tx<'_>,
        case: CaseId,
        person: &Person,
        (event, kind): (&Event, &MoverEvent),
        now: Timestamp,
    ) -> Result<(), AppError> {
        let steps = case_steps::of_case(tx, case)?;
        let things: Vec<&str> = steps
            .iter()
            .filter(|step| step.done.is_none() && !step.item.is_empty())
            .map(|step| step.title.as_str())
            .collect();
        let body = body(event, kind, &things);
        self.say(tx, case, "system", &format!("Told {}: {body}", person.name), now)
    }
}

fn body(event: &Event, kind: &MoverEvent, things: &[&str]) -> String {
    let place = kind.place.as_ref().map(|place| format!(" Place: {place}.")).unwrap_or_default();
    let list = if things.is_empty() { String::new() } else { format!(" {}.", things.join("; ")) };
    format!("{} ({}: {}; {}).{place}{list}", kind.tells, kind.date, event.on, event.because)
}
