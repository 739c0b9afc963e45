//! Lines of a plain-text policy: what begins each, and which are not text at all.

use super::furniture;
use super::phrases::modality;
use super::roman;

/// One line that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub(super) number: usize,
    /// Without white space, bullet, heading signs and marker.
    pub(super) rest: &'a str,
    /// The same with the marker.
    pub(super) text: &'a str,
    pub(super) marker: Option<Marker>,
    pub(super) bullet: bool,
    /// It is a Markdown heading.
    pub(super) hashed: bool,
    /// A blank line stands before it.
    pub(super) apart: bool,
    pub(super) sort: Sort,
}

/// What a line is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Index,
    /// A line that comes back on every page.
    Furniture,
}

/// What numbers a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Marker {
    /// `6.2`, `1.2.3`, `6.2a`
    Decimal(String),
    /// `6.` or `6)`
    Top(u32),
    /// `6` and no more: a heading in some papers, the first word of a sentence in others.
    Bare(u32),
    /// `a.`, `(a)`, `ii)`, as written but in small letters.
    Letter(String),
    /// `ABC001`, `ABC-12`
    Code(String),
    /// `Section 6: ...` or `6.0 ...`
    Section(u32),
    /// A line of an outline that goes `I.`, `A.`, `1.`, `a.`: how deep it is, and its own label.
    Outline(Depth, String),
}

/// A level of an outline that begins with roman capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Depth {
    /// `III.`
    Roman,
    /// `A.`
    Capital,
    /// `1.`
    Number,
    /// `a.`
    Small,
}

/// Signs that word processors put before a list item. Those of the Symbol and Wingdings fonts come out of a PDF as
/// characters for private use (U+F000 to U+F0FF).
const BULLETS: [char; 27] = [
    '•', '·', '▪', '●', '◦', '‣', '⁃', '∙', '○', '◯', '■', '□', '▫', '◆', '◇', '❖', '❑', '❏', '➢', '➤', '►',
    '▶', '▸', '✓', '✔', '✗', '→',
];
/// How many lines must begin with a number that no space follows before such numbers are read.
const GLUED: usize = 3;

pub(super) fn read(text: &str) -> Vec<Line<'_>> {
    let glued = text.lines().filter(|line| glued(line.trim()).is_some()).count() >= GLUED;
    let mut lines = Vec::new();
    let mut apart = true;
    for (index, raw) in text.lines().enumerate() {
        let trimmed = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if trimmed.is_empty() {
            apart = true;
            continue;
        }
        lines.push(line(index.saturating_add(1), trimmed, apart, glued));
        apart = false;
    }
    furniture::mark(text, &mut lines);
    roman::mark(&mut lines);
    // A page's edge is not the end of a paragraph by itself, but it looks like one.
    let mut behind = false;
    for line in &mut lines {
        line.apart |= behind;
        behind = line.sort != Sort::Text;
    }
    lines
}

fn line(number: usize, trimmed: &str, apart: bool, glued: bool) -> Line<'_> {
    let unhashed = trimmed.trim_start_matches('#');
    let hashed = unhashed.len() < trimmed.len() && unhashed.starts_with(char::is_whitespace);
    let text = if hashed { unhashed.trim() } else { trimmed };
    let unbulleted = unbulleted(text);
    let bullet = unbulleted.is_some();
    let text = bare(unbulleted.unwrap_or(text).trim());
    let (marker, rest) = marker(text, glued).map_or((None, text), |(marker, rest)| (Some(marker), rest));
    Line { number, rest: bare(rest), text, marker, bullet, hashed, apart, sort: Sort::Text }
}

/// Returns the text behind a bullet; `None` if there is none.
fn unbulleted(text: &str) -> Option<&str> {
    let spaced = ["- ", "* ", "– ", "— ", "o ", "o\t", "-\t", "*\t"];
    let symbol = |c: char| BULLETS.contains(&c) || ('\u{f000}'..='\u{f0ff}').contains(&c);
    spaced
        .iter()
        .find_map(|bullet| text.strip_prefix(bullet))
        .or_else(|| text.strip_prefix(symbol).filter(|rest| !rest.trim().is_empty()))
}

