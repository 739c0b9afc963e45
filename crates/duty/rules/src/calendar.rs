//! Calendars (iCalendar, RFC 5545), at the edge: what a roster system or a person's own calendar hands over becomes series of
//! periods, or a question or a reason for each event that does not.
//!
//! Nothing is guessed. An event with times is a shift, unless whole words of its category or summary, or what Exchange says of
//! it, make it something else; where they leave it open, it is asked. Times are UTC, floating or of British time, in any of
//! the names that calendars have for it. Exceptions belong to their series by UID: what was called off, changed or excepted
//! is found by its time, or by its day where that is all that it says; what is not found is said.
//!
//! The file comes from outside: its size, its events, how deep they nest and how often they repeat are all bounded.

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

/// Bytes of a file, at most.
pub const LARGEST: usize = 1 << 20;
/// Events of a file, at most.
pub const MOST_EVENTS: usize = 4000;
/// Periods that a file may come to, repetitions counted one by one.
pub const MOST_PERIODS: usize = 8000;

/// What a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Its series, in the order of the file: an event that does not repeat is a series of one.
    pub series: Vec<Series>,
    /// Events that mean nothing certain; without an answer they are not among the series.
    pub questions: Vec<Question>,
    /// Events that cannot be taken, with the reason and what to do.
    pub faults: Vec<Said>,
    /// What to know of events that are taken.
    pub notes: Vec<Said>,
}

/// Something said about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The number of the event, from 1 on in the order of the file.
    pub event: usize,
    /// What, in words.
    pub what: String,
}

/// A series, as far as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The number of its first event in the file.
    pub event: usize,
    /// What ties its versions and exceptions together; empty if it has none.
    pub uid: String,
    /// Its summary.
    pub title: String,
    /// Its version.
    pub sequence: i64,
    /// When that version was made.
    pub stamp: Option<Timestamp>,
    /// Whether the file has the series itself, and not only exceptions of it.
    pub whole: bool,
    /// Its occurrences.
    pub occurrences: Vec<Occurrence>,
}

/// An occurrence of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// When the series itself would have it begin.
    pub slot: Timestamp,
    /// Whether the file names only the day of that.
    pub by_day: bool,
    /// What it is; nothing if it was called off, and for a rest day.
    pub period: Option<Period>,
}

/// An event that means nothing certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its number.
    pub event: usize,
    /// The words that it is known by; answered once for all events that have them.
    pub words: String,
    /// Why it is asked.
    pub why: &'static str,
    /// Whether it lasts whole days, so that no shift can be meant.
    pub whole_day: bool,
}

/// What was answered, by the words of the event: `shift`, `on-call`, `rest-day`, or the word of a kind of absence.
pub type Answers = BTreeMap<String, String>;

/// Why a file is no calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Too much of it.
    #[error("the file is too large: a megabyte and 4,000 events are the most; upload it in parts")]
    TooLarge,
    /// No text.
    #[error("{0}; export it again, or save it as UTF-8")]
    NotText(#[from] TextError),
    /// Not one.
    #[error("the file is not a calendar: it must begin with BEGIN:VCALENDAR; export it as iCalendar (.ics)")]
    NoCalendar,
    /// Nothing in it.
    #[error("no event was found in the calendar; export it with its events (VEVENT)")]
    NoEvent,
    /// An event does not end.
    #[error("event {0} has no end: the file was cut off; export it again")]
    CutOff(usize),
    /// The calendar does not end.
    #[error("the calendar has no END:VCALENDAR: the file was cut off; export it again")]
    Unfinished,
}

/// Reads a calendar.
///
/// # Errors
/// [`CalendarError`] if nothing of it can be read; what is wrong with single events stands in [`Read::faults`].
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
