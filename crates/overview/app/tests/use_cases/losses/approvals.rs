//! What waits for a second person: who can decide is called at once, on duty before on call, never the one who asked, until it is decided
//! or its time is over.

use devices_app::commands::{Ordered, approve, order_destruction};
use domain::{CommandId, CommandState, PeriodId, PeriodKind, PersonId, Span};
use outbound::channel::{Accepted, Channel as Sends, Channels, Message, Refused, Waiting};
use platform_port::Order;
use std::sync::{Arc, Mutex};
use store::duty::{self as rows, PeriodRow};
use store::notices;
use testkit::{Relay, TestWorld};

use super::force::{actor, entries, mail_to, minutes, on_call, phone, settle, with_role};
use kernel::App;
use kernel::access::{Actor, Proof, Role, permit};
use kernel::testing::{Bench, on_bench, on_both};

async fn on_duty(app: &App, person: PersonId, hours: i64) {
    let now = app.world().now();
    let row = PeriodRow {
        id: PeriodId::from_uuid(app.world().uuid()),
        person,
        kind: PeriodKind::Shift,
        absence: String::new(),
        start: now,
        end: now.plus(Span::from_secs(hours * 3600)),
        source: "page".into(),
    };
    app.store().write(move |tx| rows::add_period(tx, &row, now)).await.unwrap();
}

fn present(app: &App, person: PersonId, role: Role) -> Actor {
    actor(app, person, role).with_proof(Proof { at: Some(app.world().now()), by_link: false })
}

/// Three people who could all decide: one asks, one is on duty, one is on call.
struct Three {
    asks: PersonId,
    on_duty: PersonId,
    on_call: PersonId,
}

async fn three(app: &App, world: &TestWorld) -> Three {
    let asks = with_role(app, "9101", Role::InformationSecurity, true).await;
    let duty = with_role(app, "9102", Role::InformationSecurity, true).await;
    let call = with_role(app, "9103", Role::Administrator, true).await;
    for one in [asks, call] {
        on_call(app, one, world.now(), world.now().plus(minutes(6000))).await;
    }
    on_duty(app, duty, 100).await;
    Three { asks, on_duty: duty, on_call: call }
}

async fn asked(app: &App, asks: PersonId, person: PersonId) -> CommandId {
    let device = phone(app, "F4GXQ2ABCD", Some(person)).await;
    let actor = present(app, asks, Role::InformationSecurity);
    let ordered =
        order_destruction(app, permit(&actor).unwrap(), device, Order::Erase, "stolen").await.unwrap();
    let Ordered::NeedsSecond(command) = ordered else { panic!("{ordered:?}") };
    command
}

/// Returns the numbers to which letters that call somebody went, in order.
fn called(relay: &Relay) -> Vec<String> {
    let letters = relay.letters();
    let calls = letters.iter().filter(|letter| letter.contains("You are called: answer now"));
    let to = |letter: &String| {
        let line = letter.lines().find(|line| line.starts_with("To: ")).unwrap();
        line.trim_start_matches("To: ").split('@').next().unwrap().to_owned()
    };
    calls.map(to).collect()
}

#[test]
fn who_can_decide_is_called_on_duty_first_then_on_call_and_never_the_one_who_asked() {
    on_both(|Bench { app, world, person }| async move {
        let relay = Relay::start(250).await;
        let mail = mail_to(&relay);
        let three = three(&app, &world).await;
        let command = asked(&app, three.asks, person).await;
        settle(&app, Some(&mail)).await;
        assert_eq!(called(&relay), ["9102"], "on duty, at once");
        let letter =
            relay.letters().into_iter().find(|one| one.contains("answer now")).unwrap().replace("=\n", "");
        assert!(
            letter.contains("waits for you to agree or refuse") && !letter.contains("F4GXQ2ABCD"),
            "{letter}"
        );
        world.clock.advance(minutes(9));
        settle(&app, Some(&mail)).await;
        assert_eq!(called(&relay).len(), 1, "they have their time");
        world.clock.advance(minutes(2));
        settle(&app, Some(&mail)).await;
        assert_eq!(called(&relay), ["9102", "9103"], "then on call");
        world.clock.advance(minutes(60));
        settle(&app, Some(&mail)).await;
        assert_eq!(called(&relay), ["9102", "9103", "9102"], "and again each hour");
        assert_eq!(entries(&app, "approval.called").await, 3);

        let decides = present(&app, three.on_duty, Role::InformationSecurity);
        approve(&app, permit(&decides).unwrap(), command, "asked them").await.unwrap();
        for _ in 0..6 {
            settle(&app, Some(&mail)).await;
            world.clock.advance(minutes(30));
        }
        assert_eq!(called(&relay).len(), 3, "nobody is called once it is decided");
        let _ = three.on_call;
    });
}

