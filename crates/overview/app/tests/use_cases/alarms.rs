//! Alarms: who is told, whatever their duty; what comes together; who may see to one.

use store::{notices, people};

use domain::{AlarmId, Force, PersonId};
use kernel::access::Role;
use kernel::access::{Actor, Roles, Who, permit};
use kernel::testing::{Bench, on_bench};
use kernel::{App, AppError, Work};
use notices_app::alarms::*;
use people_app::NewPerson;
use people_app::grants::NewGrant;

async fn listener(app: &App, number: &str, force: Force, role: Role) -> PersonId {
    let new = NewPerson {
        force: Some(force),
        number: number.into(),
        name: format!("Listener {number}"),
        role: "staff".into(),
        ..NewPerson::default()
    };
    let id = people_app::add_person(app, permit(&Actor::system()).unwrap(), new).await.unwrap();
    let role = NewGrant { role: Some(role), reason: "test".into(), ..NewGrant::default() };
    people_app::grants::grant_role(app, permit(&Actor::command_line("test")).unwrap(), id, role)
        .await
        .unwrap();
    id
}

async fn raised(app: &App, force: Option<Force>, by: &str, subject: &str) {
    let (app, now) = (app.clone(), app.world().now());
    let alarm = Alarm {
        force,
        kind: AlarmKind::TokenMade,
        by: by.into(),
        subject: subject.into(),
        body: "Look at it.".into(),
        link: "/tokens".into(),
    };
    app.clone().store().write(move |tx| raise(Work { app: &app, tx, now }, alarm)).await.unwrap();
}

async fn told(app: &App, person: PersonId) -> Vec<notices::Notice> {
    let all = app.store().read(move |tx| notices::of_person(tx, person, false, 200)).await.unwrap();
    all.into_iter().filter(|notice| notice.reason == "alarm").collect()
}

async fn open(app: &App, actor: &Actor) -> Vec<AlarmRead> {
    list(app, permit(actor).unwrap(), true, None, 50).await.unwrap()
}

fn signed_in(app: &App, person: PersonId, role: Role, force: Force) -> Actor {
    kernel::access::actor(
        app,
        Who {
            name: format!("person:{person}"),
            shown: "shown".into(),
            person: Some(person),
            roles: role.into(),
            force: Some(force),
            everywhere: Roles::NONE,
        },
    )
}

#[test]
fn the_forces_own_people_are_told_at_once_and_a_burst_rings_five_times() {
    on_bench(|Bench { app, world, .. }| async move {
        let norfolk = listener(&app, "A1", domain::samples::NORFOLK, Role::InformationSecurity).await;
        let suffolk = listener(&app, "A2", domain::samples::SUFFOLK, Role::Administrator).await;
        let analyst = listener(&app, "A3", domain::samples::NORFOLK, Role::ServiceDeskAnalyst).await;
        let before = told(&app, norfolk).await.len();
        for subject in ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"] {
            raised(&app, Some(domain::samples::NORFOLK), "person:x", subject).await;
        }
        let heard = told(&app, norfolk).await;
        assert_eq!(heard.len() - before, 5);
        let counted: i64 =
            open(&app, &Actor::command_line("test")).await.iter().map(|one| one.alarm.times).sum();
        assert!(counted >= 7, "what did not ring is counted");
        assert_eq!(heard[0].due_at, Some(world.now()), "whatever their duty, which nobody entered");
        assert!(told(&app, analyst).await.is_empty(), "an analyst is no listener");
        let over_the_wall = told(&app, suffolk).await.iter().filter(|one| one.subject == "first").count();
        assert_eq!(over_the_wall, 0);
        world.clock.advance(TOGETHER);
        raised(&app, Some(domain::samples::NORFOLK), "person:x", "later").await;
        raised(&app, None, "person:x", "both forces").await;
        let subjects = |all: Vec<notices::Notice>| all.into_iter().map(|one| one.subject).collect::<Vec<_>>();
        let heard = subjects(told(&app, norfolk).await);
        assert!(heard.contains(&"later".into()) && heard.contains(&"both forces".into()), "{heard:?}");
        assert!(subjects(told(&app, suffolk).await).contains(&"both forces".into()));
        let read = app.store().read(|tx| {
            let filter = store::ledger::LedgerFilter { action: "alarm.raised".into(), ..Default::default() };
            store::ledger::list(tx, &filter, 100)
        });
        let entered = read.await.unwrap().iter().filter(|(entry, _)| entry.actor == "person:x").count();
        assert_eq!(entered, 9, "each is an entry");
    });
}

#[test]
fn nobody_to_tell_is_known_and_whoever_caused_it_cannot_see_to_it() {
    on_bench(|Bench { app, .. }| async move {
        raised(&app, Some(domain::samples::SUFFOLK), "system", "to nobody").await;
        let root = Actor::command_line("test");
        assert_eq!(open(&app, &root).await[0].alarm.told, 0);

        let one = listener(&app, "A1", domain::samples::NORFOLK, Role::Administrator).await;
        let other = listener(&app, "A2", domain::samples::NORFOLK, Role::InformationSecurity).await;
        raised(&app, Some(domain::samples::NORFOLK), &format!("person:{one}"), "theirs").await;
        let (one, other) = (
            signed_in(&app, one, Role::Administrator, domain::samples::NORFOLK),
            signed_in(&app, other, Role::InformationSecurity, domain::samples::NORFOLK),
        );
        let theirs =
            open(&app, &one).await.into_iter().find(|alarm| alarm.alarm.subject == "theirs").unwrap();
        assert!(open(&app, &one).await.iter().all(|alarm| alarm.alarm.subject != "to nobody"), "the wall");
        let id = theirs.alarm.id;
        let refused = acknowledge(&app, permit(&one).unwrap(), id).await.unwrap_err();
        assert!(refused.to_string().contains("you caused it yourself"), "{refused}");
        acknowledge(&app, permit(&other).unwrap(), id).await.unwrap();
        acknowledge(&app, permit(&other).unwrap(), id).await.unwrap();
        assert!(open(&app, &one).await.iter().all(|alarm| alarm.alarm.id != id));
        let all = list(&app, permit(&one).unwrap(), false, None, 50).await.unwrap();
        let seen = all.iter().find(|alarm| alarm.alarm.id == id).unwrap();
        assert_eq!(seen.seen_to_by.as_deref(), Some("Listener A2"));
        let refused = acknowledge(&app, permit(&one).unwrap(), AlarmId::from_uuid(app.world().uuid())).await;
        assert!(matches!(refused, Err(AppError::NotFound { .. })));
    });
}

#[test]
fn a_name_in_an_alarm_goes_with_its_person() {
    on_bench(|Bench { app, person, .. }| async move {
        raised(&app, Some(domain::samples::NORFOLK), "person:x", "PC Ames (1234) was given a role").await;
        let forgotten = app.store().write(move |tx| {
            let whose = people::by_id(tx, person)?.unwrap();
            let numbered = format!("{} ({})", whose.name, whose.number);
            store::erasure::forget_name(tx, person, &numbered, "Somebody who left", true)
        });
        forgotten.await.unwrap();
        let subject = open(&app, &Actor::command_line("test")).await[0].alarm.subject.clone();
        assert_eq!(subject, "Somebody who left was given a role");
    });
}
