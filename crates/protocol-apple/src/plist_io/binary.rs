//! Binary property lists, version 00, as CoreFoundation writes them (CFBinaryPList.c is the format's only description).
//!
//! Layout: magic, objects, a table of object offsets, a trailer of 32 bytes. Containers name their members by index, so
//! one object may stand in many places; the budget counts every place, and the depth limit also ends a cycle.

use std::time::{Duration, SystemTime};

use plist::{Date, Dictionary, Value};

use super::{Budget, deeper};
use crate::errors::DecodeError;

const TRAILER: usize = 32;

/// Seconds from the Unix epoch to 2001-01-01T00:00:00Z, from which the format counts.
const EPOCH: f64 = 978_307_200.0;

/// Dates further from the epoch than this (about 3,000 years) are refused: no calendar type holds every float.
const FARTHEST: f64 = 1e11;

pub(super) fn read(bytes: &[u8], budget: Budget) -> Result<Value, DecodeError> {
    let start = bytes.len().checked_sub(TRAILER).ok_or(malformed("no trailer", 0))?;
    let body = bytes.get(..start).unwrap_or_default();
    let field = |from: usize, len: usize| {
        number(bytes, start + from, len)
            .and_then(|n| usize::try_from(n).ok())
            .ok_or(malformed("a bad trailer", start))
    };
    let (offset_size, ref_size) = (field(6, 1)?, field(7, 1)?);
    let (count, root, table) = (field(8, 8)?, field(16, 8)?, field(24, 8)?);
    let end = count.checked_mul(offset_size).and_then(|len| len.checked_add(table));
    let fits =
        (1..=8).contains(&offset_size) && (1..=8).contains(&ref_size) && end.is_some_and(|end| end <= start);
    if !fits {
        return Err(malformed("a bad trailer", start));
    }
    let mut reader = Reader { body, table, count, offset_size, ref_size, budget };
    reader.object(root, 0)
}

struct Reader<'a> {
    body: &'a [u8],
    table: usize,
    count: usize,
    offset_size: usize,
    ref_size: usize,
    budget: Budget,
}

const fn malformed(what: &'static str, at: usize) -> DecodeError {
    DecodeError::Malformed { what, at }
}

