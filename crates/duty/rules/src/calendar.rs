//! Reads calendars (iCalendar, RFC 5545): each event becomes a series of periods, a question or a fault.
//!
//! Calendars come from roster systems and from people themselves. Nothing is guessed. An event with times is a shift,
//! unless whole words of its category or summary, or Exchange's own properties, make it something else; where they
//! leave it open, the user is asked. Times are UTC, floating or British, under any of the names that calendars use
//! for that zone. Exceptions belong to their series by UID: a cancelled, changed or excluded occurrence is found by
//! its time, or by its day where only that is given; one that is not found is reported.
//!
//! The file comes from outside: its size, its events, their nesting and their repetitions are all bounded.

mod event;
mod file;
mod meaning;
mod repeat;
mod series;
#[cfg(test)]
mod tests;
mod value;
mod zone;

use std::collections::BTreeMap;

use domain::Timestamp;
use tables::text::{TextError, decode_folded};

use crate::Period;

/// Most bytes in a file.
pub const LARGEST: usize = 1 << 20;
/// Most events in a file.
pub const MOST_EVENTS: usize = 4000;
/// Most periods that a file may produce, with each repetition counted.
pub const MOST_PERIODS: usize = 8000;

/// The result of reading a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Its series, in the order of the file: an event that does not repeat is a series of one.
    pub series: Vec<Series>,
    /// Events whose meaning is uncertain; without an answer they are not among the series.
    pub questions: Vec<Question>,
    /// Events that cannot be used, with the reason and what to do.
    pub faults: Vec<Said>,
    /// Remarks on events that are used.
    pub notes: Vec<Said>,
}

/// A message about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The number of the event, from 1 on in the order of the file.
    pub event: usize,
    /// The message, in words.
    pub what: String,
}

/// A series, as far as the file contains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The number of its first event in the file.
    pub event: usize,
    /// The identifier that links its versions and exceptions; empty if it has none.
    pub uid: String,
    /// Its summary.
    pub title: String,
    /// Its version.
    pub sequence: i64,
    /// The time at which that version was made.
    pub stamp: Option<Timestamp>,
    /// Whether the file contains the series itself, and not only exceptions to it.
    pub whole: bool,
    /// Its occurrences.
    pub occurrences: Vec<Occurrence>,
}

/// An occurrence of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The time at which it would begin by the series itself.
    pub slot: Timestamp,
    /// Whether the file gives only the day of that time.
    pub by_day: bool,
    /// The resulting period; `None` if it was cancelled, and for a rest day.
    pub period: Option<Period>,
}

/// An event whose meaning is uncertain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its number.
    pub event: usize,
    /// The words that identify it; one answer applies to all events with the same words.
    pub words: String,
    /// The reason for the question.
    pub why: &'static str,
    /// Whether it lasts whole days, so that it cannot be a shift.
    pub whole_day: bool,
}

/// The answers by the words of the event: `shift`, `on-call`, `rest-day`, or the word of a kind of absence.
pub type Answers = BTreeMap<String, String>;

/// The reason why a file is not a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The file is too large.
    #[error("the file is too large: a megabyte and 4,000 events are the most; upload it in parts")]
    TooLarge,
    /// The file is not text.
    #[error("{0}; export it again, or save it as UTF-8")]
    NotText(#[from] TextError),
    /// The file is not a calendar.
    #[error("the file is not a calendar: it must begin with BEGIN:VCALENDAR; export it as iCalendar (.ics)")]
    NoCalendar,
    /// The calendar has no event.
    #[error("no event was found in the calendar; export it with its events (VEVENT)")]
    NoEvent,
    /// An event does not end.
    #[error("event {0} has no end: the file was cut off; export it again")]
    CutOff(usize),
    /// The calendar does not end.
    #[error("the calendar has no END:VCALENDAR: the file was cut off; export it again")]
    Unfinished,
}

/// Parses a calendar.
///
/// # Errors
/// [`CalendarError`] if none of it can be read; faults in single events are in [`Read::faults`].
pub fn read(bytes: &[u8], answers: &Answers) -> Result<Read, CalendarError> {
    if bytes.len() > LARGEST {
        return Err(CalendarError::TooLarge);
    }
    let text = decode_folded(bytes)?;
    let file = file::read(&text)?;
    let mut read = Read { notes: file.notes, ..Read::default() };
    let (mut events, mut broken) = (Vec::new(), BTreeMap::new());
    for block in &file.blocks {
        match event::read(block, &file.zones) {
            Ok(event) => events.push(event),
            Err(found) => {
                broken.entry(found.uid).or_insert(block.event);
                read.faults.push(Said { event: block.event, what: found.what });
            }
        }
    }
    series::sort_out(events, &broken, answers, &mut read);
    let periods = read.series.iter().map(|series| series.occurrences.len()).sum::<usize>();
    if periods > MOST_PERIODS {
        return Err(CalendarError::TooLarge);
    }
    read.faults.sort_by_key(|said| said.event);
    read.notes.sort_by_key(|said| said.event);
    read.questions.sort_by_key(|question| question.event);
    Ok(read)
}
