//! Decodes bytes into text. UTF-8 and UTF-16 can be recognised; any other encoding would be a guess at a person's name, so it is
//! refused with the line where it occurs.

/// The encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16 little-endian, the "Unicode text" of Windows.
    Utf16Le,
    /// UTF-16 big-endian.
    Utf16Be,
}

/// The reason why bytes are not text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A byte that UTF-8 does not allow in this place.
    #[error("{}", not_utf8(*line, *byte))]
    NotUtf8 {
        /// The line, starting at 1.
        line: usize,
        /// The byte.
        byte: u8,
    },
    /// Half a character.
    #[error("the file is in UTF-16 and is damaged: a character in it is cut in half")]
    NotUtf16,
    /// Bytes that occur in no text.
    #[error("the file is not text")]
    Binary,
}

fn not_utf8(line: usize, byte: u8) -> String {
    // The letters and signs that Windows-1252 has above ASCII are the ones that British files contain: é, £, ’.
    let looks = if byte >= 0x80 { " (it looks like Windows-1252)" } else { "" };
    format!("the file is not in UTF-8{looks}: line {line} has the byte 0x{byte:02X}")
}

/// Recognises the encoding by its byte order mark, or by the zero bytes beside plain letters.
fn encoding(bytes: &[u8]) -> (Encoding, &[u8]) {
    for (mark, encoding) in [
        (&b"\xEF\xBB\xBF"[..], Encoding::Utf8),
        (b"\xFF\xFE", Encoding::Utf16Le),
        (b"\xFE\xFF", Encoding::Utf16Be),
    ] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return (encoding, rest);
        }
    }
    let mut pairs = bytes.chunks_exact(2).take(16).peekable();
    if pairs.peek().is_some() {
        let (mut little, mut big) = (true, true);
        for pair in pairs {
            little &= matches!(pair, [1..=255, 0]);
            big &= matches!(pair, [0, 1..=255]);
        }
        if little {
            return (Encoding::Utf16Le, bytes);
        }
        if big {
            return (Encoding::Utf16Be, bytes);
        }
    }
    (Encoding::Utf8, bytes)
}

/// Decodes bytes into text.
///
/// # Errors
/// [`TextError`] for bytes that are neither UTF-8 nor UTF-16, and for characters that occur in no text.
pub fn decode(bytes: &[u8]) -> Result<(String, Encoding), TextError> {
    let (encoding, bytes) = encoding(bytes);
    let text = match encoding {
        Encoding::Utf8 => utf8(bytes)?,
        Encoding::Utf16Le | Encoding::Utf16Be => utf16(bytes, encoding)?,
    };
    if text.contains('\0') {
        return Err(TextError::Binary);
    }
    Ok((text, encoding))
}

/// Decodes as [`decode`] does, makes every line end a line feed and joins folded lines (RFC 5545 section 3.1). Lines may be
/// folded in the middle of a character, so bytes are joined before they are decoded.
///
/// # Errors
/// The errors of [`decode`].
pub fn decode_folded(bytes: &[u8]) -> Result<String, TextError> {
    if encoding(bytes).0 != Encoding::Utf8 {
        let (text, _) = decode(bytes)?;
        return utf8(&unfolded(text.as_bytes()));
    }
    match decode(&unfolded(bytes)) {
        Ok((text, _)) => Ok(text),
        // The error names the lines of the file itself, because those are the ones that its reader can find.
        Err(error) => Err(decode(bytes).err().unwrap_or(error)),
    }
}

fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\r' | b'\n' => {
                if byte == b'\r' {
                    rest.next_if_eq(&b'\n');
                }
                if rest.next_if(|next| matches!(next, b' ' | b'\t')).is_none() {
                    out.push(b'\n');
                }
            }
            _ => out.push(byte),
        }
    }
    out
}

fn utf8(bytes: &[u8]) -> Result<String, TextError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let (before, after) = bytes.split_at_checked(error.valid_up_to()).unwrap_or((bytes, &[]));
            if before.contains(&0) {
                return Err(TextError::Binary);
            }
            let ends = before.iter().filter(|byte| **byte == b'\n').count();
            let ends = if ends > 0 { ends } else { before.iter().filter(|byte| **byte == b'\r').count() };
            Err(TextError::NotUtf8 { line: ends + 1, byte: after.first().copied().unwrap_or_default() })
        }
    }
}

fn utf16(bytes: &[u8], encoding: Encoding) -> Result<String, TextError> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(TextError::NotUtf16);
    }
    let units = pairs.map(|pair| {
        let pair = [pair.first().copied().unwrap_or_default(), pair.last().copied().unwrap_or_default()];
        if encoding == Encoding::Utf16Be { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    });
    char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| TextError::NotUtf16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, mark: &[u8], little: bool) -> Vec<u8> {
        let units = text.encode_utf16();
        let pairs = units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() });
        mark.iter().copied().chain(pairs).collect()
    }

    #[test]
    fn text_is_read_in_the_encodings_that_say_what_they_are() {
        let text = "number,name\r\n1,Zoë\r\n";
        assert_eq!(decode(text.as_bytes()).unwrap(), (text.to_owned(), Encoding::Utf8));
        assert_eq!(decode(format!("\u{feff}{text}").as_bytes()).unwrap().0, text);
        for (mark, little, encoding) in [
            (&b"\xFF\xFE"[..], true, Encoding::Utf16Le),
            (b"\xFE\xFF", false, Encoding::Utf16Be),
            (b"", true, Encoding::Utf16Le),
            (b"", false, Encoding::Utf16Be),
        ] {
            assert_eq!(decode(&utf16(text, mark, little)).unwrap(), (text.to_owned(), encoding));
        }
    }

    #[test]
    fn any_other_encoding_is_refused_with_its_line() {
        let error = decode(b"number,name\n1,Zo\xEB\n").unwrap_err();
        assert_eq!(error, TextError::NotUtf8 { line: 2, byte: 0xEB });
        assert!(
            error.to_string().contains("Windows-1252") && error.to_string().contains("line 2"),
            "{error}"
        );
        assert_eq!(decode(b"ab\0c").unwrap_err(), TextError::Binary);
        assert_eq!(decode(b"\xFF\xFEa").unwrap_err(), TextError::NotUtf16);
        assert_eq!(decode(b"\xFF\xFE\x00\xD8").unwrap_err(), TextError::NotUtf16, "half a pair");
    }

    #[test]
    fn a_line_folded_in_the_middle_of_a_character_is_one_line() {
        let bytes = b"SUMMARY:Early, Caf\xC3\r\n \xA9 duty\rEND:VEVENT\nX:1\r\n\ty";
        assert_eq!(decode_folded(bytes).unwrap(), "SUMMARY:Early, Café duty\nEND:VEVENT\nX:1y");
        let wide = utf16("A:1\r\n 2\r\nB:3", b"\xFF\xFE", true);
        assert_eq!(decode_folded(&wide).unwrap(), "A:12\nB:3");
    }
}
