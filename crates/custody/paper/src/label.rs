//! Draws labels: the address of a thing's page as a QR code, and its number as Code 128.
//! Each is the outline of an SVG path.
//!
//! Anyone who finds the thing can read its label, so it holds no personal data: an address that needs a sign-in, and the
//! force's own number.

use std::fmt::Write as _;

use barcoders::sym::code128::Code128;
use qrcode::{Color, EcLevel, QrCode};

/// Longest address on a label.
const LONGEST_ADDRESS: usize = 200;
/// Longest number on a label.
const LONGEST_NUMBER: usize = 40;
/// Width of the quiet zone around a QR code, in modules (ISO/IEC 18004 section 9.1).
const QUIET: usize = 4;
/// Width of the quiet zone on each side of Code 128, in modules (ISO/IEC 15417 section 4.6).
const QUIET_BARS: usize = 10;

/// Reason why a label could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Address that is too long for a code of that size.
    #[error("the address of {0} letters is too long for a label; shorten the service's own address")]
    Address(usize),
    /// Number that cannot be encoded as Code 128.
    #[error("\"{0}\" cannot be a bar code: use 2 to 40 letters, digits and signs of ASCII")]
    Number(String),
}

/// QR code with its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Width and height in modules, with the quiet zone.
    pub size: usize,
    /// Dark modules as an SVG path.
    pub path: String,
}

/// Bar code, one unit high.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// Width in modules, with the quiet zone.
    pub width: usize,
    /// Dark bars as an SVG path.
    pub path: String,
}

/// Both codes of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// QR code that leads to its page.
    pub qr: Qr,
    /// Bar code of its number.
    pub bars: Bars,
}

impl Label {
    /// Returns the label of a thing: the address of its page, and the number that is printed on it.
    ///
    /// # Errors
    /// [`LabelError`] if it does not fit.
    pub fn of(address: &str, number: &str) -> Result<Self, LabelError> {
        Ok(Self { qr: Qr::of(address)?, bars: Bars::of(number)? })
    }
}

impl Label {
    /// Returns the label as a picture of its own, 63.5 by 38.1 mm, with the number in letters below the bars.
    #[must_use]
    pub fn to_svg(&self, number: &str) -> String {
        let (qr, bars) = (&self.qr, &self.bars);
        let number = number.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"63.5mm\" height=\"38.1mm\" viewBox=\"0 0 635 381\">\
             <title>{number}</title><path fill=\"#fff\" d=\"M0 0h635v381H0z\"/>\
             <svg x=\"20\" y=\"60\" width=\"250\" height=\"250\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
             <path d=\"{qr_path}\"/></svg>\
             <svg x=\"280\" y=\"120\" width=\"340\" height=\"90\" viewBox=\"0 0 {width} 1\" preserveAspectRatio=\"none\" \
             shape-rendering=\"crispEdges\"><path d=\"{bars_path}\"/></svg>\
             <text x=\"450\" y=\"260\" font-family=\"sans-serif\" font-size=\"36\" text-anchor=\"middle\">{number}</text></svg>\n",
            size = qr.size,
            qr_path = qr.path,
            width = bars.width,
            bars_path = bars.path,
        )
    }
}

impl Qr {
    /// Returns a text as a QR code that can be read with 15 % of it scratched away.
    ///
    /// # Errors
    /// [`LabelError::Address`] if it is too long.
    pub fn of(text: &str) -> Result<Self, LabelError> {
        if text.len() > LONGEST_ADDRESS {
            return Err(LabelError::Address(text.len()));
        }
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|_| LabelError::Address(text.len()))?;
        let (width, mut path) = (code.width(), String::new());
        for (place, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h1v1h-1z", QUIET + place % width, QUIET + place / width);
            }
        }
        Ok(Self { size: width + 2 * QUIET, path })
    }
}

impl Bars {
    /// Returns a number as Code 128, character set B.
    ///
    /// # Errors
    /// [`LabelError::Number`] if it contains anything other than printable ASCII.
    pub fn of(number: &str) -> Result<Self, LabelError> {
        let bad = || LabelError::Number(number.chars().take(LONGEST_NUMBER).collect());
        let fits = (2..=LONGEST_NUMBER).contains(&number.len())
            && number.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if !fits {
            return Err(bad());
        }
        let modules = Code128::new(format!("\u{181}{number}")).map_err(|_| bad())?.encode();
        let mut path = String::new();
        for (place, _) in modules.iter().enumerate().filter(|(_, module)| **module == 1) {
            let _ = write!(path, "M{} 0h1v1h-1z", QUIET_BARS + place);
        }
        Ok(Self { width: modules.len() + 2 * QUIET_BARS, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_holds_what_it_says() {
        let label =
            Label::of("https://mdm.force.example/devices/00000001-0000-7000-8000-000000000000", "NC-01234")
                .unwrap();
        assert!(label.qr.size > 30 && label.qr.path.starts_with('M'));
        // Start, eight characters, check, stop: eleven modules each and two more for the stop.
        assert_eq!(label.bars.width, 11 * (1 + 8 + 1) + 13 + 2 * QUIET_BARS);
        assert_eq!(
            label,
            Label::of("https://mdm.force.example/devices/00000001-0000-7000-8000-000000000000", "NC-01234")
                .unwrap()
        );
    }

    #[test]
    fn a_picture_of_a_label_is_sound_whatever_the_number_holds() {
        let svg = Label::of("https://x.example/devices/1", "A<&>B").unwrap().to_svg("A<&>B");
        assert!(svg.contains("<title>A&lt;&amp;&gt;B</title>") && svg.ends_with("</svg>\n"), "{svg}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for bad in ["", "1", "Ł-1", "a\nb", &"9".repeat(41)] {
            assert!(matches!(Bars::of(bad), Err(LabelError::Number(_))), "{bad:?}");
        }
        assert_eq!(Qr::of(&"x".repeat(5000)), Err(LabelError::Address(5000)));
    }
}
