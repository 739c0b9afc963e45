//! The device of a loss, put right: the wrong one is freed, the right one takes its place, people are told, and nothing is lost.

use devices_app::commands::{Ordered, approve};
use domain::{CommandState, Deed, DeviceId, PersonId};
use losses_app::contain::{Evidence, contain, locate, wipe};
use losses_app::put_right;
use losses_app::report::{Reported, report_own, report_publicly};
use losses_app::{Answers, Meaning};
use platform_port::Order;

use super::force::{
    MINUTE, about, actor, actor_of, call, device_answers, entries, messages, minutes, on_call, phone, report,
    settle, timeline, with_role,
};
use kernel::access::{Actor, Proof, Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError};

async fn orders(app: &App, device: DeviceId) -> Vec<(Deed, CommandState)> {
    let all = app.store().read(move |tx| store::commands::of_device(tx, device, 20)).await.unwrap();
    all.into_iter().map(|order| (order.deed, order.state)).collect()
}

/// A phone of somebody else, which is the one that is really lost.
async fn another(app: &App) -> (PersonId, DeviceId) {
    let other = with_role(app, "9003", Role::Holder, true).await;
    (other, phone(app, "AAAA1", Some(other)).await)
}

async fn officer(app: &App) -> Actor {
    let person = with_role(app, "9009", Role::DutyOfficer, false).await;
    actor(app, person, Role::DutyOfficer)
}

async fn subjects(app: &App, person: PersonId) -> Vec<String> {
    let all = app.store().read(move |tx| store::notices::of_person(tx, person, false, 50)).await.unwrap();
    all.into_iter().map(|notice| notice.subject).collect()
}

/// Checks that the case, its steps, its form and the reports follow the right device.
async fn everything_follows(app: &App, reported: &Reported, right: DeviceId, other: PersonId) {
    let (id, loss) = (reported.case, reported.loss);
    let case = app.store().read(move |tx| store::cases::by_id(tx, id)).await.unwrap().unwrap();
    assert_eq!((case.device, case.person), (Some(right), Some(other)));
    assert!(case.title.contains("AAAA1") && !case.title.contains("F4GXQ2ABCD"), "{}", case.title);
    let steps = app.store().read(move |tx| store::case_steps::of_case(tx, id)).await.unwrap();
    let contain = steps.iter().find(|step| step.name == "contain").unwrap();
    assert!(contain.done.is_none(), "the right one is not contained yet");
    let report = steps.iter().find(|step| step.name == "report").unwrap();
    assert!(report.done.is_some(), "what was reported stays reported");
    let form = steps.iter().find(|step| step.name == "form").unwrap();
    assert_eq!(form.person, Some(other));
    let incident = app.store().read(move |tx| store::incidents::of_case(tx, id)).await.unwrap().unwrap();
    assert_eq!((incident.device, incident.person), (Some(right), Some(other)));
    let reports = app.store().read(move |tx| store::loss_reports::of_loss(tx, loss)).await.unwrap();
    assert!(reports.iter().all(|one| one.device == Some(right) && one.answers.is_some()));
}

#[test]
fn the_wrong_device_is_let_go_and_the_right_one_takes_its_place() {
    on_both(|Bench { app, world, person }| async move {
        let wrong = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let (other, right) = another(&app).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(600))).await;
        let officer = officer(&app).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        contain(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        world.clock.advance(MINUTE);
        device_answers(&app, wrong).await;
        settle(&app, None).await;
        assert_eq!(call(&app, reported.loss).await.standing, "contained");

        world.clock.advance(MINUTE);
        let put = |reason: &'static str, by: &Actor, device| {
            put_right(&app, permit(by).unwrap(), reported.loss, device, reason)
        };
        assert!(put(" ", &officer, right).await.is_err(), "not without a reason");
        let suffolk = actor_of(&app, engineer, Role::DutyOfficer, domain::samples::SUFFOLK);
        assert!(matches!(put("why", &suffolk, right).await, Err(AppError::Denied(_))));
        let alarms = entries(&app, "alarm.raised").await;
        put("the serial number was misheard", &officer, right).await.unwrap();
        assert_eq!(entries(&app, "alarm.raised").await, alarms, "nobody is to lock the wrong one again");
        let month = domain::local_time::day_of(world.now()).strftime("%Y-%m").to_string();
        let reads = permit(&Actor::command_line("test")).unwrap();
        let read = losses_app::figures::losses_of_month(&app, reads, None, &month).await.unwrap();
        assert_eq!(read.losses[0].contained_at, None, "the right one is not contained yet");

        assert!(orders(&app, wrong).await.contains(&(Deed::LostModeOff, CommandState::Queued)));
        assert!(orders(&app, right).await.is_empty(), "nobody has said that it locks by itself");
        everything_follows(&app, &reported, right, other).await;
        let now = call(&app, reported.loss).await;
        assert_eq!((now.device, now.standing.as_str()), (Some(right), "calling"));
        assert_eq!(now.promised_by, world.now().plus(minutes(30)), "the promise is given anew");
        assert_eq!(messages(&app, reported.loss).await.len(), 2, "the engineer is called again");
        assert!(subjects(&app, engineer).await.iter().any(|line| line.contains("Another device is lost")));
        assert!(subjects(&app, person).await.iter().any(|line| line.contains("not the one")));
        assert!(subjects(&app, other).await.iter().any(|line| line.contains("your half waits")));
        let said = timeline(&app, &reported).await;
        assert!(
            said.iter().any(|line| line.contains("misheard") && line.contains("is on its way")),
            "{said:?}"
        );
        assert_eq!(entries(&app, "loss.put-right").await, 1);

        let twice = put("pressed twice", &officer, right).await;
        assert!(matches!(twice, Err(AppError::Invalid { field: "device", .. })), "{twice:?}");
        assert_eq!(entries(&app, "loss.put-right").await, 1);

        // The right one is locked as any other, and ends the call.
        contain(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        world.clock.advance(MINUTE);
        device_answers(&app, right).await;
        settle(&app, None).await;
        assert_eq!(call(&app, reported.loss).await.standing, "contained");
    });
}

