//! `stories/an-unused-phone.md`

use std::time::Duration;

use axum::http::StatusCode;
use cases_app::read::CaseFilter;
use domain::Span;
use kernel::access::{Role, permit};

use crate::common::{Seeded, root, with_force};

#[test]
fn an_unused_phone() {
    with_force(|mut seeded| async move {
        // The default of the policy is sixty days, and three more of grace.
        for _ in 0..65 {
            seeded.pass(24 * 3600).await;
        }
        let filter =
            CaseFilter { kind: "reallocation".into(), state: "open".into(), ..CaseFilter::default() };
        let (cases, _) =
            cases_app::read::cases(&seeded.app, permit(&root()).unwrap(), filter, 50).await.unwrap();
        let phone = seeded.phone;
        let about = seeded.app.store().read(move |tx| store::cases::of_device(tx, phone)).await.unwrap();
        let ours = cases.iter().find(|row| about.iter().any(|case| case.id == row.case.id));
        let case = ours.expect("it asks").case.id;
        let page = format!("/cases/{case}/needed");
        let holder = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let stranger = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        assert!(holder.page("/me").await.contains(&page), "the holder finds the question");
        assert_eq!(stranger.get(&page).await.status, StatusCode::FORBIDDEN);
        let keep = |until: &'static str| [("answer", "keep"), ("reason", "evidence"), ("until", until)];
        let wrong = holder.post(&page, &keep("2020-01-01")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("2020-01-01") && wrong.text().contains("after today"));
        assert_eq!(holder.post(&page, &keep("2027-03-01")).await.status, StatusCode::SEE_OTHER);
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let html = desk.page(&format!("/cases/{case}")).await;
        assert!(
            html.contains("Still needed (evidence), until 2027-03-01") && html.contains("1 March 2027"),
            "{html}"
        );
        // Asked again, it is not needed: a receipt is waited for.
        assert_eq!(holder.post(&page, &[("answer", "return")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(holder.post(&page, &[("answer", "return")]).await.status, StatusCode::CONFLICT, "once");
        assert!(desk.page(&format!("/cases/{case}")).await.contains("Hand it back"));
        // Used again: the case ends by itself.
        seeded.settle().await;
        heard_of(&seeded).await;
        seeded.pass(26 * 3600).await;
        assert!(desk.page(&format!("/cases/{case}")).await.contains("met again"));
    });
}

/// Waits until the phone's contact is written down: the desk at which check-ins are noted writes once a second, by the
/// clock on the wall and not by the test's own.
async fn heard_of(seeded: &Seeded) {
    for _ in 0..200 {
        let read =
            overview_app::device::device(&seeded.app, permit(&root()).unwrap(), seeded.phone).await.unwrap();
        let now = seeded.world.now();
        if read.device.last_contact_at.is_some_and(|last| now.since(last) < Span::from_secs(3600)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("ten seconds after its session the phone has not been heard of");
}
