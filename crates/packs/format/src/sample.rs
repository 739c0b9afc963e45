//! Draws a sample that anybody can draw again from its seed.
//!
//! Each member of the population has a rank: SHA-256 of the seed and its name. The members with the lowest ranks are the sample.
//! The pack holds the ranks of all, so a reader sees that none with a lower rank was passed over, and learns nothing of the
//! others: their names hold random bits.

use ledger::Hash;
use serde::{Deserialize, Serialize};

/// Most members of a population: their ranks go into the pack.
pub const MAX_POPULATION: usize = 100_000;

/// How a sample was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// The population, in a word.
    pub of: String,
    /// The year that it is of, where it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// How many were asked for.
    pub size: u64,
    /// The seed.
    pub seed: u64,
    /// The ranks of the whole population, lowest first.
    pub ranks: Vec<Hash>,
}

/// Returns the rank of a member.
#[must_use]
pub fn rank(seed: u64, subject: &str) -> Hash {
    Hash::of(&[b"lanyard sample\n", seed.to_string().as_bytes(), b"\n", subject.as_bytes()])
}

impl Sample {
    /// Draws a sample; returns it with its members, by their place in the population.
    ///
    /// # Errors
    /// When the population is larger than a pack can hold.
    pub fn draw(
        of: &str,
        year: Option<i16>,
        size: u64,
        seed: u64,
        population: &[String],
    ) -> Option<(Self, Vec<usize>)> {
        if population.len() > MAX_POPULATION {
            return None;
        }
        let mut ranked: Vec<(Hash, usize)> =
            population.iter().enumerate().map(|(place, subject)| (rank(seed, subject), place)).collect();
        ranked.sort_unstable();
        let many = usize::try_from(size).unwrap_or(usize::MAX);
        let drawn = ranked.iter().take(many).map(|(_, place)| *place).collect();
        let ranks = ranked.into_iter().map(|(rank, _)| rank).collect();
        Some((Self { of: of.to_owned(), year, size, seed, ranks }, drawn))
    }

    /// Returns what is wrong with a sample of these subjects.
    pub(crate) fn wrong(&self, subjects: &[&str]) -> Option<String> {
        if !self.ranks.is_sorted_by(|one, next| one < next) {
            return Some("the ranks of the population are not in order".to_owned());
        }
        let many = usize::try_from(self.size).unwrap_or(usize::MAX).min(self.ranks.len());
        let mut own: Vec<Hash> = subjects.iter().map(|subject| rank(self.seed, subject)).collect();
        own.sort_unstable();
        let lowest = self.ranks.get(..many).unwrap_or_default();
        (own != lowest).then(|| {
            format!(
                "the {} subjects are not those that the seed {} draws from {}",
                own.len(),
                self.seed,
                self.ranks.len()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn population() -> Vec<String> {
        (0..200).map(|number| format!("person:{number}")).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_draws_others() {
        let all = population();
        let (sample, drawn) = Sample::draw("leavers", Some(2026), 25, 7, &all).unwrap();
        let mut shuffled = all.clone();
        shuffled.reverse();
        let (again, places) = Sample::draw("leavers", Some(2026), 25, 7, &shuffled).unwrap();
        let names = |all: &[String], drawn: &[usize]| -> Vec<String> {
            drawn.iter().map(|one| all[*one].clone()).collect()
        };
        assert_eq!((&sample, names(&all, &drawn)), (&again, names(&shuffled, &places)), "whatever the order");
        let (_, other) = Sample::draw("leavers", Some(2026), 25, 8, &all).unwrap();
        assert_ne!(drawn, other);
        let subjects: Vec<&str> = drawn.iter().map(|one| all[*one].as_str()).collect();
        assert_eq!(sample.wrong(&subjects), None);
    }

    #[test]
    fn a_member_that_is_passed_over_or_swapped_is_found() {
        let all = population();
        let (sample, drawn) = Sample::draw("leavers", None, 5, 7, &all).unwrap();
        let subjects: Vec<&str> = drawn.iter().map(|one| all[*one].as_str()).collect();
        assert!(sample.wrong(&subjects[1..]).is_some());
        let outsider = all.iter().enumerate().find(|(place, _)| !drawn.contains(place)).unwrap().1;
        let mut swapped = subjects.clone();
        swapped[0] = outsider;
        assert!(sample.wrong(&swapped).is_some());
        let hidden = Sample { ranks: sample.ranks[1..].to_vec(), ..sample.clone() };
        assert!(hidden.wrong(&subjects).is_some(), "a rank that was taken out");
        let (few, all_drawn) = Sample::draw("leavers", None, 25, 7, &all[..3]).unwrap();
        assert_eq!((few.ranks.len(), all_drawn.len()), (3, 3), "a small population is taken whole");
    }
}
