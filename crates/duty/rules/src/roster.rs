//! Holds everything known of one person's duty, and answers questions about it.

use std::fmt;
use std::str::FromStr;

use domain::local_time::{day_of, midnight};
use domain::{Timestamp, UnknownWord};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::pattern::Pattern;
use crate::state::{HORIZON_DAYS, State, Unknown};

/// Most periods of one person that are examined: the first ones by their start. It bounds the work for any question.
pub const MOST_PERIODS: usize = 1000;

macro_rules! absences {
    ($($(#[$doc:meta])* $name:ident = $word:literal / $title:literal;)*) => {
        /// The reason why a person is away.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum AbsenceKind { $($(#[$doc])* $name),* }

        impl AbsenceKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns its word in tables and files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// Returns its words on screen.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }

        impl FromStr for AbsenceKind {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($word => Ok(Self::$name),)*
                    _ => Err(UnknownWord { word: word.to_owned(), allowed: concat!($($word, " "),*) }),
                }
            }
        }
    };
}

absences! {
    /// Annual leave and time off in lieu.
    AnnualLeave = "annual-leave" / "Annual leave";
    /// Sickness.
    Sick = "sick" / "Sick leave";
    /// Maternity, paternity, adoption, parental and carer's leave.
    FamilyLeave = "family-leave" / "Family leave";
    /// A career break.
    CareerBreak = "career-break" / "Career break";
    /// Working for another person.
    Secondment = "secondment" / "Secondment";
    /// Suspended from duty.
    Suspension = "suspension" / "Suspension";
    /// At a course. It is work, but away from the person's own post: anything that can wait does.
    Training = "training" / "Training";
}

impl fmt::Display for AbsenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The meaning of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodKind {
    /// On duty, in addition to the pattern's shifts.
    Shift,
    /// The pattern's shifts that start in this period are cancelled: a day off in exchange, a shift that was moved.
    Replaced,
    /// Away.
    Absence(AbsenceKind),
    /// On call: off duty and reachable.
    OnCall,
}

/// A period of time: from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its meaning.
    pub kind: PeriodKind,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

/// A pattern that a person was put on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The pattern.
    pub pattern: Pattern,
    /// The day on which the cycle begins at its first place.
    pub anchor: Date,
    /// The first day.
    pub from: Date,
    /// The last day; `None` for an assignment until further notice.
    pub until: Option<Date>,
}

/// Everything known of one person's duty.
///
/// Where two assignments cover one day, the one that began later applies. Periods override the patterns, and an
/// absence overrides everything: a person who is away is neither on duty nor on call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// The patterns that the person was put on.
    pub assignments: Vec<Assignment>,
    /// The periods that add to or override them; [`MOST_PERIODS`] are examined.
    pub periods: Vec<Period>,
}

type Stretch = (Timestamp, Timestamp);

impl Roster {
    /// Returns the person's duty state at that time.
    #[must_use]
    pub fn state_at(&self, at: Timestamp) -> State {
        let day = day_of(at);
        let (first, last) = (add(day, -2), add(day, HORIZON_DAYS));
        let duty = self.duty_between(first, last);
        let next_start = duty.iter().map(|(start, _)| *start).find(|start| *start > at);
        if let Some((kind, until)) = self.absence_at(at) {
            return State::OnLeave { kind, until, next_start };
        }
        let covers = |stretch: &&Stretch| stretch.0 <= at && at < stretch.1;
        if let Some((_, until)) = duty.iter().find(covers) {
            return State::OnDuty { until: *until };
        }
        if let Some((_, until)) = merged(self.of_kind(|kind| kind == PeriodKind::OnCall)).iter().find(covers)
        {
            return State::OnCall { until: *until, next_start };
        }
        if self.assigned(day).is_some() {
            return State::OffDuty { next_start };
        }
        let why = if self.assignments.is_empty() { Unknown::NoPattern } else { Unknown::Outside };
        State::NotKnown { why, next_start }
    }

