//! Defines one entry, and its encoding in the tree.
//!
//! The encoding is a version byte, then the fields in order, each of known length or with its
//! length before it. Two different entries therefore never have the same bytes, and an entry has one encoding only;
//! [`Entry::decode`] refuses everything that [`Entry::encode`] would not write.
//!
//! ```text
//! 0x01                                version
//! id           16 bytes               UUID
//! at            8 bytes, big-endian   milliseconds since 1970 UTC, two's complement
//! actor, action, subject              each: length in 4 bytes big-endian, UTF-8
//! force, clause, reason               each: 0x00, or 0x01 and then length and UTF-8 as above
//! detail_digest                       0x00, or 0x01 and then 32 bytes
//! ```

use domain::{ClauseId, EntryId, Force, Timestamp};

use crate::hash::{Hash, leaf_hash};

/// Most bytes that one text of an entry may have.
pub const MAX_TEXT_BYTES: usize = 4096;
const VERSION: u8 = 0x01;

/// The reason why an entry cannot be written, or bytes are not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// A text is too long.
    #[error("the {0} of a ledger entry has at most 4096 bytes; put the rest into its detail")]
    TooLong(&'static str),
    /// A text that must be there is empty.
    #[error("a ledger entry must say its {0}")]
    Empty(&'static str),
    /// The bytes are not an entry in this encoding.
    #[error("not the bytes of a ledger entry: {0}; if they come from the store, restore it from a backup")]
    Malformed(&'static str),
}

/// One act: the actor, the subject, the time, the reason, and the clause.
///
/// All of it stays for as long as the log does. Names, numbers and free words about people belong in the
/// [`crate::Detail`], of which only the digest is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id, made with the use case, before the entry has its place in the log.
    pub id: EntryId,
    /// The time of the act.
    pub at: Timestamp,
    /// The actor: a role and an id, such as `person:0190...`, `enrolment:0190...` or `system`.
    pub actor: String,
    /// The act, such as `device.lock.ordered`.
    pub action: String,
    /// The thing or person acted on, written as actors are.
    pub subject: String,
    /// The force that it belongs to; absent if it concerns no single force.
    pub force: Option<Force>,
    /// The clause under which it was done, if there is one.
    pub clause: Option<ClauseId>,
    /// The reason as a code of the product such as `reported-lost`; text that a person typed belongs in the detail.
    pub reason: Option<String>,
    /// Digest of the private detail, if there is one.
    pub detail_digest: Option<Hash>,
}

impl Entry {
    /// Returns the entry's bytes in the tree.
    ///
    /// # Errors
    /// When the actor, action or subject is empty, or a text is longer than [`MAX_TEXT_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, EntryError> {
        let mut out = vec![VERSION];
        out.extend_from_slice(self.id.uuid().as_bytes());
        out.extend_from_slice(&self.at.millis().to_be_bytes());
        for (name, text) in [("actor", &self.actor), ("action", &self.action), ("subject", &self.subject)] {
            if text.is_empty() {
                return Err(EntryError::Empty(name));
            }
            put_text(&mut out, name, text)?;
        }
        put_optional(&mut out, "force", self.force.as_ref().map(Force::as_str))?;
        put_optional(&mut out, "clause", self.clause.as_ref().map(ClauseId::as_str))?;
        put_optional(&mut out, "reason", self.reason.as_deref())?;
        out.push(u8::from(self.detail_digest.is_some()));
        if let Some(digest) = &self.detail_digest {
            out.extend_from_slice(digest.as_bytes());
        }
        Ok(out)
    }

    /// Returns the hash that goes into the tree.
    ///
    /// # Errors
    /// As [`Entry::encode`].
    pub fn leaf(&self) -> Result<Hash, EntryError> {
        self.encode().map(|bytes| leaf_hash(&bytes))
    }

    /// Decodes an entry.
    ///
    /// # Errors
    /// When they are not exactly what [`Entry::encode`] writes for some entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let mut input = Input(bytes);
        if input.array::<1>()? != [VERSION] {
            return Err(EntryError::Malformed("unknown version"));
        }
        let entry = Self {
            id: EntryId::from_uuid(uuid_of(input.array()?)),
            at: Timestamp::from_millis(i64::from_be_bytes(input.array()?)),
            actor: input.some_text("actor")?,
            action: input.some_text("action")?,
            subject: input.some_text("subject")?,
            force: input.optional("force")?.map(|text| parse(&text, "unknown force")).transpose()?,
            clause: input.optional("clause")?.map(|text| parse(&text, "not a clause id")).transpose()?,
            reason: input.optional("reason")?,
            detail_digest: if input.flag()? { Some(Hash::from_bytes(input.array()?)) } else { None },
        };
        if input.0.is_empty() { Ok(entry) } else { Err(EntryError::Malformed("bytes after the end")) }
    }
}

fn uuid_of(bytes: [u8; 16]) -> uuid::Uuid {
    uuid::Uuid::from_bytes(bytes)
}

fn parse<T: std::str::FromStr>(text: &str, otherwise: &'static str) -> Result<T, EntryError> {
    text.parse().map_err(|_| EntryError::Malformed(otherwise))
}

