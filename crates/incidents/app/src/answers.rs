//! Checks what was answered in a form against the questions of the policy.

use std::collections::BTreeMap;

use policy::{AnswerKind, FormField, FormType, Half, NOT_KNOWN};

/// The longest answer, in characters.
pub(crate) const LONGEST: usize = 1000;
/// What separates the options that were chosen of many.
pub(crate) const BETWEEN: &str = "; ";

/// The answers of one half, by the name of the question. A question that is not there is not answered.
pub type Answers = BTreeMap<String, String>;

/// What is wrong with one answer, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The name of the question.
    pub field: String,
    /// What to do.
    pub says: String,
}

/// What is asked: one half of a form, in cases of one type.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub form: &'a FormType,
    pub half: Half,
    pub case: &'a str,
}

impl<'a> Asked<'a> {
    pub(crate) fn fields(self) -> impl Iterator<Item = &'a FormField> {
        self.form.asked(self.half, self.case)
    }

    /// Tidies the answers and checks them; where the half is to be sent, every question that must be answered is.
    pub(crate) fn checked(self, given: &Answers, whole: bool) -> Result<Answers, Vec<Fault>> {
        let (mut answers, mut faults) = (Answers::new(), Vec::new());
        for field in self.fields() {
            let typed = given.get(&field.name).map_or("", String::as_str);
            let text = tidy(typed);
            let says = match wrong(field, &text) {
                Some(says) => says,
                None if text.is_empty() && whole && !field.optional => match field.kind {
                    AnswerKind::Text => "Answer this, or write that you do not know".to_owned(),
                    AnswerKind::Choice | AnswerKind::Many => {
                        format!("Choose an answer; “{NOT_KNOWN}” is one too")
                    }
                },
                None => {
                    if !text.is_empty() {
                        answers.insert(field.name.clone(), text);
                    }
                    continue;
                }
            };
            faults.push(Fault { field: field.name.clone(), says });
        }
        if faults.is_empty() { Ok(answers) } else { Err(faults) }
    }
}

fn tidy(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn wrong(field: &FormField, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    if text.chars().any(char::is_control) {
        return Some("Take out control characters".to_owned());
    }
    let is_option = |word: &str| word == NOT_KNOWN || field.options.iter().any(|option| option == word);
    match field.kind {
        AnswerKind::Text if text.chars().count() > LONGEST => {
            Some(format!("Shorten this answer to {LONGEST} characters"))
        }
        AnswerKind::Text => None,
        AnswerKind::Choice => (!is_option(text)).then(|| "Choose one of the answers".to_owned()),
        AnswerKind::Many => {
            let chosen: Vec<&str> = text.split(BETWEEN).collect();
            if !chosen.iter().all(|word| is_option(word)) {
                return Some("Choose from the answers".to_owned());
            }
            let alone = chosen.len() > 1 && chosen.contains(&NOT_KNOWN);
            alone.then(|| format!("Choose answers, or “{NOT_KNOWN}” alone"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> FormType {
        let files =
            policy::Files::read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy"));
        let library = policy::Library::from_files(&files.unwrap(), &policy::Overrides::new()).unwrap();
        library.forms["security-incident"].clone()
    }

    fn given(pairs: &[(&str, &str)]) -> Answers {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_half_is_saved_in_parts_and_sent_whole() {
        let form = form();
        let asked = Asked { form: &form, half: Half::Reporter, case: "lost-device" };
        let part =
            given(&[("how", "Stolen"), ("place", "  Prince of \r\n Wales Road "), ("severity", "Low")]);
        let saved = asked.checked(&part, false).unwrap();
        assert_eq!(
            saved,
            given(&[("how", "Stolen"), ("place", "Prince of Wales Road")]),
            "the other half is not taken"
        );
        let missing: Vec<String> =
            asked.checked(&part, true).unwrap_err().into_iter().map(|fault| fault.field).collect();
        assert_eq!(
            missing,
            ["last-seen", "state", "with", "information", "marking", "people"],
            "searched may be left out"
        );
    }

    #[test]
    fn what_is_no_answer_is_named() {
        let form = form();
        let asked = Asked { form: &form, half: Half::Reporter, case: "lost-device" };
        let long = "x".repeat(LONGEST + 1);
        let bad = given(&[
            ("how", "Borrowed"),
            ("place", &long),
            ("with", "a\u{7}b"),
            ("information", "Victims; Everybody"),
        ]);
        let faults = asked.checked(&bad, false).unwrap_err();
        assert_eq!(
            faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(),
            ["how", "place", "with", "information"]
        );
        let both = given(&[("information", "Victims; I do not know")]);
        assert!(asked.checked(&both, false).is_err());
        let known = given(&[("information", "Victims; Witnesses"), ("how", NOT_KNOWN)]);
        assert!(asked.checked(&known, false).is_ok());
    }
}
