//! The errors that a client receives (RFC 7644, section 3.12).

use serde_json::{Value, json};

/// The word for a 400 or 409 that a client can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimType {
    /// The filter cannot be read, or compares what cannot be compared.
    InvalidFilter,
    /// More results than the service gives out.
    TooMany,
    /// Another resource has that value.
    Uniqueness,
    /// The attribute cannot be written.
    Mutability,
    /// The body cannot be read.
    InvalidSyntax,
    /// The path of a patch cannot be read, or names no attribute.
    InvalidPath,
    /// The path of a patch leads to nothing.
    NoTarget,
    /// A value is missing or cannot be.
    InvalidValue,
}

impl ScimType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
        }
    }
}

/// A refusal: HTTP status, the RFC's word where it has one, and what to do, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ScimError {
    /// The HTTP status.
    pub status: u16,
    /// The RFC's word.
    pub scim_type: Option<ScimType>,
    /// What is wrong and what would be right. Never a value of another person's.
    pub detail: String,
}

impl ScimError {
    /// Makes a 400, or the 409 of [`ScimType::Uniqueness`].
    #[must_use]
    pub fn bad(scim_type: ScimType, detail: impl Into<String>) -> Self {
        let status = if scim_type == ScimType::Uniqueness { 409 } else { 400 };
        Self { status, scim_type: Some(scim_type), detail: detail.into() }
    }

    /// Sets another status.
    #[must_use]
    pub fn status(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into() }
    }

    /// Makes a 404.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::status(404, format!("there is no {what} of this id, or not for this token"))
    }

    /// Returns the body of the answer.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.to_string(),
            "detail": self.detail,
        });
        if let (Some(word), Some(fields)) = (self.scim_type, body.as_object_mut()) {
            fields.insert("scimType".into(), word.as_str().into());
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_its_status_as_text_and_its_word() {
        let body = ScimError::bad(ScimType::Uniqueness, "taken").body();
        assert_eq!(body["status"], "409");
        assert_eq!(body["scimType"], "uniqueness");
        assert!(ScimError::not_found("user").body().get("scimType").is_none());
    }
}
