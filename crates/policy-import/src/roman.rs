//! Outlines that begin with roman capitals: `I.`, `A.`, `1.`, `a.`, as many police forces number their orders.

use std::collections::BTreeSet;

use super::lines::{Depth, Line, Marker, Sort, heading_like};

/// The numbers of sections that are read.
const NUMERALS: [&str; 29] = [
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
    "XVII", "XVIII", "XIX", "XX", "XXI", "XXII", "XXIII", "XXIV", "XXV", "XXVI", "XXVII", "XXVIII", "XXIX",
];

/// Marks the lines of such an outline, if the text is one: two headings at least, numbered I and II.
pub(super) fn mark(lines: &mut [Line<'_>]) {
    let sections = sections(lines);
    let Some(first) = sections.first().copied().filter(|_| sections.len() >= 2) else { return };
    for (at, line) in lines.iter_mut().enumerate().skip(first) {
        let Some((label, rest)) = label(line.text).filter(|_| line.sort == Sort::Text) else { continue };
        let depth = if sections.contains(&at) { Some(Depth::Roman) } else { depth_of(label) };
        if let Some(depth) = depth {
            line.marker = Some(Marker::Outline(depth, label.to_owned()));
            line.rest = rest;
        }
    }
}

/// Returns the lines that are headings I, II, III ... in this order.
fn sections(lines: &[Line<'_>]) -> BTreeSet<usize> {
    let mut next = NUMERALS.iter();
    let mut expected = next.next();
    let mut found = BTreeSet::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.sort == Sort::Text) {
        let Some((label, rest)) = label(line.text) else { continue };
        if Some(&label) == expected && heading_like(rest) {
            found.insert(at);
            expected = next.next();
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

fn depth_of(label: &str) -> Option<Depth> {
    match label.as_bytes() {
        [letter] if letter.is_ascii_uppercase() => Some(Depth::Capital),
        [letter] if letter.is_ascii_lowercase() => Some(Depth::Small),
        [_] | [_, _] if label.bytes().all(|b| b.is_ascii_digit()) => Some(Depth::Number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::{Depth, Marker, read};

    fn depths(text: &str) -> Vec<Option<Depth>> {
        let depth = |marker: Option<&Marker>| match marker {
            Some(Marker::Outline(depth, _)) => Some(*depth),
            _ => None,
        };
        read(text).iter().map(|line| depth(line.marker.as_ref())).collect()
    }

    #[test]
    fn an_outline_is_known_by_its_sections() {
        use Depth::{Capital as C, Number as N, Roman as R, Small as S};
        let text = "ORDER\nI. AIM\nPhones.\nII. RULES\nA. Issue\n1. Sign.\na. At once.\nB. Loss\nIII. END\n";
        assert_eq!(depths(text), [None, Some(R), None, Some(R), Some(C), Some(N), Some(S), Some(C), Some(R)]);
        for other in ["I. Am here\nA. Issue\n", "II. RULES\nIII. END\n", "1. Phones\na. Lock it.\n"] {
            assert!(depths(other).iter().all(Option::is_none), "{other}");
        }
    }
}
