//! Check-in: the messages that bring a device under management and out of it, in good order and in odd order.

use devices_sim::{Device, DeviceSpec, Model, Temper};
use domain::{CommandState, DeviceId, DeviceKind, EnrolmentState};
use plist::Value;
use store::apple_enrolments::AppleEnrolments;
use store::enrolments::Enrolment;
use store::own_tables::OwnTable;

use crate::common::Service;
use crate::hand::{Hand, binary, dict, xml};

impl Service {
    async fn enrolments(&self, device: DeviceId) -> Vec<Enrolment> {
        self.app.store().read(move |tx| store::enrolments::of_device(tx, device)).await.unwrap()
    }

    async fn facts_count(&self, device: DeviceId) -> usize {
        let facts = self.app.store().read(move |tx| store::messages::facts(tx, device)).await.unwrap();
        facts.iter().count()
    }
}

/// A device that never gets as far as answering a question is known by its first message.
#[test]
fn the_first_message_says_which_system_a_device_runs() {
    Service::run_on_both(async |service| {
        let hand = service.bought("FIRST001", "U1").await;
        let more = [
            ("SerialNumber", hand.serial.as_str().into()),
            ("OSVersion", "18.1".into()),
            ("BuildVersion", "22B83".into()),
            ("ModelName", "iPhone".into()),
        ];
        assert_eq!(hand.check_in(&service, "Authenticate", more).await.status, 200);
        let device = service.app.store().read(|tx| store::devices::by_serial(tx, "FIRST001")).await;
        let device = device.unwrap().unwrap();
        assert_eq!(device.os_version.as_deref(), Some("18.1"));
        let facts = service.app.store().read(move |tx| store::messages::facts(tx, device.id)).await.unwrap();
        let fact = facts.get("os.version").unwrap();
        assert_eq!((fact.value.to_string(), fact.grade), ("18.1".to_owned(), domain::Grade::Reported));
        assert_eq!(fact.at, service.world.now());
        assert_eq!(facts.get("device.model").unwrap().value.to_string(), "iPhone");
    });
}

#[test]
fn authenticate_twice_is_one_enrolment() {
    Service::run_on_both(async |service| {
        let hand = service.bought("TWICE001", "U1").await;
        assert_eq!(hand.authenticate(&service).await.status, 200);
        assert_eq!(hand.authenticate(&service).await.status, 200, "our first answer was lost");
        assert_eq!(hand.token_update(&service, b"t", None).await.status, 200);
        assert_eq!(hand.token_update(&service, b"t", None).await.status, 200);
        let times = |wanted: &str, actions: &[(String, Option<String>)]| {
            actions.iter().filter(|(action, _)| action == wanted).count()
        };
        let actions = service.ledger_actions().await;
        assert_eq!(times("device.authenticated", &actions), 1);
        assert_eq!(times("device.enrolled", &actions), 1);
    });
}

#[test]
fn a_later_token_update_keeps_the_unlock_token_that_it_leaves_out() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.managed("UNLOCK01").await;
        let enrolment = service.enrolments(id).await[0].id;
        let stored = async || {
            let token =
                service.app.store().read(move |tx| AppleEnrolments.get(tx, enrolment, "unlock")).await;
            token.unwrap()
        };
        let first = stored().await.expect("sealed and stored");
        assert!(!first.windows(12).any(|window| window == b"unlock-token"), "it lies sealed");
        hand.token_update(&service, b"new-token", None).await;
        assert_eq!(stored().await, Some(first.clone()));
        hand.token_update(&service, b"new-token", Some(b"unlock-2")).await;
        assert_ne!(stored().await, Some(first));
        hand.check_in(&service, "CheckOut", []).await;
        assert_eq!(stored().await, None, "a token of an ended enrolment is of use to thieves only");
    });
}

