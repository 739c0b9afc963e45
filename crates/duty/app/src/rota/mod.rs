//! On-call rotas in the database: who is on call, editing them, warnings of gaps, and calendars of turns.
//!
//! The crate `duty` works out what a rota says about a time.

mod address;
mod calendar;
mod change;
mod cover;
mod cover_due;
mod fields;
mod load;
mod overrides;
mod own;
mod read;
mod warn;
mod write;

pub use address::{calendar_at, make_calendar_address, withdraw_calendar_address};
pub use calendar::{own_calendar, rota_calendar};
pub use change::{Form, GapRead, Kept, WouldLeave};
pub use cover::{NewCover, answer_cover, ask_cover, withdraw_cover};
pub use cover_due::{CoverSaid, CoverWord, cover_due, note_cover_told};
pub use fields::{MOST_WEEKS, NewLayer, NewOverride, NewRota, NewSwap};
pub use overrides::{leave_note, override_rota, swap_turns, withdraw_override};
pub use own::{AddressRead, Colleague, CoverRead, OnCallRead, OwnTurnRead, covers_to_answer, own_on_call};
pub use read::{
    AgreedRead, LayerRead, LayerView, NoteRead, OverrideRead, PersonView, RotaBrief, RotaRead, RotaView,
    SpellRead, TurnChoice, rota_of, rota_to_change, rotas, turn_choices,
};
pub use warn::{Trouble, Warning, Word, next_warning, note_told, note_word, owner_warning, words_due};
pub use write::{add_rota, change_rota, put_layer, remove_layer, retire_rota};

use domain::{Force, PersonId, RotaId, Span, Timestamp};
use kernel::AppError;
use kernel::access::Role;
use store::{Tx, rotas as rows};

pub(crate) use load::Window;
use load::{load, turns};

/// How long the schedule is looked at for a person's own time on call.
const OWN_AHEAD: Span = Span::from_secs(35 * 24 * 3600);

/// Which rotas are asked who is on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCallFor {
    /// One rota.
    Rota(RotaId),
    /// The rotas of a force for a role, in their order.
    Role(Force, Role),
}

/// Returns who is on call at a time, in the order in which they are to be called: rota after rota, and in each first
/// who has the turn, then who was added. Nobody twice; nobody who has left or is on leave. Empty where nobody is, and for
/// a rota that does not exist or is retired.
///
/// # Errors
/// Only if the database does not answer.
pub fn on_call(tx: &mut Tx<'_>, whom: OnCallFor, at: Timestamp) -> Result<Vec<PersonId>, AppError> {
    let rotas = match whom {
        OnCallFor::Rota(id) => rows::by_id(tx, id)?.into_iter().collect(),
        OnCallFor::Role(force, role) => rows::for_role(tx, force, role.as_str())?,
    };
    let mut people = Vec::new();
    for row in rotas.into_iter().filter(|row| row.retired_at.is_none()) {
        for person in load(tx, row, Window::at(at))?.rota.on_call_at(at).people {
            if !people.contains(&person) {
                people.push(person);
            }
        }
    }
    Ok(people)
}

/// Returns a force's rotas in use in their order, for use cases that offer them for a choice; two hundred at most.
///
/// # Errors
/// Only if the database does not answer.
pub fn rotas_of(tx: &mut Tx<'_>, force: Force) -> Result<Vec<RotaView>, AppError> {
    Ok(rows::list(tx, Some(force))?.into_iter().map(RotaView::from).collect())
}

/// Returns a person's times on call by rotas in a window, which is cut to five weeks.
pub(crate) fn times_on_call(
    tx: &mut Tx<'_>,
    person: PersonId,
    window: Window,
) -> Result<Vec<(Timestamp, Timestamp)>, AppError> {
    let window = Window::new(window.from, window.until.min(window.from.plus(OWN_AHEAD)));
    let mut times = Vec::new();
    for row in rows::with_person(tx, person)? {
        let loaded = load(tx, row, window)?;
        let own = turns(&loaded.rota, window).into_iter().filter(|turn| turn.person == person);
        times.extend(own.map(|turn| (turn.start, turn.end)));
    }
    Ok(times)
}

/// Schedules a new check of every rota that a person takes part in, after their absences changed.
pub(crate) fn check_again(app: &kernel::App, tx: &mut Tx<'_>, person: PersonId) -> Result<(), AppError> {
    for row in rows::with_person(tx, person)? {
        change::follow(app, tx, row.id)?;
    }
    Ok(())
}

/// Returns everybody who is on call at a time by the rotas of a force, or of both.
pub(crate) fn everybody_on_call(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    at: Timestamp,
) -> Result<Vec<PersonId>, AppError> {
    let mut people = Vec::new();
    for row in rows::list(tx, force)? {
        people.extend(load(tx, row, Window::at(at))?.rota.on_call_at(at).people);
    }
    Ok(people)
}
