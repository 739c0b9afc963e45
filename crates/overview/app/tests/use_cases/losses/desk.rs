//! Losses at the desk: a report that answers its call, the case that goes with a loss, the kind of device in the words of a report, the
//! devices to choose from, and what stands in the way of a lock.

use cases_app::hand_over::own_cases;
use domain::{DeviceId, DeviceKind, EnrolmentState, PersonId};
use losses_app::contain::contain;
use losses_app::read::{LossRead, loss};
use losses_app::report::{
    Reported, Telephoned, deals_by_default, report_at_desk, report_own, report_publicly,
};
use losses_app::returning::{Key, own_report};
use losses_app::search::{fits_of_loss, own_devices};
use losses_app::{Answers, Meaning};
use store::devices::Device;

use super::force::{
    MINUTE, about, actor, call, device_answers, entries, messages, minutes, on_call, phone, report, settle,
    timeline, with_role,
};
use kernel::access::{Actor, Role, permit};
use kernel::testing::{Bench, on_bench, on_both};
use kernel::{App, AppError};

/// Enters a device that is in the register only.
async fn registered(app: &App, serial: &str, kind: DeviceKind, holder: PersonId) -> DeviceId {
    let (id, now) = (DeviceId::from_uuid(app.world().uuid()), app.world().now());
    let device = Device {
        id,
        serial: serial.to_owned(),
        kind,
        force: domain::samples::NORFOLK,
        holder: Some(holder),
        asset_tag: None,
        model: None,
        created_at: now,
        retired_at: None,
        enrolment: None,
        enrolment_state: EnrolmentState::None,
        supervised: None,
        os_version: None,
        last_contact_at: None,
        met: 0,
        not_met: 0,
        not_known: 0,
        judged_at: None,
    };
    app.store().write(move |tx| store::devices::add(tx, &device)).await.unwrap();
    id
}

async fn by_telephone(app: &App, by: &Actor, device: DeviceId, deals: bool) -> Reported {
    let telephoned = Telephoned { device: Some(device), deals };
    let new = report(&device.to_string(), Answers::default());
    report_at_desk(app, permit(by).unwrap(), telephoned, new).await.unwrap()
}

async fn read(app: &App, by: &Actor, reported: &Reported) -> LossRead {
    loss(app, permit(by).unwrap(), reported.loss).await.unwrap()
}

async fn owner_of(app: &App, reported: &Reported) -> Option<String> {
    let case = reported.case;
    app.store().read(move |tx| store::cases::by_id(tx, case)).await.unwrap().unwrap().owner
}

#[test]
fn who_takes_a_report_at_night_and_deals_with_it_has_answered_and_nobody_is_called_at_first() {
    on_both(|Bench { app, world, person }| async move {
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(600))).await;
        let desk = with_role(&app, "9004", Role::ServiceDeskAnalyst, true).await;
        let officer = with_role(&app, "9009", Role::DutyOfficer, true).await;
        let desk = actor(&app, desk, Role::ServiceDeskAnalyst);
        let officer = actor(&app, officer, Role::DutyOfficer);
        assert!(deals_by_default(&app, &permit(&officer).unwrap()), "the duty officer at any hour");
        assert!(!deals_by_default(&app, &permit(&desk).unwrap()), "the desk in its hours");

        let first = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let taken = by_telephone(&app, &desk, first, true).await;
        settle(&app, None).await;
        assert!(taken.taken && !taken.calling);
        assert!(messages(&app, taken.loss).await.is_empty(), "the first call is not made");
        let now = call(&app, taken.loss).await;
        let until = world.now().plus(minutes(30));
        assert_eq!((now.standing.as_str(), now.next_at, now.unanswered), ("taken", Some(until), false));
        assert_eq!(owner_of(&app, &taken).await, Some(desk.name.clone()), "its case goes with it");
        assert_eq!((entries(&app, "loss.answered").await, entries(&app, "loss.called").await), (1, 0));
        let said = timeline(&app, &taken).await;
        assert!(said.iter().any(|line| line.contains("deals with it and its case")), "{said:?}");

        // It is not locked in time: people are called from the first step on.
        world.clock.advance(minutes(31));
        settle(&app, None).await;
        assert_eq!(call(&app, taken.loss).await.standing, "calling");
        assert_eq!(messages(&app, taken.loss).await[0].person, engineer);

        // The duty officer's answer is for good. Without one, the chain is called.
        let second = phone(&app, "AAAA1", Some(person)).await;
        let over = by_telephone(&app, &officer, second, true).await;
        world.clock.advance(minutes(120));
        settle(&app, None).await;
        let now = call(&app, over.loss).await;
        assert_eq!((now.standing.as_str(), now.next_at), ("acknowledged", None));
        assert!(messages(&app, over.loss).await.is_empty());
        assert!(over.taken, "the duty officer has it and its case");
        let late = report("late", Answers::default());
        let telephoned = Telephoned { device: Some(second), deals: true };
        let late = report_at_desk(&app, permit(&desk).unwrap(), telephoned, late).await.unwrap();
        assert!(!late.taken, "it is the duty officer's already");
        let third = phone(&app, "AAAA2", Some(person)).await;
        let calling = by_telephone(&app, &officer, third, false).await;
        assert_eq!(call(&app, calling.loss).await.standing, "calling");
        assert_eq!(owner_of(&app, &calling).await, None);
    });
}

