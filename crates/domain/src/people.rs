//! Forces. People are rows of the store; access control keeps the forces apart.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest word of a force, in bytes.
const LONGEST: usize = 24;

/// A force: a data controller of its own, whose data access control keeps apart.
///
/// This is its word, as files, tables and addresses have it. Which forces there are and what they are called is data: the policy
/// folder's `forces.toml`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Force {
    /// The word, filled up with noughts, so that comparing bytes compares words.
    bytes: [u8; LONGEST],
    length: u8,
}

impl Force {
    /// Makes a force from its word: 2 to 24 lower-case letters, digits and hyphens, a letter first. Returns `None` for anything
    /// else.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "both places are below the length that was compared, and iterators are not const"
    )]
    pub const fn new(word: &str) -> Option<Self> {
        let word = word.as_bytes();
        if word.len() < 2 || word.len() > LONGEST || !word[0].is_ascii_lowercase() {
            return None;
        }
        let (mut bytes, mut length) = ([0; LONGEST], 0_u8);
        let mut place = 0;
        while place < word.len() {
            let byte = word[place];
            if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
                return None;
            }
            bytes[place] = byte;
            place += 1;
            length += 1;
        }
        Some(Self { bytes, length })
    }

    /// Returns the word used in files, tables and addresses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let word = self.bytes.get(..usize::from(self.length));
        word.and_then(|word| std::str::from_utf8(word).ok()).unwrap_or_default()
    }
}

impl fmt::Display for Force {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Force {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Force({self})")
    }
}

/// A text that cannot be a force's word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" cannot be the word of a force; write 2 to 24 lower-case letters, digits and hyphens, a letter first"
)]
pub struct NotAForce(String);

impl FromStr for Force {
    type Err = NotAForce;

    fn from_str(word: &str) -> Result<Self, NotAForce> {
        Self::new(word).ok_or_else(|| NotAForce(word.chars().take(40).collect()))
    }
}

impl Serialize for Force {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Force {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        word.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_goes_in_and_comes_out_and_nothing_else_goes_in() {
        for word in ["ab", "norfolk", "a1-b2", "abcdefghijklmnopqrstuvwx"] {
            let force: Force = word.parse().unwrap();
            assert_eq!((force.as_str(), force.to_string().as_str()), (word, word));
            let json = serde_json::to_string(&force).unwrap();
            assert_eq!(json, format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<Force>(&json).unwrap(), force);
        }
        for bad in ["", "a", "Norfolk", "1ab", "-ab", "a b", "a_b", "a%b", "é1", "abcdefghijklmnopqrstuvwxy"]
        {
            assert!(bad.parse::<Force>().is_err(), "{bad}");
            assert!(serde_json::from_str::<Force>(&format!("\"{bad}\"")).is_err(), "{bad}");
        }
    }

    #[test]
    fn forces_sort_as_their_words_do() {
        let mut forces = ["b", "ab", "abc", "a-c", "ba"].map(|word| Force::new(&format!("x{word}")).unwrap());
        forces.sort();
        assert_eq!(forces.map(|force| force.to_string()), ["xa-c", "xab", "xabc", "xb", "xba"]);
    }
}
