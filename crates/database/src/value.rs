//! Parameters and columns of statements: four kinds of value, the same on both engines.

use std::fmt;
use std::str::FromStr;

use domain::Timestamp;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// A parameter or a column. There are no floating-point numbers: money, times and counts are whole.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A whole number: counts, times in milliseconds, truth values as 0 and 1.
    Int(i64),
    /// Text: words, identifiers, JSON.
    Text(String),
    /// Bytes: digests, certificates, sealed data.
    Bytes(Vec<u8>),
}

impl Value {
    /// Makes a value of anything that displays as its stored form: ids, forces, platforms and other closed words.
    #[must_use]
    pub fn id(id: impl fmt::Display) -> Self {
        Self::Text(id.to_string())
    }

    /// Makes a value as [`Value::id`] does, or NULL.
    #[must_use]
    pub fn opt_id(id: Option<impl fmt::Display>) -> Self {
        id.map_or(Self::Null, Self::id)
    }
}

/// Makes a value of anything that displays as its stored form; short for [`Value::id`].
#[must_use]
pub fn id(id: impl fmt::Display) -> Value {
    Value::id(id)
}

impl fmt::Debug for Value {
    /// Prints the kind and size only: a value may be personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Int(_) => f.write_str("Int(..)"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(truth.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Timestamp> for Value {
    /// Milliseconds since the epoch.
    fn from(at: Timestamp) -> Self {
        Self::Int(at.millis())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer. Columns are counted from 0; a value of the wrong kind is [`StoreError::Corrupt`].
#[derive(Debug, Clone)]
pub struct Row {
    statement: &'static str,
    values: Vec<Value>,
}

impl Row {
    pub(super) fn new(statement: &'static str, values: Vec<Value>) -> Self {
        Self { statement, values }
    }

    fn corrupt(&self, column: usize) -> StoreError {
        StoreError::Corrupt { statement: self.statement, column }
    }

    fn value(&self, column: usize) -> Result<&Value, StoreError> {
        self.values.get(column).ok_or_else(|| self.corrupt(column))
    }

    /// Returns whether a column is NULL.
    ///
    /// # Errors
    /// `Corrupt` when the answer has no such column.
    pub fn is_null(&self, column: usize) -> Result<bool, StoreError> {
        self.value(column).map(|value| *value == Value::Null)
    }

    /// Returns a whole number.
    ///
    /// # Errors
    /// `Corrupt` when it is NULL or of another kind; so for all of these readers.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.opt_int(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// Returns a whole number, or none for NULL.
    ///
    /// # Errors
    /// `Corrupt` when it is of another kind.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Int(number) => Ok(Some(*number)),
            Value::Text(_) | Value::Bytes(_) => Err(self.corrupt(column)),
        }
    }

    /// Reads text without a copy.
    ///
    /// # Errors
    /// `Corrupt` when it is NULL or of another kind.
    pub fn text_ref(&self, column: usize) -> Result<&str, StoreError> {
        self.opt_text_ref(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// Reads text without a copy, or none for NULL.
    ///
    /// # Errors
    /// `Corrupt` when it is of another kind.
    pub fn opt_text_ref(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            Value::Int(_) | Value::Bytes(_) => Err(self.corrupt(column)),
        }
    }

    /// Returns text.
    ///
    /// # Errors
    /// `Corrupt` when it is NULL or of another kind.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        self.text_ref(column).map(str::to_owned)
    }

    /// Returns text, or none for NULL.
    ///
    /// # Errors
    /// `Corrupt` when it is of another kind.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        Ok(self.opt_text_ref(column)?.map(str::to_owned))
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// `Corrupt` when it is NULL or of another kind.
    pub fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        self.opt_bytes(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// Bytes, or none for NULL.
    ///
    /// # Errors
    /// `Corrupt` when it is of another kind.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes.clone())),
            Value::Int(_) | Value::Text(_) => Err(self.corrupt(column)),
        }
    }

    /// Reads a truth value, kept as 0 or 1; any other number is corrupt.
    ///
    /// # Errors
    /// `Corrupt` when it is anything but 0 or 1.
    pub fn bool(&self, column: usize) -> Result<bool, StoreError> {
        self.opt_bool(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// Returns a truth value, or none for NULL.
    ///
    /// # Errors
    /// `Corrupt` when it is anything but 0, 1 or NULL.
    pub fn opt_bool(&self, column: usize) -> Result<Option<bool>, StoreError> {
        match self.opt_int(column)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(_) => Err(self.corrupt(column)),
        }
    }

    /// Returns a point in time, kept as milliseconds.
    ///
    /// # Errors
    /// `Corrupt` when it is NULL or of another kind.
    pub fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp::from_millis)
    }

    /// Returns a point in time, or none for NULL.
    ///
    /// # Errors
    /// `Corrupt` when it is of another kind.
    pub fn opt_time(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int(column)?.map(Timestamp::from_millis))
    }

    /// Returns text that reads as a `T`: an id, a force, any closed word.
    ///
    /// # Errors
    /// `Corrupt` when it does not.
    pub fn parse<T: FromStr>(&self, column: usize) -> Result<T, StoreError> {
        self.text_ref(column)?.parse().map_err(|_| self.corrupt(column))
    }

    /// Returns text that reads as a `T`, or none for NULL.
    ///
    /// # Errors
    /// `Corrupt` when it does not.
    pub fn opt_parse<T: FromStr>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.opt_text_ref(column)?.map(|text| text.parse().map_err(|_| self.corrupt(column))).transpose()
    }

    /// Returns text that is the JSON of a `T`.
    ///
    /// # Errors
    /// `Corrupt` when it is not.
    pub fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.text_ref(column)?).map_err(|_| self.corrupt(column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_wrong_kind_is_named_and_never_converted() {
        let row = Row::new("t", vec![Value::from("7"), Value::Int(2), Value::Null, Value::from(vec![1u8])]);
        let corrupt = |column| StoreError::Corrupt { statement: "t", column };
        assert_eq!(row.int(0).unwrap_err(), corrupt(0));
        assert_eq!(row.bool(1).unwrap_err(), corrupt(1));
        assert_eq!(row.text(2).unwrap_err(), corrupt(2));
        assert_eq!(row.opt_text(2), Ok(None));
        assert_eq!(row.text(3).unwrap_err(), corrupt(3));
        assert_eq!(row.int(9).unwrap_err(), corrupt(9));
        assert_eq!(row.parse::<domain::DeviceId>(0).unwrap_err(), corrupt(0));
        assert_eq!(row.bytes(3), Ok(vec![1]));
    }

    #[test]
    fn debug_prints_no_content() {
        let shown = format!("{:?}", [Value::from("PC 1234"), Value::from(42i64), Value::from(vec![9u8, 9])]);
        assert!(!shown.contains("1234") && !shown.contains("42"), "{shown}");
    }
}
