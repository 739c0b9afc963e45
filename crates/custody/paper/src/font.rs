//! Loads the two faces that documents are set in, and measures how wide a text is.
//!
//! DejaVu Sans has every letter of the Latin, Greek and Cyrillic scripts that a name in the United Kingdom may need. A
//! character that it lacks is printed as the replacement character; the record as data keeps it.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// Face of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Regular,
    Bold,
}

impl Face {
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => dejavu::sans::regular(),
            Self::Bold => dejavu::sans::bold(),
        }
    }
}

/// Replacement for a character that the faces lack.
const REPLACEMENT: char = '\u{fffd}';

/// Measure of text in one face.
pub(crate) struct Measure {
    font: FontRef<'static>,
}

impl Measure {
    /// Loads a face; `None` if the font that is part of the program cannot be read.
    pub(crate) fn of(face: Face) -> Option<Self> {
        FontRef::new(face.bytes()).ok().map(|font| Self { font })
    }

    /// Returns the text with what cannot be printed replaced: line breaks and tabs by spaces, unknown characters by a sign.
    pub(crate) fn printable(&self, text: &str) -> String {
        let charmap = self.font.charmap();
        text.chars()
            .filter(|letter| !is_mark_of_direction(*letter))
            .map(|letter| match letter {
                letter if letter.is_whitespace() || letter.is_control() => ' ',
                letter if charmap.map(letter).is_some() => letter,
                _ => REPLACEMENT,
            })
            .collect()
    }

    /// Returns how wide a text is at a size, in points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        let (charmap, metrics) =
            (self.font.charmap(), self.font.glyph_metrics(Size::new(size), LocationRef::default()));
        text.chars()
            .filter_map(|letter| charmap.map(letter).and_then(|glyph| metrics.advance_width(glyph)))
            .sum()
    }
}

/// Returns whether a character reverses the direction of a line: a name may contain one, but a signed record must have one
/// reading.
const fn is_mark_of_direction(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_origins_can_be_printed() {
        for face in [Face::Regular, Face::Bold] {
            let measure = Measure::of(face).unwrap();
            for name in [
                "Łukasz Żółć",
                "Siân ap Gruffydd",
                "Zoë O’Connor-Müller",
                "Ştefan Ţepeş",
                "Đặng Thị Hà",
                "Ирина",
            ] {
                assert_eq!(measure.printable(name), name);
            }
            let odd = measure.printable("a\u{202e}b\tc\u{674e}");
            assert_eq!(
                odd,
                format!("ab c{REPLACEMENT}"),
                "turned around, tabbed, and in no script of the face"
            );
        }
    }

    #[test]
    fn a_longer_text_is_wider() {
        let measure = Measure::of(Face::Regular).unwrap();
        assert!(measure.width("mm", 10.0) > measure.width("ii", 10.0));
        assert!((measure.width("ab", 20.0) - 2.0 * measure.width("ab", 10.0)).abs() < 0.01);
    }
}
