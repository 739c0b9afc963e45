//! Calendars (iCalendar, RFC 5545), at the edge: what a roster system hands over becomes periods, or a reason for each event
//! that does not.
//!
//! Little of the format is read, and nothing is guessed. An event with times is a shift, unless its category or its
//! summary says that it is time on call or an absence; an event of whole days has to be an absence or a rest day. Times are
//! UTC, floating or of Europe/London. Repetition is daily or weekly with an end. Everything else (other time zones, other
//! rules, changed single occurrences) is refused, event by event: a roster read wrongly rings somebody on a rest day.
//!
//! The file comes from outside: its size, its events, how deep they nest and how often they repeat are all bounded.

mod repeat;
#[cfg(test)]
mod tests;
mod value;

use domain::Timestamp;
use icalendar::parser::{Component, unfold};

use crate::{AbsenceKind, Period, PeriodKind};

/// Bytes of a file, at most.
pub const LARGEST: usize = 1 << 20;
/// Events of a file, at most.
pub const MOST_EVENTS: usize = 4000;
/// Periods that a file may come to, repetitions counted one by one.
pub const MOST_PERIODS: usize = 8000;
/// Lines of one event.
const LONGEST_EVENT: usize = 500;

/// What a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Each period with the number of its event, from 1 on in the order of the file.
    pub periods: Vec<(usize, Period)>,
    /// Events that cannot be taken, with the reason and what to do.
    pub faults: Vec<(usize, String)>,
    /// Rest days and events that were called off: rightly left out.
    pub left_out: usize,
}

/// Why a file is no calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Too much of it.
    #[error("the file is too large: a megabyte and 4,000 events are the most; hand it over in parts")]
    TooLarge,
    /// Not one.
    #[error("the file is no calendar: it has to begin with BEGIN:VCALENDAR; export it as iCalendar (.ics)")]
    NoCalendar,
    /// An event does not end.
    #[error("event {0} has no end: the file was cut off; export it again")]
    CutOff(usize),
}

/// Reads a calendar.
///
/// # Errors
/// [`CalendarError`] where nothing of it can be read; what is wrong with single events stands in [`Read::faults`].
pub fn read(text: &str) -> Result<Read, CalendarError> {
    if text.len() > LARGEST {
        return Err(CalendarError::TooLarge);
    }
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().get(..15).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err(CalendarError::NoCalendar);
    }
    let mut read = Read::default();
    for (place, block) in (1..).zip(blocks(&unfold(text))) {
        if place > MOST_EVENTS {
            return Err(CalendarError::TooLarge);
        }
        let block = block.ok_or(CalendarError::CutOff(place))?;
        match event(&block) {
            Ok(periods) if read.periods.len() + periods.len() > MOST_PERIODS => {
                return Err(CalendarError::TooLarge);
            }
            Ok(periods) if periods.is_empty() => read.left_out += 1,
            Ok(periods) => read.periods.extend(periods.into_iter().map(|period| (place, period))),
            Err(why) => read.faults.push((place, why)),
        }
    }
    Ok(read)
}

/// The events of a file, line by line, each by itself: one that cannot be read does not take the others along. `None` for
/// one that does not end.
fn blocks(text: &str) -> Vec<Option<String>> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        let line = line.trim_end_matches('\r');
        if line.eq_ignore_ascii_case("BEGIN:VEVENT") {
            blocks.extend(open.take().map(|_| None));
            open = Some(String::new());
        }
        if let Some(block) = &mut open {
            block.push_str(line);
            block.push('\n');
        }
        if line.eq_ignore_ascii_case("END:VEVENT") {
            blocks.extend(open.take().map(Some));
        }
        if blocks.len() > MOST_EVENTS {
            break;
        }
    }
    blocks.extend(open.map(|_| None));
    blocks
}

