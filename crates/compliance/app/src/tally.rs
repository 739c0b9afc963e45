//! Counts findings of a clause by whom they are about. Devices, people and papers are never added together.

use std::collections::BTreeMap;

use compliance::BestOutcome;
use domain::{ClauseId, Force, Platform};
use policy::Clause;
use store::findings::{TallyAbout, TallyLine};
use store::{Tx, findings};

use kernel::AppError;

/// Number of findings by outcome, about subjects of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Number that are met.
    pub met: u64,
    /// Number that are not met; of people: that have not agreed in time.
    pub not_met: u64,
    /// Number that are not known; of people: that have not answered yet.
    pub not_known: u64,
    /// Number that are not applicable.
    pub not_applicable: u64,
    /// Number of people who have agreed.
    pub agreed: u64,
    /// Number that are on record.
    pub on_record: u64,
    /// Number in which there is nothing to keep.
    pub nothing_to_keep: u64,
}

impl Count {
    fn count(&mut self, outcome: &str, by: u64) {
        match outcome {
            "met" => self.met += by,
            "not-met" => self.not_met += by,
            "not-applicable" => self.not_applicable += by,
            "agreed" => self.agreed += by,
            "on-record" => self.on_record += by,
            "nothing-to-keep" => self.nothing_to_keep += by,
            // A word that this version does not know must not count as good.
            _ => self.not_known += by,
        }
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            met: self.met + other.met,
            not_met: self.not_met + other.not_met,
            not_known: self.not_known + other.not_known,
            not_applicable: self.not_applicable + other.not_applicable,
            agreed: self.agreed + other.agreed,
            on_record: self.on_record + other.on_record,
            nothing_to_keep: self.nothing_to_keep + other.nothing_to_keep,
        }
    }

    /// Returns the number that the clause concerns.
    #[must_use]
    pub const fn concerned(self) -> u64 {
        self.met + self.not_met + self.not_known + self.agreed + self.on_record
    }

    /// Returns the number of all of them.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.concerned() + self.not_applicable + self.nothing_to_keep
    }
}

/// Findings of one clause, by whom they are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Devices, by platform.
    pub devices: BTreeMap<Platform, Count>,
    /// People.
    pub people: Count,
    /// The document, and what is done under it.
    pub papers: Count,
}

impl Tally {
    fn take(&mut self, line: &TallyLine) {
        let count = match line.about {
            TallyAbout::Devices(kind) => match kind.platform() {
                Some(platform) => self.devices.entry(platform).or_default(),
                // Nothing manages such a device, so nothing judges it.
                None => return,
            },
            TallyAbout::People => &mut self.people,
            TallyAbout::Documents => &mut self.papers,
        };
        count.count(&line.outcome, line.count.unsigned_abs());
    }

    pub(super) fn of_lines(lines: &[TallyLine]) -> Self {
        let mut tally = Self::default();
        lines.iter().for_each(|line| tally.take(line));
        tally
    }

    /// Returns whether nothing was ever judged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.devices.is_empty() && self.people.total() == 0 && self.papers.total() == 0
    }

    /// Adds up the devices on whose platform the clause can be shown to be kept.
    pub(super) fn within(&self, clause: &Clause) -> Count {
        self.devices_that(|platform| never_shown(clause, platform).is_none())
    }

    /// Adds up the devices on whose platform the clause can never be shown to be kept.
    pub(super) fn beyond(&self, clause: &Clause) -> Count {
        self.devices_that(|platform| never_shown(clause, platform).is_some())
    }

    fn devices_that(&self, which: impl Fn(Platform) -> bool) -> Count {
        let chosen = self.devices.iter().filter(|(platform, _)| which(**platform));
        chosen.fold(Count::default(), |sum, (_, count)| sum.plus(*count))
    }
}

/// Returns why no device of a platform can ever be shown to keep a clause; `None` where some can, or where no check asks.
#[must_use]
pub fn never_shown(clause: &Clause, platform: Platform) -> Option<String> {
    clause.rules().find_map(|rule| match rule.bound.reach(platform) {
        BestOutcome::Meets | BestOutcome::NotAsked => None,
        BestOutcome::Never(why) => Some(why.to_owned()),
        BestOutcome::NoArm => Some(format!("No check exists for a {}.", platform.title())),
    })
}

/// Counts the findings of each clause, for one force or for all.
pub fn by_clause(tx: &mut Tx<'_>, force: Option<Force>) -> Result<BTreeMap<String, Tally>, AppError> {
    let mut all: BTreeMap<String, Tally> = BTreeMap::new();
    for line in findings::tally_of(tx, force)? {
        all.entry(line.clause.clone()).or_default().take(&line);
    }
    Ok(all)
}

pub(super) fn tally_of(by_clause: &BTreeMap<String, Tally>, clause: &ClauseId) -> Tally {
    by_clause.get(clause.as_str()).cloned().unwrap_or_default()
}

/// Says of a clause how many of how many: devices by platform, then people, then what is done and written down.
#[must_use]
pub fn says(clause: &Clause, tally: &Tally) -> Vec<String> {
    let devices = tally.devices.iter().filter(|_| clause.rules().next().is_some());
    let mut says: Vec<String> =
        devices.map(|(platform, count)| devices_say(clause, *platform, *count)).collect();
    let people = tally.people;
    if clause.asks_acceptance() && people.concerned() > 0 {
        let late =
            if people.not_met > 0 { format!("; {} not in time", people.not_met) } else { String::new() };
        says.push(format!("Agreed by {} of {} people{late}", people.agreed, people.concerned()));
    } else if people.concerned() > 0 {
        says.push(format!("Done in time by {} of {} people", people.met, people.concerned()));
    }
    let papers = tally.papers;
    for (count, words) in [
        (papers.not_met, "What was done or is written down does not meet it"),
        (papers.not_known, "Nothing done or written down shows it"),
        (papers.met, "What had to be done was done in time"),
        (papers.on_record, "On record"),
        (papers.nothing_to_keep, "Nothing to keep"),
    ] {
        if count > 0 {
            says.push(words.to_owned());
        }
    }
    says
}

fn devices_say(clause: &Clause, platform: Platform, count: Count) -> String {
    let (title, all) = (platform.title(), count.concerned());
    let detection = clause.settings().next().is_none();
    let never = never_shown(clause, platform).is_some();
    let mut words = match (all, never, detection) {
        (0, ..) => format!("{title}: does not apply"),
        (_, true, _) => format!("{title}: {all} that can never show it"),
        (_, false, true) => format!("{title}: no sign on {} of {all}", count.met + count.on_record),
        (_, false, false) => format!("{title}: {} of {all} met", count.met + count.on_record),
    };
    if count.not_met > 0 {
        let what = if detection { "with a sign to look into" } else { "not met" };
        words.push_str(&format!(", {} {what}", count.not_met));
    }
    if count.not_known > 0 && !never {
        words.push_str(&format!(", {} not known", count.not_known));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_not_known_counts_as_not_known() {
        let mut strange = Count::default();
        strange.count("splendid", 2);
        assert_eq!((strange.not_known, strange.concerned()), (2, 2));
    }
}
