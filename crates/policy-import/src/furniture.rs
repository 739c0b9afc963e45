//! What surrounds the text of a paper: page numbers, headers and footers, and the table of contents.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::{Line, Marker, Sort};

/// How often a line must come back to be a header or footer.
const EVERY_PAGE: usize = 3;
/// How many lines a header or footer has at most: so far a line may be from the page number.
const NEAR: usize = 3;
/// Markings that stand on every page, with or without a page number.
const MARKINGS: [&str; 9] = [
    "official",
    "official sensitive",
    "official - sensitive",
    "official-sensitive",
    "not protectively marked",
    "restricted",
    "confidential",
    "unclassified",
    "uncontrolled when printed",
];
/// Column headings of a table of contents.
const LABELS: [&str; 9] =
    ["page", "page no", "page no.", "page number", "section", "clause", "paragraph", "title", "subject"];

/// Marks the lines that are no text of the paper.
pub(super) fn mark(text: &str, lines: &mut [Line<'_>]) {
    let edges = page_edges(text, lines);
    for (line, _) in lines.iter_mut().zip(&edges).filter(|(_, edge)| **edge == Edge::PageNumber) {
        line.sort = Sort::Furniture;
    }
    mark_headers(lines, &edges);
    mark_contents(lines);
}

/// Whether a line is where a page begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    No,
    PageNumber,
    /// The first line behind a form feed.
    Break,
}

fn page_edges(text: &str, lines: &[Line<'_>]) -> Vec<Edge> {
    let breaks: BTreeSet<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, raw)| raw.contains('\u{c}'))
        .map(|(index, _)| index.saturating_add(1))
        .collect();
    let mut running: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines.iter().filter(|line| names_page(line.text)) {
        let count = running.entry(without_digits(line.text)).or_default();
        *count = count.saturating_add(1);
    }
    let mut before: usize = 0;
    lines
        .iter()
        .map(|line| {
            let runs = running.get(&without_digits(line.text)).is_some_and(|count| *count >= EVERY_PAGE);
            let feed = breaks.range(before.saturating_add(1)..=line.number).next().is_some();
            before = line.number;
            match () {
                () if is_page_number(line.text) || (names_page(line.text) && runs) => Edge::PageNumber,
                () if feed => Edge::Break,
                () => Edge::No,
            }
        })
        .collect()
}

/// Marks headers and footers: lines that come back, most of the times near a page's edge. Where the text shows no edge,
/// only a marking is one: a sentence that three clauses share is text.
fn mark_headers(lines: &mut [Line<'_>], edges: &[Edge]) {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        if line.sort == Sort::Text && line.marker.is_none() && !line.bullet {
            places.entry(line.text).or_default().push(at);
        }
    }
    let near = near_edges(edges);
    let shows_edges = edges.iter().any(|edge| *edge != Edge::No);
    let mut furniture = Vec::new();
    for (text, at) in places.into_iter().filter(|(_, at)| at.len() >= EVERY_PAGE) {
        let marking = MARKINGS.contains(&text.to_lowercase().as_str());
        let outer = at.iter().filter(|at| near.contains(at)).count();
        if marking || (shows_edges && outer.saturating_mul(2) >= at.len()) {
            furniture.extend(at);
        }
    }
    for at in furniture {
        if let Some(line) = lines.get_mut(at) {
            line.sort = Sort::Furniture;
        }
    }
}

/// Returns the places that are near a page's edge, the ends of the text included.
fn near_edges(edges: &[Edge]) -> BTreeSet<usize> {
    let mut near = BTreeSet::new();
    for (at, edge) in edges.iter().enumerate() {
        if *edge != Edge::No {
            near.extend(at.saturating_sub(NEAR)..=at.saturating_add(NEAR));
        }
    }
    near.insert(0);
    near.insert(edges.len().saturating_sub(1));
    near
}

