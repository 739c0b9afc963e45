//! Working days: Monday to Friday without the days off that the force lists.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

/// Days off: weekends, and the days of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkingDays {
    off: BTreeSet<Date>,
}

/// Working days are counted over at most so many days: a list could make every day one off.
const MOST: usize = 400;

impl WorkingDays {
    /// Makes a calendar with these days off beside the weekends.
    #[must_use]
    pub fn without(off: impl IntoIterator<Item = Date>) -> Self {
        Self { off: off.into_iter().collect() }
    }

    /// Returns whether it is a working day.
    #[must_use]
    pub fn is_one(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.off.contains(&day)
    }

    /// Returns the working day that is so many working days before `day`. With 0 it is `day` itself, or the last working day
    /// before it: what is due on a day off is due before it.
    #[must_use]
    pub fn before(&self, day: Date, days: i64) -> Date {
        let mut at = day;
        let mut left = days.max(0);
        for _ in 0..MOST {
            if self.is_one(at) {
                if left == 0 {
                    return at;
                }
                left -= 1;
            }
            let Ok(earlier) = at.yesterday() else { return at };
            at = earlier;
        }
        at
    }

    /// Returns whether the list says anything of that year. Where it does not, bank holidays of that year are not known.
    #[must_use]
    pub fn knows_year(&self, year: i16) -> bool {
        self.off.iter().any(|day| day.year() == year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn weekends_and_listed_days_do_not_count() {
        let days = WorkingDays::without([day("2026-12-25"), day("2026-12-28")]);
        // A Tuesday after Christmas: Monday is off, then the weekend, then Christmas on Friday.
        for (before, wanted) in [(0, "2026-12-29"), (1, "2026-12-24"), (2, "2026-12-23")] {
            assert_eq!(days.before(day("2026-12-29"), before), day(wanted), "{before}");
        }
        assert_eq!(
            days.before(day("2026-12-27"), 0),
            day("2026-12-24"),
            "a Sunday is due before the weekend"
        );
        assert_eq!(days.before(day("2026-12-27"), -3), day("2026-12-24"), "there is no less than none");
        assert!(days.knows_year(2026) && !days.knows_year(2031));
    }

    #[test]
    fn a_list_that_leaves_no_working_day_ends_all_the_same() {
        let mut at = day("2025-01-01");
        let mut all = Vec::new();
        while at < day("2027-12-31") {
            all.push(at);
            at = at.tomorrow().unwrap();
        }
        let none = WorkingDays::without(all);
        assert!(none.before(day("2027-06-01"), 1) < day("2027-06-01"));
    }
}
