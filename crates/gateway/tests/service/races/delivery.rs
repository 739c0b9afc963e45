//! What is handed to a device, against everything that stops it.

use devices_app::commands::Order;
use devices_app::enrolment::{Proof, Sender};
use devices_app::holds::NewHold;
use domain::{CommandId, CommandState};
use kernel::access::permit;
use protocol_apple::checkin;
use store::certificates::Certificate;

use super::{Ring, both, race};
use crate::hand::xml;

const LOCK: Order = Order::Lock { message: None, phone_number: None };
const ERASE: Order = Order::Erase;
const RESTART: Order = Order::Restart;

fn hold(round: usize) -> NewHold {
    NewHold { reference: format!("R-{round}"), why: "an investigation".into() }
}

#[test]
fn what_is_taken_back_is_never_handed_over() {
    race("take back against Idle", async |ring| {
        let (_, to, _) = ring.phone("RACE0001").await;
        for round in 0..ring.rounds {
            let id = ring.put(&to, &LOCK, CommandState::Queued).await;
            let (node, other, of) = (ring.service.app.clone(), ring.other.clone(), to.clone());
            let desk = permit(&ring.service.desk).unwrap();
            let (taken_back, handed) = both(
                round,
                async move { devices_app::commands::take_back(&node, desk, id).await },
                async move { devices_app::commands::hand_over(&other, of).await },
            )
            .await;
            let handed = Ring::is(handed.unwrap(), id);
            let state = ring.command(id).await.state;
            if taken_back.is_ok() {
                ring.note("taken back");
                assert!(!handed, "round {round}: taken back and handed over");
                assert_eq!(state, CommandState::Cancelled);
                assert!(!ring.gets(&to, id).await, "round {round}");
            } else {
                ring.note("handed over");
                assert!(handed, "round {round}: neither");
                assert_eq!(state, CommandState::Delivered);
                ring.done(&to, id).await;
            }
        }
    });
}

#[test]
fn once_a_hold_is_placed_no_erasure_is_handed_over() {
    race("hold against Idle", async |ring| {
        let (device, to, _) = ring.phone("RACE0002").await;
        for round in 0..ring.rounds {
            let id = ring.put(&to, &ERASE, CommandState::Queued).await;
            let (node, other, of) = (ring.service.app.clone(), ring.other.clone(), to.clone());
            let desk = permit(&ring.service.desk).unwrap();
            let (placed, handed) = both(
                round,
                async move { devices_app::holds::place_hold(&node, desk, device, hold(round)).await },
                async move { devices_app::commands::hand_over(&other, of).await },
            )
            .await;
            placed.unwrap();
            let (handed, command) = (Ring::is(handed.unwrap(), id), ring.command(id).await);
            let wanted = if handed { CommandState::Uncertain } else { CommandState::Cancelled };
            ring.note(if handed { "handed over before" } else { "held" });
            assert_eq!((command.state, command.deliveries), (wanted, i64::from(handed)), "round {round}");
            assert!(!ring.gets(&to, id).await, "round {round}: handed over once more after the hold");
            ring.end_hold(device).await;
        }
    });
}

impl Ring {
    async fn end_hold(&self, device: domain::DeviceId) {
        let holds =
            self.service.app.store().read(move |tx| store::holds::of_device(tx, device)).await.unwrap();
        let standing = holds.into_iter().find(|hold| hold.ended.is_none()).unwrap();
        devices_app::holds::end_hold(
            &self.service.app,
            permit(&self.service.desk).unwrap(),
            standing.id,
            "over",
        )
        .await
        .unwrap();
    }
}

#[test]
fn a_hold_and_an_approval_leave_nothing_to_hand_over() {
    race("hold against approve", async |ring| {
        let (device, to, _) = ring.phone("RACE0004").await;
        let second = ring.second("S1").await;
        for round in 0..ring.rounds {
            let id = ring.put(&to, &ERASE, CommandState::Asked).await;
            let (node, other) = (ring.service.app.clone(), ring.other.clone());
            let (desk, agree) = (permit(&ring.service.desk).unwrap(), permit(&second).unwrap());
            let (placed, approved) = both(
                round,
                async move { devices_app::holds::place_hold(&node, desk, device, hold(round)).await },
                async move { devices_app::commands::approve(&other, agree, id, "agreed").await },
            )
            .await;
            placed.unwrap();
            ring.note(if approved.is_ok() { "approved before" } else { "held" });
            assert_eq!(ring.command(id).await.state, CommandState::Cancelled, "round {round}");
            assert!(!ring.gets(&to, id).await, "round {round}");
            ring.end_hold(device).await;
        }
    });
}

