//! Tells what a file is by its content, and copies pictures without what they say about where, when and by whom they were taken.
//!
//! Every function turns bytes into values and trusts none of them. Not here: keeping files (`cases-app`), and drawing anything.

mod jpeg;
mod png;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A picture in HEIF, as phones take them.
    Heic,
    /// A PDF document.
    Pdf,
    /// Plain text in UTF-8.
    Text,
}

/// Why a picture has no copy without metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// Its parts do not fit together.
    #[error("the picture is damaged or cut short")]
    Damaged,
    /// It is of a kind that is not read here.
    #[error("pictures of this kind are kept and not shown")]
    NotShown,
}

impl Media {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::Heic, Self::Pdf, Self::Text];

    /// Returns the media type (RFC 6838).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain",
        }
    }

    /// Reads a media type.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media| media.as_str() == word)
    }

    /// Returns the ending of a file's name.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Heic => "heic",
            Self::Pdf => "pdf",
            Self::Text => "txt",
        }
    }

    /// Returns what it is, in words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG picture",
            Self::Png => "PNG picture",
            Self::Heic => "HEIC picture",
            Self::Pdf => "PDF document",
            Self::Text => "Plain text",
        }
    }

    /// Returns whether a copy without metadata can be made of it.
    #[must_use]
    pub const fn is_shown(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png)
    }

    /// Tells what a file is by its content; `None` for anything that is not taken.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Some(Self::Jpeg);
        }
        if bytes.starts_with(png::SIGNATURE) {
            return Some(Self::Png);
        }
        if bytes.starts_with(b"%PDF-") {
            return Some(Self::Pdf);
        }
        if bytes.get(4..8) == Some(b"ftyp") {
            // ISO/IEC 23008-12, section 10.2: the brands of pictures in HEVC.
            let brands: [&[u8]; 6] = [b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"];
            return bytes.get(8..12).filter(|brand| brands.contains(brand)).map(|_| Self::Heic);
        }
        is_text(bytes).then_some(Self::Text)
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let stray = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    std::str::from_utf8(bytes).is_ok_and(|text| !text.is_empty() && !text.contains(stray))
}

/// Copies a picture without its metadata, reads the copy again, and returns it only where that finds none.
///
/// # Errors
/// [`MediaError::NotShown`] for what is no JPEG or PNG picture; [`MediaError::Damaged`] where its parts do not fit together.
pub fn without_metadata(bytes: &[u8]) -> Result<Vec<u8>, MediaError> {
    let copy = match Media::of(bytes) {
        Some(Media::Jpeg) => jpeg::copy(bytes)?,
        Some(Media::Png) => png::copy(bytes)?,
        _ => return Err(MediaError::NotShown),
    };
    if has_metadata(&copy)? { Err(MediaError::Damaged) } else { Ok(copy) }
}

/// Returns whether a picture holds anything beside the picture itself.
///
/// # Errors
/// As [`without_metadata`].
pub fn has_metadata(bytes: &[u8]) -> Result<bool, MediaError> {
    match Media::of(bytes) {
        Some(Media::Jpeg) => jpeg::has_metadata(bytes),
        Some(Media::Png) => png::has_metadata(bytes),
        _ => Err(MediaError::NotShown),
    }
}

#[cfg(test)]
mod tests;
