//! The report of a holder who is signed in, where the force has said beforehand that it locks the device.

use std::path::Path;
use std::sync::Arc;

use domain::{CommandState, Deed, DeviceId};
use losses_app::report::{report_own, report_publicly};
use losses_app::{Answers, lock_reported};
use policy::{Files, Overrides};

use super::force::{about, actor, call, phone, report, settle, timeline, with_role};
use kernel::access::{Role, permit};
use kernel::testing::{Bench, on_both};
use kernel::{App, PolicyInForce};

/// Makes the report of a holder lock the device, with a limit of so many containments an hour.
fn reports_lock(app: &App, an_hour: u32) {
    let files = Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy")).unwrap();
    let own = serde_json::json!({ "loss-contain-on-report": "holder", "loss-containment-an-hour": an_hour });
    let own: Overrides = serde_json::from_value(own).unwrap();
    let platforms = kernel::testing::platforms();
    let policy = PolicyInForce::load(files, &own, "Norfolk Constabulary", &platforms).unwrap();
    app.set_policy(Arc::new(policy));
}

async fn orders(app: &App, device: DeviceId) -> Vec<(Deed, CommandState)> {
    let all = app.store().read(move |tx| store::commands::of_device(tx, device, 20)).await.unwrap();
    all.into_iter().map(|order| (order.deed, order.state)).collect()
}

#[test]
fn the_order_belongs_to_the_report_and_is_given_once() {
    on_both(|Bench { app, person, .. }| async move {
        reports_lock(&app, 30);
        let own = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let me = actor(&app, person, Role::Holder);
        let new = || report("mine", Answers::default());
        let reported = report_own(&app, permit(&me).unwrap(), own, new()).await.unwrap();
        // Nothing but the report happened before the process ended here: the order waits as a job beside it.
        let again = report_own(&app, permit(&me).unwrap(), own, new()).await.unwrap();
        assert_eq!(again.reference, reported.reference);
        settle(&app, None).await;
        assert_eq!(orders(&app, own).await, [(Deed::LostMode, CommandState::Queued)]);

        // Begun again after its lease ended, and after a second report: still one order.
        lock_reported(&app, reported.loss).await.unwrap();
        report_own(&app, permit(&me).unwrap(), own, report("more", Answers::default())).await.unwrap();
        settle(&app, None).await;
        assert_eq!(orders(&app, own).await.len(), 1);
    });
}

#[test]
fn a_second_press_locks_nothing_twice_and_a_number_is_looked_up_without_a_force() {
    on_both(|Bench { app, person, .. }| async move {
        let own = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let answers = Answers { whose: "1234".into(), device: "iphone".into(), ..Answers::default() };
        let new = losses_app::report::NewReport { force: None, ..report("pressed", answers) };
        let reported = report_publicly(&app, new).await.unwrap();
        assert_eq!(reported.device, Some(own));
        let officer = with_role(&app, "9009", Role::DutyOfficer, false).await;
        let officer = actor(&app, officer, Role::DutyOfficer);
        for _ in 0..2 {
            losses_app::contain::contain(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        }
        assert_eq!(orders(&app, own).await, [(Deed::LostMode, CommandState::Queued)]);
    });
}

#[test]
fn the_report_of_another_person_than_its_holder_does_not_lock_the_device_that_was_meant() {
    on_both(|Bench { app, person, .. }| async move {
        reports_lock(&app, 30);
        let own = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let other = with_role(&app, "9003", Role::Holder, true).await;
        let right = phone(&app, "AAAA1", Some(other)).await;
        let officer = with_role(&app, "9009", Role::DutyOfficer, false).await;
        let officer = actor(&app, officer, Role::DutyOfficer);
        let me = actor(&app, person, Role::Holder);
        let new = report("mine", Answers::default());
        let loss = report_own(&app, permit(&me).unwrap(), own, new).await.unwrap().loss;
        losses_app::put_right(&app, permit(&officer).unwrap(), loss, right, "another phone").await.unwrap();
        settle(&app, None).await;
        lock_reported(&app, loss).await.unwrap();
        assert!(orders(&app, right).await.is_empty(), "its holder has reported nothing");
    });
}

#[test]
fn what_stands_in_the_way_is_said_on_the_case_and_the_call_goes_on() {
    on_both(|Bench { app, person, .. }| async move {
        reports_lock(&app, 30);
        let own = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        app.store()
            .write(move |tx| {
                let none = domain::EnrolmentState::None;
                store::devices::set_enrolment(tx, own, None, none).map_err(kernel::AppError::from)
            })
            .await
            .unwrap();
        let me = actor(&app, person, Role::Holder);
        let reported =
            report_own(&app, permit(&me).unwrap(), own, report("mine", Answers::default())).await.unwrap();
        settle(&app, None).await;
        let said = timeline(&app, &reported).await;
        assert!(said.iter().any(|line| line.contains("did not lock the device")), "{said:?}");
        assert_eq!(call(&app, reported.loss).await.standing, "calling");
    });
}

#[test]
fn a_report_without_a_sign_in_still_orders_nothing_and_a_loss_that_is_over_is_not_locked() {
    on_both(|Bench { app, person, .. }| async move {
        reports_lock(&app, 30);
        let own = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        report_publicly(&app, report("anybody", about("NC-F4GXQ2ABCD"))).await.unwrap();
        settle(&app, None).await;
        assert_eq!(orders(&app, own).await, []);

        let me = actor(&app, person, Role::Holder);
        let reported =
            report_own(&app, permit(&me).unwrap(), own, report("mine", Answers::default())).await.unwrap();
        let officer = actor(&app, person, Role::DutyOfficer);
        losses_app::confirm_found(&app, permit(&officer).unwrap(), reported.loss, "it was in the car")
            .await
            .unwrap();
        settle(&app, None).await;
        assert_eq!(orders(&app, own).await, [], "found before the job ran");
    });
}

#[test]
fn beyond_the_limit_of_an_hour_the_order_is_held_and_the_page_says_so() {
    on_both(|Bench { app, person, .. }| async move {
        reports_lock(&app, 1);
        let me = actor(&app, person, Role::Holder);
        for serial in ["AAAA1", "AAAA2"] {
            let own = phone(&app, serial, Some(person)).await;
            report_own(&app, permit(&me).unwrap(), own, report(serial, Answers::default())).await.unwrap();
            settle(&app, None).await;
            let expected = if serial == "AAAA1" { CommandState::Queued } else { CommandState::Held };
            assert_eq!(orders(&app, own).await, [(Deed::LostMode, expected)]);
        }
    });
}
