use std::collections::HashSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const MINUTE: i64 = 60_000;
const PROMISE: Span = Span::from_secs(30 * 60);

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + minutes * MINUTE)
}

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(number))
}

fn step(minutes: i64, people: &[u128]) -> Step {
    Step { wait: Span::from_secs(minutes * 60), people: people.iter().copied().map(person).collect() }
}

fn to(messages: &[Message]) -> Vec<PersonId> {
    messages.iter().map(|message| message.to).collect()
}

#[test]
fn steps_follow_each_other_come_back_to_the_duty_officer_and_begin_again() {
    let chain = [step(5, &[1]), step(5, &[2, 3]), step(10, &[9])];
    let (mut call, first) = Call::begin(at(0), PROMISE, &chain);
    assert_eq!(to(&first), [person(1)]);
    assert_eq!(call.next_at(), Some(at(5)));
    assert!(call.take(Event::Due, at(4), &chain).is_empty(), "nobody is called before the time");
    assert_eq!(to(&call.take(Event::Due, at(5), &chain)), [person(2), person(3)]);
    assert_eq!(to(&call.take(Event::Due, at(10), &chain)), [person(9)]);
    assert!(!call.unanswered);
    assert_eq!(to(&call.take(Event::Due, at(20), &chain)), [person(1)]);
    assert!(call.unanswered, "every step was tried");
    assert!(call.take(Event::Acknowledged, at(21), &chain).is_empty());
    assert_eq!((call.standing, call.next_at()), (CallState::Acknowledged, None));
    assert!(call.take(Event::Escalate, at(22), &chain).is_empty());
}

#[test]
fn a_call_that_another_device_ended_begins_again_with_a_promise_of_its_own() {
    let chain = [step(5, &[1]), step(10, &[9])];
    let (mut call, first) = Call::begin(at(0), PROMISE, &chain);
    assert!(call.take(Event::AnotherDevice(at(40)), at(1), &chain).is_empty(), "who is called is called");
    assert_eq!((call.standing, call.promised_by), (CallState::Calling, at(30)));
    for ends in [Event::Contained, Event::Acknowledged] {
        assert!(call.take(ends, at(2), &chain).is_empty());
        let again = call.take(Event::AnotherDevice(at(40)), at(10), &chain);
        assert_eq!(to(&again), [person(1)]);
        assert!(again[0].attempt > first[0].attempt, "messages of their own");
        assert_eq!((call.standing, call.unanswered, call.promised_by), (CallState::Calling, false, at(40)));
        assert_eq!(call.next_at(), Some(at(15)));
    }
    assert!(call.take(Event::Ended, at(16), &chain).is_empty());
    assert!(
        call.take(Event::AnotherDevice(at(90)), at(17), &chain).is_empty(),
        "a loss that is over stays so"
    );
    assert_eq!(call.standing, CallState::Ended);
}

#[test]
fn a_step_with_nobody_on_call_is_passed_over_at_once() {
    let chain = [step(5, &[]), step(5, &[]), step(10, &[9])];
    let (call, first) = Call::begin(at(0), PROMISE, &chain);
    assert_eq!(to(&first), [person(9)]);
    assert_eq!(call.next_at(), Some(at(10)));
}

#[test]
fn with_nobody_on_call_at_all_it_is_unanswered_at_once_and_tried_again() {
    for chain in [vec![], vec![step(5, &[]), step(5, &[])]] {
        let (mut call, first) = Call::begin(at(0), PROMISE, &chain);
        assert!(first.is_empty());
        assert!(call.unanswered);
        assert_eq!(call.next_at(), Some(at(5)));
        let now_on_call = [step(5, &[4])];
        assert_eq!(to(&call.take(Event::Due, at(5), &now_on_call)), [person(4)]);
    }
}

