//! Enrolling again: one live profile a device, a confirmed replacement, containment that outlives the enrolment, revocation.

use devices_app::commands::{Order, Ordered};
use devices_app::enrolment::{Revoked, certificates_of, revoke_certificates};
use domain::{CommandId, CommandState, DeviceId, DeviceKind, EnrolmentState, Span};
use kernel::AppError;
use kernel::access::permit;
use store::commands::Command;

use crate::common::Service;
use crate::hand::{Hand, send};

impl Service {
    async fn certificate(&self, profile: &[u8], like: &Hand) -> Option<Hand> {
        Hand::buy(self, profile, &like.serial, &like.udid).await.ok()
    }

    /// Orders what one person may.
    async fn ordered(&self, device: DeviceId, order: Order, reason: &str) -> CommandId {
        match devices_app::commands::order(&self.app, permit(&self.desk).unwrap(), device, order, reason)
            .await
            .unwrap()
        {
            Ordered::Queued(all) => all[0],
            other => panic!("{other:?}"),
        }
    }

    /// An erasure; agreed to by a second person, or waiting for one.
    async fn erasure(&self, device: DeviceId, agreed: bool) -> CommandId {
        let asked = devices_app::commands::order_destruction(
            &self.app,
            permit(&self.desk).unwrap(),
            device,
            Order::Erase,
            "stolen",
        )
        .await;
        let Ordered::NeedsSecond(id) = asked.unwrap() else { panic!("an erasure needs two") };
        if agreed {
            let text = id.to_string();
            let second = self.somebody(&text[text.len() - 8..], kernel::access::Role::Fiso).await;
            self.agree(&second, id).await.unwrap();
        }
        id
    }

    /// Enrols the device anew, as one does that was wiped; gives its hand.
    async fn wiped_and_back(&self, like: &Hand) -> Hand {
        let profile = self.profile_again(&like.serial).await;
        let hand = self.certificate(&profile, like).await.unwrap();
        assert_eq!(hand.authenticate(self).await.status, 200);
        assert_eq!(hand.token_update(self, b"new", None).await.status, 200);
        hand
    }

    /// What waits for the device's present enrolment, as request types in the order of delivery.
    async fn waiting(&self, device: DeviceId) -> Vec<Command> {
        let enrolment = self.device(device).await.enrolment.unwrap();
        let all = self.commands(device).await;
        all.into_iter()
            .filter(|c| c.enrolment == enrolment && c.finished_at.is_none() && c.lane == 0)
            .collect()
    }
}

fn lock() -> Order {
    Order::Lock { message: Some("Call us".into()), phone_number: None }
}

fn lost_mode() -> Order {
    Order::LostMode { message: Some("Police property".into()), phone_number: Some("101".into()) }
}

fn kinds(all: &[Command]) -> Vec<&str> {
    all.iter().map(|command| command.word.as_str()).collect()
}

#[test]
fn a_new_profile_voids_the_former_and_what_it_bought() {
    Service::run_on_both(async |service| {
        let hand = service.bought("PROFILE1", "UDID-1").await;
        let first = service.profile("PROFILE1", true).await;
        assert_eq!(hand.authenticate(&service).await.status, 403, "bought with the profile before that");
        let second = service.profile("PROFILE1", true).await;
        assert!(service.certificate(&first, &hand).await.is_none());
        assert!(service.has_entry("certificate.refused", "challenge-void").await);
        let hand = service.certificate(&second, &hand).await.unwrap();
        assert_eq!(hand.authenticate(&service).await.status, 200);
        // One that is made while the device is between its two messages is void when it finishes.
        let between = service.profile("PROFILE1", true).await;
        assert_eq!(hand.token_update(&service, b"t", None).await.status, 200);
        assert!(service.certificate(&between, &hand).await.is_none());
        assert_eq!(hand.idle(&service).await.status, 200);
    });
}

