//! The questions of a form on a page: with what was answered or typed, and read from a form that was sent.

use incidents_app::read::{AnswerKind, HalfRead, KnownFact, QuestionRead, chosen, is_chosen};
use incidents_app::{Answers, Fault, Filled};

use web_shell::parts::form::{Choice, Errors};
use web_shell::session::Fields;

/// One question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its field's name.
    pub name: String,
    /// The question.
    pub ask: String,
    /// What helps to answer it.
    pub hint: String,
    /// How it is answered.
    pub input: Input,
    /// What was answered, in words.
    pub answer: String,
}

/// How a question is answered.
#[derive(Debug, Clone)]
pub enum Input {
    /// In words.
    Text,
    /// With one option.
    Choice(Vec<Choice>),
    /// With any number of options.
    Many(Vec<Choice>),
}

fn question(read: &QuestionRead, answer: String) -> Question {
    let choice = |option: &String| Choice {
        value: option.clone(),
        text: option.clone(),
        chosen: match read.kind {
            AnswerKind::Many => is_chosen(&answer, option),
            AnswerKind::Text | AnswerKind::Choice => *option == answer,
        },
    };
    let options: Vec<Choice> = read.options.iter().map(choice).collect();
    let hint = match (read.optional, read.hint.is_empty()) {
        (true, true) => "You may leave this out.".to_owned(),
        _ => read.hint.clone(),
    };
    Question {
        name: read.name.clone(),
        ask: read.ask.clone(),
        hint,
        input: match read.kind {
            AnswerKind::Text => Input::Text,
            AnswerKind::Choice => Input::Choice(options),
            AnswerKind::Many => Input::Many(options),
        },
        answer,
    }
}

/// Returns the questions with what is kept, or with what was typed where a form comes back.
pub(crate) fn questions(half: &HalfRead, typed: Option<&Answers>) -> Vec<Question> {
    half.iter()
        .map(|read| {
            let answer = match typed {
                Some(typed) => typed.get(&read.name).cloned().unwrap_or_default(),
                None => read.answer.clone(),
            };
            question(read, answer)
        })
        .collect()
}

/// Returns questions and answers to read.
pub(crate) fn pairs(half: &HalfRead) -> Vec<(String, String)> {
    half.iter().map(|read| (read.ask.clone(), read.answer.clone())).collect()
}

/// Returns what is known to read.
pub(crate) fn known(facts: &[KnownFact]) -> Vec<(String, String)> {
    facts.iter().map(|fact| (fact.name.clone(), fact.value.clone())).collect()
}

/// Reads the answers of a form that was sent.
pub(crate) fn answers(half: &HalfRead, fields: &Fields) -> Answers {
    half.iter()
        .map(|read| {
            let all: Vec<&str> = fields
                .pairs()
                .iter()
                .filter(|(name, value)| *name == read.name && !value.is_empty())
                .map(|(_, value)| value.as_str())
                .collect();
            let answer = match read.kind {
                AnswerKind::Many => chosen(&all),
                AnswerKind::Text | AnswerKind::Choice => all.first().copied().unwrap_or_default().to_owned(),
            };
            (read.name.clone(), answer)
        })
        .collect()
}

/// Reads a half that was sent: its answers, the version that the page showed, and whether it is to be sent on.
pub(crate) fn filled(half: &HalfRead, fields: &Fields) -> Filled {
    Filled {
        answers: answers(half, fields),
        version: fields.get("version").parse().unwrap_or_default(),
        send: fields.get("do") == "send",
    }
}

/// Makes the errors of a form from the faults of its answers.
pub(crate) fn errors(faults: &[Fault]) -> Errors {
    faults.iter().map(|fault| (fault.field.clone(), fault.says.clone())).collect()
}

/// Returns made-up questions, for the gallery and the tests.
pub(crate) fn samples() -> Vec<Question> {
    let of = |name: &str, ask: &str, kind, options: &[&str], answer: &str| {
        let read = QuestionRead {
            name: name.into(),
            ask: ask.into(),
            hint: String::new(),
            kind,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            answer: String::new(),
            optional: name == "searched",
        };
        question(&read, answer.to_owned())
    };
    vec![
        of("how", "Was it lost or stolen?", AnswerKind::Choice, &["Lost", "Stolen", "I do not know"], "Lost"),
        of("place", "Where was that?", AnswerKind::Text, &[], "Prince of Wales Road <script>"),
        of("searched", "Where have you looked since?", AnswerKind::Text, &[], ""),
        of(
            "information",
            "Whose information may be concerned?",
            AnswerKind::Many,
            &["Victims", "Witnesses", "I do not know"],
            "Victims; Witnesses",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_of_many_comes_back_chosen() {
        let all = samples();
        let Some(Input::Many(choices)) = all.last().map(|one| &one.input) else { panic!("many") };
        let chosen: Vec<bool> = choices.iter().map(|choice| choice.chosen).collect();
        assert_eq!(chosen, [true, true, false]);
        assert_eq!(all[2].hint, "You may leave this out.");
    }
}
