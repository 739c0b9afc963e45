//! Works out how a clause stands as a whole, and counts the clauses of a document by that: what holds, what fails, what is not
//! known and why, what can only be agreed, what is on record, what nobody can keep.

use std::collections::BTreeMap;

use policy::{Clause, KeptBy};

use super::tally::{Count, Tally, tally_of};

/// How a clause stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClauseState {
    /// Every device and every case that can show it does.
    Holds {
        /// Devices of some platform can never show it.
        not_everywhere: bool,
    },
    /// A device, a document or a case shows that it is not kept.
    Fails,
    /// Nothing shows either.
    NotKnown(Unknown),
    /// Agreement is all that can be had.
    Agreed {
        /// Everybody whom it concerns has agreed.
        by_everybody: bool,
    },
    /// It is written down, and nothing more is asked.
    OnRecord,
    /// It defines something or names an aim.
    NothingToKeep,
    /// It concerns nobody and nothing that is there.
    NotApplicable,
    /// No system can keep it.
    KeptByNothing,
}

/// Why a clause is not known to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// Some device has not reported, or not lately.
    DevicesSilent,
    /// A sign was seen that a person has to look into.
    SignsSeen,
    /// There are devices only of platforms on which it can never be shown.
    NoDeviceCanShow,
    /// Nothing has had to be done yet, or what was closed was not proven.
    NothingDone,
    /// Nothing that it is about is there.
    NothingThere,
}

impl Unknown {
    /// Returns the reason in words, to follow a number of clauses.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::DevicesSilent => "some device has not reported what they ask, or not lately",
            Self::SignsSeen => "a sign was seen that a person has to look into",
            Self::NoDeviceCanShow => "none of the devices that are there can ever show it",
            Self::NothingDone => "nothing has had to be done yet, or it was closed without proof",
            Self::NothingThere => "nothing that they are about is there yet",
        }
    }
}

/// Works out how a clause stands.
#[must_use]
pub fn state(clause: &Clause, tally: &Tally) -> ClauseState {
    if !is_judged(clause) {
        return ClauseState::KeptByNothing;
    }
    let (within, beyond, papers) = (tally.within(clause), tally.beyond(clause), tally.papers);
    let devices = within.plus(beyond);
    // A detection is a sign to look into: what it does not see is not kept for that, and what it sees is not broken.
    let asks_devices = clause.settings().next().is_some();
    if papers.not_met > 0 || (asks_devices && devices.not_met > 0) {
        return ClauseState::Fails;
    }
    let unknown = if devices.not_met > 0 {
        Some(Unknown::SignsSeen)
    } else if asks_devices {
        devices_unknown(within, beyond)
    } else {
        None
    };
    if let Some(why) = unknown.or_else(|| papers_unknown(clause, papers)) {
        return ClauseState::NotKnown(why);
    }
    if papers.met > 0 || (asks_devices && within.met > 0) {
        return ClauseState::Holds { not_everywhere: asks_devices && beyond.concerned() > 0 };
    }
    without_proof(clause, tally, within)
}

fn devices_unknown(within: Count, beyond: Count) -> Option<Unknown> {
    let applies_to_none = within.plus(beyond).not_applicable > 0;
    match (within.concerned(), beyond.concerned()) {
        (0, 0) if !applies_to_none => Some(Unknown::NothingThere),
        (0, 1..) => Some(Unknown::NoDeviceCanShow),
        _ if within.not_known > 0 => Some(Unknown::DevicesSilent),
        _ => None,
    }
}

fn papers_unknown(clause: &Clause, papers: Count) -> Option<Unknown> {
    let asks = |kept: &KeptBy| matches!(kept, KeptBy::Procedure { .. } | KeptBy::Record { .. });
    // Nothing was judged yet of what people do or write down for it: what its devices report is then not the whole.
    if clause.kept_by.iter().any(asks) && papers.total() == 0 {
        return Some(Unknown::NothingThere);
    }
    let done = clause.kept_by.iter().any(|kept| matches!(kept, KeptBy::Procedure { .. }));
    let why = if done { Unknown::NothingDone } else { Unknown::NothingThere };
    (papers.not_known > 0).then_some(why)
}