#[test]
fn enrolling_an_enrolled_device_is_confirmed() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.managed("CONFIRM1").await;
        let plain = devices_app::enrolment::make_enrolment_profile(
            &service.app,
            permit(&service.desk).unwrap(),
            "CONFIRM1",
            true,
        )
        .await;
        let Err(AppError::Conflict(why)) = plain else { panic!("it must be confirmed") };
        assert!(why.contains("--replace") && why.contains("revoked"), "{why}");
        let profile = service.profile_again("CONFIRM1").await;
        assert!(service.has_entry("enrolment.profile.made", "replaces-enrolment").await);
        assert_eq!(hand.idle(&service).await.status, 200, "nothing happens before it is used");
        let enrolment = service.device(id).await.enrolment;
        let again = service.certificate(&profile, &hand).await.unwrap();
        assert_eq!(again.authenticate(&service).await.status, 200);
        assert_eq!(again.token_update(&service, b"t", None).await.status, 200);
        assert_ne!(service.device(id).await.enrolment, enrolment);
        assert_eq!(hand.idle(&service).await.status, 403);
    });
}

/// The management profile was replaced on the device, which then says TokenUpdate and no Authenticate.
#[test]
fn a_device_with_a_new_certificate_is_taken_over_without_authenticate() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.managed("TAKEOVER").await;
        let waits = service.ordered(id, lock(), "lost").await;
        let before = service.device(id).await;
        let again = service.certificate(&service.profile_again("TAKEOVER").await, &hand).await.unwrap();
        // Another device's name under it is nobody's.
        let mut other = again.clone();
        other.udid = "UDID-OTHER".into();
        assert_eq!(other.token_update(&service, b"x", None).await.status, 403);
        assert_eq!(again.token_update(&service, b"new-token", None).await.status, 200);
        assert!(service.has_entry("certificate.adopted", "new-profile").await);
        assert_eq!(service.device(id).await.enrolment, before.enrolment, "the enrolment goes on");
        assert_eq!(hand.idle(&service).await.status, 403, "the former certificate was revoked");
        assert_eq!(again.idle(&service).await.command().unwrap(), ("DeviceLock".into(), waits.to_string()));
    });
}

#[test]
fn a_certificate_bought_before_the_enrolment_takes_nothing_over() {
    Service::run_on_both(async |service| {
        let early = service.bought("EARLY001", "UDID-1").await;
        service.world.clock.advance(Span::from_secs(60));
        let hand = service.certificate(&service.profile("EARLY001", true).await, &early).await.unwrap();
        assert_eq!(hand.authenticate(&service).await.status, 200);
        assert_eq!(hand.token_update(&service, b"t", None).await.status, 200);
        assert_eq!(early.token_update(&service, b"thief", None).await.status, 403);
        assert_eq!(early.authenticate(&service).await.status, 403);
        assert_eq!(hand.idle(&service).await.status, 200);
    });
}

#[test]
fn containment_outlives_an_enrolment_with_its_origin() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.managed("CARRY001").await;
        let locked = service.ordered(id, lock(), "left in a taxi").await;
        let lost = service.ordered(id, lost_mode(), "left in a taxi").await;
        let erased = service.erasure(id, true).await;
        let restart = service.ordered(id, Order::Restart, "test").await;
        let again = service.wiped_and_back(&hand).await;
        let waiting = service.waiting(id).await;
        assert_eq!(kinds(&waiting), ["lock", "lost-mode", "erase"]);
        for command in &waiting {
            assert_eq!(command.asked_by, service.desk.name);
            assert_eq!(command.state, CommandState::Queued);
            assert!(["left in a taxi", "stolen"].contains(&command.reason.as_deref().unwrap()));
        }
        assert!(waiting[1].spec.contains("Police property"), "what its screen is to say");
        let all = service.commands(id).await;
        let former = |id: CommandId| all.iter().find(|command| command.id == id).unwrap();
        for id in [locked, lost, erased] {
            assert!(former(id).error.as_deref().unwrap().contains("queued again"));
        }
        assert_eq!(former(restart).state, CommandState::Cancelled);
        assert!(
            service.ledger_actions().await.iter().any(|(action, _)| action == "containment.carried-over")
        );
        assert_eq!(again.drain(&service).await[..3], ["DeviceLock", "EnableLostMode", "EraseDevice"]);
    });
}

