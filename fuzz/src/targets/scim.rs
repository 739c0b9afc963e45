//! What a directory sends: filters and patches.

use domain::Timestamp;
use protocol_scim::{Filter, Kind, Meta, Patch, Resource};
use serde_json::{Map, Value};

use super::text;

/// Odd ends of both.
pub const WORDS: &[&str] = &[
    "eq",
    "ne",
    "co",
    "sw",
    "pr",
    "gt",
    "and",
    "or",
    "not (",
    ")",
    "[",
    "]",
    ".",
    ":",
    "\"",
    "true",
    "null",
    "$ref",
    "emails[type eq \"work\"].value",
    "members",
    "manager",
    "active",
    "add",
    "Replace",
    "remove",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:",
    "\"value\":",
    "\"path\":",
    "[]",
    "{}",
    "\u{130}",
];
/// Longest filter.
pub const FILTER_LIMIT: usize = 8000;

const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"j.ames","active":"True",
    "displayName":"PC Ames","emails":[{"value":"j@force.example","type":"work","primary":true},{"value":"k@force.example"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"1234","manager":{"value":"m"}}}"#;

fn user() -> Resource {
    Resource::read(Kind::User, USER.as_bytes()).expect("the sample user is one")
}

fn answer(resource: &Resource) -> Map<String, Value> {
    let at = Timestamp::from_millis(0);
    let meta =
        Meta { id: "u", created: at, changed: at, version: 1, location: "https://force.example/Users/u" };
    resource.answer(&meta, Map::new())
}

/// Reads a filter and asks it about a user: it answers, and its negation says the opposite.
///
/// # Panics
/// When a filter and its negation agree.
pub fn scim_filter(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let Ok(filter) = Filter::read(Kind::User, text) else { return false };
    let holds = filter.matches(&answer(&user()));
    if let Ok(negation) = Filter::read(Kind::User, &format!("not ({text})")) {
        assert_ne!(holds, negation.matches(&answer(&user())), "{text} and its negation agree");
    }
    true
}

/// Applies a patch to a user: what comes out is a user that reads back as the same.
///
/// # Panics
/// When it does not, or when it has no user name.
pub fn scim_patch(data: &[u8]) -> bool {
    let Ok(patch) = Patch::read(data) else { return false };
    let Ok(changed) = patch.applied_to(&user()) else { return false };
    assert!(!changed.user().user_name.is_empty(), "a user without a name");
    let again = Resource::of_fields(Kind::User, changed.fields().clone());
    assert_eq!(again.fields(), changed.fields(), "what was written reads back otherwise");
    true
}

/// Filters that are taken.
#[must_use]
pub fn filter_seeds() -> Vec<Vec<u8>> {
    [
        r#"userName eq "j.ames""#,
        r#"emails[type eq "work" and value co "force"] and not (title pr)"#,
        r#"active eq true or (externalId ne "x" and meta.lastModified gt "2020-01-01T00:00:00Z")"#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "m""#,
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// Patches that are taken.
#[must_use]
pub fn patch_seeds() -> Vec<Vec<u8>> {
    [
        r#"{"Operations":[{"op":"Replace","path":"active","value":"False"}]}"#,
        r#"{"Operations":[{"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"07700 900123"}]}"#,
        r#"{"Operations":[{"op":"replace","value":{"name.givenName":"Jo","title":"sergeant","emails":[{"value":"a@b"}]}}]}"#,
        r#"{"Operations":[{"op":"remove","path":"emails[value eq \"k@force.example\"]"},{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"m2"}]}"#,
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