async fn orders_and_answers(app: &App, by: &Actor, device: DeviceId, order: Order) {
    devices_app::commands::order(app, permit(by).unwrap(), device, order, "left open").await.unwrap();
    device_answers(app, device).await;
}

#[test]
fn a_plain_lock_that_the_wrong_device_has_is_said_and_its_holder_is_told_how_it_opens() {
    on_both(|Bench { app, world, person }| async move {
        let wrong = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let (_, right) = another(&app).await;
        let officer = officer(&app).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        world.clock.advance(MINUTE);
        orders_and_answers(&app, &officer, wrong, Order::Lock { message: None, phone_number: None }).await;
        put_right(&app, permit(&officer).unwrap(), reported.loss, right, "another phone").await.unwrap();
        let said = timeline(&app, &reported).await;
        let opens = "F4GXQ2ABCD was locked and cannot be unlocked from here";
        assert!(said.iter().any(|line| line.contains(opens)), "{said:?}");
        let all = app.store().read(move |tx| store::notices::of_person(tx, person, false, 50)).await.unwrap();
        let told = all.iter().find(|notice| notice.subject.contains("not the one")).unwrap();
        assert!(
            told.body.contains("with its passcode") && !told.body.contains("taken back, and"),
            "{told:?}"
        );
    });
}

#[test]
fn where_the_right_device_is_contained_already_the_call_ends_with_that() {
    on_both(|Bench { app, world, person }| async move {
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let (_, right) = another(&app).await;
        let officer = officer(&app).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(600))).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let called = messages(&app, reported.loss).await.len();
        world.clock.advance(MINUTE);
        let lost =
            Order::LostMode { message: Some("Please ring 101.".into()), phone_number: Some("101".into()) };
        orders_and_answers(&app, &officer, right, lost).await;
        put_right(&app, permit(&officer).unwrap(), reported.loss, right, "another phone").await.unwrap();
        assert_eq!(call(&app, reported.loss).await.standing, "contained");
        assert_eq!(messages(&app, reported.loss).await.len(), called, "nobody is called again");
    });
}

