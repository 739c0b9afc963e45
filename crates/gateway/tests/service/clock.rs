//! A clock that is set 400 days ahead or back, and right again.

use devices_app::commands::Order;
use domain::{DeviceId, Span};
use kernel::access::{Role, permit};
use kernel::health;
use kernel::health::Part;
use sign_in_app::sessions::SignedIn;

use crate::common::Service;

const DAY: i64 = 24 * 3600;
const FAR: i64 = 400 * DAY * 1000;

impl Service {
    async fn kept(&self, device: DeviceId) -> (usize, usize) {
        let enrolment = self.device(device).await.enrolment.unwrap();
        let raw = self.app.store().read(move |tx| store::messages::of_enrolment(tx, enrolment, 1000)).await;
        (raw.unwrap().len(), self.commands(device).await.len())
    }

    fn clock_is_doubted(&self) -> bool {
        health::troubles(&self.app).iter().any(|(part, _)| *part == Part::Clock)
    }

    async fn says_ready(&self) -> (u16, String) {
        let answer = self.link.client.get(format!("{}/readyz", self.address)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[test]
fn a_clock_far_ahead_deletes_nothing_and_puts_nothing_off() {
    Service::run_on_both(async |service| {
        let (device, hand) = service.managed("CLOCK001").await;
        service.pass(10).await;
        hand.drain(&service).await;
        service.pass(10).await;
        let before = service.kept(device).await;
        assert!(before.0 > 0 && before.1 > 0);
        health::look(&service.app).await;

        service.world.clock.jump(FAR);
        assert_eq!(overview_app::retention::forget_what_is_due(&service.app).await.unwrap(), 0);
        assert_eq!(people_app::erase_due_people(&service.app).await.unwrap(), 0);
        assert_eq!(
            devices_app::commands::refresh_due(&service.app, 50).await.unwrap(),
            0,
            "its next questions would be due in two years"
        );
        service.person("LATER", true).await;
        devices_app::commands::order(
            &service.app,
            permit(&service.desk).unwrap(),
            device,
            Order::Restart,
            "test",
        )
        .await
        .unwrap();
        assert_eq!(overview_app::work::run_jobs(&service.app, 50).await.unwrap(), 0);
        let who = SignedIn {
            name: "Dani".into(),
            person: None,
            roles: Role::ServiceDeskLead.into(),
            force: None,
            how: "test",
        };
        let token = sign_in_app::sessions::begin_session(&service.app, who).await.unwrap();
        health::look(&service.app).await;
        assert!(service.clock_is_doubted());
        let (status, says) = service.says_ready().await;
        assert!(status == 200 && says.contains("the clock is wrong"), "{says}");
        assert_eq!(service.kept(device).await, (before.0, before.1 + 1));

        service.world.clock.jump(-FAR);
        assert!(!service.clock_is_doubted());
        health::look(&service.app).await;
        assert_eq!(service.says_ready().await, (200, "ready\n".to_owned()));
        assert!(
            overview_app::work::run_jobs(&service.app, 50).await.unwrap() > 0,
            "what was asked for meanwhile is due now"
        );
        assert!(
            sign_in_app::sessions::live_session(&service.app, token.expose()).await.unwrap().is_none(),
            "or no longer counts"
        );
        let pushes = devices_app::push::send_pushes(&service.app, &[], 50).await.unwrap();
        assert_eq!(pushes, 1, "the device is told of its order");
        let told = hand.drain(&service).await;
        assert!(
            told.iter().any(|kind| *kind == "RestartDevice"),
            "beside what is asked of it on schedule: {told:?}"
        );
    });
}

#[test]
fn a_clock_far_behind_is_said_and_begins_nothing() {
    Service::run_on_both(async |service| {
        service.ready("CLOCK002").await;
        service.world.clock.jump(-FAR);
        assert!(service.clock_is_doubted());
        assert_eq!(overview_app::work::run_jobs(&service.app, 50).await.unwrap(), 0);
        service.world.clock.jump(FAR);
        assert!(!service.clock_is_doubted());
        assert!(overview_app::work::run_jobs(&service.app, 50).await.unwrap() > 0);
    });
}

#[test]
fn time_that_really_passes_still_forgets_and_a_start_after_a_jump_is_doubted() {
    testkit::both_engines(|database| {
        testkit::block_on(async {
            let service = Service::start(&database, gateway::Options::default()).await;
            let (device, hand) = service.managed("CLOCK003").await;
            hand.drain(&service).await;
            health::look(&service.app).await;

            service.world.clock.jump(FAR);
            let restarted = service.another_node(&database);
            health::compare_with_database(&restarted).await.unwrap();
            assert_eq!(
                overview_app::retention::forget_what_is_due(&restarted).await.unwrap(),
                0,
                "it was started with the wrong clock"
            );
            assert!(health::troubles(&restarted).iter().any(|(part, _)| *part == Part::Clock));
            service.world.clock.jump(-FAR);
            assert!(health::troubles(&restarted).is_empty(), "right again");

            let before = service.kept(device).await;
            service.world.clock.advance(Span::from_secs(400 * DAY));
            assert!(!service.clock_is_doubted(), "four hundred days have passed");
            assert!(overview_app::retention::forget_what_is_due(&service.app).await.unwrap() > 0);
            assert!(service.kept(device).await < before);
        });
    });
}
