//! The small words of files, addresses and messages: what reads must print and read back as the same.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use domain::{ClauseId, DeviceId, DeviceKind, Force, Grade, Platform, Span, Timestamp};
use ledger::{Hash, VerifierKey};
use protocol_apple::settings::OsVersion;

use super::text;
use crate::cast::ledger_key;

/// Odd ends of the formats.
pub const WORDS: &[&str] = &[
    "-",
    "+",
    ".",
    "0",
    "9223372036854775807",
    "9223372036854775808",
    "w",
    "d",
    "h",
    "m",
    "s",
    "T",
    "Z",
    "+23:59",
    "-0001",
    "9999",
    "[UTC]",
    "\u{661}",
    " ",
    "e9",
    "_",
    "urn:uuid:",
    "{",
    "}",
];

/// Reads one word as everything that it might be.
pub fn words(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let taken = [
        same::<Timestamp>(text),
        same::<Span>(text),
        same::<ClauseId>(text),
        same::<DeviceId>(text),
        same::<DeviceKind>(text),
        same::<Force>(text),
        same::<Grade>(text),
        same::<Platform>(text),
        same::<OsVersion>(text),
        same::<Hash>(text),
        same::<VerifierKey>(text),
    ];
    taken.contains(&true)
}

/// Returns whether the text is such a word; it must then print as one that is the same.
fn same<T: FromStr + Display + PartialEq + Debug>(text: &str) -> bool {
    let Ok(word) = text.parse::<T>() else { return false };
    let printed = word.to_string();
    let again = printed.parse::<T>().ok();
    assert_eq!(again.as_ref(), Some(&word), "\"{text}\" prints as \"{printed}\"");
    true
}

/// Returns one of each.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let of_the_ledger = [ledger_key().verifier().to_string(), ledger::empty_root().to_string()];
    let others = [
        "2026-11-22T03:00:00.125Z",
        "2026-11-22",
        "1969-12-31T23:59:59.999999+00:00",
        "90s",
        "52w",
        "MDU-6.2a",
        "0191e0a0-0000-7000-8000-000000000001",
        "iphone",
        "norfolk",
        "reported",
        "ipados",
        "17.4",
    ];
    of_the_ledger.into_iter().chain(others.map(str::to_owned)).map(String::into_bytes).collect()
}
