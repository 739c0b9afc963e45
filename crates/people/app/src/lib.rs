//! Keeps the register of people: their records, their roles, and the events in their working lives.
//!
//! Records come by hand (`edit`), by file (`import`) or from a directory ([`crate::directory`]), and all of these
//! save them through `keep`. What people accept is in `terms`.

pub mod directory;
pub mod ending;
pub mod events;
pub mod grants;
pub mod movers;

mod edit;
mod erase;
pub mod import;
pub mod keep;
mod list;
mod plan;
mod views;

pub use edit::{add_person, edit_person, end_person};
pub use erase::{erase_due_people, people_due_for_erasure};

use store::people::Person;

use kernel::{AppError, Work, jobs};

pub use edit::{NewPerson, PersonEdit};
pub use erase::DueForErasure;
pub use list::{all_people, person_numbered};
pub use views::{
    EventView, GrantView, GroupView, ListedEvent, ListedGrant, PersonView, ProvisionedPerson, TakeoverView,
};

/// Starts what follows from a change of a person: a changed line manager, job, last day, end or return. Every source
/// of changes (a directory, a file, a page) calls this once for each person that it changed, in the transaction that
/// changed them; `before` is `None` for a new person.
pub(crate) fn person_changed(
    Work { app, tx, now }: Work<'_, '_>,
    before: Option<&Person>,
    after: &Person,
) -> Result<(), AppError> {
    let judged_otherwise = before.is_none_or(|before| {
        before.role != after.role || before.ended_at.is_some() != after.ended_at.is_some()
    });
    if judged_otherwise {
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgePerson, &after.id.to_string(), now)?;
    }
    crate::movers::follow_own_days(Work { app, tx, now }, before, after)
}
