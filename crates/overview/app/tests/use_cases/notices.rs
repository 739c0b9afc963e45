//! Notices against a database, a clock that is moved and a mail relay that listens on this machine.

use domain::local_time::instant;
use domain::{CaseId, Force, PersonId, Span, Timestamp};
use domain::{NoticeState, PeriodKind};
use outbound::mail::{Mail, MailConfig, Protection};
use store::cases::Case;
use store::duty::{AssignmentRow, PatternRow, PeriodRow};
use store::notices::Notice as Row;
use store::{duty as rows, notices, people};
use testkit::Relay;

use cases_app::desk::{Listed, LiveMatter};
use kernel::access::{Actor, Role, Roles, Who, permit};
use kernel::testing::{Bench, on_bench};
use kernel::{App, AppError};
use notices_app::{Notice, Reason, Told};

fn wall(text: &str) -> Timestamp {
    instant(text.parse().unwrap())
}

/// Puts somebody on days, Monday to Friday, nine to five, from 1 November 2026.
pub(crate) async fn on_days(app: &App, person: PersonId) {
    let (pattern, now) = (domain::PatternId::from_uuid(app.world().uuid()), app.world().now());
    let from = "2026-11-01".parse().unwrap();
    let row = PatternRow {
        id: pattern,
        force: domain::samples::NORFOLK,
        name: format!("Days {person}"),
        shape: "week".into(),
        shifts: "D 09:00-17:00".into(),
        days: "D D D D D - -".into(),
        created_at: now,
        version: 1,
    };
    let id = domain::AssignmentId::from_uuid(app.world().uuid());
    let assignment = AssignmentRow { id, person, pattern, anchor: from, from, until: None };
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            rows::add_pattern(tx, &row)?;
            rows::assign(tx, &assignment, now)?;
            Ok::<_, AppError>(())
        })
        .await
        .unwrap();
    notices_app::look_at_notices_again(&app, person).await.unwrap();
}

/// Lists the exceptions of November 2026, and counts the notices to people whose duty was not known.
async fn november(app: &App, force: Option<Force>) -> (Vec<Listed>, u64) {
    let (from, until) = duty_app::month("2026-11").unwrap();
    let permit = permit(&Actor::system()).unwrap();
    cases_app::desk::notice_exceptions(app, permit, force, from, until).await.unwrap()
}

async fn on_call(app: &App, person: PersonId, start: Timestamp, end: Timestamp) {
    let id = domain::PeriodId::from_uuid(app.world().uuid());
    let kind = PeriodKind::OnCall;
    let row = PeriodRow { id, person, kind, absence: String::new(), start, end, source: "page".into() };
    let now = app.world().now();
    app.store().write(move |tx| rows::add_period(tx, &row, now)).await.unwrap();
}

async fn case_about(app: &App, person: Option<PersonId>, open: bool) -> CaseId {
    let (id, now) = (CaseId::from_uuid(app.world().uuid()), app.world().now());
    let case = Case {
        id,
        number: 0,
        kind: "fault".into(),
        force: domain::samples::NORFOLK,
        device: None,
        person,
        clause: None,
        title: "A cracked screen".into(),
        opened_at: now,
        due_at: None,
        owner: None,
        closed: None,
        closed_how: None,
    };
    app.store()
        .write(move |tx| {
            store::cases::open(tx, &case)?;
            if !open {
                store::cases::close(tx, id, now, "done", "by-hand")?;
            }
            Ok::<_, AppError>(())
        })
        .await
        .unwrap();
    id
}

async fn tell(app: &App, notice: Notice) -> Result<Told, AppError> {
    let app = app.clone();
    app.clone().store().write(move |tx| notices_app::notify(&app, tx, notice)).await
}

