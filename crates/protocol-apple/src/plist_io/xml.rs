//! XML property lists: the small closed set of elements that Apple's DTD names, and no entities but the five of XML.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use plist::{Date, Dictionary, Value};

use super::{Budget, Lenient, Notes, TOO_DEEP};
use crate::errors::DecodeError;

/// Some senders leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const MISFIT: &str = "it does not fit its element";

pub(super) fn read(bytes: &[u8], budget: Budget) -> Result<Lenient, DecodeError> {
    let text = text_of(bytes);
    let lossy = matches!(text, Cow::Owned(_)) && text.contains('\u{fffd}');
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text: &text, at: start, budget, lossy, notes: Notes::default() };
    reader.skip_between()?;
    let wrapped = reader.enter_plist()?;
    reader.skip_between()?;
    let value = reader.value(0)?;
    let Some(value) = value else { return Err(reader.wrong("a list whose only value cannot be read")) };
    if !reader.ends(wrapped) {
        reader.notes.add("something stands after the end");
    }
    Ok(Lenient { value, skipped: reader.notes.into_skipped() })
}

/// Returns the text of an XML list; bytes in another encoding become U+FFFD.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let units = |of: fn([u8; 2]) -> u16| -> String {
        let pairs = bytes.chunks_exact(2).map(|pair| pair.try_into().map_or(0, of));
        char::decode_utf16(pairs).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => Cow::Owned(units(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => Cow::Owned(units(u16::from_be_bytes)),
        // Nearly every message is good, and checking that costs far less than looking for what to replace.
        _ => std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    budget: Budget,
    /// Some bytes were in another encoding.
    lossy: bool,
    notes: Notes,
}

struct Tag<'a> {
    name: &'a str,
    empty: bool,
}

