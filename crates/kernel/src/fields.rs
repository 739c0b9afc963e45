//! Checks what somebody typed into a text field.

use crate::AppError;

/// Trims what was typed; refuses an empty value, more than `most` characters, and control characters.
///
/// # Errors
/// [`AppError::Invalid`], shown beside the field.
pub fn text(field: &'static str, value: &str, most: usize) -> Result<String, AppError> {
    let value = value.trim();
    if value.is_empty() {
        return Err(AppError::invalid(
            field,
            match field {
                "reason" | "why" | "because" | "end-reason" | "confirm-reason" => "enter a reason",
                "name" => "enter a name",
                "number" => "enter a number",
                "note" => "enter a note",
                "reference" => "enter a reference",
                "message" => "enter a message",
                _ => "enter something here",
            },
        ));
    }
    if value.chars().count() > most {
        return Err(AppError::invalid(field, format!("shorten it to {most} characters")));
    }
    if value.chars().any(char::is_control) {
        return Err(AppError::invalid(field, "take out line breaks and control characters"));
    }
    Ok(value.to_owned())
}

/// Checks a field that may be left empty, in the same way as [`text`].
///
/// # Errors
/// [`AppError::Invalid`], shown beside the field.
pub fn optional_text(
    field: &'static str,
    value: Option<&str>,
    most: usize,
) -> Result<Option<String>, AppError> {
    match value.map(str::trim) {
        None | Some("") => Ok(None),
        Some(value) => text(field, value, most).map(Some),
    }
}