/// Works out how a clause stands of which no device and no case shows anything.
fn without_proof(clause: &Clause, tally: &Tally, within: Count) -> ClauseState {
    let (people, papers) = (tally.people, tally.papers);
    if papers.on_record > 0 || within.on_record > 0 {
        return ClauseState::OnRecord;
    }
    if papers.nothing_to_keep > 0 {
        return ClauseState::NothingToKeep;
    }
    if clause.asks_acceptance() {
        let by_everybody = people.agreed > 0 && people.agreed == people.concerned();
        return ClauseState::Agreed { by_everybody };
    }
    match within.not_applicable + people.not_applicable + papers.not_applicable {
        0 => ClauseState::NotKnown(Unknown::NothingThere),
        _ => ClauseState::NotApplicable,
    }
}

/// Returns whether anything judges the clause: one that nothing keeps has no outcome, and none is made up for it.
pub(super) fn is_judged(clause: &Clause) -> bool {
    clause.kept_by.iter().any(|kept| !matches!(kept, KeptBy::Nothing { .. }))
}

/// Number of clauses by how they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Number that hold.
    pub holds: u64,
    /// Of those, the number that devices of some platform can never show.
    pub not_everywhere: u64,
    /// Number that fail.
    pub fails: u64,
    /// Number that are not known, by the reason.
    pub not_known: BTreeMap<Unknown, u64>,
    /// Number that can only be agreed.
    pub agreed: u64,
    /// Of those, the number that everybody whom they concern has agreed to.
    pub by_everybody: u64,
    /// Number that are on record.
    pub on_record: u64,
    /// Number in which there is nothing to keep.
    pub nothing_to_keep: u64,
    /// Number that concern nobody and nothing that is there.
    pub not_applicable: u64,
    /// Number that no system can keep.
    pub kept_by_nothing: u64,
}

