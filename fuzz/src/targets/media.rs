//! Files that people attach to cases: what they are, and pictures without their metadata.

use media::{Media, has_metadata, without_metadata};

/// Words that mean something in a picture.
pub const WORDS: &[&str] = &[
    "JFIF\0",
    "Exif\0\0",
    "Adobe",
    "IHDR",
    "IDAT",
    "IEND",
    "eXIf",
    "%PDF-",
    "ftypheic",
    "\u{0}\u{0}\u{0}\u{4}",
];

/// Tells what the bytes are and copies what is a picture; a copy is clean, no larger, and copied again it is the same.
pub fn picture(data: &[u8]) -> bool {
    let Some(kind) = Media::of(data) else { return false };
    match without_metadata(data) {
        Ok(copy) => {
            assert!(kind.is_shown() && copy.len() <= data.len(), "a copy holds no more than the picture");
            assert_eq!(has_metadata(&copy), Ok(false), "a copy is clean");
            assert_eq!(without_metadata(&copy), Ok(copy), "and stays as it is");
            true
        }
        Err(_) => !kind.is_shown(),
    }
}

/// Returns small files of each kind.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let jpeg = [
        &[0xFF, 0xD8, 0xFF, 0xE1, 0, 8][..],
        b"Exif\0\0",
        &[0xFF, 0xDB, 0, 4, 1, 2, 0xFF, 0xC0, 0, 4, 1, 2, 0xFF, 0xDA, 0, 4, 1, 2, 7, 0xFF, 0, 8, 0xFF, 0xD9],
    ];
    let chunk = |kind: &[u8], body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap_or_default().to_be_bytes();
        [&length[..], kind, body, b"CRC!"].concat()
    };
    let png = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", b"size"),
        chunk(b"eXIf", b"place"),
        chunk(b"IDAT", b"points"),
        chunk(b"IEND", b""),
    ];
    vec![
        jpeg.concat(),
        png.concat(),
        b"%PDF-1.7\n".to_vec(),
        b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(),
        b"A note of the desk.\n".to_vec(),
    ]
}
