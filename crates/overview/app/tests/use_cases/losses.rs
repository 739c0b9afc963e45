//! Losses: reports from all three sides, the call that follows, its answers, and the containment of the device.

mod approvals;
mod desk;
mod figures;
pub(crate) mod force;
mod locks;
mod night;
mod numbers;
mod put_right;
mod replies;
mod texts;

use domain::{LossId, LossMessageState};
use losses_app::report::{NewReport, Telephoned, report_at_desk, report_own, report_publicly};
use losses_app::returning::{Key, add_to_report, own_report, say_found};
use losses_app::{Answered, Answers, Meaning};
use store::loss_calls;
use testkit::{Relay, TestWorld};

use force::{
    MINUTE, about, actor, actor_of, call, device_answers, entries, link_in, mail_to, messages, minutes,
    on_call, phone, report, settle, timeline, with_role,
};
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError};
use outbound::mail::Mail;

#[test]
fn a_report_by_anybody_opens_the_case_calls_who_is_on_call_and_orders_nothing() {
    on_both(|Bench { app, world, person }| async move {
        let relay = Relay::start(250).await;
        let mail = mail_to(&relay);
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(600))).await;

        let new = report(
            "one",
            Answers { last_had: Some(world.now().minus(minutes(40))), ..about("NC-F4GXQ2ABCD") },
        );
        let reported = report_publicly(&app, new.clone()).await.unwrap();
        assert_eq!((reported.meaning, reported.device), (Meaning::Ours, Some(device)));
        let again = report_publicly(&app, new).await.unwrap();
        assert_eq!(again.reference, reported.reference, "a double click is one report");
        assert_eq!(again.secret.expose(), reported.secret.expose());

        settle(&app, Some(&mail)).await;
        assert_eq!(relay.letters().len(), 1);
        let letter = relay.letters().remove(0).replace("=\n", "");
        assert!(!letter.contains("F4GXQ2ABCD") && !letter.contains("Ames"), "{letter}");
        let sent = messages(&app, reported.loss).await;
        assert_eq!(
            sent.iter().map(|one| (one.person, one.state)).collect::<Vec<_>>(),
            [(engineer, LossMessageState::Delivered)]
        );
        let orders = app.store().read(move |tx| store::commands::of_device(tx, device, 10)).await.unwrap();
        assert!(orders.is_empty(), "an anonymous report orders nothing");
        let case = app.store().read(move |tx| store::cases::by_id(tx, reported.case)).await.unwrap().unwrap();
        assert_eq!(
            (case.kind.as_str(), case.device, case.person),
            ("lost-device", Some(device), Some(person))
        );
        let steps = app.store().read(move |tx| store::case_steps::of_case(tx, reported.case)).await.unwrap();
        let done: Vec<&str> =
            steps.iter().filter(|step| step.done.is_some()).map(|step| step.name.as_str()).collect();
        assert_eq!(done, ["report", "before-search"]);
        assert!(timeline(&app, &reported).await.iter().any(|says| says.contains("40 minutes after")));

        answered_and_called_again(&app, &world, (&relay, &mail), reported.loss).await;
    });
}

/// The engineer answers by the link, the device is not locked in time, and people are called again until the duty officer answers.
async fn answered_and_called_again(
    app: &App,
    world: &TestWorld,
    (relay, mail): (&Relay, &Mail),
    loss: LossId,
) {
    // The link answers once, and says so the second time.
    let token = link_in(relay);
    let look = losses_app::look_at_link(app, &token).await.unwrap().unwrap();
    assert!(look.works && look.open && look.answered.is_none());
    assert!(matches!(losses_app::answer_by_link(app, &token).await.unwrap(), Answered::Now(_)));
    assert!(matches!(losses_app::answer_by_link(app, &token).await.unwrap(), Answered::Before(_)));
    assert_eq!(losses_app::answer_by_link(app, "0123").await.unwrap(), Answered::NoLink);
    let answered = call(app, loss).await;
    let until = world.now().plus(minutes(30));
    assert_eq!((answered.standing.as_str(), answered.next_at), ("taken", Some(until)));
    assert!(!answered.answer.unwrap().contained);

    world.clock.advance(minutes(29));
    settle(app, Some(mail)).await;
    assert_eq!(relay.letters().len(), 1, "nobody is called while it is taken");
    assert_eq!(entries(app, "loss.answered").await, 1);

    // The device is not locked in time: people are called again, until the duty officer says that they know.
    world.clock.advance(minutes(2));
    settle(app, Some(mail)).await;
    assert_eq!((relay.letters().len(), call(app, loss).await.standing.as_str()), (2, "calling"));
    assert!(call(app, loss).await.unanswered);
    let officer = with_role(app, "9009", Role::DutyOfficer, false).await;
    let officer = actor(app, officer, Role::DutyOfficer);
    assert!(losses_app::acknowledge_call(app, permit(&officer).unwrap(), loss, None).await.unwrap());
    let over = call(app, loss).await;
    assert_eq!((over.standing.as_str(), over.next_at), ("acknowledged", None));
    world.clock.advance(minutes(300));
    settle(app, Some(mail)).await;
    assert_eq!(relay.letters().len(), 2, "nobody is called after the duty officer's answer");
}

