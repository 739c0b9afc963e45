//! What the desk and the duty officer do about a loss: a new one is seen at once, a report by telephone, the choice among devices.

use axum::http::StatusCode;
use custody_app::register::{NewDevice, add_device};
use domain::{DeviceKind, PeriodId, PeriodKind, Span};
use kernel::access::{Role, permit};
use store::duty::PeriodRow;

use crate::checker::faults;
use crate::common::{Seeded, root, with_force};
use crate::losses::reported;

/// Puts DC Cole on call as an engineer for some hours.
async fn engineer_on_call(seeded: &Seeded) {
    seeded.browser_in_role(seeded.newcomer, Role::OnCallEngineer, domain::samples::NORFOLK).await;
    let now = seeded.app.world().now();
    let row = PeriodRow {
        id: PeriodId::from_uuid(seeded.app.world().uuid()),
        person: seeded.newcomer,
        kind: PeriodKind::OnCall,
        absence: String::new(),
        start: now,
        end: now.plus(Span::from_secs(8 * 3600)),
        source: "page".into(),
    };
    seeded.app.store().write(move |tx| store::duty::add_period(tx, &row, now)).await.unwrap();
}

#[test]
fn a_new_loss_is_on_the_overview_and_on_the_queue_before_it_is_unanswered() {
    with_force(|seeded| async move {
        engineer_on_call(&seeded).await;
        let officer = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        assert!(!officer.page("/").await.contains("has no answer yet"));
        let loss = reported(&seeded.nobody(), &officer, "F4GXQ2ABCD").await;
        for page in [officer.page("/").await, desk.page("/").await, desk.page("/cases").await] {
            assert!(page.contains("A new loss has no answer yet"), "{page}");
            assert!(!page.contains("Nobody has answered a reported loss"), "it is in time: {page}");
        }
        officer.post(&format!("{loss}/answer"), &[]).await;
        assert!(!officer.page("/").await.contains("has no answer yet"));
    });
}

