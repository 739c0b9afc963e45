//! stories/a-read-with-a-reason.md

use axum::http::StatusCode;
use domain::{CaseId, EntryId};
use kernel::access::Role;
use store::cases::{self, Case};
use store::people;

use crate::common::{Seeded, with_force};
use crate::desk::in_words;

/// A request to hear somebody's messages, with what it says.
async fn voicemail(seeded: &Seeded) -> CaseId {
    let (id, event) =
        (CaseId::from_uuid(seeded.app.world().uuid()), EntryId::from_uuid(seeded.app.world().uuid()));
    let case = Case {
        id,
        number: 0,
        kind: "voicemail-access".into(),
        force: domain::samples::NORFOLK,
        device: None,
        person: Some(seeded.newcomer),
        clause: None,
        title: "Messages of DC Cole, for the Hart inquiry".into(),
        opened_at: seeded.app.world().now(),
        due_at: None,
        owner: None,
        closed: None,
        closed_how: None,
    };
    let at = case.opened_at;
    seeded
        .app
        .store()
        .write(move |tx| {
            cases::open(tx, &case)?;
            cases::add_event(
                tx,
                &cases::NewEvent { id: event, case: id, actor: "system", says: "Asked for by Det Supt Hart" },
                at,
            )
        })
        .await
        .unwrap();
    id
}

#[test]
fn a_read_with_a_reason() {
    with_force(|seeded| async move {
        let person = seeded.newcomer;
        let marked = seeded.app.store().write(move |tx| {
            let cole = people::by_id(tx, person)?.unwrap();
            people::set(tx, &people::Person { covert: true, ..cole })
        });
        assert!(marked.await.unwrap());
        let fiso = seeded.browser(Role::Fiso, Some(domain::samples::NORFOLK)).await;
        let lead = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;

        // The flag stands nowhere, and the page asks for a reason before it shows it, once.
        let covert = format!("/people/{person}/covert");
        for page in [format!("/people/{person}"), "/people".into(), "/people.csv".into(), covert.clone()] {
            assert!(!fiso.page(&page).await.contains("Has a covert role"), "{page}");
        }
        assert_eq!(lead.get(&covert).await.status, StatusCode::FORBIDDEN);
        assert_eq!(lead.post(&covert, &[("reason", "curious")]).await.status, StatusCode::FORBIDDEN);
        let blank = fiso.post(&covert, &[("reason", "  ")]).await;
        assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!blank.text().contains("Has a covert role"));
        let told = fiso.post(&covert, &[("reason", "exemption asked for under 7.1")]).await.text();
        assert!(told.contains("Has a covert role."), "{told}");
        assert!(!fiso.page(&covert).await.contains("Has a covert role."), "shown once");

        // A sealed case is nothing to the desk, a number to information security, and is read for a reason only.
        let case = format!("/cases/{}", voicemail(&seeded).await);
        for page in [case.clone(), "/cases".into(), "/cases.csv".into()] {
            let html = fiso.page(&page).await;
            assert!(!html.contains("Hart"), "{page}: {html}");
        }
        assert_eq!(lead.get(&case).await.status, StatusCode::NOT_FOUND);
        assert!(!lead.page("/cases").await.contains(&case));
        let security = seeded.browser(Role::InformationSecurity, Some(domain::samples::NORFOLK)).await;
        let known = security.page(&case).await;
        assert!(
            known.contains("Sealed case") && !known.contains("messages") && !known.contains("Cole"),
            "{known}"
        );
        let read = format!("{case}/read");
        assert_eq!(lead.post(&read, &[("reason", "curious")]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(fiso.post(&read, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let opened = fiso.post(&read, &[("reason", "to decide on it")]).await.text();
        assert!(opened.contains("Asked for by Det Supt Hart") && opened.contains("Hart inquiry"), "{opened}");
        let suffolk = seeded.browser(Role::Fiso, Some(domain::samples::SUFFOLK)).await;
        assert_eq!(
            suffolk.post(&read, &[("reason", "to decide")]).await.status,
            StatusCode::NOT_FOUND,
            "over the wall there is none"
        );

        // Both reads are in the ledger, with their reasons beside them, and nothing that was refused is.
        let ledger = fiso.page("/ledger").await;
        for action in ["person.covert.read", "case.sealed.read"] {
            let words = in_words(action);
            assert!(ledger.contains(&words), "{action}: {ledger}");
            let csv = fiso.page(&format!("/ledger.csv?kind={action}")).await;
            assert_eq!(csv.lines().filter(|line| line.contains(&words)).count(), 1, "{csv}");
        }
    });
}

#[test]
fn nobody_finds_what_is_sealed_about_themselves() {
    with_force(|seeded| async move {
        let roles = format!("/people/{}/roles", seeded.newcomer);
        let root = seeded.browser(Role::Administrator, None).await;
        let give = [("action", "give"), ("role", "fiso"), ("reason", "acting")];
        assert_eq!(root.post(&roles, &give).await.status, StatusCode::SEE_OTHER);
        let case = format!("/cases/{}/read", voicemail(&seeded).await);
        let cole = seeded.browser_of(seeded.newcomer, domain::samples::NORFOLK).await;
        assert_eq!(
            cole.post(&case, &[("reason", "mine")]).await.status,
            StatusCode::NOT_FOUND,
            "for them there is none"
        );
    });
}
