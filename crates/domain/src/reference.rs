//! References that can be read over the radio and written down by hand: letters and digits that look like no others, with a check
//! character that finds a wrong or swapped one.

use std::fmt;

/// The characters: no 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, U and V, Q. Their number is a prime, which the check needs.
const ALPHABET: &[u8; 23] = b"34679ACDEFGHJKMNPRTVWXY";
/// How many characters there are.
pub const BASE: u128 = 23;
/// The characters before the check character.
const LENGTH: usize = 6;

/// A reference such as `4KM-7TRH`. One that is made from a number, as those of cases are, begins with `3` up to some six million; one
/// that is made at random never does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference(String);

/// The reason why a text is not a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoReference {
    /// It has another length, or characters that no reference has.
    Shape,
    /// Its check character does not fit: a character is wrong, or two are swapped.
    Check,
}

/// What somebody typed where a reference may stand, and other words as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// A reference; a word of seven letters may happen to be one.
    Reference(Reference),
    /// A reference that was misheard or mistyped: its check character does not fit.
    Wrong,
    /// Something else.
    Words,
}

impl Reference {
    /// Makes a reference from random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut number = u128::from_be_bytes(bytes);
        let mut next = |base: u128| {
            let value = usize::try_from(number % base).unwrap_or_default();
            number /= base;
            value
        };
        let mut values = vec![next(BASE - 1) + 1];
        for _ in 1..LENGTH {
            values.push(next(BASE));
        }
        Self::written(&values)
    }

    /// Makes the reference of what has that number; `None` for a negative number and beyond some 148 million.
    #[must_use]
    pub fn of_number(number: i64) -> Option<Self> {
        let mut rest = usize::try_from(number).ok()?;
        let mut values = [0; LENGTH];
        for value in values.iter_mut().rev() {
            *value = rest % ALPHABET.len();
            rest /= ALPHABET.len();
        }
        (rest == 0).then(|| Self::written(&values))
    }

    /// Returns the number that it is the reference of.
    #[must_use]
    pub fn number(&self) -> i64 {
        let values = self.0.chars().filter(|c| *c != '-').take(LENGTH).filter_map(value_of);
        values.fold(0, |number, value| number * 23 + i64::try_from(value).unwrap_or_default())
    }

    fn written(values: &[usize]) -> Self {
        let mut text: Vec<char> = values.iter().map(|value| letter(*value)).collect();
        text.push(letter(check(values)));
        text.insert(3, '-');
        Self(text.into_iter().collect())
    }

    /// Reads a reference as people type it: in any case, with or without the hyphen and spaces.
    ///
    /// # Errors
    /// [`NoReference`] says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, NoReference> {
        let wanted = |c: &char| !c.is_whitespace() && *c != '-';
        let mut values = Vec::new();
        for c in text.chars().filter(wanted) {
            values.push(value_of(c).ok_or(NoReference::Shape)?);
            if values.len() > LENGTH + 1 {
                return Err(NoReference::Shape);
            }
        }
        match values.split_last() {
            Some((last, rest)) if rest.len() == LENGTH => {
                if check(rest) == *last {
                    Ok(Self::written(rest))
                } else {
                    Err(NoReference::Check)
                }
            }
            _ => Err(NoReference::Shape),
        }
    }

    /// Returns what somebody meant who typed that. A word such as `damaged` has the letters of a reference and is none: without a digit
    /// or a hyphen it is called wrong only where it cannot be a word.
    #[must_use]
    pub fn meant(text: &str) -> Meant {
        match Self::read(text) {
            Ok(reference) => Meant::Reference(reference),
            Err(NoReference::Check) if text.contains(|c: char| c == '-' || c.is_ascii_digit()) => {
                Meant::Wrong
            }
            Err(NoReference::Check | NoReference::Shape) => Meant::Words,
        }
    }

    /// Returns its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns the character of a value, which counts from 0 and begins again after the last.