#[test]
fn check_out_ends_everything_and_nothing_reads_as_good_after_it() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "LEAVES01", Temper::Honest).await;
        service.settle(&mut phone).await;
        assert_eq!(service.outcome(id, "MDU-6.2a").await, "met ");
        let desk = service.desk.clone();
        let order = |order| {
            devices_app::commands::order(
                &service.app,
                kernel::access::permit(&desk).unwrap(),
                id,
                order,
                "test",
            )
        };
        order(devices_app::commands::Order::Refresh).await.unwrap();
        let hand = Hand::of(&phone);
        let (_, delivered) = hand.idle(&service).await.command().unwrap();
        phone.check_out(&service.link).await.unwrap();

        let device = service.device(id).await;
        assert_eq!((device.enrolment, device.enrolment_state), (None, EnrolmentState::None));
        for command in service.commands(id).await {
            let wanted = if command.id.to_string() == delivered {
                CommandState::Uncertain
            } else if command.finished_at == Some(service.world.now()) {
                CommandState::Cancelled
            } else {
                CommandState::Acknowledged
            };
            assert_eq!(command.state, wanted, "{}", command.word);
        }
        assert_eq!(hand.idle(&service).await.status, 403);
        assert_eq!(service.facts_count(id).await, 0);
        service.pass(10).await;
        assert!(service.outcome(id, "MDU-6.2a").await.starts_with("not-known"), "its profiles are gone");
        assert_eq!(service.device(id).await.met, 0, "nothing that it said counts any more");
    });
}

#[test]
fn a_device_that_enrols_again_starts_afresh() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "AGAIN001", Temper::Honest).await;
        service.settle(&mut phone).await;
        let before = service.enrolments(id).await;
        let desk = kernel::access::permit(&service.desk).unwrap();
        devices_app::commands::order(&service.app, desk, id, devices_app::commands::Order::Restart, "test")
            .await
            .unwrap();

        let mut spec: DeviceSpec = phone.spec().clone();
        spec.supervised = false;
        let mut wiped = Device::new(spec, 3);
        wiped.enrol(&service.link, &service.profile_again("AGAIN001").await).await.unwrap();
        assert!(service.facts_count(id).await <= 4, "what its first message said, and nothing from before");
        assert_eq!(service.device(id).await.supervised, None, "what it was before says nothing");
        let restart = service.commands(id).await.into_iter().find(|c| c.word == "restart").unwrap();
        assert_eq!(restart.state, CommandState::Cancelled);
        service.settle(&mut wiped).await;
        assert_eq!(service.device(id).await.supervised, Some(false));
        let after = service.enrolments(id).await;
        assert_eq!(after.iter().filter(|enrolment| enrolment.ended.is_none()).count(), 1);
        assert!(after.iter().any(|enrolment| enrolment.id == before[0].id && enrolment.ended.is_some()));
        assert!(phone.session(&service.link).await.is_err(), "the former certificate is of no use");
        assert!(phone.is_enrolled(), "and the refusal did not unenrol anything");
    });
}

#[test]
fn a_mac_gives_and_gets_its_bootstrap_token() {
    Service::run_on_both(async |service| {
        let (id, mac) = service.enrolled(Model::Mac, "BOOT0001", Temper::Honest).await;
        let hand = Hand::of(&mac);
        let get = async || hand.check_in(&service, "GetBootstrapToken", []).await.plist();
        assert!(!get().await.contains_key("BootstrapToken"));
        let token = Value::Data(b"the-bootstrap-token".to_vec());
        let set = hand.check_in(&service, "SetBootstrapToken", [("BootstrapToken", token.clone())]).await;
        assert_eq!((set.status, set.body.len()), (200, 0));
        assert_eq!(get().await["BootstrapToken"], token);
        let enrolment = service.enrolments(id).await[0].id;
        let stored =
            service.app.store().read(move |tx| AppleEnrolments.get(tx, enrolment, "bootstrap")).await;
        assert!(!stored.unwrap().unwrap().windows(9).any(|window| window == b"bootstrap"), "it lies sealed");
        assert_eq!(hand.check_in(&service, "SetBootstrapToken", []).await.status, 200);
        assert!(!get().await.contains_key("BootstrapToken"), "it was deleted");
        let rows = service.app.store().read(|tx| store::ledger::from_place(tx, 0, 1000)).await.unwrap();
        assert!(service.ledger_actions().await.iter().any(|(action, _)| action == "bootstrap-token.given"));
        assert!(rows.iter().all(|row| !row.action.starts_with("bootstrap") || row.force.is_some()));
    });
}

