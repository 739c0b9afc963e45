//! The part of ASN.1 that certificates and signed messages need.
//!
//! Every message from a device passes one gate, [`ber::to_der`], which turns the looser encodings that some clients
//! send into the one strict form; [`read`] then accepts nothing but that form. Reading borrows from the message and
//! never allocates, which is what makes a signature check cost little more than its arithmetic. [`write`] makes the
//! strict form. High tag numbers and lengths beyond four octets occur in nothing that we read, and are refused.

pub(crate) mod ber;
pub(crate) mod oid;
pub(crate) mod read;
pub(crate) mod write;

/// Bytes that are not the structure which they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes do not hold a readable {0}")]
pub struct Malformed(pub(crate) &'static str);

/// Identifier octets (X.690 section 8.1.2) of the types that we meet.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// OCTET STRING in pieces: allowed in BER only.
    pub(crate) const CONSTRUCTED_OCTET_STRING: u8 = 0x24;

    /// Returns a constructed context tag.
    pub(crate) const fn context(number: u8) -> u8 {
        0xa0 | number
    }

    /// Returns a primitive context tag.
    pub(crate) const fn context_primitive(number: u8) -> u8 {
        0x80 | number
    }
}

/// An element's length as its octets say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many octets, written in the shortest way.
    Strict(usize),
    /// So many octets, written in more octets than needed: BER only.
    Loose(usize),
    /// Until an end marker: BER only.
    Indefinite,
}

/// Splits tag and length off the front; what is left is not yet checked to be long enough.
pub(crate) fn header(input: &[u8]) -> Option<(u8, Length, &[u8])> {
    let (&tag, rest) = input.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    if first < 0x80 {
        return Some((tag, Length::Strict(usize::from(first)), rest));
    }
    if first == 0x80 {
        return Some((tag, Length::Indefinite, rest));
    }
    let count = usize::from(first & 0x7f);
    if count > 4 {
        return None;
    }
    let (octets, rest) = rest.split_at_checked(count)?;
    let value = octets.iter().fold(0_usize, |value, &octet| (value << 8) | usize::from(octet));
    let strict = octets.first() != Some(&0) && value >= 0x80;
    Some((tag, if strict { Length::Strict(value) } else { Length::Loose(value) }, rest))
}
