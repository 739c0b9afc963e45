//! Nobody alone, by routes that send no command: certificates, replaced enrolments, the register, stores, the containment of a loss,
//! and people; on both engines.

use custody_app::register::{Changed, Restated};
use custody_app::{How, NewHandover, NewItem, NewPlace, Signed, Signing};
use devices_app::caps;
use devices_app::caps::CalledOff;
use devices_app::commands::{Order, Ordered};
use devices_app::enrolment::{Revoked, certificates_of, revoke_certificates};
use domain::{
    BurstId, CaseId, CommandId, CommandState, Condition, DeviceId, DeviceKind, HandoverKind, PlaceId,
    PlaceKind, Side, Standing,
};
use kernel::AppError;
use kernel::access::{Actor, Role, permit};
use store::assets::Asset;

use crate::caps::{next, phones, says};
use crate::common::Service;

/// How many devices one person may take, move or cut off in an hour.
const CAP: usize = 20;

impl Service {
    /// Uses up what a person may do in an hour to other devices, less so many.
    async fn has_taken(&self, by: &Actor, left: usize) {
        for n in 0..CAP - left {
            let serial = format!("USED{}{n:03}", &by.shown[by.shown.len() - 2..]);
            let other = self.register(&serial, DeviceKind::Iphone, None).await;
            let retired = custody_app::register::restate_device(
                &self.app,
                permit(by).unwrap(),
                other,
                Restated::Retired,
                "old",
            )
            .await;
            assert_eq!(retired.unwrap(), Changed::Done);
        }
    }

    async fn released(&self, by: &Actor, burst: BurstId, many: u64) {
        let released = caps::release(&self.app, permit(by).unwrap(), burst, "I asked them").await.unwrap();
        assert_eq!((released.released, released.stopped), (many, 0));
        self.pass(1).await;
    }

    async fn standing(&self, device: DeviceId) -> Asset {
        let device = self.device(device).await;
        self.app.store().read(move |tx| store::assets::of(tx, &device)).await.unwrap()
    }

    /// A store in which a device lies.
    async fn lies_in(&self, device: DeviceId, place: PlaceId) {
        let device = self.device(device).await;
        let moved = self.app.store().write(move |tx| {
            let before = store::assets::of(tx, &device)?;
            let there = Asset { place: Some(place), standing: Standing::InStore, ..before.clone() };
            store::assets::restand(tx, device.id, &before, &there)
        });
        assert!(moved.await.unwrap());
    }

    async fn store_called(&self, name: &str) -> PlaceId {
        let new = NewPlace {
            force: Some(domain::samples::NORFOLK),
            kind: Some(PlaceKind::Store),
            name: name.into(),
            approved_by: String::new(),
        };
        custody_app::add_place(&self.app, permit(&self.desk).unwrap(), new).await.unwrap()
    }

    /// The open case of a loss.
    async fn loss_of(&self, device: DeviceId) -> CaseId {
        let world = self.app.world().clone();
        let case = store::cases::Case {
            id: CaseId::from_uuid(world.uuid()),
            number: 0,
            kind: "lost-device".into(),
            force: domain::samples::NORFOLK,
            device: Some(device),
            person: None,
            clause: None,
            title: "Lost in Thetford".into(),
            opened_at: world.now(),
            due_at: None,
            owner: None,
            closed: None,
            closed_how: None,
        };
        let id = case.id;
        self.app.store().write(move |tx| store::cases::open(tx, &case)).await.unwrap();
        id
    }

    async fn contains(&self, by: &Actor, device: DeviceId) -> CommandId {
        let lock = Order::Lock { message: None, phone_number: None };
        match devices_app::commands::order(&self.app, permit(by).unwrap(), device, lock, "lost")
            .await
            .unwrap()
        {
            Ordered::Queued(ids) => ids[0],
            other => panic!("{other:?}"),
        }
    }

    async fn alarms(&self, kind: &str) -> Vec<store::alarms::Alarm> {
        let all = self.app.store().read(|tx| store::alarms::page(tx, None, false, None, 100)).await.unwrap();
        all.into_iter().filter(|alarm| alarm.kind == kind).collect()
    }
}

