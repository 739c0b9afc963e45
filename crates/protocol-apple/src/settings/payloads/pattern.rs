//! The content rule for a Mac's passwords: a regular expression in ICU's syntax (macOS 14 and later).

use std::collections::BTreeSet;

use crate::settings::compile::CompileError;

/// The longest rule that a Mac takes, in characters (Apple's schema, `passwordContentRegex`).
const LONGEST: usize = 2_048;
/// The plain key for the length ends here.
const PLAIN_LENGTH: i64 = 16;
/// More words than this are not read out to the holder.
const MOST_WORDS_SHOWN: usize = 12;

/// What the rule asks for.
pub(super) struct Rule<'a> {
    pub(super) length: i64,
    pub(super) letter_and_digit: bool,
    pub(super) mixed_case: bool,
    pub(super) specials: i64,
    pub(super) words: &'a BTreeSet<String>,
}

impl Rule<'_> {
    /// Returns whether the plain keys fall short. A rule is written only then: a slip in one locks people out.
    pub(super) fn is_needed(&self) -> bool {
        self.length > PLAIN_LENGTH
            || self.letter_and_digit
            || self.mixed_case
            || self.specials > 0
            || !self.words.is_empty()
    }

    /// Returns the expression. Every part looks ahead from the start, so that their order does not matter, and none of them can
    /// run for long on a hostile password.
    pub(super) fn pattern(&self) -> Result<String, CompileError> {
        let mut pattern = String::from("^");
        if !self.words.is_empty() {
            let words: Vec<String> = self.words.iter().map(|word| literal(word)).collect();
            pattern.push_str(&format!("(?!.*(?i:{}))", words.join("|")));
        }
        if self.mixed_case {
            pattern.push_str("(?=.*[a-z])(?=.*[A-Z])");
        }
        if self.letter_and_digit {
            pattern.push_str(if self.mixed_case { "(?=.*[0-9])" } else { "(?=.*[A-Za-z])(?=.*[0-9])" });
        }
        if self.specials > 0 {
            pattern.push_str(&format!("(?=(?:[A-Za-z0-9]*[^A-Za-z0-9]){{{}}})", self.specials));
        }
        pattern.push_str(&format!(".{{{},}}$", self.length));
        let length = pattern.chars().count();
        if length > LONGEST { Err(CompileError::RuleTooLong { length, most: LONGEST }) } else { Ok(pattern) }
    }

    /// Returns what the holder reads when a new password is refused.
    pub(super) fn description(&self) -> String {
        let mut asks = Vec::new();
        if self.length > 0 {
            asks.push(format!("at least {} characters", self.length));
        }
        if self.mixed_case {
            asks.push("upper and lower case letters".to_owned());
        }
        if self.letter_and_digit {
            asks.push(if self.mixed_case { "a digit" } else { "a letter and a digit" }.to_owned());
        }
        match self.specials {
            0 => {}
            1 => asks.push("a character that is neither letter nor digit".to_owned()),
            more => asks.push(format!("{more} characters that are neither letters nor digits")),
        }
        let mut text = if asks.is_empty() {
            "The password is held to the force's rule.".to_owned()
        } else {
            format!("The password needs {}.", asks.join(", "))
        };
        if !self.words.is_empty() && self.words.len() <= MOST_WORDS_SHOWN {
            let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
            text.push_str(&format!(" It may not contain: {}.", words.join(", ")));
        } else if !self.words.is_empty() {
            text.push_str(" It may not contain words that the force has listed.");
        }
        text
    }
}

/// Returns a word as it stands, whatever signs it has.
fn literal(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_rule_of_mdu_6_2() {
        let words = words(&["police", "norfolk"]);
        let rule = Rule { length: 9, letter_and_digit: true, mixed_case: true, specials: 1, words: &words };
        assert_eq!(
            rule.pattern().unwrap(),
            "^(?!.*(?i:norfolk|police))(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=(?:[A-Za-z0-9]*[^A-Za-z0-9]){1}).{9,}$"
        );
        assert_eq!(
            rule.description(),
            "The password needs at least 9 characters, upper and lower case letters, a digit, a character that is \
             neither letter nor digit. It may not contain: norfolk, police."
        );
    }

    #[test]
    fn a_word_is_taken_literally() {
        assert_eq!(literal("a.b|c)d\\"), "a\\.b\\|c\\)d\\\\");
    }

    #[test]
    fn the_plain_keys_are_enough_for_a_plain_length() {
        let none = BTreeSet::new();
        let rule =
            |length| Rule { length, letter_and_digit: false, mixed_case: false, specials: 0, words: &none };
        assert!(!rule(16).is_needed());
        assert!(rule(17).is_needed());
        assert_eq!(rule(17).pattern().unwrap(), "^.{17,}$");
    }

    #[test]
    fn a_rule_that_no_mac_takes_is_refused() {
        let many: Vec<String> = (0..400).map(|n| format!("word{n}")).collect();
        let words = many.into_iter().collect();
        let rule = Rule { length: 9, letter_and_digit: true, mixed_case: true, specials: 1, words: &words };
        assert!(matches!(rule.pattern(), Err(CompileError::RuleTooLong { most: 2048, .. })));
        assert!(!rule.description().contains("word399"));
    }
}
