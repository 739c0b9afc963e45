//! Rotas: turns, layers, changes, both changes of the clocks, gaps, and the schedule against every single instant.

use domain::local_time::instant;
use domain::{PersonId, Span, Timestamp};
use jiff::civil::DateTime;
use proptest::prelude::*;

use super::*;

fn who(number: u128) -> PersonId {
    PersonId::from_uuid(uuid::Uuid::from_u128(number))
}

fn at(text: &str) -> Timestamp {
    instant(text.parse().unwrap())
}

fn layer(people: &[u128], count: i64, unit: TurnUnit, start: &str, hours: &str) -> Layer {
    Layer {
        people: people.iter().copied().map(who).collect(),
        turn: Turn::of(count, unit).unwrap(),
        start: start.parse().unwrap(),
        hours: hours.parse().unwrap(),
    }
}

/// Persons 1, 2 and 3 by the week, from Monday 7 December 2026 at nine.
fn weekly() -> Rota {
    let layers = vec![layer(&[1, 2, 3], 1, TurnUnit::Weeks, "2026-12-07T09:00", "")];
    Rota { layers, ..Rota::default() }
}

fn called(rota: &Rota, text: &str) -> Vec<u128> {
    rota.on_call_at(at(text)).people.iter().map(|person| person.uuid().as_u128()).collect()
}

fn change(start: &str, end: &str, what: What) -> Change {
    Change { start: at(start), end: at(end), what }
}

#[test]
fn turns_follow_in_order_and_wrap_round() {
    let rota = weekly();
    assert!(called(&rota, "2026-12-07T08:59:59").is_empty(), "before the first hand-over");
    for (time, person) in [
        ("2026-12-07T09:00", 1),
        ("2026-12-14T08:59:59", 1),
        ("2026-12-14T09:00", 2),
        ("2026-12-21T09:00", 3),
        ("2026-12-28T09:00", 1),
        ("2031-12-01T12:00", 3),
    ] {
        assert_eq!(called(&rota, time), [person], "{time}");
    }
}

#[test]
fn a_rota_without_layers_or_participants_has_nobody() {
    let (from, to) = (at("2026-12-07T09:00"), at("2026-12-08T09:00"));
    let nobody = Rota { layers: vec![layer(&[], 1, TurnUnit::Days, "2026-12-01T09:00", "")], ..weekly() };
    for rota in [Rota::default(), nobody] {
        assert_eq!(rota.on_call_at(from), Watch::default());
        let gap = Gap { start: from, end: to, missing: Vec::new() };
        assert_eq!(rota.gaps(from, to), [gap]);
        assert!(rota.next_turns(from, to, 2).is_empty());
    }
}

#[test]
fn the_hand_over_keeps_its_local_time_when_the_clocks_go_forward_and_back() {
    let daily =
        |start: &str| Rota { layers: vec![layer(&[1, 2], 1, TurnUnit::Days, start, "")], ..Rota::default() };
    // Sunday 29 March 2026 has 23 hours, Sunday 25 October 2026 has 25.
    for (first, change, hours) in
        [("2026-03-27T09:00", "2026-03-28T09:00", 23), ("2026-10-23T09:00", "2026-10-24T09:00", 25)]
    {
        let from = at(change);
        let spell = daily(first).schedule(from, from.plus(Span::from_secs(3 * 24 * 3600))).remove(0);
        assert_eq!(spell.end.since(spell.start), Span::from_secs(hours * 3600), "{change}");
    }
}

#[test]
fn a_hand_over_in_the_skipped_hour_is_at_the_change() {
    let layers = vec![layer(&[1, 2], 1, TurnUnit::Days, "2026-03-28T01:30", "")];
    let rota = Rota { layers, ..Rota::default() };
    let change: Timestamp = "2026-03-29T01:00:00Z".parse().unwrap();
    let second = Span::from_secs(1);
    assert_eq!(rota.on_call_at(change.minus(second)).people, [who(1)]);
    assert_eq!(rota.on_call_at(change).people, [who(2)]);
    assert_eq!(called(&rota, "2026-03-30T01:29:59"), [2]);
    assert_eq!(called(&rota, "2026-03-30T01:30"), [1]);
}

