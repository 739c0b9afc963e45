//! Shows somebody their own time on call: their turns, requests for cover by and to them, and the address of their calendar.

use domain::{CoverId, CoverState, PersonId, RotaId, Timestamp};
use kernel::access::{Permit, SeeOwn};
use kernel::{App, AppError};
use store::people::Person;
use store::rota_covers::{self as covers, CoverRow};
use store::{Tx, calendar_addresses, people, rota_overrides as overrides, rotas as rows};

use super::load::{Window, load, turns};
use super::overrides::SWAP_AHEAD;

/// Most turns that are shown.
const MOST_TURNS: usize = 200;

/// One turn of the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTurnRead {
    /// The rota.
    pub rota: RotaId,
    /// The rota's name.
    pub name: String,
    /// Its first instant; now for a turn that is under way.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

/// Somebody of the same rota who can take a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// The person.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their collar or staff number.
    pub number: String,
    /// The name of the rota; of several, each with a comma.
    pub rota: String,
}

/// A request for cover as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverRead {
    /// Its id.
    pub id: CoverId,
    /// The rota's name.
    pub rota: String,
    /// The name of the person who asks.
    pub asks: String,
    /// The name of the colleague who is asked.
    pub asked: String,
    /// The first instant of the span.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Why it is asked.
    pub reason: String,
    /// How far it is.
    pub state: CoverState,
    /// Whether what was agreed was withdrawn since.
    pub undone: bool,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Whether it can still be answered.
    pub open: bool,
}

/// The address of a person's calendar; the address itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRead {
    /// When it was made.
    pub made_at: Timestamp,
    /// When a program last read it.
    pub read_at: Option<Timestamp>,
}

/// Somebody's own time on call.
#[derive(Debug, Clone, Default)]
pub struct OnCallRead {
    /// Their turns of the next twelve weeks, the next one first.
    pub turns: Vec<OwnTurnRead>,
    /// The rotas that they take part in: id and name.
    pub rotas: Vec<(RotaId, String)>,
    /// Their colleagues who have a proven way of being reached.
    pub colleagues: Vec<Colleague>,
    /// Requests to them, the latest first.
    pub to_me: Vec<CoverRead>,
    /// Requests by them, the latest first.
    pub by_me: Vec<CoverRead>,
    /// The address of their calendar.
    pub address: Option<AddressRead>,
}

/// Reads the reader's own time on call; `None` for somebody who is not, or no longer, in the register.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_on_call(app: &App, permit: Permit<SeeOwn>) -> Result<Option<OnCallRead>, AppError> {
    let Some(me) = permit.actor().person else { return Ok(None) };
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            if people::by_id(tx, me)?.is_none_or(|person| person.ended_at.is_some()) {
                return Ok(None);
            }
            let mut read = OnCallRead::default();
            let window = Window::new(now, now.plus(SWAP_AHEAD));
            for row in rows::with_person(tx, me)? {
                let loaded = load(tx, row, window)?;
                if !loaded.has(Some(me)) {
                    continue;
                }
                let (rota, name) = (loaded.row.id, loaded.row.name.clone());
                let own = turns(&loaded.rota, window).into_iter().filter(|turn| turn.person == me);
                read.turns.extend(own.map(|turn| OwnTurnRead {
                    rota,
                    name: name.clone(),
                    start: turn.start,
                    end: turn.end,
                }));
                let others = loaded.people.values().filter(|person| {
                    person.id != me && person.ended_at.is_none() && loaded.reaches(&app, person.id)
                });
                for person in others {
                    add_colleague(&mut read.colleagues, person, &name);
                }
                read.rotas.push((rota, name));
            }
            read.turns.sort_by_key(|turn| turn.start);
            read.turns.truncate(MOST_TURNS);
            for cover in covers::of_person(tx, me, now)? {
                let shown = shown(tx, &cover, now)?;
                let list = if cover.with == me { &mut read.to_me } else { &mut read.by_me };
                list.push(shown);
            }
            read.address = calendar_addresses::of_person(tx, me)?
                .map(|row| AddressRead { made_at: row.made_at, read_at: row.read_at });
            Ok(Some(read))
        })
        .await
}

/// Adds a colleague of a rota; one who is there already is named with both rotas.
fn add_colleague(all: &mut Vec<Colleague>, person: &Person, rota: &str) {
    if let Some(known) = all.iter_mut().find(|known| known.id == person.id) {
        known.rota = format!("{}, {rota}", known.rota);
        return;
    }
    all.push(Colleague {
        id: person.id,
        name: person.name.clone(),
        number: person.number.clone(),
        rota: rota.to_owned(),
    });
}

/// Returns a request with the names in it.
pub(super) fn shown(tx: &mut Tx<'_>, cover: &CoverRow, now: Timestamp) -> Result<CoverRead, AppError> {
    let rota = rows::by_id(tx, cover.rota)?.map(|rota| rota.name).unwrap_or_default();
    let asks = people::by_id(tx, cover.person)?.map(|person| person.name).unwrap_or_default();
    let asked = people::by_id(tx, cover.with)?.map(|person| person.name).unwrap_or_default();
    let change = cover.change.map(|id| overrides::by_id(tx, id)).transpose()?.flatten();
    Ok(CoverRead {
        id: cover.id,
        rota,
        asks,
        asked,
        start: cover.start,
        end: cover.end,
        reason: cover.reason.clone(),
        state: cover.state,
        undone: change.is_some_and(|change| change.withdrawn_at.is_some()),
        asked_at: cover.asked_at,
        open: cover.state == CoverState::Asked && cover.start > now,
    })
}

/// Returns how many requests wait for a person's answer, for what they have to do.
///
/// # Errors
/// Only if the database does not answer.
pub fn covers_to_answer(tx: &mut Tx<'_>, person: PersonId, now: Timestamp) -> Result<i64, AppError> {
    Ok(covers::waiting_for(tx, person, now)?)
}