#[test]
fn who_cannot_be_reached_is_passed_over_and_nobody_is_forgotten() {
    on_both(|Bench { app, world, person }| async move {
        let refuses = Relay::start(550).await;
        let mail = mail_to(&refuses);
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        let oscar = with_role(&app, "9002", Role::DutyOfficer, false).await;
        for one in [engineer, oscar] {
            on_call(&app, one, world.now(), world.now().plus(minutes(600))).await;
        }
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        settle(&app, Some(&mail)).await;
        let tried = messages(&app, reported.loss).await;
        assert_eq!(
            tried.iter().map(|one| one.person).collect::<Vec<_>>(),
            [engineer, oscar],
            "the next at once"
        );
        assert!(tried.iter().all(|one| one.state == LossMessageState::Failed && one.why.is_some()));
        let now = call(&app, reported.loss).await;
        assert!(now.unanswered && now.next_at.is_some_and(|at| at > world.now()));
        let figures = app.store().read(|tx| loss_calls::counts(tx, None)).await.unwrap();
        assert_eq!((figures.unanswered, figures.open), (1, 1));
        assert_eq!(entries(&app, "loss.unanswered").await, 1);

        // It goes on, and says that nobody answered only once.
        for _ in 0..6 {
            world.clock.advance(minutes(6));
            settle(&app, Some(&mail)).await;
        }
        assert!(messages(&app, reported.loss).await.len() > 4);
        assert_eq!(entries(&app, "loss.unanswered").await, 1);

        // The duty officer reaches somebody by telephone, and records it.
        let officer = actor(&app, oscar, Role::DutyOfficer);
        let nobody =
            losses_app::acknowledge_call(&app, permit(&officer).unwrap(), reported.loss, Some("0000")).await;
        assert!(matches!(nobody, Err(AppError::Invalid { field: "instead-of", .. })));
        assert!(
            losses_app::acknowledge_call(&app, permit(&officer).unwrap(), reported.loss, Some("9001"))
                .await
                .unwrap()
        );
        let answer = call(&app, reported.loss).await.answer.unwrap();
        assert_eq!((answer.by, answer.instead_of), (format!("person:{oscar}"), Some(engineer)));

        // Their own answer ends it, once.
        for ends in [true, false] {
            let answered =
                losses_app::acknowledge_call(&app, permit(&officer).unwrap(), reported.loss, None).await;
            assert_eq!(answered.unwrap(), ends);
        }
    });
}

#[test]
fn one_person_locks_it_and_the_device_ends_the_call_by_acknowledging() {
    on_both(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(600))).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let officer = actor(&app, engineer, Role::DutyOfficer);
        let ordered =
            losses_app::contain::contain(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        assert!(matches!(ordered, devices_app::commands::Ordered::Queued(_)));
        settle(&app, None).await;
        let read = losses_app::read::loss(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        assert_eq!(read.open.containment.contained_at, None, "ordered is not locked");
        assert!(read.to_paste.contains("waits for the device"), "{}", read.to_paste);

        world.clock.advance(MINUTE);
        device_answers(&app, device).await;
        settle(&app, None).await;
        let now = call(&app, reported.loss).await;
        assert_eq!((now.standing.as_str(), now.next_at, now.unanswered), ("contained", None, false));
        let steps = app.store().read(move |tx| store::case_steps::of_case(tx, reported.case)).await.unwrap();
        assert!(steps.iter().any(|step| step.name == "contain" && step.done.is_some()));
        world.clock.advance(minutes(120));
        settle(&app, None).await;
        assert_eq!(messages(&app, reported.loss).await.len(), 1);
        assert_eq!(entries(&app, "loss.contained").await, 1);
        let suffolk = actor_of(&app, engineer, Role::DutyOfficer, domain::samples::SUFFOLK);
        let refused = losses_app::read::loss(&app, permit(&suffolk).unwrap(), reported.loss).await;
        assert!(matches!(refused, Err(AppError::Denied(_))), "the wall between forces");
    });
}

