//! Property lists, XML and binary: what every message from an Apple device is made of.

use protocol_apple::errors::DecodeError;
use protocol_apple::plist_io::{self, MAX_DEPTH, MAX_UNFOLDING, VALUE_SIZE, to_xml};

use crate::sample;
use ::plist::Value;

/// The limit that the targets set: a quarter of the usual one, so that runs at the limit are quick.
pub const LIMIT: usize = plist_io::DEFAULT_LIMIT / 4;

/// Pieces of both encodings.
pub const WORDS: &[&str] = &[
    "<dict>",
    "</dict>",
    "<array>",
    "</array>",
    "<array/>",
    "<dict/>",
    "<key>",
    "</key>",
    "<string>",
    "</string>",
    "<integer>",
    "</integer>",
    "<real>nan</real>",
    "<real>1e999</real>",
    "<date>",
    "</date>",
    "<data>",
    "</data>",
    "<true/>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE",
    "&#0;",
    "&#x10FFFF;",
    "&lt;",
    "&",
    "<plist>",
    "</plist>",
    "UDID",
    "UserID",
    "EnrollmentID",
    "Status",
    "Acknowledged",
    "MessageType",
    "bplist00",
    "\u{feff}",
];

/// Reads a property list.
pub fn plist(data: &[u8]) -> bool {
    let Ok(plist_io::Lenient { value, skipped }) = plist_io::read_lenient(data, LIMIT) else { return false };
    let size = measure(&value);
    let unfolded = size.bytes + size.values * VALUE_SIZE;
    assert!(unfolded <= LIMIT * MAX_UNFOLDING, "{unfolded} bytes out of {}", data.len());
    assert!(size.depth <= MAX_DEPTH, "{} levels", size.depth);
    refuses_more_than_its_limit(data, |limit| plist_io::read_lenient(data, limit).err());
    assert_eq!(
        plist_io::read(data, LIMIT).is_ok(),
        skipped.is_empty(),
        "what was left out is named: {skipped}"
    );
    assert!(skipped.to_string().len() < 64 * 1024 && skipped.named().iter().all(|one| one.times > 0));

    // What XML cannot carry is lost on the way out, and two keys may become one; from then on nothing changes any more.
    let read_back = |xml: &[u8]| plist_io::read(xml, usize::MAX).expect("what is written must read back");
    let written = to_xml(&read_back(&to_xml(&value)));
    assert!(to_xml(&read_back(&written)) == written, "what is read back must be what was written");
    true
}

/// Returns a decoder with a limit must hold it before it looks at anything else.
pub(super) fn refuses_more_than_its_limit(data: &[u8], decode: impl Fn(usize) -> Option<DecodeError>) {
    if let Some(limit) = data.len().checked_sub(1) {
        assert_eq!(decode(limit), Some(DecodeError::TooLarge { size: data.len(), limit }));
    }
}

/// How much was read.
#[derive(Default)]
struct Size {
    values: usize,
    depth: usize,
    bytes: usize,
}

fn measure(value: &Value) -> Size {
    let mut size = Size { values: 1, ..Size::default() };
    let mut add = |inner: Size| {
        size.values += inner.values;
        size.bytes += inner.bytes;
        size.depth = size.depth.max(inner.depth);
    };
    match value {
        Value::Array(all) => all.iter().map(measure).for_each(&mut add),
        Value::Dictionary(all) => {
            for (key, value) in all {
                add(Size { bytes: key.len(), ..measure(value) });
            }
        }
        Value::Data(bytes) => return Size { bytes: bytes.len(), ..size },
        Value::String(text) => return Size { bytes: text.len(), ..size },
        _ => return size,
    }
    size.depth += 1;
    size
}

/// Returns every kind of value, and every message.
///
/// # Panics
/// When the samples are missing.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        b"<plist><dict><key>a&amp;b</key><array><integer>-5</integer><integer>0xff</integer><real>0.5</real>\
          <date>2026-11-22T03:00:00Z</date><data>AAEC</data><true/><false/><string>x</string></array></dict></plist>"
            .to_vec(),
    ];
    seeds.extend(sample::apple_messages());
    let bad_values = b"<dict><key>a</key><array><integer>3.0</integer><date/><string>&#xD83D;\xeb</string><null/></array><key>b</key></dict>";
    let binary = seeds.iter().map(|seed| {
        let mut out = Vec::new();
        let value = plist_io::read(seed, LIMIT).expect("a seed is a property list");
        value.to_writer_binary(&mut out).expect("memory can be written");
        out
    });
    let binary: Vec<_> = binary.collect();
    seeds.extend(binary);
    seeds.push(bad_values.to_vec());
    seeds
}
