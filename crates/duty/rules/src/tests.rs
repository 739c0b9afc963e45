//! Rosters by example, over both changes of the clocks, and by property.

use domain::local_time::{day_of, instant, midnight};
use domain::{Span, Timestamp};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::rule::{Reason, Ruling, UnknownHours, may_tell};
use crate::{AbsenceKind, Assignment, Pattern, Period, PeriodKind, Roster, Shape, State, Unknown};

const SHIFTS: &str = "E 07:00-15:00\nL 15:00-22:00\nN 22:00-07:00";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn wall(text: &str) -> Timestamp {
    instant(text.parse().unwrap())
}

fn on(days: &str, anchor: Date) -> Roster {
    let pattern = Pattern::read(Shape::Cycle, SHIFTS, days).unwrap();
    Roster {
        assignments: vec![Assignment { pattern, anchor, from: anchor, until: None }],
        periods: Vec::new(),
    }
}

fn with(mut roster: Roster, kind: PeriodKind, start: &str, end: &str) -> Roster {
    roster.periods.push(Period { kind, start: wall(start), end: wall(end) });
    roster
}

#[test]
fn two_earlies_two_lates_two_nights_four_off() {
    let roster = on("E E L L N N - - - -", date(2026, 11, 2));
    assert_eq!(roster.state_at(wall("2026-11-02T08:00")), State::OnDuty { until: wall("2026-11-02T15:00") });
    let off = State::OffDuty { next_start: Some(wall("2026-11-04T15:00")) };
    assert_eq!(roster.state_at(wall("2026-11-03T20:00")), off);
    assert_eq!(roster.state_at(wall("2026-11-07T03:00")), State::OnDuty { until: wall("2026-11-07T07:00") });
    let rest = State::OffDuty { next_start: Some(wall("2026-11-12T07:00")) };
    assert_eq!(roster.state_at(wall("2026-11-08T07:00")), rest, "the last night has just ended");
}

#[test]
fn a_night_lasts_an_hour_less_in_march_and_an_hour_more_in_october() {
    let march = on("N - - - -", date(2026, 3, 28));
    assert_eq!(
        march.state_at(at("2026-03-29T01:00:00Z")),
        State::OnDuty { until: at("2026-03-29T06:00:00Z") }
    );
    let spell = march.duty_between(date(2026, 3, 28), date(2026, 3, 28));
    assert_eq!(spell, [(at("2026-03-28T22:00:00Z"), at("2026-03-29T06:00:00Z"))], "eight hours");
    let october = on("N - - - -", date(2026, 10, 24));
    let spell = october.duty_between(date(2026, 10, 24), date(2026, 10, 24));
    assert_eq!(spell, [(at("2026-10-24T21:00:00Z"), at("2026-10-25T07:00:00Z"))], "ten hours");
    for twice in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"] {
        assert_eq!(
            october.state_at(at(twice)),
            State::OnDuty { until: at("2026-10-25T07:00:00Z") },
            "{twice}"
        );
    }
}

#[test]
fn shifts_that_start_in_the_missing_or_the_doubled_hour() {
    let pattern = Pattern::read(Shape::Cycle, "A 01:30-09:00", "A").unwrap();
    let start = |day: Date| pattern.shift_on(day, day).unwrap().on(day).unwrap();
    assert_eq!(start(date(2026, 3, 29)), (at("2026-03-29T01:00:00Z"), at("2026-03-29T08:00:00Z")));
    assert_eq!(start(date(2026, 10, 25)), (at("2026-10-25T00:30:00Z"), at("2026-10-25T09:00:00Z")));
    let short = Pattern::read(Shape::Cycle, "A 01:10-01:50", "A").unwrap();
    let none = short.shift_on(date(2026, 3, 29), date(2026, 3, 29)).unwrap().on(date(2026, 3, 29));
    assert_eq!(none, None, "a shift that the clocks skip does not take place");
}

#[test]
fn the_next_duty_is_found_across_both_changes() {
    for (saturday, monday) in
        [("2026-03-28T18:00", "2026-03-30T07:00"), ("2026-10-24T18:00", "2026-10-26T07:00")]
    {
        let pattern = Pattern::read(Shape::Week, SHIFTS, "E E E E E - -").unwrap();
        let assignment =
            Assignment { pattern, anchor: date(2026, 1, 5), from: date(2026, 1, 5), until: None };
        let roster = Roster { assignments: vec![assignment], periods: Vec::new() };
        assert_eq!(roster.state_at(wall(saturday)), State::OffDuty { next_start: Some(wall(monday)) });
    }
}

