//! A resource in canonical form, and the frame of an answer.

use domain::Timestamp;
use serde_json::{Map, Value, json};

use crate::coerce::coerce;
use crate::error::{ScimError, ScimType};
use crate::schema::{Attribute, COMMON, ENTERPRISE, FORCE, GROUP, Schema, USER};

/// Most keys that a body may have at one level; a user of ours has fewer than thirty.
const MOST_KEYS: usize = 200;

/// The kinds of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person.
    User,
    /// A group of people.
    Group,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::User, Self::Group];

    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// Returns its endpoint under the service's address.
    #[must_use]
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }

    pub(crate) fn core(self) -> &'static Schema {
        match self {
            Self::User => &USER,
            Self::Group => &GROUP,
        }
    }

    pub(crate) fn extensions(self) -> &'static [&'static Schema] {
        static OF_USER: [&Schema; 2] = [&ENTERPRISE, &FORCE];
        match self {
            Self::User => &OF_USER,
            Self::Group => &[],
        }
    }

    /// Returns a schema of this kind by its URN, in any case of letters.
    pub(crate) fn schema(self, urn: &str) -> Option<&'static Schema> {
        let all = std::iter::once(self.core()).chain(self.extensions().iter().copied());
        all.into_iter().find(|schema| schema.urn.eq_ignore_ascii_case(urn))
    }

    /// Returns an attribute of the core schema or of every resource.
    pub(crate) fn attribute(self, name: &str) -> Option<&'static Attribute> {
        self.core().attribute(name).or_else(|| COMMON.attribute(name))
    }

    pub(crate) fn lets_go(self, name: &str) -> bool {
        self.core().lets_go(name) || COMMON.lets_go(name)
    }
}

/// A resource as a client may write it: canonical names, true types, nothing read-only, nothing empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Resource {
    pub(crate) kind: Kind,
    pub(crate) fields: Map<String, Value>,
}

impl std::fmt::Debug for Resource {
    /// Prints the kind only: the rest is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Resource({})", self.kind.name())
    }
}

impl Resource {
    /// Makes one without anything in it.
    #[must_use]
    pub fn empty(kind: Kind) -> Self {
        Self { kind, fields: Map::new() }
    }

    /// Reads what a client sent to create or replace a resource.
    ///
    /// # Errors
    /// `invalidSyntax` for anything but such a resource, `invalidValue` for a value that its attribute cannot have.
    pub fn read(kind: Kind, body: &[u8]) -> Result<Self, ScimError> {
        let value: Value = serde_json::from_slice(body).map_err(|error| {
            ScimError::bad(ScimType::InvalidSyntax, format!("the body is not JSON: {error}"))
        })?;
        let Value::Object(given) = value else {
            return Err(ScimError::bad(ScimType::InvalidSyntax, "send a JSON object"));
        };
        let urns = given.iter().find(|(key, _)| key.eq_ignore_ascii_case("schemas")).map(|(_, urns)| urns);
        let is_core = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(kind.core().urn));
        if !urns.and_then(Value::as_array).is_some_and(|urns| urns.iter().any(is_core)) {
            let detail = format!("name {} in \"schemas\"", kind.core().urn);
            return Err(ScimError::bad(ScimType::InvalidSyntax, detail));
        }
        let resource = Self { kind, fields: canonical(kind, given)? };
        resource.complete()?;
        Ok(resource)
    }

    /// Returns what was once [`Resource::fields`]; what cannot be is left out.
    #[must_use]
    pub fn of_fields(kind: Kind, fields: Map<String, Value>) -> Self {
        Self { kind, fields: canonical(kind, fields).unwrap_or_default() }
    }

    /// Returns everything that a client wrote, to be kept.
    #[must_use]
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// Refuses a resource that lacks what its schema requires.
    pub(crate) fn complete(&self) -> Result<(), ScimError> {
        match self
            .kind
            .core()
            .attributes
            .iter()
            .find(|one| one.required && !self.fields.contains_key(one.name))
        {
            Some(missing) => Err(ScimError::bad(ScimType::InvalidValue, format!("send {}", missing.name))),
            None => Ok(()),
        }
    }

    /// Returns the whole answer: what was written, and what only the service knows.
    #[must_use]
    pub fn answer(&self, meta: &Meta<'_>, added: Map<String, Value>) -> Map<String, Value> {
        let mut answer = self.fields.clone();
        for (name, value) in added {
            match (answer.get_mut(&name), value) {
                (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
                (_, value) => {
                    answer.insert(name, value);
                }
            }
        }
        let extensions = self.kind.extensions().iter().map(|schema| schema.urn);
        let urns: Vec<&str> = std::iter::once(self.kind.core().urn)
            .chain(extensions.filter(|urn| answer.contains_key(*urn)))
            .collect();
        answer.insert("schemas".into(), json!(urns));
        answer.insert("id".into(), meta.id.into());
        answer.insert(
            "meta".into(),
            json!({
                "resourceType": self.kind.name(),
                "created": meta.created.to_string(),
                "lastModified": meta.changed.to_string(),
                "location": meta.location,
                "version": entity_tag(meta.version),
            }),
        );
        answer
    }
}

/// What the service knows of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Meta<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
    /// Counts its changes.
    pub version: i64,
    /// Its address.
    pub location: &'a str,
}

/// Returns the entity tag of a version: weak, for the same resource may be written in several ways (RFC 7644, section 3.14).
#[must_use]
pub fn entity_tag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// Returns whether an `If-Match` or `If-None-Match` header names that version; compared weakly.
#[must_use]
pub fn is_current(header: &str, version: i64) -> bool {
    let own = version.to_string();
    header
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"') == own)
}

/// Brings a whole body into canonical form.
pub(crate) fn canonical(kind: Kind, given: Map<String, Value>) -> Result<Map<String, Value>, ScimError> {
    if given.len() > MOST_KEYS {
        return Err(ScimError::bad(ScimType::InvalidSyntax, "the resource has too many attributes"));
    }
    let mut fields = Map::new();
    for (key, value) in given {
        if let Some(schema) = kind.schema(&key) {
            let Value::Object(inner) = value else { continue };
            let mut of_schema = Map::new();
            for (key, value) in inner.into_iter().take(MOST_KEYS) {
                if let Some(attribute) = schema.attribute(&key) {
                    put(&mut of_schema, attribute, value)?;
                }
            }
            if schema.urn == kind.core().urn {
                fields.extend(of_schema);
            } else if !of_schema.is_empty() {
                fields.insert(schema.urn.to_owned(), Value::Object(of_schema));
            }
        } else if let Some(attribute) = kind.attribute(&key) {
            put(&mut fields, attribute, value)?;
        }
        // Anything else is an attribute that this service does not have (RFC 7644, section 3.3: may be ignored).
    }
    Ok(fields)
}

fn put(
    fields: &mut Map<String, Value>,
    attribute: &'static Attribute,
    value: Value,
) -> Result<(), ScimError> {
    if attribute.read_only {
        return Ok(());
    }
    match coerce(attribute, value)? {
        Some(value) => fields.insert(attribute.name.to_owned(), value),
        None => fields.remove(attribute.name),
    };
    Ok(())
}
