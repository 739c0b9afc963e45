//! Writing the strict form (DER): small functions that each return one whole element.

use domain::Timestamp;

use super::{Malformed, tag};

/// Appends one element.
pub(crate) fn append(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    push_length(out, content.len());
    out.extend_from_slice(content);
}

fn push_length(out: &mut Vec<u8>, length: usize) {
    if let Ok(short) = u8::try_from(length)
        && short < 0x80
    {
        out.push(short);
        return;
    }
    let octets = length.to_be_bytes();
    let used = octets.iter().position(|&octet| octet != 0).unwrap_or(octets.len());
    let octets = octets.get(used..).unwrap_or_default();
    out.push(0x80 | u8::try_from(octets.len()).unwrap_or(0));
    out.extend_from_slice(octets);
}

/// Returns an element whose content is the parts, one after the other.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    push_length(&mut out, length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(tag::SEQUENCE, parts)
}

/// Returns a SET OF, in the order that DER asks for (X.690 section 11.6).
pub(crate) fn set_of(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort_unstable();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    element(tag::SET, &parts)
}

/// Returns an explicit context tag around elements, or an implicit constructed one.
pub(crate) fn context(number: u8, parts: &[&[u8]]) -> Vec<u8> {
    element(tag::context(number), parts)
}

pub(crate) fn oid(content: &[u8]) -> Vec<u8> {
    element(tag::OID, &[content])
}

/// Writes an INTEGER that is not negative, from its octets, most significant first.
pub(crate) fn unsigned(octets: &[u8]) -> Vec<u8> {
    let used = octets.iter().position(|&octet| octet != 0).unwrap_or(octets.len());
    match octets.get(used..) {
        None | Some([]) => element(tag::INTEGER, &[&[0]]),
        Some(value @ [first, ..]) if first & 0x80 != 0 => element(tag::INTEGER, &[&[0], value]),
        Some(value) => element(tag::INTEGER, &[value]),
    }
}

pub(crate) fn octet_string(content: &[u8]) -> Vec<u8> {
    element(tag::OCTET_STRING, &[content])
}

/// Returns a BIT STRING that fills its octets.
pub(crate) fn bit_string(octets: &[u8]) -> Vec<u8> {
    element(tag::BIT_STRING, &[&[0], octets])
}

pub(crate) fn null() -> Vec<u8> {
    element(tag::NULL, &[])
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    element(tag::UTF8_STRING, &[text.as_bytes()])
}

/// Returns an `AlgorithmIdentifier` with NULL as parameters, as RSA and PKCS#1 ask for.
pub(crate) fn algorithm(id: &[u8]) -> Vec<u8> {
    sequence(&[&oid(id), &null()])
}

/// Returns a time as RFC 5280 section 4.1.2.5 and RFC 5652 section 11.3 want it: `UTCTime` up to 2049, `GeneralizedTime` after.
///
/// # Errors
/// [`Malformed`] for a time before 1950 or after 9999.
pub(crate) fn time(at: Timestamp) -> Result<Vec<u8>, Malformed> {
    let text = at.to_string();
    let digits: String = text.chars().take_while(|&c| c != '.').filter(char::is_ascii_digit).collect();
    match digits.get(2..) {
        _ if digits.len() != 14 || text.starts_with('-') => Err(BAD_TIME),
        Some(short) if ("1950".."2050").contains(&digits.as_str()) => {
            Ok(element(tag::UTC_TIME, &[short.as_bytes(), b"Z"]))
        }
        Some(_) if digits.as_str() >= "2050" => {
            Ok(element(tag::GENERALIZED_TIME, &[digits.as_bytes(), b"Z"]))
        }
        _ => Err(BAD_TIME),
    }
}

const BAD_TIME: Malformed = Malformed("time between 1950 and 9999");

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn lengths_take_as_many_octets_as_they_need() {
        assert_eq!(element(4, &[&[0; 5]]).get(..2), Some(&[4, 5][..]));
        assert_eq!(element(4, &[&[0; 128]]).get(..3), Some(&[4, 0x81, 128][..]));
        assert_eq!(element(4, &[&[0; 256]]).get(..4), Some(&[4, 0x82, 1, 0][..]));
    }

    #[test]
    fn integers_stay_positive_and_short() {
        assert_eq!(unsigned(&[0, 0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(unsigned(&[]), [2, 1, 0]);
    }

    #[test]
    fn times_read_back() {
        for text in [
            "1950-01-01T00:00:00.000Z",
            "2049-12-31T23:59:59.000Z",
            "2050-01-01T00:00:00.000Z",
            "9999-12-30T00:00:00.000Z",
        ] {
            let at: Timestamp = text.parse().unwrap();
            let bytes = time(at).unwrap();
            let element = read::Reader::new(&bytes).any("time").unwrap();
            assert_eq!(read::time(element, "time").unwrap(), at);
        }
        assert!(time("1949-12-31".parse().unwrap()).is_err());
        assert!(time(Timestamp::from_millis(i64::MAX)).is_err());
    }

    #[test]
    fn sets_are_sorted() {
        assert_eq!(set_of(vec![vec![4, 1, 9], vec![2, 1, 5]]), [0x31, 6, 2, 1, 5, 4, 1, 9]);
    }
}