#[test]
fn a_hand_over_in_the_doubled_hour_is_the_first_time() {
    let layers = vec![layer(&[1, 2], 1, TurnUnit::Days, "2026-10-24T01:30", "")];
    let rota = Rota { layers, ..Rota::default() };
    for (time, person) in [
        ("2026-10-25T00:29:59Z", 1),
        ("2026-10-25T00:30:00Z", 2),
        ("2026-10-25T01:15:00Z", 2),
        ("2026-10-25T01:45:00Z", 2),
        ("2026-10-26T01:29:59Z", 2),
        ("2026-10-26T01:30:00Z", 1),
    ] {
        let at: Timestamp = time.parse().unwrap();
        assert_eq!(rota.on_call_at(at).people, [who(person)], "{time}");
    }
}

#[test]
fn hourly_turns_go_by_the_wall_clock_on_both_days() {
    let hourly = |start: &str| Rota {
        layers: vec![layer(&[0, 1, 2, 3], 1, TurnUnit::Hours, start, "")],
        ..Rota::default()
    };
    let lengths = |start: &str| {
        let from = at(start);
        let spells = hourly(start).schedule(from, from.plus(Span::from_secs(4 * 3600)));
        spells.iter().map(|one| one.end.since(one.start).millis() / 60_000).collect::<Vec<_>>()
    };
    // The turn from one to two is skipped with its hour: person 1 has none.
    let spring = hourly("2026-03-29T00:00");
    assert_eq!(spring.on_call_at("2026-03-29T00:30:00Z".parse().unwrap()).people, [who(0)]);
    assert_eq!(spring.on_call_at("2026-03-29T01:30:00Z".parse().unwrap()).people, [who(2)]);
    assert_eq!(lengths("2026-03-29T00:00"), [60, 60, 60, 60]);
    // The turn from one to two lasts as long as it takes the clock to show two.
    assert_eq!(lengths("2026-10-25T00:00"), [60, 120, 60]);
}

#[test]
fn the_later_layer_overrides_and_the_earlier_one_steps_in() {
    let mut rota = weekly();
    rota.layers.push(layer(&[7], 1, TurnUnit::Weeks, "2026-12-01T00:00", "Mon-Fri 08:00-18:00"));
    assert_eq!(called(&rota, "2026-12-08T07:59:59"), [1]);
    assert_eq!(called(&rota, "2026-12-08T08:00"), [7]);
    assert_eq!(called(&rota, "2026-12-08T18:00"), [1]);
    assert_eq!(called(&rota, "2026-12-12T12:00"), [1], "a Saturday");
    rota.away.insert(who(7), vec![(at("2026-12-09T00:00"), at("2026-12-10T00:00"))]);
    let watch = rota.on_call_at(at("2026-12-09T12:00"));
    assert_eq!((watch.people, watch.missing), (vec![who(1)], vec![who(7)]));
}

#[test]
fn who_has_left_or_is_on_leave_is_missed_and_moves_nobodys_turn() {
    let mut rota = weekly();
    rota.away.insert(who(2), vec![(at("2026-12-10T00:00"), Timestamp::from_millis(i64::MAX))]);
    rota.away.insert(who(3), vec![(at("2026-12-23T00:00"), at("2026-12-24T00:00"))]);
    let gaps = rota.gaps(at("2026-12-07T09:00"), at("2026-12-30T00:00"));
    let gap =
        |start: &str, end: &str, person| Gap { start: at(start), end: at(end), missing: vec![who(person)] };
    assert_eq!(
        gaps,
        [gap("2026-12-14T09:00", "2026-12-21T09:00", 2), gap("2026-12-23T00:00", "2026-12-24T00:00", 3),]
    );
    assert_eq!(called(&rota, "2026-12-28T09:00"), [1]);
}

