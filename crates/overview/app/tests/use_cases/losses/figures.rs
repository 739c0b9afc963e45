//! The figures of losses: read from what is stored, by the month of the report, with the entries of the ledger behind them.

use devices_app::commands::{Ordered, approve, order_destruction};
use domain::{CommandId, CommandState, DeviceId, LossId};
use losses_app::figures::{MonthRead, loss_figures, losses_of_month};
use losses_app::{Answers, LossFacts, Wipe};
use platform_port::Order;

use super::*;
use kernel::access::{Actor, Permit, Proof, SeeLossFigures};

fn sees() -> Permit<SeeLossFigures> {
    permit(&Actor::command_line("test")).unwrap()
}

async fn months(app: &App) -> Vec<MonthRead> {
    loss_figures(app, sees(), None).await.unwrap()
}

async fn only(app: &App, month: &str) -> LossFacts {
    let mut all = losses_of_month(app, sees(), None, month).await.unwrap().losses;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn present(app: &App, person: domain::PersonId) -> Actor {
    let who = actor(app, person, Role::InformationSecurity);
    who.with_proof(Proof { at: Some(app.world().now()), by_link: false })
}

/// Asks for a wipe as one person and agrees to it as another, so many minutes later.
async fn wiped(app: &App, world: &TestWorld, device: DeviceId, after: i64) -> CommandId {
    let asks = with_role(app, "9101", Role::InformationSecurity, true).await;
    let agrees = with_role(app, "9102", Role::InformationSecurity, true).await;
    let by = present(app, asks);
    let ordered = order_destruction(app, permit(&by).unwrap(), device, Order::Erase, "stolen").await.unwrap();
    let Ordered::NeedsSecond(command) = ordered else { panic!("{ordered:?}") };
    world.clock.advance(minutes(after));
    let by = present(app, agrees);
    approve(app, permit(&by).unwrap(), command, "asked them").await.unwrap();
    command
}

async fn ends(app: &App, command: CommandId, state: CommandState) {
    let now = app.world().now();
    app.store()
        .write(move |tx| {
            let found = store::commands::by_id(tx, command)?.unwrap();
            store::commands::set_finished(
                tx,
                &store::commands::Answered {
                    id: command,
                    enrolment: found.enrolment,
                    state,
                    error: None,
                    digest: "digest",
                },
                now,
            )
        })
        .await
        .unwrap();
}

#[test]
fn a_night_is_read_from_its_report_calls_orders_and_entries() {
    on_both(|Bench { app, world, person }| async move {
        world.clock.set("2026-11-22T03:07:00Z".parse().unwrap());
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(6000))).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        settle(&app, None).await;
        world.clock.advance(minutes(4));
        let who = actor(&app, engineer, Role::OnCallEngineer);
        losses_app::acknowledge_call(&app, permit(&who).unwrap(), reported.loss, None).await.unwrap();
        losses_app::contain::contain(&app, permit(&who).unwrap(), reported.loss).await.unwrap();
        world.clock.advance(minutes(10));
        device_answers(&app, device).await;
        settle(&app, None).await;

        let loss = only(&app, "2026-11").await;
        let after = |count| reported.reported_at.plus(minutes(count));
        assert_eq!((loss.reference.as_str(), loss.identified), (reported.reference.as_str(), true));
        assert_eq!((loss.answered_at, loss.contained_at), (Some(after(4)), Some(after(14))));
        assert_eq!((loss.calls, loss.failed, loss.unanswered), (1, 0, false));
        assert_eq!((loss.wipe, loss.recovered_at), (None, None));

        // Lost mode that is ended when the device is found changes nothing of how long it took to lock it.
        let desk = with_role(&app, "9004", Role::ServiceDeskAnalyst, true).await;
        let desk = actor(&app, desk, Role::ServiceDeskAnalyst);
        losses_app::confirm_found(&app, permit(&desk).unwrap(), reported.loss, "rang its holder")
            .await
            .unwrap();
        losses_app::contain::end_containment(&app, permit(&desk).unwrap(), reported.loss).await.unwrap();
        device_answers(&app, device).await;
        settle(&app, None).await;
        ledger_app::checkpoint_ledger(&app).await.unwrap();
        let read = months(&app).await;
        let (this, others) = read.split_first().unwrap();
        assert_eq!((this.word.as_str(), read.len()), ("2026-11", 13));
        let figures = &this.figures;
        assert_eq!((figures.losses, figures.identified, figures.recovered), (1, 1, 1));
        assert_eq!((figures.contain.count, figures.contain.median), (1, Some(minutes(14))));
        assert_eq!((figures.answer.median, figures.never, figures.not_yet), (Some(minutes(4)), 0, 0));
        assert_eq!(figures.contain.slowest.as_ref().unwrap().reference, reported.reference);
        assert!(others.iter().all(|month| month.figures.losses == 0 && month.proof.is_none()));
        let proof = this.proof.unwrap();
        assert!(proof.first <= proof.last && proof.entries > 0);
    });
}

#[test]
fn entries_without_numbers_are_said_and_a_checkpoint_covers_the_last_one() {
    on_both(|Bench { app, person, .. }| async move {
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let proof = async || months(&app).await.remove(0).proof;
        assert_eq!(proof().await, None, "no entry has a number yet");
        ledger_app::checkpoint_ledger(&app).await.unwrap();
        let covered = proof().await.unwrap();
        let of_loss = app.store().read(move |tx| store::loss_figures::entries_of(tx, reported.loss));
        let of_loss = of_loss.await.unwrap();
        assert_eq!((Some(covered.first), Some(covered.last)), (of_loss.first, of_loss.last));
        assert_eq!((covered.entries, covered.waiting), (of_loss.all, 0));
        assert!(covered.checkpoint.is_some_and(|one| one.size > covered.last), "{covered:?}");
        // What is entered afterwards is counted, and said not to be numbered.
        let who = actor(&app, person, Role::DutyOfficer);
        losses_app::acknowledge_call(&app, permit(&who).unwrap(), reported.loss, None).await.unwrap();
        let more = proof().await.unwrap();
        assert!(more.waiting > 0 && more.last == covered.last, "{more:?}");
    });
}