/// Marks the table of contents: lines with a leader before the page number wherever they are, and behind the word
/// "contents" each line that comes back as a heading or ends in a page number.
fn mark_contents(lines: &mut [Line<'_>]) {
    let last: BTreeMap<String, usize> =
        lines.iter().enumerate().map(|(at, line)| (heading_key(line), at)).collect();
    let mut page = None;
    let mut marks = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.sort == Sort::Text) {
        let comes_back = last.get(&heading_key(line)).is_some_and(|later| *later > at);
        let number = page_behind(line.text);
        page = match page {
            _ if is_contents_word(line.text) => Some(0),
            Some(_) if is_label(line.text) => page,
            Some(before) if number.is_some_and(|number| number >= before) => number,
            Some(_) if comes_back => page,
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
        Some(Marker::Top(number) | Marker::Bare(number) | Marker::Section(number)) => number.to_string(),
        Some(Marker::Letter(letter) | Marker::Code(letter) | Marker::Outline(_, letter)) => letter.clone(),
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
    ["index", "contents", "table of contents", "contents page", "list of contents"]
        .contains(&text.trim_end_matches(':').to_lowercase().as_str())
}

fn is_label(text: &str) -> bool {
    LABELS.contains(&text.to_lowercase().as_str())
}

/// Recognises a title with dots, a tab or wide space between it and a page number.
fn has_leader(text: &str) -> bool {
    let title = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.len().saturating_sub(title.len());
    let leader = title.ends_with('\t')
        || title.trim_end().ends_with("...")
        || title.trim_end().ends_with('…')
        || title.ends_with("    ");
    (1..=3).contains(&digits) && leader && title.chars().any(char::is_alphabetic)
}

/// Recognises `Page 3 of 6`, `3 of 6`, or a number alone.
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

/// Returns whether a page number stands somewhere in the line, as in `Mobile Phone Policy v2 Page 3 of 12`.
fn names_page(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.windows(2).any(|pair| match pair {
        [page, number] => page == "page" && number.starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    })
}

fn without_digits(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::lines::{Sort, read};
    use Sort::{Furniture as F, Index as I, Text as T};

    fn sorts(text: &str) -> Vec<Sort> {
        read(text).iter().map(|line| line.sort).collect()
    }

    #[test]
    fn furniture_and_index_are_told_from_text() {
        let text = "Official\nIndex\n1. Start.....3\n8. Wi-Fi.\t7\nOfficial\nPage 2 of 6\n7\n1. Start\nOfficial\nText of 2017\n";
        assert_eq!(sorts(text), [F, I, I, I, F, F, F, T, F, T]);
    }

    #[test]
    fn contents_without_leaders_end_where_the_text_begins() {
        let text = "CONTENTS\nPAGE NO\n1. AIM 3\n2. CARE 3\n2.1 Phones 12\n1. AIM\nPhones.\n2. CARE\n2.1 Phones\nLock 3\n";
        assert_eq!(sorts(text), [I, I, I, I, I, T, T, T, T, T]);
        let marked =
            "## Contents\n- **1.0 Aim**\n  - 1.1 Phones\n## 1.0 Aim\nPhones.\n### 1.1 Phones\nLock it.\n";
        assert_eq!(sorts(marked), [I, I, I, T, T, T, T]);
    }

    #[test]
    fn a_shared_sentence_is_text_and_a_header_is_not() {
        let shared = "1.1 Lock it.\nOr else.\n1.2 Keep it.\nOr else.\n1.3 Charge it.\nOr else.\n";
        assert!(sorts(shared).iter().all(|sort| *sort == T));
        let header = "1.1 Lock it.\nPhones, v2\nPage 1 of 3\n1.2 Keep it.\nPhones, v2\nPage 2 of 3\n1.3 Charge it.\nPhones, v2\nPage 3 of 3\n";
        assert_eq!(sorts(header), [T, F, F, T, F, F, T, F, F]);
        let running =
            "1.1 Lock it.\nPhones Page 1\n1.2 Keep it.\nPhones Page 2\n1.3 Charge it.\nPhones Page 3\n";
        assert_eq!(sorts(running), [T, F, T, F, T, F]);
        let fed =
            "Phones, v2\n1.1 Lock it.\n\u{c}Phones, v2\n1.2 Keep it.\n\u{c}Phones, v2\n1.3 Charge it.\n";
        assert_eq!(sorts(fed), [F, T, F, T, F, T]);
    }
}
