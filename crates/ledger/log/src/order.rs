//! Finds the entries of an export that are missing, moved, swapped or repeated, in one pass and little memory.
//!
//! Lines carry their index. As long as they count up there is nothing to do. At the first that does not, the *next*
//! line decides what it was: an unexpected line in another's place, one inserted in between, or the end of a gap. At
//! the end, an unexpected line whose own place is empty was moved; one whose place is taken is a repetition; two in
//! each other's empty places were swapped.

use crate::fault::Fault;

/// An entry line that is not in its place.
#[derive(Debug, Clone, Copy)]
struct Stranger {
    index: u64,
    line: u64,
    /// The entry whose place it takes, if it takes one.
    instead_of: Option<u64>,
}

/// The state of following the indexes of an export's entry lines.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// The index that belongs next.
    next: u64,
    /// The last line's index and line, if it was not the expected one and is not yet explained.
    pending: Option<(u64, u64)>,
    /// Unreadable lines since the last good one: they explain a gap of as many entries.
    unreadable: u64,
    /// Gaps, as first and last index.
    missing: Vec<(u64, u64)>,
    strangers: Vec<Stranger>,
}

impl Order {
    /// Takes the next entry line.
    pub(crate) fn entry(&mut self, index: u64, line: u64) {
        let Some((held, held_line)) = self.pending.take() else {
            if index == self.next {
                self.unreadable = 0;
                self.next = index.saturating_add(1);
            } else {
                self.pending = Some((index, line));
            }
            return;
        };
        if Some(index) == self.next.checked_add(1) && held != index {
            // The index continues as if the held line had been the right one, replaced by an unexpected one.
            self.strangers.push(Stranger { index: held, line: held_line, instead_of: Some(self.next) });
            self.gap(self.next, self.next);
            self.next = index.saturating_add(1);
        } else if held > self.next && index > held {
            // The index continues beyond the held line: there is a gap before that one.
            self.gap(self.next, held.saturating_sub(1));
            self.next = held.saturating_add(1);
            self.entry(index, line);
        } else {
            // Two neighbours in the wrong order look like this; `explain` reports them as swapped.
            let neighbours = index == self.next && self.next.checked_add(1) == Some(held);
            let instead_of = neighbours.then_some(index);
            self.strangers.push(Stranger { index: held, line: held_line, instead_of });
            self.entry(index, line);
        }
    }

    /// Takes a line that could not be read and may have been an entry.
    pub(crate) fn unreadable(&mut self) {
        self.unreadable = self.unreadable.saturating_add(1);
    }

    /// Returns the number of things out of order so far.
    pub(crate) fn count(&self) -> usize {
        self.missing.len() + self.strangers.len()
    }

    /// Ends the file. `sealed` is the number of entries that the largest checkpoint covers: those beyond the last
    /// line are missing. Returns the faults, and the index after the last entry seen in order.
    pub(crate) fn finish(mut self, sealed: u64) -> (Vec<Fault>, u64) {
        if let Some((held, line)) = self.pending.take() {
            if held > self.next {
                self.gap(self.next, held - 1);
                self.next = held.saturating_add(1);
            } else {
                self.strangers.push(Stranger { index: held, line, instead_of: None });
            }
        }
        if sealed > self.next {
            self.gap(self.next, sealed - 1);
        }
        let faults = self.explain();
        (faults, self.next)
    }

    fn gap(&mut self, from: u64, to: u64) {
        let wide = to.saturating_sub(from).saturating_add(1);
        if wide != self.unreadable {
            self.missing.push((from, to));
        }
        self.unreadable = 0;
    }

    fn explain(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut strangers = std::mem::take(&mut self.strangers);
        while let Some(one) = strangers.pop() {
            let partner = strangers
                .iter()
                .position(|other| one.instead_of == Some(other.index) && other.instead_of == Some(one.index));
            let in_missing = self.take_missing(one.index);
            if let Some(place) = partner {
                let other = strangers.swap_remove(place);
                self.take_missing(other.index);
                let (first, second) = (one.index.min(other.index), one.index.max(other.index));
                faults.push(Fault::Swapped { first, second });
            } else if in_missing && one.instead_of.and_then(|place| place.checked_add(1)) == Some(one.index) {
                faults.push(Fault::Swapped { first: one.index.saturating_sub(1), second: one.index });
            } else if in_missing {
                faults.push(Fault::Moved { index: one.index, line: one.line });
            } else {
                faults.push(Fault::Repeated { index: one.index, line: one.line });
            }
        }
        self.missing.sort_unstable();
        faults.extend(self.missing.iter().map(|&(from, to)| Fault::Dropped { from, to }));
        faults
    }