#[test]
fn certificates_beyond_the_cap_are_revoked_by_two() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 2).await;
        let (lead, other) = (
            service.somebody("L1", Role::ServiceDeskLead).await,
            service.somebody("L2", Role::ServiceDeskLead).await,
        );
        service.somebody("F1", Role::Fiso).await;
        service.has_taken(&lead, 1).await;
        let revoke = async |id: DeviceId| {
            revoke_certificates(&service.app, permit(&lead).unwrap(), id, "key on a stick").await
        };
        assert_eq!(revoke(phones[0].0).await.unwrap(), Revoked::Done(1));
        assert_eq!(phones[0].1.idle(&service).await.status, 403);
        let Revoked::Held(burst) = revoke(phones[1].0).await.unwrap() else { panic!("beyond the cap") };
        assert_eq!(
            phones[1].1.idle(&service).await.status,
            200,
            "it works until a second person releases that"
        );
        let told = service.alarms("orders-held").await;
        assert!(told.len() == 1 && told[0].told > 0, "{told:?}");
        assert!(service.has_entry("device.act.held", "revoke").await);
        let own = caps::release(&service.app, permit(&lead).unwrap(), burst, "mine").await;
        assert!(says(own).contains("somebody else must agree"));
        service.released(&other, burst, 1).await;
        assert_eq!(phones[1].1.idle(&service).await.status, 403);
        let (_, shown) = certificates_of(&service.app, permit(&lead).unwrap(), phones[1].0).await.unwrap();
        assert!(shown[0].revoked.as_ref().unwrap().1.contains("key on a stick"));
        // Nothing that is good is left: that is said, and nothing is held.
        assert!(matches!(revoke(phones[1].0).await, Err(AppError::Conflict(_))));
    });
}

#[test]
fn enrolments_beyond_the_cap_are_not_replaced_and_others_are_told() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 2).await;
        let fresh = service.ready("FRESH001").await;
        let lead = service.somebody("L1", Role::ServiceDeskLead).await;
        service.somebody("F1", Role::Fiso).await;
        service.has_taken(&lead, 1).await;
        let replace = async |serial: &str| {
            devices_app::enrolment::make_replacing_profile(&service.app, permit(&lead).unwrap(), serial, true)
                .await
                .map(drop)
        };
        replace("CAPS0000").await.unwrap();
        replace("CAPS0000").await.unwrap();
        assert!(says(replace("CAPS0001").await).contains("one person may within an hour"));
        assert!(service.has_entry("orders.refused", "stripping").await, "the refusal is an entry");
        let told = service.alarms("refused-beyond-cap").await;
        assert!(told.len() == 1 && told[0].told > 0, "{told:?}");
        assert_eq!(phones[1].1.idle(&service).await.status, 200);
        // A device that is not under management loses nothing by a profile.
        assert!(service.device(fresh).await.enrolment.is_none());
        replace("FRESH001").await.unwrap();
        service.pass(3601).await;
        replace("CAPS0001").await.unwrap();
    });
}

#[test]
fn devices_beyond_the_cap_are_marked_as_missing_by_two() {
    Service::run_on_both(async |service| {
        let device = service.register("MISSING1", DeviceKind::Iphone, None).await;
        let clerk = service.somebody("A1", Role::ServiceDeskAnalyst).await;
        let lead = service.somebody("L1", Role::ServiceDeskLead).await;
        service.has_taken(&clerk, 0).await;
        let missing = custody_app::register::restate_device(
            &service.app,
            permit(&clerk).unwrap(),
            device,
            Restated::Missing,
            "not in its bag",
        )
        .await;
        let Changed::Held(burst) = missing.unwrap() else { panic!("beyond the cap") };
        assert_eq!(service.standing(device).await.standing, Standing::InStore);
        service.released(&lead, burst, 1).await;
        assert_eq!(service.standing(device).await.standing, Standing::Missing);
        assert!(service.has_clause("device.missing", "UPD-6.3").await);
        // What is there again is put back by one.
        let found = custody_app::register::restate_device(
            &service.app,
            permit(&clerk).unwrap(),
            device,
            Restated::Found,
            "behind a shelf",
        );
        assert_eq!(found.await.unwrap(), Changed::Done);
    });
}

