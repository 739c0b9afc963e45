use domain::Force;

use domain::{PersonId, Span, TokenId};
use kernel::App;
use kernel::access::Role;
use kernel::access::{Actor, ApiScope, Roles, Who, permit};
use kernel::testing::{Bench, on_bench};
use people_app::NewPerson;
use people_app::grants::NewGrant;
use sign_in_app::tokens::NewToken;

const DAY: i64 = 24 * 3600;

async fn administrator(app: &App, number: &str, force: Force) -> PersonId {
    let desk = Actor::command_line("test");
    let new = NewPerson {
        force: Some(force),
        number: number.into(),
        name: format!("Admin {number}"),
        role: "staff".into(),
        ..NewPerson::default()
    };
    let id = people_app::add_person(app, permit(&desk).unwrap(), new).await.unwrap();
    let role = NewGrant { role: Some(Role::Administrator), reason: "test".into(), ..NewGrant::default() };
    people_app::grants::grant_role(app, permit(&desk).unwrap(), id, role).await.unwrap();
    id
}

async fn told(app: &App, person: PersonId) -> usize {
    let unread = app.store().read(move |tx| store::notices::of_person(tx, person, true, 50));
    unread.await.unwrap().iter().filter(|notice| notice.key.starts_with("token:")).count()
}

async fn pass(bench: &Bench, days: i64) {
    bench.world.clock.advance(Span::from_secs(days * DAY));
    while overview_app::work::run_jobs(&bench.app, 50).await.unwrap() > 0 {}
}

async fn made(bench: &Bench, days: u32) -> TokenId {
    let maker = kernel::access::actor(
        &bench.app,
        Who {
            name: format!("person:{}", bench.person),
            shown: "PC Ames".into(),
            person: Some(bench.person),
            roles: Role::Administrator.into(),
            force: Some(domain::samples::NORFOLK),
            everywhere: Roles::NONE,
        },
    );
    let new =
        NewToken { name: "Entra".into(), scope: ApiScope::Scim, force: Some(domain::samples::NORFOLK), days };
    sign_in_app::tokens::make_token(&bench.app, permit(&maker).unwrap(), new).await.unwrap().0
}

#[test]
fn who_made_it_and_the_forces_administrators_are_told_twice_and_no_more() {
    on_bench(|bench| async move {
        let norfolk = administrator(&bench.app, "A1", domain::samples::NORFOLK).await;
        let suffolk = administrator(&bench.app, "A2", domain::samples::SUFFOLK).await;
        let id = made(&bench, 90).await;
        pass(&bench, 75).await;
        assert_eq!(told(&bench.app, norfolk).await, 0, "too soon");
        for (days, notices) in [(1, 1), (5, 1), (7, 2), (1, 2)] {
            pass(&bench, days).await;
            sign_in_app::tokens::follow_token(&bench.app, id).await.unwrap();
            assert_eq!(told(&bench.app, norfolk).await, notices);
            assert_eq!(told(&bench.app, bench.person).await, notices, "who made it");
        }
        assert_eq!(told(&bench.app, suffolk).await, 0, "the wall");
        let entries = bench.app.store().read(|tx| {
            let action = "api-token.ends-soon".to_owned();
            store::ledger::list(tx, &store::ledger::LedgerFilter { action, ..Default::default() }, 10)
        });
        assert_eq!(entries.await.unwrap().len(), 2);
    });
}

#[test]
fn nobody_is_told_of_one_that_ended_or_was_made_for_a_day() {
    on_bench(|bench| async move {
        let ended = made(&bench, 30).await;
        made(&bench, 1).await;
        let desk = Actor::command_line("test");
        sign_in_app::tokens::end_token(&bench.app, permit(&desk).unwrap(), ended).await.unwrap();
        for _ in 0..31 {
            pass(&bench, 1).await;
        }
        assert_eq!(told(&bench.app, bench.person).await, 0);
    });
}

#[test]
fn a_service_that_was_off_tells_the_last_of_two_alone() {
    on_bench(|bench| async move {
        made(&bench, 20).await;
        pass(&bench, 19).await;
        assert_eq!(told(&bench.app, bench.person).await, 1);
    });
}
