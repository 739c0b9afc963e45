//! stories/a-sample-for-the-auditor.md

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::with_force;

#[test]
fn a_sample_for_the_auditor() {
    with_force(|seeded| async move {
        while overview_app::work::run_jobs(&seeded.app, 100).await.unwrap() > 0 {}
        let auditor = seeded.browser(Role::Auditor, None).await;
        assert!(auditor.page("/ledger").await.contains("href=\"/packs\""));
        let form = auditor.page("/packs").await;
        assert!(form.contains(&seeded.app.ledger_key_text()), "{form}");

        let nothing = [("about", "device"), ("which", ""), ("clause", "MDU-6.2a")];
        let refused = auditor.post("/packs", &nothing).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let html = refused.text();
        assert!(html.contains("Enter the serial number") && html.contains("value=\"MDU-6.2a\""), "{html}");

        let year = domain::local_time::day_of(seeded.app.world().now()).year().to_string();
        let sample = |seed| {
            [("about", "sample"), ("of", "joiners"), ("year", year.as_str()), ("size", "2"), ("seed", seed)]
        };
        let first = auditor.post("/packs", &sample("4711")).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text());
        let again = auditor.post("/packs", &sample("4711")).await;
        let other = auditor.post("/packs", &sample("4712")).await;
        let key = seeded.app.ledger_key_text().parse().unwrap();
        let subjects = |bytes: &[u8]| pack::verify(bytes, &key, &[]).unwrap().content.subjects;
        assert_eq!(subjects(&first.body).len(), 2);
        assert_eq!(subjects(&first.body), subjects(&again.body));
        assert_eq!(subjects(&other.body).len(), 2);

        // The colleague, with the file and the key alone.
        let mut bent = first.body.to_vec();
        let middle = bent.len() / 2;
        bent[middle] ^= 1;
        assert!(pack::verify(&bent, &key, &[]).is_err());
        ledger_app::checkpoint_ledger(&seeded.app).await.unwrap();
        assert!(auditor.page("/ledger?kind=pack.").await.contains("Pack made"));

        let desk = seeded.browser(Role::ServiceDeskAnalyst, None).await;
        assert_eq!(desk.get("/packs").await.status, StatusCode::FORBIDDEN);
        assert_eq!(desk.post("/packs", &sample("1")).await.status, StatusCode::FORBIDDEN);
    });
}
