//! People. They come by hand (`edit`), by file (`import`) or from a directory ([`crate::directory`]), and all of these keep
//! them in one way (`keep`). What they accept is in `terms`.

mod edit;
mod erase;
pub mod import;
pub(crate) mod keep;
mod plan;

pub use edit::{add_person, edit_person, end_person};
pub use erase::{erase_due_people, people_due_for_erasure};

use domain::Timestamp;
use store::Tx;
use store::people::Person;

use crate::{App, AppError, jobs};

pub use edit::{NewPerson, PersonEdit};
pub use erase::DueForErasure;

pub(crate) fn text(field: &'static str, value: &str, most: usize) -> Result<String, AppError> {
    let value = value.trim();
    if value.is_empty() {
        return Err(AppError::invalid(
            field,
            match field {
                "reason" | "why" | "because" | "end-reason" | "confirm-reason" => "enter a reason",
                "name" => "enter a name",
                "number" => "enter a number",
                "note" => "enter a note",
                "reference" => "enter a reference",
                "message" => "enter a message",
                _ => "enter something here",
            },
        ));
    }
    if value.chars().count() > most {
        return Err(AppError::invalid(field, format!("shorten it to {most} characters")));
    }
    if value.chars().any(char::is_control) {
        return Err(AppError::invalid(field, "take out line breaks and control characters"));
    }
    Ok(value.to_owned())
}

pub(crate) fn optional_text(
    field: &'static str,
    value: Option<&str>,
    most: usize,
) -> Result<Option<String>, AppError> {
    match value.map(str::trim) {
        None | Some("") => Ok(None),
        Some(value) => text(field, value, most).map(Some),
    }
}

/// What a change of a person sets off: a line manager, a job, a last day, an ending or a return that is not what it
/// was. Every way in (a directory, a file, a page) calls this once for each person that it changed, in the
/// transaction that changed them; `before` is `None` for somebody new.
pub(crate) fn person_changed(
    app: &App,
    tx: &mut Tx<'_>,
    before: Option<&Person>,
    after: &Person,
    now: Timestamp,
) -> Result<(), AppError> {
    let judged_otherwise = before.is_none_or(|before| {
        before.role != after.role || before.ended_at.is_some() != after.ended_at.is_some()
    });
    if judged_otherwise {
        crate::jobs::ask_job(app, tx, jobs::Kind::JudgePerson, &after.id.to_string(), now)?;
    }
    crate::movers::follow_own_days(app, tx, before, after, now)
}