#[test]
fn overrides_add_remove_and_replace_for_their_span_alone() {
    let (start, end) = ("2026-12-08T12:00", "2026-12-08T18:00");
    for (what, expected) in [
        (What::Add(who(9)), vec![1, 9]),
        (What::Add(who(1)), vec![1]),
        (What::Remove(who(1)), vec![]),
        (What::Remove(who(2)), vec![1]),
        (What::Replace { out: who(1), with: who(9) }, vec![9]),
        (What::Replace { out: who(2), with: who(9) }, vec![1]),
    ] {
        let rota = Rota { changes: vec![change(start, end, what.clone())], ..weekly() };
        assert_eq!(called(&rota, "2026-12-08T11:59:59"), [1]);
        assert_eq!(called(&rota, start), expected, "{what:?}");
        assert_eq!(called(&rota, end), [1]);
    }
}

#[test]
fn overlapping_overrides_apply_in_the_order_in_which_they_were_made() {
    let span = ("2026-12-08T12:00", "2026-12-08T18:00");
    let replace = |out, with| change(span.0, span.1, What::Replace { out: who(out), with: who(with) });
    let rota = Rota { changes: vec![replace(1, 8), replace(8, 9)], ..weekly() };
    assert_eq!(called(&rota, span.0), [9], "the second replaces whom the first put in");
    let rota = Rota { changes: vec![replace(8, 9), replace(1, 8)], ..weekly() };
    assert_eq!(called(&rota, span.0), [8], "the first found nobody to replace");
    let removed = change("2026-12-08T14:00", "2026-12-08T16:00", What::Remove(who(8)));
    let rota = Rota { changes: vec![replace(1, 8), removed], ..weekly() };
    let gaps = rota.gaps(at(span.0), at(span.1));
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].start, gaps[0].end), (at("2026-12-08T14:00"), at("2026-12-08T16:00")));
}

#[test]
fn somebody_who_stands_in_for_a_person_on_leave_fills_the_gap() {
    let mut rota = weekly();
    rota.away.insert(who(1), vec![(at("2026-12-08T00:00"), at("2026-12-09T00:00"))]);
    let with = What::Replace { out: who(1), with: who(9) };
    rota.changes = vec![change("2026-12-08T00:00", "2026-12-09T00:00", with)];
    assert_eq!(called(&rota, "2026-12-08T12:00"), [9]);
    assert!(rota.gaps(at("2026-12-07T09:00"), at("2026-12-28T09:00")).is_empty());
}

#[test]
fn a_temporary_rota_replaces_what_was_made_before_it_and_takes_later_changes() {
    let (start, end) = ("2026-12-24T12:00", "2027-01-02T09:00");
    let christmas = layer(&[5, 6], 1, TurnUnit::Days, "2026-12-24T12:00", "");
    let before = change(start, end, What::Add(who(9)));
    let after = change("2026-12-26T12:00", end, What::Replace { out: who(5), with: who(4) });
    let rota =
        Rota { changes: vec![before, change(start, end, What::Temporary(christmas)), after], ..weekly() };
    assert_eq!(called(&rota, "2026-12-24T11:59:59"), [3]);
    assert_eq!(called(&rota, "2026-12-24T12:00"), [5], "neither the layer nor the earlier addition");
    assert_eq!(called(&rota, "2026-12-25T12:00"), [6]);
    assert_eq!(called(&rota, "2026-12-26T12:00"), [4]);
    assert_eq!(called(&rota, end), [1]);
}

#[test]
fn only_the_hours_to_be_covered_have_gaps() {
    let nights = "Mon-Fri 17:00-08:00\nSat,Sun 08:00-08:00";
    let rota = Rota {
        hours: nights.parse().unwrap(),
        layers: vec![layer(
            &[1],
            1,
            TurnUnit::Weeks,
            "2026-12-01T00:00",
            "Mon-Fri 18:00-08:00\nSat 08:00-08:00",
        )],
        ..Rota::default()
    };
    let gaps = rota.gaps(at("2026-12-11T09:00"), at("2026-12-14T17:00"));
    let spans: Vec<_> = gaps.iter().map(|gap| (gap.start, gap.end)).collect();
    assert_eq!(
        spans,
        [(at("2026-12-11T17:00"), at("2026-12-11T18:00")), (at("2026-12-13T08:00"), at("2026-12-14T08:00")),],
        "Friday's first hour, and Sunday until Monday at eight"
    );
}

