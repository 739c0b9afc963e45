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
    assert_eq!(xml(&nested(MAX_DEPTH + 1)), Err(DecodeError::TooDeep { limit: MAX_DEPTH }));
    assert_eq!(xml(&"<array>".repeat(100_000)), Err(DecodeError::TooDeep { limit: MAX_DEPTH }));
    let many = format!("<array>{}</array>", "<true/>".repeat(MAX_VALUES));
    assert_eq!(xml(&many), Err(DecodeError::TooMany { limit: MAX_VALUES }));
}

/// A binary list of `levels` arrays, each holding the next one `width` times: small, but huge when unfolded.
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
    assert_eq!(
        read(&unfolding(20, 14, &[0x09]), DEFAULT_LIMIT),
        Err(DecodeError::TooMany { limit: MAX_VALUES })
    );
    let mut long = vec![0x5f, 0x11, 0x40, 0x00];
    long.extend([b'x'; 0x4000]);
    let text = unfolding(3, 14, &long);
    assert_eq!(read(&text, 1024 * 1024), Err(DecodeError::TooMany { limit: MAX_VALUES }), "text counts too");
    // The last "level" is an array that names the first: a cycle.
    assert_eq!(
        read(&unfolding(1, 1, &[0xa1, 0]), DEFAULT_LIMIT),
        Err(DecodeError::TooDeep { limit: MAX_DEPTH })
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
