//! Exemptions: who may read them and for what, and that they show nowhere else.

use axum::http::StatusCode;
use domain::{Outcome, Subject};
use kernel::access::Role;

use crate::common::{Seeded, with_force};

#[test]
fn an_exemption_is_read_for_a_reason_and_leaks_nowhere() {
    with_force(|seeded| async move {
        let fiso = seeded.browser(Role::Fiso, Some(domain::samples::NORFOLK)).await;
        let auditor = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let finding = format!("/people/{}/clauses/MDU-7.1", seeded.holder);
        assert!(auditor.page(&finding).await.contains("Agreed"));
        let new = [
            ("clause", "MDU-7.1"),
            ("force", "norfolk"),
            ("number", "1234"),
            ("decided_by", "Head of Unit 7"),
            ("why", "works under another name"),
            ("until", "2027-06-30"),
        ];
        let with = |name: &str, value: &'static str| {
            new.map(|(key, old)| (key, if key == name { value } else { old }))
        };
        for (wrong, says) in [
            (with("number", "9999"), "nobody with this number"),
            (with("until", "2020-01-01"), "a day to come"),
            (with("clause", "MDU-6.2a"), "knows exceptions"),
            (with("why", ""), "Enter a reason"),
        ] {
            let answer = fiso.post("/exemptions/add", &wrong).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
            assert!(
                answer.text().contains(says) && answer.text().contains("Head of Unit 7"),
                "{}",
                answer.text()
            );
        }
        assert_eq!(
            fiso.post("/exemptions/add", &with("force", "suffolk")).await.status,
            StatusCode::FORBIDDEN
        );
        let entered = fiso.post("/exemptions/add", &new).await;
        assert_eq!(entered.leads_to(), "/exemptions?done=exemption-added", "{}", entered.text());
        seeded.pass(10).await;

        // It reads as for anybody whom the clause does not concern: the same words, and no reason.
        let own = auditor.page(&finding).await;
        let other = auditor.page(&format!("/people/{}/clauses/MDU-7.1", seeded.newcomer)).await;
        for html in [&own, &other] {
            assert!(html.contains("does not concern this person"), "{html}");
        }
        let ledger = auditor.page("/ledger?kind=exemption").await;
        assert!(ledger.contains("Exemption granted") && !ledger.contains("Ames"), "{ledger}");
        for page in ["/people", "/people.csv", "/terms/people.csv", "/clauses/MDU-7.1"] {
            let text = auditor.page(page).await;
            assert!(!text.contains("Unit 7") && !text.contains("another name"), "{page}");
        }

        let desk = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        assert_eq!(desk.get("/exemptions").await.status, StatusCode::FORBIDDEN);
        let psd = seeded.browser(Role::PsdInvestigator, Some(domain::samples::NORFOLK)).await;
        assert!(!psd.page("/exemptions").await.contains("Head of Unit 7"), "not before a reason");
        let mute = psd.post("/exemptions", &[("reason", " ")]).await;
        assert_eq!(mute.status, StatusCode::UNPROCESSABLE_ENTITY);
        let shown = psd.post("/exemptions", &[("reason", "case 17")]).await.text();
        assert!(shown.contains("PC Ames (1234)") && !shown.contains("/exemptions/end"), "{shown}");
        assert!(auditor.page("/ledger?kind=exemption").await.contains("Exemptions read"));
        let suffolk = seeded.browser(Role::Fiso, Some(domain::samples::SUFFOLK)).await;
        assert!(!suffolk.post("/exemptions", &[("reason", "x")]).await.text().contains("Ames"));

        let list = fiso.post("/exemptions", &[("reason", "review")]).await.text();
        let id = list.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(suffolk.post("/exemptions/end", &[("id", &id)]).await.status, StatusCode::FORBIDDEN);
        let ended = fiso.post("/exemptions/end", &[("id", &id)]).await;
        assert_eq!(ended.leads_to(), "/exemptions?done=exemption-ended");
        assert_eq!(fiso.post("/exemptions/end", &[("id", &id)]).await.status, StatusCode::CONFLICT);
        seeded.pass(10).await;
        // The page tells what was before as well; what holds now is the finding.
        assert_eq!(greeting(&seeded).await, Outcome::Agreed);
    });
}

#[test]
fn an_exemption_ends_by_itself() {
    with_force(|seeded| async move {
        let fiso = seeded.browser(Role::Fiso, Some(domain::samples::NORFOLK)).await;
        let new = [
            ("clause", "MDU-7.1"),
            ("force", "norfolk"),
            ("number", "1234"),
            ("decided_by", "Head of Unit 7"),
            ("why", "for a while"),
            ("until", "2026-11-30"),
        ];
        assert_eq!(fiso.post("/exemptions/add", &new).await.status, StatusCode::SEE_OTHER);
        seeded.pass(10).await;
        let auditor = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let finding = format!("/people/{}/clauses/MDU-7.1", seeded.holder);
        assert!(auditor.page(&finding).await.contains("does not concern this person"));
        seeded.pass(8 * 24 * 3600).await;
        // The page tells what was before as well; what holds now is the finding.
        assert_eq!(greeting(&seeded).await, Outcome::Agreed);
    });
}

/// How the clause on voicemail greetings stands for the phone's holder.
async fn greeting(seeded: &Seeded) -> Outcome {
    let (subject, clause) = (Subject::Person(seeded.holder), "MDU-7.1".parse().unwrap());
    let found = seeded.app.store().read(move |tx| store::findings::one(tx, &subject, &clause)).await;
    found.unwrap().expect("it is judged").outcome
}
