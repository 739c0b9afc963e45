//! What the stories of custody leave out: both forces, disposal, refusals, time running out, two at once, a file.

use axum::http::StatusCode;
use custody_app::register::{Changed, NewDevice};
use custody_app::{BulkReturn, How, NewHandover, NewItem, NewPlace, Returned, Signed, Signing};
use domain::{
    Condition, DeviceId, DeviceKind, Disposal, Force, HandoverId, HandoverKind, IdentityCheck, PlaceId,
    PlaceKind, Side, Span,
};
use kernel::access::{Role, permit, permit_within};
use kernel::{AppError, access};

use crate::common::{Seeded, root, with_force};

fn draft(kind: HandoverKind, device: DeviceId, place: Option<PlaceId>) -> NewHandover {
    let item = NewItem {
        device,
        condition: Condition::Good,
        with_it: String::new(),
        missing: String::new(),
        note: String::new(),
    };
    NewHandover {
        kind,
        items: vec![item],
        also: Vec::new(),
        receiver: String::new(),
        place,
        due_back_at: None,
        disposal: None,
        certificate: String::new(),
        note: String::new(),
    }
}

/// Somebody at a desk of a force, by name.
async fn clerk(seeded: &Seeded, name: &str, force: Force) -> access::Actor {
    let who = sign_in_app::sessions::SignedIn {
        name: name.into(),
        person: None,
        roles: Role::ServiceDeskLead.into(),
        force: Some(force),
        how: "test",
    };
    let token = sign_in_app::sessions::begin_session(&seeded.app, who).await.unwrap();
    sign_in_app::sessions::actor_of_cookie(&seeded.app, token.expose()).await.unwrap().expect("a session")
}

async fn sign(
    seeded: &Seeded,
    actor: &access::Actor,
    (id, side): (HandoverId, Side),
    how: How,
) -> Result<Signed, AppError> {
    let shown = custody_app::read::handover(&seeded.app, permit(&root()).unwrap(), id).await.unwrap().digest;
    let signing = Signing { side, shown: &shown, how };
    custody_app::sign_at_desk(&seeded.app, permit(actor).unwrap(), id, signing).await
}

/// A device that a signed hand-over put into the store.
async fn stocked(seeded: &Seeded, serial: &str) -> DeviceId {
    let device = seeded.spare(serial).await;
    seeded.issue(device, "1234", "PC Ames").await;
    let new = draft(HandoverKind::Return, device, Some(seeded.store().await));
    let id = custody_app::draft_handover(&seeded.app, permit(&root()).unwrap(), new).await.unwrap();
    let counter = How::Counter { check: IdentityCheck::StaffPass, name: "PC Ames".into() };
    sign(seeded, &root(), (id, Side::Receiver), How::OwnSignIn).await.unwrap();
    assert_eq!(sign(seeded, &root(), (id, Side::Giver), counter).await.unwrap(), Signed::Complete);
    device
}

