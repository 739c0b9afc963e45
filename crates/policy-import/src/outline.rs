//! From lines to sections and clauses.

use std::collections::{BTreeMap, BTreeSet};

use super::LeftOver;
use super::lines::{Depth, Line, Marker, Sort, heading_like, is_roman};
use super::phrases::{ended, initials, letter, modality};
use super::style::{Style, follows};
use super::unread;

/// A text taken apart.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) sections: Vec<(String, String)>,
    pub(super) clauses: Vec<Item>,
    pub(super) left: Vec<LeftOver>,
    pub(super) notes: Vec<String>,
    pub(super) lines: usize,
}

/// One drafted clause.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Its id behind the prefix.
    pub(super) key: String,
    /// What the paper prints.
    pub(super) number: Option<String>,
    pub(super) section: Option<String>,
    pub(super) title: Option<String>,
    pub(super) text: String,
    /// The clause whose sentence it ends.
    pub(super) parent: Option<usize>,
}

/// A heading without a number, and the lines that it is on until a clause makes use of it.
struct Sub {
    title: String,
    initials: String,
    count: usize,
    line: usize,
}

/// A level of an outline of roman capitals that the text is in.
struct Level {
    depth: Depth,
    label: String,
    /// The clause, unless it is a heading.
    clause: Option<usize>,
}

struct Builder<'a> {
    lines: &'a [Line<'a>],
    style: Style,
    out: Outline,
    /// The clause that a continuation line belongs to.
    current: Option<usize>,
    /// The clause that bullets belong to: the last that is not a bullet itself.
    anchor: Option<usize>,
    /// The last clause with a number of its own, and the last with a letter.
    numbered: Option<usize>,
    lettered: Option<usize>,
    section: Option<String>,
    levels: Vec<Level>,
    sub: Option<Sub>,
    started: bool,
    bullets: BTreeMap<usize, usize>,
    paragraphs: usize,
    keys: BTreeSet<String>,
    /// The last copy of each key that is in the text more than once.
    copies: BTreeMap<String, usize>,
}

