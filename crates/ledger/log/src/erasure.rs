//! Writes and checks the entries that record which private details were erased.
//!
//! A detail that is missing without such an entry was deleted, and a check of the whole ledger reports it. The entry
//! names the positions whose details were erased, in its subject: `details:0-57,60,311-400`. The subject stays for as
//! long as the log does.

use crate::fault::Fault;

/// The action of the entry.
pub const DETAILS_ERASED: &str = "ledger.details.erased";
const PREFIX: &str = "details:";
/// The longest subject that is written: well below what an entry's text may have.
const LONGEST: usize = 2000;

/// Writes the subjects that name these positions; several where one would become too long.
#[must_use]
pub fn erased_subjects(places: &[u64]) -> Vec<String> {
    let mut places = places.to_vec();
    places.sort_unstable();
    places.dedup();
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for place in places {
        match ranges.last_mut() {
            Some((_, to)) if to.checked_add(1) == Some(place) => *to = place,
            _ => ranges.push((place, place)),
        }
    }
    let mut subjects: Vec<String> = Vec::new();
    for (from, to) in ranges {
        let text = if from == to { from.to_string() } else { format!("{from}-{to}") };
        match subjects.last_mut().filter(|last| last.len() + text.len() < LONGEST) {
            Some(last) => {
                last.push(',');
                last.push_str(&text);
            }
            None => subjects.push(format!("{PREFIX}{text}")),
        }
    }
    subjects
}

/// Parses the positions that a subject names; `None` if it names none in this form.
fn places(subject: &str) -> Option<Vec<(u64, u64)>> {
    let range = |text: &str| -> Option<(u64, u64)> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        (from <= to).then_some((from, to))
    };
    subject.strip_prefix(PREFIX)?.split(',').map(range).collect()
}

/// The state of following an export's entries: details that are missing, and erasures that the ledger records.
#[derive(Debug, Default)]
pub(crate) struct Erasures {
    gone: Vec<(u64, u64)>,
    told: Vec<(u64, u64)>,
}

impl Erasures {
    /// Takes an entry whose detail is missing.
    pub(crate) fn gone(&mut self, index: u64) {
        match self.gone.last_mut() {
            Some((_, to)) if to.checked_add(1) == Some(index) => *to = index,
            _ => self.gone.push((index, index)),
        }
    }

    /// Takes any entry; an erasure covers only entries before it.
    pub(crate) fn entry(&mut self, index: u64, action: &str, subject: &str) {
        if action == DETAILS_ERASED {
            self.told.extend(places(subject).unwrap_or_default().into_iter().filter(|(_, to)| *to < index));
        }
    }

    /// Returns the details that are missing without an entry about it, as faults.
    pub(crate) fn faults(mut self) -> Vec<Fault> {
        self.told.sort_unstable();
        let mut faults = Vec::new();
        let mut told = self.told.into_iter().peekable();
        // The first index that earlier ranges do not cover.
        let mut known = 0;
        for (from, to) in self.gone {
            let mut at = from.max(known);
            while at <= to {
                match told.next_if(|(start, _)| *start <= to) {
                    Some((start, end)) => {
                        if start > at && end >= at {
                            faults.push(Fault::DetailGone { from: at, to: start - 1 });
                        }
                        known = known.max(end.saturating_add(1));
                        at = at.max(known);
                    }
                    None => {
                        faults.push(Fault::DetailGone { from: at, to });
                        break;
                    }
                }
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_read_back_and_stay_short() {
        assert_eq!(erased_subjects(&[3, 0, 1, 2, 7, 7]), ["details:0-3,7"]);
        assert_eq!(places("details:0-3,7").unwrap(), [(0, 3), (7, 7)]);
        let many: Vec<u64> = (0..2000).map(|n| n * 2 + 1_000_000).collect();
        let subjects = erased_subjects(&many);
        assert!(subjects.len() > 1 && subjects.iter().all(|one| one.len() <= LONGEST), "{}", subjects.len());
        let read: Vec<u64> =
            subjects.iter().flat_map(|one| places(one).unwrap()).map(|(from, _)| from).collect();
        assert_eq!(read, many);
        for bad in ["details:", "details:3-1", "details:x", "0-3", "details:1,,2", "details:-1"] {
            assert_eq!(places(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_gone_and_was_not_told_is_named() {
        let mut erasures = Erasures::default();
        for index in [0, 1, 2, 3, 4, 9, 12] {
            erasures.gone(index);
        }
        erasures.entry(20, DETAILS_ERASED, "details:1-2,4");
        erasures.entry(21, "person.erased", "details:0-50");
        // An entry covers only earlier entries.
        erasures.entry(5, DETAILS_ERASED, "details:9-12");
        let range = |from, to| Fault::DetailGone { from, to };
        assert_eq!(erasures.faults(), [range(0, 0), range(3, 3), range(9, 9), range(12, 12)]);
    }
}