#[test]
fn the_next_two_turns_are_other_peoples() {
    let rota = weekly();
    let next = rota.next_turns(at("2026-12-09T12:00"), at("2027-02-01T00:00"), 2);
    let read: Vec<_> = next.iter().map(|one| (one.start, one.watch.people.clone())).collect();
    assert_eq!(read, [(at("2026-12-14T09:00"), vec![who(2)]), (at("2026-12-21T09:00"), vec![who(3)])]);
}

#[test]
fn hours_are_read_as_people_write_them() {
    for good in
        ["", "Mon 09:00-17:00", "monday-friday 09:00-17:00", "Fri-Mon 18:00-06:00", "Sat, Sun 00:00-24:00"]
    {
        assert!(good.parse::<Hours>().is_ok(), "{good}");
    }
    for bad in [
        "Mon",
        "09:00-17:00",
        "Mon 9-5",
        "Mon 09:00",
        "Foo 09:00-17:00",
        "Mon-Foo 09:00-17:00",
        "Mo 09:00-17:00",
        "Mon 24:00-09:00",
        "ünd 09:00-17:00",
    ] {
        let error = bad.parse::<Hours>().unwrap_err().to_string();
        assert!(error.contains("such as Mon-Fri 17:00-08:00"), "{bad}: {error}");
    }
    assert_eq!("Mon 09:00-17:00\n".repeat(MOST_WINDOWS + 1).parse::<Hours>(), Err(HoursError::Many));
}

#[test]
fn turns_have_limits() {
    assert!(Turn::of(0, TurnUnit::Hours).is_none());
    assert!(Turn::of(-1, TurnUnit::Days).is_none());
    assert!(Turn::of(LONGEST_TURN_DAYS, TurnUnit::Days).is_some());
    assert!(Turn::of(53, TurnUnit::Weeks).is_none());
    assert!(Turn::of(i64::MAX, TurnUnit::Weeks).is_none());
}

#[test]
fn a_gap_that_was_there_is_not_added() {
    let gap = |start, end| Gap {
        start: Timestamp::from_millis(start),
        end: Timestamp::from_millis(end),
        missing: Vec::new(),
    };
    assert!(!adds_gap(&[gap(0, 10)], &[gap(2, 8)]));
    assert!(!adds_gap(&[gap(0, 5), gap(5, 10)], &[gap(0, 10)]), "cut in two by who is missing");
    assert!(adds_gap(&[gap(0, 5), gap(6, 10)], &[gap(0, 10)]));
    assert!(adds_gap(&[], &[gap(0, 1)]));
    assert!(!adds_gap(&[gap(0, 1)], &[]));
}

fn a_layer() -> impl Strategy<Value = Layer> {
    let unit = prop_oneof![Just(TurnUnit::Hours), Just(TurnUnit::Days), Just(TurnUnit::Weeks)];
    let hours = prop_oneof![
        Just(""),
        Just("Mon-Fri 17:00-08:00"),
        Just("Sat,Sun 00:30-01:30\nWed 22:00-22:00"),
        Just("Sun 01:00-02:00"),
    ];
    (proptest::collection::vec(1..6_u128, 0..5), 1..30_i64, unit, 0..40_i64, 0..24 * 60_i64, hours).prop_map(
        |(people, count, unit, day, minute, hours)| {
            let first: DateTime = "2026-03-01T00:00".parse().unwrap();
            let start = first + jiff::SignedDuration::from_mins(day * 24 * 60 + minute);
            layer(&people, count, unit, &start.to_string(), hours)
        },
    )
}

