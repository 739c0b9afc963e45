//! Losses: reports from all three sides, the call that follows, its answers, and the containment of the device.

mod night;

use domain::{
    DeviceId, DeviceKind, EnrolmentId, Force, GrantId, LossId, PeriodId, PersonId, Platform, Span, Timestamp,
};
use losses_app::report::{NewReport, Reported, report_at_desk, report_own, report_publicly};
use losses_app::returning::{Key, add_to_report, own_report, say_found};
use losses_app::{Answered, Answers, How, Meaning};
use outbound::mail::{Mail, MailConfig, Protection};
use store::devices::{Device, EnrolmentState};
use store::duty::{PeriodKind, PeriodRow};
use store::enrolments::{Channel, Enrolment};
use store::grants::Grant;
use store::loss_calls::{LossCall, LossMessage, LossMessageState};
use store::people::{Person, PersonSource};
use store::{devices, duty as rows, enrolments, grants, loss_calls, people};
use testkit::Relay;

use kernel::access::{Actor, Role, Roles, Who, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError};

const MINUTE: Span = Span::from_secs(60);

fn minutes(count: i64) -> Span {
    Span::from_secs(count * 60)
}

/// Puts somebody into the register with a role.
async fn with_role(app: &App, number: &str, role: Role, email: bool) -> PersonId {
    let (id, now) = (PersonId::from_uuid(app.world().uuid()), app.world().now());
    let person = Person {
        email: email.then(|| format!("{number}@force.test")),
        source: PersonSource::Hand,
        ..Person::new(id, Force::Norfolk, number, &format!("Person {number}"), "officer", now)
    };
    let grant = Grant {
        id: GrantId::from_uuid(app.world().uuid()),
        person: id,
        role: role.as_str().to_owned(),
        both_forces: false,
        from_directory: false,
        said_by: "system".into(),
        reason: "test".into(),
        granted_at: now,
        until: None,
        ended: None,
        waits: false,
        confirmed: None,
        asked_by: None,
    };
    app.store()
        .write(move |tx| {
            people::add(tx, &person)?;
            grants::add(tx, &grant)?;
            Ok::<_, AppError>(())
        })
        .await
        .unwrap();
    id
}

async fn on_call(app: &App, person: PersonId, start: Timestamp, end: Timestamp) {
    let id = PeriodId::from_uuid(app.world().uuid());
    let kind = PeriodKind::OnCall;
    let row = PeriodRow { id, person, kind, absence: String::new(), start, end, source: "page".into() };
    let now = app.world().now();
    app.store().write(move |tx| rows::add_period(tx, &row, now)).await.unwrap();
}

/// Enters an enrolled phone.
async fn phone(app: &App, serial: &str, holder: Option<PersonId>) -> DeviceId {
    let (id, now) = (DeviceId::from_uuid(app.world().uuid()), app.world().now());
    let enrolment = EnrolmentId::from_uuid(app.world().uuid());
    let device = Device {
        id,
        serial: serial.to_owned(),
        kind: DeviceKind::Iphone,
        force: Force::Norfolk,
        holder,
        asset_tag: Some(format!("NC-{serial}")),
        model: None,
        created_at: now,
        retired_at: None,
        enrolment: None,
        enrolment_state: EnrolmentState::None,
        supervised: Some(true),
        os_version: None,
        last_contact_at: None,
        met: 0,
        not_met: 0,
        not_known: 0,
        judged_at: None,
    };
    let row = Enrolment {
        id: enrolment,
        device: id,
        platform: Platform::Ios,
        channel: Channel::Device,
        device_key: format!("key-{serial}"),
        certificate: format!("certificate-{serial}"),
        state: EnrolmentState::Enrolled,
        created_at: now,
        enrolled_at: Some(now),
        ended: None,
        last_contact_at: None,
        push_failed: None,
    };
    app.store()
        .write(move |tx| {
            devices::add(tx, &device)?;
            enrolments::add(tx, &row)?;
            devices::set_enrolment(tx, id, Some(enrolment), EnrolmentState::Enrolled)?;
            devices::set_reported(tx, id, Some(true), None, None)?;
            Ok::<_, AppError>(())
        })
        .await
        .unwrap();
    id
}

/// Lets the device answer everything that waits for it.
async fn device_answers(app: &App, device: DeviceId) {
    let (node, now) = (app.clone(), app.world().now());
    app.store()
        .write(move |tx| {
            for command in store::commands::of_device(tx, device, 50)? {
                if command.finished_at.is_none() {
                    let (id, enrolment) = (command.id, command.enrolment);
                    let state = store::commands::CommandState::Acknowledged;
                    store::commands::set_finished(tx, id, enrolment, state, now, None, "digest")?;
                    let kind = kernel::jobs::Kind::FollowContainment;
                    kernel::jobs::ask_job(&node, tx, kind, &device.to_string(), now)?;
                }
            }
            Ok::<_, AppError>(())
        })
        .await
        .unwrap();
}

fn actor(app: &App, person: PersonId, role: Role) -> Actor {
    actor_of(app, person, role, Force::Norfolk)
}

fn actor_of(app: &App, person: PersonId, role: Role, force: Force) -> Actor {
    let who = Who {
        name: format!("person:{person}"),
        shown: format!("Person {person}"),
        person: Some(person),
        roles: role.into(),
        force: Some(force),
        both: Roles::NONE,
    };
    kernel::access::actor(app, who)
}

