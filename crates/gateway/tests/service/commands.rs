//! The command loop: what is handed over, in which order, how often, and what an answer does.

use devices_app::commands::Order;
use devices_app::holds::NewHold;
use devices_sim::{Model, Temper};
use domain::{CommandState, DeviceId, Span};
use kernel::access::{Role, permit};
use plist::Value;

use crate::common::Service;
use crate::hand::{Hand, dict};

impl Service {
    /// A phone by hand whose first settings and questions are answered: nothing waits for it.
    async fn quiet(&self, serial: &str) -> (DeviceId, Hand) {
        let (id, hand) = self.managed(serial).await;
        for _ in 0..3 {
            self.pass(10).await;
            hand.drain(self).await;
        }
        assert_eq!(hand.idle(self).await.command(), None);
        (id, hand)
    }

    async fn order(&self, device: DeviceId, order: Order) {
        devices_app::commands::order(&self.app, permit(&self.desk).unwrap(), device, order, "test")
            .await
            .unwrap();
    }

    async fn state(&self, device: DeviceId, kind: &str) -> CommandState {
        self.commands(device).await.into_iter().rfind(|command| command.word == kind).unwrap().state
    }
}

const LOCK: Order = Order::Lock { message: None, phone_number: None };

#[test]
fn first_in_first_out_but_containment_goes_first() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.quiet("FIFO0001").await;
        service.order(id, Order::Restart).await;
        service.order(id, Order::Refresh).await;
        service.order(id, Order::ShutDown).await;
        service.order(id, Order::LostMode { message: Some("Found?".into()), phone_number: None }).await;
        service.order(id, LOCK).await;
        let wanted = [
            "EnableLostMode",
            "DeviceLock",
            "RestartDevice",
            "DeviceInformation",
            "SecurityInfo",
            "ProfileList",
            "Restrictions",
            "InstalledApplicationList",
            "CertificateList",
            "ShutDownDevice",
        ];
        assert_eq!(hand.drain(&service).await, wanted);
        assert_eq!(hand.idle(&service).await.command(), None);
    });
}

#[test]
fn what_is_put_by_is_offered_on_the_next_connection_and_not_before() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.quiet("NOTNOW01").await;
        service.order(id, Order::Restart).await;
        service.order(id, Order::ShutDown).await;
        let (kind, restart) = hand.idle(&service).await.command().unwrap();
        assert_eq!(kind, "RestartDevice");
        let (kind, shut_down) = hand.report(&service, "NotNow", Some(&restart), []).await.command().unwrap();
        assert_eq!(kind, "ShutDownDevice", "the others are offered in the same connection");
        assert_eq!(
            hand.report(&service, "NotNow", Some(&shut_down), []).await.command(),
            None,
            "no spinning"
        );
        assert_eq!(service.state(id, "restart").await, CommandState::NotNow);
        assert_eq!(hand.drain(&service).await, ["RestartDevice", "ShutDownDevice"]);
        assert_eq!(service.state(id, "restart").await, CommandState::Acknowledged);
        // "Not now" to what is done already changes nothing.
        hand.report(&service, "NotNow", Some(&restart), []).await;
        assert_eq!(service.state(id, "restart").await, CommandState::Acknowledged);
    });
}

#[test]
fn a_status_that_nobody_knows_does_not_go_round_in_circles() {
    Service::run(async |service| {
        let (id, hand) = service.quiet("ODDWORD1").await;
        service.order(id, Order::Restart).await;
        let (_, command) = hand.idle(&service).await.command().unwrap();
        assert_eq!(hand.report(&service, "Perhaps", Some(&command), []).await.command(), None);
        assert_eq!(hand.idle(&service).await.command().unwrap().1, command, "neither done nor failed");
    });
}

#[test]
fn an_erasure_that_the_device_has_when_a_hold_is_placed_is_not_sent_again_and_may_be_answered() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.quiet("HELD0001").await;
        let desk = permit(&service.desk).unwrap();
        devices_app::commands::order_destruction(&service.app, desk, id, Order::Erase, "stolen")
            .await
            .unwrap();
        let second = service.somebody("2002", Role::Fiso).await;
        let asked = service.commands(id).await.pop().unwrap().id;
        service.agree(&second, asked).await.unwrap();
        let (kind, command) = hand.idle(&service).await.command().unwrap();
        assert_eq!(kind, "EraseDevice");
        let hold = NewHold { reference: "R-1".into(), why: "an investigation".into() };
        devices_app::holds::place_hold(&service.app, permit(&service.desk).unwrap(), id, hold).await.unwrap();
        assert_eq!(service.state(id, "erase").await, CommandState::Uncertain);
        assert_eq!(hand.idle(&service).await.command(), None, "it is not handed over once more");
        hand.report(&service, "Acknowledged", Some(&command), []).await;
        assert_eq!(
            service.state(id, "erase").await,
            CommandState::Acknowledged,
            "what became of it is known"
        );
    });
}

