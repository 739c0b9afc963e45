//! Requests for cover: asked by whose shift it is, agreed to by the colleague alone, lapsed when nobody agrees in time.

use domain::{CoverId, CoverState};
use duty_app::rota::{CoverRead, NewCover, OnCallRead, answer_cover, ask_cover, withdraw_cover};
use kernel::access::{AcceptOwn, SeeOwn};

use super::*;

/// Two people of a rota, 2001 with the turn from 30 November and 2002 with the one before and after.
struct Two {
    rota: RotaId,
    one: PersonId,
    two: PersonId,
}

async fn two(app: &App) -> Two {
    let (one, two) = (
        person(app, "2001", domain::samples::NORFOLK).await,
        person(app, "2002", domain::samples::NORFOLK).await,
    );
    Two { rota: covered(app).await, one, two }
}

fn own(app: &App, person: PersonId) -> Permit<AcceptOwn> {
    permit(&actor(app, person, Role::Holder, domain::samples::NORFOLK)).unwrap()
}

fn wanted(rota: RotaId, with: PersonId, start: &str, end: &str) -> NewCover {
    NewCover {
        rota: rota.to_string(),
        with: with.to_string(),
        start: start.into(),
        end: end.into(),
        reason: "A course".into(),
    }
}

async fn asked(app: &App, Two { rota, one, two }: &Two) -> CoverId {
    let new = wanted(*rota, *two, "2026-12-01 18:00", "2026-12-02 09:00");
    ask_cover(app, own(app, *one), new).await.unwrap()
}

async fn seen(app: &App, person: PersonId) -> OnCallRead {
    let me = actor(app, person, Role::Holder, domain::samples::NORFOLK);
    duty_app::rota::own_on_call(app, permit::<SeeOwn>(&me).unwrap()).await.unwrap().unwrap()
}

async fn subjects(app: &App, person: PersonId) -> Vec<String> {
    let mut all: Vec<String> = told(app, person).await.into_iter().map(|row| row.subject).collect();
    all.sort();
    all
}

async fn entries(app: &App, action: &str) -> Vec<store::ledger::Entry> {
    let filter = store::ledger::LedgerFilter { action: action.into(), ..Default::default() };
    let found = app.store().read(move |tx| store::ledger::list(tx, &filter, 50)).await.unwrap();
    found.into_iter().map(|(entry, _)| entry).collect()
}

