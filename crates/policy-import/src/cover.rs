//! The cover: what stands before the first clause with a label that is known, such as `Owner: ...` or `Gültig ab ...`.

use super::dates::{Day, Order, Read, read};
use super::labels::{Field, field, is_law};
use super::lines::Line;

/// What was read of the cover.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    pub(super) marking: Option<String>,
    pub(super) version: Option<String>,
    pub(super) published: Option<Day>,
    pub(super) review_by: Option<Day>,
    pub(super) owner: Option<String>,
    pub(super) holder: Option<String>,
    pub(super) author: Option<String>,
    pub(super) procedure: bool,
    pub(super) approvals: Vec<Approved>,
    pub(super) legal_basis: Vec<String>,
    pub(super) related: Vec<String>,
    /// Lines that no field of a document has a place for, as printed.
    pub(super) others: Vec<String>,
    /// Dates that could not be read, or that have two meanings.
    pub(super) doubts: Vec<String>,
    pub(super) order: Order,
    pub(super) open: Open,
}

/// Who approved the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Approved {
    pub(super) body: String,
    pub(super) on: Option<Day>,
    pub(super) note: Option<String>,
}

/// What the lines behind a label alone belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Nothing,
    Value(Field),
    Approvals,
    List(Field),
}

/// The longest value of a field, in letters: more is a sentence of the text.
const LONGEST: usize = 200;

impl Default for Cover {
    fn default() -> Self {
        Self {
            marking: None,
            version: None,
            published: None,
            review_by: None,
            owner: None,
            holder: None,
            author: None,
            procedure: false,
            approvals: Vec::new(),
            legal_basis: Vec::new(),
            related: Vec::new(),
            others: Vec::new(),
            doubts: Vec::new(),
            order: Order::NotKnown,
            open: Open::Nothing,
        }
    }
}

impl Cover {
    /// Reads a line of the cover; `false` if it is none that is known.
    pub(super) fn line(&mut self, line: &Line<'_>) -> bool {
        let text = line.whole.trim_start_matches('#').trim();
        if text.is_empty() {
            return self.closed();
        }
        let (label, value) =
            split(text).or_else(|| self.split_bare(text)).unwrap_or((text.trim_end_matches(':'), ""));
        let field = field(label);
        match (field, self.open) {
            (Some(Field::Owner | Field::Holder), Open::Approvals) if self.is_day(value) => {
                self.approval(label, value)
            }
            (Some(_), _) if value.chars().count() > LONGEST => return self.closed(),
            (Some(field), _) if value.is_empty() => return self.opens(field, line),
            (Some(field), _) => {
                self.open = Open::Nothing;
                self.put(field, label, value);
            }
            (None, Open::Approvals) if split_wide(text).is_some() => self.approval(label, value),
            (None, Open::Value(field)) if !line.bullet && self.fits(field, line) => {
                self.open = Open::Nothing;
                self.put(field, "", text);
            }
            (None, Open::List(field)) if !line.text.is_empty() && (line.bullet || is_law(text)) => {
                self.listed(field, line.text)
            }
            (None, Open::List(_)) if !line.hashed && line.marker.is_none() => return false,
            _ => return self.marked(text),
        }
        true
    }

