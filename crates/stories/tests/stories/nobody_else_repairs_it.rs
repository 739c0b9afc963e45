//! `stories/nobody-else-repairs-it.md`.

use axum::http::StatusCode;
use domain::PlaceKind;
use kernel::access::Role;

use crate::common::with_force;
use crate::desk::{drafted, refused, sign_at_counter, sign_for_store};

#[test]
fn nobody_else_repairs_it() {
    with_force(|seeded| async move {
        let dani = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let auditor = seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await;
        let mac = seeded.mac.to_string();
        let form = |place: &str| {
            vec![
                ("kind".to_owned(), "repair".to_owned()),
                ("device".to_owned(), mac.clone()),
                ("place".to_owned(), place.to_owned()),
                ("condition".to_owned(), "faulty".to_owned()),
                ("note".to_owned(), "Does not start".to_owned()),
            ]
        };
        let send = |fields: Vec<(String, String)>| {
            let dani = dani.clone();
            async move {
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                dani.post("/custody/new", &fields).await
            }
        };
        let html = dani.page(&format!("/custody/new?kind=repair&device={mac}")).await;
        assert!(html.contains("Somebody else, such as a repair shop"), "{html}");
        refused(&send(form("")).await, "Choose who mends it");
        let answer = send(form("elsewhere")).await;
        refused(&answer, "(MDU-4.6)");
        assert!(answer.text().contains("Does not start"), "nothing typed is lost");
        let ledger = auditor.get("/ledger.csv?kind=custody.").await.text();
        assert_eq!(ledger.lines().count(), 2, "the refusal and no draft: {ledger}");
        assert!(ledger.contains("MDU-4.6") && ledger.contains("C02XK1MAC1"), "{ledger}");

        // A workshop needs a name for who approved it.
        let new = [("name", "Screen shop"), ("kind", "workshop"), ("force", "norfolk")];
        refused(&dani.post("/places", &new).await, "Enter who approved the workshop");
        let workshop = seeded.place(PlaceKind::Workshop, "ICT workshop").await.to_string();
        let href = drafted(&send(form(&workshop)).await);
        let byrd = "Sgt <b>Byrd</b>";
        assert_eq!(sign_at_counter(&dani, &href, "giver", byrd).await.status, StatusCode::SEE_OTHER);
        assert_eq!(sign_for_store(&dani, &href, "receiver").await.status, StatusCode::SEE_OTHER);
        let page = format!("/devices/{mac}");
        let html = dani.page(&page).await;
        assert!(html.contains("In repair: ICT workshop") && html.contains("Byrd"), "{html}");
        assert!(!html.contains("Held by nobody"), "who brought it still answers for it");

        // Back to a store: two people of ICT sign, one cannot sign both sides.
        let store = seeded.store().await.to_string();
        let back = [("kind", "return"), ("device", &mac), ("place", &store), ("condition", "good")];
        let href = drafted(&dani.post("/custody/new", &back).await);
        assert_eq!(sign_for_store(&dani, &href, "giver").await.status, StatusCode::SEE_OTHER);
        let html = dani.page(&href).await;
        assert!(!html.contains("name=\"confirm\""), "the other side is somebody else's: {html}");
        let lead = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        assert_eq!(sign_for_store(&lead, &href, "receiver").await.status, StatusCode::SEE_OTHER);
        assert!(dani.page(&page).await.contains("In store: ICT stores, Norwich"));
    });
}
