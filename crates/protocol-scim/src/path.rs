//! Paths of attributes: paths of patches, of filters and of what an answer should hold.

use scim_v2::filter::{AttrPath, PatchPath, ValFilter};

use crate::error::{ScimError, ScimType};
use crate::resource::Kind;
use crate::schema::{Attribute, Schema};

/// Longest path that is read.
const LONGEST: usize = 4000;

/// An attribute, or one part of it, perhaps of some of its values only.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The extension that it belongs to; `None` for the core and for what every resource has.
    pub(crate) extension: Option<&'static Schema>,
    pub(crate) attribute: &'static Attribute,
    pub(crate) filter: Option<ValFilter>,
    pub(crate) part: Option<&'static Attribute>,
}

/// What a path leads to.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Attribute(Target),
    /// Everything of a schema.
    Schema(&'static Schema),
    /// An attribute that is known and not kept.
    LetGo,
}

fn unknown(path: &str) -> ScimError {
    let path: String = path.chars().take(100).collect();
    ScimError::bad(ScimType::InvalidPath, format!("no attribute stands at \"{path}\"; /Schemas lists them"))
}

/// Reads the path of a patch, or a name of `attributes=`.
///
/// # Errors
/// `invalidPath` for what cannot be read or leads to no attribute.
pub(crate) fn read(kind: Kind, text: &str) -> Result<Place, ScimError> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(ScimError::bad(ScimType::InvalidPath, "the path is too long"));
    }
    let (schema, rest) = match after_urn(kind, text) {
        Some((schema, "")) => return Ok(Place::Schema(schema)),
        Some((schema, rest)) => (Some(schema), rest.strip_prefix(':').ok_or_else(|| unknown(text))?),
        None => (None, text),
    };
    // The RFC's own grammar has no room for the name "$ref".
    let (rest, to_ref) = match rest.strip_suffix(".$ref") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let (path, filter, mut part) = match rest.parse::<PatchPath>().map_err(|_| unknown(text))? {
        PatchPath::Attr(path) => {
            let part = path.sub_attr.clone();
            (path, None, part)
        }
        PatchPath::Value(value) => (value.attr, Some(value.filter), value.sub_attr),
    };
    if to_ref {
        part = Some("$ref".to_owned());
    }
    if path.uri.is_some() {
        return Err(unknown(text));
    }
    let Some((extension, attribute)) = attribute(kind, schema, &path.name) else {
        let lets_go = lets_go(kind, schema, &path.name);
        return if lets_go { Ok(Place::LetGo) } else { Err(unknown(text)) };
    };
    let part = match part {
        Some(name) => Some(attribute.part(&name).ok_or_else(|| unknown(text))?),
        None => None,
    };
    if filter.is_some() && !attribute.many {
        return Err(ScimError::bad(ScimType::InvalidPath, format!("{} has one value only", attribute.name)));
    }
    Ok(Place::Attribute(Target { extension, attribute, filter, part }))
}

/// Returns the attribute that a filter names, with its extension; `None` for one that is known and not kept.
pub(crate) fn of_filter(kind: Kind, path: &AttrPath) -> Result<Option<Target>, ScimError> {
    let shown = path.to_string();
    let schema = match &path.uri {
        Some(urn) => Some(kind.schema(urn).ok_or_else(|| not_to_compare(&shown))?),
        None => None,
    };
    let Some((extension, attribute)) = attribute(kind, schema, &path.name) else {
        let lets_go = lets_go(kind, schema, &path.name);
        return if lets_go { Ok(None) } else { Err(not_to_compare(&shown)) };
    };
    let part = match &path.sub_attr {
        Some(name) => Some(attribute.part(name).ok_or_else(|| not_to_compare(&shown))?),
        None => None,
    };
    Ok(Some(Target { extension, attribute, filter: None, part }))
}

pub(crate) fn not_to_compare(path: &str) -> ScimError {
    let path: String = path.chars().take(100).collect();
    ScimError::bad(
        ScimType::InvalidFilter,
        format!("there is no attribute \"{path}\" to compare; /Schemas lists them"),
    )
}

fn attribute(
    kind: Kind,
    schema: Option<&'static Schema>,
    name: &str,
) -> Option<(Option<&'static Schema>, &'static Attribute)> {
    match schema {
        Some(schema) if schema.urn != kind.core().urn => Some((Some(schema), schema.attribute(name)?)),
        Some(_) => Some((None, kind.attribute(name)?)),
        None => match kind.attribute(name) {
            Some(attribute) => Some((None, attribute)),
            None => of_extension(kind, name),
        },
    }
}

/// Returns the attribute of an extension that a client names without its URN, as some write `manager`: the one that has it, where
/// no other extension and not the core has such a name.
fn of_extension(kind: Kind, name: &str) -> Option<(Option<&'static Schema>, &'static Attribute)> {
    if kind.lets_go(name) {
        return None;
    }
    let mut found =
        kind.extensions().iter().filter_map(|schema| Some((Some(*schema), schema.attribute(name)?)));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Returns whether a name is known and not kept. A client may name the schemas of an extension within it.
fn lets_go(kind: Kind, schema: Option<&'static Schema>, name: &str) -> bool {
    schema.map_or_else(
        || kind.lets_go(name),
        |schema| schema.lets_go(name) || name.eq_ignore_ascii_case("schemas"),
    )
}

/// Splits the URN of a known schema off the start of a path.
fn after_urn(kind: Kind, text: &str) -> Option<(&'static Schema, &str)> {
    let all = std::iter::once(kind.core()).chain(kind.extensions().iter().copied());
    all.into_iter().find_map(|schema| {
        let start = text.get(..schema.urn.len())?;
        start
            .eq_ignore_ascii_case(schema.urn)
            .then(|| (schema, text.get(schema.urn.len()..).unwrap_or_default()))
    })
}
