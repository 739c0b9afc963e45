//! Lines of a plain-text policy: what begins each, and which are not text of a clause at all.

use super::contents;
use super::furniture;
use super::language::Language;
use super::marker::{self, Marker};
use super::roman;

/// One line that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub(super) number: usize,
    /// Without white space, and with everything else that the line has.
    pub(super) whole: &'a str,
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

/// Signs that word processors put before a list item. Those of the Symbol and Wingdings fonts come out of a PDF as
/// characters for private use (U+F000 to U+F0FF).
const BULLETS: [char; 27] = [
    '•', '·', '▪', '●', '◦', '‣', '⁃', '∙', '○', '◯', '■', '□', '▫', '◆', '◇', '❖', '❑', '❏', '➢', '➤', '►',
    '▶', '▸', '✓', '✔', '✗', '→',
];
/// How many lines must begin with a number that no space follows before such numbers are read.
const GLUED: usize = 3;

pub(super) fn read(text: &str, language: Language) -> Vec<Line<'_>> {
    let glued = text.lines().filter(|line| marker::glued(line.trim()).is_some()).count() >= GLUED;
    let how = How { glued, language };
    let mut lines = Vec::new();
    let mut apart = true;
    for (index, raw) in text.lines().enumerate() {
        let trimmed = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if trimmed.is_empty() {
            apart = true;
            continue;
        }
        lines.push(line(index.saturating_add(1), trimmed, apart, how));
        apart = false;
    }
    furniture::mark(text, &mut lines);
    contents::mark(&mut lines);
    roman::mark(&mut lines);
    // A page's edge is not the end of a paragraph by itself, but it looks like one.
    let mut behind = false;
    for line in &mut lines {
        line.apart |= behind;
        behind = line.sort != Sort::Text;
    }
    lines
}

/// What is known of the whole text before its lines are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// Numbers stand before their text without a space.
    pub(super) glued: bool,
    pub(super) language: Language,
}

fn line(number: usize, trimmed: &str, apart: bool, how: How) -> Line<'_> {
    let unhashed = trimmed.trim_start_matches('#');
    let hashed = unhashed.len() < trimmed.len() && unhashed.starts_with(char::is_whitespace);
    let text = if hashed { unhashed.trim() } else { trimmed };
    let unbulleted = unbulleted(text);
    let bullet = unbulleted.is_some();
    let text = bare(unbulleted.unwrap_or(text).trim());
    let (marker, rest) =
        marker::marker(text, how).map_or((None, text), |(marker, rest)| (Some(marker), rest));
    Line { number, whole: trimmed, rest: bare(rest), text, marker, bullet, hashed, apart, sort: Sort::Text }
}

/// Returns the text behind a bullet; `None` if there is none.
fn unbulleted(text: &str) -> Option<&str> {
    let spaced = ["- ", "* ", "– ", "— ", "o ", "o\t", "-\t", "*\t"];
    let symbol = |c: char| BULLETS.contains(&c) || ('\u{f000}'..='\u{f0ff}').contains(&c);
    let behind = spaced
        .iter()
        .find_map(|bullet| text.strip_prefix(bullet))
        .or_else(|| text.strip_prefix(symbol).filter(|rest| !rest.trim().is_empty()))?;
    // "- 4 -" is a page's number.
    Some(behind).filter(|behind| !(behind.ends_with([' ', '-', '–']) && furniture::is_page_number(text)))
}

/// Returns the text without bold signs around the whole of it.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix("**").and_then(|text| text.strip_suffix("**"));
    inner.filter(|inner| !inner.contains("**")).map_or(text, str::trim)
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
    fn bullets_of_word_processors_are_read() {
        let how = How { glued: false, language: Language::English };
        for item in ["\u{f0b7} lend", "\u{f0a7}lend", "o lend", "➢ lend", "❑ lend", "- lend", "•\tlend"]
        {
            let line = line(1, item, false, how);
            assert_eq!((line.bullet, line.text), (true, "lend"), "{item}");
        }
        for text in ["on foot", "-5 degrees", "→", "- 4 -"] {
            assert!(!line(1, text, false, how).bullet, "{text}");
        }
    }
}
