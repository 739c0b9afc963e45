//! The table of contents: lines with a page number behind them, or that come back as headings.

use std::collections::BTreeMap;

use super::lines::{Line, Sort};
use super::marker::{Marker, roman};

/// What tables of contents are called, in small letters.
const WORDS: [&str; 18] = [
    "index",
    "contents",
    "table of contents",
    "contents page",
    "list of contents",
    "inhalt",
    "inhaltsverzeichnis",
    "inhaltsübersicht",
    "gliederung",
    "sommaire",
    "table des matières",
    "índice",
    "contenido",
    "indice",
    "sommario",
    "inhoud",
    "inhoudsopgave",
    "spis treści",
];
/// Column headings of a table of contents.
const LABELS: [&str; 14] = [
    "page",
    "page no",
    "page no.",
    "page number",
    "section",
    "clause",
    "paragraph",
    "title",
    "subject",
    "seite",
    "page(s)",
    "página",
    "pagina",
    "abschnitt",
];

/// Marks the table of contents: lines with a leader before the page number wherever they are, and behind the word
/// "contents" each line that comes back as a heading or ends in a page number.
pub(super) fn mark(lines: &mut [Line<'_>]) {
    let last: BTreeMap<String, usize> =
        lines.iter().enumerate().map(|(at, line)| (heading_key(line), at)).collect();
    let mut page = None;
    let mut marks = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.sort == Sort::Text) {
        let comes_back = last.get(&heading_key(line)).is_some_and(|later| *later > at);
        let number = page_behind(line.text);
        let next = lines.get(at.saturating_add(1)).filter(|next| next.sort == Sort::Text && !next.apart);
        // A title of two lines has its page number behind the second.
        let goes_on = next.is_some_and(|next| next.marker.is_none() && has_leader(next.text));
        page = match page {
            _ if is_contents_word(line.text) => Some(0),
            // A column heading may stand before the word.
            None if is_label(line.text) && next.is_some_and(|next| is_contents_word(next.text)) => Some(0),
            Some(_) if is_label(line.text) => page,
            Some(before) if number.is_some_and(|number| number >= before) => number,
            Some(_) if comes_back || goes_on || has_leader(line.text) => page,
            _ => None,
        };
        if page.is_some() || has_leader(line.text) {
            marks.push(at);
        }
    }
    for at in marks {
        if let Some(line) = lines.get_mut(at) {
            line.sort = Sort::Index;
        }
    }
}

/// Returns a heading as the table of contents and the text both print it: its number and words, without a page number.
fn heading_key(line: &Line<'_>) -> String {
    let title = page_behind(line.rest).map_or(line.rest, |_| without_page(line.rest));
    let number = match &line.marker {
        Some(Marker::Decimal(number)) => number.clone(),
        Some(Marker::Bare(number)) => number.to_string(),
        Some(Marker::Section(head)) => head.key.clone(),
        Some(Marker::Code(code)) => code.clone(),
        Some(Marker::Item(mark)) => mark.label.clone(),
        None => String::new(),
    };
    format!("{number} {}", title.trim_matches(['*', '_', ' ', '.', ':']).to_lowercase())
}

fn without_page(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['.', ' ', '\t', '…', '_', '-'])
}

/// Returns the page number at the end of a line that has words before it.
fn page_behind(text: &str) -> Option<u32> {
    let words = without_page(text);
    let digits = text.len().saturating_sub(text.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    let number = text.get(text.len().saturating_sub(digits)..)?;
    let spaced =
        text.get(..text.len().saturating_sub(digits)).is_some_and(|before| before.len() > words.len());
    let named = words.chars().any(char::is_alphabetic) && spaced;
    Some(number).filter(|number| named && number.len() <= 3)?.parse().ok()
}

fn is_contents_word(text: &str) -> bool {
    WORDS.contains(&text.trim_end_matches(':').to_lowercase().as_str())
}

fn is_label(text: &str) -> bool {
    LABELS.contains(&text.to_lowercase().as_str())
}

/// Recognises a title with dots, a tab or wide space between it and a page number, which may be a small Roman number.
fn has_leader(text: &str) -> bool {
    let is_page = |word: &str| {
        (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit())
            || (word.bytes().all(|b| matches!(b, b'i' | b'v' | b'x')) && roman(word).is_some())
    };
    let start = text.len().saturating_sub(text.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len());
    let (title, number) = text.split_at(text.len().saturating_sub(start));
    let leader = title.ends_with('\t')
        || title.trim_end().ends_with("...")
        || title.trim_end().ends_with(". .")
        || title.trim_end().ends_with('…')
        || title.ends_with("    ");
    leader && is_page(number) && title.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use crate::language::Language;
    use crate::lines::{Sort, read};
    use Sort::{Furniture as F, Index as I, Text as T};

    fn sorts(text: &str) -> Vec<Sort> {
        read(text, Language::English).iter().map(|line| line.sort).collect()
    }

    #[test]
    fn furniture_and_index_are_told_from_text() {
        let text = "Official\nIndex\n1. Start.....3\n8. Wi-Fi.\t7\nOfficial\nPage 2 of 6\n7\n1. Start\nOfficial\nText of 2017\n";
        assert_eq!(sorts(text), [F, I, I, I, F, F, F, T, F, T]);
    }

    #[test]
    fn contents_without_leaders_end_where_the_text_begins() {
        let text = "SECTION\nCONTENTS\nPAGE NO\n1. AIM 3\n2. CARE 3\n2.1 Phones 12\n1. AIM\nPhones.\n2. CARE\n2.1 Phones\nLock 3\n";
        assert_eq!(sorts(text), [I, I, I, I, I, I, T, T, T, T, T]);
        let marked =
            "## Contents\n- **1.0 Aim**\n  - 1.1 Phones\n## 1.0 Aim\nPhones.\n### 1.1 Phones\nLock it.\n";
        assert_eq!(sorts(marked), [I, I, I, T, T, T, T]);
    }

    #[test]
    fn contents_are_known_in_other_languages_and_with_titles_of_two_lines() {
        let german =
            "Inhaltsverzeichnis\nSeite\n§ 1 Zweck 2\n§ 2 Verlust 2\n§ 1 Zweck\nGeräte.\n§ 2 Verlust\n";
        assert_eq!(sorts(german), [I, I, I, I, T, T, T]);
        let long = "Contents\nPreface ..... iv\n1. What the holder of\na phone does ..... 2\n1. What the holder of a phone does\nLock it.\n";
        assert_eq!(sorts(long), [I, I, I, I, T, T]);
    }
}
