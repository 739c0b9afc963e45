//! How a paper numbers: by decimals, single numbers, letters, codes, or not at all.

use std::collections::BTreeSet;

use super::lines::{Line, Marker, Sort};

/// How the paper numbers.
pub(super) struct Style {
    pub(super) decimals: BTreeSet<String>,
    tops: usize,
    pub(super) codes: bool,
    letters: usize,
    outline: bool,
}

impl Style {
    pub(super) fn of(lines: &[Line<'_>]) -> Self {
        let markers =
            || lines.iter().filter(|line| line.sort == Sort::Text).filter_map(|line| line.marker.as_ref());
        let decimals =
            markers().filter_map(|m| if let Marker::Decimal(n) = m { Some(n.clone()) } else { None });
        Self {
            decimals: decimals.collect(),
            tops: markers().filter(|m| matches!(m, Marker::Top(_) | Marker::Section(_))).count(),
            codes: markers().filter(|m| matches!(m, Marker::Code(_))).count() >= 2,
            letters: markers().filter(|m| matches!(m, Marker::Letter(_))).count(),
            outline: markers().any(|m| matches!(m, Marker::Outline(..))),
        }
    }

    pub(super) fn numbered(&self) -> bool {
        !self.decimals.is_empty() || self.tops >= 2 || self.codes || self.letters >= 2 || self.outline
    }

    /// Returns whether some decimal number stands under this one.
    pub(super) fn has_children(&self, number: &str) -> bool {
        let under = format!("{number}.");
        self.decimals.range(under.clone()..).next().is_some_and(|next| next.starts_with(&under))
    }
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
    use super::follows;

    #[test]
    fn the_next_number_is_known_from_a_reference() {
        for next in ["6.3", "6.2.1", "7.1"] {
            assert!(follows("6.2", next), "{next}");
        }
        for other in ["6.2", "6.4", "4.2", "6.1", "8.1", "7.2"] {
            assert!(!follows("6.2", other), "{other}");
        }
    }
}
