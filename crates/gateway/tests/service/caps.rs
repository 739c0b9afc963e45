//! Nobody alone: caps, held bursts, freezes, expiry, and what ends with a role; on both engines.

use devices_app::caps;
use devices_app::caps::CalledOff;
use devices_app::commands::{Agreed, Order, Ordered};
use domain::{BurstId, CommandId, CommandState, DeviceId, GrantId, PersonId};
use kernel::AppError;
use kernel::access::{Actor, Role, Roles, Who, permit};
use people_app::NewPerson;
use store::grants::Grant;

use crate::common::Service;
use crate::hand::Hand;

const HOUR: i64 = 3600;

impl Service {
    /// A person of the register with a role, as they are signed in.
    pub(crate) async fn somebody(&self, number: &str, role: Role) -> Actor {
        // Entered by somebody who asks for nothing in these tests: who enters a person is not their second person for a day.
        let new = NewPerson {
            force: Some(domain::samples::NORFOLK),
            number: number.into(),
            name: format!("Person {number}"),
            role: "staff".into(),
            ..NewPerson::default()
        };
        let hr = Actor::command_line("hr");
        let person = people_app::add_person(&self.app, permit(&hr).unwrap(), new).await.unwrap();
        let grant = Grant {
            id: GrantId::from_uuid(self.app.world().uuid()),
            person,
            role: role.as_str().into(),
            everywhere: false,
            from_directory: false,
            said_by: "test".into(),
            reason: String::new(),
            granted_at: self.app.world().now(),
            until: None,
            ended: None,
            confirmed: None,
            waits: false,
            asked_by: None,
        };
        self.app.store().write(move |tx| store::grants::add(tx, &grant)).await.unwrap();
        kernel::access::actor(
            &self.app,
            Who {
                name: format!("person:{person}"),
                shown: format!("Person {number}"),
                person: Some(person),
                roles: role.into(),
                force: Some(domain::samples::NORFOLK),
                everywhere: Roles::NONE,
            },
        )
        .proven(self.app.world().now())
    }

    async fn locks(&self, by: &Actor, device: DeviceId) -> Result<Ordered, AppError> {
        let lock = Order::Lock { message: None, phone_number: None };
        devices_app::commands::order(&self.app, permit(by).unwrap(), device, lock, "because").await
    }

    pub(crate) async fn ask_erasure(&self, by: &Actor, device: DeviceId) -> CommandId {
        let asked = devices_app::commands::order_destruction(
            &self.app,
            permit(by).unwrap(),
            device,
            Order::Erase,
            "stolen",
        )
        .await;
        match asked.unwrap() {
            Ordered::NeedsSecond(command) => command,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn agree(&self, by: &Actor, command: CommandId) -> Result<Agreed, AppError> {
        devices_app::commands::approve(&self.app, permit(by).unwrap(), command, "checked by telephone").await
    }

    async fn states(&self, devices: &[DeviceId]) -> Vec<CommandState> {
        let mut all = Vec::new();
        for device in devices {
            let orders = self.commands(*device).await;
            all.extend(orders.iter().filter(|c| c.asked_by != "system").map(|command| command.state));
        }
        all
    }

    async fn notices_to(&self, person: PersonId) -> Vec<String> {
        let all = self.app.store().read(move |tx| store::notices::of_person(tx, person, false, 50)).await;
        all.unwrap().into_iter().map(|notice| notice.subject).collect()
    }
}

fn count(states: &[CommandState], wanted: CommandState) -> usize {
    states.iter().filter(|state| **state == wanted).count()
}

pub(crate) fn says<T: std::fmt::Debug>(refused: Result<T, AppError>) -> String {
    refused.unwrap_err().to_string()
}

/// What the service hands to a phone next.
pub(crate) async fn next(service: &Service, phone: &Hand) -> Option<String> {
    phone.idle(service).await.command().map(|(kind, _)| kind)
}

/// Phones under management that speak by hand.
pub(crate) async fn phones(service: &Service, many: usize) -> Vec<(DeviceId, Hand)> {
    let mut all = Vec::new();
    for n in 0..many {
        all.push(service.managed(&format!("CAPS{n:04}")).await);
    }
    all
}

#[test]
fn an_analyst_orders_320_locks_and_twenty_go() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 4).await;
        let ids: Vec<DeviceId> = phones.iter().map(|(id, _)| *id).collect();
        let analyst = service.somebody("A1", Role::ServiceDeskAnalyst).await;
        let fiso = service.somebody("F1", Role::Fiso).await;
        let mut burst: Option<BurstId> = None;
        for n in 0..320 {
            match service.locks(&analyst, ids[n % ids.len()]).await.unwrap() {
                Ordered::Queued(_) => assert!(n < 20, "order {n} went"),
                Ordered::Held { burst: held, .. } => {
                    assert!(n >= 20, "order {n} is held");
                    assert_eq!(*burst.get_or_insert(held), held, "one person's burst is one");
                }
                other => panic!("{other:?}"),
            }
        }
        let burst = burst.unwrap();
        let states = service.states(&ids).await;
        assert_eq!((count(&states, CommandState::Queued), count(&states, CommandState::Held)), (20, 300));
        let told = service.notices_to(fiso.person.unwrap()).await;
        assert_eq!(told, ["Orders are held: Person A1 reached a limit of an hour"], "told once, and at once");
        assert!(service.has_entry("orders.held", "harsh").await);