impl Standing {
    /// Counts the clauses of a document by how they stand.
    pub fn of_clauses<'a>(
        clauses: impl Iterator<Item = &'a Clause>,
        by_clause: &BTreeMap<String, Tally>,
    ) -> Self {
        let mut standing = Self::default();
        for clause in clauses {
            standing.add(state(clause, &tally_of(by_clause, &clause.id)));
        }
        standing
    }

    fn add(&mut self, state: ClauseState) {
        match state {
            ClauseState::Holds { not_everywhere } => {
                self.holds += 1;
                self.not_everywhere += u64::from(not_everywhere);
            }
            ClauseState::Fails => self.fails += 1,
            ClauseState::NotKnown(why) => *self.not_known.entry(why).or_default() += 1,
            ClauseState::Agreed { by_everybody } => {
                self.agreed += 1;
                self.by_everybody += u64::from(by_everybody);
            }
            ClauseState::OnRecord => self.on_record += 1,
            ClauseState::NothingToKeep => self.nothing_to_keep += 1,
            ClauseState::NotApplicable => self.not_applicable += 1,
            ClauseState::KeptByNothing => self.kept_by_nothing += 1,
        }
    }

    /// Adds the clauses of another document.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (why, count) in &other.not_known {
            *self.not_known.entry(*why).or_default() += count;
        }
        self.holds += other.holds;
        self.not_everywhere += other.not_everywhere;
        self.fails += other.fails;
        self.agreed += other.agreed;
        self.by_everybody += other.by_everybody;
        self.on_record += other.on_record;
        self.nothing_to_keep += other.nothing_to_keep;
        self.not_applicable += other.not_applicable;
        self.kept_by_nothing += other.kept_by_nothing;
        self
    }

    /// Returns the number of clauses that are not known, for whatever reason.
    #[must_use]
    pub fn unknown(&self) -> u64 {
        self.not_known.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::says;
    use domain::Platform;
    use policy::Library;

    fn shipped() -> Library {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy");
        let files = policy::Files::read(&folder).unwrap();
        Library::from_files(&files, &policy::Overrides::new()).unwrap()
    }

    fn count(met: u64, not_met: u64, not_known: u64) -> Count {
        Count { met, not_met, not_known, ..Count::default() }
    }

    fn tally(devices: &[(Platform, Count)], people: Count, papers: Count) -> Tally {
        Tally { devices: devices.iter().copied().collect(), people, papers }
    }

    #[test]
    fn a_clause_is_judged_on_the_platforms_that_can_show_it_and_people_count_by_themselves() {
        let library = shipped();
        let attempts = library.find_clause("MDU-6.6").unwrap();
        let (none, done) = (Count::default(), count(1, 0, 0));
        let agreed = Count { agreed: 3, not_known: 5, ..none };
        let on = |devices: &[(Platform, Count)]| state(attempts, &tally(devices, agreed, done));
        let (ios, mac) = (Platform::Ios, Platform::Macos);
        assert_eq!(on(&[(ios, count(9, 0, 0))]), ClauseState::Holds { not_everywhere: false });
        assert_eq!(
            on(&[(ios, count(9, 0, 0)), (mac, count(0, 0, 500))]),
            ClauseState::Holds { not_everywhere: true },
            "no Mac wipes itself, and no person is a device"
        );
        assert_eq!(on(&[(mac, count(0, 0, 500))]), ClauseState::NotKnown(Unknown::NoDeviceCanShow));
        assert_eq!(on(&[(ios, count(9, 0, 1))]), ClauseState::NotKnown(Unknown::DevicesSilent));
        assert_eq!(on(&[(ios, count(9, 1, 1))]), ClauseState::Fails);
        assert_eq!(
            on(&[(ios, count(9, 0, 0)), (mac, count(0, 1, 0))]),
            ClauseState::Fails,
            "its rule is missing"
        );
        assert_eq!(on(&[]), ClauseState::NotKnown(Unknown::NothingThere), "never judged is never good");
        let no_papers = state(attempts, &tally(&[(ios, count(9, 0, 0))], agreed, none));
        assert_eq!(
            no_papers,
            ClauseState::NotKnown(Unknown::NothingThere),
            "what people do for it was not judged"
        );
        let said = says(attempts, &tally(&[(ios, count(8, 1, 0)), (mac, count(0, 0, 2))], agreed, done));
        assert_eq!(
            said,
            [
                "iPhone: 8 of 9 met, 1 not met",
                "Mac: 2 that can never show it",
                "Agreed by 3 of 8 people",
                "What had to be done was done in time"
            ]
        );
    }

    #[test]
    fn what_can_only_be_agreed_written_down_or_defined_never_reads_as_kept() {
        let library = shipped();
        let of = |id: &str, people: Count, papers: Count| {
            state(library.find_clause(id).unwrap(), &tally(&[], people, papers))
        };
        let none = Count::default();
        let agreed = |agreed, not_known| Count { agreed, not_known, ..none };
        assert_eq!(of("MDU-3.3", agreed(8, 0), none), ClauseState::Agreed { by_everybody: true });
        assert_eq!(of("MDU-3.3", agreed(7, 1), none), ClauseState::Agreed { by_everybody: false });
        assert_eq!(of("MDU-3.3", none, none), ClauseState::Agreed { by_everybody: false });
        assert_eq!(of("MDU-0.4", none, Count { on_record: 1, ..none }), ClauseState::OnRecord);
        assert_eq!(of("MDU-1.1", none, Count { nothing_to_keep: 1, ..none }), ClauseState::NothingToKeep);
        assert_eq!(of("MDU-0.2", none, count(0, 1, 0)), ClauseState::Fails);
        assert_eq!(of("MDU-13.2", none, count(0, 0, 1)), ClauseState::NotKnown(Unknown::NothingDone));
        assert_eq!(of("MDU-13.2", none, none), ClauseState::NotKnown(Unknown::NothingThere));
    }

    #[test]
    fn a_detection_shows_a_sign_and_never_that_the_clause_is_kept_or_broken() {
        let library = shipped();
        let clause = library.find_clause("MDU-10.2").unwrap();
        let agreed = Count { agreed: 2, ..Count::default() };
        let on = |devices| state(clause, &tally(&[(Platform::Ios, devices)], agreed, Count::default()));
        assert_eq!(on(count(4, 0, 0)), ClauseState::Agreed { by_everybody: true });
        assert_eq!(on(count(3, 1, 0)), ClauseState::NotKnown(Unknown::SignsSeen));
    }
}
