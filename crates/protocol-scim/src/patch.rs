//! PATCH (RFC 7644, section 3.5.2), as the RFC has it and as directories write it.
//!
//! Accepted besides the RFC's own forms: `op` in any case of letters; no path and dotted or bracketed names as keys of the
//! value; the values to take away in the value of a "remove". A patch is applied to a copy: all of it or nothing.

use serde_json::{Map, Value};

use crate::coerce::{coerce, settled, single};
use crate::error::{ScimError, ScimType};
use crate::filter::{check_values, value_holds};
use crate::path::{self, Place, Target};
use crate::resource::{Kind, Resource, canonical};
use crate::schema::{Attribute, Type};

/// Most operations of one request.
const MOST_OPERATIONS: usize = 2000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

struct Operation {
    op: Op,
    path: Option<String>,
    value: Value,
}

/// A list of changes.
pub struct Patch(Vec<Operation>);

fn syntax(detail: impl Into<String>) -> ScimError {
    ScimError::bad(ScimType::InvalidSyntax, detail)
}

fn take(fields: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = fields.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()?;
    fields.remove(&key)
}

impl Patch {
    /// Reads the body of a PATCH.
    ///
    /// # Errors
    /// `invalidSyntax` for what is not a list of operations.
    pub fn read(body: &[u8]) -> Result<Self, ScimError> {
        let value: Value =
            serde_json::from_slice(body).map_err(|error| syntax(format!("the body is not JSON: {error}")))?;
        let Value::Object(mut fields) = value else { return Err(syntax("send a JSON object")) };
        let Some(Value::Array(operations)) = take(&mut fields, "Operations") else {
            return Err(syntax("send a list \"Operations\""));
        };
        if operations.is_empty() || operations.len() > MOST_OPERATIONS {
            return Err(syntax(format!("send 1 to {MOST_OPERATIONS} operations")));
        }
        operations.into_iter().map(Operation::read).collect::<Result<_, _>>().map(Self)
    }

    /// Returns the resource with the changes made.
    ///
    /// # Errors
    /// `invalidPath`, `noTarget`, `mutability` or `invalidValue`, for the first change that cannot be.
    pub fn applied_to(&self, resource: &Resource) -> Result<Resource, ScimError> {
        let mut changed = resource.clone();
        for operation in &self.0 {
            operation.apply(&mut changed)?;
        }
        changed.fields.retain(|_, value| !value.as_object().is_some_and(Map::is_empty));
        // A filter in a path writes as well (`phoneNumbers[type eq "mobile"].value`): what it wrote is held to the schema too.
        changed.fields = canonical(changed.kind, changed.fields)?;
        changed.complete()?;
        Ok(changed)
    }
}

impl Operation {
    fn read(value: Value) -> Result<Self, ScimError> {
        let Value::Object(mut fields) = value else { return Err(syntax("each operation is a JSON object")) };
        let op = match take(&mut fields, "op").as_ref().and_then(Value::as_str) {
            Some(word) if word.eq_ignore_ascii_case("add") => Op::Add,
            Some(word) if word.eq_ignore_ascii_case("replace") => Op::Replace,
            Some(word) if word.eq_ignore_ascii_case("remove") => Op::Remove,
            _ => return Err(syntax("\"op\" is add, replace or remove")),
        };
        let path = match take(&mut fields, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) if path.trim().is_empty() => None,
            Some(Value::String(path)) => Some(path),
            Some(_) => return Err(ScimError::bad(ScimType::InvalidPath, "\"path\" is text")),
        };
        let value = take(&mut fields, "value").unwrap_or(Value::Null);
        if op == Op::Remove && path.is_none() {
            return Err(ScimError::bad(ScimType::NoTarget, "\"remove\" needs a path"));
        }
        if op == Op::Add && value.is_null() {
            return Err(ScimError::bad(ScimType::InvalidValue, "\"add\" needs a value"));
        }
        Ok(Self { op, path, value })
    }

    fn apply(&self, resource: &mut Resource) -> Result<(), ScimError> {
        let kind = resource.kind;
        match &self.path {
            Some(path) => {
                let place = path::read(kind, path)?;
                apply_at(self.op, place, self.value.clone(), resource, Strict::Yes)
            }
            None => {
                let Value::Object(fields) = &self.value else {
                    return Err(ScimError::bad(ScimType::InvalidValue, "without a path, send an object"));
                };
                apply_all(self.op, kind, "", fields, resource)
            }
        }
    }
}

/// Whether writing what is read-only is an error: it is where a path names it, and is passed over in an object that a
/// client read here and sent back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strict {
    Yes,
    No,
}

/// Applies each key of an object as a path, under the URN of an extension or under none.
fn apply_all(
    op: Op,
    kind: Kind,
    urn: &str,
    fields: &Map<String, Value>,
    resource: &mut Resource,
) -> Result<(), ScimError> {
    for (key, value) in fields {
        let path = if urn.is_empty() { key.clone() } else { format!("{urn}:{key}") };
        let op = if value.is_null() && op == Op::Replace { Op::Remove } else { op };
        apply_at(op, path::read(kind, &path)?, value.clone(), resource, Strict::No)?;
    }
    Ok(())
}