        // Nobody who asked, nobody of whom the register knows nothing, no role that may not.
        assert!(permit::<kernel::access::ReleaseOrders>(&analyst).is_err());
        let lead = service.somebody("L1", Role::ServiceDeskLead).await;
        let by_root = caps::release(&service.app, permit(&service.desk).unwrap(), burst, "root").await;
        assert!(says(by_root).contains("never a second person"));
        let reason = caps::release(&service.app, permit(&lead).unwrap(), burst, " ").await;
        assert!(matches!(reason, Err(AppError::Invalid { .. })));
        assert_eq!(count(&service.states(&ids).await, CommandState::Held), 300, "nothing went yet");
        let released =
            caps::release(&service.app, permit(&lead).unwrap(), burst, "an exercise").await.unwrap();
        assert_eq!((released.released, released.stopped), (300, 0));
        assert_eq!(count(&service.states(&ids).await, CommandState::Queued), 320);
        let twice = caps::release(&service.app, permit(&lead).unwrap(), burst, "again").await;
        assert!(says(twice).contains("already"));
        // What was released counts: the next one is held again, in a burst of its own, until the hour is over.
        assert!(
            matches!(service.locks(&analyst, ids[0]).await.unwrap(), Ordered::Held { burst: next, .. } if next != burst)
        );
        service.pass(HOUR + 1).await;
        assert!(matches!(service.locks(&analyst, ids[0]).await.unwrap(), Ordered::Queued(_)));
    });
}

#[test]
fn orders_at_the_same_moment_do_not_count_past_each_other() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 4).await;
        let mut people = Vec::new();
        for n in 0..4 {
            people.push(service.somebody(&format!("P{n}"), Role::ServiceDeskAnalyst).await);
        }
        // Four people give 25 orders each at once: 20 of each person, and 60 of the force, may go.
        let orders = (0..100).map(|n: usize| {
            let (app, by, device) = (service.app.clone(), people[n % 4].clone(), phones[n / 4 % 4].0);
            tokio::spawn(async move {
                let lock = Order::Lock { message: None, phone_number: None };
                devices_app::commands::order(&app, permit(&by).unwrap(), device, lock, "at once").await
            })
        });
        let orders: Vec<_> = orders.collect();
        let (mut queued, mut held) = (0, 0);
        for order in orders {
            match order.await.unwrap().unwrap() {
                Ordered::Queued(_) => queued += 1,
                Ordered::Held { .. } => held += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((queued, held), (60, 40));
    });
}