#[test]
fn a_report_by_telephone_is_an_answer_to_its_call_where_that_is_ticked() {
    with_force(|seeded| async move {
        engineer_on_call(&seeded).await;
        let officer = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let ticked = "name=\"deals\" type=\"checkbox\" value=\"yes\" checked=\"checked\"";
        assert!(officer.page("/losses/new").await.contains(ticked), "the duty officer, at any hour");
        let open = desk.page("/losses/new").await;
        assert!(open.contains("name=\"deals\"") && !open.contains(ticked), "not out of hours: {open}");
        let phone = seeded.phone.to_string();
        let fields = [("form", "telephone-0123456789abcdef"), ("chosen", phone.as_str()), ("deals", "yes")];
        let done = officer.post("/losses/new", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert!(done.leads_to().ends_with("?done=loss-reported-taken"), "{}", done.leads_to());
        let page = officer.page(done.leads_to()).await;
        assert!(page.contains("takes it, ") && page.contains("Nobody was called."), "{page}");
        assert!(page.contains("Nobody is called any more"), "{page}");
        let mine = officer.page("/cases/hand-over").await;
        assert!(mine.contains("F4GXQ2ABCD"), "its case goes with it: {mine}");
    });
}

#[test]
fn a_loss_names_the_holder_to_staff_and_asks_them_nothing() {
    with_force(|seeded| async move {
        let officer = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let form = ("form", "stolen-0123456789abcdef");
        let fields = [
            form,
            ("device", "F4GXQ2ABCD"),
            ("how", "stolen"),
            ("place", "Prince of Wales Road"),
            ("contact", "07700 900123"),
        ];
        let done = seeded.nobody().post("/lost", &fields).await.text();
        assert!(done.contains("its holder is asked") && !done.contains("Ames"), "{done}");
        let list = officer.page("/losses").await;
        let row = list.split("<a class=\"govuk-link\" href=\"").find(|row| row.contains("F4GXQ2ABCD"));
        let page = officer.page(row.unwrap().split('"').next().unwrap()).await;
        assert!(page.contains("<dt>Holder</dt><dd>PC Ames (1234)"), "{page}");
        for said in ["STOLEN DEVICE ref", "holder PC Ames (1234)", "Prince of Wales Road", "07700 900123"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        for asks in ["Who are you?", "Whose device", "can we reach you"] {
            assert!(!page.contains(asks), "{asks}: {page}");
        }
    });
}

#[test]
fn a_device_that_is_not_under_management_is_never_offered_to_be_locked() {
    with_force(|seeded| async move {
        let officer = seeded.browser(Role::DutyOfficer, Some(domain::samples::SUFFOLK)).await;
        let form = officer.page(&format!("/losses/new?q=DMPT1&device={}", seeded.tablet)).await;
        assert!(!form.contains("Lock it at once") && form.contains("network operator"), "{form}");
        let tablet = seeded.tablet.to_string();
        let fields = [("form", "telephone-0123456789abcdef"), ("chosen", tablet.as_str()), ("lock", "yes")];
        let done = officer.post("/losses/new", &fields).await;
        assert!(done.leads_to().ends_with("?done=loss-not-locked"), "{}", done.leads_to());
        let loss = done.leads_to().split('?').next().unwrap().to_owned();
        let page = officer.page(&loss).await;
        assert!(!page.contains("Lock it now") && page.contains("network operator"), "{page}");
        assert!(page.contains("It cannot be locked: it is not under management"), "{page}");
        let all_the_same = officer.post(&format!("{loss}/contain"), &[]).await;
        assert_eq!(all_the_same.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = all_the_same.text();
        assert!(page.contains("is not under management: no order can reach it"), "{page}");
        assert!(!page.contains("Something changed in the meantime"), "{page}");
        assert_eq!(faults(&page), Vec::<String>::new());
    });
}

#[test]
fn staff_choose_among_the_devices_that_fit_a_report() {
    with_force(|seeded| async move {
        let second = NewDevice {
            serial: "F4SECOND01".into(),
            kind: DeviceKind::Iphone,
            force: domain::samples::NORFOLK,
            holder: Some(seeded.holder),
            asset_tag: None,
        };
        add_device(&seeded.app, permit(&root()).unwrap(), second).await.unwrap();
        let officer = seeded.browser(Role::DutyOfficer, Some(domain::samples::NORFOLK)).await;
        let fields = [
            ("form", "two-fit-0123456789abcdef"),
            ("force", "norfolk"),
            ("whose", "1234"),
            ("device", "a phone"),
        ];
        seeded.nobody().post("/lost", &fields).await;
        let list = officer.page("/losses").await;
        let row =
            list.split("<a class=\"govuk-link\" href=\"").find(|row| row.contains("Not identified yet"));
        let loss = row.unwrap().split('"').next().unwrap().to_owned();
        let page = officer.page(&loss).await;
        assert!(page.contains("does not say for certain which device") && !page.contains("private device"));
        assert!(page.contains("Named as its holder</dt><dd>PC Ames (1234)"), "{page}");
        let choose = officer.page(&format!("{loss}/device")).await;
        assert!(choose.contains("Devices that the reports may mean"), "{choose}");
        assert!(choose.contains("F4GXQ2ABCD") && choose.contains("F4SECOND01"), "{choose}");
        assert!(!choose.contains("C02XK1MAC1"), "what somebody else has does not fit: {choose}");
        assert_eq!(faults(&choose), Vec::<String>::new());
        let chosen = seeded.phone.to_string();
        let fields = [("chosen", chosen.as_str()), ("reason", "the holder rang"), ("lock", "yes")];
        officer.post(&format!("{loss}/device"), &fields).await;
        assert!(officer.page(&loss).await.contains("Not locked yet: ordered"));
    });
}
