//! The values sent with a form and the errors in them. A page that is shown again keeps every answer, lists at its top what to
//! correct, and repeats it beside each field.

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, which is also its id.
    pub field: String,
    /// What to do about it, in words.
    pub text: String,
}

/// All errors in a form; empty if there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// Records that a field is wrong.
    pub fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), text: text.into() });
    }

    /// Returns whether there are no errors, so that the form can be accepted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all errors, in the order of the form.
    #[must_use]
    pub fn all(&self) -> &[FieldError] {
        &self.0
    }

    /// Returns the error in one field; the first, if there are several.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }
}

impl<F: Into<String>, T: Into<String>> FromIterator<(F, T)> for Errors {
    fn from_iter<I: IntoIterator<Item = (F, T)>>(errors: I) -> Self {
        let mut all = Self::default();
        for (field, text) in errors {
            all.add(field, text);
        }
        all
    }
}

/// One choice of a select, a set of radios or a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value that the form sends.
    pub value: String,
    /// The text that the person reads.
    pub text: String,
    /// Whether it is the one chosen.
    pub chosen: bool,
}

impl Choice {
    /// Makes a list of choices, one of them chosen by its value.
    pub fn list<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>, chosen: &str) -> Vec<Self> {
        all.into_iter()
            .map(|(value, text)| Self {
                value: value.to_owned(),
                text: text.to_owned(),
                chosen: value == chosen,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_shows_the_first_thing_wrong_with_it() {
        let errors: Errors =
            [("serial", "Enter the serial number"), ("serial", "and more")].into_iter().collect();
        assert_eq!(errors.of("serial"), Some("Enter the serial number"));
        assert_eq!(errors.of("asset"), None);
        assert!(!errors.is_empty() && Errors::default().is_empty());
    }

    #[test]
    fn one_choice_is_chosen() {
        let choices = Choice::list([("a", "A"), ("b", "B")], "b");
        assert_eq!(choices.iter().map(|choice| choice.chosen).collect::<Vec<_>>(), [false, true]);
        assert!(Choice::list([("a", "A")], "other").iter().all(|choice| !choice.chosen));
    }
}
