//! Calendars as roster systems and Exchange write them, and as nobody should.

use domain::Timestamp;
use domain::local_time::instant;
use proptest::prelude::*;

use super::{Answers, CalendarError, LARGEST, MOST_EVENTS, Read, Said, read};
use crate::{AbsenceKind, PeriodKind};

/// Returns a calendar of events, each with a UID of its own unless it brings one.
fn calendar(events: &[&str]) -> String {
    let events: String = (1..)
        .zip(events)
        .map(|(place, event)| {
            let uid =
                if event.contains("UID:") { String::new() } else { format!("UID:{place}@duty.test\r\n") };
            format!("BEGIN:VEVENT\r\n{uid}{}\r\nEND:VEVENT\r\n", event.replace('\n', "\r\n"))
        })
        .collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Duty//EN\r\n{events}END:VCALENDAR\r\n")
}

fn of(events: &[&str]) -> Read {
    read(calendar(events).as_bytes(), &Answers::new()).unwrap()
}

type Stretch = (PeriodKind, Timestamp, Timestamp);

/// Returns the periods of each event that is taken.
fn periods(read: &Read) -> Vec<(usize, Vec<Stretch>)> {
    let of = |series: &super::Series| {
        let periods = series.occurrences.iter().filter_map(|one| one.period);
        (series.event, periods.map(|one| (one.kind, one.start, one.end)).collect())
    };
    read.series.iter().map(of).collect()
}

/// Returns the only event of a calendar: kind, start and end of each of its periods.
fn one(event: &str) -> Result<Vec<Stretch>, String> {
    let read = of(&[event]);
    let why = read.faults.iter().map(|said| said.what.clone());
    match why.chain(read.questions.iter().map(|asked| format!("asked: {}", asked.why))).next() {
        Some(why) => Err(why),
        None => Ok(periods(&read).into_iter().flat_map(|(_, periods)| periods).collect()),
    }
}

fn days(read: &Read) -> Vec<String> {
    let all = periods(read).into_iter().flat_map(|(_, periods)| periods);
    all.map(|(_, start, _)| start.to_string()[..16].to_owned()).collect()
}

