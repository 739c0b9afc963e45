//! What a permission does on a device, end to end: granted, installed, reported, judged; over, and gone again.

use devices_sim::{Model, Temper};
use domain::{DeviceId, PermissionId, PermissionState, Secret, Span};
use kernel::access::{Actor, Role, Roles, Who, permit, permit_within};
use permissions_app::{Asked, Decision, NewPermission};

use crate::common::Service;

const PASSWORD: &str = "kittens in the rain";
const DAY: i64 = 24 * 3600;

fn day(service: &Service, ahead: i64) -> String {
    service.world.now().plus(Span::from_secs(ahead * DAY)).to_string()[..10].to_owned()
}

fn hub(service: &Service, serial: &str) -> NewPermission {
    NewPermission {
        register: "private-hubs".into(),
        once: format!("a-form-of-the-test-{serial}"),
        device: serial.into(),
        because: "on call from home".into(),
        until: day(service, 30),
        fields: [("place".into(), "at home".into()), ("network".into(), "AMES-HUB".into())].into(),
        security: "wpa2-personal".into(),
        passphrase: Some(Secret::new(PASSWORD.into())),
        ..NewPermission::default()
    }
}

/// Somebody of the register of people, signed in with a role.
async fn signed_in(service: &Service, number: &str, role: Role) -> Actor {
    let id = service.person(number, false).await;
    kernel::access::actor(
        &service.app,
        Who {
            name: format!("person:{id}"),
            shown: format!("Person {number}"),
            person: Some(id),
            roles: role.into(),
            everywhere: Roles::NONE,
            force: Some(domain::samples::NORFOLK),
        },
    )
}

async fn decider(service: &Service) -> Actor {
    signed_in(service, "LEAD", Role::ServiceDeskLead).await
}

async fn ask(service: &Service, new: NewPermission) -> PermissionId {
    match permissions_app::ask_permission(&service.app, permit(&service.desk).unwrap(), new).await.unwrap() {
        Asked::Entered(id) => id,
        Asked::ToMend(faults) => panic!("{faults:?}"),
    }
}

async fn grant(service: &Service, id: PermissionId, by: &Actor) -> PermissionState {
    let decision =
        Decision { grant: true, because: "the hub is the officer's own".into(), ..Decision::default() };
    permissions_app::decide_permission(&service.app, permit(by).unwrap(), id, decision).await.unwrap()
}

async fn state(service: &Service, id: PermissionId) -> store::permissions::Permission {
    service.app.store().read(move |tx| store::permissions::by_id(tx, id)).await.unwrap().unwrap()
}

async fn uuid_of(service: &Service, device: DeviceId, group: &str) -> String {
    let all = service.app.store().read(move |tx| store::profiles::of_device(tx, device)).await.unwrap();
    all.into_iter().find(|profile| profile.identifier.ends_with(group)).unwrap().uuid
}

#[test]
fn a_private_hub_is_on_the_device_for_the_agreed_days_and_met_throughout() {
    Service::run_on_both(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "F4HUB0000001", Temper::Honest).await;
        service.settle(&mut phone).await;
        assert_eq!(service.outcome(id, "MDU-8.1").await, "met ");
        let usual = uuid_of(&service, id, ".mdu-8").await;

        let entry = ask(&service, hub(&service, "F4HUB0000001")).await;
        service.settle(&mut phone).await;
        assert_eq!(uuid_of(&service, id, ".mdu-8").await, usual, "asking changes nothing");
        assert_eq!(grant(&service, entry, &decider(&service).await).await, PermissionState::Granted);
        service.pass(10).await;
        let found = service.outcome(id, "MDU-8.1").await;
        assert!(found.starts_with("not-met"), "granted, and not yet on the device: {found}");
        service.settle(&mut phone).await;
        assert_eq!(service.outcome(id, "MDU-8.1").await, "met ");
        assert_eq!(service.outcome(id, "MDU-8.2").await, "met ");
        assert_ne!(uuid_of(&service, id, ".mdu-8").await, usual);
        let wifi = phone.payloads("com.apple.wifi.managed");
        let hub =
            wifi.iter().find(|payload| payload.contains("AMES-HUB")).expect("the hub is among the networks");
        assert!(hub.contains(PASSWORD), "the device can join it");

        service.pass(31 * DAY).await;
        assert_eq!(state(&service, entry).await.state, PermissionState::Lapsed);
        service.settle(&mut phone).await;
        assert_eq!(uuid_of(&service, id, ".mdu-8").await, usual);
        assert_eq!(service.outcome(id, "MDU-8.1").await, "met ");
        assert!(!phone.payloads("com.apple.wifi.managed").iter().any(|payload| payload.contains("AMES-HUB")));
        let kept =
            service.app.store().read(move |tx| store::permissions::own_profiles(tx, id)).await.unwrap();
        assert!(kept.is_empty(), "the password is gone with it: {kept:?}");
        let secret = service.app.store().read(move |tx| store::permissions::secret(tx, entry)).await.unwrap();
        assert!(secret.is_none());
    });
}

