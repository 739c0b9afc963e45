//! The order of the paper: 2 before 10, 6.2 before 6.2a before 6.10.

/// Returns a sort key under which runs of digits compare as numbers and everything else by letter, whatever its case.
pub(crate) fn natural(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for c in text.chars() {
        match (c.to_digit(10), parts.last_mut()) {
            (Some(digit), Some(Part::Number(number))) => {
                *number = number.saturating_mul(10).saturating_add(u64::from(digit));
            }
            (Some(digit), _) => parts.push(Part::Number(u64::from(digit))),
            (None, Some(Part::Letters(letters))) => letters.extend(c.to_lowercase()),
            (None, _) => parts.push(Part::Letters(c.to_lowercase().collect())),
        }
    }
    parts
}

/// A run of one sort.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Number(u64),
    Letters(String),
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn numbers_compare_as_numbers() {
        let mut numbers = ["10.1", "6.10", "6.2a", "2.1", "6.2", "6.2B", "6.3"];
        numbers.sort_by_key(|number| natural(number));
        assert_eq!(numbers, ["2.1", "6.2", "6.2a", "6.2B", "6.3", "6.10", "10.1"]);
    }
}
