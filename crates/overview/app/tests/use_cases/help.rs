//! Help for holders: who is asking, who decides, what the device says; faults and tampering; wiped devices; batteries; hand-overs.

mod desk;
mod ends;
mod faults;
mod words;

use domain::{
    CaseId, CommandState, DeviceId, Fact, FactName, FactValue, Grade, PersonId, Platform, ProofKind,
    ResetCame, ResetCause, ResetId, ResetState, Secret, Span, Timestamp,
};
use help_app::resets::{
    ByHand, Decision, DeskProof, NewReset, NumberTried, Vouch, answer_number, ask_manager, ask_number,
    ask_reset_at_desk, decide_reset, deny_reset, record_proof, reset, send_reset, stop_reset, vouch_for,
};
use store::resets::Reset;
use store::{commands, devices, messages, people};

use crate::losses::force::{actor, actor_of, entries, phone, settle, with_role};
use kernel::access::{Actor, Role, permit, permit_within};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError};
use testkit::TestWorld;

fn hours(count: i64) -> Span {
    Span::from_secs(count * 3600)
}

/// Sets the clock to a working day, in the hours of the desk.
fn by_day(world: &TestWorld) {
    world.clock.set("2026-11-25T10:00:00Z".parse().unwrap());
}

/// Enters an enrolled phone that gave an unlock token.
async fn clearable(app: &App, serial: &str, holder: Option<PersonId>) -> DeviceId {
    let device = phone(app, serial, holder).await;
    let node = app.clone();
    app.store()
        .write(move |tx| {
            let enrolment = devices::by_id(tx, device)?.unwrap().enrolment.unwrap();
            let token = Secret::new(vec![7; 8]);
            let of = kernel::platforms::EnrolledOn { enrolment, platform: Platform::Ios };
            kernel::platforms::keep(&node, tx, of, platform_apple::UNLOCK_TOKEN, Some(&token))
        })
        .await
        .unwrap();
    device
}

async fn with_phone_number(app: &App, person: PersonId, manager: Option<PersonId>) {
    app.store()
        .write(move |tx| {
            let found = people::by_id(tx, person)?.unwrap();
            let phone = Some("01603 000000".to_owned());
            people::set(tx, &people::Person { phone, line_manager: manager, ..found })
        })
        .await
        .unwrap();
}

fn new(device: DeviceId, form: &str) -> NewReset {
    NewReset {
        device,
        cause: ResetCause::Forgotten,
        came: ResetCame::Telephone,
        form: format!("{form}-0123456789abcdef"),
    }
}

fn proof(kind: ProofKind) -> DeskProof {
    DeskProof { kind, given: true, note: String::new() }
}

async fn row(app: &App, id: ResetId) -> Reset {
    app.store().read(move |tx| store::resets::by_id(tx, id)).await.unwrap().unwrap()
}

async fn state(app: &App, id: ResetId) -> ResetState {
    row(app, id).await.state
}

async fn steps(app: &App, case: CaseId) -> Vec<(String, bool)> {
    let all = app.store().read(move |tx| store::case_steps::of_case(tx, case)).await.unwrap();
    all.into_iter().map(|step| (step.name, step.done.is_some())).collect()
}

fn agree() -> Decision {
    Decision { agree: true, reason: "the proofs are good".into() }
}

/// Lets the device answer the order that waits for it.
async fn device_answers(app: &App, device: DeviceId, answer: CommandState) {
    let (node, now) = (app.clone(), app.world().now());
    app.store()
        .write(move |tx| {
            for command in commands::of_device(tx, device, 50)? {
                if command.finished_at.is_none() {
                    commands::set_finished(
                        tx,
                        &commands::Answered {
                            id: command.id,
                            enrolment: command.enrolment,
                            state: answer,
                            error: None,
                            digest: "digest",
                        },
                        now,
                    )?;
                    let kind = kernel::jobs::Kind::FollowReset;
                    kernel::jobs::ask_job(&node, tx, kind, &device.to_string(), now)?;
                }
            }
            Ok::<_, AppError>(())
        })
        .await
        .unwrap();
}

async fn device_reports(app: &App, device: DeviceId, present: bool, at: Timestamp) {
    let fact = |name: &str, value| Fact {
        name: FactName::new(name),
        value: FactValue::Bool(value),
        grade: Grade::Reported,
        at,
        source: "digest".into(),
    };
    let facts = vec![fact("passcode.compliant", true), fact("passcode.present", present)];
    app.store().write(move |tx| messages::put_facts(tx, device, "security", &facts, at)).await.unwrap();
}

