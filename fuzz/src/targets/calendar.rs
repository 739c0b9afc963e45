//! Calendars and duty patterns, as roster systems and people write them.

use duty::calendar::{Answers, LARGEST, MOST_PERIODS, read};
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
    "EXDATE;VALUE=DATE:20261025\r\n",
    "RDATE:20261101T220000\r\n",
    "RECURRENCE-ID:20261025T220000\r\n",
    "RRULE:FREQ=MONTHLY;BYDAY=-1SU;BYSETPOS=1;COUNT=9\r\n",
    "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2\r\n",
    "UID:1\r\n",
    "SEQUENCE:2\r\n",
    "STATUS:CANCELLED\r\n",
    "DTSTART;TZID=\"GMT Standard Time 1\":20261025T013000\r\n",
    "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\r\n",
    "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n",
    "BEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\n",
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
    let taken = pattern(data);
    let Ok(read) = read(data, &Answers::new()) else { return taken };
    let occurrences = read.series.iter().map(|series| series.occurrences.len()).sum::<usize>();
    assert!(occurrences <= MOST_PERIODS, "{occurrences} occurrences");
    for series in &read.series {
        for period in series.occurrences.iter().filter_map(|one| one.period) {
            assert!(period.start < period.end, "event {}", series.event);
        }
        let refused = read.faults.iter().any(|said| said.event == series.event);
        assert!(!refused, "event {} is taken and refused", series.event);
        let asked = read.questions.iter().any(|question| question.event == series.event);
        assert!(!asked, "event {} is taken and asked about", series.event);
    }
    true
}

/// Reads the text as a pattern; returns whether it is one that a form may hold.
fn pattern(data: &[u8]) -> bool {
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
    taken
}

/// Returns small calendars.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    [
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/London:20261024T220000\r\n\
         DTEND;TZID=Europe/London:20261025T070000\r\nSUMMARY:Night\r\nRRULE:FREQ=DAILY;COUNT=3\r\n\
         EXDATE;TZID=Europe/London:20261025T220000\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1\r\n\
         RECURRENCE-ID;TZID=Europe/London:20261026T220000\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260704\nSUMMARY:Annual leave\n\
         BEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20260701T080000Z\nDURATION:PT8H\n\
         SUMMARY:a long sum\n mary\nEND:VEVENT\nEND:VCALENDAR\n",
        "E 07:00-16:00\nL 14:00-23:00\nN 22:00-07:00\n\nE E L L N N - - - -",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
