//! Asking, reminding and restricting, as time goes by.

use domain::{DeviceKind, Force, PersonId, Platform, Span};
use store::duty::PeriodRow;
use store::terms_asked::Standing;
use store::{notices, terms_asked};

use crate::access::{Actor, permit};
use crate::people::NewPerson;
use crate::register::NewDevice;
use crate::testing::{Bench, on_bench};

const DAY: i64 = 24 * 3600;

impl Bench {
    async fn days(&self, days: i64) {
        self.world.clock.advance(Span::from_secs(days * DAY));
        while crate::jobs::run_jobs(&self.app, 50).await.unwrap() > 0 {}
    }

    async fn standing(&self, person: PersonId) -> Vec<Standing> {
        self.app.store().read(move |tx| terms_asked::of_person(tx, person)).await.unwrap()
    }

    async fn subjects(&self, person: PersonId) -> Vec<String> {
        let all = self.app.store().read(move |tx| notices::of_person(tx, person, false, 50)).await.unwrap();
        all.into_iter().map(|notice| notice.subject).collect()
    }

    async fn phone(&self, holder: PersonId) -> domain::DeviceId {
        let new = NewDevice {
            serial: "TERMS001".into(),
            kind: DeviceKind::Iphone,
            force: Force::Norfolk,
            holder: Some(holder),
            asset_tag: None,
        };
        crate::register::add_device(&self.app, permit(&Actor::system()).unwrap(), new).await.unwrap()
    }

    async fn restricted(&self, device: domain::DeviceId) -> bool {
        let app = self.app.clone();
        let wanted = self.app.store().read(move |tx| {
            let device = store::devices::by_id(tx, device)?.unwrap();
            crate::commands::wanted_for(&app, tx, &device)
        });
        let lapsed = self.app.policy();
        let own = lapsed.lapsed_profiles(Platform::Ios);
        assert!(!own.is_empty(), "the shipped policy restricts");
        wanted.await.unwrap().iter().any(|profile| own.iter().any(|ready| ready.profile == *profile))
    }
}

#[test]
fn terms_that_lie_are_asked_reminded_told_to_the_manager_and_restrict() {
    on_bench(|bench| async move {
        let manager = NewPerson {
            force: Some(Force::Norfolk),
            number: "9".into(),
            name: "Sgt Byrd".into(),
            role: "officer".into(),
            ..NewPerson::default()
        };
        let manager =
            crate::people::add_person(&bench.app, permit(&Actor::system()).unwrap(), manager).await.unwrap();
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
        let phone = bench.phone(person).await;
        bench.days(0).await;
        assert_eq!(bench.standing(person).await.len(), 2, "both documents are asked of a holder");
        assert_eq!(bench.subjects(person).await.len(), 2, "once for each, at once");
        bench.days(6).await;
        assert_eq!(bench.subjects(person).await.len(), 2);
        bench.days(1).await;
        assert_eq!(bench.subjects(person).await.iter().filter(|s| s.starts_with("Still to be")).count(), 2);
        bench.days(3).await;
        let told = bench.subjects(manager).await;
        assert_eq!(told.iter().filter(|s| s.starts_with("PC Ames has not accepted")).count(), 2, "{told:?}");
        assert!(!bench.restricted(phone).await);
        bench.days(4).await;
        assert!(bench.restricted(phone).await);
        let (before, notices) = (bench.standing(person).await, bench.subjects(person).await);
        crate::terms::follow::follow_terms(&bench.app, person).await.unwrap();
        assert_eq!(
            (bench.standing(person).await, bench.subjects(person).await),
            (before, notices),
            "twice is once"
        );

        for document in bench.app.policy().all_terms().keys() {
            let permit = permit(&Actor::system()).unwrap();
            crate::terms::accept::accept_terms(&bench.app, permit, person, document, "paper").await.unwrap();
        }
        assert!(!bench.restricted(phone).await, "it ends with the acceptance");
    });
}

#[test]
fn nobody_on_leave_is_restricted() {
    on_bench(|bench| async move {
        let (person, phone) = (bench.person, bench.phone(bench.person).await);
        bench.days(0).await;
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
                        kind: store::duty::PeriodKind::Absence,
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
        bench.days(16).await;
        assert!(!bench.restricted(phone).await, "the time is over, and they are away");
        bench.days(6).await;
        assert!(bench.restricted(phone).await, "they are back and had their time to read");
    });
}