#[test]
fn an_answer_that_comes_twice_is_stored_once() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.quiet("DOUBLE01").await;
        service.order(id, Order::Restart).await;
        let (_, command) = hand.idle(&service).await.command().unwrap();
        let answers = async || {
            let actions = service.ledger_actions().await;
            actions.iter().filter(|(action, _)| action == "command.answered").count()
        };
        let before = answers().await;
        let first = hand.report(&service, "Acknowledged", Some(&command), []).await;
        let again = hand.report(&service, "Acknowledged", Some(&command), []).await;
        assert_eq!(first, again);
        let changed = hand.report(&service, "Error", Some(&command), []).await;
        assert_eq!(changed.status, 200);
        assert_eq!(answers().await, before + 1);
        assert_eq!(service.state(id, "restart").await, CommandState::Acknowledged, "the first answer stands");
    });
}

#[test]
fn an_answer_to_what_we_never_asked_changes_nothing() {
    Service::run(async |service| {
        let (id, hand) = service.quiet("UNKNOWN1").await;
        let (_, other) = service.managed("OTHER001").await;
        service.pass(10).await;
        let (_, of_other) = other.idle(&service).await.command().unwrap();
        let before = service.commands(id).await;
        for odd in ["not-a-uuid", "6c7cbe1a-0000-7000-8000-000000000000", &of_other] {
            let answer = hand.report(&service, "Acknowledged", Some(odd), []).await;
            assert_eq!((answer.status, answer.body.len()), (200, 0), "{odd}");
        }
        assert_eq!(hand.report(&service, "Acknowledged", None, []).await.status, 200);
        assert_eq!(service.commands(id).await, before);
        assert_eq!(
            other.idle(&service).await.command().unwrap().1,
            of_other,
            "another's answer does not end it"
        );
    });
}

#[test]
fn failures_are_final_and_say_why() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.quiet("FAILS001").await;
        service.order(id, Order::Restart).await;
        service.order(id, Order::ShutDown).await;
        let (_, restart) = hand.idle(&service).await.command().unwrap();
        let link = |code: i64, words: &str| {
            Value::Dictionary(dict([
                ("ErrorCode", code.into()),
                ("ErrorDomain", "MCMDMErrorDomain".into()),
                ("USEnglishDescription", words.into()),
            ]))
        };
        let chain = Value::Array(vec![link(12_064, "Not supervised."), link(7, "Deeper.")]);
        let next = hand.report(&service, "Error", Some(&restart), [("ErrorChain", chain)]).await;
        let (_, shut_down) = next.command().unwrap();
        assert_eq!(hand.report(&service, "CommandFormatError", Some(&shut_down), []).await.command(), None);
        assert_eq!(hand.idle(&service).await.command(), None, "neither is sent again");
        let all = service.commands(id).await;
        let [.., failed, misread] = all.as_slice() else { panic!("two commands") };
        assert_eq!(failed.state, CommandState::Failed);
        let why = failed.error.as_deref().unwrap();
        assert!(why.contains("12064") && why.contains("Deeper."), "{why}");
        assert_eq!(misread.state, CommandState::FormatError);
        assert!(service.has_entry("command.answered", "format-error").await);
    });
}

#[test]
fn a_command_without_an_answer_is_handed_over_again() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.quiet("LOST0001").await;
        service.order(id, Order::Restart).await;
        let first = hand.idle(&service).await.command().unwrap();
        service.pass(3600).await;
        assert_eq!(hand.idle(&service).await.command().unwrap(), first, "under the same id");
        let command = service.commands(id).await.into_iter().rfind(|c| c.word == "restart").unwrap();
        assert_eq!((command.state, command.deliveries), (CommandState::Delivered, 2));
        assert!(command.finished_at.is_none(), "delivered never reads as done");
    });
}

