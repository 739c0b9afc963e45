//! Makes sure that the style sheet exists before it is embedded: runs `assets/build.sh` when `assets/dist` is absent or
//! older than its sources, and does nothing otherwise, so that a build without a network works from a built tree.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

const SOURCES: [&str; 7] =
    ["app.scss", "scss", "app.js", "logo.svg", "package.json", "package-lock.json", "build.sh"];

fn main() -> Result<(), Box<dyn Error>> {
    let assets = Path::new("assets");
    for source in SOURCES {
        println!("cargo::rerun-if-changed=assets/{source}");
    }
    println!("cargo::rerun-if-changed=assets/dist/app.css");
    println!("cargo::rerun-if-changed=askama.toml");

    let built = modified(&assets.join("dist/app.css"));
    let newest = SOURCES.iter().filter_map(|source| newest_in(&assets.join(source))).max();
    if built.is_some() && built >= newest {
        return Ok(());
    }
    let done = Command::new("sh").arg("build.sh").current_dir(assets).output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!(
        "crates/web-shell/assets/build.sh could not make the style sheet. It needs node 20 or later with npm, and on its first \
         run the npm registry: install them, run it by hand, and build again. It said:\n{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    )
    .into())
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|about| about.modified()).ok()
}

/// Returns the time of a file, or the newest of a folder's files.
fn newest_in(path: &Path) -> Option<SystemTime> {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.filter_map(Result::ok).filter_map(|entry| modified(&entry.path())).max(),
        Err(_) => modified(path),
    }
}