#[test]
fn a_transfer_between_the_forces_needs_both() {
    with_force(|seeded| async move {
        let device = stocked(&seeded, "F4MOVE0001").await;
        let (norfolk, suffolk) = (
            clerk(&seeded, "Dani", domain::samples::NORFOLK).await,
            clerk(&seeded, "Sam", domain::samples::SUFFOLK).await,
        );
        let new = NewPlace {
            force: Some(domain::samples::SUFFOLK),
            kind: Some(PlaceKind::Store),
            name: "ICT stores, Ipswich".into(),
            approved_by: String::new(),
        };
        let ipswich = custody_app::add_place(&seeded.app, permit(&suffolk).unwrap(), new).await.unwrap();
        let new = draft(HandoverKind::Transfer, device, Some(ipswich));
        let id = custody_app::draft_handover(&seeded.app, permit(&norfolk).unwrap(), new).await.unwrap();
        let refused = sign(&seeded, &norfolk, (id, Side::Receiver), How::OwnSignIn).await.unwrap_err();
        assert!(matches!(refused, AppError::Denied(_)), "{refused}");
        assert_eq!(sign(&seeded, &norfolk, (id, Side::Giver), How::OwnSignIn).await.unwrap(), Signed::Waits);
        let read = overview_app::device::device(&seeded.app, permit(&root()).unwrap(), device).await.unwrap();
        assert_eq!(read.device.force, domain::samples::NORFOLK, "one side alone moves nothing");
        assert_eq!(
            sign(&seeded, &suffolk, (id, Side::Receiver), How::OwnSignIn).await.unwrap(),
            Signed::Complete
        );
        let chain =
            custody_app::read::custody_of(&seeded.app, permit(&suffolk).unwrap(), device).await.unwrap();
        assert_eq!(chain.place.as_deref(), Some("ICT stores, Ipswich"));
        let gone =
            custody_app::read::custody_of(&seeded.app, permit(&norfolk).unwrap(), device).await.unwrap_err();
        assert!(matches!(gone, AppError::Denied(_)), "{gone}");
    });
}

#[test]
fn disposal_takes_two_people_and_a_certificate_and_is_the_end() {
    with_force(|seeded| async move {
        let device = stocked(&seeded, "F4GONE0001").await;
        let store = Some(seeded.store().await);
        let (dani, sam) = (
            clerk(&seeded, "Dani", domain::samples::NORFOLK).await,
            clerk(&seeded, "Sam", domain::samples::NORFOLK).await,
        );
        let ask = |new| {
            let (app, dani) = (seeded.app.clone(), dani.clone());
            async move { custody_app::draft_handover(&app, permit(&dani).unwrap(), new).await }
        };
        let bare = draft(HandoverKind::Disposal, device, store);
        assert!(ask(bare.clone()).await.unwrap_err().to_string().contains("disposal"));
        let new = NewHandover { disposal: Some(Disposal::Destroyed), ..bare };
        assert!(ask(new.clone()).await.unwrap_err().to_string().contains("certificate"));
        let id = ask(NewHandover { certificate: "WEEE-7".into(), ..new }).await.unwrap();
        sign(&seeded, &dani, (id, Side::Giver), How::OwnSignIn).await.unwrap();
        let both = sign(&seeded, &dani, (id, Side::Receiver), How::OwnSignIn).await.unwrap_err();
        assert!(both.to_string().contains("other side"), "{both}");
        assert_eq!(
            sign(&seeded, &sam, (id, Side::Receiver), How::OwnSignIn).await.unwrap(),
            Signed::Complete
        );
        let again =
            ask(NewHandover { receiver: "1234".into(), ..draft(HandoverKind::Issue, device, store) }).await;
        assert!(again.unwrap_err().to_string().contains("disposed of"));
        let read = overview_app::device::device(&seeded.app, permit(&root()).unwrap(), device).await.unwrap();
        assert!(read.device.retired_at.is_some());
    });
}

