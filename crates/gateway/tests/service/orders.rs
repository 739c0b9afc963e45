//! People's orders to devices: each down to the device and back, and who may give it.

use devices_app::commands;
use devices_app::commands::{Order, Ordered};
use devices_sim::{Device, DeviceSpec, Ended, Model, Passcode, Temper};
use domain::{CommandId, CommandState, DeviceId};
use kernel::AppError;
use kernel::access::{Actor, Role, permit, permit_within};

use crate::common::Service;
use crate::hand::Hand;

impl Service {
    async fn give(&self, by: &Actor, device: DeviceId, order: Order) -> Result<Ordered, AppError> {
        commands::order(&self.app, permit(by).unwrap(), device, order, "reported lost at 3 a.m.").await
    }

    async fn settled(&self, model: Model, serial: &str) -> (DeviceId, Device) {
        let (id, mut device) = self.enrolled(model, serial, Temper::Honest).await;
        self.settle(&mut device).await;
        (id, device)
    }

    pub(crate) async fn state_of(&self, device: DeviceId, command: CommandId) -> CommandState {
        self.commands(device).await.into_iter().find(|found| found.id == command).unwrap().state
    }

    /// A second person agrees, after the first was told that they may not.
    async fn second_agrees(&self, device: DeviceId, command: CommandId) {
        assert_eq!(self.state_of(device, command).await, CommandState::Asked);
        let same = commands::approve(&self.app, permit(&self.desk).unwrap(), command, "me again").await;
        assert!(same.unwrap_err().to_string().contains("never a second person"));
        let link = self.actor("link:second", Role::Fiso, None);
        let unknown = commands::approve(&self.app, permit(&link).unwrap(), command, "by a link").await;
        assert!(unknown.unwrap_err().to_string().contains("must be in the register"));
        let second = self.somebody("F9", Role::Fiso).await;
        commands::approve(&self.app, permit(&second).unwrap(), command, "agreed by telephone").await.unwrap();
        assert_eq!(self.state_of(device, command).await, CommandState::Queued);
        let again = commands::approve(&self.app, permit(&second).unwrap(), command, "agreed twice").await;
        assert!(again.unwrap_err().to_string().contains("no longer waits"));
    }
}

fn lost_mode() -> Order {
    Order::LostMode { message: Some("Police property".into()), phone_number: Some("101".into()) }
}

#[test]
fn a_lost_phone_is_locked_found_and_given_back() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.settled(Model::Iphone, "LOST0001").await;
        let desk = service.desk.clone();
        let lock = Order::Lock { message: Some("Call us".into()), phone_number: None };
        service.give(&desk, id, lock).await.unwrap();
        service.give(&desk, id, lost_mode()).await.unwrap();
        phone.session(&service.link).await.unwrap();
        assert!(phone.is_locked() && phone.is_lost());

        let without = commands::order_location(&service.app, permit(&desk).unwrap(), id, " ").await;
        assert!(without.is_err(), "not without a reason");
        let asked =
            commands::order_location(&service.app, permit(&desk).unwrap(), id, "to find it").await.unwrap();
        let Ordered::Queued(located) = asked else { panic!("one person is enough in lost mode: {asked:?}") };
        assert_eq!(service.state_of(id, located[0]).await, CommandState::Queued);
        service.give(&desk, id, Order::Sound).await.unwrap();
        let session = phone.session(&service.link).await.unwrap();
        assert!(session.answered.iter().any(|answered| answered.request_type == "PlayLostModeSound"));
        assert!(session.answered.iter().all(|answered| answered.status == "Acknowledged"), "{session:?}");

        let place =
            overview_app::sensitive::read_location(&service.app, permit(&desk).unwrap(), id, "to send a car")
                .await
                .unwrap();
        let (north, east) = *place.degrees.expose();
        assert!((-90.0..=90.0).contains(&north) && (-180.0..=180.0).contains(&east));
        assert!(
            overview_app::sensitive::read_location(&service.app, permit(&desk).unwrap(), id, " ")
                .await
                .is_err(),
            "not without a reason"
        );

        service.give(&desk, id, Order::LostModeOff).await.unwrap();
        phone.session(&service.link).await.unwrap();
        assert!(!phone.is_lost());
        let again =
            commands::order_location(&service.app, permit(&desk).unwrap(), id, "to find it").await.unwrap();
        let Ordered::NeedsSecond(again) = again else { panic!("two people at other times: {again:?}") };
        service.second_agrees(id, again).await;
        for wanted in ["device.location.read", "command.approved", "device.lost-mode.ordered"] {
            let actions = service.ledger_actions().await;
            assert!(actions.iter().any(|(action, _)| action == wanted), "{wanted}");
        }
    });
}

