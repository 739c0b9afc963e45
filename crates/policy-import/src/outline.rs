//! From lines to sections and clauses. Every line is given a place; a line that finds none is not understood.

use std::collections::{BTreeMap, BTreeSet};

use super::cover::Cover;
use super::dates::Order;
use super::language::Language;
use super::levels::{Level, Name};
use super::lines::{Line, Sort};
use super::marker::Marker;
use super::phrases::ended;
use super::style::Style;
use super::unread;

/// A text taken apart.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) sections: Vec<(String, String)>,
    pub(super) clauses: Vec<Item>,
    /// Where each line went, in the order of the lines.
    pub(super) went: Vec<Went>,
    pub(super) cover: Cover,
    pub(super) notes: Vec<String>,
}

/// Where a line went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    /// Into the clause at this place.
    Clause(usize),
    Heading,
    Cover,
    Title,
    Contents,
    EveryPage,
    /// Nowhere, and why.
    Nowhere(&'static str),
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

/// Why a heading is not understood.
pub(super) const TAKEN: &str = "a heading whose number another one has";

/// A heading without a number, and the lines that it is on until a clause makes use of it.
pub(super) struct Sub {
    pub(super) title: String,
    pub(super) initials: String,
    pub(super) count: usize,
    /// The place of its line among the lines.
    pub(super) index: usize,
}

/// What the items of a list stand under: a section, or a clause with a full number of its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Base {
    pub(super) name: Name,
    pub(super) clause: Option<usize>,
    /// Numbers directly under it run on through the paper, so that its own is not part of theirs.
    pub(super) runs_on: bool,
    /// It is an article: its text is a clause with its number.
    pub(super) article: bool,
    /// The section that its items are in, if another than the one around it.
    pub(super) section: Option<String>,
}

/// A clause to be added.
pub(super) struct New<'t> {
    pub(super) key: String,
    pub(super) number: Option<String>,
    pub(super) text: &'t str,
    pub(super) parent: Option<usize>,
}

pub(super) struct Builder<'a> {
    pub(super) lines: &'a [Line<'a>],
    pub(super) style: Style,
    pub(super) language: Language,
    pub(super) out: Outline,
    /// The place of the line that is being read.
    pub(super) index: usize,
    /// The clause that a continuation line belongs to.
    pub(super) current: Option<usize>,
    /// The clause that bullets belong to: the last that is not a bullet itself.
    pub(super) anchor: Option<usize>,
    /// The last full number.
    pub(super) last_number: Option<String>,
    /// The section of the next clause, and that of clauses outside all levels.
    pub(super) section: Option<String>,
    pub(super) outer: Option<String>,
    pub(super) base: Option<Base>,
    pub(super) levels: Vec<Level>,
    pub(super) sub: Option<Sub>,
    pub(super) started: bool,
    pub(super) bullets: BTreeMap<usize, usize>,
    pub(super) paragraphs: usize,
    keys: BTreeSet<String>,
    /// The last copy of each key that is in the text more than once.
    copies: BTreeMap<String, usize>,
}

/// What is known of the whole text.
pub(super) struct Reading<'t> {
    pub(super) title: &'t str,
    pub(super) language: Language,
    /// How its dates are written.
    pub(super) dates: Order,
}

