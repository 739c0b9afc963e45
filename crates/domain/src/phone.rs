//! Mobile numbers in the international form (E.164): a plus sign, the country's code and the number, digits alone.

use std::fmt;

/// The fewest digits of an international number that is taken, and the most: a provider of texts takes no longer one.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=14;
/// Most characters that are looked at.
const LONGEST: usize = 40;

/// A telephone number in the international form, such as `+447700900123`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(String);

/// The reason why a text is not a number that texts can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    /// It holds letters or signs that no number has.
    #[error("write digits, spaces and a plus sign in front, such as +44 7700 900123")]
    Characters,
    /// It has too few or too many digits.
    #[error("check the number of digits; in full it looks like +44 7700 900123")]
    Length,
    /// It begins with neither a plus sign nor, where the country is known, a zero.
    #[error("write the country's code in front, such as +44 7700 900123")]
    Country,
}

impl PhoneNumber {
    /// Reads a number as people type it: `+44 7700 900123`, `0044 7700 900123`, or, where the calling code of the country is known,
    /// `07700 900123`.
    ///
    /// # Errors
    /// [`NotANumber`] says what is wrong with it.
    pub fn read(text: &str, calling_code: Option<&str>) -> Result<Self, NotANumber> {
        let kept: String = text.chars().take(LONGEST).filter(|c| !is_filler(*c)).collect();
        let (plus, digits) = match kept.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, kept.as_str()),
        };
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(NotANumber::Characters);
        }
        let number = match (plus, digits.strip_prefix("00"), digits.strip_prefix('0'), calling_code) {
            // The zero in brackets that some write after the country's code: +44 (0)7700 900123.
            (true, ..) => without_trunk_zero(digits, calling_code),
            (false, Some(rest), ..) => without_trunk_zero(rest, calling_code),
            (false, None, Some(rest), Some(code)) => format!("{code}{rest}"),
            (false, None, None, Some(code)) if digits.starts_with(code) => digits.to_owned(),
            _ => return Err(NotANumber::Country),
        };
        if number.starts_with('0') {
            return Err(NotANumber::Country);
        }
        if !DIGITS.contains(&number.len()) {
            return Err(NotANumber::Length);
        }
        Ok(Self(format!("+{number}")))
    }

    /// Returns the number, with the plus sign.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_filler(c: char) -> bool {
    matches!(c, ' ' | '-' | '(' | ')' | '.' | '\u{a0}' | '\u{2011}' | '\u{2009}')
}

fn without_trunk_zero(digits: &str, calling_code: Option<&str>) -> String {
    match calling_code.and_then(|code| digits.strip_prefix(code).map(|rest| (code, rest))) {
        Some((code, rest)) => format!("{code}{}", rest.strip_prefix('0').unwrap_or(rest)),
        None => digits.to_owned(),
    }
}

impl fmt::Debug for PhoneNumber {
    /// Leaves the number out: it is a person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let read = |text: &str| PhoneNumber::read(text, Some("44")).map(|number| number.as_str().to_owned());
        for text in [
            "+447700900123",
            "+44 7700 900123",
            "07700 900123",
            "0044 7700-900123",
            "+44 (0)7700 900123",
            "447700900123",
        ] {
            assert_eq!(read(text).as_deref(), Ok("+447700900123"), "{text}");
        }
        assert_eq!(read("+49 171 2345678").as_deref(), Ok("+491712345678"));
        assert_eq!(read(""), Err(NotANumber::Characters));
        assert_eq!(read("0770o 900123"), Err(NotANumber::Characters));
        assert_eq!(read("07700"), Err(NotANumber::Length));
        assert_eq!(read("+4477009001234567890"), Err(NotANumber::Length));
        assert_eq!(read("7700900123"), Err(NotANumber::Country));
        assert_eq!(PhoneNumber::read("07700 900123", None), Err(NotANumber::Country), "no country is known");
        assert_eq!(format!("{:?}", PhoneNumber::read("+447700900123", None).unwrap()), "PhoneNumber(..)");
    }

    #[test]
    fn a_state_never_goes_backwards() {
        use crate::DeliveryState as S;
        for next in S::ALL {
            assert!(!S::Delivered.may_become(next), "what arrived stays so: {next:?}");
            assert!(!S::Withdrawn.may_become(next));
            assert_eq!(S::Failed.may_become(next), next == S::Delivered);
        }
        for from in [S::Sending, S::Sent, S::Uncertain] {
            assert!(from.may_become(S::Delivered) && from.may_become(S::Failed));
        }
        assert!(!S::Sent.may_become(S::Sending) && !S::Sent.may_become(S::Pending));
    }
}