    /// Splits `Version 3` and `Issued 1 March 2026`, which nothing but a space divides.
    fn split_bare<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        let at = text.find(|c: char| c.is_ascii_digit())?;
        let dated = text
            .char_indices()
            .filter(|(_, c)| c.is_whitespace())
            .find(|(at, _)| text.get(*at..).is_some_and(|behind| self.is_day(behind)));
        let (label, value) = text.split_at_checked(dated.map_or(at, |(at, _)| at))?;
        let (label, value) = (label.trim(), value.trim());
        let sound = match field(label)? {
            Field::Version => value.split_whitespace().count() == 1 && label.len() < at,
            Field::Published | Field::Review => self.is_day(value) && value.split_whitespace().count() <= 4,
            _ => false,
        };
        sound.then_some((label, value))
    }

    /// Reads a line of a header or footer: a version or marking that the cover does not have.
    pub(super) fn header(&mut self, text: &str) {
        if let Some((label, value)) = split(text)
            && field(label) == Some(Field::Version)
            && self.version.is_none()
        {
            self.version = Some(value.to_owned());
        }
        self.marked(text);
    }

    /// Takes a marking that stands on a line of its own.
    fn marked(&mut self, text: &str) -> bool {
        self.open = Open::Nothing;
        let marking = super::furniture::is_marking(text);
        if marking && self.marking.is_none() {
            self.marking = Some(text.to_owned());
        }
        marking
    }

    fn closed(&mut self) -> bool {
        self.open = Open::Nothing;
        false
    }

    /// Takes a label alone: what follows is its value or its list.
    fn opens(&mut self, field: Field, line: &Line<'_>) -> bool {
        self.open = match field {
            Field::Approval => Open::Approvals,
            Field::Legal | Field::Related => Open::List(field),
            Field::Other | Field::Kind => Open::Nothing,
            field => Open::Value(field),
        };
        let known = self.open != Open::Nothing && line.marker.is_none();
        if known {
            self.others.push(line.text.to_owned());
        } else {
            self.open = Open::Nothing;
        }
        known
    }

    /// Returns whether a line may be the value of the label before it.
    fn fits(&self, field: Field, line: &Line<'_>) -> bool {
        let text = line.whole;
        match field {
            Field::Published | Field::Review => read(text, self.order).is_some(),
            Field::Version => {
                text.split_whitespace().count() <= 3 && text.contains(|c: char| c.is_ascii_digit())
            }
            _ => line.marker.is_none() && text.split_whitespace().count() <= 8 && !text.ends_with('.'),
        }
    }

    fn put(&mut self, field: Field, label: &str, value: &str) {
        let kept = match field {
            Field::Owner => fill(&mut self.owner, value),
            Field::Holder => fill(&mut self.holder, value),
            Field::Author => fill(&mut self.author, value),
            Field::Version => fill(&mut self.version, value),
            Field::Marking => fill(&mut self.marking, value),
            Field::Published => {
                let day = self.day(label, value);
                fill_day(&mut self.published, day)
            }
            Field::Review => {
                let day = self.day(label, value);
                fill_day(&mut self.review_by, day)
            }
            Field::Approval => {
                self.approval(
                    if self.is_day(value) { label } else { value },
                    if self.is_day(value) { value } else { "" },
                );
                true
            }
            Field::Legal | Field::Related => {
                self.listed(field, value);
                true
            }
            Field::Kind => {
                self.procedure = value.to_lowercase().contains("procedure");
                false
            }
            Field::Other => false,
        };
        // What is printed behind a day, as in "02/02/2023 (v1.1)", stays in the note with it.
        let is_date = matches!(field, Field::Published | Field::Review);
        if !kept || is_date {
            self.others.push(if label.is_empty() { value.to_owned() } else { format!("{label}: {value}") });
        }
    }

    fn is_day(&self, value: &str) -> bool {
        read(value, self.order).is_some()
    }

    fn day(&mut self, label: &str, value: &str) -> Option<Day> {
        match read(value, self.order) {
            Some(Read::Day(day)) => Some(day),
            Some(Read::Either(day, other)) => {
                self.doubts.push(format!("{label}: {value} is {day} or {other}: write the right one"));
                None
            }
            None => {
                self.doubts.push(format!("{label}: no day was read in \"{value}\""));
                None
            }
        }
    }

    fn approval(&mut self, body: &str, value: &str) {
        let on = self.is_day(value).then(|| self.day(body, value)).flatten();
        let note = match (on, value.is_empty()) {
            (Some(_), _) => None,
            (None, true) => Some("the text names no day".to_owned()),
            (None, false) => Some(format!("the text says: {value}")),
        };
        self.approvals.push(Approved { body: body.to_owned(), on, note });
    }

    fn listed(&mut self, field: Field, text: &str) {
        let list = if field == Field::Legal { &mut self.legal_basis } else { &mut self.related };
        list.push(text.to_owned());
    }
}

