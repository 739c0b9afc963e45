//! stories/an-auditor-whose-access-ends.md

use axum::http::StatusCode;
use domain::Span;
use jiff::tz::TimeZone;
use kernel::access::Role;

use crate::common::with_force;
use crate::desk::in_words;

#[test]
fn an_auditor_whose_access_ends() {
    with_force(|seeded| async move {
        let roles = format!("/people/{}/roles", seeded.newcomer);
        let root = seeded.browser(Role::Administrator, None).await;
        let endless = [("action", "give"), ("role", "auditor"), ("until", ""), ("reason", "HMICFRS visit")];
        let refused = root.post(&roles, &endless).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let html = refused.text();
        assert!(html.contains("access ends by itself") && html.contains("value=\"HMICFRS visit\""), "{html}");

        let now = jiff::Timestamp::from_millisecond(seeded.app.world().now().millis()).unwrap();
        let last = now.to_zoned(TimeZone::UTC).date().tomorrow().unwrap().to_string();
        let give =
            [("action", "give"), ("role", "auditor"), ("until", last.as_str()), ("reason", "HMICFRS visit")];
        assert_eq!(root.post(&roles, &give).await.leads_to(), format!("{roles}?done=role-given"));
        let again = root.post(&roles, &give).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a double click gives one role");
        assert!(root.page("/access").await.contains("Auditor"));

        // The auditor reads the ledger and everything else, and changes nothing.
        let auditor = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        assert!(auditor.page("/ledger").await.contains(&in_words("role.granted")));
        assert_eq!(auditor.get("/access").await.status, StatusCode::OK);
        let note = format!("/cases/{}/notes", seeded.case().await);
        assert_eq!(auditor.post(&note, &[("note", "seen")]).await.status, StatusCode::FORBIDDEN);
        let give = [("action", "give"), ("role", "administrator"), ("reason", "me")];
        assert_eq!(auditor.post(&roles, &give).await.status, StatusCode::FORBIDDEN);
        let both = [("action", "give"), ("role", "service-desk-lead"), ("reason", "a second role")];
        assert_eq!(root.post(&roles, &both).await.status, StatusCode::SEE_OTHER);
        assert_eq!(
            auditor.post(&note, &[("note", "seen")]).await.status,
            StatusCode::FORBIDDEN,
            "whatever else they are"
        );

        // Two days on the same session is still there, and the auditor's role is not.
        seeded.world.clock.advance(Span::from_secs(2 * 24 * 3600));
        assert!(!auditor.page("/").await.contains("Auditor"));
        assert_eq!(auditor.get("/access").await.status, StatusCode::FORBIDDEN);
        let html = root.page(&roles).await;
        assert!(html.contains("Ended on its last day"), "{html}");
        assert!(!root.page("/access?role=auditor").await.contains("DC Cole"));
    });
}
