//! Reading `documents/<doc>/document.toml`, and finding every file in an unexpected place.

use std::collections::BTreeSet;

use super::cover::cover;
use super::{Loader, limits};
use crate::model::{Approval, Document, LegalBasis, Note, Related, Section};
use crate::order::natural;
use crate::reader::{Node, Source};

impl Loader<'_> {
    pub(super) fn documents(&mut self) {
        self.strays();
        let folders: BTreeSet<&str> = self
            .files
            .iter()
            .filter_map(|(path, _)| path.strip_prefix("documents/")?.split_once('/'))
            .map(|(folder, _)| folder)
            .collect();
        for folder in folders {
            let file = format!("documents/{folder}/document.toml");
            let Some(text) = self.files.get(&file) else {
                self.sink.add(&file, None, "the file is missing: every folder of documents/ needs one");
                self.clauses_missing = true;
                continue;
            };
            let document =
                self.with_root(Source::whole(&file, text), "a document", |root| self.document(root, folder));
            match document {
                Some(document) => self.clauses(document),
                None => self.clauses_missing = true,
            }
        }
        let index = |library: &crate::Library, id: &str| library.documents.iter().position(|d| d.id == id);
        let mut clauses = std::mem::take(&mut self.library.clauses);
        clauses.sort_by_cached_key(|clause| {
            let document = index(&self.library, &clause.document);
            let sections =
                document.and_then(|at| self.library.documents.get(at)).map(|d| d.sections.as_slice());
            let section =
                sections.unwrap_or_default().iter().position(|s| Some(&s.number) == clause.section.as_ref());
            let number = clause.number.as_deref().unwrap_or(clause.id.as_str());
            let id = natural(clause.id.as_str());
            (document, section, clause.place.unwrap_or(i64::MAX), natural(number), id)
        });
        self.library.clauses = clauses;
    }

    /// Finds files that are never read: each would be a rule that is never applied.
    fn strays(&self) {
        for (path, _) in self.files.iter() {
            let parts: Vec<&str> = path.split('/').collect();
            let known = match parts.as_slice() {
                [file] => [
                    "forces.toml",
                    "facts.toml",
                    "vocabulary.toml",
                    "parameters.toml",
                    "actions.toml",
                    "movers.toml",
                    "README.md",
                ]
                .contains(file),
                ["checks" | "settings" | "baselines" | "cases" | "forms" | "registers", file] => {
                    file.ends_with(".toml") || *file == "README.md"
                }
                ["access", file] => {
                    file.ends_with(".cedar")
                        || ["README.md", "lanyard.cedarschema", "matrix.txt"].contains(file)
                }
                ["documents", _, file] => ["document.toml", "README.md"].contains(file),
                ["documents", _, "clauses", file] => file.ends_with(".md"),
                _ => false,
            };
            if !known {
                self.sink.add(
                    path,
                    None,
                    "nothing reads this file; docs/policy-format.md says what goes where",
                );
            }
        }
    }

    fn document(&self, root: &Node<'_>, folder: &str) -> Option<Document> {
        let (id, prefix) = (root.must_text("id"), root.must_text("prefix"));
        let (title, kind) = (root.must_text("title"), root.must("kind"));
        let (marking, version, owner) =
            (root.must_text("marking"), root.must_text("version"), root.must_text("owner"));
        let version_is_ours = root.opt("version_is_ours").unwrap_or_default();
        let (published, review_by) = (root.opt("published"), root.opt("review_by"));
        let (holder, author, regulator) = (root.opt("holder"), root.opt("author"), root.opt("regulator"));
        let notify_within = root.opt("notify_within");
        self.at_most(root, "notify_within", notify_within, limits::NOTIFY);
        self.review(root, published, review_by);
        let cover = cover(root);
        let approvals = each(&root.tables("approval", "an approval"), approval);
        let legal_basis = each(&root.tables("legal_basis", "a legal basis"), legal_basis);
        let related = each(&root.tables("related", "a related document"), related);
        let sections = each(&root.tables("section", "a section"), section);
        let notes = each(&root.tables("note", "a note"), note);
        let id = id?;
        if id != folder {
            root.problem("id", format!("id \"{id}\" is not the name of the folder, {folder}"));
        }
        let prefix = prefix?;
        if !prefix.chars().all(|c| c.is_ascii_alphanumeric())
            || !prefix.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            root.problem("prefix", format!("prefix \"{prefix}\" must be letters and digits, a letter first"));
        }
        twice(root, "section", sections.iter().map(|section| section.number.as_str()));
        Some(Document {
            id,
            prefix,
            title: title?,
            kind: kind?,
            marking: marking?,
            version: version?,
            version_is_ours,
            published,
            review_by,
            owner: owner?,
            holder,
            author,
            regulator,
            notify_within,
            cover,
            approvals,
            legal_basis,
            related,
            sections,
            notes,
        })
    }
}

fn approval(node: &Node<'_>) -> Option<Approval> {
    let (body, on, note) = (node.must_text("body"), node.opt("on"), node.opt("note"));
    let approval = Approval { body: body?, on, note };
    if approval.on.is_none() && approval.note.is_none() {
        node.problem("body", "an approval without a date needs a note that says why");
    }
    Some(approval)
}

fn legal_basis(node: &Node<'_>) -> Option<LegalBasis> {
    let (title, link, note) = (node.must_text("title"), node.opt("link"), node.opt("note"));
    let looked_at = node.opt("looked_at");
    Some(LegalBasis { title: title?, link, note, looked_at })
}

fn related(node: &Node<'_>) -> Option<Related> {
    let (title, document) = (node.must_text("title"), node.opt("document"));
    let (link, note) = (node.opt("link"), node.opt("note"));
    Some(Related { title: title?, document, link, note })
}

fn section(node: &Node<'_>) -> Option<Section> {
    let (number, title) = (node.must_text("number"), node.must_text("title"));
    Some(Section { number: number?, title: title? })
}

fn note(node: &Node<'_>) -> Option<Note> {
    let (flag, clauses, text) = (node.must_text("flag"), node.must("clauses"), node.must_text("text"));
    Some(Note { flag: flag?, clauses: clauses?, text: text? })
}

/// Reads each table and reports its unknown keys.
pub(super) fn each<T>(nodes: &[Node<'_>], read: impl Fn(&Node<'_>) -> Option<T>) -> Vec<T> {
    nodes
        .iter()
        .filter_map(|node| {
            let value = read(node);
            node.finish();
            value
        })
        .collect()
}

fn twice<'n>(root: &Node<'_>, key: &str, of: impl Iterator<Item = &'n str>) {
    let mut seen = BTreeSet::new();
    for item in of {
        if !seen.insert(item) {
            root.problem(key, format!("{key} \"{item}\" is there twice; keep one"));
        }
    }
}
