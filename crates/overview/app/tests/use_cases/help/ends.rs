//! How requests about a password end otherwise: expired, offline, refused by the device, stated by a person.

use domain::{CommandState, ResetCause, ResetState, Span};
use help_app::resets::{
    NewReset, ask_own_reset, ask_reset_at_desk, decide_reset, record_by_hand, send_reset, state_changed,
};
use store::{commands, devices};

use super::{
    agree, by_day, clearable, desk, device_answers, hours, new, proved, row, state, with_phone_number,
};
use crate::losses::force::{actor, on_call, settle, with_role};
use kernel::AppError;
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_bench, on_both};

const HOUR: Span = Span::from_secs(3600);

#[test]
fn a_device_that_is_offline_is_not_opened_weeks_later() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        with_phone_number(&app, person, None).await;
        let desk = desk(&app, &world).await;
        let asked = proved(&app, &desk, device, person).await;
        send_reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        decide_reset(&app, permit(&desk.lead).unwrap(), asked, agree()).await.unwrap();
        for _ in 0..26 {
            world.clock.advance(HOUR);
            settle(&app, None).await;
        }
        let over = row(&app, asked).await;
        assert_eq!((over.state, over.next_at), (ResetState::Expired, None));
        let order = app.store().read(move |tx| commands::of_device(tx, device, 10)).await.unwrap().remove(0);
        assert_eq!(order.state, CommandState::Cancelled, "the order is taken back");
        let case = over.case;
        let case = app.store().read(move |tx| store::cases::by_id(tx, case)).await.unwrap().unwrap();
        assert!(case.closed.is_none(), "the desk has to go on");
    });
}

#[test]
fn what_nobody_decides_expires_and_a_lost_device_is_not_opened() {
    on_bench(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        with_phone_number(&app, person, None).await;
        let desk = desk(&app, &world).await;
        let asked = proved(&app, &desk, device, person).await;
        send_reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        world.clock.advance(hours(4));
        let lead = desk.lead.clone().proven(world.now());
        let late = decide_reset(&app, permit(&lead).unwrap(), asked, agree()).await;
        assert!(matches!(late, Err(AppError::Conflict(why)) if why.contains("time to decide")));
        settle(&app, None).await;
        assert_eq!(state(&app, asked).await, ResetState::Expired);

        let loss = crate::losses::force::report("one", crate::losses::force::about("F4GXQ2ABCD"));
        losses_app::report::report_publicly(&app, loss).await.unwrap();
        let lost = ask_reset_at_desk(&app, permit(&desk.analyst).unwrap(), new(device, "two")).await;
        assert!(matches!(lost, Err(AppError::Conflict(why)) if why.contains("reported lost")));

        // Nobody takes a request about what they hold themselves.
        let analyst = desk.analyst.person.unwrap();
        let own = clearable(&app, "OWN1", Some(analyst)).await;
        let own = ask_reset_at_desk(&app, permit(&desk.analyst).unwrap(), new(own, "three")).await;
        assert!(matches!(own, Err(AppError::Conflict(_))), "{own:?}");
    });
}

#[test]
fn an_order_that_the_device_does_not_have_is_taken_back_when_it_is_reported_lost() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        with_phone_number(&app, person, None).await;
        let desk = desk(&app, &world).await;
        let asked = proved(&app, &desk, device, person).await;
        send_reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        decide_reset(&app, permit(&desk.lead).unwrap(), asked, agree()).await.unwrap();
        settle(&app, None).await;
        assert_eq!(state(&app, asked).await, ResetState::Ordered);
        let loss = crate::losses::force::report("one", crate::losses::force::about("F4GXQ2ABCD"));
        losses_app::report::report_publicly(&app, loss).await.unwrap();
        settle(&app, None).await;
        assert_eq!(state(&app, asked).await, ResetState::Withdrawn);
        let all = app.store().read(move |tx| commands::of_device(tx, device, 10)).await.unwrap();
        let order = all.into_iter().find(|order| order.deed == domain::Deed::ClearPasscode).unwrap();
        assert_eq!(order.state, CommandState::Cancelled, "whoever has it does not get it open");
    });
}

