//! A difference in words, each change with its direction, what weakens before what does not.

use std::fmt;

use compliance::Direction;
use domain::{ClauseId, SettingValue};

use super::{Change, PolicyDiff};
use crate::value::{ParameterValue, setting_words};

/// One change in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// In which direction it goes.
    pub direction: Direction,
    /// What sort of thing changes.
    pub of: &'static str,
    /// What changes, and how.
    pub what: String,
}

impl PolicyDiff {
    /// Returns every change in words, what weakens the policy first.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        let mut all = Vec::new();
        let mut tell = |direction, of, what| all.push(Told { direction, of, what });
        for one in &self.documents {
            let (was, is) = (one.old_version.as_deref(), one.new_version.as_deref());
            let version = arrow(was.unwrap_or("none"), is.unwrap_or("none"));
            tell(one.direction, "Documents", format!("{} {}: version {version}", one.change.sign(), one.id));
        }
        for one in &self.clauses {
            let parts = in_brackets(one.parts.iter().copied());
            tell(one.direction, "Clauses", format!("{} {} {}{parts}", one.change.sign(), one.id, one.title));
        }
        for one in &self.settings {
            let words =
                |value: &Option<SettingValue>| value.as_ref().map_or("not set".to_owned(), setting_words);
            let values = arrow(&words(&one.old), &words(&one.new));
            tell(
                one.direction,
                "Settings on devices",
                format!("~ {}: {values} [{}]", one.key, ids(&one.clauses)),
            );
        }
        for one in &self.checks {
            let cases = match (one.old_cases, one.new_cases) {
                (was, is) if was == is => String::new(),
                (was, is) => format!(": cases {was} -> {is}"),
            };
            let clauses = ids(&one.clauses);
            tell(one.direction, "Checks", format!("{} {}{cases} [{clauses}]", one.change.sign(), one.name));
        }
        for one in &self.parameters {
            let words = |value: &Option<ParameterValue>| {
                value.as_ref().map_or("none".to_owned(), ToString::to_string)
            };
            let values = arrow(&words(&one.old), &words(&one.new));
            tell(one.direction, "Parameters", format!("~ {}: {values}", one.name));
        }
        for one in &self.parts {
            let fields = in_brackets(one.fields.iter().map(String::as_str));
            let title = if one.title.is_empty() { String::new() } else { format!(" {}", one.title) };
            tell(
                one.direction,
                one.kind.title(),
                format!("{} {}{title}{fields}", one.change.sign(), one.name),
            );
        }
        for one in &self.access {
            let arrow = arrow(one.old_words(), one.new_words());
            tell(
                one.direction(),
                "Who may do what",
                format!("~ {}, {}: {arrow}", one.role.title(), one.action),
            );
        }
        for one in &self.access_policies {
            tell(Direction::Changed, "Access policies", format!("{} {}", one.change.sign(), one.name));
        }
        all.sort_by_key(|told| told.direction);
        all
    }

    /// Returns the changes by which the policy asks less, of fewer, or of which nobody can tell: those that two people should look at.
    #[must_use]
    pub fn weaker(&self) -> Vec<Told> {
        self.told().into_iter().filter(|told| told.direction.weakens()).collect()
    }
}

impl fmt::Display for PolicyDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("Nothing changes.\n");
        }
        let mut direction = None;
        for told in self.told() {
            if direction.replace(told.direction) != Some(told.direction) {
                writeln!(f, "{}", heading(told.direction))?;
            }
            writeln!(f, "  {}: {}", told.of, told.what)?;
        }
        let (was, is) = self.cases();
        if was != is {
            let less = if is < was { ": fewer cases prove less" } else { "" };
            writeln!(f, "Cases of the checks that change: {was} -> {is}{less}")?;
        }
        if !self.ask_again.is_empty() {
            writeln!(f, "To be accepted again")?;
        }
        for ask in &self.ask_again {
            writeln!(f, "  {}: {}", ask.document, ids(&ask.clauses))?;
        }
        Ok(())
    }
}

impl PolicyDiff {
    /// Returns how many cases the checks that change had and have.
    #[must_use]
    pub fn cases(&self) -> (usize, usize) {
        (self.checks.iter().map(|one| one.old_cases).sum(), self.checks.iter().map(|one| one.new_cases).sum())
    }
}

impl Change {
    const fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Changed => '~',
        }
    }
}

const fn heading(direction: Direction) -> &'static str {
    match direction {
        Direction::Weaker => "Weaker",
        Direction::Narrower => "Narrower",
        Direction::Changed => "Changed: stronger or weaker, nobody can tell",
        Direction::Broader => "Broader",
        Direction::Stronger => "Stronger",
    }
}

fn in_brackets<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

fn arrow(was: &str, is: &str) -> String {
    if was == is { was.to_owned() } else { format!("{was} -> {is}") }
}

fn ids(clauses: &[ClauseId]) -> String {
    clauses.iter().map(ClauseId::as_str).collect::<Vec<_>>().join(", ")
}
