//! stories/the-wall-between-forces.md

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::with_force;

#[test]
fn the_wall_between_forces() {
    with_force(|seeded| async move {
        // The desk lead of Norfolk sees Norfolk, wherever she looks.
        let norfolk = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
        for page in ["/people", "/people.csv", "/people?q=77", "/people?force=suffolk"] {
            let html = norfolk.page(page).await;
            assert!(!html.contains("PC Fox"), "{page}: {html}");
        }
        assert!(norfolk.page("/people").await.contains("PC Ames"));
        assert!(!norfolk.page("/devices").await.contains("DMPT1TABLET"));
        let tablet = format!("/devices/{}", seeded.tablet);
        assert_eq!(norfolk.get(&tablet).await.status, StatusCode::FORBIDDEN);
        let taken = norfolk.post(&format!("{tablet}/holder"), &[("holder", "1234")]).await;
        assert_eq!(taken.status, StatusCode::FORBIDDEN);

        // An administrator of Norfolk cannot open the wall for somebody.
        let roles = format!("/people/{}/roles", seeded.newcomer);
        let joint =
            [("action", "give"), ("role", "service-desk-analyst"), ("both", "yes"), ("reason", "joint desk")];
        let own = seeded.browser(Role::Administrator, Some(domain::samples::NORFOLK)).await;
        let refused = own.post(&roles, &joint).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.text().contains("only who serves every force")
                || refused.text().contains("Only who serves every force")
        );

        // One of every force can: DC Cole joins the joint desk, and is information security officer for Norfolk only.
        let root = seeded.browser(Role::Administrator, None).await;
        assert_eq!(root.post(&roles, &joint).await.status, StatusCode::SEE_OTHER);
        let fiso = [("action", "give"), ("role", "fiso"), ("reason", "acting")];
        assert_eq!(root.post(&roles, &fiso).await.status, StatusCode::SEE_OTHER);
        let cole = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        let devices = cole.page("/devices").await;
        assert!(devices.contains("DMPT1TABLET") && devices.contains("F4GXQ2ABCD"), "{devices}");
        assert_eq!(cole.get(&tablet).await.status, StatusCode::OK);
        let ledger = cole.page("/ledger").await;
        assert!(
            !ledger.contains("DMPT1TABLET"),
            "the ledger is for the FISO, and the FISO is Norfolk's: {ledger}"
        );
    });
}
