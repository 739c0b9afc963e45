//! Numbers of sections, articles and paragraphs of statutes, with the words and signs of several languages.

use super::language::Language;
use super::lines::heading_like;
use super::marker::{is_number, roman};
use super::speech::binds;

/// The number of a section, an article or a paragraph of a statute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// What clause ids make use of: `4`, `4a`, `III`.
    pub(super) key: String,
    /// As the paper prints it: `§ 4`, `Article 5`, `Part 2`.
    pub(super) printed: String,
    pub(super) sort: HeadSort,
}

/// What a section's number says of the numbers under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeadSort {
    /// `Part 2`, `Section 3`, `6.0`: numbers under it may run on through the paper.
    Part,
    /// `§ 4`, `Article 5`: each counts its paragraphs from 1, and may be a clause by itself.
    Article,
    /// `III.`: the first level of an outline.
    Roman,
}

/// Words for groups of clauses, in small letters.
const PARTS: [&str; 23] = [
    "section",
    "chapter",
    "part",
    "title",
    "annex",
    "appendix",
    "abschnitt",
    "kapitel",
    "teil",
    "anlage",
    "anhang",
    "chapitre",
    "titre",
    "partie",
    "annexe",
    "capítulo",
    "sección",
    "título",
    "capo",
    "titolo",
    "hoofdstuk",
    "rozdział",
    "kapitola",
];
/// Words for single provisions, in small letters.
const ARTICLES: [&str; 13] = [
    "article",
    "art.",
    "artikel",
    "artículo",
    "articolo",
    "artigo",
    "clause",
    "ziffer",
    "άρθρο",
    "статья",
    "čl.",
    "článek",
    "punkt",
];
/// What a reference to another provision goes on with: `§ 3 Abs. 2 gilt`.
const REFERENCES: [&str; 12] =
    ["abs", "abs.", "absatz", "satz", "nr", "nr.", "ff", "ff.", "para", "para.", "al.", "und"];

/// Reads the number of a section or article at the beginning of a line.
pub(super) fn head(text: &str, language: Language) -> Option<(Head, &str)> {
    let worded = section_sign(text).or_else(|| section_word(text, language));
    worded.or_else(|| han(text)).or_else(|| point_zero(text, language))
}

/// Reads `§ 4 Lock`, `§4a`, `§ 3. Scope`, and `3 § Scope` as Swedish and Finnish statutes print it.
fn section_sign(text: &str) -> Option<(Head, &str)> {
    let (key, rest) = if let Some(behind) = text.strip_prefix('§') {
        split_number(behind.trim_start())?
    } else {
        let (key, rest) = split_number(text)?;
        (key, rest.trim_start().strip_prefix('§')?)
    };
    let rest = rest.strip_prefix('.').unwrap_or(rest).trim();
    begins_provision(rest)
        .then(|| (Head { key: key.to_owned(), printed: format!("§ {key}"), sort: HeadSort::Article }, rest))
}

/// Returns a number, with a small letter perhaps, and what is behind it.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let digits = text.len().saturating_sub(text.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let letter = text.get(digits..)?.starts_with(|c: char| c.is_ascii_lowercase());
    let (key, rest) = text.split_at_checked(digits.saturating_add(usize::from(letter)))?;
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric());
    ((1..=4).contains(&digits) && ends).then_some((key, rest))
}

/// Tells the beginning of a provision from a reference to one: nothing, a title or a sentence, or its first paragraph.
fn begins_provision(rest: &str) -> bool {
    let first = rest.split_whitespace().next().unwrap_or_default().to_lowercase();
    rest.is_empty()
        || (rest.starts_with(|c: char| c.is_uppercase() || c == '(') && !REFERENCES.contains(&first.as_str()))
}

/// Reads `Section 6: Passwords`, `Part 2 - Scope`, `CHAPTER IV`, `Artikel 5 Verlust`, `Article 3. The holder shall ...`.
fn section_word(text: &str, language: Language) -> Option<(Head, &str)> {
    let (word, after) = text.split_once(char::is_whitespace)?;
    let lower = word.to_lowercase();
    let article = ARTICLES.contains(&lower.as_str());
    if !article && !PARTS.contains(&lower.as_str()) {
        return None;
    }
    let after = after.trim_start();
    let (key, rest) = after.split_once([' ', '\t', ':', '.', '-', '–', '—']).unwrap_or((after, ""));
    let numbered = split_number(key).is_some_and(|(_, rest)| rest.is_empty()) || is_label(key);
    let behind = after.get(key.len()..)?.trim_start();
    let title = behind.trim_start_matches([':', '-', '–', '—', '.', ' ']).trim();
    let divided = behind.len() > title.len() || rest.is_empty();
    let sort = if article { HeadSort::Article } else { HeadSort::Part };
    let titled = heading_like(title) && binds(title, language).is_none();
    let stands = match sort {
        HeadSort::Article => begins_provision(title) && (divided || titled),
        // "Section 3 Applies to ..." is seldom a sentence; "Section 3 applies" always is.
        _ => title.is_empty() || (titled && (divided || title.split_whitespace().count() <= 6)),
    };
    (numbered && stands).then(|| {
        let printed = format!("{word} {key}");
        (Head { key: key.to_owned(), printed, sort }, title)
    })
}

