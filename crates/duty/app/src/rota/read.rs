//! Shows rotas: all that somebody may see, one with its final schedule, and the turns that can be swapped.

use domain::local_time::instant;
use domain::{CoverState, Force, LayerId, OverrideId, OverrideKind, PersonId, RotaId, Timestamp};
use kernel::access::{ManageDuty, Permit, PermitWithin, Reach, Relation, SeeDuty, permit_within};
use kernel::{App, AppError, Work};
use store::people::Person;
use store::rota_covers::{self, CoverRow};
use store::rotas::{self as rows, LayerRow};
use store::{Tx, people};

use super::fields::ahead;
use super::load::{Loaded, Window, load, turns};
use super::overrides::{SWAP_AHEAD, swappable};
use super::own::{CoverRead, shown};
use super::warn::{Trouble, found};
use store::rotas::RotaRow;

/// Most spells of a schedule that are shown.
const MOST_SPELLS: usize = 400;
/// Number of next turns that are shown.
const NEXT: usize = 2;

/// A spell of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpellRead {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// The names of who is on call, in the order in which they are called.
    pub people: Vec<String>,
    /// The names of who would be and is away.
    pub missing: Vec<String>,
}

/// A rota, as pages need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotaView {
    /// Its id.
    pub id: RotaId,
    /// The force that it belongs to.
    pub force: Force,
    /// Its name, unique among the force's rotas in use.
    pub name: String,
    /// The word of the role that it is asked for; empty for none.
    pub role: String,
    /// Its place among the rotas of that role.
    pub place: i64,
    /// The hours that it must cover, as written; empty for every hour.
    pub hours: String,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
    /// Counts every change of the rota, its layers and its changes for a span.
    pub version: i64,
}

impl From<RotaRow> for RotaView {
    fn from(row: RotaRow) -> Self {
        Self {
            id: row.id,
            force: row.force,
            name: row.name,
            role: row.role,
            place: row.place,
            hours: row.hours,
            retired_at: row.retired_at,
            version: row.version,
        }
    }
}

/// A layer or temporary rota, as pages need it.
#[derive(Debug, Clone)]
pub struct LayerView {
    /// Its id.
    pub id: LayerId,
    /// Its name.
    pub name: String,
    /// The word of the unit of a turn.
    pub unit: String,
    /// How many units a turn lasts.
    pub turn: i64,
    /// The first hand-over by the wall clock.
    pub first: String,
    /// The hours in which it applies, as written; empty for every hour.
    pub hours: String,
    /// The span of a temporary rota.
    pub span: Option<(Timestamp, Timestamp)>,
}

impl From<&LayerRow> for LayerView {
    fn from(row: &LayerRow) -> Self {
        Self {
            id: row.id,
            name: row.name.clone(),
            unit: row.unit.clone(),
            turn: row.turn,
            first: row.first.clone(),
            hours: row.hours.clone(),
            span: row.span,
        }
    }
}

/// Somebody of a rota, with how they are reached.
#[derive(Debug, Clone)]
pub struct PersonView {
    /// Their name.
    pub name: String,
    /// Their collar or staff number.
    pub number: String,
    /// Their work telephone, if it is known.
    pub phone: Option<String>,
}

impl From<&Person> for PersonView {
    fn from(row: &Person) -> Self {
        Self { name: row.name.clone(), number: row.number.clone(), phone: row.phone.clone() }
    }
}

/// A rota in the list.
#[derive(Debug, Clone)]
pub struct RotaBrief {
    /// What is known of it.
    pub row: RotaView,
    /// Who is on call now, in order.
    pub now: Vec<PersonView>,
    /// The next two turns.
    pub next: Vec<SpellRead>,
    /// The number of troubles in the next weeks.
    pub troubles: usize,
}

/// A layer or temporary rota as it is shown.
#[derive(Debug, Clone)]
pub struct LayerRead {
    /// What is known of it.
    pub row: LayerView,
    /// The first hand-over.
    pub first: Timestamp,
    /// The participants in order.
    pub people: Vec<PersonView>,
}

/// An override as it is shown.
#[derive(Debug, Clone)]
pub struct OverrideRead {
    /// Its id.
    pub id: OverrideId,
    /// What it does.
    pub kind: OverrideKind,
    /// The name of who is added or taken out.
    pub person: String,
    /// The name of who stands in.
    pub with: String,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Why it was made.
    pub reason: String,
    /// Whether it is half of a swap.
    pub is_swap: bool,
    /// When the two people asked and agreed, where it came from a request for cover.
    pub agreed: Option<AgreedRead>,
}

