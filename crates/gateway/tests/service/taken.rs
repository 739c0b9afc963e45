//! Nobody alone, where no command is sent: devices taken from their holders and out of use; and what a legal hold stops.

use custody_app::register::Changed;
use devices_app::caps;
use devices_app::commands::{Order, Ordered};
use domain::DeviceKind;
use kernel::access::{Role, permit};

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
            match custody_app::register::set_holder(&service.app, permit(&clerk).unwrap(), *device, None)
                .await
                .unwrap()
            {
                Changed::Done => assert!(n < 20),
                Changed::Held(burst) => held = Some(burst),
            }
        }
        assert_eq!(service.device(devices[21]).await.holder, Some(holder));
        // Retiring counts with it, and so does an order of return.
        let retired = custody_app::register::restate_device(
            &service.app,
            permit(&clerk).unwrap(),
            devices[0],
            custody_app::register::Restated::Retired,
            "old",
        )
        .await
        .unwrap();
        assert_eq!(retired, Changed::Done, "the same device, taken once this hour");
        let fresh = service.register("TAKEN999", DeviceKind::Iphone, None).await;
        let retired = custody_app::register::restate_device(
            &service.app,
            permit(&clerk).unwrap(),
            fresh,
            custody_app::register::Restated::Retired,
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
        let refused = permit::<kernel::access::WithdrawDevices>(&clerk).unwrap();
        let ordered = devices_app::withdrawals::withdraw(&service.app, refused, withdrawn, "needed", None)
            .await
            .unwrap();
        assert!(matches!(ordered, devices_app::withdrawals::Withdrawn::Held(_)));
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
        let hold = devices_app::holds::NewHold { reference: "PSD/1".into(), why: "messages".into() };
        devices_app::holds::place_hold(&service.app, permit(&psd).unwrap(), *id, hold).await.unwrap();
        assert_eq!(next(&service, phone).await, None, "the erasure was taken back");
        let refused = devices_app::commands::order_destruction(
            &service.app,
            permit(&asker).unwrap(),
            *id,
            Order::Erase,
            "more",
        )
        .await;
        assert!(says(refused).contains("legal hold"));
        let asked = devices_app::commands::order_destruction(
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
        devices_app::commands::consent_under_hold(app, permit(&psd).unwrap(), clear, "we need it open")
            .await
            .unwrap();
        assert_eq!(next(&service, phone).await.as_deref(), Some("ClearPasscode"));
        let other = service.person("H9", true).await;
        let given = custody_app::register::set_holder(app, permit(&asker).unwrap(), *id, Some(other)).await;
        assert!(says(given).contains("legal hold"));
    });
}
