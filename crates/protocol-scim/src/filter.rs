//! Filters (RFC 7644, section 3.4.2.2): the grammar is `scim_v2`'s, the meaning follows the schema.
//!
//! Text is compared without regard to case unless the attribute says otherwise; `ne` holds for whatever `eq` does not,
//! an absent value included; an attribute that is known and not kept has no value.

use domain::Timestamp;
use scim_v2::filter::{AttrExp, CompValue, CompareOp, Filter as Parsed, ValFilter};
use serde_json::{Map, Value};

use crate::error::{ScimError, ScimType};
use crate::path::{self, Target};
use crate::resource::Kind;
use crate::schema::{Attribute, Type};

/// Longest filter that is read, in bytes.
const LONGEST: usize = 8000;

/// A filter that names only what there is.
#[derive(Debug, Clone)]
pub struct Filter {
    kind: Kind,
    parsed: Parsed,
}

/// What every match of a filter must have, where that is one value of an attribute with an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// This id.
    Id(String),
    /// This user name, in any case of letters.
    UserName(String),
    /// This external id.
    ExternalId(String),
    /// This display name, in any case of letters.
    DisplayName(String),
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// `invalidFilter` with what is wrong with it.
    pub fn read(kind: Kind, text: &str) -> Result<Self, ScimError> {
        if text.len() > LONGEST {
            let detail = format!("shorten the filter to {LONGEST} bytes");
            return Err(ScimError::bad(ScimType::InvalidFilter, detail));
        }
        let parsed: Parsed = within_brackets(text).parse().map_err(|_| {
            let detail =
                "the filter cannot be read; write it as in: userName eq \"j.ames\" and active eq true";
            ScimError::bad(ScimType::InvalidFilter, detail)
        })?;
        check(kind, &parsed)?;
        Ok(Self { kind, parsed })
    }

    /// Returns whether a resource, as it is answered, matches.
    #[must_use]
    pub fn matches(&self, answer: &Map<String, Value>) -> bool {
        holds(self.kind, &self.parsed, answer)
    }

    /// Returns what every match must have; `None` if that takes looking at everything.
    #[must_use]
    pub fn wanted(&self) -> Option<Wanted> {
        wanted(self.kind, &self.parsed)
    }
}

/// Moves a comparison of one part into the brackets before it: `emails[type eq "work"].value eq "x"` becomes
/// `emails[type eq "work" and value eq "x"]`. The RFC's grammar has the second form alone; Entra ID sends the first where
/// the e-mail address is what it matches people by.
fn within_brackets(text: &str) -> String {
    let mut moved = text.to_owned();
    while let Some((bracket, comparison)) = comparison_behind_bracket(&moved) {
        let part =
            moved.get(comparison.start.saturating_add(2)..comparison.end).unwrap_or_default().to_owned();
        let open = moved.get(..bracket).and_then(|before| before.rfind('[')).unwrap_or_default();
        let inner = moved.get(open.saturating_add(1)..bracket).unwrap_or_default().to_owned();
        let rest = moved.get(comparison.end..).unwrap_or_default().to_owned();
        moved.truncate(open);
        moved.push_str(&format!("[({inner}) and {part}]{rest}"));
    }
    moved
}

/// Returns where a closing bracket outside quotes is, and the range of `].part op value` that begins with it.
fn comparison_behind_bracket(text: &str) -> Option<(usize, std::ops::Range<usize>)> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => {
                if let Some(length) = text.get(at..).and_then(comparison_length) {
                    return Some((at, at..at.saturating_add(length)));
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns the length of `].part op value` at the start of a text; `None` for anything else.
fn comparison_length(text: &str) -> Option<usize> {
    let behind = text.strip_prefix("].")?;
    let rest = behind.split_once(' ')?.1.trim_start();
    let (operator, after) = rest.split_at(rest.find([' ', ')']).unwrap_or(rest.len()));
    if operator.eq_ignore_ascii_case("pr") {
        return Some(text.len().saturating_sub(after.len()));
    }
    let value = after.trim_start();
    let length = match value.strip_prefix('"') {
        Some(string) => {
            let mut escaped = false;
            let end = string.char_indices().find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            });
            end?.0.saturating_add(2)
        }
        None => value.find([' ', ')']).unwrap_or(value.len()),
    };
    (length > 0).then(|| text.len().saturating_sub(value.len()).saturating_add(length))
}