#[test]
fn a_late_answer_of_an_ended_enrolment_is_refused() {
    Service::run(async |service| {
        let (id, hand) = service.quiet("LATE0001").await;
        service.order(id, Order::Restart).await;
        let (_, command) = hand.idle(&service).await.command().unwrap();
        hand.check_in(&service, "CheckOut", []).await;
        assert_eq!(hand.report(&service, "Acknowledged", Some(&command), []).await.status, 403);
        assert_eq!(service.state(id, "restart").await, CommandState::Uncertain);
    });
}

#[test]
fn an_order_is_taken_back_while_the_device_does_not_have_it() {
    Service::run(async |service| {
        let (id, hand) = service.quiet("BACK0001").await;
        let take_back = async || {
            let command = service.commands(id).await.pop().unwrap().id;
            devices_app::commands::take_back(&service.app, permit(&service.desk).unwrap(), command).await
        };
        service.order(id, Order::Restart).await;
        take_back().await.unwrap();
        assert!(take_back().await.is_err(), "once");
        assert_eq!(hand.idle(&service).await.command(), None);

        service.order(id, Order::Restart).await;
        let (_, command) = hand.idle(&service).await.command().unwrap();
        assert!(take_back().await.is_err(), "the device has it");
        hand.report(&service, "NotNow", Some(&command), []).await;
        take_back().await.unwrap();
        assert_eq!(hand.idle(&service).await.command(), None);
        assert_eq!(service.state(id, "restart").await, CommandState::Cancelled);
    });
}

#[test]
fn asking_again_and_again_queues_each_question_once() {
    Service::run(async |service| {
        let (id, hand) = service.quiet("REFRESH1").await;
        for _ in 0..10 {
            service.order(id, Order::Refresh).await;
        }
        service.pass(3 * 24 * 3600).await;
        let waiting = hand.drain(&service).await;
        let mut once = waiting.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), waiting.len(), "{waiting:?}");
    });
}

/// A phone that acknowledges every profile and then lists none of them: it is asked again, but not without pause.
#[test]
fn a_device_that_lies_about_its_profiles_causes_no_storm() {
    Service::run(async |service| {
        let (id, hand) = service.managed("LIAR0001").await;
        let mut sent = 0;
        for _ in 0..30 {
            service.pass(60).await;
            let mut answer = hand.idle(&service).await;
            while let Some((kind, command)) = answer.command() {
                sent += 1;
                answer = if kind == "ProfileList" {
                    let none = ("ProfileList", Value::Array(Vec::new()));
                    hand.report(&service, "Acknowledged", Some(&command), [none]).await
                } else {
                    hand.report(&service, "Acknowledged", Some(&command), []).await
                };
            }
        }
        let wanted = service.app.policy().profiles(domain::Platform::Ios).len();
        let installs = async || {
            let all = service.commands(id).await;
            all.iter().filter(|command| command.word == "install-settings").count()
        };
        assert_eq!(installs().await, wanted, "once in half an hour; {sent} commands in all");
        service.pass(3600).await;
        assert_eq!(installs().await, 2 * wanted, "and then again");
    });
}

#[test]
fn a_waiting_device_is_let_go_on_when_its_profiles_are_in() {
    Service::run(async |service| {
        let hand = service.bought("AWAITS01", "U1").await;
        hand.authenticate(&service).await;
        let more = [
            ("Token", Value::Data(vec![1])),
            ("PushMagic", "m".into()),
            ("AwaitingConfiguration", true.into()),
        ];
        hand.check_in(&service, "TokenUpdate", more).await;
        service.world.clock.advance(Span::from_millis(1));
        while overview_app::work::run_jobs(&service.app, 50).await.unwrap() > 0 {}
        let seen = hand.drain(&service).await;
        assert_eq!(seen.last().map(String::as_str), Some("DeviceConfigured"), "{seen:?}");
        assert!(seen[..seen.len() - 1].iter().all(|kind| kind == "InstallProfile"), "{seen:?}");
        service.pass(24 * 3600).await;
        assert!(!hand.drain(&service).await.contains(&"DeviceConfigured".to_owned()), "once");
    });
}

#[test]
fn a_device_that_says_not_now_to_one_in_three_gets_there() {
    Service::run(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "SLOW0001", Temper::NotNow).await;
        for _ in 0..4 {
            service.settle(&mut phone).await;
        }
        let all = service.commands(id).await;
        let open: Vec<_> = all.iter().filter(|command| command.finished_at.is_none()).collect();
        assert!(open.len() < 4, "{open:?}");
        assert_eq!(service.outcome(id, "MDU-6.2a").await, "met ");
    });
}
