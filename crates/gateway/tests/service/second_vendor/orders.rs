//! Orders to a device of the made-up vendor: down to it and back, and what stands before them.

use std::collections::BTreeMap;
use std::future::ready as at_once;
use std::sync::{Arc, Mutex};

use devices_app::commands::{Order, Ordered};
use devices_app::holds::NewHold;
use domain::{CommandState, Deed, Platform, Timestamp};
use kernel::access::{Role, permit};
use platform_port::{PushClient, Reaching};
use platform_testvendor::{begin, ready};

use super::run;

#[test]
fn orders_reach_the_device_with_what_it_needs_and_come_back() {
    run(async |service, _| {
        let counter = service.enrolled_counter("ABACUS05").await;
        service.settle_counter(&counter).await;
        let id = counter.device;
        let lock = Order::Lock { message: Some("Call us".into()), phone_number: None };
        let placed =
            devices_app::commands::order(&service.app, permit(&service.desk).unwrap(), id, lock, "lost")
                .await
                .unwrap();
        let Ordered::Queued(commands) = placed else { panic!("{placed:?}") };
        let (order, verb, rest) = counter.idle(&service).await.unwrap();
        assert_eq!((order.as_str(), verb.as_str()), (commands[0].to_string().as_str(), "FREEZE"));
        let code = rest.lines().find_map(|line| line.strip_prefix("code ")).unwrap();
        assert!(code.len() == 4 && code.bytes().all(|digit| digit.is_ascii_digit()), "{rest}");
        assert!(rest.contains("say Call us"));
        let (_, kept) = overview_app::sensitive::read_pin(
            &service.app,
            permit(&service.desk).unwrap(),
            commands[0],
            "to unlock",
        )
        .await
        .unwrap();
        assert_eq!(kept.expose(), code);
        counter.answers(&service, &order, "NO\nstuck bead\n").await;
        let failed = service.commands(id).await.into_iter().find(|found| found.id == commands[0]).unwrap();
        assert_eq!((failed.state, failed.error.as_deref()), (CommandState::Failed, Some("stuck bead")));

        // Locating needs a second person, and no lost mode.
        let asked = devices_app::commands::order_location(
            &service.app,
            permit(&service.desk).unwrap(),
            id,
            "to find it",
        )
        .await
        .unwrap();
        let Ordered::NeedsSecond(locate) = asked else { panic!("{asked:?}") };
        assert_eq!(counter.idle(&service).await, None);
        let second = service.somebody("AB-F1", Role::Fiso).await;
        service.agree(&second, locate).await.unwrap();
        assert_eq!(counter.session(&service, &mut BTreeMap::new()).await, ["WHERE"]);
        let place =
            overview_app::sensitive::read_location(&service.app, permit(&service.desk).unwrap(), id, "a car")
                .await
                .unwrap();
        assert_eq!(*place.degrees.expose(), (52.63, 1.29));

        // What it gave when it enrolled opens it.
        let asked = devices_app::commands::order_destruction(
            &service.app,
            permit(&service.desk).unwrap(),
            id,
            Order::ClearPasscode,
            "forgotten",
        );
        let Ordered::NeedsSecond(clear) = asked.await.unwrap() else { panic!("two people") };
        service.agree(&second, clear).await.unwrap();
        let (_, verb, rest) = counter.idle(&service).await.unwrap();
        assert_eq!((verb.as_str(), rest.as_str()), ("UNFREEZE", "seal 746865207365616c\n"));
    });
}