/// Recognises a capital letter or a Roman number in capitals.
fn is_label(key: &str) -> bool {
    let capitals = key.bytes().all(|b| b.is_ascii_uppercase());
    capitals && (key.len() == 1 || roman(key).is_some())
}

/// Reads `第3条 目的`, `第三章`: chapters and articles of Chinese and Japanese papers.
fn han(text: &str) -> Option<(Head, &str)> {
    let behind = text.strip_prefix('第')?;
    let at = behind.find(['条', '條', '章', '節', '节'])?;
    let (number, rest) = behind.split_at_checked(at)?;
    let unit = rest.chars().next()?;
    let value = number.parse::<u32>().ok().or_else(|| han_number(number)).filter(|number| *number < 1000)?;
    let sort = if matches!(unit, '条' | '條') { HeadSort::Article } else { HeadSort::Part };
    let printed = format!("第{number}{unit}");
    let rest = rest.get(unit.len_utf8()..)?.trim();
    Some((Head { key: value.to_string(), printed, sort }, rest))
}

/// Reads a number below 100 in Han digits.
fn han_number(text: &str) -> Option<u32> {
    let digit = |c: char| {
        "一二三四五六七八九".chars().position(|known| known == c).and_then(|at| u32::try_from(at).ok())
    };
    let one = |text: &str, none: u32| {
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (None, _) => Some(none),
            (Some(letter), None) => digit(letter)?.checked_add(1),
            _ => None,
        }
    };
    match text.split_once('十') {
        Some((tens, ones)) => one(tens, 1)?.checked_mul(10)?.checked_add(one(ones, 0)?),
        None => one(text, 0).filter(|number| *number > 0),
    }
}

/// Reads `6.0 PASSWORDS`: the heading of the section whose clauses are 6.1, 6.2 ...
fn point_zero(text: &str, language: Language) -> Option<(Head, &str)> {
    let (token, rest) = text.split_once(char::is_whitespace)?;
    let number = token.trim_end_matches('.').strip_suffix(".0")?;
    let title = rest.trim();
    let heading = heading_like(title) && binds(title, language).is_none();
    let number: u32 = Some(number).filter(|number| is_number(number))?.parse().ok()?;
    let key = number.to_string();
    heading.then(|| (Head { printed: key.clone(), key, sort: HeadSort::Part }, title))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(key: &str, printed: &str, sort: HeadSort) -> Head {
        Head { key: key.into(), printed: printed.into(), sort }
    }

    #[test]
    fn sections_are_found_in_several_languages() {
        use HeadSort::{Article, Part};
        let cases = [
            ("Section 3: Passwords", head("3", "Section 3", Part), "Passwords"),
            ("CHAPTER IV", head("IV", "CHAPTER IV", Part), ""),
            ("Kapitel 2 Geräte", head("2", "Kapitel 2", Part), "Geräte"),
            ("§ 4 Sperre", head("4", "§ 4", Article), "Sperre"),
            ("§4a", head("4a", "§ 4a", Article), ""),
            ("3 § Omfattning", head("3", "§ 3", Article), "Omfattning"),
            ("Artikel 5 Verlust", head("5", "Artikel 5", Article), "Verlust"),
            (
                "Article 3. The holder shall lock it.",
                head("3", "Article 3", Article),
                "The holder shall lock it.",
            ),
            ("Artículo 7. Pérdida", head("7", "Artículo 7", Article), "Pérdida"),
            ("第十二条 目的", head("12", "第十二条", Article), "目的"),
            ("第3章", head("3", "第3章", Part), ""),
        ];
        for (text, marker, rest) in cases {
            assert_eq!(super::head(text, Language::English), Some((marker, rest)), "{text}");
        }
        let references = [
            "Section 3 applies to everyone.",
            "§ 3 Abs. 2 gilt entsprechend.",
            "§ 3 gilt.",
            "Article 5 applies.",
            "Part of it",
        ];
        for reference in references {
            assert_eq!(super::head(reference, Language::English), None, "{reference}");
        }
    }

    #[test]
    fn a_section_may_be_numbered_point_zero() {
        let rules = |text: &'static str| Some((head("3", "3", HeadSort::Part), text));
        assert_eq!(point_zero("3.0 RULES", Language::English), rules("RULES"));
        assert_eq!(point_zero("3.0. Rules", Language::English), rules("Rules"));
        for clause in ["3.0 A phone must be locked.", "3.0", "3.10 Rules", "iOS 3.0 Rules"] {
            assert_eq!(point_zero(clause, Language::English), None, "{clause}");
        }
    }
}
