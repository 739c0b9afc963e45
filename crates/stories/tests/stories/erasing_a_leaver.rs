//! `stories/erasing-a-leaver.md`

use axum::http::StatusCode;
use custody_app::{BulkReturn, Returned, Signed};
use domain::{Condition, HandoverId, Span};
use kernel::access::{Role, permit};

use crate::common::{Browser, Seeded, root, with_force};
use crate::desk::in_words;

/// A phone that the leaver signed for, and gave back.
async fn something_signed_for(seeded: &Seeded) -> HandoverId {
    for document in seeded.app.policy().all_terms().keys() {
        terms_app::accept_terms(&seeded.app, permit(&root()).unwrap(), seeded.newcomer, document, "page")
            .await
            .unwrap();
    }
    let device = seeded.spare("SPARE0007").await;
    let issued = seeded.issue(device, "4410", "DC Cole").await;
    let back = BulkReturn {
        place: Some(seeded.store().await),
        condition: Condition::Good,
        codes: "SPARE0007".into(),
        absent: "by internal post".into(),
    };
    let lines = custody_app::return_many(&seeded.app, permit(&root()).unwrap(), back).await.unwrap();
    assert!(matches!(lines.as_slice(), [Returned::In { signed: Signed::Complete, .. }]), "{lines:?}");
    issued
}

/// The address of the case of the leaver's leaving.
async fn case_about(desk: &Browser) -> String {
    let page = desk.page("/cases?q=cole").await;
    let id = page
        .split("<tbody>")
        .nth(1)
        .unwrap()
        .split("href=\"/cases/")
        .nth(1)
        .expect("a case with the name in its title");
    format!("/cases/{}", id.split('"').next().unwrap())
}

#[test]
fn erasing_a_leaver() {
    with_force(|seeded| async move {
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let record = something_signed_for(&seeded).await;
        let (leaver, holder) = (format!("/people/{}", seeded.newcomer), format!("/people/{}", seeded.holder));
        let page = hr.page(&format!("{leaver}/end")).await;
        assert!(page.contains("Nothing is recorded as being in their hands"), "{page}");
        for _ in 0..2 {
            let ended = hr.post(&format!("{leaver}/end"), &[("last_day", "31/12/2026")]).await;
            assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text());
        }
        assert_eq!(hr.post(&format!("{holder}/end"), &[]).await.status, StatusCode::SEE_OTHER);
        assert!(hr.page(&leaver).await.contains("Off the books since"));
        let soon = hr.post(&format!("{leaver}/end"), &[("last_day", "soon")]).await;
        assert_eq!(soon.status, StatusCode::UNPROCESSABLE_ENTITY);

        assert_eq!(people_app::erase_due_people(&seeded.app).await.unwrap(), 0, "not before their time");
        let desk = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        let case = case_about(&desk).await;
        let typed = [("note", "DC Cole (4410) rang; DC Cole is back from leave on Monday")];
        assert_eq!(desk.post(&format!("{case}/notes"), &typed).await.status, StatusCode::SEE_OTHER);
        assert!(desk.page(&case).await.contains("DC Cole"));
        // The case of their leaving is done with; an open one would keep them.
        let (left, now) = (seeded.newcomer, seeded.world.now());
        let closed = seeded.app.store().write(move |tx| {
            for case in store::cases::of_person(tx, left)? {
                store::cases::close(tx, case.id, now, "nothing was held", "done")?;
            }
            Ok::<_, store::StoreError>(())
        });
        closed.await.unwrap();
        seeded.world.clock.advance(Span::from_secs(8 * 366 * 24 * 3600));
        let due = people_app::people_due_for_erasure(&seeded.app, permit(&root()).unwrap()).await.unwrap();
        assert_eq!((due.due.len(), due.held), (1, 1), "who has a phone is held back");
        assert_eq!(people_app::erase_due_people(&seeded.app).await.unwrap(), 1);
        assert_eq!(people_app::erase_due_people(&seeded.app).await.unwrap(), 0, "once");

        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let page = hr.page(&leaver).await;
        assert!(
            page.contains("were erased") && !page.contains("DC Cole") && !page.contains("4410"),
            "{page}"
        );
        assert_eq!(
            hr.post(&format!("{leaver}/edit"), &[("name", "DC Cole")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert!(hr.page(&holder).await.contains("PC Ames"), "who has a phone is kept");
        let desk = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        let page = desk.page(&case).await;
        assert!(
            page.contains("an erased person rang; an erased person is back") && !page.contains("Cole"),
            "{page}"
        );
        assert!(!desk.page("/cases").await.contains("Cole"), "nor in a title");
        let signed = desk.page(&format!("/custody/{record}")).await;
        assert!(signed.contains("an erased person") && !signed.contains("Cole"), "{signed}");
        assert!(signed.contains("erased on schedule") && !signed.contains("record.pdf"), "{signed}");
        let gone = desk.get(&format!("/custody/{record}/record.pdf")).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        let digests = seeded.app.store().read(move |tx| {
            let (subject, action) = (format!("custody:{record}"), "custody.completed".to_owned());
            let filter = store::ledger::LedgerFilter { subject, action, ..Default::default() };
            let entry = store::ledger::list(tx, &filter, 1)?.remove(0).0;
            store::ledger::detail(tx, entry.id)
        });
        let (_, detail) = digests.await.unwrap().expect("the detail stays");
        assert!(String::from_utf8(detail).unwrap().contains("record_pdf"), "the digests outlive the record");
        ledger_app::checkpoint_ledger(&seeded.app).await.unwrap();
        let auditor = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        assert!(auditor.page("/ledger").await.contains(&in_words("person.erased")));
        let export = auditor.get("/ledger/export").await;
        assert!(!String::from_utf8_lossy(&export.body).contains("DC Cole"));
        let key: ledger::VerifierKey = seeded.app.ledger_key_text().parse().unwrap();
        let report = ledger::verify_export(export.body.as_slice(), &key).unwrap();
        assert!(report.entries > 50, "{report:?}");
    });
}