#[test]
fn containment_of_a_lost_device_has_a_cap_of_its_own() {
    Service::run(async |service| {
        let phones = phones(&service, 2).await;
        let analyst = service.somebody("A1", Role::ServiceDeskAnalyst).await;
        for _ in 0..20 {
            assert!(matches!(service.locks(&analyst, phones[0].0).await.unwrap(), Ordered::Queued(_)));
        }
        assert!(matches!(service.locks(&analyst, phones[0].0).await.unwrap(), Ordered::Held { .. }));
        // Of the other one the loss is being worked on: other work does not hold that up.
        let (lost, world) = (phones[1].0, service.app.world().clone());
        let case = store::cases::Case {
            id: domain::CaseId::from_uuid(world.uuid()),
            number: 0,
            kind: "lost-device".into(),
            force: domain::samples::NORFOLK,
            device: Some(lost),
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
        service.app.store().write(move |tx| store::cases::open(tx, &case)).await.unwrap();
        for _ in 0..30 {
            assert!(matches!(service.locks(&analyst, lost).await.unwrap(), Ordered::Queued(_)));
        }
        assert!(
            matches!(service.locks(&analyst, lost).await.unwrap(), Ordered::Held { .. }),
            "but not without end"
        );
        let of_loss =
            service.commands(lost).await.into_iter().filter(|command| command.case == Some(id)).count();
        assert_eq!(of_loss, 31);
        let restart = devices_app::commands::order(
            &service.app,
            permit(&analyst).unwrap(),
            lost,
            Order::Restart,
            "why",
        )
        .await
        .unwrap();
        assert!(matches!(restart, Ordered::Held { .. }), "restarting contains nothing");
    });
}

#[test]
fn two_people_together_erase_five_and_a_third_decides_on_the_rest() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 7).await;
        let ids: Vec<DeviceId> = phones.iter().map(|(id, _)| *id).collect();
        let asker = service.somebody("A1", Role::Administrator).await;
        let second = service.somebody("F1", Role::Fiso).await;
        let mut held = None;
        for (n, id) in ids.iter().enumerate() {
            let command = service.ask_erasure(&asker, *id).await;
            assert!(says(service.agree(&asker, command).await).contains("somebody else must agree"));
            match service.agree(&second, command).await.unwrap() {
                Agreed::Queued => assert!(n < 5),
                Agreed::Held(burst) => held = Some((burst, n)),
            }
        }
        let (burst, last) = held.unwrap();
        assert_eq!(last, 6);
        for (by, why) in [(&asker, "asked"), (&second, "agreed")] {
            let refused = caps::release(&service.app, permit(by).unwrap(), burst, "go on").await;
            assert!(says(refused).contains("somebody else must agree"), "who {why} for it decides nothing");
        }
        let duty = service.somebody("D1", Role::DutyOfficer).await;
        let refused = caps::release(&service.app, permit(&duty).unwrap(), burst, "go on").await;
        assert!(
            matches!(refused, Err(AppError::Denied(_))),
            "not without being able to agree to destruction"
        );
        assert_eq!(next(&service, &phones[6].1).await.as_deref(), None, "nothing held reaches a device");
        let third = service.somebody("I1", Role::InformationSecurity).await;
        let released =
            caps::release(&service.app, permit(&third).unwrap(), burst, "it is meant").await.unwrap();
        assert_eq!((released.released, released.stopped), (2, 0));
        assert_eq!(next(&service, &phones[6].1).await.as_deref(), Some("EraseDevice"));
    });
}

#[test]
fn a_freeze_stops_what_is_queued_and_two_lift_it() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 2).await;
        let (id, phone) = &phones[0];
        let asker = service.somebody("A1", Role::ServiceDeskLead).await;
        let second = service.somebody("F1", Role::Fiso).await;
        let (queued, waits) =
            (service.ask_erasure(&asker, *id).await, service.ask_erasure(&asker, phones[1].0).await);
        service.agree(&second, queued).await.unwrap();
        let duty = service.somebody("D1", Role::DutyOfficer).await;
        let other = permit(&duty).unwrap();
        caps::freeze(&service.app, other, domain::samples::NORFOLK, "nobody knows of these").await.unwrap();
        assert!(permit::<kernel::access::LiftFreeze>(&duty).is_err());
        assert_eq!(next(&service, phone).await, None, "not what was queued before");
        assert!(says(service.agree(&second, waits).await).contains("frozen"));
        let asked = devices_app::commands::order_destruction(
            &service.app,
            permit(&asker).unwrap(),
            *id,
            Order::Erase,
            "more",
        )
        .await;
        assert!(says(asked).contains("frozen"));
        service.locks(&asker, *id).await.unwrap();
        assert_eq!(phone.drain(&service).await, ["DeviceLock"], "containment goes on");
        assert!(service.notices_to(second.person.unwrap()).await.iter().any(|told| told.contains("frozen")));

        let early =
            caps::confirm_lift(&service.app, permit(&second).unwrap(), domain::samples::NORFOLK).await;
        assert!(says(early).contains("nobody asked"));
        let root =
            caps::ask_to_lift(&service.app, permit(&service.desk).unwrap(), domain::samples::NORFOLK, "root")
                .await;
        assert!(says(root).contains("somebody of the register"));
        caps::ask_to_lift(
            &service.app,
            permit(&asker).unwrap(),
            domain::samples::NORFOLK,
            "it was an exercise",
        )
        .await
        .unwrap();
        let own = caps::confirm_lift(&service.app, permit(&asker).unwrap(), domain::samples::NORFOLK).await;
        assert!(says(own).contains("somebody else must agree"));
        let root =
            caps::confirm_lift(&service.app, permit(&service.desk).unwrap(), domain::samples::NORFOLK).await;
        assert!(says(root).contains("never a second person"));
        caps::confirm_lift(&service.app, permit(&second).unwrap(), domain::samples::NORFOLK).await.unwrap();
        assert_eq!(next(&service, phone).await.as_deref(), Some("EraseDevice"));
        service.agree(&second, waits).await.unwrap();
        for action in ["orders.frozen", "orders.lift-asked", "orders.lifted"] {
            assert!(service.has_clause(action, "MDU-4.1").await, "{action}");
        }
    });
}

