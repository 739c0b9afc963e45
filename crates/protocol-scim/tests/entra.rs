//! What Microsoft Entra's provisioning service and other directories send, in their own spelling.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]

use protocol_scim::{Filter, Kind, ListQuery, Meta, Patch, Resource, ScimError, ScimType, Selection, Wanted};
use serde_json::{Map, Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const WORK: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn user(fields: Value) -> Result<Resource, ScimError> {
    let mut body = json!({ "schemas": [CORE, WORK], "userName": "J.Ames@norfolk.example" });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Resource::read(Kind::User, body.to_string().as_bytes())
}

fn ames() -> Resource {
    user(json!({
        "externalId": "ext-1", "active": "True", "displayName": "PC Ames", "title": "police officer",
        "name": { "givenName": "Jo", "familyName": "Ames" },
        "emails": [{ "primary": true, "type": "work", "value": "j.ames@norfolk.example" }],
        "nickName": "J", "addresses": [{ "type": "work", "formatted": "x" }],
        WORK: { "employeeNumber": "1234", "department": "Response" },
    }))
    .unwrap()
}

fn patched(resource: &Resource, operations: Value) -> Result<Resource, ScimError> {
    let body =
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
    Patch::read(body.to_string().as_bytes())?.applied_to(resource)
}

fn answer(resource: &Resource) -> Map<String, Value> {
    let at = domain::Timestamp::from_millis(1_790_000_000_000);
    let meta = Meta { id: "u-1", created: at, changed: at, version: 3, location: "https://x/Users/u-1" };
    resource.answer(&meta, Map::new())
}

#[test]
fn truth_as_text_and_attributes_without_use_are_taken() {
    let fields = ames().user();
    assert!(fields.active);
    assert_eq!(fields.number.as_deref(), Some("1234"));
    assert_eq!(fields.email.as_deref(), Some("j.ames@norfolk.example"));
    assert!(!ames().fields().contains_key("nickName"));
}

#[test]
fn a_leaver_is_switched_off_in_every_known_spelling() {
    for operations in [
        json!([{ "op": "Replace", "path": "active", "value": "False" }]),
        json!([{ "op": "replace", "path": "active", "value": false }]),
        json!([{ "op": "Replace", "value": { "active": false } }]),
        json!([{ "op": "Replace", "value": { "active": "False", "id": "u-1" } }]),
        json!([{ "op": "REPLACE", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": "false" }]),
    ] {
        assert!(!patched(&ames(), operations.clone()).unwrap().user().active, "{operations}");
    }
}

#[test]
fn keys_without_a_path_are_paths() {
    let changed = patched(
        &ames(),
        json!([{ "op": "Replace", "value": {
            "displayName": "Sgt Ames", "name.familyName": "Ames-Hill",
            "emails[type eq \"work\"].value": "ames@norfolk.example",
            format!("{WORK}:department"): "Roads", "preferredLanguage": "en-GB",
        } }]),
    )
    .unwrap();
    let fields = changed.user();
    assert_eq!((fields.name.as_str(), fields.unit.as_deref()), ("Sgt Ames", Some("Roads")));
    assert_eq!(fields.email.as_deref(), Some("ames@norfolk.example"));
    assert_eq!(answer(&changed)["name"], json!({ "givenName": "Jo", "familyName": "Ames-Hill" }));
}

#[test]
fn a_manager_comes_as_text_as_object_and_goes_as_nothing() {
    let path = format!("{WORK}:manager");
    for value in [json!("m-1"), json!({ "value": "m-1" }), json!([{ "value": "m-1" }])] {
        let with = patched(&ames(), json!([{ "op": "Add", "path": path, "value": value }])).unwrap();
        assert_eq!(with.user().manager.as_deref(), Some("m-1"));
        for gone in [
            json!([{ "op": "Remove", "path": path }]),
            json!([{ "op": "Replace", "path": path, "value": "" }]),
        ] {
            assert_eq!(patched(&with, gone).unwrap().user().manager, None);
        }
    }
}

#[test]
fn an_add_makes_the_value_that_its_filter_means_and_a_replace_does_not() {
    let path = "phoneNumbers[type eq \"mobile\"].value";
    let with = patched(&ames(), json!([{ "op": "Add", "path": path, "value": "07700 900123" }])).unwrap();
    assert_eq!(answer(&with)["phoneNumbers"], json!([{ "type": "mobile", "value": "07700 900123" }]));
    let refused = patched(&ames(), json!([{ "op": "Replace", "path": path, "value": "1" }])).unwrap_err();
    assert_eq!(refused.scim_type, Some(ScimType::NoTarget));
}

#[test]
fn members_come_and_go_one_by_one_and_in_bulk() {
    let group = Resource::of_group("Desk", None, &[]);
    let many: Vec<Value> = (0..500).map(|n| json!({ "value": format!("u-{n}") })).collect();
    let full = patched(&group, json!([{ "op": "Add", "path": "members", "value": many }])).unwrap();
    let again =
        patched(&full, json!([{ "op": "Add", "path": "members", "value": [{ "value": "u-7" }] }])).unwrap();
    assert_eq!((full.members().len(), again.members().len()), (500, 500));
    for less in [
        json!([{ "op": "Remove", "path": "members", "value": [{ "value": "u-7" }] }]),
        json!([{ "op": "Remove", "path": "members[value eq \"u-7\"]" }]),
    ] {
        let members = patched(&full, less).unwrap().members();
        assert_eq!(members.len(), 499);
        assert!(!members.contains(&"u-7".to_owned()));
    }
    let nobody = json!([{ "op": "Remove", "path": "members", "value": [] }]);
    assert_eq!(patched(&full, nobody).unwrap().members().len(), 500, "an empty list names nobody");
    assert!(patched(&full, json!([{ "op": "Remove", "path": "members" }])).unwrap().members().is_empty());
}

#[test]
fn what_cannot_be_is_refused_with_its_word_and_changes_nothing() {
    for (operations, word) in [
        (json!([{ "op": "Replace", "path": "shoeSize", "value": 9 }]), ScimType::InvalidPath),
        (json!([{ "op": "Replace", "path": "emails[", "value": 9 }]), ScimType::InvalidPath),
        (json!([{ "op": "Replace", "path": "id", "value": "x" }]), ScimType::Mutability),
        (json!([{ "op": "Replace", "path": "groups", "value": [] }]), ScimType::Mutability),
        (json!([{ "op": "Remove", "path": "userName" }]), ScimType::Mutability),
        (json!([{ "op": "Remove" }]), ScimType::NoTarget),
        (json!([{ "op": "Replace", "path": "active", "value": "perhaps" }]), ScimType::InvalidValue),
        (json!([{ "op": "Replace", "path": "displayName", "value": { "a": 1 } }]), ScimType::InvalidValue),
        (json!([{ "op": "Drop", "path": "active" }]), ScimType::InvalidSyntax),
        (json!([]), ScimType::InvalidSyntax),
        (
            json!([{ "op": "Add", "path": "emails[size eq \"x\"].value", "value": "a" }]),
            ScimType::InvalidFilter,
        ),
    ] {
        let refused = patched(&ames(), operations.clone()).unwrap_err();
        assert_eq!(refused.scim_type, Some(word), "{operations}: {refused}");
    }
    assert_eq!(user(json!({ "userName": "" })).unwrap_err().scim_type, Some(ScimType::InvalidValue));
    assert_eq!(Resource::read(Kind::User, b"[]").unwrap_err().scim_type, Some(ScimType::InvalidSyntax));
    assert_eq!(Resource::read(Kind::User, b"{}").unwrap_err().scim_type, Some(ScimType::InvalidSyntax));
}

#[test]
fn a_filter_means_what_the_schema_says() {
    let answer = answer(&ames());
    for holds in [
        r#"userName eq "j.ames@NORFOLK.example""#,
        r#"externalId eq "ext-1""#,
        "active eq true",
        r#"active eq "True""#,
        r#"emails[type eq "work" and value co "ames"]"#,
        r#"emails.value sw "j.ames""#,
        r#"emails sw "j.ames""#,
        r#"displayName co "AMES" and not (title eq "staff")"#,
        r#"title pr and (userName ne "x" or externalId eq "y")"#,
        "not (nickName pr)",
        r#"meta.lastModified gt "2020-01-01T00:00:00Z""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "response""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
    ] {
        assert!(Filter::read(Kind::User, holds).unwrap().matches(&answer), "{holds}");
    }
    for fails in [
        r#"externalId eq "EXT-1""#,
        r#"userName eq "ames""#,
        r#"emails[type eq "home"]"#,
        r#"nickName eq "J""#,
        "active eq false",
    ] {
        assert!(!Filter::read(Kind::User, fails).unwrap().matches(&answer), "{fails}");
    }
    for wrong in
        ["userName", "userName is \"x\"", "shoeSize eq 9", "active gt true", "name eq \"x\"", "(", ""]
    {
        let refused = Filter::read(Kind::User, wrong).unwrap_err();
        assert_eq!(refused.scim_type, Some(ScimType::InvalidFilter), "{wrong}");
    }
    let nested = "not (".repeat(5000);
    assert!(Filter::read(Kind::User, &nested).is_err());
}

#[test]
fn what_an_index_can_find_is_found_by_it() {
    let wanted = |kind, filter| Filter::read(kind, filter).unwrap().wanted();
    assert_eq!(wanted(Kind::User, r#"userName eq "a""#), Some(Wanted::UserName("a".into())));
    assert_eq!(
        wanted(Kind::User, r#"active eq true and externalId eq "e""#),
        Some(Wanted::ExternalId("e".into()))
    );
    assert_eq!(wanted(Kind::Group, r#"id eq "g" and members eq "u""#), Some(Wanted::Id("g".into())));
    assert_eq!(wanted(Kind::Group, r#"displayName eq "Desk""#), Some(Wanted::DisplayName("Desk".into())));
    assert_eq!(wanted(Kind::User, r#"userName eq "a" or active eq true"#), None);
}

#[test]
fn an_answer_holds_what_was_asked_for() {
    let answer = answer(&ames());
    let some =
        Selection::read(Kind::User, Some("userName,emails.value,name.givenName"), None).of(answer.clone());
    let names: std::collections::BTreeSet<&str> = some.keys().map(String::as_str).collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["emails", "id", "name", "schemas", "userName"]);
    assert_eq!(some["emails"], json!([{ "value": "j.ames@norfolk.example" }]));
    let less = Selection::read(Kind::User, None, Some(&format!("emails,id,{WORK}:department"))).of(answer);
    assert!(!less.contains_key("emails") && less.contains_key("id"));
    assert_eq!(less[WORK], json!({ "employeeNumber": "1234" }));
}

#[test]
fn a_query_is_bounded() {
    let read = |pairs: &'static [(&'static str, &'static str)]| {
        ListQuery::read(Kind::User, |name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
        })
    };
    let query = read(&[("startIndex", "-3"), ("count", "100000")]).unwrap();
    assert_eq!((query.start, query.count), (1, protocol_scim::MOST_PER_PAGE));
    assert_eq!(read(&[("count", "-1")]).unwrap().count, 0);
    assert!(read(&[("count", "ten")]).is_err());
}

#[test]
fn what_the_register_knows_better_is_shown_and_the_rest_stays_as_it_was_written() {
    let mut now = ames().user();
    assert_eq!(ames().with_user(&now), ames());
    now.name = "Sgt Ames".into();
    now.active = false;
    now.last_day = Some("2026-12-24".parse().unwrap());
    now.email = None;
    let shown = ames().with_user(&now);
    assert_eq!(shown.user(), now);
    assert_eq!(answer(&shown)["name"], json!({ "givenName": "Jo", "familyName": "Ames" }));
}

#[test]
fn an_address_is_found_by_the_filter_of_a_directory_that_matches_by_it() {
    let sent = r#"emails[type eq "work"].value eq "JO@force.example""#;
    let filter = Filter::read(Kind::User, sent).unwrap();
    let person = |kind: &str| {
        let sent = json!({ "userName": "jo", "emails": [{ "type": kind, "value": "jo@force.example" }] });
        answer(&user(sent).unwrap())
    };
    assert!(filter.matches(&person("work")));
    assert!(!filter.matches(&person("home")), "both must hold of one value");
}

#[test]
fn an_attribute_of_one_extension_needs_no_urn() {
    let with = patched(&ames(), json!([{ "op": "Add", "path": "manager", "value": "m-1" }])).unwrap();
    assert_eq!(with.user().manager.as_deref(), Some("m-1"));
    let without = patched(&with, json!([{ "op": "Replace", "path": "manager", "value": "" }])).unwrap();
    assert_eq!(without.user().manager, None);
    let keyed = patched(&ames(), json!([{ "op": "replace", "value": { "department": "CID" } }])).unwrap();
    assert_eq!(keyed.user().unit.as_deref(), Some("CID"));
    assert!(Filter::read(Kind::User, r#"employeeNumber eq "1234""#).is_ok());
    assert!(patched(&ames(), json!([{ "op": "add", "path": "rank", "value": "x" }])).is_err());
}

#[test]
fn a_list_of_one_stands_for_its_value() {
    let wrapped = |path: &str, value: Value| {
        let operation =
            json!([{ "op": "Replace", "path": path, "value": [{ "$ref": null, "value": value }] }]);
        patched(&ames(), operation)
    };
    assert!(!wrapped("active", json!("False")).unwrap().user().active);
    assert_eq!(wrapped("displayName", json!("Jo Ames-Hill")).unwrap().user().name, "Jo Ames-Hill");
    for odd in [
        json!([{ "value": "a" }, { "value": "b" }]),
        json!([{ "value": "a", "type": "work" }]),
        json!([[["a"]]]),
    ] {
        assert!(patched(&ames(), json!([{ "op": "replace", "path": "displayName", "value": odd }])).is_err());
    }
}

#[test]
fn an_answer_names_the_schemas_of_what_it_holds() {
    let added = protocol_scim::added_to_user("norfolk", &[], None);
    let time = "2026-11-22T09:00:00Z".parse().unwrap();
    let meta = Meta { id: "1", created: time, changed: time, version: 1, location: "/Users/1" };
    let whole = ames().answer(&meta, added);
    let named = |attributes: Option<&str>| {
        let answer = Selection::read(Kind::User, attributes, None).of(whole.clone());
        answer["schemas"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|urn| urn.as_str().unwrap().contains("lanyard"))
            .count()
    };
    assert_eq!(named(None), 0, "the force is there where it is asked for");
    assert_eq!(named(Some("urn:lanyard:params:scim:schemas:extension:force:1.0:User:force")), 1);
}