#[test]
fn what_is_not_served_says_so_and_unenrols_nothing() {
    Service::run(async |service| {
        let (_, mac) = service.enrolled(Model::Mac, "NOTHERE1", Temper::Honest).await;
        let hand = Hand::of(&mac);
        let user = ("UserID", "A-USER".into());
        assert_eq!(hand.check_in(&service, "UserAuthenticate", [user]).await.status, 410);
        let kind = ("TokenServiceType", "com.apple.maid".into());
        assert_eq!(
            hand.check_in(&service, "GetToken", [kind]).await.status,
            400,
            "as the vendor's page asks"
        );
        assert_eq!(hand.check_in(&service, "SomethingNew", []).await.status, 404);
        assert_eq!(hand.idle(&service).await.status, 200);
    });
}

/// A device that another server told to use declarations asks for them: there are none, and a name that is none is gone.
#[test]
fn a_device_that_asks_for_declarations_hears_that_there_are_none() {
    Service::run(async |service| {
        let (_, mac) = service.enrolled(Model::Mac, "DECLARE1", Temper::Honest).await;
        let hand = Hand::of(&mac);
        let ask = async |endpoint: &str| {
            hand.check_in(&service, "DeclarativeManagement", [("Endpoint", endpoint.into())]).await
        };
        let json =
            |answer: &crate::hand::Answer| serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap();
        let (tokens, items) = (json(&ask("tokens").await), json(&ask("declaration-items").await));
        assert_eq!(
            tokens["SyncTokens"]["DeclarationsToken"], items["DeclarationsToken"],
            "or it never stops asking"
        );
        let at = tokens["SyncTokens"]["Timestamp"].as_str().unwrap();
        assert!(at.len() == 20 && at.ends_with('Z'), "{at}");
        for kind in ["Activations", "Configurations", "Assets", "Management"] {
            assert_eq!(items["Declarations"][kind], serde_json::json!([]));
        }
        assert_eq!(ask("declaration/configuration/old").await.status, 404, "which takes it off the device");
        let status = ask("status").await;
        assert_eq!((status.status, status.body.len()), (200, 0));
    });
}

#[test]
fn a_user_of_a_mac_has_a_channel_of_their_own() {
    Service::run_on_both(async |service| {
        let (id, mut mac) = service.enrolled(Model::Mac, "USERS001", Temper::Honest).await;
        service.settle(&mut mac).await;
        let hand = Hand::of(&mac);
        let user = || [("UserID", "USER-1".into()), ("UserShortName", "ann".into())];
        let report = async |hand: &Hand| hand.report(&service, "Idle", None, user()).await;
        assert_eq!(report(&hand).await.status, 403, "that channel never came under management");
        let [id_key, name] = user();
        let more = [id_key, name, ("Token", Value::Data(vec![1])), ("PushMagic", "m".into())];
        assert_eq!(hand.check_in(&service, "TokenUpdate", more.clone()).await.status, 200);
        assert_eq!(hand.check_in(&service, "TokenUpdate", more).await.status, 200);
        assert_eq!(report(&hand).await.command(), None);
        assert_eq!(service.enrolments(id).await.len(), 2);

        // The channel goes with the device to its next certificate.
        mac.renew(&service.link).await.unwrap();
        let renewed = Hand::of(&mac);
        assert_eq!(report(&renewed).await.command(), None);

        assert_eq!(renewed.check_in(&service, "CheckOut", user()).await.status, 200);
        assert_eq!(report(&renewed).await.status, 403);
        assert_eq!(renewed.idle(&service).await.status, 200, "the device itself stays");
        assert_eq!(service.device(id).await.enrolment_state, EnrolmentState::Enrolled);
    });
}

