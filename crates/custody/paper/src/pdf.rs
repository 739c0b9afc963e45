//! Writes a laid-out document as PDF: tagged, with title and language, after PDF/UA-1, so that a screen reader can read it.
//!
//! The bytes follow from the document alone: no clock, no randomness.

use std::num::NonZeroU16;

use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::text::{Font, TextDirection};
use krilla::{Document as Pdf, SerializeSettings};

use crate::document::Document;
use crate::error::PaperError;
use crate::font::{Face, Measure};
use crate::layout::{self, Laid, Line, MARGIN, Names, PAGE, Piece};

/// Size of the letters in the head and foot of a page.
const SMALL: f32 = 8.0;

struct Faces {
    regular: Font,
    bold: Font,
}

impl Document {
    /// Returns the document as PDF. The same document gives the same bytes.
    ///
    /// # Errors
    /// [`PaperError`], but never for a document whose texts can be printed.
    pub fn to_pdf(&self) -> Result<Vec<u8>, PaperError> {
        let failed = |why: String| PaperError::Pdf { title: self.title.clone(), why };
        let laid = layout::lay(self)?;
        let font = |face: Face| Font::new(face.bytes().to_vec().into(), 0).ok_or(PaperError::Font);
        let faces = Faces { regular: font(Face::Regular)?, bold: font(Face::Bold)? };
        let configuration = ConfigurationBuilder::new()
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| failed(format!("{error:?}")))?;
        let mut pdf = Pdf::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        let mut drawn: Vec<Vec<Identifier>> = vec![Vec::new(); laid.pieces.len()];
        let count = laid.pages.len();
        for (number, lines) in (1..).zip(&laid.pages) {
            let settings =
                PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| failed("the page has no size".into()))?;
            let mut page = pdf.start_page_with(settings);
            let mut surface = page.surface();
            self.frame(&mut surface, &faces, number, count)?;
            for line in lines {
                let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                draw(&mut surface, &faces, line);
                surface.end_tagged();
                if let Some(ids) = drawn.get_mut(line.piece) {
                    ids.push(id);
                }
            }
            surface.finish();
            page.finish();
        }
        pdf.set_metadata(
            Metadata::new()
                .title(self.title.clone())
                .language("en-GB".to_owned())
                .creator("Lanyard".to_owned())
                .document_id(self.id.clone()),
        );
        pdf.set_outline(outline(&laid));
        pdf.set_tag_tree(tree(&laid, drawn));
        pdf.finish().map_err(|error| failed(format!("{error:?}")))
    }

    /// Draws the marking above and below, and the page number.
    fn frame(
        &self,
        surface: &mut Surface<'_>,
        faces: &Faces,
        number: usize,
        count: usize,
    ) -> Result<(), PaperError> {
        let measure = Measure::of(Face::Bold).ok_or(PaperError::Font)?;
        let marking = measure.printable(&self.marking);
        let middle = (PAGE.0 - measure.width(&marking, SMALL + 2.0)) / 2.0;
        let foot = measure.printable(&format!("{}   Page {number} of {count}", self.foot));
        let line = |x, y, face, size, text: &str| Line { x, y, face, size, text: text.to_owned(), piece: 0 };
        let lines = [
            line(middle, 44.0, Face::Bold, SMALL + 2.0, &marking),
            line(middle, PAGE.1 - 34.0, Face::Bold, SMALL + 2.0, &marking),
            line(MARGIN, PAGE.1 - 52.0, Face::Regular, SMALL, &foot),
        ];
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Page)));
        for line in &lines {
            draw(surface, faces, line);
        }
        surface.end_tagged();
        Ok(())
    }
}

fn draw(surface: &mut Surface<'_>, faces: &Faces, line: &Line) {
    let font = match line.face {
        Face::Regular => faces.regular.clone(),
        Face::Bold => faces.bold.clone(),
    };
    surface.draw_text(
        Point::from_xy(line.x, line.y),
        font,
        line.size,
        &line.text,
        false,
        TextDirection::LeftToRight,
    );
}