#[must_use]
pub fn letter(value: usize) -> char {
    ALPHABET.get(value % ALPHABET.len()).map_or('3', |byte| char::from(*byte))
}

fn value_of(c: char) -> Option<usize> {
    ALPHABET.iter().position(|known| char::from(*known) == c.to_ascii_uppercase())
}

/// Weighs each place differently, modulo a prime: one wrong character, or two swapped, change the sum.
fn check(values: &[usize]) -> usize {
    values.iter().enumerate().map(|(place, value)| (place + 2) * value).sum::<usize>() % ALPHABET.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Checks that every wrong character and every two swapped neighbours are found.
    fn mistakes_are_found(reference: &Reference) {
        let plain: Vec<char> = reference.as_str().chars().filter(|c| *c != '-').collect();
        for place in 0..plain.len() {
            for other in 0..ALPHABET.len() {
                let mut wrong = plain.clone();
                wrong[place] = letter(other);
                if wrong != plain {
                    let text: String = wrong.into_iter().collect();
                    assert_eq!(Reference::read(&text), Err(NoReference::Check));
                }
            }
        }
        for place in 0..LENGTH - 1 {
            let mut swapped = plain.clone();
            swapped.swap(place, place + 1);
            if swapped != plain {
                let text: String = swapped.into_iter().collect();
                assert_eq!(Reference::read(&text), Err(NoReference::Check));
            }
        }
    }

    proptest! {
        #[test]
        fn a_reference_is_read_back_and_a_wrong_or_swapped_character_is_found(
            bytes in any::<[u8; 16]>(), number in 0_i64..148_035_889,
        ) {
            let random = Reference::from_random(bytes);
            prop_assert!(!random.as_str().starts_with('3'), "never a case's");
            let numbered = Reference::of_number(number).unwrap();
            prop_assert_eq!(numbered.number(), number);
            for reference in [random, numbered] {
                prop_assert_eq!(reference.as_str().len(), 8);
                prop_assert_eq!(Reference::read(reference.as_str()), Ok(reference.clone()));
                let typed = reference.as_str().to_lowercase().replace('-', " ");
                prop_assert_eq!(Reference::read(&typed), Ok(reference.clone()));
                mistakes_are_found(&reference);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Reference::read(&text);
            let _ = Reference::meant(&text);
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        assert_eq!(Reference::read(""), Err(NoReference::Shape));
        assert_eq!(Reference::read("OIL-0000"), Err(NoReference::Shape));
        assert_eq!(Reference::read("333-3333-333"), Err(NoReference::Shape));
        assert_eq!(Reference::read("333-3333").map(|read| read.to_string()), Ok("333-3333".into()));
    }

    #[test]
    fn numbers_have_references_up_to_the_last() {
        assert_eq!(Reference::of_number(0).unwrap().as_str(), "333-3333");
        assert!(Reference::of_number(1043).unwrap().as_str().starts_with("333-"));
        assert_eq!(Reference::of_number(-1), None);
        assert_eq!(Reference::of_number(23_i64.pow(6)), None);
        assert!(Reference::of_number(23_i64.pow(6) - 1).unwrap().as_str().starts_with("YYY-YYY"));
        assert!(Reference::of_number(23_i64.pow(5) - 1).unwrap().as_str().starts_with('3'));
    }

    #[test]
    fn a_misheard_reference_is_told_from_a_word() {
        let right = Reference::of_number(1043).unwrap();
        assert_eq!(Reference::meant(&right.as_str().to_lowercase()), Meant::Reference(right.clone()));
        let wrong = right.as_str().replacen('3', "4", 1);
        assert_eq!(Reference::meant(&wrong), Meant::Wrong);
        for words in ["damaged", "package", "C-1043", "iPhone", "", "screen cracked"] {
            assert_ne!(Reference::meant(words), Meant::Wrong, "{words}");
        }
    }
}
