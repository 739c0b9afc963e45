//! Faults, damage and signs of tampering; wiped devices; batteries before a shift.

use domain::{CaseId, DeviceId, Fact, FactName, FactValue, FaultKind, Grade, Platform, Span, Timestamp};
use help_app::faults::{
    NewFault, Progress, bring_in, fault, lift_restriction, refer, report_fault, report_own_fault, restrict,
};
use store::{case_steps, cases, devices, messages, notices};

use super::{by_day, desk, hours};
use crate::losses::force::{actor, actor_of, entries, phone, settle, with_role};
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError};

fn new(device: DeviceId, kind: FaultKind, form: &str) -> NewFault {
    NewFault {
        device,
        kind,
        says: "the back is loose\nsince Monday".into(),
        form: format!("{form}-0123456789abcdef"),
    }
}

async fn timeline(app: &App, case: CaseId) -> Vec<String> {
    let all = app.store().read(move |tx| cases::events(tx, case)).await.unwrap();
    all.into_iter().map(|(_, _, says)| says).collect()
}

#[test]
fn a_holder_reports_once_is_told_what_to_do_and_the_device_comes_in_by_hand_over() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let me = actor(&app, person, Role::Holder);
        let first =
            report_own_fault(&app, permit(&me).unwrap(), new(device, FaultKind::Fault, "one")).await.unwrap();
        let again =
            report_own_fault(&app, permit(&me).unwrap(), new(device, FaultKind::Fault, "one")).await.unwrap();
        let more =
            report_own_fault(&app, permit(&me).unwrap(), new(device, FaultKind::Fault, "two")).await.unwrap();
        assert_eq!((again.case, more.case), (first.case, first.case), "one case");
        let said = timeline(&app, first.case).await;
        assert_eq!(
            said.iter().filter(|says| says.contains("the back is loose since Monday")).count(),
            2,
            "{said:?}"
        );
        let told = app.store().read(move |tx| notices::of_person(tx, person, false, 10)).await.unwrap();
        assert!(told.iter().any(|one| one.body.contains("give it to no shop")), "{}", told.len());
        let damage = report_own_fault(&app, permit(&me).unwrap(), new(device, FaultKind::Damage, "three"))
            .await
            .unwrap();
        assert_ne!(damage.case, first.case);

        let stranger = with_role(&app, "77", Role::Holder, false).await;
        let stranger = actor(&app, stranger, Role::Holder);
        let theirs =
            report_own_fault(&app, permit(&stranger).unwrap(), new(device, FaultKind::Fault, "four")).await;
        assert!(matches!(theirs, Err(AppError::Invalid { field: "device", .. })));
        let empty = NewFault { says: " \n ".into(), ..new(device, FaultKind::Fault, "five") };
        assert!(matches!(
            report_own_fault(&app, permit(&me).unwrap(), empty).await,
            Err(AppError::Invalid { field: "says", .. })
        ));

        let desk = desk(&app, &world).await;
        bring_in(&app, permit(&desk.analyst).unwrap(), first.case).await.unwrap();
        let twice = bring_in(&app, permit(&desk.analyst).unwrap(), first.case).await;
        assert!(matches!(twice, Err(AppError::Conflict(_))), "a double click");
        let case = first.case;
        let steps = app.store().read(move |tx| case_steps::of_case(tx, case)).await.unwrap();
        let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["answer", "take-in", "repair"]);
        let suffolk = actor_of(&app, person, Role::ServiceDeskAnalyst, domain::samples::SUFFOLK);
        let walled = bring_in(&app, permit(&suffolk).unwrap(), damage.case).await;
        assert!(matches!(walled, Err(AppError::Denied(_))), "{walled:?}");
        let only_tampering = restrict(&app, permit(&desk.analyst).unwrap(), first.case).await;
        assert!(matches!(only_tampering, Err(AppError::Conflict(_))));
    });
}

async fn restricted(app: &App, device: DeviceId) -> bool {
    let node = app.clone();
    let wanted = app.store().read(move |tx| {
        let device = devices::by_id(tx, device)?.unwrap();
        permissions_app::wanted_for(&node, tx, &device)
    });
    wanted.await.unwrap().iter().any(|profile| profile.group == "out-of-use")
}