/// When two people agreed who takes a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgreedRead {
    /// When the one asked.
    pub asked_at: Timestamp,
    /// When the other agreed.
    pub agreed_at: Timestamp,
}

/// A hand-over note as it is shown.
#[derive(Debug, Clone)]
pub struct NoteRead {
    /// The writer's name.
    pub by: String,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub note: String,
}

/// One rota.
#[derive(Debug, Clone)]
pub struct RotaRead {
    /// It as the list has it.
    pub brief: RotaBrief,
    /// The owner's name.
    pub owner: String,
    /// What is wrong in the next weeks, gaps first.
    pub troubles: Vec<Trouble>,
    /// The final schedule of the next weeks, four hundred spells at most.
    pub schedule: Vec<SpellRead>,
    /// The end of the schedule.
    pub until: Timestamp,
    /// Its layers in order.
    pub layers: Vec<LayerRead>,
    /// Its temporary rotas that are not over.
    pub temporary: Vec<LayerRead>,
    /// Its overrides that are not over.
    pub overrides: Vec<OverrideRead>,
    /// Requests for cover that wait for a colleague.
    pub covers: Vec<CoverRead>,
    /// Hand-over notes, the latest first.
    pub notes: Vec<NoteRead>,
    /// Whether the reader may change it.
    pub may_manage: bool,
    /// Whether the reader may leave a note.
    pub may_note: bool,
}

/// A turn that can be swapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnChoice {
    /// The word by which the form names it.
    pub word: String,
    /// The name of the person whose turn it is.
    pub name: String,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

/// Lists the rotas in use of the forces that the reader may see, or else those that they take part in or are told of.
///
/// # Errors
/// Only if the database does not answer.
pub async fn rotas(app: &App, permit: PermitWithin<SeeDuty>) -> Result<Vec<RotaBrief>, AppError> {
    let (app, reach) = (app.clone(), permit.reach());
    app.clone()
        .store()
        .read(move |tx| {
            let rows = match reach {
                Reach::Force(scope) => rows::list(tx, scope.force())?,
                Reach::Related { me, force, own: true, .. } => {
                    let mut own = rows::with_person(tx, me)?;
                    own.retain(|row| row.force == force);
                    own
                }
                Reach::Related { .. } | Reach::Nothing => Vec::new(),
            };
            let window = window(&app);
            let mut all = Vec::new();
            for row in rows {
                let loaded = load(tx, row, window)?;
                all.push(brief(Work { app: &app, tx, now: window.from }, &loaded, window)?);
            }
            Ok(all)
        })
        .await
}

/// Reads one rota.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force, and for somebody who neither may see the duty of the
/// force nor takes part in the rota nor is told of its gaps.
pub async fn rota_of(app: &App, permit: PermitWithin<SeeDuty>, id: RotaId) -> Result<RotaRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let window = window(&app);
            let loaded = seen(tx, &permit, id, window)?;
            let actor = permit.actor();
            let may_manage = permit_within::<ManageDuty>(actor)
                .is_ok_and(|permit| permit.covers(loaded.row.force, Relation::None));
            let owner = people::by_id(tx, loaded.row.owner)?.map(|owner| owner.name).unwrap_or_default();
            let mut notes = Vec::new();
            for note in rows::notes(tx, id)? {
                let by = people::by_id(tx, note.person)?.map(|person| person.name).unwrap_or_default();
                notes.push(NoteRead { by, at: note.created_at, note: note.note });
            }
            let layer = |row: &LayerRow| LayerRead {
                people: row
                    .people
                    .iter()
                    .filter_map(|id| loaded.people.get(id))
                    .map(PersonView::from)
                    .collect(),
                first: row.first.parse().map(instant).unwrap_or_default(),
                row: LayerView::from(row),
            };
            let in_use = loaded.row.retired_at.is_none();
            let asked = rota_covers::of_rota(tx, id, window.from)?;
            let mut covers = Vec::new();
            for cover in asked.iter().filter(|cover| cover.state == CoverState::Asked) {
                covers.push(shown(tx, cover, window.from)?);
            }
            let work = Work { app: &app, tx, now: window.from };
            let troubles = if in_use { found(work, &loaded, window.until)?.0 } else { Vec::new() };
            Ok(RotaRead {
                brief: brief(Work { app: &app, tx, now: window.from }, &loaded, window)?,
                owner,
                troubles,
                schedule: schedule(&loaded, window),
                until: window.until,
                layers: loaded.layers.iter().map(layer).collect(),
                temporary: loaded.temporary.iter().map(layer).collect(),
                overrides: overrides(&loaded, &asked),
                covers,
                notes,
                may_manage: may_manage && in_use,
                may_note: in_use && actor.person.is_some() && (may_manage || loaded.has(actor.person)),
            })
        })
        .await
}