fn apply_at(
    op: Op,
    place: Place,
    value: Value,
    resource: &mut Resource,
    strict: Strict,
) -> Result<(), ScimError> {
    let kind = resource.kind;
    let target = match place {
        Place::LetGo => return Ok(()),
        Place::Schema(schema) if op == Op::Remove => {
            resource.fields.remove(schema.urn);
            return Ok(());
        }
        Place::Schema(schema) => {
            let Value::Object(fields) = value else {
                return Err(ScimError::bad(ScimType::InvalidValue, "send an object for a whole schema"));
            };
            if op == Op::Replace && schema.urn != kind.core().urn {
                resource.fields.remove(schema.urn);
            }
            return apply_all(op, kind, schema.urn, &fields, resource);
        }
        Place::Attribute(target) => target,
    };
    if target.attribute.read_only || target.part.is_some_and(|part| part.read_only) {
        return match strict {
            Strict::Yes => {
                let detail = format!("{} is read-only", target.part.unwrap_or(target.attribute).name);
                Err(ScimError::bad(ScimType::Mutability, detail))
            }
            Strict::No => Ok(()),
        };
    }
    match target.extension {
        None => change(op, &target, value, &mut resource.fields),
        Some(schema) => {
            let mut inner = match resource.fields.remove(schema.urn) {
                Some(Value::Object(inner)) => inner,
                _ => Map::new(),
            };
            change(op, &target, value, &mut inner)?;
            resource.fields.insert(schema.urn.to_owned(), Value::Object(inner));
            Ok(())
        }
    }
}

fn change(op: Op, target: &Target, value: Value, fields: &mut Map<String, Value>) -> Result<(), ScimError> {
    let attribute = target.attribute;
    if let Some(filter) = &target.filter {
        check_values(attribute, filter)?;
    }
    match (attribute.many, op) {
        (false, Op::Remove) => remove_single(target, fields),
        (false, Op::Add | Op::Replace) => set_single(target, value, fields),
        (true, _) => {
            let old = match fields.remove(attribute.name) {
                Some(Value::Array(values)) => values,
                _ => Vec::new(),
            };
            let new = match op {
                Op::Remove => without(target, value, old)?,
                Op::Add if target.filter.is_none() && target.part.is_none() => with(attribute, value, old)?,
                Op::Replace if target.filter.is_none() && target.part.is_none() => {
                    match coerce(attribute, value)? {
                        Some(Value::Array(values)) => values,
                        _ => Vec::new(),
                    }
                }
                Op::Add | Op::Replace => set_in(op, target, value, old)?,
            };
            let new = settled(attribute, new)?;
            if !new.is_empty() {
                let most = if attribute.name == "members" { crate::MOST_MEMBERS } else { 20 };
                if new.len() > most {
                    let detail = format!("{}: {most} values at most", attribute.name);
                    return Err(ScimError::bad(ScimType::InvalidValue, detail));
                }
                fields.insert(attribute.name.to_owned(), Value::Array(new));
            }
            Ok(())
        }
    }
}

fn remove_single(target: &Target, fields: &mut Map<String, Value>) -> Result<(), ScimError> {
    let attribute = target.attribute;
    if attribute.required {
        let detail = format!("{} is required: replace it instead", attribute.name);
        return Err(ScimError::bad(ScimType::Mutability, detail));
    }
    match target.part {
        None => {
            fields.remove(attribute.name);
        }
        Some(part) => {
            if let Some(Value::Object(parts)) = fields.get_mut(attribute.name) {
                parts.remove(part.name);
                if parts.is_empty() {
                    fields.remove(attribute.name);
                }
            }
        }
    }
    Ok(())
}

fn set_single(target: &Target, value: Value, fields: &mut Map<String, Value>) -> Result<(), ScimError> {
    let attribute = target.attribute;
    if let Some(part) = target.part {
        let mut parts = match fields.remove(attribute.name) {
            Some(Value::Object(parts)) => parts,
            _ => Map::new(),
        };
        match single(part, value)? {
            Some(value) => parts.insert(part.name.to_owned(), value),
            None => parts.remove(part.name),
        };
        if !parts.is_empty() {
            fields.insert(attribute.name.to_owned(), Value::Object(parts));
        }
        return Ok(());
    }
    match (single(attribute, value)?, attribute.kind) {
        (None, _) => remove_single(target, fields),
        // The parts that are given replace theirs and leave the others (RFC 7644, sections 3.5.2.1 and 3.5.2.3), but a
        // reference is a whole: the old address is never kept with a new id.
        (Some(Value::Object(new)), Type::Complex) if attribute.part("$ref").is_none() => {
            let mut parts = match fields.remove(attribute.name) {
                Some(Value::Object(parts)) => parts,
                _ => Map::new(),
            };
            parts.extend(new);
            fields.insert(attribute.name.to_owned(), Value::Object(parts));
            Ok(())
        }
        (Some(value), _) => {
            fields.insert(attribute.name.to_owned(), value);
            Ok(())
        }
    }
}