/// The text of an element, and what is wrong with it.
struct Content {
    text: String,
    fault: Option<&'static str>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    const fn wrong(&self, what: &'static str) -> DecodeError {
        DecodeError::Malformed { what, at: self.at }
    }

    /// Takes everything up to and including `end`; returns what stood before it.
    fn take_past(&mut self, end: &str, what: &'static str) -> Result<&'a str, DecodeError> {
        let (before, _) = self.rest().split_once(end).ok_or_else(|| self.wrong(what))?;
        self.at += before.len() + end.len();
        Ok(before)
    }

    /// Skips white space, comments, processing instructions and a document type without inner declarations.
    fn skip_between(&mut self) -> Result<(), DecodeError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("<!--") {
                self.at += "<!--".len();
                self.take_past("-->", "a comment without end")?;
            } else if trimmed.starts_with("<?") {
                self.take_past("?>", "a processing instruction without end")?;
            } else if trimmed.starts_with("<!DOCTYPE") {
                if self.take_past(">", "a document type without end")?.contains('[') {
                    return Err(self.wrong("declarations inside the document type"));
                }
            } else {
                return Ok(());
            }
        }
    }

    fn enter_plist(&mut self) -> Result<bool, DecodeError> {
        if !self.rest().starts_with("<plist") {
            return Ok(false);
        }
        if self.open()?.empty { Err(self.wrong("an empty list")) } else { Ok(true) }
    }

    /// Returns whether nothing but the end follows; some senders end with a NUL.
    fn ends(&mut self, wrapped: bool) -> bool {
        let closes = |reader: &mut Self| {
            reader.skip_between()?;
            if wrapped {
                reader.close("plist")?;
                reader.skip_between()?;
            }
            Ok::<_, DecodeError>(
                reader.rest().trim_matches(|c: char| c == '\0' || c.is_whitespace()).is_empty(),
            )
        };
        closes(self).unwrap_or(false)
    }

    fn open(&mut self) -> Result<Tag<'a>, DecodeError> {
        if !self.rest().starts_with('<') || self.rest().starts_with("</") {
            return Err(self.wrong("an element was expected"));
        }
        self.at += 1;
        let inside = self.take_past(">", "an element without end")?;
        let (inside, empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let name = inside.split_ascii_whitespace().next().unwrap_or_default();
        Ok(Tag { name, empty })
    }

    fn at_close(&self) -> bool {
        self.rest().starts_with("</")
    }

    fn at_key(&self) -> bool {
        let after = self.rest().strip_prefix("<key");
        after.is_some_and(|rest| rest.starts_with(['>', '/']) || rest.starts_with(char::is_whitespace))
    }

    fn close(&mut self, name: &str) -> Result<(), DecodeError> {
        if !self.at_close() {
            return Err(self.wrong("a closing element was expected"));
        }
        self.at += 2;
        let found = self.take_past(">", "a closing element without end")?;
        if found.trim_end() == name {
            Ok(())
        } else {
            Err(self.wrong("elements that close in the wrong order"))
        }
    }

    /// Passes over everything up to the end of an element that was opened, however deep it is.
    fn pass_over(&mut self, tag: &Tag<'_>) -> Result<(), DecodeError> {
        let mut open = usize::from(!tag.empty);
        while open > 0 {
            let until = self.rest().find('<').ok_or_else(|| self.wrong("an element without end"))?;
            self.at += until;
            if self.at_close() {
                self.take_past(">", "a closing element without end")?;
                open -= 1;
            } else if self.rest().starts_with("<![CDATA[") {
                self.take_past("]]>", "character data without end")?;
            } else if self.rest().starts_with("<!--") {
                self.take_past("-->", "a comment without end")?;
            } else if self.rest().starts_with("<?") {
                self.take_past("?>", "a processing instruction without end")?;
            } else {
                open += usize::from(!self.open()?.empty);
            }
        }
        Ok(())
    }

    /// Returns a value; `None` if it was passed over, which is noted.
    fn value(&mut self, depth: usize) -> Result<Option<Value>, DecodeError> {
        let tag = self.open()?;
        let fault = match tag.name {
            "dict" | "array" if depth >= self.budget.max_depth => TOO_DEEP,
            "dict" => return self.dictionary(&tag, depth + 1).map(Some),
            "array" => return self.array(&tag, depth + 1).map(Some),
            "string" | "integer" | "real" | "date" | "data" | "true" | "false" => {
                let content = self.content(&tag)?;
                self.budget.take(content.text.len())?;
                match content.fault.map_or_else(|| scalar(tag.name, content.text), Err) {
                    Ok(value) => return Ok(Some(value)),
                    Err(fault) => {
                        self.notes.add(fault);
                        return Ok(None);
                    }
                }
            }
            _ => "it is an element that property lists do not have",
        };
        self.pass_over(&tag)?;
        self.notes.add(fault);
        Ok(None)
    }

    fn dictionary(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Value, DecodeError> {
        self.budget.take(0)?;
        let mut all = Dictionary::new();
        if tag.empty {
            return Ok(Value::Dictionary(all));
        }
        loop {
            self.skip_between()?;
            if self.at_close() {
                self.close("dict")?;
                return Ok(Value::Dictionary(all));
            }
            let mark = self.notes.mark();
            let tag = self.open()?;
            if tag.name != "key" {
                self.pass_over(&tag)?;
                self.notes.add("it has no key");
                self.notes.within(mark, "?");
                continue;
            }
            let key = self.content(&tag)?;
            self.budget.take(key.text.len())?;
            self.skip_between()?;
            let value = if self.at_close() || self.at_key() {
                self.notes.add("it has no value");
                None
            } else {
                self.value(depth)?
            };
            match (key.fault, value) {
                (None, Some(value)) => {
                    self.notes.within(mark, &key.text);
                    all.insert(key.text, value);
                }
                (Some(fault), Some(_)) => {
                    self.notes.add(fault);
                    self.notes.within(mark, "?");
                }
                (_, None) => self.notes.within(mark, if key.fault.is_some() { "?" } else { &key.text }),
            }
        }
    }

    fn array(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Value, DecodeError> {
        self.budget.take(0)?;
        let mut all = Vec::new();
        if tag.empty {
            return Ok(Value::Array(all));
        }
        loop {
            self.skip_between()?;
            if self.at_close() {
                self.close("array")?;
                return Ok(Value::Array(all));
            }
            let mark = self.notes.mark();
            all.extend(self.value(depth)?);
            self.notes.within(mark, "[]");
        }
    }

    /// Returns the text up to the closing element, with entities resolved and CDATA taken as it stands.
    fn content(&mut self, tag: &Tag<'_>) -> Result<Content, DecodeError> {
        let mut out = Content { text: String::new(), fault: None };
        if tag.empty {
            return Ok(out);
        }
        loop {
            let rest = self.rest();
            let until = rest.find('<').ok_or_else(|| self.wrong("an element without end"))?;
            if !unescape(rest.get(..until).unwrap_or_default(), &mut out.text) {
                out.fault = Some("it holds a character that XML does not have");
            }
            self.at += until;
            let rest = self.rest();
            if rest.starts_with("<![CDATA[") {
                self.at += "<![CDATA[".len();
                out.text.push_str(self.take_past("]]>", "character data without end")?);
            } else if rest.starts_with("<!--") {
                self.at += "<!--".len();
                self.take_past("-->", "a comment without end")?;
            } else if self.at_close() {
                self.close(tag.name)?;
                break;
            } else {
                let inner = self.open()?;
                self.pass_over(&inner)?;
                out.fault = Some(MISFIT);
            }
        }
        if self.lossy && out.text.contains('\u{fffd}') {
            out.fault = Some("it is not in the encoding of the message");
        }
        Ok(out)
    }
}

/// Resolves entities; false if there is one that XML does not have, which is left out.
fn unescape(mut text: &str, out: &mut String) -> bool {
    let mut whole = true;
    while let Some((before, after)) = text.split_once('&') {
        out.push_str(before);
        let resolved = after.split_once(';').and_then(|(name, rest)| Some((entity(name)?, rest)));
        text = match resolved {
            Some((character, rest)) => {
                out.push(character);
                rest
            }
            None => {
                whole = false;
                after
            }
        };
    }
    out.push_str(text);
    whole
}

fn scalar(name: &str, text: String) -> Result<Value, &'static str> {
    let trimmed = text.trim();
    let value = match name {
        "string" => return Ok(Value::String(text)),
        "true" | "false" => trimmed.is_empty().then_some(Value::Boolean(name == "true")),
        "integer" => return integer(trimmed).ok_or("it is not a whole number of 64 bits"),
        "real" => trimmed.parse().ok().map(Value::Real),
        "date" => return Date::from_xml_format(trimmed).map(Value::Date).map_err(|_| "it is not a date"),
        _ => {
            let packed: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
            BASE64.decode(packed).ok().map(Value::Data)
        }
    };
    value.ok_or(MISFIT)
}

fn integer(text: &str) -> Option<Value> {
    if let Ok(signed) = text.parse::<i64>() {
        return Some(Value::from(signed));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Value::from);
    }
    text.parse::<u64>().ok().map(Value::from)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