#[test]
fn messages_out_of_order_are_refused_and_leave_nothing() {
    Service::run_on_both(async |service| {
        let hand = service.bought("ORDER001", "U1").await;
        assert_eq!(hand.token_update(&service, b"t", None).await.status, 403);
        assert_eq!(hand.check_in(&service, "CheckOut", []).await.status, 403);
        assert_eq!(hand.idle(&service).await.status, 403);
        let wanted = "ORDER001";
        let device = service.app.store().read(move |tx| store::devices::by_serial(tx, wanted)).await;
        let device = device.unwrap().unwrap();
        assert_eq!(device.enrolment_state, EnrolmentState::None);
        assert!(service.enrolments(device.id).await.is_empty());
        assert_eq!(hand.authenticate(&service).await.status, 200);
        assert_eq!(
            hand.check_in(&service, "CheckOut", []).await.status,
            200,
            "before it was under management"
        );
        assert_eq!(hand.token_update(&service, b"t", None).await.status, 403);
    });
}

#[test]
fn odd_content_types_and_binary_lists_are_understood() {
    Service::run(async |service| {
        let hand = service.bought("FORMS001", "U1").await;
        let authenticate =
            hand.check_in_message("Authenticate", [("SerialNumber", hand.serial.as_str().into())]);
        let kinds = [None, Some("text/plain"), Some("application/x-apple-aspen-mdm-checkin; charset=UTF-8")];
        for (turn, kind) in kinds.into_iter().enumerate() {
            let body = if turn == 0 { binary(authenticate.clone()) } else { xml(authenticate.clone()) };
            assert_eq!(hand.put(&service, "/apple/mdm", kind, body).await.status, 200, "{kind:?}");
        }
        hand.token_update(&service, b"t", None).await;
        let idle = dict([("Status", "Idle".into()), ("UDID", "U1".into())]);
        for kind in [None, Some("text/plain"), Some("application/x-apple-aspen-mdm")] {
            assert_eq!(hand.put(&service, "/apple/mdm", kind, binary(idle.clone())).await.status, 200);
        }
        let wrong = Some("application/x-apple-aspen-mdm-checkin");
        assert_eq!(hand.put(&service, "/apple/mdm", wrong, xml(idle)).await.status, 400);
    });
}

#[test]
fn two_addresses_serve_as_one_does() {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let two = |config: &mut kernel::AppConfig| config.checkin_address = Some(config.address.clone());
        let service = Service::start_with(&scratch.config, gateway::Options::default(), two).await;
        let holder = service.person("100", true).await;
        service.register("TWOADDR1", DeviceKind::Iphone, Some(holder)).await;
        let file = service.profile("TWOADDR1", false).await;
        let profile = devices_sim::EnrolmentProfile::read(&file).unwrap();
        assert!(profile.check_in_url.ends_with("/apple/checkin"), "{}", profile.check_in_url);
        let mut phone = Device::new(DeviceSpec::plausible(Model::Iphone, "TWOADDR1", Temper::Honest, 1), 1);
        phone.enrol(&service.link, &file).await.unwrap();
        phone.session(&service.link).await.unwrap();
        let hand = Hand::of(&phone);
        let idle = || xml(dict([("Status", "Idle".into()), ("UDID", hand.udid.as_str().into())]));
        assert_eq!(hand.put(&service, "/apple/connect", None, idle()).await.status, 200);
        assert_eq!(hand.put(&service, "/apple/checkin", None, idle()).await.status, 400, "not a check-in");
        let out = xml(hand.check_in_message("CheckOut", []));
        assert_eq!(hand.put(&service, "/apple/connect", None, out.clone()).await.status, 400);
        assert_eq!(hand.put(&service, "/apple/checkin", None, out).await.status, 200);
    });
}
