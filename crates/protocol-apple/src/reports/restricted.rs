//! `Restrictions`: what is in force on an iPhone or iPad, all profiles and accounts taken together.
//!
//! A Mac answers with an empty dictionary whatever is installed, so a Mac's answer is not read.

use std::collections::BTreeSet;

use domain::{FactValue, Platform};
use plist::Value;

use super::Found;
use crate::fields::Fields;
use crate::plist_io::Skipped;
use crate::restrictions::{Kind, RESTRICTIONS, Restriction, by_apple_key};

pub(super) fn read(fields: Fields<'_>, platform: Platform, skipped: &Skipped, out: &mut Found<'_>) {
    let Some(global) = fields.dictionary("GlobalRestrictions") else { return };
    if platform == Platform::Macos {
        return;
    }
    // By our table, not by the answer's order, so that the facts come out the same however a device sorts its keys.
    for entry in RESTRICTIONS.iter().filter(|entry| entry.exact && entry.ios) {
        // Of a list that may lack a member nobody knows what it forbids.
        if entry.kind == Kind::List && skipped.touches("GlobalRestrictions.union") {
            continue;
        }
        if let Some(value) = value(global, entry) {
            out.put(format!("effective.{}", entry.setting_key), value);
        }
    }
}

fn value(global: Fields<'_>, entry: &Restriction) -> Option<FactValue> {
    match entry.kind {
        Kind::Allow | Kind::Require => {
            find(global, "restrictedBool", entry)?.flag("value").map(FactValue::Bool)
        }
        Kind::AtLeast => number(global, entry).map(FactValue::Count),
        // Zero attempts is the vendor's way to say "no limit": not the strictest, so no fact.
        Kind::AtMost => number(global, entry).filter(|limit| *limit > 0).map(FactValue::Count),
        Kind::Minutes => minutes(number(global, entry)?, entry.setting_key).map(FactValue::Count),
        Kind::HoursInSeconds => {
            let seconds = number(global, entry).filter(|seconds| *seconds > 0)?;
            Some(FactValue::Count(rounded_up(seconds, 3600)))
        }
        Kind::List => list(global, entry).map(FactValue::List),
    }
}

/// Returns the entry of a key in one of the answer's groups, under its present or an older name.
fn find<'a>(global: Fields<'a>, group: &str, entry: &Restriction) -> Option<Fields<'a>> {
    let group = global.dictionary(group)?;
    group.dictionary(entry.apple_key).or_else(|| {
        let older = group.0.keys().find(|key| by_apple_key(key).is_some_and(|found| found == entry))?;
        group.dictionary(older)
    })
}

fn number(global: Fields<'_>, entry: &Restriction) -> Option<i64> {
    find(global, "restrictedValue", entry)?.count("value").filter(|value| *value >= 0)
}

/// Reads minutes. The schema does not name the unit of the two times in this answer; profiles set them in minutes, and systems
/// are seen to keep them in seconds. A value that can only be seconds (whole minutes, and more than any profile can ask in
/// minutes) is taken so; any other is taken as minutes, the reading that never makes a device look stricter than it is.
/// No idle time at all would be "never locks", so zero of it gives no fact; zero grace is the strictest.
fn minutes(value: i64, setting: &str) -> Option<i64> {
    let idle = setting == "lock.after_minutes";
    let most_in_minutes = if idle { 15 } else { 240 };
    if idle && value == 0 {
        None
    } else if value > most_in_minutes && value % 60 == 0 {
        Some(value / 60)
    } else {
        Some(value)
    }
}

const fn rounded_up(value: i64, unit: i64) -> i64 {
    value.saturating_add(unit - 1) / unit
}

fn list(global: Fields<'_>, entry: &Restriction) -> Option<BTreeSet<String>> {
    let values = find(global, "union", entry)?.get("values")?.as_array()?;
    Some(values.iter().filter_map(Value::as_string).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_never_look_stricter_than_they_are() {
        assert_eq!(minutes(5, "lock.after_minutes"), Some(5));
        assert_eq!(minutes(300, "lock.after_minutes"), Some(5));
        assert_eq!(minutes(0, "lock.after_minutes"), None, "never locks");
        assert_eq!(minutes(2_147_483_647, "lock.after_minutes"), Some(2_147_483_647), "no limit");
        assert_eq!(minutes(0, "lock.grace_minutes"), Some(0));
        assert_eq!(
            minutes(240, "lock.grace_minutes"),
            Some(240),
            "four hours or four minutes: take the worse"
        );
        assert_eq!(minutes(900, "lock.grace_minutes"), Some(15));
        assert_eq!(rounded_up(3601, 3600), 2);
    }
}
