//! Property lists without ceremony.

use plist::{Dictionary, Value};

/// Returns a dictionary from pairs, in that order.
pub(crate) fn dict<const N: usize>(pairs: [(&str, Value); N]) -> Dictionary {
    let mut all = Dictionary::new();
    for (key, value) in pairs {
        all.insert(key.to_owned(), value);
    }
    all
}

/// Returns a dictionary as a value.
pub(crate) fn map<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Dictionary(dict(pairs))
}

pub(crate) fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

pub(crate) fn data(bytes: &[u8]) -> Value {
    Value::Data(bytes.to_vec())
}

/// Returns the text at a key.
pub(crate) fn text_at<'a>(all: &'a Dictionary, key: &str) -> Option<&'a str> {
    all.get(key).and_then(Value::as_string)
}

/// Returns the truth value at a key; false if it is not there.
pub(crate) fn flag_at(all: &Dictionary, key: &str) -> bool {
    all.get(key).and_then(Value::as_boolean).unwrap_or(false)
}

/// Returns the dictionaries in the array at a key.
pub(crate) fn dicts_at<'a>(all: &'a Dictionary, key: &str) -> impl Iterator<Item = &'a Dictionary> {
    all.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_dictionary)
}

/// Returns the texts in the array at a key; `None` if there is no array.
pub(crate) fn texts_at<'a>(all: &'a Dictionary, key: &str) -> Option<Vec<&'a str>> {
    Some(all.get(key)?.as_array()?.iter().filter_map(Value::as_string).collect())
}

/// Writes XML, as devices send it.
pub(crate) fn to_xml(all: Dictionary) -> Result<Vec<u8>, plist::Error> {
    let mut out = Vec::with_capacity(1024);
    Value::Dictionary(all).to_writer_xml(&mut out)?;
    Ok(out)
}

/// Writes XML as text for a person to read; empty if it cannot be written.
pub(crate) fn written(all: &Dictionary) -> String {
    to_xml(all.clone()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Reads XML or binary; nothing if it is neither or no dictionary.
pub(crate) fn read(bytes: &[u8]) -> Option<Dictionary> {
    Value::from_reader(std::io::Cursor::new(bytes)).ok()?.into_dictionary()
}