#[test]
fn tampering_is_restricted_and_undone_by_one_person_and_referred_only_for_a_reason() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let psd = with_role(&app, "P1", Role::PsdInvestigator, false).await;
        let desk = desk(&app, &world).await;
        let analyst = || permit(&desk.analyst).unwrap();
        let found = report_fault(&app, analyst(), new(device, FaultKind::Tampering, "one")).await.unwrap();
        let told = app.store().read(move |tx| notices::of_person(tx, psd, false, 10)).await.unwrap();
        assert!(told.is_empty(), "nothing reaches professional standards by itself");

        assert!(!restricted(&app, device).await);
        restrict(&app, permit(&desk.analyst).unwrap(), found.case).await.unwrap();
        let twice = restrict(&app, permit(&desk.analyst).unwrap(), found.case).await;
        assert!(matches!(twice, Err(AppError::Conflict(_))));
        assert!(restricted(&app, device).await);
        let read = fault(&app, permit(&desk.analyst).unwrap(), found.case).await.unwrap();
        let ordered = read.restricted.unwrap();
        assert_eq!(
            (ordered.ordered_at, ordered.progress),
            (world.now(), Progress::Ordered),
            "not on the device yet"
        );
        assert!(!read.lifting);
        let holder = actor(&app, person, Role::ServiceDeskAnalyst);
        let own = lift_restriction(&app, permit(&holder).unwrap(), found.case).await;
        assert!(matches!(own, Err(AppError::Conflict(why)) if why.contains("you hold this device yourself")));
        lift_restriction(&app, permit(&desk.analyst).unwrap(), found.case).await.unwrap();
        assert!(!restricted(&app, device).await);
        let none = lift_restriction(&app, permit(&desk.analyst).unwrap(), found.case).await;
        assert!(matches!(none, Err(AppError::Conflict(_))));

        let without = refer(&app, permit(&desk.analyst).unwrap(), found.case, " ").await;
        assert!(matches!(without, Err(AppError::Invalid { .. })));
        refer(&app, permit(&desk.analyst).unwrap(), found.case, "the seal was cut").await.unwrap();
        let told = app.store().read(move |tx| notices::of_person(tx, psd, false, 10)).await.unwrap();
        assert!(told.len() == 1 && told[0].body.contains("no finding"));
        let twice = refer(&app, permit(&desk.analyst).unwrap(), found.case, "again").await;
        assert!(matches!(twice, Err(AppError::Conflict(_))));
        assert_eq!(entries(&app, "case.referred").await, 1);
    });
}

#[test]
fn a_device_that_enrolled_again_rejoins_the_case_of_its_holder_or_opens_one() {
    on_bench(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        help_app::follow_wiped(&app, device).await.unwrap();
        help_app::follow_wiped(&app, device).await.unwrap();
        let all = app.store().read(move |tx| cases::of_device(tx, device)).await.unwrap();
        assert_eq!(all.iter().map(|case| case.kind.as_str()).collect::<Vec<_>>(), ["wiped"]);
        assert_eq!((entries(&app, "device.enrolled-again").await, all[0].person), (1, Some(person)));

        let other = phone(&app, "F4GXQ2ABCE", Some(person)).await;
        let lost = crate::losses::force::report("one", crate::losses::force::about("F4GXQ2ABCE"));
        let lost = losses_app::report::report_publicly(&app, lost).await.unwrap();
        help_app::follow_wiped(&app, other).await.unwrap();
        let said = timeline(&app, lost.case).await;
        assert!(said.iter().any(|says| says.contains("may have been wiped")), "{said:?}");
        let spare = phone(&app, "SPARE", None).await;
        help_app::follow_wiped(&app, spare).await.unwrap();
        let none = app.store().read(move |tx| cases::of_device(tx, spare)).await.unwrap();
        assert!(none.is_empty(), "a spare that the desk prepares is no case");
    });
}

async fn battery(app: &App, device: DeviceId, percent: i64) {
    let at = app.world().now();
    let fact = Fact {
        name: FactName::new("battery.percent"),
        value: FactValue::Count(percent),
        grade: Grade::Reported,
        at,
        source: "digest".into(),
    };
    app.store().write(move |tx| messages::put_facts(tx, device, "device", &[fact], at)).await.unwrap();
    help_app::follow_battery(app, device).await.unwrap();
}

#[test]
fn a_low_battery_is_told_of_once_before_the_shift_and_never_otherwise() {
    on_both(|Bench { app, world, person }| async move {
        // Days, nine to five: the shift of Wednesday starts at nine.
        let start: Timestamp = "2026-11-25T09:00:00Z".parse().unwrap();
        world.clock.set(start.minus(hours(6)));
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let told = || {
            let app = app.clone();
            async move {
                let all =
                    app.store().read(move |tx| notices::of_person(tx, person, false, 20)).await.unwrap();
                all.into_iter().filter(|one| one.subject.contains("Charge")).collect::<Vec<_>>()
            }
        };
        battery(&app, device, 30).await;
        settle(&app, None).await;
        assert!(told().await.is_empty(), "no roster, no word");
        crate::notices::on_days(&app, person).await;
        battery(&app, device, 80).await;
        world.clock.set(start.minus(hours(2)));
        settle(&app, None).await;
        assert!(told().await.is_empty(), "a good battery is no matter");
        world.clock.set(start.minus(hours(5)));
        battery(&app, device, 30).await;
        settle(&app, None).await;
        assert!(told().await.is_empty(), "five hours before is too early");
        world.clock.set(start.minus(hours(2)));
        settle(&app, None).await;
        let at = told().await;
        assert_eq!((at.len(), at[0].reason.as_str()), (1, "before-shift"));
        battery(&app, device, 25).await;
        world.clock.advance(Span::from_secs(1800));
        settle(&app, None).await;
        assert_eq!(told().await.len(), 1, "once a shift");
        let open = app.store().read(move |tx| cases::of_device(tx, device)).await.unwrap();
        assert!(open.is_empty(), "no case for the desk");
    });
}

#[test]
fn only_an_enrolled_phone_is_asked_of() {
    // The platforms whose password can be cleared are those whose vendor says so.
    on_bench(|Bench { app, .. }| async move {
        let has = |platform| {
            app.platforms().of(platform).is_some_and(|served| {
                served.vendor.has(platform, &devices_app::commands::Order::ClearPasscode)
            })
        };
        assert!(has(Platform::Ios) && !has(Platform::Macos));
    });
}