#[test]
fn failures_lead_to_the_next_step_at_once_and_never_round_and_round() {
    let chain = [step(5, &[1, 2]), step(5, &[3])];
    let (mut call, first) = Call::begin(at(0), PROMISE, &chain);
    assert!(
        call.take(Event::Failed(first[0].attempt), at(0), &chain).is_empty(),
        "one of two may still answer"
    );
    let second = call.take(Event::Failed(first[1].attempt), at(0), &chain);
    assert_eq!(to(&second), [person(3)]);
    assert!(call.take(Event::Failed(first[1].attempt), at(0), &chain).is_empty(), "of a step that is over");
    assert!(call.take(Event::Failed(second[0].attempt), at(0), &chain).is_empty());
    assert!(call.unanswered);
    assert_eq!(call.next_at(), Some(at(5)), "a pause, since everybody was tried");
}

#[test]
fn the_promise_makes_it_unanswered_although_steps_are_left() {
    let chain = [step(30, &[1]), step(30, &[2]), step(30, &[3])];
    let (mut call, _) = Call::begin(at(0), Span::from_secs(12 * 60), &chain);
    assert_eq!(call.next_at(), Some(at(12)));
    assert!(call.take(Event::Due, at(12), &chain).is_empty());
    assert!(call.unanswered);
    assert_eq!(call.next_at(), Some(at(30)));
}

#[test]
fn somebody_may_force_the_next_step_and_a_contained_device_ends_the_call() {
    let chain = [step(5, &[1]), step(5, &[2])];
    let (mut call, _) = Call::begin(at(0), PROMISE, &chain);
    assert_eq!(to(&call.take(Event::Escalate, at(1), &chain)), [person(2)]);
    assert_eq!(call.next_at(), Some(at(6)));
    assert!(call.take(Event::Contained, at(2), &chain).is_empty());
    assert_eq!((call.standing, call.next_at()), (CallState::Contained, None));
    assert!(call.take(Event::Acknowledged, at(3), &chain).is_empty());
    assert_eq!(call.standing, CallState::Acknowledged);
}

#[test]
fn who_takes_it_has_a_while_and_then_people_are_called_again_until_the_duty_officer_answers() {
    let chain = [step(5, &[1]), step(5, &[2])];
    let (mut call, _) = Call::begin(at(0), PROMISE, &chain);
    assert!(call.take(Event::Taken(at(33)), at(3), &chain).is_empty());
    assert_eq!((call.standing, call.next_at()), (CallState::Taken, Some(at(33))));
    for event in [Event::Due, Event::Taken(at(90)), Event::Failed(call.current)] {
        assert!(call.take(event, at(32), &chain).is_empty(), "{event:?}");
    }
    assert_eq!(call.next_at(), Some(at(33)), "taking it again gives no more time");
    assert_eq!(to(&call.take(Event::Due, at(33), &chain)), [person(1)]);
    assert_eq!((call.standing, call.unanswered), (CallState::Calling, true));
    assert!(call.take(Event::Taken(at(64)), at(34), &chain).is_empty());
    assert!(call.take(Event::Acknowledged, at(35), &chain).is_empty());
    assert_eq!((call.standing, call.next_at()), (CallState::Acknowledged, None));
}

#[test]
fn a_call_that_was_taken_ends_with_the_containment() {
    let chain = [step(5, &[1])];
    let (mut call, _) = Call::begin(at(0), PROMISE, &chain);
    assert!(call.take(Event::Taken(at(30)), at(1), &chain).is_empty());
    assert!(call.take(Event::Contained, at(2), &chain).is_empty());
    assert_eq!((call.standing, call.next_at()), (CallState::Contained, None));
}

#[test]
fn who_took_the_report_and_deals_with_it_is_the_first_to_answer_and_the_first_step_waits() {
    let chain = [step(5, &[1]), step(5, &[2])];
    let mut call = Call::begin_answered(at(0), PROMISE, Event::Taken(at(30)));
    assert_eq!((call.standing, call.unanswered, call.next_at()), (CallState::Taken, false, Some(at(30))));
    assert!(call.take(Event::Due, at(29), &chain).is_empty());
    assert_eq!(to(&call.take(Event::Due, at(30), &chain)), [person(1)], "from the first step on");
    let officer = Call::begin_answered(at(0), PROMISE, Event::Acknowledged);
    assert_eq!((officer.standing, officer.next_at()), (CallState::Acknowledged, None));
}

