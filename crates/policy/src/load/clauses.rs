//! Reading `documents/<doc>/clauses/*.md`: a TOML head between two lines of `+++`, then Markdown.

use domain::ClauseId;

use super::documents::each;
use super::{Loader, limits};
use crate::model::{AppliesTo, Clause, Document, Exception, Recipient};
use crate::reader::{Node, Source};
use crate::words::Actor;

impl Loader<'_> {
    pub(super) fn clauses(&mut self, document: Document) {
        let folder = format!("documents/{}/clauses/", document.id);
        let files: Vec<(&str, &str)> = self
            .files
            .iter()
            .filter(|(path, _)| path.starts_with(&folder) && path.ends_with(".md"))
            .collect();
        if files.is_empty() {
            let file = format!("documents/{}/document.toml", document.id);
            self.sink.add(&file, None, "the document has no clauses; write one file each under clauses/");
        }
        for (file, text) in files {
            match self.clause_file(&document, file, text) {
                Some(clause) => self.library.clauses.push(clause),
                None => self.clauses_missing = true,
            }
        }
        self.library.documents.push(document);
    }

    fn clause_file(&self, document: &Document, file: &str, text: &str) -> Option<Clause> {
        let Some((head, body)) = split(text) else {
            self.sink.add(file, Some(1), "a clause begins with a line +++, its head, and another line +++");
            return None;
        };
        self.with_root(Source { file, text: head, before: 1 }, "a clause", |root| {
            self.clause(root, document, body.trim())
        })
    }

    fn clause(&self, root: &Node<'_>, document: &Document, text: &str) -> Option<Clause> {
        let id: Option<ClauseId> = root.must("id");
        let actors: Option<Vec<Actor>> = root.must("actors");
        let (title, modality) = (root.must_text("title"), root.must("modality"));
        let (number, section, place) = (root.opt("number"), root.opt::<String>("section"), root.opt("place"));
        let (withheld, aim) = (root.opt::<bool>("withheld").unwrap_or_default(), root.opt("aim"));
        let applies_to =
            root.table("applies_to", "applies_to").map(|node| applies_to(&node)).unwrap_or_default();
        let exceptions = each(&root.tables("exceptions", "an exception"), |node| {
            let who = node.must_text("who");
            let (approver, expires, note) = (node.opt("approver"), node.opt("expires"), node.opt("note"));
            self.at_most(node, "expires", expires, limits::AGAIN);
            Some(Exception { who: who?, approver, expires, note })
        });
        let report_to = each(&root.tables("report_to", "a recipient"), |node| {
            let (to, when) = (node.must_text("to"), node.opt("when"));
            Some(Recipient { to: to?, when })
        });
        let kept_by = self.kept_by(root);
        let asks = self.asks(root, kept_by.as_deref());
        if actors.as_ref().is_some_and(Vec::is_empty) {
            root.problem("actors", "actors is empty; name who must act, or \"everyone\"");
        }
        if text.is_empty() && !withheld {
            root.problem(
                "id",
                "the clause has no text; write the requirement in your own words under the head",
            );
        }
        let id = id?;
        self.belongs(root, document, &id, section.as_deref());
        Some(Clause {
            group: group(&document.prefix, section.as_deref(), &id),
            id,
            document: document.id.clone(),
            title: title?,
            number,
            section,
            place,
            actors: actors?,
            modality: modality?,
            withheld,
            aim,
            applies_to,
            exceptions,
            report_to,
            asks: asks?,
            kept_by: kept_by?,
            text: text.to_owned(),
            file: root.source.file.to_owned(),
        })
    }

    fn belongs(&self, root: &Node<'_>, document: &Document, id: &ClauseId, section: Option<&str>) {
        let prefixed =
            id.as_str().strip_prefix(document.prefix.as_str()).and_then(|rest| rest.strip_prefix('-'));
        if prefixed.is_none_or(str::is_empty) {
            root.problem(
                "id",
                format!("{id} does not begin with its document's prefix, \"{}-\"", document.prefix),
            );
        }
        if let Some(other) =
            self.library.clauses.iter().find(|c| c.id.as_str().eq_ignore_ascii_case(id.as_str()))
        {
            root.problem(
                "id",
                format!("{id} is also the id of {}; ids differ by more than case", other.file),
            );
        }
        if let Some(section) = section.filter(|s| !document.sections.iter().any(|known| known.number == **s))
        {
            root.problem("section", format!("document.toml has no [[section]] with number \"{section}\""));
        }
    }
}

fn applies_to(node: &Node<'_>) -> AppliesTo {
    let limits = AppliesTo {
        kinds: node.opt("kinds").unwrap_or_default(),
        roles: node.opt("roles").unwrap_or_default(),
    };
    node.finish();
    limits
}

/// Returns the head and the body of a clause file.
fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("+++\n")?;
    rest.split_once("\n+++\n").or_else(|| rest.strip_suffix("\n+++").map(|head| (head, "")))
}

/// Returns the group under which a clause's settings are compiled: the prefix and the section, or the first number of the id.
pub(crate) fn group(prefix: &str, section: Option<&str>, id: &ClauseId) -> String {
    let rest = id.as_str().strip_prefix(prefix).unwrap_or(id.as_str());
    let first: String =
        rest.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let number = section.unwrap_or(if first.is_empty() { "0" } else { &first });
    let number: String = number.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{prefix}-{number}").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_sections() {
        let id = |text: &str| text.parse::<ClauseId>().unwrap();
        assert_eq!(group("MDU", Some("6"), &id("MDU-6.2a")), "mdu-6");
        assert_eq!(group("MDU", None, &id("MDU-0.1")), "mdu-0");
        assert_eq!(group("UPD", None, &id("UPD-P12")), "upd-12");
        assert_eq!(group("UPD", None, &id("UPD-x")), "upd-0");
    }

    #[test]
    fn a_clause_is_head_and_body() {
        assert_eq!(split("+++\na = 1\n+++\nText"), Some(("a = 1", "Text")));
        assert_eq!(split("+++\na = 1\n+++"), Some(("a = 1", "")));
        assert_eq!(split("a = 1\n"), None);
        assert_eq!(split("+++\na = 1\n"), None);
    }
}
