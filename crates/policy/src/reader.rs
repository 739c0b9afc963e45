//! Reading TOML tables key by key, so that every fault in a file is found at once, each with its line.
//!
//! Serde stops at the first fault; a person who edits forty files wants them all. A [`Node`] returns the values of
//! one table, notes what it was asked for, and [`Node::finish`] reports the keys that were not read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use compliance::Given;
use domain::{AssetClass, ClauseId, DeviceKind, Platform, Span};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::problem::Sink;

/// One file, or the head of one.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
    /// How many lines of the file come before the text.
    pub(crate) before: usize,
}

impl<'a> Source<'a> {
    pub(crate) const fn whole(file: &'a str, text: &'a str) -> Self {
        Self { file, text, before: 0 }
    }

    /// Returns the line, counted from 1 in the file, of a byte of the text.
    pub(crate) fn line(&self, byte: usize) -> usize {
        let newlines = self.text.bytes().take(byte).filter(|b| *b == b'\n').count();
        newlines.saturating_add(self.before).saturating_add(1)
    }

    /// Reports a problem on the line of that byte of the text.
    pub(crate) fn problem(&self, sink: &Sink, byte: usize, message: impl Into<String>) {
        if sink.takes(self.file) {
            sink.add(self.file, Some(self.line(byte)), message);
        }
    }

    /// Parses the text; syntax faults go to the sink, and a file that has one yields nothing.
    pub(crate) fn parse(&self, sink: &Sink) -> Option<DeTable<'a>> {
        let (table, faults) = DeTable::parse_recoverable(self.text);
        for fault in &faults {
            match fault.span() {
                Some(span) => self.problem(sink, span.start, fault.message()),
                None => sink.add(self.file, None, fault.message()),
            }
        }
        faults.is_empty().then(|| table.into_inner())
    }
}

/// One table of a file.
pub(crate) struct Node<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) table: &'a DeTable<'a>,
    /// Where the table begins.
    at: usize,
    sink: &'a Sink,
    /// What the table is, for messages.
    what: &'static str,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Node<'a> {
    pub(crate) fn root(
        source: Source<'a>,
        table: &'a DeTable<'a>,
        sink: &'a Sink,
        what: &'static str,
    ) -> Self {
        Self { source, table, at: 0, sink, what, asked: RefCell::default() }
    }

    /// Returns the line on which the table begins.
    pub(crate) fn line(&self) -> usize {
        self.source.line(self.at)
    }

    /// Returns the line of a key's value, or of the table.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        self.table.get(key).map_or_else(|| self.line(), |value| self.source.line(value.span().start))
    }

    /// Reports a problem on the line of that key.
    pub(crate) fn problem(&self, key: &str, message: impl Into<String>) {
        if self.sink.takes(self.source.file) {
            self.sink.add(self.source.file, Some(self.line_of(key)), message);
        }
    }

    /// Returns whether the key is there, whatever it holds.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Returns the raw value.
    pub(crate) fn raw(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    /// Returns the value, if the key is there; a wrong type is reported.
    pub(crate) fn opt<T: FromToml>(&self, key: &'static str) -> Option<T> {
        let mut faults = Vec::new();
        let value = T::from_toml(self.raw(key)?, &mut faults);
        for (at, message) in faults {
            self.source.problem(self.sink, at, format!("{key}: {message}"));
        }
        value
    }

    /// Returns the value; a key that is not there is reported.
    pub(crate) fn must<T: FromToml>(&self, key: &'static str) -> Option<T> {
        if self.raw(key).is_none() {
            let message = format!("{} has no \"{key}\"", self.what);
            self.source.problem(self.sink, self.at, message);
        }
        self.opt(key)
    }

    /// Reads a text that must not be empty.
    pub(crate) fn must_text(&self, key: &'static str) -> Option<String> {
        let text: String = self.must(key)?;
        if text.trim().is_empty() {
            self.problem(key, format!("{key} is empty; write something"));
            return None;
        }
        Some(text)
    }

    /// Returns the tables of an array of tables, or of an array of inline ones.
    pub(crate) fn tables(&self, key: &'static str, what: &'static str) -> Vec<Self> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.problem(key, format!("{key} must be tables; write [[{key}]]"));
            return Vec::new();
        };
        items.iter().filter_map(|item| self.child(item, key, what)).collect()
    }

    /// Makes one inner table.
    pub(crate) fn table(&self, key: &'static str, what: &'static str) -> Option<Self> {
        self.raw(key).and_then(|value| self.child(value, key, what))
    }

    fn child(&self, value: &'a Spanned<DeValue<'a>>, key: &str, what: &'static str) -> Option<Self> {
        let at = value.span().start;
        let Some(table) = value.get_ref().as_table() else {
            self.source.problem(self.sink, at, format!("{key}: expected a table"));
            return None;
        };
        Some(Self { source: self.source, table, at, sink: self.sink, what, asked: RefCell::default() })
    }

    /// Reports every key that was never asked for.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.table.keys().filter(|key| !asked.contains(key.get_ref().as_ref())) {
            let known = asked.iter().copied().collect::<Vec<_>>().join(", ");
            let message = format!("{} has no key \"{}\"; it has: {known}", self.what, key.get_ref());
            self.source.problem(self.sink, key.span().start, message);
        }
    }
}

