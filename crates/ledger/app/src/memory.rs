//! Remembers what this node signed last where the owner of the database cannot change it: in a file beside the keys.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file that holds the last signed checkpoint.
pub const SIGNED: &str = "ledger.signed";
/// The file that holds the progress of the checkpoints' copies.
pub const COPIED: &str = "ledger.copied";
/// The file that holds the last checkpoint of each other ledger that this node cosigned.
pub const WITNESSED: &str = "ledger.witnessed";
/// The largest file that is read: a note has some hundred bytes, the state of the copies some thousand.
const LARGEST: u64 = 256 * 1024;

/// A text that is replaced as a whole: in a file, or in this process for a service without a folder of its own.
pub(crate) struct Memory {
    file: Option<PathBuf>,
    held: Mutex<Option<String>>,
}

impl Memory {
    /// Opens the memory with that name in a folder.
    pub(crate) fn new(folder: Option<&Path>, name: &str) -> Self {
        Self { file: folder.map(|folder| folder.join(name)), held: Mutex::new(None) }
    }

    /// Returns whether it outlives the process.
    pub(crate) const fn is_durable(&self) -> bool {
        self.file.is_some()
    }

    /// Reads the last text; `None` where nothing was ever kept.
    ///
    /// # Errors
    /// Fails where the file exists and cannot be read as text.
    pub(crate) fn read(&self) -> io::Result<Option<String>> {
        let Some(path) = &self.file else {
            return Ok(self.held.lock().unwrap_or_else(PoisonError::into_inner).clone());
        };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut text = String::new();
        file.take(LARGEST).read_to_string(&mut text)?;
        Ok(Some(text))
    }

    /// Replaces the text: durably and as a whole, or not at all.
    ///
    /// # Errors
    /// Fails where the file cannot be written.
    pub(crate) fn keep(&self, text: &str) -> io::Result<()> {
        let Some(path) = &self.file else {
            *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.to_owned());
            return Ok(());
        };
        // The mutex admits one write at a time in this process; the database's own lock keeps off another process
        // with the same folder.
        let _one = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.new"));
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        match path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }

    /// Deletes the text.
    ///
    /// # Errors
    /// Fails where the file cannot be removed.
    pub(crate) fn forget(&self) -> io::Result<()> {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
        match self.file.as_ref().map(fs::remove_file) {
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
