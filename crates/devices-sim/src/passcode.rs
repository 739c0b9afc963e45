//! The passcode: what is set, what profiles ask for, and whether the one meets the other.

use plist::{Dictionary, Value};
use serde::{Deserialize, Serialize};

use crate::value::flag_at;

/// What passcode is set. A simulated device has no real one; these are the cases that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Passcode {
    /// None.
    Absent,
    /// Six digits.
    Digits,
    /// Fourteen characters of every kind: meets any policy that a device lets one write.
    Strong,
}

/// What the passcode payloads of all profiles ask for, strictest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PasscodeRules {
    required: bool,
    min_length: i64,
    letters: bool,
    special: i64,
}

impl PasscodeRules {
    /// Adds one `com.apple.mobiledevice.passwordpolicy` payload.
    pub(crate) fn add(&mut self, payload: &Dictionary) {
        let count = |key: &str| payload.get(key).and_then(Value::as_signed_integer).unwrap_or(0);
        self.required |= flag_at(payload, "forcePIN");
        self.min_length = self.min_length.max(count("minLength"));
        self.letters |= flag_at(payload, "requireAlphanumeric");
        self.special = self.special.max(count("minComplexChars"));
    }

    /// Returns whether a passcode meets the rules. No passcode meets them only while none is asked for.
    pub(crate) const fn met_by(self, passcode: Passcode) -> bool {
        match passcode {
            Passcode::Absent => !self.required,
            Passcode::Digits => self.min_length <= 6 && !self.letters && self.special == 0,
            Passcode::Strong => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::dict;

    #[test]
    fn rules_of_several_profiles_add_up() {
        let mut rules = PasscodeRules::default();
        assert!(rules.met_by(Passcode::Absent));
        rules.add(&dict([("forcePIN", true.into())]));
        assert!(!rules.met_by(Passcode::Absent) && rules.met_by(Passcode::Digits));
        rules.add(&dict([("minLength", 9.into())]));
        assert!(!rules.met_by(Passcode::Digits) && rules.met_by(Passcode::Strong));
    }
}
