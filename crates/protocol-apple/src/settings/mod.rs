//! Lanyard's settings written as Apple configuration profiles, and an honest word on how far each one holds.
//!
//! [`cover`] answers for one setting what an iPhone, iPad or Mac makes of it; [`compile`] writes the profiles, one for
//! each group of clauses. The answers are in `rules`, a table with a line for every setting of
//! `policy/vocabulary.toml`; the keys that one restriction carries come from [`crate::restrictions`], the table that the
//! reports are read with; `payloads` writes what needs more than one key.
//!
//! An answer names what a device needs first: supervision, automated enrolment, a version of its system. Many keys do
//! nothing without it.
//!
//! Not here: declarations, commands (see [`Switch`] for what a profile cannot carry), signing, and who gets a profile
//! when. Two keys are never written: `maxPINAgeInDays`, because no clause asks for passcodes to expire, and
//! `allowUnpairedExternalBootToRecovery`, whose `true` opens a device instead of closing it.

mod compile;
mod limits;
mod needs;
mod options;
mod payloads;
mod rules;
mod seal;
mod versions;

use domain::{Coverage, Platform, SettingKey, SettingValue};

pub use compile::{CompileError, Compiled, Group, Profile, Switch, Warning, compile};
pub use options::{NetworkIdentity, ProfileOptions};
pub use versions::{LATER_KEYS, LaterKey, OsVersion, UnreadableVersion};

/// Which of Apple's two families of payload keys a device obeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// iPhone and iPad.
    IosIpados,
    /// Mac.
    Macos,
}

impl Target {
    /// Returns the family of a platform; `None` of one that is not Apple's.
    #[must_use]
    pub const fn of(platform: Platform) -> Option<Self> {
        match platform {
            Platform::Ios | Platform::Ipados => Some(Self::IosIpados),
            Platform::Macos => Some(Self::Macos),
            Platform::Windows | Platform::Android => None,
        }
    }
}

/// Returns whether there is a considered answer for this setting. [`cover`] gives a verdict on anything, because a setting that
/// was forgotten must read as not held; this distinguishes the two.
#[must_use]
pub fn knows(key: &SettingKey) -> bool {
    rules::find(key.as_str()).is_some()
}

/// Returns how far a device of this family holds a setting at this value, and what it needs first.
///
/// A value that asks nothing (AirDrop is allowed) is held by doing nothing. A value of the wrong type, or one that
/// [`compile`] would refuse, is not enforceable, and the residue says why.
#[must_use]
pub fn cover(target: Target, key: &SettingKey, value: &SettingValue) -> Coverage {
    let Some(rule) = rules::find(key.as_str()) else {
        return Coverage::not_enforceable(format!("Lanyard has no rule for {key} on Apple devices."));
    };
    if let Err(expected) = rule.shape.fits(value) {
        return Coverage::not_enforceable(format!(
            "{key} was given a value that cannot be sent: {expected}."
        ));
    }
    if rule.shape.asks_nothing(value) {
        return Coverage::enforced();
    }
    rule.answer(target).coverage(value).needing(needs::needs(target, rule))
}

/// The compiler for one platform, for callers that use the compilers of several vendors together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppleCompiler {
    platform: Platform,
    target: Target,
}

impl AppleCompiler {
    /// Makes the compiler for `platform`; `None` if the platform is not Apple's.
    #[must_use]
    pub fn new(platform: Platform) -> Option<Self> {
        Target::of(platform).map(|target| Self { platform, target })
    }

    /// Returns the platform.
    #[must_use]
    pub const fn platform(&self) -> Platform {
        self.platform
    }

    /// Returns the family of keys that the platform obeys.
    #[must_use]
    pub const fn target(&self) -> Target {
        self.target
    }

    /// Calls [`cover`] for this platform.
    #[must_use]
    pub fn cover(&self, key: &SettingKey, value: &SettingValue) -> Coverage {
        cover(self.target, key, value)
    }
}

#[cfg(test)]
mod tests;