#[test]
fn holds_approval_caps_and_freezes_stand_before_it() {
    run(async |service, _| {
        let mut counters = Vec::new();
        for number in 0..3 {
            counters.push(service.enrolled_counter(&format!("ABACUS1{number}")).await);
        }
        for counter in &counters {
            service.settle_counter(counter).await;
        }
        let [held, capped, frozen] = [&counters[0], &counters[1], &counters[2]];
        let fiso = service.somebody("AB-F2", Role::Fiso).await;
        let second = service.somebody("AB-F3", Role::Fiso).await;

        // One person cannot; two can; a legal hold takes it back before the device has it, and refuses the next.
        let asked = service.ask_erasure(&fiso, held.device).await;
        assert_eq!(held.idle(&service).await, None, "it waits for a second person");
        let alone = service.agree(&fiso, asked).await;
        assert!(alone.is_err(), "not by who asked");
        service.agree(&second, asked).await.unwrap();
        let hold = NewHold { reference: "R-1".into(), why: "an investigation".into() };
        devices_app::holds::place_hold(&service.app, permit(&service.desk).unwrap(), held.device, hold)
            .await
            .unwrap();
        assert_eq!(held.idle(&service).await, None, "the hold stopped it");
        let erase = devices_app::commands::order_destruction(
            &service.app,
            permit(&fiso).unwrap(),
            held.device,
            Order::Erase,
            "stolen",
        );
        assert!(erase.await.unwrap_err().to_string().contains("a legal hold stands"));

        // Twenty harsh orders an hour by one person, and the next is held.
        let lock = || Order::Lock { message: None, phone_number: None };
        for number in 0..21 {
            let placed = devices_app::commands::order(
                &service.app,
                permit(&fiso).unwrap(),
                capped.device,
                lock(),
                "because",
            )
            .await;
            match placed.unwrap() {
                Ordered::Queued(_) => assert!(number < 20, "lock {number} went"),
                Ordered::Held { .. } => assert_eq!(number, 20),
                other => panic!("{other:?}"),
            }
        }

        // A freeze keeps an erasure from the device, agreed to or not.
        let asked = service.ask_erasure(&fiso, frozen.device).await;
        service.agree(&second, asked).await.unwrap();
        let permit = permit::<kernel::access::FreezeDestruction>(&service.desk).unwrap();
        devices_app::caps::freeze(&service.app, permit, domain::samples::NORFOLK, "strange orders")
            .await
            .unwrap();
        assert_eq!(frozen.idle(&service).await, None);
        let orders = service.commands(frozen.device).await;
        assert!(orders.iter().any(|order| order.deed == Deed::Erase && order.finished_at.is_none()));
    });
}

#[test]
fn a_lock_that_waits_is_carried_over_when_the_device_enrols_again() {
    run(async |service, _| {
        let counter = service.enrolled_counter("ABACUS06").await;
        service.settle_counter(&counter).await;
        let lock = Order::Lock { message: None, phone_number: None };
        devices_app::commands::order(
            &service.app,
            permit(&service.desk).unwrap(),
            counter.device,
            lock,
            "lost",
        )
        .await
        .unwrap();
        let file = service.profile_again("ABACUS06").await;
        let again = service.counter(counter.device, "ABACUS06", &file).await;
        again.says(&service, begin(&again.name, "ABACUS06")).await;
        again.says(&service, ready(&again.name, "bell 8", None)).await;
        let (_, verb, rest) = again.idle(&service).await.unwrap();
        assert_eq!(verb, "FREEZE", "before anything else");
        assert!(rest.lines().any(|line| line.strip_prefix("code ").is_some_and(|code| code.len() == 4)));
        let read = overview_app::device::device(
            &service.app,
            kernel::access::permit::<kernel::access::SeeDevices>(&service.desk).unwrap(),
            counter.device,
        )
        .await
        .unwrap();
        let clear = read.actions.iter().find(|action| action.deed == Deed::ClearPasscode).unwrap();
        assert_eq!(
            clear.refused.as_deref(),
            Some("the abacus never gave its seal"),
            "it is the new one's to give"
        );
    });
}

/// A push service that notes whom it was asked to reach.
#[derive(Debug, Default)]
struct Bell(Mutex<Vec<String>>);

impl PushClient for Bell {
    fn platforms(&self) -> &'static [Platform] {
        &[Platform::Windows]
    }

    fn reach(&self, address: &str, _until: Timestamp) -> Reaching {
        self.0.lock().unwrap().push(address.to_owned());
        Box::pin(at_once(Ok(())))
    }
}

#[test]
fn it_is_reached_by_its_own_service_and_an_iphone_is_not() {
    run(async |service, _| {
        let _counter = service.enrolled_counter("ABACUS07").await;
        let _phone = service.managed("IPHONE01").await;
        let bell = Arc::new(Bell::default());
        let services: [Arc<dyn PushClient>; 1] = [bell.clone()];
        assert_eq!(
            devices_app::push::send_pushes(&service.app, &services, 10).await.unwrap(),
            2,
            "both are off the list"
        );
        assert_eq!(*bell.0.lock().unwrap(), ["bell 7"]);
    });
}
