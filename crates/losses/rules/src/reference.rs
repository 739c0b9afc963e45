//! Makes references that can be read over the radio and written down by hand: letters and digits that look like no others, with a
//! check character that finds a wrong or swapped one.

use std::fmt;

/// The characters: no 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, U and V, Q. Their number is a prime, which the check needs.
const ALPHABET: &[u8; 23] = b"34679ACDEFGHJKMNPRTVWXY";
/// The characters before the check character.
const LENGTH: usize = 6;

/// A reference such as `4KM-7TRH`.
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

impl Reference {
    /// Makes a reference from random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut number = u128::from_be_bytes(bytes);
        let mut values = Vec::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let base = u128::try_from(ALPHABET.len()).unwrap_or(1);
            values.push(usize::try_from(number % base).unwrap_or_default());
            number /= base;
        }
        Self::written(&values)
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
            let value = ALPHABET.iter().position(|known| char::from(*known) == c.to_ascii_uppercase());
            values.push(value.ok_or(NoReference::Shape)?);
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

fn letter(value: usize) -> char {
    ALPHABET.get(value % ALPHABET.len()).map_or('3', |byte| char::from(*byte))
}

/// Weighs each place differently, modulo a prime: one wrong character, or two swapped, change the sum.
fn check(values: &[usize]) -> usize {
    values.iter().enumerate().map(|(place, value)| (place + 2) * value).sum::<usize>() % ALPHABET.len()
}

/// Writes a secret of twelve such characters in three groups from random bytes: some 54 bits.
#[must_use]
pub fn secret_from(bytes: [u8; 16]) -> String {
    let mut number = u128::from_be_bytes(bytes);
    let base = u128::try_from(ALPHABET.len()).unwrap_or(1);
    let mut text = String::new();
    for place in 0..12 {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(letter(usize::try_from(number % base).unwrap_or_default()));
        number /= base;
    }
    text
}

/// The characters of a code that answers a call by text: some 27 bits, for one person's message of one day.
const CODE_LENGTH: usize = 6;

/// Makes a code that answers a call by text from random bytes.
#[must_use]
pub fn reply_code_from(bytes: [u8; 16]) -> String {
    secret_from(bytes).chars().filter(char::is_ascii_alphanumeric).take(CODE_LENGTH).collect()
}

/// Returns the codes that a text may hold, as people type them: in any case, with spaces or hyphens, alone or among other words.
#[must_use]
pub fn reply_codes_in(text: &str) -> Vec<String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase())
        .filter(|word| !word.is_empty())
        .take(20)
        .collect();
    let mut codes = Vec::new();
    for start in 0..words.len() {
        let mut joined = String::new();
        for word in words.iter().skip(start) {
            joined.push_str(word);
            if joined.len() >= CODE_LENGTH {
                break;
            }
        }
        if joined.len() == CODE_LENGTH && !codes.contains(&joined) {
            codes.push(joined);
        }
    }
    codes
}

/// Brings a secret as people type it into the form in which it was given out.
#[must_use]
pub fn secret_as_typed(text: &str) -> String {
    let known = text.chars().filter(char::is_ascii_alphanumeric).take(12);
    let mut secret = String::new();
    for (place, c) in known.enumerate() {
        if place > 0 && place % 4 == 0 {
            secret.push('-');
        }
        secret.push(c.to_ascii_uppercase());
    }
    secret
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_reference_is_read_back_and_a_wrong_or_swapped_character_is_found(
            bytes in any::<[u8; 16]>(), place in 0_usize..7, other in 0_usize..23,
        ) {
            let reference = Reference::from_random(bytes);
            prop_assert_eq!(reference.as_str().len(), 8);
            prop_assert_eq!(Reference::read(reference.as_str()), Ok(reference.clone()));
            let typed = reference.as_str().to_lowercase().replace('-', " ");
            prop_assert_eq!(Reference::read(&typed), Ok(reference.clone()));

            let plain: Vec<char> = reference.as_str().chars().filter(|c| *c != '-').collect();
            let mut wrong = plain.clone();
            wrong[place] = letter(other);
            if wrong != plain {
                let text: String = wrong.into_iter().collect();
                prop_assert_eq!(Reference::read(&text), Err(NoReference::Check));
            }
            let mut swapped = plain.clone();
            swapped.swap(place.min(4), place.min(4) + 1);
            if swapped != plain {
                let text: String = swapped.into_iter().collect();
                prop_assert_eq!(Reference::read(&text), Err(NoReference::Check));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Reference::read(&text);
            let secret = secret_as_typed(&text);
            prop_assert_eq!(secret_as_typed(&secret), secret);
        }

        #[test]
        fn a_secret_is_read_as_it_is_typed(bytes in any::<[u8; 16]>()) {
            let secret = secret_from(bytes);
            prop_assert_eq!(secret.len(), 14);
            prop_assert_eq!(secret_as_typed(&secret.to_lowercase().replace('-', " ")), secret);
        }
    }

    #[test]
    fn a_code_is_found_in_what_people_send() {
        let code = reply_code_from([7; 16]);
        assert_eq!(code.len(), CODE_LENGTH);
        for text in
            ["4KM7TR", "4km 7tr", " 4 k m 7 t r ", "4KM-7TR", "ok, 4km7tr.", "I take it: 4KM 7TR", "4KM7TR\n"]
        {
            assert!(reply_codes_in(text).contains(&"4KM7TR".to_owned()), "{text}");
        }
        for text in ["", "yes", "4KM7T", "4KM7TRX", "STOP"] {
            assert!(!reply_codes_in(text).contains(&"4KM7TR".to_owned()), "{text}");
        }
        assert!(
            reply_codes_in(&"A B C D E F ".repeat(1000)).len() <= 20,
            "a long text costs no more than a short one"
        );
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        assert_eq!(Reference::read(""), Err(NoReference::Shape));
        assert_eq!(Reference::read("OIL-0000"), Err(NoReference::Shape));
        assert_eq!(Reference::read("333-3333-333"), Err(NoReference::Shape));
        assert_eq!(Reference::read("333-3333").map(|read| read.to_string()), Ok("333-3333".into()));
    }
}
