//! Grants begin, end and lapse, and what a live session may do follows them.

use domain::{PersonId, Span, local_time};
use kernel::access::{Actor, Roles, SeeDevices, SeeLedger, permit};
use kernel::access::{Permit, Role};
use kernel::testing::{Bench, on_bench};
use kernel::{App, AppError, Work};
use people_app::grants::*;
use sign_in_app::sessions::SignedIn;
use store::people;

fn grant(role: Role, last_day: &str) -> NewGrant {
    NewGrant {
        role: Some(role),
        last_day: last_day.into(),
        reason: "audit of 2026".into(),
        ..NewGrant::default()
    }
}

fn root<A: kernel::access::Action>() -> Permit<A> {
    permit(&Actor::command_line("test")).unwrap()
}

async fn cookie(app: &App, person: PersonId) -> String {
    let who = SignedIn {
        name: "PC Ames".into(),
        person: Some(person),
        roles: Roles::NONE,
        force: Some(domain::samples::NORFOLK),
        how: "test",
    };
    sign_in_app::sessions::begin_session(app, who).await.unwrap().into_exposed()
}

async fn actor(app: &App, cookie: &str) -> Actor {
    sign_in_app::sessions::actor_of_cookie(app, cookie).await.unwrap().unwrap()
}

#[test]
fn an_auditors_grant_has_an_end_and_ends_by_itself_in_a_live_session() {
    on_bench(|Bench { app, world, person }| async move {
        world.clock.set(local_time::midnight("2026-11-24".parse().unwrap()));
        for (day, says) in [
            ("", "ends by itself"),
            ("2027-06-01", "three months"),
            ("2026-11-01", "not over"),
            ("soon", "a day"),
        ] {
            let refused =
                people_app::grants::give::grant_role(&app, root(), person, grant(Role::Auditor, day))
                    .await
                    .unwrap_err();
            assert!(refused.to_string().contains(says), "{day}: {refused}");
        }
        let session = cookie(&app, person).await;
        assert!(permit::<SeeLedger>(&actor(&app, &session).await).is_err());
        people_app::grants::give::grant_role(&app, root(), person, grant(Role::Auditor, "2026-11-24"))
            .await
            .unwrap();
        let again =
            people_app::grants::give::grant_role(&app, root(), person, grant(Role::Auditor, "2026-11-24"))
                .await
                .unwrap_err();
        assert!(matches!(again, AppError::Conflict(_)), "a double click gives one grant: {again}");
        let auditor = actor(&app, &session).await;
        let sees = permit::<SeeLedger>(&auditor).unwrap();
        assert!(sees.reaches(domain::samples::SUFFOLK).is_err() && auditor.roles.has(Role::Holder));
        world.clock.advance(Span::from_secs(24 * 3600 - 1));
        let session = cookie(&app, person).await;
        assert!(permit::<SeeLedger>(&actor(&app, &session).await).is_ok(), "until the end of the last day");
        world.clock.advance(Span::from_secs(1));
        assert!(
            permit::<SeeLedger>(&actor(&app, &session).await).is_err(),
            "the session lives, the grant does not"
        );
        let read = people_app::grants::person_roles(&app, root(), person).await.unwrap();
        assert!(!read.grants[0].counts && read.grants[0].grant.ended.is_none());
        // The end is an entry and a notice, once, however often the job runs.
        let lapsed = async || {
            while overview_app::work::run_jobs(&app, 50).await.unwrap() > 0 {}
            let rows = app
                .store()
                .read(|tx| {
                    store::ledger::list(
                        tx,
                        &store::ledger::LedgerFilter { action: "role.lapsed".into(), ..Default::default() },
                        10,
                    )
                })
                .await
                .unwrap();
            let told =
                app.store().read(move |tx| store::notices::of_person(tx, person, true, 50)).await.unwrap();
            let told = told.iter().filter(|notice| notice.subject == "Your role Auditor has ended").count();
            (rows.iter().map(|(entry, _)| entry.reason.clone()).collect::<Vec<_>>(), told)
        };
        assert_eq!(lapsed().await, (vec![Some("auditor".into())], 1));
        people_app::grants::lapse::lapse_grant(&app, read.grants[0].grant.id).await.unwrap();
        assert_eq!(lapsed().await, (vec![Some("auditor".into())], 1));
    });
}

