//! Hand-overs and cases that two people bring to their end at the same moment.

use cases_app::Moved;
use custody_app::{How, NewHandover, NewItem, NewPlace, Signed, Signing};
use domain::{
    CaseId, Condition, DeviceId, DeviceKind, HandoverId, HandoverKind, IdentityCheck, PersonId, PlaceId,
    PlaceKind, Side, StepId,
};
use kernel::access::{Voice, permit};
use kernel::{App, Work};
use store::case_steps::Step;
use store::cases::Case;

use super::{Ring, both, race};

impl Ring {
    async fn store_room(&self) -> PlaceId {
        let new = NewPlace {
            force: Some(domain::samples::NORFOLK),
            kind: Some(PlaceKind::Store),
            name: "Store".into(),
            approved_by: String::new(),
        };
        custody_app::add_place(&self.service.app, permit(&self.service.desk).unwrap(), new).await.unwrap()
    }

    async fn draft(&self, device: DeviceId, place: PlaceId, issue: bool) -> HandoverId {
        let new = new(device, place, issue);
        custody_app::draft_handover(&self.service.app, permit(&self.service.desk).unwrap(), new)
            .await
            .unwrap()
    }

    async fn shown(&self, id: HandoverId) -> String {
        custody_app::read::handover(&self.service.app, permit(&self.service.desk).unwrap(), id)
            .await
            .unwrap()
            .digest
    }
}

/// A hand-over that gives the device to its holder, or takes it back.
fn new(device: DeviceId, place: PlaceId, issue: bool) -> NewHandover {
    NewHandover {
        kind: if issue { HandoverKind::Issue } else { HandoverKind::Return },
        items: vec![NewItem {
            device,
            condition: Condition::Good,
            with_it: String::new(),
            missing: String::new(),
            note: String::new(),
        }],
        also: Vec::new(),
        receiver: if issue { "KEEPER".into() } else { String::new() },
        place: Some(place),
        due_back_at: None,
        disposal: None,
        certificate: String::new(),
        note: String::new(),
    }
}

/// Somebody at the counter, whose pass was looked at.
fn counter() -> How {
    How::Counter { check: IdentityCheck::StaffPass, name: "Person KEEPER".into() }
}

#[test]
fn a_hand_over_that_both_sides_sign_at_once_is_completed_once() {
    race("sign against sign", async |ring| {
        ring.service.person("KEEPER", true).await;
        let device = ring.service.register("RACE0012", DeviceKind::Iphone, None).await;
        let place = ring.store_room().await;
        for round in 0..ring.rounds {
            let issue = round.is_multiple_of(2);
            let id = ring.draft(device, place, issue).await;
            let (person, room) =
                if issue { (Side::Receiver, Side::Giver) } else { (Side::Giver, Side::Receiver) };
            let shown = ring.shown(id).await;
            let (one, two, also) = (ring.service.app.clone(), ring.other.clone(), shown.clone());
            let (first, second) = (permit(&ring.service.desk).unwrap(), permit(&ring.service.desk).unwrap());
            let (a, b) = both(
                round,
                async move {
                    let own = Signing { side: room, shown: &shown, how: How::OwnSignIn };
                    custody_app::sign_at_desk(&one, first, id, own).await
                },
                async move {
                    let theirs = Signing { side: person, shown: &also, how: counter() };
                    custody_app::sign_at_desk(&two, second, id, theirs).await
                },
            )
            .await;
            let (a, b) = (a.unwrap(), b.unwrap());
            assert_ne!(a == Signed::Complete, b == Signed::Complete, "round {round}: {a:?} {b:?}");
            ring.note(if a == Signed::Complete { "the person first" } else { "the store first" });
            let holder = ring.service.device(device).await.holder;
            assert_eq!(holder.is_some(), issue, "round {round}");
        }
        let actions = ring.service.ledger_actions().await;
        assert_eq!(actions.iter().filter(|(action, _)| action == "custody.completed").count(), ring.rounds);
        assert_eq!(actions.iter().filter(|(action, _)| action == "custody.signed").count(), ring.rounds);
    });
}

#[test]
fn a_side_is_signed_once_and_a_draft_has_one_end() {
    race("sign against sign of one side, sign against withdraw", async |ring| {
        ring.service.person("KEEPER", true).await;
        let device = ring.service.register("RACE0013", DeviceKind::Iphone, None).await;
        let place = ring.store_room().await;
        for round in 0..ring.rounds {
            let id = ring.draft(device, place, true).await;
            let shown = ring.shown(id).await;
            let (one, two, also) = (ring.service.app.clone(), ring.other.clone(), shown.clone());
            let (first, second) = (permit(&ring.service.desk).unwrap(), permit(&ring.service.desk).unwrap());
            let ours = async move {
                let signing = Signing { side: Side::Receiver, shown: &shown, how: counter() };
                custody_app::sign_at_desk(&one, first, id, signing).await
            };
            let signed = if round % 4 < 2 {
                let again = async move {
                    let signing = Signing { side: Side::Receiver, shown: &also, how: counter() };
                    custody_app::sign_at_desk(&two, second, id, signing).await
                };
                let (a, b) = both(round, ours, again).await;
                assert_eq!(
                    (a.unwrap(), b.unwrap()),
                    (Signed::Waits, Signed::Waits),
                    "the same signature twice is one"
                );
                true
            } else {
                let (a, b) = both(round, ours, async move {
                    custody_app::withdraw_handover(&two, second, id, "a mistake").await
                })
                .await;
                b.unwrap();
                a.is_ok()
            };
            ring.note(if signed { "signed" } else { "withdrawn before" });
            let signatures =
                ring.service.app.store().read(move |tx| store::handovers::signatures(tx, id)).await;
            assert_eq!(signatures.unwrap().len(), usize::from(signed), "round {round}");
            if round % 4 < 2 {
                let withdraw = permit(&ring.service.desk).unwrap();
                custody_app::withdraw_handover(&ring.service.app, withdraw, id, "over").await.unwrap();
            }
        }
    });
}

