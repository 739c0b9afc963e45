//! A temporary folder for the service under measurement.

use std::path::{Path, PathBuf};

/// A folder that goes away.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one.
    ///
    /// # Errors
    /// Where the temporary folder takes none.
    pub fn make() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("lanyard-bench-{}", crate::world::real().uuid()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left over is in the temporary folder and harmless.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
