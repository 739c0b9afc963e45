use plist::{Dictionary, Value};
use proptest::prelude::*;

use super::*;

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::Real),
        "[ -~äöü€𐍈]{0,40}".prop_map(Value::String),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Data),
        (0..4_000_000_000_u64).prop_map(|secs| {
            let when = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(secs);
            Value::Date(when.into())
        }),
    ];
    leaf.prop_recursive(4, 64, 20, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..20).prop_map(Value::Array),
            proptest::collection::vec(("[a-zA-Z ]{1,20}", inner), 0..20)
                .prop_map(|all| Value::Dictionary(all.into_iter().collect::<Dictionary>())),
        ]
    })
}

proptest! {
    #[test]
    fn what_the_plist_crate_writes_reads_back(value in any_value()) {
        let (mut xml, mut binary) = (Vec::new(), Vec::new());
        value.to_writer_xml(&mut xml).unwrap();
        value.to_writer_binary(&mut binary).unwrap();
        prop_assert_eq!(&read(&xml, DEFAULT_LIMIT).unwrap(), &value);
        prop_assert_eq!(&read(&binary, DEFAULT_LIMIT).unwrap(), &value);
        prop_assert_eq!(&read(&to_xml(&value), DEFAULT_LIMIT).unwrap(), &value);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), binary in any::<bool>()) {
        let mut all = if binary { BINARY_MAGIC.to_vec() } else { b"<plist>".to_vec() };
        all.extend(bytes);
        let _ = read(&all, DEFAULT_LIMIT);
    }

    #[test]
    fn no_change_to_a_good_list_panics(value in any_value(), changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8)) {
        let mut binary = Vec::new();
        value.to_writer_binary(&mut binary).unwrap();
        for mut bytes in [binary, to_xml(&value)] {
            for (place, byte) in &changes {
                let place = place % bytes.len();
                bytes[place] = *byte;
            }
            let _ = read(&bytes, DEFAULT_LIMIT);
        }
    }
}

fn xml(text: &str) -> Result<Value, DecodeError> {
    read(text.as_bytes(), DEFAULT_LIMIT)
}

fn skipped(text: &str) -> String {
    read_lenient(text.as_bytes(), DEFAULT_LIMIT).unwrap().skipped.to_string()
}

#[test]
fn xml_as_people_and_tools_write_it() {
    let value = xml(
        "\u{feff}<?xml version='1.0'?>\n<!DOCTYPE plist SYSTEM \"x\">\n<!-- by hand -->\n<plist version=\"1.0\"><dict>\
         <key>a&amp;b</key> <string>&lt;x&gt; &#65;&#x42;<![CDATA[ <raw> ]]></string>\
         <key>n</key><integer> -5 </integer><key>h</key><integer>0xff</integer>\
         <key>t</key><true></true><key>e</key><array/><key>d</key><data>\n\tYWJj\n\tZA==\n</data></dict></plist>\n",
    )
    .unwrap();
    let all = value.as_dictionary().unwrap();
    assert_eq!(all.get("a&b").unwrap().as_string(), Some("<x> AB <raw> "));
    assert_eq!(all.get("n").unwrap().as_signed_integer(), Some(-5));
    assert_eq!(all.get("h").unwrap().as_signed_integer(), Some(255));
    assert_eq!(all.get("t").unwrap().as_boolean(), Some(true));
    assert_eq!(all.get("d").unwrap().as_data(), Some(b"abcd".as_slice()));
}

#[test]
fn what_is_not_a_list_is_refused() {
    for bad in [
        "",
        "hello",
        "<plist>",
        "<plist></plist>",
        "<plist/>",
        "<dict><string>x</string></dict>",
        "<dict><key>a</key></dict>",
        "<array><string>x</array>",
        "<string>&bomb;</string>",
        "<integer>five</integer>",
        "<data>!</data>",
        "<true>x</true>",
        "<string>a</string><string>b</string>",
        "<!DOCTYPE plist [<!ENTITY a \"aaaa\">]><string>x</string>",
        "{ a = b; }",
        "bplist00",
        "bplist00\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        assert!(matches!(xml(bad), Err(DecodeError::Malformed { .. })), "{bad}");
    }
    assert_eq!(read_dictionary(b"<array/>", 100), Err(DecodeError::NotADictionary));
}

