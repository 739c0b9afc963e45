//! Notifies a person of what is asked of them: the only place from which movers and leavers hear about it.

use domain::{CaseId, PersonId};
use policy::MoverEvent;
use store::events::Event;
use store::people::Person;
use store::{case_steps, people};

use kernel::{AppError, Work};
use notices_app::{Notice, Told};

/// Notifies the person of an event of what is asked of them, by when and where.
pub fn tell_of_event(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    person: &Person,
    event: &Event,
    kind: &MoverEvent,
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
    tell(Work { app, tx, now }, case, person.id, &telling)
}

/// Notifies a person about a case, as soon as they may be notified; records that in the timeline. The same key again
/// sends nothing.
pub fn tell(
    Work { app, tx, now }: Work<'_, '_>,
    case: CaseId,
    to: PersonId,
    telling: &Telling<'_>,
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
    crate::say(
        Work { app, tx, now },
        case,
        "system",
        &format!("{name} {how}: {}.", telling.subject.to_lowercase()),
    )
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
