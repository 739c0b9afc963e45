//! Looking keys up in a message: a key of a wrong type is as good as an absent one, and the few types that senders
//! other than Apple's mix up are taken for each other.

use plist::{Dictionary, Value};

use crate::errors::DecodeError;

/// Longest identifier that is taken, in bytes. Apple's are 25 to 40; a Managed Apple Account is an e-mail address.
pub(crate) const MAX_IDENTITY: usize = 128;

/// Longest free text that is kept, in characters: names that holders choose are cut, not refused.
const MAX_TEXT: usize = 256;

/// One dictionary of a message.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Dictionary);

impl<'a> Fields<'a> {
    pub(crate) fn get(self, key: &str) -> Option<&'a Value> {
        self.0.get(key)
    }

    /// Reads text as sent; a number is taken as its digits (test clients send versions so). Empty text is absent.
    pub(crate) fn whole_text(self, key: &str) -> Option<String> {
        let text = match self.get(key)? {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Reads free text, cut to 256 characters.
    pub(crate) fn text(self, key: &str) -> Option<String> {
        self.whole_text(key).map(|text| text.chars().take(MAX_TEXT).collect())
    }

    /// Returns an identifier made of printable ASCII without spaces and colons: never cut, since a cut one is another one's.
    pub(crate) fn identity(self, key: &'static str) -> Result<Option<String>, DecodeError> {
        self.checked(key, |c| c.is_ascii_graphic() && c != ':')
    }

    /// Returns a name that identifies: any printable characters.
    pub(crate) fn name(self, key: &'static str) -> Result<Option<String>, DecodeError> {
        self.checked(key, |c| !c.is_control())
    }

    fn checked(self, key: &'static str, fits: fn(char) -> bool) -> Result<Option<String>, DecodeError> {
        match self.whole_text(key) {
            Some(text) if text.len() > MAX_IDENTITY || !text.chars().all(fits) => {
                Err(DecodeError::BadIdentity { key, limit: MAX_IDENTITY })
            }
            other => Ok(other),
        }
    }

    /// Yes or no; 1 and 0 are taken for them.
    pub(crate) fn flag(self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Value::Boolean(flag) => Some(*flag),
            Value::Integer(number) => match number.as_signed()? {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn count(self, key: &str) -> Option<i64> {
        self.get(key)?.as_signed_integer()
    }

    /// Returns a number with a fraction; a whole one is taken too.
    pub(crate) fn real(self, key: &str) -> Option<f64> {
        match self.get(key)? {
            Value::Real(number) => Some(*number),
            #[expect(clippy::cast_precision_loss, reason = "levels and coordinates are far below 2^53")]
            Value::Integer(number) => number.as_signed().map(|number| number as f64),
            _ => None,
        }
    }

    /// Reads bytes; none at all is absent.
    pub(crate) fn data(self, key: &str) -> Option<Vec<u8>> {
        self.get(key)?.as_data().filter(|data| !data.is_empty()).map(<[u8]>::to_vec)
    }

    pub(crate) fn dictionary(self, key: &str) -> Option<Self> {
        self.get(key)?.as_dictionary().map(Self)
    }

    /// Returns the dictionaries of a list; members of another type are passed over.
    pub(crate) fn dictionaries(self, key: &str) -> Option<impl Iterator<Item = Self> + use<'a>> {
        Some(self.get(key)?.as_array()?.iter().filter_map(Value::as_dictionary).map(Fields))
    }
}
