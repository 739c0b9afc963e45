//! What a change of the access policies lets people do, or no longer do.

use std::collections::BTreeMap;

use ::access::{ACTIONS, Role, letters};
use compliance::Direction;
use serde::Serialize;

use super::{Change, differing, what};
use crate::library::Library;

/// A cell of the matrix that changes, in the letters of `policy/access/matrix.txt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessChange {
    /// The role whose it is.
    pub role: Role,
    /// May do what.
    pub action: &'static str,
    /// To what before.
    pub old: String,
    /// To what after.
    pub new: String,
}

impl AccessChange {
    /// Returns in which direction it goes: to be let do more is weaker.
    #[must_use]
    pub fn direction(&self) -> Direction {
        let all = |letters: &str| letters == "all";
        let within =
            |part: &str, whole: &str| part == "-" || part.chars().all(|letter| whole.contains(letter));
        if all(&self.new) || within(&self.old, &self.new) {
            Direction::Weaker
        } else if all(&self.old) || within(&self.new, &self.old) {
            Direction::Stronger
        } else {
            Direction::Changed
        }
    }

    /// Returns what it was, in words.
    #[must_use]
    pub fn old_words(&self) -> &str {
        words(&self.old)
    }

    /// Returns what it is, in words.
    #[must_use]
    pub fn new_words(&self) -> &str {
        words(&self.new)
    }
}

/// An access policy that came, went or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessPolicyChange {
    /// Its name.
    pub name: String,
    /// What happened.
    pub change: Change,
}

pub(super) fn cells(old: &Library, new: &Library) -> Vec<AccessChange> {
    if old.access == new.access {
        return Vec::new();
    }
    let pairs = ACTIONS.iter().flat_map(|action| Role::ALL.iter().map(move |role| (*role, *action)));
    pairs
        .map(|(role, action)| AccessChange {
            role,
            action,
            old: letters(&old.access, role, action),
            new: letters(&new.access, role, action),
        })
        .filter(|change| change.old != change.new)
        .collect()
}

pub(super) fn policies(old: &Library, new: &Library) -> Vec<AccessPolicyChange> {
    let own = |library: &Library| -> BTreeMap<String, String> {
        library.access.own().map(|(name, content)| (name.to_owned(), content.to_owned())).collect()
    };
    differing(&own(old), &own(new))
        .map(|(name, was, is)| AccessPolicyChange { name: name.clone(), change: what(was, is) })
        .collect()
}

/// Returns the letters of a cell in words.
fn words(letters: &str) -> &str {
    match letters {
        "-" => "nothing",
        "all" => "everything of the force",
        "o" => "their own",
        "m" => "their people's",
        "om" => "their own and their people's",
        other => other,
    }
}