#[test]
fn what_was_not_entered_is_not_known() {
    assert_eq!(
        Roster::default().state_at(at("2026-11-22T03:00:00Z")),
        State::NotKnown { why: Unknown::NoPattern, next_start: None }
    );
    let mut roster = on("E E - -", date(2026, 11, 10));
    assert_eq!(
        roster.state_at(wall("2026-11-09T23:59")),
        State::NotKnown { why: Unknown::Outside, next_start: Some(wall("2026-11-10T07:00")) }
    );
    roster.assignments[0].until = Some(date(2026, 11, 11));
    let after = roster.state_at(wall("2026-11-12T08:00"));
    assert_eq!(after, State::NotKnown { why: Unknown::Outside, next_start: None }, "not off: nobody said so");
    let listed = Assignment {
        pattern: Pattern::listed(),
        anchor: date(2026, 11, 1),
        from: date(2026, 11, 1),
        until: None,
    };
    let roster = Roster { assignments: vec![listed], periods: Vec::new() };
    assert_eq!(roster.state_at(wall("2026-11-12T08:00")), State::OffDuty { next_start: None });
}

#[test]
fn the_later_assignment_holds_and_a_night_reaches_over_the_last_day() {
    let mut roster = on("N", date(2026, 11, 1));
    roster.assignments[0].until = Some(date(2026, 11, 9));
    assert_eq!(roster.state_at(wall("2026-11-10T06:00")), State::OnDuty { until: wall("2026-11-10T07:00") });
    roster.assignments.extend(on("- -", date(2026, 11, 5)).assignments);
    let off = roster.state_at(wall("2026-11-07T01:00"));
    assert_eq!(off, State::OffDuty { next_start: None }, "the pattern that began later says off");
}

#[test]
fn a_swap_moves_a_shift_and_an_absence_goes_over_everything() {
    let swapped =
        with(on("E E - -", date(2026, 11, 2)), PeriodKind::Replaced, "2026-11-03T00:00", "2026-11-04T00:00");
    let swapped = with(swapped, PeriodKind::Shift, "2026-11-04T07:00", "2026-11-04T15:00");
    let off = State::OffDuty { next_start: Some(wall("2026-11-04T07:00")) };
    assert_eq!(swapped.state_at(wall("2026-11-03T09:00")), off);
    let leave = PeriodKind::Absence(AbsenceKind::AnnualLeave);
    let away = with(swapped, leave, "2026-11-04T00:00", "2026-11-06T12:00");
    let away = with(away, PeriodKind::OnCall, "2026-11-05T00:00", "2026-11-06T00:00");
    let state = away.state_at(wall("2026-11-05T10:00"));
    let (until, next_start) = (wall("2026-11-06T12:00"), Some(wall("2026-11-06T12:00")));
    assert_eq!(
        state,
        State::OnLeave { kind: AbsenceKind::AnnualLeave, until, next_start },
        "back in mid-shift"
    );
}

#[test]
fn on_call_is_off_duty_and_to_be_reached() {
    let roster =
        with(on("E E - -", date(2026, 11, 2)), PeriodKind::OnCall, "2026-11-03T15:00", "2026-11-04T09:00");
    let state = roster.state_at(wall("2026-11-04T03:00"));
    let (until, next_start) = (wall("2026-11-04T09:00"), Some(wall("2026-11-06T07:00")));
    assert_eq!(state, State::OnCall { until, next_start });
    assert_eq!(may_tell(&state, Reason::OnCall, false), Ruling::TellThoughOff);
    assert_eq!(may_tell(&state, Reason::Routine, false), Ruling::Hold);
    let resting = roster.state_at(wall("2026-11-04T10:00"));
    assert_eq!(
        may_tell(&resting, Reason::OnCall, false),
        Ruling::Hold,
        "nobody is on call because a caller says so"
    );
}

#[test]
fn hostile_rosters_are_bounded() {
    let forever = Period {
        kind: PeriodKind::Shift,
        start: Timestamp::from_millis(i64::MIN),
        end: Timestamp::from_millis(i64::MAX),
    };
    let upside_down = Period { kind: PeriodKind::OnCall, start: forever.end, end: forever.start };
    let roster = Roster { assignments: Vec::new(), periods: vec![forever, upside_down] };
    for odd in [i64::MIN, -1, 0, i64::MAX] {
        let state = roster.state_at(Timestamp::from_millis(odd));
        assert!(matches!(state, State::OnDuty { .. } | State::NotKnown { .. }), "{state:?}");
    }
    let many = (0..5000).map(|n| Period {
        kind: PeriodKind::Absence(AbsenceKind::Training),
        start: Timestamp::from_millis(n * 1000),
        end: Timestamp::from_millis(n * 1000 + 500),
    });
    let roster = Roster { periods: many.collect(), ..on("N E L -", Date::MIN) };
    assert!(matches!(roster.state_at(Timestamp::from_millis(0)), State::OnLeave { .. }));
    assert_eq!(
        on("E", date(2026, 1, 1)).duty_between(Date::MIN, Date::MAX).len(),
        0,
        "four years are looked at"
    );
}

