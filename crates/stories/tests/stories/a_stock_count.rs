//! `stories/a-stock-count.md`.

use axum::http::StatusCode;
use custody_app::{How, NewHandover, NewItem, Signing};
use domain::{Condition, DeviceId, HandoverKind, IdentityCheck, Side};
use kernel::access::{Role, permit};

use crate::common::{Seeded, root, with_force};
use crate::desk::refused;

/// Issues a device and takes it back, which puts it into the store by a signed hand-over.
async fn into_store(seeded: &Seeded, serial: &str) -> DeviceId {
    let device = seeded.spare(serial).await;
    seeded.issue(device, "1234", "PC Ames").await;
    let item = NewItem {
        device,
        condition: Condition::Good,
        with_it: String::new(),
        missing: String::new(),
        note: String::new(),
    };
    let new = NewHandover {
        kind: HandoverKind::Return,
        items: vec![item],
        also: Vec::new(),
        receiver: String::new(),
        place: Some(seeded.store().await),
        due_back_at: None,
        disposal: None,
        certificate: String::new(),
        note: String::new(),
    };
    let id = custody_app::draft_handover(&seeded.app, permit(&root()).unwrap(), new).await.unwrap();
    let shown = custody_app::read::handover(&seeded.app, permit(&root()).unwrap(), id).await.unwrap().digest;
    let counter = How::Counter { check: IdentityCheck::KnownPersonally, name: "PC Ames".into() };
    for (side, how) in [(Side::Receiver, How::OwnSignIn), (Side::Giver, counter)] {
        let signing = Signing { side, shown: &shown, how };
        custody_app::sign_at_desk(&seeded.app, permit(&root()).unwrap(), id, signing).await.unwrap();
    }
    device
}

#[test]
fn a_stock_count() {
    with_force(|seeded| async move {
        let dani = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        into_store(&seeded, "F4COUNT01").await;
        let gone = into_store(&seeded, "F4COUNT02").await;
        let lent = into_store(&seeded, "F4COUNT03").await;
        let elsewhere = seeded.spare("F4COUNT04").await;
        seeded.issue(elsewhere, "1234", "PC Ames").await;
        refused(&dani.post("/counts", &[]).await, "Choose the store to count");
        let store = seeded.store().await.to_string();
        let begun = dani.post("/counts", &[("place", store.as_str())]).await;
        let href = begun.leads_to().split('?').next().unwrap().to_owned();
        refused(&dani.post("/counts", &[("place", store.as_str())]).await, "being counted already");
        let html = dani.page(&href).await;
        assert!(html.contains("0 found, 3 missing") && html.contains("not scanned yet"), "{html}");

        refused(&dani.post(&format!("{href}/scan"), &[("codes", " \n")]).await, "Scan 1 to 1000");
        for codes in ["F4COUNT01\nf4count04\nDMPT1TABLET", "F4COUNT01\nWHAT-IS-THIS"] {
            let answer = dani.post(&format!("{href}/scan"), &[("codes", codes)]).await;
            assert_eq!(answer.leads_to(), format!("{href}?done=count-scanned"));
        }
        let html = dani.page(&href).await;
        assert!(html.contains("1 found, 2 missing, 2 that should be elsewhere, 1 not in"), "{html}");
        assert!(
            html.contains("With PC Ames (1234)") && html.contains("Suffolk Constabulary property"),
            "{html}"
        );
        assert!(!html.contains("DMPT1TABLET"), "the other force's device is not named");

        // Explained by its place on the page: what is missing comes first, in the order of its id.
        refused(&dani.post(&format!("{href}/close"), &[]).await, "Tick that everything");
        let lent_first = lent.to_string() < gone.to_string();
        let field = if lent_first { "explanation-1" } else { "explanation-2" };
        let close = [("sure", "yes"), (field, "Lent to the training room this morning")];
        let closed = dani.post(&format!("{href}/close"), &close).await;
        assert_eq!(closed.leads_to(), format!("{href}?done=count-closed"), "{}", closed.text());
        let html = dani.page(&href).await;
        assert!(html.contains("Lent to the training room") && html.contains(">C-"), "{html}");
        assert!(!html.contains("<textarea"), "a closed count takes no more scans");
        assert_eq!(
            dani.post(&format!("{href}/scan"), &[("codes", "F4COUNT02")]).await.status,
            StatusCode::CONFLICT
        );
        assert_eq!(dani.post(&format!("{href}/close"), &close).await.status, StatusCode::CONFLICT);
        assert!(dani.page(&format!("/devices/{gone}")).await.contains("Missing."));
        assert!(dani.page(&format!("/devices/{lent}")).await.contains("In store: ICT stores, Norwich"));
        let cases = dani.page("/cases?kind=stock-difference").await;
        assert!(cases.contains("F4COUNT02 was not found in a stock count"), "{cases}");
        assert!(!cases.contains("F4COUNT03"), "what was explained opens none");
        let csv = dani.get(&format!("{href}/lines.csv")).await.text();
        assert_eq!(csv.lines().count(), 7, "{csv}");

        // Found after all, in the next count: it stands in the store again.
        let again = dani.post("/counts", &[("place", store.as_str())]).await;
        let next = again.leads_to().split('?').next().unwrap().to_owned();
        dani.post(&format!("{next}/scan"), &[("codes", "F4COUNT01\nF4COUNT02\nF4COUNT03")]).await;
        dani.post(&format!("{next}/close"), &[("sure", "yes")]).await;
        assert!(dani.page(&format!("/devices/{gone}")).await.contains("In store: ICT stores, Norwich"));
    });
}
