//! Rotas against a database: who is on call, gaps before they happen, who is told, and who may not.

mod calendars;
mod covers;
mod refused;

use domain::local_time::instant;
use domain::{Force, GrantId, PersonId, RotaId, Span, Timestamp};
use duty_app::rota::{Form, Kept, NewLayer, NewOverride, NewRota, NewSwap, Trouble, WouldLeave};
use duty_app::{NewPeriod, OnCallFor, State};
use kernel::access::{Actor, ManageDuty, Permit, Role, Roles, SeeDuty, Who, permit, permit_within};
use kernel::testing::{Bench, on_both};
use kernel::{App, AppError};
use store::grants::Grant;
use store::notices::Notice as Row;
use store::people::{Called, Person};
use store::{grants, notices, people};

fn wall(text: &str) -> Timestamp {
    instant(text.parse().unwrap())
}

fn root() -> Actor {
    Actor::command_line("test")
}

fn manage() -> Permit<ManageDuty> {
    permit(&root()).unwrap()
}

/// Enters an on-call engineer.
async fn person(app: &App, number: &str, force: Force) -> PersonId {
    let id = without_role(app, number, force).await;
    give_role(app, id).await;
    id
}

async fn without_role(app: &App, number: &str, force: Force) -> PersonId {
    let id = PersonId::from_uuid(app.world().uuid());
    let mut new = Person::new(
        id,
        force,
        Called { number, name: &format!("Person {number}"), role: "staff" },
        app.world().now(),
    );
    new.email = Some(format!("{number}@force.test"));
    app.store().write(move |tx| people::add(tx, &new)).await.unwrap();
    id
}

async fn give_role(app: &App, person: PersonId) {
    let grant = Grant {
        id: GrantId::from_uuid(app.world().uuid()),
        person,
        role: Role::OnCallEngineer.as_str().to_owned(),
        everywhere: false,
        from_directory: false,
        said_by: "system".into(),
        reason: "test".into(),
        granted_at: app.world().now(),
        until: None,
        ended: None,
        waits: false,
        confirmed: None,
        asked_by: None,
    };
    app.store().write(move |tx| grants::add(tx, &grant)).await.unwrap();
}

fn actor(app: &App, person: PersonId, role: Role, force: Force) -> Actor {
    kernel::access::actor(
        app,
        Who {
            name: format!("person:{person}"),
            shown: "Somebody".into(),
            person: Some(person),
            roles: Roles::from(role),
            force: Some(force),
            everywhere: Roles::default(),
        },
    )
}

fn new_rota(name: &str, place: &str) -> NewRota {
    NewRota {
        force: Some(domain::samples::NORFOLK),
        name: name.into(),
        role: "on-call-engineer".into(),
        place: place.into(),
        hours: String::new(),
        owner: "1234".into(),
    }
}

fn weekly(people: &str, first: &str) -> NewLayer {
    NewLayer {
        name: "Week by week".into(),
        people: people.into(),
        turn: "1".into(),
        unit: "weeks".into(),
        first: first.into(),
        ..NewLayer::default()
    }
}

/// Makes a rota of 2001 and 2002 by the week, which began in the past and has no gap.
async fn covered(app: &App) -> RotaId {
    let layer = weekly("2001\n2002", "2026-11-16 09:00");
    made(duty_app::rota::add_rota(app, manage(), new_rota("Engineers", "1"), layer, String::new()).await)
}

fn made<T>(outcome: Result<Kept<T>, AppError>) -> T {
    match outcome.unwrap() {
        Kept::Made(made) => made,
        Kept::WouldLeave(gaps) => panic!("it would leave {gaps:?}"),
    }
}

fn gaps<T>(outcome: Result<Kept<T>, AppError>) -> WouldLeave {
    match outcome.unwrap() {
        Kept::Made(_) => panic!("it was made before its gaps were shown"),
        Kept::WouldLeave(gaps) => gaps,
    }
}

fn form(rota: RotaId, seen: &str) -> Form {
    Form { rota, version: None, seen: seen.into() }
}

async fn called(app: &App, whom: OnCallFor, at: Timestamp) -> Vec<PersonId> {
    app.store().read(move |tx| duty_app::on_call(tx, whom, at)).await.unwrap()
}

async fn jobs(app: &App) {
    while overview_app::work::run_jobs(app, 100).await.unwrap() > 0 {}
}

async fn told(app: &App, person: PersonId) -> Vec<Row> {
    app.store().read(move |tx| notices::of_person(tx, person, false, 50)).await.unwrap()
}

async fn on_leave(app: &App, person: PersonId, start: &str, end: &str) {
    let new = NewPeriod { kind: "annual-leave".into(), start: start.into(), end: end.into() };
    duty_app::add_duty_period(app, manage().into(), person, new).await.unwrap();
}