/// The people of a desk by day.
struct Desk {
    analyst: Actor,
    lead: Actor,
}

async fn desk(app: &App, world: &TestWorld) -> Desk {
    let analyst = with_role(app, "S1", Role::ServiceDeskAnalyst, true).await;
    let lead = with_role(app, "S2", Role::ServiceDeskLead, true).await;
    Desk {
        analyst: actor(app, analyst, Role::ServiceDeskAnalyst),
        lead: actor(app, lead, Role::ServiceDeskLead).proven(world.now()),
    }
}

/// Opens a request and proves who asks: a call back and a number in their own session.
async fn proved(app: &App, desk: &Desk, device: DeviceId, holder: PersonId) -> ResetId {
    let asked = ask_reset_at_desk(app, permit(&desk.analyst).unwrap(), new(device, "one")).await.unwrap();
    record_proof(app, permit(&desk.analyst).unwrap(), asked, proof(ProofKind::CallBack)).await.unwrap();
    ask_number(app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
    let read = reset(app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
    let number = read.number.unwrap().number.to_string();
    let me = actor(app, holder, Role::Holder);
    assert_eq!(answer_number(app, permit(&me).unwrap(), asked, &number).await.unwrap(), NumberTried::Right);
    asked
}

#[test]
fn two_proofs_two_people_and_the_device_clear_a_forgotten_password() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        with_phone_number(&app, person, None).await;
        let desk = desk(&app, &world).await;
        let analyst = || permit(&desk.analyst).unwrap();

        let asked = ask_reset_at_desk(&app, analyst(), new(device, "one")).await.unwrap();
        let again = ask_reset_at_desk(&app, analyst(), new(device, "one")).await.unwrap();
        let other = ask_reset_at_desk(&app, analyst(), new(device, "two")).await.unwrap();
        assert_eq!((again, other), (asked, asked), "a double click and a second caller are one request");
        let without = send_reset(&app, permit(&desk.analyst).unwrap(), asked).await;
        assert!(matches!(without, Err(AppError::Conflict(_))), "nothing proves who is asking");
        let asked = proved(&app, &desk, device, person).await;
        let twice = record_proof(&app, analyst(), asked, proof(ProofKind::CallBack)).await;
        assert!(matches!(twice, Err(AppError::Conflict(_))), "one proof twice is one proof");
        send_reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        let orders = app.store().read(move |tx| commands::of_device(tx, device, 10)).await.unwrap();
        assert!(orders.is_empty(), "nothing is ordered before somebody else agrees");

        decide_reset(&app, permit(&desk.lead).unwrap(), asked, agree()).await.unwrap();
        let twice = decide_reset(&app, permit(&desk.lead).unwrap(), asked, agree()).await;
        assert!(matches!(twice, Err(AppError::Conflict(_))), "a double click agrees once");
        settle(&app, None).await;
        assert_eq!(state(&app, asked).await, ResetState::Ordered, "ordered is not cleared");
        let order = app.store().read(move |tx| commands::of_device(tx, device, 10)).await.unwrap().remove(0);
        assert_eq!(order.asked_by, desk.analyst.name);
        assert_eq!(order.approved_by.as_deref(), Some(desk.lead.name.as_str()));
        assert_eq!(order.state, CommandState::Queued);

        // A report from before the clearing says nothing of now.
        device_reports(&app, device, true, world.now()).await;
        world.clock.advance(Span::from_secs(60));
        device_answers(&app, device, CommandState::Acknowledged).await;
        settle(&app, None).await;
        assert_eq!(state(&app, asked).await, ResetState::Cleared);
        let case = row(&app, asked).await.case;
        assert_eq!(
            steps(&app, case).await,
            [("identity".into(), true), ("reset".into(), true), ("restored".into(), false)]
        );

        world.clock.advance(Span::from_secs(1200));
        device_reports(&app, device, true, world.now()).await;
        world.clock.advance(Span::from_secs(1200));
        settle(&app, None).await;
        let over = row(&app, asked).await;
        assert_eq!((over.state, over.next_at), (ResetState::Restored, None));
        let case = app.store().read(move |tx| store::cases::by_id(tx, case)).await.unwrap().unwrap();
        assert_eq!(case.closed_how.as_deref(), Some("steps"), "done in time, with every step");
        let told =
            app.store().read(move |tx| store::notices::of_person(tx, person, false, 20)).await.unwrap();
        assert!(told.len() >= 3 && told.iter().all(|one| !one.body.contains("passcode:")), "{}", told.len());
        assert_eq!(entries(&app, "reset.ended").await, 1);
    });
}

