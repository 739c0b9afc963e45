//! Asking, reminding and restricting, as time goes by.

use domain::{DeviceKind, PersonId, Platform, Span};
use store::duty::PeriodRow;
use store::terms_asked::TermsStanding;
use store::{notices, terms_asked};

use custody_app::register::NewDevice;
use kernel::access::{Actor, permit};
use kernel::testing::{Bench, on_bench};
use people_app::NewPerson;

const DAY: i64 = 24 * 3600;

async fn days(bench: &Bench, days: i64) {
    bench.world.clock.advance(Span::from_secs(days * DAY));
    while overview_app::work::run_jobs(&bench.app, 50).await.unwrap() > 0 {}
}

async fn standing(bench: &Bench, person: PersonId) -> Vec<TermsStanding> {
    bench.app.store().read(move |tx| terms_asked::of_person(tx, person)).await.unwrap()
}

async fn subjects(bench: &Bench, person: PersonId) -> Vec<String> {
    let all = bench.app.store().read(move |tx| notices::of_person(tx, person, false, 50)).await.unwrap();
    all.into_iter().map(|notice| notice.subject).collect()
}

async fn phone(bench: &Bench, holder: PersonId) -> domain::DeviceId {
    let new = NewDevice {
        serial: "TERMS001".into(),
        kind: DeviceKind::Iphone,
        force: domain::samples::NORFOLK,
        holder: Some(holder),
        asset_tag: None,
    };
    custody_app::register::add_device(&bench.app, permit(&Actor::system()).unwrap(), new).await.unwrap()
}

async fn restricted(bench: &Bench, device: domain::DeviceId) -> bool {
    let app = bench.app.clone();
    let wanted = bench.app.store().read(move |tx| {
        let device = store::devices::by_id(tx, device)?.unwrap();
        permissions_app::wanted_for(&app, tx, &device)
    });
    let lapsed = bench.app.policy();
    let own = lapsed.lapsed_profiles(Platform::Ios);
    assert!(!own.is_empty(), "the shipped policy restricts");
    wanted.await.unwrap().iter().any(|profile| own.iter().any(|ready| ready.profile == *profile))
}

#[test]
fn terms_that_lie_are_asked_reminded_told_to_the_manager_and_restrict() {
    on_bench(|bench| async move {
        let manager = NewPerson {
            force: Some(domain::samples::NORFOLK),
            number: "9".into(),
            name: "Sgt Byrd".into(),
            role: "officer".into(),
            ..NewPerson::default()
        };
        let manager =
            people_app::add_person(&bench.app, permit(&Actor::system()).unwrap(), manager).await.unwrap();
        let person = bench.person;
        bench
            .app
            .store()
            .write(move |tx| {
                let mut row = store::people::by_id(tx, person)?.unwrap();
                row.line_manager = Some(manager);
                store::people::set(tx, &row).map(|_| ())
            })
            .await
            .unwrap();
        let phone = phone(&bench, person).await;
        days(&bench, 0).await;
        assert_eq!(standing(&bench, person).await.len(), 2, "both documents are asked of a holder");
        assert_eq!(subjects(&bench, person).await.len(), 2, "once for each, at once");
        days(&bench, 6).await;
        assert_eq!(subjects(&bench, person).await.len(), 2);
        days(&bench, 1).await;
        assert_eq!(subjects(&bench, person).await.iter().filter(|s| s.starts_with("Still to be")).count(), 2);
        days(&bench, 3).await;
        let told = subjects(&bench, manager).await;
        assert_eq!(told.iter().filter(|s| s.starts_with("PC Ames has not accepted")).count(), 2, "{told:?}");
        assert!(!restricted(&bench, phone).await);
        days(&bench, 4).await;
        assert!(restricted(&bench, phone).await);
        let (before, notices) = (standing(&bench, person).await, subjects(&bench, person).await);
        terms_app::follow::follow_terms(&bench.app, person).await.unwrap();
        assert_eq!(
            (standing(&bench, person).await, subjects(&bench, person).await),
            (before, notices),
            "twice is once"
        );

        for document in bench.app.policy().all_terms().keys() {
            let permit = permit(&Actor::system()).unwrap();
            terms_app::accept::accept_terms(&bench.app, permit, person, document, "paper").await.unwrap();
        }
        assert!(!restricted(&bench, phone).await, "it ends with the acceptance");
    });
}

#[test]
fn nobody_on_leave_is_restricted() {
    on_bench(|bench| async move {
        let (person, phone) = (bench.person, phone(&bench, bench.person).await);
        days(&bench, 0).await;
        let start = bench.world.now();
        let (id, end) =
            (domain::PeriodId::from_uuid(bench.world.world().uuid()), start.plus(Span::from_secs(20 * DAY)));
        bench
            .app
            .store()
            .write(move |tx| {
                store::duty::add_period(
                    tx,
                    &PeriodRow {
                        id,
                        person,
                        kind: domain::PeriodKind::Absence,
                        absence: "annual-leave".into(),
                        start,
                        end,
                        source: "test".into(),
                    },
                    start,
                )
                .map(|_| ())
            })
            .await
            .unwrap();
        days(&bench, 16).await;
        assert!(!restricted(&bench, phone).await, "the time is over, and they are away");
        days(&bench, 6).await;
        assert!(restricted(&bench, phone).await, "they are back and had their time to read");
    });
}