fn instead(out: &str, with: &str, start: &str, end: &str) -> NewOverride {
    NewOverride {
        kind: "replace".into(),
        person: out.into(),
        with: with.into(),
        start: start.into(),
        end: end.into(),
        reason: "A course".into(),
    }
}

#[test]
fn the_people_on_call_come_rota_by_rota_and_their_turn_counts_as_on_call() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let (one, two) = (
            person(&app, "2001", domain::samples::NORFOLK).await,
            person(&app, "2002", domain::samples::NORFOLK).await,
        );
        let three = person(&app, "2003", domain::samples::NORFOLK).await;
        let second = weekly("2002\n2003", "2026-11-16 09:00");
        let backup = made(
            duty_app::rota::add_rota(&app, manage(), new_rota("Backup", "2"), second, String::new()).await,
        );
        let first = covered(&app).await;
        let role = OnCallFor::Role(domain::samples::NORFOLK, Role::OnCallEngineer);
        let (now, next) = (wall("2026-11-23T12:00"), wall("2026-11-30T12:00"));
        assert_eq!(called(&app, OnCallFor::Rota(first), now).await, [two]);
        assert_eq!(called(&app, role, now).await, [two, three], "place 1 is asked first");
        assert_eq!(called(&app, role, next).await, [one, two]);
        assert!(
            called(&app, OnCallFor::Role(domain::samples::SUFFOLK, Role::OnCallEngineer), now)
                .await
                .is_empty()
        );
        assert!(
            called(&app, OnCallFor::Role(domain::samples::NORFOLK, Role::DutyOfficer), now).await.is_empty()
        );
        let state = app.store().read(move |tx| duty_app::duty_state(tx, two, now)).await.unwrap();
        assert!(
            matches!(state, State::OnCall { until, .. } if until > wall("2026-12-07T08:00")),
            "{state:?}"
        );
        let state = app.store().read(move |tx| duty_app::duty_state(tx, one, now)).await.unwrap();
        assert!(matches!(state, State::NotKnown { .. }), "{state:?}");
        let board = duty_app::on_call_now(&app, permit::<SeeDuty>(&root()).unwrap()).await.unwrap();
        assert_eq!(board.iter().map(|(person, _)| person.id).collect::<Vec<_>>(), [two, three]);
        duty_app::rota::retire_rota(&app, manage(), first, "Merged".into()).await.unwrap();
        assert!(called(&app, OnCallFor::Rota(first), now).await.is_empty());
        assert_eq!(called(&app, role, now).await, called(&app, OnCallFor::Rota(backup), now).await);
    });
}

#[test]
fn a_change_that_would_leave_gaps_is_made_only_once_they_were_shown() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        person(&app, "2001", domain::samples::NORFOLK).await;
        let add = |seen: &str| {
            let layer = weekly("2001", "2026-11-30 09:00");
            duty_app::rota::add_rota(&app, manage(), new_rota("Engineers", "1"), layer, seen.into())
        };
        let shown = gaps(add("").await);
        assert_eq!(shown.gaps.len(), 1);
        assert_eq!(
            (shown.gaps[0].start, shown.gaps[0].end),
            (wall("2026-11-23T12:00"), wall("2026-11-30T09:00"))
        );
        gaps(add("another").await);
        world.clock.set(wall("2026-11-23T12:10"));
        let id = made(add(&shown.seen).await);
        // Removing the only layer leaves more gaps than the one that was accepted.
        let read = duty_app::rota::rota_of(&app, permit_within(&root()).unwrap(), id).await.unwrap();
        let layer = read.layers[0].row.id;
        let remove = |seen: &str| duty_app::rota::remove_layer(&app, manage(), form(id, seen), layer);
        gaps(remove(&shown.seen).await);
        let shown = gaps(remove("").await);
        made(remove(&shown.seen).await);
        let read = duty_app::rota::rota_of(&app, permit_within(&root()).unwrap(), id).await.unwrap();
        assert!(matches!(read.troubles.as_slice(), [Trouble::Gap(_)]), "{:?}", read.troubles);
        assert!(read.brief.now.is_empty() && read.layers.is_empty());
    });
}

