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

/// Marks the table of contents: behind the word "contents" each line that comes back as a heading or ends in a page number, and
/// elsewhere a line with a leader before its page number that comes back, or that has another such line beside it and the numbers grow.
/// Any other line with a leader is text, such as a value in a table.
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
        if page.is_some() || (has_leader(line.text) && (comes_back || grows(lines, at))) {
            marks.push(at);
        }
    }
    for at in marks {
        if let Some(line) = lines.get_mut(at) {
            line.sort = Sort::Index;
        }
    }
}

/// Returns whether the line before or behind has a leader too, and the page numbers grow.
fn grows(lines: &[Line<'_>], at: usize) -> bool {
    let page = |at: Option<usize>| leader_page(lines.get(at?)?.text);
    let Some(own) = page(Some(at)) else { return false };
    page(at.checked_sub(1)).is_some_and(|before| before < own)
        || page(at.checked_add(1)).is_some_and(|next| own < next)
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

/// Recognises a title with dots, a tab or wide space between it and a page number.
fn has_leader(text: &str) -> bool {
    leader_page(text).is_some()
}

/// Returns the page number behind dots, a tab or wide space. It may be a small Roman number.
fn leader_page(text: &str) -> Option<u32> {
    let start = text.len().saturating_sub(text.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len());
    let (title, number) = text.split_at(text.len().saturating_sub(start));
    let leader = title.ends_with('\t')
        || title.trim_end().ends_with("...")
        || title.trim_end().ends_with(". .")
        || title.trim_end().ends_with('…')
        || title.ends_with("    ");
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let is_roman = number.bytes().all(|b| matches!(b, b'i' | b'v' | b'x'));
    let page = match (is_number, is_roman) {
        (true, _) => number.parse().ok(),
        (false, true) => roman(number),
        (false, false) => None,
    };
    page.filter(|_| leader && title.chars().any(char::is_alphabetic))
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
    fn a_value_behind_a_tab_is_text_unless_it_is_in_a_list_of_pages() {
        assert_eq!(sorts("1. Passwords\nMinimum length\t9\nLock it.\n"), [T, T, T]);
        assert_eq!(sorts("Minimum length\t9\nTime to lock\t5\nLock it.\n"), [T, T, T]);
        assert_eq!(sorts("1. Start\t1\n2. End\t3\nLock it.\n"), [I, I, T]);
        assert_eq!(sorts("1. Start\t1\nLock it.\n1. Start\nKeep it.\n"), [I, T, T, T]);
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