#[test]
fn what_nobody_signs_in_time_is_over_and_a_refusal_says_why() {
    with_force(|mut seeded| async move {
        let device = seeded.spare("F4LATE0001").await;
        let issue = |store| NewHandover {
            receiver: "1234".into(),
            ..draft(HandoverKind::Issue, device, Some(store))
        };
        let store = seeded.store().await;
        let id =
            custody_app::draft_handover(&seeded.app, permit(&root()).unwrap(), issue(store)).await.unwrap();
        let twice = custody_app::draft_handover(&seeded.app, permit(&root()).unwrap(), issue(store))
            .await
            .unwrap_err();
        assert!(twice.to_string().contains("waits in H-"), "{twice}");
        seeded.world.clock.advance(Span::from_secs(8 * 24 * 3600));
        let late = sign(&seeded, &root(), (id, Side::Giver), How::OwnSignIn).await.unwrap_err();
        assert!(late.to_string().contains("in time"), "{late}");
        seeded.settle().await;
        let second =
            custody_app::draft_handover(&seeded.app, permit(&root()).unwrap(), issue(store)).await.unwrap();
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        assert!(
            ames.page("/me").await.contains(&format!("/me/custody/{second}")),
            "it waits on their own page"
        );
        let address = format!("/me/custody/{second}/refuse");
        assert_eq!(ames.post(&address, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let refused = ames.post(&address, &[("why", "That is not my phone")]).await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER, "{}", refused.text());
        assert_eq!(ames.post(&address, &[("why", "again")]).await.status, StatusCode::CONFLICT);
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let html = desk.page(&format!("/custody/{second}")).await;
        assert!(html.contains("Refused") && html.contains("That is not my phone"), "{html}");
    });
}

#[test]
fn two_who_sign_in_the_same_moment_complete_it_once() {
    with_force(|seeded| async move {
        let device = seeded.spare("F4BOTH0001").await;
        let new = NewHandover {
            receiver: "1234".into(),
            ..draft(HandoverKind::Issue, device, Some(seeded.store().await))
        };
        let id = custody_app::draft_handover(&seeded.app, permit(&root()).unwrap(), new).await.unwrap();
        let shown =
            custody_app::read::handover(&seeded.app, permit(&root()).unwrap(), id).await.unwrap().digest;
        let who = kernel::access::Who {
            name: format!("person:{}", seeded.holder),
            shown: "PC Ames".into(),
            person: Some(seeded.holder),
            roles: Role::Holder.into(),
            everywhere: kernel::access::Roles::default(),
            force: Some(domain::samples::NORFOLK),
        };
        let ames = kernel::access::actor(&seeded.app, who);
        let (store, own) = tokio::join!(
            custody_app::sign_at_desk(
                &seeded.app,
                permit(&root()).unwrap(),
                id,
                Signing { side: Side::Giver, shown: &shown, how: How::OwnSignIn },
            ),
            custody_app::sign_own(&seeded.app, permit_within(&ames).unwrap(), id, &shown),
        );
        let mut both = [store.unwrap(), own.unwrap()];
        both.sort_by_key(|signed| *signed == Signed::Complete);
        assert_eq!(both, [Signed::Waits, Signed::Complete]);
        let verified =
            custody_app::record::verify_custody(&seeded.app, permit(&root()).unwrap(), id).await.unwrap();
        assert_eq!(verified.faults, Vec::<String>::new());
    });
}

async fn register_has(browser: &crate::common::Browser, serial: &str) -> bool {
    browser.get("/devices.csv").await.text().contains(serial)
}

#[test]
fn a_row_about_a_known_device_changes_what_it_says_and_nothing_else() {
    with_force(|seeded| async move {
        let dani = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let particulars = custody_app::register::Particulars {
            maker: "Apple".into(),
            iccid: "8944 1000 3000 0000 1234".into(),
            ..custody_app::register::Particulars::default()
        };
        let describe = custody_app::register::describe_device(
            &seeded.app,
            permit(&root()).unwrap(),
            seeded.phone,
            particulars,
        );
        describe.await.unwrap();
        let file = b"Serial,Model,Manufacturer,Checked Out To,Inventory\nF4GXQ2ABCD,iPhone 15,,88,NC-77\n";
        let given = dani.give("/import/devices", "norfolk", "a.csv", file).await;
        let href = given.leads_to().to_owned();
        let columns = ["serial", "model", "maker", "holder", "tag"];
        let names: Vec<String> = (0..columns.len()).map(|place| format!("column-{place}")).collect();
        let fields: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(columns).collect();
        assert_eq!(dani.post(&format!("{href}/columns"), &fields).await.status, StatusCode::SEE_OTHER);
        let html = dani.page(&href).await;
        assert!(
            html.contains("Asset tag: NC-77") && html.contains("not looked at: Checked out to"),
            "{html}"
        );
        let digest = html.split("name=\"digest\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let apply = dani.post(&format!("{href}/apply"), &[("digest", digest), ("way", "all")]).await;
        assert_eq!(apply.status, StatusCode::OK, "{}", apply.text());
        let register = dani.get("/register.csv").await.text();
        let line = register.lines().find(|line| line.contains("F4GXQ2ABCD")).unwrap();
        for kept in ["NC-77", "iPhone 15", "Apple", "89441000300000001234", "1234"] {
            assert!(line.contains(kept), "{kept}: {line}");
        }
    });
}

#[test]
fn an_export_of_snipe_it_is_shown_and_then_entered_once() {
    with_force(|seeded| async move {
        seeded.store().await;
        let dani = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let file = "Asset Tag,Serial,Model,Category,Manufacturer,Status,Checked Out To,Location,Purchase Date,Warranty\n\
                    NC-9001,F4SNIPE001,iPhone 15,Mobile Phones,Apple,Ready to Deploy,,\"ICT stores, Norwich\",2026-02-28,24\n\
                    NC-9002,F4SNIPE002,ThinkPad,Laptops,Lenovo,Deployed,\"Ames, PC (1234)\",,2025-11-03,24\n\
                    NC-9003,F4SNIPE003,Kallax,Furniture,IKEA,Deployed,,,,\n\
                    NC-9004,F4SNIPE001,iPhone 15,Mobile Phones,Apple,,,,,\n\
                    NC-9005,DMPT1TABLET,iPad,Tablets,Apple,,,,,\n";
        let latin =
            dani.give("/import/devices", "norfolk", "a.csv", b"Serial,Model\nF4SNIPE001,caf\xe9\n").await;
        assert_eq!(latin.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(latin.text().contains("not in UTF-8"), "{}", latin.text());
        for _ in 0..2 {
            let given = dani.give("/import/devices", "norfolk", "snipe.csv", file.as_bytes()).await;
            assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
            let href = given.leads_to().to_owned();
            let html = dani.page(&href).await;
            let known = register_has(&dani, "F4SNIPE001").await;
            let new =
                if known { "<strong>0</strong> would be added" } else { "<strong>2</strong> would be added" };
            assert!(html.contains(new) && html.contains("<strong>2</strong> wrong"), "{html}");
            assert!(html.contains("<strong>1</strong> wait for an answer"), "{html}");
            for words in ["devices of the category “Furniture”", "stands in the file twice, first in line 2"]
            {
                assert!(html.contains(words), "{words}: {html}");
            }
            if known {
                assert!(html.contains("<strong>2</strong> change nothing"), "{html}");
                break;
            }
            assert!(html.contains("meant for PC Ames") && html.contains("Warranty"), "{html}");
            let unknown = [("key-0", "Furniture"), ("answer-0", "chair")];
            let refused = dani.post(&format!("{href}/answers"), &unknown).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text().contains("answer one of"), "{}", refused.text());
            let answered = [("key-0", "Furniture"), ("answer-0", "leave-out")];
            assert_eq!(dani.post(&format!("{href}/answers"), &answered).await.status, StatusCode::SEE_OTHER);
            let html = dani.page(&href).await;
            assert!(
                html.contains("left out as was answered: 1") && !html.contains("wait for an answer"),
                "{html}"
            );
            let digest = html.split("name=\"digest\" value=\"").nth(1).unwrap().split('"').next().unwrap();
            let apply = format!("{href}/apply");
            let all = dani.post(&apply, &[("digest", digest), ("way", "all")]).await;
            assert_eq!(all.status, StatusCode::CONFLICT);
            assert!(all.text().contains("nothing was entered"), "{}", all.text());
            assert!(!register_has(&dani, "F4SNIPE001").await, "nothing half done");
            let good = [("digest", digest), ("way", "good")];
            assert_eq!(dani.post(&apply, &good).await.status, StatusCode::OK);
            assert_eq!(dani.post(&apply, &good).await.status, StatusCode::CONFLICT, "applied once");
        }
        let register = dani.get("/register.csv").await.text();
        assert!(register.contains("NC-9001,F4SNIPE001,iPhone,Phone,Apple,iPhone 15"), "{register}");
        assert!(register.contains("In store,\"ICT stores, Norwich\""), "{register}");
        assert_eq!(register.matches("F4SNIPE").count(), 2, "{register}");
        let found = dani.get("/scan?code=nc-9002").await;
        assert!(dani.page(found.leads_to()).await.contains("Meant for <a"), "nobody has signed for it");
        assert!(dani.page("/scan?code=NOTHING").await.contains("has this number"));
        let labels = dani.page("/labels?codes=NC-9001%0ANO-SUCH").await;
        assert!(labels.contains("Bar code of NC-9001") && labels.contains("NO-SUCH: "), "{labels}");
        assert!(!labels.contains("Ames"), "nothing about anybody");
    });
}

#[test]
fn a_return_without_its_giver_beyond_the_cap_waits_for_a_second_person() {
    with_force(|seeded| async move {
        let device = seeded.spare("F4TAKE0001").await;
        seeded.issue(device, "1234", "PC Ames").await;
        // Whoever gives somebody a role is not the one whose orders they decide on for a day.
        let clerk = access::Actor::command_line("clerk");
        // Somebody at the desk takes twenty others from their holder first, which is as many as go in an hour.
        for n in 0..20 {
            let new = NewDevice {
                serial: format!("F4TAKEN{n:03}"),
                kind: DeviceKind::Iphone,
                force: domain::samples::NORFOLK,
                holder: Some(seeded.holder),
                asset_tag: None,
            };
            let other =
                custody_app::register::add_device(&seeded.app, permit(&root()).unwrap(), new).await.unwrap();
            let taken = custody_app::register::set_holder(&seeded.app, permit(&clerk).unwrap(), other, None)
                .await
                .unwrap();
            assert_eq!(taken, Changed::Done);
        }
        let back = BulkReturn {
            place: Some(seeded.store().await),
            condition: Condition::Good,
            codes: "F4TAKE0001".into(),
            absent: "internal post".into(),
        };
        let lines = custody_app::return_many(&seeded.app, permit(&clerk).unwrap(), back).await.unwrap();
        let Some(Returned::In { handover, signed: Signed::Held(burst), .. }) = lines.first() else {
            panic!("{lines:?}")
        };
        let read = overview_app::device::device(&seeded.app, permit(&root()).unwrap(), device).await.unwrap();
        assert_eq!(read.device.holder, Some(seeded.holder), "nothing changed hands");
        let lead =
            seeded.browser_in_role(seeded.newcomer, Role::ServiceDeskLead, domain::samples::NORFOLK).await;
        let page = lead.page(&format!("/held/{burst}")).await;
        assert!(page.contains("Complete a hand-over") && page.contains("F4TAKE0001"), "{page}");
        let device_page = lead.page(&format!("/devices/{device}")).await;
        assert!(
            device_page.contains("Held beyond the limit of an hour: complete a hand-over"),
            "{device_page}"
        );
        let released =
            lead.post(&format!("/held/{burst}/release"), &[("release-reason", "a return day")]).await;
        assert_eq!(released.leads_to(), format!("/held/{burst}?done=released"));
        seeded.pass(1).await;
        let read = overview_app::device::device(&seeded.app, permit(&root()).unwrap(), device).await.unwrap();
        assert_eq!(read.device.holder, None, "{}", lead.page(&format!("/held/{burst}")).await);
        let verified = custody_app::record::verify_custody(&seeded.app, permit(&root()).unwrap(), *handover)
            .await
            .unwrap();
        assert!(verified.faults.is_empty(), "{verified:?}");
    });
}