#[test]
fn a_role_that_is_ended_does_not_count_at_the_next_request_and_is_ended_once() {
    on_bench(|Bench { app, person, .. }| async move {
        people_app::grants::give::grant_role(&app, root(), person, grant(Role::ServiceDeskAnalyst, ""))
            .await
            .unwrap();
        let session = cookie(&app, person).await;
        assert!(permit::<SeeDevices>(&actor(&app, &session).await).is_ok());
        let id = people_app::grants::person_roles(&app, root(), person).await.unwrap().grants[0].grant.id;
        assert!(
            people_app::grants::give::end_role(&app, root(), id, " ").await.is_err(),
            "a reason is asked for"
        );
        people_app::grants::give::end_role(&app, root(), id, "moved to another unit").await.unwrap();
        assert!(matches!(
            people_app::grants::give::end_role(&app, root(), id, "again").await,
            Err(AppError::Conflict(_))
        ));
        assert!(permit::<SeeDevices>(&actor(&app, &session).await).is_err());
        people_app::grants::lapse::lapse_grant(&app, id).await.unwrap();
        let told = app.store().read(move |tx| store::notices::of_person(tx, person, true, 50)).await.unwrap();
        assert!(
            told.iter().all(|notice| !notice.subject.contains("has ended")),
            "what was ended does not lapse"
        );
    });
}

#[test]
fn the_directorys_groups_give_and_take_and_an_auditors_group_gives_once() {
    on_bench(|Bench { app, world, person }| async move {
        let whose = app.store().read(move |tx| people::by_id(tx, person)).await.unwrap().unwrap();
        let sync = async |groups: &'static [&'static str]| {
            let (app, whose, now) = (app.clone(), whose.clone(), world.now());
            app.clone()
                .store()
                .write(move |tx| {
                    people_app::grants::groups::take_groups(
                        Work { app: &app, tx, now },
                        &whose,
                        groups,
                        Names::SignIn,
                    )
                })
                .await
                .unwrap()
        };
        let desk = sync(&["Lanyard desk", "Something else"]).await;
        assert_eq!(desk.roles.to_string(), "holder service-desk-analyst");
        assert!(desk.everywhere.has(Role::ServiceDeskAnalyst), "the settings say both forces for this group");
        assert_eq!(sync(&["Lanyard desk"]).await, desk, "a second time changes nothing");
        let id = people_app::grants::person_roles(&app, root(), person).await.unwrap().grants[0].grant.id;
        let refused = people_app::grants::give::end_role(&app, root(), id, "by hand").await.unwrap_err();
        assert!(refused.to_string().contains("take the person out of that group"), "{refused}");
        assert_eq!(sync(&["Lanyard audit"]).await.roles.to_string(), "holder auditor");
        world.clock.advance(AUDITOR_LONGEST);
        assert_eq!(
            sync(&["Lanyard audit"]).await.roles,
            Role::Holder.into(),
            "membership alone gives no more"
        );
        sync(&[]).await;
        assert_eq!(
            sync(&["Lanyard audit"]).await.roles.to_string(),
            "holder auditor",
            "who comes back is given it anew"
        );
        assert_eq!(
            people_app::grants::person_roles(&app, root(), person).await.unwrap().grants.len(),
            3,
            "history stays"
        );
    });
}

#[test]
fn a_role_over_both_forces_reaches_over_the_wall_and_the_others_do_not() {
    on_bench(|Bench { app, person, .. }| async move {
        people_app::grants::give::grant_role(
            &app,
            root(),
            person,
            NewGrant { everywhere: true, ..grant(Role::ServiceDeskAnalyst, "") },
        )
        .await
        .unwrap();
        people_app::grants::give::grant_role(&app, root(), person, grant(Role::Fiso, "")).await.unwrap();
        let session = cookie(&app, person).await;
        let actor = actor(&app, &session).await;
        assert_eq!(permit::<SeeDevices>(&actor).unwrap().scope().force(), None);
        assert_eq!(permit::<SeeLedger>(&actor).unwrap().scope().force(), Some(domain::samples::NORFOLK));
    });
}

#[test]
fn nobody_gives_themselves_a_role_and_who_left_has_none() {
    on_bench(|Bench { app, person, .. }| async move {
        people_app::grants::give::grant_role(&app, root(), person, grant(Role::Administrator, ""))
            .await
            .unwrap();
        let session = cookie(&app, person).await;
        let me = actor(&app, &session).await;
        let refused =
            people_app::grants::give::grant_role(&app, permit(&me).unwrap(), person, grant(Role::Fiso, ""))
                .await
                .unwrap_err();
        assert!(matches!(refused, AppError::Denied(_)), "{refused}");
        app.store()
            .write(move |tx| people::end(tx, person, domain::Timestamp::from_millis(1)))
            .await
            .unwrap();
        assert!(sign_in_app::sessions::actor_of_cookie(&app, &session).await.unwrap().is_none());
        assert!(people_app::grants::roles_of(&app, person).await.unwrap().is_none());
    });
}
