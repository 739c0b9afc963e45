//! Which attributes an answer holds (RFC 7644, section 3.9).

use serde_json::{Map, Value};

use crate::path::{self, Place};
use crate::resource::Kind;

/// Most names that are read of one list.
const MOST_NAMES: usize = 100;
/// What every answer holds.
const ALWAYS: [&str; 2] = ["id", "schemas"];

/// One attribute: the extension that it is in, its name, its part.
type Name = (Option<&'static str>, Option<&'static str>, Option<&'static str>);

/// What is asked for, or asked to be left out.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    only: Option<Vec<Name>>,
    without: Vec<Name>,
}

impl Selection {
    /// Reads `attributes` and `excludedAttributes`: names with commas between them. What names nothing is passed over.
    #[must_use]
    pub fn read(kind: Kind, attributes: Option<&str>, excluded: Option<&str>) -> Self {
        let names = |list: &str| -> Vec<Name> {
            list.split(',').take(MOST_NAMES).filter_map(|name| read_name(kind, name)).collect()
        };
        Self {
            only: attributes.filter(|list| !list.trim().is_empty()).map(names),
            without: excluded.map(names).unwrap_or_default(),
        }
    }

    /// Returns whether an attribute of the core will be in the answer, for what costs something to find out.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        let names =
            |list: &[Name]| list.iter().any(|(schema, own, _)| schema.is_none() && *own == Some(name));
        self.only.as_ref().is_none_or(|only| names(only))
            && !self
                .without
                .iter()
                .any(|(schema, own, part)| schema.is_none() && *own == Some(name) && part.is_none())
    }

    /// Returns the answer with what was asked for.
    #[must_use]
    pub fn of(&self, answer: Map<String, Value>) -> Map<String, Value> {
        let mut kept = match &self.only {
            None => without_requested(answer),
            Some(only) => {
                let mut kept = Map::new();
                for name in ALWAYS {
                    if let Some(value) = answer.get(name) {
                        kept.insert(name.to_owned(), value.clone());
                    }
                }
                for name in only {
                    keep(name, &answer, &mut kept);
                }
                kept
            }
        };
        for name in &self.without {
            leave_out(name, &mut kept);
        }
        only_present_schemas(&mut kept);
        kept
    }
}

/// Takes the URN of an extension out of `schemas` where the answer holds nothing of it (RFC 7643, section 3).
fn only_present_schemas(answer: &mut Map<String, Value>) {
    let absent: Vec<&str> = Kind::ALL
        .into_iter()
        .flat_map(Kind::extensions)
        .map(|schema| schema.urn)
        .filter(|urn| !answer.contains_key(*urn))
        .collect();
    if let Some(Value::Array(urns)) = answer.get_mut("schemas") {
        urns.retain(|urn| urn.as_str().is_none_or(|urn| !absent.contains(&urn)));
    }
}

/// Returns the answer without what is only there where it was asked for by name.
fn without_requested(mut answer: Map<String, Value>) -> Map<String, Value> {
    for schema in Kind::ALL.into_iter().flat_map(Kind::extensions) {
        let Some(Value::Object(inner)) = answer.get_mut(schema.urn) else { continue };
        for attribute in schema.attributes.iter().filter(|attribute| attribute.on_request) {
            inner.remove(attribute.name);
        }
        if inner.is_empty() {
            answer.remove(schema.urn);
        }
    }
    answer
}

fn read_name(kind: Kind, name: &str) -> Option<Name> {
    match path::read(kind, name).ok()? {
        Place::Attribute(target) => Some((
            target.extension.map(|schema| schema.urn),
            Some(target.attribute.name),
            target.part.map(|part| part.name),
        )),
        Place::Schema(schema) => Some((Some(schema.urn), None, None)),
        Place::LetGo => None,
    }
}

fn keep((schema, name, part): &Name, from: &Map<String, Value>, to: &mut Map<String, Value>) {
    match (schema, name) {
        (Some(urn), None) => copy(urn, None, from, to),
        (Some(urn), Some(name)) => {
            let Some(Value::Object(inner)) = from.get(*urn) else { return };
            let mut kept = match to.remove(*urn) {
                Some(Value::Object(kept)) => kept,
                _ => Map::new(),
            };
            copy(name, *part, inner, &mut kept);
            if !kept.is_empty() {
                to.insert((*urn).to_owned(), Value::Object(kept));
            }
        }
        (None, Some(name)) => copy(name, *part, from, to),
        (None, None) => {}
    }
}

fn copy(name: &str, part: Option<&str>, from: &Map<String, Value>, to: &mut Map<String, Value>) {
    let Some(value) = from.get(name) else { return };
    let Some(part) = part else {
        to.insert(name.to_owned(), value.clone());
        return;
    };
    let only =
        |value: &Value| value.get(part).map(|inner| Map::from_iter([(part.to_owned(), inner.clone())]));
    match (value, to.get_mut(name)) {
        (Value::Object(_), Some(Value::Object(kept))) => kept.extend(only(value).unwrap_or_default()),
        (Value::Array(values), Some(Value::Array(kept))) => {
            for (kept, value) in kept.iter_mut().filter_map(Value::as_object_mut).zip(values) {
                kept.extend(only(value).unwrap_or_default());
            }
        }
        (Value::Array(values), _) => {
            let parts = values.iter().map(|value| Value::Object(only(value).unwrap_or_default())).collect();
            to.insert(name.to_owned(), Value::Array(parts));
        }
        (value, _) => {
            if let Some(parts) = only(value) {
                to.insert(name.to_owned(), Value::Object(parts));
            }
        }
    }
}

fn leave_out((schema, name, part): &Name, from: &mut Map<String, Value>) {
    match (schema, name) {
        (Some(urn), None) => {
            from.remove(*urn);
        }
        (Some(urn), Some(name)) => {
            if let Some(Value::Object(inner)) = from.get_mut(*urn) {
                drop_one(name, *part, inner);
            }
        }
        (None, Some(name)) if !ALWAYS.contains(name) => drop_one(name, *part, from),
        (None, _) => {}
    }
}

fn drop_one(name: &str, part: Option<&str>, from: &mut Map<String, Value>) {
    let Some(part) = part else {
        from.remove(name);
        return;
    };
    match from.get_mut(name) {
        Some(Value::Object(parts)) => {
            parts.remove(part);
        }
        Some(Value::Array(values)) => {
            for parts in values.iter_mut().filter_map(Value::as_object_mut) {
                parts.remove(part);
            }
        }
        _ => {}
    }
}
