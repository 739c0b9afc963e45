//! Lines of a plain-text policy: what begins each, and which are not text at all.

use std::collections::BTreeMap;

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
    /// `Section 6: ...`
    Section(u32),
}

/// How often a line must come back to be page furniture.
const EVERY_PAGE: usize = 3;

pub(super) fn read(text: &str) -> Vec<Line<'_>> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let count = seen.entry(line).or_default();
        *count = count.saturating_add(1);
    }
    let mut lines = Vec::new();
    let mut apart = true;
    for (index, raw) in text.lines().enumerate() {
        let trimmed = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{c}');
        if trimmed.is_empty() {
            apart = true;
            continue;
        }
        let mut line = line(index.saturating_add(1), trimmed, apart);
        let often = seen.get(raw.trim()).is_some_and(|count| *count >= EVERY_PAGE);
        if is_page_number(trimmed) || (often && line.marker.is_none() && !line.bullet) {
            line.sort = Sort::Furniture;
        } else if is_index(trimmed) {
            line.sort = Sort::Index;
        }
        // A page's edge is not the end of a paragraph by itself, but it looks like one.
        apart = line.sort != Sort::Text;
        lines.push(line);
    }
    lines
}

fn line(number: usize, trimmed: &str, apart: bool) -> Line<'_> {
    let unhashed = trimmed.trim_start_matches('#');
    let hashed = unhashed.len() < trimmed.len() && unhashed.starts_with(char::is_whitespace);
    let text = if hashed { unhashed.trim() } else { trimmed };
    let unbulleted = ["- ", "* ", "• ", "– ", "— ", "· ", "o\t", "-\t", "•\t", "*\t"]
        .iter()
        .find_map(|bullet| text.strip_prefix(bullet))
        .or_else(|| text.strip_prefix(['•', '·', '▪', '●']));
    let bullet = unbulleted.is_some();
    let text = bare(unbulleted.unwrap_or(text).trim());
    let (marker, rest) = marker(text).map_or((None, text), |(marker, rest)| (Some(marker), rest));
    Line { number, rest: bare(rest), text, marker, bullet, hashed, apart, sort: Sort::Text }
}

/// The text without bold signs around the whole of it.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix("**").and_then(|text| text.strip_suffix("**"));
    inner.filter(|inner| !inner.contains("**")).map_or(text, str::trim)
}

fn marker(text: &str) -> Option<(Marker, &str)> {
    if let Some(found) = section_word(text) {
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

/// `Section 6: Passwords`, `Part 2 - Scope`
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

/// Two or more numbers with dots between them, the last perhaps with a small letter: `6.2`, `1.2.3`, `6.2a`.
fn is_decimal(core: &str) -> bool {
    let parts: Vec<&str> = core.split('.').collect();
    let number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    match parts.split_last() {
        Some((last, before)) if !before.is_empty() => {
            let last = last.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or(last);
            number(last) && before.iter().all(|part| number(part))
        }
        _ => false,
    }
}

pub(super) fn is_roman(core: &str) -> bool {
    (1..=5).contains(&core.len()) && core.bytes().all(|b| matches!(b, b'i' | b'v' | b'x'))
}

/// Two to six capitals and one to four digits.
fn is_code(core: &str) -> bool {
    let letters = core.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = core.len().saturating_sub(letters.len());
    let letters = letters.strip_suffix('-').unwrap_or(letters);
    (1..=4).contains(&digits)
        && (2..=6).contains(&letters.len())
        && letters.bytes().all(|b| b.is_ascii_uppercase())
}

/// `Page 3 of 6`, `3 of 6`, or a number alone.
fn is_page_number(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &str| word.len() <= 4 && word.bytes().all(|b| b.is_ascii_digit());
    match words.as_slice() {
        [page, n] => page.eq_ignore_ascii_case("page") && number(n),
        [page, n, of, all] => page.eq_ignore_ascii_case("page") && number(n) && *of == "of" && number(all),
        [n, of, all] => number(n) && *of == "of" && number(all),
        [n] => number(n),
        _ => false,
    }
}

/// An index's heading, or a title with dots or a tab between it and a page number.
fn is_index(text: &str) -> bool {
    if ["index", "contents", "table of contents"]
        .contains(&text.trim_start_matches(['#', ' ']).to_lowercase().as_str())
    {
        return true;
    }
    let title = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.len().saturating_sub(title.len());
    let leader = title.ends_with('\t') || title.trim_end().ends_with("...") || title.ends_with("    ");
    (1..=3).contains(&digits) && leader && title.chars().any(char::is_alphabetic)
}

/// Short, begins with a capital or digit, and does not end as sentences and list items do.
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
        let found = |text: &'static str| marker(text).map(|(marker, rest)| (marker, rest.to_owned()));
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
    fn furniture_and_index_are_told_from_text() {
        let text = "Official\nIndex\n1. Start.....3\n8. Wi-Fi.\t7\nOfficial\nPage 2 of 6\n7\n1. Start\nOfficial\nText of 2017\n";
        let sorts: Vec<Sort> = read(text).iter().map(|line| line.sort).collect();
        use Sort::{Furniture as F, Index as I, Text as T};
        assert_eq!(sorts, [F, I, I, I, F, F, F, T, F, T]);
    }
}