#[test]
fn a_known_password_is_changed_by_its_holder_and_kept_as_stated() {
    on_both(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        let me = actor(&app, person, Role::Holder);
        let known = NewReset { cause: ResetCause::Known, ..new(device, "one") };
        let asked = ask_own_reset(&app, permit(&me).unwrap(), known.clone(), true).await.unwrap();
        let again = ask_own_reset(&app, permit(&me).unwrap(), known, true).await.unwrap();
        assert_eq!(asked, again);
        assert_eq!(state(&app, asked).await, ResetState::Changing);
        for _ in 0..8 {
            world.clock.advance(HOUR);
            settle(&app, None).await;
        }
        let chased = row(&app, asked).await;
        assert_eq!(chased.reminders, 3, "three reminders and no more");
        assert!(chased.next_at.is_some(), "it is not forgotten");
        state_changed(&app, permit(&me).unwrap(), asked).await.unwrap();
        let twice = state_changed(&app, permit(&me).unwrap(), asked).await;
        assert!(matches!(twice, Err(AppError::Conflict(_))), "a double click");
        assert_eq!(state(&app, asked).await, ResetState::Stated);
        let stranger = with_role(&app, "77", Role::Holder, false).await;
        let stranger = actor(&app, stranger, Role::Holder);
        let theirs = ask_own_reset(&app, permit(&stranger).unwrap(), new(device, "two"), false).await;
        assert!(matches!(theirs, Err(AppError::Invalid { field: "device", .. })));
    });
}

#[test]
fn what_cannot_be_cleared_from_afar_is_done_at_the_desk_and_called_stated() {
    on_bench(|Bench { app, world, person }| async move {
        by_day(&world);
        // Never enrolled, so nothing reaches it.
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        app.store()
            .write(move |tx| devices::set_enrolment(tx, device, None, domain::EnrolmentState::None))
            .await
            .unwrap();
        with_phone_number(&app, person, None).await;
        let desk = desk(&app, &world).await;
        let asked = proved(&app, &desk, device, person).await;
        let early = record_by_hand(&app, permit(&desk.analyst).unwrap(), asked, "at the counter").await;
        assert!(matches!(early, Err(AppError::Conflict(_))), "not agreed yet");
        send_reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        decide_reset(&app, permit(&desk.lead).unwrap(), asked, agree()).await.unwrap();
        assert_eq!(state(&app, asked).await, ResetState::ByHand);
        record_by_hand(&app, permit(&desk.analyst).unwrap(), asked, "at the counter").await.unwrap();
        assert_eq!(state(&app, asked).await, ResetState::Stated);
    });
}

#[test]
fn the_device_refuses_and_the_desk_has_to_ask_again() {
    on_bench(|Bench { app, world, person }| async move {
        by_day(&world);
        let device = clearable(&app, "F4GXQ2ABCD", Some(person)).await;
        with_phone_number(&app, person, None).await;
        let officer = with_role(&app, "9009", Role::DutyOfficer, true).await;
        on_call(&app, officer, world.now(), world.now().plus(HOUR)).await;
        let desk = desk(&app, &world).await;
        let asked = proved(&app, &desk, device, person).await;
        send_reset(&app, permit(&desk.analyst).unwrap(), asked).await.unwrap();
        decide_reset(&app, permit(&desk.lead).unwrap(), asked, agree()).await.unwrap();
        device_answers(&app, device, CommandState::Failed).await;
        settle(&app, None).await;
        assert_eq!(state(&app, asked).await, ResetState::Failed);
        let second =
            ask_reset_at_desk(&app, permit(&desk.analyst).unwrap(), new(device, "two")).await.unwrap();
        assert_eq!(row(&app, second).await.case, row(&app, asked).await.case, "the same case goes on");
    });
}