#[test]
fn lost_mode_in_force_is_put_on_again_and_one_that_was_taken_back_is_not() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.managed("CARRY002").await;
        service.ordered(id, lost_mode(), "lost").await;
        assert!(hand.drain(&service).await.contains(&"EnableLostMode".to_owned()));
        let hand = service.wiped_and_back(&hand).await;
        assert_eq!(kinds(&service.waiting(id).await), ["lost-mode"]);
        // Found: the last word counts, whether the device has heard it or not.
        hand.drain(&service).await;
        service.ordered(id, Order::LostModeOff, "found").await;
        let hand = service.wiped_and_back(&hand).await;
        assert_eq!(kinds(&service.waiting(id).await), ["lost-mode-off"]);
        hand.drain(&service).await;
        service.wiped_and_back(&hand).await;
        assert_eq!(kinds(&service.waiting(id).await), Vec::<&str>::new());
    });
}

#[test]
fn an_erasure_goes_on_only_as_two_people_wanted_it() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.managed("CARRY003").await;
        service.erasure(id, false).await;
        let hand = service.wiped_and_back(&hand).await;
        assert_eq!(kinds(&service.waiting(id).await), Vec::<&str>::new(), "nobody had agreed to it");
        // One that the device was given may be why it comes back.
        let given = service.erasure(id, true).await;
        assert_eq!(hand.idle(&service).await.command().unwrap().1, given.to_string());
        let hand = service.wiped_and_back(&hand).await;
        assert_eq!(kinds(&service.waiting(id).await), Vec::<&str>::new());
        // A legal hold stops it.
        service.erasure(id, true).await;
        let hold = devices_app::holds::NewHold { reference: "PSD/1".into(), why: "inquiry".into() };
        devices_app::holds::place_hold(&service.app, permit(&service.desk).unwrap(), id, hold).await.unwrap();
        service.wiped_and_back(&hand).await;
        assert_eq!(kinds(&service.waiting(id).await), Vec::<&str>::new());
    });
}

/// Whoever takes the management profile off and puts it on again does not shake off a lock.
#[test]
fn what_waited_when_a_device_left_goes_out_when_it_is_back() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.managed("CARRY004").await;
        service.ordered(id, lock(), "lost").await;
        service.erasure(id, true).await;
        assert_eq!(hand.check_in(&service, "CheckOut", []).await.status, 200);
        assert_eq!(service.device(id).await.enrolment_state, EnrolmentState::None);
        let profile = service.profile("CARRY004", true).await;
        let hand = service.certificate(&profile, &hand).await.unwrap();
        assert_eq!(hand.authenticate(&service).await.status, 200);
        assert_eq!(hand.token_update(&service, b"t", None).await.status, 200);
        assert_eq!(kinds(&service.waiting(id).await), ["lock"], "an erasure is asked for anew");
    });
}

/// The PIN of a Mac's lock is sealed for its enrolment, and is the same after it.
#[test]
fn a_mac_s_lock_keeps_its_pin() {
    Service::run_on_both(async |service| {
        let holder = service.person("100", true).await;
        let id = service.register("MACLOCK1", DeviceKind::Mac, Some(holder)).await;
        let like =
            Hand::buy(&service, &service.profile("MACLOCK1", true).await, "MACLOCK1", "U1").await.unwrap();
        assert_eq!(like.authenticate(&service).await.status, 200);
        assert_eq!(like.token_update(&service, b"t", None).await.status, 200);
        let ordered = service.ordered(id, lock(), "lost").await;
        let desk = || permit(&service.desk).unwrap();
        let (_, before) =
            overview_app::sensitive::read_pin(&service.app, desk(), ordered, "to compare").await.unwrap();
        service.wiped_and_back(&like).await;
        let waiting = service.waiting(id).await;
        let (_, after) = overview_app::sensitive::read_pin(&service.app, desk(), waiting[0].id, "to compare")
            .await
            .unwrap();
        assert_eq!(before.expose(), after.expose());
    });
}