fn put_text(out: &mut Vec<u8>, name: &'static str, text: &str) -> Result<(), EntryError> {
    let length = u32::try_from(text.len()).map_err(|_| EntryError::TooLong(name))?;
    if text.len() > MAX_TEXT_BYTES {
        return Err(EntryError::TooLong(name));
    }
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

fn put_optional(out: &mut Vec<u8>, name: &'static str, text: Option<&str>) -> Result<(), EntryError> {
    out.push(u8::from(text.is_some()));
    text.map_or(Ok(()), |text| put_text(out, name, text))
}

/// The bytes that are still to be read.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], EntryError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(EntryError::Malformed("cut short"))?;
        self.0 = rest;
        Ok(*head)
    }

    fn flag(&mut self) -> Result<bool, EntryError> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(EntryError::Malformed("a flag is neither 0 nor 1")),
        }
    }

    fn text(&mut self, name: &'static str) -> Result<String, EntryError> {
        let length = u32::from_be_bytes(self.array()?) as usize;
        if length > MAX_TEXT_BYTES {
            return Err(EntryError::TooLong(name));
        }
        let (head, rest) = self.0.split_at_checked(length).ok_or(EntryError::Malformed("cut short"))?;
        self.0 = rest;
        std::str::from_utf8(head).map(str::to_owned).map_err(|_| EntryError::Malformed("not UTF-8"))
    }

    fn some_text(&mut self, name: &'static str) -> Result<String, EntryError> {
        let text = self.text(name)?;
        if text.is_empty() { Err(EntryError::Empty(name)) } else { Ok(text) }
    }

    fn optional(&mut self, name: &'static str) -> Result<Option<String>, EntryError> {
        if self.flag()? { self.text(name).map(Some) } else { Ok(None) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        pub(crate) fn any_entry()(
            id in any::<u128>(), at in any::<i64>(),
            actor in ".{1,20}", action in ".{1,20}", subject in ".{1,20}",
            force in prop::option::of(prop::sample::select(vec![domain::samples::NORFOLK, domain::samples::SUFFOLK])),
            clause in prop::option::of("[A-Z]{3}-[0-9]{1,2}(\\.[0-9])?[a-c]?"),
            reason in prop::option::of(".{0,20}"),
            digest in prop::option::of(any::<[u8; 32]>()),
        ) -> Entry {
            Entry {
                id: EntryId::from_uuid(uuid::Uuid::from_u128(id)), at: Timestamp::from_millis(at),
                actor, action, subject, force, clause: clause.map(|text| text.parse().unwrap()), reason,
                detail_digest: digest.map(Hash::from_bytes),
            }
        }
    }

    proptest! {
        /// One entry, one encoding, and the other way about: so no two entries share their bytes.
        #[test]
        fn bytes_read_back(entry in any_entry()) {
            prop_assert_eq!(&Entry::decode(&entry.encode().unwrap()).unwrap(), &entry);
        }

        #[test]
        fn whatever_decodes_is_what_would_be_written(
            entry in any_entry(), place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
        ) {
            let mut bytes = entry.encode().unwrap();
            let place = place.index(bytes.len());
            if cut { bytes.truncate(place) } else { bytes[place] = byte }
            if let Ok(read) = Entry::decode(&bytes) {
                prop_assert_eq!(read.encode().unwrap(), bytes);
            }
        }

        #[test]
        fn no_bytes_make_decoding_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(read) = Entry::decode(&bytes) {
                prop_assert_eq!(read.encode().unwrap(), bytes);
            }
        }
    }

    #[test]
    fn text_cannot_slide_from_one_field_into_the_next() {
        let entry = |actor: &str, action: &str| Entry {
            id: EntryId::from_uuid(uuid::Uuid::nil()),
            at: Timestamp::from_millis(0),
            actor: actor.to_owned(),
            action: action.to_owned(),
            subject: "device:1".to_owned(),
            force: None,
            clause: None,
            reason: None,
            detail_digest: None,
        };
        assert_ne!(entry("ab", "c").encode().unwrap(), entry("a", "bc").encode().unwrap());
        assert_eq!(entry("", "c").encode().unwrap_err(), EntryError::Empty("actor"));
        let long = "x".repeat(MAX_TEXT_BYTES + 1);
        assert_eq!(entry("a", &long).encode().unwrap_err(), EntryError::TooLong("action"));
    }

    /// The layout written at the head of this file, by hand.
    #[test]
    fn the_layout_stands_still() {
        let entry = Entry {
            id: EntryId::from_uuid(uuid::Uuid::from_u128(1)),
            at: Timestamp::from_millis(2),
            actor: "a".to_owned(),
            action: "b".to_owned(),
            subject: "c".to_owned(),
            force: Some(domain::samples::NORFOLK),
            clause: Some("MDU-1".parse().unwrap()),
            reason: None,
            detail_digest: Some(Hash::from_bytes([0xee; 32])),
        };
        let expected = format!(
            "01{:032x}{:016x}000000016100000001620000000163{}{}0001{}",
            1,
            2,
            "01000000076e6f72666f6c6b",
            "01000000054d44552d31",
            "ee".repeat(32),
        );
        assert_eq!(hex::encode(entry.encode().unwrap()), expected);
    }
}
