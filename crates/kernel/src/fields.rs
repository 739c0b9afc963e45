//! Checks what somebody typed into a text field.

use crate::AppError;

/// Trims what was typed; refuses an empty value, more than `most` characters, and control characters.
///
/// # Errors
/// [`AppError::Invalid`], shown beside the field.
pub fn text(field: &'static str, value: &str, most: usize) -> Result<String, AppError> {
    text_or(field, value, most, &wanted(field))
}

/// Returns what to enter into a field that was left empty, in the words of its label.
fn wanted(field: &str) -> String {
    let known = match field {
        "reason" | "why" | "because" | "end-reason" | "confirm-reason" => "enter a reason",
        "name" | "displayName" => "enter a name",
        "number" => "enter a number",
        "note" => "enter a note",
        "reference" => "enter a reference",
        "message" => "enter a message",
        "title" => "enter a title",
        "role" => "enter a role",
        "serial" => "enter the serial number",
        "address" => "enter the address or number",
        "label" => "enter a name for the passkey",
        "owner" | "person" | "with" | "people" => "enter a collar or staff number",
        "approved-by" => "enter who approved the workshop",
        "decided_by" => "enter who decided it",
        "says" => "say what happened: what is seen, since when, where it was",
        "how" => "say how you know",
        "more" => "say what is new",
        "proof" => "say what was done",
        other => return format!("fill in the field {other}"),
    };
    known.to_owned()
}

/// Checks a field in the same way as [`text`], with words of its own for one that was left empty.
///
/// # Errors
/// [`AppError::Invalid`], shown beside the field.
pub fn text_or(field: &'static str, value: &str, most: usize, if_empty: &str) -> Result<String, AppError> {
    let value = value.trim();
    if value.is_empty() {
        return Err(AppError::invalid(field, if_empty));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_field_is_named() {
        let said = |field| text(field, " ", 10).unwrap_err().to_string();
        assert!(said("says").contains("say what happened"));
        assert!(said("why").contains("enter a reason"));
        assert!(said("colour").contains("fill in the field colour"), "a field without words of its own");
        let other = text_or("how", "", 10, "say how it was done").unwrap_err().to_string();
        assert!(other.contains("say how it was done"), "{other}");
        assert_eq!(text("says", " x ", 10).unwrap(), "x");
    }
}
