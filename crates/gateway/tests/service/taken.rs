//! Nobody alone, where no command is sent: devices taken from their holders and out of use; and what a legal hold stops.

use app::access::{Role, permit};
use app::caps;
use app::commands::{Order, Ordered};
use app::register::Changed;
use domain::DeviceKind;

use crate::caps::{next, phones, says};
use crate::common::Service;

#[test]
fn devices_beyond_twenty_an_hour_are_taken_by_two() {
    Service::run_on_both(async |service| {
        let holder = service.person("H1", true).await;
        let clerk = service.somebody("A1", Role::ServiceDeskAnalyst).await;
        let mut devices = Vec::new();
        for n in 0..22 {
            devices.push(service.register(&format!("TAKEN{n:03}"), DeviceKind::Iphone, Some(holder)).await);
        }
        let mut held = None;
        for (n, device) in devices.iter().enumerate() {
            match app::register::set_holder(&service.app, permit(&clerk).unwrap(), *device, None)
                .await
                .unwrap()
            {
                Changed::Done => assert!(n < 20),
                Changed::Held(burst) => held = Some(burst),
            }
        }
        assert_eq!(service.device(devices[21]).await.holder, Some(holder));
        // Retiring counts with it, and so does an order of return.
        let retired = app::register::restate_device(
            &service.app,
            permit(&clerk).unwrap(),
            devices[0],
            app::register::Restated::Retired,
            "old",
        )
        .await
        .unwrap();
        assert_eq!(retired, Changed::Done, "the same device, taken once this hour");
        let fresh = service.register("TAKEN999", DeviceKind::Iphone, None).await;
        let retired = app::register::restate_device(
            &service.app,
            permit(&clerk).unwrap(),
            fresh,
            app::register::Restated::Retired,
            "old",
        )
        .await
        .unwrap();
        assert!(matches!(retired, Changed::Held(_)));
        let lead = service.somebody("L1", Role::ServiceDeskLead).await;
        let released =
            caps::release(&service.app, permit(&lead).unwrap(), held.unwrap(), "a return day").await;
        assert_eq!(released.unwrap().released, 3);
        service.pass(1).await;
        assert_eq!(service.device(devices[21]).await.holder, None, "done by the job");
        assert!(service.device(fresh).await.retired_at.is_some());
        let withdrawn = service.register("TAKEN998", DeviceKind::Iphone, Some(holder)).await;
        let refused = permit::<app::access::WithdrawDevices>(&clerk).unwrap();
        let ordered =
            app::withdrawals::withdraw(&service.app, refused, withdrawn, "needed", None).await.unwrap();
        assert!(matches!(ordered, app::withdrawals::Withdrawn::Held(_)));
    });
}

#[test]
fn a_legal_hold_goes_by_what_an_order_does() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 1).await;
        let (id, phone) = &phones[0];
        let asker = service.somebody("A1", Role::ServiceDeskLead).await;
        let second = service.somebody("I1", Role::InformationSecurity).await;
        let psd = service.somebody("X1", Role::PsdInvestigator).await;
        let queued = service.ask_erasure(&asker, *id).await;
        service.agree(&second, queued).await.unwrap();
        let hold = app::holds::NewHold { reference: "PSD/1".into(), why: "messages".into() };
        app::holds::place_hold(&service.app, permit(&psd).unwrap(), *id, hold).await.unwrap();
        assert_eq!(next(&service, phone).await, None, "the erasure was taken back");
        let refused = app::commands::order_destruction(
            &service.app,
            permit(&asker).unwrap(),
            *id,
            Order::Erase,
            "more",
        )
        .await;
        assert!(says(refused).contains("legal hold"));
        let asked = app::commands::order_destruction(
            &service.app,
            permit(&asker).unwrap(),
            *id,
            Order::ClearPasscode,
            "read it",
        )
        .await;
        let Ordered::NeedsSecond(clear) = asked.unwrap() else { panic!("one alone") };
        assert!(says(service.agree(&second, clear).await).contains("may place holds"));
        let app = &service.app;
        app::commands::consent_under_hold(app, permit(&psd).unwrap(), clear, "we need it open")
            .await
            .unwrap();
        assert_eq!(next(&service, phone).await.as_deref(), Some("ClearPasscode"));
        let other = service.person("H9", true).await;
        let given = app::register::set_holder(app, permit(&asker).unwrap(), *id, Some(other)).await;
        assert!(says(given).contains("legal hold"));
    });
}
