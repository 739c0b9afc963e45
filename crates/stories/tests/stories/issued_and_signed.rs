//! `stories/issued-and-signed.md`.

use axum::http::StatusCode;
use domain::DeviceKind;
use kernel::access::{Role, permit};

use crate::common::{root, with_force};
use crate::desk::{drafted, refused, shown, sign_at_counter, sign_for_store};

#[test]
fn issued_and_signed() {
    with_force(|seeded| async move {
        let dani = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let (store, phone) = (seeded.store().await.to_string(), seeded.spare("F4ISSUE001").await);
        let sim = custody_app::register::NewDevice {
            serial: "89441000300000001234".into(),
            kind: DeviceKind::Sim,
            force: domain::samples::NORFOLK,
            holder: None,
            asset_tag: None,
        };
        custody_app::register::add_device(&seeded.app, permit(&root()).unwrap(), sim).await.unwrap();
        let phone_page = format!("/devices/{phone}");
        let html = dani.page(&phone_page).await;
        assert!(html.contains("In store.") && html.contains("kind=issue"), "{html}");

        let id = phone.to_string();
        let form = [
            ("kind", "issue"),
            ("device", id.as_str()),
            ("receiver", "4410"),
            ("place", store.as_str()),
            ("condition", "good"),
            ("with-it", "Charger, case"),
            ("also", "8944 none\n"),
        ];
        refused(&dani.post("/custody/new", &form).await, "Nothing in the register has the number");
        let mut form = form.to_vec();
        form.pop();
        form.push(("also", "89441000300000001234\n"));
        let answer = dani.post("/custody/new", &form).await;
        refused(&answer, "has not accepted the current terms");
        assert!(answer.text().contains("value=\"Charger, case\""), "nothing typed is lost");
        for document in seeded.app.policy().all_terms().keys() {
            let permit = permit(&root()).unwrap();
            terms_app::accept_terms(&seeded.app, permit, seeded.newcomer, document, "page").await.unwrap();
        }
        let href = drafted(&dani.post("/custody/new", &form).await);
        assert!(dani.page(&phone_page).await.contains("Held by nobody"), "a draft moves nothing");

        // For the store by Dani; for Cole at the counter, by name.
        let before = shown(&dani, &href).await;
        assert_eq!(sign_for_store(&dani, &href, "giver").await.status, StatusCode::SEE_OTHER);
        refused(
            &sign_at_counter(&dani, &href, "receiver", "DC Smith").await,
            "must be typed as the register has it",
        );
        let own = [("side", "receiver"), ("shown", before.as_str()), ("how", "own"), ("confirm", "yes")];
        let for_cole = dani.post(&format!("{href}/sign"), &own).await;
        assert_eq!(for_cole.status, StatusCode::CONFLICT, "{}", for_cole.text());

        // A change voids what was signed, and a form from before it is refused.
        let note = format!("item-note-{phone}");
        let change = [("version", "1"), (note.as_str(), "Scratch beside the camera")];
        assert_eq!(dani.post(&format!("{href}/change"), &change).await.status, StatusCode::SEE_OTHER);
        let html = dani.page(&href).await;
        assert!(html.contains("no longer counts") && html.contains("Scratch beside the camera"), "{html}");
        let stale = [("side", "giver"), ("shown", before.as_str()), ("how", "own"), ("confirm", "yes")];
        let answer = dani.post(&format!("{href}/sign"), &stale).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text().contains("changed after it was shown"), "{}", answer.text());
        assert_eq!(dani.post(&format!("{href}/change"), &change).await.status, StatusCode::CONFLICT);

        let now = shown(&dani, &href).await;
        assert_eq!(sign_for_store(&dani, &href, "giver").await.status, StatusCode::SEE_OTHER);
        let answer = sign_at_counter(&dani, &href, "receiver", "dc  cole").await;
        assert_eq!(answer.leads_to(), format!("{href}?done=handover-complete"));
        // A second click: the same answer, and nothing more in the ledger.
        let again = [
            ("side", "receiver"),
            ("shown", now.as_str()),
            ("how", "counter"),
            ("check", "warrant-card"),
            ("name", "DC Cole"),
        ];
        let second = dani.post(&format!("{href}/sign"), &again).await;
        assert_eq!(second.leads_to(), format!("{href}?done=handover-complete"));
        let auditor = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let ledger = auditor.get("/ledger.csv?kind=custody.").await.text();
        assert_eq!(ledger.matches("Custody completed").count(), 1, "one completion: {ledger}");
        assert!(ledger.contains("H-1001") && ledger.contains("MDU-1.3"), "{ledger}");

        let html = dani.page(&phone_page).await;
        assert!(html.contains("Held by <a") && html.contains("DC Cole (4410)"), "{html}");
        assert!(
            html.contains("Issued.") && html.contains("H-1001") && html.contains("kind=return"),
            "{html}"
        );
        let cole = dani.page(&format!("/people/{}", seeded.newcomer)).await;
        assert!(cole.contains("F4ISSUE001") && cole.contains("89441000300000001234"), "{cole}");

        // The record: a PDF, its data, and both agree with the ledger.
        let pdf = dani.get(&format!("{href}/record.pdf")).await;
        assert_eq!(pdf.headers["content-disposition"], "attachment; filename=\"H-1001.pdf\"");
        assert!(pdf.body.starts_with(b"%PDF-1."));
        let data = dani.get(&format!("{href}/record.json")).await.text();
        assert!(data.contains("I, DC Cole, confirm") && data.contains("warrant-card"), "{data}");
        let id = href.rsplit('/').next().unwrap().parse().unwrap();
        let verified =
            custody_app::record::verify_custody(&seeded.app, permit(&root()).unwrap(), id).await.unwrap();
        assert_eq!(verified.faults, Vec::<String>::new());

        // Cole finds the record under their own sign-in; somebody else finds nothing.
        let cole = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        assert!(cole.page(&format!("/me{href}")).await.contains("Both signed"));
        assert_eq!(cole.get(&format!("/me{href}/record.pdf")).await.body, pdf.body);
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        assert_eq!(ames.get(&format!("/me{href}")).await.status, StatusCode::CONFLICT);
        assert_eq!(ames.get(&format!("/me{href}/record.pdf")).await.status, StatusCode::CONFLICT);
        let suffolk = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(suffolk.get(&href).await.status, StatusCode::FORBIDDEN);
        assert_eq!(suffolk.get(&format!("{href}/record.pdf")).await.status, StatusCode::FORBIDDEN);
    });
}