#[test]
fn restart_and_shut_down_reach_the_device() {
    Service::run(async |service| {
        let (id, mut phone) = service.settled(Model::Iphone, "POWER001").await;
        service.give(&service.desk, id, Order::Restart).await.unwrap();
        assert_eq!(phone.session(&service.link).await.unwrap().ended, Ended::Restarting);
        service.give(&service.desk, id, Order::ShutDown).await.unwrap();
        assert_eq!(phone.session(&service.link).await.unwrap().ended, Ended::SwitchedOff);
    });
}

#[test]
fn a_forgotten_passcode_is_cleared_by_two() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.settled(Model::Iphone, "FORGOT01").await;
        assert_eq!(phone.passcode(), Passcode::Strong);
        let refused = service.give(&service.desk, id, Order::ClearPasscode).await;
        assert!(matches!(refused, Err(AppError::Conflict(_))), "not by this door");
        let permit = permit(&service.desk).unwrap();
        let asked = commands::order_destruction(&service.app, permit, id, Order::ClearPasscode, "forgotten")
            .await
            .unwrap();
        let Ordered::NeedsSecond(command) = asked else { panic!("{asked:?}") };
        service.second_agrees(id, command).await;
        let session = phone.session(&service.link).await.unwrap();
        assert_eq!(session.answered[0].status, "Acknowledged", "with the unlock token that the device gave");
        assert_eq!(service.state_of(id, command).await, CommandState::Acknowledged);
    });
}

#[test]
fn an_erased_device_reads_as_nothing_known() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.settled(Model::Iphone, "ERASE001").await;
        assert_eq!(service.outcome(id, "MDU-6.6").await, "met ");
        let permit = permit(&service.desk).unwrap();
        let asked =
            commands::order_destruction(&service.app, permit, id, Order::Erase, "stolen").await.unwrap();
        let Ordered::NeedsSecond(command) = asked else { panic!("{asked:?}") };
        service.second_agrees(id, command).await;
        assert_eq!(phone.session(&service.link).await.unwrap().ended, Ended::Erased);
        assert_eq!(service.state_of(id, command).await, CommandState::Acknowledged);
        service.pass(10).await;
        assert!(service.outcome(id, "MDU-6.6").await.starts_with("not-known"));
    });
}

#[test]
fn the_pin_of_a_locked_mac_is_sealed_and_read_with_a_reason() {
    Service::run(async |service| {
        let (id, mut mac) = service.settled(Model::Mac, "MACLOCK1").await;
        let lock = Order::Lock { message: None, phone_number: None };
        let Ordered::Queued(commands) = service.give(&service.desk, id, lock).await.unwrap() else {
            panic!("one person may lock")
        };
        mac.session(&service.link).await.unwrap();
        assert!(mac.is_locked(), "a Mac is locked with six digits or not at all");
        let permit = || permit(&service.desk).unwrap();
        let (of, pin) =
            overview_app::sensitive::read_pin(&service.app, permit(), commands[0], "to unlock it")
                .await
                .unwrap();
        assert_eq!((of, pin.expose().len()), (id, 6));
        assert!(pin.expose().bytes().all(|digit| digit.is_ascii_digit()));
        let stored = service.commands(id).await.into_iter().find(|found| found.id == commands[0]).unwrap();
        assert!(!stored.spec.contains(pin.expose().as_str()), "it lies sealed");
        assert!(overview_app::sensitive::read_pin(&service.app, permit(), commands[0], "").await.is_err());
        let reads = service.ledger_actions().await;
        assert_eq!(reads.iter().filter(|(action, _)| action == "command.pin.read").count(), 1);
    });
}

