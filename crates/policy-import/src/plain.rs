//! Lines without a number of their own: paragraphs, bullets and headings.

use super::lines::{Line, heading_like};
use super::outline::{Builder, New, Sub, Went};
use super::phrases::{initials, letter};

impl Builder<'_> {
    /// Takes a line without a number of its own.
    pub(super) fn plain(&mut self, line: &Line<'_>) {
        let heading_before_any_number = line.hashed && self.style.decimals.is_empty();
        if !(self.started || heading_before_any_number) {
            return self.leave("before the first clause");
        }
        if line.hashed && !line.bullet {
            return self.sub_heading(line);
        }
        if line.bullet {
            return self.bullet(line);
        }
        if !self.rested() || (!line.apart && self.current.is_some()) {
            return self.join(" ", line.text);
        }
        let next = self.next_line().map(|(_, next)| next);
        if line.apart && heading_like(line.text) && next.is_some_and(|next| next.apart || next.bullet) {
            return self.sub_heading(line);
        }
        match self.current {
            Some(_) if self.style.numbered() => self.join("\n\n", line.text),
            _ => self.unnumbered("P", line.text),
        }
    }

    fn join(&mut self, between: &str, text: &str) {
        let Some(at) = self.current else { return self.unnumbered("P", text) };
        let Some(item) = self.out.clauses.get_mut(at) else { return };
        if !item.text.is_empty() {
            item.text.push_str(between);
        }
        item.text.push_str(text);
        self.goes(Went::Clause(at));
    }

    fn bullet(&mut self, line: &Line<'_>) {
        let leads = |at: &usize| self.item_at(Some(*at)).is_some_and(|item| item.text.ends_with(':'));
        let anchor = self.anchor.filter(|at| self.style.numbered() || leads(at));
        let Some(parent) = anchor else {
            self.unnumbered(if self.style.numbered() { "B" } else { "P" }, line.text);
            self.anchor = None;
            return;
        };
        let above = self.item_at(Some(parent));
        let printed = above.and_then(|item| item.number.clone());
        let above = above.map(|item| item.key.clone()).unwrap_or_default();
        let count = self.bullets.entry(parent).or_default();
        let index = *count;
        *count = index.saturating_add(1);
        let ends_in_letter = above.ends_with(|c: char| c.is_ascii_alphabetic());
        let (key, number) = if ends_in_letter {
            (format!("{above}.{}", index.saturating_add(1)), None)
        } else {
            // The paper prints a bullet, but its number leads to it all the same.
            let letter = letter(index);
            let printed = printed.map(|printed| format!("{printed}{letter}"));
            (format!("{above}{letter}"), printed.filter(|_| self.style.numbered()))
        };
        self.add(New { key, number, text: line.text, parent: Some(parent) });
        self.anchor = Some(parent);
    }

    /// Adds a clause without a number, named after its heading's initials, or B and P for bullet and paragraph. The text of an
    /// article that has no numbered paragraphs has the article's number.
    fn unnumbered(&mut self, sort: &str, text: &str) {
        let numbered = self.style.numbered();
        let article = self.base.as_ref().filter(|base| base.article && base.clause.is_none());
        if let (Some(base), None, true) = (article, &self.sub, self.levels.is_empty()) {
            let (key, number) = (base.name.key.clone(), Some(base.name.printed.clone()));
            let at = self.add(New { key, number, text, parent: None });
            self.anchor = Some(at);
            if let Some(base) = &mut self.base {
                base.clause = Some(at);
            }
            return;
        }
        let behind = self.section_key().filter(|_| numbered).map(|key| format!("{key}.")).unwrap_or_default();
        let (key, title) = if let Some(sub) = &mut self.sub {
            sub.count = sub.count.saturating_add(1);
            (format!("{behind}{}{}", sub.initials, sub.count), Some(format!("{} ({})", sub.title, sub.count)))
        } else {
            self.paragraphs = self.paragraphs.saturating_add(1);
            (format!("{behind}{sort}{}", self.paragraphs), None)
        };
        let at = self.add(New { key, number: None, text, parent: None });
        if let Some(item) = self.out.clauses.get_mut(at) {
            item.title = title;
        }
        self.anchor = Some(at).filter(|_| !numbered);
    }

    /// Returns what clause ids of the section begin with.
    fn section_key(&self) -> Option<String> {
        let level = self.levels.iter().rev().find(|level| level.section.is_some());
        let base = self.base.as_ref().filter(|base| base.article);
        let name =
            level.map(|level| level.name.key.clone()).or_else(|| base.map(|base| base.name.key.clone()));
        name.or_else(|| self.section.clone())
    }

    /// Takes a heading without a number: a section if nothing is numbered, else a name for the clauses under it.
    fn sub_heading(&mut self, line: &Line<'_>) {
        if !self.style.numbered() {
            let number = self.out.sections.len().saturating_add(1).to_string();
            return self.heading(number, line.text);
        }
        self.drop_sub();
        self.goes(Went::Heading);
        let (title, initials) = (line.text.to_owned(), initials(line.text));
        self.sub = Some(Sub { title, initials, count: 0, index: self.index });
        (self.current, self.anchor) = (None, None);
    }
}
