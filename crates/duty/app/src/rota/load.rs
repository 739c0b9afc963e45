//! Reads a rota with everything that decides who is on call: layers, changes, and when its people are away.

use std::collections::BTreeMap;

use domain::local_time::midnight;
use domain::{Channel, OverrideKind, PeriodKind, PersonId, Span, Timestamp};
use duty::rota::{Change, Layer, Rota, Turn, What};
use jiff::ToSpan;
use store::duty as periods;
use store::people::{self, Person};
use store::rota_overrides::{self, OverrideRow};
use store::rotas::{self as rows, LayerRow, RotaRow};
use store::{Tx, duty::PeriodRow};

use kernel::{App, AppError};

/// The beginning and the end of time.
const EVER: (Timestamp, Timestamp) = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
/// Most absences of a participant that are read.
const MOST_ABSENCES: u32 = 500;

/// A window of time: from its first instant up to, not including, `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

impl Window {
    /// Makes a window; one that is empty still has the instant at its start.
    pub(crate) fn new(from: Timestamp, until: Timestamp) -> Self {
        Self { from, until: until.max(from.plus(Span::from_millis(1))) }
    }

    /// Makes the window of one instant.
    pub(crate) fn at(from: Timestamp) -> Self {
        Self::new(from, from)
    }
}

/// A rota as it is stored, and as the rules want it.
pub(crate) struct Loaded {
    /// Its row.
    pub row: RotaRow,
    /// Its layers in order.
    pub layers: Vec<LayerRow>,
    /// Its temporary rotas that are not over.
    pub temporary: Vec<LayerRow>,
    /// Its overrides that apply and are not over, in the order in which they were made.
    pub overrides: Vec<OverrideRow>,
    /// Everybody whom it names.
    pub people: BTreeMap<PersonId, Person>,
    /// The channels on which each of them has a verified way of being reached.
    pub channels: BTreeMap<PersonId, Vec<Channel>>,
    /// What decides who is on call.
    pub rota: Rota,
}

/// A time during which one person is on call without a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnTurn {
    /// The person.
    pub person: PersonId,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

/// Reads a rota with the absences of its people in a window.
pub(crate) fn load(tx: &mut Tx<'_>, row: RotaRow, window: Window) -> Result<Loaded, AppError> {
    let (temporary, layers): (Vec<LayerRow>, Vec<LayerRow>) =
        rows::layers(tx, row.id, window.from)?.into_iter().partition(|layer| layer.span.is_some());
    let overrides = rota_overrides::of_rota(tx, row.id, window.from)?;
    let mut rota = Rota { hours: hours(&row.hours)?, ..Rota::default() };
    for layer in &layers {
        rota.layers.push(layer_of(layer)?);
    }
    rota.changes = changes(&temporary, &overrides)?;
    let mut named: Vec<PersonId> =
        layers.iter().chain(&temporary).flat_map(|one| one.people.clone()).collect();
    named.extend(overrides.iter().flat_map(|one| one.with.into_iter().chain([one.person])));
    named.sort_unstable();
    named.dedup();
    let (mut known, mut channels) = (BTreeMap::new(), BTreeMap::new());
    for id in named {
        let person = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
        let proved = kernel::reach::proved(tx, &person)?;
        channels.insert(id, proved.into_iter().map(|way| way.channel).collect());
        rota.away.insert(id, away(tx, &row, &person, window)?);
        known.insert(id, person);
    }
    Ok(Loaded { row, layers, temporary, overrides, people: known, channels, rota })
}

impl Loaded {
    /// Returns a person's name; it is read with the rota.
    pub(super) fn name(&self, person: PersonId) -> String {
        self.people.get(&person).map(|one| one.name.clone()).unwrap_or_default()
    }

    /// Returns people's names.
    pub(super) fn names(&self, people: &[PersonId]) -> Vec<String> {
        people.iter().map(|person| self.name(*person)).collect()
    }