#[test]
fn whoever_takes_a_loss_takes_its_case_and_the_hand_over_of_the_shift_shows_it() {
    on_both(|Bench { app, world, person }| async move {
        phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let engineer = with_role(&app, "9001", Role::OnCallEngineer, true).await;
        on_call(&app, engineer, world.now(), world.now().plus(minutes(600))).await;
        let officer = with_role(&app, "9009", Role::DutyOfficer, false).await;
        let officer = actor(&app, officer, Role::DutyOfficer);
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let own = async |who: &Actor| own_cases(&app, permit(who).unwrap()).await.unwrap();
        assert!(own(&officer).await.is_empty());

        // Recorded for somebody who answered by telephone: it is theirs.
        let take = async |instead_of| {
            losses_app::acknowledge_call(&app, permit(&officer).unwrap(), reported.loss, instead_of)
                .await
                .unwrap()
        };
        assert!(take(Some("9001")).await);
        assert_eq!(owner_of(&app, &reported).await, Some(format!("person:{engineer}")));
        let engineer = actor(&app, engineer, Role::OnCallEngineer);
        assert_eq!(own(&engineer).await.len(), 1);

        assert!(take(None).await, "the duty officer takes it over");
        let mine = own(&officer).await;
        assert_eq!(mine.iter().map(|one| one.id).collect::<Vec<_>>(), [reported.case]);
        assert!(own(&engineer).await.is_empty());
        let said = timeline(&app, &reported).await;
        assert!(said.iter().any(|line| line.starts_with("Takes it and its case")), "{said:?}");
    });
}

#[test]
fn the_kind_in_the_words_tells_the_devices_of_one_person_apart() {
    on_both(|Bench { app, .. }| async move {
        let holder = with_role(&app, "9003", Role::Holder, true).await;
        let iphone = phone(&app, "AAAA1", Some(holder)).await;
        let laptop = registered(&app, "BBBB1", DeviceKind::WindowsPc, holder).await;
        let of = |whose: &str, device: &str| Answers { whose: whose.into(), ..about(device) };
        let named = async |form: &str, answers| {
            let reported = report_publicly(&app, report(form, answers)).await.unwrap();
            (reported.meaning, reported.device)
        };
        assert_eq!(named("one", of("Person 9003", "iphone")).await, (Meaning::Ours, Some(iphone)));
        assert_eq!(named("two", of("9003", "her work laptop")).await, (Meaning::Ours, Some(laptop)));
        let aside = of("Person 9003, iphone", "");
        assert_eq!(named("three", aside).await, (Meaning::Already, Some(iphone)));
        // None of that kind, or of nobody in particular: nobody is told that it may be a private device.
        assert_eq!(named("four", of("9003", "tablet, an ipad")).await, (Meaning::Unclear, None));
        assert_eq!(named("five", of("", "laptop")).await, (Meaning::Unclear, None));
        assert_eq!(named("six", of("9003", "")).await, (Meaning::Unclear, None));
        assert_eq!(named("seven", of("Somebody Else", "laptop")).await, (Meaning::NotOurs, None));
    });
}

