//! Binary property lists, version 00, as CoreFoundation writes them (CFBinaryPList.c is the format's only description).
//!
//! Layout: magic, objects, a table of object offsets, a trailer of 32 bytes. Containers name their members by index, so
//! one object may stand in many places; the budget counts every place, and the depth limit also ends a cycle.

use std::time::{Duration, SystemTime};

use plist::{Date, Dictionary, Value};

use super::{Budget, Lenient, Notes, TOO_DEEP};
use crate::errors::DecodeError;

const TRAILER: usize = 32;

/// Seconds from the Unix epoch to 2001-01-01T00:00:00Z, from which the format counts.
const EPOCH: f64 = 978_307_200.0;

/// Dates further from the epoch than this (about 3,000 years) are refused: no calendar type holds every float.
const FARTHEST: f64 = 1e11;

const PAST_THE_END: &str = "it lies past the end";
const BAD_LENGTH: &str = "its length cannot be";

pub(super) fn read(bytes: &[u8], budget: Budget) -> Result<Lenient, DecodeError> {
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
    let mut reader = Reader { body, table, count, offset_size, ref_size, budget, notes: Notes::default() };
    let value = reader.object(root, 0)?;
    let value = value.ok_or(malformed("a list whose outermost value cannot be read", table))?;
    Ok(Lenient { value, skipped: reader.notes.into_skipped() })
}

struct Reader<'a> {
    body: &'a [u8],
    table: usize,
    count: usize,
    offset_size: usize,
    ref_size: usize,
    budget: Budget,
    notes: Notes,
}

/// What ends the reading of one value, or of everything.
enum Fault {
    Value(&'static str),
    Whole(DecodeError),
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        Self::Whole(error)
    }
}

const fn malformed(what: &'static str, at: usize) -> DecodeError {
    DecodeError::Malformed { what, at }
}