#[test]
fn two_drafts_never_have_the_same_device_and_never_the_same_number() {
    race("draft against draft", async |ring| {
        ring.service.person("KEEPER", true).await;
        let one = ring.service.register("RACE0014", DeviceKind::Iphone, None).await;
        let two = ring.service.register("RACE0015", DeviceKind::Iphone, None).await;
        let place = ring.store_room().await;
        for round in 0..ring.rounds {
            // Every other time of two devices, every other of one.
            let devices = if round % 4 < 2 { [one, two] } else { [one, one] };
            let new = devices.map(|device| new(device, place, true));
            let [issue, another] = new;
            let (here, there) = (ring.service.app.clone(), ring.other.clone());
            let (first, second) = (permit(&ring.service.desk).unwrap(), permit(&ring.service.desk).unwrap());
            let (a, b) = both(
                round,
                async move { custody_app::draft_handover(&here, first, issue).await },
                async move { custody_app::draft_handover(&there, second, another).await },
            )
            .await;
            let drafts: Vec<HandoverId> = [a, b].into_iter().filter_map(Result::ok).collect();
            assert_eq!(drafts.len(), if round % 4 < 2 { 2 } else { 1 }, "round {round}");
            ring.note(if drafts.len() == 2 { "both" } else { "one of two" });
            for id in drafts {
                let withdraw = permit(&ring.service.desk).unwrap();
                custody_app::withdraw_handover(&ring.service.app, withdraw, id, "over").await.unwrap();
            }
        }
    });
}

/// A case of somebody who is to hand in two things, each a step.
fn two_steps(ring: &Ring, person: PersonId, items: &[String; 2]) -> (Case, Vec<Step>) {
    let id = CaseId::from_uuid(ring.service.world.uuid());
    let case = Case { id, person: Some(person), ..a_case(&ring.service.app) };
    let step = |item: &String| Step {
        id: StepId::from_uuid(ring.service.world.uuid()),
        case: id,
        place: 0,
        name: "return".into(),
        item: item.clone(),
        title: "hand it in".into(),
        who: "holder".into(),
        person: None,
        clause: None,
        proof_kind: "receipt".into(),
        due_at: None,
        done: None,
    };
    (case, items.iter().map(step).collect())
}

fn a_case(app: &App) -> Case {
    Case {
        id: CaseId::from_uuid(app.world().uuid()),
        number: 0,
        kind: "withdrawal".into(),
        force: domain::samples::NORFOLK,
        device: None,
        person: None,
        clause: None,
        title: "a race".into(),
        opened_at: app.world().now(),
        due_at: None,
        owner: None,
        closed: None,
        closed_how: None,
    }
}

/// Both sides have signed that a person gave a thing back.
async fn moved(app: App, item: String, person: PersonId) -> usize {
    let (node, now) = (app.clone(), app.world().now());
    let ended = app.store().write(move |tx| {
        let (proof, by) = ("hand-over:race", Voice::SYSTEM);
        cases_app::custody_moved(
            Work { app: &node, tx, now },
            &Moved { item: &item, from: Some(person), to: None, proof, by },
        )
    });
    ended.await.unwrap()
}

#[test]
fn the_last_two_steps_of_a_case_close_it() {
    race("step against step", async |ring| {
        let person = ring.service.person("HOLDER", true).await;
        for round in 0..ring.rounds {
            let items = [0, 1].map(|_| format!("device:{}", ring.service.world.uuid()));
            let (case, steps) = two_steps(ring, person, &items);
            let id = case.id;
            let opened = ring.service.app.store().write(move |tx| {
                store::cases::open(tx, &case)?;
                steps.iter().try_for_each(|step| store::case_steps::add(tx, step))
            });
            opened.await.unwrap();
            let [first, second] = items;
            let (one, two) = (ring.service.app.clone(), ring.other.clone());
            let ended = both(round, moved(one, first, person), moved(two, second, person)).await;
            assert_eq!(ended, (1, 1), "round {round}");
            let found = ring.service.app.store().read(move |tx| store::cases::by_id(tx, id)).await.unwrap();
            assert!(
                found.unwrap().closed.is_some(),
                "round {round}: every step is done and the case is open"
            );
            ring.note("closed");
        }
    });
}

#[test]
fn cases_that_are_opened_at_once_have_two_numbers() {
    race("case against case", async |ring| {
        for round in 0..ring.rounds {
            let open = |app: &App| {
                let (store, row) = (app.store().clone(), a_case(app));
                async move { store.write(move |tx| store::cases::open(tx, &row)).await }
            };
            let (a, b) = both(round, open(&ring.service.app), open(&ring.other)).await;
            a.unwrap();
            b.unwrap();
            ring.note("both");
        }
    });
}
