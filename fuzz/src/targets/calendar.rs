//! Calendars and duty patterns, as roster systems and people write them.

use duty::calendar::{LARGEST, MOST_PERIODS, read};
use duty::{Pattern, Shape};

use super::text;

/// Words that mean something in a calendar or a pattern.
pub const WORDS: &[&str] = &[
    "BEGIN:VCALENDAR\r\n",
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VALARM\r\n",
    "DTSTART;TZID=Europe/London:20261025T013000\r\n",
    "DTSTART;VALUE=DATE:20260329\r\n",
    "DTEND:99991231T235959Z\r\n",
    "DURATION:PT99999999H\r\n",
    "RRULE:FREQ=DAILY;COUNT=732\r\n",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,SU;UNTIL=99991231\r\n",
    ";INTERVAL=52",
    "EXDATE:20261025T013000\r\n",
    "SUMMARY:Annual leave\r\n",
    "CATEGORIES:on call\r\n",
    "\r\n ",
    "N 22:00-07:00\n",
    "- ",
    "\u{feff}",
    "\u{0}",
    "é",
];

/// Reads the text as a calendar, and as a pattern; whatever comes out is bounded and the right way round.
pub fn calendar(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let (shifts, days) = text.split_once("\n\n").unwrap_or((text, "N -"));
    let pattern = Pattern::read(Shape::Cycle, shifts, days);
    // A form that holds a pattern is no longer than a calendar may be.
    let taken = pattern.is_ok() && text.len() <= LARGEST;
    if let Ok(pattern) = pattern {
        let first = "2026-03-28".parse().expect("a day");
        let last = "2026-10-25".parse().expect("a day");
        for day in [first, last] {
            if let Some((start, end)) = pattern.shift_on(day, first).and_then(|shift| shift.on(day)) {
                assert!(start < end, "a shift ends after it starts");
            }
        }
    }
    let Ok(read) = read(text) else { return taken };
    assert!(read.periods.len() <= MOST_PERIODS, "{} periods", read.periods.len());
    for (event, period) in &read.periods {
        assert!(period.start < period.end, "event {event}");
        assert!(!read.faults.iter().any(|(fault, _)| fault == event), "event {event} is taken and refused");
    }
    true
}

/// Small calendars.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    [
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/London:20261024T220000\r\n\
         DTEND;TZID=Europe/London:20261025T070000\r\nSUMMARY:Night\r\nRRULE:FREQ=DAILY;COUNT=3\r\n\
         EXDATE;TZID=Europe/London:20261025T220000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260704\nSUMMARY:Annual leave\n\
         BEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20260701T080000Z\nDURATION:PT8H\n\
         SUMMARY:a long sum\n mary\nEND:VEVENT\nEND:VCALENDAR\n",
        "E 07:00-16:00\nL 14:00-23:00\nN 22:00-07:00\n\nE E L L N N - - - -",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