/// Returns a big-endian number of up to eight bytes.
fn number(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(len)?)?;
    Some(digits.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

impl<'a> Reader<'a> {
    fn number(&self, at: usize, len: usize) -> Result<u64, Fault> {
        number(self.body, at, len).ok_or(Fault::Value(PAST_THE_END))
    }

    fn slice(&self, at: usize, len: usize) -> Result<&'a [u8], Fault> {
        let end = at.checked_add(len).ok_or(Fault::Value(PAST_THE_END))?;
        self.body.get(at..end).ok_or(Fault::Value(PAST_THE_END))
    }

    /// Returns a value; `None` if it was passed over, which is noted.
    fn object(&mut self, index: usize, depth: usize) -> Result<Option<Value>, DecodeError> {
        self.budget.take(0)?;
        match self.whole_object(index, depth) {
            Ok(value) => Ok(Some(value)),
            Err(Fault::Whole(error)) => Err(error),
            Err(Fault::Value(why)) => {
                self.notes.add(why);
                Ok(None)
            }
        }
    }

    fn whole_object(&mut self, index: usize, depth: usize) -> Result<Value, Fault> {
        if index >= self.count {
            return Err(Fault::Value(PAST_THE_END));
        }
        let offset = self.number(self.table + index * self.offset_size, self.offset_size)?;
        let at = usize::try_from(offset).map_err(|_| Fault::Value(PAST_THE_END))?;
        let token = self.number(at, 1)?;
        match (token >> 4, token & 0x0f) {
            (0x0, 0x8) => Ok(Value::Boolean(false)),
            (0x0, 0x9) => Ok(Value::Boolean(true)),
            (0x1, low @ 0..=4) => self.integer(at + 1, low),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the number was read from exactly four bytes"
            )]
            (0x2, 2) => Ok(Value::Real(f32::from_bits(self.number(at + 1, 4)? as u32).into())),
            (0x2, 3) => Ok(Value::Real(f64::from_bits(self.number(at + 1, 8)?))),
            (0x3, 3) => self.date(at + 1),
            (kind @ 0x4..=0x6, low) => self.text_or_data(kind, at, low),
            (0xa | 0xd, _) if depth >= self.budget.max_depth => Err(Fault::Value(TOO_DEEP)),
            (0xa, low) => self.array(at, low, depth + 1),
            (0xd, low) => self.dictionary(at, low, depth + 1),
            _ => Err(Fault::Value("it is of a kind that the protocol does not have")),
        }
    }

    /// Integers of 1, 2 and 4 bytes are unsigned, those of 8 signed; those of 16 hold what does not fit in 8.
    fn integer(&self, at: usize, power: u64) -> Result<Value, Fault> {
        match power {
            0 => self.number(at, 1).map(Value::from),
            1 => self.number(at, 2).map(Value::from),
            2 => self.number(at, 4).map(Value::from),
            3 => self.number(at, 8).map(|bits| Value::from(bits.cast_signed())),
            _ if self.number(at, 8)? == 0 => self.number(at + 8, 8).map(Value::from),
            _ => Err(Fault::Value("it is not a whole number of 64 bits")),
        }
    }

    fn date(&self, at: usize) -> Result<Value, Fault> {
        let seconds = f64::from_bits(self.number(at, 8)?) + EPOCH;
        let when = if seconds.is_finite() && seconds.abs() < FARTHEST {
            let span = Duration::from_secs_f64(seconds.abs());
            let epoch = SystemTime::UNIX_EPOCH;
            if seconds < 0.0 { epoch.checked_sub(span) } else { epoch.checked_add(span) }
        } else {
            None
        };
        when.map(|when| Value::Date(Date::from(when))).ok_or(Fault::Value("it is not a date"))
    }

    /// Returns the length of a value and where its content starts: in the token, or in an integer behind it.
    fn length(&self, at: usize, low: u64) -> Result<(usize, usize), Fault> {
        let (length, start) = if low < 0x0f {
            (low, at + 1)
        } else {
            let size = match self.number(at + 1, 1)? {
                token @ 0x10..=0x13 => 1_usize << (token & 0x03),
                _ => return Err(Fault::Value(BAD_LENGTH)),
            };
            (self.number(at + 2, size)?, at + 2 + size)
        };
        usize::try_from(length).map(|length| (length, start)).map_err(|_| Fault::Value(BAD_LENGTH))
    }

    fn text_or_data(&mut self, kind: u64, at: usize, low: u64) -> Result<Value, Fault> {
        let (length, start) = self.length(at, low)?;
        let width = if kind == 0x6 { 2 } else { 1 };
        let size = length.checked_mul(width).ok_or(Fault::Value(BAD_LENGTH))?;
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
        text.map(Value::String).ok_or(Fault::Value("it is text in a wrong encoding"))
    }

    /// Returns where the references of a container start, and how many there are. All of them must lie inside the message, or a
    /// short one could claim any number.
    fn references(&self, at: usize, low: u64, each: usize) -> Result<(usize, usize), Fault> {
        let (length, start) = self.length(at, low)?;
        let size = length.checked_mul(each).and_then(|count| count.checked_mul(self.ref_size));
        self.slice(start, size.ok_or(Fault::Value(BAD_LENGTH))?)?;
        Ok((length, start))
    }

    fn member(&mut self, start: usize, place: usize, depth: usize) -> Result<Option<Value>, Fault> {
        let index = self.number(start + place * self.ref_size, self.ref_size)?;
        Ok(self.object(usize::try_from(index).unwrap_or(usize::MAX), depth)?)
    }

    fn array(&mut self, at: usize, low: u64, depth: usize) -> Result<Value, Fault> {
        let (length, start) = self.references(at, low, 1)?;
        let mut all = Vec::new();
        for place in 0..length {
            let mark = self.notes.mark();
            all.extend(self.member(start, place, depth)?);
            self.notes.within(mark, "[]");
        }
        Ok(Value::Array(all))
    }

    fn dictionary(&mut self, at: usize, low: u64, depth: usize) -> Result<Value, Fault> {
        let (length, start) = self.references(at, low, 2)?;
        let mut all = Dictionary::new();
        for place in 0..length {
            let mark = self.notes.mark();
            match self.member(start, place, depth)? {
                Some(Value::String(key)) => {
                    let value = self.member(start, length + place, depth)?;
                    self.notes.within(mark, &key);
                    if let Some(value) = value {
                        all.insert(key, value);
                    }
                }
                other => {
                    if other.is_some() {
                        self.notes.add("its key is not text");
                    }
                    self.notes.within(mark, "?");
                }
            }
        }
        Ok(Value::Dictionary(all))
    }
}
