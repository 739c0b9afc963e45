//! Places each line of a document: breaks blocks into lines, and lines into pages.

use crate::document::{Block, Document};
use crate::error::PaperError;
use crate::font::{Face, Measure};

/// Width and height of A4, in points.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);
/// Margin on each side.
pub(crate) const MARGIN: f32 = 56.0;
/// Width of a line.
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Position of the first line of a page, and the lowest for the last.
const TOP: f32 = 84.0;
const BOTTOM: f32 = PAGE.1 - 84.0;
/// Sizes of letters.
const TITLE: f32 = 17.0;
const HEADING: f32 = 12.0;
const BODY: f32 = 9.5;
/// Space between lines, as a multiple of the size.
const LEADING: f32 = 1.4;
/// Space between two columns.
const GUTTER: f32 = 10.0;

/// Line in its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// Distance from the left.
    pub x: f32,
    /// Distance of its base line from the top.
    pub y: f32,
    pub face: Face,
    pub size: f32,
    pub text: String,
    /// Piece of the document that it belongs to, counted in reading order.
    pub piece: usize,
}

/// Document in pages, with the kind of each piece.
#[derive(Debug, Default)]
pub(crate) struct Laid {
    pub pages: Vec<Vec<Line>>,
    pub pieces: Vec<Piece>,
}

/// Kind of a piece of the document, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Heading {
        level: u16,
        text: String,
    },
    Paragraph,
    /// Cell: of which block, in which row, and whether it names its row or column.
    Cell {
        table: usize,
        row: usize,
        names: Names,
    },
}

/// Subject that a cell of a table names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Column,
    Row,
    Nothing,
}

struct Setter {
    laid: Laid,
    y: f32,
    regular: Measure,
    bold: Measure,
}

/// Lays a document out.
pub(crate) fn lay(document: &Document) -> Result<Laid, PaperError> {
    let measure = |face| Measure::of(face).ok_or(PaperError::Font);
    let mut setter = Setter {
        laid: Laid::default(),
        y: TOP,
        regular: measure(Face::Regular)?,
        bold: measure(Face::Bold)?,
    };
    setter.laid.pages.push(Vec::new());
    setter.heading(1, &document.title);
    for (place, block) in document.blocks.iter().enumerate() {
        match block {
            Block::Heading(text) => setter.heading(2, text),
            Block::Text(text) => {
                let piece = setter.piece(Piece::Paragraph);
                setter.paragraph(piece, text);
            }
            Block::Facts(facts) => {
                for (row, (name, value)) in facts.iter().enumerate() {
                    let cells = [name.as_str(), value.as_str()];
                    setter.row(place, row, &cells, &[30, 70], |column| {
                        if column == 0 { Names::Row } else { Names::Nothing }
                    });
                }
                setter.y += BODY * 0.6;
            }
            Block::Table { head, rows, shares } => {
                let cells: Vec<&str> = head.iter().map(String::as_str).collect();
                setter.row(place, 0, &cells, shares, |_| Names::Column);
                for (row, cells) in rows.iter().enumerate() {
                    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                    setter.row(place, row + 1, &cells, shares, |_| Names::Nothing);
                }
                setter.y += BODY * 0.6;
            }
        }
    }
    Ok(setter.laid)
}

impl Setter {
    fn piece(&mut self, piece: Piece) -> usize {
        self.laid.pieces.push(piece);
        self.laid.pieces.len() - 1
    }

