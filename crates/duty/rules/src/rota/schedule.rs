//! Works out a rota's final schedule, its gaps and its next turns.

use domain::{PersonId, Span, Timestamp};

use super::{Rota, Watch, What};

/// The longest span of a schedule, in days; what lies beyond it is not examined.
pub const LONGEST_SPAN_DAYS: i64 = 400;

/// A span during which the same people are on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Who is on call in it.
    pub watch: Watch,
}

/// A span within the rota's hours during which nobody is on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Who would be on call and is away.
    pub missing: Vec<PersonId>,
}

impl Rota {
    /// Returns the final schedule between two times: spells in order that cover the whole span, each as long as the same
    /// people are on call and missing. A spell with nobody is among them.
    #[must_use]
    pub fn schedule(&self, from: Timestamp, to: Timestamp) -> Vec<Spell> {
        let mut spells: Vec<Spell> = Vec::new();
        for (start, end) in self.pieces(from, to, false) {
            let watch = self.on_call_at(start);
            match spells.last_mut() {
                Some(last) if last.watch == watch => last.end = end,
                _ => spells.push(Spell { start, end, watch }),
            }
        }
        spells
    }

    /// Returns the gaps between two times, in order: the times within the rota's hours at which nobody is on call.
    #[must_use]
    pub fn gaps(&self, from: Timestamp, to: Timestamp) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        for (start, end) in self.pieces(from, to, true) {
            let watch = self.on_call_at(start);
            if !watch.people.is_empty() || !self.hours.cover(start) {
                continue;
            }
            match gaps.last_mut() {
                Some(last) if last.end == start && last.missing == watch.missing => last.end = end,
                _ => gaps.push(Gap { start, end, missing: watch.missing }),
            }
        }
        gaps
    }

    /// Returns the next spells after a time in which other people are on call than at that time, `count` at most. Times
    /// with nobody are passed over.
    #[must_use]
    pub fn next_turns(&self, at: Timestamp, until: Timestamp, count: usize) -> Vec<Spell> {
        let mut before = self.on_call_at(at).people;
        let mut next: Vec<Spell> = Vec::new();
        for spell in self.schedule(at, until) {
            if next.len() >= count {
                break;
            }
            if !spell.watch.people.is_empty() && spell.watch.people != before {
                before.clone_from(&spell.watch.people);
                next.push(spell);
            }
        }
        next
    }

    /// Returns everybody who is on call or missing at some time of a span, each once.
    #[must_use]
    pub fn people_between(&self, from: Timestamp, to: Timestamp) -> Vec<PersonId> {
        let spells = self.schedule(from, to);
        let mut all: Vec<PersonId> = spells
            .into_iter()
            .flat_map(|spell| [spell.watch.people, spell.watch.missing])
            .flatten()
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Cuts a span at every instant at which the outcome can change.
    fn pieces(&self, from: Timestamp, to: Timestamp, hours: bool) -> Vec<(Timestamp, Timestamp)> {
        let to = to.min(from.plus(Span::from_secs(LONGEST_SPAN_DAYS * 24 * 3600)));
        if to <= from {
            return Vec::new();
        }
        let mut edges = vec![from, to];
        for layer in self.layers() {
            layer.edges(from, to, &mut edges);
        }
        for change in self.changes() {
            edges.extend([change.start, change.end]);
            if let What::Temporary(layer) = &change.what {
                layer.edges(from.max(change.start), to.min(change.end), &mut edges);
            }
        }
        edges.extend(self.away.values().flatten().flat_map(|(start, end)| [*start, *end]));
        if hours {
            self.hours.edges(from, to, &mut edges);
        }
        edges.retain(|edge| from <= *edge && *edge <= to);
        edges.sort_unstable();
        edges.dedup();
        edges.iter().copied().zip(edges.iter().copied().skip(1)).collect()
    }
}

/// Returns whether gaps after a change contain a time that was no gap before it.
#[must_use]
pub fn adds_gap(before: &[Gap], after: &[Gap]) -> bool {
    after.iter().any(|gap| {
        // The gaps before are in order: each that begins at or before the point moves the point to its end.
        let reached = before
            .iter()
            .fold(gap.start, |point, one| if one.start <= point { point.max(one.end) } else { point });
        reached < gap.end
    })
}