#[test]
fn what_somebody_asked_for_ends_with_their_role_and_with_time() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 3).await;
        let asker = service.somebody("A1", Role::ServiceDeskLead).await;
        let second = service.somebody("F1", Role::Fiso).await;
        let asked = service.ask_erasure(&asker, phones[0].0).await;
        let queued = service.ask_erasure(&asker, phones[1].0).await;
        service.agree(&second, queued).await.unwrap();
        for _ in 0..22 {
            service.locks(&asker, phones[2].0).await.unwrap();
        }
        let person = asker.person.unwrap();
        people_app::end_person(&service.app, permit(&service.desk).unwrap(), person, None).await.unwrap();
        for (device, command) in [(phones[0].0, asked), (phones[1].0, queued)] {
            let found = service.commands(device).await.into_iter().find(|found| found.id == command).unwrap();
            assert_eq!(found.state, CommandState::Cancelled, "{:?}", found.error);
        }
        let states = service.states(&[phones[2].0]).await;
        assert_eq!((count(&states, CommandState::Queued), count(&states, CommandState::Cancelled)), (20, 2));
        assert!(service.ledger_actions().await.iter().any(|(action, _)| action == "orders.ended-with-role"));
        assert!(says(service.agree(&second, asked).await).contains("no longer waits"));

        // A role that ends by time is looked at again before a destructive command is handed over.
        let brief = service.somebody("B1", Role::ServiceDeskLead).await;
        let command = service.ask_erasure(&brief, phones[1].0).await;
        service.agree(&second, command).await.unwrap();
        let whose = brief.person.unwrap();
        let role =
            service.app.store().read(move |tx| store::grants::open(tx, whose)).await.unwrap().remove(0);
        let now = service.app.world().now();
        service.app.store().write(move |tx| store::grants::end(tx, role.id, now, "test")).await.unwrap();
        assert_ne!(next(&service, &phones[1].1).await.as_deref(), Some("EraseDevice"));
        assert!(service.has_entry("command.stopped", "erase").await);

        // Asked orders and bursts are over after a day.
        let third = service.somebody("C1", Role::ServiceDeskLead).await;
        let asked = service.ask_erasure(&third, phones[0].0).await;
        service.pass(24 * HOUR + 1).await;
        let found = service.commands(phones[0].0).await.into_iter().find(|found| found.id == asked).unwrap();
        assert_eq!(found.error.as_deref(), Some("nobody agreed to it in time"));
        assert!(service.has_entry("command.expired", "erase").await);
        for _ in 0..21 {
            service.locks(&third, phones[0].0).await.unwrap();
        }
        service.pass(24 * HOUR + 1).await;
        assert!(service.has_entry("orders.expired", "harsh").await);
        assert_eq!(count(&service.states(&[phones[0].0]).await, CommandState::Held), 0);
    });
}

#[test]
fn everything_queued_is_called_off_at_once() {
    Service::run_on_both(async |service| {
        let phones = phones(&service, 2).await;
        let ids = [phones[0].0, phones[1].0];
        service.pass(10).await;
        let (one, two) =
            (service.somebody("A1", Role::ServiceDeskLead).await, service.somebody("A2", Role::Fiso).await);
        for _ in 0..22 {
            service.locks(&one, ids[0]).await.unwrap();
        }
        service.ask_erasure(&one, ids[0]).await;
        service.locks(&two, ids[1]).await.unwrap();
        let which = CalledOff { force: domain::samples::NORFOLK, asked_by: Some(one.name.clone()) };
        let called =
            caps::call_off(&service.app, permit(&service.desk).unwrap(), which, "stolen sign-in").await;
        assert_eq!(called.unwrap(), caps::CallOff { called_off: 23, go_on: 0 });
        let states = service.states(&ids).await;
        assert_eq!((count(&states, CommandState::Cancelled), count(&states, CommandState::Queued)), (23, 1));
        let all = CalledOff { force: domain::samples::NORFOLK, asked_by: None };
        let called = caps::call_off(&service.app, permit(&two).unwrap(), all, "all of it").await;
        assert_eq!(called.unwrap().called_off, 1);
        let own: Vec<_> = service.commands(ids[0]).await;
        let own: Vec<_> = own.into_iter().filter(|command| command.asked_by == "system").collect();
        assert!(
            !own.is_empty()
                && count(&own.iter().map(|c| c.state).collect::<Vec<_>>(), CommandState::Cancelled) == 0,
            "settings go on"
        );
        let held = devices_app::held::held(&service.app, permit(&two).unwrap()).await.unwrap();
        assert!(held.bursts.is_empty() && held.asked.is_empty());
    });
}
