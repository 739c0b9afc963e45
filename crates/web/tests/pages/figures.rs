//! The figures of losses on their page and as a file: who sees them, and that they name nobody.

use axum::http::StatusCode;
use kernel::access::{Role, permit};
use losses_app::Answers;
use losses_app::report::{NewReport, Telephoned, report_at_desk};

use crate::common::{Seeded, root, with_force};

async fn reported(seeded: &Seeded) -> String {
    let new = NewReport {
        force: None,
        answers: Answers { contact: "07700 900123".into(), ..Answers::default() },
        form: "the figures of the tests".into(),
    };
    let telephoned = Telephoned { device: Some(seeded.phone), deals: false };
    report_at_desk(&seeded.app, permit(&root()).unwrap(), telephoned, new).await.unwrap().reference
}

#[test]
fn figures_say_of_how_many_cases_they_are_and_rest_on_entries_of_the_ledger() {
    with_force(|seeded| async move {
        let reference = reported(&seeded).await;
        ledger_app::checkpoint_ledger(&seeded.app).await.unwrap();
        let lead = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        assert!(lead.page("/losses").await.contains("href=\"/losses/figures\""));
        let page = lead.page("/losses/figures").await;
        assert!(page.contains("One loss was reported.") && page.contains("No loss was reported."), "{page}");
        assert!(page.contains("Not yet: 1.") && page.contains("0 of 1"), "{page}");
        assert!(!page.contains(" %)"), "no percentage of one: {page}");
        assert!(page.contains("Entries ") && page.contains("covers them"), "{page}");
        assert!(page.contains("/ledger?kind=loss."), "{page}");
        for name in ["Ames", "Byrd", "F4GXQ2ABCD", "07700"] {
            assert!(!page.contains(name), "{name}: {page}");
        }
        let file = lead.get("/losses/figures.csv").await;
        assert_eq!(file.status, StatusCode::OK);
        let text = file.text();
        assert!(text.contains(&format!("\r\n{reference},")) && text.matches("\r\n").count() == 2, "{text}");
        for name in ["Ames", "F4GXQ2ABCD", "07700"] {
            assert!(!text.contains(name), "{name}: {text}");
        }
        assert_eq!(lead.get("/losses/figures.csv?month=soon").await.status, StatusCode::UNPROCESSABLE_ENTITY);

        // A director reads the figures and has no business in the ledger; the other force sees none of them.
        let director = seeded.browser(Role::PolicyOwner, Some(domain::samples::NORFOLK)).await;
        let page = director.page("/losses/figures").await;
        assert!(page.contains("Entries ") && !page.contains("/ledger?"), "{page}");
        let other = seeded.browser(Role::InformationSecurity, Some(domain::samples::SUFFOLK)).await;
        assert!(!other.page("/losses/figures").await.contains("One loss was reported."));
        let over = other.get("/losses/figures?force=norfolk").await;
        assert_eq!(over.status, StatusCode::FORBIDDEN, "the wall between the forces");
    });
}
