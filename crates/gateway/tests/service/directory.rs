//! A directory comes: people and groups by SCIM, with a token and without.

use domain::{Force, Span};
use kernel::access::{ApiScope, permit};
use serde_json::{Value, json};
use sign_in_app::tokens::NewToken;

use crate::common::Service;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(crate) const WORK: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const FORCE: &str = "urn:lanyard:params:scim:schemas:extension:force:1.0:User";

/// A directory with a token.
pub(crate) struct Directory<'a> {
    service: &'a Service,
    pub(crate) token: String,
}

/// An answer: status, entity tag, body.
pub(crate) struct Said {
    pub(crate) status: u16,
    tag: String,
    pub(crate) body: Value,
}

impl<'a> Directory<'a> {
    pub(crate) async fn of(service: &'a Service, force: Force) -> Self {
        let new = NewToken { name: "Entra".into(), scope: ApiScope::Scim, force: Some(force), days: 90 };
        let (_, secret) =
            sign_in_app::tokens::make_token(&service.app, permit(&service.desk).unwrap(), new).await.unwrap();
        Self { service, token: secret.expose().clone() }
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        tags: &[(&str, &str)],
        body: Option<Value>,
    ) -> Said {
        let address = format!("{}/scim/v2{path}", self.service.address);
        let mut request = self.service.link.client.request(method.parse().unwrap(), address);
        request = request.header("authorization", format!("Bearer {}", self.token));
        for (name, value) in tags {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/scim+json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let tag =
            response.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Said { status, tag, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    pub(crate) async fn get(&self, path: &str) -> Said {
        self.send("GET", path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Said {
        self.send("POST", path, &[], Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, operations: Value) -> Said {
        let body =
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.send("PATCH", path, &[], Some(body)).await
    }

    pub(crate) async fn add(&self, name: &str, number: &str) -> Value {
        let said = self.post("/Users", user(name, number)).await;
        assert_eq!(said.status, 201, "{}", said.body);
        said.body
    }

    async fn total(&self, filter: &str) -> i64 {
        let said =
            self.get(&format!("/Users?filter={}", filter.replace(' ', "%20").replace('"', "%22"))).await;
        assert_eq!(said.status, 200, "{filter}: {}", said.body);
        said.body["totalResults"].as_i64().unwrap()
    }
}

/// A user as Entra sends it.
pub(crate) fn user(name: &str, number: &str) -> Value {
    json!({
        "schemas": [CORE, WORK],
        "externalId": format!("ext-{name}"),
        "userName": format!("{name}@force.example"),
        "active": true,
        "displayName": format!("PC {name}"),
        "title": "police officer",
        "emails": [{ "primary": true, "type": "work", "value": format!("{name}@force.example") }],
        "meta": { "resourceType": "User" },
        "name": { "formatted": format!("PC {name}"), "givenName": "Jo", "familyName": name },
        "roles": [],
        WORK: { "employeeNumber": number, "department": "Response" },
    })
}

pub(crate) fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

#[test]
fn nobody_without_a_working_token_hears_anything() {
    Service::run(async |service| {
        let mut directory = Directory::of(&service, domain::samples::NORFOLK).await;
        assert_eq!(directory.get("/Users").await.status, 200);
        let good = directory.token.clone();
        for wrong in ["", "lanyard_", "lanyard_AAAA", &good[1..], &"x".repeat(5000)] {
            directory.token = wrong.to_owned();
            for path in ["/Users", "/Schemas", "/ServiceProviderConfig", "/nowhere", "/Me"] {
                let said = directory.get(path).await;
                assert_eq!(said.status, 401, "{path} with {wrong:?}: {}", said.body);
            }
        }
        directory.token = good;
        service.pass(91 * 24 * 3600).await;
        assert_eq!(directory.get("/Users").await.status, 401, "it has expired");
        let other = Directory::of(&service, domain::samples::NORFOLK).await;
        assert_eq!(other.get("/Users").await.status, 200);
        let tokens = sign_in_app::tokens::tokens(&service.app, permit(&service.desk).unwrap()).await.unwrap();
        assert!(tokens[0].last_used_at.is_some());
        for _ in 0..2 {
            sign_in_app::tokens::end_token(&service.app, permit(&service.desk).unwrap(), tokens[0].id)
                .await
                .unwrap();
        }
        assert_eq!(other.get("/Users").await.status, 401, "it was ended");
        let ended =
            service.ledger_actions().await.into_iter().filter(|(action, _)| action == "api-token.ended");
        assert_eq!(ended.count(), 1, "ended once");
    });
}

#[test]
fn a_person_comes_changes_leaves_and_comes_back() {
    Service::run_on_both(async |service| {
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        let made = directory.add("ames", "1234").await;
        let path = format!("/Users/{}", id(&made));
        assert!(made.get(FORCE).is_none(), "whose they are is told where it is asked for");
        let asked = directory.get(&format!("{path}?attributes={FORCE}:force")).await;
        assert_eq!(asked.body[FORCE]["force"], "norfolk");
        assert_eq!(made["meta"]["version"], "W/\"1\"");
        let again = directory.post("/Users", user("ames", "9")).await;
        assert_eq!((again.status, again.body["scimType"].as_str()), (409, Some("uniqueness")));
        let boss = directory.add("byrd", "88").await;
        let said = directory
            .patch(
                &path,
                json!([
                    { "op": "Add", "path": format!("{WORK}:manager"), "value": id(&boss) },
                    { "op": "Replace", "value": { "title": "detective", format!("{FORCE}:lastDay"): "2027-03-31" } },
                ]),
            )
            .await;
        assert_eq!(said.status, 200, "{}", said.body);
        assert_eq!((said.tag.as_str(), &said.body[WORK]["manager"]["value"]), ("W/\"2\"", &boss["id"]));
        let person = id(&made).parse().unwrap();
        let person =
            service.app.store().read(move |tx| store::people::by_id(tx, person)).await.unwrap().unwrap();
        assert_eq!((person.role.as_str(), person.unit.as_deref()), ("detective", Some("Response")));
        assert_eq!(person.last_day.map(|day| day.to_string()).as_deref(), Some("2027-03-31"));
        let said =
            directory.patch(&path, json!([{ "op": "Replace", "path": "active", "value": "False" }])).await;
        assert_eq!(said.body["active"], false);
        let said =
            directory.patch(&path, json!([{ "op": "Replace", "path": "active", "value": "True" }])).await;
        assert_eq!(said.body["active"], true);
        assert_eq!(directory.send("DELETE", &path, &[], None).await.status, 204);
        assert_eq!(directory.get(&path).await.status, 404);
        let stranger = directory.post("/Users", user("cole", "1234")).await;
        assert_eq!(stranger.status, 409, "a leaver's number under another name: {}", stranger.body);
        let back = directory.add("ames", "1234").await;
        assert_eq!(back["id"], made["id"], "the same person, with their history");
        let actions: Vec<String> =
            service.ledger_actions().await.into_iter().map(|(action, _)| action).collect();
        for (action, times) in [("person.added", 2), ("person.ended", 2), ("person.returned", 2)] {
            assert_eq!(actions.iter().filter(|one| *one == action).count(), times, "{action}");
        }
    });
}

#[test]
fn the_same_request_twice_changes_nothing_twice_and_a_stale_one_nothing() {
    Service::run(async |service| {
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        let path = format!("/Users/{}", id(&directory.add("ames", "1234").await));
        let first =
            directory.send("PUT", &path, &[("if-match", "W/\"1\"")], Some(user("ames", "1235"))).await;
        assert_eq!((first.status, first.tag.as_str()), (200, "W/\"2\""));
        let twice = directory.send("PUT", &path, &[], Some(user("ames", "1235"))).await;
        assert_eq!((twice.status, twice.tag.as_str()), (200, "W/\"2\""), "nothing is different");
        let stale = directory.send("PUT", &path, &[("if-match", "W/\"1\"")], Some(user("ames", "7"))).await;
        assert_eq!(stale.status, 412);
        assert_eq!(directory.send("DELETE", &path, &[("if-match", "W/\"1\"")], None).await.status, 412);
        assert_eq!(directory.send("GET", &path, &[("if-none-match", &first.tag)], None).await.status, 304);
        let operations = |name: &str| json!([{ "op": "replace", "path": "displayName", "value": name }]);
        let many: Vec<_> = (0..8).map(|n| directory.patch(&path, operations(&format!("PC {n}")))).collect();
        let said = futures_util::future::join_all(many).await;
        assert!(said.iter().all(|said| [200, 409].contains(&said.status)));
        let won = said.iter().filter(|said| said.status == 200).count();
        let now = directory.get(&path).await;
        assert_eq!(now.tag, format!("W/\"{}\"", 2 + won), "each change that was answered counted once");
    });
}

#[test]
fn the_wall_stands_for_directories_too() {
    Service::run(async |service| {
        let norfolk = Directory::of(&service, domain::samples::NORFOLK).await;
        let suffolk = Directory::of(&service, domain::samples::SUFFOLK).await;
        let made = norfolk.add("ames", "1234").await;
        let path = format!("/Users/{}", id(&made));
        assert_eq!(suffolk.get(&path).await.status, 404);
        assert_eq!(
            suffolk.patch(&path, json!([{ "op": "replace", "path": "title", "value": "x" }])).await.status,
            404
        );
        assert_eq!(suffolk.send("DELETE", &path, &[], None).await.status, 404);
        for filter in ["userName eq \"ames@force.example\"", "externalId eq \"ext-ames\"", "title pr"] {
            assert_eq!((norfolk.total(filter).await, suffolk.total(filter).await), (1, 0), "{filter}");
        }
        assert_ne!(suffolk.add("ames", "1234").await["id"], made["id"], "names are a force's own");
        let own = suffolk.add("fox", "77").await;
        let group =
            json!({ "schemas": [GROUP], "displayName": "Desk", "members": [{ "value": made["id"] }] });
        assert_eq!(suffolk.post("/Groups", group).await.status, 400);
        let boss = json!([{ "op": "add", "path": format!("{WORK}:manager"), "value": own["id"] }]);
        assert_eq!(norfolk.patch(&path, boss).await.status, 400);
    });
}

#[test]
fn lists_are_filtered_paged_and_bounded() {
    Service::run(async |service| {
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        for n in 0..25 {
            directory.add(&format!("user{n:02}"), &format!("{n}")).await;
        }
        service.person("by-hand", false).await;
        let page = directory.get("/Users?startIndex=21&count=10&attributes=userName").await.body;
        assert_eq!((page["totalResults"].as_i64(), page["itemsPerPage"].as_i64()), (Some(25), Some(5)));
        assert!(page["Resources"][0].get("emails").is_none());
        assert_eq!(directory.get("/Users?count=0").await.body["itemsPerPage"], 0);
        assert_eq!(directory.total("userName co \"user1\"").await, 10);
        assert_eq!(directory.total("active eq true and emails.value sw \"user0\"").await, 10);
        assert_eq!(directory.total("not (userName sw \"user\")").await, 0);
        let wrong = directory.get("/Users?filter=userName%20is%20x").await;
        assert_eq!((wrong.status, wrong.body["scimType"].as_str()), (400, Some("invalidFilter")));
        for (path, status) in [("/Me", 501), ("/Bulk", 501), ("/.search", 501), ("/Devices", 404)] {
            assert_eq!(directory.get(path).await.status, status, "{path}");
        }
        assert_eq!(directory.send("DELETE", "/Schemas", &[], None).await.status, 405);
        // One byte too many: the whole of it is sent before it is refused.
        let large = Value::String("x".repeat(protocol_scim::MOST_BYTES - 1));
        assert_eq!(directory.post("/Users", large).await.status, 413);
    });
}

#[test]
fn groups_are_kept_and_their_members_come_and_go() {
    Service::run_on_both(async |service| {
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        let (ames, byrd) = (directory.add("ames", "1").await, directory.add("byrd", "2").await);
        let made = directory
            .post(
                "/Groups",
                json!({ "schemas": [GROUP], "displayName": "Service desk", "externalId": "g-1" }),
            )
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = format!("/Groups/{}", id(&made.body));
        let both = json!([{ "value": ames["id"] }, { "value": byrd["id"] }]);
        let said = directory.patch(&path, json!([{ "op": "Add", "path": "members", "value": both }])).await;
        assert_eq!(said.body["members"].as_array().unwrap().len(), 2, "{}", said.body);
        let user = directory.get(&format!("/Users/{}", id(&ames))).await.body;
        assert_eq!(user["groups"][0]["display"], "Service desk");
        let filter = format!(
            "/Groups?filter=id%20eq%20%22{}%22%20and%20members%20eq%20%22{}%22",
            id(&made.body),
            id(&ames)
        );
        assert_eq!(directory.get(&filter).await.body["totalResults"], 1);
        let less = json!([{ "op": "Remove", "path": "members", "value": [{ "value": ames["id"] }] }]);
        let said = directory.patch(&path, less).await;
        assert_eq!(said.body["members"][0]["value"], byrd["id"]);
        let found = directory
            .get("/Groups?excludedAttributes=members&filter=displayName%20eq%20%22service%20DESK%22")
            .await;
        assert_eq!(found.body["totalResults"], 1);
        assert!(found.body["Resources"][0].get("members").is_none());
        let twice =
            directory.post("/Groups", json!({ "schemas": [GROUP], "displayName": "service desk" })).await;
        assert_eq!(twice.status, 409);
        assert_eq!(directory.send("DELETE", &path, &[], None).await.status, 204);
        assert_eq!(directory.get(&path).await.status, 404);
        assert_eq!(directory.get(&format!("/Users/{}", id(&byrd))).await.status, 200, "people stay");
    });
}

#[test]
fn who_was_entered_by_hand_is_taken_over_by_their_number() {
    Service::run(async |service| {
        let before = service.person("1234", true).await;
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        assert_eq!(directory.get("/Users").await.body["totalResults"], 0);
        assert_eq!(id(&directory.add("ames", "1234").await), before.to_string());
    });
}

#[test]
fn whoever_left_long_ago_is_forgotten_and_the_ledger_stays_whole() {
    Service::run_on_both(async |service| {
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        let gone = directory.add("ames", "1234").await;
        let held = service.person("88", false).await;
        service.register("C02XK1MAC1", domain::DeviceKind::Mac, Some(held)).await;
        assert_eq!(directory.send("DELETE", &format!("/Users/{}", id(&gone)), &[], None).await.status, 204);
        people_app::end_person(&service.app, permit(&service.desk).unwrap(), held, None).await.unwrap();
        assert_eq!(people_app::erase_due_people(&service.app).await.unwrap(), 0, "not yet");
        // The case of their leaving is done with; an open one would keep them.
        let (left, now) = (id(&gone).parse().unwrap(), service.world.now());
        let closed = service.app.store().write(move |tx| {
            for case in store::cases::of_person(tx, left)? {
                store::cases::close(tx, case.id, now, "nothing was held", "done")?;
            }
            Ok::<_, store::StoreError>(())
        });
        closed.await.unwrap();
        service.world.clock.advance(Span::from_secs(8 * 366 * 24 * 3600));
        let due =
            people_app::people_due_for_erasure(&service.app, permit(&service.desk).unwrap()).await.unwrap();
        assert_eq!((due.due.len(), due.held), (1, 1), "who has a device is kept");
        assert_eq!(people_app::erase_due_people(&service.app).await.unwrap(), 1);
        assert_eq!(people_app::erase_due_people(&service.app).await.unwrap(), 0, "once");
        let person = id(&gone).parse().unwrap();
        let (person, left) = service
            .app
            .store()
            .read(move |tx| {
                let mut details = Vec::new();
                for entry in store::ledger::from_place(tx, 0, 1000)? {
                    let own = entry.subject == format!("person:{person}") && entry.action != "person.erased";
                    if own && store::ledger::detail(tx, entry.id)?.is_some() {
                        details.push(entry.action);
                    }
                }
                Ok::<_, store::StoreError>((store::people::by_id(tx, person)?.unwrap(), details))
            })
            .await
            .unwrap();
        assert_eq!((person.name.as_str(), person.email.as_deref()), ("Erased", None));
        assert!(person.number.starts_with("erased-") && person.erased_at.is_some());
        assert!(left.is_empty(), "{left:?}");
        assert!(service.has_entry("person.erased", "retention").await);
        ledger_app::checkpoint_ledger(&service.app).await.unwrap();
    });
}

#[test]
fn a_group_of_the_settings_gives_its_role_and_takes_it_again() {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async {
        let rule = kernel::roles::GroupRole {
            group: "Lanyard desk".into(),
            role: kernel::access::Role::ServiceDeskAnalyst,
            everywhere: false,
        };
        let change = |config: &mut kernel::AppConfig| config.group_roles = vec![rule];
        let service = Service::start_with(&scratch.config, gateway::Options::default(), change).await;
        let directory = Directory::of(&service, domain::samples::NORFOLK).await;
        let ames = directory.add("ames", "1234").await;
        let person = id(&ames).parse().unwrap();
        let analyst = async || {
            let standing = people_app::grants::roles_of(&service.app, person).await.unwrap();
            standing.is_some_and(|now| now.roles.has(kernel::access::Role::ServiceDeskAnalyst))
        };
        assert!(!analyst().await);
        let group = json!({ "schemas": [GROUP], "displayName": "Lanyard desk", "members": [{ "value": ames["id"] }] });
        let made = directory.post("/Groups", group).await;
        assert!(analyst().await, "{}", made.body);
        let user = format!("/Users/{}", id(&ames));
        directory.patch(&user, json!([{ "op": "replace", "path": "active", "value": false }])).await;
        assert!(!analyst().await, "off the books");
        directory.patch(&user, json!([{ "op": "replace", "path": "active", "value": true }])).await;
        assert!(analyst().await, "back, and still in the group");
        let path = format!("/Groups/{}", id(&made.body));
        let other = json!([{ "op": "replace", "path": "displayName", "value": "Another" }]);
        assert_eq!(directory.patch(&path, other).await.status, 200);
        assert!(!analyst().await, "the group is another");
        let again = json!([{ "op": "replace", "path": "displayName", "value": "Lanyard desk" }]);
        directory.patch(&path, again).await;
        assert!(analyst().await);
        assert_eq!(directory.send("DELETE", &path, &[], None).await.status, 204);
        assert!(!analyst().await, "the group is gone");
    });
}