#[test]
fn an_approval_never_revives_what_is_taken_back() {
    race("approve against take back", async |ring| {
        let (_, to, _) = ring.phone("RACE0005").await;
        let second = ring.second("S1").await;
        for round in 0..ring.rounds {
            let id = ring.put(&to, &ERASE, CommandState::Asked).await;
            let (node, other) = (ring.service.app.clone(), ring.other.clone());
            let (desk, agree) = (permit(&ring.service.desk).unwrap(), permit(&second).unwrap());
            let (taken_back, approved) = both(
                round,
                async move { devices_app::commands::take_back(&node, desk, id).await },
                async move { devices_app::commands::approve(&other, agree, id, "agreed").await },
            )
            .await;
            taken_back.unwrap();
            ring.note(if approved.is_ok() { "approved before" } else { "taken back before" });
            assert_eq!(ring.command(id).await.state, CommandState::Cancelled, "round {round}");
            assert!(!ring.gets(&to, id).await, "round {round}");
        }
    });
}

#[test]
fn of_two_who_agree_one_does() {
    race("approve against approve", async |ring| {
        let (_, to, _) = ring.phone("RACE0006").await;
        let (second, third) = (ring.second("S1").await, ring.second("S2").await);
        for round in 0..ring.rounds {
            let id = ring.put(&to, &ERASE, CommandState::Asked).await;
            let (node, other) = (ring.service.app.clone(), ring.other.clone());
            let (one, two) = (permit(&second).unwrap(), permit(&third).unwrap());
            let (first, again) = both(
                round,
                async move { devices_app::commands::approve(&node, one, id, "agreed").await },
                async move { devices_app::commands::approve(&other, two, id, "agreed").await },
            )
            .await;
            assert_ne!(first.is_ok(), again.is_ok(), "round {round}");
            ring.note(if first.is_ok() { "the first" } else { "the second" });
            ring.done(&to, id).await;
        }
    });
}

#[test]
fn a_former_enrolment_is_handed_nothing_more() {
    race("enrol again against Idle", async |ring| {
        let (device, mut to, hand) = ring.phone("RACE0007").await;
        for round in 0..ring.rounds {
            let id = ring.put(&to, &RESTART, CommandState::Queued).await;
            let sender = ring.certificate(device, round).await;
            let message =
                hand.check_in_message("Authenticate", [("SerialNumber", hand.serial.as_str().into())]);
            let said = xml(message);
            let message = platform_apple::check_in(&checkin::decode(&said, 100_000).unwrap());
            let (node, other, of) = (ring.service.app.clone(), ring.other.clone(), to.clone());
            let from = sender.clone();
            let (enrolled, handed) = both(
                round,
                async move { devices_app::enrolment::check_in(&node, from, message, said.into()).await },
                async move { devices_app::commands::hand_over(&other, of).await },
            )
            .await;
            assert!(matches!(enrolled.unwrap(), devices_app::enrolment::CheckInReply::Done), "round {round}");
            let (handed, state) = (Ring::is(handed.unwrap(), id), ring.command(id).await.state);
            let wanted = if handed { CommandState::Uncertain } else { CommandState::Cancelled };
            assert_eq!(state, wanted, "round {round}");
            ring.note(if handed { "handed over before" } else { "ended" });
            assert!(!ring.gets(&to, id).await, "round {round}");
            let enrolment = ring.service.device(device).await.enrolment.unwrap();
            assert_ne!(enrolment, to.enrolment);
            to.enrolment = enrolment;
        }
    });
}

impl Ring {
    /// Another certificate of a device, as if it had been bought with a new profile.
    async fn certificate(&self, device: domain::DeviceId, round: usize) -> Sender {
        let (now, sha256) = (self.service.world.now(), format!("{round:064x}"));
        let row = Certificate {
            serial: sha256.clone(),
            device,
            issued_at: now,
            not_after: now.plus(domain::Span::from_secs(1_000_000)),
            renewed_from: None,
            revoked_at: None,
            sha256: sha256.clone(),
        };
        self.service.app.store().write(move |tx| store::certificates::add(tx, &row)).await.unwrap();
        Sender { certificate: sha256, proof: Proof::Proxy }
    }
}

