//! Words what several pages share: the name of an actor, how a clause is enforced, what a command does.

use domain::{PersonId, Span};
use policy::{KeptBy, Library};
use store::{Tx, people, sessions, tokens};

use crate::AppError;

/// Names an actor of the ledger or of a command, for people.
pub fn who(tx: &mut Tx<'_>, actor: &str) -> Result<String, AppError> {
    Ok(match actor.split_once(':') {
        None if actor == "system" => "Lanyard".to_owned(),
        None if actor == "device" => "The device".to_owned(),
        Some(("command-line", user)) => format!("{user}, on the server"),
        Some(("person", id)) => match id.parse::<PersonId>() {
            Ok(id) => people::by_id(tx, id)?
                .map_or_else(|| "Somebody no longer in the register".to_owned(), |person| person.name),
            Err(_) => actor.to_owned(),
        },
        Some(("token", id)) => match id.parse() {
            Ok(id) => tokens::by_id(tx, id)?
                .map_or_else(|| "An API token".to_owned(), |token| format!("API token “{}”", token.name)),
            Err(_) => actor.to_owned(),
        },
        Some(("break-glass", _)) => "A break-glass administrator".to_owned(),
        Some(("session", digest)) => sessions::name_of(tx, digest)?
            .unwrap_or_else(|| format!("Session {}", digest.get(..8).unwrap_or(digest))),
        _ => actor.to_owned(),
    })
}

/// Formats a length of time as people say it, in its largest whole unit; two days and more in days.
#[must_use]
pub fn span(span: Span) -> String {
    const UNITS: [(&str, i64); 4] =
        [("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1000)];
    let millis = span.millis();
    let found = UNITS.into_iter().find(|(_, unit)| millis >= *unit && millis % unit == 0);
    match found {
        Some((unit, length)) if millis == length => format!("1 {unit}"),
        Some((unit, length)) => format!("{} {unit}s", millis / length),
        None => "no time".to_owned(),
    }
}

/// Describes one way in which a clause is enforced, in a sentence.
pub fn kept(library: &Library, kept: &KeptBy) -> String {
    match kept {
        KeptBy::Setting { setting, rule } => {
            let title = library.settings.get(setting).map_or(setting.as_str(), |known| known.title.as_str());
            format!("Setting: {title}. A breach may last {} before a case opens.", span(rule.grace))
        }
        KeptBy::Detection { confidence, .. } => {
            format!("Detection, never a finding of guilt. What it can be wrong about: {confidence}")
        }
        KeptBy::Acceptance { acceptance, question, .. } => {
            let asked = if question.is_some() { ", with a question" } else { "" };
            format!("Acceptance by people: {}{asked}.", acceptance.title().to_lowercase())
        }
        KeptBy::Procedure { procedure, within, .. } => {
            let limit =
                within.as_ref().map(|limit| format!(", within {}", span(limit.span))).unwrap_or_default();
            format!("Procedure: cases of the type “{}”{limit}.", case_kind(library, procedure))
        }
        KeptBy::Record { record, .. } => format!("Record: {}.", record.title().to_lowercase()),
        KeptBy::Nothing { why } => format!("Nothing: {why}"),
    }
}

/// Names a case type by its own title or, where the policy has dropped it, by its name.
#[must_use]
pub fn case_kind(library: &Library, kind: &str) -> String {
    if let Some(known) = library.cases.get(kind) {
        return known.title.clone();
    }
    if kind == "breach" {
        return "Clause not met".to_owned();
    }
    let mut words = kind.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// Names a person as lists and headings do.
pub fn shown(person: &people::Person) -> String {
    format!("{} ({})", person.name, person.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_words() {
        for (text, words) in [
            ("24h", "1 day"),
            ("36h", "36 hours"),
            ("2w", "14 days"),
            ("90s", "90 seconds"),
            ("0s", "no time"),
        ] {
            assert_eq!(span(text.parse().unwrap()), words);
        }
    }

    #[test]
    fn types_of_case_read_as_words() {
        let none = Library::default();
        assert_eq!(case_kind(&none, "lost-device"), "Lost device");
        assert_eq!(case_kind(&none, "breach"), "Clause not met");
        assert_eq!(case_kind(&none, ""), "");
        assert_eq!(case_kind(&none, "été"), "été", "a first letter of two bytes stays as it is");
    }
}
