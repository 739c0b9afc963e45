//! Writes XML property lists. The same value always gives the same bytes: keys stay in the order in which they were put.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plist::Value;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
<plist version=\"1.0\">\n";

/// Returns the value as an XML property list with Apple's head, one tab a level.
///
/// Characters that XML 1.0 cannot carry (most control characters) are left out of text; UIDs, which only archives use,
/// are written as nothing.
#[must_use]
pub fn to_xml(value: &Value) -> Vec<u8> {
    let mut out = HEAD.to_owned();
    write(value, 0, &mut out);
    out.push_str("</plist>\n");
    out.into_bytes()
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Dictionary(all) if all.is_empty() => line("<dict/>", depth, out),
        Value::Dictionary(all) => {
            line("<dict>", depth, out);
            for (key, value) in all {
                element("key", key, depth + 1, out);
                write(value, depth + 1, out);
            }
            line("</dict>", depth, out);
        }
        Value::Array(all) if all.is_empty() => line("<array/>", depth, out),
        Value::Array(all) => {
            line("<array>", depth, out);
            for value in all {
                write(value, depth + 1, out);
            }
            line("</array>", depth, out);
        }
        Value::Boolean(true) => line("<true/>", depth, out),
        Value::Boolean(false) => line("<false/>", depth, out),
        Value::Data(bytes) => element("data", &STANDARD.encode(bytes), depth, out),
        Value::Date(date) => element("date", &date.to_xml_format(), depth, out),
        Value::Integer(number) => element("integer", &number.to_string(), depth, out),
        Value::Real(number) => element("real", &number.to_string(), depth, out),
        Value::String(text) => element("string", text, depth, out),
        _ => {}
    }
}

fn line(text: &str, depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n('\t', depth));
    out.push_str(text);
    out.push('\n');
}

fn element(name: &str, text: &str, depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n('\t', depth));
    out.push('<');
    out.push_str(name);
    out.push('>');
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A reader turns a bare carriage return into a line feed.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(character),
        }
    }
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}
