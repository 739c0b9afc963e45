//! Lists within lists: which level of numbering a label belongs to, and what its clause is called.

use super::marker::{Kind, Mark, Shape};

/// A level of numbering that the text is in.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub(super) kind: Kind,
    pub(super) shape: Shape,
    pub(super) ordinal: u32,
    pub(super) name: Name,
    /// The clause, unless it is a heading or has no text of its own.
    pub(super) clause: Option<usize>,
    /// It is a heading: the number of its section.
    pub(super) section: Option<String>,
}

/// What a provision is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// Behind the prefix of its clause id: `3.2b`.
    pub(super) key: String,
    /// As the paper cites it: `§ 3 Abs. 2 Buchst. b`.
    pub(super) printed: String,
}

/// Where a label belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// How many levels are above it.
    pub(super) depth: usize,
    pub(super) kind: Kind,
    pub(super) ordinal: u32,
    /// It is the next label of its list.
    pub(super) follows: bool,
    /// It is the first of a list.
    pub(super) first: bool,
}

/// Finds the level of a label; `opens` says that the text before it announces a list.
pub(super) fn find(levels: &[Level], mark: &Mark, opens: bool) -> Option<Spot> {
    let readings = mark.readings();
    let same = |level: &Level, kind: Kind| level.shape == mark.shape && level.kind == kind;
    let at = |depth: usize, (kind, ordinal): (Kind, u32), follows: bool, first: bool| {
        Some(Spot { depth, kind, ordinal, follows, first })
    };
    for (depth, level) in levels.iter().enumerate().rev() {
        // "2a" stands behind "2".
        let goes_on = |ordinal: u32| {
            level.ordinal.saturating_add(1) == ordinal || (level.ordinal == ordinal && mark.label.len() > 1)
        };
        let next = readings.iter().find(|(kind, ordinal)| same(level, *kind) && goes_on(*ordinal));
        if let Some(reading) = next {
            return at(depth, *reading, true, false);
        }
    }
    let known = |kind: Kind| levels.iter().rposition(|level| same(level, kind));
    if let Some(first) = readings.iter().find(|(_, ordinal)| *ordinal == 1) {
        let depth = known(first.0).filter(|_| !opens).unwrap_or(levels.len());
        return at(depth, *first, false, true);
    }
    let skipped = readings.iter().find_map(|reading| known(reading.0).map(|depth| (depth, *reading)));
    match skipped {
        Some((depth, reading)) => at(depth, reading, false, false),
        None => at(levels.len(), *readings.first()?, false, false),
    }
}

impl Name {
    /// Returns the name of an item under this one.
    pub(super) fn under(&self, mark: &Mark, kind: Kind, german_law: bool) -> Self {
        let label: String = mark.label.chars().map(latin).collect();
        let behind_digit = self.key.ends_with(|c: char| c.is_ascii_digit());
        let letter = matches!(kind, Kind::Capital | Kind::Small);
        let dot = if self.key.is_empty() || (letter && behind_digit) { "" } else { "." };
        let key = format!("{}{dot}{label}", self.key);
        let label = &mark.label;
        let printed = match (kind, mark.shape.open) {
            (Kind::Number, true) if german_law => format!("{} Abs. {label}", self.printed),
            (Kind::Number, false) if german_law => format!("{} Nr. {label}", self.printed),
            (Kind::Small, _) if german_law => format!("{} Buchst. {label}", self.printed),
            (_, true) => format!("{}({label})", self.printed),
            _ if self.printed.is_empty() => label.clone(),
            (Kind::Number | Kind::RomanCapital | Kind::RomanSmall, false) => {
                format!("{}.{label}", self.printed)
            }
            _ if self.printed.ends_with(|c: char| c.is_ascii_digit()) => format!("{}{label}", self.printed),
            _ => format!("{}.{label}", self.printed),
        };
        Self { key, printed }
    }
}

/// Returns a letter that may stand in a clause id: Greek and Cyrillic letters by their place in the alphabet.
fn latin(letter: char) -> char {
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    let first = match lower {
        'α'..='ω' => 'α',
        'а'..='я' => 'а',
        _ => return letter,
    };
    let place = u32::from(lower).saturating_sub(u32::from(first));
    let latin = u32::from('a').checked_add(place).and_then(char::from_u32);
    let latin = latin.filter(char::is_ascii_lowercase).unwrap_or('z');
    if lower == letter { latin } else { latin.to_ascii_uppercase() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marker::item;

    /// Puts labels into levels, one after another, and returns what each is called.
    fn keys(tokens: &[&str]) -> Vec<String> {
        let mut levels: Vec<Level> = Vec::new();
        let mut keys = Vec::new();
        for token in tokens {
            let mark = item(token).unwrap();
            let spot = find(&levels, &mark, false).unwrap();
            levels.truncate(spot.depth);
            let above = levels.last().map(|level| level.name.clone()).unwrap_or_default();
            let name = above.under(&mark, spot.kind, false);
            keys.push(name.key.clone());
            let Spot { kind, ordinal, .. } = spot;
            levels.push(Level { kind, shape: mark.shape, ordinal, name, clause: None, section: None });
        }
        keys
    }

    #[test]
    fn each_label_finds_its_list() {
        assert_eq!(keys(&["1.", "(a)", "(i)", "(ii)", "(b)", "2."]), ["1", "1a", "1a.i", "1a.ii", "1b", "2"]);
        assert_eq!(keys(&["A.", "(1)", "(a)", "(2)", "B."]), ["A", "A.1", "A.1a", "A.2", "B"]);
        let long = ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)", "(h)", "(i)", "(j)"];
        assert_eq!(keys(&long).last().unwrap(), "j", "the ninth letter is no Roman number");
        assert_eq!(keys(&["а)", "б)", "в)"]), ["a", "b", "c"]);
        assert_eq!(keys(&["А.", "Б."]), ["A", "B"]);
        assert_eq!(keys(&["(1)", "(2)", "(2a)", "(3)"]), ["1", "2", "2a", "3"]);
    }

    #[test]
    fn a_provision_is_cited_as_its_paper_does() {
        let name = |base: &str, tokens: &[(&str, Kind)], german: bool| {
            let start = Name { key: "3".into(), printed: base.into() };
            tokens.iter().fold(start, |name, (token, kind)| name.under(&item(token).unwrap(), *kind, german))
        };
        let english = name("Section 3", &[("(2)", Kind::Number), ("(b)", Kind::Small)], false);
        assert_eq!(english, Name { key: "3.2b".into(), printed: "Section 3(2)(b)".into() });
        let german = name("§ 3", &[("(2)", Kind::Number), ("1.", Kind::Number), ("a)", Kind::Small)], true);
        assert_eq!(german, Name { key: "3.2.1a".into(), printed: "§ 3 Abs. 2 Nr. 1 Buchst. a".into() });
        let order = name("1.01", &[("A.", Kind::Capital), ("(1)", Kind::Number)], false);
        assert_eq!(order.printed, "1.01A(1)");
    }
}
