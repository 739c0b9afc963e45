//! Reading `checks/<name>.toml`: each arm and each case is a piece of its own, so that a fault in one leaves the others.

use std::collections::BTreeMap;
use std::ops::Range;

use compliance::{Check, Flaw, Place};
use toml::Spanned;
use toml::de::DeValue;

use super::Loader;
use crate::reader::{Node, Source, piece};

impl Loader<'_> {
    pub(super) fn checks(&mut self) {
        let mut checks = BTreeMap::new();
        for name in &self.check_files {
            let file = format!("checks/{name}.toml");
            let Some(text) = self.files.get(&file) else { continue };
            let source = Source::whole(&file, text);
            if let Some(check) = self.with_root(source, "a check", |root| self.check(root)) {
                checks.insert(name.clone(), check);
            }
        }
        self.library.checks = checks;
    }

    fn check(&self, root: &Node<'_>) -> Option<Check> {
        let asks = root.must_text("asks");
        let params = if root.has("params") { root.opt("params") } else { Some(BTreeMap::new()) };
        let (on, arms_at) = self.pieces(root, "on");
        let (cases, cases_at) = self.pieces(root, "case");
        let check = Check { asks: asks?, params: params?, on: on?, cases: cases? };
        let lookup = &self.library.registers;
        // A case can only be judged by a check that can be bound.
        let flaws = match check.bind(&BTreeMap::new(), lookup) {
            Err(flaws) => flaws,
            // A former version has proved itself by the cases of its time.
            Ok(_) if lookup.former => Vec::new(),
            Ok(_) => match check.failing_cases(lookup) {
                failing if failing.is_empty() => check.missing_cases(lookup),
                failing => failing,
            },
        };
        for flaw in flaws.iter().take_while(|_| self.sink.takes(root.source.file)) {
            let line = locate(root, flaw, &arms_at, &cases_at);
            self.sink.add(root.source.file, Some(line), flaw.to_string());
        }
        flaws.is_empty().then_some(check)
    }

    /// Runs the cases again with the values that the force chose: a check that these make milder than its cases say is a fault of the
    /// force's file, or of a case that should stand beside the value.
    pub(super) fn cases_as_chosen(&self) {
        let lookup = &self.library.registers;
        if lookup.former || !lookup.parameters.values().any(|parameter| parameter.overridden) {
            return;
        }
        for (name, check) in &self.library.checks {
            for flaw in check.failing_cases(lookup) {
                let message = format!(
                    "checks/{name}.toml no longer does what its cases say: {flaw}; choose another value, or let the case name it: \
                     {{ parameter = \"...\", plus = 1 }}"
                );
                self.sink.add(super::registers::OVERRIDES, None, message);
            }
        }
    }

    /// Returns the tables of one kind and where each begins; `None` if any of them cannot be read.
    fn pieces<T: for<'de> serde::Deserialize<'de>>(
        &self,
        root: &Node<'_>,
        key: &'static str,
    ) -> (Option<Vec<T>>, Vec<usize>) {
        let Some(value) = root.raw(key) else { return (Some(Vec::new()), Vec::new()) };
        let Some(items) = value.get_ref().as_array() else {
            root.problem(key, format!("{key} must be tables; write [[{key}]]"));
            return (None, Vec::new());
        };
        let read: Vec<Option<T>> = items.iter().map(|item| self.read_piece(root, item)).collect();
        (read.into_iter().collect(), items.iter().map(|item| item.span().start).collect())
    }

    fn read_piece<T: for<'de> serde::Deserialize<'de>>(
        &self,
        root: &Node<'_>,
        item: &Spanned<DeValue<'_>>,
    ) -> Option<T> {
        let mut faults = Vec::new();
        let value = piece(item, &mut faults);
        for (at, fault) in faults {
            root.source.problem(&self.sink, at, fault);
        }
        value
    }
}

/// Returns the line of a flaw: that of the word it is about inside its arm or case, or where the arm or case begins.
fn locate(root: &Node<'_>, flaw: &Flaw, arms: &[usize], cases: &[usize]) -> usize {
    let text = root.source.text;
    let start = match flaw.place {
        Place::Whole => return 1,
        Place::Params | Place::Set => return root.line_of("params"),
        Place::Arm(index) => arms.get(index).copied(),
        Place::Case(index) => cases.get(index).copied(),
    }
    .unwrap_or_default();
    let next = arms.iter().chain(cases).copied().filter(|at| *at > start).min().unwrap_or(text.len());
    let within: Range<usize> = start..next;
    let word = flaw.about.as_ref().and_then(|word| {
        let part = text.get(within)?;
        part.find(&format!("\"{word}\"")).or_else(|| part.find(word.as_str()))
    });
    root.source.line(start.saturating_add(word.unwrap_or_default()))
}