#[test]
fn a_second_report_joins_the_first_and_calls_nobody_twice() {
    on_bench(|Bench { app, world, person }| async move {
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(600))).await;
        let first = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let second = report_publicly(&app, report("two", about("NC-F4GXQ2ABCD"))).await.unwrap();
        assert_eq!((second.meaning, second.loss, second.case), (Meaning::Already, first.loss, first.case));
        assert_ne!(second.reference, first.reference);
        settle(&app, None).await;
        assert_eq!(messages(&app, first.loss).await.len(), 1);

        // Named by its holder; held by somebody else than named; several; none of ours.
        let other = with_role(&app, "9003", Role::Holder, true).await;
        phone(&app, "AAAA1", Some(other)).await;
        let of = |whose: &str, device: &str| Answers { whose: whose.into(), ..about(device) };
        let by_person = report_publicly(&app, report("three", of("9003", "a phone"))).await.unwrap();
        assert_eq!(by_person.meaning, Meaning::Ours);
        phone(&app, "AAAA2", Some(other)).await;
        phone(&app, "BBBB1", Some(person)).await;
        let another = report_publicly(&app, report("four", of("9003", "BBBB1"))).await.unwrap();
        assert_eq!(another.meaning, Meaning::HeldByAnother);
        let several = report_publicly(&app, report("five", of("Person 9003", ""))).await.unwrap();
        assert_eq!((several.meaning, several.device), (Meaning::Unclear, None));
        let unnamed = report_publicly(&app, report("seven", about("laptop"))).await.unwrap();
        assert_eq!((unnamed.meaning, unnamed.device), (Meaning::Unclear, None), "of nobody in particular");
        let not_ours = report_publicly(&app, report("six", of("somebody", "ZZZZ9999"))).await.unwrap();
        assert_eq!((not_ours.meaning, not_ours.device), (Meaning::NotOurs, None));
        let desk = actor(&app, other, Role::ServiceDeskAnalyst);
        let refused = losses_app::contain::contain(&app, permit(&desk).unwrap(), not_ours.loss).await;
        assert!(matches!(refused, Err(AppError::Conflict(_))), "it is not known which device");
    });
}

#[test]
fn a_reporter_comes_back_with_both_words_and_ends_nothing_by_saying_it_is_found() {
    on_bench(|Bench { app, world: _, person }| async move {
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let key = Key {
            reference: reported.reference.to_lowercase(),
            secret: reported.secret.expose().replace('-', " "),
        };
        let wrong = Key { secret: "AAAA-AAAA-AAAA".into(), ..key.clone() };
        assert_eq!(own_report(&app, wrong.clone()).await.unwrap(), None);
        assert_eq!(say_found(&app, wrong).await.unwrap(), None);
        assert_eq!(
            own_report(&app, Key { reference: "nonsense".into(), ..key.clone() }).await.unwrap(),
            None
        );
        let read = own_report(&app, key.clone()).await.unwrap().unwrap();
        assert_eq!((read.taken_at, read.locked_at, read.closed), (None, None, false));
        assert!(add_to_report(&app, key.clone(), " ").await.is_err());
        add_to_report(&app, key.clone(), "It was a black case").await.unwrap().unwrap();
        assert!(say_found(&app, key.clone()).await.unwrap().unwrap().found_at.is_some());
        say_found(&app, key).await.unwrap().unwrap();
        assert_eq!(entries(&app, "loss.said-found").await, 1);
        assert_eq!(call(&app, reported.loss).await.standing, "calling", "a thief may say so too");
        let says = timeline(&app, &reported).await;
        assert!(says.iter().any(|line| line.contains("black case")), "{says:?}");

        let desk = with_role(&app, "9004", Role::ServiceDeskAnalyst, true).await;
        let desk = actor(&app, desk, Role::ServiceDeskAnalyst);
        assert!(losses_app::confirm_found(&app, permit(&desk).unwrap(), reported.loss, "").await.is_err());
        losses_app::confirm_found(&app, permit(&desk).unwrap(), reported.loss, "rang its holder")
            .await
            .unwrap();
        let over = call(&app, reported.loss).await;
        assert_eq!((over.standing.as_str(), over.next_at), ("ended", None));
    });
}

