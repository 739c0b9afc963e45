//! Reads a PNG picture chunk by chunk (ISO/IEC 15948, section 5).

use crate::MediaError;

/// What a PNG picture begins with.
pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Chunks that are part of the picture: its size, colours, points and end. Text, times, profiles and EXIF are not.
const PICTURE: [&[u8; 4]; 9] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"];
/// Length, type and check sum of a chunk.
const AROUND: usize = 12;

struct Chunk<'a> {
    kind: &'a [u8],
    bytes: &'a [u8],
}

impl Chunk<'_> {
    fn is_picture(&self) -> bool {
        PICTURE.iter().any(|known| known.as_slice() == self.kind)
    }
}

/// The chunks of a picture and what is left behind its end.
struct Read<'a> {
    chunks: Vec<Chunk<'a>>,
    rest: &'a [u8],
}

fn read(bytes: &[u8]) -> Result<Read<'_>, MediaError> {
    let mut rest = bytes.strip_prefix(SIGNATURE).ok_or(MediaError::Damaged)?;
    let mut chunks: Vec<Chunk<'_>> = Vec::new();
    loop {
        let length = rest.first_chunk::<4>().map(|length| u32::from_be_bytes(*length));
        let length = length.and_then(|length| usize::try_from(length).ok()).ok_or(MediaError::Damaged)?;
        let whole = length.checked_add(AROUND).ok_or(MediaError::Damaged)?;
        let (chunk, after) = rest.split_at_checked(whole).ok_or(MediaError::Damaged)?;
        let kind = chunk.get(4..8).ok_or(MediaError::Damaged)?;
        if chunks.is_empty() && kind != b"IHDR" {
            return Err(MediaError::Damaged);
        }
        chunks.push(Chunk { kind, bytes: chunk });
        rest = after;
        if kind == b"IEND" {
            return Ok(Read { chunks, rest });
        }
    }
}

/// Copies what is part of the picture.
pub(crate) fn copy(bytes: &[u8]) -> Result<Vec<u8>, MediaError> {
    let read = read(bytes)?;
    let mut copy = SIGNATURE.to_vec();
    for chunk in read.chunks.iter().filter(|chunk| chunk.is_picture()) {
        copy.extend_from_slice(chunk.bytes);
    }
    Ok(copy)
}

pub(crate) fn has_metadata(bytes: &[u8]) -> Result<bool, MediaError> {
    let read = read(bytes)?;
    Ok(!read.rest.is_empty() || read.chunks.iter().any(|chunk| !chunk.is_picture()))
}