async fn only(app: &App, person: PersonId) -> Row {
    let mut all = app.store().read(move |tx| notices::of_person(tx, person, false, 10)).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn mail(relay: &Relay) -> Mail {
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

fn news(to: PersonId) -> Notice {
    Notice::routine(to, "news:1", "Your phone is due back").body("Bring it to the counter.")
}

#[test]
fn a_routine_notice_waits_for_the_next_duty_and_is_told_once() {
    on_bench(|Bench { app, world, person }| async move {
        on_days(&app, person).await;
        let relay = Relay::start(250).await;
        let client = mail(&relay);
        world.clock.set(wall("2026-11-21T11:00"));
        let monday = wall("2026-11-23T09:00");
        assert_eq!(tell(&app, news(person)).await.unwrap(), Told::Held { until: monday }, "a Saturday");
        assert_eq!(tell(&app, news(person)).await.unwrap(), Told::Already, "the job ran twice");
        world.clock.set(monday.minus(Span::from_secs(1)));
        assert_eq!(notices_app::send::send_notices(&app, Some(&client), 10).await.unwrap(), 0);
        world.clock.set(monday);
        assert_eq!(notices_app::send::send_notices(&app, Some(&client), 10).await.unwrap(), 1);
        assert_eq!(notices_app::send::send_notices(&app, Some(&client), 10).await.unwrap(), 0, "once");
        let row = only(&app, person).await;
        assert_eq!((row.state, row.told_at, row.exception), (NoticeState::Mailed, Some(monday), false));
        let letters = relay.letters();
        assert_eq!(letters.len(), 1);
        let letter = &letters[0];
        assert!(letter.contains("Subject: OFFICIAL - There is something for you to read"), "{letter}");
        assert!(
            letter.contains("https://lanyard.test/me") && letter.contains("Auto-Submitted: auto-generated")
        );
        for private in ["phone", "counter", "Ames"] {
            assert!(!letter.contains(private), "a letter says little: {letter}");
        }
    });
}

#[test]
fn not_known_waits_for_the_forces_hours_and_is_counted() {
    on_bench(|Bench { app, world, person }| async move {
        world.clock.set(wall("2026-11-21T11:00"));
        let monday = wall("2026-11-23T08:00");
        assert_eq!(tell(&app, news(person)).await.unwrap(), Told::Held { until: monday }, "a Saturday");
        assert_eq!(notices_app::send::send_notices(&app, None, 10).await.unwrap(), 0);
        let desk = cases_app::desk::undelivered_notices(&app, permit(&Actor::system()).unwrap(), None, 10)
            .await
            .unwrap();
        assert_eq!(desk.len(), 1, "the desk sees that it is held for want of a roster");
        world.clock.set(monday);
        assert_eq!(notices_app::send::send_notices(&app, None, 10).await.unwrap(), 1);
        let row = only(&app, person).await;
        assert_eq!((row.state, row.duty.as_str(), row.exception), (NoticeState::Shown, "not-known", false));
        let (list, unknown) = november(&app, None).await;
        assert_eq!((list.len(), unknown), (0, 1), "no exception, and counted");
        let (_, suffolk) = november(&app, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(suffolk, 0);
    });
}

#[test]
fn what_becomes_known_goes_before_the_forces_hours() {
    on_bench(|Bench { app, world, person }| async move {
        world.clock.set(wall("2026-11-21T11:00"));
        tell(&app, news(person)).await.unwrap();
        on_days(&app, person).await;
        world.clock.set(wall("2026-11-23T08:30"));
        assert_eq!(notices_app::send::send_notices(&app, None, 10).await.unwrap(), 1, "looked at again");
        assert_eq!(only(&app, person).await.state, NoticeState::Waiting, "known to begin at nine");
        world.clock.set(wall("2026-11-23T09:00"));
        assert_eq!(notices_app::send::send_notices(&app, None, 10).await.unwrap(), 1);
        let row = only(&app, person).await;
        assert_eq!((row.state, row.duty.as_str()), (NoticeState::Shown, "on-duty"));
    });
}

#[test]
fn the_rule_is_asked_again_when_it_is_sent() {
    on_bench(|Bench { app, world, person }| async move {
        on_days(&app, person).await;
        world.clock.set(wall("2026-11-21T11:00"));
        tell(&app, news(person)).await.unwrap();
        // Meanwhile they fall ill for the week.
        let id = domain::PeriodId::from_uuid(app.world().uuid());
        let row = PeriodRow {
            id,
            person,
            kind: PeriodKind::Absence,
            absence: "sick".into(),
            start: wall("2026-11-23T00:00"),
            end: wall("2026-11-28T00:00"),
            source: "page".into(),
        };
        app.store().write(move |tx| rows::add_period(tx, &row, row.start)).await.unwrap();
        world.clock.set(wall("2026-11-23T09:00"));
        notices_app::send::send_notices(&app, None, 10).await.unwrap();
        let row = only(&app, person).await;
        assert_eq!((row.state, row.duty.as_str()), (NoticeState::Waiting, "on-leave"));
        assert_eq!(row.due_at, Some(wall("2026-11-30T09:00")), "the Monday after");
    });
}

#[test]
fn the_three_reasons_reach_somebody_off_duty_and_are_listed() {
    on_bench(|Bench { app, world, person }| async move {
        on_days(&app, person).await;
        world.clock.set(wall("2026-11-21T11:00"));
        let call = Notice::routine(person, "call:1", "Lost phone").because(Reason::OnCall);
        let held = tell(&app, call).await.unwrap();
        assert!(matches!(held, Told::Held { .. }), "nobody is on call because a caller says so: {held:?}");
        on_call(&app, person, wall("2026-11-21T08:00"), wall("2026-11-22T08:00")).await;
        let call = Notice::routine(person, "call:2", "Lost phone").because(Reason::OnCall);
        assert_eq!(tell(&app, call).await.unwrap(), Told::Now);
        let own = case_about(&app, Some(person), true).await;
        let report = Notice::routine(person, "own:1", "Your report").because(Reason::OwnReport { case: own });
        assert_eq!(tell(&app, report).await.unwrap(), Told::Now);
        notices_app::send::send_notices(&app, None, 10).await.unwrap();
        let (list, _) = november(&app, None).await;
        let reasons: Vec<&str> = list.iter().map(|row| row.notice.reason.as_str()).collect();
        assert_eq!(reasons, ["on-call", "own-report"]);
    });
}

#[test]
fn a_reason_must_be_borne_out() {
    on_bench(|Bench { app, world, person }| async move {
        world.clock.set(wall("2026-11-21T11:00"));
        let (others, closed) =
            (case_about(&app, None, true).await, case_about(&app, Some(person), false).await);
        let notice = |reason| Notice::routine(person, "x", "x").because(reason);
        let refused = tell(&app, notice(Reason::OwnReport { case: others })).await.unwrap_err();
        assert!(refused.to_string().contains("not about this person"), "{refused}");
        let live = |why: &str| Reason::LiveMatter { case: closed, decided_by: person, why: why.into() };
        let refused = tell(&app, notice(live("it burns"))).await.unwrap_err();
        assert!(refused.to_string().contains("no live matter"), "{refused}");
        let nobody = CaseId::from_uuid(app.world().uuid());
        assert!(tell(&app, notice(Reason::OwnReport { case: nobody })).await.is_err());
        for link in ["https://evil.test", "//evil.test", "me", "/me\r\nBcc: x"] {
            assert!(tell(&app, notice(Reason::Routine).link(link)).await.is_err(), "{link}");
        }
        let all = app.store().read(move |tx| notices::of_person(tx, person, false, 10)).await.unwrap();
        assert!(all.is_empty(), "nothing of what was refused stays");
    });
}

#[test]
fn a_live_matter_names_who_decided_and_why() {
    on_bench(|Bench { app, world, person }| async move {
        on_days(&app, person).await;
        world.clock.set(wall("2026-11-21T11:00"));
        let case = case_about(&app, None, true).await;
        let call = LiveMatter {
            to: "1234".into(),
            case,
            why: "Only they know where the keys are".into(),
            message: "Ring the control room".into(),
            form: "form-1".into(),
        };
        let nameless =
            cases_app::desk::call_for_live_matter(&app, permit(&Actor::system()).unwrap(), call.clone())
                .await;
        assert!(nameless.unwrap_err().to_string().contains("answer for this"));
        let inspector = kernel::access::actor(
            &app,
            Who {
                name: format!("person:{person}"),
                shown: "Inspector".into(),
                person: Some(person),
                roles: Role::DutyOfficer.into(),
                force: None,
                everywhere: Roles::NONE,
            },
        );
        let empty = LiveMatter { why: " ".into(), ..call.clone() };
        assert!(
            cases_app::desk::call_for_live_matter(&app, permit(&inspector).unwrap(), empty).await.is_err()
        );
        let told = cases_app::desk::call_for_live_matter(&app, permit(&inspector).unwrap(), call.clone())
            .await
            .unwrap();
        let twice =
            cases_app::desk::call_for_live_matter(&app, permit(&inspector).unwrap(), call).await.unwrap();
        assert_eq!((told, twice), (Told::Now, Told::Already), "a double click tells once");
        notices_app::send::send_notices(&app, None, 10).await.unwrap();
        let (list, _) = november(&app, None).await;
        let why = list[0].notice.why.clone().unwrap();
        assert_eq!(why, "Only they know where the keys are");
        assert_eq!(list[0].decided_by.as_ref().unwrap().1, "1234");
    });
}

#[test]
fn a_relay_that_is_down_is_tried_again_and_given_up_where_the_desk_sees_it() {
    on_bench(|Bench { app, world, person }| async move {
        on_days(&app, person).await;
        world.clock.set(wall("2026-11-24T10:00"));
        let down = Relay::start(451).await;
        tell(&app, news(person)).await.unwrap();
        let mut tries = 0;
        for _ in 0..60 {
            tries += notices_app::send::send_notices(&app, Some(&mail(&down)), 10).await.unwrap();
            world.clock.advance(Span::from_secs(1800));
        }
        let row = only(&app, person).await;
        assert!(row.attempts >= 2, "{}", row.attempts);
        // Off duty again, nothing is tried; on duty, the tries go on until they are given up.
        world.clock.set(wall("2026-11-26T10:00"));
        for day in 26..30 {
            for quarter in 0..28 {
                world.clock.set(wall(&format!("2026-11-{day}T10:00")).plus(Span::from_secs(quarter * 900)));
                tries += notices_app::send::send_notices(&app, Some(&mail(&down)), 10).await.unwrap();
            }
        }
        let row = only(&app, person).await;
        assert_eq!((row.state, row.due_at), (NoticeState::Undelivered, None), "after {tries} looks");
        assert_eq!(row.last_error.as_deref(), Some("the mail relay did not accept it: it answered 451"));
        let desk = cases_app::desk::undelivered_notices(&app, permit(&Actor::system()).unwrap(), None, 10)
            .await
            .unwrap();
        assert_eq!(desk.len(), 1);
        cases_app::desk::retry_notice(&app, permit(&Actor::system()).unwrap(), row.id).await.unwrap();
        let again = cases_app::desk::retry_notice(&app, permit(&Actor::system()).unwrap(), row.id).await;
        assert!(matches!(again, Err(AppError::Conflict(_))), "a double click");
        world.clock.set(wall("2026-11-30T10:00"));
        notices_app::send::send_notices(&app, Some(&mail(&Relay::start(250).await)), 10).await.unwrap();
        assert_eq!(only(&app, person).await.state, NoticeState::Mailed);
    });
}

#[test]
fn a_refusal_is_not_tried_again_and_a_leaver_is_told_nothing() {
    on_bench(|Bench { app, world, person }| async move {
        on_days(&app, person).await;
        world.clock.set(wall("2026-11-24T10:00"));
        tell(&app, news(person)).await.unwrap();
        notices_app::send::send_notices(&app, Some(&mail(&Relay::start(550).await)), 10).await.unwrap();
        let row = only(&app, person).await;
        assert_eq!((row.state, row.attempts), (NoticeState::Undelivered, 1));
        let now = app.world().now();
        app.store().write(move |tx| people::end(tx, person, now)).await.unwrap();
        let told = tell(&app, Notice { key: "news:2".into(), ..news(person) }).await.unwrap();
        assert_eq!(told, Told::Left);
    });
}

#[test]
fn two_nodes_send_it_once() {
    on_bench(|Bench { app, world, person }| async move {
        on_days(&app, person).await;
        world.clock.set(wall("2026-11-24T10:00"));
        tell(&app, news(person)).await.unwrap();
        let relay = Relay::start(250).await;
        let client = mail(&relay);
        let (one, two) = tokio::join!(
            notices_app::send::send_notices(&app, Some(&client), 10),
            notices_app::send::send_notices(&app, Some(&client), 10)
        );
        assert!(one.unwrap() + two.unwrap() >= 1);
        assert_eq!(relay.letters().len(), 1);
    });
}

/// Every place that tells people something is known, with its reason: reviewed like code.
#[test]
fn every_place_that_tells_people_something_is_listed_with_its_reason() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut places = Vec::new();
    let mut folders = vec![crates.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&crates).unwrap().to_string_lossy().into_owned();
            let (Some((capability, place)), true) = (name.split_once("/app/src/"), name.ends_with(".rs"))
            else {
                continue;
            };
            let text = std::fs::read_to_string(&path).unwrap();
            let tells = |line: &&str| {
                ["notify(", "call_out("]
                    .iter()
                    .any(|call| line.contains(call) && !line.contains(&format!("fn {call}")))
            };
            let calls = text.lines().filter(tells);
            places.extend(calls.map(|_| format!("{capability}/{place}")));
        }
    }
    assert!(places.len() >= 9, "the search finds no calls: {places:?}");
    let listed: Vec<&str> = include_str!("call_sites.txt")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(place, _)| place)
        .collect();
    places.retain(|place| !listed.contains(&place.as_str()));
    assert!(places.is_empty(), "say in call_sites.txt whom {places:?} tells, and for which reason");
}
