//! Decides whether a low battery is worth a word before a shift: from what the device said, when the next shift starts, and the
//! time. Nobody is told off duty at any other time.

use domain::{Span, Timestamp};

/// A device that reported less than this long ago says something of now.
const FRESH: Span = Span::from_secs(12 * 3600);

/// What is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Battery {
    /// The charge that the device reported, in per cent.
    pub percent: i64,
    /// When it reported that.
    pub at: Timestamp,
    /// When the holder's next shift starts, if that is known.
    pub shift: Option<Timestamp>,
}

/// What the force says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The charge under which the holder is told, in per cent; 0 tells nobody.
    pub below: i64,
    /// How long before the shift.
    pub before: Span,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nothing.
    Nothing,
    /// Look again at that time.
    LookAt(Timestamp),
    /// Tell the holder before the shift that starts then.
    Tell(Timestamp),
}

/// Decides what follows now.
#[must_use]
pub fn word(battery: &Battery, rules: &Rules, now: Timestamp) -> Word {
    let Some(shift) = battery.shift.filter(|shift| *shift > now) else { return Word::Nothing };
    if battery.percent >= rules.below {
        return Word::Nothing;
    }
    let from = shift.minus(rules.before);
    if now < from {
        return Word::LookAt(from);
    }
    if now.since(battery.at) > FRESH { Word::Nothing } else { Word::Tell(shift) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000 + minutes * 60_000)
    }

    const RULES: Rules = Rules { below: 50, before: Span::from_secs(2 * 3600) };

    #[test]
    fn a_low_battery_is_told_of_within_two_hours_of_the_shift() {
        let low = Battery { percent: 30, at: at(0), shift: Some(at(600)) };
        assert_eq!(word(&low, &RULES, at(10)), Word::LookAt(at(480)));
        assert_eq!(word(&low, &RULES, at(480)), Word::Tell(at(600)));
        assert_eq!(word(&low, &RULES, at(600)), Word::Nothing, "the shift has begun");
        assert_eq!(word(&Battery { percent: 50, ..low }, &RULES, at(480)), Word::Nothing);
        assert_eq!(
            word(&Battery { shift: None, ..low }, &RULES, at(480)),
            Word::Nothing,
            "nobody knows when"
        );
        assert_eq!(word(&low, &Rules { below: 0, ..RULES }, at(480)), Word::Nothing);
    }

    #[test]
    fn an_old_reading_says_nothing_of_now() {
        let old = Battery { percent: 5, at: at(0), shift: Some(at(1000)) };
        assert_eq!(word(&old, &RULES, at(900)), Word::Nothing);
    }
}