#[test]
fn a_device_that_keeps_the_hub_too_long_does_not_meet_the_clause() {
    Service::run(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "F4HUB0000002", Temper::Honest).await;
        service.settle(&mut phone).await;
        let entry = ask(&service, hub(&service, "F4HUB0000002")).await;
        grant(&service, entry, &decider(&service).await).await;
        service.settle(&mut phone).await;
        assert_eq!(service.outcome(id, "MDU-8.1").await, "met ");
        let version = state(&service, entry).await.version;
        let end = permissions_app::withdraw_permission(
            &service.app,
            permit(&service.desk).unwrap(),
            entry,
            "moved away",
            version,
        );
        end.await.unwrap();
        service.pass(10).await;
        let found = service.outcome(id, "MDU-8.1").await;
        assert!(found.starts_with("not-met"), "it still has the hub: {found}");
        service.settle(&mut phone).await;
        assert_eq!(service.outcome(id, "MDU-8.1").await, "met ");
    });
}

#[test]
fn nothing_of_a_password_is_in_the_tables_or_the_ledger() {
    Service::run(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "F4HUB0000003", Temper::Honest).await;
        let entry = ask(&service, hub(&service, "F4HUB0000003")).await;
        grant(&service, entry, &decider(&service).await).await;
        service.settle(&mut phone).await;
        for command in service.commands(id).await {
            assert!(!command.spec.contains(PASSWORD));
        }
        let sealed =
            service.app.store().read(move |tx| store::permissions::secret(tx, entry)).await.unwrap().unwrap();
        assert!(!sealed.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()));
        while ledger_app::sequence_ledger(&service.app).await.unwrap() > 0 {}
        let details = service.app.store().read(|tx| store::ledger::from_place(tx, 0, 100_000)).await.unwrap();
        assert!(!format!("{details:?}").contains(PASSWORD));
        assert!(service.has_clause("permission.granted", "MDU-8.2").await);
    });
}

#[test]
fn an_official_account_lets_its_app_through_on_its_peoples_devices_only() {
    Service::run(async |service| {
        let app = "com.atebits.Tweetie2";
        let (id, mut phone) = service.enrolled(Model::Iphone, "F4APP0000001", Temper::Honest).await;
        let (other, mut other_phone) = service.enrolled(Model::Iphone, "F4APP0000002", Temper::Honest).await;
        service.settle(&mut phone).await;
        service.settle(&mut other_phone).await;
        let account = NewPermission {
            register: "official-accounts".into(),
            once: "a-form-of-the-account-test".into(),
            person: "F4APP0000001".into(),
            because: "runs the neighbourhood account".into(),
            until: day(&service, 90),
            fields: [("account".into(), "@Example".into()), ("app".into(), app.into())].into(),
            ..NewPermission::default()
        };
        let entry = ask(&service, account).await;
        let owner = signed_in(&service, "OWNER", Role::PolicyOwner).await;
        assert_eq!(grant(&service, entry, &owner).await, PermissionState::Granted);
        service.settle(&mut phone).await;
        service.settle(&mut other_phone).await;
        assert!(!phone.payloads("com.apple.applicationaccess").iter().any(|payload| payload.contains(app)));
        assert!(
            other_phone.payloads("com.apple.applicationaccess").iter().any(|payload| payload.contains(app))
        );
        phone.put_app(app);
        other_phone.put_app(app);
        service.pass(DAY).await;
        service.settle(&mut phone).await;
        service.settle(&mut other_phone).await;
        assert_eq!(service.outcome(id, "MDU-10.1").await, "met ");
        let found = service.outcome(other, "MDU-10.1").await;
        assert!(found.starts_with("not-met") && found.contains(app), "{found}");
        let explained = compliance_app::explain(
            &service.app,
            permit_within(&service.desk).unwrap(),
            domain::Subject::Device(id),
            &"MDU-10.1".parse().unwrap(),
            None,
        )
        .await
        .unwrap();
        assert_eq!(explained.replayed, compliance_app::Replayed::Same, "the judgement can be reached again");

        service.pass(91 * DAY).await;
        service.settle(&mut phone).await;
        let found = service.outcome(id, "MDU-10.1").await;
        assert!(found.starts_with("not-met") && found.contains(app), "the app is still there: {found}");
    });
}