/// Reads a rota for the form that changes it, with the owner's number.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn rota_to_change(
    app: &App,
    permit: Permit<ManageDuty>,
    id: RotaId,
) -> Result<(RotaView, String), AppError> {
    app.store()
        .read(move |tx| {
            let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("rota", id))?;
            permit.reaches(row.force)?;
            let owner = people::by_id(tx, row.owner)?.map(|owner| owner.number).unwrap_or_default();
            Ok((row.into(), owner))
        })
        .await
}

/// Lists the turns of the next twelve weeks that can be swapped.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn turn_choices(
    app: &App,
    permit: Permit<ManageDuty>,
    id: RotaId,
) -> Result<Vec<TurnChoice>, AppError> {
    let now = app.world().now();
    app.store()
        .read(move |tx| {
            let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("rota", id))?;
            permit.reaches(row.force)?;
            let window = Window::new(now, now.plus(SWAP_AHEAD));
            let loaded = load(tx, row, window)?;
            let choice = |turn: super::load::OwnTurn| TurnChoice {
                word: format!("{}/{}", turn.start.millis(), turn.person),
                name: loaded.name(turn.person),
                start: turn.start,
                end: turn.end,
            };
            let open = swappable(&turns(&loaded.rota, window), window);
            Ok(open.into_iter().take(MOST_SPELLS).map(choice).collect())
        })
        .await
}

/// Reads a rota that the permit covers: the force's duty, or a rota that the reader takes part in or is told of.
pub(super) fn seen(
    tx: &mut Tx<'_>,
    permit: &PermitWithin<SeeDuty>,
    id: RotaId,
    window: Window,
) -> Result<Loaded, AppError> {
    let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("rota", id))?;
    let (force, actor) = (row.force, permit.actor());
    let mut loaded = load(tx, row, window)?;
    let me = match actor.person.filter(|me| loaded.has(Some(*me)) || loaded.row.owner == *me) {
        Some(me) => people::by_id(tx, me)?,
        None => None,
    };
    permit.reaches_held(force, me.as_ref())?;
    if loaded.row.retired_at.is_some() {
        // Nobody is on call by a retired rota, whatever its layers would say.
        loaded.rota.layers.clear();
        loaded.rota.changes.clear();
    }
    Ok(loaded)
}

/// Returns the window for which a rota is shown.
fn window(app: &App) -> Window {
    let now = app.world().now();
    Window::new(now, now.plus(ahead(app)))
}

fn brief(work: Work<'_, '_>, loaded: &Loaded, window: Window) -> Result<RotaBrief, AppError> {
    let on_call =
        if loaded.row.retired_at.is_some() { Vec::new() } else { loaded.rota.on_call_at(window.from).people };
    let person = |id: &PersonId| loaded.people.get(id).map(PersonView::from);
    let until = window.until.max(window.from.plus(SWAP_AHEAD));
    let next = loaded.rota.next_turns(window.from, until, NEXT);
    Ok(RotaBrief {
        row: loaded.row.clone().into(),
        now: on_call.iter().filter_map(person).collect(),
        next: next.iter().map(|spell| spell_read(loaded, spell)).collect(),
        troubles: found(work, loaded, window.until)?.0.len(),
    })
}

fn schedule(loaded: &Loaded, window: Window) -> Vec<SpellRead> {
    let spells = loaded.rota.schedule(window.from, window.until);
    spells.iter().take(MOST_SPELLS).map(|spell| spell_read(loaded, spell)).collect()
}

fn spell_read(loaded: &Loaded, spell: &duty::rota::Spell) -> SpellRead {
    SpellRead {
        start: spell.start,
        end: spell.end,
        people: loaded.names(&spell.watch.people),
        missing: loaded.names(&spell.watch.missing),
    }
}

fn overrides(loaded: &Loaded, covers: &[CoverRow]) -> Vec<OverrideRead> {
    let agreed = |row: &store::rota_overrides::OverrideRow| {
        let cover = covers.iter().find(|cover| cover.change == Some(row.id))?;
        Some(AgreedRead { asked_at: cover.asked_at, agreed_at: cover.ended_at? })
    };
    let read = |row: &store::rota_overrides::OverrideRow| OverrideRead {
        id: row.id,
        kind: row.kind,
        person: loaded.name(row.person),
        with: row.with.map(|with| loaded.name(with)).unwrap_or_default(),
        start: row.start,
        end: row.end,
        reason: row.reason.clone(),
        is_swap: row.swap.is_some(),
        agreed: agreed(row),
    };
    loaded.overrides.iter().map(read).collect()
}