const START: i64 = 1_772_323_200_000; // 1 March 2026, midnight
const HOUR: i64 = 3_600_000;

fn rosters() -> impl Strategy<Value = Roster> {
    let days = prop::collection::vec(prop::sample::select(vec!["E", "L", "N", "A", "-"]), 1..12);
    let kinds = prop::sample::select(vec![
        PeriodKind::Shift,
        PeriodKind::Replaced,
        PeriodKind::OnCall,
        PeriodKind::Absence(AbsenceKind::AnnualLeave),
        PeriodKind::Absence(AbsenceKind::Sick),
    ]);
    let period = (kinds, 0..6000_i64, 1..200_i64).prop_map(|(kind, from, hours)| {
        let start = Timestamp::from_millis(START + from * HOUR);
        Period { kind, start, end: start.plus(Span::from_millis(hours * HOUR)) }
    });
    let periods = prop::collection::vec(period, 0..12);
    (days, 0..300_i32, prop::option::of(1..200_i32), periods).prop_map(|(days, from, lasts, periods)| {
        let shifts = format!("{SHIFTS}\nA 01:30-02:30");
        let pattern = Pattern::read(Shape::Cycle, &shifts, &days.join(" ")).unwrap();
        let from = day_of(Timestamp::from_millis(START + i64::from(from) * 24 * HOUR));
        let until = lasts.map(|days| from.saturating_add(jiff::Span::new().days(days)));
        Roster { assignments: vec![Assignment { pattern, anchor: from, from, until }], periods }
    })
}

fn times() -> impl Strategy<Value = Timestamp> {
    // March to December, to the quarter of an hour: both changes of the clocks are within.
    (0..24_000_i64).prop_map(|quarter| Timestamp::from_millis(START + quarter * HOUR / 4))
}

/// The same question asked the long way round: is there any shift, listed or of the pattern, that covers the time?
fn on_duty_the_long_way(roster: &Roster, at: Timestamp) -> bool {
    let covers = |start: Timestamp, end: Timestamp| start <= at && at < end;
    let any = |wanted: fn(&PeriodKind) -> bool, at: Timestamp| {
        roster.periods.iter().any(|one| wanted(&one.kind) && one.start <= at && at < one.end)
    };
    if any(|kind| matches!(kind, PeriodKind::Absence(_)), at) {
        return false;
    }
    let assignment = &roster.assignments[0];
    let by_pattern = (-3..=1).any(|days| {
        let day = day_of(at).saturating_add(jiff::Span::new().days(days));
        let holds = assignment.from <= day && assignment.until.is_none_or(|until| day <= until);
        holds
            && assignment
                .pattern
                .shift_on(day, assignment.anchor)
                .and_then(|shift| shift.on(day))
                .is_some_and(|(start, end)| {
                    covers(start, end) && !any(|kind| *kind == PeriodKind::Replaced, start)
                })
    });
    by_pattern || any(|kind| *kind == PeriodKind::Shift, at)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spells_of_duty_are_in_order_and_apart(roster in rosters()) {
        let spells = roster.duty_between(date(2026, 3, 1), date(2026, 12, 1));
        prop_assert!(spells.iter().all(|(start, end)| start < end));
        prop_assert!(spells.windows(2).all(|pair| pair[0].1 <= pair[1].0));
    }

    #[test]
    fn the_state_agrees_with_the_long_way(roster in rosters(), at in times()) {
        let state = roster.state_at(at);
        prop_assert_eq!(matches!(state, State::OnDuty { .. }), on_duty_the_long_way(&roster, at), "{:?}", state);
        match state {
            State::OnDuty { until } => prop_assert!(until > at && (
                !on_duty_the_long_way(&roster, until) || until > at.plus(Span::from_secs(24 * 3600)))),
            other => if let Some(next) = other.next_start() {
                prop_assert!(next > at && on_duty_the_long_way(&roster, next));
            },
        }
    }

    #[test]
    fn teams_that_follow_each_other_leave_no_gap(quarter in 0..24_000_i64) {
        let at = Timestamp::from_millis(START + quarter * HOUR / 4);
        let teams = ["E L N", "L N E", "N E L"].map(|days| on(days, date(2026, 2, 20)));
        let count = teams.iter().filter(|team| matches!(team.state_at(at), State::OnDuty { .. })).count();
        prop_assert_eq!(count, 1, "one team and one only, at {}", at);
    }

    #[test]
    fn nobody_off_duty_is_told_anything_but_for_the_five_reasons(
        roster in rosters(), at in times(), reason in prop::sample::select(Reason::ALL.to_vec()),
    ) {
        let state = roster.state_at(at);
        let told = may_tell(&state, reason, false) != Ruling::Hold;
        let on_duty = on_duty_the_long_way(&roster, at);
        let away = roster.periods.iter().any(|one| {
            matches!(one.kind, PeriodKind::Absence(_)) && one.start <= at && at < one.end
        });
        let on_call = !away && roster.periods.iter().any(|one| {
            one.kind == PeriodKind::OnCall && one.start <= at && at < one.end
        });
        let allowed = on_duty
            || reason == Reason::LiveMatter
            || reason == Reason::Alarm
            || reason == Reason::OwnReport
            || (reason == Reason::BeforeShift && !away && state.next_start().is_some()
                && matches!(state, State::OffDuty { .. } | State::OnCall { .. }))
            || (reason == Reason::OnCall && on_call);
        prop_assert_eq!(told, allowed, "{:?} for {:?} at {}", state, reason, at);
        prop_assert_eq!(may_tell(&state, reason, false) == Ruling::Tell, on_duty, "an exception is one off duty");
    }

    #[test]
    fn any_text_is_a_pattern_or_an_error(shifts in "[A-Z0-9:\\- \n]{0,60}", days in "[A-Z\\- ]{0,40}") {
        if let Ok(pattern) = Pattern::read(Shape::Cycle, &shifts, &days) {
            for day in [Date::MIN, date(2026, 3, 29), Date::MAX] {
                let _ = pattern.shift_on(day, date(2026, 1, 1)).and_then(|shift| shift.on(day));
            }
        }
    }
}

