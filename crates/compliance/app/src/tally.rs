//! Counts findings by outcome, for a clause and for a document.

use std::collections::BTreeMap;

use domain::{ClauseId, Force};
use policy::{Clause, KeptBy};
use store::findings::TallyLine;
use store::{Tx, findings};

use kernel::AppError;

/// Number of findings by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number that are met.
    pub met: u64,
    /// Number that are not met.
    pub not_met: u64,
    /// Number that are not known.
    pub not_known: u64,
    /// Number that are not applicable.
    pub not_applicable: u64,
}

impl Tally {
    fn count(&mut self, outcome: &str, by: u64) {
        match outcome {
            "met" => self.met += by,
            "not-met" => self.not_met += by,
            "not-applicable" => self.not_applicable += by,
            // A word that this version does not know must not count as good.
            _ => self.not_known += by,
        }
    }

    pub(super) fn of_lines(lines: &[TallyLine]) -> Self {
        let mut tally = Self::default();
        for (_, _, outcome, count) in lines {
            tally.count(outcome, count.unsigned_abs());
        }
        tally
    }

    /// Returns the sum of all four.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.met + self.not_met + self.not_known + self.not_applicable
    }

    /// Returns the outcome of a clause as a whole: one finding not met makes it not met; otherwise one not known makes it not
    /// known.
    const fn word(self) -> &'static str {
        match self {
            Self { not_met: 1.., .. } => "not-met",
            Self { not_known: 1.., .. } => "not-known",
            Self { met: 1.., .. } => "met",
            Self { not_applicable: 1.., .. } => "not-applicable",
            _ => "not-known",
        }
    }
}

/// Counts the findings of each clause, for one force or for both.
pub fn by_clause(tx: &mut Tx<'_>, force: Option<Force>) -> Result<BTreeMap<String, Tally>, AppError> {
    let mut all: BTreeMap<String, Tally> = BTreeMap::new();
    for (clause, _, outcome, count) in findings::tally_of(tx, force)? {
        all.entry(clause).or_default().count(&outcome, count.unsigned_abs());
    }
    Ok(all)
}

/// Returns whether anything judges the clause: one that nothing enforces has no outcome, and none is made up for it.
pub(super) fn is_judged(clause: &Clause) -> bool {
    clause.kept_by.iter().any(|kept| !matches!(kept, KeptBy::Nothing { .. }))
}

/// Counts the clauses of a document by their own outcome. A clause that should be judged and never was is not known.
pub fn of_document<'a>(
    clauses: impl Iterator<Item = &'a Clause>,
    by_clause: &BTreeMap<String, Tally>,
) -> Tally {
    let mut tally = Tally::default();
    for clause in clauses.filter(|clause| is_judged(clause)) {
        tally.count(tally_of(by_clause, &clause.id).word(), 1);
    }
    tally
}

pub(super) fn tally_of(by_clause: &BTreeMap<String, Tally>, clause: &ClauseId) -> Tally {
    by_clause.get(clause.as_str()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_speaks_for_the_clause_and_silence_is_not_known() {
        let tally =
            |met, not_met, not_known, not_applicable| Tally { met, not_met, not_known, not_applicable };
        assert_eq!(tally(90, 1, 5, 0).word(), "not-met");
        assert_eq!(tally(90, 0, 1, 3).word(), "not-known");
        assert_eq!(tally(1, 0, 0, 9).word(), "met");
        assert_eq!(tally(0, 0, 0, 9).word(), "not-applicable");
        assert_eq!(Tally::default().word(), "not-known", "never judged is never good");
        let mut strange = Tally::default();
        strange.count("splendid", 2);
        assert_eq!(strange.not_known, 2);
    }
}