#[test]
fn a_message_that_fails_calls_the_next_at_once_and_the_end_of_its_time_ends_the_calls() {
    on_bench(|Bench { app, world, person }| async move {
        let refuses = Relay::start(550).await;
        let three = three(&app, &world).await;
        let command = asked(&app, three.asks, person).await;
        settle(&app, Some(&mail_to(&refuses))).await;
        let told = async |person| {
            app.store().read(move |tx| notices::of_person(tx, person, false, 50)).await.unwrap()
        };
        let calls = async |person| told(person).await.iter().filter(|one| one.reason == "on-call").count();
        assert_eq!((calls(three.on_duty).await, calls(three.on_call).await), (1, 1), "the next at once");
        assert_eq!(calls(three.asks).await, 0, "never the one who asked");
        for person in [three.on_duty, three.on_call] {
            let waits = told(person).await.iter().filter(|one| one.key.ends_with(":waits")).count();
            assert_eq!(waits, 1, "nobody was reached: each finds a notice");
        }
        world.clock.advance(Span::from_secs(25 * 3600));
        let relay = Relay::start(250).await;
        settle(&app, Some(&mail_to(&relay))).await;
        let state =
            app.store().read(move |tx| store::commands::by_id(tx, command)).await.unwrap().unwrap().state;
        assert_ne!(state, CommandState::Asked, "its time is over");
        world.clock.advance(minutes(120));
        settle(&app, Some(&mail_to(&relay))).await;
        assert!(called(&relay).is_empty(), "{:?}", called(&relay));
    });
}

/// A system of the force that hears of calls, or refuses them for good.
struct System {
    heard: Mutex<Vec<String>>,
    takes: bool,
}

impl Sends for System {
    fn send(&self, message: Message) -> Waiting<Accepted> {
        self.heard.lock().unwrap().push(message.text.expose().clone());
        let answer =
            if self.takes { Ok(Accepted::default()) } else { Err(Refused::Never("it answered 410".into())) };
        Box::pin(async move { answer })
    }
}

#[test]
fn a_system_of_the_force_is_told_of_each_group_without_any_other_channel() {
    on_bench(|Bench { app, world, person }| async move {
        let system = Arc::new(System { heard: Mutex::default(), takes: true });
        let hook: Arc<dyn Sends> = system.clone();
        let by = Channels { hook: Some(hook), ..Channels::default() };
        let three = three(&app, &world).await;
        asked(&app, three.asks, person).await;
        settle(&app, &by).await;
        let heard =
            |group: &str| system.heard.lock().unwrap().iter().filter(|one| one.contains(group)).count();
        assert_eq!((heard(":on-duty"), heard(":on-call")), (1, 0));
        world.clock.advance(minutes(11));
        settle(&app, &by).await;
        assert_eq!((heard(":on-duty"), heard(":on-call")), (1, 1), "the second group in the same hour");
    });
}

#[test]
fn a_system_that_takes_no_more_raises_one_alarm_a_day() {
    on_bench(|Bench { app, world, person }| async move {
        let hook: Arc<dyn Sends> = Arc::new(System { heard: Mutex::default(), takes: false });
        let by = Channels { hook: Some(hook), ..Channels::default() };
        let three = three(&app, &world).await;
        asked(&app, three.asks, person).await;
        for _ in 0..3 {
            settle(&app, &by).await;
            world.clock.advance(minutes(11));
        }
        let since = world.now().minus(minutes(600));
        let kind = notices_app::alarms::AlarmKind::NotTold.as_str();
        let alarms = app.store().read(move |tx| {
            store::alarms::same_since(
                tx,
                since,
                &store::alarms::SameAlarm { force: None, kind, caused_by: "system" },
                9,
            )
        });
        assert_eq!(alarms.await.unwrap().len(), 1);
    });
}

#[test]
fn where_nobody_who_can_decide_is_there_each_of_them_finds_a_notice() {
    on_bench(|Bench { app, person, .. }| async move {
        let asks = with_role(&app, "9101", Role::InformationSecurity, true).await;
        let away = with_role(&app, "9102", Role::InformationSecurity, true).await;
        asked(&app, asks, person).await;
        settle(&app, None).await;
        let of = async |person| {
            app.store().read(move |tx| notices::of_person(tx, person, false, 50)).await.unwrap()
        };
        assert!(of(away).await.iter().any(|one| one.subject.contains("waits for a second person")));
        assert!(of(asks).await.iter().all(|one| !one.subject.contains("waits for a second person")));
    });
}
