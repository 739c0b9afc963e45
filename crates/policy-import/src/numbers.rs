//! Lines with a number: sections, clauses, and the items of lists within them.

use super::heads::{Head, HeadSort};
use super::language::Language;
use super::levels::{Level, Name, Spot, find};
use super::lines::{Line, heading_like};
use super::marker::{Kind, Mark, Marker, item};
use super::outline::{Base, Builder, New, TAKEN, Went};
use super::speech::binds;
use super::style::follows;

/// How many words the title of a clause has at most, where other text may be meant.
const TITLE: usize = 8;

impl Builder<'_> {
    fn is_title(&self, text: &str) -> bool {
        heading_like(text) && binds(text, self.language).is_none()
    }

    /// Tells a clause's number from a reference in the middle of a sentence.
    pub(super) fn begins(&self, line: &Line<'_>, number: &str) -> bool {
        line.bullet
            || line.hashed
            || line.apart
            || self.rested()
            || self.last_number.as_deref().is_some_and(|last| follows(last, number))
    }

    /// Tells a section's or article's number from a reference.
    pub(super) fn begins_head(&self, line: &Line<'_>, head: &Head) -> bool {
        head.sort != HeadSort::Article || line.bullet || line.hashed || line.apart || self.rested()
    }

    pub(super) fn is_bare_heading(&self, line: &Line<'_>, number: u32) -> bool {
        line.apart && !line.bullet && heading_like(line.rest) && self.style.has_children(&number.to_string())
    }

    /// Begins a section that clauses with full numbers, or a running count, stand under.
    pub(super) fn part(&mut self, number: String, title: &str) {
        let name = Name { key: number.clone(), printed: number.clone() };
        self.levels.clear();
        self.last_number = None;
        self.outer = Some(number.clone());
        self.heading(number, title);
        self.base = Some(Base { name, runs_on: !self.style.restarts, ..Base::default() });
    }

    /// Takes the number of a section or article.
    pub(super) fn head(&mut self, line: &Line<'_>, head: &Head) -> bool {
        let name = Name { key: head.key.clone(), printed: head.printed.clone() };
        let article = head.sort == HeadSort::Article;
        let runs_on = head.sort == HeadSort::Part && !self.style.restarts;
        let number = match head.sort {
            HeadSort::Part if !self.style.articles => head.key.clone(),
            _ => head.printed.clone(),
        };
        self.levels.clear();
        self.last_number = None;
        let inner =
            line.rest.split_once(char::is_whitespace).and_then(|(token, rest)| Some((item(token)?, rest)));
        let titled = line.rest.is_empty() || inner.is_some() || self.is_title(short(line.rest));
        if article && !titled {
            // The article is one clause, and its text stands beside its number.
            self.section = self.outer.clone();
            self.drop_sub();
            let (key, number) = (name.key.clone(), Some(name.printed.clone()));
            let at = self.add(New { key, number, text: line.rest, parent: None });
            self.anchor = Some(at);
            self.base = Some(Base { name, clause: Some(at), runs_on, article, section: None });
            return true;
        }
        let below = if line.rest.is_empty() { self.title_below() } else { None };
        let title = match below {
            Some(below) => self.lines.get(below).map(|line| line.text.to_owned()),
            None if line.rest.is_empty() || inner.is_some() => None,
            None => Some(short(line.rest).to_owned()),
        };
        let title = title.unwrap_or_else(|| head.printed.clone());
        if !article {
            self.outer = Some(number.clone());
        }
        self.heading(number.clone(), &title);
        if let Some(place) = below.and_then(|below| self.out.went.get_mut(below)) {
            let known = self.out.sections.iter().any(|(_, known)| *known == title);
            *place = if known { Went::Heading } else { Went::Nowhere(TAKEN) };
        }
        self.base = Some(Base { name, clause: None, runs_on, article, section: Some(number) });
        if let Some((mark, rest)) = inner {
            self.item(rest.trim(), &mark, line);
        }
        true
    }

    /// Returns the place of the next line if it is the title of the section whose number stands alone.
    fn title_below(&self) -> Option<usize> {
        let (at, next) = self.next_line()?;
        let plain = next.marker.is_none() && !next.bullet && !next.hashed;
        let short = next.text.split_whitespace().count() <= TITLE;
        (plain && short && self.is_title(next.text)).then_some(at)
    }

    pub(super) fn code(&mut self, line: &Line<'_>, code: &str) -> bool {
        let key = code.replace(")(", ".").replace('(', ".").replace(')', "");
        let at =
            self.add(New { key: key.clone(), number: Some(code.to_owned()), text: line.rest, parent: None });
        self.anchor = Some(at);
        self.levels.clear();
        let name = Name { key, printed: code.to_owned() };
        self.base = Some(Base { name, clause: Some(at), ..Base::default() });
        true
    }

    pub(super) fn decimal(&mut self, line: &Line<'_>, number: &str) -> bool {
        let title = self.is_title(line.rest);
        let next = self.next_line().map(|(_, next)| next);
        let starts_list = |next: &Line<'_>| matches!(&next.marker, Some(Marker::Item(mark)) if starts(mark));
        let leads = next.is_some_and(|next| !line.bullet && starts_list(next));
        if title && (self.style.has_children(number) || leads) {
            self.levels.clear();
            self.outer = Some(number.to_owned());
            self.heading(number.to_owned(), line.rest);
            let name = Name { key: number.to_owned(), printed: number.to_owned() };
            self.base = Some(Base { name, ..Base::default() });
            self.last_number = Some(number.to_owned());
            return true;
        }
        let next =
            self.lines.get(self.index.saturating_add(1)).filter(|next| next.sort == super::lines::Sort::Text);
        let body_follows =
            next.is_some_and(|next| next.marker.is_none() && !next.bullet && (next.apart || line.hashed));
        let titled = title && (line.hashed || line.rest.split_whitespace().count() <= TITLE) && body_follows;
        self.section_of(number);
        self.levels.clear();
        self.last_number = Some(number.to_owned());
        let name = Name { key: number.to_owned(), printed: number.to_owned() };
        let inner =
            line.rest.split_once(char::is_whitespace).and_then(|(token, rest)| Some((item(token)?, rest)));
        if let Some((mark, rest)) = inner.filter(|(mark, _)| starts(mark)) {
            // `1.01 A. Officers shall ...`: the number has no text of its own.
            self.base = Some(Base { name, ..Base::default() });
            return self.item(rest.trim(), &mark, line);
        }
        let text = if titled { "" } else { line.rest };
        let at =
            self.add(New { key: number.to_owned(), number: Some(number.to_owned()), text, parent: None });
        self.anchor = Some(at);
        self.base = Some(Base { name, clause: Some(at), ..Base::default() });
        if let Some(item) = self.out.clauses.get_mut(at).filter(|_| titled) {
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
        }
        self.section = Some(number.clone());
        self.outer = Some(number);
    }

    /// Takes an item of a list, or a heading that is numbered like one.
    pub(super) fn item(&mut self, rest: &str, mark: &Mark, line: &Line<'_>) -> bool {
        let opens = self.item_at(self.current).is_some_and(|item| item.text.ends_with(':'));
        let Some(spot) = find(&self.levels, mark, opens) else { return false };
        let number = spot.kind == Kind::Number;
        if let Some(used) = self.section_or_nothing(rest, spot, line) {
            return used;
        }
        let stands = line.apart || line.bullet || line.hashed || self.rested();
        let expected = spot.follows || (spot.first && (mark.shape.open || !number));
        if !stands && !expected {
            return false;
        }
        self.levels.truncate(spot.depth);
        let name = self.above(number).under(mark, spot.kind, self.is_german_law());
        let above = self.levels.iter().rev().find_map(|level| level.section.clone());
        let above = above.or_else(|| self.base.as_ref().and_then(|base| base.section.clone()));
        self.section = above.or_else(|| self.outer.clone());
        let heading = self.is_heading(rest, spot, mark, line);
        let inner = rest.split_once(char::is_whitespace).and_then(|(token, rest)| Some((item(token)?, rest)));
        let inner = inner.filter(|(inner, _)| starts(inner) && inner.shape != mark.shape);
        let parent = self.levels.iter().rev().find_map(|level| level.clause);
        let parent = parent.or_else(|| self.base.as_ref().and_then(|base| base.clause));
        let Spot { kind, ordinal, .. } = spot;
        let mut level = Level { kind, shape: mark.shape, ordinal, name, clause: None, section: None };
        if let Some((mark, rest)) = inner {
            // `A. (1) Officers shall ...`: the letter has no text of its own.
            self.levels.push(level);
            return self.item(rest.trim(), &mark, line);
        }
        let Name { key, printed } = level.name.clone();
        if heading {
            level.section = Some(key.clone());
            self.levels.push(level);
            self.heading(key, rest);
            return true;
        }
        let at = self.add(New { key, number: Some(printed), text: rest, parent });
        self.anchor = Some(at);
        level.clause = Some(at);
        self.levels.push(level);
        true
    }

    /// Begins a section at `2. Loss` where clauses have full numbers, and refuses a letter before the first clause. Returns `None`
    /// for an item of a list.
    fn section_or_nothing(&mut self, rest: &str, spot: Spot, line: &Line<'_>) -> Option<bool> {
        if self.style.decimals.is_empty() {
            return None;
        }
        let stands = line.apart || line.bullet || line.hashed || self.rested();
        if spot.kind == Kind::Number && stands && !(spot.follows && spot.depth > 0) {
            let after_last = self
                .outer
                .as_ref()
                .and_then(|number| number.split('.').next())
                .and_then(|number| number.parse::<u32>().ok())
                .is_none_or(|last| spot.ordinal > last);
            // "15. Prohibited Activities" sounds like a rule, but 15.1 shows that it is a heading.
            let leads = self.style.has_children(&spot.ordinal.to_string());
            let titled = heading_like(rest) && (leads || binds(rest, self.language).is_none());
            let in_list = spot.follows && !leads;
            if titled && after_last && !in_list {
                self.part(spot.ordinal.to_string(), rest);
                return Some(true);
            }
        }
        (!self.started).then_some(false)
    }

    /// Returns the name that the next item's is made from.
    fn above(&self, number: bool) -> Name {
        if let Some(level) = self.levels.last() {
            return level.name.clone();
        }
        let base = self.base.as_ref().filter(|base| !(base.runs_on && number && base.clause.is_none()));
        match (base, &self.section) {
            (Some(base), _) => base.name.clone(),
            (None, Some(section)) if !number => Name { key: section.clone(), printed: section.clone() },
            _ => Name::default(),
        }
    }

    fn is_german_law(&self) -> bool {
        let base = self.base.as_ref();
        self.language == Language::German && base.is_some_and(|base| base.article)
    }

    /// Tells a heading with an item's number from an item.
    fn is_heading(&self, rest: &str, spot: Spot, mark: &Mark, line: &Line<'_>) -> bool {
        let outermost = spot.depth == 0 && !self.style.sections && self.style.decimals.is_empty();
        let top = spot.kind == Kind::Number && outermost && !line.bullet;
        if top && line.hashed {
            return true;
        }
        if !self.is_title(rest) || !matches!(spot.kind, Kind::Number | Kind::Capital | Kind::RomanCapital) {
            return false;
        }
        let next = self.next_line().map(|(_, next)| next);
        let label = next.and_then(|next| match &next.marker {
            Some(Marker::Item(label)) => Some(label),
            _ => None,
        });
        let leads = label
            .is_some_and(|label| label.shape != mark.shape || label_kind(label) != Some(spot.kind))
            && label.is_some_and(starts);
        let same = label.is_some_and(|label| label.shape == mark.shape);
        let body = next.is_some_and(|next| next.apart && next.marker.is_none());
        let capital_top = outermost && spot.kind == Kind::Capital && body;
        leads || (top && !same && next.is_some()) || capital_top
    }
}

/// Returns the title without the full stop that some papers put behind one.
fn short(text: &str) -> &str {
    let bare = text.strip_suffix('.').unwrap_or(text);
    if bare.split_whitespace().count() <= 6 { bare } else { text }
}

/// Returns whether a label is the first of a list.
fn starts(mark: &Mark) -> bool {
    mark.readings().iter().any(|(_, ordinal)| *ordinal == 1)
}

fn label_kind(mark: &Mark) -> Option<Kind> {
    mark.readings().first().map(|(kind, _)| *kind)
}