#[test]
fn midnight_is_where_the_tests_think() {
    assert_eq!(midnight(date(2026, 3, 1)).millis(), START);
}

#[test]
fn unknown_duty_opens_the_door_on_working_days_in_the_forces_hours() {
    let hours = UnknownHours::between(8, 18).unwrap();
    let christmas: jiff::civil::Date = "2026-12-25".parse().unwrap();
    let working = |day: jiff::civil::Date| {
        !matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday)
            && day != christmas
    };
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    for (time, covered, next) in [
        ("2026-11-23T07:59:00Z", false, "2026-11-23T08:00:00.000Z"),
        ("2026-11-23T08:00:00Z", true, "2026-11-24T08:00:00.000Z"),
        ("2026-11-23T18:00:00Z", false, "2026-11-24T08:00:00.000Z"),
        ("2026-11-28T11:00:00Z", false, "2026-11-30T08:00:00.000Z"),
        ("2026-12-24T19:00:00Z", false, "2026-12-28T08:00:00.000Z"),
        // Summer: eight o'clock on the wall is seven in UTC, on both sides of both changes.
        ("2026-03-27T19:00:00Z", false, "2026-03-30T07:00:00.000Z"),
        ("2026-06-01T07:00:00Z", true, "2026-06-02T07:00:00.000Z"),
        ("2026-10-23T19:00:00Z", false, "2026-10-26T08:00:00.000Z"),
    ] {
        assert_eq!(hours.cover(at(time), &working), covered, "{time}");
        assert_eq!(hours.next_start(at(time), &working).unwrap().to_string(), next, "{time}");
    }
    assert!(hours.next_start(at("2026-11-23T08:00:00Z"), &|_| false).is_none());
    for (from, until) in [(0, 0), (18, 8), (-1, 5), (8, 25), (1_000, 2_000)] {
        assert!(UnknownHours::between(from, until).is_none(), "{from} {until}");
    }
    let unknown = State::NotKnown { why: Unknown::NoPattern, next_start: None };
    let resting = State::OffDuty { next_start: None };
    assert_eq!(may_tell(&unknown, Reason::Routine, true), Ruling::TellUnknown);
    assert_eq!(
        may_tell(&unknown, Reason::OnCall, true),
        Ruling::Hold,
        "nobody is on call by not being known"
    );
    assert_eq!(may_tell(&resting, Reason::Routine, true), Ruling::Hold, "who is known to rest, rests");
}