/// Returns the headings as a table of contents of the file.
fn outline(laid: &Laid) -> Outline {
    let mut outline = Outline::new();
    for (place, piece) in laid.pieces.iter().enumerate() {
        let Piece::Heading { text, .. } = piece else { continue };
        let found = laid.pages.iter().enumerate().find_map(|(page, lines)| {
            lines.iter().find(|line| line.piece == place).map(|line| (page, line.y - line.size))
        });
        if let Some((page, y)) = found {
            let there = XyzDestination::new(page, Point::from_xy(MARGIN, y));
            outline.push_child(OutlineNode::new(text.clone(), there));
        }
    }
    outline
}

/// Returns the structure of the pieces, for screen readers.
fn tree(laid: &Laid, drawn: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some("en-GB".to_owned()));
    let mut open: Option<(usize, TagGroup, usize, TagGroup)> = None;
    let close = |tree: &mut TagTree, open: &mut Option<(usize, TagGroup, usize, TagGroup)>| {
        if let Some((_, mut table, _, row)) = open.take() {
            table.push(row);
            tree.push(table);
        }
    };
    for (piece, ids) in laid.pieces.iter().zip(drawn) {
        let filled = |mut group: TagGroup| {
            for id in ids {
                group.push(id);
            }
            group
        };
        match piece {
            Piece::Heading { level, text } => {
                close(&mut tree, &mut open);
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tree.push(filled(TagGroup::new(Tag::Hn(level, Some(text.clone())))));
            }
            Piece::Paragraph => {
                close(&mut tree, &mut open);
                tree.push(filled(TagGroup::new(Tag::P)));
            }
            Piece::Cell { table, row, names } => {
                let cell = filled(match names {
                    Names::Column => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
                    Names::Row => TagGroup::new(Tag::TH(TableHeaderScope::Row)),
                    Names::Nothing => TagGroup::new(Tag::TD),
                });
                if open.as_ref().is_some_and(|(of, ..)| of != table) {
                    close(&mut tree, &mut open);
                }
                let (_, whole, current, cells) = open
                    .get_or_insert_with(|| (*table, TagGroup::new(Tag::Table), *row, TagGroup::new(Tag::TR)));
                if current != row {
                    *current = *row;
                    whole.push(std::mem::replace(cells, TagGroup::new(Tag::TR)));
                }
                cells.push(cell);
            }
        }
    }
    close(&mut tree, &mut open);
    tree
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Block;

    fn document() -> Document {
        let head = ["Thing", "Condition"].map(str::to_owned).to_vec();
        let rows = vec![vec!["iPhone 15".into(), "Good".into()], vec!["SIM".into()]];
        Document {
            title: "Hand-over H-1001: Łukasz Żółć".into(),
            id: "h-1001".into(),
            marking: "OFFICIAL".into(),
            foot: "H-1001".into(),
            blocks: vec![
                Block::Text("Given to Siân, who signs.".into()),
                Block::Heading("Things".into()),
                Block::Table { head, rows, shares: vec![2, 1] },
                Block::Facts(vec![("Gives".into(), "Stores".into()), ("Takes".into(), String::new())]),
            ],
        }
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        let first = document().to_pdf().unwrap();
        assert!(first.starts_with(b"%PDF-1."), "a PDF");
        assert_eq!(first, document().to_pdf().unwrap());
        let other = Document { title: "Another".into(), ..document() };
        assert_ne!(first, other.to_pdf().unwrap());
    }

    #[test]
    fn it_is_tagged_and_says_its_language_and_title() {
        let bytes = document().to_pdf().unwrap();
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(
            has(b"/MarkInfo") && has(b"/Lang(en-GB)") || has(b"/Lang (en-GB)"),
            "marked and with a language"
        );
        assert!(has(b"pdfuaid:part"), "says that it keeps PDF/UA");
    }

    #[test]
    fn what_no_font_has_does_not_stop_a_record() {
        let odd = Document { title: "\u{1f600} 李 \u{202e}x".into(), foot: "\n\t".into(), ..document() };
        assert!(odd.to_pdf().is_ok());
        let long = Document { blocks: vec![Block::Text("word ".repeat(5000))], ..document() };
        assert!(long.to_pdf().is_ok());
        let empty = Document { title: String::new(), blocks: Vec::new(), ..document() };
        assert!(empty.to_pdf().is_ok() || empty.title.is_empty());
    }
}