/// A big-endian number of up to eight bytes.
fn number(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(len)?)?;
    Some(digits.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

impl<'a> Reader<'a> {
    fn number(&self, at: usize, len: usize) -> Result<u64, DecodeError> {
        number(self.body, at, len).ok_or(malformed("a value past the end", at))
    }

    fn slice(&self, at: usize, len: usize) -> Result<&'a [u8], DecodeError> {
        let end = at.checked_add(len).ok_or(malformed("a value past the end", at))?;
        self.body.get(at..end).ok_or(malformed("a value past the end", at))
    }

    fn object(&mut self, index: usize, depth: usize) -> Result<Value, DecodeError> {
        if index >= self.count {
            return Err(malformed("a reference to no object", self.table));
        }
        let offset = self.number(self.table + index * self.offset_size, self.offset_size)?;
        let at = usize::try_from(offset).map_err(|_| malformed("an offset past the end", self.table))?;
        let token = self.number(at, 1)?;
        let (kind, low) = (token >> 4, token & 0x0f);
        let value = match (kind, low) {
            (0x0, 0x8) => Value::Boolean(false),
            (0x0, 0x9) => Value::Boolean(true),
            (0x1, 0..=4) => self.integer(at + 1, low)?,
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the number was read from exactly four bytes"
            )]
            (0x2, 2) => Value::Real(f32::from_bits(self.number(at + 1, 4)? as u32).into()),
            (0x2, 3) => Value::Real(f64::from_bits(self.number(at + 1, 8)?)),
            (0x3, 3) => self.date(at + 1)?,
            (0x4..=0x6, _) => return self.text_or_data(kind, at, low),
            (0xa, _) => return self.array(at, low, deeper(depth)?),
            (0xd, _) => return self.dictionary(at, low, deeper(depth)?),
            _ => return Err(malformed("a kind of value that the protocol does not have", at)),
        };
        self.budget.take(0)?;
        Ok(value)
    }

    /// Integers of 1, 2 and 4 bytes are unsigned, those of 8 signed; those of 16 hold what does not fit in 8.
    fn integer(&self, at: usize, power: u64) -> Result<Value, DecodeError> {
        match power {
            0 => self.number(at, 1).map(Value::from),
            1 => self.number(at, 2).map(Value::from),
            2 => self.number(at, 4).map(Value::from),
            3 => self.number(at, 8).map(|bits| Value::from(bits.cast_signed())),
            _ if self.number(at, 8)? == 0 => self.number(at + 8, 8).map(Value::from),
            _ => Err(malformed("an integer of more than 64 bits", at)),
        }
    }

    fn date(&self, at: usize) -> Result<Value, DecodeError> {
        let seconds = f64::from_bits(self.number(at, 8)?) + EPOCH;
        let when = if seconds.is_finite() && seconds.abs() < FARTHEST {
            let span = Duration::from_secs_f64(seconds.abs());
            let epoch = SystemTime::UNIX_EPOCH;
            if seconds < 0.0 { epoch.checked_sub(span) } else { epoch.checked_add(span) }
        } else {
            None
        };
        when.map(|when| Value::Date(Date::from(when))).ok_or(malformed("a date beyond reckoning", at))
    }

    /// The length of a value and where its content starts: in the token, or in an integer behind it.
    fn length(&self, at: usize, low: u64) -> Result<(usize, usize), DecodeError> {
        let (length, start) = if low < 0x0f {
            (low, at + 1)
        } else {
            let size = match self.number(at + 1, 1)? {
                token @ 0x10..=0x13 => 1_usize << (token & 0x03),
                _ => return Err(malformed("a bad length", at)),
            };
            (self.number(at + 2, size)?, at + 2 + size)
        };
        usize::try_from(length).map(|length| (length, start)).map_err(|_| malformed("a bad length", at))
    }

    fn text_or_data(&mut self, kind: u64, at: usize, low: u64) -> Result<Value, DecodeError> {
        let (length, start) = self.length(at, low)?;
        let width = if kind == 0x6 { 2 } else { 1 };
        let size = length.checked_mul(width).ok_or(malformed("a bad length", at))?;
        let content = self.slice(start, size)?;
        self.budget.take(size)?;
        let text = match kind {
            0x4 => return Ok(Value::Data(content.to_vec())),
            0x5 => std::str::from_utf8(content).ok().map(str::to_owned),
            _ => {
                let units = content
                    .chunks_exact(2)
                    .map(|pair| pair.iter().fold(0, |sum, b| (sum << 8) | u16::from(*b)));
                char::decode_utf16(units).collect::<Result<String, _>>().ok()
            }
        };
        text.map(Value::String).ok_or(malformed("text in a wrong encoding", at))
    }

    fn member(&mut self, start: usize, place: usize, depth: usize) -> Result<Value, DecodeError> {
        let at = place.checked_mul(self.ref_size).and_then(|off| off.checked_add(start));
        let index = self.number(at.ok_or(malformed("a bad length", start))?, self.ref_size)?;
        self.object(usize::try_from(index).unwrap_or(usize::MAX), depth)
    }

    fn array(&mut self, at: usize, low: u64, depth: usize) -> Result<Value, DecodeError> {
        let (length, start) = self.length(at, low)?;
        self.budget.take(0)?;
        (0..length).map(|place| self.member(start, place, depth)).collect::<Result<_, _>>().map(Value::Array)
    }

    fn dictionary(&mut self, at: usize, low: u64, depth: usize) -> Result<Value, DecodeError> {
        let (length, start) = self.length(at, low)?;
        self.budget.take(0)?;
        let mut all = Dictionary::new();
        for place in 0..length {
            let Value::String(key) = self.member(start, place, depth)? else {
                return Err(malformed("a key that is not text", at));
            };
            let behind = length.checked_add(place).ok_or(malformed("a bad length", at))?;
            let value = self.member(start, behind, depth)?;
            all.insert(key, value);
        }
        Ok(Value::Dictionary(all))
    }
}