#[test]
fn a_risk_accepted_keeps_the_case_shut_and_the_finding_as_it_is() {
    Service::run(async |service| {
        let (id, mut phone) = service.enrolled(Model::Iphone, "F4RISK000001", Temper::NonCompliant).await;
        service.settle(&mut phone).await;
        let found = service.outcome(id, "MDU-6.2a").await;
        assert!(found.starts_with("not-met"), "{found}");
        let new = NewPermission {
            register: "risk-acceptances".into(),
            once: "a-form-of-the-risk-test".into(),
            clause: "MDU-6.2a".into(),
            device: "F4RISK000001".into(),
            because: "a trial of another way to unlock".into(),
            until: day(&service, 20),
            fields: ["risk", "instead", "ends-with"].map(|name| (name.into(), "said".into())).into(),
            ..NewPermission::default()
        };
        let entry = ask(&service, new).await;
        let fiso = signed_in(&service, "FISO", Role::Fiso).await;
        let owner = signed_in(&service, "OWNER", Role::PolicyOwner).await;
        assert_eq!(grant(&service, entry, &fiso).await, PermissionState::Agreed, "two must agree");
        let version = state(&service, entry).await.version;
        let decision =
            Decision { grant: true, because: "for the trial".into(), version, ..Decision::default() };
        let granted =
            permissions_app::decide_permission(&service.app, permit(&owner).unwrap(), entry, decision)
                .await
                .unwrap();
        assert_eq!(granted, PermissionState::Granted);

        service.pass(5 * DAY).await;
        service.settle(&mut phone).await;
        assert!(service.outcome(id, "MDU-6.2a").await.starts_with("not-met"), "never met because of it");
        assert_eq!(service.open_cases(id, "MDU-6.2a").await, 0);
        service.pass(16 * DAY).await;
        service.settle(&mut phone).await;
        service.pass(3 * DAY).await;
        assert_eq!(state(&service, entry).await.state, PermissionState::Lapsed);
        assert_eq!(service.open_cases(id, "MDU-6.2a").await, 1, "lapsing opens it");
    });
}

#[test]
fn two_at_once_a_stale_form_and_a_form_sent_twice_change_nothing_twice() {
    Service::run_on_both(async |service| {
        let id = service.ready("F4HUB0000004").await;
        let entry = ask(&service, hub(&service, "F4HUB0000004")).await;
        assert_eq!(ask(&service, hub(&service, "F4HUB0000004")).await, entry, "one form, one entry");
        let decision = Decision { grant: true, because: "yes".into(), ..Decision::default() };
        let one = decider(&service).await;
        let other = signed_in(&service, "OTHER", Role::Fiso).await;
        let first =
            permissions_app::decide_permission(&service.app, permit(&one).unwrap(), entry, decision.clone());
        let second = permissions_app::decide_permission(
            &service.app,
            permit(&other).unwrap(),
            entry,
            decision.clone(),
        );
        let (first, second) = tokio::join!(first, second);
        assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1, "{first:?} {second:?}");
        let again = permissions_app::decide_permission(&service.app, permit(&one).unwrap(), entry, decision)
            .await
            .unwrap_err();
        assert!(again.to_string().contains("changed this entry"), "{again}");
        let granted = service.ledger_actions().await;
        let count = granted.iter().filter(|(action, _)| action == "permission.granted").count();
        assert_eq!(count, 1);
        assert!(service.device(id).await.enrolment.is_none());
    });
}

#[test]
fn people_are_warned_before_it_lapses_and_once() {
    Service::run(async |service| {
        service.ready("F4HUB0000005").await;
        let entry = ask(&service, hub(&service, "F4HUB0000005")).await;
        grant(&service, entry, &decider(&service).await).await;
        service.pass(10).await;
        assert!(state(&service, entry).await.warned_at.is_none());
        service.pass(25 * DAY).await;
        assert!(state(&service, entry).await.warned_at.is_some());
        service.pass(DAY).await;
        let events = service.app.store().read(move |tx| store::permissions::events(tx, entry)).await.unwrap();
        assert_eq!(events.iter().filter(|(_, _, says)| says.contains("Lapses soon")).count(), 1);
    });
}