#[test]
fn wipes_end_in_words_of_their_own_and_approvals_are_timed() {
    on_both(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let command = wiped(&app, &world, device, 20).await;
        let loss = only(&app, "2026-11").await;
        assert_eq!(loss.wipe, Some(Wipe::Open), "agreed to is not done");
        for (state, wipe) in
            [(CommandState::Uncertain, Wipe::Uncertain), (CommandState::Acknowledged, Wipe::Confirmed)]
        {
            ends(&app, command, state).await;
            assert_eq!(only(&app, "2026-11").await.wipe, Some(wipe));
        }
        let figures = months(&app).await.remove(0).figures;
        assert_eq!((figures.wipes.asked, figures.wipes.confirmed), (1, 1));
        assert_eq!((figures.approval.count, figures.approval.median), (1, Some(minutes(20))));
        assert_eq!((figures.waiting, figures.nobody), (0, 1));
    });
}

#[test]
fn a_loss_belongs_to_the_month_of_its_report_and_to_its_force_alone() {
    on_both(|Bench { app, world, person }| async move {
        // Half past midnight by the wall clock on 1 August is still July in UTC.
        world.clock.set("2027-07-31T23:30:00Z".parse().unwrap());
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        report_publicly(&app, report("two", Answers::default())).await.unwrap();
        let of = async |month: &str| losses_of_month(&app, sees(), None, month).await.unwrap().losses.len();
        assert_eq!((of("2027-07").await, of("2027-08").await), (0, 2));
        let figures = months(&app).await.remove(0).figures;
        assert_eq!((figures.losses, figures.identified, figures.not_yet), (2, 1, 1));
        for month in ["", "soon", "2026-13"] {
            let refused = losses_of_month(&app, sees(), None, month).await;
            assert!(matches!(refused, Err(AppError::Invalid { field: "month", .. })), "{month}");
        }

        // The wall between the forces, and who may see figures at all.
        let other = actor_of(&app, person, Role::ServiceDeskLead, domain::samples::SUFFOLK);
        let there = loss_figures(&app, permit(&other).unwrap(), None).await.unwrap();
        assert!(there.iter().all(|month| month.figures.losses == 0));
        let over = loss_figures(&app, permit(&other).unwrap(), Some(domain::samples::NORFOLK)).await;
        assert!(matches!(over, Err(AppError::Denied(_))));
        for (role, may) in [
            (Role::ServiceDeskLead, true),
            (Role::InformationSecurity, true),
            (Role::Fiso, true),
            (Role::PolicyOwner, true),
            (Role::ServiceDeskAnalyst, false),
            (Role::DutyOfficer, false),
            (Role::Auditor, false),
            (Role::Administrator, false),
        ] {
            let who = actor(&app, person, role);
            assert_eq!(permit::<SeeLossFigures>(&who).is_ok(), may, "{role}");
        }
    });
}

async fn kept(app: &App, device: DeviceId) -> usize {
    app.store().read(move |tx| store::commands::of_device(tx, device, 50)).await.unwrap().len()
}

async fn forgotten(app: &App) {
    while overview_app::retention::forget_what_is_due(app).await.unwrap() > 0 {}
}

#[test]
fn orders_to_a_lost_device_stay_with_its_loss_and_others_are_forgotten() {
    on_both(|Bench { app, world, person }| async move {
        let (lost, here) =
            (phone(&app, "F4GXQ2ABCD", Some(person)).await, phone(&app, "AAAA1", Some(person)).await);
        let loss: LossId = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap().loss;
        let who = actor(&app, person, Role::ServiceDeskLead);
        losses_app::contain::contain(&app, permit(&who).unwrap(), loss).await.unwrap();
        let lock = Order::Lock { message: None, phone_number: None };
        devices_app::commands::order(&app, permit(&who).unwrap(), here, lock, "left open").await.unwrap();
        for device in [lost, here] {
            device_answers(&app, device).await;
        }
        settle(&app, None).await;
        world.clock.advance(minutes(10 * 24 * 60));
        forgotten(&app).await;
        assert!(kept(&app, lost).await > 0, "the figures of its loss need them");
        assert_eq!(kept(&app, here).await, 0);
        world.clock.advance(minutes(400 * 24 * 60));
        forgotten(&app).await;
        assert_eq!(kept(&app, lost).await, 0, "the loss is older than the figures go back");
    });
}

#[test]
fn orders_to_a_device_that_was_taken_for_the_lost_one_stay_with_the_loss() {
    on_both(|Bench { app, world, person }| async move {
        let wrong = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let right = phone(&app, "AAAA1", Some(person)).await;
        let loss = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap().loss;
        let who = actor(&app, person, Role::ServiceDeskLead);
        losses_app::contain::contain(&app, permit(&who).unwrap(), loss).await.unwrap();
        world.clock.advance(minutes(1));
        device_answers(&app, wrong).await;
        losses_app::put_right(&app, permit(&who).unwrap(), loss, right, "misheard").await.unwrap();
        device_answers(&app, wrong).await;
        settle(&app, None).await;
        world.clock.advance(minutes(10 * 24 * 60));
        forgotten(&app).await;
        assert!(kept(&app, wrong).await > 0, "the case says what was done to it");
    });
}
