//! `stories/a-leaver-returns-everything.md`

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::with_force;
use crate::desk::{drafted, sign_at_counter, sign_for_store};
use crate::movers::{case_of_event, record};

#[test]
fn a_leaver_returns_everything() {
    with_force(|seeded| async move {
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let auditor = seeded.browser(Role::Auditor, None).await;
        let holder = seeded.holder;
        seeded.issue(seeded.phone, "1234", "PC Ames").await;
        // What cannot be is said beside its field, and nothing typed is lost.
        let path = format!("/people/{holder}/events");
        let wrong = hr.post(&path, &[("kind", "leaver"), ("on", "next Tuesday")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("next Tuesday") && wrong.text().contains("Enter a day"));
        let event = record(&hr, holder, &[("kind", "leaver"), ("on", "2027-01-11")]).await;
        assert_eq!(
            record(&hr, holder, &[("kind", "leaver"), ("on", "2027-01-11")]).await,
            event,
            "a double click"
        );
        let case = case_of_event(&desk, &event).await;
        let html = desk.page(&case).await;
        assert!(html.contains("8 January 2027"), "due on the last working day before: {html}");
        assert!(html.contains("Nobody closes it by hand"), "{html}");
        let by_hand = desk.post(&format!("{case}/close"), &[("why", "gone")]).await;
        assert_eq!(by_hand.status, StatusCode::CONFLICT);
        // Others try.
        for (role, force) in [(Role::Hr, domain::samples::SUFFOLK), (Role::Holder, domain::samples::NORFOLK)]
        {
            let other = seeded.browser(role, Some(force)).await;
            let tried = other.post(&path, &[("kind", "leaver"), ("on", "2027-01-11")]).await;
            assert_eq!(tried.status, StatusCode::FORBIDDEN, "{role} of {force}");
            assert_eq!(other.get(&event).await.status, StatusCode::FORBIDDEN, "{role} of {force}");
        }
        let (store, phone) = (seeded.store().await.to_string(), seeded.phone.to_string());
        let form = [
            ("kind", "return"),
            ("device", phone.as_str()),
            ("place", store.as_str()),
            ("condition", "good"),
        ];
        let paper = drafted(&desk.post("/custody/new", &form).await);
        assert_eq!(sign_for_store(&desk, &paper, "receiver").await.status, StatusCode::SEE_OTHER);
        assert!(!desk.page(&case).await.contains("Closed: everything"), "one signature is no receipt");
        assert_eq!(sign_at_counter(&desk, &paper, "giver", "PC Ames").await.status, StatusCode::SEE_OTHER);
        let html = desk.page(&case).await;
        assert!(
            html.contains("Closed: everything is handed in") && html.contains(&paper),
            "the proof is a link: {html}"
        );
        seeded.pass(60).await;
        // From the clause to the event, its case and its receipt.
        let list = auditor.page("/events?clause=MDU-16.2").await;
        assert!(list.contains("Done in time") && list.contains("PC Ames"), "{list}");
        let csv = auditor.get("/events.csv?clause=MDU-16.2").await.text();
        assert!(csv.contains("hand-over:") && csv.contains("MDU-16.2"), "{csv}");
        let clause = auditor.page("/clauses/MDU-16.2").await;
        assert!(clause.contains("/events?clause=MDU-16.2"), "{clause}");
        let why = auditor.page(&format!("/people/{holder}/clauses/MDU-16.2")).await;
        assert!(why.contains("1 done in time"), "{why}");
    });
}
