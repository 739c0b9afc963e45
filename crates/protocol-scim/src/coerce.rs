//! A value as a client sent it becomes the value that its attribute has. Lenient where clients are known to be careless:
//! truth values as text (`"False"`), one value where a list belongs, a list of one where a value belongs, a bare text where
//! `{"value": ...}` belongs and the other way round, an empty text where nothing is meant.

use std::collections::HashSet;

use domain::Timestamp;
use serde_json::{Map, Value};

use crate::MOST_MEMBERS;
use crate::error::{ScimError, ScimType};
use crate::schema::{Attribute, Type};

/// Longest text of any attribute, in characters.
const LONGEST: usize = 1000;
/// Most values of an attribute that is not a group's members.
const MOST_VALUES: usize = 20;

fn wrong(attribute: &Attribute, what: &str) -> ScimError {
    ScimError::bad(ScimType::InvalidValue, format!("{}: {what}", attribute.name))
}

/// Returns the value in canonical form; `None` if it says that there is none (RFC 7643, section 2.5).
pub(crate) fn coerce(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, ScimError> {
    if !attribute.many {
        return single(attribute, value);
    }
    let given = match value {
        Value::Null => return Ok(None),
        Value::Array(values) => values,
        one => vec![one],
    };
    let most = if attribute.name == "members" { MOST_MEMBERS } else { MOST_VALUES };
    if given.len() > most {
        return Err(wrong(attribute, &format!("send {most} values at most")));
    }
    let mut values = Vec::with_capacity(given.len());
    for value in given {
        if let Some(value) = single(attribute, value)? {
            values.push(value);
        }
    }
    settled(attribute, values).map(|values| (!values.is_empty()).then_some(Value::Array(values)))
}

/// Returns a list without repetitions and with one primary value at most.
pub(crate) fn settled(attribute: &Attribute, values: Vec<Value>) -> Result<Vec<Value>, ScimError> {
    let primary = values.iter().filter(|value| value.get("primary") == Some(&Value::Bool(true))).count();
    if primary > 1 {
        return Err(wrong(attribute, "mark one value as primary, not several"));
    }
    let mut seen = HashSet::new();
    let by_value = attribute.name == "members";
    let mut kept = Vec::with_capacity(values.len());
    for value in values {
        let key = match value.get("value").and_then(Value::as_str) {
            Some(id) if by_value => id.to_owned(),
            None if by_value => return Err(wrong(attribute, "give each member's id as \"value\"")),
            _ => value.to_string(),
        };
        if seen.insert(key) {
            kept.push(value);
        }
    }
    Ok(kept)
}

/// Returns one value of an attribute, or of one part of it.
pub(crate) fn single(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, ScimError> {
    let value = unwrapped(attribute, value);
    if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    match attribute.kind {
        Type::Text | Type::Reference => text(attribute, value).map(Some),
        Type::Truth => truth(attribute, &value).map(|truth| Some(Value::Bool(truth))),
        Type::Time => {
            let value = text(attribute, value)?;
            match value.as_str().map(str::parse::<Timestamp>) {
                Some(Ok(_)) => Ok(Some(value)),
                _ => Err(wrong(
                    attribute,
                    "write a day such as 2026-11-22, or a time such as 2026-11-22T09:00:00Z",
                )),
            }
        }
        Type::Complex => complex(attribute, value),
        // Only the discovery resources have numbers, and clients do not write those.
        Type::Number => Ok(None),
    }
}

/// Returns the value inside a list of one, and, where the attribute is not complex, the value of `{"$ref": null, "value": ...}`:
/// some clients wrap each value of a PATCH so.
fn unwrapped(attribute: &Attribute, value: Value) -> Value {
    let value = match value {
        Value::Array(mut values) if values.len() == 1 => values.pop().unwrap_or(Value::Null),
        other => other,
    };
    match value {
        Value::Object(mut parts) if attribute.kind != Type::Complex => {
            let only = parts.iter().all(|(key, value)| key == "value" || value.is_null());
            match parts.remove("value").filter(|_| only) {
                Some(inner @ (Value::String(_) | Value::Bool(_) | Value::Number(_))) => inner,
                // Left as it was: refused by its kind, with what to send instead.
                _ => Value::Object(parts),
            }
        }
        other => other,
    }
}

fn text(attribute: &Attribute, value: Value) -> Result<Value, ScimError> {
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => return Err(wrong(attribute, "send text")),
    };
    if text.chars().count() > LONGEST {
        return Err(wrong(attribute, &format!("shorten it to {LONGEST} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(wrong(attribute, "take out line breaks and control characters"));
    }
    Ok(Value::String(text))
}

fn truth(attribute: &Attribute, value: &Value) -> Result<bool, ScimError> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::String(word) if word.trim().eq_ignore_ascii_case("true") => Ok(true),
        Value::String(word) if word.trim().eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(wrong(attribute, "send true or false")),
    }
}

fn complex(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, ScimError> {
    let given = match (value, attribute.part("value")) {
        (Value::Object(given), _) => given,
        (value @ Value::String(_), Some(part)) => Map::from_iter([(part.name.to_owned(), value)]),
        _ => return Err(wrong(attribute, "send an object")),
    };
    let mut parts = Map::new();
    for (key, value) in given {
        let Some(part) = attribute.part(&key) else { continue };
        if part.read_only {
            continue;
        }
        if let Some(value) = single(part, value)? {
            parts.insert(part.name.to_owned(), value);
        }
    }
    // The id is the last step of the address where only the address is given.
    if !parts.contains_key("value")
        && let Some(id) =
            parts.get("$ref").and_then(Value::as_str).and_then(|address| address.rsplit('/').next())
    {
        let id = Value::String(id.to_owned());
        parts.insert("value".into(), id);
    }
    Ok((!parts.is_empty()).then_some(Value::Object(parts)))
}
