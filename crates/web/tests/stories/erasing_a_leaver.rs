//! `stories/erasing-a-leaver.md`

use app::access::{Role, permit};
use axum::http::StatusCode;
use domain::{Force, Span};

use crate::common::{root, with_force};
use crate::desk::in_words;

#[test]
fn erasing_a_leaver() {
    with_force(|seeded| async move {
        let hr = seeded.browser(Role::Hr, Some(Force::Norfolk)).await;
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

        assert_eq!(seeded.app.erase_due_people().await.unwrap(), 0, "not before their time");
        // The case of their leaving is done with; an open one would keep them.
        let (left, now) = (seeded.newcomer, seeded.world.now());
        let closed = seeded.app.store().write(move |tx| {
            for case in store::cases::of_person(tx, left)? {
                store::cases::close(tx, case.id, now, ("nothing was held", "done"))?;
            }
            Ok::<_, store::StoreError>(())
        });
        closed.await.unwrap();
        seeded.world.clock.advance(Span::from_secs(8 * 366 * 24 * 3600));
        let due = seeded.app.people_due_for_erasure(permit(&root()).unwrap()).await.unwrap();
        assert_eq!((due.due.len(), due.held), (1, 1), "who has a phone is held back");
        assert_eq!(seeded.app.erase_due_people().await.unwrap(), 1);
        assert_eq!(seeded.app.erase_due_people().await.unwrap(), 0, "once");

        let hr = seeded.browser(Role::Hr, Some(Force::Norfolk)).await;
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
        seeded.app.checkpoint_ledger().await.unwrap();
        let auditor = seeded.browser(Role::Auditor, Some(Force::Norfolk)).await;
        assert!(auditor.page("/ledger").await.contains(&in_words("person.erased")));
        let export = auditor.get("/ledger/export").await;
        assert!(!String::from_utf8_lossy(&export.body).contains("DC Cole"));
        let key: ledger::VerifierKey = seeded.app.ledger_key_text().parse().unwrap();
        let report = ledger::verify_export(export.body.as_slice(), &key).unwrap();
        assert!(report.entries > 50, "{report:?}");
    });
}