    /// Takes an index out of the gaps; returns whether it was in one.
    fn take_missing(&mut self, index: u64) -> bool {
        let Some(place) = self.missing.iter().position(|&(from, to)| (from..=to).contains(&index)) else {
            return false;
        };
        let (from, to) = self.missing.swap_remove(place);
        if from < index {
            self.missing.push((from, index - 1));
        }
        if index < to {
            self.missing.push((index + 1, to));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the faults of entry lines with these indexes, on lines from 2 on, sealed up to `sealed`.
    fn faults(indexes: impl IntoIterator<Item = u64>, sealed: u64) -> Vec<Fault> {
        let mut order = Order::default();
        for (index, line) in indexes.into_iter().zip(2..) {
            order.entry(index, line);
        }
        order.finish(sealed).0
    }

    #[test]
    fn what_counts_up_has_no_fault() {
        assert_eq!(faults(0..10, 10), []);
        assert_eq!(faults([], 0), []);
    }

    #[test]
    fn what_is_gone_is_named() {
        assert_eq!(faults([1, 2, 3], 0), [Fault::Dropped { from: 0, to: 0 }]);
        assert_eq!(faults([0, 1, 5, 6], 0), [Fault::Dropped { from: 2, to: 4 }]);
        assert_eq!(
            faults([0, 2, 4, 5], 0),
            [Fault::Dropped { from: 1, to: 1 }, Fault::Dropped { from: 3, to: 3 }]
        );
        assert_eq!(faults([0, 1, 3], 0), [Fault::Dropped { from: 2, to: 2 }]);
        assert_eq!(faults([0, 1], 5), [Fault::Dropped { from: 2, to: 4 }]);
    }

    #[test]
    fn what_changed_places_is_named() {
        assert_eq!(faults([0, 7, 2, 3, 4, 5, 6, 1, 8], 9), [Fault::Swapped { first: 1, second: 7 }]);
        assert_eq!(faults([0, 2, 1, 3, 4], 5), [Fault::Swapped { first: 1, second: 2 }]);
        assert_eq!(faults([0, 1, 3, 2], 4), [Fault::Swapped { first: 2, second: 3 }]);
        assert_eq!(faults([0, 2, 3, 4, 1, 5, 6], 7), [Fault::Moved { index: 1, line: 6 }]);
        assert_eq!(faults([0, 5, 1, 2, 3, 4, 6, 7], 8), [Fault::Moved { index: 5, line: 3 }]);
    }

    #[test]
    fn what_stands_there_twice_is_named() {
        assert_eq!(faults([0, 1, 1, 2, 3], 4), [Fault::Repeated { index: 1, line: 4 }]);
        assert_eq!(faults([0, 1, 2, 0], 3), [Fault::Repeated { index: 0, line: 5 }]);
        // A number that was written over: its own place is empty, and the number is there twice.
        let overwritten = [Fault::Repeated { index: 4, line: 4 }, Fault::Dropped { from: 2, to: 2 }];
        assert_eq!(faults([0, 1, 4, 3, 4, 5], 6), overwritten);
    }

    #[test]
    fn an_unreadable_line_explains_its_own_gap() {
        let mut order = Order::default();
        order.entry(0, 2);
        order.unreadable();
        order.entry(2, 4);
        order.entry(3, 5);
        assert_eq!(order.finish(4).0, []);
    }

    #[test]
    fn no_numbers_make_it_fall_over() {
        for odd in [[u64::MAX, 0, u64::MAX, 1], [u64::MAX, u64::MAX, u64::MAX, u64::MAX], [3, 2, 1, 0]] {
            assert_ne!(faults(odd, u64::MAX), []);
        }
    }
}
