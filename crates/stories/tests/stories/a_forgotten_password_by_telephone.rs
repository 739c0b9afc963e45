//! `stories/a-forgotten-password-by-telephone.md`

use axum::http::StatusCode;
use kernel::access::Role;
use store::people;

use crate::common::{Seeded, with_force};
use crate::desk::refused;

pub(crate) fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap()
}

async fn with_a_number(seeded: &Seeded) {
    let holder = seeded.holder;
    let set = seeded.app.store().write(move |tx| {
        let ames = people::by_id(tx, holder)?.unwrap();
        people::set(tx, &people::Person { phone: Some("01603 000000".into()), ..ames })
    });
    assert!(set.await.unwrap());
}

#[test]
fn a_forgotten_password_by_telephone() {
    with_force(|mut seeded| async move {
        let norfolk = domain::samples::NORFOLK;
        seeded.world.clock.set("2026-11-25T10:00:00Z".parse().unwrap());
        with_a_number(&seeded).await;
        let dani = seeded.browser(Role::ServiceDeskAnalyst, Some(norfolk)).await;
        let ames = seeded.browser_of(seeded.holder, norfolk).await;

        // Found by a part of the name, as losses are.
        let found = dani.page("/help/passwords/new?q=ames").await;
        assert!(found.contains("F4GXQ2ABCD") && found.contains("proves nothing"), "{found}");
        let form = dani.page(&format!("/help/passwords/new?q=ames&device={}", seeded.phone)).await;
        let device = seeded.phone.to_string();
        let token = hidden(&form, "form").to_owned();
        let mut fields = vec![("form", token.as_str()), ("device", &device), ("cause", "forgotten")];
        refused(&dani.post("/help/passwords/new", &fields).await, "Choose whether they ring");
        fields.push(("came", "telephone"));
        let opened = dani.post("/help/passwords/new", &fields).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        let page = opened.leads_to().split('?').next().unwrap().to_owned();
        let again = dani.post("/help/passwords/new", &fields).await;
        assert!(again.leads_to().starts_with(&page), "a double click is one request");
        assert!(ames.page("/me").await.contains("was it you?"), "the holder is told at once");

        // Who is asking.
        let html = dani.page(&page).await;
        assert!(html.contains("01603 000000") && html.contains("two proofs of who is asking"), "{html}");
        refused(&dani.post(&format!("{page}/send"), &[]).await, "Two proofs of who is asking");
        let called = [("kind", "call-back"), ("given", "yes"), ("note", "answered by name")];
        assert_eq!(dani.post(&format!("{page}/proof"), &called).await.status, StatusCode::SEE_OTHER);
        refused(&dani.post(&format!("{page}/proof"), &called).await, "recorded already");
        refused(&dani.post(&format!("{page}/send"), &[]).await, "One more proof");
        assert_eq!(dani.post(&format!("{page}/number"), &[]).await.status, StatusCode::SEE_OTHER);
        let html = dani.page(&page).await;
        let number = html.split("lan-big\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        assert!(ames.page("/me").await.contains("Enter the number that the desk reads to you"));
        let own = page.replace("/help/passwords/", "/me/password/");
        let other = if number == "10" { "11" } else { "10" };
        let wrong = ames.post(&own, &[("do", "number"), ("number", other)]).await;
        assert!(wrong.leads_to().ends_with("number-wrong"));
        let stranger = seeded.browser_of(seeded.newcomer, norfolk).await;
        let theirs = stranger.post(&own, &[("do", "number"), ("number", &number)]).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "it is not about them");
        let right = ames.post(&own, &[("do", "number"), ("number", &number)]).await;
        assert!(right.leads_to().ends_with("number-right"));
        assert_eq!(dani.post(&format!("{page}/send"), &[]).await.status, StatusCode::SEE_OTHER);

        // Who decides.
        let agree = [("agree", "yes"), ("reason", "called back, and the number was entered")];
        assert_eq!(dani.post(&format!("{page}/decide"), &agree).await.status, StatusCode::FORBIDDEN);
        let suffolk = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(suffolk.post(&format!("{page}/decide"), &agree).await.status, StatusCode::FORBIDDEN);
        assert_eq!(suffolk.get(&page).await.status, StatusCode::FORBIDDEN);
        assert_eq!(ames.get(&page).await.status, StatusCode::FORBIDDEN);
        let lead = seeded.browser_in_role(seeded.newcomer, Role::ServiceDeskLead, norfolk).await;
        assert!(lead.page("/help/passwords").await.contains("Waits for a second person"));
        refused(&lead.post(&format!("{page}/decide"), &[("agree", "yes")]).await, "Enter a reason");
        let agreed = lead.post(&format!("{page}/decide"), &agree).await;
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.text());
        let html = dani.page(&page).await;
        assert!(html.contains("The order waits for the device to connect"), "{html}");
        assert!(html.contains("It is not cleared until this page says so"), "{html}");

        // What the device says.
        seeded.settle().await;
        let html = dani.page(&page).await;
        assert!(
            html.contains("Cleared, no new password yet") && html.contains("anybody who has it can open it"),
            "{html}"
        );
        assert!(ames.page("/me").await.contains("Set a new password on your device now"));
        seeded.pass(900).await;
        seeded.settle().await;
        seeded.pass(900).await;
        let html = dani.page(&page).await;
        assert!(html.contains("Reported by the device: a new password"), "{html}");
        let case =
            format!("/cases/{}", html.split("href=\"/cases/").nth(1).unwrap().split('"').next().unwrap());
        let case = dani.page(&case).await;
        assert!(case.contains("Closed") && !case.contains("To do"), "{case}");
        let told = ames.page("/me/notices").await;
        assert!(
            told.contains("Your password is cleared") && told.contains("Your device has a new password"),
            "{told}"
        );
        let auditor = seeded.browser(Role::Auditor, Some(norfolk)).await;
        let ledger = auditor.get("/ledger.csv?kind=reset.").await.text();
        assert!(ledger.contains("MDU-4.5") && !ledger.contains(&format!(",{number},")), "{ledger}");
    });
}