pub(super) fn outline(lines: &[Line<'_>], title: &str) -> Outline {
    let style = Style::of(lines);
    let started = !style.numbered();
    let mut builder = Builder {
        lines,
        style,
        out: Outline { lines: lines.len(), ..Outline::default() },
        current: None,
        anchor: None,
        numbered: None,
        lettered: None,
        section: None,
        levels: Vec::new(),
        sub: None,
        started,
        bullets: BTreeMap::new(),
        paragraphs: 0,
        keys: BTreeSet::new(),
        copies: BTreeMap::new(),
    };
    for (index, line) in lines.iter().enumerate() {
        match line.sort {
            Sort::Index => builder.leave(line.number, line.text, "index"),
            Sort::Furniture => builder.leave(line.number, line.text, "on every page"),
            Sort::Text if line.text.eq_ignore_ascii_case(title.trim()) => {
                builder.leave(line.number, line.text, "title");
            }
            Sort::Text => builder.take(index, line),
        }
    }
    builder.drop_sub();
    let unread = unread::notes(builder.style.numbered(), &builder.out.clauses);
    builder.out.notes.extend(unread);
    builder.out.left.sort_by_key(|left| left.line);
    for item in &mut builder.out.clauses {
        if item.text.is_empty() {
            item.text = item.title.clone().unwrap_or_else(|| item.key.clone());
        }
    }
    builder.out
}

impl Builder<'_> {
    fn leave(&mut self, line: usize, text: &str, why: &'static str) {
        self.out.left.push(LeftOver { line, text: text.to_owned(), why });
    }

    fn take(&mut self, index: usize, line: &Line<'_>) {
        let used = match &line.marker {
            Some(Marker::Decimal(number)) if self.begins(line, number) => self.decimal(index, line, number),
            Some(Marker::Top(number)) if line.apart || line.bullet || self.rested() => {
                self.top(index, line, *number)
            }
            Some(Marker::Outline(depth, label)) => self.outlined(index, line, *depth, label),
            Some(Marker::Section(number)) => {
                self.heading(number.to_string(), line.number, line.rest);
                true
            }
            Some(Marker::Bare(number)) if self.is_bare_heading(line, *number) => {
                self.heading(number.to_string(), line.number, line.rest);
                true
            }
            Some(Marker::Code(code)) if self.style.codes => {
                self.section_clause(code, Some(code.clone()), line.rest);
                true
            }
            Some(Marker::Letter(letter)) if self.started || self.style.decimals.is_empty() => {
                self.letter(line, letter)
            }
            _ => false,
        };
        if !used {
            self.plain(index, line);
        }
    }

    /// Returns whether the text so far may end here.
    fn rested(&self) -> bool {
        self.current.and_then(|at| self.out.clauses.get(at)).is_none_or(|item| ended(&item.text))
    }

    /// Tells a clause's number from a reference in the middle of a sentence.
    fn begins(&self, line: &Line<'_>, number: &str) -> bool {
        let last =
            self.numbered.and_then(|at| self.out.clauses.get(at)).and_then(|item| item.number.as_deref());
        line.bullet
            || line.hashed
            || line.apart
            || self.rested()
            || last.is_some_and(|last| follows(last, number))
    }

    fn is_bare_heading(&self, line: &Line<'_>, number: u32) -> bool {
        line.apart && !line.bullet && heading_like(line.rest) && self.style.has_children(&number.to_string())
    }

    fn decimal(&mut self, index: usize, line: &Line<'_>, number: &str) -> bool {
        if self.style.has_children(number) && heading_like(line.rest) && modality(line.rest).is_none() {
            self.heading(number.to_owned(), line.number, line.rest);
            return true;
        }
        let next = self.lines.get(index.saturating_add(1)).filter(|next| next.sort == Sort::Text);
        let body_follows =
            next.is_some_and(|next| next.marker.is_none() && !next.bullet && (next.apart || line.hashed));
        let is_title = heading_like(line.rest)
            && modality(line.rest).is_none()
            && (line.hashed || line.rest.split_whitespace().count() <= 8)
            && body_follows;
        self.section_of(number);
        let at = self.section_clause(number, Some(number.to_owned()), if is_title { "" } else { line.rest });
        if let Some(item) = self.out.clauses.get_mut(at).filter(|_| is_title) {
            item.title = Some(line.rest.to_owned());
        }
        true
    }

    /// Finds the section of a decimal number, and makes it if the paper has no heading for it.
    fn section_of(&mut self, number: &str) {
        let mut above = number;
        while let Some((shorter, _)) = above.rsplit_once('.') {
            above = shorter;
            if self.out.sections.iter().any(|(known, _)| known == above) {
                return self.set_section(above.to_owned());
            }
        }
        self.out.sections.push((above.to_owned(), format!("Section {above}")));
        self.set_section(above.to_owned());
    }

    fn set_section(&mut self, number: String) {
        if self.section.as_ref() != Some(&number) {
            self.drop_sub();
            self.section = Some(number);
        }
    }

    fn top(&mut self, index: usize, line: &Line<'_>, number: u32) -> bool {
        let next = self.lines.iter().skip(index.saturating_add(1)).find(|next| next.sort == Sort::Text);
        let next_is_top = next.is_some_and(|next| matches!(next.marker, Some(Marker::Top(_))));
        let after_last =
            self.section.as_ref().and_then(|s| s.parse::<u32>().ok()).is_none_or(|last| number > last);
        // "15. Prohibited Activities" sounds like a rule, but 15.1 shows that it is a heading.
        let leads = self.style.has_children(&number.to_string());
        let title = heading_like(line.rest) && (leads || modality(line.rest).is_none());
        let decimals = !self.style.decimals.is_empty();
        let heading = if decimals {
            title && after_last
        } else {
            line.hashed || (title && !next_is_top && next.is_some())
        };
        if heading {
            self.heading(number.to_string(), line.number, line.rest);
            return true;
        }
        if !decimals {
            self.section_clause(&number.to_string(), Some(number.to_string()), line.rest);
            return true;
        }
        // A numbered list inside a clause.
        let Some(parent) = self.numbered.filter(|_| self.started) else { return false };
        let Some(above) = self.out.clauses.get(parent).map(|item| item.key.clone()) else { return false };
        self.add(&format!("{above}.{number}"), Some(format!("{above} ({number})")), line.rest, Some(parent));
        true
    }

    /// Takes a line of an outline of roman capitals: a section, a heading under it, or a clause named by all labels above it.
    fn outlined(&mut self, index: usize, line: &Line<'_>, depth: Depth, label: &str) -> bool {
        self.levels.retain(|level| level.depth < depth);
        let parent = self.levels.last().and_then(|level| level.clause);
        self.levels.push(Level { depth, label: label.to_owned(), clause: None });
        let key = self.levels.iter().fold(String::new(), |mut key, level| {
            if !key.is_empty() && level.depth != Depth::Small {
                key.push('.');
            }
            key.push_str(&level.label);
            key
        });
        let next = self.lines.iter().skip(index.saturating_add(1)).find(|next| next.sort == Sort::Text);
        let leads = next.is_some_and(|next| matches!(next.marker, Some(Marker::Outline(d, _)) if d > depth));
        let title = heading_like(line.rest) && modality(line.rest).is_none();
        if depth == Depth::Roman || (depth == Depth::Capital && title && leads) {
            self.heading(key, line.number, line.rest);
            return true;
        }
        let at = self.add(&key, Some(key.clone()), line.rest, parent);
        (self.numbered, self.lettered, self.anchor) = (Some(at), None, Some(at));
        if let Some(level) = self.levels.last_mut() {
            level.clause = Some(at);
        }
        true
    }

    fn letter(&mut self, line: &Line<'_>, mark: &str) -> bool {
        let key_of =
            |at: Option<usize>| at.and_then(|at| self.out.clauses.get(at)).map(|item| item.key.clone());
        let last = self.lettered.and_then(|at| self.out.clauses.get(at)).map(|item| item.key.clone());
        let goes_on = mark == "i" && last.as_deref().is_some_and(|key| key.ends_with('h'));
        let nested = is_roman(mark)
            && !goes_on
            && last.is_some()
            && (mark.len() > 1 || mark == "i" || self.in_roman());
        if let (true, Some(above)) = (nested, last) {
            self.add(&format!("{above}.{mark}"), None, line.rest, self.lettered);
            return true;
        }
        let key = match (key_of(self.numbered), &self.section) {
            (Some(above), _) => format!("{above}{mark}"),
            (None, Some(section)) => format!("{section}{mark}"),
            (None, None) => mark.to_owned(),
        };
        let at = self.add(&key, Some(key.clone()), line.rest, self.numbered);
        self.lettered = Some(at);
        self.anchor = Some(at);
        true
    }

    fn in_roman(&self) -> bool {
        let key = self.current.and_then(|at| self.out.clauses.get(at)).map(|item| item.key.as_str());
        key.and_then(|key| key.rsplit_once('.')).is_some_and(|(_, mark)| is_roman(mark))
    }

    /// Takes a line without a number of its own.
    fn plain(&mut self, index: usize, line: &Line<'_>) {
        let heading_before_any_number = line.hashed && self.style.decimals.is_empty();
        if !(self.started || heading_before_any_number) {
            return self.leave(line.number, line.text, "before the first clause");
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
        let next = self.lines.iter().skip(index.saturating_add(1)).find(|next| next.sort == Sort::Text);
        if line.apart && heading_like(line.text) && next.is_some_and(|next| next.apart || next.bullet) {
            return self.sub_heading(line);
        }
        match self.current {
            Some(_) if self.style.numbered() => self.join("\n\n", line.text),
            _ => {
                self.unnumbered("P", line.text);
            }
        }
    }

    fn join(&mut self, between: &str, text: &str) {
        let Some(item) = self.current.and_then(|at| self.out.clauses.get_mut(at)) else {
            self.unnumbered("P", text);
            return;
        };
        if !item.text.is_empty() {
            item.text.push_str(between);
        }
        item.text.push_str(text);
    }

    fn bullet(&mut self, line: &Line<'_>) {
        let leads = |at: &usize| self.out.clauses.get(*at).is_some_and(|item| item.text.ends_with(':'));
        let anchor = self.anchor.filter(|at| self.style.numbered() || leads(at));
        let Some(parent) = anchor else {
            self.unnumbered(if self.style.numbered() { "B" } else { "P" }, line.text);
            self.anchor = None;
            return;
        };
        let above = self.out.clauses.get(parent).map(|item| item.key.clone()).unwrap_or_default();
        let count = self.bullets.entry(parent).or_default();
        let index = *count;
        *count = index.saturating_add(1);
        let ends_in_letter = above.ends_with(|c: char| c.is_ascii_alphabetic());
        let (key, number) = if ends_in_letter {
            (format!("{above}.{}", index.saturating_add(1)), None)
        } else {
            let key = format!("{above}{}", letter(index));
            // The paper prints a bullet, but its number leads to it all the same.
            let printed = self.style.numbered().then(|| key.clone());
            (key, printed)
        };
        self.add(&key, number, line.text, Some(parent));
        self.anchor = Some(parent);
    }

    /// Adds a clause without a number, named after its heading's initials, or B and P for bullet and paragraph.
    fn unnumbered(&mut self, sort: &str, text: &str) {
        let section = self.section.as_ref().filter(|_| self.style.numbered()).cloned();
        let behind = section.map(|section| format!("{section}.")).unwrap_or_default();
        let (key, title) = if let Some(sub) = &mut self.sub {
            sub.count = sub.count.saturating_add(1);
            (format!("{behind}{}{}", sub.initials, sub.count), Some(format!("{} ({})", sub.title, sub.count)))
        } else {
            self.paragraphs = self.paragraphs.saturating_add(1);
            (format!("{behind}{sort}{}", self.paragraphs), None)
        };
        let at = self.add(&key, None, text, None);
        if let Some(item) = self.out.clauses.get_mut(at) {
            item.title = title;
        }
        self.anchor = Some(at).filter(|_| !self.style.numbered());
    }

    fn section_clause(&mut self, key: &str, number: Option<String>, text: &str) -> usize {
        let at = self.add(key, number, text, None);
        (self.numbered, self.lettered, self.anchor) = (Some(at), None, Some(at));
        at
    }

    fn add(&mut self, key: &str, number: Option<String>, text: &str, parent: Option<usize>) -> usize {
        let mut unique: String =
            key.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.' || *c == '-').take(20).collect();
        let wanted = unique.clone();
        // Where the last search for this key ended, so that a thousand copies do not take a million searches.
        let mut copy = self.copies.get(&wanted).copied().unwrap_or(1);
        if copy > 1 {
            copy = copy.saturating_add(1);
            unique = format!("{wanted}-{copy}");
        }
        while !self.keys.insert(unique.to_ascii_lowercase()) {
            copy = copy.saturating_add(1);
            unique = format!("{wanted}-{copy}");
        }
        if copy > 1 {
            self.copies.insert(wanted.clone(), copy);
            self.out
                .notes
                .push(format!("{wanted} stands in the text more than once; one is drafted as {unique}"));
        }
        self.started = true;
        let at = self.out.clauses.len();
        let section = self.section.clone();
        self.out.clauses.push(Item {
            key: unique,
            number,
            section,
            title: None,
            text: text.to_owned(),
            parent,
        });
        self.current = Some(at);
        at
    }

    /// Begins a section. Where its number was used before, the first title stays and this one is left over.
    fn heading(&mut self, number: String, line: usize, title: &str) {
        self.started = true;
        self.drop_sub();
        match self.out.sections.iter().find(|(known, _)| *known == number) {
            Some((_, known)) if known == title => {}
            Some(_) => self.leave(line, title, "a heading whose number another one has"),
            None => self.out.sections.push((number.clone(), title.to_owned())),
        }
        self.section = Some(number);
        (self.current, self.anchor, self.numbered, self.lettered) = (None, None, None, None);
        self.paragraphs = if self.style.numbered() { 0 } else { self.paragraphs };
    }

    /// Takes a heading without a number: a section if nothing is numbered, else a name for the clauses under it.
    fn sub_heading(&mut self, line: &Line<'_>) {
        if !self.style.numbered() {
            let number = self.out.sections.len().saturating_add(1).to_string();
            return self.heading(number, line.number, line.text);
        }
        self.drop_sub();
        let sub =
            Sub { title: line.text.to_owned(), initials: initials(line.text), count: 0, line: line.number };
        self.sub = Some(sub);
        (self.current, self.anchor, self.lettered) = (None, None, None);
    }

    /// Forgets a heading; one that named no clause is left over.
    fn drop_sub(&mut self) {
        if let Some(sub) = self.sub.take().filter(|sub| sub.count == 0) {
            self.leave(sub.line, &sub.title, "a heading with nothing under it");
        }
    }
}