/// Returns the values with others added; a new primary one takes over from the old.
fn with(attribute: &'static Attribute, value: Value, mut old: Vec<Value>) -> Result<Vec<Value>, ScimError> {
    let Some(Value::Array(new)) = coerce(attribute, value)? else { return Ok(old) };
    if new.iter().any(|value| value.get("primary") == Some(&Value::Bool(true))) {
        step_down(&mut old);
        // One that is added again as the primary one is the same value.
        old.retain(|value| {
            !new.iter()
                .any(|new| new.get("value") == value.get("value") && new.get("type") == value.get("type"))
        });
    }
    old.extend(new);
    Ok(old)
}

fn step_down(values: &mut [Value]) {
    for parts in values.iter_mut().filter_map(Value::as_object_mut) {
        if parts.contains_key("primary") {
            parts.insert("primary".into(), Value::Bool(false));
        }
    }
}

/// Returns the values without those that a filter or the operation's value names; without either, none of them.
fn without(target: &Target, value: Value, mut old: Vec<Value>) -> Result<Vec<Value>, ScimError> {
    let attribute = target.attribute;
    let meant =
        |value: &Value| target.filter.as_ref().is_none_or(|filter| value_holds(attribute, filter, value));
    if let Some(part) = target.part {
        for value in old.iter_mut().filter(|value| meant(value)) {
            if let Some(parts) = value.as_object_mut() {
                parts.remove(part.name);
            }
        }
        old.retain(|value| !value.as_object().is_some_and(Map::is_empty));
        return Ok(old);
    }
    if target.filter.is_none() && !value.is_null() {
        let Some(Value::Array(named)) = coerce(attribute, value)? else { return Ok(old) };
        let key = |value: &Value| value.get("value").cloned();
        let named: std::collections::HashSet<String> =
            named.iter().filter_map(key).map(|value| value.to_string()).collect();
        old.retain(|value| !key(value).is_some_and(|value| named.contains(&value.to_string())));
        return Ok(old);
    }
    old.retain(|value| !meant(value));
    Ok(old)
}

/// Sets the values that a filter picks, or one part of them. An "add" that picks none makes one that the filter would
/// pick; a "replace" has no target then.
fn set_in(op: Op, target: &Target, value: Value, mut old: Vec<Value>) -> Result<Vec<Value>, ScimError> {
    let attribute = target.attribute;
    let new = match target.part {
        Some(part) => single(part, value)?.map(|value| Map::from_iter([(part.name.to_owned(), value)])),
        None => match single(attribute, value)? {
            Some(Value::Object(parts)) => Some(parts),
            _ => None,
        },
    };
    let Some(new) = new else {
        return without(target, Value::Null, old);
    };
    let meant =
        |value: &Value| target.filter.as_ref().is_none_or(|filter| value_holds(attribute, filter, value));
    let picked: Vec<usize> =
        old.iter().enumerate().filter(|(_, value)| meant(value)).map(|(place, _)| place).collect();
    if picked.is_empty() {
        let made =
            target.filter.as_ref().filter(|_| op == Op::Add).and_then(|filter| made_for(attribute, filter));
        let Some(mut made) = made else {
            let detail = format!("no value of {} is meant by this path", attribute.name);
            return Err(ScimError::bad(ScimType::NoTarget, detail));
        };
        made.extend(new);
        old.push(Value::Object(made));
        return Ok(old);
    }
    if new.get("primary") == Some(&Value::Bool(true)) {
        step_down(&mut old);
    }
    for (place, parts) in
        old.iter_mut().enumerate().filter_map(|(place, value)| Some((place, value.as_object_mut()?)))
    {
        if picked.contains(&place) {
            parts.extend(new.clone());
        }
    }
    Ok(old)
}

/// Returns a value that a filter of plain equalities would pick.
fn made_for(
    attribute: &'static Attribute,
    filter: &scim_v2::filter::ValFilter,
) -> Option<Map<String, Value>> {
    use scim_v2::filter::{AttrExp, CompValue, CompareOp, ValFilter};
    match filter {
        ValFilter::Attr(AttrExp::Comparison(path, CompareOp::Eq, wanted)) => {
            let part = attribute.part(&path.name)?;
            let value = match wanted {
                CompValue::Str(text) => Value::String(text.clone()),
                CompValue::True => Value::Bool(true),
                CompValue::False => Value::Bool(false),
                CompValue::Null | CompValue::Number(_) => return None,
            };
            Some(Map::from_iter([(part.name.to_owned(), value)]))
        }
        ValFilter::And(all) => all.iter().try_fold(Map::new(), |mut made, one| {
            made.extend(made_for(attribute, one)?);
            Some(made)
        }),
        _ => None,
    }
}
