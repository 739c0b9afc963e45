//! A directory that would become somebody: it waits for an administrator, and a stolen token of one force stays in it.

use domain::{PersonId, Span};
use kernel::access::{Actor, Role, permit};
use people_app::directory::TakeoverNames;
use people_app::grants::NewGrant;
use serde_json::json;
use sign_in_app::sessions::SignedIn;

use crate::common::Service;
use crate::directory::Directory;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const WORK: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn given(service: &Service, person: PersonId, role: Role) {
    let new = NewGrant { role: Some(role), reason: "their work".into(), ..NewGrant::default() };
    people_app::grants::grant_role(&service.app, permit(&service.desk).unwrap(), person, new).await.unwrap();
}

async fn signed_in(service: &Service, person: PersonId) -> Actor {
    let name = format!("Person {person}");
    let who = SignedIn { name, person: Some(person), roles: Role::Holder.into(), force: None, how: "test" };
    let cookie = sign_in_app::sessions::begin_session(&service.app, who).await.unwrap();
    sign_in_app::sessions::actor_of_cookie(&service.app, cookie.expose()).await.unwrap().unwrap()
}

async fn user_name(service: &Service, person: PersonId) -> Option<String> {
    let found = service.app.store().read(move |tx| store::people::by_id(tx, person)).await.unwrap();
    found.and_then(|person| person.user_name)
}

#[test]
fn who_has_a_role_is_taken_over_only_once_an_administrator_confirms_exactly_that() {
    Service::run_on_both(async |service| {
        let (lead, plain, admin) = (
            service.person("7001", false).await,
            service.person("7002", false).await,
            service.person("7003", false).await,
        );
        given(&service, lead, Role::ServiceDeskLead).await;
        given(&service, admin, Role::Administrator).await;
        service.world.clock.advance(Span::from_secs(24 * 3600));
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        let comes = async |number: &str, account: &str| {
            let body = json!({
                "schemas": [USER, WORK], "userName": account, "externalId": account, "displayName": format!("Person {number}"),
                "active": true, WORK: { "employeeNumber": number },
            });
            directory.post("/Users", body).await
        };
        assert_eq!(comes("7002", "plain").await.status, 201, "who has no role is taken over at once");
        assert_eq!(user_name(&service, plain).await.as_deref(), Some("plain"));
        for _ in 0..2 {
            let refused = comes("7001", "thief").await;
            assert_eq!(refused.status, 409, "{}", refused.body);
            assert!(refused.body["detail"].as_str().unwrap().contains("an administrator has to confirm"));
        }
        assert_eq!(user_name(&service, lead).await, None, "nothing has changed");

        let mine = signed_in(&service, admin).await;
        let decide = async |account: &str, confirm| {
            let shown = TakeoverNames { user_name: account.to_owned(), external_id: account.to_owned() };
            people_app::directory::decide_takeover(&service.app, permit(&mine).unwrap(), lead, shown, confirm)
                .await
        };
        assert!(decide("own", true).await.is_err(), "only what the directory asks for");
        decide("thief", false).await.unwrap();
        assert_eq!(comes("7001", "own").await.status, 409);
        decide("own", true).await.unwrap();
        assert_eq!(comes("7001", "thief").await.status, 409, "what was confirmed was another account");
        assert_eq!(comes("7001", "own").await.status, 409, "and asking for another took that back");
        decide("own", true).await.unwrap();
        assert_eq!(comes("7001", "own").await.status, 201);
        assert_eq!(user_name(&service, lead).await.as_deref(), Some("own"));

        // Another account for one that it provisions, and taken away and sent again, are the same thing.
        let path = format!("/Users/{lead}");
        let renamed = json!([{ "op": "replace", "path": "userName", "value": "thief" }]);
        assert_eq!(directory.patch(&path, renamed).await.status, 409);
        assert_eq!(user_name(&service, lead).await.as_deref(), Some("own"));
        let named = json!([{ "op": "replace", "path": "displayName", "value": "Person 7001 of Thetford" }]);
        assert_eq!(
            directory.patch(&path, named).await.status,
            200,
            "what does not say who signs in is the directory's"
        );
        let asked = service.app.store().read(|tx| {
            let filter =
                store::ledger::LedgerFilter { action: "directory-takeover".into(), ..Default::default() };
            store::ledger::list(tx, &filter, 100)
        });
        let words: Vec<String> = asked.await.unwrap().into_iter().map(|(entry, _)| entry.action).collect();
        assert_eq!(words.iter().filter(|word| word.ends_with("confirmed")).count(), 2, "{words:?}");
        assert_eq!(words.iter().filter(|word| word.ends_with("asked")).count(), 5, "{words:?}");
    });
}