#[test]
fn the_owner_hears_of_a_gap_weeks_before_and_once() {
    on_both(|Bench { app, world, person: owner }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let (one, _) = (
            person(&app, "2001", domain::samples::NORFOLK).await,
            person(&app, "2002", domain::samples::NORFOLK).await,
        );
        person(&app, "2003", domain::samples::NORFOLK).await;
        let id = covered(&app).await;
        jobs(&app).await;
        let warnings = || async {
            told(&app, owner)
                .await
                .into_iter()
                .filter(|row| row.key.starts_with("rota-trouble"))
                .collect::<Vec<_>>()
        };
        assert!(warnings().await.is_empty(), "nothing is wrong");
        // Leave in the third week, while the person has the turn.
        on_leave(&app, one, "2026-12-15", "2026-12-16").await;
        jobs(&app).await;
        let heard = warnings().await;
        assert_eq!(heard.len(), 1);
        let facts =
            "Nobody is on call from 15 December 2026, 00:00 to 17 December 2026, 00:00 (Person 2001 away).";
        assert!(heard[0].body.contains(facts), "{}", heard[0].body);
        assert_eq!(heard[0].link, format!("/duty/rotas/{id}"));
        for days in 1..4 {
            world.clock.set(wall("2026-11-23T12:00").plus(Span::from_secs(days * 24 * 3600)));
            jobs(&app).await;
        }
        assert_eq!(warnings().await.len(), 1, "the daily check finds nothing new");
        on_leave(&app, one, "2026-12-18", "").await;
        jobs(&app).await;
        assert_eq!(warnings().await.len(), 2, "another gap");
        let filled = instead("2001", "2003", "2026-12-15", "2026-12-18");
        made(duty_app::rota::override_rota(&app, manage(), form(id, ""), filled).await);
        jobs(&app).await;
        let read = duty_app::rota::rota_of(&app, permit_within(&root()).unwrap(), id).await.unwrap();
        assert!(read.troubles.is_empty(), "{:?}", read.troubles);
        assert_eq!(warnings().await.len(), 2);
        // Whoever leaves, or has no address, is found as well.
        app.store()
            .write(move |tx| {
                let mut left = people::by_id(tx, one)?.unwrap();
                left.last_day = Some("2026-12-02".parse().unwrap());
                left.email = None;
                people::set(tx, &left)
            })
            .await
            .unwrap();
        world.clock.set(wall("2026-11-28T12:00"));
        jobs(&app).await;
        let heard = warnings().await;
        assert_eq!(heard.len(), 3);
        let body = &heard.iter().find(|row| row.created_at == wall("2026-11-28T12:00")).unwrap().body;
        assert!(body.contains("from 3 December 2026, 00:00 to 7 December 2026, 09:00"), "{body}");
        assert!(body.contains("Person 2001 is on call and has no verified way of being reached"), "{body}");
    });
}

#[test]
fn the_owner_hears_of_somebody_without_the_role_of_the_rota_and_once() {
    on_both(|Bench { app, world, person: owner }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        person(&app, "2001", domain::samples::NORFOLK).await;
        let two = without_role(&app, "2002", domain::samples::NORFOLK).await;
        let id = covered(&app).await;
        jobs(&app).await;
        let lacks = Trouble::LacksRole("Person 2002".into(), Role::OnCallEngineer);
        let read = duty_app::rota::rota_of(&app, permit_within(&root()).unwrap(), id).await.unwrap();
        assert_eq!(read.troubles, [lacks]);
        assert_eq!(read.brief.troubles, 1, "the list of rotas says so too");
        let warnings = || async {
            let all = told(&app, owner).await.into_iter();
            all.filter(|row| row.key.starts_with("rota-trouble")).collect::<Vec<_>>()
        };
        let heard = warnings().await;
        assert_eq!(heard.len(), 1);
        let facts = "Person 2002 is on call without the role On-call engineer";
        assert!(heard[0].body.contains(facts), "{}", heard[0].body);
        world.clock.set(wall("2026-11-24T12:00"));
        jobs(&app).await;
        assert_eq!(warnings().await.len(), 1, "the daily check finds nothing new");
        give_role(&app, two).await;
        let read = duty_app::rota::rota_of(&app, permit_within(&root()).unwrap(), id).await.unwrap();
        assert!(read.troubles.is_empty(), "{:?}", read.troubles);
        // A rota that is asked for no role needs none.
        let plain = NewRota { role: String::new(), ..new_rota("Engineers", "1") };
        made(duty_app::rota::change_rota(&app, manage(), form(id, ""), plain).await);
        without_role(&app, "2004", domain::samples::NORFOLK).await;
        made(
            duty_app::rota::override_rota(
                &app,
                manage(),
                form(id, ""),
                instead("2001", "2004", "2026-12-01", "2026-12-02"),
            )
            .await,
        );
        let read = duty_app::rota::rota_of(&app, permit_within(&root()).unwrap(), id).await.unwrap();
        assert!(read.troubles.is_empty(), "{:?}", read.troubles);
    });
}

