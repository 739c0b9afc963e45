//! What a client may ask about the service itself (RFC 7643, sections 5 to 7; RFC 7644, section 4).

use serde_json::{Value, json};

use crate::list::MOST_PER_PAGE;
use crate::resource::Kind;
use crate::schema::{Attribute, ENTERPRISE, FORCE, GROUP, Schema, USER};
use crate::schema_discovery::{RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG};
use crate::{MOST_BYTES, list_response};

const ALL: [&Schema; 7] =
    [&USER, &ENTERPRISE, &FORCE, &GROUP, &SERVICE_PROVIDER_CONFIG, &RESOURCE_TYPE, &SCHEMA];

/// Returns what the service can do and what it cannot.
#[must_use]
pub fn service_provider_config(base: &str) -> Value {
    json!({
        "schemas": [SERVICE_PROVIDER_CONFIG.urn],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": MOST_BYTES },
        "filter": { "supported": true, "maxResults": MOST_PER_PAGE },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "An API token of Lanyard in the Authorization header",
            "primary": true,
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    })
}

fn type_of(kind: Kind, base: &str) -> Value {
    let extensions: Vec<Value> =
        kind.extensions().iter().map(|schema| json!({ "schema": schema.urn, "required": false })).collect();
    let mut answer = json!({
        "schemas": [RESOURCE_TYPE.urn],
        "id": kind.name(),
        "name": kind.name(),
        "endpoint": kind.endpoint(),
        "description": kind.core().about,
        "schema": kind.core().urn,
        "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", kind.name()) },
    });
    if let (false, Some(fields)) = (extensions.is_empty(), answer.as_object_mut()) {
        fields.insert("schemaExtensions".into(), extensions.into());
    }
    answer
}

/// Returns the resource types.
#[must_use]
pub fn resource_types(base: &str) -> Value {
    let all = Kind::ALL.into_iter().filter_map(|kind| type_of(kind, base).as_object().cloned()).collect();
    list_response(Kind::ALL.len(), 1, all)
}

/// Returns one resource type.
#[must_use]
pub fn resource_type(base: &str, name: &str) -> Option<Value> {
    Kind::ALL.into_iter().find(|kind| kind.name() == name).map(|kind| type_of(kind, base))
}

/// Returns every schema.
#[must_use]
pub fn schemas(base: &str) -> Value {
    let all: Vec<_> = ALL.iter().filter_map(|schema| shown(schema, base).as_object().cloned()).collect();
    list_response(all.len(), 1, all)
}

/// Returns one schema by its URN.
#[must_use]
pub fn schema_json(base: &str, urn: &str) -> Option<Value> {
    ALL.iter().find(|schema| schema.urn.eq_ignore_ascii_case(urn)).map(|schema| shown(schema, base))
}

fn shown(schema: &Schema, base: &str) -> Value {
    json!({
        "schemas": [SCHEMA.urn],
        "id": schema.urn,
        "name": schema.name,
        "description": schema.about,
        "attributes": schema.attributes.iter().map(attribute).collect::<Vec<_>>(),
        "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{}", schema.urn) },
    })
}

fn attribute(one: &Attribute) -> Value {
    let mutability = match (one.read_only, one.immutable) {
        (true, _) => "readOnly",
        (false, true) => "immutable",
        (false, false) => "readWrite",
    };
    let mut shown = json!({
        "name": one.name,
        "type": one.kind.as_str(),
        "multiValued": one.many,
        "description": one.about,
        "required": one.required,
        "caseExact": one.case_exact,
        "mutability": mutability,
        "returned": if one.on_request { "request" } else { "default" },
        "uniqueness": if one.unique { "server" } else { "none" },
    });
    if let Some(fields) = shown.as_object_mut() {
        if let Some(to) = one.refers_to {
            fields.insert("referenceTypes".into(), json!([to]));
        }
        if !one.usual.is_empty() {
            fields.insert("canonicalValues".into(), json!(one.usual));
        }
        if !one.parts.is_empty() {
            fields.insert("subAttributes".into(), one.parts.iter().map(attribute).collect());
        }
    }
    shown
}