/// Returns the text without bold signs around the whole of it.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix("**").and_then(|text| text.strip_suffix("**"));
    inner.filter(|inner| !inner.contains("**")).map_or(text, str::trim)
}

fn marker(text: &str, with_glued: bool) -> Option<(Marker, &str)> {
    if let Some(found) = section_word(text).or_else(|| point_zero(text)) {
        return Some(found);
    }
    if let Some(found) = with_glued.then(|| glued(text)).flatten() {
        return Some(found);
    }
    let (token, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let core = token.trim_start_matches('(').trim_end_matches([')', '.', ':']);
    let closed = core.len() < token.len();
    if is_decimal(core) {
        return Some((Marker::Decimal(core.to_ascii_lowercase()), rest));
    }
    // Anything but a full number on a line of its own is a word, a page number or the end of a sentence.
    if rest.is_empty() || core.is_empty() {
        return None;
    }
    if core.len() <= 3 && core.bytes().all(|b| b.is_ascii_digit()) {
        let number = core.parse().ok()?;
        return Some((if closed { Marker::Top(number) } else { Marker::Bare(number) }, rest));
    }
    let one_letter = core.len() == 1 && core.bytes().all(|b| b.is_ascii_alphabetic());
    if closed && (one_letter || is_roman(core)) {
        return Some((Marker::Letter(core.to_ascii_lowercase()), rest));
    }
    is_code(core).then(|| (Marker::Code(core.to_owned()), rest))
}

/// Reads `Section 6: Passwords`, `Part 2 - Scope`.
fn section_word(text: &str) -> Option<(Marker, &str)> {
    let lower = text.to_ascii_lowercase();
    let word = ["section ", "chapter ", "part "].into_iter().find(|word| lower.starts_with(word))?;
    let after = text.get(word.len()..)?.trim_start();
    let digits = after.len().saturating_sub(after.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let number = after.get(..digits)?.parse().ok()?;
    let rest = after.get(digits..)?.trim_start();
    let title = rest.strip_prefix([':', '-', '–', '—', '.'])?.trim();
    (!title.is_empty() && heading_like(title)).then_some((Marker::Section(number), title))
}

/// Reads `6.0 PASSWORDS`: the heading of the section whose clauses are 6.1, 6.2 ...
fn point_zero(text: &str) -> Option<(Marker, &str)> {
    let (token, rest) = text.split_once(char::is_whitespace)?;
    let number = token.trim_end_matches('.').strip_suffix(".0")?;
    let title = rest.trim();
    let heading = heading_like(title) && modality(title).is_none();
    let number = Some(number).filter(|number| is_number(number))?.parse().ok()?;
    heading.then_some((Marker::Section(number), title))
}

/// Reads `1.Introduction`, `1.1This policy ...`: a number with a dot in it and a capitalised word without a space between them.
/// `3G`, `2.4GHz` and `1.5x` are words.
fn glued(text: &str) -> Option<(Marker, &str)> {
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
        Some((Marker::Top(core.parse().ok()?), rest))
    } else {
        None
    }
}

/// Recognises one to three digits.
fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Recognises two or more numbers with dots between them, the last perhaps with a small letter: `6.2`, `1.2.3`, `6.2a`.
fn is_decimal(core: &str) -> bool {
    let parts: Vec<&str> = core.split('.').collect();
    match parts.split_last() {
        Some((last, before)) if !before.is_empty() => {
            let last = last.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or(last);
            is_number(last) && before.iter().all(|part| is_number(part))
        }
        _ => false,
    }
}

pub(super) fn is_roman(core: &str) -> bool {
    (1..=5).contains(&core.len()) && core.bytes().all(|b| matches!(b, b'i' | b'v' | b'x'))
}

/// Recognises two to six capitals and one to four digits.
fn is_code(core: &str) -> bool {
    let letters = core.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = core.len().saturating_sub(letters.len());
    let letters = letters.strip_suffix('-').unwrap_or(letters);
    (1..=4).contains(&digits)
        && (2..=6).contains(&letters.len())
        && letters.bytes().all(|b| b.is_ascii_uppercase())
}

/// Recognises a short text that begins with a capital or digit and does not end as sentences and list items do.
pub(super) fn heading_like(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    let ends = text.ends_with(['.', ';', ':', ',', '?', '!']);
    starts && !ends && text.chars().count() <= 90 && text.split_whitespace().count() <= 14
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_in_every_spelling() {
        let found = |text: &'static str| marker(text, false).map(|(marker, rest)| (marker, rest.to_owned()));
        let is = |marker: Marker, rest: &str| Some((marker, rest.to_owned()));
        assert_eq!(found("6.2 Text"), is(Marker::Decimal("6.2".into()), "Text"));
        assert_eq!(found("1.2.3. Text"), is(Marker::Decimal("1.2.3".into()), "Text"));
        assert_eq!(found("6.2a Text"), is(Marker::Decimal("6.2a".into()), "Text"));
        assert_eq!(found("1.1"), is(Marker::Decimal("1.1".into()), ""));
        assert_eq!(found("1) Text"), is(Marker::Top(1), "Text"));
        assert_eq!(found("(12) Text"), is(Marker::Top(12), "Text"));
        assert_eq!(found("1. Text"), is(Marker::Top(1), "Text"));
        assert_eq!(found("10 wrong attempts"), is(Marker::Bare(10), "wrong attempts"));
        assert_eq!(found("a. Text"), is(Marker::Letter("a".into()), "Text"));
        assert_eq!(found("(A) Text"), is(Marker::Letter("a".into()), "Text"));
        assert_eq!(found("iv) Text"), is(Marker::Letter("iv".into()), "Text"));
        assert_eq!(found("ABC001 Text"), is(Marker::Code("ABC001".into()), "Text"));
        assert_eq!(found("Section 3: Passwords"), is(Marker::Section(3), "Passwords"));
        for none in ["A man", "i.e. this", "2017", "Section 3 applies to everyone.", "1.5.x is", "999", "iv)"]
        {
            assert!(found(none).is_none(), "{none}");
        }
    }

    #[test]
    fn a_number_without_a_space_is_told_from_a_word() {
        assert_eq!(glued("1.1This policy"), Some((Marker::Decimal("1.1".into()), "This policy")));
        assert_eq!(glued("2.A phone"), Some((Marker::Top(2), "A phone")));
        for word in ["3G phones", "2.4GHz", "1.5x", "12Monkeys", "1.1", "...And", "1.1 Text"] {
            assert_eq!(glued(word), None, "{word}");
        }
    }

    #[test]
    fn a_section_may_be_numbered_point_zero() {
        assert_eq!(point_zero("3.0 RULES"), Some((Marker::Section(3), "RULES")));
        assert_eq!(point_zero("3.0. Rules"), Some((Marker::Section(3), "Rules")));
        for clause in ["3.0 A phone must be locked.", "3.0", "3.10 Rules", "iOS 3.0 Rules"] {
            assert_eq!(point_zero(clause), None, "{clause}");
        }
    }

    #[test]
    fn bullets_of_word_processors_are_read() {
        for item in ["\u{f0b7} lend", "\u{f0a7}lend", "o lend", "➢ lend", "❑ lend", "- lend", "•\tlend"]
        {
            let line = line(1, item, false, false);
            assert_eq!((line.bullet, line.text), (true, "lend"), "{item}");
        }
        for text in ["on foot", "-5 degrees", "→"] {
            assert!(!line(1, text, false, false).bullet, "{text}");
        }
    }
}
