//! Property lists in and out.
//!
//! Lanyard reads property lists with readers of its own because the bytes come from outside: the limits on size, depth
//! and number of values hold *while* reading, before memory is spent, and a binary list whose values are shared many times
//! over (small on the wire, huge when unfolded) is refused. Old OpenStep text and UIDs, which the protocol never uses,
//! are not read at all. The values are those of the `plist` crate.

mod binary;
mod write;
mod xml;

use plist::{Dictionary, Value};

use crate::errors::DecodeError;

pub use write::to_xml;

/// Size limit for one message, in bytes, unless the gateway sets another: an app list of a full Mac takes about 200 KiB.
pub const DEFAULT_LIMIT: usize = 1024 * 1024;

/// Deepest nesting that is read. The deepest answer in the vendor's schema has six levels.
pub const MAX_DEPTH: usize = 24;

/// Most values that are read from one message.
pub const MAX_VALUES: usize = 100_000;

const BINARY_MAGIC: &[u8] = b"bplist00";

/// Reads a property list, XML (UTF-8) or binary, told apart by the first bytes. Of equal keys the last one counts.
///
/// # Errors
/// Over `limit` bytes, deeper than [`MAX_DEPTH`], more than [`MAX_VALUES`] values, or not a property list.
pub fn read(bytes: &[u8], limit: usize) -> Result<Value, DecodeError> {
    if bytes.len() > limit {
        return Err(DecodeError::TooLarge { size: bytes.len(), limit });
    }
    let budget = Budget { values: MAX_VALUES, bytes: limit };
    if bytes.starts_with(BINARY_MAGIC) { binary::read(bytes, budget) } else { xml::read(bytes, budget) }
}

/// Reads a property list whose outermost value is a dictionary, as every message of the protocol has.
///
/// # Errors
/// As [`read`], or another outermost value.
pub fn read_dictionary(bytes: &[u8], limit: usize) -> Result<Dictionary, DecodeError> {
    read(bytes, limit)?.into_dictionary().ok_or(DecodeError::NotADictionary)
}

/// What may still be read.
#[derive(Debug, Clone, Copy)]
struct Budget {
    values: usize,
    bytes: usize,
}

impl Budget {
    /// Takes one value and its bytes of text or data.
    fn take(&mut self, bytes: usize) -> Result<(), DecodeError> {
        let over = DecodeError::TooMany { limit: MAX_VALUES };
        self.values = self.values.checked_sub(1).ok_or_else(|| over.clone())?;
        self.bytes = self.bytes.checked_sub(bytes).ok_or(over)?;
        Ok(())
    }
}

/// One level further in.
const fn deeper(depth: usize) -> Result<usize, DecodeError> {
    if depth >= MAX_DEPTH { Err(DecodeError::TooDeep { limit: MAX_DEPTH }) } else { Ok(depth + 1) }
}

#[cfg(test)]
mod tests;