#[test]
fn a_revoked_device_is_refused_until_it_enrols_again() {
    Service::run_on_both(async |service| {
        let (id, hand) = service.managed("REVOKED1").await;
        let unused = service.profile_again("REVOKED1").await;
        let waits = service.ordered(id, lock(), "lost").await;
        let desk = || permit(&service.desk).unwrap();
        assert!(revoke_certificates(&service.app, permit(&service.desk).unwrap(), id, " ").await.is_err());
        let revoked =
            revoke_certificates(&service.app, permit(&service.desk).unwrap(), id, "key on a stick").await;
        assert_eq!(revoked.unwrap(), Revoked::Done(1));
        let nothing = revoke_certificates(&service.app, permit(&service.desk).unwrap(), id, "again").await;
        assert!(matches!(nothing, Err(AppError::Conflict(_))));
        let actions = service.ledger_actions().await;
        assert_eq!(actions.iter().filter(|(action, _)| action == "certificate.revoked").count(), 1);

        assert_eq!(hand.idle(&service).await.status, 403, "the next message");
        assert_eq!(hand.token_update(&service, b"x", None).await.status, 403);
        assert!(service.certificate(&unused, &hand).await.is_none(), "a profile that waited is void");
        let list = send(service.link.client.get(format!("{}/device-ca.crl", service.address))).await;
        let (_, shown) = certificates_of(&service.app, desk(), id).await.unwrap();
        assert!(shown[0].in_use && shown[0].revoked.as_ref().unwrap().1 == "key on a stick");
        let serial: Vec<u8> = (0..shown[0].serial.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&shown[0].serial[at..at + 2], 16).unwrap())
            .collect();
        assert!(list.body.windows(serial.len()).any(|window| window == serial), "the list names it");

        // It comes back with a new profile, and what waited goes out.
        let profile = service.profile_again("REVOKED1").await;
        let again = service.certificate(&profile, &hand).await.unwrap();
        assert_eq!(again.token_update(&service, b"t", None).await.status, 200);
        assert_eq!(again.idle(&service).await.command().unwrap().1, waits.to_string());
    });
}

#[test]
fn a_device_that_speaks_too_often_is_told_when_to_come_again() {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let options = gateway::Options {
            device_messages_a_minute: std::num::NonZeroU32::new(60),
            ..gateway::Options::default()
        };
        let service = Service::start(&scratch.config, options).await;
        let (id, hand) = service.managed("OFTEN001").await;
        hand.drain(&service).await;
        service.world.clock.advance(Span::from_secs(60));
        for _ in 0..60 {
            assert_eq!(hand.idle(&service).await.status, 200);
        }
        let body = crate::hand::xml(crate::hand::dict([
            ("Status", "Idle".into()),
            ("UDID", hand.udid.as_str().into()),
        ]));
        let request = service.link.client.put(format!("{}/apple/mdm", service.address));
        let request = request.header("Mdm-Signature", hand.signature(&body, &service)).body(body);
        let refused = request.send().await.unwrap();
        assert_eq!(refused.status().as_u16(), 429);
        assert_eq!(refused.headers()["Retry-After"], "2");
        // An order that was given meanwhile is delivered within a second or two.
        service.ordered(id, lock(), "lost").await;
        service.world.clock.advance(Span::from_secs(2));
        assert_eq!(hand.idle(&service).await.command().unwrap().0, "DeviceLock");
    });
}