/// Faults of one value, each with the byte at which it begins.
pub(crate) type Faults = Vec<(usize, String)>;

/// What a value of a policy file can be read as.
pub(crate) trait FromToml: Sized {
    fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self>;
}

fn wrong<T>(value: &Spanned<DeValue<'_>>, wanted: &str, faults: &mut Faults) -> Option<T> {
    let is = value.get_ref().type_str();
    faults.push((value.span().start, format!("expected {wanted}, found {is}")));
    None
}

impl FromToml for String {
    fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self> {
        value.get_ref().as_str().map(str::to_owned).or_else(|| wrong(value, "text", faults))
    }
}

impl FromToml for bool {
    fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self> {
        value.get_ref().as_bool().or_else(|| wrong(value, "true or false", faults))
    }
}

impl FromToml for i64 {
    fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self> {
        let number = value.get_ref().as_integer();
        number
            .and_then(|number| Self::from_str_radix(number.as_str(), number.radix()).ok())
            .or_else(|| wrong(value, "a whole number", faults))
    }
}

impl FromToml for usize {
    fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self> {
        let number = i64::from_toml(value, faults)?;
        Self::try_from(number).ok().or_else(|| wrong(value, "a whole number from 0 up", faults))
    }
}

impl FromToml for Date {
    fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self> {
        value
            .get_ref()
            .as_datetime()
            .and_then(|when| when.to_string().parse().ok())
            .or_else(|| wrong(value, "a day such as 2026-11-22, without quotes", faults))
    }
}

impl<T: FromToml> FromToml for Vec<T> {
    fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self> {
        let Some(items) = value.get_ref().as_array() else { return wrong(value, "a list", faults) };
        // All items are read before any is judged, for the sake of their faults.
        let read: Vec<Option<T>> = items.iter().map(|item| T::from_toml(item, faults)).collect();
        read.into_iter().collect()
    }
}

impl<T: FromToml> FromToml for BTreeMap<String, T> {
    fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self> {
        let Some(table) = value.get_ref().as_table() else { return wrong(value, "a table", faults) };
        let read: Vec<Option<(String, T)>> = table
            .iter()
            .map(|(key, item)| {
                T::from_toml(item, faults).map(|item| (key.get_ref().clone().into_owned(), item))
            })
            .collect();
        read.into_iter().collect()
    }
}

/// Reads a piece with serde, for the shapes that other crates own.
pub(crate) fn piece<T: for<'de> Deserialize<'de>>(
    value: &Spanned<DeValue<'_>>,
    faults: &mut Faults,
) -> Option<T> {
    let at = value.span().start;
    T::deserialize(ValueDeserializer::from(value.clone()))
        .map_err(|fault| {
            faults.push((fault.span().map_or(at, |span| span.start), fault.message().to_owned()))
        })
        .ok()
}

impl FromToml for Given {
    fn from_toml(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self> {
        piece(value, faults)
    }
}

macro_rules! from_words {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::reader::FromToml for $type {
            fn from_toml(
                value: &toml::Spanned<toml::de::DeValue<'_>>,
                faults: &mut $crate::reader::Faults,
            ) -> Option<Self> {
                let text = String::from_toml(value, faults)?;
                text.parse().map_err(|fault| faults.push((value.span().start, format!("{fault}")))).ok()
            }
        }
    )*};
}
pub(crate) use from_words;

from_words!(Span, AssetClass, ClauseId, DeviceKind, Platform);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_found_with_its_line() {
        let text = "a = 3\nb = \"x\"\nc = [1, \"two\", true]\nextra = 1\n[[d]]\nwhen = \"today\"\n";
        let sink = Sink::default();
        let source = Source { file: "f.toml", text, before: 10 };
        let table = source.parse(&sink).unwrap();
        let node = Node::root(source, &table, &sink, "the file");
        assert_eq!(node.opt::<String>("a"), None);
        assert_eq!(node.must_text("b"), Some("x".into()));
        assert_eq!(node.opt::<Vec<i64>>("c"), None);
        assert_eq!(node.must::<bool>("missing"), None);
        for d in node.tables("d", "a d") {
            assert_eq!(d.line(), 15);
            assert_eq!(d.must::<Date>("when"), None);
            d.finish();
        }
        node.finish();
        let lines: Vec<String> = sink.into_problems().iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "f.toml:11: a: expected text, found integer",
                "f.toml:13: c: expected a whole number, found string",
                "f.toml:13: c: expected a whole number, found boolean",
                "f.toml:11: the file has no \"missing\"",
                "f.toml:16: when: expected a day such as 2026-11-22, without quotes, found string",
                "f.toml:14: the file has no key \"extra\"; it has: a, b, c, d, missing",
            ]
        );
    }

    #[test]
    fn syntax_faults_are_all_reported() {
        let sink = Sink::default();
        assert!(Source::whole("f.toml", "a = \nb = 2\nc = = 3\n").parse(&sink).is_none());
        let lines: BTreeSet<Option<usize>> = sink.into_problems().iter().map(|p| p.line).collect();
        assert_eq!(lines, [Some(1), Some(3)].into());
    }
}
