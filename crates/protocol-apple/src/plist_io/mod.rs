//! Property lists in and out.
//!
//! Lanyard reads property lists with readers of its own because the bytes come from outside: the limits on size and depth
//! hold *while* reading, before memory is spent, and a binary list whose values are shared many times over (small on the
//! wire, huge when unfolded) is refused. Old OpenStep text and UIDs, which the protocol never uses, are not read at all. The
//! values are those of the `plist` crate.
//!
//! One bad value does not lose the rest: [`read_lenient`] passes over what does not fit its element, is in another encoding
//! or nests too deep, and names it. [`read`] is for what Lanyard wrote itself and takes no such thing.

mod binary;
mod skipped;
mod write;
mod xml;

use plist::{Dictionary, Value};

use crate::errors::DecodeError;
use skipped::Notes;

pub use skipped::{Skipped, SkippedValue};
pub use write::to_xml;

/// Size limit for one message, in bytes, unless the gateway sets another: an app list of a full Mac takes about 200 KiB.
pub const DEFAULT_LIMIT: usize = 1024 * 1024;

/// Deepest nesting that is read. The deepest answer in the vendor's schema has six levels.
pub const MAX_DEPTH: usize = 24;

/// How much larger than the limit a message may be once it is unfolded: a binary list names each text once, however often
/// it stands there.
pub const MAX_UNFOLDING: usize = 4;

/// What each value counts for beside its text or data, in bytes: about what it takes in XML.
pub const VALUE_SIZE: usize = 8;

const BINARY_MAGIC: &[u8] = b"bplist00";
const TOO_DEEP: &str = "it nests deeper than any message of the protocol";

/// A property list of which some values may be missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Lenient {
    /// What could be read.
    pub value: Value,
    /// What could not.
    pub skipped: Skipped,
}

/// Reads a property list, XML (UTF-8 or UTF-16) or binary, told apart by the first bytes. Of equal keys the last one counts.
/// Values that cannot be read are left out and named.
///
/// # Errors
/// Over `limit` bytes, more than [`MAX_UNFOLDING`] times that when unfolded, or not a property list.
pub fn read_lenient(bytes: &[u8], limit: usize) -> Result<Lenient, DecodeError> {
    read_to(bytes, limit, MAX_DEPTH)
}

/// Reads as [`read_lenient`] does, and everything must have been read.
///
/// # Errors
/// As [`read_lenient`], and a value that cannot be read.
pub fn read(bytes: &[u8], limit: usize) -> Result<Value, DecodeError> {
    let read = read_lenient(bytes, limit)?;
    match read.skipped.named().first() {
        None if read.skipped.is_empty() => Ok(read.value),
        first => Err(DecodeError::Malformed {
            what: first.map_or("a value that cannot be read", |v| v.why),
            at: 0,
        }),
    }
}

/// Reads as [`read`] does, a property list whose outermost value is a dictionary.
///
/// # Errors
/// As [`read`], or another outermost value.
pub fn read_dictionary(bytes: &[u8], limit: usize) -> Result<Dictionary, DecodeError> {
    read(bytes, limit)?.into_dictionary().ok_or(DecodeError::NotADictionary)
}

/// Reads the texts of an outermost dictionary and nothing inside it, for a message that is too large to unfold.
pub(crate) fn read_surface(bytes: &[u8], limit: usize) -> Option<Dictionary> {
    read_to(bytes, limit, 1).ok()?.value.into_dictionary()
}

/// The text of an XML list in UTF-8; what is in another encoding becomes U+FFFD.
pub(crate) use xml::text_of;

fn read_to(bytes: &[u8], limit: usize, max_depth: usize) -> Result<Lenient, DecodeError> {
    if bytes.len() > limit {
        return Err(DecodeError::TooLarge { size: bytes.len(), limit });
    }
    let budget = Budget { bytes: limit.saturating_mul(MAX_UNFOLDING), limit, max_depth };
    if bytes.starts_with(BINARY_MAGIC) { binary::read(bytes, budget) } else { xml::read(bytes, budget) }
}

/// What may still be read.
#[derive(Debug, Clone, Copy)]
struct Budget {
    bytes: usize,
    limit: usize,
    max_depth: usize,
}

impl Budget {
    /// Takes one value and its bytes of text or data.
    fn take(&mut self, bytes: usize) -> Result<(), DecodeError> {
        let left = self.bytes.checked_sub(bytes.saturating_add(VALUE_SIZE));
        self.bytes = left.ok_or(DecodeError::Unfolds { limit: self.limit.saturating_mul(MAX_UNFOLDING) })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
