//! Reading the settings file key by key, so that every fault in it is found at once, each with its line.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use policy::Problem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The file and what has been found wrong with it.
pub(super) struct Source<'a> {
    /// Its name as the person gave it.
    pub(super) file: &'a str,
    /// Its text.
    pub(super) text: &'a str,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Source<'a> {
    pub(super) const fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, problems: RefCell::new(Vec::new()) }
    }

    /// Parses the text. A file with a fault of syntax yields nothing more.
    pub(super) fn parse(&self) -> Option<DeTable<'a>> {
        let (table, faults) = DeTable::parse_recoverable(self.text);
        for fault in &faults {
            self.problem(fault.span().map(|span| span.start), fault.message());
        }
        faults.is_empty().then(|| table.into_inner())
    }

    /// Notes a problem at a byte of the text.
    pub(super) fn problem(&self, at: Option<usize>, message: impl Into<String>) {
        let line =
            at.map(|at| self.text.bytes().take(at).filter(|byte| *byte == b'\n').count().saturating_add(1));
        let problem = Problem { file: self.file.to_owned(), line, message: message.into() };
        self.problems.borrow_mut().push(problem);
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

/// One table of the file; also one that is not there, which holds nothing.
pub(super) struct Section<'a> {
    source: &'a Source<'a>,
    table: Option<&'a DeTable<'a>>,
    at: Option<usize>,
    /// How it is called in messages: the file, or `[name]`.
    name: String,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Section<'a> {
    pub(super) fn root(source: &'a Source<'a>, table: &'a DeTable<'a>) -> Self {
        let name = "the file".to_owned();
        Self { source, table: Some(table), at: None, name, asked: RefCell::default() }
    }

    /// Returns an inner table.
    pub(super) fn section(&self, key: &'static str) -> Self {
        let value = self.raw(key);
        let table = value.and_then(|value| value.get_ref().as_table());
        if value.is_some() && table.is_none() {
            self.problem(key, format!("{key}: write it as a table, [{key}]"));
        }
        let at = value.map(|value| value.span().start);
        Self { source: self.source, table, at, name: format!("[{key}]"), asked: RefCell::default() }
    }

    /// Returns whether the table stands in the file.
    pub(super) const fn is_there(&self) -> bool {
        self.table.is_some()
    }

    /// Returns the value as it stands.
    pub(super) fn raw(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(key);
        self.table?.get(key)
    }

    /// Reads text, trimmed; empty text is a problem.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        let text = self.raw(key)?.get_ref().as_str().map(|text| text.trim().to_owned());
        match text {
            Some(text) if !text.is_empty() => Some(text),
            Some(_) => self.wrong(key, "it is empty: write something or take the line out"),
            None => self.wrong(key, "write text in quotes"),
        }
    }

    /// Reads a list of texts; none where it is left out.
    pub(super) fn texts(&self, key: &'static str, such_as: &str) -> Vec<String> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let all = value.get_ref().as_array().and_then(|all| {
            let texts = all.iter().map(|one| one.get_ref().as_str().map(|text| text.trim().to_owned()));
            texts.collect::<Option<Vec<String>>>()
        });
        all.filter(|all| all.iter().all(|text| !text.is_empty()))
            .or_else(|| self.wrong(key, format!("write a list of texts, such as {such_as}")))
            .unwrap_or_default()
    }

    /// Reads text that must be there.
    pub(super) fn must(&self, key: &'static str, such_as: &str) -> Option<String> {
        if self.raw(key).is_none() {
            let message = format!("{} has no \"{key}\": write {key} = {such_as}", self.name);
            self.source.problem(self.at, message);
        }
        self.text(key)
    }

    /// Reads true or false; false where it is left out.
    pub(super) fn flag(&self, key: &'static str) -> bool {
        self.flag_or(key, false)
    }

    /// Reads true or false.
    pub(super) fn flag_or(&self, key: &'static str, default: bool) -> bool {
        let Some(value) = self.raw(key) else { return default };
        let flag = value.get_ref().as_bool();
        flag.or_else(|| self.wrong(key, "write true or false, without quotes")).unwrap_or(default)
    }

    /// Reads a whole number between two others.
    pub(super) fn count(&self, key: &'static str, from: usize, to: usize, default: usize) -> usize {
        let Some(value) = self.raw(key) else { return default };
        value
            .get_ref()
            .as_integer()
            .and_then(|number| usize::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| (from..=to).contains(number))
            .or_else(|| self.wrong(key, format!("write a whole number from {from} to {to}")))
            .unwrap_or(default)
    }

    /// Reads text that must be readable as something.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, key: &'static str) -> Option<T> {
        self.text(key)?.parse().map_err(|error| self.problem(key, format!("{key}: {error}"))).ok()
    }

    /// Notes a problem with a key, and gives nothing.
    pub(super) fn wrong<T>(&self, key: &'static str, what: impl Display) -> Option<T> {
        self.problem(key, format!("{key}: {what}"));
        None
    }

    fn problem(&self, key: &str, message: String) {
        let at = self.table.and_then(|table| table.get(key)).map(|value| value.span().start);
        self.source.problem(at.or(self.at), message);
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        let known = asked.iter().copied().collect::<Vec<_>>().join(", ");
        for key in self.table.into_iter().flat_map(|table| table.keys()) {
            if !asked.contains(key.get_ref().as_ref()) {
                let message = format!("{} has no setting \"{}\"; it has: {known}", self.name, key.get_ref());
                self.source.problem(Some(key.span().start), message);
            }
        }
    }
}
