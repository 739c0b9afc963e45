//! `stories/a-fault-reported.md`

use axum::http::StatusCode;
use kernel::access::Role;

use crate::a_forgotten_password_by_telephone::hidden;
use crate::common::{Seeded, with_force};
use crate::desk::refused;

fn is_restricted(seeded: &Seeded) -> bool {
    seeded.phone_sim.profiles().any(|(identifier, _)| identifier.ends_with("out-of-use"))
}

#[test]
fn a_fault_reported() {
    with_force(|mut seeded| async move {
        let norfolk = domain::samples::NORFOLK;
        seeded.world.clock.set("2026-11-25T10:00:00Z".parse().unwrap());
        let ames = seeded.browser_of(seeded.holder, norfolk).await;
        assert!(ames.page("/me").await.contains("/me/report-fault"));
        let form = ames.page("/me/report-fault").await;
        let (device, token) = (seeded.phone.to_string(), hidden(&form, "form").to_owned());
        let mut fields =
            vec![("form", token.as_str()), ("device", &device), ("kind", "tampered"), ("says", "")];
        refused(&ames.post("/me/report-fault", &fields).await, "Say what happened");
        fields[3] = ("says", "The back is loose, with a scratch at the seal");
        let done = ames.post("/me/report-fault", &fields).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        let again = ames.post("/me/report-fault", &fields).await.text();
        let done = done.text();
        assert!(
            done.contains("Switch it off and leave it off") && done.contains("let nobody open it"),
            "{done}"
        );
        let reference = done.split("<strong>C-").nth(1).unwrap().split('<').next().unwrap();
        assert!(again.contains(&format!("C-{reference}")), "sent twice, one report");
        let stranger = seeded.browser_of(seeded.newcomer, norfolk).await;
        refused(&stranger.post("/me/report-fault", &fields).await, "somebody else");

        // The desk: what is to be done next, and the page of the case.
        let dani = seeded.browser(Role::ServiceDeskAnalyst, Some(norfolk)).await;
        let queue = dani.page("/cases?kind=tampered&state=open").await;
        assert!(queue.contains("Have the device switched off and out of use"), "{queue}");
        let found = dani.page(&format!("/cases?q=c%20{reference}")).await;
        let case = found.split("<th scope=\"row\"").nth(1).unwrap();
        let case = case.split("href=\"/cases/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = format!("/help/faults/{case}");
        assert!(dani.page(&format!("/cases/{case}")).await.contains(&page), "the case leads there");
        let html = dani.page(&page).await;
        assert!(html.contains("Nothing reaches them by itself"), "{html}");
        assert_eq!(ames.get(&page).await.status, StatusCode::FORBIDDEN);
        let suffolk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(suffolk.get(&page).await.status, StatusCode::FORBIDDEN);
        assert_eq!(suffolk.post(&format!("{page}/restrict"), &[]).await.status, StatusCode::FORBIDDEN);

        // Kept from the force's information, and back.
        assert_eq!(dani.post(&format!("{page}/restrict"), &[]).await.status, StatusCode::SEE_OTHER);
        let html = dani.page(&page).await;
        assert!(html.contains(">Ordered</strong>") && !html.contains(">Restricted</strong>"), "{html}");
        seeded.settle().await;
        assert!(is_restricted(&seeded), "the settings are on the phone");
        let html = dani.page(&page).await;
        assert!(html.contains(">Restricted</strong>") || html.contains(">Acknowledged</strong>"), "{html}");
        assert_eq!(dani.post(&format!("{page}/lift"), &[]).await.status, StatusCode::SEE_OTHER);
        let html = dani.page(&page).await;
        assert!(html.contains("The device still has the settings"), "{html}");
        seeded.settle().await;
        assert!(!is_restricted(&seeded), "and gone");
        assert!(!dani.page(&page).await.contains("The device still has the settings"));

        // Brought in and referred.
        assert_eq!(dani.post(&format!("{page}/bring-in"), &[]).await.status, StatusCode::SEE_OTHER);
        let html = dani.page(&page).await;
        let draft = format!("/custody/new?kind=repair&#38;device={}", seeded.phone);
        assert!(html.contains(&format!("href=\"{draft}\"")), "{html}");
        let html = dani.page(&draft.replace("&#38;", "&")).await;
        assert!(
            html.contains("Repair</h1>") && html.contains("F4GXQ2ABCD"),
            "a draft for that device: {html}"
        );
        let duty = seeded.browser(Role::DutyOfficer, Some(norfolk)).await;
        assert!(!duty.page(&page).await.contains("/custody/new"), "who may not draft one is led nowhere");
        let html = dani.page(&format!("/cases/{case}")).await;
        assert!(html.contains("Give it to the desk, signed for by both sides"), "{html}");
        assert!(html.contains("A signed hand-over") || html.contains("a signed hand-over"), "{html}");
        refused(&dani.post(&format!("{page}/refer"), &[("reason", " ")]).await, "Enter a reason");
        let reason = [("reason", "the seal was cut by a tool")];
        assert_eq!(dani.post(&format!("{page}/refer"), &reason).await.status, StatusCode::SEE_OTHER);
        let html = dani.page(&format!("/cases/{case}")).await;
        assert!(html.contains("as a sign to look into and no finding: the seal was cut"), "{html}");
    });
}
