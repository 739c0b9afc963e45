//! Makes what a reporter and somebody who is called answer with: a secret and codes, in the letters and digits of references.

use domain::reference::{BASE, letter};

/// Writes a secret of twelve such characters in three groups from random bytes: some 54 bits.
#[must_use]
pub fn secret_from(bytes: [u8; 16]) -> String {
    let mut number = u128::from_be_bytes(bytes);
    let mut text = String::new();
    for place in 0..12 {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(letter(usize::try_from(number % BASE).unwrap_or_default()));
        number /= BASE;
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
        fn any_text_is_read_as_a_secret(text in ".{0,40}") {
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
}