fn wanted(kind: Kind, filter: &Parsed) -> Option<Wanted> {
    match filter {
        Parsed::Attr(AttrExp::Comparison(path, CompareOp::Eq, CompValue::Str(text))) => {
            let target = path::of_filter(kind, path).ok()??;
            match (target.extension.is_none(), target.attribute.name) {
                (true, "id") => Some(Wanted::Id(text.clone())),
                (true, "userName") => Some(Wanted::UserName(text.clone())),
                (true, "externalId") => Some(Wanted::ExternalId(text.clone())),
                (true, "displayName") if kind == Kind::Group => Some(Wanted::DisplayName(text.clone())),
                _ => None,
            }
        }
        Parsed::And(all) => all.iter().find_map(|one| wanted(kind, one)),
        _ => None,
    }
}

/// Refuses attributes that there are none of and comparisons that mean nothing.
fn check(kind: Kind, filter: &Parsed) -> Result<(), ScimError> {
    match filter {
        Parsed::Attr(AttrExp::Present(path)) => path::of_filter(kind, path).map(|_| ()),
        Parsed::Attr(AttrExp::Comparison(path, op, value)) => match path::of_filter(kind, path)? {
            Some(target) => comparable(&target, op, value),
            None => Ok(()),
        },
        Parsed::ValuePath(value) => match path::of_filter(kind, &value.attr)? {
            Some(target) => check_values(target.attribute, &value.filter),
            None => Ok(()),
        },
        Parsed::Not(inner) => check(kind, inner),
        Parsed::And(all) | Parsed::Or(all) => all.iter().try_for_each(|one| check(kind, one)),
    }
}

/// Checks the values inside brackets, where names are those of the attribute's parts.
pub(crate) fn check_values(attribute: &'static Attribute, filter: &ValFilter) -> Result<(), ScimError> {
    let part = |path: &scim_v2::filter::AttrPath| {
        let target = |part| Target { extension: None, attribute, filter: None, part: Some(part) };
        attribute.part(&path.name).map(target).ok_or_else(|| path::not_to_compare(&path.to_string()))
    };
    match filter {
        ValFilter::Attr(AttrExp::Present(path)) => part(path).map(|_| ()),
        ValFilter::Attr(AttrExp::Comparison(path, op, value)) => comparable(&part(path)?, op, value),
        ValFilter::Not(inner) => check_values(attribute, inner),
        ValFilter::And(all) | ValFilter::Or(all) => {
            all.iter().try_for_each(|one| check_values(attribute, one))
        }
    }
}

fn comparable(target: &Target, op: &CompareOp, value: &CompValue) -> Result<(), ScimError> {
    let compared = compared(target);
    let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    let fits = match compared.kind {
        Type::Complex | Type::Number => false,
        Type::Truth => {
            equality
                && matches!(value, CompValue::True | CompValue::False | CompValue::Null | CompValue::Str(_))
        }
        Type::Text | Type::Reference | Type::Time => {
            matches!(value, CompValue::Str(_)) || (equality && matches!(value, CompValue::Null))
        }
    };
    if fits {
        return Ok(());
    }
    let detail = format!("{} cannot be compared like that", compared.name);
    Err(ScimError::bad(ScimType::InvalidFilter, detail))
}

/// Returns the attribute or part whose values are compared: of a complex one, its "value".
fn compared(target: &Target) -> &'static Attribute {
    target.part.or_else(|| target.attribute.part("value")).unwrap_or(target.attribute)
}

fn holds(kind: Kind, filter: &Parsed, answer: &Map<String, Value>) -> bool {
    match filter {
        Parsed::Attr(AttrExp::Present(path)) => match path::of_filter(kind, path) {
            Ok(Some(target)) => values(&target, answer).iter().any(|value| match target.part {
                Some(part) => value.get(part.name).is_some(),
                None => true,
            }),
            _ => false,
        },
        Parsed::Attr(AttrExp::Comparison(path, op, wanted)) => match path::of_filter(kind, path) {
            Ok(Some(target)) => {
                let compared = compared(&target);
                let values = values(&target, answer);
                let inner = |value: &Value| match value {
                    Value::Object(parts) => parts.get(compared.name).cloned(),
                    plain => Some(plain.clone()),
                };
                let values: Vec<Value> = values.iter().filter_map(|value| inner(value)).collect();
                any(compared, op, &values, wanted)
            }
            _ => *op == CompareOp::Ne,
        },
        Parsed::ValuePath(path) => match path::of_filter(kind, &path.attr) {
            Ok(Some(target)) => {
                values(&target, answer).iter().any(|value| value_holds(target.attribute, &path.filter, value))
            }
            _ => false,
        },
        Parsed::Not(inner) => !holds(kind, inner, answer),
        Parsed::And(all) => all.iter().all(|one| holds(kind, one, answer)),
        Parsed::Or(all) => all.iter().any(|one| holds(kind, one, answer)),
    }
}