    /// Returns whether this service can reach a person on one of their ways.
    pub(super) fn reaches(&self, app: &App, person: PersonId) -> bool {
        let channels = self.channels.get(&person).into_iter().flatten();
        channels.copied().any(|channel| kernel::reach::sends(app, channel))
    }

    /// Returns whether the rota names a person.
    pub(super) fn has(&self, person: Option<PersonId>) -> bool {
        person.is_some_and(|person| self.people.contains_key(&person))
    }
}

/// Parses stored hours, which were checked before they were stored.
fn hours(text: &str) -> Result<duty::rota::Hours, AppError> {
    text.parse().map_err(|error| AppError::fault(&error))
}

fn layer_of(row: &LayerRow) -> Result<Layer, AppError> {
    let unit = row.unit.parse().map_err(|error| AppError::fault(&error))?;
    let turn = Turn::of(row.turn, unit).ok_or_else(|| {
        AppError::Fault(format!("the layer {} has a turn of {} {}", row.id, row.turn, row.unit))
    })?;
    let start = row.first.parse().map_err(|error: jiff::Error| AppError::fault(&error))?;
    Ok(Layer { people: row.people.clone(), turn, start, hours: hours(&row.hours)? })
}

/// Puts temporary rotas and overrides into the order in which they were made.
fn changes(temporary: &[LayerRow], overrides: &[OverrideRow]) -> Result<Vec<Change>, AppError> {
    let mut all = Vec::new();
    for row in temporary {
        let Some((start, end)) = row.span else { continue };
        let change = Change { start, end, what: What::Temporary(layer_of(row)?) };
        all.push((row.created_at, row.id.to_string(), change));
    }
    for row in overrides {
        let what = match (row.kind, row.with) {
            (OverrideKind::Replace, Some(with)) => What::Replace { out: row.person, with },
            (OverrideKind::Add, _) => What::Add(row.person),
            (OverrideKind::Remove | OverrideKind::Replace, _) => What::Remove(row.person),
        };
        let change = Change { start: row.start, end: row.end, what };
        all.push((row.created_at, row.id.to_string(), change));
    }
    all.sort_by(|one, two| (one.0, &one.1).cmp(&(two.0, &two.1)));
    Ok(all.into_iter().map(|(.., change)| change).collect())
}

/// Returns when a person is away: on leave, before their first day, and once they have left or moved to another force.
fn away(
    tx: &mut Tx<'_>,
    row: &RotaRow,
    person: &Person,
    window: Window,
) -> Result<Vec<(Timestamp, Timestamp)>, AppError> {
    if person.force != row.force {
        return Ok(vec![EVER]);
    }
    let last = person.last_day.map(|day| midnight(day.saturating_add(1.day())));
    let gone = person.ended_at.into_iter().chain(last).min();
    let mut away: Vec<_> = gone.map(|at| (at, EVER.1)).into_iter().collect();
    away.extend(person.starts_on.map(|day| (EVER.0, midnight(day))));
    let absences = periods::periods(tx, person.id, window.from, window.until, MOST_ABSENCES)?;
    let span = |row: PeriodRow| (row.kind == PeriodKind::Absence).then_some((row.start, row.end));
    away.extend(absences.into_iter().filter_map(span));
    Ok(away)
}

/// Returns every person's turns in a window, in order of their start: each as long as the person is on call, no matter who
/// else is.
pub(crate) fn turns(rota: &Rota, window: Window) -> Vec<OwnTurn> {
    let mut turns: Vec<OwnTurn> = Vec::new();
    for spell in rota.schedule(window.from, window.until) {
        for person in spell.watch.people {
            match turns.iter_mut().rev().find(|turn| turn.person == person) {
                Some(turn) if turn.end == spell.start => turn.end = spell.end,
                _ => turns.push(OwnTurn { person, start: spell.start, end: spell.end }),
            }
        }
    }
    turns
}
