//! From drafts to bytes: identifiers, UUIDs derived from content, and the property list.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use plist::{Dictionary, Value};

use super::compile::{CompileError, Context, Group, Profile};
use super::payloads::{Draft, PayloadDraft};
use super::{ProfileOptions, Target};

/// Returns the identifier of a group's profile.
pub(super) fn profile_identifier(options: &ProfileOptions, group: &Group) -> String {
    format!("{}.{}", options.identifier_prefix, group.id)
}

/// Returns the UUID of a payload: derived from its identifier and content without the parts that are a device's own.
pub(super) fn payload_uuid(
    options: &ProfileOptions,
    group: &Group,
    suffix: &str,
    payload: &PayloadDraft,
) -> Result<String, CompileError> {
    let identifier = format!("{}.{suffix}", profile_identifier(options, group));
    uuid_of(group, shared_content(options, identifier, payload))
}

/// Writes a group's profile.
pub(super) fn profile(
    context: &Context<'_>,
    group: &Group,
    draft: &Draft,
    removal_disallowed: bool,
) -> Result<Profile, CompileError> {
    let options = context.options;
    let identifier = profile_identifier(options, group);
    let (mut written, mut uuids) = (Vec::new(), Vec::new());
    for (suffix, payload) in &draft.payloads {
        let uuid = payload_uuid(options, group, suffix, payload)?;
        let mut content = shared_content(options, format!("{identifier}.{suffix}"), payload);
        content.extend(payload.own.clone());
        content.insert("PayloadUUID".to_owned(), uuid.clone().into());
        written.push(Value::Dictionary(content.into_iter().collect()));
        uuids.push(Value::from(uuid));
    }
    let mut top = head(context, group, &identifier, removal_disallowed);
    // The payloads' UUIDs stand for the payloads.
    top.insert("PayloadContent".to_owned(), Value::Array(uuids));
    let uuid = uuid_of(group, top.clone())?;
    top.insert("PayloadContent".to_owned(), Value::Array(written));
    top.insert("PayloadUUID".to_owned(), uuid.clone().into());
    Ok(Profile {
        group: group.id.clone(),
        identifier,
        uuid,
        display_name: group.title.clone(),
        bytes: xml(group, top)?,
        clauses: sorted(group).into_iter().cloned().collect(),
    })
}

fn head(
    context: &Context<'_>,
    group: &Group,
    identifier: &str,
    removal_disallowed: bool,
) -> BTreeMap<String, Value> {
    let mut top: BTreeMap<String, Value> = BTreeMap::new();
    let mut put = |key: &str, value: Value| top.insert(key.to_owned(), value);
    let clauses: Vec<&str> = sorted(group).into_iter().map(domain::ClauseId::as_str).collect();
    if !clauses.is_empty() {
        put("PayloadDescription", format!("Keeps {}.", clauses.join(", ")).into());
    }
    put("PayloadDisplayName", group.title.clone().into());
    put("PayloadIdentifier", identifier.to_owned().into());
    put("PayloadOrganization", context.options.organisation.clone().into());
    put("PayloadRemovalDisallowed", removal_disallowed.into());
    if context.target == Target::Macos {
        put("PayloadScope", "System".into());
    }
    put("PayloadType", "Configuration".into());
    put("PayloadVersion", 1.into());
    top
}

fn sorted(group: &Group) -> Vec<&domain::ClauseId> {
    let mut clauses: Vec<_> = group.clauses.iter().collect();
    clauses.sort();
    clauses.dedup();
    clauses
}

fn shared_content(
    options: &ProfileOptions,
    identifier: String,
    payload: &PayloadDraft,
) -> BTreeMap<String, Value> {
    let mut content = payload.content.clone();
    for (key, value) in [
        ("PayloadDisplayName", payload.kind.title.into()),
        ("PayloadIdentifier", identifier.into()),
        ("PayloadOrganization", options.organisation.clone().into()),
        ("PayloadType", payload.kind.payload_type.into()),
        ("PayloadVersion", Value::from(1)),
    ] {
        content.insert(key.to_owned(), value);
    }
    content
}

/// Returns a UUID of version 8 (RFC 9562 section 5.8) from the SHA-256 of the content, keys in order.
fn uuid_of(group: &Group, content: BTreeMap<String, Value>) -> Result<String, CompileError> {
    let hash = digest(&SHA256, &xml(group, content)?);
    let mut first = [0; 16];
    first.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
    let uuid = uuid::Builder::from_custom_bytes(first).into_uuid();
    Ok(uuid.as_hyphenated().to_string().to_uppercase())
}

fn xml(group: &Group, content: BTreeMap<String, Value>) -> Result<Vec<u8>, CompileError> {
    let value = Value::Dictionary(content.into_iter().collect::<Dictionary>());
    let mut bytes = Vec::new();
    value
        .to_writer_xml(&mut bytes)
        .map_err(|error| CompileError::Unwritable { group: group.id.clone(), reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
