//! The answers: one [`Rule`] for every setting of the vocabulary, with what iPhone and iPad and what Mac make of it.
//!
//! A verdict is given on the setting alone. Where it needs more than the setting's own key (a count without which
//! nothing is wiped), `compile` warns.

mod custody;
mod network;
mod screen;
mod shape;

use domain::{Coverage, SettingValue};

use super::Target;
use super::limits;
pub(super) use shape::{Shape, is_address, is_text, network_fault};

/// One setting and what Apple's devices make of it.
pub(super) struct Rule {
    /// The setting, as in `policy/vocabulary.toml`.
    pub(super) key: &'static str,
    /// What values it takes, and which of them ask nothing.
    pub(super) shape: Shape,
    ios: Answer,
    macos: Answer,
}

/// What a device makes of a setting at a value that asks something.
pub(super) enum Answer {
    /// A payload holds it.
    Held,
    /// Every such device behaves so by default; nothing is sent.
    Inherent,
    /// A payload or a command holds some of it; the rest in words.
    Partly(&'static str),
    /// Nothing can hold it; why.
    No(&'static str),
    /// It depends on the value.
    Depends(fn(&SettingValue) -> Coverage),
}

impl Rule {
    /// Returns the answer of one family of devices.
    pub(super) const fn answer(&self, target: Target) -> &Answer {
        match target {
            Target::IosIpados => &self.ios,
            Target::Macos => &self.macos,
        }
    }
}

impl Answer {
    /// Returns the verdict at a value that fits the rule's shape.
    pub(super) fn coverage(&self, value: &SettingValue) -> Coverage {
        match self {
            Self::Held | Self::Inherent => Coverage::enforced(),
            Self::Partly(residue) => Coverage::partly(*residue),
            Self::No(why) => Coverage::not_enforceable(*why),
            Self::Depends(judge) => judge(value),
        }
    }
}

/// Returns the rule for a setting.
pub(super) fn find(key: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.key == key)
}

/// Returns every rule.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [screen::RULES, network::RULES, custody::RULES].into_iter().flatten()
}

const fn rule(key: &'static str, shape: Shape, ios: Answer, macos: Answer) -> Rule {
    Rule { key, shape, ios, macos }
}

/// Returns the verdict on a count that one of Apple's keys carries: the whole, or as far as the key reaches.
fn reach(apple_key: &str, value: &SettingValue) -> Coverage {
    match value {
        SettingValue::Count(wanted) => {
            limits::fit(apple_key, *wanted).short.map_or_else(Coverage::enforced, Coverage::partly)
        }
        _ => Coverage::not_enforceable("The value is not a whole number."),
    }
}