#[test]
fn a_holder_and_the_desk_report_as_well_and_a_flood_is_told_to_ring() {
    on_bench(|Bench { app, world, person }| async move {
        let own = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let other = with_role(&app, "9003", Role::Holder, true).await;
        let theirs = phone(&app, "AAAA1", Some(other)).await;
        let me = actor(&app, person, Role::Holder);
        let refused = report_own(&app, permit(&me).unwrap(), theirs, report("one", Answers::default())).await;
        assert!(matches!(refused, Err(AppError::Invalid { field: "device", .. })));
        let mine =
            report_own(&app, permit(&me).unwrap(), own, report("two", Answers::default())).await.unwrap();
        let orders = app.store().read(move |tx| store::commands::of_device(tx, own, 10)).await.unwrap();
        assert!(orders.is_empty(), "the force has not said that a report locks");
        assert_eq!(call(&app, mine.loss).await.standing, "calling");

        // At three in the morning the chain is called although the desk took the report, unless they say that they deal with it.
        let of = |device, deals| Telephoned { device: Some(device), deals };
        let desk = with_role(&app, "9004", Role::ServiceDeskAnalyst, true).await;
        let desk = actor(&app, desk, Role::ServiceDeskAnalyst);
        let night = report_at_desk(
            &app,
            permit(&desk).unwrap(),
            of(theirs, false),
            report("three", Answers::default()),
        )
        .await;
        assert_eq!(call(&app, night.unwrap().loss).await.standing, "calling");
        world.clock.set("2026-11-23T10:00:00Z".parse().unwrap());
        let third = phone(&app, "AAAA3", None).await;
        let day =
            report_at_desk(&app, permit(&desk).unwrap(), of(third, true), report("four", Answers::default()))
                .await;
        let day = call(&app, day.unwrap().loss).await;
        assert_eq!(day.standing, "taken", "the desk has it for a while");

        for number in 0..60 {
            report_publicly(&app, report(&format!("flood {number}"), about("x"))).await.unwrap();
        }
        let over = report_publicly(&app, report("flood", about("x"))).await;
        assert!(matches!(over, Err(AppError::Conflict(says)) if says.contains("Ring")));
        let by_telephone = Telephoned::default();
        assert!(
            report_at_desk(&app, permit(&desk).unwrap(), by_telephone, report("five", about("x")))
                .await
                .is_ok()
        );
        world.clock.advance(minutes(61));
        assert!(report_publicly(&app, report("later", about("x"))).await.is_ok());
        assert!(
            report_publicly(&app, NewReport { form: "short".into(), ..report("x", about("x")) })
                .await
                .is_err()
        );
    });
}

#[test]
fn a_call_whose_job_was_lost_is_found_by_the_second_net() {
    on_bench(|Bench { app, world, person }| async move {
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(600))).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        assert_eq!(losses_app::advance_overdue_calls(&app, 10).await.unwrap(), 0);
        world.clock.advance(minutes(6));
        assert_eq!(losses_app::advance_overdue_calls(&app, 10).await.unwrap(), 1);
        assert_eq!(losses_app::advance_overdue_calls(&app, 10).await.unwrap(), 0);
        assert_eq!(messages(&app, reported.loss).await.len(), 2, "the chain went on without its job");
        // Somebody whose time on call ended meanwhile is not mailed.
        let gone = call(&app, reported.loss).await;
        assert!(gone.next_at.is_some());
    });
}

#[test]
fn a_force_that_nobody_serves_hides_no_report_and_has_no_limit_of_its_own() {
    on_bench(|Bench { app, .. }| async move {
        let made_up = |number: usize| {
            let force = format!("atlantis-{number}").parse().ok();
            NewReport { force, ..report(&format!("made up {number}"), about("x")) }
        };
        let first = report_publicly(&app, made_up(0)).await.unwrap();
        assert!(app.forces().contains(&call(&app, first.loss).await.force));
        for number in 1..60 {
            report_publicly(&app, made_up(number)).await.unwrap();
        }
        assert!(matches!(report_publicly(&app, made_up(60)).await, Err(AppError::Conflict(_))));
    });
}