#[test]
fn an_enrolment_that_ended_is_not_finished_by_a_late_message() {
    race("enrol again against TokenUpdate", async |ring| {
        let (device, _, hand) = ring.phone("RACE0008").await;
        let mut former = ring.certificate(device, 1_000_000).await;
        let begin = |hand: &crate::hand::Hand| {
            let said =
                xml(hand.check_in_message("Authenticate", [("SerialNumber", hand.serial.as_str().into())]));
            (platform_apple::check_in(&checkin::decode(&said, 100_000).unwrap()), bytes::Bytes::from(said))
        };
        let finish = || {
            let token = plist::Value::Data(b"token".to_vec());
            let said =
                xml(hand.check_in_message("TokenUpdate", [("Token", token), ("PushMagic", "magic".into())]));
            (platform_apple::check_in(&checkin::decode(&said, 100_000).unwrap()), bytes::Bytes::from(said))
        };
        let (message, raw) = begin(&hand);
        devices_app::enrolment::check_in(&ring.service.app, former.clone(), message, raw).await.unwrap();
        for round in 0..ring.rounds {
            let new = ring.certificate(device, round).await;
            let ((message, raw), (update, update_raw)) = (begin(&hand), finish());
            let (node, other, sender) = (ring.service.app.clone(), ring.other.clone(), new.clone());
            let (began, finished) = both(
                round,
                async move { devices_app::enrolment::check_in(&node, sender, message, raw).await },
                async move { devices_app::enrolment::check_in(&other, former, update, update_raw).await },
            )
            .await;
            began.unwrap();
            let in_time = matches!(finished.unwrap(), devices_app::enrolment::CheckInReply::Done);
            ring.note(if in_time { "finished before" } else { "ended" });
            let found = ring.service.device(device).await;
            assert_eq!(found.enrolment_state, domain::EnrolmentState::Authenticated, "round {round}");
            let (certificate, id) = (new.certificate.clone(), found.enrolment.unwrap());
            let bound = ring.service.app.store().read(move |tx| store::enrolments::by_id(tx, id)).await;
            assert_eq!(bound.unwrap().unwrap().certificate, certificate, "round {round}");
            former = new;
        }
    });
}

async fn answer(
    ring: &Ring,
    hand: &crate::hand::Hand,
    id: CommandId,
) -> impl Future<Output = ()> + Send + 'static {
    let (report, raw) = ring.report(hand, "Acknowledged", id);
    let (node, certificate) = (ring.service.app.clone(), hand.certificate.sha256_hex());
    async move {
        devices_app::commands::take_answer(&node, certificate, platform_apple::answer(report), raw)
            .await
            .unwrap()
            .unwrap();
    }
}

#[test]
fn what_is_answered_is_never_handed_over_again() {
    race("answer against Idle", async |ring| {
        let (_, to, hand) = ring.phone("RACE0009").await;
        for round in 0..ring.rounds {
            let id = ring.put(&to, &LOCK, CommandState::Queued).await;
            assert!(ring.gets(&to, id).await);
            let (other, of) = (ring.other.clone(), to.clone());
            let ((), handed) = both(round, answer(ring, &hand, id).await, async move {
                devices_app::commands::hand_over(&other, of).await
            })
            .await;
            let again = Ring::is(handed.unwrap(), id);
            ring.note(if again { "handed over again before" } else { "answered" });
            assert_eq!(ring.command(id).await.state, CommandState::Acknowledged, "round {round}");
            assert!(!ring.gets(&to, id).await, "round {round}");
        }
    });
}

#[test]
fn what_is_put_by_is_either_answered_or_taken_back() {
    race("answer against take back", async |ring| {
        let (_, to, hand) = ring.phone("RACE0010").await;
        for round in 0..ring.rounds {
            let id = ring.put(&to, &LOCK, CommandState::Queued).await;
            assert!(ring.gets(&to, id).await);
            let (report, raw) = ring.report(&hand, "NotNow", id);
            let certificate = hand.certificate.sha256_hex();
            devices_app::commands::take_answer(
                &ring.service.app,
                certificate,
                platform_apple::answer(report),
                raw,
            )
            .await
            .unwrap()
            .unwrap();
            let (other, desk) = (ring.other.clone(), permit(&ring.service.desk).unwrap());
            let ((), taken_back) = both(round, answer(ring, &hand, id).await, async move {
                devices_app::commands::take_back(&other, desk, id).await
            })
            .await;
            let (wanted, word) = match taken_back {
                Ok(_) => (CommandState::Cancelled, "taken back"),
                Err(_) => (CommandState::Acknowledged, "answered"),
            };
            ring.note(word);
            assert_eq!(ring.command(id).await.state, wanted, "round {round}");
        }
    });
}