#[test]
fn limits_hold() {
    assert_eq!(read(b"<true/>", 6), Err(DecodeError::TooLarge { size: 7, limit: 6 }));
    let nested = |n: usize| format!("{}<true/>{}", "<array>".repeat(n), "</array>".repeat(n));
    assert!(xml(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(skipped(&nested(MAX_DEPTH + 1)), format!("{}: {TOO_DEEP}", "[]".repeat(MAX_DEPTH)));
    assert_eq!(skipped(&nested(10_000)), format!("{}: {TOO_DEEP}", "[]".repeat(MAX_DEPTH)));
    assert!(xml(&"<array>".repeat(100_000)).is_err());
    let many = format!("<array>{}</array>", "<true/>".repeat(DEFAULT_LIMIT / 8));
    assert_eq!(xml(&many).unwrap().as_array().unwrap().len(), DEFAULT_LIMIT / 8, "a long list is read");
}

/// Returns a binary list of `levels` arrays, each holding the next one `width` times: small, but huge when unfolded.
fn unfolding(levels: u8, width: u8, last: &[u8]) -> Vec<u8> {
    let mut bytes = BINARY_MAGIC.to_vec();
    let mut offsets = Vec::new();
    for level in 0..levels {
        offsets.push(bytes.len());
        bytes.push(0xa0 | width);
        bytes.extend(std::iter::repeat_n(level + 1, usize::from(width)));
    }
    offsets.push(bytes.len());
    bytes.extend(last);
    let table = bytes.len();
    for offset in &offsets {
        bytes.extend(u16::try_from(*offset).unwrap().to_be_bytes());
    }
    bytes.extend([0, 0, 0, 0, 0, 0, 2, 1]);
    for field in [offsets.len(), 0, table] {
        bytes.extend((field as u64).to_be_bytes());
    }
    bytes
}

#[test]
fn a_list_that_unfolds_is_refused() {
    assert!(read(&unfolding(3, 4, &[0x09]), DEFAULT_LIMIT).is_ok());
    let unfolds = |limit: usize| Err(DecodeError::Unfolds { limit: limit * MAX_UNFOLDING });
    assert_eq!(read(&unfolding(20, 14, &[0x09]), DEFAULT_LIMIT), unfolds(DEFAULT_LIMIT));
    let mut long = vec![0x5f, 0x11, 0x40, 0x00];
    long.extend([b'x'; 0x4000]);
    let text = unfolding(3, 14, &long);
    assert_eq!(read(&text, 1024 * 1024), unfolds(1024 * 1024), "text counts too");
    // The last "level" is an array that names the first: a cycle.
    let cycle = read_lenient(&unfolding(1, 1, &[0xa1, 0]), DEFAULT_LIMIT).unwrap();
    assert_eq!(cycle.skipped.named().len(), 1);
    // A short list cannot claim more members than it holds.
    assert!(
        read(&unfolding(1, 1, &[0xaf, 0x13, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), 4096).is_err()
    );
}

#[test]
fn text_that_xml_cannot_carry_is_left_out() {
    let out = to_xml(&Value::String("a\u{0}\u{1b}b\r\n<&>".into()));
    assert_eq!(read(&out, 1000).unwrap().as_string(), Some("ab\r\n<&>"));
}

#[test]
fn a_date_beyond_reckoning_is_refused() {
    for seconds in [f64::NAN, f64::INFINITY, 1e300, -1e300] {
        let mut object = vec![0x33];
        object.extend(seconds.to_be_bytes());
        assert!(read(&unfolding(1, 1, &object), DEFAULT_LIMIT).is_err(), "{seconds}");
    }
}

/// A bad value in a list that is otherwise good: the rest is there, and the bad one has a name.
#[test]
fn one_bad_value_is_left_out_and_named() {
    for (bad, why) in [
        ("<integer>18446744073709551616</integer>", "it is not a whole number of 64 bits"),
        ("<integer>3.0</integer>", "it is not a whole number of 64 bits"),
        ("<date></date>", "it is not a date"),
        ("<date>2026-11-01T10:00:00+0000</date>", "it is not a date"),
        ("<date>-0001-12-30T00:00:00Z</date>", "it is not a date"),
        ("<date>2147483647-07-28T00:00:00Z</date>", "it is not a date"),
        ("<string>a van &#128664; &#xD83D;</string>", "it holds a character that XML does not have"),
        ("<string>&bomb;</string>", "it holds a character that XML does not have"),
        ("<string>a<b>c</b>d</string>", "it does not fit its element"),
        ("<data>!</data>", "it does not fit its element"),
        ("<true>x</true>", "it does not fit its element"),
        ("<null/>", "it is an element that property lists do not have"),
        ("<set><string>x</string></set>", "it is an element that property lists do not have"),
        ("", "it has no value"),
    ] {
        let text = format!(
            "<dict><key>A</key><dict><key>x</key>{bad}<key>y</key><true/></dict><key>B</key><string>b</string></dict>"
        );
        let read = read_lenient(text.as_bytes(), DEFAULT_LIMIT).unwrap();
        assert_eq!(read.skipped.to_string(), format!("A.x: {why}"), "{bad}");
        let all = read.value.as_dictionary().unwrap();
        assert_eq!(all["B"].as_string(), Some("b"), "{bad}");
        assert_eq!(all["A"].as_dictionary().unwrap().keys().collect::<Vec<_>>(), ["y"], "{bad}");
    }
    assert_eq!(skipped("<dict><string>x</string><key>y</key><true/></dict>"), "?: it has no key");
    assert_eq!(skipped("<plist><true/></plist><plist/>"), "the message: something stands after the end");
    let twice = "<array><integer/><true/><integer/></array>";
    assert_eq!(skipped(twice), "[]: it is not a whole number of 64 bits (2 times)");
    assert!(xml(twice).is_err(), "what we wrote ourselves must be whole");
}

#[test]
fn what_encodings_and_senders_do_is_read() {
    let text = "<plist><dict><key>N</key><string>Zo\u{eb}</string><key>O</key><true/></dict></plist>";
    let utf16 = |of: fn(u16) -> [u8; 2], mark: [u8; 2]| {
        mark.into_iter().chain(text.encode_utf16().flat_map(of)).collect::<Vec<u8>>()
    };
    let whole = xml(text).unwrap();
    assert_eq!(read(&utf16(u16::to_le_bytes, [0xff, 0xfe]), DEFAULT_LIMIT).unwrap(), whole);
    assert_eq!(read(&utf16(u16::to_be_bytes, [0xfe, 0xff]), DEFAULT_LIMIT).unwrap(), whole);
    assert_eq!(xml(&format!("{text}\n\0")).unwrap(), whole);
    assert_eq!(xml("<data>YWJjZA</data>").unwrap().as_data(), Some(b"abcd".as_slice()), "without padding");
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let read = read_lenient(&latin, DEFAULT_LIMIT).unwrap();
    assert_eq!(read.skipped.to_string(), "N: it is not in the encoding of the message");
    assert_eq!(read.value.as_dictionary().unwrap()["O"].as_boolean(), Some(true));
}

#[test]
fn names_of_what_was_left_out_are_few_and_plain() {
    let many: String = (0..3_000).map(|n| format!("<key>k{n}</key><integer/>")).collect();
    let read = read_lenient(format!("<dict>{many}</dict>").as_bytes(), DEFAULT_LIMIT).unwrap();
    assert_eq!(read.skipped.named().len(), 16);
    assert!(read.skipped.to_string().ends_with("; and 2984 more"), "{}", read.skipped);
    assert!(read.skipped.shortens("Anything", &[]) && read.skipped.touches("Anything"));
    assert_eq!(
        skipped("<dict><key>a secret name</key><integer/></dict>"),
        "?: it is not a whole number of 64 bits"
    );
}

/// One object of a binary list cannot be read: a text in a wrong encoding, a kind that nobody knows, a place past the end.
#[test]
fn one_bad_object_of_a_binary_list_is_left_out() {
    for last in
        [&[0x51, 0xff][..], &[0x80, 0x00], &[0x00], &[0x14, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1]]
    {
        let read = read_lenient(&unfolding(2, 1, last), DEFAULT_LIMIT).unwrap();
        assert_eq!(read.skipped.named().len(), 1, "{last:?}");
        assert_eq!(read.skipped.named()[0].path, "[][]");
    }
}
