use super::*;
use proptest::prelude::*;

/// A JPEG of one scan, with these segments before it and this behind its end.
fn jpeg(before: &[(u8, &[u8])], behind: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    let mut put = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        bytes.extend_from_slice(&[0xFF, marker, length[0], length[1]]);
        bytes.extend_from_slice(body);
    };
    for (marker, body) in before {
        put(*marker, body);
    }
    put(0xDB, b"quantisation");
    put(0xC0, b"frame");
    put(0xC4, b"huffman");
    put(0xDA, b"scan");
    // A stuffed byte and a restart are data.
    bytes.extend_from_slice(&[1, 2, 0xFF, 0x00, 3, 0xFF, 0xD0, 4, 0xFF, 0xD9]);
    bytes.extend_from_slice(behind);
    bytes
}

fn png(chunks: &[(&[u8; 4], &[u8])], behind: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in chunks {
        bytes.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(*kind);
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(b"CRC!");
    }
    bytes.extend_from_slice(behind);
    bytes
}

#[test]
fn what_a_file_is_follows_from_its_content() {
    for (bytes, is) in [
        (jpeg(&[], b""), Some(Media::Jpeg)),
        (png(&[(b"IHDR", b"x"), (b"IEND", b"")], b""), Some(Media::Png)),
        (b"\0\0\0\x18ftypheic\0\0".to_vec(), Some(Media::Heic)),
        (b"\0\0\0\x18ftypisom\0\0".to_vec(), None),
        (b"%PDF-1.7\n".to_vec(), Some(Media::Pdf)),
        ("Tür auf\r\n".as_bytes().to_vec(), Some(Media::Text)),
        (b"MZ\x90\0".to_vec(), None),
        (b"PK\x03\x04".to_vec(), None),
        (Vec::new(), None),
    ] {
        assert_eq!(Media::of(&bytes), is, "{bytes:?}");
    }
    for media in Media::ALL {
        assert_eq!(Media::read(media.as_str()), Some(media));
    }
}

#[test]
fn a_copy_of_a_jpeg_says_nothing_of_its_taker() {
    let adobe = b"Adobe\0d\0\0\0\0\x01";
    let taken = jpeg(
        &[
            (0xE0, b"JFIF\0thumbnail"),
            (0xE1, b"Exif\0\0GPS 52.63 N 1.29 E"),
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0<xmp/>"),
            (0xED, b"Photoshop 3.0"),
            (0xFE, b"by PC Ames"),
            (0xEE, adobe),
        ],
        b"a film behind the picture",
    );
    assert_eq!(has_metadata(&taken), Ok(true));
    let copy = without_metadata(&taken).unwrap();
    for word in [&b"GPS"[..], b"xmp", b"Ames", b"JFIF", b"Photoshop", b"film"] {
        assert!(!copy.windows(word.len()).any(|part| part == word), "{}", String::from_utf8_lossy(word));
    }
    assert_eq!(has_metadata(&copy), Ok(false));
    assert_eq!(copy, jpeg(&[(0xEE, adobe)], b""), "the picture itself is as it was");
    // Something else under Adobe's marker is metadata.
    assert_eq!(has_metadata(&jpeg(&[(0xEE, b"Adobe by PC Ames")], b"")), Ok(true));
}

#[test]
fn a_copy_of_a_png_says_nothing_of_its_taker() {
    let taken = png(
        &[
            (b"IHDR", b"size"),
            (b"eXIf", b"GPS"),
            (b"tEXt", b"Author Ames"),
            (b"iCCP", b"profile"),
            (b"IDAT", b"points"),
            (b"tIME", b"now"),
            (b"IEND", b""),
        ],
        b"more",
    );
    let copy = without_metadata(&taken).unwrap();
    assert_eq!(copy, png(&[(b"IHDR", b"size"), (b"IDAT", b"points"), (b"IEND", b"")], b""));
}

#[test]
fn what_is_damaged_or_of_another_kind_is_not_shown() {
    let whole = jpeg(&[(0xE1, b"Exif")], b"");
    for end in 3..whole.len() {
        assert_eq!(without_metadata(&whole[..end]), Err(MediaError::Damaged), "{end}");
    }
    let whole = png(&[(b"IHDR", b"size"), (b"IEND", b"")], b"");
    for end in 8..whole.len() {
        assert_eq!(without_metadata(&whole[..end]), Err(MediaError::Damaged), "{end}");
    }
    assert_eq!(without_metadata(b"%PDF-1.7"), Err(MediaError::NotShown));
    assert_eq!(without_metadata(b"\0\0\0\x18ftypheic"), Err(MediaError::NotShown));
}

proptest! {
    /// Whatever comes in: a copy has no metadata, and copying it again changes nothing.
    #[test]
    fn a_copy_of_anything_is_clean(mut bytes in prop::collection::vec(any::<u8>(), 0..200), as_png in any::<bool>(), segments in prop::collection::vec((0xC0_u8..=0xFE, prop::collection::vec(any::<u8>(), 0..20)), 0..6)) {
        let list: Vec<(u8, &[u8])> = segments.iter().map(|(marker, body)| (*marker, body.as_slice())).collect();
        let built = jpeg(&list, &bytes);
        bytes.splice(0..0, if as_png { b"\x89PNG\r\n\x1a\n".to_vec() } else { vec![0xFF, 0xD8, 0xFF] });
        for given in [bytes, built] {
            if let Ok(copy) = without_metadata(&given) {
                prop_assert_eq!(has_metadata(&copy), Ok(false));
                prop_assert_eq!(without_metadata(&copy), Ok(copy.clone()));
                prop_assert!(copy.len() <= given.len());
            }
        }
    }
}
