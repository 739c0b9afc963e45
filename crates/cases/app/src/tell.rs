//! Notifies a person of what is asked of them: the only place from which movers and leavers hear about it.

use domain::{CaseId, PersonId, Timestamp};
use policy::MoverEvent;
use store::events::Event;
use store::people::Person;
use store::{Tx, case_steps, people};

use kernel::{App, AppError};
use notices_app::{Notice, Told};

/// Notifies the person of an event of what is asked of them, by when and where.
pub fn tell_of_event(
    app: &App,
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
    let telling = Telling {
        key: format!("event:{}:{}", event.id, event.on),
        subject: "What to hand over, and by when",
        body: &body(event, kind, &things),
        link: "/me",
    };
    tell(app, tx, case, person.id, &telling, now)
}

/// Notifies a person about a case, as soon as they may be notified; records that in the timeline. The same key again
/// sends nothing.
pub fn tell(
    app: &App,
    tx: &mut Tx<'_>,
    case: CaseId,
    to: PersonId,
    telling: &Telling<'_>,
    now: Timestamp,
) -> Result<(), AppError> {
    let body: String = telling.body.chars().take(LONGEST).collect();
    let notice = Notice::routine(to, telling.key.as_str(), telling.subject).body(body).link(telling.link);
    let how = match notices_app::notify(app, tx, notice)? {
        Told::Already => return Ok(()),
        Told::Left => "has left, and was told nothing",
        Told::Now => "was told",
        Told::Held { .. } => "will be told when next on duty",
    };
    let name = people::by_id(tx, to)?.map_or_else(|| "Somebody".to_owned(), |person| person.name);
    crate::say(app, tx, case, "system", &format!("{name} {how}: {}.", telling.subject.to_lowercase()), now)
}

/// The longest body of a notice, in characters.
const LONGEST: usize = 2000;

/// A notice to a person about a case.
pub struct Telling<'a> {
    /// The key that identifies it, so that it is sent once.
    pub key: String,
    /// The subject: one line.
    pub subject: &'a str,
    /// The facts, then what to do.
    pub body: &'a str,
    /// The page that it links to.
    pub link: &'a str,
}

fn body(event: &Event, kind: &MoverEvent, things: &[&str]) -> String {
    let place = kind.place.as_ref().map(|place| format!(" Place: {place}.")).unwrap_or_default();
    let list = if things.is_empty() { String::new() } else { format!(" {}.", things.join("; ")) };
    format!("{} ({}: {}; {}).{place}{list}", kind.tells, kind.date, event.on, event.because)
}
