//! Writes and reads ZIP files of the plainest kind: a few short names, nothing compressed, one spelling.
//!
//! A file that [`write`] would not have written byte for byte is refused, so nothing can hide between the parts. Any program that
//! opens ZIP files opens these.

/// Most files in a pack.
const MAX_FILES: usize = 32;
/// Longest pack that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 64 << 20;
/// Longest name of a file.
const MAX_NAME: usize = 64;
/// 1 January 1980, the earliest day that the format knows: the time of the files says nothing.
const DAY: u16 = 0x0021;
/// Names are in UTF-8.
const FLAGS: u16 = 0x0800;
/// The version of the format that is needed to read it.
const VERSION: u16 = 20;

/// A file in a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name: small letters, digits, dots and hyphens.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The reason why bytes are not a pack's ZIP file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZipError {
    /// It is larger than a pack may be.
    #[error("a pack has at most 64 MiB and 32 files")]
    TooLarge,
    /// It is not written as a pack is.
    #[error("not a pack: {0}; ask for the file again, and do not open and save it with another program")]
    Malformed(&'static str),
}

/// Writes files into a ZIP file.
///
/// # Errors
/// When there are too many, they are too large, or a name is not as names have to be.
pub fn write(files: &[File]) -> Result<Vec<u8>, ZipError> {
    let total: usize = files.iter().map(|file| file.bytes.len() + 2 * file.name.len() + 128).sum();
    if files.len() > MAX_FILES || total > MAX_BYTES {
        return Err(ZipError::TooLarge);
    }
    let (mut out, mut directory) = (Vec::with_capacity(total), Vec::new());
    for file in files {
        if !name_fits(&file.name) {
            return Err(ZipError::Malformed(
                "a name has other letters than small ones, digits, dots and hyphens",
            ));
        }
        let offset = length(out.len())?;
        let common = common(file)?;
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common);
        out.extend_from_slice(file.name.as_bytes());
        out.extend_from_slice(&file.bytes);
        directory.extend_from_slice(b"PK\x01\x02");
        directory.extend_from_slice(&VERSION.to_le_bytes());
        directory.extend_from_slice(&common);
        // No comment, one disk, no attributes.
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(file.name.as_bytes());
    }
    let (count, size, start) = (
        u16::try_from(files.len()).map_err(|_| ZipError::TooLarge)?,
        length(directory.len())?,
        length(out.len())?,
    );
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    Ok(out)
}

/// Reads the files of a ZIP file, and only of one that [`write`] would write.
///
/// # Errors
/// When it is too large or spelt otherwise.
pub fn read(bytes: &[u8]) -> Result<Vec<File>, ZipError> {
    if bytes.len() > MAX_BYTES {
        return Err(ZipError::TooLarge);
    }
    let mut files = Vec::new();
    let mut rest = bytes;
    while let Some(after) = rest.strip_prefix(b"PK\x03\x04".as_slice()) {
        if files.len() == MAX_FILES {
            return Err(ZipError::TooLarge);
        }
        let cut = ZipError::Malformed("it is cut short");
        let (head, after) = after.split_first_chunk::<26>().ok_or_else(|| cut.clone())?;
        let [.., a, b, c, d, n, m, _, _] = *head;
        let (size, name) = (u32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([n, m]));
        let size = usize::try_from(size).map_err(|_| ZipError::TooLarge)?;
        let (name, after) = after.split_at_checked(usize::from(name)).ok_or_else(|| cut.clone())?;
        let (content, after) = after.split_at_checked(size).ok_or(cut)?;
        let name = std::str::from_utf8(name).map_err(|_| ZipError::Malformed("a name is no text"))?;
        files.push(File { name: name.to_owned(), bytes: content.to_vec() });
        rest = after;
    }
    if files.is_empty() {
        return Err(ZipError::Malformed("it has no file"));
    }
    if write(&files)? == bytes {
        Ok(files)
    } else {
        Err(ZipError::Malformed("it is not spelt as a pack is, byte for byte"))
    }
}

fn length(bytes: usize) -> Result<u32, ZipError> {
    u32::try_from(bytes).map_err(|_| ZipError::TooLarge)
}

fn name_fits(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'-'))
}

/// Returns the fields that a file's head and its line in the directory have in common.
fn common(file: &File) -> Result<Vec<u8>, ZipError> {
    let size = length(file.bytes.len())?.to_le_bytes();
    let name = u16::try_from(file.name.len()).map_err(|_| ZipError::TooLarge)?;
    let mut out = Vec::with_capacity(26);
    for number in [VERSION, FLAGS, 0, 0, DAY] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&crc32(&file.bytes).to_le_bytes());
    out.extend_from_slice(&size);
    out.extend_from_slice(&size);
    out.extend_from_slice(&name.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    Ok(out)
}

/// Returns the checksum that the format wants; nothing here relies on it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let odd = sum & 1;
            sum = (sum >> 1) ^ (0xEDB8_8320 * odd);
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<File> {
        let file = |name: &str, bytes: &[u8]| File { name: name.into(), bytes: bytes.to_vec() };
        vec![file("manifest.json", b"{}"), file("empty.txt", b""), file("report.pdf", &[7; 300])]
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn what_is_written_reads_back_and_no_other_spelling_does() {
        let bytes = write(&files()).unwrap();
        assert_eq!(read(&bytes).unwrap(), files());
        for place in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[place] ^= 1;
            assert!(read(&bent).map_or(true, |read| read != files()), "byte {place}");
        }
        assert!(read(&bytes[..bytes.len() - 1]).is_err());
        assert!(read(&[bytes.as_slice(), b"x"].concat()).is_err());
        assert!(read(b"").is_err());
    }

    #[test]
    fn names_and_numbers_have_bounds() {
        let file = |name: &str| File { name: name.into(), bytes: Vec::new() };
        for bad in ["", "../x", "A", &"a".repeat(65)] {
            assert!(write(&[file(bad)]).is_err(), "{bad}");
        }
        let many: Vec<File> = (0..33).map(|number| file(&format!("{number}"))).collect();
        assert_eq!(write(&many), Err(ZipError::TooLarge));
    }
}