/// A span within sixty days from 10 March 2026, which contain the change of the clocks; one in eight is in its night.
fn a_span() -> impl Strategy<Value = (Timestamp, Timestamp)> {
    let whole = (0..60 * 24 * 60_i64, 1..10 * 24 * 60_i64);
    let night = (19 * 24 * 60 - 120..19 * 24 * 60 + 180_i64, 1..180_i64);
    prop_oneof![7 => whole, 1 => night].prop_map(|(start, length)| {
        let start = at("2026-03-10T00:00").plus(Span::from_secs(start * 60));
        (start, start.plus(Span::from_secs(length * 60)))
    })
}

fn a_change() -> impl Strategy<Value = Change> {
    let person = || (1..8_u128).prop_map(who);
    let what = prop_oneof![
        person().prop_map(What::Add),
        person().prop_map(What::Remove),
        (person(), person()).prop_map(|(out, with)| What::Replace { out, with }),
        a_layer().prop_map(What::Temporary),
    ];
    (a_span(), what).prop_map(|((start, end), what)| Change { start, end, what })
}

fn a_rota() -> impl Strategy<Value = Rota> {
    let away = proptest::collection::btree_map(
        (1..8_u128).prop_map(who),
        proptest::collection::vec(a_span(), 0..3),
        0..3,
    );
    let hours = prop_oneof![Just(""), Just("Mon-Fri 17:00-08:00"), Just("Sat,Sun 00:30-24:00")];
    (hours, proptest::collection::vec(a_layer(), 0..4), proptest::collection::vec(a_change(), 0..6), away)
        .prop_map(|(hours, layers, changes, away)| Rota {
            hours: hours.parse().unwrap(),
            layers,
            changes,
            away,
        })
}

proptest! {
    #[test]
    fn the_schedule_says_at_every_instant_who_is_on_call(
        rota in a_rota(),
        instants in proptest::collection::vec(0..62 * 24 * 60_i64, 60),
    ) {
        let from = at("2026-03-09T00:00");
        let to = from.plus(Span::from_secs(62 * 24 * 3600));
        let spells = rota.schedule(from, to);
        prop_assert_eq!(spells.first().map(|one| one.start), Some(from));
        prop_assert_eq!(spells.last().map(|one| one.end), Some(to));
        for (one, next) in spells.iter().zip(spells.iter().skip(1)) {
            prop_assert_eq!(one.end, next.start);
            prop_assert_ne!(&one.watch, &next.watch);
        }
        let gaps = rota.gaps(from, to);
        let edges = spells.iter().flat_map(|one| [one.start, one.end.minus(Span::from_millis(1))]);
        let random = instants.iter().map(|minute| from.plus(Span::from_secs(minute * 60)));
        for instant in random.chain(edges) {
            let watch = rota.on_call_at(instant);
            let spell = spells.iter().find(|one| one.start <= instant && instant < one.end).unwrap();
            prop_assert_eq!(&spell.watch, &watch, "at {}", instant);
            let is_gap = watch.people.is_empty() && rota.hours.cover(instant);
            let reported = gaps.iter().find(|gap| gap.start <= instant && instant < gap.end);
            prop_assert_eq!(reported.is_some(), is_gap, "at {}", instant);
            if let Some(gap) = reported {
                prop_assert_eq!(&gap.missing, &watch.missing);
            }
        }
    }

    #[test]
    fn nobody_is_called_twice_and_nobody_who_is_away(rota in a_rota(), minute in 0..62 * 24 * 60_i64) {
        let instant = at("2026-03-09T00:00").plus(Span::from_secs(minute * 60));
        let people = rota.on_call_at(instant).people;
        for (place, person) in people.iter().enumerate() {
            prop_assert!(!people[place + 1..].contains(person));
            let spans = rota.away.get(person).into_iter().flatten();
            prop_assert!(!spans.clone().any(|(start, end)| *start <= instant && instant < *end));
        }
    }

    #[test]
    fn any_text_of_hours_is_read_or_refused(text in ".{0,60}") {
        drop(text.parse::<Hours>());
    }
}