pub(super) fn outline(lines: &[Line<'_>], reading: &Reading<'_>) -> Outline {
    let style = Style::of(lines);
    let started = !style.numbered();
    let went = vec![Went::Nowhere("not understood"); lines.len()];
    let mut builder = Builder {
        lines,
        style,
        language: reading.language,
        out: Outline {
            went,
            cover: Cover { order: reading.dates, ..Cover::default() },
            ..Outline::default()
        },
        index: 0,
        current: None,
        anchor: None,
        last_number: None,
        section: None,
        outer: None,
        base: None,
        levels: Vec::new(),
        sub: None,
        started,
        bullets: BTreeMap::new(),
        paragraphs: 0,
        keys: BTreeSet::new(),
        copies: BTreeMap::new(),
    };
    for (index, line) in lines.iter().enumerate() {
        builder.index = index;
        builder.sorted(line, reading.title);
    }
    builder.drop_sub();
    let numbered = builder.style.numbered();
    let mut out = builder.out;
    let read = unread::notes(numbered, &out.clauses);
    out.notes.splice(0..0, read);
    // A clause with a title and no text has said all that it says.
    for item in out.clauses.iter_mut().filter(|item| item.text.is_empty()) {
        item.text = item.title.clone().unwrap_or_else(|| item.key.clone());
    }
    out
}

impl<'a> Builder<'a> {
    fn sorted(&mut self, line: &Line<'_>, title: &str) {
        match line.sort {
            Sort::Index => self.goes(Went::Contents),
            Sort::Furniture => {
                self.out.cover.header(line.text);
                self.goes(Went::EveryPage);
            }
            Sort::Text if line.text.eq_ignore_ascii_case(title.trim()) => self.goes(Went::Title),
            // A heading that was taken together with its number on the line before.
            Sort::Text if matches!(self.place(), Some(Went::Heading | Went::Nowhere(TAKEN))) => {}
            Sort::Text if self.on_cover(line) => self.goes(Went::Cover),
            Sort::Text => self.take(line),
        }
    }

    /// Reads a line of the cover, which ends where the first clause or section begins.
    fn on_cover(&mut self, line: &Line<'_>) -> bool {
        self.out.clauses.is_empty() && self.out.sections.is_empty() && self.out.cover.line(line)
    }

    fn take(&mut self, line: &Line<'_>) {
        let used = match &line.marker {
            Some(Marker::Decimal(number)) if self.begins(line, number) => self.decimal(line, number),
            Some(Marker::Section(head)) if self.begins_head(line, head) => self.head(line, head),
            Some(Marker::Bare(number)) if self.is_bare_heading(line, *number) => {
                self.part(number.to_string(), line.rest);
                true
            }
            Some(Marker::Code(code)) if self.style.codes => self.code(line, code),
            Some(Marker::Item(mark)) => self.item(line.rest, mark, line),
            _ => false,
        };
        if !used {
            self.plain(line);
        }
    }

    /// Notes where the line that is being read went.
    pub(super) fn goes(&mut self, went: Went) {
        if let Some(place) = self.out.went.get_mut(self.index) {
            *place = went;
        }
    }

    fn place(&self) -> Option<Went> {
        self.out.went.get(self.index).copied()
    }

    pub(super) fn leave(&mut self, why: &'static str) {
        self.goes(Went::Nowhere(why));
    }

    /// Returns the next line of the text, and its place.
    pub(super) fn next_line(&self) -> Option<(usize, &'a Line<'a>)> {
        let behind = self.index.saturating_add(1);
        let mut lines = self.lines.iter().enumerate().skip(behind);
        lines.find(|(_, line)| line.sort == Sort::Text)
    }

    pub(super) fn item_at(&self, at: Option<usize>) -> Option<&Item> {
        at.and_then(|at| self.out.clauses.get(at))
    }

    /// Returns whether the text so far may end here.
    pub(super) fn rested(&self) -> bool {
        self.item_at(self.current).is_none_or(|item| ended(&item.text))
    }

    pub(super) fn add(&mut self, new: New<'_>) -> usize {
        let sound = |c: &char| c.is_ascii_alphanumeric() || *c == '.' || *c == '-';
        let mut unique: String = new.key.chars().filter(sound).take(20).collect();
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
        self.out.clauses.push(Item {
            key: unique,
            number: new.number,
            section: self.section.clone(),
            title: None,
            text: new.text.to_owned(),
            parent: new.parent,
        });
        self.current = Some(at);
        self.goes(Went::Clause(at));
        at
    }

    /// Begins a section. Where its number was used before, the first title stays and this one is not understood.
    pub(super) fn heading(&mut self, number: String, title: &str) {
        self.started = true;
        self.drop_sub();
        self.goes(Went::Heading);
        match self.out.sections.iter().find(|(known, _)| *known == number) {
            Some((_, known)) if known == title => {}
            Some(_) => self.leave(TAKEN),
            None => self.out.sections.push((number.clone(), title.to_owned())),
        }
        self.section = Some(number);
        (self.current, self.anchor) = (None, None);
        self.paragraphs = if self.style.numbered() { 0 } else { self.paragraphs };
    }

    /// Forgets a heading; one that named no clause is not understood.
    pub(super) fn drop_sub(&mut self) {
        if let Some(sub) = self.sub.take().filter(|sub| sub.count == 0)
            && let Some(place) = self.out.went.get_mut(sub.index)
        {
            *place = Went::Nowhere("a heading with nothing under it");
        }
    }
}