/// Returns whether one value of a complex attribute matches the filter in brackets.
pub(crate) fn value_holds(attribute: &'static Attribute, filter: &ValFilter, value: &Value) -> bool {
    match filter {
        ValFilter::Attr(AttrExp::Present(path)) => {
            attribute.part(&path.name).is_some_and(|part| value.get(part.name).is_some())
        }
        ValFilter::Attr(AttrExp::Comparison(path, op, wanted)) => {
            attribute.part(&path.name).is_some_and(|part| {
                let values: Vec<Value> = value.get(part.name).cloned().into_iter().collect();
                any(part, op, &values, wanted)
            })
        }
        ValFilter::Not(inner) => !value_holds(attribute, inner, value),
        ValFilter::And(all) => all.iter().all(|one| value_holds(attribute, one, value)),
        ValFilter::Or(all) => all.iter().any(|one| value_holds(attribute, one, value)),
    }
}

/// Returns the values of an attribute, those of a list one by one.
fn values<'a>(target: &Target, answer: &'a Map<String, Value>) -> Vec<&'a Value> {
    let fields = match target.extension {
        Some(schema) => answer.get(schema.urn).and_then(Value::as_object),
        None => Some(answer),
    };
    match fields.and_then(|fields| fields.get(target.attribute.name)) {
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

fn any(attribute: &Attribute, op: &CompareOp, values: &[Value], wanted: &CompValue) -> bool {
    match (op, wanted) {
        (CompareOp::Eq, CompValue::Null) => values.is_empty(),
        (CompareOp::Ne, CompValue::Null) => !values.is_empty(),
        (CompareOp::Ne, _) => !values.iter().any(|value| one(attribute, &CompareOp::Eq, value, wanted)),
        _ => values.iter().any(|value| one(attribute, op, value, wanted)),
    }
}

fn one(attribute: &Attribute, op: &CompareOp, value: &Value, wanted: &CompValue) -> bool {
    if attribute.kind == Type::Truth {
        let wanted = match wanted {
            CompValue::True => Some(true),
            CompValue::False => Some(false),
            CompValue::Str(word) => word.to_ascii_lowercase().parse().ok(),
            _ => None,
        };
        return wanted.is_some() && value.as_bool() == wanted;
    }
    let (Some(text), CompValue::Str(wanted)) = (value.as_str(), wanted) else { return false };
    if attribute.kind == Type::Time {
        return match (text.parse::<Timestamp>(), wanted.parse::<Timestamp>()) {
            (Ok(own), Ok(wanted)) => ordered(op, &own, &wanted),
            _ => false,
        };
    }
    let fold = |text: &str| if attribute.case_exact { text.to_owned() } else { text.to_lowercase() };
    let (own, wanted) = (fold(text), fold(wanted));
    match op {
        CompareOp::Co => own.contains(&wanted),
        CompareOp::Sw => own.starts_with(&wanted),
        CompareOp::Ew => own.ends_with(&wanted),
        _ => ordered(op, &own, &wanted),
    }
}

fn ordered<T: Ord>(op: &CompareOp, own: &T, wanted: &T) -> bool {
    match op {
        CompareOp::Eq => own == wanted,
        CompareOp::Gt => own > wanted,
        CompareOp::Ge => own >= wanted,
        CompareOp::Lt => own < wanted,
        CompareOp::Le => own <= wanted,
        CompareOp::Ne => own != wanted,
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}

#[cfg(test)]
mod tests {
    use super::within_brackets;

    #[test]
    fn a_comparison_behind_brackets_moves_inside() {
        let cases = [
            (
                r#"emails[type eq "work"].value eq "a@b.c""#,
                r#"emails[(type eq "work") and value eq "a@b.c"]"#,
            ),
            (
                r#"(emails[type eq "work"].value pr) or active eq true"#,
                r#"(emails[(type eq "work") and value pr]) or active eq true"#,
            ),
            (
                r#"emails[type eq "work"].primary eq true and title pr"#,
                r#"emails[(type eq "work") and primary eq true] and title pr"#,
            ),
            (
                r#"emails[type eq "a].x eq 1"].value co "\"]." "#,
                r#"emails[(type eq "a].x eq 1") and value co "\"]."] "#,
            ),
        ];
        for (sent, meant) in cases {
            assert_eq!(within_brackets(sent), meant);
        }
        for other in [
            r#"userName eq "a].b eq 1""#,
            r#"emails[type eq "work"]"#,
            r#"emails[type eq "work"].value"#,
            "].",
            "].a eq",
        ] {
            assert_eq!(within_brackets(other), other);
        }
    }
}
