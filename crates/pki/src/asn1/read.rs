//! Reading the strict form (DER).

use domain::Timestamp;

use super::{Length, Malformed, header, tag};

/// One element: its tag, its content, and all of its octets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) raw: &'a [u8],
}

impl<'a> Element<'a> {
    /// Reads what it holds.
    pub(crate) const fn inside(self) -> Reader<'a> {
        Reader { rest: self.content }
    }
}

/// A place in a run of elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns the next element, whatever it is; `what` names the structure for the error.
    pub(crate) fn any(&mut self, what: &'static str) -> Result<Element<'a>, Malformed> {
        let (tag, length, body) = header(self.rest).ok_or(Malformed(what))?;
        let Length::Strict(length) = length else { return Err(Malformed(what)) };
        let (content, rest) = body.split_at_checked(length).ok_or(Malformed(what))?;
        let taken = self.rest.len().saturating_sub(rest.len());
        let raw = self.rest.get(..taken).ok_or(Malformed(what))?;
        self.rest = rest;
        Ok(Element { tag, content, raw })
    }

    /// Returns the next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8, what: &'static str) -> Result<Element<'a>, Malformed> {
        let element = self.any(what)?;
        if element.tag == tag { Ok(element) } else { Err(Malformed(what)) }
    }

    /// Returns the next element if it has this tag; otherwise stays where it is.
    pub(crate) fn optional(&mut self, tag: u8, what: &'static str) -> Result<Option<Element<'a>>, Malformed> {
        if self.rest.first() == Some(&tag) { self.any(what).map(Some) } else { Ok(None) }
    }

    /// Goes into the next element, a SEQUENCE.
    pub(crate) fn sequence(&mut self, what: &'static str) -> Result<Self, Malformed> {
        Ok(self.expect(tag::SEQUENCE, what)?.inside())
    }

    /// Goes into the next element, a SET.
    pub(crate) fn set(&mut self, what: &'static str) -> Result<Self, Malformed> {
        Ok(self.expect(tag::SET, what)?.inside())
    }

    /// Returns the content octets of the next element, an OBJECT IDENTIFIER.
    pub(crate) fn oid(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        Ok(self.expect(tag::OID, what)?.content)
    }

    /// Fails if anything follows.
    pub(crate) const fn finish(self, what: &'static str) -> Result<(), Malformed> {
        if self.is_empty() { Ok(()) } else { Err(Malformed(what)) }
    }
}

/// Returns the only element of the input.
pub(crate) fn sole<'a>(input: &'a [u8], tag: u8, what: &'static str) -> Result<Element<'a>, Malformed> {
    let mut reader = Reader::new(input);
    let element = reader.expect(tag, what)?;
    reader.finish(what)?;
    Ok(element)
}

/// Returns the octets of a BIT STRING whose bits fill them.
pub(crate) fn whole_bits<'a>(element: Element<'a>, what: &'static str) -> Result<&'a [u8], Malformed> {
    match (element.tag, element.content.split_first()) {
        (tag::BIT_STRING, Some((0, bits))) => Ok(bits),
        _ => Err(Malformed(what)),
    }
}

/// Returns a `UTCTime` or `GeneralizedTime` in the form that RFC 5280 section 4.1.2.5 prescribes: seconds, and Z.
pub(crate) fn time(element: Element<'_>, what: &'static str) -> Result<Timestamp, Malformed> {
    let digits = element.content.strip_suffix(b"Z").ok_or(Malformed(what))?;
    let wanted = match element.tag {
        tag::UTC_TIME => 12,
        tag::GENERALIZED_TIME => 14,
        _ => return Err(Malformed(what)),
    };
    if digits.len() != wanted || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Malformed(what));
    }
    let mut parts = digits.chunks_exact(2).map(|pair| std::str::from_utf8(pair).unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    let century_or_year = next();
    let (century, year) = match element.tag {
        tag::GENERALIZED_TIME => (century_or_year, next()),
        // Two-digit years from 50 on are of the last century (RFC 5280 section 4.1.2.5.1).
        _ if century_or_year >= "50" => ("19", century_or_year),
        _ => ("20", century_or_year),
    };
    let (month, day, hour, minute, second) = (next(), next(), next(), next(), next());
    format!("{century}{year}-{month}-{day}T{hour}:{minute}:{second}Z").parse().map_err(|_| Malformed(what))
}

/// Returns the text of a string type; other types and bytes that are not UTF-8 have none.
pub(crate) fn text(element: Element<'_>) -> Option<String> {
    match element.tag {
        tag::UTF8_STRING | tag::PRINTABLE_STRING | tag::IA5_STRING | tag::TELETEX_STRING => {
            String::from_utf8(element.content.to_vec()).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_strict_form_is_read() {
        let read = |bytes: &[u8]| Reader::new(bytes).any("thing").map(|element| element.content.to_vec());
        assert_eq!(read(&[4, 2, 1, 2]), Ok(vec![1, 2]));
        for (bytes, why) in [
            (&[4_u8, 3, 1, 2][..], "truncated"),
            (&[4, 0x81, 2, 1, 2], "length in more octets than needed"),
            (&[0x30, 0x80, 0, 0], "indefinite"),
            (&[0x1f, 0x81, 1, 0], "high tag number"),
            (&[4, 0x85, 0, 0, 0, 0, 0], "five length octets"),
            (&[4, 0x84, 0xff, 0xff, 0xff, 0xff], "four gigabytes"),
            (&[], "nothing"),
        ] {
            assert!(read(bytes).is_err(), "{why}");
        }
        assert!(sole(&[4, 1, 7, 0], tag::OCTET_STRING, "thing").is_err(), "trailing octet");
    }

    #[test]
    fn times_read_in_both_forms() {
        let read = |tag, text: &'static str| {
            time(Element { tag, content: text.as_bytes(), raw: &[] }, "time").map(|at| at.to_string())
        };
        assert_eq!(read(tag::UTC_TIME, "261122030000Z").unwrap(), "2026-11-22T03:00:00.000Z");
        assert_eq!(read(tag::UTC_TIME, "500101000000Z").unwrap(), "1950-01-01T00:00:00.000Z");
        assert_eq!(read(tag::GENERALIZED_TIME, "20510102030405Z").unwrap(), "2051-01-02T03:04:05.000Z");
        for bad in ["2611220300Z", "261322030000Z", "261122030000+0000", "26112203000xZ", "Z", ""] {
            assert!(read(tag::UTC_TIME, bad).is_err(), "{bad}");
        }
    }
}
