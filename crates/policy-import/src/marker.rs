//! What numbers a line: `6.2`, `(a)`, `ABC-12`, `Section 3`, `§ 4`, `Article 5`, `第3条`.

use super::heads::{self, Head};
use super::lines::How;

/// What numbers a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Marker {
    /// `6.2`, `1.2.3`, `6.2a`, `A.8.1`
    Decimal(String),
    /// `6.`, `6)`, `(6)`, `A.`, `(a)`, `ii)`, `1°`
    Item(Mark),
    /// `6` and no more: a heading in some papers, the first word of a sentence in others.
    Bare(u32),
    /// `ABC001`, `ABC-12`, `AC-19(5)`, `3(2)(b)`
    Code(String),
    /// `Section 6: ...`, `6.0 ...`, `§ 4 ...`, `III. ...`
    Section(Head),
}

/// A label with its signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// As printed, without the signs.
    pub(super) label: String,
    pub(super) shape: Shape,
}

/// The signs around a label: items of one list share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// A bracket opens before it.
    pub(super) open: bool,
    /// What closes it: `.`, `)` or `°`.
    pub(super) close: char,
}

/// What a label counts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Capital,
    Small,
    RomanCapital,
    RomanSmall,
}

pub(super) fn marker(text: &str, how: How) -> Option<(Marker, &str)> {
    if let Some((head, rest)) = heads::head(text, how.language) {
        return Some((Marker::Section(head), rest));
    }
    if let Some(found) = how.glued.then(|| glued(text)).flatten() {
        return Some(found);
    }
    let (token, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let core = token.trim_start_matches(['(', '[']).trim_end_matches([')', '.', ':', ']']);
    if is_decimal(core) {
        return Some((Marker::Decimal(small_end(core)), rest));
    }
    // Anything but a full number on a line of its own is a word, a page number or the end of a sentence.
    if rest.is_empty() || core.is_empty() {
        return None;
    }
    if let Some(mark) = item(token) {
        return Some((Marker::Item(mark), rest));
    }
    if is_number(core) {
        return Some((Marker::Bare(core.parse().ok()?), rest));
    }
    code(token).map(|code| (Marker::Code(code), rest))
}

/// Reads a label with its signs: `(a)`, `1.`, `iv)`, `1°`, `[3]`, `(2a)`.
pub(super) fn item(token: &str) -> Option<Mark> {
    let open = token.starts_with(['(', '[', '（']);
    let inner = token.trim_start_matches(['(', '[', '（']);
    let label = inner.trim_end_matches([')', ']', '）', '.', ':', '°', 'º', '-']);
    let signs = inner.get(label.len()..)?;
    let close = match signs.chars().find(|c| *c != '.' && *c != ':' && *c != '-') {
        Some('°' | 'º') => '°',
        Some(_) => ')',
        None if signs.is_empty() => return None,
        None => '.',
    };
    let mark = Mark { label: label.to_owned(), shape: Shape { open, close } };
    (!mark.readings().is_empty()).then_some(mark)
}

impl Mark {
    /// Returns what it may count with and how far: `i` is the first Roman number and the ninth letter.
    pub(super) fn readings(&self) -> Vec<(Kind, u32)> {
        let mut readings = Vec::new();
        let label = self.label.as_str();
        let digits = label.trim_end_matches(|c: char| c.is_ascii_lowercase());
        if is_number(digits) && label.len().saturating_sub(digits.len()) <= 1 {
            readings.extend(digits.parse().ok().map(|number| (Kind::Number, number)));
        }
        let mut letters = label.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            let kind = if letter.is_lowercase() { Kind::Small } else { Kind::Capital };
            readings.extend(place_in_alphabet(letter).map(|place| (kind, place)));
        }
        let small = label.bytes().all(|b| b.is_ascii_lowercase());
        let kind = if small { Kind::RomanSmall } else { Kind::RomanCapital };
        readings.extend(roman(label).map(|number| (kind, number)));
        readings
    }
}