#[test]
fn a_count_of_an_emptied_store_marks_what_is_missing_once_two_agree() {
    Service::run_on_both(async |service| {
        let place = service.store_called("Store").await;
        let clerk = service.somebody("A1", Role::ServiceDeskAnalyst).await;
        let lead = service.somebody("L1", Role::ServiceDeskLead).await;
        let mut devices = Vec::new();
        for n in 0..=CAP {
            let device = service.register(&format!("COUNTED{n:02}"), DeviceKind::Iphone, None).await;
            service.lies_in(device, place).await;
            devices.push(device);
        }
        let count =
            custody_app::open_count(&service.app, permit(&clerk).unwrap(), Some(place)).await.unwrap();
        // Nothing is scanned, and nobody explains anything.
        let closed = custody_app::close_count(&service.app, permit(&clerk).unwrap(), count, Vec::new()).await;
        let Changed::Held(burst) = closed.unwrap() else { panic!("beyond the cap") };
        assert_eq!(
            service.standing(devices[0]).await.standing,
            Standing::InStore,
            "none of them, not twenty"
        );
        let read = custody_app::count(&service.app, permit(&clerk).unwrap(), count).await.unwrap();
        assert!(read.count.closed.is_some() && read.lines.iter().all(|line| line.case.is_some()));
        service.released(&lead, burst, devices.len() as u64).await;
        for device in devices {
            assert_eq!(service.standing(device).await.standing, Standing::Missing);
        }
    });
}

#[test]
fn a_store_is_moved_by_two() {
    Service::run_on_both(async |service| {
        let (from, to) = (service.store_called("Norwich").await, service.store_called("Yarmouth").await);
        let giver = service.somebody("A1", Role::ServiceDeskAnalyst).await;
        let taker = service.somebody("A2", Role::ServiceDeskAnalyst).await;
        let lead = service.somebody("L1", Role::ServiceDeskLead).await;
        let mut devices = Vec::new();
        for n in 0..=CAP {
            let device = service.register(&format!("MOVED{n:03}"), DeviceKind::Iphone, None).await;
            service.lies_in(device, from).await;
            devices.push(device);
        }
        let transfer = async |devices: &[DeviceId]| {
            let item = |device: &DeviceId| NewItem {
                device: *device,
                condition: Condition::Good,
                with_it: String::new(),
                missing: String::new(),
                note: String::new(),
            };
            let new = NewHandover {
                kind: HandoverKind::Transfer,
                items: devices.iter().map(item).collect(),
                also: Vec::new(),
                receiver: String::new(),
                place: Some(to),
                due_back_at: None,
                disposal: None,
                certificate: String::new(),
                note: String::new(),
            };
            let id = custody_app::draft_handover(&service.app, permit(&giver).unwrap(), new).await.unwrap();
            let shown =
                custody_app::read::handover(&service.app, permit(&giver).unwrap(), id).await.unwrap().digest;
            let own = |by: &Actor, side| {
                let signing = Signing { side, shown: &shown, how: How::OwnSignIn };
                custody_app::sign_at_desk(&service.app, permit(by).unwrap(), id, signing)
            };
            assert_eq!(own(&giver, Side::Giver).await.unwrap(), Signed::Waits);
            own(&taker, Side::Receiver).await.unwrap()
        };
        assert_eq!(transfer(&devices[..1]).await, Signed::Complete);
        assert_eq!(service.standing(devices[0]).await.place, Some(to));
        let Signed::Held(burst) = transfer(&devices[1..]).await else { panic!("beyond the cap") };
        assert_eq!(service.standing(devices[1]).await.place, Some(from), "nothing is moved");
        service.released(&lead, burst, 1).await;
        for device in devices {
            assert_eq!(service.standing(device).await.place, Some(to));
        }
    });
}

