//! Who somebody is does not change with what a directory leaves out, or with a new name.

use serde_json::json;

use crate::common::Service;
use crate::directory::{Directory, WORK, id, user};

#[test]
fn a_replacement_without_a_number_keeps_the_number() {
    Service::run_on_both(async |service| {
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        let made = directory.add("ames", "5001").await;
        let path = format!("/Users/{}", id(&made));
        let sent = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "jo.ames@force.example",
            "displayName": "Jo Ames",
            "locale": "en-GB",
            "groups": [],
            "active": true,
        });
        let said = directory.send("PUT", &path, &[], Some(sent)).await;
        assert_eq!((said.status, &said.body[WORK]["employeeNumber"]), (200, &json!("5001")), "{}", said.body);
        let found = directory.get("/Users?filter=employeeNumber%20eq%20%225001%22").await;
        assert_eq!(found.body["totalResults"], 1);
    });
}

#[test]
fn a_leaver_comes_back_under_another_name_by_the_same_external_id() {
    Service::run_on_both(async |service| {
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        let with = |name: &str, number: Option<&str>| {
            let mut sent = user("ames", number.unwrap_or_default());
            sent["displayName"] = name.into();
            sent["externalId"] = "00u-ames".into();
            sent
        };
        let made = directory.post("/Users", with("Jo Ames", Some("1234"))).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = format!("/Users/{}", id(&made.body));
        for number in [Some("1234"), None] {
            assert_eq!(directory.send("DELETE", &path, &[], None).await.status, 204);
            let back = directory.post("/Users", with("Jo Ames-Hill", number)).await;
            assert_eq!((back.status, &back.body["id"]), (201, &made.body["id"]), "{}", back.body);
        }
        assert_eq!(directory.send("DELETE", &path, &[], None).await.status, 204);
        let mut other = with("Cole", Some("1234"));
        other["externalId"] = "00u-cole".into();
        assert_eq!(directory.post("/Users", other).await.status, 409, "another account is another person");
    });
}