    /// Returns the spells of duty that overlap those days, in order, without overlaps, with absences taken out. A
    /// spell may extend beyond either end. Days beyond four years from the first are not examined.
    #[must_use]
    pub fn duty_between(&self, first: Date, last: Date) -> Vec<(Timestamp, Timestamp)> {
        let replaced = merged(self.of_kind(|kind| kind == PeriodKind::Replaced));
        let mut stretches = self.of_kind(|kind| kind == PeriodKind::Shift);
        let last = last.min(add(first, 4 * 366));
        let mut day = add(first, -1);
        while day <= last {
            let shift = self
                .assigned(day)
                .and_then(|assignment| assignment.pattern.shift_on(day, assignment.anchor))
                .and_then(|shift| shift.on(day));
            stretches.extend(shift.filter(|(start, _)| !covered(&replaced, *start)));
            let next = add(day, 1);
            if next == day {
                break;
            }
            day = next;
        }
        let (from, to) = (midnight(first), midnight(add(last, 1)));
        let mut duty = without(&merged(stretches), &merged(self.of_kind(is_absence)));
        duty.retain(|(start, end)| *start < to && *end > from);
        duty
    }

    /// Returns the absence that covers that time: the kind of the one that lasts longest, and the end of the whole
    /// absence.
    fn absence_at(&self, at: Timestamp) -> Option<(AbsenceKind, Timestamp)> {
        let (_, until) =
            merged(self.of_kind(is_absence)).into_iter().find(|(start, end)| *start <= at && at < *end)?;
        self.seen()
            .filter(|period| period.start <= at && at < period.end)
            .filter_map(|period| match period.kind {
                PeriodKind::Absence(kind) => Some((period.end, kind)),
                _ => None,
            })
            .max_by_key(|(end, _)| *end)
            .map(|(_, kind)| (kind, until))
    }

    /// Returns the assignment that applies on a day.
    fn assigned(&self, day: Date) -> Option<&Assignment> {
        self.assignments
            .iter()
            .filter(|one| one.from <= day && one.until.is_none_or(|until| day <= until))
            .max_by_key(|one| one.from)
    }

    fn seen(&self) -> impl Iterator<Item = &Period> {
        self.periods.iter().take(MOST_PERIODS).filter(|period| period.start < period.end)
    }

    fn of_kind(&self, wanted: impl Fn(PeriodKind) -> bool) -> Vec<Stretch> {
        self.seen().filter(|period| wanted(period.kind)).map(|period| (period.start, period.end)).collect()
    }
}

const fn is_absence(kind: PeriodKind) -> bool {
    matches!(kind, PeriodKind::Absence(_))
}

/// Adds days, or subtracts them; stops at the end of the calendar.
fn add(day: Date, days: i32) -> Date {
    day.saturating_add(days.days())
}

/// Sorts stretches, and merges those that overlap or touch.
fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut out: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for (start, end) in stretches {
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => out.push((start, end)),
        }
    }
    out
}

fn covered(stretches: &[Stretch], at: Timestamp) -> bool {
    stretches.iter().any(|(start, end)| *start <= at && at < *end)
}

/// Subtracts `gone` from `all`; both are in order and without overlaps.
fn without(all: &[Stretch], gone: &[Stretch]) -> Vec<Stretch> {
    let mut out = Vec::with_capacity(all.len());
    let mut gone = gone.iter().peekable();
    for (start, end) in all {
        let mut from = *start;
        while let Some((away, back)) = gone.peek() {
            if *back <= from {
                gone.next();
                continue;
            }
            if *away >= *end {
                break;
            }
            if *away > from {
                out.push((from, *away));
            }
            from = *back;
            // This absence may extend into the next spell, so it is passed only once it ends within this one.
            if *back >= *end {
                break;
            }
            gone.next();
        }
        if from < *end {
            out.push((from, *end));
        }
    }
    out
}
