//! XML property lists: the small closed set of elements that Apple's DTD names, and no entities but the five of XML.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plist::{Date, Dictionary, Value};

use super::{Budget, deeper};
use crate::errors::DecodeError;

pub(super) fn read(bytes: &[u8], budget: Budget) -> Result<Value, DecodeError> {
    let text = std::str::from_utf8(bytes).map_err(|error| DecodeError::Malformed {
        what: "text that is not UTF-8",
        at: error.valid_up_to(),
    })?;
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text, at: start, budget };
    reader.skip_between()?;
    let wrapped = reader.enter_plist()?;
    reader.skip_between()?;
    let value = reader.value(0)?;
    reader.skip_between()?;
    if wrapped {
        reader.close("plist")?;
        reader.skip_between()?;
    }
    if reader.rest().is_empty() { Ok(value) } else { Err(reader.wrong("something after the end")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    budget: Budget,
}

struct Tag<'a> {
    name: &'a str,
    empty: bool,
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

    fn value(&mut self, depth: usize) -> Result<Value, DecodeError> {
        let tag = self.open()?;
        match tag.name {
            "dict" => self.dictionary(&tag, deeper(depth)?),
            "array" => self.array(&tag, deeper(depth)?),
            "true" | "false" => {
                self.budget.take(0)?;
                if !self.content(&tag)?.trim().is_empty() {
                    return Err(self.wrong("text inside true or false"));
                }
                Ok(Value::Boolean(tag.name == "true"))
            }
            _ => {
                let text = self.content(&tag)?;
                self.budget.take(text.len())?;
                self.scalar(tag.name, text)
            }
        }
    }

    fn scalar(&self, name: &str, text: String) -> Result<Value, DecodeError> {
        let value = match name {
            "string" => Some(Value::String(text)),
            "integer" => integer(text.trim()),
            "real" => text.trim().parse().ok().map(Value::Real),
            "date" => Date::from_xml_format(text.trim()).ok().map(Value::Date),
            "data" => {
                let packed: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
                STANDARD.decode(packed).ok().map(Value::Data)
            }
            _ => return Err(self.wrong("an element that property lists do not have")),
        };
        value.ok_or_else(|| self.wrong("a value that does not fit its element"))
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
            let tag = self.open()?;
            if tag.name != "key" {
                return Err(self.wrong("a value without its key"));
            }
            let key = self.content(&tag)?;
            self.budget.take(key.len())?;
            self.skip_between()?;
            let value = self.value(depth)?;
            all.insert(key, value);
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
            all.push(self.value(depth)?);
        }
    }

    /// The text up to the closing element, with entities resolved and CDATA taken as it stands.
    fn content(&mut self, tag: &Tag<'_>) -> Result<String, DecodeError> {
        let mut out = String::new();
        if tag.empty {
            return Ok(out);
        }
        loop {
            let rest = self.rest();
            let until = rest.find('<').ok_or_else(|| self.wrong("an element without end"))?;
            self.unescape(rest.get(..until).unwrap_or_default(), &mut out)?;
            self.at += until;
            let rest = self.rest();
            if rest.starts_with("<![CDATA[") {
                self.at += "<![CDATA[".len();
                out.push_str(self.take_past("]]>", "character data without end")?);
            } else if rest.starts_with("<!--") {
                self.at += "<!--".len();
                self.take_past("-->", "a comment without end")?;
            } else {
                self.close(tag.name)?;
                return Ok(out);
            }
        }
    }

    fn unescape(&self, mut text: &str, out: &mut String) -> Result<(), DecodeError> {
        while let Some((before, after)) = text.split_once('&') {
            out.push_str(before);
            let resolved = after.split_once(';').and_then(|(name, rest)| Some((entity(name)?, rest)));
            let (character, rest) = resolved.ok_or_else(|| self.wrong("an unknown entity"))?;
            out.push(character);
            text = rest;
        }
        out.push_str(text);
        Ok(())
    }
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