fn says(said: &[Said], event: usize, words: &str) {
    assert!(
        said.iter().any(|said| said.event == event && said.what.contains(words)),
        "{event} {words}: {said:?}"
    );
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
    let repeated = |rule: &str| {
        one(&format!("DTSTART:20261102T090000\nDTEND:20261102T170000\nSUMMARY:D\nRRULE:{rule}"))
            .map(|all| all.iter().map(|(_, start, _)| start.to_string()[..10].to_owned()).collect::<Vec<_>>())
    };
    for (rule, expected) in [
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4", &["2026-11-02", "2026-11-04", "2026-11-09", "2026-11-11"][..]),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20261130", &["2026-11-02", "2026-11-16", "2026-11-30"]),
        ("FREQ=WEEKLY;UNTIL=20261109T085959", &["2026-11-02"]),
        ("freq=weekly;until=20261109T090000", &["2026-11-02", "2026-11-09"]),
        ("FREQ=DAILY;BYDAY=MO,TU;COUNT=3", &["2026-11-02", "2026-11-03", "2026-11-09"]),
        ("FREQ=DAILY;COUNT=3\nEXDATE:20261103T090000", &["2026-11-02", "2026-11-04"]),
        ("FREQ=DAILY;COUNT=2\nRDATE:20261110T090000", &["2026-11-02", "2026-11-03", "2026-11-10"]),
    ] {
        assert_eq!(repeated(rule).unwrap(), expected, "{rule}");
    }
    for (rule, says) in [
        ("FREQ=DAILY", "without an end"),
        ("FREQ=MONTHLY;COUNT=2", "daily or weekly"),
        ("FREQ=SECONDLY;COUNT=99999999", "daily or weekly"),
        ("FREQ=DAILY;COUNT=100000", "four years"),
        ("FREQ=DAILY;UNTIL=99991231", "four years"),
        ("FREQ=WEEKLY;INTERVAL=52;COUNT=9", "four years"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=2", "INTERVAL"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=2", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=2", "first day"),
        ("FREQ=DAILY;BYHOUR=3;COUNT=2", "BYHOUR"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("COUNT=2", "daily or weekly"),
    ] {
        let why = repeated(rule).unwrap_err();
        assert!(why.contains(says), "{rule}: {why}");
    }
}

const SERIES: &str = "UID:roster-7@duty.test\nDTSTART;TZID=Europe/London:20261201T070000\n\
                      DTEND;TZID=Europe/London:20261201T150000\nSUMMARY:Early\nRRULE:FREQ=DAILY;COUNT=4";

#[test]
fn an_occurrence_that_was_called_off_is_taken_out_of_its_series() {
    for exception in [
        "UID:roster-7@duty.test\nRECURRENCE-ID;TZID=Europe/London:20261202T070000\nSTATUS:CANCELLED",
        "UID:roster-7@duty.test\nRECURRENCE-ID:20261202T070000Z\nSTATUS:CANCELLED",
        "UID:roster-7@duty.test\nRECURRENCE-ID;VALUE=DATE:20261202\nSTATUS:CANCELLED",
    ] {
        for events in [[SERIES, exception], [exception, SERIES]] {
            let read = of(&events);
            assert_eq!(days(&read), ["2026-12-01T07:00", "2026-12-03T07:00", "2026-12-04T07:00"]);
            assert_eq!((read.series.len(), read.faults.len()), (1, 0), "{:?}", read.faults);
        }
    }
}

#[test]
fn an_occurrence_that_was_changed_takes_the_place_of_its_own() {
    let moved = "UID:roster-7@duty.test\nRECURRENCE-ID;TZID=Europe/London:20261203T070000\n\
                 DTSTART;TZID=Europe/London:20261203T140000\nDTEND;TZID=Europe/London:20261203T220000\nSUMMARY:Late";
    let leave = "UID:roster-7@duty.test\nRECURRENCE-ID;TZID=Europe/London:20261204T070000\n\
                 DTSTART;VALUE=DATE:20261204\nSUMMARY:Annual leave";
    let read = of(&[SERIES, moved, leave]);
    assert_eq!(days(&read), ["2026-12-01T07:00", "2026-12-02T07:00", "2026-12-03T14:00", "2026-12-04T00:00"]);
    assert_eq!(periods(&read)[0].1[3].0, LEAVE);
    let newer = format!("SEQUENCE:2\n{}", moved.replace("T140000", "T150000"));
    assert_eq!(
        days(&of(&[&newer, moved, SERIES]))[2],
        "2026-12-03T15:00",
        "the later version of an exception counts"
    );
}

#[test]
fn an_exception_that_matches_nothing_is_said() {
    let off = "UID:roster-7@duty.test\nRECURRENCE-ID;TZID=Europe/London:20261209T070000\nSTATUS:CANCELLED";
    let read = of(&[SERIES, off]);
    assert_eq!(days(&read).len(), 4);
    says(&read.notes, 2, "9 December 2026, 07:00 that its series does not have");
    let changed =
        off.replace("STATUS:CANCELLED", "DTSTART:20261209T080000\nDTEND:20261209T160000\nSUMMARY:Early");
    let read = of(&[SERIES, &changed]);
    assert_eq!(days(&read), [] as [&str; 0], "whoever changed it meant another series");
    says(&read.faults, 2, "9 December 2026");
    let read = of(&[&format!("{SERIES}\nEXDATE;VALUE=DATE:20261220")]);
    assert_eq!(days(&read).len(), 4);
    says(&read.notes, 1, "20 December 2026 (EXDATE) is none of its occurrences");
    let later = format!("{}\nSUMMARY:E", off.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;"));
    let read = of(&[SERIES, &later]);
    assert_eq!(days(&read), [] as [&str; 0]);
    says(&read.faults, 2, "RANGE");
    says(&read.faults, 1, "event 2 of the same series cannot be read");
}

#[test]
fn an_exception_of_a_day_takes_out_the_occurrence_of_that_day() {
    let weekly = "DTSTART;TZID=Europe/London:20261206T100000\nDTEND;TZID=Europe/London:20261206T180000\nSUMMARY:Day\n\
                  RRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20261227T100000Z";
    let read = of(&[&format!("{weekly}\nEXDATE;VALUE=DATE:20261213,20261227")]);
    assert_eq!(days(&read), ["2026-12-06T10:00", "2026-12-20T10:00"]);
    assert!(read.notes.is_empty(), "{:?}", read.notes);
}

#[test]
fn what_outlook_writes_is_read_with_its_zone_in_every_property() {
    let zone = "BEGIN:VTIMEZONE\r\nTZID:GMT Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16011028T020000\r\n\
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:-0000\r\nEND:STANDARD\r\n\
        BEGIN:DAYLIGHT\r\nDTSTART:16010325T010000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n\
        TZOFFSETFROM:-0000\r\nTZOFFSETTO:+0100\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";
    let event = "DTSTART;TZID=\"GMT Standard Time\":20260907T150000\nDTEND;TZID=\"GMT Standard Time\":20260907T230000\n\
        EXDATE;TZID=\"GMT Standard Time\":20260914T150000\nRRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO\n\
        SUMMARY;LANGUAGE=en-gb:Late\nTRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\n\
        BEGIN:VALARM\nTRIGGER:-PT15M\nACTION:DISPLAY\nDESCRIPTION:Reminder\nEND:VALARM";
    let text = calendar(&[event]).replace("BEGIN:VEVENT", &format!("{zone}BEGIN:VEVENT"));
    let read = read(text.as_bytes(), &Answers::new()).unwrap();
    assert_eq!(days(&read), ["2026-09-07T14:00", "2026-09-21T14:00"], "{:?}", read.faults);
}

#[test]
fn a_zone_is_read_under_every_name_and_one_that_is_not_is_named() {
    let event = |zone: &str| {
        format!("DTSTART;TZID={zone}:20260714T080000\nDTEND;TZID={zone}:20260714T180000\nSUMMARY:Day")
    };
    for (zone, hour) in [
        ("GMT Standard Time 1", "07"),
        ("\"(UTC+00:00) Dublin, Edinburgh, Lisbon, London\"", "07"),
        ("/citadel.org/20190914_1/Europe/London", "07"),
        ("europe/london", "07"),
        ("GMT", "08"),
    ] {
        assert_eq!(days(&of(&[&event(zone)])), [format!("2026-07-14T{hour}:00")], "{zone}");
    }
    let read = of(&[&event("\"(UTC+01:00) Brussels, Copenhagen\"")]);
    says(&read.faults, 1, "DTSTART: its time zone “(UTC+01:00) Brussels, Copenhagen”");
}

#[test]
fn whole_days_of_exchange_are_whole_days() {
    let event = |summary: &str, busy: &str, days: (&str, &str)| {
        format!(
            "SUMMARY:{summary}\nDTSTART;TZID=GMT Standard Time:{}T000000\nDTEND;TZID=GMT Standard Time:{}T000000\n\
             X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nX-MICROSOFT-CDO-BUSYSTATUS:{busy}",
            days.0, days.1
        )
    };
    assert_eq!(one(&event("Rest day", "FREE", ("20260705", "20260706"))).unwrap(), []);
    assert_eq!(
        one(&event("Annual leave", "OOF", ("20260707", "20260712"))).unwrap(),
        [(LEAVE, wall("2026-07-07T00:00"), wall("2026-07-12T00:00"))]
    );
    assert_eq!(one(&event("Holiday: Spain", "OOF", ("20260707", "20260708"))).unwrap()[0].0, LEAVE);
    assert!(one(&event("Early", "BUSY", ("20260707", "20260708"))).unwrap_err().starts_with("asked"));
    let utc = "SUMMARY:Rest day\nDTSTART:20260704T230000Z\nDTEND:20260705T230000Z";
    assert_eq!(one(utc).unwrap(), [], "midnight in Britain, in summer, without the mark");
    let half =
        "SUMMARY:Rest day\nDTSTART:20260704T080000\nDTEND:20260704T160000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE";
    assert!(one(half).unwrap_err().contains("all day"));
}

#[test]
fn words_in_doubt_are_asked_about_once_and_the_answer_counts() {
    let timed = |day: u8, summary: &str| {
        format!("DTSTART:202612{day}T070000\nDTEND:202612{day}T170000\nSUMMARY:{summary}")
    };
    let (course, square) =
        (timed(14, "Newmarket Racecourse: public order"), timed(15, "Cleaver Square patrol"));
    let (bank, ill) = (timed(26, "Bank holiday working"), timed(27, "Early (covering sickness)"));
    let events = [course.as_str(), &square, &bank, &ill];
    let read = of(&events);
    assert_eq!(days(&read), ["2026-12-14T07:00", "2026-12-15T07:00"]);
    assert!(periods(&read).iter().flat_map(|(_, all)| all).all(|(kind, ..)| *kind == PeriodKind::Shift));
    let asked: Vec<_> = read.questions.iter().map(|asked| (asked.event, asked.words.as_str())).collect();
    assert_eq!(asked, [(3, "Bank holiday working"), (4, "Early (covering sickness)")]);
    let answers = [("Bank holiday working", "shift"), ("Early (covering sickness)", "rest-day")];
    let answers: Answers = answers.map(|(words, answer)| (words.to_owned(), answer.to_owned())).into();
    let read = super::read(calendar(&events).as_bytes(), &answers).unwrap();
    assert_eq!(days(&read), ["2026-12-14T07:00", "2026-12-15T07:00", "2026-12-26T07:00"]);
}

#[test]
fn the_later_version_of_an_event_counts_and_two_of_one_version_do_not() {
    let one = "UID:a\nSEQUENCE:1\nDTSTAMP:20261001T090000Z\nDTSTART:20261220T070000\nDTEND:20261220T150000\nSUMMARY:Early";
    let two = one.replace("SEQUENCE:1", "SEQUENCE:2").replace("T070000", "T090000");
    for events in [[one, two.as_str()], [two.as_str(), one]] {
        let read = of(&events);
        assert_eq!(days(&read), ["2026-12-20T09:00"]);
        assert_eq!((read.series[0].sequence, read.notes.len()), (2, 1));
    }
    let other = one.replace("T070000", "T100000");
    assert!(of(&[one, &other]).faults[0].what.contains("same version"));
    assert_eq!(days(&of(&[one, one])).len(), 1);
}

#[test]
fn exceptions_without_their_series_are_kept_for_an_earlier_import() {
    let exception =
        "UID:roster-7@duty.test\nRECURRENCE-ID;TZID=Europe/London:20261202T070000\nSTATUS:CANCELLED";
    let read = of(&[exception]);
    let series = &read.series[0];
    assert!(!series.whole && series.occurrences[0].period.is_none());
    assert_eq!(series.occurrences[0].slot, wall("2026-12-02T07:00"));
    let cancelled = calendar(&[SERIES]).replace("VERSION", "METHOD:CANCEL\r\nVERSION");
    let read = super::read(cancelled.as_bytes(), &Answers::new()).unwrap();
    assert!(read.series[0].whole && read.series[0].occurrences.is_empty());
}

#[test]
fn what_is_not_understood_is_refused_by_event_and_the_rest_goes_in() {
    let good = "DTSTART:20261102T090000\nDTEND:20261102T170000\nSUMMARY:D";
    for (bad, words) in [
        ("DTSTART;TZID=America/New_York:20261102T090000\nDTEND:20261102T170000", "America/New_York"),
        ("DTSTART:20261102T090000\nDTEND:20261101T170000", "before it starts"),
        ("DTSTART:20261102T090000\nDTEND:20261109T170000", "36 hours"),
        ("DTSTART:20261102T090000", "neither DTEND nor DURATION"),
        ("DTEND:20261102T090000", "no DTSTART"),
        ("DTSTART:2 November\nDTEND:20261102T170000", "not a time"),
        ("DTSTART:20261102T090000\nDURATION:-PT8H", "DURATION"),
        ("DTSTART;VALUE=DATE:20261102\nDTEND:20261102T170000\nSUMMARY:Leave", "both the same"),
        ("DTSTART:20261102T090000\nDTEND:20261102T170000\nEXRULE:FREQ=DAILY", "EXRULE"),
        ("DTSTART:20261102T090000\nDTEND:20261102T170000\nSEQUENCE:x", "SEQUENCE"),
        ("a line without a colon", "cannot be read"),
    ] {
        let read = of(&[good, bad, good]);
        assert_eq!(read.series.iter().map(|series| series.event).collect::<Vec<_>>(), [1, 3], "{bad}");
        says(&read.faults, 2, words);
    }
}

#[test]
fn a_file_without_events_or_in_another_encoding_is_said() {
    let text = calendar(&["DTSTART:20261221T070000\nDTEND:20261221T150000\nSUMMARY:Early, Café duty"]);
    let taken = |bytes: &[u8]| days(&read(bytes, &Answers::new()).unwrap()) == ["2026-12-21T07:00"];
    assert!(taken(text.replace("\r\n", "\r").as_bytes()), "line ends of old Macs");
    assert!(taken(text.as_bytes()));
    let folded = text
        .as_bytes()
        .iter()
        .flat_map(|byte| if *byte == 0xA9 { b"\r\n \xA9".to_vec() } else { vec![*byte] });
    assert!(taken(&folded.collect::<Vec<_>>()), "folded in the middle of a character");
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert!(taken(&wide));
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let error = read(&latin, &Answers::new()).unwrap_err().to_string();
    assert!(error.contains("not in UTF-8") && error.contains("save it as UTF-8"), "{error}");
    assert_eq!(read(calendar(&[]).as_bytes(), &Answers::new()), Err(CalendarError::NoEvent));
    let tasks = text.replace("BEGIN:VEVENT", "BEGIN:VTODO\r\nEND:VTODO\r\nBEGIN:VEVENT");
    says(
        &read(tasks.as_bytes(), &Answers::new()).unwrap().notes,
        0,
        "Tasks in the calendar were not read: 1",
    );
}

#[test]
fn hostile_files_are_bounded() {
    let read = |text: &str| super::read(text.as_bytes(), &Answers::new());
    assert_eq!(read(&"x".repeat(LARGEST + 1)).unwrap_err(), CalendarError::TooLarge);
    assert_eq!(read("hello").unwrap_err(), CalendarError::NoCalendar);
    assert_eq!(read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x").unwrap_err(), CalendarError::CutOff(1));
    assert_eq!(read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\n").unwrap_err(), CalendarError::Unfinished);
    let many = "BEGIN:VEVENT\nEND:VEVENT\n".repeat(MOST_EVENTS + 1);
    assert_eq!(read(&format!("BEGIN:VCALENDAR\n{many}END:VCALENDAR")).unwrap_err(), CalendarError::TooLarge);
    let deep = format!("BEGIN:VEVENT\n{}END:VEVENT\n", "BEGIN:VALARM\n".repeat(20_000));
    let deep = read(&format!("BEGIN:VCALENDAR\n{deep}END:VCALENDAR")).unwrap();
    assert!(deep.faults[0].what.contains("too much"), "{:?}", deep.faults);
    let daily = "DTSTART:20261102T090000\nDTEND:20261102T170000\nRRULE:FREQ=DAILY;COUNT=732";
    assert_eq!(read(&calendar(&[daily; 12])).unwrap_err(), CalendarError::TooLarge, "in sum as well");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_event_is_periods_or_a_reason(lines in prop::collection::vec(
        "(DTSTART|DTEND|DURATION|RRULE|EXDATE|RDATE|RECURRENCE-ID|SUMMARY|BEGIN|END|STATUS)(;TZID=[A-Z/]{0,12})?:[A-Z0-9;=,+/-]{0,30}", 0..12,
    )) {
        if let Ok(read) = read(calendar(&[&lines.join("\n")]).as_bytes(), &Answers::new()) {
            for (_, all) in periods(&read) {
                for (_, start, end) in all {
                    prop_assert!(start < end);
                }
            }
        }
    }
}
