//! `stories/a-lapsed-acceptance.md`.

use kernel::access::{Role, permit};

use crate::common::{Seeded, root, with_force};
use crate::reading::{change_the_terms, read_all, terms};

const DAY: i64 = 24 * 3600;

async fn entries(seeded: &Seeded, action: &str) -> usize {
    let action = action.to_owned();
    let found = seeded.app.store().read(move |tx| {
        let filter = store::ledger::LedgerFilter { action, ..Default::default() };
        store::ledger::list(tx, &filter, 100)
    });
    found.await.unwrap().len()
}

fn restricted(seeded: &Seeded) -> bool {
    seeded.phone_sim.profiles().any(|(identifier, _)| identifier.ends_with("terms-lapsed"))
}

#[test]
fn a_lapsed_acceptance() {
    with_force(|mut seeded| async move {
        let ames = seeded.browser_of(seeded.holder, domain::samples::NORFOLK).await;
        let desk = seeded.browser(Role::ServiceDeskAnalyst, Some(domain::samples::NORFOLK)).await;
        let phone = format!("/devices/{}", seeded.phone);
        change_the_terms(&seeded).await;
        seeded.settle().await;
        assert!(!restricted(&seeded), "there is time left");

        // Two weeks go by in which the phone keeps reporting.
        seeded.pass(8 * DAY).await;
        assert_eq!(entries(&seeded, "terms.reminded").await, 4, "everybody: it binds everyone");
        seeded.pass(7 * DAY).await;
        seeded.settle().await;
        assert!(restricted(&seeded), "the phone has the profile");
        assert_eq!(entries(&seeded, "terms.lapsed").await, 2, "who has a device that can be restricted");
        let html = ames.page("/me").await;
        assert!(html.contains("Your devices are restricted") && html.contains("999"), "{html}");
        let shown = desk.page(&phone).await;
        assert!(shown.contains("Restricted until the terms are accepted"), "{shown}");

        // Another day changes nothing twice.
        seeded.pass(DAY).await;
        assert_eq!(entries(&seeded, "terms.lapsed").await, 2);

        let read = terms(&seeded, seeded.holder, "personal-devices").await;
        read_all(&ames, &read).await;
        ames.post("/me/terms/personal-devices", &[("accept", "yes"), ("digest", &read.digest)]).await;
        seeded.settle().await;
        assert!(!restricted(&seeded), "it went by itself");
        assert_eq!(entries(&seeded, "terms.lapse-ended").await, 1);
        assert!(!ames.page("/me").await.contains("Your devices are restricted"));

        // A Mac given to somebody who has accepted takes nothing along.
        let holder = Some(seeded.holder);
        custody_app::register::set_holder(&seeded.app, permit(&root()).unwrap(), seeded.mac, holder)
            .await
            .unwrap();
        seeded.settle().await;
        let mac = desk.page(&format!("/devices/{}", seeded.mac)).await;
        assert!(!mac.contains("Restricted until the terms are accepted"), "{mac}");
    });
}