/// What an event means; nothing for one that was called off and for a rest day.
fn event(block: &str) -> Result<Vec<Period>, String> {
    let nested =
        block.lines().filter(|line| line.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:")));
    if nested.count() > 10 || block.lines().count() > LONGEST_EVENT {
        return Err("there is too much in it: leave alarms and attachments out of the export".into());
    }
    let event = Component::try_from(block)
        .map_err(|_| "it cannot be read: a line in it is not NAME:VALUE; export it again".to_owned())?;
    if property(&event, "STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
        return Ok(Vec::new());
    }
    for changed in ["RECURRENCE-ID", "RDATE", "EXRULE"] {
        if property(&event, changed).is_some() {
            return Err(format!(
                "it has {changed}, which is not read: export each shift as an event of its own"
            ));
        }
    }
    let start = value::time(&event, "DTSTART")?.ok_or("it has no DTSTART: every event needs a start")?;
    let end = value::end(&event, &start)?;
    let Some(kind) = meaning(&event, start.whole_day)? else { return Ok(Vec::new()) };
    let mut periods = Vec::new();
    for (start, end) in repeat::occurrences(&event, &start, &end)? {
        periods.push(checked(Period { kind, start, end })?);
    }
    Ok(periods)
}

/// The value of a property, the first where there are several.
fn property<'a>(event: &'a Component<'_>, name: &str) -> Option<&'a str> {
    event
        .properties
        .iter()
        .find(|one| one.name.as_str().eq_ignore_ascii_case(name))
        .map(|one| one.val.as_str())
}

/// Words by which events are known, in lower case. The first that stands in a category or a summary counts.
const WORDS: [(&str, Option<PeriodKind>); 21] = [
    ("on call", Some(PeriodKind::OnCall)),
    ("on-call", Some(PeriodKind::OnCall)),
    ("standby", Some(PeriodKind::OnCall)),
    ("rest day", None),
    ("day off", None),
    ("maternity", Some(PeriodKind::Absence(AbsenceKind::FamilyLeave))),
    ("paternity", Some(PeriodKind::Absence(AbsenceKind::FamilyLeave))),
    ("adoption", Some(PeriodKind::Absence(AbsenceKind::FamilyLeave))),
    ("parental", Some(PeriodKind::Absence(AbsenceKind::FamilyLeave))),
    ("family leave", Some(PeriodKind::Absence(AbsenceKind::FamilyLeave))),
    ("career break", Some(PeriodKind::Absence(AbsenceKind::CareerBreak))),
    ("career-break", Some(PeriodKind::Absence(AbsenceKind::CareerBreak))),
    ("secondment", Some(PeriodKind::Absence(AbsenceKind::Secondment))),
    ("suspension", Some(PeriodKind::Absence(AbsenceKind::Suspension))),
    ("suspended", Some(PeriodKind::Absence(AbsenceKind::Suspension))),
    ("sick", Some(PeriodKind::Absence(AbsenceKind::Sick))),
    ("training", Some(PeriodKind::Absence(AbsenceKind::Training))),
    ("course", Some(PeriodKind::Absence(AbsenceKind::Training))),
    ("annual leave", Some(PeriodKind::Absence(AbsenceKind::AnnualLeave))),
    ("holiday", Some(PeriodKind::Absence(AbsenceKind::AnnualLeave))),
    ("leave", Some(PeriodKind::Absence(AbsenceKind::AnnualLeave))),
];

/// What an event stands for; `None` for a rest day.
fn meaning(event: &Component<'_>, whole_day: bool) -> Result<Option<PeriodKind>, String> {
    let said: Vec<String> = ["CATEGORIES", "SUMMARY"]
        .iter()
        .filter_map(|name| property(event, name))
        .map(str::to_lowercase)
        .collect();
    let known = WORDS.iter().find(|(word, _)| said.iter().any(|said| said.contains(word)));
    match known {
        // A rest day with times is one that is worked.
        Some((_, None)) if !whole_day => Ok(Some(PeriodKind::Shift)),
        Some((_, kind)) => Ok(*kind),
        None if whole_day => {
            Err("it lasts whole days and its summary names neither an absence (annual leave, sick, \
            training ...) nor a rest day: give a shift its times"
                .into())
        }
        None => Ok(Some(PeriodKind::Shift)),
    }
}

/// Refuses a period that nobody can have meant.
fn checked(period: Period) -> Result<Period, String> {
    let (most, says) = match period.kind {
        PeriodKind::Shift | PeriodKind::Replaced => (36, "a shift of more than 36 hours: check its end"),
        PeriodKind::OnCall => (24 * 32, "a time on call of more than a month: check its end"),
        PeriodKind::Absence(_) => (24 * 366 * 4, "an absence of more than four years: check its end"),
    };
    if period.end <= period.start {
        return Err("it ends before it starts: check its end".into());
    }
    if period.end.since(period.start).millis() > most * 3_600_000 {
        return Err(format!("it comes to {says}"));
    }
    Ok(period)
}

type Stretch = (Timestamp, Timestamp);
