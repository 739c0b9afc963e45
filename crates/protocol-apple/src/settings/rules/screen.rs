//! Passcode, lock, unlock, and what a locked screen shows (MDU sections 3 and 6, UPD-6.2).

use super::Answer::{Depends, Held, Inherent, No, Partly};
use super::Shape::{Allow, Least, Most, Require, Text, Words};
use super::{Rule, reach, rule};

const NO_CASE: &str = "iPhone and iPad cannot be told to ask for both upper and lower case.";
const NEXT_CHANGE: &str = "A Mac asks for it when a password is next changed; the one in use now stays.";
const NEW_ONES_SHOW: &str = "The history of notifications is off the locked screen; a new one still shows there until somebody \
                             looks at it.";
const NO_WORDS: &str = "iPhone and iPad have no list of words that a passcode may not contain.";
const NO_KNOWLEDGE: &str = "No Apple device knows a dictionary or the holder's own names and dates.";
const LETTER_ONLY: &str =
    "A letter is required; Apple's rule does not promise that a digit is required with it.";
const LOCKS_ONLY: &str = "A Mac locks after the last wrong attempt and is not wiped.";
const OWN_INTERVAL: &str =
    "iPhone and iPad ask for the passcode after an interval of their own, which cannot be set.";
const PER_APP_ONLY: &str = "A Mac can be told only app by app what to show on its locked screen.";
const NO_LOCKED_SIRI: &str = "A Mac has no switch for the assistant on its locked screen alone.";
const NO_LOCKED_CONTROLS: &str = "A Mac has no switch for the few controls on its locked screen.";
const FOOTNOTE: &str = "The notice is a footnote on the locked screen: a long one is cut, and nobody has to accept it before unlocking.";

/// On a Mac, letters, digits, specials, length and words go into the content rule, which knows no upper limit.
pub(super) const RULES: &[Rule] = &[
    rule("passcode.required", Require, Held, Held),
    rule("passcode.min_length", Least, Depends(|value| reach("minLength", value)), Partly(NEXT_CHANGE)),
    rule("passcode.allow_simple", Allow, Held, Partly(NEXT_CHANGE)),
    rule("passcode.require_letter", Require, Partly(LETTER_ONLY), Partly(NEXT_CHANGE)),
    rule("passcode.require_mixed_case", Require, No(NO_CASE), Partly(NEXT_CHANGE)),
    rule(
        "passcode.min_special",
        Least,
        Depends(|value| reach("minComplexChars", value)),
        Partly(NEXT_CHANGE),
    ),
    rule("passcode.forbid_words", Words, No(NO_WORDS), Partly(NEXT_CHANGE)),
    rule("passcode.forbid_personal_strings", Require, No(NO_KNOWLEDGE), No(NO_KNOWLEDGE)),
    rule(
        "passcode.max_failed_attempts",
        Most,
        Depends(|value| reach("maxFailedAttempts", value)),
        Depends(|value| reach("maxFailedAttempts", value)),
    ),
    rule("passcode.wipe_after_failures", Require, Held, No(LOCKS_ONLY)),
    rule(
        "lock.after_minutes",
        Most,
        Depends(|value| reach("maxInactivity", value)),
        Depends(|value| reach("maxInactivity", value)),
    ),
    rule("lock.grace_minutes", Most, Held, Held),
    rule("unlock.allow_biometric", Allow, Held, Held),
    rule("unlock.allow_watch", Allow, Held, Held),
    // An iPhone's storage stays sealed after a restart until the passcode has been typed.
    rule("unlock.passcode_after_restart", Require, Inherent, Held),
    rule(
        "unlock.passcode_after_hours",
        Most,
        No(OWN_INTERVAL),
        Depends(|value| reach("enforcedFingerprintTimeout", value)),
    ),
    // Nobody signs in to an iPhone; what opens it is its passcode.
    rule("unlock.allow_automatic_sign_in", Allow, Inherent, Held),
    rule("lock_screen.allow_notifications", Allow, Partly(NEW_ONES_SHOW), No(PER_APP_ONLY)),
    // A locked Mac shows no Today view.
    rule("lock_screen.allow_today", Allow, Held, Inherent),
    rule("lock_screen.allow_assistant", Allow, Held, No(NO_LOCKED_SIRI)),
    rule("lock_screen.allow_controls", Allow, Held, No(NO_LOCKED_CONTROLS)),
    rule("notice.sign_in_text", Text, Partly(FOOTNOTE), Held),
];
