//! How a paper numbers: by decimals, single numbers, letters, codes, or not at all.

use std::collections::BTreeSet;

use super::heads::HeadSort;
use super::lines::{Line, Sort};
use super::marker::{Kind, Mark, Marker};

/// How the paper numbers.
#[derive(Debug)]
pub(super) struct Style {
    pub(super) decimals: BTreeSet<String>,
    tops: usize,
    pub(super) codes: bool,
    letters: usize,
    /// It has sections, articles or the like.
    pub(super) sections: bool,
    /// It has articles, so that its chapters need other numbers.
    pub(super) articles: bool,
    /// More than one section counts its items from 1.
    pub(super) restarts: bool,
}

impl Style {
    pub(super) fn of(lines: &[Line<'_>]) -> Self {
        let markers =
            || lines.iter().filter(|line| line.sort == Sort::Text).filter_map(|line| line.marker.as_ref());
        let decimals =
            markers().filter_map(|m| if let Marker::Decimal(n) = m { Some(n.clone()) } else { None });
        let is_number = |mark: &Mark| mark.readings().iter().any(|(kind, _)| *kind == Kind::Number);
        let heads =
            || markers().filter_map(|m| if let Marker::Section(head) = m { Some(head) } else { None });
        Self {
            decimals: decimals.collect(),
            tops: markers().filter(|m| matches!(m, Marker::Item(mark) if is_number(mark))).count(),
            codes: markers().filter(|m| matches!(m, Marker::Code(_))).count() >= 2,
            letters: markers().filter(|m| matches!(m, Marker::Item(mark) if !is_number(mark))).count(),
            sections: heads().count() >= 2,
            articles: heads().any(|head| head.sort == HeadSort::Article),
            restarts: restarts(markers()) >= 2,
        }
    }

    pub(super) fn numbered(&self) -> bool {
        !self.decimals.is_empty() || self.tops >= 2 || self.codes || self.letters >= 2 || self.sections
    }

    /// Returns whether some decimal number stands under this one.
    pub(super) fn has_children(&self, number: &str) -> bool {
        let under = format!("{number}.");
        self.decimals.range(under.clone()..).next().is_some_and(|next| next.starts_with(&under))
    }
}

/// Returns how many sections have a first item directly under them.
fn restarts<'a>(markers: impl Iterator<Item = &'a Marker>) -> usize {
    let (mut count, mut fresh) = (0_usize, false);
    for marker in markers {
        match marker {
            Marker::Section(_) => fresh = true,
            Marker::Item(mark) => {
                if fresh && mark.readings().contains(&(Kind::Number, 1)) {
                    count = count.saturating_add(1);
                }
                fresh = false;
            }
            _ => {}
        }
    }
    count
}

/// Returns whether a number is the next one: `6.3` and `6.2.1` follow `6.2`, and `7.1` follows any `6`.
pub(super) fn follows(last: &str, number: &str) -> bool {
    let parts =
        |text: &str| text.split('.').map(|part| part.parse::<u32>().unwrap_or_default()).collect::<Vec<_>>();
    let (last, next) = (parts(last), parts(number));
    if next.strip_prefix(last.as_slice()) == Some(&[1]) {
        return true;
    }
    let same = last.iter().zip(&next).take_while(|(a, b)| a == b).count();
    let one_more =
        matches!((last.get(same), next.get(same)), (Some(n), Some(m)) if n.saturating_add(1) == *m);
    one_more && next.iter().skip(same.saturating_add(1)).all(|part| *part == 1)
}

#[cfg(test)]
mod tests {
    use super::{Style, follows};
    use crate::language::Language;
    use crate::lines::read;

    #[test]
    fn the_next_number_is_known_from_a_reference() {
        for next in ["6.3", "6.2.1", "7.1"] {
            assert!(follows("6.2", next), "{next}");
        }
        for other in ["6.2", "6.4", "4.2", "6.1", "8.1", "7.2"] {
            assert!(!follows("6.2", other), "{other}");
        }
    }

    #[test]
    fn sections_that_count_from_one_are_told_from_a_running_count() {
        let restarts = |text: &str| Style::of(&read(text, Language::English)).restarts;
        assert!(restarts("Part 1: A\n1. Lock it.\n2. Keep it.\nPart 2: B\n1. Tell it.\n"));
        assert!(!restarts("Part 1: A\n1. Lock it.\n2. Keep it.\nPart 2: B\n3. Tell it.\n"));
    }
}