/// Fills a field that is empty; `false` if it has another value.
fn fill(field: &mut Option<String>, value: &str) -> bool {
    match field {
        Some(known) => known == value,
        None => {
            *field = Some(value.to_owned());
            true
        }
    }
}

fn fill_day(field: &mut Option<Day>, day: Option<Day>) -> bool {
    let filled = day.is_some() && (field.is_none() || *field == day);
    *field = field.or(day);
    filled
}

/// Splits `Label: value`, `Label<tab>value` or `Label    value`.
fn split(text: &str) -> Option<(&str, &str)> {
    let by_colon = text.split_once(": ").or_else(|| text.split_once(":\t"));
    let (label, value) = by_colon.or_else(|| split_wide(text))?;
    let label = label.trim().trim_matches('*').trim_end_matches(':');
    let value = value.trim().trim_start_matches('*').trim();
    Some((label, value)).filter(|(label, value)| !label.is_empty() && !value.is_empty())
}

fn split_wide(text: &str) -> Option<(&str, &str)> {
    let (label, value) = text.split_once('\t').or_else(|| text.split_once("  "))?;
    Some((label.trim(), value.trim())).filter(|(label, value)| !label.is_empty() && !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::lines::read as lines;

    /// Reads a cover, and returns it with the lines that it does not know.
    fn cover(text: &str) -> (Cover, Vec<&str>) {
        let mut cover = Cover::default();
        let unknown: Vec<&str> = lines(text, Language::English)
            .iter()
            .filter(|line| !cover.line(line))
            .map(|line| line.whole)
            .collect();
        (cover, unknown)
    }

    #[test]
    fn labels_are_known_with_colons_tabs_and_wide_space() {
        let (cover, unknown) = cover(
            "PHONES\nOwner:\tHead of ICT\nAuthor: A. Clerk\nVersion   2.1\nEffective Date\n1 March 2025\nReview Date: 01/03/2027\n\
             Order Number: 41.3\nRevision 7\nIssued 2 March 2025\nVersion 2 of the paper.\nClassification: RESTRICTED\nRatified by: Finance Committee\nHere is a sentence: read it.\n",
        );
        assert_eq!(unknown, ["PHONES", "Version 2 of the paper.", "Here is a sentence: read it."]);
        assert_eq!(cover.owner.as_deref(), Some("Head of ICT"));
        assert_eq!(cover.author.as_deref(), Some("A. Clerk"));
        assert_eq!(cover.version.as_deref(), Some("2.1"));
        assert_eq!(cover.published.unwrap().to_string(), "2025-03-01");
        assert_eq!(cover.review_by, None, "01/03 may be the third of January");
        assert!(cover.doubts[0].contains("2027-03-01 or 2027-01-03"), "{:?}", cover.doubts);
        assert!(cover.others.contains(&"Order Number: 41.3".to_owned()));
        assert_eq!(cover.marking.as_deref(), Some("RESTRICTED"));
        assert_eq!(cover.approvals[0].body, "Finance Committee");
    }

    #[test]
    fn tables_and_lists_behind_a_label_belong_to_it() {
        let (cover, unknown) = cover(
            "Approved by\n\nLegal Services\tN/A\nPolicy owner\t12 September 2017\n\nLegal Basis\n\nPolice Act 1996\n(Please list it.)\n\
             Equality Act 2010\n\nRelated Documents\n\n- Social Media\n- Ethics\n\nThe end of it.\n",
        );
        assert_eq!(unknown, ["(Please list it.)", "The end of it."]);
        assert_eq!(cover.approvals.len(), 2);
        assert_eq!(cover.approvals[1].on.unwrap().to_string(), "2017-09-12");
        assert_eq!(cover.legal_basis, ["Police Act 1996", "Equality Act 2010"]);
        assert_eq!(cover.related, ["Social Media", "Ethics"]);
    }
}
