//! Files that only their owner may read: keys, and what the service remembers beside them.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use domain::{Secret, World};

/// Larger key files are not read.
const LARGEST: u64 = 64 * 1024;

/// Makes the data folder, or sees that nobody else can look into it.
///
/// # Errors
/// A folder that others can enter.
pub fn folder(path: &Path) -> anyhow::Result<()> {
    if !path.exists() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.with_context(|| format!("the data folder {} cannot be made", path.display()))?;
    }
    let about = fs::metadata(path).with_context(|| format!("the data folder {}", path.display()))?;
    if !about.is_dir() {
        bail!("{} is no folder; name another one with data = \"...\"", path.display());
    }
    if about.mode() & 0o077 != 0 {
        bail!("other accounts can enter the data folder {0}; run: chmod 700 {0}", path.display());
    }
    Ok(())
}

/// Reads a file that only its owner may read.
///
/// # Errors
/// A file that others can read, or that cannot be read at all.
pub fn read_private(path: &Path) -> anyhow::Result<Secret<Vec<u8>>> {
    let shown = path.display();
    let size = private(path)?;
    if size > LARGEST {
        bail!("the key file {shown} has {size} bytes, which no key has; look what is in it");
    }
    fs::read(path).map(Secret::new).with_context(|| format!("the key file {shown} cannot be read"))
}

/// Sees that nobody else can read a file; its size.
fn private(path: &Path) -> anyhow::Result<u64> {
    let shown = path.display();
    let about = fs::metadata(path).with_context(|| format!("the key file {shown} cannot be read"))?;
    if about.mode() & 0o077 != 0 {
        bail!(
            "other accounts can read the key file {shown}; run: chmod 600 {shown} (and consider whether the key must be \
             replaced: somebody may have read it)"
        );
    }
    Ok(about.len())
}

/// Writes a new file that only its owner may read. It appears under its name when it is whole, and never in the place
/// of another.
///
/// # Errors
/// A file of that name is there, or it cannot be written.
pub fn write_private(path: &Path, bytes: &[u8], mode: u32, world: &World) -> anyhow::Result<()> {
    let shown = path.display();
    let nonce = hex::encode(world.bytes::<8>());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{nonce}"));
    let written =
        OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
    // A link, unlike a rename, refuses to take the place of a file.
    let linked = written.and_then(|()| fs::hard_link(&beside, path));
    let removed = fs::remove_file(&beside);
    linked.with_context(|| format!("{shown} cannot be written"))?;
    removed.with_context(|| format!("{} cannot be removed", beside.display()))?;
    sync_folder(path);
    Ok(())
}

/// Reads a file of private state that may be larger than a key.
///
/// # Errors
/// As [`read_private`], except for its size.
pub fn read_state(path: &Path) -> anyhow::Result<Secret<Vec<u8>>> {
    private(path)?;
    fs::read(path).map(Secret::new).with_context(|| format!("{} cannot be read", path.display()))
}

/// Writes a file of private state in the place of the one before: whole, or not at all.
///
/// # Errors
/// Where it cannot be written.
pub fn write_state(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.new"));
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside);
    opened
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, path))
        .with_context(|| format!("{} cannot be written", path.display()))?;
    sync_folder(path);
    Ok(())
}

/// Makes a new file's name durable. Some file systems cannot; the file itself is.
pub fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}
