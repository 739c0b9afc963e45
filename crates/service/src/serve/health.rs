//! Looks after what the service stands on: the structure of its database, the space on its disks, its clock.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kernel::health::Part;
use kernel::{App, health};
use store::StoreConfig;
use tokio::sync::watch;

use crate::config::Config;

/// How often space, clock and writing are looked at.
const EVERY: Duration = Duration::from_secs(10);
/// How often every page and index of the database is.
const WHOLE: Duration = Duration::from_secs(24 * 3600);
/// What must fit on a disk: a transaction of a busy second.
const SPACE: usize = 1 << 18;

/// Returns the folders in which the service writes.
pub(super) fn folders(config: &Config) -> Vec<PathBuf> {
    let mut all = vec![config.data.clone()];
    if let StoreConfig::Sqlite { path, .. } = &config.database
        && let Some(folder) = path.parent().filter(|folder| **folder != config.data)
    {
        all.push(folder.to_owned());
    }
    all
}

/// Looks at the database once quickly, then at everything again and again until `stop` turns true.
pub(super) async fn look_after(app: App, folders: Vec<PathBuf>, mut stop: watch::Receiver<bool>) {
    health::examine(&app, false).await;
    let (mut round, mut whole) = (tokio::time::interval(EVERY), tokio::time::interval(WHOLE));
    // The first tick comes at once; the structure was looked at just now.
    whole.tick().await;
    loop {
        tokio::select! {
            _ = round.tick() => {
                let looked_at = folders.clone();
                let full = tokio::task::spawn_blocking(move || full(&looked_at)).await.unwrap_or_default();
                health::note(&app, Part::Disk, full);
                health::look(&app).await;
            }
            _ = whole.tick() => health::examine(&app, true).await,
            changed = stop.changed() => if changed.is_err() || *stop.borrow() { return },
        }
    }
}

/// Returns what is wrong with the first folder in which nothing more can be written.
fn full(folders: &[PathBuf]) -> Option<String> {
    folders.iter().find_map(|folder| {
        let error = space(folder).err()?;
        Some(format!("nothing can be written in {}: {error}; make room on its disk", folder.display()))
    })
}

fn space(folder: &Path) -> io::Result<()> {
    // Two nodes on one machine may share the folder.
    let path = folder.join(format!(".space-{}", std::process::id()));
    let written =
        OpenOptions::new().write(true).create(true).truncate(true).open(&path).and_then(|mut file| {
            file.write_all(&vec![0; SPACE])?;
            file.sync_data()
        });
    let removed = std::fs::remove_file(&path);
    written.and(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_which_nothing_can_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(full(&[folder.path().to_owned()]), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
        let said = full(&[folder.path().join("gone")]).unwrap();
        assert!(said.contains("gone") && said.contains("make room"), "{said}");
    }
}
