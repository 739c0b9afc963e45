//! What people are told to do next: whom to ring and on what, and the control that they are sent to.

use help_app::resets::{ask_own_reset, ask_reset_at_desk, reset, send_reset};

use super::{by_day, clearable, desk, new, proved, with_phone_number};
use crate::losses::force::{actor, with_role};
use kernel::AppError;
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_bench};

#[test]
fn whom_to_ring_is_reached_from_any_telephone() {
    on_bench(|Bench { app, world, .. }| async move {
        by_day(&world);
        let desk = losses_app::ring_now(&app, world.now());
        assert_eq!(desk.who, "the ICT Service Desk");
        assert_eq!(desk.number, "101, then ask for extension 4747");
        world.clock.set("2026-11-25T03:00:00Z".parse().unwrap());
        let officer = losses_app::ring_now(&app, world.now());
        assert_eq!(
            (officer.who.as_str(), officer.number.as_str()),
            ("the Force Duty Officer (Oscar 1)", "101")
        );
    });
}

#[test]
fn where_nobody_who_decides_is_at_work_everybody_who_may_is_named_with_a_number() {
    on_bench(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        with_phone_number(&app, person, None).await;
        let desk = desk(&app, &world).await;
        let security = with_role(&app, "I1", Role::InformationSecurity, true).await;
        with_phone_number(&app, security, None).await;
        let asked = proved(&app, &desk, device, person).await;
        let read = reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        assert!(read.to_ring.is_empty(), "no decision is wanted yet");
        send_reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        let named = |role: &'static str| {
            let (app, actor) = (app.clone(), desk.analyst.clone());
            async move {
                let read = reset(&app, permit(&actor).unwrap(), asked).await.unwrap();
                assert!(read.reachable.is_empty(), "nobody is on duty or on call");
                read.to_ring.into_iter().find(|one| one.role == role).map(|one| one.people)
            }
        };
        assert_eq!(named("Service desk lead").await.unwrap(), ["Person S2 (S2), number not in the register"]);
        assert_eq!(named("Information security").await.unwrap(), ["Person I1 (I1), 01603 000000"]);
        assert_eq!(named("Force Duty Officer").await, None, "decides only while the desk is closed");
        assert_eq!(named("Force Information Security Officer").await, None, "nobody has that role");
        world.clock.set("2026-11-25T20:00:00Z".parse().unwrap());
        assert!(
            named("Force Duty Officer").await.unwrap().is_empty(),
            "the role that decides now, though nobody has it"
        );
        assert!(named("Information security").await.is_some());
    });
}

#[test]
fn a_lost_device_leads_the_desk_to_the_control_that_closes_it_and_the_holder_to_the_desk() {
    on_bench(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        let desk = desk(&app, &world).await;
        let loss = crate::losses::force::report("one", crate::losses::force::about("F4GXQ2ABCD"));
        let lost = losses_app::report::report_publicly(&app, loss).await.unwrap().case;
        let number = app.store().read(move |tx| store::cases::by_id(tx, lost)).await.unwrap().unwrap().number;
        let at_desk = ask_reset_at_desk(&app, permit(&desk.analyst).unwrap(), new(device, "two")).await;
        let control = format!("press \u{201c}Close the case\u{201d} on the page of the case C-{number}");
        assert!(matches!(&at_desk, Err(AppError::Conflict(why)) if why.contains(&control)), "{at_desk:?}");
        let me = actor(&app, person, Role::Holder);
        let own = ask_own_reset(&app, permit(&me).unwrap(), new(device, "three"), false).await;
        let whom = "ring the ICT Service Desk on 101, then ask for extension 4747";
        assert!(matches!(&own, Err(AppError::Conflict(why)) if why.contains(whom)), "{own:?}");
        assert!(
            matches!(&own, Err(AppError::Conflict(why)) if !why.contains("press")),
            "a holder closes no case"
        );
    });
}
