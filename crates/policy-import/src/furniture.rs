//! What surrounds the text of a page: its number, headers and footers.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::{Line, Sort};

/// How often a line must come back to be a header or footer.
const EVERY_PAGE: usize = 3;
/// How many lines a header or footer has at most: so far a line may be from the page number.
const NEAR: usize = 3;
/// Markings that stand on every page, with or without a page number.
const MARKINGS: [&str; 13] = [
    "official",
    "official sensitive",
    "official - sensitive",
    "official-sensitive",
    "not protectively marked",
    "restricted",
    "confidential",
    "unclassified",
    "uncontrolled when printed",
    "law enforcement sensitive",
    "nur für den dienstgebrauch",
    "vs - nur für den dienstgebrauch",
    "vs-nfd",
];
/// Words before a page number, in small letters.
const PAGE: [&str; 10] =
    ["page", "seite", "blatt", "pagina", "página", "strona", "sida", "side", "pág.", "p."];
/// Words and signs between a page number and the number of pages.
const OF: [&str; 9] = ["of", "von", "de", "di", "van", "sur", "av", "z", "/"];
/// How many other lines stand between two pages' running numbers at least.
const BETWEEN: usize = 2;

/// Marks the lines that are no text of the paper.
pub(super) fn mark(text: &str, lines: &mut [Line<'_>]) {
    let edges = page_edges(text, lines);
    for (line, _) in lines.iter_mut().zip(&edges).filter(|(_, edge)| **edge == Edge::PageNumber) {
        line.sort = Sort::Furniture;
    }
    mark_headers(lines, &edges);
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
    let set_apart = running(lines);
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines.iter().filter(|line| names_page(line.text)) {
        let count = named.entry(without_digits(line.text)).or_default();
        *count = count.saturating_add(1);
    }
    let mut before: usize = 0;
    lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let runs = named.get(&without_digits(line.text)).is_some_and(|count| *count >= EVERY_PAGE);
            let feed = breaks.range(before.saturating_add(1)..=line.number).next().is_some();
            before = line.number;
            match () {
                () if is_page_number(line.whole) || (names_page(line.text) && runs) => Edge::PageNumber,
                () if set_apart.contains(&at) => Edge::PageNumber,
                () if feed => Edge::Break,
                () => Edge::No,
            }
        })
        .collect()
}

/// Marks headers and footers: lines that come back, most of the times near a page's edge. Where the text shows no edge,
/// only a marking is one: a sentence that three clauses share is text. Of a numbered line that comes back at every edge, such
/// as the number and title of an order, the first is text.
fn mark_headers(lines: &mut [Line<'_>], edges: &[Edge]) {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        if line.sort == Sort::Text && !line.bullet {
            places.entry(line.text).or_default().push(at);
        }
    }
    let repeated: BTreeSet<usize> = places.values().filter(|at| at.len() >= 2).flatten().copied().collect();
    let near = near_edges(edges, &repeated);
    let count = edges.iter().filter(|edge| **edge != Edge::No).count();
    let mut furniture = Vec::new();
    for (text, at) in places.into_iter().filter(|(_, at)| at.len() >= 2) {
        let often = at.len() >= EVERY_PAGE;
        let marking = often && is_marking(text);
        let outer = at.iter().filter(|at| near.contains(at)).count();
        let numbered = at.first().and_then(|at| lines.get(*at)).is_some_and(|line| line.marker.is_some());
        let mostly = count > 0 && often && outer.saturating_mul(2) >= at.len() && !numbered;
        let always =
            count >= 2 && outer == at.len() && (often || !numbered) && at.len() >= count.min(EVERY_PAGE);
        if marking || mostly || always {
            furniture.extend(at.into_iter().skip(usize::from(numbered)));
        }
    }
    for at in furniture {
        if let Some(line) = lines.get_mut(at) {
            line.sort = Sort::Furniture;
        }
    }
}

/// Returns the places that are near a page's edge, the ends of the text included, with nothing between but lines that come
/// back too.
fn near_edges(edges: &[Edge], repeated: &BTreeSet<usize>) -> BTreeSet<usize> {
    let inner = |at: &usize| repeated.contains(at) || edges.get(*at).is_some_and(|edge| *edge != Edge::No);
    let mut near: BTreeSet<usize> = [0, edges.len().saturating_sub(1)].into();
    for (at, edge) in edges.iter().enumerate().filter(|(_, edge)| **edge != Edge::No) {
        let behind = at.saturating_add(usize::from(*edge == Edge::PageNumber));
        near.extend((behind..=at.saturating_add(NEAR)).take_while(inner));
        near.extend((at.saturating_sub(NEAR)..at).rev().take_while(inner));
    }
    near
}

