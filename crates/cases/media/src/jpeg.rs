//! Reads a JPEG picture segment by segment (ITU-T T.81, annex B).

use crate::MediaError;

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
const ADOBE: u8 = 0xEE;

/// One segment: its marker, and its bytes from the marker on; of a scan with the data that follows it.
struct Segment<'a> {
    marker: u8,
    bytes: &'a [u8],
}

impl Segment<'_> {
    /// Returns whether it is part of the picture. Tables, frames and scans are; application data and comments are not. Adobe's
    /// segment of twelve bytes says how colours are coded, and nothing else.
    fn is_picture(&self) -> bool {
        match self.marker {
            // SOF0 to SOF15 with DHT, JPG and DAC among them.
            0xC0..=0xCF => true,
            // SOS, DQT, DNL, DRI, DHP, EXP.
            SCAN | 0xDB..=0xDF => true,
            ADOBE => self.bytes.len() == 16 && self.bytes.get(4..9) == Some(b"Adobe"),
            _ => false,
        }
    }
}

/// The segments of a picture and what is left behind its end.
struct Read<'a> {
    segments: Vec<Segment<'a>>,
    rest: &'a [u8],
}

fn read(bytes: &[u8]) -> Result<Read<'_>, MediaError> {
    let (mut at, mut segments) = (2_usize, Vec::new());
    let byte = |at: usize| bytes.get(at).copied().ok_or(MediaError::Damaged);
    loop {
        if byte(at)? != 0xFF {
            return Err(MediaError::Damaged);
        }
        // Any number of fill bytes may stand before a marker.
        let mut marker_at = at.saturating_add(1);
        while byte(marker_at)? == 0xFF {
            marker_at = marker_at.saturating_add(1);
        }
        let marker = byte(marker_at)?;
        let body = marker_at.saturating_add(1);
        if marker == END {
            let rest = bytes.get(body..).unwrap_or_default();
            return if segments.is_empty() { Err(MediaError::Damaged) } else { Ok(Read { segments, rest }) };
        }
        if marker == START || marker < 0xC0 || (0xD0..=0xD7).contains(&marker) {
            return Err(MediaError::Damaged);
        }
        let length = usize::from(u16::from_be_bytes([byte(body)?, byte(body.saturating_add(1))?]));
        let mut end = body.saturating_add(length);
        if length < 2 || end > bytes.len() {
            return Err(MediaError::Damaged);
        }
        if marker == SCAN {
            end = end_of_scan(bytes, end)?;
        }
        let from = marker_at.saturating_sub(1);
        segments.push(Segment { marker, bytes: bytes.get(from..end).ok_or(MediaError::Damaged)? });
        at = end;
    }
}

/// Returns where the data of a scan ends: before the next marker that is neither a stuffed byte nor a restart.
fn end_of_scan(bytes: &[u8], from: usize) -> Result<usize, MediaError> {
    let rest = bytes.get(from..).ok_or(MediaError::Damaged)?;
    let ends = rest.windows(2).position(|pair| match pair {
        [0xFF, next] => !matches!(next, 0x00 | 0xD0..=0xD7 | 0xFF),
        _ => false,
    });
    ends.map(|place| from.saturating_add(place)).ok_or(MediaError::Damaged)
}

/// Copies what is part of the picture.
pub(crate) fn copy(bytes: &[u8]) -> Result<Vec<u8>, MediaError> {
    let read = read(bytes)?;
    let mut copy = vec![0xFF, START];
    for segment in read.segments.iter().filter(|segment| segment.is_picture()) {
        copy.extend_from_slice(segment.bytes);
    }
    copy.extend_from_slice(&[0xFF, END]);
    Ok(copy)
}

pub(crate) fn has_metadata(bytes: &[u8]) -> Result<bool, MediaError> {
    let read = read(bytes)?;
    Ok(!read.rest.is_empty() || read.segments.iter().any(|segment| !segment.is_picture()))
}
