//! Works out who is on call in a rota: layers of turns, changes for a span, gaps, and whose turn is next.
//!
//! A [`Rota`] is everything that decides it. Where several layers cover a time, the later layer overrides the earlier
//! one; an earlier layer steps in where the later one has nobody or its person is away. Changes apply in the
//! order in which they were made: a temporary rota replaces the layers and the changes made before it, and changes
//! made after it apply to it. A participant who has left or is away keeps their place, so that nobody's turn moves
//! because of it: they are passed over and named as missing.

mod hours;
mod layer;
mod schedule;
#[cfg(test)]
mod tests;

pub use hours::{Hours, HoursError, MOST_WINDOWS};
pub use layer::{LONGEST_TURN_DAYS, Layer, Turn, TurnUnit};
pub use schedule::{Gap, LONGEST_SPAN_DAYS, Spell, adds_gap};

use std::collections::BTreeMap;

use domain::{PersonId, Timestamp};

/// Most layers of a rota.
pub const MOST_LAYERS: usize = 8;
/// Most participants of a layer.
pub const MOST_PEOPLE: usize = 40;
/// Most changes of a rota that are examined: the first ones in the order in which they were made.
pub const MOST_CHANGES: usize = 400;

/// The times at which people are away: on leave, or gone for good.
pub type Away = BTreeMap<PersonId, Vec<(Timestamp, Timestamp)>>;

/// A rota: who is on call follows from it and a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rota {
    /// The hours that it must cover: a time within them without anybody is a gap.
    pub hours: Hours,
    /// Its layers; a later one overrides an earlier one.
    pub layers: Vec<Layer>,
    /// Its changes in the order in which they were made.
    pub changes: Vec<Change>,
    /// When its people are away.
    pub away: Away,
}

/// A change of a rota for a span: from `start` up to, not including, `end`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// What it changes.
    pub what: What,
}

/// What a change does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Adds a person, who is called after those who are on call already.
    Add(PersonId),
    /// Takes a person out.
    Remove(PersonId),
    /// Puts one person in the place of another, wherever the other would be on call.
    Replace {
        /// Who is taken out.
        out: PersonId,
        /// Who stands in.
        with: PersonId,
    },
    /// Replaces the layers and all earlier changes.
    Temporary(Layer),
}

/// Who is on call at a point in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    /// Who is on call, in the order in which they are called. Nobody twice.
    pub people: Vec<PersonId>,
    /// Who would be on call and is away.
    pub missing: Vec<PersonId>,
}

impl Change {
    const fn covers(&self, at: Timestamp) -> bool {
        self.start.millis() <= at.millis() && at.millis() < self.end.millis()
    }
}

impl Rota {
    /// Returns who is on call at a time.
    #[must_use]
    pub fn on_call_at(&self, at: Timestamp) -> Watch {
        // The latest layer comes first: if somebody of it is available, earlier layers are not on call.
        let mut stack: Vec<PersonId> =
            self.layers().iter().rev().filter_map(|layer| layer.person_at(at)).collect();
        let mut added: Vec<PersonId> = Vec::new();
        for change in self.changes().filter(|change| change.covers(at)) {
            match &change.what {
                What::Add(person) => added.push(*person),
                What::Remove(person) => {
                    stack.retain(|one| one != person);
                    added.retain(|one| one != person);
                }
                What::Replace { out, with } => {
                    for one in stack.iter_mut().chain(added.iter_mut()).filter(|one| *one == out) {
                        *one = *with;
                    }
                }
                What::Temporary(layer) => {
                    stack = layer.person_at(at).into_iter().collect();
                    added.clear();
                }
            }
        }
        self.watch(&stack, &added, at)
    }

    fn watch(&self, stack: &[PersonId], added: &[PersonId], at: Timestamp) -> Watch {
        let mut watch = Watch::default();
        let place = |list: &mut Vec<PersonId>, person: PersonId| {
            if !list.contains(&person) {
                list.push(person);
            }
        };
        for person in stack {
            if self.is_away(*person, at) {
                place(&mut watch.missing, *person);
            } else {
                place(&mut watch.people, *person);
                break;
            }
        }
        for person in added {
            let list = if self.is_away(*person, at) { &mut watch.missing } else { &mut watch.people };
            place(list, *person);
        }
        watch
    }

    fn is_away(&self, person: PersonId, at: Timestamp) -> bool {
        self.away.get(&person).is_some_and(|spans| spans.iter().any(|(start, end)| *start <= at && at < *end))
    }

    fn layers(&self) -> &[Layer] {
        self.layers.get(..MOST_LAYERS).unwrap_or(&self.layers)
    }

    fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().take(MOST_CHANGES)
    }
}
