//! `stories/a-joiner-by-scim.md`

use axum::http::StatusCode;
use kernel::access::Role;

use crate::common::{Browser, Seeded, with_force};
use crate::desk::in_words;

pub(crate) const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const WORK: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What a directory sends, and what it hears.
pub(crate) async fn sends(
    seeded: &Seeded,
    token: &str,
    method: &str,
    path: &str,
    body: &str,
) -> (u16, String) {
    let address = format!("{}/scim/v2{path}", seeded.app.config().address);
    let request = reqwest::Client::new()
        .request(method.parse().unwrap(), address)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/scim+json")
        .body(body.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Makes a token on the page, where it is shown once.
pub(crate) async fn token(browser: &Browser, force: &str) -> String {
    let fields = [("name", "Entra provisioning"), ("scope", "scim"), ("force", force), ("days", "90")];
    let made = browser.post("/tokens", &fields).await.text();
    let start = made.find("lanyard_").expect("the token is shown");
    made[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect()
}

pub(crate) fn id_of(answer: &str) -> String {
    let (_, rest) = answer.split_once("\"id\":\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_joiner_by_scim() {
    with_force(|seeded| async move {
        let admin = seeded.browser(Role::Administrator, Some(domain::samples::NORFOLK)).await;
        let secret = token(&admin, "norfolk").await;
        let list = admin.page("/tokens").await;
        assert!(list.contains("Entra provisioning") && !list.contains(&secret), "shown once");

        let joiner = format!(
            r#"{{"schemas":["{CORE}","{WORK}"],"userName":"jo.ames@norfolk.example","active":true,
            "displayName":"PC Jo Ames","title":"police officer","{WORK}":{{"employeeNumber":"5150","department":"Thetford"}}}}"#
        );
        let (status, answer) = sends(&seeded, &secret, "POST", "/Users", &joiner).await;
        assert_eq!(status, 201, "{answer}");
        let id = id_of(&answer);
        let (status, twice) = sends(&seeded, &secret, "POST", "/Users", &joiner).await;
        assert_eq!((status, twice.contains("uniqueness")), (409, true));

        let hr = seeded.browser(Role::Hr, Some(domain::samples::NORFOLK)).await;
        let page = hr.page(&format!("/people/{id}")).await;
        for part in ["PC Jo Ames", "5150", "Thetford", "jo.ames@norfolk.example"] {
            assert!(page.contains(part), "{part}");
        }
        let boss = format!(r#"{{"Operations":[{{"op":"Add","path":"{WORK}:manager","value":"{id}"}}]}}"#);
        let (status, answer) = sends(&seeded, &secret, "PATCH", &format!("/Users/{id}"), &boss).await;
        assert_eq!((status, answer.contains("own line manager")), (400, true), "{answer}");

        let group = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Lanyard service desk","members":[{{"value":"{id}"}}]}}"#
        );
        assert_eq!(sends(&seeded, &secret, "POST", "/Groups", &group).await.0, 201);
        let standing = people_app::grants::roles_of(&seeded.app, id.parse().unwrap()).await.unwrap().unwrap();
        assert!(standing.roles.has(Role::ServiceDeskAnalyst), "the settings map the group to a role");
        assert_eq!(standing.force, domain::samples::NORFOLK);

        refused_elsewhere(&seeded, &secret, &id).await;

        let leaves = r#"{"Operations":[{"op":"Replace","path":"active","value":"False"}]}"#;
        assert_eq!(sends(&seeded, &secret, "PATCH", &format!("/Users/{id}"), leaves).await.0, 200);
        assert!(hr.page(&format!("/people/{id}")).await.contains("Off the books since"));
        assert!(people_app::grants::roles_of(&seeded.app, id.parse().unwrap()).await.unwrap().is_none());

        let list = admin.page("/tokens").await;
        let (_, rest) = list.split_once("action=\"/tokens/").unwrap();
        let end = format!("/tokens/{}", rest.split('"').next().unwrap());
        assert_eq!(admin.post(&end, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(sends(&seeded, &secret, "GET", "/Users", "").await.0, 401, "ended");
        let ledger =
            seeded.browser(Role::Auditor, Some(domain::samples::NORFOLK)).await.page("/ledger").await;
        for action in ["api-token.made", "person.added", "role.granted", "person.ended", "api-token.ended"] {
            assert!(ledger.contains(&in_words(action)), "{action}");
        }
    });
}

/// The same tries without the right token, and over the wall.
async fn refused_elsewhere(seeded: &Seeded, secret: &str, id: &str) {
    let other = seeded.browser(Role::Administrator, Some(domain::samples::SUFFOLK)).await;
    let theirs = token(&other, "suffolk").await;
    for (method, body) in
        [("GET", ""), ("DELETE", ""), ("PATCH", r#"{"Operations":[{"op":"remove","path":"title"}]}"#)]
    {
        let (status, _) = sends(seeded, &theirs, method, &format!("/Users/{id}"), body).await;
        assert_eq!(status, 404, "{method} over the wall");
        let (status, _) =
            sends(seeded, &secret[..secret.len() - 1], method, &format!("/Users/{id}"), body).await;
        assert_eq!(status, 401, "{method} with a wrong token");
    }
    let desk = seeded.browser(Role::ServiceDeskLead, Some(domain::samples::NORFOLK)).await;
    assert_eq!(desk.get("/tokens").await.status, StatusCode::FORBIDDEN);
}
