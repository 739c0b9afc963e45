//! Queries over many resources and their answers (RFC 7644, sections 3.4.2 and 3.4.3).

use serde_json::{Map, Value, json};

use crate::error::{ScimError, ScimType};
use crate::filter::Filter;
use crate::resource::Kind;
use crate::select::Selection;

/// Most resources of one answer; also how many where the client does not say.
pub const MOST_PER_PAGE: usize = 200;

/// A query for many.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// What they must be.
    pub filter: Option<Filter>,
    /// The first to show, from 1.
    pub start: usize,
    /// How many to show at most; 0 asks for the number of matches alone.
    pub count: usize,
    /// What of each.
    pub selection: Selection,
}

impl ListQuery {
    /// Reads the pairs of an address's query, or the fields of a search request as text.
    ///
    /// # Errors
    /// `invalidFilter`, or `invalidValue` for a start or count that is not a number.
    pub fn read<'a>(kind: Kind, ask: impl Fn(&str) -> Option<&'a str>) -> Result<Self, ScimError> {
        let number = |name: &str| match ask(name).map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => text
                .parse::<i64>()
                .map(Some)
                .map_err(|_| ScimError::bad(ScimType::InvalidValue, format!("{name} is a whole number"))),
        };
        let filter = match ask("filter") {
            Some(text) if !text.trim().is_empty() => Some(Filter::read(kind, text)?),
            _ => None,
        };
        // Below 1 is 1, and a negative count is none (RFC 7644, section 3.4.2.4).
        let start = number("startIndex")?.unwrap_or(1).max(1);
        let count = number("count")?
            .map_or(MOST_PER_PAGE, |count| usize::try_from(count.max(0)).unwrap_or(MOST_PER_PAGE));
        Ok(Self {
            filter,
            start: usize::try_from(start).unwrap_or(usize::MAX),
            count: count.min(MOST_PER_PAGE),
            selection: Selection::read(kind, ask("attributes"), ask("excludedAttributes")),
        })
    }
}

/// Returns the answer to a query: how many match, and the page of them from `start` on.
#[must_use]
pub fn list_response(total: usize, start: usize, page: Vec<Map<String, Value>>) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": page.len(),
        "Resources": page.into_iter().map(Value::Object).collect::<Vec<_>>(),
    })
}