fn mail_to(relay: &Relay) -> Mail {
    let config = MailConfig {
        server: "127.0.0.1".into(),
        port: relay.port,
        protection: Protection::Plain,
        sign_in: None,
        from: "Lanyard <lanyard@force.test>".into(),
        trust_pem: None,
    };
    Mail::new(&config).unwrap()
}

fn report(form: &str, answers: Answers) -> NewReport {
    NewReport { force: Some(Force::Norfolk), answers, form: format!("{form}-0123456789abcdef") }
}

fn about(device: &str) -> Answers {
    Answers { device: device.to_owned(), how: How::Stolen, ..Answers::default() }
}

/// Runs what is due now: jobs and mail, until nothing is left.
async fn settle(app: &App, mail: Option<&Mail>) {
    for _ in 0..40 {
        let jobs = overview_app::work::run_jobs(app, 50).await.unwrap();
        let sent = notices_app::send_notices(app, mail, 50).await.unwrap();
        if jobs + sent == 0 {
            return;
        }
    }
    panic!("work does not come to an end");
}

async fn call(app: &App, loss: LossId) -> LossCall {
    app.store().read(move |tx| loss_calls::by_id(tx, loss)).await.unwrap().unwrap()
}

async fn messages(app: &App, loss: LossId) -> Vec<LossMessage> {
    let mut all = app.store().read(move |tx| loss_calls::messages(tx, loss, 1000)).await.unwrap();
    all.reverse();
    all
}

/// Finds the path of the link in the last letter that a relay took.
fn link_in(relay: &Relay) -> String {
    let letters = relay.letters();
    // Long lines are broken in a letter, with an equals sign at their end.
    let letter = letters.last().unwrap().replace("=\n", "");
    let start = letter.find("/calls/").unwrap() + "/calls/".len();
    letter[start..].chars().take_while(char::is_ascii_hexdigit).collect()
}

async fn timeline(app: &App, reported: &Reported) -> Vec<String> {
    let case = reported.case;
    let all = app.store().read(move |tx| store::cases::events(tx, case)).await.unwrap();
    all.into_iter().map(|(_, _, says)| says).collect()
}

async fn entries(app: &App, action: &'static str) -> usize {
    let filter =
        store::ledger::LedgerFilter { action: action.into(), ..store::ledger::LedgerFilter::default() };
    app.store().read(move |tx| store::ledger::list(tx, &filter, 200)).await.unwrap().len()
}

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

        // The link answers once, and says so the second time.
        let token = link_in(&relay);
        let look = losses_app::look_at_link(&app, &token).await.unwrap().unwrap();
        assert!(look.works && look.open && look.answered.is_none());
        assert!(matches!(losses_app::answer_by_link(&app, &token).await.unwrap(), Answered::Now(_)));
        assert!(matches!(losses_app::answer_by_link(&app, &token).await.unwrap(), Answered::Before(_)));
        assert_eq!(losses_app::answer_by_link(&app, "0123").await.unwrap(), Answered::NoLink);
        let answered = call(&app, reported.loss).await;
        assert_eq!((answered.standing.as_str(), answered.next_at), ("acknowledged", None));
        assert!(!answered.answer.unwrap().contained);

        world.clock.advance(minutes(300));
        settle(&app, Some(&mail)).await;
        assert_eq!(relay.letters().len(), 1, "nobody is called after the answer");
        assert_eq!(entries(&app, "loss.answered").await, 1);
    });
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
        assert!(
            !losses_app::acknowledge_call(&app, permit(&officer).unwrap(), reported.loss, None)
                .await
                .unwrap()
        );
        let answer = call(&app, reported.loss).await.answer.unwrap();
        assert_eq!((answer.by, answer.instead_of), (format!("person:{oscar}"), Some(engineer)));
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
        let suffolk = actor_of(&app, engineer, Role::DutyOfficer, Force::Suffolk);
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

        // At three in the morning the chain is called although the desk took the report; at ten on Monday the desk has it.
        let desk = with_role(&app, "9004", Role::ServiceDeskAnalyst, true).await;
        let desk = actor(&app, desk, Role::ServiceDeskAnalyst);
        let night =
            report_at_desk(&app, permit(&desk).unwrap(), Some(theirs), report("three", Answers::default()))
                .await;
        assert_eq!(call(&app, night.unwrap().loss).await.standing, "calling");
        world.clock.set("2026-11-23T10:00:00Z".parse().unwrap());
        let third = phone(&app, "AAAA3", None).await;
        let day =
            report_at_desk(&app, permit(&desk).unwrap(), Some(third), report("four", Answers::default()))
                .await;
        let day = call(&app, day.unwrap().loss).await;
        assert_eq!(day.standing, "acknowledged");

        for number in 0..60 {
            report_publicly(&app, report(&format!("flood {number}"), about("x"))).await.unwrap();
        }
        let over = report_publicly(&app, report("flood", about("x"))).await;
        assert!(matches!(over, Err(AppError::Conflict(says)) if says.contains("Ring")));
        assert!(report_at_desk(&app, permit(&desk).unwrap(), None, report("five", about("x"))).await.is_ok());
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
