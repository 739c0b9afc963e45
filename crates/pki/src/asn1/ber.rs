//! From the basic encoding rules to the distinguished ones.
//!
//! Streaming signers, Apple's among them, cannot say a length before they have seen the end: they send lengths that
//! run until an end marker, and long octet strings in pieces. Both are rewritten here, so that no later code has to
//! know. A strict message, by far the usual one, is recognised in one flat pass and not copied.

use std::borrow::Cow;

use super::{Length, Malformed, header, tag, write};

/// How deep elements may nest: twice what any message of ours needs, and far from what a thread's stack holds.
const MAX_DEPTH: u8 = 40;

/// Returns the message in strict form. Bounded by the input: the result is never longer than it.
///
/// # Errors
/// [`Malformed`] for what is not even BER, or nests too deeply.
pub(crate) fn to_der(input: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    if is_strict(input)? {
        return Ok(Cow::Borrowed(input));
    }
    let mut rest = input;
    let mut out = Vec::with_capacity(input.len());
    convert(&mut rest, &mut out, 0)?;
    if !rest.is_empty() {
        return Err(TOO_LOOSE);
    }
    Ok(Cow::Owned(out))
}

const TOO_LOOSE: Malformed = Malformed("message in ASN.1");

/// Returns whether every length is strict and no string is in pieces. It steps into constructed elements without checking
/// that children end where their parent does: the reader does that.
fn is_strict(input: &[u8]) -> Result<bool, Malformed> {
    let mut rest = input;
    while !rest.is_empty() {
        let (tag, length, body) = header(rest).ok_or(TOO_LOOSE)?;
        let Length::Strict(length) = length else { return Ok(false) };
        if tag == tag::CONSTRUCTED_OCTET_STRING {
            return Ok(false);
        }
        rest = if tag & 0x20 != 0 { body } else { body.get(length..).ok_or(TOO_LOOSE)? };
    }
    Ok(true)
}

/// Rewrites one element from the front of `rest`.
fn convert(rest: &mut &[u8], out: &mut Vec<u8>, depth: u8) -> Result<(), Malformed> {
    if depth > MAX_DEPTH {
        return Err(TOO_LOOSE);
    }
    let (tag, length, body) = header(rest).ok_or(TOO_LOOSE)?;
    let constructed = tag & 0x20 != 0;
    let mut content = Vec::new();
    match length {
        Length::Strict(length) | Length::Loose(length) => {
            let (mut inner, after) = body.split_at_checked(length).ok_or(TOO_LOOSE)?;
            *rest = after;
            if constructed {
                while !inner.is_empty() {
                    convert(&mut inner, &mut content, depth.saturating_add(1))?;
                }
            } else if tag == 0 {
                return Err(TOO_LOOSE);
            } else {
                content.extend_from_slice(inner);
            }
        }
        Length::Indefinite if constructed => {
            let mut inner = body;
            loop {
                if let Some(after) = inner.strip_prefix(&[0, 0]) {
                    *rest = after;
                    break;
                }
                convert(&mut inner, &mut content, depth.saturating_add(1))?;
            }
        }
        Length::Indefinite => return Err(TOO_LOOSE),
    }
    if tag == tag::CONSTRUCTED_OCTET_STRING {
        let joined = join(&content)?;
        write::append(out, tag::OCTET_STRING, &joined);
    } else {
        write::append(out, tag, &content);
    }
    Ok(())
}

/// Returns the contents of a run of octet strings, one after the other. Nested pieces are already joined.
pub(crate) fn join(pieces: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = super::read::Reader::new(pieces);
    let mut joined = Vec::with_capacity(pieces.len());
    while !reader.is_empty() {
        joined.extend_from_slice(reader.expect(tag::OCTET_STRING, "octet string in pieces")?.content);
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_input_is_not_copied() {
        let strict = [0x30, 4, 0x31, 2, 4, 0];
        assert!(matches!(to_der(&strict), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn end_markers_long_lengths_and_pieces_are_rewritten() {
        let loose = [
            0x30, 0x80, // until the marker
            0x24, 0x80, 4, 1, b'a', 0x24, 3, 4, 1, b'b', 0,
            0, // a string in pieces, one of them in pieces
            2, 0x81, 1, 7, // a long length
            0, 0,
        ];
        assert_eq!(&*to_der(&loose).unwrap(), &[0x30, 7, 4, 2, b'a', b'b', 2, 1, 7]);
    }

    #[test]
    fn what_is_not_even_loose_is_refused() {
        for (bytes, why) in [
            (&[0x30_u8, 0x80, 2, 1, 7][..], "no end marker"),
            (&[0x04, 0x80, 0, 0], "a primitive without a length"),
            (&[0x30, 0x80, 0, 0, 5], "trailing octet"),
            (&[0x24, 3, 2, 1, 7], "an integer as piece of a string"),
            (&[0x30, 0x81, 2, 0, 0], "an end marker where none belongs"),
            (&[0x30, 0x80, 0x30, 9, 0, 0], "a child beyond its parent"),
        ] {
            assert!(to_der(bytes).is_err(), "{why}");
        }
        let deep: Vec<u8> = std::iter::repeat_n([0x30, 0x80], 50_000).flatten().collect();
        assert!(to_der(&deep).is_err(), "nests too deeply");
    }
}