#[test]
fn what_has_not_reached_the_wrong_device_is_taken_back_an_erasure_among_it() {
    on_both(|Bench { app, world, person }| async move {
        let wrong = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let (_, right) = another(&app).await;
        let officer = officer(&app).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        contain(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        let lead = with_role(&app, "9011", Role::InformationSecurity, false).await;
        let lead = present(&app, lead);
        let asked = |evidence| wipe(&app, permit(&lead).unwrap(), reported.loss, evidence, "stolen");
        assert!(matches!(asked(None).await, Err(AppError::Invalid { field: "evidence", .. })));
        let kept = asked(Some(Evidence::Needed)).await;
        assert!(matches!(kept, Err(AppError::Invalid { field: "evidence", .. })), "{kept:?}");
        assert!(matches!(asked(Some(Evidence::Nothing)).await.unwrap(), Ordered::NeedsSecond(_)));
        world.clock.advance(MINUTE);
        put_right(&app, permit(&officer).unwrap(), reported.loss, right, "another phone").await.unwrap();
        let left = orders(&app, wrong).await;
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(left.iter().all(|(_, state)| *state == CommandState::Cancelled), "{left:?}");
    });
}

fn present(app: &App, person: PersonId) -> Actor {
    let proof = Proof { at: Some(app.world().now()), by_link: false };
    actor(app, person, Role::InformationSecurity).with_proof(proof)
}

#[test]
fn once_the_wrong_device_was_told_to_erase_itself_the_loss_stays_with_it() {
    on_both(|Bench { app, person, .. }| async move {
        let wrong = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let (_, right) = another(&app).await;
        let officer = officer(&app).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let first = with_role(&app, "9011", Role::InformationSecurity, false).await;
        let second = with_role(&app, "9012", Role::InformationSecurity, false).await;
        let (first, second) = (present(&app, first), present(&app, second));
        let evidence = Some(Evidence::NotKnown);
        let asked = wipe(&app, permit(&first).unwrap(), reported.loss, evidence, "stolen").await.unwrap();
        let Ordered::NeedsSecond(command) = asked else { panic!("{asked:?}") };
        approve(&app, permit(&second).unwrap(), command, "asked them").await.unwrap();
        let now = app.world().now();
        app.store()
            .write(move |tx| {
                let device = store::devices::by_id(tx, wrong)?.unwrap();
                let taken = store::commands::take(tx, device.enrolment.unwrap(), now)?.unwrap();
                assert_eq!(taken.id, command);
                assert!(taken.reason.unwrap().contains("MDU-14.4"), "the second person reads it");
                Ok::<_, AppError>(())
            })
            .await
            .unwrap();
        let refused = put_right(&app, permit(&officer).unwrap(), reported.loss, right, "another phone").await;
        let Err(AppError::Conflict(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("was told to erase itself") && why.contains("cannot be taken back"), "{why}");
        assert_eq!(call(&app, reported.loss).await.device, Some(wrong), "nothing was changed");
        assert_eq!(entries(&app, "loss.put-right").await, 0);
    });
}

#[test]
fn a_device_that_was_not_known_is_named_and_one_that_is_lost_itself_is_not_taken() {
    on_bench(|Bench { app, person, .. }| async move {
        let known = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let (other, right) = another(&app).await;
        let officer = officer(&app).await;
        let unknown = report_publicly(&app, report("one", Answers::default())).await.unwrap();
        assert_eq!((unknown.meaning, unknown.device), (Meaning::Unclear, None), "nothing was named");
        let me = actor(&app, person, Role::Holder);
        report_own(&app, permit(&me).unwrap(), known, report("two", Answers::default())).await.unwrap();
        let taken = put_right(&app, permit(&officer).unwrap(), unknown.loss, known, "it is this one").await;
        assert!(matches!(taken, Err(AppError::Invalid { field: "device", .. })), "{taken:?}");
        put_right(&app, permit(&officer).unwrap(), unknown.loss, right, "the holder rang").await.unwrap();
        everything_follows(&app, &unknown, right, other).await;
        let loss = unknown.loss;
        let report = app.store().read(move |tx| store::loss_reports::by_id(tx, loss)).await.unwrap().unwrap();
        assert_eq!(report.meaning, "unclear", "it named nothing, and still does not");
        assert_eq!(call(&app, unknown.loss).await.standing, "calling", "who was called is called on");

        // A loss that is over stays as it is.
        losses_app::confirm_found(&app, permit(&officer).unwrap(), unknown.loss, "in the car").await.unwrap();
        let third = phone(&app, "BBBB1", None).await;
        let over = put_right(&app, permit(&officer).unwrap(), unknown.loss, third, "too late").await;
        assert!(matches!(over, Err(AppError::Conflict(_))), "{over:?}");
    });
}

#[test]
fn a_lost_device_is_located_by_the_duty_officer_alone_once_it_is_in_lost_mode() {
    on_both(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let officer = officer(&app).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let early = locate(&app, permit(&officer).unwrap(), reported.loss, "to send a car").await;
        assert!(matches!(early, Err(AppError::Conflict(_))), "{early:?}");
        contain(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        world.clock.advance(MINUTE);
        device_answers(&app, device).await;
        assert!(
            locate(&app, permit(&officer).unwrap(), reported.loss, " ").await.is_err(),
            "without a reason"
        );
        let ordered = locate(&app, permit(&officer).unwrap(), reported.loss, "to send a car").await.unwrap();
        assert!(matches!(ordered, Ordered::Queued(_)), "one person is enough: {ordered:?}");
        let read = losses_app::read::loss(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        assert!(read.in_lost_mode);
        assert_eq!(read.open.containment.others.len(), 1, "the order stands on the loss");
    });
}
