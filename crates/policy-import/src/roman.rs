//! Outlines that begin with roman capitals: `I.`, `A.`, `1.`, `a.`, as many police forces number their orders.

use std::collections::BTreeSet;

use super::heads::{Head, HeadSort};
use super::lines::{Line, Sort, heading_like};
use super::marker::{Marker, roman};

/// Marks the sections of such an outline, if the text is one: two headings at least, numbered I and II.
pub(super) fn mark(lines: &mut [Line<'_>]) {
    let sections = sections(lines);
    if sections.len() < 2 {
        return;
    }
    for (_, line) in lines.iter_mut().enumerate().filter(|(at, _)| sections.contains(at)) {
        let Some((label, rest)) = label(line.text) else { continue };
        let (key, printed) = (label.to_owned(), label.to_owned());
        line.marker = Some(Marker::Section(Head { key, printed, sort: HeadSort::Roman }));
        line.rest = rest;
    }
}

/// Returns the lines that are headings I, II, III ... in this order.
fn sections(lines: &[Line<'_>]) -> BTreeSet<usize> {
    let mut expected = 1_u32;
    let mut found = BTreeSet::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.sort == Sort::Text) {
        let Some((label, rest)) = label(line.text) else { continue };
        let number =
            Some(label).filter(|label| label.bytes().all(|b| b.is_ascii_uppercase())).and_then(roman);
        if number == Some(expected) && heading_like(rest) {
            found.insert(at);
            expected = expected.saturating_add(1);
        }
    }
    found
}

/// Returns the label before a full stop or bracket, and what is behind it.
fn label(text: &str) -> Option<(&str, &str)> {
    let (token, rest) = text.split_once(char::is_whitespace)?;
    let label = token.trim_start_matches('(').strip_suffix(['.', ')'])?;
    Some((label, rest.trim())).filter(|(label, rest)| !label.is_empty() && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::heads::HeadSort;
    use crate::language::Language;
    use crate::lines::read;
    use crate::marker::Marker;

    fn sections(text: &str) -> Vec<String> {
        let lines = read(text, Language::English);
        let heads = lines.into_iter().filter_map(|line| match line.marker {
            Some(Marker::Section(head)) if head.sort == HeadSort::Roman => Some(head.key),
            _ => None,
        });
        heads.collect()
    }

    #[test]
    fn an_outline_is_known_by_its_sections() {
        let text = "ORDER\nI. AIM\nPhones.\nII. RULES\nA. Issue\n1. Sign.\na. At once.\nI. Again.\nB. Loss\nIII. END\n";
        assert_eq!(sections(text), ["I", "II", "III"]);
        for other in ["I. Am here\nA. Issue\n", "II. RULES\nIII. END\n", "1. Phones\na. Lock it.\n"] {
            assert!(sections(other).is_empty(), "{other}");
        }
    }
}