#[test]
fn staff_choose_among_the_devices_that_the_reports_may_mean() {
    on_both(|Bench { app, .. }| async move {
        let holder = with_role(&app, "9003", Role::Holder, true).await;
        let first = phone(&app, "AAAA1", Some(holder)).await;
        let second = phone(&app, "AAAA2", Some(holder)).await;
        phone(&app, "CCCC1", None).await;
        let laptop = registered(&app, "BBBB1", DeviceKind::WindowsPc, holder).await;
        let officer = with_role(&app, "9009", Role::DutyOfficer, false).await;
        let officer = actor(&app, officer, Role::DutyOfficer);
        let words = Answers { whose: "9003".into(), ..about("a phone") };
        let reported = report_publicly(&app, report("one", words)).await.unwrap();
        assert_eq!(reported.device, None, "two fit");
        let fits = fits_of_loss(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        let order: Vec<DeviceId> = fits.iter().map(|fit| fit.device).collect();
        assert_eq!(order, [first, second, laptop], "the likely ones first, and nobody else's");
        assert!(fits[0].managed && !fits[2].managed);
        assert_eq!(fits[0].holder.as_deref(), Some("Person 9003 (9003)"));
        let suffolk = super::force::actor_of(&app, holder, Role::DutyOfficer, domain::samples::SUFFOLK);
        let refused = fits_of_loss(&app, permit(&suffolk).unwrap(), reported.loss).await;
        assert!(matches!(refused, Err(AppError::Denied(_))));
    });
}

#[test]
fn a_device_that_no_order_reaches_is_said_to_be_so_everywhere() {
    on_bench(|Bench { app, .. }| async move {
        let holder = with_role(&app, "9003", Role::Holder, true).await;
        let radio = registered(&app, "RADIO1", DeviceKind::Radio, holder).await;
        let officer = with_role(&app, "9009", Role::DutyOfficer, false).await;
        let officer = actor(&app, officer, Role::DutyOfficer);
        let me = actor(&app, holder, Role::Holder);
        let own = own_devices(&app, permit(&me).unwrap()).await.unwrap();
        assert!(own.iter().all(|fit| !fit.managed));
        let reported =
            report_own(&app, permit(&me).unwrap(), radio, report("one", Answers::default())).await.unwrap();
        let seen = read(&app, &officer, &reported).await;
        assert!(!seen.open.managed && seen.open.lock_in_words().contains("not under management"));
        assert!(seen.to_paste.contains("cannot be locked"), "{}", seen.to_paste);
        assert_eq!(seen.holder.as_deref(), Some("Person 9003 (9003)"));
        assert!(seen.to_paste.contains("holder Person 9003 (9003)"), "{}", seen.to_paste);
        let refused = contain(&app, permit(&officer).unwrap(), reported.loss).await;
        assert!(matches!(refused, Err(AppError::Conflict(why)) if why.contains("not under management")));
    });
}

#[test]
fn a_device_that_is_confirmed_as_found_reads_so_to_everybody_and_nobody_is_said_to_be_called() {
    on_both(|Bench { app, world, person }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let officer = with_role(&app, "9009", Role::DutyOfficer, false).await;
        let officer = actor(&app, officer, Role::DutyOfficer);
        let reported = report_publicly(&app, report("one", about("F4GXQ2ABCD"))).await.unwrap();
        let key = Key { reference: reported.reference.clone(), secret: reported.secret.expose().to_owned() };
        let own = async || own_report(&app, key.clone()).await.unwrap().unwrap();
        assert!(own().await.calling);
        contain(&app, permit(&officer).unwrap(), reported.loss).await.unwrap();
        world.clock.advance(MINUTE);
        device_answers(&app, device).await;
        settle(&app, None).await;
        let locked = own().await;
        assert!(locked.locked_at.is_some() && !locked.calling && locked.taken_at.is_none());

        // The holder rings: it is found, and the reporter has said nothing.
        let found =
            || losses_app::confirm_found(&app, permit(&officer).unwrap(), reported.loss, "rang its holder");
        found().await.unwrap();
        found().await.unwrap();
        assert_eq!(entries(&app, "loss.found").await, 1, "confirming it again changes nothing");
        let seen = read(&app, &officer, &reported).await;
        assert!(seen.open.confirmed && seen.in_lost_mode, "what locks it stays");
        assert!(seen.to_paste.contains("FOUND"), "{}", seen.to_paste);
        assert!(own().await.confirmed);
        let case = reported.case;
        cases_app::close_case(&app, permit(&officer).unwrap(), case, "it is back").await.unwrap();
        assert!(matches!(found().await, Err(AppError::Conflict(_))));
        assert!(!read(&app, &officer, &reported).await.open.confirmed, "closed is not found");
    });
}