fn conflict<T: std::fmt::Debug>(outcome: Result<T, AppError>) -> String {
    match outcome.unwrap_err() {
        AppError::Conflict(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_colleague_agrees_to_becomes_an_override_that_the_keeper_can_undo() {
    on_both(|Bench { app, world, person: owner }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let people = two(&app).await;
        let Two { rota, one, two } = people;
        let night = wall("2026-12-01T20:00");
        let id = asked(&app, &people).await;
        jobs(&app).await;
        jobs(&app).await;
        assert_eq!(subjects(&app, two).await, ["You are asked to take a shift on call"], "once");
        let said = told(&app, two).await.remove(0);
        let facts = "Person 2001 asks you to take their shift on the rota Engineers from 1 December 2026, 18:00 to 2 December \
                     2026, 09:00. The reason given: A course. Agree or decline before it begins.";
        assert!(said.body.starts_with(facts) && said.link == "/me/on-call", "{}", said.body);
        assert_eq!(called(&app, OnCallFor::Rota(rota), night).await, [one], "asked is not agreed");
        let waiting = |read: &OnCallRead| {
            read.to_me.iter().chain(&read.by_me).map(|cover| (cover.id, cover.open)).collect::<Vec<_>>()
        };
        assert_eq!(waiting(&seen(&app, two).await), [(id, true)]);
        assert_eq!(waiting(&seen(&app, one).await), [(id, true)]);

        assert_eq!(answer_cover(&app, own(&app, two), id, true).await.unwrap(), CoverState::Agreed);
        assert_eq!(answer_cover(&app, own(&app, two), id, true).await.unwrap(), CoverState::Agreed, "again");
        jobs(&app).await;
        assert_eq!(called(&app, OnCallFor::Rota(rota), night).await, [two]);
        assert_eq!(called(&app, OnCallFor::Rota(rota), wall("2026-12-02T09:00")).await, [one]);
        let changed = "The rota Engineers has changed for you";
        assert_eq!(subjects(&app, two).await, [changed, "You are asked to take a shift on call"]);
        assert_eq!(subjects(&app, one).await, [changed]);
        let kept = subjects(&app, owner).await;
        assert_eq!(kept.iter().filter(|one| *one == "Two people agreed who takes a shift").count(), 1);

        // Who asked, who agreed and when is in the ledger and on the rota.
        let entered = entries(&app, "duty.cover.").await;
        let by: Vec<(&str, String)> =
            entered.iter().rev().map(|entry| (entry.action.as_str(), entry.actor.clone())).collect();
        let person = |id: PersonId| format!("person:{id}");
        assert_eq!(by, [("duty.cover.asked", person(one)), ("duty.cover.agreed", person(two))]);
        let read = duty_app::rota::rota_of(&app, permit_within(&root()).unwrap(), rota).await.unwrap();
        let [change] = read.overrides.as_slice() else { panic!("{:?}", read.overrides) };
        let agreed = change.agreed.unwrap();
        assert_eq!((agreed.asked_at, agreed.agreed_at), (world.now(), world.now()));
        assert!(read.covers.is_empty());

        // The keeper undoes it as any other override.
        let undone = duty_app::rota::withdraw_override(&app, manage(), form(rota, ""), change.id).await;
        made(undone);
        jobs(&app).await;
        assert_eq!(called(&app, OnCallFor::Rota(rota), night).await, [one]);
        assert_eq!(told(&app, two).await.len(), 3);
        let mine = seen(&app, one).await.by_me;
        assert_eq!(
            mine.iter().map(|one| (one.state, one.undone)).collect::<Vec<_>>(),
            [(CoverState::Agreed, true)]
        );
    });
}

#[test]
fn nobody_agrees_for_somebody_else_and_nobody_takes_back_what_another_asked() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let people = two(&app).await;
        let id = asked(&app, &people).await;
        let stranger = person(&app, "2009", domain::samples::NORFOLK).await;
        let lead = actor(&app, stranger, Role::ServiceDeskLead, domain::samples::NORFOLK);
        for other in [own(&app, people.one), own(&app, stranger), permit(&lead).unwrap()] {
            let outcome = answer_cover(&app, other, id, true).await;
            assert!(matches!(outcome, Err(AppError::NotFound { .. })), "{outcome:?}");
        }
        let on_the_server = answer_cover(&app, permit(&root()).unwrap(), id, true).await;
        assert!(conflict(on_the_server).contains("sign in as a person"));
        let outcome = withdraw_cover(&app, own(&app, people.two), id).await;
        assert!(matches!(outcome, Err(AppError::NotFound { .. })));
        assert_eq!(called(&app, OnCallFor::Rota(people.rota), wall("2026-12-01T20:00")).await, [people.one]);
        assert_eq!(entries(&app, "duty.cover.").await.len(), 1);
    });
}

#[test]
fn what_is_declined_or_taken_back_changes_nothing_and_cannot_be_agreed_to_any_more() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let people = two(&app).await;
        let declined = asked(&app, &people).await;
        assert_eq!(
            answer_cover(&app, own(&app, people.two), declined, false).await.unwrap(),
            CoverState::Declined
        );
        answer_cover(&app, own(&app, people.two), declined, false).await.unwrap();
        let taken_back = asked(&app, &people).await;
        withdraw_cover(&app, own(&app, people.one), taken_back).await.unwrap();
        withdraw_cover(&app, own(&app, people.one), taken_back).await.unwrap();
        jobs(&app).await;
        for id in [declined, taken_back] {
            assert!(
                conflict(answer_cover(&app, own(&app, people.two), id, true).await)
                    .contains("no longer waits")
            );
        }
        assert_eq!(subjects(&app, people.one).await, ["Your request for cover was declined"]);
        // Both ended before the job ran: only the end of each is told.
        assert_eq!(subjects(&app, people.two).await, ["A request for cover was taken back"]);
        assert_eq!(called(&app, OnCallFor::Rota(people.rota), wall("2026-12-01T20:00")).await, [people.one]);
        for action in ["duty.cover.declined", "duty.cover.withdrawn"] {
            assert_eq!(entries(&app, action).await.len(), 1, "{action}");
        }
    });
}

