//! `stories/a-suspension.md`

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::with_force;
use crate::movers::{case_of_event, link_ending, record};

#[test]
fn a_suspension() {
    with_force(|seeded| async move {
        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let desk = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        let psd = seeded.browser(Role::PsdInvestigator, None).await;
        let phone = format!("/devices/{}", seeded.phone);
        let erase = [("action", "erase"), ("reason-erase", "clean it")];
        let event = record(&hr, seeded.holder, &[("kind", "suspension"), ("on", "2026-11-24")]).await;
        let case = case_of_event(&desk, &event).await;
        let html = desk.page(&case).await;
        assert!(!html.to_lowercase().contains("suspen"), "the desk is not told why: {html}");
        let step = link_ending(&psd.page(&case).await, "/hold").expect("PSD decides");
        assert_eq!(desk.get(&step).await.status, StatusCode::FORBIDDEN, "the desk does not");
        let without = psd.post(&step, &[("decision", "hold"), ("why", "messages")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(without.text().contains("messages"), "nothing typed is lost");
        let hold = [("decision", "hold"), ("reference", "PSD/2026/118"), ("why", "messages")];
        assert_eq!(psd.post(&step, &hold).await.status, StatusCode::SEE_OTHER);
        assert_eq!(psd.post(&step, &hold).await.status, StatusCode::CONFLICT, "decided once");
        let html = desk.page(&phone).await;
        assert!(html.contains("A legal hold stands") && !html.contains("PSD/2026/118"), "{html}");
        let refused = desk.post(&format!("{phone}/actions"), &erase).await.text();
        assert!(refused.contains("legal hold"), "{refused}");
        assert_eq!(desk.get(&format!("{phone}/holds")).await.status, StatusCode::FORBIDDEN);
        let holds = psd.page(&format!("{phone}/holds")).await;
        assert!(holds.contains("PSD/2026/118"), "{holds}");
        let id = holds.split("name=\"hold\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let without = psd.post(&format!("{phone}/holds"), &[("hold", &id), ("ended", "")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        let ended = psd.post(&format!("{phone}/holds"), &[("hold", &id), ("ended", "over")]).await;
        assert_eq!(ended.status, StatusCode::SEE_OTHER);
        assert!(!desk.page(&phone).await.contains("A legal hold stands"));
        let asked = desk.post(&format!("{phone}/actions"), &erase).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    });
}
