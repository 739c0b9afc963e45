//! `stories/a-written-permission.md`

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::{Answer, Browser, with_force};
use crate::desk::in_words;
use crate::registers::{decide, entry_of, field, timeline};

const ASK: &str = "/registers/written-permissions/ask";

/// Asks for the running club's rota, for whoever has a number; nothing for oneself.
async fn ask(browser: &Browser, until: &str, person: &str, information: &str) -> Answer {
    let once = field(&browser.page(ASK).await, "once");
    let form = [
        ("once", once.as_str()),
        ("person", person),
        ("information", information),
        ("because", "I look after the club"),
        ("until", until),
    ];
    browser.post(ASK, &form).await
}

#[test]
fn a_written_permission() {
    with_force(|seeded| async move {
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let fiso = seeded.browser(Role::Fiso, Some(domain::samples::NORFOLK)).await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let (half_a_year, sooner) = (seeded.day(180), seeded.day(90));
        let others = ask(&ames, &half_a_year, "88", "The rota, with names").await;
        assert_eq!(others.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(others.text().contains("The rota, with names"), "nothing typed is lost");
        assert_eq!(ask(&ames, &half_a_year, "", "The rota, with names").await.status, StatusCode::SEE_OTHER);
        let first = entry_of(&fiso, "written-permissions").await;
        let no = [("answer", "no"), ("because", "names are not needed")];
        assert_eq!(decide(&desk, &first, "0", &no).await.status, StatusCode::FORBIDDEN);
        assert_eq!(decide(&fiso, &first, "0", &no).await.status, StatusCode::SEE_OTHER);
        let me = ames.page("/me").await;
        assert!(me.contains("names are not needed") && me.contains("Refused"), "{me}");

        assert_eq!(
            ask(&ames, &half_a_year, "", "The rota, numbers only").await.status,
            StatusCode::SEE_OTHER
        );
        let second = entry_of(&fiso, "written-permissions").await;
        assert_ne!(first, second);
        let yes = [("answer", "yes"), ("conditions", "No names"), ("until", sooner.as_str())];
        assert_eq!(decide(&fiso, &second, "7", &yes).await.status, StatusCode::UNPROCESSABLE_ENTITY, "stale");
        assert_eq!(decide(&fiso, &second, "0", &yes).await.status, StatusCode::SEE_OTHER);
        let page = fiso.page(&second).await;
        assert!(
            page.contains("No names") && page.contains("In force") && page.contains("MDU-15.1g"),
            "{page}"
        );
        assert!(ames.page("/me").await.contains("In force"));
        assert!(desk.page(&format!("/people/{}", seeded.holder)).await.contains(&second), "on the record");
        let auditor = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let ledger = auditor.page("/ledger?clause=MDU-15.1g").await;
        assert!(ledger.contains(&in_words("permission.granted")), "{ledger}");

        let end = format!("{second}/end");
        let left = [("why", "I left the club"), ("version", "1"), ("from", "own")];
        assert_eq!(ames.post(&end, &left).await.status, StatusCode::SEE_OTHER);
        assert_eq!(ames.post(&end, &left).await.status, StatusCode::CONFLICT, "once");
        let told = timeline(&fiso, &second).await;
        assert!(told.contains("I left the club") && told.contains("Granted it"), "{told}");
        assert!(ames.page("/permissions").await.contains("Ended early"));
    });
}