#[test]
fn a_device_that_is_found_ends_the_loss_although_its_call_was_over() {
    for ends in [Event::Contained, Event::Acknowledged] {
        let (mut call, _) = Call::begin(at(0), PROMISE, &[step(5, &[1])]);
        assert!(call.take(ends, at(1), &[]).is_empty());
        assert!(call.take(Event::Ended, at(2), &[]).is_empty());
        assert_eq!((call.standing, call.next_at()), (CallState::Ended, None));
    }
}

#[derive(Debug, Clone)]
enum Draw {
    Due,
    FailSome(usize),
    Escalate,
    Take,
    Acknowledge,
    Contained,
    Ended,
}

fn draws() -> impl Strategy<Value = Vec<(i64, Draw, Vec<Vec<u128>>)>> {
    let chain = prop::collection::vec(prop::collection::vec(1_u128..6, 0..3), 0..5);
    let draw = prop_oneof![
        12 => Just(Draw::Due),
        6 => (0_usize..40).prop_map(Draw::FailSome),
        2 => Just(Draw::Escalate),
        1 => Just(Draw::Take),
        1 => Just(Draw::Acknowledge),
        1 => Just(Draw::Contained),
        1 => Just(Draw::Ended),
    ];
    prop::collection::vec((0_i64..40, draw, chain), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever happens, and whoever is on call meanwhile: an open call has a next attempt within the longest wait, no message is
    /// sent twice, none after the end, and no later than the promise the call is over or unanswered.
    #[test]
    fn no_call_ends_in_silence(draws in draws()) {
        let chain_of = |people: &[Vec<u128>]| -> Vec<Step> {
            people.iter().map(|people| step(7, people)).collect()
        };
        let mut now = at(0);
        let (mut call, first) = Call::begin(now, PROMISE, &chain_of(&draws[0].2));
        let mut sent: Vec<Message> = first.clone();
        let mut failed: HashSet<Message> = HashSet::new();
        let mut unique: HashSet<Message> = first.into_iter().collect();
        let mut taken_until = None;
        for (minutes, draw, people) in draws {
            now = now.plus(Span::from_secs(minutes * 60));
            let (chain, before) = (chain_of(&people), call.standing);
            let event = match draw {
                Draw::Due => Event::Due,
                Draw::FailSome(place) if sent.is_empty() => { let _ = place; Event::Due }
                Draw::FailSome(place) => {
                    let message = sent[place % sent.len()];
                    if !failed.insert(message) { continue; }
                    Event::Failed(message.attempt)
                }
                Draw::Escalate => Event::Escalate,
                Draw::Take => Event::Taken(now.plus(PROMISE)),
                Draw::Acknowledge => Event::Acknowledged,
                Draw::Contained => Event::Contained,
                Draw::Ended => Event::Ended,
            };
            let messages = call.take(event, now, &chain);
            let may = match before {
                CallState::Calling => true,
                CallState::Taken => event == Event::Escalate || taken_until.is_some_and(|until| now >= until),
                _ => false,
            };
            prop_assert!(may || messages.is_empty(), "a message after the end, or while it is taken");
            if call.standing == CallState::Taken && before != CallState::Taken {
                taken_until = Some(now.plus(PROMISE));
            }
            for message in messages {
                prop_assert!(unique.insert(message), "{message:?} was sent twice");
                sent.push(message);
            }
            match call.standing {
                CallState::Calling => {
                    let next = call.next_at();
                    prop_assert!(next.is_some(), "nothing is scheduled and nobody has answered");
                    let latest = now.plus(LONGEST_WAIT);
                    prop_assert!(next.is_some_and(|next| next <= latest), "the next attempt is too far away");
                    let looked = event == Event::Due;
                    prop_assert!(!looked || next.is_some_and(|next| next > now), "due again without a pause");
                    prop_assert!(!looked || now < call.promised_by || call.unanswered, "the promise was not kept");
                }
                CallState::Taken => {
                    prop_assert!(call.next_at().is_some(), "it is taken and nothing is scheduled");
                    prop_assert!(event != Event::Due || call.next_at().is_some_and(|next| next > now), "due and not done");
                }
                _ => prop_assert_eq!(call.next_at(), None),
            }
        }
    }
}
