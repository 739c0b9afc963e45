//! What only shows when everything is loaded: references between files, and files that nothing refers to.

use std::collections::BTreeSet;

use domain::ClauseId;

use super::Loader;
use crate::merge::Scope;
use crate::model::Clause;
use crate::reader::{Node, Source};
use crate::registers::Baseline;

impl Loader<'_> {
    pub(super) fn across(&mut self) {
        self.notes();
        self.related();
        self.parameters();
        self.actions();
        self.unused();
        self.prefixes();
        self.groups();
        self.baselines();
    }

    pub(super) fn knows(&self, id: &ClauseId) -> bool {
        self.clauses_missing || self.library.clause(id).is_some()
    }

    fn notes(&self) {
        for document in &self.library.documents {
            for note in &document.notes {
                for clause in note.clauses.iter().filter(|id| !self.knows(id)) {
                    self.at_word(
                        &format!("documents/{}/document.toml", document.id),
                        clause.as_str(),
                        &format!("note {} names clause {clause}, which no file has", note.flag),
                    );
                }
            }
        }
    }

    fn related(&self) {
        for document in &self.library.documents {
            for id in document.related.iter().filter_map(|related| related.document.as_ref()) {
                if !self.library.documents.iter().any(|known| known.id == *id) && !self.has_folder(id) {
                    let message =
                        format!("related document \"{id}\" is not in this library; leave document out");
                    self.at_word(&format!("documents/{}/document.toml", document.id), id, &message);
                }
            }
        }
    }

    /// Returns whether there is such a document, readable or not.
    fn has_folder(&self, id: &str) -> bool {
        self.files.get(&format!("documents/{id}/document.toml")).is_some()
    }

    fn parameters(&self) {
        for (name, parameter) in &self.library.registers.parameters {
            for clause in parameter.clauses.iter().filter(|id| !self.knows(id)) {
                let message = format!("parameter \"{name}\" names clause {clause}, which no file has");
                self.at_word("parameters.toml", clause.as_str(), &message);
            }
        }
    }

    fn actions(&self) {
        for (name, clause) in self.library.registers.actions.iter().filter(|(_, id)| !self.knows(id)) {
            let message = format!("action \"{name}\" is done under clause {clause}, which no file has");
            self.at_word("actions.toml", clause.as_str(), &message);
        }
    }

    fn unused(&self) {
        // A clause that could not be read may be the one that uses it.
        if self.clauses_missing {
            return;
        }
        let clauses = &self.library.clauses;
        let checks = clauses.iter().flat_map(Clause::rules).map(|rule| rule.check.clone()).collect();
        let settings = clauses.iter().flat_map(|clause| {
            clause.settings().chain(clause.lapsed_settings()).chain(clause.restricting_settings())
        });
        let settings = settings.map(str::to_owned).collect();
        let unused = |files: &BTreeSet<String>, used: &BTreeSet<String>, folder: &str| {
            for name in files.difference(used) {
                let message = "no clause uses this file; name it in a kept_by, or delete it";
                self.sink.add(&format!("{folder}/{name}.toml"), None, message);
            }
        };
        unused(&self.check_files, &checks, "checks");
        unused(&self.setting_files, &settings, "settings");
    }

    fn prefixes(&self) {
        let mut seen = BTreeSet::new();
        for document in &self.library.documents {
            if !seen.insert(document.prefix.to_ascii_lowercase()) {
                let message = format!(
                    "prefix \"{}\" belongs to another document too; ids must differ",
                    document.prefix
                );
                self.at_word(&format!("documents/{}/document.toml", document.id), &document.prefix, &message);
            }
        }
    }

    /// Checks that a check asks only for the profile of a group that has settings: no other is ever installed.
    fn groups(&self) {
        if self.clauses_missing {
            return;
        }
        let merged = self.library.merged_settings(&Scope::default());
        let known: BTreeSet<&str> = merged.groups.iter().map(|group| group.id.as_str()).collect();
        for clause in &self.library.clauses {
            for rule in clause.rules() {
                for group in rule.bound.groups().into_iter().filter(|group| !known.contains(group)) {
                    let message =
                        format!("no settings are compiled for group \"{group}\", so no profile of it exists");
                    self.at_word(&format!("checks/{}.toml", rule.check), group, &message);
                }
            }
        }
    }

    fn baselines(&mut self) {
        let files: Vec<(String, String)> = self
            .files
            .iter()
            .filter_map(|(path, text)| {
                Some((path.strip_prefix("baselines/")?.strip_suffix(".toml")?.to_owned(), text.to_owned()))
            })
            .collect();
        for (name, text) in files {
            let file = format!("baselines/{name}.toml");
            let source = Source::whole(&file, &text);
            if let Some(baseline) = self.with_root(source, "a baseline", |root| self.baseline(root)) {
                self.library.baselines.insert(name, baseline);
            }
        }
    }

    fn baseline(&self, root: &Node<'_>) -> Option<Baseline> {
        let (title, documents, platforms) =
            (root.must_text("title"), root.must("documents"), root.must::<Vec<_>>("platforms"));
        let except = root.opt("except").unwrap_or_default();
        let kinds = root.opt("kinds").unwrap_or_default();
        let baseline =
            Baseline { title: title?, documents: documents?, except, platforms: platforms?, kinds };
        for id in baseline.documents.iter().filter(|id| !self.has_folder(id)) {
            root.problem("documents", format!("there is no document \"{id}\""));
        }
        for id in baseline.except.iter().filter(|id| !self.knows(id)) {
            root.problem("except", format!("there is no clause {id}"));
        }
        for (key, empty) in
            [("documents", baseline.documents.is_empty()), ("platforms", baseline.platforms.is_empty())]
        {
            if empty {
                root.problem(key, format!("{key} is empty; name at least one"));
            }
        }
        for clause in self.library.clauses_of(&baseline) {
            for rule in clause.rules() {
                let answered: BTreeSet<_> = rule.bound.platforms().collect();
                for platform in baseline.platforms.iter().filter(|platform| !answered.contains(platform)) {
                    let message = format!(
                        "clause {}: check {} has no arm for {platform}, so it would never be known there",
                        clause.id, rule.check
                    );
                    root.problem("platforms", message);
                }
            }
        }
        Some(baseline)
    }

    /// Reports a problem on the line that has the word in quotes.
    pub(super) fn at_word(&self, file: &str, word: &str, message: &str) {
        if !self.sink.takes(file) {
            return;
        }
        let text = self.files.get(file).unwrap_or_default();
        let line = text.find(&format!("\"{word}\"")).map(|at| Source::whole(file, text).line(at));
        self.sink.add(file, line, message);
    }
}