#[test]
fn who_an_override_names_is_told_when_it_is_made_and_when_it_is_withdrawn() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let (one, two) = (
            person(&app, "2001", domain::samples::NORFOLK).await,
            person(&app, "2002", domain::samples::NORFOLK).await,
        );
        let three = person(&app, "2003", domain::samples::NORFOLK).await;
        let id = covered(&app).await;
        let new = instead("2001", "2003", "2026-12-01 18:00", "2026-12-02 09:00");
        let change = made(duty_app::rota::override_rota(&app, manage(), form(id, ""), new).await);
        jobs(&app).await;
        jobs(&app).await;
        assert_eq!(called(&app, OnCallFor::Rota(id), wall("2026-12-01T20:00")).await, [three]);
        let said = told(&app, three).await;
        assert_eq!(said.len(), 1);
        let facts = "You are on call in place of Person 2001 from 1 December 2026, 18:00 to 2 December 2026, 09:00. \
                     The reason given: A course";
        assert_eq!(said[0].body, facts);
        assert!(told(&app, one).await[0].body.starts_with("Person 2003 is on call in your place from"));
        assert!(told(&app, two).await.is_empty());
        made(duty_app::rota::withdraw_override(&app, manage(), form(id, ""), change).await);
        made(duty_app::rota::withdraw_override(&app, manage(), form(id, ""), change).await);
        jobs(&app).await;
        assert_eq!(called(&app, OnCallFor::Rota(id), wall("2026-12-01T20:00")).await, [one]);
        assert_eq!((told(&app, three).await.len(), told(&app, one).await.len()), (2, 2));
        // An override that opens a gap shows it first, and so does withdrawing one that fills a gap.
        let remove = NewOverride { kind: "remove".into(), ..instead("2001", "", "2026-12-01", "2026-12-01") };
        assert_eq!(
            gaps(duty_app::rota::override_rota(&app, manage(), form(id, ""), remove).await).gaps.len(),
            1
        );
    });
}

#[test]
fn two_turns_are_swapped_and_swapped_back() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let (one, two) = (
            person(&app, "2001", domain::samples::NORFOLK).await,
            person(&app, "2002", domain::samples::NORFOLK).await,
        );
        let id = covered(&app).await;
        let choices = duty_app::rota::turn_choices(&app, manage(), id).await.unwrap();
        let of = |name: &str, place: usize| {
            let mut own = choices.iter().filter(|turn| turn.name == name);
            own.nth(place).unwrap().word.clone()
        };
        let swap = |a: String, b: String| {
            let new = NewSwap { one: a, two: b, reason: "Both agreed by telephone".into() };
            duty_app::rota::swap_turns(&app, manage(), form(id, ""), new)
        };
        let same = swap(of("Person 2001", 0), of("Person 2001", 1)).await.unwrap_err().to_string();
        assert!(same.contains("a turn of another person"), "{same}");
        assert!(swap("1/2".into(), "x".into()).await.is_err());
        let half = made(swap(of("Person 2001", 0), of("Person 2002", 0)).await);
        jobs(&app).await;
        let rota = OnCallFor::Rota(id);
        assert_eq!(called(&app, rota, wall("2026-12-01T12:00")).await, [two]);
        assert_eq!(called(&app, rota, wall("2026-12-08T12:00")).await, [one]);
        assert_eq!(called(&app, rota, wall("2026-12-15T12:00")).await, [one], "the turn after is as before");
        assert_eq!(
            (told(&app, one).await.len(), told(&app, two).await.len()),
            (2, 2),
            "one line for each half"
        );
        let read = duty_app::rota::rota_of(&app, permit_within(&root()).unwrap(), id).await.unwrap();
        assert!(read.overrides.iter().all(|one| one.is_swap && one.kind == domain::OverrideKind::Replace));
        made(duty_app::rota::withdraw_override(&app, manage(), form(id, ""), half).await);
        assert_eq!(called(&app, rota, wall("2026-12-01T12:00")).await, [one], "both halves end");
        assert_eq!(called(&app, rota, wall("2026-12-08T12:00")).await, [two]);
    });
}

#[test]
fn a_temporary_rota_holds_for_its_span() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        person(&app, "2001", domain::samples::NORFOLK).await;
        person(&app, "2002", domain::samples::NORFOLK).await;
        let three = person(&app, "2003", domain::samples::NORFOLK).await;
        let id = covered(&app).await;
        let (start, end) = ("2026-12-05 09:00".to_owned(), "2026-12-06".to_owned());
        let new = NewLayer { start, end, ..weekly("2003", "2026-12-01 09:00") };
        made(duty_app::rota::put_layer(&app, manage(), form(id, ""), None, new).await);
        for (at, by_three) in
            [("2026-12-05T08:59", false), ("2026-12-05T09:00", true), ("2026-12-07T00:00", false)]
        {
            assert_eq!(called(&app, OnCallFor::Rota(id), wall(at)).await == [three], by_three, "{at}");
        }
    });
}