#[test]
fn what_a_device_cannot_do_is_refused_before_it_is_queued() {
    Service::run(async |service| {
        let (mac, _) = service.settled(Model::Mac, "NOLOST01").await;
        let refused = service.give(&service.desk, mac, lost_mode()).await.unwrap_err();
        assert!(refused.to_string().contains("has no EnableLostMode"), "{refused}");

        let register = service.ready("UNSUPER1").await;
        let refused = service.give(&service.desk, register, Order::Restart).await.unwrap_err();
        assert!(refused.to_string().contains("not under management"), "{refused}");

        let mut spec = DeviceSpec::plausible(Model::Iphone, "UNSUPER1", Temper::Honest, 4);
        spec.supervised = false;
        let mut phone = Device::new(spec, 4);
        phone.enrol(&service.link, &service.profile("UNSUPER1", true).await).await.unwrap();
        // Nobody knows yet whether it is supervised: the order goes out, and it is the device that says no.
        service.give(&service.desk, register, lost_mode()).await.unwrap();
        phone.session(&service.link).await.unwrap();
        assert!(!phone.is_lost());
        let tried = service.commands(register).await.into_iter().find(|c| c.word == "lost-mode");
        assert_eq!(tried.unwrap().state, CommandState::Failed, "and that never reads as done");
        service.settle(&mut phone).await;
        let refused = service.give(&service.desk, register, lost_mode()).await.unwrap_err();
        assert!(refused.to_string().contains("needs a supervised device"), "{refused}");
        let blank =
            commands::order(&service.app, permit(&service.desk).unwrap(), register, Order::Refresh, "  ")
                .await;
        assert!(matches!(blank, Err(AppError::Invalid { .. })));
        assert!(service.ledger_actions().await.iter().all(|(action, _)| action != "device.restart.ordered"));
    });
}

#[test]
fn the_wall_and_the_matrix_hold() {
    Service::run(async |service| {
        let (id, phone) = service.settled(Model::Iphone, "WALL0001").await;
        let suffolk = service.actor("person:s", Role::ServiceDeskLead, Some(domain::samples::SUFFOLK));
        let norfolk = service
            .actor("person:n", Role::ServiceDeskLead, Some(domain::samples::NORFOLK))
            .proven(service.app.world().now());
        let refused = service.give(&suffolk, id, Order::Restart).await.unwrap_err();
        assert!(matches!(refused, AppError::Denied(_)), "{refused}");
        let asked =
            commands::order_destruction(&service.app, permit(&norfolk).unwrap(), id, Order::Erase, "stolen")
                .await
                .unwrap();
        let Ordered::NeedsSecond(command) = asked else { panic!("{asked:?}") };
        let refused =
            commands::approve(&service.app, permit(&suffolk).unwrap(), command, "sure").await.unwrap_err();
        assert!(matches!(refused, AppError::Denied(_)), "{refused}");
        assert!(commands::take_back(&service.app, permit(&suffolk).unwrap(), command).await.is_err());
        let analyst = service.actor("person:a", Role::ServiceDeskAnalyst, None);
        assert!(permit::<kernel::access::DestroyData>(&analyst).is_err());
        commands::take_back(&service.app, permit(&norfolk).unwrap(), command).await.unwrap();
        assert_eq!(Hand::of(&phone).idle(&service).await.command(), None, "nothing reached the device");

        // What names people or devices of one force is behind the wall in explanations and in the ledger too.
        let holder = service.device(id).await.holder.unwrap();
        let clause = "MDU-1.2".parse().unwrap();
        for subject in [domain::Subject::Person(holder), domain::Subject::Device(id)] {
            let refused = compliance_app::explain(
                &service.app,
                permit_within(&suffolk).unwrap(),
                subject,
                &clause,
                None,
            )
            .await
            .unwrap_err();
            assert!(matches!(refused, AppError::Denied(_)), "{refused}");
        }
        service.ledger_actions().await;
        let rows = service.app.store().read(|tx| store::ledger::from_place(tx, 0, 1000)).await.unwrap();
        assert!(rows.iter().filter(|row| row.subject.starts_with("device:")).all(|row| row.force.is_some()));
        let of_norfolk = rows.iter().find(|row| row.action == "person.added").unwrap();
        let read =
            ledger_app::read::ledger_entry(&service.app, permit(&suffolk).unwrap(), of_norfolk.id).await;
        assert!(matches!(read, Err(AppError::Denied(_))));
        let proof = ledger_app::ledger_proof(&service.app, permit(&suffolk).unwrap(), of_norfolk.id).await;
        assert!(matches!(proof, Err(AppError::Denied(_))));
        ledger_app::read::ledger_entry(&service.app, permit(&norfolk).unwrap(), of_norfolk.id).await.unwrap();
        let early = ledger_app::ledger_proof(&service.app, permit(&norfolk).unwrap(), of_norfolk.id)
            .await
            .unwrap_err();
        assert!(early.to_string().contains("no checkpoint covers"), "{early}");
        ledger_app::checkpoint_ledger(&service.app).await.unwrap();
        let proof =
            ledger_app::ledger_proof(&service.app, permit(&norfolk).unwrap(), of_norfolk.id).await.unwrap();
        let key = service.app.ledger_key_text().parse().unwrap();
        let proven = ledger::verify_proof(proof.as_bytes(), &key).unwrap();
        assert_eq!((proven.entry.id, proven.entry.action.as_str()), (of_norfolk.id, "person.added"));
    });
}