#[test]
fn nobody_guesses_the_number_and_nobody_else_enters_it() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        let desk = desk(&app, &world).await;
        let analyst = || permit(&desk.analyst).unwrap();
        let me = actor(&app, person, Role::Holder);
        let stranger = with_role(&app, "77", Role::Holder, false).await;
        let stranger = actor(&app, stranger, Role::Holder);
        let asked = ask_reset_at_desk(&app, analyst(), new(device, "one")).await.unwrap();
        let early = answer_number(&app, permit(&me).unwrap(), asked, "42").await.unwrap();
        assert_eq!(early, NumberTried::Expired, "no number was made yet");

        for round in 0..2 {
            ask_number(&app, analyst(), asked).await.unwrap();
            let read = reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
            let right = read.number.unwrap().number;
            let other = if right == 10 { 11 } else { 10 }.to_string();
            let theirs = answer_number(&app, permit(&stranger).unwrap(), asked, &right.to_string()).await;
            assert!(matches!(theirs, Err(AppError::NotFound { .. })), "it is not about them");
            for left in [NumberTried::Wrong { left: 2 }, NumberTried::Wrong { left: 1 }, NumberTried::Spent] {
                assert_eq!(answer_number(&app, permit(&me).unwrap(), asked, &other).await.unwrap(), left);
            }
            let late = answer_number(&app, permit(&me).unwrap(), asked, &right.to_string()).await.unwrap();
            assert_eq!(late, NumberTried::Expired, "round {round}: right, after three others");
        }
        let third = ask_number(&app, analyst(), asked).await;
        assert!(matches!(third, Err(AppError::Conflict(_))), "two numbers and no third");
        assert_eq!(entries(&app, "reset.not-proved").await, 2, "what failed is in the ledger");
        // An auditor sees the request and never the number.
        let auditor = actor(&app, person, Role::Auditor);
        assert!(reset(&app, permit(&auditor).unwrap(), asked).await.unwrap().number.is_none());
    });
}

#[test]
fn a_number_counts_for_five_minutes() {
    on_bench(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        let desk = desk(&app, &world).await;
        let me = actor(&app, person, Role::Holder);
        let asked =
            ask_reset_at_desk(&app, permit(&desk.analyst).unwrap(), new(device, "one")).await.unwrap();
        ask_number(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        let right = reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap().number.unwrap().number;
        world.clock.advance(Span::from_secs(300));
        let late = answer_number(&app, permit(&me).unwrap(), asked, &right.to_string()).await.unwrap();
        assert_eq!(late, NumberTried::Expired);
        ask_number(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        assert_eq!(entries(&app, "reset.not-proved").await, 1, "the first one counts");
        world.clock.advance(Span::from_secs(300));
        for _ in 0..2 {
            let third = ask_number(&app, permit(&desk.analyst).unwrap(), asked).await;
            assert!(matches!(third, Err(AppError::Conflict(_))), "two numbers, entered or not");
        }
        assert_eq!(entries(&app, "reset.not-proved").await, 2, "each is recorded once");
    });
}

#[test]
fn whoever_has_a_part_in_it_does_not_decide() {
    on_both(|Bench { app, world, person }| async move {
        world.clock.set("2026-11-25T17:00:00Z".parse().unwrap());
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        with_phone_number(&app, person, None).await;
        let mut desk = desk(&app, &world).await;
        // The lead takes the request: then the lead does not decide on it.
        std::mem::swap(&mut desk.analyst, &mut desk.lead);
        let asked = proved(&app, &desk, device, person).await;
        send_reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        let own = decide_reset(&app, permit(&desk.analyst).unwrap(), asked, agree()).await;
        assert!(matches!(own, Err(AppError::Denied(_) | AppError::Conflict(_))), "{own:?}");
        assert!(permit::<kernel::access::DecideReset>(&desk.lead).is_err(), "an analyst decides on nothing");

        // The holder, in whatever role; another force; the duty officer while the desk is open; without a fresh sign-in.
        let holder = actor(&app, person, Role::ServiceDeskLead).proven(world.now());
        let theirs = decide_reset(&app, permit(&holder).unwrap(), asked, agree()).await;
        assert!(matches!(theirs, Err(AppError::Conflict(_))), "{theirs:?}");
        let other = with_role(&app, "S9", Role::ServiceDeskLead, true).await;
        let suffolk =
            actor_of(&app, other, Role::ServiceDeskLead, domain::samples::SUFFOLK).proven(world.now());
        let over_the_wall = decide_reset(&app, permit(&suffolk).unwrap(), asked, agree()).await;
        assert!(matches!(over_the_wall, Err(AppError::Denied(_))), "{over_the_wall:?}");
        let officer = with_role(&app, "9009", Role::DutyOfficer, true).await;
        let officer = actor(&app, officer, Role::DutyOfficer).proven(world.now());
        let by_day = decide_reset(&app, permit(&officer).unwrap(), asked, agree()).await;
        assert!(matches!(by_day, Err(AppError::Conflict(_))), "{by_day:?}");
        let stale = actor(&app, other, Role::ServiceDeskLead);
        let absent = decide_reset(&app, permit(&stale).unwrap(), asked, agree()).await;
        assert!(matches!(absent, Err(AppError::NotPresent)), "{absent:?}");
        assert_eq!(state(&app, asked).await, ResetState::Deciding, "nothing has changed");

        // At night the duty officer decides.
        world.clock.set("2026-11-25T20:59:00Z".parse().unwrap());
        let again = officer.clone().proven(world.now());
        decide_reset(&app, permit(&again).unwrap(), asked, agree()).await.unwrap();
        assert_eq!(state(&app, asked).await, ResetState::Ordered);
    });
}

#[test]
fn a_far_reaching_role_needs_a_face_or_the_managers_word() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let admin = with_role(&app, "S7", Role::Administrator, true).await;
        let manager = person;
        with_phone_number(&app, admin, Some(manager)).await;
        let device = clearable(&app, "F4GXQ2ABCD", Some(admin)).await;
        let desk = desk(&app, &world).await;
        let asked = proved(&app, &desk, device, admin).await;
        let weak = send_reset(&app, permit(&desk.analyst).unwrap(), asked).await;
        assert!(matches!(weak, Err(AppError::Conflict(why)) if why.contains("warrant card")));

        let sgt = actor(&app, manager, Role::LineManager);
        let word = |is_them| Vouch { is_them, how: "sits beside me".into() };
        let early = vouch_for(&app, permit_within(&sgt).unwrap(), asked, word(true)).await;
        assert!(matches!(early, Err(AppError::Conflict(_))), "nobody asked yet: {early:?}");
        ask_manager(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        let other = with_role(&app, "78", Role::LineManager, false).await;
        let other = actor(&app, other, Role::LineManager);
        let not_theirs = vouch_for(&app, permit_within(&other).unwrap(), asked, word(true)).await;
        assert!(matches!(not_theirs, Err(AppError::Denied(_))), "{not_theirs:?}");
        vouch_for(&app, permit_within(&sgt).unwrap(), asked, word(true)).await.unwrap();
        send_reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        assert_eq!(state(&app, asked).await, ResetState::Deciding);
    });
}

