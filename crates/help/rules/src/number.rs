//! Compares the number that the desk read out with what the person entered in a session of their own.
//!
//! The desk reads it to whoever is on the telephone; only somebody who is signed in as the person can enter it. So a caller who is
//! somebody else learns a number that is of no use to them.

use domain::{Span, Timestamp};

/// How long a number counts.
pub const COUNTS_FOR: Span = Span::from_secs(5 * 60);
/// How many wrong numbers end it.
pub const MOST_TRIES: i64 = 3;

/// What came of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberTried {
    /// It is the number.
    Right,
    /// It is another number; so many tries are left.
    Wrong {
        /// The tries that are left.
        left: i64,
    },
    /// It is another number, and the last try: the number counts no longer.
    Spent,
    /// The number counts no longer.
    Expired,
}

/// Makes a number of two digits, 10 to 99, from random bytes.
#[must_use]
pub fn number_of(bytes: [u8; 8]) -> u8 {
    let place = u64::from_be_bytes(bytes) % 90;
    u8::try_from(place).unwrap_or_default() + 10
}

/// Compares an entry: `tries` wrong ones were made before.
#[must_use]
pub fn compare(number: u8, typed: &str, until: Timestamp, tries: i64, now: Timestamp) -> NumberTried {
    if now >= until || tries >= MOST_TRIES {
        return NumberTried::Expired;
    }
    if typed.trim().parse::<u8>() == Ok(number) {
        return NumberTried::Right;
    }
    match MOST_TRIES - tries - 1 {
        left @ 1.. => NumberTried::Wrong { left },
        _ => NumberTried::Spent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_has_two_digits(bytes: [u8; 8]) {
            prop_assert!((10..=99).contains(&number_of(bytes)));
        }

        #[test]
        fn nobody_guesses_it_in_more_than_three_tries(number in 10_u8..100, typed: String) {
            let now = Timestamp::from_millis(0);
            prop_assert_eq!(compare(number, &typed, now.plus(COUNTS_FOR), MOST_TRIES, now), NumberTried::Expired);
        }
    }

    #[test]
    fn it_counts_for_five_minutes_and_three_tries() {
        let now = Timestamp::from_millis(1_000_000);
        let until = now.plus(COUNTS_FOR);
        assert_eq!(compare(42, " 42 ", until, 2, now), NumberTried::Right);
        assert_eq!(compare(42, "24", until, 0, now), NumberTried::Wrong { left: 2 });
        assert_eq!(compare(42, "", until, 1, now), NumberTried::Wrong { left: 1 });
        assert_eq!(compare(42, "43", until, 2, now), NumberTried::Spent);
        assert_eq!(compare(42, "42", until, 3, now), NumberTried::Expired, "right, but too late");
        assert_eq!(compare(42, "42", until, 0, until), NumberTried::Expired);
    }
}
