//! `stories/maternity-leave.md`

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::with_force;
use crate::movers::{case_of_event, record};

#[test]
fn maternity_leave() {
    with_force(|seeded| async move {
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let fields = [("kind", "family-leave"), ("on", "2027-01-08"), ("until", "2027-01-01")];
        let wrong = hr.post(&format!("/people/{}/events", seeded.holder), &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("after the first one") && wrong.text().contains("2027-01-01"));
        let fields = [("kind", "family-leave"), ("on", "2027-01-08"), ("until", "2027-09-01")];
        let event = record(&hr, seeded.holder, &fields).await;
        assert!(hr.page(&event).await.contains("Maternity"), "who keeps the records knows");
        for page in [&event, "/events", "/events?kind=family-leave", &format!("/people/{}", seeded.holder)] {
            let html = desk.page(page).await;
            assert!(!html.contains("aternity") && !html.contains("amily leave"), "{page}: {html}");
        }
        assert!(desk.page("/events").await.contains("Absence"));
        let case = case_of_event(&desk, &event).await;
        let html = desk.page(&case).await;
        assert!(!html.contains("aternity") && html.contains("8 January 2027"), "{html}");
        let moved =
            hr.post(&format!("{event}/change"), &[("on", "2027-01-15"), ("until", "2027-09-01")]).await;
        assert_eq!(moved.status, StatusCode::SEE_OTHER);
        assert!(desk.page(&case).await.contains("15 January 2027"));
        let stays = hr.post(&format!("{event}/cancel"), &[("why", "stays after all")]).await;
        assert_eq!(stays.status, StatusCode::SEE_OTHER);
        let again = hr.post(&format!("{event}/cancel"), &[("why", "stays after all")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "a replayed form");
        assert!(desk.page(&case).await.contains("Called off: nothing asks for it any more"));
        let back = record(&hr, seeded.holder, &[("kind", "return-to-work"), ("on", "2027-01-18")]).await;
        let issue = case_of_event(&desk, &back).await;
        assert!(desk.page(&issue).await.contains("Read and accept the terms"));
    });
}
