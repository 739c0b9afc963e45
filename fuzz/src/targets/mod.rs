//! The targets themselves. Each takes any bytes, returns whether they were taken, and asserts what must hold of them.

pub mod apple;
pub mod calendar;
pub mod certificates;
pub mod checks;
pub mod cms;
pub mod headers;
pub mod ledger;
pub mod media;
pub mod packs;
pub mod plist;
pub mod policy_files;
pub mod policy_import;
pub mod scep;
pub mod scim;
pub mod tables;
pub mod words;

/// Returns the input as text, without a copy; most text decoders are never handed anything that is not UTF-8.
fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