#[test]
fn containment_of_many_losses_is_ended_by_two_and_each_end_is_told() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 4).await;
        let (analyst, thief) = (
            service.somebody("A1", Role::ServiceDeskAnalyst).await,
            service.somebody("A2", Role::ServiceDeskLead).await,
        );
        let lead = service.somebody("L1", Role::ServiceDeskLead).await;
        service.somebody("F1", Role::Fiso).await;
        let mut locks = Vec::new();
        for (id, _) in &phones {
            service.loss_of(*id).await;
            locks.push(service.contains(&analyst, *id).await);
        }
        service.has_taken(&thief, 2).await;
        // Two ways, each counted and told: lost mode off, and taking back a lock that waits.
        let off = async |id: DeviceId| {
            devices_app::commands::order(
                &service.app,
                permit(&thief).unwrap(),
                id,
                Order::LostModeOff,
                "found",
            )
            .await
            .unwrap()
        };
        let take_back = async |at: usize| {
            devices_app::commands::take_back(&service.app, permit(&thief).unwrap(), locks[at]).await.unwrap()
        };
        assert!(matches!(off(phones[0].0).await, Ordered::Queued(_)));
        assert_eq!(take_back(1).await, Changed::Done);
        assert_eq!(service.state_of(phones[1].0, locks[1]).await, CommandState::Cancelled);
        let told = service.alarms("containment-ended").await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|alarm| alarm.told > 0 && alarm.caused_by == thief.name), "{told:?}");
        assert!(told.iter().all(|alarm| alarm.subject.contains("ends the lock of iPhone")), "{told:?}");
        let Ordered::Held { burst, .. } = off(phones[2].0).await else { panic!("beyond the cap") };
        assert_eq!(take_back(2).await, Changed::Held(burst), "one person's burst is one");
        // Calling off everything at once is no way round, and neither is closing the case first.
        let all = CalledOff { force: domain::samples::NORFOLK, asked_by: Some(analyst.name.clone()) };
        let done = caps::call_off(&service.app, permit(&thief).unwrap(), all, "clearing up").await.unwrap();
        assert_eq!((done.called_off, done.go_on), (0, 3));
        for at in [0, 2, 3] {
            assert_eq!(service.state_of(phones[at].0, locks[at]).await, CommandState::Queued);
        }
        assert_eq!(service.alarms("orders-called-off").await.len(), 1);
        assert_eq!(
            next(&service, &phones[3].1).await.as_deref(),
            Some("DeviceLock"),
            "it still reaches the device"
        );
        // A second person decides on all of it; what has reached its device says so.
        let released =
            caps::release(&service.app, permit(&lead).unwrap(), burst, "they are back").await.unwrap();
        assert_eq!(released.stopped, 0);
        service.pass(1).await;
        assert_eq!(service.state_of(phones[2].0, locks[2]).await, CommandState::Cancelled);
        assert_ne!(service.state_of(phones[3].0, locks[3]).await, CommandState::Cancelled);
        assert!(service.has_entry("device.act.failed", "take-back").await);
    });
}

#[test]
fn many_people_taken_off_the_books_within_an_hour_are_told_once_and_ended() {
    Service::run_on_both(async |service| {
        service.somebody("F1", Role::Fiso).await;
        let clerk = Actor::command_line("people");
        let mut people = Vec::new();
        for n in 0..33 {
            people.push(service.person(&format!("E{n:03}"), false).await);
        }
        for (n, person) in people.iter().enumerate() {
            people_app::end_person(&service.app, permit(&clerk).unwrap(), *person, None).await.unwrap();
            let told = service.alarms("people-affected").await;
            assert_eq!(told.len(), usize::from(n >= 30), "after {}", n + 1);
        }
        let last = *people.last().unwrap();
        let last = service.app.store().read(move |tx| store::people::by_id(tx, last)).await.unwrap().unwrap();
        assert!(last.ended_at.is_some(), "an account that should be closed does not stay open");
    });
}
