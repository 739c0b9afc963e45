//! stories/a-manager-sees-their-own-people.md

use axum::http::StatusCode;
use store::people;

use crate::common::with_force;

#[test]
fn a_manager_sees_their_own_people() {
    with_force(|seeded| async move {
        let (manager, managed) = (seeded.holder, seeded.newcomer);
        let named = seeded.app.store().write(move |tx| {
            let cole = people::by_id(tx, managed)?.unwrap();
            people::set(tx, &people::Person { line_manager: Some(manager), ..cole })
        });
        assert!(named.await.unwrap());

        let ames = seeded.browser_of(manager, domain::samples::NORFOLK).await;
        let list = ames.page("/people").await;
        assert!(list.contains("DC Cole") && list.contains("PC Ames"), "{list}");
        assert!(!list.contains("Byrd") && !list.contains("PC Fox"), "{list}");
        assert!(!ames.page("/people.csv").await.contains("Byrd"));
        let cole = ames.page(&format!("/people/{managed}")).await;
        assert!(cole.contains("PC Ames (1234)"), "whose line manager PC Ames is: {cole}");
        assert!(!cole.contains("Enter an acceptance"), "a manager enters nothing for them");
        assert_eq!(ames.get("/devices").await.status, StatusCode::FORBIDDEN);

        // Their own record is everybody's to see, and nobody else's.
        let own = seeded.browser_of(managed, domain::samples::NORFOLK).await;
        assert!(own.page(&format!("/people/{managed}")).await.contains("Holder"));
        assert_eq!(own.get(&format!("/people/{manager}")).await.status, StatusCode::FORBIDDEN);
        assert!(!own.page("/people").await.contains("PC Ames"));

        // The day that somebody else becomes the manager, it is over.
        let moved = seeded.app.store().write(move |tx| {
            let cole = people::by_id(tx, managed)?.unwrap();
            people::set(tx, &people::Person { line_manager: None, ..cole })
        });
        assert!(moved.await.unwrap());
        assert_eq!(ames.get(&format!("/people/{managed}")).await.status, StatusCode::FORBIDDEN);
    });
}