    const fn measure(&self, face: Face) -> &Measure {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
        }
    }

    /// Begins a new page if `height` does not fit on this one.
    fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.laid.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    fn put(&mut self, line: Line) {
        if let Some(page) = self.laid.pages.last_mut() {
            page.push(line);
        }
    }

    fn heading(&mut self, level: u16, text: &str) {
        let size = if level == 1 { TITLE } else { HEADING };
        let printable = self.bold.printable(text);
        let piece = self.piece(Piece::Heading { level, text: printable.clone() });
        // A heading must not be left alone at the foot of a page.
        self.room(size * LEADING * 3.0);
        self.y += if level == 1 { 0.0 } else { size * 0.8 };
        for text in wrap(&self.bold, &printable, size, WIDTH) {
            self.room(size * LEADING);
            self.y += size * LEADING;
            self.put(Line { x: MARGIN, y: self.y, face: Face::Bold, size, text, piece });
        }
        self.y += size * 0.5;
    }

    fn paragraph(&mut self, piece: usize, text: &str) {
        let text = self.regular.printable(text);
        for text in wrap(&self.regular, &text, BODY, WIDTH) {
            self.room(BODY * LEADING);
            self.y += BODY * LEADING;
            self.put(Line { x: MARGIN, y: self.y, face: Face::Regular, size: BODY, text, piece });
        }
        self.y += BODY * 0.6;
    }

    /// Sets a row; it begins on one page, and continues on the next only if it is longer than a page.
    fn row(
        &mut self,
        table: usize,
        row: usize,
        cells: &[&str],
        shares: &[u8],
        names: impl Fn(usize) -> Names,
    ) {
        let whole: f32 = shares.iter().copied().map(f32::from).sum::<f32>().max(1.0);
        let (mut x, mut columns) = (MARGIN, Vec::new());
        for (column, share) in shares.iter().copied().enumerate() {
            let width = WIDTH * f32::from(share) / whole;
            let names = names(column);
            let face = if names == Names::Nothing { Face::Regular } else { Face::Bold };
            let measure = self.measure(face);
            let text = measure.printable(cells.get(column).copied().unwrap_or_default());
            let lines = wrap(measure, &text, BODY, width - GUTTER);
            columns.push((x, face, lines, names));
            x += width;
        }
        let tallest = columns.iter().map(|(_, _, lines, _)| lines.len()).max().unwrap_or_default();
        let step = BODY * LEADING;
        let height = f32::from(u16::try_from(tallest).unwrap_or(u16::MAX)) * step;
        self.room(height.min(BOTTOM - TOP));
        let pieces: Vec<usize> =
            columns.iter().map(|(.., names)| self.piece(Piece::Cell { table, row, names: *names })).collect();
        for line in 0..tallest {
            self.room(step);
            self.y += step;
            for ((x, face, lines, _), piece) in columns.iter().zip(&pieces) {
                if let Some(text) = lines.get(line) {
                    let (text, piece) = (text.clone(), *piece);
                    self.put(Line { x: *x, y: self.y, face: *face, size: BODY, text, piece });
                }
            }
        }
        self.y += BODY * 0.4;
    }
}

/// Breaks a text into lines no wider than `width`; cuts a word that is wider by itself.
fn wrap(measure: &Measure, text: &str, size: f32, width: f32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if measure.width(&joined, size) <= width {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if measure.width(&line, size) > width && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_they_may_be_and_lose_nothing() {
        let measure = Measure::of(Face::Regular).unwrap();
        let text = format!("one two three {} four", "x".repeat(300));
        let lines = wrap(&measure, &text, BODY, 100.0);
        assert!(lines.len() > 5);
        assert!(lines.iter().all(|line| measure.width(line, BODY) <= 100.0));
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        assert!(wrap(&measure, "", BODY, 100.0).is_empty());
    }

    #[test]
    fn a_long_document_goes_on_the_next_page_and_stays_within_the_margins() {
        let rows = (0..200).map(|row| vec![row.to_string(), "word ".repeat(40)]).collect();
        let document = Document {
            title: "Long".into(),
            id: "1".into(),
            marking: "OFFICIAL".into(),
            foot: String::new(),
            blocks: vec![Block::Table { head: vec!["A".into(), "B".into()], rows, shares: vec![1, 3] }],
        };
        let laid = lay(&document).unwrap();
        assert!(laid.pages.len() > 3);
        for line in laid.pages.iter().flatten() {
            assert!(line.y <= BOTTOM && line.y > TOP && line.x >= MARGIN, "{line:?}");
        }
        assert_eq!(laid.pieces.len(), 1 + 2 * 201);
    }
}