/// Returns the place of a letter in its alphabet, from 1: Latin, Greek or Cyrillic.
fn place_in_alphabet(letter: char) -> Option<u32> {
    let lower = letter.to_lowercase().next()?;
    let first = match lower {
        'a'..='z' => 'a',
        'α'..='ω' => 'α',
        'а'..='я' => 'а',
        _ => return None,
    };
    u32::from(lower).checked_sub(u32::from(first))?.checked_add(1)
}

/// Reads a Roman number below 90, in small letters or capitals and not mixed.
pub(super) fn roman(text: &str) -> Option<u32> {
    let one_case =
        text.bytes().all(|b| b.is_ascii_lowercase()) || text.bytes().all(|b| b.is_ascii_uppercase());
    if text.is_empty() || text.len() > 8 || !one_case {
        return None;
    }
    (1..90).find(|number| text.eq_ignore_ascii_case(&written(*number)))
}

/// Writes a number below 90 in Roman capitals.
fn written(mut number: u32) -> String {
    let mut text = String::new();
    for (value, sign) in [(50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while let Some(rest) = number.checked_sub(value) {
            text.push_str(sign);
            number = rest;
        }
    }
    text
}

/// Reads `1.Introduction`, `1.1This policy ...`: a number with a dot in it and a capitalised word without a space between them.
/// `3G`, `2.4GHz` and `1.5x` are words.
pub(super) fn glued(text: &str) -> Option<(Marker, &str)> {
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let (number, rest) = text.split_at(text.len().saturating_sub(number.len()));
    let mut letters = rest.chars();
    let begins = letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(|c| c.is_lowercase() || c.is_whitespace());
    let core = number.trim_end_matches('.');
    if !begins {
        None
    } else if is_decimal(core) {
        Some((Marker::Decimal(core.to_owned()), rest))
    } else if core.len() < number.len() && is_number(core) {
        Some((Marker::Item(item(number)?), rest))
    } else {
        None
    }
}

/// Recognises one to three digits.
pub(super) fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Recognises two or more numbers with dots between them, the last perhaps with a letter, the first perhaps a capital:
/// `6.2`, `1.2.3`, `6.2a`, `A.8.1`.
fn is_decimal(core: &str) -> bool {
    let parts: Vec<&str> = core.split('.').collect();
    let Some((last, before)) = parts.split_last() else { return false };
    let Some((first, between)) = before.split_first() else { return false };
    let last = last.strip_suffix(|c: char| c.is_ascii_alphabetic()).unwrap_or(last);
    let capital = first.len() == 1 && first.bytes().all(|b| b.is_ascii_uppercase());
    is_number(last) && (is_number(first) || capital) && between.iter().all(|part| is_number(part))
}

/// Returns a decimal number with its last letter in small.
fn small_end(core: &str) -> String {
    match core.split_once('.') {
        Some((first, rest)) => format!("{first}.{}", rest.to_ascii_lowercase()),
        None => core.to_owned(),
    }
}

/// Reads an official id: capitals with digits (`ABC001`, `ABC-12`, `MD-4.1`), the same with brackets behind them
/// (`AC-19(5)`), a number with brackets behind it (`3(2)(b)`), any of them in square brackets.
fn code(token: &str) -> Option<String> {
    let token = token.trim_end_matches([':', '.']);
    let token = token.strip_prefix('[').and_then(|token| token.strip_suffix(']')).unwrap_or(token);
    let (core, brackets) = token.split_at(token.find('(').unwrap_or(token.len()));
    let labels: Vec<&str> = brackets.split(['(', ')']).filter(|label| !label.is_empty()).collect();
    let sound = brackets.is_empty() || (brackets.ends_with(')') && !labels.is_empty());
    let short =
        labels.iter().all(|label| label.len() <= 5 && label.bytes().all(|b| b.is_ascii_alphanumeric()));
    let numbered = is_number(core) && !labels.is_empty();
    (sound && short && (numbered || is_code(core))).then(|| token.to_owned())
}

/// Recognises two to six capitals and a number of up to four digits, perhaps with others behind dots or hyphens.
fn is_code(core: &str) -> bool {
    let letters = core.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    let number = core.get(letters.len()..).unwrap_or_default();
    let number = number.strip_prefix('-').unwrap_or(number);
    (2..=6).contains(&letters.len())
        && letters.bytes().all(|b| b.is_ascii_uppercase())
        && number.split(['.', '-']).all(|part| (1..=4).contains(&part.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    const HOW: How = How { glued: false, language: Language::English };

    fn found(text: &str) -> Option<(Marker, &str)> {
        marker(text, HOW)
    }

    fn mark(label: &str, open: bool, close: char) -> Marker {
        Marker::Item(Mark { label: label.into(), shape: Shape { open, close } })
    }

    #[test]
    fn markers_are_found_in_every_spelling() {
        assert_eq!(found("6.2 Text"), Some((Marker::Decimal("6.2".into()), "Text")));
        assert_eq!(found("1.2.3. Text"), Some((Marker::Decimal("1.2.3".into()), "Text")));
        assert_eq!(found("6.2A Text"), Some((Marker::Decimal("6.2a".into()), "Text")));
        assert_eq!(found("A.8.1 Text"), Some((Marker::Decimal("A.8.1".into()), "Text")));
        assert_eq!(found("1.1"), Some((Marker::Decimal("1.1".into()), "")));
        assert_eq!(found("1) Text"), Some((mark("1", false, ')'), "Text")));
        assert_eq!(found("(12) Text"), Some((mark("12", true, ')'), "Text")));
        assert_eq!(found("1. Text"), Some((mark("1", false, '.'), "Text")));
        assert_eq!(found("1° Texte"), Some((mark("1", false, '°'), "Texte")));
        assert_eq!(found("10 wrong attempts"), Some((Marker::Bare(10), "wrong attempts")));
        assert_eq!(found("a. Text"), Some((mark("a", false, '.'), "Text")));
        assert_eq!(found("(A) Text"), Some((mark("A", true, ')'), "Text")));
        assert_eq!(found("б) текст"), Some((mark("б", false, ')'), "текст")));
        assert_eq!(found("iv) Text"), Some((mark("iv", false, ')'), "Text")));
        for none in ["A man", "i.e. this", "2017", "1.5.x is", "999", "iv)", "(see above) text", "Mr. Text"] {
            assert!(found(none).is_none(), "{none}");
        }
    }

    #[test]
    fn official_ids_are_read() {
        for id in ["ABC001", "ABC-12", "MD-4.1", "AC-19(5)", "3(2)(b)"] {
            assert_eq!(found(&format!("{id} Text")), Some((Marker::Code(id.into()), "Text")));
        }
        assert_eq!(found("[REQ-7] Text"), Some((Marker::Code("REQ-7".into()), "Text")));
        for none in ["UK forces", "COVID-19b is", "GDPR (UK) is", "2017(a is", "A4 paper"] {
            assert!(found(none).is_none(), "{none}");
        }
    }

    #[test]
    fn a_number_without_a_space_is_told_from_a_word() {
        assert_eq!(glued("1.1This policy"), Some((Marker::Decimal("1.1".into()), "This policy")));
        assert_eq!(glued("2.A phone"), Some((mark("2", false, '.'), "A phone")));
        for word in ["3G phones", "2.4GHz", "1.5x", "12Monkeys", "1.1", "...And", "1.1 Text"] {
            assert_eq!(glued(word), None, "{word}");
        }
    }

    #[test]
    fn a_label_may_be_read_in_two_ways() {
        let readings =
            |label: &str| Mark { label: label.into(), shape: Shape { open: true, close: ')' } }.readings();
        assert_eq!(readings("i"), [(Kind::Small, 9), (Kind::RomanSmall, 1)]);
        assert_eq!(readings("B"), [(Kind::Capital, 2)]);
        assert_eq!(readings("XIV"), [(Kind::RomanCapital, 14)]);
        assert_eq!(readings("2a"), [(Kind::Number, 2)]);
        assert!(readings("Mr").is_empty() && readings("iiii").is_empty());
    }
}