/// Recognises `Page 3 of 6`, `Seite 3 von 6`, `3 of 6`, `- 3 -`, `[3]`, or a number alone.
pub(super) fn is_page_number(text: &str) -> bool {
    let bare = text.trim_matches(['-', '–', '—', '|', '[', ']', ' ']).replace('/', " / ").to_lowercase();
    let words: Vec<&str> = bare.split_whitespace().filter(|word| *word != "|").collect();
    let number = |word: &str| (1..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    let words = match words.as_slice() {
        [page, rest @ ..] if PAGE.contains(page) => rest,
        [rest @ .., page] if PAGE.contains(page) => rest,
        all => all,
    };
    match words {
        [n, of, all] => number(n) && OF.contains(of) && number(all),
        [n] => number(n),
        _ => false,
    }
}

/// Returns whether a page number stands somewhere in the line, as in `Mobile Phone Policy v2 Page 3 of 12`.
fn names_page(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.windows(2).any(|pair| match pair {
        [page, number] => PAGE.contains(&page.as_str()) && number.starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    })
}

/// Finds lines that are the same but for a number at their end or beginning, which goes up from page to page and is set apart
/// by wide space or a sign: `General Order 41    3`, `3 | Phones`.
fn running(lines: &[Line<'_>]) -> BTreeSet<usize> {
    let mut groups: BTreeMap<&str, Vec<(usize, u32)>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some((words, number)) = set_apart(line.whole) {
            groups.entry(words).or_default().push((at, number));
        }
    }
    let grows = |pair: &[(usize, u32)]| match pair {
        [(at, number), (next_at, next)] => {
            number.saturating_add(1) == *next && at.saturating_add(BETWEEN) < *next_at
        }
        _ => false,
    };
    let groups =
        groups.into_values().filter(|group| group.len() >= EVERY_PAGE && group.windows(2).all(grows));
    groups.flatten().map(|(at, _)| at).collect()
}

/// Splits a line into words and a number that wide space or a sign sets apart from them.
fn set_apart(text: &str) -> Option<(&str, u32)> {
    let digits = |c: char| c.is_ascii_digit();
    let parted = |gap: &str| {
        gap.contains('\t')
            || gap.contains("  ")
            || gap.contains('|')
            || gap.contains(" - ")
            || gap.contains(" – ")
    };
    let signs = [' ', '\t', '|', '-', '–'];
    let before = text.trim_end_matches(digits);
    let words = before.trim_end_matches(signs);
    if before.len() < text.len() && parted(before.get(words.len()..)?) {
        return Some((words, text.get(before.len()..)?.parse().ok()?)).filter(|(words, _)| !words.is_empty());
    }
    let behind = text.trim_start_matches(digits);
    let number = text.get(..text.len().saturating_sub(behind.len()))?;
    let words = behind.trim_start_matches(signs);
    let gap = behind.get(..behind.len().saturating_sub(words.len()))?;
    (gap.contains('|') && !words.is_empty()).then_some((words, number.parse().ok()?))
}

/// Recognises a marking that stands on a line of its own.
pub(super) fn is_marking(text: &str) -> bool {
    MARKINGS.contains(&text.to_lowercase().as_str())
}

fn without_digits(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::is_page_number;
    use crate::language::Language;
    use crate::lines::{Sort, read};
    use Sort::{Furniture as F, Text as T};

    fn sorts(text: &str) -> Vec<Sort> {
        read(text, Language::English).iter().map(|line| line.sort).collect()
    }

    #[test]
    fn page_numbers_are_known_in_several_spellings() {
        let pages = [
            "Page 3",
            "Page 3 of 12",
            "page 3/12",
            "Seite 2 von 6",
            "3 of 6",
            "- 3 -",
            "[3]",
            "7",
            "3 | Page",
            "Página 2 de 4",
        ];
        for page in pages {
            assert!(is_page_number(page), "{page}");
        }
        for text in ["Page", "3 phones", "Seite an Seite", "1 or 2", "20173", ""] {
            assert!(!is_page_number(text), "{text}");
        }
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

    #[test]
    fn running_numbers_without_the_word_page_are_furniture_and_lists_are_not() {
        let page =
            |n: usize| format!("{n}.1 Lock it.\n{n}.2 Keep it.\n{n}.3 Tell it.\nGeneral Order 41    {n}\n");
        let text: String = (1..=3).map(page).collect();
        assert_eq!(sorts(&text), [T, T, T, F, T, T, T, F, T, T, T, F]);
        assert!(sorts("Level  1\nLevel  2\nLevel  3\n").iter().all(|sort| *sort == T));
        let same: String = (1..=3).map(|n| page(n).replace(&format!("41    {n}"), "41  9")).collect();
        assert!(sorts(&same).iter().all(|sort| *sort == T), "a number that does not run is none of a page");
    }

    #[test]
    fn a_numbered_header_is_text_once() {
        let page =
            |n: usize| format!("41.3 Telephones\nText {n}x.\nA same sentence.\nThe end of {n}x.\nPage {n}\n");
        let text: String = (1..=3).map(page).collect();
        assert_eq!(sorts(&text), [T, T, T, T, F, F, T, T, T, F, F, T, T, T, F]);
    }
}