#[test]
fn a_manager_or_a_holder_who_says_no_ends_it_and_information_security_hears() {
    on_bench(|Bench { app, world, person }| async move {
        by_day(&world);
        let manager = with_role(&app, "78", Role::LineManager, false).await;
        with_phone_number(&app, person, Some(manager)).await;
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        let desk = desk(&app, &world).await;
        let asked =
            ask_reset_at_desk(&app, permit(&desk.analyst).unwrap(), new(device, "one")).await.unwrap();
        ask_manager(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        let sgt = actor(&app, manager, Role::LineManager);
        let no = Vouch { is_them: false, how: "they are on leave abroad".into() };
        vouch_for(&app, permit_within(&sgt).unwrap(), asked, no).await.unwrap();
        let over = row(&app, asked).await;
        assert_eq!((over.state, over.next_at), (ResetState::Refused, None));

        let second =
            ask_reset_at_desk(&app, permit(&desk.analyst).unwrap(), new(device, "two")).await.unwrap();
        let me = actor(&app, person, Role::Holder);
        deny_reset(&app, permit(&me).unwrap(), second).await.unwrap();
        assert_eq!(state(&app, second).await, ResetState::Refused);
        assert_eq!(entries(&app, "alarm.raised").await, 2);
        let closed = app.store().read(move |tx| store::cases::of_device(tx, device)).await.unwrap();
        assert!(closed.iter().all(|case| case.closed_how.as_deref() == Some("steps")), "{closed:?}");

        // The third in a week is taken, the fourth is not.
        let third =
            ask_reset_at_desk(&app, permit(&desk.analyst).unwrap(), new(device, "three")).await.unwrap();
        let stop = ByHand { refused: true, reason: "could not say who they are".into() };
        stop_reset(&app, permit(&desk.analyst).unwrap(), third, stop).await.unwrap();
        let fourth = ask_reset_at_desk(&app, permit(&desk.analyst).unwrap(), new(device, "four")).await;
        assert!(matches!(fourth, Err(AppError::Conflict(why)) if why.contains("Information Security")));
    });
}