#[test]
fn what_nobody_agreed_to_lapses_as_it_begins_and_both_are_told() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let people = two(&app).await;
        let id = asked(&app, &people).await;
        jobs(&app).await;
        world.clock.set(wall("2026-12-01T17:59"));
        jobs(&app).await;
        assert!(entries(&app, "duty.cover.lapsed").await.is_empty(), "it can still be agreed to");
        world.clock.set(wall("2026-12-01T18:00"));
        assert!(conflict(answer_cover(&app, own(&app, people.two), id, true).await).contains("has lapsed"));
        jobs(&app).await;
        jobs(&app).await;
        assert_eq!(entries(&app, "duty.cover.lapsed").await.len(), 1);
        for person in [people.one, people.two] {
            let lapsed = subjects(&app, person).await;
            assert_eq!(lapsed.iter().filter(|one| *one == "A request for cover has lapsed").count(), 1);
        }
        let one = people.one;
        let told = app.store().read(move |tx| notices::of_person(tx, one, false, 50)).await.unwrap();
        let lapsed = told.iter().find(|notice| notice.subject == "A request for cover has lapsed").unwrap();
        assert_eq!(lapsed.reason, "on-call", "whose shift begins is told at once");
        let state =
            |covers: Vec<CoverRead>| covers.into_iter().map(|one| (one.state, one.open)).collect::<Vec<_>>();
        assert_eq!(state(seen(&app, people.two).await.to_me), [(CoverState::Lapsed, false)]);
        assert_eq!(called(&app, OnCallFor::Rota(people.rota), wall("2026-12-01T20:00")).await, [people.one]);
    });
}

#[test]
fn a_shift_is_taken_only_by_somebody_of_the_rota_who_is_there_and_can_be_reached() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let people = two(&app).await;
        let Two { rota, one, two } = people;
        let stranger = person(&app, "2009", domain::samples::NORFOLK).await;
        let ask = |with: PersonId, start: &str, end: &str| {
            ask_cover(&app, own(&app, one), wanted(rota, with, start, end))
        };
        let says = async |outcome: Result<CoverId, AppError>, field: &str, words: &str| match outcome {
            Err(AppError::Invalid { field: wrong, message }) => {
                assert_eq!(wrong, field, "{message}");
                assert!(message.contains(words), "{message}");
            }
            other => panic!("{other:?}"),
        };
        says(ask(stranger, "2026-12-01", "").await, "with", "of the same rota").await;
        says(ask(one, "2026-12-01", "").await, "with", "somebody else than yourself").await;
        says(ask(two, "2026-11-22", "").await, "start", "in the future").await;
        says(ask(two, "2026-12-06 18:00", "2026-12-07 18:00").await, "start", "not on call for the whole")
            .await;
        says(ask(two, "2026-11-25", "").await, "start", "not on call for the whole").await;
        let not_theirs = ask_cover(&app, own(&app, stranger), wanted(rota, two, "2026-12-01", "")).await;
        says(not_theirs, "rota", "choose a rota of the list").await;

        // Away for a part of it: the rota would be empty.
        on_leave(&app, two, "2026-12-02", "2026-12-02").await;
        says(ask(two, "2026-12-01", "2026-12-02").await, "with", "is away for a part").await;
        // Nothing that they have proved reaches them.
        let mut gone = app.store().read(move |tx| people::by_id(tx, two)).await.unwrap().unwrap();
        gone.email = None;
        app.store().write(move |tx| people::set(tx, &gone)).await.unwrap();
        says(ask(two, "2026-12-01", "").await, "with", "no proven way of being reached").await;
        assert!(seen(&app, one).await.colleagues.is_empty(), "who cannot be reached is not offered");
        assert!(entries(&app, "duty.cover.").await.is_empty());
    });
}

#[test]
fn what_has_changed_since_it_was_asked_is_looked_at_when_it_is_agreed_to() {
    on_both(|Bench { app, world, .. }| async move {
        world.clock.set(wall("2026-11-23T12:00"));
        let people = two(&app).await;
        let Two { rota, one, two } = people;
        let agree = |id| answer_cover(&app, own(&app, two), id, true);
        // Leave that was entered meanwhile would leave the rota empty.
        let id = asked(&app, &people).await;
        on_leave(&app, two, "2026-12-01", "2026-12-01").await;
        assert!(conflict(agree(id).await).contains("is away for a part"));
        // The keeper gave the shift to somebody else meanwhile.
        let other = ask_cover(&app, own(&app, one), wanted(rota, two, "2026-12-03", "")).await.unwrap();
        person(&app, "2003", domain::samples::NORFOLK).await;
        let change = instead("2001", "2003", "2026-12-03", "2026-12-03");
        made(duty_app::rota::override_rota(&app, manage(), form(rota, ""), change).await);
        assert!(conflict(agree(other).await).contains("not on call for the whole of this time"));
        assert_eq!(called(&app, OnCallFor::Rota(rota), wall("2026-12-01T20:00")).await, [one]);
        // A rota that was retired has no shifts; what waits lapses.
        duty_app::rota::retire_rota(&app, manage(), rota, "Merged".into()).await.unwrap();
        assert!(conflict(agree(id).await).contains("retired"));
        jobs(&app).await;
        assert_eq!(entries(&app, "duty.cover.lapsed").await.len(), 2);
    });
}
