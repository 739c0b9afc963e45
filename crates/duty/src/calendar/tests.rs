//! Calendars as roster systems write them, and as nobody should.

use domain::Timestamp;
use proptest::prelude::*;

use super::{CalendarError, LARGEST, MOST_EVENTS, read};
use crate::{AbsenceKind, PeriodKind, instant};

fn calendar(events: &[&str]) -> String {
    let events: String = events
        .iter()
        .map(|event| {
            format!("BEGIN:VEVENT\r\nUID:1@duty.test\r\n{}\r\nEND:VEVENT\r\n", event.replace('\n', "\r\n"))
        })
        .collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Duty//EN\r\n{events}END:VCALENDAR\r\n")
}

/// The only event of a calendar: kind, start and end of each of its periods.
fn one(event: &str) -> Result<Vec<(PeriodKind, Timestamp, Timestamp)>, String> {
    let read = read(&calendar(&[event])).unwrap();
    match read.faults.into_iter().next() {
        Some((_, why)) => Err(why),
        None => Ok(read.periods.into_iter().map(|(_, one)| (one.kind, one.start, one.end)).collect()),
    }
}

fn wall(text: &str) -> Timestamp {
    instant(text.parse().unwrap())
}

fn utc(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const LEAVE: PeriodKind = PeriodKind::Absence(AbsenceKind::AnnualLeave);

#[test]
fn shifts_leave_and_on_call_are_told_apart() {
    let shift =
        "DTSTART;TZID=Europe/London:20261122T220000\nDTEND;TZID=Europe/London:20261123T070000\nSUMMARY:Night";
    let (start, end) = (wall("2026-11-22T22:00"), wall("2026-11-23T07:00"));
    assert_eq!(one(shift).unwrap(), [(PeriodKind::Shift, start, end)]);
    let call = "DTSTART:20261122T170000Z\nDURATION:PT16H\nSUMMARY:ICT on call";
    assert_eq!(
        one(call).unwrap(),
        [(PeriodKind::OnCall, utc("2026-11-22T17:00:00Z"), utc("2026-11-23T09:00:00Z"))]
    );
    let leave = "DTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260704\nSUMMARY:Annual leave";
    assert_eq!(one(leave).unwrap(), [(LEAVE, wall("2026-07-01T00:00"), wall("2026-07-04T00:00"))]);
    let ill = "DTSTART;VALUE=DATE:20260701\nSUMMARY:Off\nCATEGORIES:SICK LEAVE";
    assert_eq!(one(ill).unwrap()[0].0, PeriodKind::Absence(AbsenceKind::Sick));
    assert_eq!(one("DTSTART;VALUE=DATE:20260701\nSUMMARY:Rest day").unwrap(), []);
    let worked = "DTSTART:20260701T080000\nDTEND:20260701T160000\nSUMMARY:Rest day working";
    assert_eq!(one(worked).unwrap()[0].0, PeriodKind::Shift);
    assert_eq!(one(&format!("{shift}\nSTATUS:CANCELLED")).unwrap(), []);
}

#[test]
fn the_changes_of_the_clocks_are_read_as_the_format_has_them() {
    let march = "DTSTART:20260328T220000\nDTEND:20260329T070000\nSUMMARY:N";
    assert_eq!(one(march).unwrap()[0].2, utc("2026-03-29T06:00:00Z"), "floating times are the force's own");
    let missing =
        "DTSTART;TZID=Europe/London:20260329T013000\nDTEND;TZID=Europe/London:20260329T090000\nSUMMARY:E";
    assert_eq!(
        one(missing).unwrap()[0].1,
        utc("2026-03-29T01:30:00Z"),
        "RFC 5545: by the offset from before"
    );
    let doubled =
        "DTSTART;TZID=Europe/London:20261025T013000\nDTEND;TZID=Europe/London:20261025T090000\nSUMMARY:E";
    assert_eq!(one(doubled).unwrap()[0].1, utc("2026-10-25T00:30:00Z"), "the first");
    let nights = "DTSTART;TZID=Europe/London:20261023T220000\nDTEND;TZID=Europe/London:20261024T070000\n\
                  SUMMARY:N\nRRULE:FREQ=DAILY;COUNT=3";
    let starts: Vec<_> = one(nights).unwrap().iter().map(|(_, start, end)| (*start, *end)).collect();
    assert_eq!(starts[1], (utc("2026-10-24T21:00:00Z"), utc("2026-10-25T07:00:00Z")), "ten hours");
    assert_eq!(starts[2], (utc("2026-10-25T22:00:00Z"), utc("2026-10-26T07:00:00Z")), "and nine again");
}

#[test]
fn repetition_ends_where_the_rule_says() {
    let weekly = |rule: &str| {
        one(&format!("DTSTART:20261102T090000\nDTEND:20261102T170000\nSUMMARY:D\nRRULE:{rule}"))
            .map(|all| all.iter().map(|(_, start, _)| start.to_string()[..10].to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        weekly("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4").unwrap(),
        ["2026-11-02", "2026-11-04", "2026-11-09", "2026-11-11"]
    );
    assert_eq!(
        weekly("FREQ=WEEKLY;INTERVAL=2;UNTIL=20261130").unwrap(),
        ["2026-11-02", "2026-11-16", "2026-11-30"]
    );
    assert_eq!(weekly("FREQ=WEEKLY;UNTIL=20261109T085959").unwrap(), ["2026-11-02"]);
    assert_eq!(weekly("FREQ=WEEKLY;UNTIL=20261109T090000").unwrap().len(), 2, "the end is part of it");
    let without = "COUNT=3\nEXDATE:20261103T090000";
    assert_eq!(weekly(&format!("FREQ=DAILY;{without}")).unwrap(), ["2026-11-02", "2026-11-04"]);
    for (rule, says) in [
        ("FREQ=DAILY", "without an end"),
        ("FREQ=MONTHLY;COUNT=2", "daily or weekly"),
        ("FREQ=SECONDLY;COUNT=99999999", "daily or weekly"),
        ("FREQ=DAILY;COUNT=100000", "732"),
        ("FREQ=DAILY;UNTIL=99991231", "732"),
        ("FREQ=WEEKLY;INTERVAL=52;UNTIL=99991231", "four years"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=2", "INTERVAL"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=2", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=2", "first day"),
        ("FREQ=DAILY;BYHOUR=3;COUNT=2", "BYHOUR"),
        ("COUNT=2", "daily or weekly"),
    ] {
        let why = weekly(rule).unwrap_err();
        assert!(why.contains(says), "{rule}: {why}");
    }
}

#[test]
fn what_is_not_understood_is_refused_by_event_and_the_rest_goes_in() {
    let good = "DTSTART:20261102T090000\nDTEND:20261102T170000\nSUMMARY:D";
    for (bad, says) in [
        ("DTSTART;TZID=America/New_York:20261102T090000\nDTEND:20261102T170000", "time zone"),
        ("DTSTART:20261102T090000\nDTEND:20261101T170000", "before it starts"),
        ("DTSTART:20261102T090000\nDTEND:20261109T170000", "36 hours"),
        ("DTSTART:20261102T090000", "neither DTEND nor DURATION"),
        ("DTEND:20261102T090000", "no DTSTART"),
        ("DTSTART:2 November\nDTEND:20261102T170000", "not a time"),
        ("DTSTART:20261102T090000\nDURATION:-PT8H", "DURATION"),
        ("DTSTART;VALUE=DATE:20261102\nSUMMARY:Busy", "whole days"),
        ("DTSTART;VALUE=DATE:20261102\nDTEND:20261102T170000\nSUMMARY:Leave", "both the same"),
        ("RECURRENCE-ID:20261102T090000\nDTSTART:20261102T090000\nDTEND:20261102T170000", "RECURRENCE-ID"),
        ("a line without a colon", "cannot be read"),
    ] {
        let read = read(&calendar(&[good, bad, good])).unwrap();
        assert_eq!(read.periods.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 3], "{bad}");
        let (place, why) = &read.faults[0];
        assert!(*place == 2 && why.contains(says), "{bad}: {why}");
    }
}

#[test]
fn hostile_files_are_bounded() {
    assert_eq!(read(&"x".repeat(LARGEST + 1)).unwrap_err(), CalendarError::TooLarge);
    assert_eq!(read("hello").unwrap_err(), CalendarError::NoCalendar);
    assert_eq!(read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x").unwrap_err(), CalendarError::CutOff(1));
    let many = "BEGIN:VEVENT\nEND:VEVENT\n".repeat(MOST_EVENTS + 1);
    assert_eq!(read(&format!("BEGIN:VCALENDAR\n{many}")).unwrap_err(), CalendarError::TooLarge);
    let deep = format!("BEGIN:VEVENT\n{}END:VEVENT\n", "BEGIN:VALARM\n".repeat(20_000));
    let deep = read(&format!("BEGIN:VCALENDAR\n{deep}")).unwrap();
    assert!(deep.faults[0].1.contains("too much"), "{:?}", deep.faults);
    let daily = "DTSTART:20261102T090000\nDTEND:20261102T170000\nRRULE:FREQ=DAILY;COUNT=732";
    assert_eq!(read(&calendar(&[daily; 12])).unwrap_err(), CalendarError::TooLarge, "in sum as well");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_event_is_periods_or_a_reason(lines in prop::collection::vec(
        "(DTSTART|DTEND|DURATION|RRULE|EXDATE|SUMMARY|BEGIN|END|STATUS)(;TZID=[A-Z/]{0,12})?:[A-Z0-9;=,+/-]{0,30}", 0..12,
    )) {
        let text = calendar(&[&lines.join("\n")]);
        if let Ok(read) = read(&text) {
            for (_, period) in read.periods {
                prop_assert!(period.start < period.end);
            }
        }
    }
}
